//! Number words that stand next to each other.

use std::ops::Range;

use crate::atom::Atom;
use crate::number::Number;
use crate::reading::{Form, Reading, read};
use crate::token::{Sense, Token};

/// All number words without another word between them. Only a run that is one number as a whole is ever written in
/// digits: "two fifty milligram tablets" is two numbers or one.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    /// The words that it takes.
    pub words: Range<usize>,
    /// The number that it means; none where that is not clear.
    pub reading: Option<Reading>,
    /// Whether it ends in "and a half", which the reading does not hold.
    pub has_half: bool,
    /// Whether two numbers in a row would sound the same: "thirty five" as thirty and five.
    pub may_be_two: bool,
    /// Whether a "hundred", "thousand" or "million" is in it.
    pub has_magnitude: bool,
    /// Whether it is one word in which a number and what it counts are joined.
    pub is_compound: bool,
}

impl Run {
    /// The number, with its half.
    pub(crate) fn number(&self) -> Option<Number> {
        let number = self.reading?.number;
        match self.has_half {
            true => number.is_whole().then(|| number.and_a_half()),
            false => Some(number),
        }
    }

    /// Whether it is a word of digits, written so by the recogniser.
    pub(crate) fn is_figures(&self) -> bool {
        !self.has_half && self.is(Form::Figures)
    }

    pub(crate) fn is(&self, form: Form) -> bool {
        self.reading.is_some_and(|reading| reading.form == form)
    }

    /// Whether it was said with a fraction.
    pub(crate) fn has_fraction(&self) -> bool {
        self.has_half || self.reading.is_some_and(|reading| reading.has_point)
    }
}

/// Words that make a number before them a time of day.
const HOURS: [&str; 6] = ["am", "pm", "a.m", "p.m", "noon", "midnight"];
/// Words that make a number next to them a date.
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const FRACTIONS: [&str; 6] = ["half", "third", "quarter", "thirds", "quarters", "halves"];

/// The runs of a segment, in order.
pub(crate) fn runs(tokens: &[Token<'_>]) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match run_at(tokens, at) {
            Some(run) => {
                at = run.words.end;
                runs.push(run);
            }
            None => at += 1,
        }
    }
    runs
}

/// A row under way.
struct Row {
    atoms: Vec<Atom>,
    /// Whether something in it leaves its meaning open.
    is_doubtful: bool,
}

fn run_at(tokens: &[Token<'_>], start: usize) -> Option<Run> {
    let mut row = Row {
        atoms: Vec::new(),
        is_doubtful: false,
    };
    let mut end = start;
    while end < tokens.len() {
        let breaks = end > start && (!tokens[end - 1].is_open() || !tokens[end].goes_on());
        let is_over =
            end > start && tokens[end - 1].ends_sentence() && begins_sentence(&tokens[end]);
        if is_over || !row.take(tokens, end) {
            break;
        }
        row.is_doubtful |= breaks;
        end += 1;
    }
    if end == start {
        return None;
    }
    let is_compound = matches!(tokens[start].sense, Sense::Compound(..)) && end == start + 1;
    let reading = (!row.is_doubtful || is_compound)
        .then(|| read(&row.atoms))
        .flatten();
    let (has_half, reading) = match fraction_behind(tokens, end) {
        Some("half") if !is_compound => (true, reading.filter(|found| !found.has_point)),
        Some(_) => (false, None),
        None => (false, reading),
    };
    let whole_part = tokens[start..end]
        .iter()
        .take_while(|token| token.core != "point");
    let a_magnitude = tokens[start].core == "a" && end == start + 2;
    Some(Run {
        words: start..if has_half { end + 3 } else { end },
        reading,
        has_half,
        may_be_two: has_half || (whole_part.count() > 1 && !a_magnitude),
        has_magnitude: row.atoms.iter().any(|atom| atom.is_magnitude()),
        is_compound,
    })
}

impl Row {
    /// Takes the word at `at` if it belongs to the row.
    fn take(&mut self, tokens: &[Token<'_>], at: usize) -> bool {
        let token = &tokens[at];
        let next = tokens.get(at + 1);
        let next_counts = next.is_some_and(Token::is_numeric) && token.is_open();
        let next_atom = next.and_then(|next| match &next.sense {
            Sense::Number(atoms) => atoms.first().copied(),
            _ => None,
        });
        let is_empty = self.atoms.is_empty() && !self.is_doubtful;
        match &token.sense {
            Sense::Number(atoms) => {
                self.atoms.extend(atoms);
                return true;
            }
            Sense::Compound(atoms, _) => {
                self.is_doubtful = true;
                self.atoms.extend(atoms);
                return true;
            }
            Sense::Doubtful => {
                self.is_doubtful = true;
                return true;
            }
            Sense::Plain => {}
        }
        let atom = match token.core.as_str() {
            "a" if next_atom.is_some_and(Atom::is_magnitude) => Atom::A,
            "and" if self.atoms.last().is_some_and(|atom| atom.is_magnitude()) && next_counts => {
                Atom::And
            }
            "point" if next_counts || (token.is_open() && next.is_some_and(is_oh)) => Atom::Point,
            _ if is_oh(token) && !is_empty && next_counts => Atom::Oh,
            hour if HOURS.contains(&hour) && !is_empty => {
                self.is_doubtful = true;
                return true;
            }
            month if MONTHS.contains(&month) && (next_counts || !is_empty) => {
                self.is_doubtful = true;
                return true;
            }
            _ => return false,
        };
        self.atoms.push(atom);
        true
    }
}

/// Whether a sentence can begin here. In "twelve. five milligrams" the recogniser may have heard a point.
fn begins_sentence(token: &Token<'_>) -> bool {
    !token.is_numeric() || token.plain.starts_with(char::is_uppercase)
}

fn is_oh(token: &Token<'_>) -> bool {
    token.is_any(&["oh", "o"])
}

/// The fraction of "and a half", "and three quarters" from `at` on; "half" for nothing but "and a half".
fn fraction_behind<'t>(tokens: &'t [Token<'_>], at: usize) -> Option<&'t str> {
    let [and, count, fraction] = tokens.get(at..at + 3)? else {
        return None;
    };
    let joined = tokens[at - 1].is_open() && and.is_open() && count.is_open();
    if !joined || and.core != "and" || !FRACTIONS.contains(&fraction.core.as_str()) {
        return None;
    }
    let near = [and, count, fraction].iter().all(|token| token.goes_on());
    match (count.core.as_str(), fraction.core.as_str()) {
        ("a", "half") if near => Some("half"),
        _ => Some("another"),
    }
}

/// Whether a word is the name of a month.
pub(crate) fn is_month(token: &Token<'_>) -> bool {
    token.is_any(&MONTHS)
}
