//! Which documents a workstation takes.

use proptest::prelude::Rng as _;
use proptest::test_runner::{RngAlgorithm, TestRng};
use visit::Sha256Hex;

use super::{SAMPLE, day, key};
use crate::minisign::{BadSignature, PublicKey};
use crate::{Accepted, MOST_BYTES, Pinned, Refused, Wrong, accept, check_code, edit};

const PUBLIC: &str = include_str!("../../tests/vectors/minisign-v1.pub");
const SIGNATURE: &str = include_str!("../../tests/vectors/organisation-v1.toml.minisig");

/// A number below another, even enough for choosing places.
fn below(rng: &mut TestRng, most: usize) -> usize {
    (rng.next_u64() % most as u64) as usize
}

/// What a workstation that was enrolled with the key of seed 1 says to a document.
fn asked(
    document: &str,
    by: u8,
    newest: Option<(u64, &Sha256Hex)>,
    now: &str,
) -> Result<Accepted, Refused> {
    let signature = key(by).sign(document.as_bytes(), "test").file();
    let pinned = Pinned {
        key: &key(1).public(),
        newest,
    };
    accept(document.as_bytes(), &signature, &pinned, day(now))
}

fn with_serial(serial: u64) -> String {
    edit::raise_serial(SAMPLE, serial - 1).unwrap()
}

#[test]
fn what_the_tool_has_signed_is_taken() {
    let key: PublicKey = PUBLIC.parse().unwrap();
    let pinned = Pinned {
        key: &key,
        newest: None,
    };
    let taken = accept(SAMPLE.as_bytes(), SIGNATURE, &pinned, day("2026-04-01")).unwrap();
    assert_eq!(taken.organisation, super::sample());
    assert_eq!(taken.comment, "Northside Clinic, serial 7");
    // Again, and after an older one.
    for newest in [Some((7, &taken.sha256)), Some((6, &taken.sha256))] {
        let pinned = Pinned { key: &key, newest };
        let again = accept(SAMPLE.as_bytes(), SIGNATURE, &pinned, day("2026-04-01"));
        assert_eq!(again.unwrap(), taken);
    }
}

#[test]
fn an_older_one_and_another_of_the_same_serial_are_refused() {
    let seven = asked(SAMPLE, 1, None, "2026-04-01").unwrap().sha256;
    let newer = asked(&with_serial(9), 1, Some((7, &seven)), "2026-04-01").unwrap();
    assert_eq!(newer.organisation.serial, 9);
    let older = asked(SAMPLE, 1, Some((9, &newer.sha256)), "2026-04-01");
    assert!(matches!(
        older,
        Err(Refused::Older {
            found: 7,
            newest: 9
        })
    ));
    let other = SAMPLE.replace("visits = 200", "visits = 900");
    let other = asked(&other, 1, Some((7, &seven)), "2026-04-01");
    assert!(matches!(other, Err(Refused::SameSerial(7))));
}

#[test]
fn it_holds_from_its_first_moment_to_its_last() {
    let at = |now| asked(SAMPLE, 1, None, now);
    assert!(matches!(
        at("2025-12-31T23:59:59Z"),
        Err(Refused::NotYet(_))
    ));
    assert!(at("2026-01-01").is_ok());
    assert!(at("2027-01-01T12:59:59Z").is_ok());
    assert!(matches!(
        at("2027-01-01T13:00:00Z"),
        Err(Refused::Expired(_))
    ));
}

#[test]
fn what_nobody_vouches_for_is_not_read() {
    let foreign = asked(SAMPLE, 2, None, "2026-04-01");
    assert!(matches!(
        foreign,
        Err(Refused::NotSigned(BadSignature::OtherKey { .. }))
    ));
    // Not even to say what is wrong with it.
    let foreign = asked("not = even TOML", 2, None, "2026-04-01");
    assert!(matches!(foreign, Err(Refused::NotSigned(_))));
    let long = format!("{SAMPLE}{}", "#\n".repeat(MOST_BYTES / 2));
    assert!(matches!(
        asked(&long, 1, None, "2026-04-01"),
        Err(Refused::TooLong)
    ));
    let pinned = Pinned {
        key: &key(1).public(),
        newest: None,
    };
    let unsigned = accept(SAMPLE.as_bytes(), "", &pinned, day("2026-04-01"));
    assert!(matches!(unsigned, Err(Refused::Signature(_))));
    let bytes = b"\xff\xfe";
    let signature = key(1).sign(bytes, "test").file();
    let binary = accept(bytes, &signature, &pinned, day("2026-04-01"));
    assert!(matches!(binary, Err(Refused::NotText)));
}

