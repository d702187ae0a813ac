//! A sealed chunk: up to one second of sound that can be read alone and in its place only.
//!
//! Version 1: `1` ‖ samples (u16) ‖ nonce (24 bytes) ‖ ciphertext (2 bytes a sample, i16) ‖ tag
//! (16 bytes). The tag also covers purpose, version, visit, number (u32) and samples (u32), so a
//! chunk that was cut, swapped, repeated or taken from another visit does not open. Numbers are
//! little-endian.

use visit::{SAMPLE_RATE, VisitId};
use zeroize::Zeroizing;

use crate::key::{Key, OfSound};
use crate::seal::{self, NONCE_BYTES, Nonce, NotAuthentic, TAG_BYTES};

/// Most samples in a chunk: one second.
pub const CHUNK_SAMPLES: usize = SAMPLE_RATE as usize;

const VERSION: u8 = 1;
const HEADER_BYTES: usize = 1 + 2 + NONCE_BYTES;

/// Where a chunk belongs.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) visit: VisitId,
    /// From 0.
    pub(crate) number: u32,
}

impl Place {
    fn bound(self, samples: u16) -> Vec<u8> {
        let mut bound = b"inroom audio chunk".to_vec();
        bound.push(VERSION);
        bound.extend_from_slice(self.visit.as_bytes());
        bound.extend_from_slice(&self.number.to_le_bytes());
        bound.extend_from_slice(&u32::from(samples).to_le_bytes());
        bound
    }
}

/// A number of samples that a chunk may have: 1 to [`CHUNK_SAMPLES`].
pub(crate) fn valid_length(samples: usize) -> Option<u16> {
    u16::try_from(samples)
        .ok()
        .filter(|_| (1..=CHUNK_SAMPLES).contains(&samples))
}

/// Seals `pcm` for its place; `None` if it is empty or longer than a second.
pub(crate) fn seal(
    key: &Key<OfSound>,
    nonce: &Nonce,
    place: Place,
    pcm: &[i16],
) -> Option<Vec<u8>> {
    let samples = valid_length(pcm.len())?;
    let mut sealed = Vec::with_capacity(HEADER_BYTES + 2 * pcm.len() + TAG_BYTES);
    sealed.push(VERSION);
    sealed.extend_from_slice(&samples.to_le_bytes());
    sealed.extend_from_slice(&nonce.0);
    for sample in pcm {
        sealed.extend_from_slice(&sample.to_le_bytes());
    }
    let tag = seal::encrypt(
        key,
        nonce,
        &place.bound(samples),
        &mut sealed[HEADER_BYTES..],
    );
    sealed.extend_from_slice(&tag);
    Some(sealed)
}

