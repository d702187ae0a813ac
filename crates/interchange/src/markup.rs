//! Text in XML and HTML: whatever it holds, it stays text.

use crate::body::{Body, Section, one_line};

/// A text as one line of character data or an attribute's value.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in one_line(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// The sections under headings, as elements that are the same in HTML and in XHTML.
pub(crate) fn sections(body: &Body) -> String {
    let mut out = String::new();
    for section in body.sections() {
        out.push_str(&format!("<h2>{}</h2>\n", escaped(section.title())));
        out.push_str(&lines(section));
    }
    if let Some(withheld) = body.withheld() {
        out.push_str(&format!("<p><em>{}</em></p>\n", escaped(&withheld)));
    }
    out
}

/// A section's lines as a list, or its words for "nothing said".
pub(crate) fn lines(section: &Section) -> String {
    if section.lines().is_empty() {
        return format!("<p>{}</p>\n", escaped(section.empty()));
    }
    let items = section.lines().iter().map(|line| {
        let mark = line
            .mark()
            .map(|mark| format!(" <em>{}</em>", escaped(mark)));
        format!(
            "<li>{}{}</li>\n",
            escaped(line.text()),
            mark.unwrap_or_default()
        )
    });
    format!("<ul>\n{}</ul>\n", items.collect::<String>())
}

/// What has to be known about a document, as a list of names and values.
pub(crate) fn facts(facts: &[(&'static str, String)]) -> String {
    let facts = facts
        .iter()
        .map(|(name, value)| format!("<dt>{}</dt><dd>{}</dd>\n", escaped(name), escaped(value)));
    format!("<dl>\n{}</dl>\n", facts.collect::<String>())
}
