//! Files of every kind, whole and broken, through the decoder and as a source.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

use capture::{CaptureError, Event, Pace, decode_file, open_file, open_file_at};
use visit::{Millis, Samples};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/fixtures/audio")
        .join(name)
}

/// All the sound, and the error after it if there is one.
fn decode(path: &Path) -> (Vec<f32>, Option<CaptureError>) {
    let mut sound = Vec::new();
    for block in decode_file(path).unwrap() {
        match block {
            Ok(block) => sound.extend(block),
            Err(error) => return (sound, Some(error)),
        }
    }
    (sound, None)
}

fn refused(path: &Path) -> CaptureError {
    match decode_file(path) {
        Ok(_) => panic!("{} was accepted", path.display()),
        Err(error) => error,
    }
}

/// Amplitude of the tone of so many hertz in 16 kHz sound (Goertzel's method).
fn amplitude(sound: &[f32], hertz: f64) -> f64 {
    let step = std::f64::consts::TAU * hertz / 16_000.0;
    let (re, im) = sound
        .iter()
        .enumerate()
        .fold((0.0, 0.0), |(re, im), (n, x)| {
            let (sin, cos) = (step * n as f64).sin_cos();
            (re + f64::from(*x) * cos, im + f64::from(*x) * sin)
        });
    2.0 * re.hypot(im) / sound.len() as f64
}

/// How a WAV file keeps its samples: its format's number, bits a sample, and a sample's bytes.
type Form = (u16, u16, fn(f64) -> Vec<u8>);

/// A 16-bit WAV file of a 440 Hz tone.
fn wav(rate: u32, channels: u16, frames: u32) -> Vec<u8> {
    let sixteen: Form = (1, 16, |x| ((x * 32_768.0) as i16).to_le_bytes().to_vec());
    wav_in(sixteen, rate, channels, frames)
}

/// A WAV file of a 440 Hz tone at half of the full scale.
fn wav_in((format, bits, bytes_of): Form, rate: u32, channels: u16, frames: u32) -> Vec<u8> {
    let frame = channels * bits / 8;
    let size = frames * u32::from(frame);
    let mut bytes = Vec::new();
    bytes.extend(b"RIFF");
    bytes.extend((36 + size).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16u32.to_le_bytes());
    bytes.extend(format.to_le_bytes());
    bytes.extend(channels.to_le_bytes());
    bytes.extend(rate.to_le_bytes());
    bytes.extend((rate * u32::from(frame)).to_le_bytes());
    bytes.extend(frame.to_le_bytes());
    bytes.extend(bits.to_le_bytes());
    bytes.extend(b"data");
    bytes.extend(size.to_le_bytes());
    for n in 0..frames {
        let angle = std::f64::consts::TAU * 440.0 * f64::from(n) / f64::from(rate);
        let sample = bytes_of(angle.sin() / 2.0);
        for _ in 0..channels {
            bytes.extend(&sample);
        }
    }
    bytes
}

