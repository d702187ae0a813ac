use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// `N` bytes that stand in a file as lower-case hexadecimal digits, and in no other form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hex<const N: usize>(pub(crate) [u8; N]);

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Appends the digits of `bytes`.
pub(crate) fn push_digits(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)].into());
        text.push(DIGITS[usize::from(byte & 15)].into());
    }
}

fn digit(character: u8) -> Option<u8> {
    match character {
        b'0'..=b'9' => Some(character - b'0'),
        b'a'..=b'f' => Some(character - b'a' + 10),
        _ => None,
    }
}

/// Reads digits into `bytes`, which hold nothing certain where they do not fit.
pub(crate) fn read_digits(text: &str, bytes: &mut [u8]) -> Option<()> {
    let text = text.as_bytes();
    if text.len() != 2 * bytes.len() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(())
}

impl<const N: usize> Hex<N> {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; N];
        read_digits(text, &mut bytes)?;
        Some(Self(bytes))
    }
}

impl<const N: usize> Serialize for Hex<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = String::with_capacity(2 * N);
        push_digits(&mut text, &self.0);
        serializer.serialize_str(&text)
    }
}

impl<'de, const N: usize> Deserialize<'de> for Hex<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text)
            .ok_or_else(|| de::Error::custom("lower-case hexadecimal digits expected"))
    }
}

/// Any number of bytes as lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HexBytes(pub(crate) Vec<u8>);

impl Serialize for HexBytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = String::with_capacity(2 * self.0.len());
        push_digits(&mut text, &self.0);
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for HexBytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let pairs = text.as_bytes().chunks(2);
        let bytes: Option<Vec<u8>> = pairs
            .map(|pair| match pair {
                [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
                _ => None,
            })
            .collect();
        bytes
            .map(Self)
            .ok_or_else(|| de::Error::custom("lower-case hexadecimal digits expected"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lower_case_digits_of_the_right_length_are_taken() {
        assert_eq!(Hex::parse("00ff1a"), Some(Hex([0x00, 0xff, 0x1a])));
        for bad in [
            "", "00ff1", "00ff1a00", "00FF1A", "00fg1a", " 0ff1a", "é0ff1",
        ] {
            assert_eq!(Hex::<3>::parse(bad), None, "{bad}");
        }
    }
}
