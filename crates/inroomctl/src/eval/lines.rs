//! When which words stood on the screen, for measuring how long they take.

use std::time::Instant;

use scribe::Event;
use serde_json::{Value, json};

use super::stages::millis;

/// The provisional lines and the final segments, each with the time at which it came.
pub(super) struct Lines {
    started: Instant,
    came: Vec<Value>,
    /// Final segments so far; one that comes again has only got another speaker.
    segments: u32,
}

impl Lines {
    /// The recording starts now.
    pub(super) fn start() -> Self {
        Self {
            started: Instant::now(),
            came: Vec::new(),
            segments: 0,
        }
    }

    /// Something has just happened.
    pub(super) fn note(&mut self, event: &Event) {
        let at = millis(self.started.elapsed());
        match event {
            Event::Provisional { line: Some(line) } => self.came.push(json!({
                "at_ms": at,
                "start_ms": line.start,
                "end_ms": null,
                "text": line.text.expose(),
            })),
            Event::Segment(segment) if segment.index >= self.segments => {
                self.segments = segment.index + 1;
                self.came.push(json!({
                    "at_ms": at,
                    "start_ms": segment.start,
                    "end_ms": segment.end,
                    "text": segment.text.expose(),
                }));
            }
            _ => {}
        }
    }

    /// In the order in which they came; times from the start of the recording, and no end where a
    /// line is provisional.
    pub(super) fn json(self) -> Vec<Value> {
        self.came
    }
}