fn written(folder: &tempfile::TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn every_form_of_the_tone_gives_the_tone() {
    // A second of 440 Hz at -6 dBFS. Lossy forms pad with silence.
    // LAME turns it down by half a decibel itself.
    for (name, padding, loud) in [
        ("tone.wav", 0, 0.501),
        ("tone.flac", 0, 0.501),
        ("tone.ogg", 0, 0.501),
        ("tone.mp3", 1_200, 0.476),
        ("tone.m4a", 1_200, 0.501),
    ] {
        let (sound, error) = decode(&fixture(name));
        assert!(error.is_none(), "{name}: {error:?}");
        let extra = sound.len().checked_sub(16_000);
        assert!(
            extra.is_some_and(|extra| extra <= padding),
            "{name}: {} samples",
            sound.len()
        );
        let level = amplitude(&sound[2_000..14_000], 440.0);
        assert!((level - loud).abs() < 0.01, "{name}: amplitude {level}");
    }
}

#[test]
fn a_file_tells_its_duration_and_how_far_it_is() {
    for name in ["tone.wav", "tone.flac", "tone.ogg", "tone.mp3", "tone.m4a"] {
        let duration = decode_file(&fixture(name)).unwrap().duration().unwrap();
        assert!((950..1_100).contains(&duration.0), "{name}: {duration:?}");
    }
    let mut audio = decode_file(&fixture("hello.flac")).unwrap();
    assert_eq!(audio.position(), Samples(0));
    audio.next().unwrap().unwrap();
    assert_eq!(audio.position(), Samples(1_600));
    audio.by_ref().for_each(|block| drop(block.unwrap()));
    assert_eq!(audio.position(), Samples(142_582));
    assert_eq!(audio.damaged(), Samples(0));
}

#[test]
fn any_rate_and_number_of_channels() {
    let folder = tempfile::tempdir().unwrap();
    for rate in [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000] {
        for channels in [1, 2, 6] {
            let path = written(&folder, "any.wav", &wav(rate, channels, rate));
            let (sound, error) = decode(&path);
            assert!(error.is_none(), "{rate} Hz, {channels}: {error:?}");
            assert_eq!(sound.len(), 16_000, "{rate} Hz, {channels}");
            let level = amplitude(&sound[2_000..14_000], 440.0);
            assert!(
                (level - 0.5).abs() < 0.005,
                "{rate} Hz, {channels}: {level}"
            );
        }
    }
}

/// What recorders of meetings write besides 16 bits.
#[test]
fn every_depth_of_a_wav_file() {
    let folder = tempfile::tempdir().unwrap();
    let forms: [(&str, Form); 5] = [
        ("8 bits", (1, 8, |x| vec![(x * 128.0 + 128.0) as u8])),
        (
            "24 bits",
            (1, 24, |x| {
                ((x * 8_388_608.0) as i32).to_le_bytes()[..3].to_vec()
            }),
        ),
        (
            "32 bits",
            (1, 32, |x| {
                ((x * 2_147_483_648.0) as i32).to_le_bytes().to_vec()
            }),
        ),
        ("float", (3, 32, |x| (x as f32).to_le_bytes().to_vec())),
        ("double", (3, 64, |x| x.to_le_bytes().to_vec())),
    ];
    for (name, form) in forms {
        let path = written(&folder, "depth.wav", &wav_in(form, 44_100, 2, 44_100));
        let (sound, error) = decode(&path);
        assert!(error.is_none(), "{name}: {error:?}");
        assert_eq!(sound.len(), 16_000, "{name}");
        let level = amplitude(&sound[2_000..14_000], 440.0);
        assert!((level - 0.5).abs() < 0.005, "{name}: {level}");
    }
}

#[test]
fn what_is_no_recording_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(
        refused(&fixture("no such file.wav")),
        CaptureError::FileMissing
    ));
    assert!(matches!(
        refused(&written(&folder, "nothing.wav", b"")),
        CaptureError::FileEmpty
    ));
    assert!(matches!(
        refused(&fixture("empty.wav")),
        CaptureError::FileEmpty
    ));
    assert!(matches!(
        refused(&fixture("not-audio.wav")),
        CaptureError::FileNotAudio
    ));
    assert!(matches!(refused(folder.path()), CaptureError::FileNotAudio));
    // Bytes without any structure, with the name of each kind.
    let noise: Vec<u8> = (0..100_000u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    for name in ["noise.mp3", "noise.flac", "noise.m4a", "noise.ogg"] {
        let path = written(&folder, name, &noise);
        assert!(
            matches!(refused(&path), CaptureError::FileNotAudio),
            "{name}"
        );
    }
}

#[test]
fn an_offset_further_away_than_memory_reaches_is_a_broken_structure() {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = fs::read(fixture("tone.m4a")).unwrap();
    let table = bytes.windows(4).position(|w| w == b"stco").unwrap() - 4;
    let old = u32::from_be_bytes(bytes[table..table + 4].try_into().unwrap()) as usize;
    // One chunk (ISO/IEC 14496-12, 8.7.5), whose offset takes 64 bits.
    let far = [
        &24u32.to_be_bytes()[..],
        b"co64",
        &[0; 7],
        &[1],
        &(u64::MAX / 2 + 45).to_be_bytes(),
    ]
    .concat();
    let longer = far.len() - old;
    bytes.splice(table..table + old, far);
    for parent in [b"moov", b"trak", b"mdia", b"minf", b"stbl"] {
        let at = bytes.windows(4).position(|w| w == parent).unwrap() - 4;
        let length = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize + longer;
        bytes[at..at + 4].copy_from_slice(&(length as u32).to_be_bytes());
    }
    let path = written(&folder, "far.m4a", &bytes);
    assert!(matches!(refused(&path), CaptureError::FileNotAudio));
}

