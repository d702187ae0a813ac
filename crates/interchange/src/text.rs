use crate::body::Body;
use crate::document::Document;

/// Whether a text shows how far the transcript bears its lines out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marks {
    /// It does not: for scorers.
    None,
    /// Lines of the model that the transcript bears out only in part end in a mark, and the last
    /// line says how many lines were left out: for every text that leaves the program.
    Doubtful,
}

/// A note as plain text: a heading in capitals for each section, then a line for each statement,
/// or the section's own words for "nothing said"; sections are set apart by an empty line.
///
/// A statement is always one line, so none can look like a heading. The text ends with a line break
/// unless it is empty.
pub fn plain_text(body: &Body, marks: Marks) -> String {
    let sections = body.sections().iter().map(|section| {
        let mut lines = vec![section.title().to_uppercase()];
        lines.extend(section.lines().iter().map(|line| match line.mark() {
            Some(mark) if marks == Marks::Doubtful => format!("{} {mark}", line.text()),
            _ => line.text().to_owned(),
        }));
        if section.lines().is_empty() {
            lines.push(section.empty().to_owned());
        }
        lines.join("\n") + "\n"
    });
    let mut text = sections.collect::<Vec<_>>().join("\n");
    if let Some(withheld) = body.withheld().filter(|_| marks == Marks::Doubtful) {
        text.push_str(&format!("\n{withheld}\n"));
    }
    text
}

/// A document as plain text: its title, the note with its marks, then what has to be known about it.
pub fn text_document(document: &Document) -> String {
    let facts = document.facts();
    let facts = facts
        .iter()
        .map(|(name, value)| format!("{name}: {value}\n"));
    format!(
        "{}\n\n{}\n{}",
        document.shown_title(),
        plain_text(&document.body, Marks::Doubtful),
        facts.collect::<String>()
    )
}
