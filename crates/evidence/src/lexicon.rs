//! What the tables know about words: which say the same, what kind of thing they name, what excludes what.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::kinds::Kinds;
use crate::phrase::Phrases;
use crate::table::{entries, headed, lines, section};
use crate::word::{Word, split};

/// A group of words that say the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TermId(u16);

/// A term.
#[derive(Debug)]
pub(crate) struct Term {
    /// The usual clinical word.
    pub name: &'static str,
    /// What it names.
    pub kinds: Kinds,
    /// Terms that a note may use where this one was said.
    pub broader: Vec<TermId>,
    /// Terms that exclude this one.
    pub opposites: Vec<TermId>,
}

/// Everything the tables say.
#[derive(Debug)]
pub(crate) struct Lexicon {
    terms: Vec<Term>,
    /// By the stem of the first word: the stems of the whole phrase, longest first.
    phrases: HashMap<String, Vec<(Vec<String>, TermId)>>,
    drug_endings: Vec<&'static str>,
    skip: HashSet<&'static str>,
    stop: HashSet<&'static str>,
    framing: HashSet<&'static str>,
    /// Each relative by stem: those who go by that word.
    kin: HashMap<String, Vec<&'static str>>,
    months_and_days: HashMap<&'static str, &'static str>,
    small_stems: HashSet<String>,
    framing_stems: HashSet<String>,
    pub(crate) negation: Phrases,
    pub(crate) negation_after: Phrases,
    pub(crate) negation_pseudo: Phrases,
    pub(crate) negation_until: Phrases,
    pub(crate) answer_no: Phrases,
    pub(crate) answer_yes: Phrases,
    pub(crate) answer_open: Phrases,
    pub(crate) filler: Phrases,
    pub(crate) repair: Phrases,
    pub(crate) refusal: Phrases,
    pub(crate) hypothetical: Phrases,
    pub(crate) question: Phrases,
    pub(crate) suggested: Phrases,
    pub(crate) later: Phrases,
    pub(crate) agreed: Phrases,
    pub(crate) time: Times,
    pub(crate) tellers: Tellers,
}

/// Words that tell whether something is, was or is to come: of a note, and of speech.
#[derive(Debug)]
pub(crate) struct Times {
    pub over: Phrases,
    pub over_in_speech: Phrases,
    pub ended: Phrases,
    pub going_on: Phrases,
    pub to_come: Phrases,
    pub done_in_speech: Phrases,
    pub to_come_in_speech: Phrases,
    pub done: Phrases,
}

/// Who is said to say something.
#[derive(Debug)]
pub(crate) struct Tellers {
    pub clinician: Phrases,
    pub patient: Phrases,
    pub tells: Phrases,
}

/// The tables, read once.
pub(crate) fn lexicon() -> &'static Lexicon {
    static LEXICON: LazyLock<Lexicon> = LazyLock::new(Lexicon::read);
    &LEXICON
}

const SMALL_WORDS: &str = include_str!("../tables/small-words.txt");
const NEGATION: &str = include_str!("../tables/negation.txt");
const SPEECH: &str = include_str!("../tables/speech.txt");
const TIME: &str = include_str!("../tables/time.txt");
const TELLERS: &str = include_str!("../tables/tellers.txt");
const KIN: &str = include_str!("../tables/kin.txt");

