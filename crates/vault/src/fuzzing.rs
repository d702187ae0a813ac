//! Every decoder of the vault's formats as a function of any bytes: it ends with a value or a typed error. What nobody
//! can forge without a key is also given the bytes as if somebody who has the key had sealed, signed or summed them.

use std::str;

use serde::de::DeserializeOwned;
use visit::{Consent, PatientText, Revision, Segment, VisitId};

use crate::key::{Key, OfSound, OfVisit, Signing, Wrapping};
use crate::keys_file::KeysFile;
use crate::record::{self, Record};
use crate::seal::{self, NONCE_BYTES, Nonce};
use crate::visits::Cover;
use crate::{
    EscrowIdentity, EscrowRecipient, VaultError, backup, canonical, chunk, device, door, lockdown,
    signature, tombstone, tries, wal, workstation,
};

/// The nonce, key and identity of the vectors, so that what is kept there opens.
const NONCE: Nonce = Nonce([0x5A; NONCE_BYTES]);
const IDENTITY: &str = include_str!("../tests/vectors/escrow-identity-v2.txt");
const PASSPHRASE: &str = "correct horse battery staple";

fn key<Purpose>(byte: u8) -> Key<Purpose> {
    let filled = Key::fill_with(|bytes| {
        bytes.fill(byte);
        Ok::<_, std::convert::Infallible>(())
    });
    match filled {
        Ok(key) => key,
        Err(never) => match never {},
    }
}

fn visit() -> VisitId {
    VisitId::from_uuid(uuid::Uuid::from_bytes([0xC3; 16]))
}

/// A sealed chunk; what opens is, sealed again, the same.
pub fn chunk(bytes: &[u8]) {
    let place = chunk::Place {
        visit: visit(),
        number: 0,
    };
    let sound: Key<OfSound> = key(0x42);
    if let Ok(pcm) = chunk::open(&sound, place, bytes) {
        let again = chunk::seal(&sound, &NONCE, place, &pcm);
        assert!(again.is_some(), "a chunk of a length that cannot be sealed");
    }
}

/// Sealed records and wrapped keys, as they are and with the bytes sealed in them.
pub fn record(bytes: &[u8]) {
    let of_visit: Key<OfVisit> = key(1);
    read::<Cover>(&of_visit, Record::Cover, bytes);
    read::<Consent>(&of_visit, Record::Consent, bytes);
    read::<Segment>(&of_visit, Record::Segment(0), bytes);
    read::<PatientText>(&of_visit, Record::Signature, bytes);
    if let Some(revision) = read::<Revision>(&of_visit, Record::Revision(0), bytes) {
        canonical::digest(&revision.note);
    }
    let wrapping: Key<Wrapping> = key(2);
    let wrapped = record::unwrap_key::<OfSound>(&wrapping, visit(), bytes);
    assert!(wrapped.is_err(), "a key that nobody wrapped");
}

fn read<T: DeserializeOwned>(key: &Key<OfVisit>, record: Record, bytes: &[u8]) -> Option<T> {
    let forged = record::open::<T>(key, visit(), record, bytes);
    assert!(forged.is_err(), "a record that nobody sealed");
    let sealed = seal::seal(key, &NONCE, &record.bound(visit()), bytes);
    record::open(key, visit(), record, &sealed).ok()
}

/// The keys file, as it is and with the checksum that the bytes should have; what opens it cheaply is tried on it.
pub fn keys(bytes: &[u8]) {
    try_keys(bytes);
    if let Some(bytes) = KeysFile::with_right_checksum(bytes) {
        try_keys(&bytes);
    }
}

