//! Voices and words: which words each voice has said, and who the speakers are.
//!
//! Voices are told apart by `speech`; here their turns are laid over the transcript ([`split`])
//! and the speakers' words say what they are to the visit ([`roles`]). No text is changed.

#![forbid(unsafe_code)]

mod roles;
mod split;

pub use roles::{give_roles, roles};
pub use split::{relabelled, split};
