//! The sample visit: a recorded one with fictional people that plays into the recorder of a scratch
//! store, in place of a microphone. It is all that can be recorded before this computer has an
//! organisation.

use std::path::{Path, PathBuf};

use capture::{CaptureError, Pace, Source};
use scribe::ScratchVault;
use vault::Vault;

use super::{Desk, LEAVE, Store, lock};
use crate::failure::{Failure, FailureCode};
use crate::ipc::{SoundKind, SoundSource};

/// What it is chosen by.
const SAMPLE: &str = "sample";

/// The recording that comes with the program, so that it is there on every computer.
const BUILT_IN: &[u8] = include_bytes!("../../../tests/fixtures/visits/injured-knee.flac");
const BUILT_IN_NAME: &str = "injured-knee.flac";

/// A sample that can be played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    file: PathBuf,
    /// Begun from the first start, to which it leads back; or else with `--demo`.
    pub ends_at_first_start: bool,
}

impl Sample {
    /// This recording, or the one that comes with the program, which is put into the scratch folder.
    ///
    /// # Errors
    /// [`FailureCode::Store`] if there is no room for it.
    pub(super) fn new(named: Option<&Path>, scratch: &Path) -> Result<Self, Failure> {
        let file = match named {
            Some(file) => file.to_owned(),
            None => {
                let file = scratch.join(BUILT_IN_NAME);
                std::fs::write(&file, BUILT_IN).map_err(|error| {
                    let message = format!("There is no room for the sample visit ({error}).");
                    Failure::new(FailureCode::Store, message)
                })?;
                file
            }
        };
        Ok(Self {
            file,
            ends_at_first_start: false,
        })
    }

    /// What people call it.
    pub fn name(&self) -> String {
        let stem = self.file.file_stem().unwrap_or_default();
        stem.to_string_lossy().into_owned()
    }
}

impl Desk {
    /// The sample, while one can be played.
    pub fn sample(&self) -> Option<Sample> {
        lock(&self.sample).clone()
    }

    /// Opens a scratch store with the sample, on a computer that has no store and no organisation.
    ///
    /// # Errors
    /// [`FailureCode::Rejected`] on any other; what keeps a scratch store from being made.
    pub fn play_sample(&self) -> Result<(), Failure> {
        let mut store = lock(&self.store);
        let is_set_up = Vault::exists(&self.store_folder()) || self.asks_for_accounts();
        if store.is_some() || is_set_up {
            return Err(Failure::new(
                FailureCode::Rejected,
                "This computer is set up; `inroom --demo` shows the sample visit. Nothing was changed.",
            ));
        }
        let scratch = ScratchVault::create()?;
        let sample = Sample::new(None, scratch.folder())?;
        *lock(&self.sample) = Some(Sample {
            ends_at_first_start: true,
            ..sample
        });
        *store = Some(Store::Scratch(scratch));
        Ok(())
    }

    /// Ends the sample that was begun from the first start; its scratch store is erased. Answers whether
    /// there was one.
    pub(super) fn end_sample(&self) -> bool {
        if !self
            .sample()
            .is_some_and(|sample| sample.ends_at_first_start)
        {
            return false;
        }
        self.underway.stop_recording();
        self.underway.end_all(LEAVE);
        *lock(&self.store) = None;
        *lock(&self.sample) = None;
        true
    }

    /// Refuses what has no place in a scratch store: a person's own recording would be in a store that
    /// nobody answers for.
    ///
    /// # Errors
    /// [`FailureCode::Rejected`].
    pub fn not_in_a_sample(&self) -> Result<(), Failure> {
        if self.sample().is_none() {
            return Ok(());
        }
        Err(Failure::new(
            FailureCode::Rejected,
            "Only the sample visit can be recorded here. Set this computer up to record and import visits.",
        ))
    }

    /// Where sound can come from: the sample alone where there is one, and else the microphones.
    ///
    /// # Errors
    /// What the sound system answers.
    pub fn sound_sources(&self) -> Result<Vec<SoundSource>, Failure> {
        if let Some(sample) = self.sample() {
            return Ok(vec![SoundSource {
                id: SAMPLE.to_owned(),
                name: sample.name(),
                kind: SoundKind::Sample,
                is_default: true,
            }]);
        }
        let microphones = capture::microphones()?.into_iter();
        Ok(microphones
            .map(|microphone| SoundSource {
                id: microphone.id,
                name: microphone.name,
                kind: SoundKind::Microphone,
                is_default: microphone.is_default,
            })
            .collect())
    }

    /// Opens the chosen source of sound, or the default microphone. Where there is a sample no microphone
    /// opens.
    ///
    /// # Errors
    /// What the sound system or the sample's file answers.
    pub fn open_source(&self, choice: Option<&str>) -> Result<Box<dyn Source>, CaptureError> {
        match self.sample() {
            Some(sample) => capture::open_file(&sample.file, Pace::RealTime),
            None => capture::open_microphone(choice),
        }
    }
}
