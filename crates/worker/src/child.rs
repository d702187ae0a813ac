//! A running worker, seen from the main process.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};

use crate::ending::Deed;
use crate::frame::{self, EncodeError};
use crate::protocol::{FromWorker, ToWorker};
use crate::watch::{self, Frame, Shared};
use crate::{Ending, SpawnError, Start, WorkerKind};

/// Messages that may wait for their receiver before the worker itself has to wait.
const UNTAKEN: usize = 4096;

/// Bytes that may wait for the worker.
const UNSENT: usize = 256 << 20;

/// What comes from a worker.
#[derive(Clone, Debug, PartialEq)]
pub enum WorkerEvent {
    /// A message; [`FromWorker::Heartbeat`] and [`FromWorker::Confined`] are not among them.
    Message(FromWorker),
    /// The process is gone. Always the last event, and exactly one.
    Died(Ending),
}

/// Why a message was not taken.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The worker is gone; [`WorkerEvent::Died`] tells how.
    #[error("the worker has ended")]
    Gone,
    /// Too much is waiting for the worker already.
    #[error("{bytes} bytes are waiting for the worker already; it is too slow or hangs")]
    Full {
        /// Bytes that wait.
        bytes: usize,
    },
    /// The message does not fit into a frame.
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

/// A running worker. Dropping it kills the process.
pub struct Child {
    shared: Arc<Shared>,
    outgoing: Sender<Frame>,
    events: Receiver<WorkerEvent>,
}

impl Child {
    /// Starts a worker with the settings of [`Start::new`].
    ///
    /// # Errors
    /// [`SpawnError`].
    pub fn spawn(kind: WorkerKind) -> Result<Self, SpawnError> {
        Self::start(&Start::new(kind)?)
    }

    /// Starts a worker. Returns at once; the first event is [`FromWorker::Hello`].
    ///
    /// # Errors
    /// [`SpawnError`].
    pub fn start(start: &Start) -> Result<Self, SpawnError> {
        let (outgoing, to_send) = unbounded();
        let (arrived, events) = bounded(UNTAKEN);
        let shared = watch::begin(start, to_send, arrived)?;
        Ok(Self {
            shared,
            outgoing,
            events,
        })
    }

    /// Hands a message over; never waits for the worker. Messages arrive in order.
    ///
    /// # Errors
    /// [`SendError`]; the message was not taken.
    pub fn send(&self, message: &ToWorker) -> Result<(), SendError> {
        let bytes = self.unsent_bytes();
        if bytes > UNSENT {
            return Err(SendError::Full { bytes });
        }
        let frame = frame::encode(message)?;
        if matches!(message, ToWorker::Quit) {
            self.shared.note(Deed::Quit);
        }
        let bytes = frame.len();
        self.shared.unsent.fetch_add(bytes, Ordering::Relaxed);
        self.outgoing.send(frame).map_err(|_| {
            self.shared.unsent.fetch_sub(bytes, Ordering::Relaxed);
            SendError::Gone
        })
    }

    /// Bytes that wait because the worker has not read them yet, apart from what the pipe holds.
    pub fn unsent_bytes(&self) -> usize {
        self.shared.unsent.load(Ordering::Relaxed)
    }

    /// What the worker tells, in order; after [`WorkerEvent::Died`] the channel is closed.
    pub fn events(&self) -> &Receiver<WorkerEvent> {
        &self.events
    }

    /// Ends the process at once, whatever it is doing. [`WorkerEvent::Died`] follows.
    pub fn kill(&self) {
        self.shared.kill(Deed::Kill);
    }

    /// What the worker has said of the walls around it. It does so before [`FromWorker::Ready`].
    pub fn confinement(&self) -> Option<confinement::Report> {
        watch::locked(&self.shared.confined).clone()
    }

    /// The process's number.
    pub fn pid(&self) -> u32 {
        self.shared.pid
    }

    /// The largest resident memory that the process has had, in bytes; still known after its
    /// death, then up to a quarter of a second old. 0 where the system does not tell.
    pub fn peak_memory(&self) -> u64 {
        self.shared.look_at_memory();
        self.shared.peak.load(Ordering::Relaxed)
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.kill();
    }
}
