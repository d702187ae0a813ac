//! The conductor: a visit from consent to signature. The desktop and the command line both drive it.
//!
//! Threads: the *recorder* takes sound from a source and commits it to the vault second by second;
//! the *work* thread feeds what is committed to the speech worker, stores the segments, and after
//! the end of the sound has the drafting worker write the note. Neither waits for the other.
#![forbid(unsafe_code)]

mod audit_log;
mod cancel;
pub mod clock;
pub mod confinement;
pub mod consent;
mod context;
mod correcting;
mod dialogue;
mod disk;
mod doctor;
mod drafter;
mod error;
mod event;
mod exporting;
mod folder;
mod from_file;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod heads;
mod import;
mod incident;
mod level;
mod memory;
pub mod models;
pub mod organisation;
mod private;
mod recorder;
mod recording;
mod retention;
mod risk;
mod scratch;
mod self_check;
mod settings;
mod signing;
mod silence;
mod templates;
mod transcriber;
mod voice;

pub use audit_log::{LogFound, LogSearch, log_to_file, search_log};
pub use cancel::Cancel;
pub use correcting::{correct_speaker, take_correction_back};
pub use dialogue::{DialogueError, parse as parse_dialogue};
pub use doctor::{Ailing, Health, HealthItem, HealthModel, doctor};
pub use drafter::{Drafted, Drafter};
pub use error::ScribeError;
pub use event::{Alarm, Event, ProvisionalLine, WorkerRole};
pub use exporting::{Export, ExportError, ExportOrder, export, export_to_file};
pub use folder::vault_folder;
pub use from_file::{record_file, record_source};
pub use heads::{HeadsExport, HeadsFailed, SystemLog, export_heads};
pub use import::Import;
pub use incident::{
    Drill, LiftError, Pack, PackError, PackOrder, drill, first_hour, incident_pack,
    incident_pack_to_file, lift_statement_to_file, lift_with_statement, worksheet_page,
};
pub use private::keep_memory_private;
pub use recording::{Outcome, Recording, Steps, Work};
pub use retention::{DailyRetention, Enforced, enforce_retention};
pub use risk::{RiskError, RiskPages, assess_risks};
pub use scratch::{ScratchVault, random_passphrase};
pub use self_check::{SecretPlace, Surroundings};
pub use settings::{DraftingSettings, SpeechSettings};
pub use signing::{SigningError, sign};
pub use templates::{TemplateUnknown, template, templates};
pub use voice::{VOICE_LENGTH, VoiceError, enrol_voice};
