//! The verdict on a statement.

use visit::{Evidence, PatientText, Segment, Support};

use crate::rules::{Broken, Case, broken};
use crate::search::{FAR, Findings, search};
use crate::statement::StatementReading;
use crate::transcript::{Place, Transcript};

/// Whether the transcript bears a statement out, why not, and the words that show it.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The verdict.
    pub support: Support,
    /// Why it is not wholly supported, for people; empty when it is.
    pub reason: PatientText,
    /// The words of the transcript that the statement rests on, or that contradict it.
    pub evidence: Vec<Evidence>,
}

/// From this share of its weighed words on, a statement that breaks no rule is supported.
const SUPPORTED: f64 = 0.70;
/// From this share on it is supported in part.
const PARTIAL: f64 = 0.40;
/// No part of a supported statement may have less than this.
const LEAST_PART: f64 = 0.35;
/// So many words that were not said are named in the reason.
const NAMED: usize = 3;

/// Judges one statement. [`Transcript::judge`] does the same for many without reading the transcript again.
pub fn judge(statement: &str, segments: &[Segment]) -> Judgement {
    Transcript::new(segments).judge(statement)
}

impl Transcript {
    /// Judges a statement.
    pub fn judge(&self, statement: &str) -> Judgement {
        let statement = StatementReading::of(statement, self);
        if statement.units.is_empty() {
            // A heading, a name, "No.": nothing that words of the transcript could bear out.
            return Judgement {
                support: Support::Unsupported,
                reason: "it says nothing that can be checked".into(),
                evidence: Vec::new(),
            };
        }
        let findings = search(&statement, self);
        let mut broken = broken(&Case {
            statement: &statement,
            findings: &findings,
            transcript: self,
        });
        broken.sort_by_key(|rule| rule.most);
        let coverage = Coverage::of(&statement, &findings);
        let mut support = match coverage.whole {
            share if share >= SUPPORTED && coverage.least_part >= LEAST_PART => Support::Supported,
            share if share >= PARTIAL => Support::Partial,
            _ => Support::Unsupported,
        };
        let by_words = support;
        if let Some(worst) = broken.first() {
            support = support.min(worst.most);
        }
        let mut reasons: Vec<String> = broken.iter().map(|rule| rule.reason.clone()).collect();
        if by_words < Support::Supported
            && by_words <= broken.first().map_or(Support::Supported, |rule| rule.most)
        {
            reasons.extend(unsaid(&statement, &findings));
        }
        reasons.dedup();
        let mut places = places(&findings);
        places.extend(
            broken
                .iter()
                .filter(|rule| rule.most == support)
                .flat_map(shown),
        );
        places.sort_unstable();
        places.dedup();
        let reason = if support == Support::Supported {
            String::new()
        } else {
            reasons.join("; ")
        };
        Judgement {
            support,
            reason: reason.into(),
            evidence: self.evidence(&places),
        }
    }
}

/// So many places are shown for a rule that is broken.
fn shown(rule: &Broken) -> impl Iterator<Item = Place> + '_ {
    rule.places.iter().copied().take(2)
}

struct Coverage {
    whole: f64,
    least_part: f64,
}

impl Coverage {
    fn of(statement: &StatementReading, findings: &Findings) -> Self {
        let share = |units: std::ops::Range<usize>| {
            let all: f64 = units.clone().map(|unit| statement.units[unit].weight).sum();
            let found: f64 = units
                .map(|unit| statement.units[unit].weight * fit(findings, unit))
                .sum();
            if all > 0.0 { found / all } else { 1.0 }
        };
        let least_part = statement
            .parts
            .iter()
            .cloned()
            .map(share)
            .fold(1.0, f64::min);
        Self {
            whole: share(0..statement.units.len()),
            least_part,
        }
    }
}

/// How far a unit was found, 0 to 1.
fn fit(findings: &Findings, unit: usize) -> f64 {
    let best = |hits: &[crate::hits::Hit]| hits.iter().map(|hit| hit.fit).fold(0.0, f64::max);
    let found = &findings.units[unit];
    best(&found.near).max(best(&found.far) * FAR)
}

/// The best place of each unit that was found near the rest of its part.
fn places(findings: &Findings) -> Vec<Place> {
    findings
        .units
        .iter()
        .filter_map(|found| found.near.first())
        .map(|hit| hit.place)
        .collect()
}

fn unsaid(statement: &StatementReading, findings: &Findings) -> Option<String> {
    let mut missing: Vec<usize> = (0..statement.units.len())
        .filter(|unit| fit(findings, *unit) <= FAR)
        .collect();
    missing.sort_by(|a, b| {
        statement.units[*b]
            .weight
            .total_cmp(&statement.units[*a].weight)
    });
    missing.truncate(NAMED);
    missing.sort_unstable();
    let words: Vec<String> = missing
        .into_iter()
        .map(|unit| format!("\"{}\"", statement.shown(unit)))
        .collect();
    (!words.is_empty()).then(|| format!("not said of this: {}", words.join(", ")))
}
