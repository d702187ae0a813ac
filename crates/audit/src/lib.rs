//! The audit log: who did what and when, as entries that hang together in a chain.
//!
//! Each entry's hash covers the one before it, and a head, signed now and then, says how many
//! entries there were and what the last one's hash was. So a changed, missing, added or moved entry
//! is found, and named, by whoever has the log and the public key; entries that were cut off at the
//! end are found with a head that was kept elsewhere. Whoever has the signing key can write another
//! log from any entry on: only a head that left the computer before shows that.
//!
//! An entry holds identifiers, digests, counts and reasons from fixed lists, and never a word of a
//! visit: [`Act`] has no field that could.
//!
//! This crate is pure: no input or output, no clock, no keys but public ones.
#![forbid(unsafe_code)]

mod act;
mod actor;
mod canonical;
mod detail;
mod emergency;
mod entry;
mod export;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod head;
mod heads;
mod hex;
mod incident;
mod verify;
mod words;

pub use act::Act;
pub use actor::{AccountName, Actor, PersonAccount};
pub use detail::{Asked, Cause, Extent, Format, NamedAs, Outcome, Part, Refusal, Version, Way};
pub use emergency::EmergencyReason;
pub use entry::{Entry, Event, origin};
pub use export::{Export, Line, LineError, MOST_LINE_BYTES};
pub use head::{Head, SignedHead};
pub use heads::{HeadsTarget, NotSent};
pub use hex::{Digest, NotHex, PublicKey, SignatureBytes};
pub use incident::Suspicion;
pub use verify::{Fault, Verified, Verifier};

#[cfg(test)]
mod tests;
