//! A clinic's own terms in a file by themselves, for recognition to spell them as the clinic does.

use serde::Deserialize;

use crate::mistake::{Mistake, Wrong};
use crate::organisation::Terms;
use crate::place::Places;
use crate::rules;

/// The lists of terms of a file, in the form that `terms` has in an organisation's document:
///
/// ```toml
/// [[terms]]
/// name = "Medicines"
/// words = ["apixaban", "metoprolol succinate"]
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vocabulary {
    /// The lists; what stands first is most to the point.
    pub terms: Vec<Terms>,
}

impl Vocabulary {
    /// Most bytes of a file: more than as many terms as are taken, each as long as it may be, have.
    pub const MOST_BYTES: usize = 256 * 1024;

    /// Reads the file and finds whether it can be used.
    ///
    /// # Errors
    /// [`Mistake`]: what is wrong in the earliest line that is.
    pub fn read(text: &str) -> Result<Self, Mistake> {
        let places = Places::of(text)?;
        let vocabulary: Self = toml::from_str(text)
            .map_err(|error| places.mistake_at(error.span(), Wrong::form(&error)))?;
        rules::broken_terms(&vocabulary.terms)
            .into_iter()
            .map(|(field, wrong)| places.mistake_of(&field, wrong))
            .min_by_key(|mistake| mistake.line)
            .map_or(Ok(vocabulary), Err)
    }

    /// All terms in order.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        let lists = self.terms.iter().flat_map(|list| &list.words);
        lists.map(String::as_str)
    }
}
