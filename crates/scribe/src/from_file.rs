//! An existing recording goes the way of a visit, in a scratch vault.

use std::path::Path;

use capture::{CaptureError, Pace, Source};
use crossbeam_channel::Sender;
use vault::NewVisit;
use visit::{PatientText, VisitId};

use crate::scratch::no_person_recorded;
use crate::{Event, Recording, ScratchVault, ScribeError, Steps, clock};

/// Starts a visit in `scratch`, for this reason, with a file as its microphone. The recording ends
/// with the file.
///
/// # Errors
/// [`ScribeError::Capture`] if the file cannot be read, [`ScribeError::Vault`] if the scratch
/// vault fails.
pub fn record_file(
    scratch: &ScratchVault,
    file: &Path,
    pace: Pace,
    language: Option<String>,
    reason: PatientText,
    steps: Steps,
    events: Sender<Event>,
) -> Result<(VisitId, Recording), ScribeError> {
    let open = || capture::open_file(file, pace);
    record_source(scratch, open, (language, reason), steps, events)
}

/// The same with whatever `open` opens in place of a file: nobody is recorded by it. With the language
/// and the reason of the visit.
///
/// # Errors
/// As [`record_file`].
pub fn record_source(
    scratch: &ScratchVault,
    open: impl FnOnce() -> Result<Box<dyn Source>, CaptureError>,
    (language, reason): (Option<String>, PatientText),
    steps: Steps,
    events: Sender<Event>,
) -> Result<(VisitId, Recording), ScribeError> {
    let template = steps
        .draft
        .as_ref()
        .map_or(String::new(), |(_, template)| template.id.clone());
    let visit = scratch.vault().begin_visit(NewVisit {
        consent: no_person_recorded(),
        template,
        kind: None,
        language,
        patient_label: PatientText::default(),
        reason,
        expected: PatientText::default(),
        started_at: clock::now(),
    })?;
    let recording = Recording::start(scratch.vault().clone(), visit, open, steps, events)?;
    Ok((visit, recording))
}
