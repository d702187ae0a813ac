//! When each stage of a visit was done, by the clock of whoever watches it.

use std::time::{Duration, Instant};

use scribe::{Event, Outcome};
use serde_json::{Value, json};
use visit::{Millis, VisitState};

/// Times since the recording was started.
pub(super) struct Stages {
    started: Instant,
    first_segment: Option<Duration>,
    end_of_sound: Option<Duration>,
    first_statement: Option<Duration>,
}

impl Stages {
    /// The recording starts now.
    pub(super) fn start() -> Self {
        Self {
            started: Instant::now(),
            first_segment: None,
            end_of_sound: None,
            first_statement: None,
        }
    }

    /// Something has just happened.
    pub(super) fn note(&mut self, event: &Event) {
        let stage = match event {
            Event::Segment(_) => &mut self.first_segment,
            Event::State {
                state: VisitState::Recorded,
                ..
            } => &mut self.end_of_sound,
            Event::DraftStatement { .. } => &mut self.first_statement,
            _ => return,
        };
        stage.get_or_insert_with(|| self.started.elapsed());
    }

    /// The stages in milliseconds: those named `stop_to_…` from the end of the sound on, the others
    /// from the start of the recording. What did not come about is null.
    pub(super) fn json(&self, recorded: Millis, outcome: &Outcome) -> Value {
        json!({
            "recorded_ms": recorded,
            "first_segment_ms": self.first_segment.map(millis),
            "end_of_sound_ms": self.end_of_sound.map(millis),
            "first_statement_ms": self.first_statement.map(millis),
            "stop_to_transcript_ms": outcome.stop_to_transcript.map(millis),
            "stop_to_draft_ms": outcome.stop_to_draft.map(millis),
        })
    }

    pub(super) fn print(&self, recorded: Millis, outcome: &Outcome) {
        println!("  recorded                     {recorded}");
        for (label, time) in [
            ("start to first words       ", self.first_segment),
            ("start to first statement   ", self.first_statement),
            ("start to end of sound      ", self.end_of_sound),
            ("stop to complete transcript", outcome.stop_to_transcript),
            ("stop to complete draft     ", outcome.stop_to_draft),
        ] {
            if let Some(time) = time {
                println!("  {label}  {:.1} s", time.as_secs_f64());
            }
        }
    }
}

pub(super) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
