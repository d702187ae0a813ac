//! A made-up computer for the tests: what its kernel would tell, laid out in a folder.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::PathBuf;

use governance::risk::{Finding, Verdict};

use super::Kernel;

pub(super) struct Computer(tempfile::TempDir);

impl Computer {
    pub(super) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(super) fn kernel(&self) -> Kernel {
        Kernel {
            proc: self.path("proc"),
            sys: self.path("sys"),
        }
    }

    /// A file that the kernel would show.
    pub(super) fn proc(&self, name: &str, text: &str) {
        self.write(&format!("proc/{name}"), text);
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

#[cfg(target_os = "linux")]
impl Computer {
    pub(super) fn disk(&self, name: &str) {
        let place = self.path(&format!("sys/devices/{name}"));
        fs::create_dir_all(&place).unwrap();
        self.classed(name, place);
    }

    pub(super) fn partition(&self, disk: &str, name: &str) {
        self.write(&format!("sys/devices/{disk}/{name}/partition"), "2\n");
        self.classed(name, self.path(&format!("sys/devices/{disk}/{name}")));
    }

    pub(super) fn mapped(&self, name: &str, uuid: &str, over: &[&str]) {
        self.write(&format!("sys/devices/{name}/dm/uuid"), uuid);
        for below in over {
            let slave = self.path(&format!("sys/devices/{name}/slaves/{below}"));
            fs::create_dir_all(slave).unwrap();
        }
        self.classed(name, self.path(&format!("sys/devices/{name}")));
    }

    /// The device with this number.
    pub(super) fn number(&self, number: &str, name: &str) {
        let link = self.path(&format!("sys/dev/block/{number}"));
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        let place = self.path(&format!("sys/devices/{name}"));
        std::os::unix::fs::symlink(place, link).unwrap();
    }

    fn classed(&self, name: &str, place: PathBuf) {
        let link = self.path(&format!("sys/class/block/{name}"));
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(place, link).unwrap();
    }
}

/// Passed, failed or cannot be told.
pub(super) fn is(found: &Finding, verdict: Verdict) {
    assert_eq!(found.verdict, verdict, "{found:?}");
    let reason = &found.reason;
    assert!(reason.len() > 8 && !reason.ends_with('.'), "{reason}");
}
