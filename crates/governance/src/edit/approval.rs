//! Models that may be loaded, and those that may not any more.

use std::fmt::Write as _;

use super::{EditError, checked, next, quoted, with_block, with_serial, without};
use crate::approval::{Approval, Figure, Recall, Scorecard};
use crate::organisation::Organisation;

/// Approves a model. An approval of the same bytes for the same role, such as one that is over, is
/// replaced.
///
/// # Errors
/// [`EditError`], also if a figure lies beyond its limit.
pub fn set_approval(text: &str, approval: &Approval) -> Result<String, EditError> {
    let mut expected = Organisation::read(text)?;
    expected.serial = next(expected.serial)?;
    let mut text = with_serial(text, expected.serial)?;
    let same = |known: &Approval| known.sha256 == approval.sha256 && known.role == approval.role;
    if let Some(at) = expected.models.iter().position(same) {
        expected.models.remove(at);
        text = without(text, &format!("model[{}]", at + 1))?;
    }
    expected.models.push(approval.clone());
    checked(with_block(text, &approval_block(approval)), &expected)
}

/// Recalls a model in whatever role; an approval of it stays where it is and does not count any more.
///
/// # Errors
/// [`EditError`], also if it is recalled already.
pub fn add_recall(text: &str, recall: &Recall) -> Result<String, EditError> {
    let mut expected = Organisation::read(text)?;
    expected.serial = next(expected.serial)?;
    expected.recalls.push(recall.clone());
    let Recall {
        sha256,
        from,
        reason,
    } = recall;
    let block = format!(
        "\n[[recall]]\nsha256 = \"{}\"\nfrom = {from}\nreason = {}\n",
        sha256.as_str(),
        quoted(reason)
    );
    let text = with_serial(text, expected.serial)?;
    checked(with_block(text, &block), &expected)
}

/// An approval as a document has it.
pub fn approval_block(approval: &Approval) -> String {
    let Approval {
        id,
        role,
        sha256,
        from,
        until,
        templates,
        card,
        scorecard,
    } = approval;
    let mut text = format!(
        "\n[[model]]\nid = {}\nrole = \"{role}\"\nsha256 = \"{}\"\nfrom = {from}\nuntil = {until}\n",
        quoted(id),
        sha256.as_str()
    );
    // Writing to a String cannot fail.
    if let Some(templates) = templates {
        let listed: Vec<String> = templates.iter().map(|id| quoted(id).to_string()).collect();
        let _ = writeln!(text, "templates = [{}]", listed.join(", "));
    }
    let _ = writeln!(text, "card = \"{}\"\n", card.as_str());
    text + &scorecard_table(scorecard)
}

/// A scorecard as an approval has it.
pub fn scorecard_table(scorecard: &Scorecard) -> String {
    let Scorecard {
        measured,
        hardware,
        figures,
    } = scorecard;
    let mut text = format!(
        "[model.scorecard]\nmeasured = {measured}\nhardware = {}\nfigures = [\n",
        quoted(hardware)
    );
    for figure in figures {
        let Figure {
            name,
            value,
            most,
            least,
        } = figure;
        let _ = write!(text, "    {{ name = {}, value = {value}", quoted(name));
        for (word, limit) in [("most", most), ("least", least)] {
            if let Some(limit) = limit {
                let _ = write!(text, ", {word} = {limit}");
            }
        }
        text.push_str(" },\n");
    }
    text.push_str("]\n");
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use crate::ModelRole;
    use crate::mistake::Wrong;

    const SAMPLE: &str = include_str!("../../tests/vectors/organisation-v1.toml");

    fn sample() -> Organisation {
        Organisation::read(SAMPLE).unwrap()
    }

    fn approval() -> Approval {
        let mut approval = sample().models[1].clone();
        approval.id = "A \"new\" one\\".to_owned();
        approval.sha256 = visit::Sha256Hex::from_bytes([9; 32]);
        approval.templates = Some(vec!["soap".to_owned(), "wound-check".to_owned()]);
        approval.scorecard.figures = vec![
            Figure {
                name: "words wrong, per cent".to_owned(),
                value: 7.25,
                most: Some(12.0),
                least: None,
            },
            Figure {
                name: "facts held, per cent".to_owned(),
                value: 91.0,
                most: None,
                least: Some(0.5),
            },
        ];
        approval
    }

    #[test]
    fn a_model_is_approved_and_everything_else_stays_as_it_is_written() {
        let text = set_approval(SAMPLE, &approval()).unwrap();
        let found = Organisation::read(&text).unwrap();
        assert_eq!(found.serial, 8);
        assert_eq!(found.models[2], approval());
        let block = approval_block(&approval());
        assert_eq!(Approval::read(&block).unwrap(), approval());
        assert!(Approval::read(&block.repeat(2)).is_err());
        assert_eq!(found.models[..2], sample().models);
        let kept = SAMPLE.replace("serial = 7", "serial = 8");
        assert!(text.starts_with(&kept));
        // An approval without a list of templates is for all of them.
        let mut open = approval();
        open.templates = None;
        let text = set_approval(SAMPLE, &open).unwrap();
        assert_eq!(Organisation::read(&text).unwrap().models[2], open);
    }

    #[test]
    fn an_approval_of_the_same_bytes_for_the_same_role_is_replaced() {
        let mut renewed = sample().models[0].clone();
        renewed.until = sample().until;
        renewed.scorecard.figures[0].value = 6.0;
        let text = set_approval(SAMPLE, &renewed).unwrap();
        let found = Organisation::read(&text).unwrap();
        assert_eq!(found.models, [sample().models[1].clone(), renewed.clone()]);
        assert!(text.contains("# the nurse of the pilot"));
        assert_eq!(text.matches("[[model]]").count(), 2);
        // For another role it is another approval.
        let mut other = renewed;
        other.role = ModelRole::Speaker;
        let text = set_approval(&text, &other).unwrap();
        assert_eq!(Organisation::read(&text).unwrap().models.len(), 3);
    }

    #[test]
    fn a_figure_beyond_its_limit_and_an_unknown_template_are_not_approved() {
        let mut beyond = approval();
        beyond.scorecard.figures[0].value = 12.5;
        let Err(EditError::Mistake(mistake)) = set_approval(SAMPLE, &beyond) else {
            panic!("it was taken");
        };
        assert_eq!(mistake.field, "model[3].scorecard.figures[1].value");
        assert!(matches!(mistake.wrong, Wrong::Figure(_)));
        let mut unknown = approval();
        unknown.templates = Some(vec!["surgery".to_owned()]);
        let refused = set_approval(SAMPLE, &unknown).unwrap_err().to_string();
        assert!(refused.contains("there is no template"), "{refused}");
    }

    #[test]
    fn a_recalled_model_is_refused_from_then_on() {
        let whisper = sample().models[0].clone();
        let recall = Recall {
            sha256: whisper.sha256.clone(),
            from: whisper.from,
            reason: "It heard \"doses\" that nobody said.".to_owned(),
        };
        let text = add_recall(SAMPLE, &recall).unwrap();
        let found = Organisation::read(&text).unwrap();
        assert_eq!((found.serial, &found.recalls[1]), (8, &recall));
        let refused = found.approved(&whisper.sha256, ModelRole::Speech, whisper.from.0);
        assert!(
            refused
                .unwrap_err()
                .to_string()
                .contains("that nobody said")
        );
        let twice = add_recall(&text, &recall).unwrap_err().to_string();
        assert!(twice.contains("stands here twice"), "{twice}");
    }
}
