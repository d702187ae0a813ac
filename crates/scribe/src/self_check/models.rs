//! The model files of this computer, by the digest of their bytes.

use std::fs;
use std::path::Path;

use governance::risk::{Finding, SelfCheck};
use governance::{Approval, ModelRole, Organisation};
use visit::{Sha256Hex, UnixMillis};
use worker::protocol::ModelFile;

use super::counted;
use crate::models::{KnownModel, catalogue, digest_of};
use crate::{DraftingSettings, SpeechSettings, WorkerRole};

/// How a model file was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Its digest is the one it is known by.
    Genuine,
    /// It has the name of a known model and other bytes.
    Altered,
    /// Nobody knows its digest.
    Unknown,
    /// It cannot be read.
    Unreadable,
}

/// A file in the folder of models.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SeenModel {
    pub(crate) file: String,
    /// The catalogue's identifier, or the document's.
    pub(crate) id: Option<String>,
    pub(crate) sha256: Option<Sha256Hex>,
    pub(crate) state: State,
}

/// A step of a visit, and the model that the program would load for it.
pub(crate) struct Needed {
    pub(crate) step: &'static str,
    pub(crate) role: ModelRole,
    /// The worker that loads most of its memory for it.
    pub(crate) worker: Option<WorkerRole>,
    /// `None` if there is none on this computer.
    pub(crate) file: Option<ModelFile>,
}

/// The models that the program would load now.
pub(crate) fn needed() -> Vec<Needed> {
    let speech = SpeechSettings::new(None).ok();
    let of = |step, role, worker, file| Needed {
        step,
        role,
        worker,
        file,
    };
    vec![
        of(
            "telling voice from other sound",
            ModelRole::VoiceActivity,
            None,
            crate::models::resolve("silero-vad").ok(),
        ),
        of(
            "speech",
            ModelRole::Speech,
            Some(WorkerRole::Speech),
            speech.map(|settings| settings.whisper),
        ),
        of(
            "telling speakers apart",
            ModelRole::Speaker,
            None,
            crate::models::resolve("ge2e-voice-encoder").ok(),
        ),
        of(
            "the note",
            ModelRole::Drafting,
            Some(WorkerRole::Drafting),
            DraftingSettings::new(None)
                .ok()
                .map(|settings| settings.model),
        ),
    ]
}

/// What model files end with.
const ENDINGS: [&str; 3] = ["bin", "gguf", "safetensors"];

/// Every model file of a folder, each read to its end.
pub(crate) fn seen(folder: &Path, organisation: Option<&Organisation>) -> Vec<SeenModel> {
    let known = catalogue().unwrap_or_default();
    let approvals = organisation.map_or(&[][..], |of| &of.models);
    let mut paths: Vec<_> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .collect();
    paths.sort();
    let is_model = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let ending = path.extension().unwrap_or_default().to_string_lossy();
        known.iter().any(|model| model.file == name) || ENDINGS.contains(&&*ending)
    };
    let models = paths.iter().filter(|path| is_model(path));
    models.map(|path| one(path, &known, approvals)).collect()
}

fn one(path: &Path, known: &[KnownModel], approvals: &[Approval]) -> SeenModel {
    let file = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let named = known.iter().find(|model| model.file == file);
    let Ok(sha256) = digest_of(path) else {
        return SeenModel {
            id: named.map(|model| model.id.clone()),
            file,
            sha256: None,
            state: State::Unreadable,
        };
    };
    let by_digest = known
        .iter()
        .find(|model| model.sha256.as_ref() == Some(&sha256))
        .map(|model| model.id.clone());
    let approved = || {
        let found = approvals.iter().find(|approval| approval.sha256 == sha256);
        found.map(|approval| approval.id.clone())
    };
    let (id, state) = match (by_digest.or_else(approved), named) {
        (Some(id), _) => (Some(id), State::Genuine),
        // The catalogue lists models without a digest that an organisation can approve.
        (None, Some(model)) if model.sha256.is_some() => (Some(model.id.clone()), State::Altered),
        (None, named) => (named.map(|model| model.id.clone()), State::Unknown),
    };
    SeenModel {
        file,
        id,
        sha256: Some(sha256),
        state,
    }
}

