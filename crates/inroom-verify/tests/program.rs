//! The program as whoever checks a log runs it.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use audit::{AccountName, Act, Actor, Entry, Event, Head, Line, PublicKey, origin};
use ed25519_dalek::{Signer as _, SigningKey};
use visit::UnixMillis;

/// Entries between two heads: about what a visit has.
const HEADS: u64 = 25;

fn signing_key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn key() -> PublicKey {
    PublicKey::from_bytes(signing_key().verifying_key().to_bytes())
}

fn write_log(to: &Path, entries: u64) {
    let mut file = BufWriter::new(File::create(to).unwrap());
    let mut say = |line: Line| writeln!(file, "{}", line.text()).unwrap();
    say(Line::first(key()));
    let signing = signing_key();
    let (mut number, mut hash) = (0, origin(&key()));
    for place in 1..=entries {
        let at = UnixMillis(1_760_000_000_000 + place as i64 * 1000);
        let who = Actor::Account {
            name: AccountName::new("ada"),
            id: Some(1000),
        };
        let act = if place % 2 == 0 {
            Act::Searched { found: 3 }
        } else {
            let visit = "0192f0c1-2b3c-4d5e-8f90-a1b2c3d4e5f6".parse().unwrap();
            Act::VisitRead { visit }
        };
        let entry = Entry::after(number, &hash, Event { at, who, act });
        (number, hash) = (entry.number, entry.hash);
        say(Line::Entry(entry));
        if place % HEADS == 0 || place == entries {
            let head = Head {
                entries: place,
                at,
                hash,
            };
            let signature = signing.sign(&head.signed_bytes()).to_bytes();
            say(Line::Head(head.signed(signature)));
        }
    }
}

/// Exit code, standard output and standard error.
fn run(arguments: &[&str]) -> (i32, String, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_inroom-verify"))
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        done.status.code().unwrap(),
        text(done.stdout),
        text(done.stderr),
    )
}

fn log_in(folder: &Path, entries: u64) -> PathBuf {
    let path = folder.join("log.jsonl");
    write_log(&path, entries);
    path
}

#[test]
fn a_log_that_is_in_order_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = log_in(folder.path(), 60);
    let path = path.to_str().unwrap();
    let (code, said, _) = run(&[path]);
    assert_eq!(code, 0);
    assert!(said.contains("60 entries, 3 signed heads"), "{said}");
    assert!(said.contains(&key().to_string()), "{said}");
    let (code, said, _) = run(&[path, "--key", &key().to_string(), "--head", path]);
    assert_eq!(code, 0);
    assert!(
        !said.contains("--key") && !said.contains("--head"),
        "{said}"
    );
}

#[test]
fn the_first_bad_entry_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = log_in(folder.path(), 60);
    let whole = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let bad = folder.path().join("bad.jsonl");
    let verify = |lines: &[&str]| {
        fs::write(&bad, lines.join("\n") + "\n").unwrap();
        run(&[bad.to_str().unwrap()])
    };
    let (mut changed, mut gone, mut twice, mut moved) =
        (lines.clone(), lines.clone(), lines.clone(), lines.clone());
    let other = lines[10].replace("\"found\":3", "\"found\":4");
    changed[10] = &other;
    gone.remove(10);
    twice.insert(10, lines[9]);
    moved.swap(10, 11);
    for (lines, expected) in [
        (&changed, "entry 10 was changed"),
        (&gone, "entry 10 is missing"),
        (&twice, "entry 9 stands once more where entry 10 should"),
        (&moved, "entry 10 is missing; entry 11 stands in its place"),
    ] {
        let (code, _, said) = verify(lines);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains(expected), "{said}");
        assert!(
            said.contains("(first bad entry: 10). It shows at line 11 of the file"),
            "{said}"
        );
    }
    let (code, _, said) = verify(&lines[..40]);
    assert_eq!(code, 1);
    assert!(said.contains("ends before entry 39"), "{said}");

    // Cut off right behind an earlier head: only what was kept elsewhere shows it.
    let head = lines
        .iter()
        .position(|line| line.contains("\"head\""))
        .unwrap();
    assert_eq!(verify(&lines[..=head]).0, 0);
    let kept = path.to_str().unwrap();
    let (code, _, said) = run(&[bad.to_str().unwrap(), "--head", kept]);
    assert_eq!(code, 1);
    assert!(said.contains("speaks of 60"), "{said}");
    // Another vault's key.
    let (code, _, said) = run(&[kept, "--key", &"0".repeat(64)]);
    assert_eq!(code, 1);
    assert!(said.contains("of another vault"), "{said}");
}

#[test]
fn what_cannot_be_checked_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let nothing = folder.path().join("nothing");
    let (code, _, said) = run(&[nothing.to_str().unwrap()]);
    assert_eq!((code, said.contains("nothing was checked")), (2, true));
    let path = log_in(folder.path(), 3);
    fs::write(&nothing, "Dear Sir\n").unwrap();
    let (path, nothing) = (path.to_str().unwrap(), nothing.to_str().unwrap());
    let (code, _, said) = run(&[path, "--head", nothing]);
    assert_eq!((code, said.contains("no signed head")), (2, true));
    assert_eq!(run(&[path, "--key", "abc"]).0, 2);
    let (code, _, said) = run(&[nothing]);
    assert_eq!(
        (code, said.contains("does not begin as an audit log")),
        (1, true)
    );
}

/// Prints how long a million entries take; as one of the tests it takes fewer.
#[test]
fn a_long_log_is_read_as_a_stream() {
    let entries = match std::env::var_os("INROOM_MILLION_ENTRIES") {
        Some(_) => 1_000_000,
        None => 50_000,
    };
    let folder = tempfile::tempdir().unwrap();
    let path = log_in(folder.path(), entries);
    let begun = Instant::now();
    let (code, said, _) = run(&[path.to_str().unwrap()]);
    let took = begun.elapsed();
    println!(
        "{entries} entries, {} bytes: {took:.2?}",
        fs::metadata(&path).unwrap().len()
    );
    assert_eq!(code, 0, "{said}");
    assert!(took.as_secs() < 10, "{took:?}");
}
