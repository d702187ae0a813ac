use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// `N` bytes that are written as lower-case hexadecimal digits, and in no other form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Hex<const N: usize>(pub [u8; N]);

/// A SHA-256 digest (FIPS 180-4).
pub type Digest = Hex<32>;
/// An Ed25519 public key (RFC 8032).
pub type PublicKey = Hex<32>;
/// An Ed25519 signature (RFC 8032).
pub type SignatureBytes = Hex<64>;

/// A text that is not so many lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{digits} lower-case hexadecimal digits are expected")]
pub struct NotHex {
    digits: usize,
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";

fn digit(character: u8) -> Option<u8> {
    match character {
        b'0'..=b'9' => Some(character - b'0'),
        b'a'..=b'f' => Some(character - b'a' + 10),
        _ => None,
    }
}

impl<const N: usize> Hex<N> {
    /// From the bytes themselves.
    pub const fn from_bytes(bytes: [u8; N]) -> Self {
        Self(bytes)
    }

    fn parse(text: &[u8]) -> Option<Self> {
        let mut bytes = [0; N];
        if text.len() != 2 * N {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Some(Self(bytes))
    }

    fn digits(&self) -> String {
        let mut text = String::with_capacity(2 * N);
        for byte in self.0 {
            text.push(DIGITS[usize::from(byte >> 4)].into());
            text.push(DIGITS[usize::from(byte & 15)].into());
        }
        text
    }
}

impl<const N: usize> fmt::Display for Hex<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.digits())
    }
}

impl<const N: usize> FromStr for Hex<N> {
    type Err = NotHex;

    fn from_str(text: &str) -> Result<Self, NotHex> {
        Self::parse(text.as_bytes()).ok_or(NotHex { digits: 2 * N })
    }
}

impl<const N: usize> Serialize for Hex<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.digits())
    }
}

impl<'de, const N: usize> Deserialize<'de> for Hex<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Digits<const N: usize>;
        impl<const N: usize> de::Visitor<'_> for Digits<N> {
            type Value = Hex<N>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{} lower-case hexadecimal digits", 2 * N)
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Hex<N>, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Digits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lower_case_digits_of_the_right_length_are_taken() {
        assert_eq!("00ff1a".parse(), Ok(Hex([0x00, 0xff, 0x1a])));
        assert_eq!(Hex([0x00, 0xff, 0x1a]).to_string(), "00ff1a");
        for bad in [
            "", "00ff1", "00ff1a00", "00FF1A", "00fg1a", " 0ff1a", "é0ff1",
        ] {
            assert!(bad.parse::<Hex<3>>().is_err(), "{bad}");
        }
    }
}
