#![allow(clippy::unwrap_used, clippy::panic)]
use super::*;

const VECTOR: &str = include_str!("../../tests/vectors/keys-v1.json");

fn passphrase() -> SecretString {
    "correct horse battery staple".into()
}

fn made() -> (Vec<u8>, Key<VaultRoot>) {
    let (file, key) = KeysFile::make(&passphrase(), KdfCost::LEAST).unwrap();
    (file.to_bytes().unwrap(), key)
}

/// Why the key does not come out, or that it does and is the right one.
fn outcome(bytes: &[u8], key: &Key<VaultRoot>) -> Option<VaultError> {
    match KeysFile::from_bytes(bytes).and_then(|file| file.unwrap_with(&passphrase())) {
        Ok(found) if found.expose() == key.expose() => None,
        Ok(_) => panic!("another key came out"),
        Err(error) => Some(error),
    }
}

#[test]
fn the_vault_key_comes_back_with_the_passphrase_alone() {
    let (bytes, key) = made();
    assert!(outcome(&bytes, &key).is_none());
    let file = KeysFile::from_bytes(&bytes).unwrap();
    assert!(matches!(
        file.unwrap_with(&"correct horse battery stable".into()),
        Err(VaultError::WrongPassphrase)
    ));
}

#[test]
fn every_flipped_bit_is_a_typed_error() {
    let (bytes, key) = made();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            let error = outcome(&flipped, &key);
            assert!(
                matches!(
                    error,
                    Some(
                        VaultError::Damaged {
                            what: Part::KeysFile
                        } | VaultError::NewerVersion { .. }
                    )
                ),
                "byte {at}, bit {bit}: {error:?}"
            );
        }
    }
}

#[test]
fn every_truncation_is_a_typed_error() {
    let (bytes, key) = made();
    // Without the final line break it is still the whole file.
    for length in 0..bytes.len() - 1 {
        let error = outcome(&bytes[..length], &key);
        assert!(
            matches!(error, Some(VaultError::Damaged { .. })),
            "{length}: {error:?}"
        );
    }
}

/// A file whose checksum is right but whose fields were exchanged.
#[test]
fn cost_and_salt_are_bound_to_the_wrapped_key() {
    let (bytes, key) = made();
    let changed = |change: fn(&mut Kdf)| {
        let mut file = KeysFile::from_bytes(&bytes).unwrap();
        let Wrap::Passphrase { kdf, .. } = &mut file.wraps[0];
        change(kdf);
        file.checksum = checksum(&file.format, file.version, &file.wraps).unwrap();
        outcome(&file.to_bytes().unwrap(), &key)
    };
    assert!(changed(|_| ()).is_none());
    assert!(matches!(
        changed(|kdf| kdf.passes = 2),
        Some(VaultError::WrongPassphrase)
    ));
    assert!(matches!(
        changed(|kdf| kdf.salt.0[0] ^= 1),
        Some(VaultError::WrongPassphrase)
    ));
    assert!(matches!(
        changed(|kdf| kdf.memory_kib = u32::MAX),
        Some(VaultError::Damaged { .. })
    ));
}

#[test]
fn a_newer_version_is_refused_whatever_else_stands_in_the_file() {
    let newer = format!(r#"{{"format":"{FORMAT}","version":2,"ways":[]}}"#);
    assert!(matches!(
        KeysFile::from_bytes(newer.as_bytes()),
        Err(VaultError::NewerVersion {
            what: Part::KeysFile,
            found: 2,
            known: 1
        })
    ));
}

fn vector_key() -> Key<VaultRoot> {
    Key::fill_with(|bytes| {
        bytes.iter_mut().zip(0..).for_each(|(byte, n)| *byte = n);
        Ok::<_, ()>(())
    })
    .unwrap()
}

/// The file is kept for ever: whoever has it and the passphrase gets in.
#[test]
fn the_first_version_of_the_file_is_read_and_written_as_ever() {
    assert!(outcome(VECTOR.as_bytes(), &vector_key()).is_none());
    let cost = KdfCost::checked(64, 2, 2).unwrap();
    let file = KeysFile::wrap(
        &vector_key(),
        &passphrase(),
        cost,
        [0xA5; SALT_BYTES],
        &Nonce([0x5A; NONCE_BYTES]),
    );
    assert_eq!(
        String::from_utf8(file.unwrap().to_bytes().unwrap()).unwrap(),
        VECTOR
    );
}
