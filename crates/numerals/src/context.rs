//! What stands around a number.

use crate::number::Number;
use crate::reading::Form;
use crate::run::{Run, is_month};
use crate::token::Token;
use crate::unit::{Kind, Unit, holds_doses};

/// From here on numbers in ordinary sentences are written in digits.
const COUNT: u64 = 10;
/// Numbers that may be years, where nothing says what they count.
const YEARS: std::ops::Range<u64> = 1_900..2_100;

/// Words before which no number is sure: "half a million", "at this point five milligrams".
const UNSURE_BEFORE: [&str; 10] = [
    "half", "quarter", "quarters", "point", "points", "decimal", "dot", "dozen", "oh", "o",
];
/// Words that make a "point" behind them an ordinary word.
const DETERMINERS: [&str; 24] = [
    "this", "that", "these", "those", "the", "a", "an", "some", "any", "which", "what", "what's",
    "my", "your", "his", "her", "its", "their", "our", "one", "every", "each", "no", "another",
];
/// Words before an hour.
const BEFORE_HOUR: [&str; 16] = [
    "at", "by", "around", "about", "until", "till", "til", "before", "after", "past", "to", "from",
    "since", "between", "for", "of",
];
/// Words between minutes and an hour.
const AFTER_MINUTES: [&str; 6] = ["past", "to", "till", "til", "after", "before"];
/// Words that follow an hour.
const AFTER_HOUR: [&str; 5] = ["tonight", "sharp", "in", "at", "this"];
/// Words before a year's last two digits.
const BEFORE_YEAR: [&str; 16] = [
    "in", "since", "until", "till", "before", "after", "by", "from", "back", "during", "summer",
    "winter", "spring", "fall", "year", "class",
];
/// Words before a number that is a name.
const BEFORE_NAME: [&str; 18] = [
    "number",
    "room",
    "extension",
    "code",
    "zip",
    "flight",
    "route",
    "highway",
    "interstate",
    "channel",
    "page",
    "id",
    "record",
    "box",
    "phone",
    "vitamin",
    "street",
    "chapter",
];
/// Words that tell English from other languages that have a word "ten".
const ENGLISH: [&str; 22] = [
    "the", "and", "you", "your", "my", "it", "it's", "that", "with", "have", "i", "i'm", "he",
    "she", "they", "about", "out", "are", "this", "there", "a", "smoke",
];

/// The word `back` words before a run, if no punctuation parts them.
fn before<'t, 'a>(tokens: &'t [Token<'a>], run: &Run, back: usize) -> Option<&'t Token<'a>> {
    let at = run.words.start.checked_sub(back)?;
    let joined = tokens[at..run.words.start].iter().all(Token::is_open);
    joined.then(|| &tokens[at])
}

/// The word after a run, if no punctuation parts them.
fn behind<'t, 'a>(tokens: &'t [Token<'a>], run: &Run) -> Option<&'t Token<'a>> {
    let last = &tokens[run.words.end - 1];
    tokens.get(run.words.end).filter(|_| last.is_open())
}

