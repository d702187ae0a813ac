//! The note templates that can be used: those that come with the program, and those that
//! the organisation's document carries.

use governance::Organisation;
use visit::{Template, template as own};

/// There is no such template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no template {id:?}, so nothing was begun; known: {}", known.join(", "))]
pub struct TemplateUnknown {
    /// The one that was asked for.
    pub id: String,
    /// Those that there are.
    pub known: Vec<String>,
}

/// All templates, with those of an organisation's document if there is one: of two with the same identifier the organisation's.
/// Whether a note of one may be written, the vault says when it is asked for.
pub fn templates(organisation: Option<&Organisation>) -> Vec<Template> {
    let theirs = organisation.map_or(&[][..], |document| &document.templates);
    all(theirs)
}

fn all(theirs: &[Template]) -> Vec<Template> {
    // That the program's own can be read is held by a test of their crate.
    let own = own::built_in().unwrap_or_default().into_iter();
    let is_replaced = |own: &Template| theirs.iter().any(|other| other.id == own.id);
    let mut all: Vec<Template> = own.filter(|own| !is_replaced(own)).collect();
    all.extend(theirs.iter().cloned());
    all
}

/// The template with this identifier; the usual one if it is `None`.
///
/// # Errors
/// [`TemplateUnknown`].
pub fn template(
    organisation: Option<&Organisation>,
    id: Option<&str>,
) -> Result<Template, TemplateUnknown> {
    let id = id.unwrap_or(own::DEFAULT);
    let known = templates(organisation);
    let found = known.iter().find(|template| template.id == id).cloned();
    found.ok_or_else(|| TemplateUnknown {
        id: id.to_owned(),
        known: known.into_iter().map(|template| template.id).collect(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_organisations_templates_come_after_the_programs_and_replace_those_of_their_name() {
        let own = own::built_in().unwrap();
        let mut wound = own[0].clone();
        wound.id = "wound".to_owned();
        let mut theirs = own[1].clone();
        theirs.title = "As we write it".to_owned();
        let found = all(&[theirs.clone(), wound.clone()]);
        assert_eq!(found.len(), own.len() + 1);
        assert_eq!(found[0], own[0]);
        assert_eq!(found[found.len() - 2..], [theirs, wound]);
    }

    #[test]
    fn an_unknown_one_is_told_with_those_that_there_are() {
        assert_eq!(template(None, None).unwrap().id, own::DEFAULT);
        let refused = template(None, Some("poem")).unwrap_err().to_string();
        assert!(
            refused.contains("poem") && refused.contains("soap"),
            "{refused}"
        );
    }
}