/// Opens a chunk that was sealed for this place.
pub(crate) fn open(
    key: &Key<OfSound>,
    place: Place,
    sealed: &[u8],
) -> Result<Vec<i16>, NotAuthentic> {
    let (&[version, low, high], rest) = sealed.split_first_chunk().ok_or(NotAuthentic)?;
    let (nonce, rest) = rest.split_first_chunk().ok_or(NotAuthentic)?;
    let (text, tag) = rest.split_last_chunk().ok_or(NotAuthentic)?;
    let samples = u16::from_le_bytes([low, high]);
    if version != VERSION
        || valid_length(samples.into()).is_none()
        || text.len() != 2 * usize::from(samples)
    {
        return Err(NotAuthentic);
    }
    let mut text = Zeroizing::new(text.to_vec());
    seal::decrypt(key, &Nonce(*nonce), &place.bound(samples), &mut text, tag)?;
    Ok(text
        .chunks_exact(2)
        .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
        .collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::hex::push_digits;

    const VECTORS: &str = include_str!("../tests/vectors/chunks-v1.txt");

    fn key(byte: u8) -> Key<OfSound> {
        Key::fill_with(|bytes| {
            bytes.fill(byte);
            Ok::<_, ()>(())
        })
        .unwrap()
    }

    fn place(visit: u8, number: u32) -> Place {
        Place {
            visit: VisitId::from_uuid(Uuid::from_bytes([visit; 16])),
            number,
        }
    }

    fn nonce() -> Nonce {
        Nonce([9; NONCE_BYTES])
    }

    #[test]
    fn only_one_sample_to_one_second_makes_a_chunk() {
        for (samples, fits) in [
            (0, false),
            (1, true),
            (16_000, true),
            (16_001, false),
            (81_536, false),
        ] {
            let sealed = seal(&key(1), &nonce(), place(1, 0), &vec![5; samples]);
            assert_eq!(sealed.is_some(), fits, "{samples}");
        }
    }

    #[test]
    fn a_chunk_opens_in_its_place_only() {
        let sealed = seal(&key(1), &nonce(), place(1, 4), &[1, -2, 3]).unwrap();
        assert_eq!(open(&key(1), place(1, 4), &sealed).unwrap(), [1, -2, 3]);
        assert!(
            open(&key(1), place(1, 5), &sealed).is_err(),
            "another number"
        );
        assert!(
            open(&key(1), place(2, 4), &sealed).is_err(),
            "another visit"
        );
        assert!(open(&key(2), place(1, 4), &sealed).is_err(), "another key");
    }

    proptest! {
        #[test]
        fn what_was_sealed_comes_back(pcm in prop::collection::vec(any::<i16>(), 1..400), number: u32) {
            let sealed = seal(&key(1), &nonce(), place(1, number), &pcm).unwrap();
            prop_assert_eq!(open(&key(1), place(1, number), &sealed).unwrap(), pcm);
        }

        #[test]
        fn no_altered_chunk_opens(
            pcm in prop::collection::vec(any::<i16>(), 1..400), at: prop::sample::Index, bit in 0..8,
            cut in 1_usize..100,
        ) {
            let sealed = seal(&key(1), &nonce(), place(1, 0), &pcm).unwrap();
            prop_assert!(open(&key(1), place(1, 0), &sealed[..sealed.len().saturating_sub(cut)]).is_err());
            let mut flipped = sealed.clone();
            flipped[at.index(sealed.len())] ^= 1_u8 << bit;
            prop_assert!(open(&key(1), place(1, 0), &flipped).is_err());

            // Shortened by whole samples, the count in the header adjusted to it.
            let mut shortened = sealed.clone();
            let samples = u16::try_from(pcm.len() - 1).unwrap();
            shortened[1..3].copy_from_slice(&samples.to_le_bytes());
            shortened.drain(HEADER_BYTES..HEADER_BYTES + 2);
            prop_assert!(open(&key(1), place(1, 0), &shortened).is_err());
        }

        #[test]
        fn any_bytes_are_refused_without_a_panic(bytes: Vec<u8>) {
            prop_assert!(open(&key(1), place(1, 0), &bytes).is_err());
        }
    }

    /// `number pcm… = sealed bytes`, a line each; kept for ever.
    #[test]
    fn the_first_version_of_the_format_is_read_and_written_as_ever() {
        let mut tried = 0;
        for line in VECTORS.lines().filter(|line| !line.starts_with('#')) {
            let (input, expected) = line.split_once(" = ").unwrap();
            let mut numbers = input
                .split(' ')
                .map(|number| number.parse::<i64>().unwrap());
            let place = place(0xC3, u32::try_from(numbers.next().unwrap()).unwrap());
            let pcm: Vec<i16> = numbers
                .map(|sample| i16::try_from(sample).unwrap())
                .collect();

            let sealed = seal(&key(0x42), &Nonce([0x5A; NONCE_BYTES]), place, &pcm).unwrap();
            let mut digits = String::new();
            push_digits(&mut digits, &sealed);
            assert_eq!(digits, expected, "{input}");
            assert_eq!(open(&key(0x42), place, &sealed).unwrap(), pcm);
            tried += 1;
        }
        assert_eq!(tried, 3);
    }
}