impl Lexicon {
    fn read() -> Self {
        let phrases = |table, name| Phrases::new(section(table, name));
        let mut lexicon = Self {
            terms: Vec::new(),
            phrases: HashMap::new(),
            drug_endings: lines(include_str!("../tables/drug-endings.txt"))
                .flat_map(entries)
                .collect(),
            skip: section(SMALL_WORDS, "skip").collect(),
            stop: section(SMALL_WORDS, "stop").collect(),
            framing: section(SMALL_WORDS, "framing").collect(),
            kin: kin(),
            months_and_days: months_and_days(),
            small_stems: long_stems(
                section(SMALL_WORDS, "skip").chain(section(SMALL_WORDS, "stop")),
            ),
            framing_stems: long_stems(section(SMALL_WORDS, "framing")),
            negation: phrases(NEGATION, "before"),
            negation_after: phrases(NEGATION, "after"),
            negation_pseudo: phrases(NEGATION, "pseudo"),
            negation_until: phrases(NEGATION, "until"),
            answer_no: phrases(SPEECH, "no"),
            answer_yes: phrases(SPEECH, "yes"),
            answer_open: phrases(SPEECH, "open"),
            filler: phrases(SPEECH, "filler"),
            repair: phrases(SPEECH, "repair"),
            refusal: phrases(SPEECH, "refusal"),
            hypothetical: phrases(SPEECH, "hypothetical"),
            question: phrases(SPEECH, "question"),
            suggested: phrases(SPEECH, "suggested"),
            later: phrases(SPEECH, "later"),
            agreed: phrases(SPEECH, "agreed"),
            time: Times {
                over: phrases(TIME, "over"),
                over_in_speech: phrases(TIME, "over in speech"),
                ended: phrases(TIME, "ended"),
                going_on: phrases(TIME, "going on"),
                to_come: phrases(TIME, "to come"),
                done_in_speech: phrases(TIME, "done in speech"),
                to_come_in_speech: phrases(TIME, "to come in speech"),
                done: phrases(TIME, "done"),
            },
            tellers: Tellers {
                clinician: phrases(TELLERS, "clinician"),
                patient: phrases(TELLERS, "patient"),
                tells: phrases(TELLERS, "tells"),
            },
        };
        for line in lines(include_str!("../tables/synonyms.txt")) {
            lexicon.add_group(line, Kinds::default());
        }
        for line in lines(include_str!("../tables/drugs.txt")) {
            lexicon.add_group(line, Kinds::DRUG);
        }
        let terms = include_str!("../tables/terms.txt");
        for (name, kind) in Kinds::NAMED {
            for word in section(terms, name) {
                let id = lexicon.add(word);
                lexicon.mark(id, kind);
            }
        }
        for line in lines(include_str!("../tables/broader.txt")) {
            let (broader, narrower) = headed(line);
            let broader = lexicon.add(broader);
            for word in narrower {
                let id = lexicon.add(word);
                lexicon.terms[usize::from(id.0)].broader.push(broader);
            }
        }
        for line in lines(include_str!("../tables/opposites.txt")) {
            if let Some((one, other)) = line.split_once('|') {
                let (one, other) = (lexicon.add(one.trim()), lexicon.add(other.trim()));
                lexicon.terms[usize::from(one.0)].opposites.push(other);
                lexicon.terms[usize::from(other.0)].opposites.push(one);
            }
        }
        for phrases in lexicon.phrases.values_mut() {
            phrases.sort_by_key(|(stems, _)| std::cmp::Reverse(stems.len()));
        }
        lexicon
    }

    fn add_group(&mut self, line: &'static str, kinds: Kinds) {
        let (head, others) = headed(line);
        let id = self.add(head);
        self.mark(id, kinds);
        for other in others {
            self.name(other, id);
        }
    }

    fn mark(&mut self, id: TermId, kinds: Kinds) {
        let term = &mut self.terms[usize::from(id.0)];
        term.kinds = term.kinds.or(kinds);
    }

    /// The term that a phrase names, made if it names none yet.
    fn add(&mut self, phrase: &'static str) -> TermId {
        if let Some(id) = self.exact(phrase) {
            return id;
        }
        // The tables hold a few thousand words; a test holds that they fit.
        let id = TermId(u16::try_from(self.terms.len()).unwrap_or(u16::MAX));
        let (kinds, broader, opposites) = (Kinds::default(), Vec::new(), Vec::new());
        self.terms.push(Term {
            name: phrase,
            kinds,
            broader,
            opposites,
        });
        self.name(phrase, id);
        id
    }

    fn name(&mut self, phrase: &'static str, id: TermId) {
        let stems = stems(phrase);
        if let Some(first) = stems.first() {
            let known = self.phrases.entry(first.clone()).or_default();
            if !known.iter().any(|(other, _)| *other == stems) {
                known.push((stems, id));
            }
        }
    }

    fn exact(&self, phrase: &str) -> Option<TermId> {
        let stems = stems(phrase);
        let known = self.phrases.get(stems.first()?)?;
        known
            .iter()
            .find(|(other, _)| *other == stems)
            .map(|(_, id)| *id)
    }

    /// The term.
    pub(crate) fn term(&self, id: TermId) -> &Term {
        &self.terms[usize::from(id.0)]
    }

    /// The longest term that starts at `at`, and how many words it takes. Up to three small words may
    /// stand between the words of a phrase.
    pub(crate) fn term_at(&self, words: &[Word], at: usize) -> Option<(TermId, usize)> {
        let known = self.phrases.get(&words[at].stem)?;
        known
            .iter()
            .find_map(|(stems, id)| Some((*id, self.reach(stems, words, at)?)))
    }

    fn reach(&self, stems: &[String], words: &[Word], at: usize) -> Option<usize> {
        let mut next = at + 1;
        for stem in &stems[1..] {
            let mut skipped = 0;
            loop {
                if words[next - 1].pause > crate::word::Pause::None {
                    return None;
                }
                let word = words.get(next)?;
                next += 1;
                if word.stem == *stem {
                    break;
                }
                skipped += 1;
                // A side inside a phrase ("infection of the right middle ear") is read as a side as well.
                let sided = matches!(word.text.as_str(), "left" | "right");
                if skipped > 3 || !(sided || self.skip.contains(word.text.as_str())) {
                    return None;
                }
            }
        }
        Some(next - at)
    }

