//! Starting a worker's process.

use std::io;
use std::path::PathBuf;
use std::process::{self, Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Sender, bounded, unbounded};

use crate::{NoWorker, memory, worker_binary};

/// What a worker is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WorkerKind {
    /// Speech recognition.
    Speech,
    /// Drafting.
    Drafting,
}

impl WorkerKind {
    /// The mode on the worker's command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Speech => "speech",
            Self::Drafting => "drafting",
        }
    }
}

/// How a worker is started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// What it is for.
    pub kind: WorkerKind,
    /// Its program.
    pub binary: PathBuf,
    /// Most bytes of memory of its own that it may ask for; `None`: no limit. On Linux this is
    /// `RLIMIT_DATA`: heap and private mappings count, whether touched or not; the program itself
    /// and files do not. Elsewhere it is not enforced.
    pub memory_limit: Option<u64>,
    /// Silence after which the worker is taken for hung and is killed.
    pub silence: Duration,
}

/// What a worker's libraries are told; elsewhere they are others.
const ON_LINUX: [(&str, &str); 2] = [
    // glibc's malloc: weights in pages of 2 MiB cost fewer look-ups. Reading was 24 % and writing 14 %
    // faster; nothing happens where the system does not have them.
    ("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1"),
    // libgomp, with whose threads whisper.cpp computes: who waits for another thread gives the processor
    // away after a moment. With its own patience (milliseconds) recognition took up to ten times as
    // long as soon as another program had work for one of two cores.
    ("GOMP_SPINCOUNT", "1000"),
];

impl Start {
    /// With the best binary for this processor, ten seconds of silence, and the kind's memory
    /// limit: half of the computer's memory for speech, three quarters for drafting. So a model
    /// that is too large for the computer ends its worker instead of starving the recording.
    ///
    /// # Errors
    /// [`NoWorker`].
    pub fn new(kind: WorkerKind) -> Result<Self, NoWorker> {
        Ok(Self {
            kind,
            binary: worker_binary()?,
            memory_limit: memory::of_this_computer().map(|bytes| match kind {
                WorkerKind::Speech => bytes / 2,
                WorkerKind::Drafting => bytes / 4 * 3,
            }),
            silence: Duration::from_secs(10),
        })
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.binary);
        command.arg("--parent").arg(process::id().to_string());
        if let Some(bytes) = self.memory_limit {
            command.arg("--memory").arg(bytes.to_string());
        }
        command.arg(self.kind.as_str());
        // Nothing of the user's environment concerns a worker. Windows finds its own libraries by
        // this one.
        command.env_clear();
        if let Some(root) = std::env::var_os("SystemRoot").filter(|_| cfg!(windows)) {
            command.env("SystemRoot", root);
        }
        if cfg!(target_os = "linux") {
            command.envs(ON_LINUX);
        }
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub(crate) fn process(&self) -> Result<process::Child, SpawnError> {
        let failed = |cause| SpawnError::Start {
            binary: self.binary.clone(),
            cause,
        };
        on_lasting_thread(self.command()).map_err(failed)
    }
}

/// Why a worker could not be started.
#[derive(Debug, thiserror::Error)]
pub enum SpawnError {
    /// There is no program that fits.
    #[error(transparent)]
    NoWorker(#[from] NoWorker),
    /// The operating system refused.
    #[error("the program {} could not be started ({cause})", .binary.display())]
    Start {
        /// The program.
        binary: PathBuf,
        /// The operating system's reason.
        #[source]
        cause: io::Error,
    },
}

struct Order {
    command: Command,
    done: Sender<io::Result<process::Child>>,
}

/// Linux ends a child by its parent-death signal when the *thread* that started it ends
/// (prctl(2), `PR_SET_PDEATHSIG`). So all workers are started by one thread that never does.
fn on_lasting_thread(command: Command) -> io::Result<process::Child> {
    static STARTER: OnceLock<io::Result<Sender<Order>>> = OnceLock::new();
    let starter = STARTER.get_or_init(|| {
        let (orders, to_do) = unbounded::<Order>();
        thread::Builder::new()
            .name("worker-starter".to_owned())
            .spawn(move || {
                for mut order in to_do {
                    // Whoever asked waits for the answer.
                    let _ = order.done.send(order.command.spawn());
                }
            })?;
        Ok(orders)
    });
    let orders = starter
        .as_ref()
        .map_err(|error| io::Error::from(error.kind()))?;
    let (done, answer) = bounded(1);
    let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
    orders.send(Order { command, done }).map_err(|_| gone())?;
    answer.recv().map_err(|_| gone())?
}
