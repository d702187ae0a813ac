use std::fmt;

use serde::{Deserialize, Serialize};

/// A level of likelihood, impact or risk (NIST SP 800-30 Rev. 1, appendices G to I).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Negligible.
    VeryLow,
    /// Limited.
    Low,
    /// Serious.
    Moderate,
    /// Severe.
    High,
    /// Catastrophic, or almost certain.
    VeryHigh,
}

impl Level {
    /// All of them, the lowest first.
    pub const ALL: [Self; 5] = [
        Self::VeryLow,
        Self::Low,
        Self::Moderate,
        Self::High,
        Self::VeryHigh,
    ];

    /// The risk of something of this likelihood and impact: NIST SP 800-30 Rev. 1, table I-2.
    pub const fn of(likelihood: Self, impact: Self) -> Self {
        use Level::{High, Low, Moderate, VeryHigh, VeryLow};
        match (likelihood, impact) {
            (_, VeryLow) | (VeryLow, Low | Moderate) => VeryLow,
            (VeryLow, High | VeryHigh) | (_, Low) | (Low, Moderate | High) => Low,
            (Low, VeryHigh) | (Moderate, Moderate | High) | (High | VeryHigh, Moderate) => Moderate,
            (Moderate, VeryHigh) | (High | VeryHigh, High) => High,
            (High | VeryHigh, VeryHigh) => VeryHigh,
        }
    }

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::VeryLow => "very low",
            Self::Low => "low",
            Self::Moderate => "moderate",
            Self::High => "high",
            Self::VeryHigh => "very high",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::Level;

    /// Table I-2, row by row from very high likelihood to very low, impact from very low to very high.
    #[test]
    fn the_risk_is_that_of_the_published_table() {
        let table = [
            "very low, low, moderate, high, very high",
            "very low, low, moderate, high, very high",
            "very low, low, moderate, moderate, high",
            "very low, low, low, low, moderate",
            "very low, very low, very low, low, low",
        ];
        for (row, likelihood) in table.iter().zip(Level::ALL.into_iter().rev()) {
            let found = Level::ALL.map(|impact| Level::of(likelihood, impact).word());
            assert_eq!(found.join(", "), *row, "{likelihood}");
        }
    }
}
