//! Which worker binary to start.

use std::env;
use std::path::{Path, PathBuf};

use crate::Level;

/// Names a folder in which to look before those of a build tree.
pub const FOLDER_VARIABLE: &str = "INROOM_WORKER_DIR";

/// No worker was found that this processor can run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no inroom-worker program that this computer can run was found in {}; \
     install the program again, or name its folder in {FOLDER_VARIABLE}",
    listed(.looked_in)
)]
pub struct NoWorker {
    /// The folders, in the order in which they were searched.
    pub looked_in: Vec<PathBuf>,
}

fn listed(folders: &[PathBuf]) -> String {
    let shown: Vec<_> = folders
        .iter()
        .map(|folder| folder.display().to_string())
        .collect();
    shown.join(", ")
}

/// The best worker for this processor.
///
/// Places are searched in this order, and the first that holds a fitting worker wins: for a program
/// that a package has installed in `bin`, `lib/inroom/workers` beside that folder, so that no account of
/// such a computer puts another worker in its place; the folder that `INROOM_WORKER_DIR` names; the
/// folder of the running program and `workers/` in it; for a program that lies in a build tree, the
/// build's own folders. Within a place `inroom-worker-avx512` comes before `-avx2`, `-v2` and the plain `inroom-worker`, each only
/// where the processor has the instructions. (The plain one's level is not in its name; the worker
/// tells it in its first message, before it computes anything, and [`crate::Child`] checks it.)
///
/// # Errors
/// [`NoWorker`], which lists where was looked.
pub fn worker_binary() -> Result<PathBuf, NoWorker> {
    let named = env::var_os(FOLDER_VARIABLE).map(PathBuf::from);
    let program = env::current_exe().ok();
    best(&places(named, program.as_deref()), Level::is_supported)
}

/// The folder from which workers are started, if one of them can be.
pub fn worker_folder() -> Option<PathBuf> {
    worker_binary().ok()?.parent().map(Path::to_owned)
}

/// Places in order; the folders of one place are equal and the better level decides.
fn places(named: Option<PathBuf>, program: Option<&Path>) -> Vec<Vec<PathBuf>> {
    let folder = program.and_then(Path::parent);
    let installed = folder.and_then(installed);
    let mut places: Vec<Vec<PathBuf>> = installed
        .into_iter()
        .chain(named)
        .map(|folder| vec![folder])
        .collect();
    let Some(folder) = folder else {
        return places;
    };
    places.push(vec![folder.to_owned(), folder.join("workers")]);
    // cargo leaves programs in target/PROFILE and test programs in target/PROFILE/deps.
    let profile = if folder.ends_with("deps") {
        folder.parent()
    } else {
        Some(folder)
    };
    let Some(profile) = profile else {
        return places;
    };
    if profile != folder {
        places.push(vec![profile.to_owned(), profile.join("workers")]);
    }
    if let Some(target) = profile
        .parent()
        .filter(|target| target.join("CACHEDIR.TAG").is_file())
    {
        places.push(vec![target.join("workers")]);
    }
    places
}

/// Where a package puts the workers of programs that it puts into `bin`.
fn installed(bin: &Path) -> Option<PathBuf> {
    let prefix = bin.parent().filter(|_| bin.ends_with("bin"))?;
    Some(prefix.join("lib").join("inroom").join("workers"))
}

