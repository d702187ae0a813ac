//! Questions and what was answered: a symptom that was only asked about is no symptom.

use std::ops::Range;

use crate::lexicon::lexicon;
use crate::reading::{Meaning, Token, kinds};
use crate::statement::CLINICAL;
use crate::subject::{asks_back, is_named};
use crate::transcript::{Line, Standing};
use crate::word::{Pause, Word};

/// What an answer says to a yes-or-no question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Yes,
    No,
    Unclear,
}

/// How many questions in a row one answer may answer ("Any dizziness? Swelling in your legs?" "No.").
const MOST_QUESTIONS: usize = 4;
/// How many lines later an answer may come.
const MOST_LINES: usize = 2;
/// A question of no more words than this names a subject; any answer to the subject confirms it.
const SHORT: usize = 3;
/// A question that only its words give away is no longer than this.
const MOST_ASKED: usize = 25;

/// Words that may be a question, and whether they are.
struct Turn {
    line: usize,
    clause: usize,
    /// The words that ask; none where the clause is no question.
    asks: Option<Range<usize>>,
}

/// Marks what stands in questions as said, denied or only asked, by their answers.
pub(crate) fn mark(lines: &mut [Line]) {
    let mut turns = turns(lines);
    let speakers_known = lines
        .windows(2)
        .any(|pair| pair[0].speaker != pair[1].speaker);
    take_in_subjects(lines, &mut turns, speakers_known);
    for n in 0..turns.len() {
        let Some(asks) = turns[n].asks.clone() else {
            continue;
        };
        let question = Question {
            line: turns[n].line,
            words: asks,
        };
        if question.asks_for_more(lines) {
            continue;
        }
        let later = turns[n + 1..].iter().take(MOST_QUESTIONS);
        let Some(reply) = later.clone().find(|turn| turn.asks.is_none()) else {
            continue;
        };
        if reply.line - question.line > MOST_LINES {
            continue;
        }
        let same_person =
            speakers_known && lines[reply.line].speaker == lines[question.line].speaker;
        let reply = (reply.line, reply.clause);
        let answer = question.answer(lines, reply);
        let guessed = !lines[question.line].reading.clauses[turns[n].clause].question;
        let open = same_person || guessed || question.is_request(lines);
        if !(open && answer == Answer::Unclear) {
            question.settle(lines, reply, answer);
        }
    }
}

fn turns(lines: &[Line]) -> Vec<Turn> {
    // Some recognisers write no question marks at all; then the words have to tell.
    let marked = lines.iter().any(|line| {
        line.reading
            .words
            .iter()
            .any(|w| w.pause == Pause::Question)
    });
    let mut turns = Vec::new();
    for (n, line) in lines.iter().enumerate() {
        for (k, clause) in line.reading.clauses.iter().enumerate() {
            let words = clause.words.clone();
            let asks = if clause.question {
                Some(words)
            } else if marked {
                asked_part(&line.reading.words, words)
            } else {
                last_question(&line.reading.words, words)
            };
            turns.push(Turn {
                line: n,
                clause: k,
                asks,
            });
        }
    }
    turns
}

/// "And sulfa drugs, any problem with those." asks about the drugs too, also where the recogniser has made two sentences
/// of it.
fn take_in_subjects(lines: &[Line], turns: &mut [Turn], speakers_known: bool) {
    for n in 0..turns.len() {
        let line = turns[n].line;
        let clause = lines[line].reading.clauses[turns[n].clause].words.clone();
        let Some(asks) = turns[n].asks.clone() else {
            continue;
        };
        if !asks_back(lines, line, &asks) {
            continue;
        }
        if asks.start > clause.start {
            if named(lines, line, clause.start..asks.start) {
                turns[n].asks = Some(clause);
            }
            continue;
        }
        let Some(before) = n.checked_sub(1).map(|before| &mut turns[before]) else {
            continue;
        };
        let same_person = before.line == line
            || (speakers_known && lines[before.line].speaker == lines[line].speaker);
        let own = lines[before.line].reading.clauses[before.clause]
            .words
            .clone();
        if same_person && before.asks.is_none() && named(lines, before.line, own.clone()) {
            before.asks = Some(own);
        }
    }
}

/// Whether these words of a line only name something.
fn named(lines: &[Line], line: usize, words: Range<usize>) -> bool {
    let words = &lines[line].reading.words[words];
    is_named(&words[after_fillers(words)..])
}

/// The part of a clause without a question mark that begins like a question: all of it, or what
/// follows a comma ("I appreciate you telling me, any numbness in your feet.").
fn asked_part(words: &[Word], clause: Range<usize>) -> Option<Range<usize>> {
    let after_comma = |at: &usize| words[at - 1].pause == Pause::Comma;
    let starts = (clause.start + 1..clause.end).filter(after_comma);
    std::iter::once(clause.start)
        .chain(starts)
        .find(|&at| asks_from_start(&words[at..clause.end]))
        .map(|at| at..clause.end)
}

