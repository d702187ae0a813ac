use visit::{Note, Origin, PatientText, Statement, Support};

/// What of a note may leave: the one shape that every format is made from.
///
/// It holds no evidence, no reason and no omission, for these hold words of the transcript; and no
/// line that the model wrote, the transcript does not bear out and nobody has made their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    sections: Vec<Section>,
}

/// A section with the lines of it that may leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    id: String,
    title: String,
    lines: Vec<Line>,
    empty: String,
    withheld: usize,
}

/// A statement: one line, whatever it holds, so that it can look like no heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    text: PatientText,
    partial: bool,
}

impl Body {
    /// What of the note may leave.
    pub fn of(note: &Note) -> Self {
        let sections = note.sections.iter().map(|section| Section {
            id: one_line(&section.id),
            title: one_line(&section.title),
            lines: section.statements.iter().filter_map(line).collect(),
            empty: one_line(&section.empty),
            withheld: section
                .statements
                .iter()
                .filter(|statement| statement.is_unresolved())
                .count(),
        });
        Self {
            sections: sections.collect(),
        }
    }

    /// One section alone; `None` if there is none with this identifier.
    pub fn section(&self, id: &str) -> Option<Self> {
        let section = self.sections.iter().find(|section| section.id == id)?;
        Some(Self {
            sections: vec![section.clone()],
        })
    }

    /// The sections, in the template's order.
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// The sentence that says how many lines were left out; `None` if none was.
    pub fn withheld(&self) -> Option<String> {
        let lines = match self.sections.iter().map(|section| section.withheld).sum() {
            0 => return None,
            1_usize => "1 line of the draft was".to_owned(),
            many => format!("{many} lines of the draft were"),
        };
        Some(format!(
            "[{lines} left out: the transcript does not bear out what the model wrote.]"
        ))
    }
}

impl Section {
    /// The template section's identifier.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its heading; the identifier where it has none.
    pub fn title(&self) -> &str {
        if self.title.is_empty() {
            &self.id
        } else {
            &self.title
        }
    }

    /// The lines, in order.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The words that stand here when there is no line.
    pub fn empty(&self) -> &str {
        if self.empty.is_empty() {
            "—"
        } else {
            &self.empty
        }
    }
}

impl Line {
    /// The words, with single spaces between them.
    pub fn text(&self) -> &str {
        self.text.expose()
    }

    /// The mark of a line of the model that the transcript bears out only in part. A line that a
    /// person wrote or accepted is that person's word and has none.
    pub fn mark(&self) -> Option<&'static str> {
        self.partial.then_some("[partly supported]")
    }
}

/// The statement's line; `None` for one that may not leave or is without words.
fn line(statement: &Statement) -> Option<Line> {
    if statement.is_unresolved() {
        return None;
    }
    let text = one_line(statement.text.expose());
    (!text.is_empty()).then(|| Line {
        text: text.into(),
        partial: statement.origin == Origin::Model && statement.support == Support::Partial,
    })
}

/// The words with single spaces between them, without what no XML document may hold: control
/// characters, U+FFFE and U+FFFF (XML 1.0, section 2.2).
pub(crate) fn one_line(text: &str) -> String {
    let between =
        |c: char| c.is_whitespace() || c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}');
    text.split(between)
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
