//! Numbers and what joins them: "130 over 80", "two to three", "seven out of ten".

use crate::context::{fits, is_count, is_unsure};
use crate::figure;
use crate::number::Number;
use crate::reading::Form;
use crate::run::Run;
use crate::segment::Edit;
use crate::token::{Sense, Token};
use crate::unit::{Kind, Unit, named, unit_behind};

/// A word between two numbers that makes them belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Joint {
    /// "to", "or", "through", and the "and" of "between two and three".
    Range,
    /// The "by" of "two by three centimeters".
    By,
    Over,
    OutOf,
}

/// Blood pressures that are told from other numbers over numbers, in mmHg.
const SYSTOLIC: std::ops::RangeInclusive<u64> = 50..=300;
const DIASTOLIC: std::ops::RangeInclusive<u64> = 20..=200;
/// Scales from this on are written in digits: "seven out of ten".
const LEAST_SCALE: u64 = 10;
/// The last hour of the clock: ranges up to it may be times of day.
const LAST_HOUR: u64 = 12;

/// The numbers that are written in digits, in order.
pub(crate) fn number_edits(tokens: &[Token<'_>], runs: &[Run]) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut rest = runs;
    while let Some(first) = rest.first() {
        let joints: Vec<Joint> = rest
            .windows(2)
            .map_while(|pair| joint(tokens, &pair[0], &pair[1], first))
            .collect();
        let (chain, others) = rest.split_at(joints.len() + 1);
        match chain {
            [run] => edits.extend(single(tokens, run)),
            chain => edits.extend(joined(tokens, chain, &joints).unwrap_or_else(|| {
                chain
                    .iter()
                    .filter(|run| run.is_figures())
                    .filter_map(|run| single(tokens, run))
                    .collect()
            })),
        }
        rest = others;
    }
    edits
}

/// What joins two runs, the first of whose chain is `first`.
fn joint(tokens: &[Token<'_>], run: &Run, next: &Run, first: &Run) -> Option<Joint> {
    let (from, to) = (run.words.end, next.words.start);
    let unbroken = (from..=to).all(|at| tokens[at - 1].is_open() && tokens[at].goes_on());
    if !unbroken {
        return None;
    }
    let between = || {
        let before = first.words.start.checked_sub(1)?;
        (tokens[before].core == "between").then_some(Joint::Range)
    };
    match &tokens[from..to] {
        [word] if word.is_any(&["to", "or", "through"]) => Some(Joint::Range),
        [word] if word.core == "and" => between(),
        [word] if word.core == "by" => Some(Joint::By),
        [word] if word.core == "over" => Some(Joint::Over),
        [out, of] if out.core == "out" && of.core == "of" => Some(Joint::OutOf),
        _ => None,
    }
}

fn edit(run: &Run, number: Number) -> Edit {
    Edit {
        words: run.words.clone(),
        text: number.written(),
    }
}

/// A number that nothing joins to another.
fn single(tokens: &[Token<'_>], run: &Run) -> Option<Edit> {
    if run.is_compound {
        return compound(tokens, run);
    }
    let number = run.number()?;
    let unit = unit_behind(tokens, run.words.end);
    if run.is_figures() {
        let token = &tokens[run.words.start];
        let is_dose = unit.is_some_and(|unit| unit.kind == Kind::Amount);
        let text = figure::tidied(token.plain, is_dose);
        let words = run.words.clone();
        return (text != token.plain).then_some(Edit { words, text });
    }
    let is_written = !is_unsure(tokens, run)
        && match unit {
            Some(unit) => fits(tokens, run, number, unit, run.words.end),
            None => is_count(tokens, run, number),
        };
    is_written.then(|| edit(run, number))
}

/// "Fifty-two-year-old", "five-milligram".
fn compound(tokens: &[Token<'_>], run: &Run) -> Option<Edit> {
    let token = &tokens[run.words.start];
    let Sense::Compound(_, counted) = &token.sense else {
        return None;
    };
    let (number, unit) = (run.number()?, named(counted)?);
    let is_one = number == Number::whole(1);
    if !run.is(Form::Full) || (is_one && !counted.ends_with("-old") && unit.written.is_none()) {
        return None;
    }
    let text = format!("{}-{}", number.written(), unit.written.unwrap_or(counted));
    let words = run.words.clone();
    Some(Edit { words, text })
}

/// Numbers that are joined: all of them are written in digits or none.
fn joined(tokens: &[Token<'_>], chain: &[Run], joints: &[Joint]) -> Option<Vec<Edit>> {
    let numbers: Vec<Number> = chain
        .iter()
        .map(|run| run.number().filter(|_| !run.is_compound))
        .collect::<Option<_>>()?;
    if joints.contains(&Joint::Over) {
        return pressures(tokens, chain, &numbers, joints);
    }
    let last = chain.last()?;
    let unit = unit_behind(tokens, last.words.end);
    if chain
        .iter()
        .any(|run| is_unsure(tokens, run) || run.is(Form::Hundreds))
    {
        return None;
    }
    let all = |joint| joints.iter().all(|other| *other == joint);
    let is_written = match joints.split_last()? {
        (Joint::OutOf, before) => {
            let rest_is_range = before.iter().all(|joint| *joint == Joint::Range);
            rest_is_range && unit.is_none() && is_scale(chain, &numbers)
        }
        (Joint::By, _) => {
            let is_length = unit.is_some_and(|unit| unit.kind == Kind::Thing);
            is_length && all(Joint::By) && all_in_full(chain)
        }
        _ => all(Joint::Range) && is_range(tokens, chain, &numbers, unit),
    };
    is_written.then(|| edits(chain, &numbers))
}

fn edits(chain: &[Run], numbers: &[Number]) -> Vec<Edit> {
    let spoken = chain
        .iter()
        .zip(numbers)
        .filter(|(run, _)| !run.is_figures());
    spoken.map(|(run, number)| edit(run, *number)).collect()
}

/// "Seven out of ten", "seven or eight out of ten".
fn is_scale(chain: &[Run], numbers: &[Number]) -> bool {
    numbers.last().is_some_and(|scale| {
        scale.whole >= LEAST_SCALE && numbers.iter().all(|number| number <= scale)
    }) && all_in_full(chain)
}

fn all_in_full(chain: &[Run]) -> bool {
    let in_full = |run: &Run| run.is(Form::Full) || run.is_figures();
    chain.iter().all(in_full)
}

/// Whether the numbers rise and each is said in full: in "two or three hundred milligrams" and "twenty five or six
/// milligrams" they share a part.
fn is_range(tokens: &[Token<'_>], chain: &[Run], numbers: &[Number], unit: Option<Unit>) -> bool {
    let [first, .., last] = chain else {
        return false;
    };
    let rises = numbers.windows(2).all(|pair| pair[0] < pair[1]);
    let shared = last.has_magnitude && chain.iter().any(|run| !run.has_magnitude);
    if !rises || shared {
        return false;
    }
    match unit {
        Some(unit) => chain.iter().zip(numbers).all(|(run, number)| {
            let is_one = *number == Number::whole(1);
            // "One to two weeks" counts, where "one week" may not.
            run.is_figures()
                || !run.is(Form::Short)
                    && ((is_one && run.words != last.words)
                        || fits(tokens, run, *number, unit, last.words.end))
        }),
        None => {
            numbers.iter().all(|number| number.whole > LAST_HOUR)
                && all_in_full(chain)
                && numbers
                    .last()
                    .is_some_and(|number| is_count(tokens, last, *number) || last.is_figures())
                && (first.is_figures() || is_count(tokens, first, numbers[0]))
        }
    }
}

/// "One thirty over eighty", also several with "to" between them.
fn pressures(
    tokens: &[Token<'_>],
    chain: &[Run],
    numbers: &[Number],
    joints: &[Joint],
) -> Option<Vec<Edit>> {
    let between = |n: usize| {
        if n.is_multiple_of(2) {
            Joint::Over
        } else {
            Joint::Range
        }
    };
    let alternates = joints
        .iter()
        .enumerate()
        .all(|(n, joint)| *joint == between(n));
    let unit = unit_behind(tokens, chain.last()?.words.end);
    let is_other = unit.is_some_and(|unit| unit.written != Some("mmHg"));
    if !alternates || joints.len().is_multiple_of(2) || is_other {
        return None;
    }
    chain
        .chunks_exact(2)
        .zip(numbers.chunks_exact(2))
        .map(|(runs, numbers)| {
            let ([upper, lower], [systolic, diastolic]) = (runs, numbers) else {
                return None;
            };
            let is_pressure = SYSTOLIC.contains(&systolic.whole)
                && DIASTOLIC.contains(&diastolic.whole)
                && systolic > diastolic
                && !upper.has_fraction()
                && !lower.has_fraction()
                && !is_unsure(tokens, upper);
            is_pressure.then(|| Edit {
                words: upper.words.start..lower.words.end,
                text: format!("{}/{}", systolic.whole, diastolic.whole),
            })
        })
        .collect()
}
