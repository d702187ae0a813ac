//! Facts taken out of reference notes: are they offered as left out?

use evidence::Transcript;
use visit::Evidence;

use crate::material::{Visit, segments};
use crate::plain::{holds, list};
use crate::truths::{sentences, spoken};

/// A fact that was taken out of a note.
pub struct Dropped {
    pub visit: usize,
    pub fact: &'static str,
    /// Its place among what was offered, from 0; none where it was not.
    pub place: Option<usize>,
}

/// So many facts of each kind are taken out of one note at most.
const EACH: usize = 2;

/// Takes facts out of one note, one after the other: each sentence that names the fact.
pub fn of(n: usize, visit: &Visit) -> Vec<Dropped> {
    let note = sentences(&visit.reference);
    let all = spoken(&visit.turns);
    if note.len() < 3 {
        return Vec::new();
    }
    let segments = segments(&visit.turns);
    let transcript = Transcript::new(&segments);
    let evidence: Vec<Vec<Evidence>> = note
        .iter()
        .map(|line| transcript.judge(line).evidence)
        .collect();
    let tables = [
        include_str!("words/drugs.txt"),
        include_str!("words/conditions.txt"),
        include_str!("words/symptoms.txt"),
    ];
    let mut dropped = Vec::new();
    for table in tables {
        let facts = list(table)
            .into_iter()
            .filter(|fact| holds(&all, fact) && affirmed(&note, fact));
        for fact in facts.take(EACH) {
            let kept = note
                .iter()
                .zip(&evidence)
                .filter(|(line, _)| !holds(line, fact));
            let covered: Vec<Evidence> = kept.flat_map(|(_, evidence)| evidence.clone()).collect();
            let offered = transcript.omissions(&covered, &segments);
            let place = offered
                .iter()
                .position(|omission| holds(omission.text.expose(), fact));
            dropped.push(Dropped {
                visit: n,
                fact,
                place,
            });
        }
    }
    dropped
}

/// Whether the note says that it is so.
fn affirmed(note: &[String], fact: &str) -> bool {
    let negated = [
        "no", "not", "denies", "denied", "without", "negative", "never", "if",
    ];
    let mut named = note.iter().filter(|line| holds(line, fact)).peekable();
    named.peek().is_some() && named.all(|line| !negated.iter().any(|word| holds(line, word)))
}
