//! The rules that are exact: what breaks one is not supported, however many words fit.

mod amount;
mod date;
mod denial;
mod drug;
mod need;
mod opposite;
mod person;
mod rate;
mod side;
mod site;
mod speaker;
mod standing;
mod time;

use visit::Support;

use crate::hits::Hit;
use crate::search::Findings;
use crate::side::Side;
use crate::statement::StatementReading;
use crate::transcript::{Place, Transcript};

/// A rule that a statement breaks.
#[derive(Debug)]
pub(crate) struct Broken {
    /// The most that the statement can still be.
    pub most: Support,
    /// Why, for people.
    pub reason: String,
    /// The words of the transcript that show it.
    pub places: Vec<Place>,
}

impl Broken {
    fn unsupported(reason: String, places: Vec<Place>) -> Self {
        Self {
            most: Support::Unsupported,
            reason,
            places,
        }
    }

    fn partial(reason: String, places: Vec<Place>) -> Self {
        Self {
            most: Support::Partial,
            reason,
            places,
        }
    }
}

/// What the rules look at.
pub(crate) struct Case<'a> {
    pub statement: &'a StatementReading,
    pub findings: &'a Findings,
    pub transcript: &'a Transcript,
}

/// A hit that fits so well is the thing itself and not only a part of its name.
const WHOLE: f64 = 0.75;

impl Case<'_> {
    /// The line that a unit's part rests on.
    fn anchor(&self, unit: usize) -> Option<usize> {
        let part = self
            .statement
            .parts
            .iter()
            .position(|part| part.contains(&unit))?;
        self.findings.anchors[part]
    }

    /// Where the unit itself is said: in the exchange that its part rests on, else anywhere.
    fn whole(&self, unit: usize) -> Vec<Place> {
        let whole = |hits: &[Hit]| -> Vec<Place> {
            hits.iter()
                .filter(|hit| hit.fit >= WHOLE)
                .map(|hit| hit.place)
                .collect()
        };
        let found = &self.findings.units[unit];
        let near = whole(&found.near);
        if near.is_empty() {
            whole(&found.far)
        } else {
            near
        }
    }

    /// The side that is spoken of at a place, if it was named at most `reach` clauses ago.
    fn side(&self, place: Place, reach: usize) -> Option<Side> {
        let side = self.transcript.state(place).side;
        side.filter(|(_, ago)| *ago <= reach).map(|(side, _)| side)
    }

    /// Those of some places that stand on the line of the first, which is the best.
    fn on_best_line(&self, places: &[Place]) -> Vec<Place> {
        places
            .iter()
            .copied()
            .filter(|place| place.0 == places[0].0)
            .collect()
    }

    /// Whether one of the words stands in the statement.
    fn says(&self, stems: &[&str]) -> bool {
        self.statement
            .reading
            .words
            .iter()
            .any(|word| stems.contains(&word.stem.as_str()))
    }
}

/// Every rule that the statement breaks.
pub(crate) fn broken(case: &Case<'_>) -> Vec<Broken> {
    let rules = [
        drug::broken,
        amount::broken,
        side::broken,
        standing::broken,
        denial::broken,
        person::broken,
        opposite::broken,
        need::broken,
        rate::broken,
        site::broken,
        time::broken,
    ];
    let of_units = (0..case.statement.units.len())
        .flat_map(|unit| rules.iter().filter_map(move |rule| rule(case, unit)));
    of_units
        .chain(date::broken(case))
        .chain(speaker::broken(case))
        .collect()
}
