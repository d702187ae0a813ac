//! A text as read: clauses, and in them the tokens that carry meaning.

use std::ops::Range;

use crate::frequency::Frequency;
use crate::kinds::Kinds;
use crate::lexicon::{TermId, lexicon};
use crate::negation::negated_words;
use crate::quantity::{Amount, Quantity, amount_at};
use crate::side::{Side, side_at};
use crate::word::{Pause, Word, split};

/// What a token means.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Meaning {
    /// A word that no table knows, by its stem.
    Word,
    /// A term of the tables.
    Term(TermId),
    /// A number.
    Quantity(Quantity),
    /// How often.
    Frequency(Frequency),
    /// Left, right or both.
    Side(Side),
}

/// A word or phrase that carries meaning.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub meaning: Meaning,
    /// The words it takes.
    pub words: Range<usize>,
    /// The clause it stands in.
    pub clause: usize,
    /// Whether it is said not to be so.
    pub negated: bool,
}

/// A stretch of words between two full stops, or up to a "but".
#[derive(Clone, Debug)]
pub(crate) struct Clause {
    pub words: Range<usize>,
    /// Whether it ends in a question mark.
    pub question: bool,
    /// The word from which on it speaks of a case that has not come ("if the calf swells").
    pub supposed_from: Option<usize>,
    /// The relative whom it is about, as the word stands in the text.
    pub kin: Option<usize>,
}

/// A text, read.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    pub words: Vec<Word>,
    pub clauses: Vec<Clause>,
    pub tokens: Vec<Token>,
}

impl Reading {
    /// Reads a text.
    pub(crate) fn of(text: &str) -> Self {
        let words = split(text);
        let clauses = clauses(&words);
        let negated = negated_words(&words, &clauses);
        let tokens = tokens(&words, &clauses, &negated);
        Self {
            words,
            clauses,
            tokens,
        }
    }

    /// The words of a token.
    pub(crate) fn words_of(&self, token: &Token) -> &[Word] {
        &self.words[token.words.clone()]
    }

    /// First and one past the last character of a token.
    pub(crate) fn place(&self, token: &Token) -> (u32, u32) {
        let words = self.words_of(token);
        (words[0].start, words[words.len() - 1].end)
    }
}

/// Words that begin a clause of their own when they follow another one.
const CLAUSE_OPENERS: [&str; 5] = ["but", "although", "however", "though", "except"];

fn clauses(words: &[Word]) -> Vec<Clause> {
    let mut clauses = Vec::new();
    let mut start = 0;
    for at in 0..words.len() {
        let ends = words[at].pause >= Pause::Stop
            || words
                .get(at + 1)
                .is_none_or(|next| at > start && CLAUSE_OPENERS.contains(&next.text.as_str()));
        if ends {
            clauses.push(clause(words, start..at + 1));
            start = at + 1;
        }
    }
    clauses
}

fn clause(words: &[Word], range: Range<usize>) -> Clause {
    let lexicon = lexicon();
    let own = &words[range.clone()];
    let after = own[own.len() - 1].pause;
    // The sentence's question mark also counts for the part of it before a "but".
    let question = after == Pause::Question
        || (after < Pause::Stop
            && words[range.end..]
                .iter()
                .map(|w| w.pause)
                .find(|p| *p >= Pause::Stop)
                == Some(Pause::Question));
    let supposed_from = lexicon.hypothetical.first(own).map(|at| range.start + at);
    Clause {
        question,
        supposed_from,
        kin: kin(words, &range),
        words: range,
    }
}

/// A relative is spoken about where they have, had or are something: "his sister is allergic", "Dad had a stroke"; in
/// "Mom, he has asthma" and "my wife noticed the swelling" it is not they who are ill.
fn kin(words: &[Word], range: &Range<usize>) -> Option<usize> {
    const HAS: [&str; 19] = [
        "had",
        "has",
        "have",
        "is",
        "was",
        "died",
        "got",
        "gets",
        "with",
        "suffers",
        "tore",
        "takes",
        "passed",
        "suffered",
        "diagnosed",
        "denies",
        "having",
        "did",
        "does",
    ];
    range.clone().find(|at| {
        let after = &words[at + 1..range.end.min(at + 4)];
        let has = after.iter().any(|word| HAS.contains(&word.text.as_str()));
        let addressed = words[*at].pause == Pause::Comma
            && !matches!(
                words[at.saturating_sub(1)].text.as_str(),
                "my" | "your" | "his" | "her" | "their"
            );
        // "The amoxicillin allergy is the sister."
        let named = words[range.start.max(at.saturating_sub(2))..*at]
            .iter()
            .any(|word| word.text == "is");
        // "Any cancers in your family?", "a family history of heart disease".
        let family = words[*at].text == "family" && {
            let history = words.get(at + 1).is_some_and(|word| word.text == "history");
            let within = at
                .checked_sub(2)
                .is_some_and(|from| from >= range.start && words[from].text == "in");
            history || within
        };
        lexicon().is_kin(&words[*at].stem) && (has || named || family) && !addressed
    })
}

