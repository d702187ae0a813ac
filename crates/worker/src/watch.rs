//! The threads that serve one worker: one writes to it, one reads from it, one listens to its
//! error stream, and one watches that it is alive.

use std::io::{BufReader, Write as _};
use std::process::{ChildStdin, ExitStatus};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use zeroize::Zeroizing;

use crate::ending::{Deed, Stop};
use crate::frame;
use crate::last_words::LastWords;
use crate::protocol::{FromWorker, VERSION};
use crate::{Ending, Level, SpawnError, Start, WorkerEvent, memory};

/// A frame on its way.
pub(crate) type Frame = Zeroizing<Vec<u8>>;

/// How often a worker is looked at.
const GLANCE: Duration = Duration::from_millis(250);

/// Time that a worker has between closing its output and being gone.
const GRACE: Duration = Duration::from_secs(2);

/// What the threads of one worker and its [`crate::Child`] share.
pub(crate) struct Shared {
    process: Mutex<std::process::Child>,
    pub(crate) pid: u32,
    deed: Mutex<Deed>,
    heard: Mutex<Instant>,
    /// The reader waits for the receiver of the events, so silence is not the worker's fault.
    delivering: AtomicBool,
    /// Bytes that the pipe has not taken yet.
    pub(crate) unsent: AtomicUsize,
    /// Largest resident memory seen, in bytes.
    pub(crate) peak: AtomicU64,
    /// What the worker has said of the walls around it.
    pub(crate) confined: Mutex<Option<confinement::Report>>,
}

/// Starts the process and its threads.
pub(crate) fn begin(
    start: &Start,
    to_send: Receiver<Frame>,
    arrived: Sender<WorkerEvent>,
) -> Result<Arc<Shared>, SpawnError> {
    let mut process = start.process()?;
    let pipes = (
        process.stdin.take(),
        process.stdout.take(),
        process.stderr.take(),
    );
    let shared = Arc::new(Shared {
        pid: process.id(),
        process: Mutex::new(process),
        deed: Mutex::new(Deed::None),
        heard: Mutex::new(Instant::now()),
        delivering: AtomicBool::new(false),
        unsent: AtomicUsize::new(0),
        peak: AtomicU64::new(0),
        confined: Mutex::new(None),
    });
    let threads = || {
        let (Some(stdin), Some(stdout), Some(stderr)) = pipes else {
            return Err(std::io::ErrorKind::BrokenPipe.into());
        };
        let named = |role: &str| thread::Builder::new().name(format!("worker-{role}"));
        let words = named("stderr").spawn(move || LastWords::of(stderr))?;
        let writer = Arc::clone(&shared);
        named("writer").spawn(move || writer.write(stdin, &to_send))?;
        let (ended, end) = bounded::<()>(0);
        let watchdog = Arc::clone(&shared);
        let silence = start.silence;
        named("watchdog").spawn(move || watchdog.watch(silence, &end))?;
        let reader = Arc::clone(&shared);
        named("reader").spawn(move || {
            let (stop, failed) = reader.read(BufReader::new(stdout), &arrived);
            let grace = if stop.closed_by_worker() {
                GRACE
            } else {
                Duration::ZERO
            };
            let status = reader.bury(grace);
            drop(ended);
            let words = words.join().unwrap_or_default();
            let ending = Ending::of(&stop, reader.deed(), failed, status, &words);
            // Nobody has to be interested in the end.
            let _ = arrived.send(WorkerEvent::Died(ending));
        })?;
        Ok(())
    };
    threads().map_err(|cause| {
        shared.kill(Deed::Kill);
        shared.bury(Duration::ZERO);
        SpawnError::Start {
            binary: start.binary.clone(),
            cause,
        }
    })?;
    Ok(shared)
}

