#![allow(clippy::unwrap_used, clippy::panic)]
use std::sync::Mutex;

use governance::Account;
use secrecy::ExposeSecret;

use super::person::{PersonWay, Random};
use super::wrap::by_passphrase;
use super::*;
use crate::device::{DeviceError, DeviceSecretFile};
use crate::escrow::EscrowIdentity;
use crate::key::KEY_BYTES;
use crate::passphrase::SALT_BYTES;
use crate::seal::{NONCE_BYTES, Nonce};

const FIRST: &str = include_str!("../../tests/vectors/keys-v1.json");
const SECOND: &str = include_str!("../../tests/vectors/keys-v2.json");
const THIRD: &str = include_str!("../../tests/vectors/keys-v3.json");
const FOURTH: &str = include_str!("../../tests/vectors/keys-v4.json");
const CODE: &str = include_str!("../../tests/vectors/emergency-code-v4.txt");
const IDENTITY: &str = include_str!("../../tests/vectors/escrow-identity-v2.txt");
const DEVICE_FILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/vectors/device-secret-v2.txt"
);

/// A keyring that keeps one secret in memory.
#[derive(Default)]
struct Keyring {
    kept: Mutex<Option<(String, SecretString)>>,
    locked: bool,
}

impl DeviceSecrets for Keyring {
    fn place(&self) -> DevicePlace {
        DevicePlace::Keyring
    }

    fn read(&self, name: &str) -> Result<Option<SecretString>, DeviceError> {
        if self.locked {
            return Err(DeviceError {
                place: DevicePlace::Keyring,
                reason: "it is locked".to_owned(),
            });
        }
        let kept = self.kept.lock().unwrap();
        Ok(kept
            .as_ref()
            .filter(|(of, _)| of == name)
            .map(|(_, secret)| secret.expose_secret().into()))
    }

    fn write(&self, name: &str, secret: &SecretString) -> Result<(), DeviceError> {
        *self.kept.lock().unwrap() = Some((name.to_owned(), secret.expose_secret().into()));
        Ok(())
    }
}

fn made_with(secrets: &Keyring, escrow: &EscrowIdentity) -> (KeysFile, Key<VaultRoot>) {
    let recipient = escrow.recipient();
    KeysFile::make(&Ways {
        passphrase: &passphrase(),
        cost: KdfCost::LEAST,
        device: Some(secrets),
        escrow: Some(&recipient),
    })
    .unwrap()
}

fn passphrase() -> SecretString {
    "correct horse battery staple".into()
}

fn made() -> (Vec<u8>, Key<VaultRoot>) {
    let (file, key) = KeysFile::make(&Ways {
        passphrase: &passphrase(),
        cost: KdfCost::LEAST,
        device: None,
        escrow: None,
    })
    .unwrap();
    (file.to_bytes().unwrap(), key)
}

