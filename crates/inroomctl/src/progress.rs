//! Shows what the conductor tells: lines as they appear, and a status line on a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use scribe::{Alarm, Event, ProvisionalLine};
use visit::{Millis, Segment, Template};

/// Prints a visit's events for a person to follow.
pub(crate) struct Progress {
    bar: ProgressBar,
    titles: Vec<String>,
    section: Option<u32>,
    recorded: Millis,
    behind: Millis,
    /// What is being said, as long as it is not final.
    provisional: Option<ProvisionalLine>,
    text: bool,
    /// End of the last sentence that stands there.
    written: Millis,
    each_second: bool,
    /// Set where the sound comes from a file: its length, where that is known.
    file: Option<Option<Millis>>,
}

impl Progress {
    /// `text`: also print transcript and draft as they appear.
    pub(crate) fn new(template: Option<&Template>, text: bool) -> Self {
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        let titles = template
            .map(|template| template.sections.iter().map(|s| s.title.clone()).collect())
            .unwrap_or_default();
        Self {
            bar,
            titles,
            section: None,
            recorded: Millis(0),
            behind: Millis(0),
            provisional: None,
            text,
            written: Millis(0),
            each_second: false,
            file: None,
        }
    }

    /// Prints a line for each second that is kept, for whoever follows a recording through a pipe.
    pub(crate) fn tell_each_second(&mut self, yes: bool) {
        self.each_second = yes;
    }

    pub(crate) fn show(&mut self, event: &Event) {
        match event {
            Event::Kept { recorded } => {
                self.recorded = *recorded;
                if self.each_second {
                    self.line(&format!("kept {:.3} s", recorded.seconds()));
                }
                self.status_of_recording();
            }
            Event::Importing { passed, of } => {
                self.file = Some(*of);
                if *passed > Millis(0) {
                    let share = of.map_or_else(String::new, |of| share(*passed, of));
                    self.bar
                        .set_message(format!("finding the place in the file: {passed}{share}"));
                }
            }
            Event::Backlog { behind } => {
                self.behind = *behind;
                self.status_of_recording();
            }
            Event::Provisional { line } if self.text => {
                self.provisional.clone_from(line);
                self.status_of_recording();
            }
            Event::Segment(segment) if self.text => self.transcript_line(segment),
            Event::TranscriptComplete { segments } => {
                self.line(&format!("transcript complete: {segments} segments"));
            }
            Event::DraftReading { tokens, of } => {
                self.bar
                    .set_message(format!("reading the transcript: {tokens} of {of} tokens"));
            }
            Event::DraftWriting { text, .. } => {
                self.bar.set_message(format!("writing: {}", text.expose()));
            }
            Event::DraftStatement { section, statement } if self.text => {
                if self.section != Some(*section) {
                    self.section = Some(*section);
                    let title = self
                        .titles
                        .get(*section as usize)
                        .cloned()
                        .unwrap_or_default();
                    self.line(&format!("\n{title}"));
                }
                let mark = match statement.support {
                    visit::Support::Supported => "",
                    visit::Support::Partial => "   [partly supported]",
                    visit::Support::Unsupported => "   [unsupported]",
                };
                self.line(&format!("{}{mark}", statement.text.expose()));
            }
            Event::WorkerRestarted { worker, times } => {
                self.line(&format!(
                    "the {worker:?} worker ended and was started again ({times})"
                ));
            }
            Event::WorkerFailed { message, .. } | Event::DraftFailed { message } => {
                self.line(message);
            }
            Event::Alarm(alarm) => self.line(&format!("ALARM: {}", alarm_text(alarm))),
            _ => {}
        }
    }

    /// A sentence as it comes. That another speaker is found for it later changes no line that
    /// stands there, and adds none.
    fn transcript_line(&mut self, segment: &Segment) {
        if segment.end <= self.written {
            return;
        }
        self.written = segment.end;
        self.line(&format!(
            "{:>6}  {} {:<9}  {}",
            segment.start.to_string(),
            segment.speaker,
            segment.role.as_str(),
            segment.text.expose()
        ));
    }

    pub(crate) fn done(&self) {
        self.bar.finish_and_clear();
    }

    fn status_of_recording(&self) {
        let behind = match self.behind.0 / 1000 {
            // Sound comes in half seconds: less than this is no delay that anybody sees.
            0..=2 => String::new(),
            seconds => format!(", transcript {seconds} s behind"),
        };
        let said = match self.file {
            None => format!("recorded {}{behind}", self.recorded),
            Some(None) => format!("imported {}{behind}", self.recorded),
            Some(Some(of)) => {
                let written = Millis(self.recorded.0.saturating_sub(self.behind.0));
                format!(
                    "imported {} of {of}{}, transcript{}",
                    self.recorded,
                    share(self.recorded, of),
                    share(written, of)
                )
            }
        };
        // The bar draws on a terminal alone, over what it has drawn before.
        let line = self.provisional.as_ref().map_or_else(String::new, |line| {
            format!(
                "\n{:>6}  not final  {}…",
                line.start.to_string(),
                line.text.expose()
            )
        });
        self.bar.set_message(format!("{said}{line}"));
    }

    fn line(&self, text: &str) {
        self.bar.suspend(|| println!("{text}"));
    }
}

/// A part as a share of the whole, which a file may have told too short.
fn share(part: Millis, whole: Millis) -> String {
    let percent = part.0.saturating_mul(100) / whole.0.max(1);
    format!(" ({} %)", percent.min(100))
}

fn alarm_text(alarm: &Alarm) -> String {
    match alarm {
        Alarm::Stalled { reason: None } => "no sound comes from the microphone".to_owned(),
        Alarm::Stalled {
            reason: Some(reason),
        } => format!("still no sound comes. {reason}"),
        Alarm::Recovered { missing, device } => {
            let from = device.as_ref().map_or_else(String::new, |name| {
                format!(" from another microphone, {name}")
            });
            format!(
                "sound comes again{from}; {:.1} s are missing",
                missing.seconds()
            )
        }
        Alarm::Silent => {
            "the microphone delivers no signal; is it muted or switched off?".to_owned()
        }
        Alarm::SignalAgain { silent } => format!(
            "there is a signal again; for {:.1} s there was none",
            silent.seconds()
        ),
        Alarm::DiskLow { minutes } | Alarm::DiskShort { minutes } => {
            format!("the disk has room for {minutes} more minutes of recording")
        }
        Alarm::DiskEnough => "there is room on the disk again".to_owned(),
        Alarm::Dropped { missing } => format!("{:.1} s of sound were lost", missing.seconds()),
        Alarm::StoreRefuses { message } => {
            format!("{message}; what is heard is held for half a minute and tried again")
        }
        Alarm::StoreAgain => "the store takes the sound again; nothing is lost".to_owned(),
        Alarm::StoreFailed { message } | Alarm::SourceFailed { message } => message.clone(),
    }
}
