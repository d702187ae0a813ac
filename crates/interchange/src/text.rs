use visit::{Note, Origin, Statement, Support};

/// Whether a text shows which lines the transcript does not bear out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marks {
    /// It does not: for scorers, and for the editor, which shows it in its own way.
    None,
    /// Lines of the model that the transcript bears out only in part or not at all end in a mark
    /// with the reason: for every text that leaves the program. Lines that a person wrote are
    /// that person's word and have no mark.
    Unsupported,
}

/// A note as plain text: a heading in capitals for each section, then a line for each statement,
/// or the section's own words for "nothing said"; sections are set apart by an empty line.
///
/// A statement is always one line, whatever it holds, so no statement can look like a heading.
/// Omissions are not part of the text. It ends with a line break unless it is empty.
pub fn plain_text(note: &Note, marks: Marks) -> String {
    let sections = note.sections.iter().map(|section| {
        let mut lines = vec![one_line(&section.title).to_uppercase()];
        lines.extend(
            section
                .statements
                .iter()
                .filter_map(|statement| line(statement, marks)),
        );
        if lines.len() == 1 {
            lines.push(one_line(&section.empty));
        }
        lines.join("\n") + "\n"
    });
    sections.collect::<Vec<_>>().join("\n")
}

/// The statement's line; `None` for one without words.
fn line(statement: &Statement, marks: Marks) -> Option<String> {
    if statement.text.is_blank() {
        return None;
    }
    let line = one_line(statement.text.expose());
    Some(match mark(statement, marks) {
        None => line,
        Some(mark) if statement.reason.is_blank() => format!("{line} [{mark}]"),
        Some(mark) => format!("{line} [{mark}: {}]", one_line(statement.reason.expose())),
    })
}

fn mark(statement: &Statement, marks: Marks) -> Option<&'static str> {
    match (marks, statement.origin, statement.support) {
        (Marks::None, _, _) | (_, Origin::Person, _) | (_, _, Support::Supported) => None,
        (Marks::Unsupported, Origin::Model, Support::Partial) => Some("partly supported"),
        (Marks::Unsupported, Origin::Model, Support::Unsupported) => Some("unsupported"),
    }
}

/// The words with single spaces between them.
fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