/// Whether a clause without a question mark begins like a question that wants a yes or no.
fn asks_from_start(words: &[Word]) -> bool {
    let rest = &words[after_fillers(words)..];
    lexicon().question.at(rest, 0).is_some() && !is_open(&rest[0])
}

/// "How", "what", "where" ask for more than yes or no.
fn is_open(word: &Word) -> bool {
    const OPEN: [&str; 9] = [
        "how", "what", "when", "where", "which", "who", "why", "what's", "how's",
    ];
    OPEN.contains(&word.text.as_str())
}

/// From the last words that begin a question to the end of the clause.
fn last_question(words: &[Word], clause: Range<usize>) -> Option<Range<usize>> {
    let own = &words[..clause.end];
    let begins = |at: &usize| lexicon().question.at(own, *at).is_some() && !is_open(&own[*at]);
    let start = clause.clone().rev().take(MOST_ASKED).find(begins)?;
    // "have you had any pain": the question begins before the last of the words that could begin one.
    let earlier = (clause.start..start).rev().take(4).find(begins);
    Some(earlier.unwrap_or(start)..clause.end)
}

fn after_fillers(words: &[Word]) -> usize {
    let mut at = 0;
    while let Some(used) = lexicon()
        .filler
        .at(words, at)
        .filter(|used| at + used < words.len())
    {
        at += used;
    }
    at
}

struct Question {
    line: usize,
    words: Range<usize>,
}

impl Question {
    /// Whether it wants more than yes or no; "how about" does not.
    fn asks_for_more(&self, lines: &[Line]) -> bool {
        let words = &lines[self.line].reading.words[self.words.clone()];
        let rest = &words[after_fillers(words)..];
        let Some(first) = rest.iter().take(2).position(is_open) else {
            return false;
        };
        rest.get(first + 1).is_none_or(|word| word.text != "about")
    }

    /// "Can you show me where it hurts?" asks for something to be done.
    fn is_request(&self, lines: &[Line]) -> bool {
        let words = &lines[self.line].reading.words[self.words.clone()];
        let asks = |pair: &[Word]| {
            matches!(pair[0].text.as_str(), "can" | "could" | "would") && pair[1].text == "you"
        };
        words.windows(2).any(asks)
    }

    fn tokens<'a>(&self, lines: &'a [Line]) -> impl Iterator<Item = &'a Token> + use<'a> {
        let words = self.words.clone();
        lines[self.line]
            .reading
            .tokens
            .iter()
            .filter(move |token| words.contains(&token.words.start))
    }

    fn answer(&self, lines: &[Line], reply: (usize, usize)) -> Answer {
        let reading = &lines[reply.0].reading;
        let words = &reading.words[reading.clauses[reply.1].words.clone()];
        let rest = &words[after_fillers(words)..];
        if lexicon().answer_open.at(rest, 0).is_some() {
            return Answer::Unclear;
        }
        if lexicon().answer_no.at(rest, 0).is_some() {
            return Answer::No;
        }
        if lexicon().answer_yes.at(rest, 0).is_some() {
            return Answer::Yes;
        }
        // "And allergies?" "Codeine." says yes.
        let own = reading
            .tokens
            .iter()
            .filter(|token| token.clause == reply.1);
        let something = own
            .clone()
            .any(|token| !token.negated && kinds(token).any(CLINICAL));
        if self.words.len() <= SHORT && something {
            Answer::Yes
        } else {
            Answer::Unclear
        }
    }

    fn settle(&self, lines: &mut [Line], reply: (usize, usize), answer: Answer) {
        // "Not much swelling" and "my ankles swell" answer by naming the thing itself.
        let named: Vec<(Meaning, bool)> = lines[reply.0]
            .reading
            .tokens
            .iter()
            .filter(|token| token.clause == reply.1 && token.meaning != Meaning::Word)
            .map(|token| (token.meaning.clone(), token.negated))
            .collect();
        let asked: Vec<Meaning> = self
            .tokens(lines)
            .map(|token| token.meaning.clone())
            .collect();
        let names =
            answer == Answer::Unclear && named.iter().any(|(meaning, _)| asked.contains(meaning));
        let line = &mut lines[self.line];
        for (token, state) in line.reading.tokens.iter().zip(&mut line.states) {
            if !self.words.contains(&token.words.start) {
                continue;
            }
            let itself = named.iter().find(|(meaning, _)| *meaning == token.meaning);
            let standing = match (answer, itself) {
                (Answer::Unclear, Some((_, true))) | (Answer::No, _) => Standing::Denied,
                (Answer::Unclear, Some((_, false))) | (Answer::Yes, _) => Standing::Said,
                (Answer::Unclear, None) => Standing::Asked,
            };
            // An amount that is put to the patient for confirmation stands unless it is denied.
            let amount = matches!(token.meaning, Meaning::Quantity(_) | Meaning::Frequency(_));
            if !(amount && standing == Standing::Asked) {
                state.standing = standing;
            }
            if answer != Answer::Unclear || names {
                state.answer = Some(reply);
            }
        }
    }
}
