//! How a worker's process ended.

use std::process::ExitStatus;

use crate::frame::ReadError;
use crate::last_words::LastWords;

/// How a worker's process ended. Its text is for people and continues "the worker …".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Ending {
    /// As it was asked to.
    #[error("ended as asked")]
    Asked,
    /// By itself, after it had said why with [`crate::protocol::FromWorker::Failed`].
    #[error("ended after it had reported a failure")]
    Reported,
    /// Killed through [`crate::Child::kill`].
    #[error("was stopped")]
    Killed,
    /// It was silent for too long and was killed.
    #[error("did not respond and was stopped")]
    Hung,
    /// Most probably for want of memory: it wrote that an allocation had failed.
    #[error("ran out of memory")]
    OutOfMemory,
    /// A thread of it panicked.
    #[error("met an error in the program at {place}")]
    Panicked {
        /// `FILE:LINE:COLUMN` in the program's source.
        place: String,
    },
    /// By another signal, with its number.
    #[error("was ended by signal {0}")]
    Signal(i32),
    /// By itself, with this exit code and without a word.
    #[error("ended with code {0}")]
    Code(i32),
    /// It was compiled for instructions that this processor lacks, and was killed before it used
    /// them.
    #[error("was built for another processor ({level}) and was stopped")]
    OtherProcessor {
        /// The level that it named.
        level: String,
    },
    /// It belongs to another version of the program and was killed.
    #[error("belongs to another version of the program and was stopped; install it again")]
    OtherVersion,
    /// It wrote what is no message and was killed.
    #[error("wrote what is no message and was stopped")]
    Garbled,
}

/// Why the reader of a worker's messages stopped.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Reading failed or came to the end.
    Read(ReadError),
    /// Its level does not fit this processor.
    Level(String),
    /// Nobody takes its messages any more.
    Unheard,
}

impl Stop {
    /// Whether the pipe's other end is closed, which a worker that ends by itself does first.
    pub(crate) fn closed_by_worker(&self) -> bool {
        matches!(self, Self::Read(ReadError::Closed | ReadError::Torn))
    }
}

/// What the main process itself did to a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// Nothing.
    None,
    /// [`crate::protocol::ToWorker::Quit`] was sent.
    Quit,
    /// It was killed on request.
    Kill,
    /// It was killed for its silence.
    Silence,
}

impl Ending {
    /// Puts together what is known after the process is gone.
    pub(crate) fn of(
        stop: &Stop,
        deed: Deed,
        failed: bool,
        status: Option<ExitStatus>,
        words: &LastWords,
    ) -> Self {
        match (stop, deed) {
            (Stop::Level(level), _) => {
                return Self::OtherProcessor {
                    level: level.clone(),
                };
            }
            (_, Deed::Kill) | (Stop::Unheard, _) => return Self::Killed,
            (_, Deed::Silence) => return Self::Hung,
            (Stop::Read(ReadError::OtherVersion { .. }), _) => return Self::OtherVersion,
            (
                Stop::Read(
                    ReadError::TooLarge { .. }
                    | ReadError::Malformed(_)
                    | ReadError::Surplus { .. },
                ),
                _,
            ) => return Self::Garbled,
            (Stop::Read(ReadError::Closed | ReadError::Torn | ReadError::Io(_)), _) => {}
        }
        if failed {
            return Self::Reported;
        }
        if words.tell_of_lack_of_memory() {
            return Self::OutOfMemory;
        }
        if let Some(place) = words.panic_place() {
            return Self::Panicked { place };
        }
        match status {
            Some(status) if status.success() && deed == Deed::Quit => Self::Asked,
            Some(status) => match signal(status) {
                Some(signal) => Self::Signal(signal),
                None => Self::Code(status.code().unwrap_or(-1)),
            },
            None => Self::Code(-1),
        }
    }
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_: ExitStatus) -> Option<i32> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;

    use super::*;

    #[test]
    fn each_ending_is_told_apart() {
        let closed = || Stop::Read(ReadError::Closed);
        let quiet = LastWords::default;
        let said = |text: &str| LastWords::of(text.as_bytes());
        let code = |code: i32| Some(ExitStatus::from_raw(code << 8));
        let signal = |signal| Some(ExitStatus::from_raw(signal));
        let place = || "a.rs:1:2".to_owned();
        let cases = [
            (closed(), Deed::Quit, false, code(0), quiet(), Ending::Asked),
            (
                closed(),
                Deed::None,
                false,
                code(0),
                quiet(),
                Ending::Code(0),
            ),
            (
                closed(),
                Deed::None,
                true,
                code(1),
                quiet(),
                Ending::Reported,
            ),
            (
                closed(),
                Deed::None,
                false,
                code(3),
                quiet(),
                Ending::Code(3),
            ),
            (
                closed(),
                Deed::None,
                false,
                signal(9),
                quiet(),
                Ending::Signal(9),
            ),
            (
                closed(),
                Deed::Kill,
                false,
                signal(9),
                quiet(),
                Ending::Killed,
            ),
            (
                closed(),
                Deed::Silence,
                false,
                signal(9),
                quiet(),
                Ending::Hung,
            ),
            (
                closed(),
                Deed::None,
                false,
                signal(6),
                said("memory allocation of 9 bytes failed"),
                Ending::OutOfMemory,
            ),
            (
                closed(),
                Deed::None,
                false,
                code(101),
                said("inroom-worker: panic at a.rs:1:2"),
                Ending::Panicked { place: place() },
            ),
            (
                Stop::Level("avx512".to_owned()),
                Deed::None,
                false,
                signal(9),
                quiet(),
                Ending::OtherProcessor {
                    level: "avx512".to_owned(),
                },
            ),
            (
                Stop::Read(ReadError::OtherVersion { theirs: 9 }),
                Deed::None,
                false,
                signal(9),
                quiet(),
                Ending::OtherVersion,
            ),
            (
                Stop::Read(ReadError::TooLarge { bytes: u32::MAX }),
                Deed::None,
                false,
                signal(9),
                quiet(),
                Ending::Garbled,
            ),
            (
                Stop::Unheard,
                Deed::None,
                false,
                signal(9),
                quiet(),
                Ending::Killed,
            ),
        ];
        for (stop, deed, failed, status, words, expected) in cases {
            assert_eq!(
                Ending::of(&stop, deed, failed, status, &words),
                expected,
                "{stop:?} {deed:?}"
            );
        }
    }
}
