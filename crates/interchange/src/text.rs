use visit::{Note, Origin, Statement, Support};

/// Whether a text shows how far the transcript bears its lines out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marks {
    /// It does not: for scorers.
    None,
    /// Lines of the model that the transcript bears out only in part end in a mark with the
    /// reason, and the last line says how many lines were left out: for every text that leaves
    /// the program. Lines that a person wrote or accepted are that person's word and have no mark.
    Doubtful,
}

/// A note as plain text: a heading in capitals for each section, then a line for each statement,
/// or the section's own words for "nothing said"; sections are set apart by an empty line.
///
/// What the model wrote and the transcript does not bear out is left out until a person makes it
/// their own. A statement is always one line, whatever it holds, so no statement can look like a
/// heading. Omissions are not part of the text. It ends with a line break unless it is empty.
pub fn plain_text(note: &Note, marks: Marks) -> String {
    let sections = note.sections.iter().map(|section| {
        let mut lines = vec![one_line(&section.title).to_uppercase()];
        lines.extend(
            section
                .statements
                .iter()
                .filter(|statement| !statement.is_unresolved())
                .filter_map(|statement| line(statement, marks)),
        );
        if lines.len() == 1 {
            lines.push(one_line(&section.empty));
        }
        lines.join("\n") + "\n"
    });
    let mut text = sections.collect::<Vec<_>>().join("\n");
    let withheld = note.unresolved();
    if marks == Marks::Doubtful && withheld > 0 {
        let lines = if withheld == 1 {
            "1 line of the draft was".to_owned()
        } else {
            format!("{withheld} lines of the draft were")
        };
        text.push_str(&format!(
            "\n[{lines} left out: the transcript does not bear out what the model wrote.]\n"
        ));
    }
    text
}

/// The statement's line; `None` for one without words.
fn line(statement: &Statement, marks: Marks) -> Option<String> {
    if statement.text.is_blank() {
        return None;
    }
    let line = one_line(statement.text.expose());
    let doubtful = statement.origin == Origin::Model && statement.support == Support::Partial;
    Some(if marks == Marks::None || !doubtful {
        line
    } else if statement.reason.is_blank() {
        format!("{line} [partly supported]")
    } else {
        let reason = one_line(statement.reason.expose());
        format!("{line} [partly supported: {reason}]")
    })
}

/// The words with single spaces between them.
fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