pub(super) fn genuine(
    models: &[SeenModel],
    organisation: Option<&Organisation>,
    now: UnixMillis,
) -> Finding {
    let check = SelfCheck::ModelsGenuine;
    if models.is_empty() {
        return Finding::cannot_tell(check, "there is no model on this computer");
    }
    let recalled = |model: &SeenModel| {
        let recalls = organisation.map_or(&[][..], |of| &of.recalls);
        let mut of = recalls.iter().filter(|recall| recall.from.0 <= now);
        of.any(|recall| model.sha256.as_ref() == Some(&recall.sha256))
    };
    let wrong: Vec<String> = models
        .iter()
        .filter_map(|model| {
            let what = match model.state {
                _ if recalled(model) => "was recalled",
                State::Genuine => return None,
                State::Altered => "has other bytes than the model of its name",
                State::Unknown => "is no model that anybody has vouched for",
                State::Unreadable => "cannot be read",
            };
            Some(format!("{} {what}", model.file))
        })
        .collect();
    if wrong.is_empty() {
        let count = counted(models.len(), "model file", "model files");
        Finding::passed(
            check,
            format!("{count}, each with the digest that it is known by"),
        )
    } else {
        Finding::failed(check, wrong.join("; "))
    }
}

pub(super) fn complete(needed: &[Needed]) -> Finding {
    let check = SelfCheck::ModelsComplete;
    let missing: Vec<&str> = needed
        .iter()
        .filter(|one| one.file.is_none())
        .map(|one| one.step)
        .collect();
    if missing.is_empty() {
        Finding::passed(check, "there is a model for every step")
    } else {
        Finding::failed(
            check,
            format!("there is no model for {}", missing.join(", ")),
        )
    }
}

