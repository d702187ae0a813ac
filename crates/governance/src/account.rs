use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

/// An account of the organisation, `name@domain`, in lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Account(String);

/// A text that is not an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an account is written name@domain, in the letters, digits and signs of a mail address")]
pub struct NotAnAccount;

/// Longest mail address (RFC 5321) and longest name before its `@`.
const MOST: (usize, usize) = (254, 64);

/// Where anybody gets a mail address. Nobody can keep such a list complete: what an organisation
/// names as its own domains stands in a document that it has signed, and this keeps a slip out.
const PERSONAL: &[&str] = &[
    "aim.com",
    "aol.com",
    "att.net",
    "bellsouth.net",
    "btinternet.com",
    "comcast.net",
    "cox.net",
    "duck.com",
    "fastmail.com",
    "free.fr",
    "gmail.com",
    "gmx.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hey.com",
    "hotmail.co.uk",
    "hotmail.com",
    "hotmail.fr",
    "hushmail.com",
    "icloud.com",
    "laposte.net",
    "libero.it",
    "live.com",
    "mac.com",
    "mail.com",
    "mail.ru",
    "me.com",
    "msn.com",
    "orange.fr",
    "outlook.com",
    "pm.me",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "rediffmail.com",
    "rocketmail.com",
    "sbcglobal.net",
    "t-online.de",
    "tuta.com",
    "tutanota.com",
    "verizon.net",
    "web.de",
    "yahoo.co.uk",
    "yahoo.com",
    "yandex.com",
    "yandex.ru",
    "ymail.com",
    "zoho.com",
];

impl Account {
    /// What stands behind the `@`.
    pub fn domain(&self) -> &str {
        self.0.split_once('@').map_or("", |(_, domain)| domain)
    }

    /// The whole account.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Account {
    type Err = NotAnAccount;

    fn from_str(text: &str) -> Result<Self, NotAnAccount> {
        let text = text.to_ascii_lowercase();
        let (name, domain) = text.split_once('@').ok_or(NotAnAccount)?;
        let named = !name.is_empty()
            && name.len() <= MOST.1
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"._%+'-".contains(&byte));
        if named && is_domain(domain) && text.len() <= MOST.0 {
            Ok(Self(text))
        } else {
            Err(NotAnAccount)
        }
    }
}

impl TryFrom<String> for Account {
    type Error = NotAnAccount;

    fn try_from(text: String) -> Result<Self, NotAnAccount> {
        text.parse()
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether this is a domain of at least two labels (RFC 1035), in lower case.
pub(crate) fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(label)
}

/// Whether anybody gets an address there, at the domain itself or below it.
pub(crate) fn is_personal(domain: &str) -> bool {
    PERSONAL.iter().any(|personal| {
        domain
            .strip_suffix(personal)
            .is_some_and(|before| before.is_empty() || before.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_account_is_read_in_lower_case() {
        let account: Account = "Ada.O'Neil@Clinic.Example".parse().unwrap();
        assert_eq!(account.as_str(), "ada.o'neil@clinic.example");
        assert_eq!(account.domain(), "clinic.example");
    }

    #[test]
    fn what_is_no_account_is_not_taken() {
        for bad in [
            "",
            "ada",
            "@clinic.example",
            "ada@",
            "ada@clinic",
            "ada@clinic..example",
            "ada@-clinic.example",
            "a b@clinic.example",
            "ada@b@clinic.example",
            "ädä@clinic.example",
            "ada@clinic.example\n",
        ] {
            assert_eq!(bad.parse::<Account>(), Err(NotAnAccount), "{bad:?}");
        }
        let long = format!("{}@clinic.example", "a".repeat(65));
        assert!(long.parse::<Account>().is_err());
    }

    #[test]
    fn personal_mail_is_known_with_its_subdomains() {
        assert!(is_personal("gmail.com") && is_personal("eu.gmail.com"));
        assert!(!is_personal("notgmail.com") && !is_personal("gmail.com.example"));
        assert!(PERSONAL.iter().all(|domain| is_domain(domain)));
        assert!(PERSONAL.is_sorted());
    }
}
