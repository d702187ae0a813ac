//! The encrypted store of visits.
//!
//! A vault is a folder with two files: `keys.json`, which holds the vault key wrapped once by a
//! passphrase together with this computer's secret (in an organisation's vault once for each person)
//! and once to the organisation's recovery key, and `vault.db`, an SQLCipher database in which every
//! visit's content is sealed once more under a key of its own. Nothing of a visit leaves this crate for
//! the disk unsealed, nothing that was committed is ever made anew or thrown away because it failed to
//! decrypt, and what a call returns as stored has been committed and synchronised. What is done with it
//! stands in an audit log, in the same commit.
//!
//! Where the computer is enrolled with an organisation ([`Workstation`]), its document decides who
//! signs in to a vault and what they may do there.
//!
//! ```text
//! passphrase ─Argon2id┐
//! this computer's secret ┴HKDF→ wrapping key ─unwraps→ vault key ─HKDF→ database key  → SQLCipher
//!                                                          ├HKDF→ signing key   → tombstones, signatures of notes, heads of the audit log
//!                                                          └HKDF→ wrapping key ─unwraps→ visit key, sound key
//!                                                                 sound key → chunks
//!                                                                 visit key → segments, notes, …
//! ```
#![forbid(unsafe_code)]

mod account;
mod attempts;
mod audio;
mod backup;
mod canonical;
mod changes;
mod chunk;
mod corrections;
mod database;
mod device;
mod door;
mod emergency;
mod erasure;
mod error;
mod escrow;
mod folder;
mod forgetting;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod gaps;
mod heads;
mod hex;
mod imports;
mod key;
mod keys_file;
mod lockdown;
mod log;
mod notes;
mod organisation;
mod part;
mod passphrase;
mod people;
mod pilot;
mod record;
mod rekey;
mod retention;
mod schema;
mod screen;
mod seal;
mod search;
mod signature;
mod signing;
mod standing;
mod tombstone;
mod transcript;
mod tries;
#[cfg(test)]
mod unprintable;
mod vault;
mod visits;
mod voice_prints;
mod wal;
mod worksheet;
mod workstation;

pub use attempts::Step;
// What the log holds, for whoever reads it or enters something in it.
pub use ::audit::{
    Act, Actor, Asked, EmergencyReason, Entry, Fault, Format, HeadsTarget, NotSent, Outcome,
    PersonAccount, PublicKey, Refusal, Suspicion, Way,
};
pub use audio::{CHUNK_SAMPLES, ChunkPosition, Recorded};
pub use backup::{BackupReport, BackupStep, DamagedPart, SnapshotSummary};
pub use device::{DeviceError, DevicePlace, DeviceSecretFile, DeviceSecrets};
pub use emergency::{EmergencyAccess, EmergencyRequest};
pub use error::{Numbered, Part, VaultError};
pub use escrow::{EscrowIdentity, EscrowRecipient};
pub use gaps::{Gap, GapCause};
pub use heads::{HeadsParcel, HeadsState, HeadsTo};
pub use imports::ImportedFile;
pub use keys_file::{Entrances, Ways};
pub use lockdown::{Incidents, Lift};
pub use log::LogState;
pub use notes::{Exported, ToExport};
pub use passphrase::{KdfCost, LEAST_PASSPHRASE_CHARACTERS};
pub use people::Newcomer;
pub use secrecy::{ExposeSecret, SecretString};
pub use signature::Signature;
pub use standing::Standing;
pub use tombstone::{Erased, ErasureReason, Tombstone};
pub use vault::{LOG_DAMAGED, Vault};
pub use visits::{NewVisit, VisitContent, VisitRecord, VisitSummary};
pub use voice_prints::EnrolledVoice;
pub use worksheet::{Kind, TouchedVisit, Worksheet};
pub use workstation::{
    Enrolment, MACHINE_FOLDER, SignedSuccessor, Workstation, WorkstationError, next_successor,
    read_successors,
};