fn best(places: &[Vec<PathBuf>], runs: impl Fn(Level) -> bool) -> Result<PathBuf, NoWorker> {
    let suffix = env::consts::EXE_SUFFIX;
    let names: Vec<String> = Level::BEST_FIRST
        .into_iter()
        .filter(|&level| runs(level))
        .map(|level| format!("inroom-worker-{}{suffix}", level.as_str()))
        .chain([format!("inroom-worker{suffix}")])
        .collect();
    for place in places {
        for name in &names {
            for folder in place {
                let path = folder.join(name);
                if path.is_file() {
                    return Ok(path);
                }
            }
        }
    }
    Err(NoWorker {
        looked_in: places.concat(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    /// Lays out empty files, then asks what is found from a program at `program`.
    fn found(files: &[&str], named: Option<&str>, program: &str, most: Level) -> Option<String> {
        let root = tempfile::tempdir().expect("folder");
        for file in files {
            let path = root.path().join(file);
            std::fs::create_dir_all(path.parent().expect("parent")).expect("folder");
            std::fs::write(path, "").expect("file");
        }
        let places = places(
            named.map(|folder| root.path().join(folder)),
            Some(&root.path().join(program)),
        );
        let path = best(&places, |level| level <= most).ok()?;
        let path = path.strip_prefix(root.path()).expect("below the root");
        Some(path.to_str().expect("UTF-8").to_owned())
    }

    const ALL: [&str; 4] = [
        "app/workers/inroom-worker-avx512",
        "app/workers/inroom-worker-avx2",
        "app/workers/inroom-worker-v2",
        "app/inroom-worker",
    ];

    #[cfg(unix)]
    #[test]
    fn the_best_level_that_the_processor_has_is_taken() {
        let cases = [
            (Level::Avx512, "app/workers/inroom-worker-avx512"),
            (Level::Avx2, "app/workers/inroom-worker-avx2"),
            (Level::V2, "app/workers/inroom-worker-v2"),
        ];
        for (most, expected) in cases {
            assert_eq!(
                found(&ALL, None, "app/inroom", most).as_deref(),
                Some(expected)
            );
        }
        let plain = &ALL[3..];
        assert_eq!(
            found(plain, None, "app/inroom", Level::V2).as_deref(),
            Some("app/inroom-worker")
        );
        assert_eq!(found(&ALL[..2], None, "app/inroom", Level::V2), None);
    }

    #[cfg(unix)]
    #[test]
    fn the_named_folder_comes_first_and_the_build_tree_last() {
        let mut files = ALL.to_vec();
        files.push("other/inroom-worker-v2");
        assert_eq!(
            found(&files, Some("other"), "app/inroom", Level::Avx512).as_deref(),
            Some("other/inroom-worker-v2")
        );
        assert_eq!(
            found(&ALL, Some("empty"), "app/inroom", Level::Avx512).as_deref(),
            Some(ALL[0])
        );
        let tree = ["target/CACHEDIR.TAG", "target/workers/inroom-worker-avx2"];
        let test = "target/release/deps/visit-0123";
        assert_eq!(
            found(&tree, None, test, Level::Avx512).as_deref(),
            Some(tree[1])
        );
        assert_eq!(
            found(&tree, None, "target/release/inroomctl", Level::Avx512).as_deref(),
            Some(tree[1])
        );
        let fresh = [tree[0], tree[1], "target/release/inroom-worker"];
        assert_eq!(
            found(&fresh, None, test, Level::Avx512).as_deref(),
            Some(fresh[2])
        );
        // Installed programs do not look outside their own folder.
        let outside = ["opt/workers/inroom-worker-avx2"];
        assert_eq!(
            found(&outside, None, "opt/inroom/inroom", Level::Avx512),
            None
        );
    }

    /// Whoever starts an installed program does not choose what hears the visit.
    #[cfg(unix)]
    #[test]
    fn an_installed_program_takes_the_workers_of_its_package_before_any_other() {
        let mut files = vec!["usr/lib/inroom/workers/inroom-worker-v2"];
        files.extend(["other/inroom-worker-avx512", "usr/bin/inroom-worker-avx512"]);
        for program in ["usr/bin/inroom", "usr/bin/inroomctl"] {
            assert_eq!(
                found(&files, Some("other"), program, Level::Avx512).as_deref(),
                Some(files[0])
            );
        }
        assert_eq!(
            found(&files, Some("other"), "opt/inroom/inroom", Level::Avx512).as_deref(),
            Some(files[1])
        );
    }

    #[test]
    fn the_error_lists_where_was_looked() {
        let error = best(&[vec!["a".into(), "b".into()]], |_| true).expect_err("nothing there");
        assert!(error.to_string().contains("found in a, b;"), "{error}");
    }
}
