use serde::{Deserialize, Deserializer, Serialize, de};

use crate::hex::Digest;

/// Who did something, as far as the program knows: in an organisation's vault the person who is signed
/// in; in a vault with one passphrase the account of the operating system that the program ran under.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Actor {
    /// The program by itself: what is due is erased without anybody asking.
    Program,
    /// Somebody at this account of the operating system.
    Account {
        /// Its name, as the program was told: nothing proves it.
        name: AccountName,
        /// Its number, where the system has one and says it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<u32>,
    },
    /// A person of the organisation's roster, who is signed in.
    Person {
        /// The person's account.
        account: PersonAccount,
    },
    /// Somebody who has opened the vault with the code of a sealed emergency sheet.
    Emergency {
        /// Digest of the sheet's public part.
        sheet: Digest,
    },
}

/// The account of a person of an organisation's roster: at most [`PersonAccount::MOST_BYTES`], without
/// control characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct PersonAccount(String);

impl PersonAccount {
    /// As long as a mail address may be (RFC 5321). What is longer is cut.
    pub const MOST_BYTES: usize = 254;

    /// From an account as the roster has it.
    pub fn new(account: &str) -> Self {
        Self(cut(account, Self::MOST_BYTES))
    }

    /// The account.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for PersonAccount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let account = Self::new(&text);
        if account.0 == text {
            Ok(account)
        } else {
            Err(de::Error::custom("not the account of a person"))
        }
    }
}

/// A text in one line, cut after so many bytes.
fn cut(text: &str, most: usize) -> String {
    let mut kept = String::new();
    for character in text.chars().filter(|c| !c.is_control()) {
        if kept.len() + character.len_utf8() > most {
            break;
        }
        kept.push(character);
    }
    kept
}

/// The name of an account of the operating system: at most [`AccountName::MOST_BYTES`], without
/// control characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct AccountName(String);

impl AccountName {
    /// Longer names are cut. Names of Linux accounts have 32 bytes at most (useradd(8)), those of
    /// Windows 20 characters.
    pub const MOST_BYTES: usize = 64;

    /// From a name as the system or the environment gives it.
    pub fn new(name: &str) -> Self {
        Self(cut(name, Self::MOST_BYTES))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for AccountName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let name = Self::new(&text);
        if name.0 == text {
            Ok(name)
        } else {
            Err(de::Error::custom("not the name of an account"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_on_one_line() {
        assert_eq!(AccountName::new("ada\nb\u{7}").as_str(), "adab");
        assert_eq!(AccountName::new(&"é".repeat(90)).as_str().len(), 64);
        let long = format!("\"{}\"", "a".repeat(65));
        assert!(serde_json::from_str::<AccountName>(&long).is_err());
        assert!(serde_json::from_str::<AccountName>("\"a\\nb\"").is_err());
    }
}
