//! Who said it: a note may not put words into somebody else's mouth, nor speak of a relative of whom nobody spoke.

use visit::Role;

use super::{Broken, Case};
use crate::lexicon::lexicon;
use crate::phrase::Phrases;
use crate::transcript::Place;

/// Judges the statement as a whole.
pub(super) fn broken(case: &Case<'_>) -> Option<Broken> {
    unknown_relative(case).or_else(|| wrong_mouth(case))
}

/// A relative whom nobody named, where no third person speaks who could be that relative.
fn unknown_relative(case: &Case<'_>) -> Option<Broken> {
    let lines = &case.transcript.lines;
    if lines.iter().any(|line| line.role == Role::Other) {
        return None;
    }
    let words = |stem: &str| {
        lines
            .iter()
            .flat_map(|line| &line.reading.words)
            .any(|word| word.stem == stem)
    };
    // Words that may stand for several relatives leave open who was meant.
    let any = ["parent", "sibl", "relativ", "famili", "partner", "friend"]
        .iter()
        .any(|stem| {
            lines
                .iter()
                .flat_map(|line| &line.reading.words)
                .any(|word| word.stem.starts_with(stem))
        });
    let named = &case.statement.reading.words;
    let missing = named.iter().find(|word| {
        let relatives = lexicon().relatives(&word.stem);
        let spoken_of = lines
            .iter()
            .flat_map(|line| &line.reading.words)
            .any(|said| {
                lexicon()
                    .relatives(&said.stem)
                    .iter()
                    .any(|r| relatives.contains(r))
            });
        !relatives.is_empty() && !spoken_of && !words(&word.stem)
    })?;
    let reason = format!("nobody spoke of a {}", missing.text);
    Some(if any {
        Broken::partial(reason, Vec::new())
    } else {
        Broken::unsupported(reason, Vec::new())
    })
}

/// "The patient states …", said by the clinician alone, or the other way round.
fn wrong_mouth(case: &Case<'_>) -> Option<Broken> {
    let lines = &case.transcript.lines;
    let roles_known = [Role::Clinician, Role::Patient]
        .iter()
        .all(|role| lines.iter().any(|line| line.role == *role));
    let tellers = &lexicon().tellers;
    let (teller, other) = if tells(case, &tellers.clinician) {
        (Role::Clinician, Role::Patient)
    } else if tells(case, &tellers.patient) {
        (Role::Patient, Role::Clinician)
    } else {
        return None;
    };
    if !roles_known {
        return None;
    }
    let near: Vec<Place> = case
        .findings
        .units
        .iter()
        .flat_map(|found| found.near.iter().map(|hit| hit.place))
        .collect();
    let best: Vec<Place> = case
        .findings
        .units
        .iter()
        .filter_map(|found| found.near.first())
        .map(|hit| hit.place)
        .collect();
    if best.is_empty() || !best.iter().all(|place| lines[place.0].role == other) {
        return None;
    }
    // What the clinician repeats, and what the patient confirms, was said by both.
    let shared = near
        .iter()
        .filter(|place| lines[place.0].role != other)
        .count();
    let confirmed = teller == Role::Patient && best.iter().any(|place| is_confirmed(case, *place));
    if shared * 2 >= best.len() || confirmed {
        return None;
    }
    let (said, not) = match teller {
        Role::Clinician => ("patient", "clinician"),
        _ => ("clinician", "patient"),
    };
    Some(Broken::partial(
        format!("said by the {said}, not by the {not}"),
        best,
    ))
}

/// Whether the statement begins by saying that one of these people says something.
fn tells(case: &Case<'_>, people: &Phrases) -> bool {
    let words = &case.statement.reading.words;
    // "The patient reports a history of …" is how notes say what the clinician has read out.
    if words.iter().any(|word| word.text == "history") {
        return false;
    }
    let start = usize::from(words.first().is_some_and(|word| word.text == "the"));
    let is = |phrases: &Phrases, at: usize| at < words.len() && phrases.at(words, at).is_some();
    is(people, start) && is(&lexicon().tellers.tells, start + 1)
}

/// Whether what stands at a place was asked, or the patient says yes to it in the next line.
fn is_confirmed(case: &Case<'_>, place: Place) -> bool {
    let line = &case.transcript.lines[place.0];
    let clause = case.transcript.token(place).clause;
    let asked =
        line.reading.clauses[clause].question || case.transcript.state(place).answer.is_some();
    let next = case.transcript.lines.get(place.0 + 1);
    asked
        || next.is_some_and(|next| {
            next.role == Role::Patient && lexicon().answer_yes.first(&next.reading.words) == Some(0)
        })
}
