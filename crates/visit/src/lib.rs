//! The domain's words as types: a visit and its states, what was said, what was noted.
//!
//! This crate is pure: no input or output, no clock, no randomness. Identifiers and instants are
//! made elsewhere and handed in.
#![forbid(unsafe_code)]

mod consent;
mod correction;
mod draft;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod haste;
mod id;
mod note;
mod patient_text;
mod retention;
mod segment;
mod state;
pub mod template;
mod time;
mod voice;

pub use consent::{Consent, ConsentGiver, ConsentMethod, ConsentPart};
pub use correction::{Heard, Pointed, SpeakerCorrection, SpokenBy, Stretch};
pub use draft::{
    Coverage, DraftSpeed, DraftingParameters, ModelIdentity, Provenance, Sha256Hex, StopReason,
};
pub use haste::Haste;
pub use id::{RevisionNumber, VisitId};
pub use note::{Evidence, Note, Omission, Origin, Revision, Section, Statement, Support};
pub use patient_text::PatientText;
pub use retention::{Days, Due, Holding, Retained, Retention, TooManyDays};
pub use segment::{Role, Segment, SpeakerLabel, SpeakerTurn, Word};
pub use state::{StateError, VisitState};
pub use template::{Section as TemplateSection, StatementKind, Template};
pub use time::{Millis, SAMPLE_RATE, Samples, UnixMillis};
pub use voice::{NoVoicePrint, SpokenVoice, VoicePrint};
