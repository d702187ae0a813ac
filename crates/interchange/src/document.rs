use std::fmt;
use std::str::FromStr;

use visit::{ModelIdentity, PatientText, RevisionNumber, Sha256Hex, UnixMillis, VisitId};

use crate::body::{Body, one_line};
use crate::instant::{Instant, days_in};

/// A note on its way out, with what has to be known about it: every format is made from this alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// The visit.
    pub visit: VisitId,
    /// When the visit began.
    pub begun_at: UnixMillis,
    /// Whom it is about.
    pub patient: Patient,
    /// The template's identifier.
    pub template: String,
    /// What kind of note it is, as people name it.
    pub title: String,
    /// Which revision of the note.
    pub revision: RevisionNumber,
    /// When that was stored.
    pub revised_at: UnixMillis,
    /// Digest of that revision's canonical form, as a signature names it.
    pub note_sha256: Sha256Hex,
    /// Who signed it; `None` for a note that nobody has signed.
    pub signature: Option<Signed>,
    /// What drafted it; `None` for a note that a person wrote from the first line on.
    pub draft: Option<Drafted>,
    /// Version of the program that makes the document.
    pub program: String,
    /// When it is made.
    pub made_at: UnixMillis,
    /// What of the note may leave.
    pub body: Body,
}

/// Whom a note is about, as far as that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patient {
    /// As the clinic wants them shown; may be blank.
    pub label: PatientText,
    /// Their number in the clinic's records.
    pub record_number: Option<PatientText>,
    /// Family name.
    pub family: Option<PatientText>,
    /// Given names.
    pub given: Option<PatientText>,
    /// Date of birth.
    pub birth_date: Option<BirthDate>,
}

/// That a person has signed the note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// Who, as they gave their name.
    pub signer: PatientText,
    /// When.
    pub at: UnixMillis,
}

/// What drafted the note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drafted {
    /// The language model.
    pub model: ModelIdentity,
    /// Version of the program that ran it.
    pub program: String,
    /// When the draft was stored.
    pub at: UnixMillis,
}

/// A day in the Gregorian calendar, from year 1 to year 9999. Its `Debug` shows nothing of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BirthDate {
    year: u16,
    month: u8,
    day: u8,
}

/// Text that is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a date of birth: write it as year, month and day, for instance 1957-04-30")]
pub struct NotADate;

impl FromStr for BirthDate {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, NotADate> {
        let [year, month, day] = text
            .split('-')
            .collect::<Vec<_>>()
            .try_into()
            .map_err(|_| NotADate)?;
        let number = |part: &str, digits: usize| {
            let fits = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse::<u16>().ok().filter(|_| fits).ok_or(NotADate)
        };
        let (year, month, day) = (number(year, 4)?, number(month, 2)?, number(day, 2)?);
        let exists = year > 0
            && (1..=12).contains(&month)
            && (1..=days_in(year.into(), month.into())).contains(&day.into());
        match (u8::try_from(month), u8::try_from(day)) {
            (Ok(month), Ok(day)) if exists => Ok(Self { year, month, day }),
            _ => Err(NotADate),
        }
    }
}

impl BirthDate {
    /// `YYYY-MM-DD` (ISO 8601).
    pub(crate) fn iso(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    /// `YYYYMMDD` (HL7 v2, data type DT).
    pub(crate) fn digits(self) -> String {
        format!("{:04}{:02}{:02}", self.year, self.month, self.day)
    }
}

impl fmt::Debug for BirthDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BirthDate")
    }
}

impl Patient {
    /// Given and family name, else the label; empty if neither is known.
    pub(crate) fn shown(&self) -> String {
        let names = [known(&self.given), known(&self.family)];
        let name = names.into_iter().flatten().collect::<Vec<_>>().join(" ");
        if name.is_empty() {
            one_line(self.label.expose())
        } else {
            name
        }
    }
}

/// What is not blank, as one line.
pub(crate) fn known(text: &Option<PatientText>) -> Option<String> {
    let text = one_line(text.as_ref()?.expose());
    (!text.is_empty()).then_some(text)
}

impl Document {
    /// What stands beside the note where people read it: a name and its value.
    pub(crate) fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = Vec::new();
        let patient = self.patient.shown();
        if !patient.is_empty() {
            facts.push(("Patient", patient));
        }
        if let Some(birth) = self.patient.birth_date {
            facts.push(("Born", birth.iso()));
        }
        if let Some(number) = known(&self.patient.record_number) {
            facts.push(("Record number", number));
        }
        facts.push((
            "Visit",
            format!("{}, {}", Instant::of(self.begun_at).shown(), self.visit),
        ));
        facts.push(("Status", self.status()));
        if let Some(draft) = &self.draft {
            facts.push((
                "Drafted by",
                format!(
                    "the language model {} (SHA-256 {}) with Inroom {}, {}",
                    one_line(&draft.model.id),
                    draft.model.sha256.as_str(),
                    one_line(&draft.program),
                    Instant::of(draft.at).shown()
                ),
            ));
        }
        facts.push(("SHA-256 of the note", self.note_sha256.as_str().to_owned()));
        facts.push((
            "Written by",
            format!(
                "Inroom {}, {}",
                one_line(&self.program),
                Instant::of(self.made_at).shown()
            ),
        ));
        facts
    }

    /// What stands at the head of every page: whom it is about and which visit it is.
    pub(crate) fn header(&self) -> String {
        let mut parts = vec![self.patient.shown()];
        parts.extend(
            self.patient
                .birth_date
                .map(|date| format!("born {}", date.iso())),
        );
        parts.extend(known(&self.patient.record_number));
        parts.push(format!(
            "visit of {}, {}",
            Instant::of(self.begun_at).shown(),
            self.visit
        ));
        parts.retain(|part| !part.is_empty());
        parts.join(" · ")
    }

    /// Whether it is signed, by whom, and which revision it is.
    pub(crate) fn status(&self) -> String {
        let revision = self.revision.0;
        match &self.signature {
            Some(signed) => format!(
                "Revision {revision}, signed by {}, {}",
                one_line(signed.signer.expose()),
                Instant::of(signed.at).shown()
            ),
            None => format!(
                "Revision {revision}, not signed, {}",
                Instant::of(self.revised_at).shown()
            ),
        }
    }

    /// The kind of note, or the template's identifier where it has no name.
    pub(crate) fn shown_title(&self) -> String {
        let title = one_line(&self.title);
        if title.is_empty() {
            one_line(&self.template)
        } else {
            title
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_that_were_are_dates() {
        for (text, valid) in [
            ("1957-04-30", true),
            ("2024-02-29", true),
            ("1900-02-29", false),
            ("2023-02-29", false),
            ("1957-04-31", false),
            ("1957-13-01", false),
            ("1957-00-01", false),
            ("0000-01-01", false),
            ("1957-4-30", false),
            ("+957-04-30", false),
            ("1957-04-30T", false),
            ("30.04.1957", false),
            ("", false),
        ] {
            assert_eq!(text.parse::<BirthDate>().is_ok(), valid, "{text}");
        }
    }

    #[test]
    fn debug_output_does_not_show_the_date() {
        let shown = "1957-04-30".parse::<BirthDate>();
        assert_eq!(format!("{shown:?}"), "Ok(BirthDate)");
    }
}
