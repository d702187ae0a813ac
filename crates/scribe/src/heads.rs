//! Takes signed heads of the audit log out of the computer: after each signature of a note, once a day,
//! and when a vault is opened. A place that does not answer holds nobody up: what did not arrive waits
//! in the vault and is tried again with the next.

mod delivery;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use vault::{HeadsParcel, HeadsTarget, NotSent, Vault, VaultError};
use visit::UnixMillis;

/// How long a place has to answer.
const ANSWER: Duration = Duration::from_secs(2);
/// How often the thread looks for a new head.
const LOOKS: Duration = Duration::from_millis(500);
/// How often it tries again what did not arrive, and looks at the clock.
const TRIES: Duration = Duration::from_secs(10 * 60);
/// More parcels in one go are no export but something that went wrong.
const MOST_PARCELS: usize = 1_000;

/// Where this computer takes messages to its system log.
#[derive(Clone, Debug)]
pub struct SystemLog {
    /// The datagram socket of syslog or journald; none where the program knows none.
    pub socket: Option<PathBuf>,
}

impl Default for SystemLog {
    fn default() -> Self {
        Self {
            socket: cfg!(unix).then(|| PathBuf::from("/dev/log")),
        }
    }
}

/// A place that heads did not get to, and why.
pub type HeadsFailed = (HeadsTarget, NotSent);

/// Takes every head that waits to its places, and notes in the vault what arrived. Answers what did
/// not. With `now` a day after the last head another one is signed first.
///
/// # Errors
/// What the store answers; the heads wait on then.
pub fn export_heads(
    vault: &Vault,
    system_log: &SystemLog,
    now: UnixMillis,
) -> Result<Vec<HeadsFailed>, VaultError> {
    export_within(vault, system_log, now, ANSWER)
}

fn export_within(
    vault: &Vault,
    system_log: &SystemLog,
    now: UnixMillis,
    answer: Duration,
) -> Result<Vec<HeadsFailed>, VaultError> {
    let to = vault.heads_to()?;
    if to.folder.is_none() && !to.syslog {
        return Ok(Vec::new());
    }
    vault.sign_daily_head(now)?;
    let mut failed: Vec<HeadsFailed> = Vec::new();
    for _ in 0..MOST_PARCELS {
        let waiting = vault.heads_waiting()?;
        let next = waiting
            .into_iter()
            .find(|parcel| failed.iter().all(|(target, _)| *target != parcel.target));
        let Some(parcel) = next else { break };
        let arrived = deliver(&parcel, system_log, answer);
        vault.note_heads(&parcel, arrived, now)?;
        if let Err(reason) = arrived {
            failed.push((parcel.target, reason));
        }
    }
    Ok(failed)
}

/// The places that were asked and have not answered yet.
static ASKED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn asked<T>(work: impl FnOnce(&mut BTreeSet<PathBuf>) -> T) -> T {
    work(&mut ASKED.lock().unwrap_or_else(PoisonError::into_inner))
}

fn deliver(parcel: &HeadsParcel, system_log: &SystemLog, answer: Duration) -> Result<(), NotSent> {
    let place = match (parcel.target, &parcel.folder, &system_log.socket) {
        (HeadsTarget::Folder, Some(folder), _) => folder.clone(),
        (HeadsTarget::Folder, None, _) => return Err(NotSent::Missing),
        (HeadsTarget::Syslog, _, Some(socket)) => socket.clone(),
        (HeadsTarget::Syslog, _, None) => return Err(NotSent::Unsupported),
    };
    let (parcel, to) = (parcel.clone(), place.clone());
    ask(place, answer, move || delivery::deliver(&parcel, &to))
}

/// Asks a place on a thread of its own: a share that hangs can hold up whoever writes to it for minutes,
/// and nothing ends that. It is not asked once more before it has answered.
fn ask(
    place: PathBuf,
    answer: Duration,
    work: impl FnOnce() -> Result<(), NotSent> + Send + 'static,
) -> Result<(), NotSent> {
    if !asked(|places| places.insert(place.clone())) {
        return Err(NotSent::NoAnswer);
    }
    let (say, said) = mpsc::channel();
    std::thread::spawn(move || {
        let done = work();
        asked(|places| places.remove(&place));
        let _ = say.send(done);
    });
    said.recv_timeout(answer).unwrap_or(Err(NotSent::NoAnswer))
}

/// Exports heads as long as it is held: at the start, after each signature of a note, and daily.
pub struct HeadsExport {
    /// Closed to wake the thread.
    wake: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl HeadsExport {
    /// Starts. `tell` hears of what did not arrive, and of a store that refuses.
    pub fn start(
        vault: &Arc<Vault>,
        system_log: SystemLog,
        clock: impl Fn() -> UnixMillis + Send + 'static,
        tell: impl Fn(Result<Vec<HeadsFailed>, VaultError>) + Send + 'static,
    ) -> Self {
        let (wake, woken) = mpsc::channel();
        let vault = Arc::downgrade(vault);
        let thread = std::thread::spawn(move || {
            let mut last = None;
            loop {
                let Some(done) = run(&vault, &system_log, &mut last, &clock) else {
                    return;
                };
                match done {
                    Ok(failed) if failed.is_empty() => {}
                    done => tell(done),
                }
                if woken.recv_timeout(LOOKS) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
            }
        });
        Self {
            wake: Some(wake),
            thread: Some(thread),
        }
    }
}

/// `None` once nobody holds the vault any more.
fn run(
    vault: &Weak<Vault>,
    system_log: &SystemLog,
    last: &mut Option<Instant>,
    clock: &impl Fn() -> UnixMillis,
) -> Option<Result<Vec<HeadsFailed>, VaultError>> {
    let vault = vault.upgrade()?;
    let is_time = last.is_none_or(|last| last.elapsed() >= TRIES);
    if !vault.take_heads_due() && !is_time {
        return Some(Ok(Vec::new()));
    }
    *last = Some(Instant::now());
    Some(export_heads(&vault, system_log, clock()))
}

impl Drop for HeadsExport {
    fn drop(&mut self) {
        drop(self.wake.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(all(test, unix))]
mod tests;
