//! How a model is asked to write exchange by exchange: rules and examples, which are data.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::chat::Example;
use crate::{DraftError, line};

/// Rules and examples.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Guide {
    /// The system message.
    pub(super) rules: String,
    own_words: Vec<String>,
    /// What is said and what is written for it.
    pub(super) examples: Vec<Example>,
}

/// Words that only the examples bring up, without those that are said in this visit.
pub(super) fn strangers<'t>(guide: &Guide, said: impl Iterator<Item = &'t str>) -> Vec<String> {
    let said: Vec<String> = said.map(spaced).collect();
    let own = guide.own_words.iter().map(|word| spaced(word));
    own.filter(|word| !said.iter().any(|text| text.contains(word.as_str())))
        .collect()
}

/// The words of a text in lower case, each between two spaces.
pub(super) fn spaced(text: &str) -> String {
    format!(" {} ", line::words(text).join(" "))
}

pub(super) fn guide() -> Result<&'static Guide, DraftError> {
    static GUIDE: OnceLock<Option<Guide>> = OnceLock::new();
    GUIDE
        .get_or_init(|| toml::from_str(include_str!("../exchanges.toml")).ok())
        .as_ref()
        .ok_or(DraftError::Guide)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use visit::StatementKind;

    use super::super::sorter::Sorter;
    use super::*;

    #[test]
    fn the_guide_is_sound_and_its_examples_use_the_kinds() {
        let guide = guide().expect("valid TOML");
        for kind in StatementKind::ALL {
            assert!(guide.rules.contains(kind.word()), "{kind:?} in the rules");
            let shown = |example: &&Example| example.lines.contains(&format!("{}: ", kind.word()));
            assert!(guide.examples.iter().any(|e| shown(&e)), "{kind:?}");
        }
        for line in guide.examples.iter().flat_map(|e| e.lines.lines()) {
            let named = StatementKind::ALL
                .iter()
                .any(|kind| line.starts_with(kind.word()));
            assert!(named || line == "None", "{line}");
        }
    }

    #[test]
    fn words_of_the_examples_are_strange_unless_they_are_said() {
        let guide = guide().expect("valid TOML");
        let whole: String = guide
            .examples
            .iter()
            .map(|e| spaced(&format!("{} {}", e.said, e.lines)))
            .collect();
        for word in &guide.own_words {
            assert!(whole.contains(&spaced(word)), "{word} stands in no example");
        }
        let said = ["Patient: My Asthma is back.\n"];
        let sorter = Sorter::new(1, strangers(guide, said.into_iter()));
        assert!(!sorter.is_from_an_example("Has asthma."));
        assert!(!sorter.is_from_an_example("Uses a patchwork."));
        assert!(sorter.is_from_an_example("Wait for the patch test."));
        assert!(sorter.is_from_an_example("Chest film clear."));
    }
}