#[test]
fn a_truncated_file_gives_what_it_has_and_then_the_account() {
    let (sound, error) = decode(&fixture("truncated.flac"));
    assert!(!sound.is_empty() && sound.len() < 142_582);
    let (whole, _) = decode(&fixture("hello.flac"));
    assert_eq!(sound, whole[..sound.len()]);
    match error {
        Some(CaptureError::FileTruncated { decoded, expected }) => {
            assert_eq!(decoded, Samples::of(sound.len()).millis());
            assert_eq!(expected, Millis(8_911));
        }
        other => panic!("{other:?}"),
    }

    let folder = tempfile::tempdir().unwrap();
    // The FLAC file spends its first third on padding.
    for name in ["tone.wav", "tone.flac", "tone.mp3"] {
        let bytes = fs::read(fixture(name)).unwrap();
        let path = written(&folder, name, &bytes[..bytes.len() / 2]);
        let (sound, error) = decode(&path);
        assert!(
            (3_000..9_000).contains(&sound.len()),
            "{name}: {} samples",
            sound.len()
        );
        let told = matches!(error, Some(CaptureError::FileTruncated { .. }));
        assert!(told, "{name}: {error:?}");
    }
    // Of these nothing can be read: one's table of contents stood at the end, the other's first
    // page of sound is not whole.
    for name in ["tone.m4a", "tone.ogg"] {
        let bytes = fs::read(fixture(name)).unwrap();
        let path = written(&folder, name, &bytes[..bytes.len() / 2]);
        assert!(
            matches!(refused(&path), CaptureError::FileNotAudio),
            "{name}"
        );
    }
}

#[test]
fn parts_one_after_the_other_in_an_ogg_file_are_read_on() {
    let folder = tempfile::tempdir().unwrap();
    let once = fs::read(fixture("tone.ogg")).unwrap();
    // Each part of a chain must have a serial number of its own.
    let mut again = once.clone();
    let pages: Vec<usize> = (0..again.len() - 4)
        .filter(|at| again[*at..].starts_with(b"OggS"))
        .collect();
    for (page, at) in pages.iter().enumerate() {
        let end = pages.get(page + 1).copied().unwrap_or(again.len());
        again[at + 14..at + 18].copy_from_slice(&7u32.to_le_bytes());
        again[at + 22..at + 26].fill(0);
        let sum = ogg_checksum(&again[*at..end]);
        again[at + 22..at + 26].copy_from_slice(&sum.to_le_bytes());
    }
    let path = written(&folder, "chain.ogg", &[once, again].concat());
    let (sound, error) = decode(&path);
    assert!(error.is_none(), "{error:?}");
    assert_eq!(sound.len(), 32_000);
}

/// The checksum of an OGG page (RFC 3533, section 6).
fn ogg_checksum(page: &[u8]) -> u32 {
    page.iter().fold(0u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte) << 24, |sum, _| {
            (sum << 1) ^ if sum >> 31 == 1 { 0x04c1_1db7 } else { 0 }
        })
    })
}

#[test]
fn a_length_that_a_pipe_could_not_fill_in_is_no_truncation() {
    let folder = tempfile::tempdir().unwrap();
    for placeholder in [0xffff_ffff_u32, 0x7fff_f000] {
        let mut bytes = wav(16_000, 1, 16_000);
        bytes[4..8].copy_from_slice(&placeholder.saturating_add(36).to_le_bytes());
        bytes[40..44].copy_from_slice(&placeholder.to_le_bytes());
        let path = written(&folder, "pipe.wav", &bytes);
        assert_eq!(decode_file(&path).unwrap().duration(), None);
        let (sound, error) = decode(&path);
        assert!(error.is_none(), "{error:?}");
        assert_eq!(sound.len(), 16_000);
    }
}

#[test]
fn damage_in_the_middle_is_left_out_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = fs::read(fixture("hello.flac")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 2_000].fill(0x55);
    let path = written(&folder, "scratched.flac", &bytes);

    let mut audio = decode_file(&path).unwrap();
    let errors = audio.by_ref().filter(Result::is_err).count();
    assert_eq!(errors, 0, "all the rest is there");
    let (heard, damaged) = (audio.position(), audio.damaged());
    assert_eq!(heard + damaged, Samples(142_582));
    assert!(
        damaged > Samples(0) && damaged < Samples(16_000),
        "{damaged:?}"
    );

    // As a source it tells how much is missing.
    let source = open_file(&path, Pace::Fastest).unwrap();
    let mut missing = Samples(0);
    let mut sound = Samples(0);
    for event in source.events() {
        match event {
            Event::Sound(block) => sound = sound + Samples::of(block.len()),
            Event::Dropped(lost) => missing = missing + lost,
            _ => {}
        }
    }
    assert_eq!((sound, missing), (heard, damaged));
}

