//! The audit log: what an entry costs the act that it is about, and how long a long log takes to check.

use std::error::Error;
use std::path::Path;

use audit::{Act, Actor, Entry, Event, Export, Head, Line, PublicKey, origin};
use ed25519_dalek::{Signer as _, SigningKey};
use vault::{KdfCost, Vault};
use visit::{Samples, UnixMillis, VisitState};

use crate::samples::{Dice, passphrase};
use crate::{quantile, timed};

const READS: usize = 500;
const ENTRIES: u64 = 1_000_000;
/// Entries between two heads: about what a visit has.
const HEADS: u64 = 25;

pub fn measure(parent: &Path) -> Result<(), Box<dyn Error>> {
    cost(parent)?;
    checking()
}

/// The same visit read with its entry and without one, by turns.
fn cost(parent: &Path) -> Result<(), Box<dyn Error>> {
    let vault = Vault::create(&parent.join("entries"), &passphrase(), KdfCost::STANDARD)?;
    let mut dice = Dice(5);
    let id = vault.begin_visit(dice.visit(0))?;
    vault.set_state(id, VisitState::Recording)?;
    let segments: Vec<_> = (0..40).map(|index| dice.segment(index)).collect();
    vault.append_segments(id, &segments, Samples(0))?;
    vault.set_state(id, VisitState::Recorded)?;
    vault.save_revision(id, UnixMillis(0), &dice.note(), None)?;
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for _ in 0..READS {
        let (read, time) = timed(|| {
            vault.visit(id)?;
            vault.latest_revision(id)?;
            vault.segments(id)
        });
        read?;
        without.push(time);
        let (read, time) = timed(|| vault.read_visit(id));
        read?;
        with.push(time);
    }
    let mut more: Vec<_> = with
        .iter()
        .zip(&without)
        .map(|(with, without)| with.saturating_sub(*without))
        .collect();
    println!(
        "a visit read {READS} times without an entry in the audit log\tp50 {:.2} ms, p95 {:.2} ms",
        quantile(&mut without, 0.5),
        quantile(&mut without, 0.95)
    );
    println!(
        "the same with its entry, committed and synchronised\tp50 {:.2} ms, p95 {:.2} ms",
        quantile(&mut with, 0.5),
        quantile(&mut with, 0.95)
    );
    println!(
        "what the entry costs\tp50 {:.2} ms, p95 {:.2} ms",
        quantile(&mut more, 0.5),
        quantile(&mut more, 0.95)
    );
    Ok(())
}

/// A made-up log, line by line as a file of it is read.
fn checking() -> Result<(), Box<dyn Error>> {
    let signing = SigningKey::from_bytes(&[7; 32]);
    let key = PublicKey::from_bytes(signing.verifying_key().to_bytes());
    let mut lines = vec![Line::first(key).text()];
    let (mut number, mut hash) = (0, origin(&key));
    for place in 1..=ENTRIES {
        let at = UnixMillis(1_760_000_000_000 + place as i64 * 1000);
        let event = Event {
            at,
            who: Actor::Program,
            act: Act::Searched { found: 3 },
        };
        let entry = Entry::after(number, &hash, event);
        (number, hash) = (entry.number, entry.hash);
        lines.push(Line::Entry(entry).text());
        if place % HEADS == 0 {
            let head = Head {
                entries: place,
                at,
                hash,
            };
            let signature = signing.sign(&head.signed_bytes()).to_bytes();
            lines.push(Line::Head(head.signed(signature)).text());
        }
    }
    let (checked, time) = timed(|| {
        let mut export = Export::new(Some(key), Vec::new());
        lines.iter().try_for_each(|line| export.line(line))?;
        export.end()
    });
    let (verified, _) = checked?;
    println!(
        "verification of a log of {} entries with {} signed heads\t{:.1} s",
        verified.entries,
        verified.heads,
        time.as_secs_f64()
    );
    Ok(())
}
