//! Voices and words: which words each voice has said, and who the speakers are.
//!
//! Voices are told apart by `speech`; here their turns are laid over the transcript ([`split`])
//! and the speakers' words say what they are to the visit ([`give_roles`]), or a voice that was
//! enrolled does ([`clinician`]). What a person has said about
//! them stands over both ([`corrected`]). No text is changed.

#![forbid(unsafe_code)]

mod corrections;
mod enrolled;
mod roles;
mod split;

pub use corrections::{corrected, pointed_at};
pub use enrolled::clinician;
pub use roles::give_roles;
pub use split::{relabelled, split};
