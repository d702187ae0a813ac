//! What stands in the files of a vault while it is open and after.

use visit::{Consent, Samples, UnixMillis, VisitState};

use crate::sample::{contents, folder, new_visit, note, passphrase, provenance, scratch, segment};

/// Stands in every text, and as bytes in the sound.
const CANARY: &str = "CanaryPhraseXyzzyPlugh";

fn canary_sound() -> Vec<i16> {
    CANARY
        .as_bytes()
        .chunks_exact(2)
        .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
        .cycle()
        .take(16_000)
        .collect()
}

fn holds(bytes: &[u8], pattern: &[u8]) -> bool {
    bytes.windows(pattern.len()).any(|window| window == pattern)
}

#[test]
fn no_file_holds_anything_readable() {
    let (parent, vault) = scratch();
    let mut new = new_visit(CANARY);
    new.reason = CANARY.into();
    new.template = CANARY.to_owned();
    new.language = Some(CANARY.to_owned());
    new.consent = Consent {
        asked_by: CANARY.into(),
        wording: CANARY.to_owned(),
        ..new.consent
    };
    let id = vault.begin_visit(new).unwrap();
    vault.set_state(id, VisitState::Recording).unwrap();
    for number in 0..3 {
        vault.append_chunk(id, number, &canary_sound()).unwrap();
    }
    vault
        .append_segments(id, &[segment(0, CANARY)], Samples(0))
        .unwrap();
    vault.set_state(id, VisitState::Recorded).unwrap();
    let mut from_model = provenance();
    from_model.model.id = CANARY.to_owned();
    vault
        .save_revision(id, UnixMillis(0), &note(CANARY), Some(&from_model))
        .unwrap();

    let open = contents(&folder(&parent));
    let names: Vec<_> = open.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        ["keys.json", "vault.db", "vault.db-shm", "vault.db-wal"]
    );
    drop(vault);
    let closed = contents(&folder(&parent));
    let utf16: Vec<u8> = CANARY.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (state, (name, bytes)) in open
        .iter()
        .map(|file| ("open", file))
        .chain(closed.iter().map(|file| ("closed", file)))
    {
        let secret = secrecy::ExposeSecret::expose_secret(&passphrase()).to_owned();
        for pattern in [
            CANARY.as_bytes(),
            &utf16,
            b"SQLite format 3",
            b"RIFF",
            b"CREATE TABLE",
            b"visits",
            secret.as_bytes(),
        ] {
            assert!(
                !holds(bytes, pattern),
                "{name} ({state}) holds {:?}",
                String::from_utf8_lossy(pattern)
            );
        }
    }
    assert!(
        closed
            .iter()
            .any(|(name, bytes)| name == "vault.db" && bytes.len() > 90_000)
    );
}
