//! Note templates: data in TOML, validated, never code.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A kind of note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Short name used on the command line and in storage: lower-case letters, digits, hyphens.
    pub id: String,
    /// The name that people see.
    pub title: String,
    /// What kind of document the model is asked to write, as it stands in the prompt.
    pub purpose: String,
    /// The sections, in order.
    pub sections: Vec<Section>,
}

/// One section of a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Short name, unique within the template.
    pub id: String,
    /// The heading.
    pub title: String,
    /// What belongs here and how it is written, as it stands in the prompt.
    pub instruction: String,
    /// The words that stand here when nothing was said for it.
    pub empty: String,
    /// Most statements that the section may hold.
    pub most_statements: u32,
    /// The kinds of statement that belong here. A template that sorts statements by kind is
    /// written exchange by exchange, one without kinds section by section.
    #[serde(default)]
    pub kinds: Vec<StatementKind>,
}

/// What a statement of a note is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StatementKind {
    /// Why the patient came.
    Complaint,
    /// What the patient reports.
    History,
    /// What the patient takes.
    Medication,
    /// What the patient does not tolerate.
    Allergy,
    /// Diseases of relatives.
    Family,
    /// What the patient says no to.
    Denied,
    /// What the clinician found.
    Exam,
    /// Values of tests, findings of imaging.
    Result,
    /// What the clinician thinks it is.
    Assessment,
    /// What was agreed.
    Plan,
}

impl StatementKind {
    /// All kinds.
    pub const ALL: [Self; 10] = [
        Self::Complaint,
        Self::History,
        Self::Medication,
        Self::Allergy,
        Self::Family,
        Self::Denied,
        Self::Exam,
        Self::Result,
        Self::Assessment,
        Self::Plan,
    ];

    /// The word that a model writes for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Complaint => "Complaint",
            Self::History => "History",
            Self::Medication => "Medication",
            Self::Allergy => "Allergy",
            Self::Family => "Family",
            Self::Denied => "Denied",
            Self::Exam => "Exam",
            Self::Result => "Result",
            Self::Assessment => "Assessment",
            Self::Plan => "Plan",
        }
    }
}

/// What is wrong with a template.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The text is not TOML of this shape; the source names line and field.
    #[error("the template is not valid TOML of the template format; it was not taken")]
    Toml(#[from] toml::de::Error),
    /// A short name holds other characters.
    #[error("the id {0:?} may hold only lower-case letters, digits and hyphens")]
    Id(String),
    /// Two sections share a short name.
    #[error("the section id {0:?} stands twice in the template")]
    DuplicateSection(String),
    /// There is nothing to write.
    #[error("the template has no section")]
    NoSections,
    /// A text that must not be empty is.
    #[error("section {section:?}: {field} must not be empty")]
    EmptyField {
        /// The section's short name, or the template's.
        section: String,
        /// The field's name.
        field: &'static str,
    },
    /// A kind of statement would belong to two sections, or to none.
    #[error("the kind {0:?} must stand in exactly one section, as the template sorts by kinds")]
    Kind(StatementKind),
    /// The limit on statements is out of range.
    #[error("section {0:?}: most_statements must be 1 to 100")]
    StatementLimit(String),
}

impl Template {
    /// Reads and checks a template.
    ///
    /// # Errors
    /// [`TemplateError`], which names the field that is wrong.
    pub fn from_toml(text: &str) -> Result<Self, TemplateError> {
        let template: Self = toml::from_str(text)?;
        template.check()?;
        Ok(template)
    }