fn tokens(words: &[Word], clauses: &[Clause], negated: &[bool]) -> Vec<Token> {
    let lexicon = lexicon();
    let mut tokens = Vec::new();
    let mut clause = 0;
    let mut at = 0;
    while at < words.len() {
        while clauses.get(clause).is_some_and(|c| at >= c.words.end) {
            clause += 1;
        }
        if let Some(used) = lexicon
            .negation
            .at(words, at)
            .filter(|_| lexicon.term_at(words, at).is_none())
        {
            at += used;
            continue;
        }
        let (meaning, used) = meaning_at(words, at);
        if let Some(meaning) = meaning {
            tokens.push(Token {
                meaning,
                words: at..at + used,
                clause,
                negated: negated[at],
            });
        } else if used == 1 && !lexicon.is_small(&words[at].text) && !is_filler(&words[at].text) {
            tokens.push(Token {
                meaning: Meaning::Word,
                words: at..at + 1,
                clause,
                negated: negated[at],
            });
        }
        at += used;
    }
    tokens
}

fn is_filler(text: &str) -> bool {
    matches!(
        text,
        "um" | "uh" | "hm" | "hmm" | "er" | "ah" | "mm" | "huh" | "ha"
    )
}

/// The longest thing that starts at `at`; a term goes before a number, so that "type 2 diabetes" holds no quantity.
fn meaning_at(words: &[Word], at: usize) -> (Option<Meaning>, usize) {
    let term = lexicon().term_at(words, at);
    let amount = amount_at(words, at);
    let amount_length = match &amount {
        Some(Amount::Quantity(_, used) | Amount::Frequency(_, used)) => *used,
        None => 0,
    };
    if let Some((id, used)) = term.filter(|(_, used)| *used >= amount_length) {
        return (Some(Meaning::Term(id)), used);
    }
    match amount {
        Some(Amount::Quantity(quantity, used)) => return (Some(Meaning::Quantity(quantity)), used),
        Some(Amount::Frequency(frequency, used)) => {
            return (Some(Meaning::Frequency(frequency)), used);
        }
        None => {}
    }
    match side_at(words, at) {
        Some(side) => (Some(Meaning::Side(side)), 1),
        None => (None, 1),
    }
}

/// The kinds of a token's term; none for anything else.
pub(crate) fn kinds(token: &Token) -> Kinds {
    match token.meaning {
        Meaning::Term(id) => lexicon().term(id).kinds,
        _ => Kinds::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> String {
        let reading = Reading::of(text);
        let shown = reading.tokens.iter().map(|token| {
            let not = if token.negated { "!" } else { "" };
            let name = match &token.meaning {
                Meaning::Word => reading.words[token.words.start].stem.clone(),
                Meaning::Term(id) => lexicon().term(*id).name.to_owned(),
                Meaning::Quantity(q) => format!("#{}", q.raw.0 as f64 / 1000.0),
                Meaning::Frequency(_) => "~".to_owned(),
                Meaning::Side(side) => format!("{side:?}"),
            };
            format!("{not}{name}")
        });
        shown.collect::<Vec<_>>().join("|")
    }

    #[test]
    fn texts_are_read_into_what_they_mean() {
        let cases = [
            (
                "Denies chest pain and trouble with your breathing.",
                "!chest pain|!shortness of breath",
            ),
            ("Lisinopril 20 mg once daily", "lisinopril|#20|~"),
            ("type 2 diabetes", "diabetes"),
            (
                "The right knee is stable, no swelling.",
                "Right|knee|stabl|!swelling",
            ),
            ("All right, it is right now.", ""),
            ("No, I have a headache", "headache"),
            ("No more than 3 grams", "#3"),
        ];
        for (text, expected) in cases {
            assert_eq!(names(text), expected, "{text}");
        }
    }

    #[test]
    fn an_address_is_not_a_relative() {
        let about = |text: &str| Reading::of(text).clauses[0].kin.is_some();
        assert!(about("His sister is allergic to amoxicillin."));
        assert!(about("Dad had a stroke when he was 71."));
        assert!(!about("And Mom, he has asthma, is that right?"));
    }
}
