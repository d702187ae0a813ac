//! Left and right, and what is said of which.

use crate::kinds::Kinds;
use crate::lexicon::lexicon;
use crate::word::{Pause, Word};

/// A side of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
    Both,
}

impl Side {
    /// The word that people read.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Right => "right",
            Self::Both => "both",
        }
    }

    /// Whether something said of `self` is not said of `other`.
    pub(crate) fn excludes(self, other: Self) -> bool {
        matches!(
            (self, other),
            (Self::Left, Self::Right) | (Self::Right, Self::Left)
        )
    }
}

/// The side that the word at `at` names; "right" and "left" have other meanings, so what stands around them decides.
pub(crate) fn side_at(words: &[Word], at: usize) -> Option<Side> {
    match words[at].text.as_str() {
        "bilateral" | "bilaterally" => Some(Side::Both),
        "both" => named_of_body(words, at).then_some(Side::Both),
        "left" if means_side(words, at) => Some(Side::Left),
        "right" if means_side(words, at) => Some(Side::Right),
        _ => None,
    }
}

/// Whether one of the next three words names a part of the body or an illness.
fn named_of_body(words: &[Word], at: usize) -> bool {
    let sided = Kinds::BODY.or(Kinds::SYMPTOM).or(Kinds::CONDITION);
    for next in at + 1..(at + 4).min(words.len()) {
        if words[next - 1].pause > Pause::None {
            return false;
        }
        if matches!(words[next].text.as_str(), "one" | "side" | "sided" | "ones") {
            return true;
        }
        if lexicon()
            .term_at(words, next)
            .is_some_and(|(id, _)| lexicon().term(id).kinds.any(sided))
        {
            return true;
        }
        if lexicon().is_small(&words[next].text) {
            return false;
        }
    }
    false
}

fn means_side(words: &[Word], at: usize) -> bool {
    if named_of_body(words, at) {
        return true;
    }
    let before = at.checked_sub(1).map_or("", |i| words[i].text.as_str());
    let next = words.get(at + 1).map_or("", |w| w.text.as_str());
    let ends = words[at].pause > Pause::None || at + 1 == words.len();
    // "I left", "has left", "is that right", "all right", "right now" are no sides.
    const NO_SIDE_BEFORE: [&str; 18] = [
        "i", "he", "she", "we", "they", "you", "has", "have", "had", "was", "is", "are", "all",
        "that's", "i've", "just", "be", "who",
    ];
    const NO_SIDE_AFTER: [&str; 9] = [
        "now", "away", "there", "here", "after", "before", "when", "back", "okay",
    ];
    if NO_SIDE_AFTER.contains(&next) {
        return false;
    }
    let owned = matches!(before, "the" | "his" | "her" | "my" | "your");
    let describes = !ends && !lexicon().is_small(next) && !NO_SIDE_BEFORE.contains(&before);
    describes || owned && (ends || lexicon().is_small(next))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::word::split;

    #[test]
    fn only_sides_of_the_body_are_sides() {
        let cases = [
            ("my left knee just twisted", 1),
            ("That's your right ear.", 1),
            ("positive on the left, with a soft end point", 1),
            ("Now the left. There's fluid", 1),
            ("surgery on the right one", 1),
            ("right acute otitis media", 1),
            ("normal in both feet", 1),
            ("tenderness over the left paraspinal muscles", 1),
            ("All right, so come right away", 0),
            ("that's right", 0),
            ("he left the house", 0),
            ("is that right? I think so", 0),
            ("You can both get a sticker", 0),
        ];
        for (text, expected) in cases {
            let words = split(text);
            let found = (0..words.len())
                .filter(|at| side_at(&words, *at).is_some())
                .count();
            assert_eq!(found, expected, "{text}");
        }
    }
}