    /// Finds whether it can be used.
    ///
    /// # Errors
    /// [`TemplateError`], which names the field that is wrong.
    pub fn check(&self) -> Result<(), TemplateError> {
        let is_id = |id: &str| {
            !id.is_empty()
                && id
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        if !is_id(&self.id) {
            return Err(TemplateError::Id(self.id.clone()));
        }
        if self.sections.is_empty() {
            return Err(TemplateError::NoSections);
        }
        for (field, text) in [("title", &self.title), ("purpose", &self.purpose)] {
            if text.trim().is_empty() {
                return Err(TemplateError::EmptyField {
                    section: self.id.clone(),
                    field,
                });
            }
        }
        for (n, section) in self.sections.iter().enumerate() {
            if !is_id(&section.id) {
                return Err(TemplateError::Id(section.id.clone()));
            }
            if self.sections[..n]
                .iter()
                .any(|earlier| earlier.id == section.id)
            {
                return Err(TemplateError::DuplicateSection(section.id.clone()));
            }
            for (field, text) in [
                ("title", &section.title),
                ("instruction", &section.instruction),
                ("empty", &section.empty),
            ] {
                if text.trim().is_empty() {
                    return Err(TemplateError::EmptyField {
                        section: section.id.clone(),
                        field,
                    });
                }
            }
            if !(1..=100).contains(&section.most_statements) {
                return Err(TemplateError::StatementLimit(section.id.clone()));
            }
        }
        if self.sorts_by_kind() {
            for kind in StatementKind::ALL {
                let places = self.sections.iter().flat_map(|section| &section.kinds);
                if places.filter(|&&other| other == kind).count() != 1 {
                    return Err(TemplateError::Kind(kind));
                }
            }
        }
        Ok(())
    }

    /// Whether the sections say which kinds of statement belong to them.
    pub fn sorts_by_kind(&self) -> bool {
        self.sections
            .iter()
            .any(|section| !section.kinds.is_empty())
    }

    /// Position of the section that a kind of statement belongs to; `None` in a template that
    /// does not sort by kind.
    pub fn section_of(&self, kind: StatementKind) -> Option<usize> {
        let holds = |section: &Section| section.kinds.contains(&kind);
        self.sections.iter().position(holds)
    }
}

/// The identifier of the template that is used when none is named.
pub const DEFAULT: &str = "full-visit";

/// The templates that come with the program, as TOML.
pub const BUILT_IN: [&str; 3] = [
    include_str!("../templates/full-visit.toml"),
    include_str!("../templates/soap.toml"),
    include_str!("../templates/patient-instructions.toml"),
];

/// The templates that come with the program.
///
/// # Errors
/// [`TemplateError`] if one of the files is wrong, which a test of this crate excludes.
pub fn built_in() -> Result<Vec<Template>, TemplateError> {
    BUILT_IN
        .iter()
        .map(|text| Template::from_toml(text))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_templates_are_valid_and_hold_the_default() {
        let all = built_in().expect("valid");
        let default = all.iter().find(|t| t.id == DEFAULT).expect("default");
        let titles: Vec<_> = default.sections.iter().map(|s| s.title.as_str()).collect();
        assert_eq!(
            titles,
            [
                "CHIEF COMPLAINT",
                "HISTORY OF PRESENT ILLNESS",
                "REVIEW OF SYSTEMS",
                "PHYSICAL EXAMINATION",
                "RESULTS",
                "ASSESSMENT AND PLAN"
            ]
        );
    }

    /// Each case breaks one rule of an otherwise valid template.
    #[test]
    fn each_rule_is_named_when_broken() {
        let valid = BUILT_IN[1];
        let cases = [
            ("id = \"soap\"", "id = \"So ap\"", "may hold only"),
            ("id = \"objective\"", "id = \"subjective\"", "stands twice"),
            (
                "title = \"SUBJECTIVE\"",
                "title = \" \"",
                "title must not be empty",
            ),
            ("\"plan\"]", "\"exam\"]", "exactly one section"),
            ("\"plan\"]", "\"mood\"]", "not valid TOML"),
            (
                "title = \"SUBJECTIVE\"",
                "headline = \"x\"",
                "not valid TOML",
            ),
        ];
        for (from, to, expected) in cases {
            assert!(valid.contains(from), "{from}");
            let error = Template::from_toml(&valid.replacen(from, to, 1)).expect_err(to);
            assert!(error.to_string().contains(expected), "{to}: {error}");
        }
    }
}
