//! What was said, matters, and stands nowhere in the note.

use visit::{Evidence, Omission, Segment};

use crate::kinds::Kinds;
use crate::lexicon::lexicon;
use crate::reading::{Meaning, Token, kinds};
use crate::transcript::{Standing, Transcript};

/// What makes a turn matter, most important first: kind, weight, and the words for people.
const WEIGHTS: [(Kinds, f64, &str); 9] = [
    (Kinds::RED_FLAG, 5.0, "a warning sign"),
    (Kinds::MENTAL_HEALTH, 4.0, "mental health"),
    (Kinds::ALLERGY, 4.0, "an allergy"),
    (Kinds::DRUG, 4.0, "a medicine"),
    (Kinds::CONDITION, 2.5, "a condition"),
    (Kinds::SYMPTOM, 2.0, "a symptom"),
    (Kinds::PROCEDURE, 2.0, "a procedure"),
    (Kinds::TEST, 2.0, "a test"),
    (Kinds::HABIT, 1.5, "a habit"),
];
/// A number with a unit, and a step of the plan.
const QUANTITY: f64 = 1.5;
const PLAN: f64 = 1.0;
/// A turn whose uncovered content weighs less is not offered.
const LEAST: f64 = 2.0;

/// Medically loaded turns that no statement covers, the weightiest first.
pub fn omissions(statements: &[&str], segments: &[Segment]) -> Vec<Omission> {
    let transcript = Transcript::new(segments);
    let covered: Vec<Evidence> = statements
        .iter()
        .flat_map(|statement| transcript.judge(statement).evidence)
        .collect();
    transcript.omissions(&covered, segments)
}

impl Transcript {
    /// Medically loaded turns that none of the note's evidence covers, the weightiest first.
    ///
    /// `segments` are those that the transcript was read from.
    pub fn omissions(&self, covered: &[Evidence], segments: &[Segment]) -> Vec<Omission> {
        let mut found: Vec<(f64, Omission)> = Vec::new();
        for (n, (line, segment)) in self.lines.iter().zip(segments).enumerate() {
            let mut weight = 0.0;
            let mut why: Vec<String> = Vec::new();
            for (k, token) in line.reading.tokens.iter().enumerate() {
                let Some((load, what)) = self.load(token, (n, k)) else {
                    continue;
                };
                if self.is_covered(token, (n, k), covered) {
                    continue;
                }
                weight += load;
                let words = line.reading.words_of(token);
                let shown: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
                let entry = format!("{what} ({})", shown.join(" "));
                if !why.contains(&entry) {
                    why.push(entry);
                }
            }
            if weight >= LEAST {
                why.truncate(4);
                let (text, why) = (segment.text.clone(), why.join(", ").into());
                found.push((
                    weight,
                    Omission {
                        segment: line.index,
                        text,
                        why,
                    },
                ));
            }
        }
        found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.segment.cmp(&b.1.segment)));
        found.into_iter().map(|(_, omission)| omission).collect()
    }

    /// How much a token matters, and as what; what was taken back, only supposed or asked without an answer does not.
    fn load(&self, token: &Token, place: (usize, usize)) -> Option<(f64, &'static str)> {
        if matches!(
            self.state(place).standing,
            Standing::Retracted | Standing::Supposed | Standing::Asked
        ) {
            return None;
        }
        let denied = self.denied(place);
        match token.meaning {
            Meaning::Quantity(quantity) if quantity.dimension.is_some() => {
                Some((QUANTITY, "a number"))
            }
            Meaning::Frequency(_) => Some((PLAN, "how often")),
            Meaning::Term(_) => {
                let kinds = kinds(token);
                if let Some((_, weight, what)) = WEIGHTS.iter().find(|(kind, ..)| kinds.any(*kind))
                {
                    // What was denied belongs in the note too, but matters less than what is there.
                    return Some((if denied { weight * 0.4 } else { *weight }, what));
                }
                kinds
                    .any(Kinds::PLAN)
                    .then_some((PLAN, "a step of the plan"))
            }
            _ => None,
        }
    }

    /// Whether the evidence takes in the token, or the same thing where it is said again.
    fn is_covered(&self, token: &Token, place: (usize, usize), covered: &[Evidence]) -> bool {
        if self.in_evidence(place, covered) {
            return true;
        }
        match token.meaning {
            Meaning::Term(id) => {
                let denied = self.denied(place);
                lexicon_places(self, id).iter().any(|other| {
                    *other != place
                        && self.denied(*other) == denied
                        && self.in_evidence(*other, covered)
                })
            }
            Meaning::Quantity(quantity) => self.amounts().any(|other| {
                matches!(self.token(other).meaning, Meaning::Quantity(q) if q.same(quantity))
                    && self.in_evidence(other, covered)
            }),
            Meaning::Frequency(frequency) => self.amounts().any(|other| {
                self.token(other).meaning == Meaning::Frequency(frequency)
                    && self.in_evidence(other, covered)
            }),
            _ => false,
        }
    }

    fn in_evidence(&self, place: (usize, usize), covered: &[Evidence]) -> bool {
        let line = &self.lines[place.0];
        let (start, end) = line.reading.place(&line.reading.tokens[place.1]);
        covered
            .iter()
            .any(|e| e.segment == line.index && e.start < end && start < e.end)
    }
}

/// Where a term or a kind of it is said.
fn lexicon_places(transcript: &Transcript, id: crate::lexicon::TermId) -> Vec<(usize, usize)> {
    let mut places = transcript.of_term(id).to_vec();
    for broader in &lexicon().term(id).broader {
        places.extend_from_slice(transcript.of_term(*broader));
    }
    places
}