    /// Whether a word that no table knows looks like a medicine's name.
    pub(crate) fn looks_like_drug(&self, word: &str) -> bool {
        word.len() >= 7
            && self
                .drug_endings
                .iter()
                .any(|ending| word.ends_with(ending))
    }

    /// Whether a word carries nothing by itself.
    pub(crate) fn is_small(&self, word: &str) -> bool {
        self.skip.contains(word) || self.stop.contains(word) || is_form(word, &self.small_stems)
    }

    /// Whether a word belongs to the way notes are written and not to what they say.
    pub(crate) fn is_framing(&self, word: &str) -> bool {
        self.framing.contains(word) || is_form(word, &self.framing_stems)
    }

    /// Whether a word names a relative or another person than the patient.
    pub(crate) fn is_kin(&self, stem: &str) -> bool {
        self.kin.contains_key(stem)
    }

    /// The relatives who go by a word; none where it may stand for several or names no relative.
    pub(crate) fn relatives(&self, stem: &str) -> &[&'static str] {
        self.kin.get(stem).map_or(&[], Vec::as_slice)
    }

    /// The day or month that a word names, in full.
    pub(crate) fn day_or_month(&self, word: &str) -> Option<&'static str> {
        self.months_and_days.get(word).copied()
    }
}

fn kin() -> HashMap<String, Vec<&'static str>> {
    let mut kin: HashMap<String, Vec<&'static str>> = HashMap::new();
    for word in section(KIN, "any") {
        kin.entry(crate::stem::stem(word)).or_default();
    }
    let named = lines(KIN)
        .skip_while(|line| *line != "[relatives]")
        .skip(1)
        .take_while(|line| !line.starts_with('['));
    for line in named {
        let (name, others) = headed(line);
        for word in std::iter::once(name).chain(others) {
            kin.entry(crate::stem::stem(word)).or_default().push(name);
        }
    }
    kin
}

fn months_and_days() -> HashMap<&'static str, &'static str> {
    let mut names = HashMap::new();
    for line in lines(include_str!("../tables/dates.txt")) {
        let (name, short) = headed(line);
        names.extend(std::iter::once(name).chain(short).map(|word| (word, name)));
    }
    names
}

/// Stems of the words that are long enough to have other forms.
fn long_stems(words: impl Iterator<Item = &'static str>) -> HashSet<String> {
    words
        .filter(|word| word.len() > 2)
        .map(crate::stem::stem)
        .collect()
}

/// "Takes" is a form of "take"; forms that endings do not explain ("better") are words of their own.
fn is_form(word: &str, stems: &HashSet<String>) -> bool {
    let stem = crate::stem::stem(word);
    let start = stem.get(..stem.len().saturating_sub(1)).unwrap_or_default();
    stems.contains(&stem) && start.len() > 1 && word.starts_with(start)
}

fn stems(phrase: &str) -> Vec<String> {
    split(phrase).into_iter().map(|word| word.stem).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A phrase that stands in two groups of the synonyms would silently belong to the first.
    #[test]
    fn no_phrase_stands_in_two_groups() {
        let mut seen: HashMap<Vec<String>, &str> = HashMap::new();
        let mut twice = Vec::new();
        let tables = [
            include_str!("../tables/synonyms.txt"),
            include_str!("../tables/drugs.txt"),
        ];
        for line in tables.into_iter().flat_map(lines) {
            let (head, others) = headed(line);
            for phrase in std::iter::once(head).chain(others) {
                let stems = stems(phrase);
                assert!(!stems.is_empty(), "{line}");
                if let Some(other) = seen.insert(stems, head).filter(|other| *other != head) {
                    twice.push(format!("{phrase:?} in {other:?} and {head:?}"));
                }
            }
        }
        assert_eq!(twice, Vec::<String>::new());
        assert!(lexicon().terms.len() < usize::from(u16::MAX));
    }

    /// A circle would make every search for a broader word endless.
    #[test]
    fn broader_words_do_not_run_in_circles() {
        let lexicon = lexicon();
        for n in 0..lexicon.terms.len() {
            let start = TermId(u16::try_from(n).expect("few terms"));
            let mut above = lexicon.term(start).broader.clone();
            for _ in 0..8 {
                assert!(!above.contains(&start), "{}", lexicon.term(start).name);
                above = above
                    .into_iter()
                    .flat_map(|id| lexicon.term(id).broader.clone())
                    .collect();
            }
            assert!(above.is_empty(), "{}", lexicon.term(start).name);
        }
    }

    #[test]
    fn phrases_are_found_with_small_words_between() {
        for (text, name) in [
            ("trouble with your breathing", "shortness of breath"),
            ("high blood pressure", "hypertension"),
            ("blood pressure", "blood pressure"),
            ("tylenol", "acetaminophen"),
        ] {
            let words = split(text);
            let (id, length) = lexicon().term_at(&words, 0).expect(text);
            assert_eq!(
                (lexicon().term(id).name, length),
                (name, words.len()),
                "{text}"
            );
        }
    }
}
