use std::fmt;

use serde::{Deserialize, Serialize};

/// A function of the NIST AI Risk Management Framework 1.0 (NIST AI 100-1, January 2023).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Function {
    /// Policies, duties, culture.
    Govern,
    /// The context and what can go wrong in it.
    Map,
    /// How it is found out.
    Measure,
    /// What is done about it.
    Manage,
}

impl Function {
    /// All of them, in the framework's order.
    pub const ALL: [Self; 4] = [Self::Govern, Self::Map, Self::Measure, Self::Manage];

    /// Its name.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Govern => "GOVERN",
            Self::Map => "MAP",
            Self::Measure => "MEASURE",
            Self::Manage => "MANAGE",
        }
    }

    /// How many subcategories each of its categories has (tables 1 to 4 of NIST AI 100-1; 72 in all).
    const fn subcategories(self) -> &'static [u8] {
        match self {
            Self::Govern => &[7, 3, 2, 3, 2, 2],
            Self::Map => &[6, 3, 5, 2, 2],
            Self::Measure => &[3, 13, 3, 3],
            Self::Manage => &[4, 4, 2, 3],
        }
    }
}

/// A subcategory of the framework, as `MEASURE 2.7`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Subcategory {
    /// Its function.
    pub function: Function,
    category: u8,
    number: u8,
}

/// Something that is no subcategory of the framework.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no subcategory of the NIST AI RMF 1.0; write one like MEASURE 2.7")]
pub struct NotASubcategory(String);

impl TryFrom<String> for Subcategory {
    type Error = NotASubcategory;

    fn try_from(text: String) -> Result<Self, NotASubcategory> {
        let read = || {
            let (word, numbers) = text.split_once(' ')?;
            let function = Function::ALL.into_iter().find(|one| one.word() == word)?;
            let (category, number) = numbers.split_once('.')?;
            let (category, number): (u8, u8) = (category.parse().ok()?, number.parse().ok()?);
            let place = usize::from(category).checked_sub(1)?;
            let most = *function.subcategories().get(place)?;
            let found = Self {
                function,
                category,
                number,
            };
            // Written in one way only: no 2.07.
            ((1..=most).contains(&number) && found.to_string() == text).then_some(found)
        };
        read().ok_or_else(|| NotASubcategory(text.clone()))
    }
}

impl From<Subcategory> for String {
    fn from(found: Subcategory) -> Self {
        found.to_string()
    }
}

impl fmt::Display for Subcategory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {}.{}",
            self.function.word(),
            self.category,
            self.number
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frameworks_subcategories_are_known_and_no_others() {
        let all: u32 = Function::ALL
            .iter()
            .flat_map(|one| one.subcategories())
            .map(|count| u32::from(*count))
            .sum();
        assert_eq!(all, 72);
        for text in ["GOVERN 1.7", "MAP 5.2", "MEASURE 2.13", "MANAGE 4.3"] {
            let found = Subcategory::try_from(text.to_owned());
            assert_eq!(found.map(String::from), Ok(text.to_owned()));
        }
        for text in [
            "GOVERN 1.8",
            "MAP 6.1",
            "MEASURE 2.14",
            "MEASURE 2.07",
            "MANAGE 0.1",
            "MANAGE 1.0",
            "manage 1.1",
            "MANAGE",
            "",
        ] {
            assert!(Subcategory::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
