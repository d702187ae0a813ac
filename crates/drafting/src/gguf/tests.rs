//! Damaged files: each is a typed error, none a panic, and no claim of a header is believed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::Cursor;

use candle_core::quantized::GgmlDType;

use super::*;
use crate::model::{self, tiny};

fn open(bytes: &[u8]) -> Result<File, HeaderError> {
    File::open(&mut Cursor::new(bytes))
}

/// Bytes before the first tensor.
fn header_length(bytes: &[u8]) -> usize {
    open(bytes).unwrap().content.tensor_data_offset as usize
}

#[test]
fn a_file_cut_short_anywhere_is_refused() {
    let bytes = tiny::file("llama", GgmlDType::Q4K);
    let header = header_length(&bytes);
    let last = bytes.len() - 64;
    let cuts = (0..header)
        .step_by(13)
        .chain([header, header + 1, bytes.len() / 2, last]);
    for cut in cuts {
        assert!(
            open(&bytes[..cut]).is_err(),
            "cut at {cut} of {}",
            bytes.len()
        );
    }
}

#[test]
fn counts_beyond_reason_are_refused_before_anything_is_reserved() {
    let bytes = tiny::file("llama", GgmlDType::Q4K);
    let huge = u64::MAX.to_le_bytes();
    // Number of tensors, number of entries, length of the first key.
    for at in [8, 16, 24] {
        for claim in [huge, (1u64 << 40).to_le_bytes(), (1u64 << 33).to_le_bytes()] {
            let mut damaged = bytes.clone();
            damaged[at..at + 8].copy_from_slice(&claim);
            assert!(
                matches!(open(&damaged), Err(HeaderError::OutOfRange { .. })),
                "at {at}"
            );
        }
    }
    assert!(matches!(open(b"RIFF........"), Err(HeaderError::NotGguf)));
    let mut other = bytes;
    other[4] = 9;
    assert!(matches!(open(&other), Err(HeaderError::Version(9))));
}

#[test]
fn an_array_longer_than_the_file_is_refused() {
    let mut bytes = b"GGUF\x03\0\0\0".to_vec();
    bytes.extend(0u64.to_le_bytes());
    bytes.extend(1u64.to_le_bytes());
    bytes.extend(1u64.to_le_bytes());
    bytes.push(b'k');
    bytes.extend(9u32.to_le_bytes());
    bytes.extend(0u32.to_le_bytes());
    bytes.extend(3_900_000u64.to_le_bytes());
    assert!(matches!(
        open(&bytes),
        Err(HeaderError::OutOfRange { what: "length", .. })
    ));
}

#[test]
fn no_alignment_can_divide_by_zero() {
    for alignment in [0u32, 3, 1 << 30] {
        let mut bytes = b"GGUF\x03\0\0\0".to_vec();
        bytes.extend(0u64.to_le_bytes());
        bytes.extend(1u64.to_le_bytes());
        bytes.extend(17u64.to_le_bytes());
        bytes.extend(b"general.alignment");
        bytes.extend(4u32.to_le_bytes());
        bytes.extend(alignment.to_le_bytes());
        bytes.extend([0; 64]);
        assert!(matches!(
            open(&bytes),
            Err(HeaderError::OutOfRange {
                what: "alignment",
                ..
            })
        ));
    }
}

#[test]
fn a_header_with_any_byte_changed_never_panics() {
    let bytes = tiny::file("gemma3", GgmlDType::Q4K);
    let header = header_length(&bytes);
    for at in 0..header {
        for change in [0xFF, 0x01, 0x80] {
            let mut damaged = bytes[..header].to_vec();
            damaged[at] ^= change;
            // Too short for its tensors: an error, if not an earlier one.
            assert!(open(&damaged).is_err());
        }
    }
    for at in (0..header).step_by(61) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x41;
        let mut reader = Cursor::new(&damaged);
        if let Ok(file) = File::open(&mut reader) {
            // Whether it can still be loaded depends on what was hit.
            let _ = model::load(file, &mut reader, 256);
        }
    }
}

#[test]
fn an_unknown_architecture_is_named_and_so_are_the_known_ones() {
    let bytes = tiny::file("mamba", GgmlDType::Q4K);
    let mut reader = Cursor::new(&bytes);
    let file = File::open(&mut reader).unwrap();
    let Err(error) = model::load(file, &mut reader, 256) else {
        panic!("loaded");
    };
    let message = error.to_string();
    for name in ["mamba", "llama", "qwen2", "gemma3", "phi3"] {
        assert!(message.contains(name), "{message}");
    }
}

#[test]
fn measures_that_make_no_sense_are_refused_for_every_architecture() {
    use candle_core::quantized::gguf_file::Value;
    for architecture in model::SUPPORTED {
        let bytes = tiny::file(architecture, GgmlDType::Q4K);
        for (key, value) in [
            ("block_count", 0),
            ("block_count", 100_000),
            ("embedding_length", 0),
            ("attention.head_count", 0),
            ("attention.head_count_kv", 3),
            ("context_length", 0),
        ] {
            let mut reader = Cursor::new(&bytes);
            let mut file = File::open(&mut reader).unwrap();
            file.content
                .metadata
                .insert(format!("{architecture}.{key}"), Value::U32(value));
            let loaded = model::load(file, &mut reader, 256);
            assert!(loaded.is_err(), "{architecture}: {key} = {value}");
        }
    }
}
