//! A recognised word, taken apart.

use visit::{Millis, Word};

use crate::atom::{Atom, is_doubtful};
use crate::figure;

/// A pause inside a number that is longer than this leaves open whether it is one number.
const LONGEST_PAUSE: Millis = Millis(1_000);

/// A word without the punctuation that clings to it.
#[derive(Clone, Debug)]
pub(crate) struct Token<'a> {
    /// Punctuation before it.
    pub lead: &'a str,
    /// The word as it stands.
    pub plain: &'a str,
    /// The word in lower case, with straight apostrophes.
    pub core: String,
    /// Punctuation after it.
    pub tail: &'a str,
    /// Whether it follows the word before it without a long pause.
    pub is_close: bool,
    pub sense: Sense,
}

/// What a word can be to a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sense {
    /// Parts of a number: several in "twenty-five".
    Number(Vec<Atom>),
    /// A number with what it counts, in one word: "fifty-two-year-old".
    Compound(Vec<Atom>, String),
    /// It counts or orders and is left alone.
    Doubtful,
    /// Anything else.
    Plain,
}

/// Cuts words into tokens, one each.
pub(crate) fn tokens(words: &[Word]) -> Vec<Token<'_>> {
    let mut end = None;
    words
        .iter()
        .map(|word| {
            let is_close = end.is_none_or(|end| word.start - end <= LONGEST_PAUSE);
            end = Some(word.end);
            token(word.text.expose(), is_close)
        })
        .collect()
}

fn token(text: &str, is_close: bool) -> Token<'_> {
    let opens = |c: char| matches!(c, '"' | '\'' | '“' | '‘' | '(' | '[' | '-' | '–' | '—');
    let closes = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '.' | ','
                    | ';'
                    | ':'
                    | '!'
                    | '?'
                    | '"'
                    | '\''
                    | '”'
                    | '’'
                    | ')'
                    | ']'
                    | '…'
                    | '-'
                    | '–'
                    | '—'
            )
    };
    let rest = text.trim_start_matches(opens);
    let plain = rest.trim_end_matches(closes);
    let (lead, tail) = (&text[..text.len() - rest.len()], &rest[plain.len()..]);
    let core = plain.to_lowercase().replace('’', "'");
    Token {
        lead,
        plain,
        sense: sense(&core),
        core,
        tail,
        is_close,
    }
}

fn sense(core: &str) -> Sense {
    if let Some(number) = figure::read(core) {
        return Sense::Number(vec![Atom::Figures(number)]);
    }
    if is_doubtful(core) {
        return Sense::Doubtful;
    }
    let parts: Vec<&str> = core.split('-').collect();
    let atoms: Vec<Atom> = parts.iter().map_while(|part| Atom::of(part)).collect();
    let rest = &parts[atoms.len()..];
    match (atoms.is_empty(), rest) {
        (true, _) if parts.iter().any(|part| is_doubtful(part)) => Sense::Doubtful,
        (true, _) => Sense::Plain,
        (false, []) => Sense::Number(atoms),
        (false, rest) => Sense::Compound(atoms, rest.join("-")),
    }
}

impl Token<'_> {
    /// Whether nothing but a space stands behind it.
    pub(crate) fn is_open(&self) -> bool {
        self.tail.is_empty()
    }

    /// Whether a sentence or a part of it ends behind it.
    pub(crate) fn ends_sentence(&self) -> bool {
        self.tail.contains(['.', '?', '!', ';', ':', '…'])
    }

    /// Whether it goes on from an open word before it: no punctuation and no long pause between them.
    pub(crate) fn goes_on(&self) -> bool {
        self.lead.is_empty() && self.is_close
    }

    pub(crate) fn is_number(&self) -> bool {
        matches!(self.sense, Sense::Number(_))
    }

    /// Whether it counts or orders in any way.
    pub(crate) fn is_numeric(&self) -> bool {
        self.sense != Sense::Plain
    }

    /// Whether it is an ordinary word, one of `words`.
    pub(crate) fn is_any(&self, words: &[&str]) -> bool {
        words.contains(&self.core.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn punctuation_is_taken_off() {
        for (text, lead, core, tail) in [
            ("Milligrams,", "", "milligrams", ","),
            ("(\"Five\")", "(\"", "five", "\")"),
            (".5", "", ".5", ""),
            ("weeks'", "", "weeks", "'"),
            ("5 %", "", "5 %", ""),
            ("mg ...", "", "mg", " ..."),
            ("—", "—", "", ""),
        ] {
            let token = token(text, true);
            assert_eq!((token.lead, &*token.core, token.tail), (lead, core, tail));
        }
    }

    #[test]
    fn words_are_told_by_what_they_are_to_a_number() {
        use Atom::{Digit, Tens};
        let sense = |text| token(text, true).sense;
        assert_eq!(
            sense("Twenty-five"),
            Sense::Number(vec![Tens(20), Digit(5)])
        );
        assert_eq!(
            sense("fifty-two-year-old"),
            Sense::Compound(vec![Tens(50), Digit(2)], "year-old".into())
        );
        for doubtful in [
            "B12",
            "2nd",
            "120/80",
            "5%",
            "half",
            "twentieth",
            "mid-fifth",
        ] {
            assert_eq!(sense(doubtful), Sense::Doubtful, "{doubtful}");
        }
        for plain in ["knee", "", "no-one", "someone", "right"] {
            assert_eq!(sense(plain), Sense::Plain, "{plain}");
        }
        assert_eq!(
            sense("twenty-first"),
            Sense::Compound(vec![Tens(20)], "first".into())
        );
    }
}
