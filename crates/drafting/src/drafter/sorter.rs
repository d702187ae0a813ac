//! From lines with their kinds to the sections of a template.

use visit::{PatientText, StatementKind, StopReason, TemplateSection};

use super::guide::spaced;
use super::{Break, Draft};
use crate::DraftEvent;

/// Puts lines into the sections of the template.
pub(super) struct Sorter {
    written: Vec<u32>,
    last: usize,
    /// Words that a line cannot have from the visit.
    strangers: Vec<String>,
}

impl Sorter {
    pub(super) fn new(sections: usize, strangers: Vec<String>) -> Self {
        Self {
            written: vec![0; sections],
            last: 0,
            strangers,
        }
    }

    pub(super) fn is_from_an_example(&self, words: &str) -> bool {
        let words = spaced(words);
        self.strangers
            .iter()
            .any(|word| words.contains(word.as_str()))
    }

    fn section(&self, draft: &Draft<'_>, kind: StatementKind) -> usize {
        let template = draft.request.template;
        let of = |kind| template.section_of(kind).unwrap_or(0);
        let section = of(kind);
        // A visit has few chief complaints; what else the patient came with is history.
        if kind == StatementKind::Complaint && self.is_full(&template.sections, section) {
            of(StatementKind::History)
        } else {
            section
        }
    }

    fn is_full(&self, sections: &[TemplateSection], section: usize) -> bool {
        let most = sections.get(section).map_or(0, |s| s.most_statements);
        self.written[section] >= most
    }

    pub(super) fn add(
        &mut self,
        draft: &mut Draft<'_>,
        kind: StatementKind,
        words: &str,
    ) -> Result<(), Break> {
        if self.is_from_an_example(words) {
            return Ok(());
        }
        let section = self.section(draft, kind);
        self.last = section;
        if self.is_full(&draft.request.template.sections, section) {
            draft.stops[section] = draft.stops[section].max(StopReason::Length);
            return Ok(());
        }
        if draft.repeats.is_repeat(section, words) {
            return Ok(());
        }
        self.written[section] += 1;
        let text = PatientText::from(words.to_owned());
        draft.tell(section, |section| DraftEvent::Statement { section, text })
    }

    pub(super) fn writing(
        &self,
        draft: &mut Draft<'_>,
        kind: StatementKind,
        words: &str,
    ) -> Result<(), Break> {
        if self.is_from_an_example(words) {
            return draft.go_on();
        }
        let text = PatientText::from(words.to_owned());
        draft.tell(self.section(draft, kind), |section| DraftEvent::Writing {
            section,
            text,
        })
    }

    /// A piece that was cut off leaves its reason at the section that it wrote to last.
    pub(super) fn stopped(&self, draft: &mut Draft<'_>, stop: StopReason) {
        draft.stops[self.last] = draft.stops[self.last].max(stop);
    }
}
