//! Questions and what was answered: a symptom that was only asked about is no symptom.

use crate::lexicon::lexicon;
use crate::reading::{Clause, Meaning, kinds};
use crate::statement::CLINICAL;
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

/// Marks what stands in questions as said, denied or only asked, by their answers.
pub(crate) fn mark(lines: &mut [Line]) {
    let unmarked = !lines.iter().any(|line| {
        line.reading
            .words
            .iter()
            .any(|w| w.pause == Pause::Question)
    });
    let order: Vec<(usize, usize)> = lines
        .iter()
        .enumerate()
        .flat_map(|(n, line)| (0..line.reading.clauses.len()).map(move |k| (n, k)))
        .collect();
    let questions: Vec<bool> = order
        .iter()
        .map(|at| {
            let (clause, words) = clause(lines, *at);
            is_question(clause, words, unmarked)
        })
        .collect();
    let speakers_known = lines
        .windows(2)
        .any(|pair| pair[0].speaker != pair[1].speaker);
    for n in 0..order.len() {
        if !questions[n] || asks_for_more(clause(lines, order[n]).1) {
            continue;
        }
        let Some(k) = (n + 1..order.len())
            .take(MOST_QUESTIONS)
            .find(|k| !questions[*k])
        else {
            continue;
        };
        let (question, reply) = (order[n], order[k]);
        if reply.0 - question.0 > MOST_LINES {
            continue;
        }
        let same_person = speakers_known && lines[reply.0].speaker == lines[question.0].speaker;
        let answer = answer(lines, question, reply);
        if same_person && answer == Answer::Unclear {
            continue;
        }
        settle(lines, question, reply, answer);
    }
}

fn clause(lines: &[Line], (line, clause): (usize, usize)) -> (&Clause, &[Word]) {
    let reading = &lines[line].reading;
    let clause = &reading.clauses[clause];
    (clause, &reading.words[clause.words.clone()])
}

fn is_question(clause: &Clause, words: &[Word], unmarked: bool) -> bool {
    // Some recognisers write no question marks at all; then the first words have to tell.
    clause.question || (unmarked && lexicon().question.at(words, after_fillers(words)).is_some())
}

/// "How", "what", "where" ask for more than yes or no.
fn asks_for_more(words: &[Word]) -> bool {
    const OPEN: [&str; 9] = [
        "how", "what", "when", "where", "which", "who", "why", "what's", "how's",
    ];
    let first = after_fillers(words);
    words
        .iter()
        .skip(first)
        .take(2)
        .any(|word| OPEN.contains(&word.text.as_str()))
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

fn answer(lines: &[Line], question: (usize, usize), reply: (usize, usize)) -> Answer {
    let words = clause(lines, reply).1;
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
    let words_asked = clause(lines, question).1.len();
    // "Not much swelling" or "my ankles swell" answer by naming the thing itself.
    let asked = |meaning: &Meaning| {
        !matches!(meaning, Meaning::Word)
            && lines[question.0]
                .reading
                .tokens
                .iter()
                .any(|token| token.clause == question.1 && token.meaning == *meaning)
    };
    let named: Vec<bool> = lines[reply.0]
        .reading
        .tokens
        .iter()
        .filter(|token| token.clause == reply.1 && asked(&token.meaning))
        .map(|token| token.negated)
        .collect();
    match named.as_slice() {
        // "And allergies?" "Codeine." says yes.
        [] if words_asked <= SHORT && names_something(lines, reply) => Answer::Yes,
        [] => Answer::Unclear,
        all if all.iter().all(|negated| *negated) => Answer::No,
        _ => Answer::Yes,
    }
}

/// Whether a clause names a medicine, an illness or the like.
fn names_something(lines: &[Line], (line, clause): (usize, usize)) -> bool {
    let tokens = &lines[line].reading.tokens;
    tokens
        .iter()
        .any(|token| token.clause == clause && !token.negated && kinds(token).any(CLINICAL))
}

fn settle(lines: &mut [Line], question: (usize, usize), reply: (usize, usize), answer: Answer) {
    let standing = match answer {
        Answer::Yes => Standing::Said,
        Answer::No => Standing::Denied,
        Answer::Unclear => Standing::Asked,
    };
    let line = &mut lines[question.0];
    for (token, state) in line.reading.tokens.iter().zip(&mut line.states) {
        if token.clause == question.1 {
            // A quantity that is put to the patient for confirmation stands unless it is denied.
            let amount = matches!(token.meaning, Meaning::Quantity(_) | Meaning::Frequency(_));
            if !(amount && standing == Standing::Asked) {
                state.standing = standing;
            }
            if answer != Answer::Unclear {
                state.answer = Some(reply);
            }
        }
    }
}