fn try_keys(bytes: &[u8]) {
    let Ok(keys) = KeysFile::from_bytes(bytes) else {
        return;
    };
    keys.entrances();
    let again = keys
        .to_bytes()
        .and_then(|bytes| KeysFile::from_bytes(&bytes));
    assert!(again.is_ok(), "a keys file that cannot be written again");
    if let Ok(identity) = EscrowIdentity::parse(&IDENTITY.into()) {
        let _ = keys.unwrap_with_identity(&identity);
    }
    // A file may ask for 2 GiB and minutes, and not for more: `only_costs_within_bounds_are_taken_from_a_file`.
    let cheap = |cost: crate::KdfCost| cost.memory_kib() * cost.passes() <= 128;
    if keys.cost().is_none_or(cheap) {
        let _ = keys.unwrap_with(&PASSPHRASE.into(), None);
        let first = keys
            .people()
            .next()
            .and_then(|account| account.parse().ok());
        if let Some(account) = first {
            let _ = keys.unwrap_person(&account, &PASSPHRASE.into(), None);
        }
    }
}

/// What lies unsealed beside a vault: the notes at its door, of which each is an event that can be
/// entered, the counts of failed tries, reports of a suspicion, and the computer's enrolment.
pub fn door(bytes: &[u8]) {
    tries::read_as_counts(bytes);
    assert!(
        lockdown::is_a_report(bytes),
        "a report that locks nothing down"
    );
    let _ = str::from_utf8(bytes).map(workstation::read_as_enrolment);
    for event in door::read_as_notes(bytes) {
        assert!(!event.act.to_string().is_empty(), "an act without words");
        audit::Entry::after(0, &audit::Digest::from_bytes([0; 32]), event);
    }
}

/// A write-ahead log, before SQLite reads it.
pub fn wal(bytes: &[u8]) {
    assert!(
        wal::examine_bytes(bytes, 512).is_ok(),
        "bytes in memory cannot fail to be read"
    );
}

/// A snapshot of a backup.
pub fn snapshot(bytes: &[u8]) {
    let signing: Key<Signing> = key(0x33);
    let _: Result<_, VaultError> = backup::decode_snapshot(bytes, &signing);
}

/// A tombstone's and a signature's statement, each with the last 64 bytes as its Ed25519 signature and with a right one.
pub fn signed(bytes: &[u8]) {
    let signing: Key<Signing> = key(1);
    let (statement, last) = bytes.split_at(bytes.len().saturating_sub(64));
    tombstone::open(&signing, statement, last);
    tombstone::open(&signing, bytes, &tombstone::sign(&signing, bytes));
    if let Ok(text) = str::from_utf8(statement) {
        signature::open(&signing, text, last);
    }
    if let Ok(text) = str::from_utf8(bytes) {
        signature::open(&signing, text, &signature::sign(&signing, text));
    }
}

/// The line of a device secret file.
pub fn device_secret(bytes: &[u8]) {
    let Ok(line) = str::from_utf8(bytes) else {
        return;
    };
    if let Some(secret) = device::secret_in(line, &device::name_of(&[0x11; 16])) {
        device::parse(&secret);
    }
}

/// The organisation's recovery key: its file, its recipient, and what was encrypted to it.
pub fn escrow(bytes: &[u8]) {
    if let Ok(text) = str::from_utf8(bytes) {
        let _ = EscrowIdentity::parse(&text.into()).map(|identity| identity.recipient());
        let _ = EscrowIdentity::parse_code(&text.into()).map(|identity| identity.recipient());
        let _ = text.parse::<EscrowRecipient>();
    }
    if let Ok(identity) = EscrowIdentity::parse(&IDENTITY.into()) {
        let _ = identity.unwrap_key(bytes);
    }
}

#[cfg(test)]
#[path = "../../../fuzz/replay.rs"]
mod replay;

#[cfg(test)]
mod tests {
    use super::replay::replay;

    #[test]
    fn the_corpora_are_read_without_a_panic() {
        replay("chunk", super::chunk);
        replay("record", super::record);
        replay("keys", super::keys);
        replay("snapshot", super::snapshot);
        replay("signed", super::signed);
        replay("device_secret", super::device_secret);
        replay("escrow", super::escrow);
        let notes = include_bytes!("../../../fuzz/corpus/door/notes");
        assert_eq!(super::door::read_as_notes(notes).len(), 3);
        let enrolment = include_str!("../../../fuzz/corpus/door/enrolment");
        assert_eq!(super::workstation::read_as_enrolment(enrolment), Some(7));
        replay("door", super::door);
        replay("wal", super::wal);
    }
}
