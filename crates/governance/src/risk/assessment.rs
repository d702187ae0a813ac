use serde::Serialize;
use visit::UnixMillis;

use super::level::Level;
use super::register::{Register, Risk};
use super::rule::{TECHNICAL_SAFEGUARDS, TechnicalLine};
use super::safeguard::{Met, Safeguard};
use super::self_check::SelfCheck;

/// What a self-check has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It looked, and it holds.
    Passed,
    /// It looked, and it does not hold.
    Failed,
    /// It could not look, or what it saw says neither.
    CannotTell,
}

impl Verdict {
    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "FAILED",
            Self::CannotTell => "cannot be told",
        }
    }
}

/// The answer of a self-check. Its reason holds figures, names of files, models and devices, and
/// nothing of a visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which check.
    pub check: SelfCheck,
    /// What it found.
    pub verdict: Verdict,
    /// Why.
    pub reason: String,
}

impl Finding {
    /// It holds.
    pub fn passed(check: SelfCheck, reason: impl Into<String>) -> Self {
        Self::of(check, Verdict::Passed, reason)
    }

    /// It does not hold.
    pub fn failed(check: SelfCheck, reason: impl Into<String>) -> Self {
        Self::of(check, Verdict::Failed, reason)
    }

    /// Nobody can say from here.
    pub fn cannot_tell(check: SelfCheck, reason: impl Into<String>) -> Self {
        Self::of(check, Verdict::CannotTell, reason)
    }

    fn of(check: SelfCheck, verdict: Verdict, reason: impl Into<String>) -> Self {
        let reason: String = reason.into();
        Self {
            check,
            verdict,
            // It is put into a sentence.
            reason: reason.trim_end_matches('.').to_owned(),
        }
    }
}

/// How a risk stands on this computer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// A self-check of it failed: its control is not whole here.
    Open,
    /// None failed, and one could not look.
    CannotTell,
    /// No self-check can look at it; its tests alone speak for the control.
    Unchecked,
    /// Every self-check of it passed.
    Controlled,
}

impl State {
    /// All of them, what needs somebody first.
    pub const ALL: [Self; 4] = [
        Self::Open,
        Self::CannotTell,
        Self::Unchecked,
        Self::Controlled,
    ];

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::CannotTell => "cannot be told",
            Self::Unchecked => "no self-check",
            Self::Controlled => "controlled",
        }
    }
}

/// A risk as it stands on this computer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AssessedRisk {
    /// What the register says of it.
    #[serde(flatten)]
    pub risk: Risk,
    /// How it stands.
    pub state: State,
    /// Its level without the control.
    pub level: Level,
    /// Its level here: without the control where it is open, what is left with it otherwise.
    pub level_here: Level,
}

/// A line of 45 CFR 164.312 as it stands on this computer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AssessedSafeguard {
    /// What the line is called, and whether it is required.
    pub line: TechnicalLine,
    /// What the product does about it.
    #[serde(flatten)]
    pub safeguard: Safeguard,
    /// How its self-checks stand.
    pub state: State,
    /// How far it is met here: what the product meets is met in part where a self-check failed.
    pub met_here: Met,
}

/// When and where an assessment was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Circumstances {
    /// When.
    pub made_at: UnixMillis,
    /// Version of the program.
    pub program: String,
    /// Operating system and processor.
    pub system: String,
    /// The organisation that the computer is enrolled with.
    pub organisation: Option<String>,
    /// Whether the vault was open, so that its checks could look.
    pub vault_open: bool,
}

/// The risk assessment of a computer: what is printed, and written as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Assessment {
    /// The version of this form: 1.
    pub format: u32,
    /// When and where.
    #[serde(flatten)]
    pub circumstances: Circumstances,
    /// The risks, what needs somebody first.
    pub risks: Vec<AssessedRisk>,
    /// 45 CFR 164.312, line by line.
    pub safeguards: Vec<AssessedSafeguard>,
    /// What each self-check has found.
    pub findings: Vec<Finding>,
}

impl Assessment {
    /// How many risks stand so.
    pub fn count(&self, state: State) -> usize {
        self.risks.iter().filter(|risk| risk.state == state).count()
    }

    /// What a self-check has found.
    pub fn finding(&self, check: SelfCheck) -> Option<&Finding> {
        self.findings.iter().find(|found| found.check == check)
    }

    /// How many self-checks ended so.
    pub fn ended(&self, verdict: Verdict) -> usize {
        let ended = self
            .findings
            .iter()
            .filter(|found| found.verdict == verdict);
        ended.count()
    }
}

/// Lays what was found over the register. A check without a finding counts as one that could not look.
pub fn assess(
    register: &Register,
    findings: Vec<Finding>,
    circumstances: Circumstances,
) -> Assessment {
    let findings: Vec<Finding> = SelfCheck::ALL
        .iter()
        .map(|check| {
            let found = findings.iter().find(|found| found.check == *check);
            let missing = || Finding::cannot_tell(*check, "it was not asked");
            found.cloned().unwrap_or_else(missing)
        })
        .collect();
    let state = |checks: &[SelfCheck]| {
        let verdicts = || {
            let of = findings
                .iter()
                .filter(|found| checks.contains(&found.check));
            of.map(|found| found.verdict)
        };
        if checks.is_empty() {
            State::Unchecked
        } else if verdicts().any(|verdict| verdict == Verdict::Failed) {
            State::Open
        } else if verdicts().any(|verdict| verdict == Verdict::CannotTell) {
            State::CannotTell
        } else {
            State::Controlled
        }
    };
    let mut risks: Vec<AssessedRisk> = register
        .risks
        .iter()
        .map(|risk| {
            let (state, level) = (state(&risk.checks), risk.level());
            AssessedRisk {
                state,
                level,
                level_here: match state {
                    State::Open => level,
                    _ => risk.residual,
                },
                risk: risk.clone(),
            }
        })
        .collect();
    risks.sort_by_key(|risk| (risk.state, std::cmp::Reverse(risk.level_here)));
    let safeguards = register.safeguards.iter().filter_map(|safeguard| {
        let mut lines = TECHNICAL_SAFEGUARDS.iter();
        let line = lines.find(|line| line.citation == safeguard.citation.as_str())?;
        let state = state(&safeguard.checks);
        Some(AssessedSafeguard {
            line: *line,
            safeguard: safeguard.clone(),
            state,
            met_here: match (safeguard.met, state) {
                (Met::Yes, State::Open) => Met::InPart,
                (met, _) => met,
            },
        })
    });
    Assessment {
        format: 1,
        safeguards: safeguards.collect(),
        circumstances,
        risks,
        findings,
    }
}
