use serde::{Deserialize, Serialize};

use super::framework::Subcategory;
use super::level::Level;
use super::rule::Citation;
use super::safeguard::Safeguard;
use super::self_check::SelfCheck;
use crate::Role;

const RISKS: &str = include_str!("register.toml");
const SAFEGUARDS: &str = include_str!("safeguards.toml");

/// A risk and what is done about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Risk {
    /// Its identifier, which stays.
    pub id: String,
    /// In a few words.
    pub title: String,
    /// What happens, and by whom or what.
    pub threat: String,
    /// How likely it is without the control.
    pub likelihood: Level,
    /// How much it would harm patients or the clinic.
    pub impact: Level,
    /// What is done about it.
    pub control: String,
    /// The self-checks that look whether the control is there on a computer.
    pub checks: Vec<SelfCheck>,
    /// Why no self-check does, where none can.
    pub why_no_check: Option<String>,
    /// The tests that hold the control, by their paths in the repository.
    pub tests: Vec<String>,
    /// Whose it is to watch.
    pub owner: Role,
    /// What is left of it with the control.
    pub residual: Level,
    /// That in words.
    pub remains: String,
    /// Lines of 45 CFR part 164 that it belongs to, besides the risk analysis itself.
    pub hipaa: Vec<Citation>,
    /// Subcategories of the NIST AI RMF 1.0 that it belongs to.
    pub ai_rmf: Vec<Subcategory>,
}

impl Risk {
    /// Its level without the control.
    pub const fn level(&self) -> Level {
        Level::of(self.likelihood, self.impact)
    }
}

/// Everything that was thought of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Register {
    /// The risks.
    pub risks: Vec<Risk>,
    /// 45 CFR 164.312, line by line.
    pub safeguards: Vec<Safeguard>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Risks {
    risk: Vec<Risk>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Safeguards {
    safeguard: Vec<Safeguard>,
}

/// The register that comes with the program.
///
/// # Errors
/// If it cannot be read, which a test of this crate excludes.
pub fn register() -> Result<Register, toml::de::Error> {
    read(RISKS, SAFEGUARDS)
}

pub(super) fn read(risks: &str, safeguards: &str) -> Result<Register, toml::de::Error> {
    Ok(Register {
        risks: toml::from_str::<Risks>(risks)?.risk,
        safeguards: toml::from_str::<Safeguards>(safeguards)?.safeguard,
    })
}
