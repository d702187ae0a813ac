use ed25519_dalek::VerifyingKey;

use crate::entry::{Entry, origin};
use crate::export::LineError;
use crate::head::SignedHead;
use crate::hex::{Digest, PublicKey};

/// What is wrong with a log. Nothing after the place that is named was looked at.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The bytes are no Ed25519 public key.
    #[error("the key is not an Ed25519 public key; nothing was checked")]
    NotAKey,
    /// The log names another key than the one that it was to be checked with.
    #[error(
        "the log says that it is signed with the key {found}, which is not the one given; it is of \
         another vault or was made up"
    )]
    OtherKey {
        /// The key that the log names.
        found: PublicKey,
    },
    /// A line cannot be read, or is not written as the program writes it.
    #[error("{error}; the first bad place is at entry {number}")]
    Line {
        /// The entry that should stand there.
        number: u64,
        /// What is wrong with the line.
        error: LineError,
    },
    /// The entry is not the one that its hash was computed for, or does not follow the one before.
    #[error("entry {number} was changed, or the one before it was exchanged")]
    Changed {
        /// Which.
        number: u64,
    },
    /// Entries are not there.
    #[error("entry {number} is missing; entry {found} stands in its place")]
    Missing {
        /// The first that is missing.
        number: u64,
        /// What comes instead.
        found: u64,
    },
    /// An entry stands where another should.
    #[error("entry {found} stands once more where entry {number} should: it was added or moved")]
    OutOfPlace {
        /// The entry that should stand there.
        number: u64,
        /// What stands there.
        found: u64,
    },
    /// A head was not signed with the log's key.
    #[error("the signature over the first {entries} entries is not right")]
    NotSigned {
        /// How many entries the head speaks of.
        entries: u64,
    },
    /// A head stands where it does not belong.
    #[error("the signature over the first {entries} entries stands after entry {after}")]
    HeadOutOfPlace {
        /// How many entries the head speaks of.
        entries: u64,
        /// The last entry before it.
        after: u64,
    },
    /// The entries fit together but are not those that were signed.
    #[error("of the entries {from} to {to} at least one is not the one that was signed")]
    Rewritten {
        /// The first that may be another.
        from: u64,
        /// The last that may be.
        to: u64,
    },
    /// The end is missing.
    #[error("the log ends before entry {number}, without the signature that ends it")]
    Truncated {
        /// The first entry that is missing, or the signature before it.
        number: u64,
    },
    /// The log ends before a head that was kept elsewhere.
    #[error("the log ends after {entries} entries; the signature kept elsewhere speaks of {kept}")]
    BehindKept {
        /// How many there are.
        entries: u64,
        /// How many there were.
        kept: u64,
    },
}

impl Fault {
    /// The number of the first entry that is bad, missing or moved; `None` if it is not about one.
    pub const fn first_bad(&self) -> Option<u64> {
        match self {
            Self::NotAKey | Self::OtherKey { .. } => None,
            Self::Line { number, .. }
            | Self::Changed { number }
            | Self::Missing { number, .. }
            | Self::OutOfPlace { number, .. }
            | Self::Truncated { number } => Some(*number),
            Self::NotSigned { entries } => Some(*entries),
            Self::HeadOutOfPlace { after, .. } => Some(*after),
            Self::Rewritten { from, .. } => Some(*from),
            Self::BehindKept { entries, .. } => Some(entries.saturating_add(1)),
        }
    }
}

/// What a log that is in order holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Entries.
    pub entries: u64,
    /// Signed heads.
    pub heads: u64,
    /// The last one, which covers everything.
    pub last: SignedHead,
}

/// Goes through a log from its first entry on and keeps nothing of it but where it is.
pub struct Verifier {
    key: VerifyingKey,
    entries: u64,
    hash: Digest,
    heads: u64,
    /// The last head, if it has been met.
    signed: Option<SignedHead>,
    /// Heads that were kept elsewhere, until the place of each is reached: the next one last.
    kept: Vec<SignedHead>,
}

