//! The statement by which an organisation's key names the one that comes after it.

use std::fmt;
use std::str::FromStr;

use crate::minisign::{PublicKey, Signature};

const TITLE: &str = "inroom successor v1";

/// That another key speaks for the organisation from now on. The key before signs its text (minisign),
/// and from then on decides nothing more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SuccessorStatement {
    /// The key that signs this.
    pub key: PublicKey,
    /// The one that comes after it.
    pub successor: PublicKey,
}

/// Why a key is not followed by another. The one before stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotASuccessor {
    /// No such statement.
    #[error(
        "this is no statement that names a successor of the organisation's key; nothing was changed. \
         `inroomctl org successor` writes one"
    )]
    Form,
    /// The signature is not the organisation's.
    #[error(
        "the statement about the successor is not signed by the organisation's key that is in force \
         here; nothing was changed"
    )]
    NotSigned,
    /// It is about another key.
    #[error(
        "the statement names a successor of another key than the one in force here; nothing was changed"
    )]
    OtherKey,
}

impl fmt::Display for SuccessorStatement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (key, successor) = (self.key.line(), self.successor.line());
        write!(f, "{TITLE}\nkey {key}\nsuccessor {successor}\n")
    }
}

impl FromStr for SuccessorStatement {
    type Err = NotASuccessor;

    fn from_str(text: &str) -> Result<Self, NotASuccessor> {
        let mut lines = text.lines();
        let mut after = |word: &str| lines.next()?.strip_prefix(word);
        let found = (|| {
            after(TITLE)?;
            Some(Self {
                key: after("key ")?.parse().ok()?,
                successor: after("successor ")?.parse().ok()?,
            })
        })();
        // Written in one way only, and no key follows itself.
        found
            .filter(|found| found.to_string() == text && found.key.line() != found.successor.line())
            .ok_or(NotASuccessor::Form)
    }
}

/// The key that comes after `key`, if `key` has signed a statement that says so.
///
/// # Errors
/// [`NotASuccessor`].
pub fn successor_of(
    key: &PublicKey,
    statement: &str,
    signature: &str,
) -> Result<PublicKey, NotASuccessor> {
    let signature: Signature = signature.parse().map_err(|_| NotASuccessor::NotSigned)?;
    signature
        .verify(statement.as_bytes(), key)
        .map_err(|_| NotASuccessor::NotSigned)?;
    let said: SuccessorStatement = statement.parse()?;
    if said.key.line() != key.line() {
        return Err(NotASuccessor::OtherKey);
    }
    Ok(said.successor)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::minisign::{SecretKey, Seeds};

    fn key(seed: u8) -> SecretKey {
        SecretKey::from_seeds(&Seeds {
            key: [seed; 32].into(),
            id: [seed; 8],
        })
    }

    fn statement(from: &SecretKey, to: &SecretKey) -> String {
        SuccessorStatement {
            key: from.public(),
            successor: to.public(),
        }
        .to_string()
    }

    #[test]
    fn a_statement_is_read_as_it_is_written_and_in_no_other_form() {
        let text = statement(&key(1), &key(2));
        let read: SuccessorStatement = text.parse().unwrap();
        assert_eq!(read.to_string(), text);
        let itself = statement(&key(1), &key(1));
        for bad in [
            "",
            &text.replace("v1", "v2"),
            &text.replace("\nkey ", "\nkey  "),
            &format!("{text}more\n"),
            text.trim_end(),
            &itself,
        ] {
            assert_eq!(bad.parse::<SuccessorStatement>(), Err(NotASuccessor::Form));
        }
    }

    #[test]
    fn only_the_key_before_names_the_one_after() {
        let (old, new, foreign) = (key(1), key(2), key(3));
        let text = statement(&old, &new);
        let signed = |by: &SecretKey, text: &str| by.sign(text.as_bytes(), "a test").file();
        let named = |text: &str, signature: &str| {
            successor_of(&old.public(), text, signature).map(|key| key.line())
        };
        assert_eq!(named(&text, &signed(&old, &text)), Ok(new.public().line()));
        for by in [&new, &foreign] {
            let refused = named(&text, &signed(by, &text));
            assert_eq!(refused, Err(NotASuccessor::NotSigned));
        }
        assert_eq!(named(&text, ""), Err(NotASuccessor::NotSigned));
        let other = statement(&foreign, &new);
        let refused = named(&other, &signed(&old, &other));
        assert_eq!(refused, Err(NotASuccessor::OtherKey));
        let lift = "inroom lift v1\nvault a\nincident 1\n";
        let refused = named(lift, &signed(&old, lift));
        assert_eq!(refused, Err(NotASuccessor::Form));
    }
}
