//! The self-checks: each looks at this computer, now, and answers passed, failed or cannot be told, with
//! a reason that holds nothing of a visit. Which risks they speak for, `governance::risk` says.

mod block_device;
mod computer;
mod document;
mod models;
mod process;
mod programs;
#[cfg(test)]
mod scratch;
mod store;
mod store_folder;

use std::path::{Path, PathBuf};

use governance::Organisation;
use governance::risk::{Finding, SelfCheck};
use vault::{DeviceSecrets, Standing};
use visit::UnixMillis;

pub(crate) use computer::minutes_of_disk;
pub(crate) use document::Enrolled;
pub(crate) use models::{Needed, SeenModel, State as ModelState, needed, seen};
pub(crate) use programs::Worker;
#[cfg(test)]
pub(crate) use store_folder::look as look_at_folder;

/// The place that a store asks for this computer's secret.
pub enum SecretPlace<'a> {
    /// It answers.
    Reached(&'a dyn DeviceSecrets),
    /// It does not, for this reason.
    NotReached(String),
    /// It is a file, and nobody has said which.
    NotNamed,
}

/// What the self-checks look at.
pub struct Surroundings<'a> {
    /// The vault's folder, whether there is a vault in it or not.
    pub folder: &'a Path,
    /// Where the store's secret of this computer is.
    pub secrets: SecretPlace<'a>,
    /// The wall clock.
    pub now: UnixMillis,
}

/// Where the kernel tells of itself: `/proc` and `/sys`, or folders that a test has laid out.
pub(crate) struct Kernel {
    pub(crate) proc: PathBuf,
    pub(crate) sys: PathBuf,
}

impl Kernel {
    pub(crate) fn running() -> Self {
        Self {
            proc: PathBuf::from("/proc"),
            sys: PathBuf::from("/sys"),
        }
    }
}

/// Everything that was looked at, also for whoever wants more of it than the answers.
pub(crate) struct Seen {
    pub(crate) findings: Vec<Finding>,
    pub(crate) models: Vec<SeenModel>,
    pub(crate) needed: Vec<Needed>,
    pub(crate) worker: Worker,
    pub(crate) enrolled: Enrolled,
}

/// Runs every self-check. `standing` is that of the open vault; without it the vault's own checks
/// cannot be told.
pub(crate) fn look(around: &Surroundings<'_>, standing: Option<&Standing>) -> Seen {
    let Surroundings {
        folder,
        secrets,
        now,
    } = around;
    let kernel = Kernel::running();
    let enrolled = Enrolled::on(folder, *now);
    let organisation = enrolled.organisation();
    let models = seen(&crate::models::folder(), organisation);
    let needed = needed();
    let worker = Worker::start(&kernel);
    let mut findings = vec![
        process::core_dumps(),
        computer::swap(&kernel),
        computer::disk(&kernel, folder),
        process::network(),
        worker.present(),
        worker.confined(),
        programs::protected(&programs::files()),
        computer::free_disk(folder),
        computer::free_memory(&needed),
        computer::clock(*now, computer::program_date(), standing),
        models::genuine(&models, organisation, *now),
        models::complete(&needed),
        models::approved(&needed, organisation, *now),
    ];
    findings.extend(store_folder::look(folder, secrets));
    findings.extend(enrolled.findings(folder, *now));
    findings.push(store_folder::locked_down(folder, standing));
    findings.extend(store::look(standing, organisation, *now));
    Seen {
        findings,
        models,
        needed,
        worker,
        enrolled,
    }
}

/// The organisation's name, for the head of a page.
pub(crate) fn name_of(organisation: Option<&Organisation>) -> Option<String> {
    organisation.map(|of| of.identity.name.clone())
}

/// A count with its noun.
pub(crate) fn counted(count: usize, one: &str, more: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {more}"),
    }
}

/// No answer, for there is no vault in the folder.
fn no_vault(check: SelfCheck, folder: &Path) -> Finding {
    Finding::cannot_tell(check, format!("there is no store in {}", folder.display()))
}
