//! The encrypted store of visits.
//!
//! A vault is a folder with two files: `keys.json`, which holds the vault key wrapped by a
//! passphrase, and `vault.db`, an SQLCipher database in which every visit's content is sealed
//! once more under a key of its own. Nothing of a visit leaves this crate for the disk unsealed,
//! nothing that was committed is ever made anew or thrown away because it failed to decrypt, and
//! what a call returns as stored has been committed and synchronised.
//!
//! ```text
//! passphrase ─Argon2id→ passphrase key ─unwraps→ vault key ─HKDF→ database key  → SQLCipher
//!                                                          ├HKDF→ signing key   → tombstones
//!                                                          └HKDF→ wrapping key ─unwraps→ visit key, sound key
//!                                                                 sound key → chunks
//!                                                                 visit key → segments, notes, …
//! ```
#![forbid(unsafe_code)]

mod audio;
mod chunk;
mod database;
mod erasure;
mod error;
mod folder;
mod gaps;
mod hex;
mod key;
mod keys_file;
mod notes;
mod passphrase;
mod place;
mod record;
mod schema;
mod seal;
mod tombstone;
mod transcript;
mod vault;
mod visits;

pub use audio::{CHUNK_SAMPLES, ChunkPosition, Recorded};
pub use error::{Numbered, Part, VaultError};
pub use gaps::{Gap, GapCause};
pub use passphrase::{KdfCost, LEAST_PASSPHRASE_CHARACTERS};
pub use secrecy::SecretString;
pub use tombstone::{Erased, ErasureReason, Tombstone};
pub use vault::Vault;
pub use visits::{NewVisit, VisitRecord, VisitSummary};
