//! The programs' files, and a worker that is started to be looked at.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use governance::risk::{Finding, SelfCheck};
use worker::protocol::{FromWorker, VERSION};
use worker::{Child, Level, WorkerEvent, WorkerKind, worker_binary};

use super::Kernel;

/// A worker says hello within a moment; a computer that is busy takes longer.
const HELLO: Duration = Duration::from_secs(20);

/// This program and the worker, each with its folder.
pub(super) fn files() -> Vec<PathBuf> {
    let programs = [std::env::current_exe().ok(), worker_binary().ok()];
    let programs = programs.into_iter().flatten();
    let all: BTreeSet<PathBuf> = programs
        .flat_map(|path| [path.parent().map(Path::to_owned), Some(path)])
        .flatten()
        .collect();
    all.into_iter().collect()
}

/// Who else than the owner may write there. The owner is root, or the account that installed it.
pub(super) fn protected(files: &[PathBuf]) -> Finding {
    let check = SelfCheck::ProgramsProtected;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mut open = Vec::new();
        for path in files {
            match fs::metadata(path) {
                Ok(found) if found.permissions().mode() & 0o022 != 0 => {
                    open.push(path.display().to_string());
                }
                Ok(_) => {}
                Err(_) => {
                    return Finding::cannot_tell(
                        check,
                        format!("{} cannot be looked at", path.display()),
                    );
                }
            }
        }
        if open.is_empty() {
            Finding::passed(
                check,
                "programs and their folders can be written by their owner alone",
            )
        } else {
            Finding::failed(check, format!("others may write to {}", open.join(", ")))
        }
    }
    #[cfg(not(unix))]
    {
        let _ = files;
        Finding::cannot_tell(check, "only Unix tells")
    }
}

/// A worker as it was found when it was started.
pub(crate) enum Worker {
    /// It spoke, in the protocol of this version.
    Spoke {
        /// Name of its program.
        program: String,
        /// What it was built for.
        level: String,
        /// `status` and `limits` of its process (proc(5)), where there are.
        told: Option<(String, String)>,
    },
    /// It did not, for this reason.
    Not(String),
}

impl Worker {
    /// Starts one, waits for its first message and looks at its process. It ends when this returns.
    pub(crate) fn start(kernel: &Kernel) -> Self {
        let program = match worker_binary() {
            Ok(path) => path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            Err(missing) => return Self::Not(without_dot(&missing.to_string())),
        };
        let child = match Child::spawn(WorkerKind::Drafting) {
            Ok(child) => child,
            Err(error) => return Self::Not(without_dot(&error.to_string())),
        };
        match child.events().recv_timeout(HELLO) {
            Ok(WorkerEvent::Message(FromWorker::Hello { protocol, level })) => {
                if protocol != VERSION {
                    return Self::Not(format!(
                        "{program} speaks version {protocol} of the protocol, and this program {VERSION}"
                    ));
                }
                if Level::parse(&level).is_none_or(|level| !level.is_supported())
                    && cfg!(target_arch = "x86_64")
                {
                    return Self::Not(format!(
                        "{program} was built for the level {level}, which this processor does not have"
                    ));
                }
                let process = kernel.proc.join(child.pid().to_string());
                let text = |name| fs::read_to_string(process.join(name)).ok();
                let told = text("status").zip(text("limits"));
                Self::Spoke {
                    program,
                    level,
                    told,
                }
            }
            Ok(WorkerEvent::Died(ending)) => {
                Self::Not(format!("{program} ended at once: {ending}"))
            }
            Ok(WorkerEvent::Message(_)) => {
                Self::Not(format!("{program} said something else first"))
            }
            Err(_) => Self::Not(format!(
                "{program} said nothing for {} seconds",
                HELLO.as_secs()
            )),
        }
    }

    pub(super) fn present(&self) -> Finding {
        let check = SelfCheck::WorkersPresent;
        match self {
            Self::Spoke { program, level, .. } => {
                Finding::passed(check, format!("{program} started, built for {level}"))
            }
            Self::Not(why) => Finding::failed(check, why.clone()),
        }
    }

