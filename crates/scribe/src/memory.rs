//! Whether a model fits into the memory that is free, asked before it is loaded.

use std::time::Duration;

use worker::protocol::ModelFile;

use crate::{ScribeError, WorkerRole};

const MIB: u64 = 1 << 20;

/// How often to ask again before a model is refused: a worker that has just ended gives its memory
/// back a moment later.
const GLANCES: u32 = 10;

/// Time between two of these.
const GLANCE: Duration = Duration::from_millis(200);

/// Refuses a model that does not fit; where free memory is not known, none is refused.
///
/// # Errors
/// [`ScribeError::NoMemory`].
pub(crate) fn check(role: WorkerRole, model: &ModelFile) -> Result<(), ScribeError> {
    // A file that is not there is told by whoever loads it.
    let Ok(file) = std::fs::metadata(&model.path) else {
        return Ok(());
    };
    let needs = needs(role, file.len());
    for glance in 0.. {
        let Some(free) = worker::available_memory().filter(|free| *free < needs) else {
            break;
        };
        if glance == GLANCES {
            return Err(ScribeError::NoMemory {
                model: model.id.clone(),
                needs: needs / MIB,
                free: free / MIB,
            });
        }
        std::thread::sleep(GLANCE);
    }
    Ok(())
}

/// Bytes of memory that a worker takes with a model file of so many bytes: the weights, what they
/// are turned into, and the context. By the figures of `BENCHMARKS.md`: 404 MiB for a speech model
/// of 141 MiB, 1802 MiB for a language model of 1066 MiB.
pub(crate) fn needs(role: WorkerRole, file: u64) -> u64 {
    match role {
        WorkerRole::Speech => file.saturating_add(file / 4) + 230 * MIB,
        WorkerRole::Drafting => file.saturating_add(file / 4) + 470 * MIB,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use std::fs::File;
    use std::path::Path;

    use super::*;

    /// A file that claims so many bytes and takes none.
    fn model(folder: &Path, bytes: u64) -> ModelFile {
        let path = folder.join("model.bin");
        File::create(&path).unwrap().set_len(bytes).unwrap();
        ModelFile {
            id: "huge".to_owned(),
            path,
            sha256: visit::Sha256Hex::from_bytes([0; 32]),
        }
    }

    #[test]
    fn the_measured_models_need_what_was_measured() {
        let within = |role, file: u64, measured: u64| {
            let needs = needs(role, file) / MIB;
            assert!(
                (measured * 95 / 100..=measured * 110 / 100).contains(&needs),
                "{needs} for {measured}"
            );
        };
        within(WorkerRole::Speech, 147_951_465, 404);
        within(WorkerRole::Drafting, 1_117_320_768, 1802);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_model_that_does_not_fit_is_refused_with_both_figures() {
        let folder = tempfile::tempdir().unwrap();
        let terabyte = model(folder.path(), 1 << 40);
        match check(WorkerRole::Drafting, &terabyte) {
            Err(ScribeError::NoMemory { model, needs, free }) => {
                assert_eq!(model, "huge");
                assert!(needs >= 1 << 20 && free < needs, "{needs} {free}");
            }
            other => panic!("{other:?}"),
        }
        check(WorkerRole::Speech, &model(folder.path(), 1)).unwrap();
    }
}