/// Whatever was taken before, what follows is the rest: sample by sample, holes included.
#[test]
fn a_file_goes_on_where_it_was_left() {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = fs::read(fixture("hello.flac")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 2_000].fill(0x55);
    let scratched = written(&folder, "scratched.flac", &bytes);
    let resampled = written(&folder, "resampled.wav", &wav(44_100, 1, 25 * 44_100));
    for path in [scratched, resampled] {
        let whole: Vec<Event> = open_file_at(&path, Samples(0))
            .unwrap()
            .events()
            .iter()
            .collect();
        let length = decode(&path).0.len();
        for taken in [1, 1_600, 123_457, length - 1, length, length + 1] {
            let source = open_file_at(&path, Samples::of(taken)).unwrap();
            let (mut sound, mut passed, mut rest) = (Vec::new(), Samples(0), Vec::new());
            for event in source.events() {
                match event {
                    Event::Sound(block) => sound.extend(block),
                    Event::Passed(so_far) => {
                        assert!(so_far > passed && sound.is_empty());
                        passed = so_far;
                    }
                    other => rest.push(other),
                }
            }
            assert!(sound == decode(&path).0[taken.min(length)..], "{taken}");
            assert!(passed <= Samples::of(taken));
            assert_eq!(rest.last(), Some(&Event::Ended));
            let holes = |events: &[Event]| -> usize {
                let is_hole = |event: &&Event| matches!(event, Event::Dropped(_));
                events.iter().filter(is_hole).count()
            };
            assert!(holes(&rest) <= holes(&whole), "{taken}");
        }
    }
}

#[test]
fn a_file_plays_like_a_microphone_and_ends() {
    let source = open_file(&fixture("tone.flac"), Pace::Times(20.0)).unwrap();
    assert_eq!(source.name(), "tone.flac");
    let events: Vec<Event> = source.events().iter().collect();
    let (end, blocks) = events.split_last().unwrap();
    assert_eq!(*end, Event::Ended);
    assert_eq!(blocks.len(), 10);
    for block in blocks {
        assert!(matches!(block, Event::Sound(block) if block.len() == 1_600));
    }
}

#[test]
fn a_truncated_file_as_a_source_ends_with_the_account() {
    let source = open_file(&fixture("truncated.flac"), Pace::Fastest).unwrap();
    match source.events().iter().last().unwrap() {
        Event::CutShort(account) => {
            assert!(account.contains("incomplete") && account.contains("0:08"));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_receiver_that_does_not_come_keeps_a_file_waiting_in_little_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(&folder, "long.wav", &wav(8_000, 1, 8_000 * 60));
    let mut source = open_file(&path, Pace::Fastest).unwrap();
    while !source.events().is_full() {
        std::thread::yield_now();
    }
    // A full channel takes orders all the same.
    source.pause().unwrap();
    assert!(source.events().len() < 100, "a few seconds, not the minute");
    source.resume().unwrap();
    let sound: usize = source
        .events()
        .iter()
        .map(|event| match event {
            Event::Sound(block) => block.len(),
            _ => 0,
        })
        .sum();
    assert_eq!(sound, 16_000 * 60);
}

#[test]
fn a_file_in_real_time_can_be_paused_and_dropped() {
    let mut source = open_file(&fixture("hello.flac"), Pace::RealTime).unwrap();
    let events = source.events().clone();
    assert!(matches!(events.recv().unwrap(), Event::Sound(_)));
    source.pause().unwrap();
    while events.try_recv().is_ok() {}
    let quiet = std::time::Duration::from_millis(300);
    assert!(events.recv_timeout(quiet).is_err());
    source.resume().unwrap();
    assert!(matches!(events.recv().unwrap(), Event::Sound(_)));
    drop(source);
    while events.recv().is_ok() {}
}

#[test]
fn an_impossible_pace_is_refused() {
    let error = open_file(&fixture("tone.flac"), Pace::Times(-2.0)).err();
    assert!(matches!(error, Some(CaptureError::ImpossiblePace)));
}
