//! A worker, which hosts a model: it has its pipes, reads the model files that it was given, computes,
//! and has no other way to anything.

use std::path::Path;

use crate::{Attempt, Report, Wall};

/// What of the walls around a worker stands so far.
#[derive(Debug)]
pub struct Walls {
    missing: Vec<Wall>,
}

/// Puts up what holds for the whole process. To be called as long as it has one thread, when only
/// model files are still to be opened.
pub fn confine() -> Walls {
    Walls {
        missing: for_all_threads(),
    }
}

impl Walls {
    /// Takes all files from the calling thread but these, which it may read; whatever threads it
    /// starts then inherit that. The processor's description stays readable: libraries count cores
    /// with it.
    pub fn read_only(&mut self, models: &[&Path]) {
        if !files_alone(models) && !self.missing.contains(&Wall::Files) {
            self.missing.push(Wall::Files);
        }
    }

    /// Tries to get through, now and from this thread.
    pub fn report(&self) -> Report {
        const ALL: &[Attempt] = &[
            Attempt::Internet4,
            Attempt::Internet6,
            Attempt::Local,
            Attempt::File,
        ];
        Report {
            missing: self.missing.clone(),
            open: crate::attempt::not_refused(ALL),
        }
    }
}

/// Takes all files from the calling thread. What it does not get is told by [`Walls::read_only`].
pub fn no_files() {
    let _ = files_alone(&[]);
}

#[cfg(target_os = "linux")]
fn for_all_threads() -> Vec<Wall> {
    let mut missing = Vec::new();
    for (wall, stands) in [
        (Wall::Network, crate::rights::no_tcp()),
        (Wall::Signals, crate::rights::no_signals()),
        (Wall::Calls, crate::calls::filter_worker()),
    ] {
        if !stands {
            missing.push(wall);
        }
    }
    missing
}

#[cfg(target_os = "linux")]
fn files_alone(readable: &[&Path]) -> bool {
    /// A folder of the kernel's and a file.
    const PROCESSOR: [&str; 2] = ["/sys/devices/system/cpu", "/proc/cpuinfo"];
    let processor = PROCESSOR.iter().map(Path::new);
    crate::rights::files_alone(readable.iter().copied().chain(processor))
}

#[cfg(not(target_os = "linux"))]
fn for_all_threads() -> Vec<Wall> {
    vec![Wall::Network, Wall::Signals, Wall::Calls]
}

#[cfg(not(target_os = "linux"))]
fn files_alone(_: &[&Path]) -> bool {
    false
}
