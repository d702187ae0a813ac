//! Which words are said not to be so (after NegEx: Chapman et al., J Biomed Inform 2001; 34: 301).

use crate::kinds::Kinds;
use crate::lexicon::lexicon;
use crate::reading::Clause;
use crate::word::{Pause, Word};

/// For each word, whether a negation reaches it.
pub(crate) fn negated_words(words: &[Word], clauses: &[Clause]) -> Vec<bool> {
    let mut negated = vec![false; words.len()];
    for clause in clauses {
        before(words, clause, &mut negated);
        after(words, clause, &mut negated);
    }
    negated
}

/// "no", "denies", "without" reach forward to the end of the clause.
fn before(words: &[Word], clause: &Clause, negated: &mut [bool]) {
    let lexicon = lexicon();
    let own = &words[..clause.words.end];
    let mut reaching = false;
    // Where the reach ends at a comma, the end of the clause.
    let mut stops_at_comma = false;
    let runs_on = clause.words.len() > RUNS_ON
        && own[clause.words.clone()]
            .iter()
            .filter(|word| word.pause > Pause::None)
            .count()
            * RUNS_ON
            < clause.words.len();
    let mut at = clause.words.start;
    let mut since = at;
    while at < own.len() {
        // "No wait 2019" corrects what was said; it denies nothing.
        let corrects = lexicon.repair.at(own, at).filter(|used| *used > 1);
        if let Some(used) = corrects.or_else(|| lexicon.negation_pseudo.at(own, at)) {
            at += used;
            continue;
        }
        if let Some(used) = lexicon.negation.at(own, at) {
            // "No, …" answers what was asked; it says nothing about what follows.
            let answer = own[at].text == "no" && own[at].pause >= Pause::Comma;
            reaching = !answer;
            stops_at_comma = !DENIALS.contains(&own[at].text.as_str());
            at += used;
            since = at;
            continue;
        }
        // Without punctuation a negation reaches no further than the next subject or a few words.
        let lost = stops_at_comma && runs_on && (at >= since + MOST_WORDS || is_subject(own, at));
        if own[at].text == "non" && at + 1 < own.len() {
            // "Non-smoker", "non-healing": the next word only.
            negated[at + 1] = true;
            at += 2;
            continue;
        }
        let behind_comma = stops_at_comma && at > 0 && own[at - 1].pause == Pause::Comma;
        if lexicon.negation_until.at(own, at).is_some()
            || opens_new_subject(own, at)
            || lost
            || (behind_comma && !lists_on(&own[at..]) && !is_complaint(&own[at..]))
        {
            reaching = false;
        }
        negated[at] = reaching;
        at += 1;
    }
}

/// Words that deny a whole list.
const DENIALS: [&str; 6] = ["denies", "deny", "denied", "denying", "negative", "without"];

/// Whether a list goes on to a last "or" or "and": "no fever, chills, or cough".
fn lists_on(rest: &[Word]) -> bool {
    let last_commas = |at: usize| at == 0 || rest[at - 1].pause == Pause::Comma;
    rest.iter().enumerate().any(|(at, word)| {
        word.text == "or"
            || word.text == "nor"
            || (word.text == "and" && last_commas(at) && rest.len() - at <= 4)
    })
}

/// Whether all up to the next pause names one complaint or illness: "no fever, chest pain, cough".
fn is_complaint(rest: &[Word]) -> bool {
    let Some(last) = rest.iter().position(|word| word.pause > Pause::None) else {
        return false;
    };
    let complaint = Kinds::SYMPTOM.or(Kinds::CONDITION);
    let term = lexicon().term_at(rest, 0);
    term.is_some_and(|(id, used)| used == last + 1 && lexicon().term(id).kinds.any(complaint))
}

fn is_subject(words: &[Word], at: usize) -> bool {
    const SUBJECTS: [&str; 16] = [
        "i", "he", "she", "we", "they", "it", "you", "there", "he's", "she's", "it's", "i'm",
        "we're", "you're", "i've", "they're",
    ];
    SUBJECTS.contains(&words[at].text.as_str())
}

/// A clause of more words than this with hardly a comma was written by a recogniser that knows none.
const RUNS_ON: usize = 20;
/// The reach of a negation in such a clause (NegEx uses five).
const MOST_WORDS: usize = 6;

/// ", and he has …" and ", I walk …" begin something that the negation before it does not reach.
fn opens_new_subject(words: &[Word], at: usize) -> bool {
    let is = |i: usize| words.get(i).is_some() && is_subject(words, i);
    at > 0
        && words[at - 1].pause == Pause::Comma
        && (is(at) || (matches!(words[at].text.as_str(), "and" | "or" | "then") && is(at + 1)))
}

/// "… denied", "… ruled out" reach back to the beginning of the clause, if nothing follows them.
fn after(words: &[Word], clause: &Clause, negated: &mut [bool]) {
    let lexicon = lexicon();
    let own = &words[..clause.words.end];
    for at in clause.words.clone() {
        if let Some(used) = lexicon.negation_after.at(own, at)
            && at + used == clause.words.end
            && at > clause.words.start
        {
            negated[clause.words.start..at].fill(true);
        }
    }
}