pub(super) fn approved(
    needed: &[Needed],
    organisation: Option<&Organisation>,
    now: UnixMillis,
) -> Finding {
    let check = SelfCheck::ModelsApproved;
    let Some(organisation) = organisation else {
        return Finding::cannot_tell(
            check,
            "no organisation's document is in force here, so nobody has approved any",
        );
    };
    let there: Vec<(&Needed, &ModelFile)> = needed
        .iter()
        .filter_map(|one| Some((one, one.file.as_ref()?)))
        .collect();
    if there.is_empty() {
        return Finding::cannot_tell(check, "there is no model on this computer");
    }
    let refused: Vec<String> = there
        .iter()
        .filter_map(|(one, file)| {
            let refused = organisation.approved(&file.sha256, one.role, now).err()?;
            // What would be said when it is to be loaded.
            let why = refused.to_string().replace("; it was not loaded", "");
            Some(format!("{} for {}: {why}", file.id, one.step))
        })
        .collect();
    if refused.is_empty() {
        Finding::passed(
            check,
            "the organisation's document lists every model that would be loaded",
        )
    } else {
        Finding::failed(check, refused.join("; "))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use governance::risk::Verdict::{CannotTell, Failed, Passed};

    use super::super::document::tests::organisation;
    use super::super::scratch::is;
    use super::*;

    const NOW: UnixMillis = UnixMillis(1_790_000_000_000);
    // FIPS 180-4, example B.1.
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn sha256(hex: &str) -> Sha256Hex {
        Sha256Hex::try_from(hex.to_owned()).unwrap()
    }

    fn known(file: &str, hex: Option<&str>) -> KnownModel {
        KnownModel {
            id: format!("the {file}"),
            role: crate::models::ModelRole::Speech,
            name: file.to_owned(),
            licence: "MIT".to_owned(),
            origin: "a test".to_owned(),
            card: String::new(),
            file: file.to_owned(),
            sha256: hex.map(sha256),
        }
    }

    #[test]
    fn a_file_is_known_by_its_bytes_and_one_that_was_exchanged_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.bin");
        let state = |bytes: &str, known: &[KnownModel], approvals: &[Approval]| {
            fs::write(&path, bytes).unwrap();
            one(&path, known, approvals)
        };
        let right = [known("a.bin", Some(ABC))];
        let found = state("abc", &right, &[]);
        assert_eq!(
            (found.state, found.id.as_deref()),
            (State::Genuine, Some("the a.bin"))
        );
        assert_eq!(state("abd", &right, &[]).state, State::Altered);
        assert_eq!(state("abd", &[], &[]).state, State::Unknown);
        assert_eq!(
            state("abc", &[known("a.bin", None)], &[]).state,
            State::Unknown
        );
        // What the organisation has approved is known, too.
        let of = organisation(ABC, "2020-01-01", "2100-01-01");
        assert_eq!(state("abc", &[], &of.models).state, State::Genuine);
        fs::remove_file(&path).unwrap();
        assert_eq!(one(&path, &right, &[]).state, State::Unreadable);
    }

    #[test]
    fn only_model_files_are_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["notes.txt", "x.gguf", "silero-vad-16k.bin"] {
            fs::write(folder.path().join(name), "abc").unwrap();
        }
        let found = seen(folder.path(), None);
        let states: Vec<_> = found
            .iter()
            .map(|one| (one.file.as_str(), &one.state))
            .collect();
        assert_eq!(
            states,
            [
                ("silero-vad-16k.bin", &State::Altered),
                ("x.gguf", &State::Unknown)
            ]
        );
        let said = genuine(&found, None, NOW);
        is(&said, Failed);
        assert!(
            said.reason.contains("silero-vad-16k.bin has other bytes"),
            "{said:?}"
        );
    }

    #[test]
    fn a_recalled_model_is_an_open_risk_from_the_recall_on() {
        let model = SeenModel {
            file: "a.bin".to_owned(),
            id: Some("a".to_owned()),
            sha256: Some(sha256(ABC)),
            state: State::Genuine,
        };
        is(&genuine(&[], None, NOW), CannotTell);
        is(&genuine(std::slice::from_ref(&model), None, NOW), Passed);
        let mut of = organisation(ABC, "2020-01-01", "2100-01-01");
        is(
            &genuine(std::slice::from_ref(&model), Some(&of), NOW),
            Passed,
        );
        of.recalls.push(governance::Recall {
            sha256: sha256(ABC),
            from: governance::Moment(NOW),
            reason: "it invents doses".to_owned(),
        });
        is(
            &genuine(
                std::slice::from_ref(&model),
                Some(&of),
                UnixMillis(NOW.0 - 1),
            ),
            Passed,
        );
        is(&genuine(&[model], Some(&of), NOW), Failed);
    }

    fn step(there: bool) -> Needed {
        Needed {
            step: "speech",
            role: ModelRole::Speech,
            worker: None,
            file: there.then(|| ModelFile {
                id: "a".to_owned(),
                path: "a.bin".into(),
                sha256: sha256(ABC),
            }),
        }
    }

    #[test]
    fn a_step_without_a_model_is_named() {
        is(&complete(&[step(true)]), Passed);
        let found = complete(&[step(true), step(false)]);
        is(&found, Failed);
        assert!(found.reason.contains("speech"));
        let steps: Vec<_> = needed().iter().map(|one| one.role).collect();
        assert_eq!(steps.len(), 4);
    }

    #[test]
    fn the_models_that_would_be_loaded_have_to_be_on_the_list() {
        let look = |there, of: Option<&Organisation>| approved(&[step(there)], of, NOW);
        is(&look(true, None), CannotTell);
        let listed = organisation(ABC, "2020-01-01", "2100-01-01");
        is(&look(true, Some(&listed)), Passed);
        is(&look(false, Some(&listed)), CannotTell);
        let expired = organisation(ABC, "2020-01-01", "2021-01-01");
        is(&look(true, Some(&expired)), Failed);
        let another = organisation(&"cd".repeat(32), "2020-01-01", "2100-01-01");
        is(&look(true, Some(&another)), Failed);
    }
}
