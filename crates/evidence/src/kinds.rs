//! What kinds of thing a word names.

/// What kinds of thing a term names: a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kinds(u16);

impl Kinds {
    pub(crate) const SYMPTOM: Self = Self(1);
    pub(crate) const CONDITION: Self = Self(1 << 1);
    pub(crate) const ALLERGY: Self = Self(1 << 2);
    pub(crate) const HABIT: Self = Self(1 << 3);
    pub(crate) const TEST: Self = Self(1 << 4);
    pub(crate) const MEASUREMENT: Self = Self(1 << 5);
    pub(crate) const PROCEDURE: Self = Self(1 << 6);
    pub(crate) const PLAN: Self = Self(1 << 7);
    pub(crate) const RED_FLAG: Self = Self(1 << 8);
    pub(crate) const MENTAL_HEALTH: Self = Self(1 << 9);
    pub(crate) const BODY: Self = Self(1 << 10);
    pub(crate) const DRUG: Self = Self(1 << 11);
    /// What a procedure is done with.
    pub(crate) const MEANS: Self = Self(1 << 12);

    /// The headings of `terms.txt`.
    pub(crate) const NAMED: [(&'static str, Self); 12] = [
        ("symptom", Self::SYMPTOM),
        ("condition", Self::CONDITION),
        ("allergy", Self::ALLERGY),
        ("habit", Self::HABIT),
        ("test", Self::TEST),
        ("measurement", Self::MEASUREMENT),
        ("procedure", Self::PROCEDURE),
        ("plan", Self::PLAN),
        ("red-flag", Self::RED_FLAG),
        ("mental-health", Self::MENTAL_HEALTH),
        ("body", Self::BODY),
        ("means", Self::MEANS),
    ];

    /// Both sets together.
    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the sets share a kind.
    pub(crate) const fn any(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}
