use std::fmt;

use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use visit::{Sha256Hex, UnixMillis};
use zeroize::ZeroizeOnDrop;

use crate::{Account, Moment, Person};

const BYTES: usize = 15;
/// Crockford's base32: no letter that looks like a digit.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const GROUP: usize = 5;

/// What a person types in once, at their first sign-in: 120 random bits, written as five groups of
/// five letters and digits, the last of which checks the others.
///
/// The document holds its SHA-256 alone. A slow hash would add nothing: it protects what a person
/// has chosen and others can guess, and nobody tries out 2^120 codes.
#[derive(Clone, PartialEq, Eq, ZeroizeOnDrop)]
pub struct Code([u8; BYTES]);

/// A text that is not a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotACode {
    /// It has another length or other signs.
    #[error("an enrolment code has 25 letters and digits; nothing was tried")]
    Form,
    /// One of them is wrong, or two are swapped.
    #[error("the enrolment code is mistyped; compare it with the print. Nothing was tried")]
    Mistyped,
}

/// That a person can enrol, as the document says it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enrolment {
    /// The code's digest, which holds for this account alone.
    pub sha256: Sha256Hex,
    /// From when on the code is no longer taken.
    pub until: Moment,
}

/// Why somebody is not enrolled. That a code was used already knows the workstation alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnrolmentRefused {
    /// No code was made for this person.
    #[error("no enrolment code was made for this account; ask your organisation for one")]
    NoCode,
    /// The code's time is over.
    #[error("the enrolment code was good until {0}; ask your organisation for a new one")]
    Expired(Moment),
    /// It is another code.
    #[error("this is not the enrolment code of this account; nothing was changed")]
    Wrong,
}

impl Code {
    /// The code of these random bytes.
    pub const fn from_random(bytes: [u8; BYTES]) -> Self {
        Self(bytes)
    }

    /// Reads a code as it is typed: groups may be parted by anything but letters and digits or not
    /// at all, and `O`, `I` and `L` are taken for the digits that they look like.
    ///
    /// # Errors
    /// [`NotACode`].
    pub fn parse(text: &str) -> Result<Self, NotACode> {
        let mut values = Vec::with_capacity(GROUP * GROUP);
        for typed in text.chars().filter(|typed| typed.is_alphanumeric()) {
            let letter = match typed.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let value = LETTERS
                .iter()
                .position(|known| char::from(*known) == letter);
            values.push(value.ok_or(NotACode::Form)?);
            if values.len() > GROUP * GROUP {
                return Err(NotACode::Form);
            }
        }
        let (check, values) = values.split_last().ok_or(NotACode::Form)?;
        if values.len() + 1 != GROUP * GROUP {
            return Err(NotACode::Form);
        }
        let mut bytes = [0; BYTES];
        // Eight letters of five bits are five bytes.
        for (part, letters) in bytes.chunks_exact_mut(5).zip(values.chunks_exact(8)) {
            let bits = letters
                .iter()
                .fold(0_u64, |bits, value| bits << 5 | *value as u64);
            part.copy_from_slice(&bits.to_be_bytes()[3..]);
        }
        let code = Self(bytes);
        if code.check() == *check {
            Ok(code)
        } else {
            Err(NotACode::Mistyped)
        }
    }

    /// Its print: five groups of five.
    pub fn print(&self) -> String {
        let mut text = String::with_capacity(GROUP * (GROUP + 1));
        let mut push = |value: usize| {
            if text.len() % (GROUP + 1) == GROUP {
                text.push('-');
            }
            text.push(char::from(LETTERS[value & 31]));
        };
        for part in self.0.chunks_exact(5) {
            let bits = part
                .iter()
                .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
            for letter in (0..8).rev() {
                push((bits >> (5 * letter)) as usize);
            }
        }
        push(self.check());
        text
    }

    fn check(&self) -> usize {
        let digest = Sha256::new()
            .chain_update(b"inroom enrolment check v1\0")
            .chain_update(self.0)
            .finalize();
        usize::from(digest[0] & 31)
    }

    /// What the document holds of it.
    pub fn digest(&self, account: &Account) -> Sha256Hex {
        let digest = Sha256::new()
            .chain_update(b"inroom enrolment code v1\0")
            .chain_update(account.as_str())
            .chain_update(b"\0")
            .chain_update(self.0)
            .finalize();
        Sha256Hex::from_bytes(digest.into())
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

impl Person {
    /// Whether this code enrols this person now.
    ///
    /// # Errors
    /// [`EnrolmentRefused`].
    pub fn enrols_with(&self, code: &Code, now: UnixMillis) -> Result<(), EnrolmentRefused> {
        let enrolment = self.enrolment.as_ref().ok_or(EnrolmentRefused::NoCode)?;
        if now >= enrolment.until.0 {
            return Err(EnrolmentRefused::Expired(enrolment.until));
        }
        // Digests of 120 random bits: how long the comparison takes tells nothing that helps.
        if code.digest(&self.account) == enrolment.sha256 {
            Ok(())
        } else {
            Err(EnrolmentRefused::Wrong)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_versions_code_and_digest_stay_the_same() {
        let code =
            Code::from_random(*b"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\xfe\xff");
        let account = "ada@clinic.example".parse().unwrap();
        let vector = include_str!("../tests/vectors/enrolment-v1.txt");
        let written = format!("{}\n{}\n", code.print(), code.digest(&account).as_str());
        assert_eq!(written, vector);
    }

    #[test]
    fn a_code_shows_itself_only_when_asked_to() {
        assert_eq!(format!("{:?}", Code::from_random([7; 15])), "Code(…)");
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_the_same(bytes: [u8; 15], lower: bool) {
            let code = Code::from_random(bytes);
            let mut text = code.print();
            prop_assert_eq!(text.len(), 29);
            if lower {
                text = text.to_ascii_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
            }
            prop_assert_eq!(Code::parse(&text), Ok(code));
        }

        #[test]
        fn other_texts_are_not_codes(text in ".{0,40}") {
            if let Ok(code) = Code::parse(&text) {
                prop_assert_eq!(Code::parse(&code.print()), Ok(code));
            }
        }

        #[test]
        fn a_code_is_for_one_account(bytes: [u8; 15]) {
            let code = Code::from_random(bytes);
            let [ada, bob] = ["ada@clinic.example", "bob@clinic.example"].map(|text| text.parse().unwrap());
            prop_assert_ne!(code.digest(&ada), code.digest(&bob));
        }
    }

    #[test]
    fn most_slips_are_noticed() {
        let printed = Code::from_random([42; 15]).print();
        let mut slips = 0;
        let mut noticed = 0;
        for at in (0..printed.len()).filter(|at| &printed[*at..=*at] != "-") {
            for letter in LETTERS
                .iter()
                .filter(|letter| **letter != printed.as_bytes()[at])
            {
                let mut typed = printed.clone().into_bytes();
                typed[at] = *letter;
                slips += 1;
                noticed += u32::from(Code::parse(str::from_utf8(&typed).unwrap()).is_err());
            }
        }
        assert_eq!(slips, 25 * 31);
        assert!(noticed > slips * 9 / 10, "{noticed} of {slips}");
        assert_eq!(Code::parse(""), Err(NotACode::Form));
        assert_eq!(Code::parse(&"0".repeat(26)), Err(NotACode::Form));
    }
}
