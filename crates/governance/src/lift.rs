//! The statement that lifts a lockdown: it names one vault and one report, so that it lifts no other
//! vault's and no later one.

use std::fmt;
use std::str::FromStr;

const TITLE: &str = "inroom lift v1";

/// That the lockdown of a vault is lifted, for every report up to one. The organisation's key signs its
/// text (minisign).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiftStatement {
    /// The public key of the vault's audit log, 64 hexadecimal digits.
    pub vault: String,
    /// The number of the last report that it covers.
    pub incident: u32,
}

/// A text that is no such statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "this is no statement that lifts a lockdown; nothing was changed. `inroomctl incident statement` \
     writes one to be signed"
)]
pub struct NotAStatement;

impl fmt::Display for LiftStatement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { vault, incident } = self;
        write!(f, "{TITLE}\nvault {vault}\nincident {incident}\n")
    }
}

impl FromStr for LiftStatement {
    type Err = NotAStatement;

    fn from_str(text: &str) -> Result<Self, NotAStatement> {
        let mut lines = text.lines();
        let mut after = |word: &str| lines.next()?.strip_prefix(word);
        let found = (|| {
            after(TITLE)?;
            Some(Self {
                vault: after("vault ")?.to_owned(),
                incident: after("incident ")?.parse().ok()?,
            })
        })();
        // Written in one way only.
        found
            .filter(|found| found.to_string() == text)
            .ok_or(NotAStatement)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_read_as_it_is_written_and_in_no_other_form() {
        let statement = LiftStatement {
            vault: "ab".repeat(32),
            incident: 3,
        };
        let text = statement.to_string();
        assert_eq!(text.parse(), Ok(statement));
        for bad in [
            "",
            "inroom lift v1\n",
            &text.replace("v1", "v2"),
            &text.replace("incident 3", "incident 03"),
            &text.replace("incident 3", "incident -1"),
            &format!("{text}more\n"),
            text.trim_end(),
        ] {
            assert_eq!(bad.parse::<LiftStatement>(), Err(NotAStatement), "{bad}");
        }
    }
}
