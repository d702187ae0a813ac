use std::fmt;

use serde::{Deserialize, Serialize};

/// Whether a line of the rule has to be met as it stands (45 CFR 164.306(d), appendix A to subpart C).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Designation {
    /// A standard, met by its implementation specifications and by what else is reasonable.
    Standard,
    /// Required (R).
    Required,
    /// Addressable (A): implemented, or the reason why not written down with what is done instead.
    Addressable,
}

impl Designation {
    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Required => "required (R)",
            Self::Addressable => "addressable (A)",
        }
    }
}

/// A line of 45 CFR 164.312.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TechnicalLine {
    /// Where it stands.
    pub citation: &'static str,
    /// What it is called there.
    pub name: &'static str,
    /// Whether it is required.
    pub designation: Designation,
}

const fn line(
    citation: &'static str,
    name: &'static str,
    designation: Designation,
) -> TechnicalLine {
    TechnicalLine {
        citation,
        name,
        designation,
    }
}

/// Every standard and implementation specification of 45 CFR 164.312, in its order. Audit controls
/// and authentication are standards without specifications, which appendix A marks as required.
pub const TECHNICAL_SAFEGUARDS: [TechnicalLine; 12] = {
    use Designation::{Addressable, Required, Standard};
    [
        line("164.312(a)(1)", "Access control", Standard),
        line("164.312(a)(2)(i)", "Unique user identification", Required),
        line("164.312(a)(2)(ii)", "Emergency access procedure", Required),
        line("164.312(a)(2)(iii)", "Automatic logoff", Addressable),
        line(
            "164.312(a)(2)(iv)",
            "Encryption and decryption",
            Addressable,
        ),
        line("164.312(b)", "Audit controls", Required),
        line("164.312(c)(1)", "Integrity", Standard),
        line(
            "164.312(c)(2)",
            "Mechanism to authenticate electronic protected health information",
            Addressable,
        ),
        line("164.312(d)", "Person or entity authentication", Required),
        line("164.312(e)(1)", "Transmission security", Standard),
        line("164.312(e)(2)(i)", "Integrity controls", Addressable),
        line("164.312(e)(2)(ii)", "Encryption", Addressable),
    ]
};

/// Where this register stands in the rule.
pub(super) const RISK_ANALYSIS: &str = "164.308(a)(1)(ii)(A)";

/// Lines of the administrative and physical safeguards, and of breach notification, that risks are
/// mapped to.
const OTHER_LINES: &[&str] = &[
    RISK_ANALYSIS,
    "164.308(a)(1)(ii)(B)",
    "164.308(a)(1)(ii)(D)",
    "164.308(a)(3)(ii)(C)",
    "164.308(a)(4)(ii)(B)",
    "164.308(a)(5)(ii)(B)",
    "164.308(a)(5)(ii)(C)",
    "164.308(a)(5)(ii)(D)",
    "164.308(a)(6)(ii)",
    "164.308(a)(7)(ii)(A)",
    "164.308(a)(7)(ii)(B)",
    "164.308(a)(7)(ii)(C)",
    "164.308(a)(8)",
    "164.310(b)",
    "164.310(c)",
    "164.310(d)(2)(i)",
    "164.310(d)(2)(iv)",
    "164.316(b)(2)(i)",
    "164.404",
    "164.502(b)",
    "164.526",
];

/// A line of 45 CFR part 164.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Citation(String);

/// A line of the rule that is not known here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no line of 45 CFR part 164 that this register knows")]
pub struct NotACitation(String);

impl Citation {
    /// Where it stands, without the title.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Citation {
    type Error = NotACitation;

    fn try_from(text: String) -> Result<Self, NotACitation> {
        let technical = TECHNICAL_SAFEGUARDS.iter().map(|line| line.citation);
        if technical
            .chain(OTHER_LINES.iter().copied())
            .any(|known| known == text)
        {
            Ok(Self(text))
        } else {
            Err(NotACitation(text))
        }
    }
}

impl fmt::Display for Citation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
