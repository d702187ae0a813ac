//! The words that a patient is asked with until the organisation has its own.

/// Version of [`WORDING`]; changes with it.
pub const VERSION: &str = "2026-11";

/// The question, in plain words: what is recorded, where it stays, that it can be refused or ended.
pub const WORDING: &str = "With your permission I would like this computer to listen to our visit \
and help me write the note. The recording stays on this computer and is not sent anywhere. You can \
say no, and you can ask me to stop at any time; your care stays the same. Do you agree?";