    pub(super) fn confined(&self) -> Finding {
        match self {
            Self::Spoke {
                told: Some((status, limits)),
                ..
            } => confined_by(status, limits),
            Self::Spoke { told: None, .. } => Finding::cannot_tell(
                SelfCheck::WorkersConfined,
                "the system does not tell what a process has given up",
            ),
            Self::Not(_) => Finding::cannot_tell(
                SelfCheck::WorkersConfined,
                "no worker could be started to be looked at",
            ),
        }
    }
}

fn without_dot(text: &str) -> String {
    text.trim_end_matches('.').to_owned()
}

/// By `/proc/PID/status` and `/proc/PID/limits`.
fn confined_by(status: &str, limits: &str) -> Finding {
    let check = SelfCheck::WorkersConfined;
    // The soft limit: the field after the name.
    let limit = |name: &str| {
        let line = limits.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()
    };
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        Some(line.trim())
    };
    let mut missing = Vec::new();
    if limit("Max core file size") != Some("0") {
        missing.push("it may leave a core dump");
    }
    if limit("Max data size").is_none_or(|size| size == "unlimited") {
        missing.push("it has no limit on memory");
    }
    // 2: SECCOMP_MODE_FILTER.
    if field("Seccomp:") != Some("2") {
        missing.push("no filter limits its system calls");
    }
    if missing.is_empty() {
        Finding::passed(
            check,
            "a worker that runs has no core dump, a limit on memory, a filter on system calls",
        )
    } else {
        Finding::failed(
            check,
            format!("of a worker that runs: {}", missing.join(", ")),
        )
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use governance::risk::Verdict::{CannotTell, Failed, Passed};

    use super::super::scratch::is;
    use super::*;

    const LIMITS: &str = "Limit                     Soft Limit           Hard Limit           Units     \n\
        Max data size             19327352832          19327352832          bytes     \n\
        Max core file size        0                    0                    bytes     \n";
    const STATUS: &str = "Name:\tinroom-worker\nNoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t1\n";

    #[test]
    fn each_wall_around_a_worker_that_is_missing_is_named() {
        is(&confined_by(STATUS, LIMITS), Passed);
        for (status, limits, named) in [
            (
                STATUS.replace("p:\t2", "p:\t0"),
                LIMITS.to_owned(),
                "filter",
            ),
            (String::new(), LIMITS.to_owned(), "filter"),
            (
                STATUS.to_owned(),
                LIMITS.replace("size        0 ", "size        unlimited "),
                "core dump",
            ),
            (
                STATUS.to_owned(),
                LIMITS.replace("19327352832", "unlimited"),
                "memory",
            ),
        ] {
            let found = confined_by(&status, &limits);
            is(&found, Failed);
            assert!(found.reason.contains(named), "{found:?}");
        }
    }

    #[test]
    fn a_worker_that_is_missing_is_told() {
        let missing = Worker::Not("no inroom-worker program was found".to_owned());
        is(&missing.present(), Failed);
        is(&missing.confined(), CannotTell);
        let spoke = Worker::Spoke {
            program: "inroom-worker".to_owned(),
            level: "v2".to_owned(),
            told: None,
        };
        is(&spoke.present(), Passed);
        is(&spoke.confined(), CannotTell);
    }

    #[cfg(unix)]
    #[test]
    fn a_program_that_others_may_write_is_an_open_risk() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("inroom");
        fs::write(&path, "").unwrap();
        let set = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let look = || protected(&[folder.path().to_owned(), path.clone()]);
        set(0o755);
        is(&look(), Passed);
        for mode in [0o775, 0o757] {
            set(mode);
            is(&look(), Failed);
        }
        fs::remove_file(&path).unwrap();
        is(&look(), CannotTell);
        assert!(files().contains(&std::env::current_exe().unwrap()));
    }
}
