//! The conductor: a visit from consent to signature. The desktop and the command line both drive it.
//!
//! Threads: the *recorder* takes sound from a source and commits it to the vault second by second;
//! the *work* thread feeds what is committed to the speech worker, stores the segments, and after
//! the end of the sound has the drafting worker write the note. Neither waits for the other.
#![forbid(unsafe_code)]

mod cancel;
pub mod clock;
pub mod consent;
mod context;
mod correcting;
mod dialogue;
mod disk;
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
mod private;
mod recorder;
mod recording;
mod retention;
mod scratch;
mod settings;
mod signing;
mod silence;
mod templates;
mod transcriber;

pub use cancel::Cancel;
pub use correcting::{correct_speaker, take_correction_back};
pub use dialogue::{DialogueError, parse as parse_dialogue};
pub use drafter::{Drafted, Drafter};
pub use error::ScribeError;
pub use event::{Alarm, Event, ProvisionalLine, WorkerRole};
pub use exporting::{Export, ExportError, ExportOrder, export, export_to_file};
pub use folder::vault_folder;
pub use from_file::record_file;
pub use heads::{HeadsExport, HeadsFailed, SystemLog, export_heads};
pub use import::Import;
pub use incident::{
    Drill, Pack, PackError, PackOrder, drill, first_hour, incident_pack, incident_pack_to_file,
    worksheet_page,
};
pub use private::keep_memory_private;
pub use recording::{Outcome, Recording, Steps, Work};
pub use retention::{DailyRetention, Enforced, enforce_retention};
pub use scratch::{ScratchVault, random_passphrase};
pub use settings::{DraftingSettings, SpeechSettings};
pub use signing::{SigningError, sign};
pub use templates::{TemplateUnknown, template, templates};
