//! What is looked for in files, logs and memory, in every form that a program may give it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use regex::bytes::Regex;

/// What a needle is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Names and words that a person typed.
    Typed,
    /// Words that were spoken or that the model wrote.
    Spoken,
    /// Recorded sound.
    Sound,
    /// A passphrase.
    Passphrase,
    /// The secret of this computer, or a recovery key.
    Key,
}

/// Bytes of one needle of sound.
const BLOCK: usize = 64;
/// Different bytes that a block has at least: silence is in every file.
const VARIETY: usize = 24;

/// What is looked for.
#[derive(Default)]
pub struct Needles {
    bytes: BTreeMap<Vec<u8>, (Kind, String)>,
    /// Blocks of sound by their first eight bytes.
    sound: HashMap<[u8; 8], Vec<[u8; BLOCK]>>,
}

/// A bit for each way in which a block of sound may begin: most bytes are known by it to begin none.
struct Beginnings(Vec<u64>);

impl Beginnings {
    fn of<'b>(blocks: impl Iterator<Item = &'b [u8; 8]>) -> Self {
        let mut bits = vec![0; 1 << 16];
        for block in blocks {
            let (word, bit) = Self::place(block);
            bits[word] |= bit;
        }
        Self(bits)
    }

    fn have(&self, first: &[u8; 8]) -> bool {
        let (word, bit) = Self::place(first);
        self.0[word] & bit != 0
    }

    /// Fibonacci hashing to 22 bits.
    fn place(first: &[u8; 8]) -> (usize, u64) {
        let place = u64::from_le_bytes(*first).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 42;
        ((place >> 6) as usize, 1 << (place & 63))
    }
}

/// Needles that are ready to be looked for.
pub struct Search<'n> {
    needles: &'n Needles,
    pattern: Regex,
    beginnings: Beginnings,
}

impl Needles {
    /// A text: as it is and in lower case, as UTF-8, as UTF-16 and as JSON may write it.
    pub fn text(&mut self, kind: Kind, text: &str) {
        for text in [text.to_owned(), text.to_lowercase()] {
            let json = serde_json::to_string(&text).expect("a text");
            let json = json.trim_matches('"').to_owned();
            let ascii: String = json
                .chars()
                .map(|c| match c {
                    c if c.is_ascii() => c.to_string(),
                    c => format!("\\u{:04x}", u32::from(c)),
                })
                .collect();
            let wide = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            for bytes in [
                text.clone().into_bytes(),
                json.into_bytes(),
                ascii.into_bytes(),
                wide,
            ] {
                self.bytes.insert(bytes, (kind, text.clone()));
            }
        }
    }

    /// Every three words in a row of a text, unless they are so short that they may be anywhere.
    pub fn phrases(&mut self, kind: Kind, text: &str) {
        let words: Vec<&str> = text.split_whitespace().collect();
        for three in words.windows(3) {
            let phrase = three.join(" ");
            if phrase.len() >= 14 {
                self.text(kind, &phrase);
            }
        }
    }

    /// Bytes that have no other form.
    pub fn bytes(&mut self, kind: Kind, name: &str, bytes: &[u8]) {
        self.bytes.insert(bytes.to_vec(), (kind, name.to_owned()));
    }

    /// Stored sound: each run of 64 bytes of it, as 16-bit samples and as the 32-bit ones that
    /// recognition works with.
    pub fn sound(&mut self, samples: &[i16]) {
        let short = samples.iter().flat_map(|s| s.to_le_bytes()).collect();
        let long: Vec<u8> = samples
            .iter()
            .flat_map(|s| (f32::from(*s) / 32_768.0).to_le_bytes())
            .collect();
        for bytes in [short, long] {
            for block in bytes.as_chunks::<BLOCK>().0 {
                if block.iter().collect::<BTreeSet<_>>().len() >= VARIETY {
                    let (first, _) = block.split_first_chunk().expect("eight bytes");
                    self.sound.entry(*first).or_default().push(*block);
                }
            }
        }
    }

    /// How many blocks of sound there are.
    pub fn blocks(&self) -> usize {
        self.sound.values().map(Vec::len).sum()
    }

    /// Ready to be looked for.
    pub fn ready(&self) -> Search<'_> {
        let each = |bytes: &Vec<u8>| -> String {
            bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect()
        };
        let all: Vec<String> = self.bytes.keys().map(each).collect();
        let pattern = regex::bytes::RegexBuilder::new(&format!("(?-u:{})", all.join("|")))
            .size_limit(1 << 28)
            .build()
            .expect("a valid pattern");
        Search {
            needles: self,
            pattern,
            beginnings: Beginnings::of(self.sound.keys()),
        }
    }
}

impl Search<'_> {
    /// What of it stands in some bytes.
    pub fn found_in(&self, bytes: &[u8]) -> BTreeSet<(Kind, String)> {
        let mut found: BTreeSet<(Kind, String)> = self
            .pattern
            .find_iter(bytes)
            .filter_map(|one| self.needles.bytes.get(one.as_bytes()).cloned())
            .collect();
        let holds_sound = bytes.windows(BLOCK).any(|window| {
            let (first, _) = window.split_first_chunk::<8>().expect("eight bytes");
            self.beginnings.have(first)
                && self
                    .needles
                    .sound
                    .get(first)
                    .is_some_and(|blocks| blocks.iter().any(|block| block == window))
        });
        if holds_sound {
            found.insert((Kind::Sound, "recorded sound".to_owned()));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_text_is_found() {
        let mut needles = Needles::default();
        needles.text(Kind::Typed, "Zoë \"Quill\" Abra");
        let search = needles.ready();
        let found = |bytes: &[u8]| !search.found_in(bytes).is_empty();
        assert!(found("-Zoë \"Quill\" Abra-".as_bytes()));
        assert!(found("zoë \"quill\" abra".as_bytes()));
        assert!(found(br#"{"a":"Zo\u00eb \"Quill\" Abra"}"#));
        assert!(found("\"Zoë \\\"Quill\\\" Abra\"".as_bytes()));
        let wide: Vec<u8> = "Zoë \"Quill\" Abra"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert!(found(&[b"x", &wide[..]].concat()));
        assert!(!found("Zoë \"Quilt\" Abra".as_bytes()));
    }

    #[test]
    fn sound_is_found_in_either_form_and_silence_is_none() {
        let samples: Vec<i16> = (0..400_i32).map(|at| (at * 7919 % 6007) as i16).collect();
        let mut needles = Needles::default();
        needles.sound(&samples);
        needles.sound(&[0; 4_000]);
        let search = needles.ready();
        let short: Vec<u8> = samples.iter().flat_map(|s| s.to_le_bytes()).collect();
        let long: Vec<u8> = samples
            .iter()
            .flat_map(|s| (f32::from(*s) / 32_768.0).to_le_bytes())
            .collect();
        assert_eq!(search.found_in(&short[64..200]).len(), 1);
        assert_eq!(search.found_in(&long[3..700]).len(), 1);
        assert!(search.found_in(&short[10..70]).is_empty());
        assert!(search.found_in(&[0; 500]).is_empty());
    }
}
