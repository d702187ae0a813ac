use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A SHA-256 digest (FIPS 180-4) as 64 lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(try_from = "String", into = "String")]
#[ts(type = "string")]
pub struct Sha256Hex(String);

/// Text that is not a SHA-256 digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a SHA-256 digest: 64 hexadecimal digits are needed")]
pub struct NotADigest;

impl Sha256Hex {
    /// From the 32 bytes of a digest.
    pub fn from_bytes(digest: [u8; 32]) -> Self {
        use std::fmt::Write as _;
        let mut text = String::with_capacity(64);
        for byte in digest {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        Self(text)
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Sha256Hex {
    type Error = NotADigest;

    fn try_from(text: String) -> Result<Self, NotADigest> {
        let text = text.to_ascii_lowercase();
        if text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
            Ok(Self(text))
        } else {
            Err(NotADigest)
        }
    }
}

impl From<Sha256Hex> for String {
    fn from(digest: Sha256Hex) -> Self {
        digest.0
    }
}

/// Which model bytes were used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ModelIdentity {
    /// The catalogue's identifier, or the file's name where it is not in the catalogue.
    pub id: String,
    /// Digest of the bytes that were loaded.
    pub sha256: Sha256Hex,
}

/// The settings that shape a draft. Decoding is greedy, so there is no seed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DraftingParameters {
    /// Tokens of context that the model was given room for.
    pub context_tokens: u32,
    /// Most tokens that one section may take.
    pub section_tokens: u32,
    /// Divisor for the logits of tokens that were already written; 1 means none.
    pub repeat_penalty: f32,
}

/// Which part of the transcript a draft has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// Segments that the model was given.
    pub read: u32,
    /// Segments that the transcript has.
    pub of: u32,
}

impl Coverage {
    /// The share that was read, 0 to 1; an empty transcript is read wholly.
    pub fn share(self) -> f64 {
        if self.of == 0 {
            1.0
        } else {
            f64::from(self.read) / f64::from(self.of)
        }
    }
}

/// Why the model stopped writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// It ended the section itself.
    Complete,
    /// It began to repeat itself; the repetition was taken out.
    Repetition,
    /// It reached the section's limit; the last, unfinished line was taken out.
    Length,
}

/// Where a draft came from: the same values give the same bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// The drafting model.
    pub model: ModelIdentity,
    /// Digest of the template.
    pub template_sha256: Sha256Hex,
    /// Digest of the whole prompt text, transcript and section instructions included.
    pub prompt_sha256: Sha256Hex,
    /// Digest of the transcript's text.
    pub transcript_sha256: Sha256Hex,
    /// The settings.
    pub parameters: DraftingParameters,
    /// What was read.
    pub coverage: Coverage,
    /// Why each section ended, in the template's order.
    pub stops: Vec<StopReason>,
    /// Version of the program that drafted.
    pub program: String,
}

/// Where a draft's time went. Not part of [`Provenance`]: it differs from run to run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DraftSpeed {
    /// Tokens read.
    pub prompt_tokens: u32,
    /// Milliseconds to read them.
    pub prefill_ms: u32,
    /// Tokens written.
    pub generated_tokens: u32,
    /// Milliseconds to write them.
    pub decode_ms: u32,
    /// From the request to the last statement.
    pub total_ms: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_digest_is_a_digest() {
        assert!(Sha256Hex::try_from("ab".repeat(32)).is_ok());
        for bad in ["", "ab", &"zz".repeat(32), &"ab".repeat(33)] {
            assert_eq!(
                Sha256Hex::try_from(bad.to_owned()),
                Err(NotADigest),
                "{bad}"
            );
        }
        assert_eq!(Sha256Hex::from_bytes([0xAB; 32]).as_str(), "ab".repeat(32));
    }

    #[test]
    fn coverage_is_a_share() {
        assert_eq!(Coverage { read: 3, of: 4 }.share(), 0.75);
        assert_eq!(Coverage { read: 0, of: 0 }.share(), 1.0);
    }
}
