use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use crate::{Millis, SpeakerLabel};

/// What a voice sounds like to a voice encoder: a direction in its space, each of whose numbers is
/// none or positive, at eight bits each.
///
/// It says who somebody is (a biometric identifier, 45 CFR 164.514(b)(2)(i)(P)): it has no `Display`,
/// its `Debug` shows nothing of it, and its memory is overwritten when it is dropped.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<u8>", into = "Vec<u8>")]
pub struct VoicePrint(Vec<u8>);

/// Bytes that are no [`VoicePrint`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a voice print has {} bytes, not all of them zero", VoicePrint::BYTES)]
pub struct NoVoicePrint;

impl VoicePrint {
    /// How many numbers it has: one byte each.
    pub const BYTES: usize = 256;

    /// A direction at eight bits; the largest number becomes 255, and what is not positive none.
    /// `None` if nothing is.
    pub fn of(direction: &[f32; Self::BYTES]) -> Option<Self> {
        let largest = direction.iter().copied().fold(0.0, f32::max);
        if !largest.is_finite() || largest <= 0.0 {
            return None;
        }
        // A cast of a number that is none or negative gives 0.
        let byte = |x: &f32| (x / largest * 255.0).round() as u8;
        Some(Self(direction.iter().map(byte).collect()))
    }

    /// The bytes, to be sealed.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// How alike two voices are: the cosine of their directions, 0 to 1.
    pub fn alike(&self, other: &Self) -> f32 {
        let product = |a: &Self, b: &Self| -> u32 {
            let pairs = a.0.iter().zip(&b.0);
            pairs.map(|(&a, &b)| u32::from(a) * u32::from(b)).sum()
        };
        let length = |a: &Self| f64::from(product(a, a)).sqrt();
        (f64::from(product(self, other)) / (length(self) * length(other))) as f32
    }
}

impl TryFrom<Vec<u8>> for VoicePrint {
    type Error = NoVoicePrint;

    fn try_from(bytes: Vec<u8>) -> Result<Self, NoVoicePrint> {
        if bytes.len() == Self::BYTES && bytes.iter().any(|&byte| byte > 0) {
            Ok(Self(bytes))
        } else {
            Err(NoVoicePrint)
        }
    }
}

impl From<VoicePrint> for Vec<u8> {
    fn from(mut print: VoicePrint) -> Self {
        std::mem::take(&mut print.0)
    }
}

impl std::fmt::Debug for VoicePrint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VoicePrint")
    }
}

impl Drop for VoicePrint {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// A voice of a visit, by all that it has said so far.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpokenVoice {
    /// Its label.
    pub speaker: SpeakerLabel,
    /// How long it has spoken.
    pub spoken: Millis,
    /// What it sounds like.
    pub print: VoicePrint,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn direction(entries: &[(usize, f32)]) -> [f32; VoicePrint::BYTES] {
        let mut direction = [0.0; VoicePrint::BYTES];
        for &(at, value) in entries {
            direction[at] = value;
        }
        direction
    }

    fn print(entries: &[(usize, f32)]) -> VoicePrint {
        VoicePrint::of(&direction(entries)).expect("something is positive")
    }

    #[test]
    fn the_cosine_says_how_alike_two_voices_are() {
        let one = print(&[(0, 3.0), (9, 4.0)]);
        let same = print(&[(0, 0.3), (9, 0.4)]);
        let half = print(&[(9, 1.0), (200, 0.75)]);
        assert!((one.alike(&same) - 1.0).abs() < 1e-4);
        assert!((one.alike(&half) - 0.64).abs() < 0.01);
        assert_eq!(one.alike(&print(&[(100, 1.0)])), 0.0);
    }

    #[test]
    fn nothing_is_no_voice() {
        for entries in [
            &[][..],
            &[(3, -1.0)],
            &[(3, f32::NAN)],
            &[(3, f32::INFINITY)],
        ] {
            assert_eq!(VoicePrint::of(&direction(entries)), None, "{entries:?}");
        }
        for bytes in [vec![], vec![1; 255], vec![1; 257], vec![0; 256]] {
            assert_eq!(VoicePrint::try_from(bytes), Err(NoVoicePrint));
        }
    }

    #[test]
    fn debug_output_shows_nothing_of_it() {
        assert_eq!(format!("{:?}", print(&[(0, 1.0)])), "VoicePrint");
    }
}
