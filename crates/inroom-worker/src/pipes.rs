//! The worker's two pipes: messages out from any thread, messages in from a thread of their own,
//! and the heartbeat.

use std::fs::File;
use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, bounded};
use worker::frame::{self, ReadError, WriteError};
use worker::protocol::{Failure, FromWorker, ToWorker};

use crate::confine::exit_now;

/// Time between heartbeats; the main process gives up after ten of them are missing.
const HEARTBEAT: Duration = Duration::from_secs(1);

/// Messages that may wait for the engine before the pipe is left alone: half an hour of sound in
/// messages of a second.
const UNTAKEN: usize = 2048;

/// The way out. Whole frames, whichever thread sends them.
pub struct Outbox(Mutex<File>);

impl Outbox {
    /// Over the pipe to the main process.
    pub fn new(pipe: File) -> Arc<Self> {
        Arc::new(Self(Mutex::new(pipe)))
    }

    /// Sends a message. If nobody reads the pipe any more, the process ends: there is nobody to
    /// work for.
    pub fn send(&self, message: &FromWorker) {
        let sent = {
            let mut pipe = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            frame::write(&mut *pipe, message)
        };
        match sent {
            Ok(()) => {}
            Err(WriteError::Io(_)) => exit_now(0),
            Err(WriteError::Encode(error)) => {
                self.fail(Failure::Engine(format!("a result cannot be told: {error}")))
            }
        }
    }

    /// Says why the worker cannot go on, and ends it.
    pub fn fail(&self, failure: Failure) -> ! {
        let mut pipe = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // If it cannot be said, the exit code still tells.
        let _ = frame::write(&mut *pipe, &FromWorker::Failed(failure));
        exit_now(1)
    }
}

/// The way in.
pub struct Inbox {
    messages: Receiver<ToWorker>,
    asked: Arc<Asked>,
}

/// Drafts that were asked for, counted from 1.
#[derive(Default)]
struct Asked {
    drafts: AtomicU32,
    /// The last draft that was given up.
    cancelled: AtomicU32,
}

impl Inbox {
    /// Starts to read the standard input and to send heartbeats. The end of the input ends the
    /// process at once, also while the engine computes.
    ///
    /// # Errors
    /// If a thread cannot be started.
    pub fn open(out: &Arc<Outbox>) -> io::Result<Self> {
        let asked = Arc::new(Asked::default());
        let (arrived, messages) = bounded(UNTAKEN);
        let (reader, beating) = (Arc::clone(out), Arc::clone(out));
        let count = Arc::clone(&asked);
        thread::Builder::new()
            .name("reader".to_owned())
            .spawn(move || {
                confinement::worker::no_files();
                let mut pipe = io::stdin().lock();
                loop {
                    match frame::read(&mut pipe) {
                        Ok(ToWorker::Quit) => exit_now(0),
                        Ok(ToWorker::CancelDraft) => count.cancel(),
                        Ok(message) => {
                            if matches!(message, ToWorker::Draft(_)) {
                                count.drafts.fetch_add(1, Ordering::SeqCst);
                            }
                            if arrived.send(message).is_err() {
                                return;
                            }
                        }
                        // Also inside a frame: then the main process died while it wrote.
                        Err(ReadError::Closed | ReadError::Torn | ReadError::Io(_)) => exit_now(0),
                        Err(error) => reader.fail(Failure::Protocol(error.to_string())),
                    }
                }
            })?;
        thread::Builder::new()
            .name("heartbeat".to_owned())
            .spawn(move || {
                confinement::worker::no_files();
                loop {
                    beating.send(&FromWorker::Heartbeat);
                    thread::sleep(HEARTBEAT);
                }
            })?;
        Ok(Self { messages, asked })
    }

    /// The next message for the engine; waits for it.
    ///
    /// # Errors
    /// [`Failure::Protocol`] if none can come any more.
    pub fn next(&self) -> Result<ToWorker, Failure> {
        self.messages
            .recv()
            .map_err(|_| Failure::Protocol("the reader of the messages has ended".to_owned()))
    }

    /// Whether a message waits.
    pub fn has_more(&self) -> bool {
        !self.messages.is_empty()
    }

    /// Whether the draft with this number, counted from 1, was given up. A wish to cancel concerns
    /// the drafts that were asked for before it, never a later one.
    pub fn is_cancelled(&self, draft: u32) -> bool {
        self.asked.is_cancelled(draft)
    }
}

impl Asked {
    fn cancel(&self) {
        self.cancelled
            .store(self.drafts.load(Ordering::SeqCst), Ordering::SeqCst);
    }

    fn is_cancelled(&self, draft: u32) -> bool {
        draft <= self.cancelled.load(Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cancelling_concerns_only_what_was_asked_before() {
        let asked = Asked::default();
        asked.cancel();
        asked.drafts.store(1, Ordering::SeqCst);
        assert!(!asked.is_cancelled(1));
        asked.cancel();
        assert!(asked.is_cancelled(1));
        asked.drafts.store(2, Ordering::SeqCst);
        assert!(!asked.is_cancelled(2));
    }
}