#[test]
fn a_signed_one_that_is_malformed_is_refused_with_line_and_field() {
    let wrong = SAMPLE.replace("\"nurse\"", "\"matron\"");
    let refused = asked(&wrong, 1, None, "2026-04-01").unwrap_err();
    let said = refused.to_string();
    assert!(
        said.contains("line 32, person[2].role: unknown variant `matron`"),
        "{said}"
    );
    assert!(said.ends_with("The one in force stays"), "{said}");
    let Refused::Mistake(mistake) = refused else {
        panic!("{said}");
    };
    assert!(matches!(mistake.wrong, Wrong::Form(_)));
}

/// Changes a document somewhere: bytes, lines, or stretches of it.
fn mutated(rng: &mut TestRng) -> Vec<u8> {
    let mut bytes = SAMPLE.as_bytes().to_vec();
    for _ in 0..=below(rng, 3) {
        let at = below(rng, bytes.len());
        let end = at + below(rng, (bytes.len() - at).min(40));
        match below(rng, 6) {
            0 => bytes[at] ^= 1 << below(rng, 8),
            1 => drop(bytes.drain(at..end)),
            2 => bytes.insert(at, below(rng, 256) as u8),
            3 => {
                let piece = bytes[at..end].to_vec();
                let to = below(rng, bytes.len());
                bytes.splice(to..to, piece);
            }
            4 => bytes.truncate(at.max(1)),
            _ => {
                let line = bytes[at..].iter().position(|byte| *byte == b'\n');
                let end = at + line.unwrap_or(0);
                bytes.splice(at..end, b"999999999999".iter().copied());
            }
        }
    }
    bytes
}

#[test]
fn a_thousand_mutated_ones_are_refused_and_the_reason_is_said() {
    let mut rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let pinned = Pinned {
        key: &PUBLIC.parse().unwrap(),
        newest: None,
    };
    let ours = Pinned {
        key: &key(1).public(),
        newest: None,
    };
    let now = day("2026-04-01");
    let (mut tried, mut malformed) = (0, 0);
    while tried < 1000 {
        let bytes = mutated(&mut rng);
        if bytes == SAMPLE.as_bytes() {
            continue;
        }
        tried += 1;
        // As it was signed by the tool: changed afterwards.
        let refused = accept(&bytes, SIGNATURE, &pinned, now);
        assert!(
            matches!(refused, Err(Refused::NotSigned(BadSignature::Content))),
            "{}",
            String::from_utf8_lossy(&bytes)
        );
        // Signed as it is: taken as a document that makes sense, or refused with a place.
        let signature = key(1).sign(&bytes, "test").file();
        match accept(&bytes, &signature, &ours, now) {
            Ok(_) => (),
            Err(Refused::Mistake(mistake)) => {
                malformed += 1;
                let lines = bytes.split(|byte| *byte == b'\n').count();
                assert!((1..=lines).contains(&mistake.line), "{mistake}");
                let field = mistake.field.as_str();
                assert!(
                    !field.is_empty() && !field.contains(char::is_control),
                    "{mistake}"
                );
            }
            Err(Refused::NotText | Refused::Expired(_) | Refused::NotYet(_)) => (),
            Err(other) => panic!("{other}"),
        }
    }
    // The changes are such that most leave no document.
    assert!(malformed > 500, "{malformed}");
}

#[test]
fn the_check_code_stays_the_same_and_tells_keys_apart() {
    let key: PublicKey = PUBLIC.parse().unwrap();
    let recipient = super::sample().identity.recovery_key;
    let code = check_code(&key, &recipient);
    assert_eq!(code, "TMK9-0FJ5");
    assert_ne!(code, check_code(&super::key(1).public(), &recipient));
    assert_ne!(code, check_code(&key, "age1another"));
}
