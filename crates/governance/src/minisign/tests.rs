#![allow(clippy::unwrap_used)]
use proptest::prelude::*;
use secrecy::SecretString;
use zeroize::Zeroizing;

use super::*;

const PUBLIC: &str = include_str!("../../tests/vectors/minisign-v1.pub");
const SECRET: &str = include_str!("../../tests/vectors/minisign-v1.key");
const FILE: &[u8] = include_bytes!("../../tests/vectors/organisation-v1.toml");
const SIGNATURE: &str = include_str!("../../tests/vectors/organisation-v1.toml.minisig");

fn key(seed: u8) -> SecretKey {
    SecretKey::from_seeds(&Seeds {
        key: Zeroizing::new([seed; 32]),
        id: [seed; 8],
    })
}

fn passphrase() -> SecretString {
    "the key of the made-up clinic".into()
}

#[test]
fn what_the_tool_has_signed_is_verified() {
    let key: PublicKey = PUBLIC.parse().unwrap();
    assert_eq!(key.id().to_string(), "1B2FB85BD25436B4");
    let signature: Signature = SIGNATURE.parse().unwrap();
    assert_eq!(
        signature.verify(FILE, &key),
        Ok("Northside Clinic, serial 7")
    );
}

#[test]
fn the_tools_secret_key_signs_the_same() {
    let key = SecretKey::open(SECRET, &passphrase()).unwrap();
    assert_eq!(key.public(), PUBLIC.parse().unwrap());
    // Ed25519 has no randomness: the same key, file and comment give the same bytes.
    let signature = key.sign(FILE, "Northside Clinic, serial 7");
    assert_eq!(signature, SIGNATURE.parse().unwrap());
    let lines = |text: &str| text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(lines(&signature.file()), lines(SIGNATURE));
}

#[test]
fn keys_are_written_as_the_tool_writes_them() {
    let key: PublicKey = PUBLIC.parse().unwrap();
    assert_eq!(key.file(), PUBLIC);
    assert_eq!(key.line().parse(), Ok(key));
}

#[test]
fn a_sealed_key_opens_with_its_passphrase_alone() {
    let key = key(5);
    let file = key.seal(&passphrase(), &[9; 32], KdfCost::LEAST).unwrap();
    let again = SecretKey::open(&file, &passphrase()).unwrap();
    assert_eq!(again.public(), key.public());
    assert_eq!(again.sign(b"x", "y"), key.sign(b"x", "y"));
    assert!(matches!(
        SecretKey::open(&file, &"another".into()),
        Err(SecretKeyError::Passphrase)
    ));
    assert_ne!(
        file,
        key.seal(&passphrase(), &[8; 32], KdfCost::LEAST).unwrap()
    );
}

/// A secret key's file with other bytes at a place of its second line.
fn forged(at: usize, bytes: &[u8]) -> String {
    use base64ct::{Base64, Encoding as _};
    let mut all = [0; 158];
    Base64::decode(SECRET.lines().nth(1).unwrap(), &mut all).unwrap();
    all[at..at + bytes.len()].copy_from_slice(bytes);
    let mut text = "untrusted comment: x\n".to_owned();
    lines::push(&mut text, &all);
    text
}

#[test]
fn a_secret_key_that_cannot_be_used_says_why() {
    let open = |file: &str| SecretKey::open(file, &passphrase()).map(|_| ());
    let form = |kind| Err(SecretKeyError::Form(kind));
    assert_eq!(open(&forged(2, b"\0\0")), Err(SecretKeyError::NotEncrypted));
    assert_eq!(open(&forged(0, b"XX")), form(NotMinisign::Algorithm));
    for (operations, memory) in [
        (u64::MAX, 1 << 30),
        (1 << 25, u64::MAX),
        (1 << 25, 0),
        (1 << 27, 1 << 20),
    ] {
        let cost = [operations.to_le_bytes(), memory.to_le_bytes()].concat();
        let opened = open(&forged(38, &cost));
        assert_eq!(opened, Err(SecretKeyError::Cost), "{operations} {memory}");
    }
    assert_eq!(open(""), form(NotMinisign::Lines(Kind::SecretKey)));
    assert_eq!(open(PUBLIC), form(NotMinisign::Base64(2)));
}

