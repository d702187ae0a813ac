//! Whether anything of this program can leave the computer by itself: tried, not assumed (P1.7 of the
//! security properties).

use std::time::Duration;

use confinement::engine::Engine;
use confinement::{Attempt, Report};
use worker::protocol::ToWorker;
use worker::{Child, WorkerEvent, WorkerKind};

pub use confinement::engine;
pub use confinement::engine::{confine, confine_window};

/// How long a worker may take to start and answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// That the system has refused every way to the internet, to this process and to a worker, on this
/// computer and since this process runs. [`Check::proof`] alone makes one, so whoever says the sentence
/// has tried it.
#[derive(Debug)]
pub struct Proof(());

impl Proof {
    /// The sentence.
    pub fn sentence(&self) -> &'static str {
        "Nothing leaves this computer."
    }
}

/// Why there is no proof. For people, as it stands.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Gap {
    /// A test drives the window.
    #[error("a test drives this window, which listens on the network for it")]
    Automated,
    /// The main program got through.
    #[error("the system lets this program open {0}")]
    Engine(Attempt),
    /// A worker got through.
    #[error("the system lets a worker open {0}")]
    Worker(Attempt),
    /// No worker has said how it stands.
    #[error("no worker could be asked how it stands ({0})")]
    Unasked(String),
}

/// What the attempts have shown.
#[derive(Debug)]
pub struct Check {
    automated: bool,
    engine: Report,
    worker: Result<Report, String>,
}

/// Tries to get out, here and in a worker that is started for it. Takes a moment.
pub fn check(walls: &Engine) -> Check {
    Check {
        automated: walls.is_automated(),
        engine: walls.report(),
        worker: ask_a_worker(),
    }
}

impl Check {
    /// The proof.
    ///
    /// # Errors
    /// What is in its way.
    pub fn proof(&self) -> Result<Proof, Vec<Gap>> {
        let ways = |report: &Report| {
            let open = report.open.iter().copied();
            open.filter(|way| way.leads_out()).collect::<Vec<_>>()
        };
        let automated = self.automated.then_some(Gap::Automated);
        let mut gaps: Vec<Gap> = automated.into_iter().collect();
        gaps.extend(ways(&self.engine).into_iter().map(Gap::Engine));
        match &self.worker {
            Ok(report) => gaps.extend(ways(report).into_iter().map(Gap::Worker)),
            Err(cause) => gaps.push(Gap::Unasked(cause.clone())),
        }
        if gaps.is_empty() {
            Ok(Proof(()))
        } else {
            Err(gaps)
        }
    }

    /// How this process stands.
    pub fn engine(&self) -> &Report {
        &self.engine
    }

    /// How a worker stands, if one could be asked.
    pub fn worker(&self) -> Option<&Report> {
        self.worker.as_ref().ok()
    }
}

fn ask_a_worker() -> Result<Report, String> {
    let child = Child::spawn(WorkerKind::Speech).map_err(|error| error.to_string())?;
    child
        .send(&ToWorker::ShowConfinement)
        .map_err(|error| error.to_string())?;
    loop {
        match child.events().recv_timeout(PATIENCE) {
            Ok(WorkerEvent::Message(_)) => {}
            Ok(WorkerEvent::Died(how)) => {
                return child.confinement().ok_or_else(|| format!("it {how}"));
            }
            Err(_) => return Err("it did not answer".to_owned()),
        }
    }
}
