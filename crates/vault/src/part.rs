//! The parts of a vault, as errors name them.

use std::fmt;

/// A part of the vault, as named in errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// `keys.json`.
    KeysFile,
    /// `vault.db`.
    Database,
    /// A visit's own key.
    VisitKey,
    /// A visit's patient label and reason.
    Cover,
    /// A visit's consent.
    Consent,
    /// A second of sound.
    Chunk(u32),
    /// A segment of the transcript.
    Segment(u32),
    /// A revision of the note.
    Revision(u32),
    /// The signature of a note.
    Signature,
    /// What a person said about who spoke.
    Correction(u32),
    /// A note that was signed.
    SignedNote,
    /// What an erased visit has left.
    Tombstone,
    /// A backup.
    Backup,
    /// The audit log.
    AuditLog,
    /// A person's voice print.
    VoicePrint,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KeysFile => f.write_str("the vault's file keys.json"),
            Self::Database => f.write_str("the vault's file vault.db"),
            Self::VisitKey => f.write_str("the key of a visit"),
            Self::Cover => f.write_str("the patient label of a visit"),
            Self::Consent => f.write_str("the consent of a visit"),
            Self::Chunk(number) => write!(f, "chunk {number} of a recording"),
            Self::Segment(index) => write!(f, "segment {index} of a transcript"),
            Self::Revision(number) => write!(f, "revision {number} of a note"),
            Self::Signature => f.write_str("the signature of a note"),
            Self::Correction(number) => write!(f, "correction {number} of a transcript's speakers"),
            Self::SignedNote => f.write_str("a signed note"),
            Self::Tombstone => f.write_str("the record of an erasure"),
            Self::Backup => f.write_str("the backup"),
            Self::AuditLog => f.write_str("the audit log"),
            Self::VoicePrint => f.write_str("a person's voice print"),
        }
    }
}

/// What is stored in numbered order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbered {
    /// Seconds of sound, from 0.
    Chunk,
    /// Segments of the transcript, from 0.
    Segment,
    /// Revisions of the note, from 1.
    Revision,
}

impl fmt::Display for Numbered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Chunk => "chunk",
            Self::Segment => "segment",
            Self::Revision => "revision",
        })
    }
}
