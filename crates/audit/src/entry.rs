use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use visit::UnixMillis;

use crate::act::Act;
use crate::actor::Actor;
use crate::canonical;
use crate::hex::{Digest, PublicKey};

const ENTRY: &[u8] = b"inroom audit entry\x01";
const ORIGIN: &[u8] = b"inroom audit origin\x01";

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// When, by the computer's clock, which a person can set.
    pub at: UnixMillis,
    /// Who did it.
    pub who: Actor,
    /// What it was.
    pub act: Act,
}

/// An event in its place in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its number: the first one is 1.
    pub number: u64,
    /// When, by the computer's clock, which a person can set.
    pub at: UnixMillis,
    /// Who did it.
    pub who: Actor,
    /// What it was.
    pub act: Act,
    /// SHA-256 over purpose and version, the hash of the entry before (for the first one
    /// [`origin`]), and the entry's canonical form.
    pub hash: Digest,
}

/// What stands in the place of a hash before the first entry: it ties a log to the key that signs
/// its heads.
pub fn origin(key: &PublicKey) -> Digest {
    let mut hash = Sha256::new();
    hash.update(ORIGIN);
    hash.update(key.0);
    Digest::from_bytes(hash.finalize().into())
}

impl Entry {
    /// The entry that follows one with this number and hash; before the first they are 0 and
    /// [`origin`].
    pub fn after(number: u64, hash: &Digest, event: Event) -> Self {
        let number = number.saturating_add(1);
        let hash = hash_of(hash, number, &event);
        let Event { at, who, act } = event;
        Self {
            number,
            at,
            who,
            act,
            hash,
        }
    }

    /// Whether its hash is right for an entry that follows one with this hash.
    pub(crate) fn follows(&self, previous: &Digest) -> bool {
        let event = Event {
            at: self.at,
            who: self.who.clone(),
            act: self.act.clone(),
        };
        hash_of(previous, self.number, &event) == self.hash
    }
}

fn hash_of(previous: &Digest, number: u64, event: &Event) -> Digest {
    let mut bytes = Vec::with_capacity(256);
    bytes.extend_from_slice(ENTRY);
    bytes.extend_from_slice(&previous.0);
    canonical::push(&mut bytes, number, event);
    Digest::from_bytes(Sha256::digest(&bytes).into())
}