impl Verifier {
    /// For a log whose heads are signed with the private part of this key.
    ///
    /// # Errors
    /// [`Fault::NotAKey`].
    pub fn new(key: &PublicKey) -> Result<Self, Fault> {
        Ok(Self {
            key: VerifyingKey::from_bytes(&key.0).map_err(|_| Fault::NotAKey)?,
            entries: 0,
            hash: origin(key),
            heads: 0,
            signed: None,
            kept: Vec::new(),
        })
    }

    /// The same, and the log must hold what these heads speak of: they were kept elsewhere, so
    /// that an end that was cut off or written anew does not go unnoticed.
    ///
    /// # Errors
    /// [`Fault::NotSigned`] if one was not signed with the log's key.
    pub fn expect(self, mut kept: Vec<SignedHead>) -> Result<Self, Fault> {
        if let Some(false_one) = kept.iter().find(|kept| !kept.is_signed(&self.key)) {
            return Err(Fault::NotSigned {
                entries: false_one.entries,
            });
        }
        kept.sort_by_key(|kept| std::cmp::Reverse(kept.entries));
        Ok(Self { kept, ..self })
    }

    /// How many entries it has gone through.
    pub const fn entries(&self) -> u64 {
        self.entries
    }

    /// Takes the next entry.
    ///
    /// # Errors
    /// [`Fault::Missing`], [`Fault::OutOfPlace`], [`Fault::Changed`], [`Fault::Rewritten`].
    pub fn entry(&mut self, entry: &Entry) -> Result<(), Fault> {
        let (number, found) = (self.next(), entry.number);
        if found > number {
            return Err(Fault::Missing { number, found });
        }
        if found < number {
            return Err(Fault::OutOfPlace { number, found });
        }
        if !entry.follows(&self.hash) {
            return Err(Fault::Changed { number });
        }
        self.entries = number;
        self.hash = entry.hash;
        while let Some(kept) = self.kept.pop_if(|kept| kept.entries <= number) {
            if kept.hash != self.hash {
                return Err(self.rewritten(number));
            }
        }
        Ok(())
    }

    /// Takes a head, which stands right after the entries that it speaks of.
    ///
    /// # Errors
    /// [`Fault::NotSigned`], [`Fault::Missing`], [`Fault::HeadOutOfPlace`], [`Fault::Rewritten`].
    pub fn head(&mut self, head: &SignedHead) -> Result<(), Fault> {
        let entries = head.entries;
        if !head.is_signed(&self.key) {
            return Err(Fault::NotSigned { entries });
        }
        if entries > self.entries {
            return Err(Fault::Missing {
                number: self.next(),
                found: entries,
            });
        }
        if entries < self.entries {
            let after = self.entries;
            return Err(Fault::HeadOutOfPlace { entries, after });
        }
        if head.hash != self.hash {
            return Err(self.rewritten(entries));
        }
        self.heads += 1;
        self.signed = Some(*head);
        Ok(())
    }

    /// Says what the log holds once all of it has been taken.
    ///
    /// # Errors
    /// [`Fault::Truncated`] unless it ends with a head; [`Fault::BehindKept`].
    pub fn end(self) -> Result<Verified, Fault> {
        if let Some(kept) = self.kept.first() {
            return Err(Fault::BehindKept {
                entries: self.entries,
                kept: kept.entries,
            });
        }
        match self.signed.filter(|head| head.entries == self.entries) {
            Some(last) => Ok(Verified {
                entries: self.entries,
                heads: self.heads,
                last,
            }),
            None => Err(Fault::Truncated {
                number: self.next(),
            }),
        }
    }

    /// The number that comes next.
    const fn next(&self) -> u64 {
        self.entries.saturating_add(1)
    }

    fn rewritten(&self, to: u64) -> Fault {
        let from = self.signed.map_or(1, |head| head.entries.saturating_add(1));
        Fault::Rewritten { from, to }
    }
}