/// Why the key does not come out, or that it does and is the right one.
fn outcome(bytes: &[u8], key: &Key<VaultRoot>) -> Option<VaultError> {
    match KeysFile::from_bytes(bytes).and_then(|file| file.unwrap_with(&passphrase(), None)) {
        Ok(found) if found.root.expose() == key.expose() => None,
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
        file.unwrap_with(&"correct horse battery stable".into(), None),
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
        let Wrap::Passphrase { kdf, .. } = &mut file.content.wraps[0] else {
            panic!("the passphrase stands first");
        };
        change(kdf);
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
    let newer = format!(r#"{{"format":"{FORMAT}","version":5,"ways":[]}}"#);
    assert!(matches!(
        KeysFile::from_bytes(newer.as_bytes()),
        Err(VaultError::NewerVersion {
            what: Part::KeysFile,
            found: 5,
            known: 4
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

/// The files are kept for ever: whoever has one and the passphrase gets in.
#[test]
fn the_first_version_of_the_file_is_read_as_ever() {
    assert!(outcome(FIRST.as_bytes(), &vector_key()).is_none());
    let again = KeysFile::from_bytes(FIRST.as_bytes()).unwrap();
    assert_eq!(String::from_utf8(again.to_bytes().unwrap()).unwrap(), FIRST);
}

#[test]
fn the_second_version_of_the_file_is_read_as_ever() {
    let file = KeysFile::from_bytes(SECOND.as_bytes()).unwrap();
    let by_passphrase = file
        .unwrap_with(&passphrase(), Some(&DeviceSecretFile::new(DEVICE_FILE)))
        .unwrap();
    let identity = EscrowIdentity::parse(&IDENTITY.to_owned().into()).unwrap();
    let by_escrow = file.unwrap_with_identity(&identity).unwrap();
    for found in [by_passphrase, by_escrow] {
        assert_eq!(found.root.expose(), vector_key().expose());
        assert_eq!(found.signing.expose(), &[0x33; KEY_BYTES]);
        assert!(found.former.is_none());
    }
    assert_eq!(String::from_utf8(file.to_bytes().unwrap()).unwrap(), SECOND);
}

/// The passphrase's wrap, byte by byte as the vector has it.
#[test]
fn the_second_version_of_the_file_is_written_as_ever() {
    let device = device::find(&DeviceSecretFile::new(DEVICE_FILE), &[0x11; 16]).unwrap();
    let wrap = by_passphrase(
        &vector_key(),
        &[0x11; 16],
        (&passphrase(), KdfCost::checked(64, 2, 2).unwrap()),
        [0xA5; SALT_BYTES],
        Some((DevicePlace::File, device)),
        &Nonce([0x5A; NONCE_BYTES]),
    );
    let vector = KeysFile::from_bytes(SECOND.as_bytes()).unwrap();
    assert_eq!(
        serde_json::to_string(&wrap.unwrap()).unwrap(),
        serde_json::to_string(&vector.content.wraps[0]).unwrap()
    );
}

fn ada() -> Account {
    "ada@northside.example".parse().unwrap()
}

#[test]
fn the_third_version_of_the_file_is_read_as_ever() {
    let file = KeysFile::from_bytes(THIRD.as_bytes()).unwrap();
    let secrets = DeviceSecretFile::new(DEVICE_FILE);
    let by_person = file
        .unwrap_person(&ada(), &passphrase(), Some(&secrets))
        .unwrap();
    let identity = EscrowIdentity::parse(&IDENTITY.to_owned().into()).unwrap();
    let by_escrow = file.unwrap_with_identity(&identity).unwrap();
    for found in [by_person, by_escrow] {
        assert_eq!(found.root.expose(), vector_key().expose());
        assert_eq!(found.signing.expose(), &[0x33; KEY_BYTES]);
    }
    assert_eq!(String::from_utf8(file.to_bytes().unwrap()).unwrap(), THIRD);
    assert!(matches!(
        file.unwrap_with(&passphrase(), Some(&secrets)),
        Err(VaultError::AccountNeeded)
    ));
    let stranger = "ben@northside.example".parse().unwrap();
    assert!(matches!(
        file.unwrap_person(&stranger, &passphrase(), Some(&secrets)),
        Err(VaultError::NoWay(_))
    ));
    assert!(matches!(
        file.unwrap_person(
            &ada(),
            &"correct horse battery stable".into(),
            Some(&secrets)
        ),
        Err(VaultError::WrongPassphrase)
    ));
}

/// A person's way, byte by byte as the vector has it, and as it leads to another vault key.
#[test]
fn the_third_version_of_the_file_is_written_as_ever() {
    let device = device::find(&DeviceSecretFile::new(DEVICE_FILE), &[0x11; 16]).unwrap();
    let person = Key::fill_with(|bytes| {
        bytes.fill(0x44);
        Ok::<_, ()>(())
    });
    let random = Random {
        person: person.unwrap(),
        salt: [0xA5; SALT_BYTES],
        nonces: [0x5A, 0x5C, 0x5D].map(|byte| Nonce([byte; NONCE_BYTES])),
    };
    let cost = KdfCost::checked(64, 2, 2).unwrap();
    let known = ("ada@northside.example", &passphrase(), cost);
    let device = Some((DevicePlace::File, device));
    let way = PersonWay::with(&vector_key(), &[0x11; 16], known, device, &random).unwrap();
    let vector = KeysFile::from_bytes(THIRD.as_bytes()).unwrap();
    assert_eq!(
        serde_json::to_string(&way).unwrap(),
        serde_json::to_string(&vector.content.people[0]).unwrap()
    );
}

/// A way that was moved to another account, or to another vault, opens nothing; and people stand in
/// their order, each once.
#[test]
fn a_persons_way_is_bound_to_account_and_vault() {
    let secrets = DeviceSecretFile::new(DEVICE_FILE);
    let changed = |change: fn(&mut Content)| {
        let mut file = KeysFile::from_bytes(THIRD.as_bytes()).unwrap();
        change(&mut file.content);
        let bytes = file.to_bytes().unwrap();
        KeysFile::from_bytes(&bytes).and_then(|file| {
            let account = file.people().next().unwrap().parse().unwrap();
            file.unwrap_person(&account, &passphrase(), Some(&secrets))
        })
    };
    assert!(changed(|_| ()).is_ok());
    let moved = changed(|content| content.people[0].account = "adb@northside.example".into());
    assert!(matches!(moved, Err(VaultError::WrongPassphrase)));
    let exchanged = changed(|content| {
        let way = &mut content.people[0];
        way.vault_key = way.kept.clone();
    });
    assert!(matches!(exchanged, Err(VaultError::Damaged { .. })));
    for break_it in [
        (|content| content.people.push(content.people[0].clone())) as fn(&mut Content),
        |content| content.people[0].account = "ADA@northside.example".into(),
        |content| content.people[0].account = "ada".into(),
        |content| content.vault = None,
        |content| content.version = 2,
    ] {
        assert!(matches!(changed(break_it), Err(VaultError::Damaged { .. })));
    }
}

#[test]
fn the_secret_of_this_computer_is_needed_and_told_from_a_wrong_passphrase() {
    let (keyring, escrow) = (Keyring::default(), EscrowIdentity::generate());
    let (file, root) = made_with(&keyring, &escrow);
    let found = file.unwrap_with(&passphrase(), Some(&keyring)).unwrap();
    assert_eq!(found.root.expose(), root.expose());

    let place = DevicePlace::Keyring;
    let refused = |secrets: Option<&dyn DeviceSecrets>| {
        file.unwrap_with(&passphrase(), secrets).err().unwrap()
    };
    assert!(
        matches!(refused(None), VaultError::DeviceSecretNeeded { place: needed } if needed == place)
    );
    let empty = Keyring::default();
    assert!(matches!(
        refused(Some(&empty)),
        VaultError::DeviceSecretMissing { .. }
    ));
    assert!(
        empty.kept.lock().unwrap().is_none(),
        "no secret is made anew"
    );
    let locked = Keyring {
        locked: true,
        ..Keyring::default()
    };
    assert!(matches!(refused(Some(&locked)), VaultError::Device(_)));
    let name = keyring.kept.lock().unwrap().as_ref().unwrap().0.clone();
    for other in ["00".repeat(KEY_BYTES), "no key".to_owned()] {
        empty.write(&name, &other.into()).unwrap();
        assert!(matches!(
            refused(Some(&empty)),
            VaultError::DeviceSecretChanged { .. }
        ));
    }
    let wrong = file.unwrap_with(&"correct horse battery stable".into(), Some(&keyring));
    assert!(matches!(wrong, Err(VaultError::WrongPassphrase)));
}

#[test]
fn the_recovery_key_opens_what_was_entrusted_to_it() {
    let (keyring, escrow) = (Keyring::default(), EscrowIdentity::generate());
    let (file, root) = made_with(&keyring, &escrow);
    let found = file.unwrap_with_identity(&escrow).unwrap();
    assert_eq!(found.root.expose(), root.expose());
    let other = file.unwrap_with_identity(&EscrowIdentity::generate());
    assert!(matches!(other, Err(VaultError::WrongIdentity)));
    let (bytes, _) = made();
    let without = KeysFile::from_bytes(&bytes).unwrap();
    assert!(matches!(
        without.unwrap_with_identity(&escrow),
        Err(VaultError::NoEscrow)
    ));
}

#[test]
fn a_new_vault_key_keeps_the_former_one_and_the_one_that_signs() {
    let (keyring, escrow) = (Keyring::default(), EscrowIdentity::generate());
    let (file, root) = made_with(&keyring, &escrow);
    let unwrapped = file.unwrap_with(&passphrase(), Some(&keyring)).unwrap();
    let recipient = escrow.recipient();
    let ways = Ways {
        passphrase: &passphrase(),
        cost: KdfCost::LEAST,
        device: Some(&keyring),
        escrow: Some(&recipient),
    };
    let (next, new_root) = file.with_new_key(&unwrapped, &ways).unwrap();
    assert_ne!(root.expose(), new_root.expose());
    let next = KeysFile::from_bytes(&next.to_bytes().unwrap()).unwrap();
    let found = next.unwrap_with(&passphrase(), Some(&keyring)).unwrap();
    assert_eq!(found.root.expose(), new_root.expose());
    assert_eq!(found.former.unwrap().expose(), root.expose());
    assert_eq!(found.signing.expose(), unwrapped.signing.expose());
    let done = next.without_former_key();
    let found = done.unwrap_with_identity(&escrow).unwrap();
    assert!(found.former.is_none());
    assert_eq!(found.signing.expose(), unwrapped.signing.expose());
}

#[test]
fn the_fourth_version_of_the_file_is_read_as_ever() {
    let file = KeysFile::from_bytes(FOURTH.as_bytes()).unwrap();
    let secrets = DeviceSecretFile::new(DEVICE_FILE);
    let sheet = EscrowIdentity::parse_code(&CODE.to_owned().into()).unwrap();
    let by_person = file
        .unwrap_person(&ada(), &passphrase(), Some(&secrets))
        .unwrap();
    let by_sheet = file.unwrap_emergency(&sheet, Some(&secrets)).unwrap();
    for found in [by_person, by_sheet] {
        assert_eq!(found.root.expose(), vector_key().expose());
        assert_eq!(found.signing.expose(), &[0x33; KEY_BYTES]);
    }
    assert_eq!(String::from_utf8(file.to_bytes().unwrap()).unwrap(), FOURTH);
    assert!(matches!(
        file.unwrap_emergency(&sheet, None),
        Err(VaultError::DeviceSecretNeeded { .. })
    ));
    let other = EscrowIdentity::generate();
    assert!(matches!(
        file.unwrap_emergency(&other, Some(&secrets)),
        Err(VaultError::WrongEmergencyCode)
    ));
    // Without the sheet it is a file of the third version.
    let identity = EscrowIdentity::parse(&IDENTITY.to_owned().into()).unwrap();
    let unwrapped = file.unwrap_with_identity(&identity).unwrap();
    let without = file.with_emergency(&unwrapped, None).unwrap();
    assert_eq!(
        String::from_utf8(without.to_bytes().unwrap()).unwrap(),
        THIRD
    );
}
