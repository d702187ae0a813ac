//! A number in a note has to have been said, not taken back, and said of the same thing.

use super::{Broken, Case};
use crate::context::own_topic;
use crate::lexicon::{TermId, lexicon};
use crate::quantity::{Dimension, Quantity};
use crate::reading::Meaning;
use crate::transcript::{Place, Standing};

pub(super) fn broken(case: &Case<'_>, unit: usize) -> Option<Broken> {
    let token = case.statement.token(unit);
    let quantity = match &token.meaning {
        Meaning::Quantity(quantity) => Some(*quantity),
        Meaning::Frequency(_) => None,
        _ => return None,
    };
    let shown = case.statement.shown(unit);
    let found = &case.findings.units[unit];
    let usable = |place: &Place| !case.transcript.denied(*place) || token.negated;
    let near: Vec<Place> = found
        .near
        .iter()
        .map(|hit| hit.place)
        .filter(usable)
        .collect();
    let far: Vec<Place> = found
        .far
        .iter()
        .map(|hit| hit.place)
        .filter(usable)
        .collect();
    let topic = topic(case, unit);
    // A time, an order and a frequency are said of many things; an amount belongs to what was named last.
    let bound = quantity.is_some_and(|q| {
        q.dimension
            .is_none_or(|d| !d.is_time() && d != Dimension::ORDINAL)
    });
    if near.is_empty() {
        let elsewhere = (bound || quantity.is_none())
            && topic.is_some_and(|topic| far.iter().any(|place| is_of(case, place, topic)));
        return (!elsewhere).then(|| missing(case, quantity, &shown, far));
    }
    if !bound {
        return displaced(case, unit, &near).map(|place| {
            Broken::partial(
                format!("{shown} was said, but not about this"),
                vec![place, near[0]],
            )
        });
    }
    let topic = topic?;
    let other =
        |place: &Place| case.transcript.state(*place).topic.is_some() && !is_of(case, place, topic);
    if !near.iter().all(other) {
        return None;
    }
    let (said, named) = case.transcript.state(near[0]).topic?;
    let (said, meant) = (lexicon().term(said).name, lexicon().term(topic).name);
    let reason = format!("{shown} was said of {said}, not of {meant}");
    // Where the topic was only carried over from an earlier sentence the reading may be at fault.
    Some(if named {
        Broken::unsupported(reason, near)
    } else {
        Broken::partial(reason, near)
    })
}

/// The medicine or measurement that the statement gives the amount of, if the transcript names it at all.
fn topic(case: &Case<'_>, unit: usize) -> Option<TermId> {
    let topic = own_topic(&case.statement.reading, case.statement.units[unit].token)?;
    (!case.transcript.of_term(topic).is_empty()).then_some(topic)
}

fn is_of(case: &Case<'_>, place: &Place, topic: TermId) -> bool {
    let is_kind_of =
        |narrow: TermId, broad: TermId| lexicon().term(narrow).broader.contains(&broad);
    case.transcript
        .state(*place)
        .topic
        .is_some_and(|(said, _)| {
            said == topic || is_kind_of(said, topic) || is_kind_of(topic, said)
        })
}

/// What was said instead, on the line that the statement rests on: "for seven days" where the note says ten.
fn displaced(case: &Case<'_>, unit: usize, near: &[Place]) -> Option<Place> {
    let anchor = case.anchor(unit)?;
    if near.iter().any(|place| place.0.abs_diff(anchor) <= 1) {
        return None;
    }
    let meant = &case.statement.token(unit).meaning;
    let accounted = |place: &Place| {
        case.findings
            .units
            .iter()
            .any(|found| found.near.iter().any(|hit| hit.place == *place))
    };
    case.transcript.amounts().find(|place| {
        let comparable = match (meant, &case.transcript.token(*place).meaning) {
            (Meaning::Quantity(one), Meaning::Quantity(other)) => one.same_unit(*other),
            (Meaning::Frequency(_), Meaning::Frequency(_)) => true,
            _ => false,
        };
        let standing = case.transcript.state(*place).standing;
        place.0 == anchor && comparable && standing != Standing::Retracted && !accounted(place)
    })
}

fn missing(case: &Case<'_>, quantity: Option<Quantity>, shown: &str, far: Vec<Place>) -> Broken {
    let retracted = case.transcript.amounts().find(|place| {
        let same = match (&case.transcript.token(*place).meaning, quantity) {
            (Meaning::Quantity(said), Some(quantity)) => quantity.same(*said),
            _ => false,
        };
        same && case.transcript.state(*place).standing == Standing::Retracted
    });
    if let Some(place) = retracted {
        return Broken::unsupported(format!("{shown} was said and taken back"), vec![place]);
    }
    if far.is_empty() {
        Broken::unsupported(format!("{shown} was not said"), Vec::new())
    } else {
        Broken::partial(format!("{shown} was said, but not about this"), far)
    }
}