impl Shared {
    /// Writes frames until there is no sender or no pipe any more. Dropping the pipe at the end
    /// tells the worker to end, too.
    fn write(&self, mut pipe: ChildStdin, to_send: &Receiver<Frame>) {
        for frame in to_send {
            let written = pipe.write_all(&frame);
            self.unsent.fetch_sub(frame.len(), Ordering::Relaxed);
            if written.is_err() {
                return;
            }
        }
    }

    /// Passes messages on until there are no more; says why there are none and whether one of
    /// them reported a failure.
    fn read(&self, mut pipe: impl std::io::Read, arrived: &Sender<WorkerEvent>) -> (Stop, bool) {
        let mut failed = false;
        loop {
            let message = match frame::read(&mut pipe) {
                Ok(message) => message,
                Err(error) => return (Stop::Read(error), failed),
            };
            *locked(&self.heard) = Instant::now();
            match &message {
                FromWorker::Heartbeat => continue,
                FromWorker::Confined(report) => {
                    *locked(&self.confined) = Some(report.clone());
                    continue;
                }
                FromWorker::Hello { protocol, .. } if *protocol != VERSION => {
                    let theirs = *protocol;
                    return (
                        Stop::Read(frame::ReadError::OtherVersion { theirs }),
                        failed,
                    );
                }
                FromWorker::Hello { level, .. }
                    if !Level::parse(level).is_some_and(Level::is_supported) =>
                {
                    return (Stop::Level(level.clone()), failed);
                }
                FromWorker::Failed(_) => failed = true,
                _ => {}
            }
            self.delivering.store(true, Ordering::Relaxed);
            let taken = arrived.send(WorkerEvent::Message(message));
            *locked(&self.heard) = Instant::now();
            self.delivering.store(false, Ordering::Relaxed);
            if taken.is_err() {
                return (Stop::Unheard, failed);
            }
        }
    }

    /// Looks at the worker now and then until it has ended.
    fn watch(&self, silence: Duration, end: &Receiver<()>) {
        while end.recv_timeout(GLANCE) == Err(RecvTimeoutError::Timeout) {
            self.look_at_memory();
            let silent = locked(&self.heard).elapsed() > silence;
            if silent && !self.delivering.load(Ordering::Relaxed) {
                self.kill(Deed::Silence);
            }
        }
    }

    /// Reads the peak memory while there is a process to ask.
    pub(crate) fn look_at_memory(&self) {
        self.while_alive(|_| ());
    }

    /// Reads the peak memory and then does something with the process, unless it has ended: from
    /// then on its number may belong to another.
    fn while_alive(&self, act: impl FnOnce(&mut std::process::Child)) {
        let mut process = locked(&self.process);
        if matches!(process.try_wait(), Ok(None)) {
            if let Some(bytes) = memory::peak_of(self.pid) {
                self.peak.fetch_max(bytes, Ordering::Relaxed);
            }
            act(&mut process);
        }
    }

    /// Remembers what was done to the worker; the first cause of its end counts.
    pub(crate) fn note(&self, deed: Deed) {
        let mut known = locked(&self.deed);
        if matches!(*known, Deed::None | Deed::Quit) {
            *known = deed;
        }
    }

    fn deed(&self) -> Deed {
        *locked(&self.deed)
    }

    /// Ends the process if it still runs.
    pub(crate) fn kill(&self, deed: Deed) {
        self.while_alive(|process| {
            self.note(deed);
            // It can only fail if the process is gone, which is what is wanted.
            let _ = process.kill();
        });
    }

    /// Waits a moment for the process to end by itself, then makes it.
    fn bury(&self, grace: Duration) -> Option<ExitStatus> {
        let start = Instant::now();
        loop {
            {
                let mut process = locked(&self.process);
                match process.try_wait() {
                    Ok(Some(status)) => return Some(status),
                    Ok(None) if start.elapsed() < grace => {}
                    Ok(None) => {
                        let _ = process.kill();
                        return process.wait().ok();
                    }
                    Err(_) => return None,
                }
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// What these locks guard is whole at every moment, so a panic elsewhere does not spoil it.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
