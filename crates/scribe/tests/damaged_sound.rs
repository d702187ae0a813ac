//! A place of the store that has gone bad in the middle of a recording.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::Path;
use std::sync::Arc;

use common::{prepared, speech};
use scribe::{Event, Steps, Work};
use secrecy::SecretString;
use vault::{GapCause, KdfCost, Vault, VaultError};
use visit::{Samples, VisitState};

const SECOND: usize = 16_000;

/// The words after it are still written down, at their place; the damaged stretch is marked.
#[test]
fn a_damaged_chunk_costs_its_own_words_alone() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("vault");
    let passphrase = SecretString::from("four unrelated plain words");
    let vault = Vault::create(&folder, &passphrase, KdfCost::LEAST).unwrap();
    let visit = prepared(&vault);
    vault.set_state(visit, VisitState::Recording).unwrap();
    let hello = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/audio/hello.flac");
    let words: Vec<i16> = capture::decode_file(&hello)
        .unwrap()
        .flat_map(Result::unwrap)
        .map(|sample| (sample * 32_767.0) as i16)
        .collect();
    // Half a minute of a quiet hum, then words.
    let hum = (0..30 * SECOND).map(|n| ((n % 160) as i16 - 80) / 8);
    let pcm: Vec<i16> = hum.chain(words).collect();
    for (number, chunk) in (0_u32..).zip(pcm.chunks(SECOND)) {
        vault.append_chunk(visit, number, chunk).unwrap();
    }
    vault.set_state(visit, VisitState::Recorded).unwrap();
    let chunks = vault.recorded(visit).unwrap().chunks;
    drop(vault);

    // A page in the middle of the hum goes bad on the medium.
    let file = folder.join("vault.db");
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() * 15 / (chunks as usize);
    bytes[middle] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let vault = Arc::new(Vault::open(&folder, &passphrase).unwrap());
    let damaged: Vec<u32> = (0..chunks)
        .filter(|&number| match vault.chunk(visit, number) {
            Ok(sound) => {
                assert_eq!(sound, pcm[number as usize * SECOND..][..sound.len()]);
                false
            }
            Err(VaultError::Damaged { .. }) => true,
            Err(other) => panic!("{other:?}"),
        })
        .collect();
    let [damaged] = damaged[..] else {
        panic!("{damaged:?}")
    };

    let (events, heard) = crossbeam_channel::unbounded();
    let steps = Steps {
        speech: Some(speech()),
        draft: None,
    };
    let work = Work::on_recorded(vault.clone(), visit, steps, events).unwrap();
    work.wait().unwrap().result.unwrap();
    let gap = vault::Gap {
        at: Samples::of(damaged as usize * SECOND),
        length: Samples::of(SECOND),
        cause: GapCause::Damaged,
    };
    assert_eq!(vault.gaps(visit).unwrap(), [gap]);
    let told = heard
        .iter()
        .filter(|event| matches!(event, Event::Gap { .. }));
    assert_eq!(told.count(), 1);
    assert_eq!(vault.settled(visit).unwrap(), Samples::of(pcm.len()));
    let segments = vault.segments(visit).unwrap();
    let text: String = segments
        .iter()
        .filter(|segment| segment.start.samples() >= Samples::of(29 * SECOND))
        .map(|segment| segment.text.expose())
        .collect();
    assert!(text.split_whitespace().count() > 5, "{segments:?}");
}
