use serde::{Deserialize, Serialize};

use super::rule::Citation;
use super::self_check::SelfCheck;

/// How far the product meets a line of 45 CFR 164.312.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Met {
    /// It does, where the self-checks pass.
    Yes,
    /// A part of it; what is missing is said.
    InPart,
    /// It does not.
    No,
    /// It is the organisation's to meet; the product does nothing for or against it.
    Organisation,
}

impl Met {
    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::InPart => "in part",
            Self::No => "no",
            Self::Organisation => "the organisation's to meet",
        }
    }
}

/// What the product does about a line of 45 CFR 164.312.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Safeguard {
    /// Which line.
    pub citation: Citation,
    /// How far it is met.
    pub met: Met,
    /// By what, and what is missing.
    pub how: String,
    /// The self-checks that look at it.
    pub checks: Vec<SelfCheck>,
    /// The tests that hold it, by their paths in the repository.
    pub tests: Vec<String>,
}
