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
    if near.is_empty() {
        return Some(missing(
            case,
            quantity,
            &shown,
            found.far.iter().map(|hit| hit.place).collect(),
        ));
    }
    let quantity = quantity?;
    let timeless = quantity
        .dimension
        .is_none_or(|d| !d.is_time() && d != Dimension::ORDINAL);
    if !timeless {
        return None;
    }
    let topic = own_topic(&case.statement.reading, case.statement.units[unit].token)?;
    let other = |place: &Place| match case.transcript.state(*place).topic {
        Some((said, _)) => !related(said, topic),
        None => false,
    };
    if !near.iter().all(other) {
        return None;
    }
    let (said, named) = case.transcript.state(near[0]).topic?;
    let reason = format!(
        "{shown} was said of {}, not of {}",
        lexicon().term(said).name,
        lexicon().term(topic).name
    );
    // Where the topic was only carried over from an earlier sentence the reading may be at fault.
    Some(if named {
        Broken::unsupported(reason, near)
    } else {
        Broken::partial(reason, near)
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

/// Whether one term is the other or a kind of it.
fn related(one: TermId, other: TermId) -> bool {
    let is_kind_of =
        |narrow: TermId, broad: TermId| lexicon().term(narrow).broader.contains(&broad);
    one == other || is_kind_of(one, other) || is_kind_of(other, one)
}