#[test]
fn the_costs_are_those_of_libsodium() {
    let chosen = |cost: KdfCost| {
        let parameters = cost.parameters().unwrap();
        (parameters.log_n(), parameters.r(), parameters.p())
    };
    assert_eq!(chosen(KdfCost::STANDARD), (20, 8, 1));
    assert_eq!(chosen(KdfCost::LEAST), (14, 8, 1));
}

#[test]
fn what_was_changed_or_is_signed_by_others_is_refused() {
    let (ours, theirs) = (key(1), key(2));
    let signature = ours.sign(b"document", "serial 3");
    let verify = |signature: &Signature, file: &[u8], key: &SecretKey| {
        signature.verify(file, &key.public()).map(str::to_owned)
    };
    assert_eq!(
        verify(&signature, b"document", &ours),
        Ok("serial 3".to_owned())
    );
    assert_eq!(
        verify(&signature, b"documemt", &ours),
        Err(BadSignature::Content)
    );
    assert_eq!(
        verify(&signature, b"document", &theirs),
        Err(BadSignature::OtherKey {
            found: ours.public().id(),
            expected: theirs.public().id()
        })
    );
    let comment: Signature = signature
        .file()
        .replace("serial 3", "serial 9")
        .parse()
        .unwrap();
    assert_eq!(
        verify(&comment, b"document", &ours),
        Err(BadSignature::Comment)
    );
    // The comment stays vouched for whatever the file is.
    assert_eq!(signature.comment_by(&ours.public()), Ok("serial 3"));
    assert!(comment.comment_by(&ours.public()).is_err());
    assert!(signature.comment_by(&theirs.public()).is_err());
    // The same identifier makes no other key the same.
    let forger = SecretKey::from_seeds(&Seeds {
        key: Zeroizing::new([3; 32]),
        id: [1; 8],
    });
    assert_eq!(
        verify(&forger.sign(b"document", "serial 3"), b"document", &ours),
        Err(BadSignature::Content)
    );
}

#[test]
fn a_comment_stays_one_line_that_can_be_read() {
    let key = key(4);
    for comment in ["", "a\nuntrusted comment: b\u{1b}[2J", &"ä".repeat(9000)] {
        let signature = key.sign(b"x", comment);
        let again: Signature = signature.file().parse().unwrap();
        assert_eq!(again, signature);
        assert!(again.verify(b"x", &key.public()).is_ok());
    }
}

#[test]
fn other_files_are_not_taken() {
    // A signature over the file itself and not its digest, which the tool no longer makes.
    let old = SIGNATURE.replace("\nRUS0", "\nRWS0");
    assert_eq!(old.parse::<Signature>(), Err(NotMinisign::Algorithm));
    let short = &SIGNATURE[..SIGNATURE.len() - 5];
    assert_eq!(short.parse::<Signature>(), Err(NotMinisign::Base64(4)));
    for text in [
        "",
        PUBLIC,
        &format!("{SIGNATURE}\n"),
        &SIGNATURE.replace("trusted", "t"),
    ] {
        let lines = Err(NotMinisign::Lines(Kind::Signature));
        assert_eq!(text.parse::<Signature>(), lines, "{text}");
    }
    // The identity of the curve: with it as a key, one signature fits every file.
    let mut weak = [0_u8; 42];
    weak[..2].copy_from_slice(b"Ed");
    weak[10] = 1;
    let mut line = String::new();
    lines::push(&mut line, &weak);
    assert_eq!(line.parse::<PublicKey>(), Err(NotMinisign::Key));
}

proptest! {
    #[test]
    fn every_flipped_bit_of_a_signature_is_noticed(at in 0_usize..SIGNATURE.len(), bit in 0_u8..7) {
        let mut bytes = SIGNATURE.as_bytes().to_vec();
        bytes[at] ^= 1 << bit;
        let text = String::from_utf8(bytes).unwrap();
        let key = PUBLIC.parse().unwrap();
        // The first line vouches for nothing, as its name says.
        let first = SIGNATURE.find('\n').unwrap();
        if let Ok(signature) = text.parse::<Signature>() {
            prop_assert_eq!(signature.verify(FILE, &key).is_ok(), at < first);
        }
    }

    #[test]
    fn what_is_signed_verifies(file: Vec<u8>, comment in "[^\\p{Cc}]{0,60}", seed: u8) {
        let key = key(seed);
        let signature: Signature = key.sign(&file, &comment).file().parse().unwrap();
        let public: PublicKey = key.public().file().parse().unwrap();
        prop_assert_eq!(signature.verify(&file, &public), Ok(comment.as_str()));
    }
}