/// Whether what stands before a run leaves open which number it is.
pub(crate) fn is_unsure(tokens: &[Token<'_>], run: &Run) -> bool {
    let word = |back| before(tokens, run, back);
    let determined = (1..=3).any(|back| word(back).is_some_and(|token| token.is_any(&DETERMINERS)));
    let point_is_a_word = run.is(Form::Point) && determined;
    // "At one point five milligrams were enough" and "at one point five milligrams".
    let at_one_point = word(1).is_some_and(|token| token.core == "at")
        && run.has_fraction()
        && run.number().is_some_and(|number| number.whole == 1)
        && !run.may_be_two;
    let unsure = word(1).is_some_and(|token| token.is_any(&UNSURE_BEFORE))
        || (word(1).is_some_and(|token| token.core == "a")
            && word(2).is_some_and(|token| token.is_any(&UNSURE_BEFORE)))
        || (tokens[run.words.start].core == "a"
            && word(1).is_some_and(|token| token.is_any(&UNSURE_BEFORE)));
    point_is_a_word || at_one_point || unsure
}

/// Whether the number of a run is written in digits before this unit, which stands at `at`.
pub(crate) fn fits(tokens: &[Token<'_>], run: &Run, number: Number, unit: Unit, at: usize) -> bool {
    if run.is(Form::Short) && !matches!(unit.kind, Kind::Weight | Kind::Vital) {
        return false;
    }
    let last = at + unit.words - 1;
    let next = tokens.get(last + 1).filter(|_| tokens[last].is_open());
    if run.may_be_two && unit.kind == Kind::Amount {
        // "Thirty five milligram tablets": thirty of them, or tablets of 35 mg.
        let dispensed = before(tokens, run, 1)
            .is_some_and(|token| token.is_any(&["dispense", "dispensed", "dispensing"]));
        if dispensed || next.is_some_and(holds_doses) {
            return false;
        }
    }
    let is_one = number == Number::whole(1);
    match unit.kind {
        Kind::Time => {
            // "Fourteen hundred hours" are a time of day, "one year old" is an age.
            let is_hour = tokens[at - 1].core == "hundred" && tokens[last].core.starts_with("hour");
            let is_age =
                tokens[last].core.contains("-old") || next.is_some_and(|next| next.core == "old");
            !is_hour && (!is_one || is_age)
        }
        Kind::Times => !is_one,
        Kind::Foot => number >= Number::whole(3),
        _ => true,
    }
}

/// Whether a number without a unit is written in digits: a count, a value or an age, but no date, time of day or name.
pub(crate) fn is_count(tokens: &[Token<'_>], run: &Run, number: Number) -> bool {
    if run.has_half || !run.is(Form::Full) {
        return false;
    }
    if run.has_fraction() {
        return true;
    }
    let word = before(tokens, run, 1);
    let follows = |words: &[&str]| word.is_some_and(|token| token.is_any(words));
    if number.whole < COUNT {
        return follows(&["age", "aged"]) || is_inches(tokens, run);
    }
    let value = number.whole;
    let is_name = follows(&BEFORE_NAME)
        || word.is_some_and(|token| token.core.chars().count() == 1 && !token.is_any(&["a", "i"]));
    let is_year =
        YEARS.contains(&value) || ((20..100).contains(&value) && is_short_year(tokens, run));
    !is_name
        && !is_year
        && !is_time(tokens, run, value)
        && !is_power(tokens, run)
        && !is_foreign(tokens, run)
}

/// "In eighty nine", "the summer of sixty nine".
fn is_short_year(tokens: &[Token<'_>], run: &Run) -> bool {
    let follows = |back| before(tokens, run, back).is_some_and(|token| token.is_any(&BEFORE_YEAR));
    let of = before(tokens, run, 1).is_some_and(|token| token.core == "of");
    follows(1) || (of && follows(2))
}

/// Times of day and days of a month.
fn is_time(tokens: &[Token<'_>], run: &Run, value: u64) -> bool {
    let next = behind(tokens, run);
    let after_next = next
        .filter(|next| next.is_open())
        .and_then(|_| tokens.get(run.words.end + 1));
    let counts = |token: Option<&Token<'_>>| token.is_some_and(Token::is_numeric);
    let is_date = next.is_some_and(|next| next.core == "of") && after_next.is_some_and(is_month);
    let minutes = value < 60
        && next.is_some_and(|next| next.is_any(&AFTER_MINUTES))
        && (counts(after_next)
            || after_next.is_some_and(|token| token.is_any(&["noon", "midnight", "the"])));
    let hour = value <= 12
        && (before(tokens, run, 1).is_some_and(|token| token.is_any(&BEFORE_HOUR))
            || next.is_some_and(|next| next.is_any(&AFTER_HOUR)));
    is_date || minutes || hour
}

/// "Ten to the fifth".
fn is_power(tokens: &[Token<'_>], run: &Run) -> bool {
    let next = tokens.get(run.words.end..run.words.end + 2);
    next.is_some_and(|next| next[0].core == "to" && next[1].core == "the")
}

/// "Ten" is a word of other languages too, and a segment does not say which it is in.
fn is_foreign(tokens: &[Token<'_>], run: &Run) -> bool {
    let is_ten = run.words.len() == 1 && tokens[run.words.start].core == "ten";
    is_ten && !tokens.iter().any(|token| token.is_any(&ENGLISH))
}

/// The "eleven" of "five foot eleven".
fn is_inches(tokens: &[Token<'_>], run: &Run) -> bool {
    let is_foot = before(tokens, run, 1).is_some_and(|token| token.is_any(&["foot", "feet"]));
    is_foot
        && before(tokens, run, 2)
            .is_some_and(|token| token.is_number() && !token.is_any(&["one", "two"]))
}
