//! The main programs, which hold the recording and the vault: they reach the person's files, the sound
//! system, the window system and the keyring, all on this computer, and nothing beyond it.
//!
//! Their files are not walled off: a person exports and backs up to any place that they choose.

use crate::{Attempt, Report, Wall};

/// What makes the window's program listen on the network: WebKit's automation, by which tests drive
/// the page. Under it there is no wall, or no test could drive the window.
const AUTOMATION: &str = "WEBKIT_INSPECTOR_SERVER";

/// How the walls around this process were put up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Engine {
    missing: Vec<Wall>,
    automated: bool,
}

/// Puts the walls up around this process and all that it will start. The first call of a program, as
/// long as it has one thread.
pub fn confine() -> Engine {
    put_up(false)
}

/// The same for a program with a window, which stays open to the network where a test drives it.
pub fn confine_window() -> Engine {
    put_up(std::env::var_os(AUTOMATION).is_some())
}

impl Engine {
    /// Whether the walls were left out because a test drives the window.
    pub fn is_automated(&self) -> bool {
        self.automated
    }

    /// Tries to get out, now.
    pub fn report(&self) -> Report {
        Report {
            missing: self.missing.clone(),
            open: crate::attempt::not_refused(&[Attempt::Internet4, Attempt::Internet6]),
        }
    }
}

#[cfg(target_os = "linux")]
fn put_up(automated: bool) -> Engine {
    let mut missing = Vec::new();
    if automated || !crate::rights::no_tcp() {
        missing.push(Wall::Network);
    }
    if automated || !crate::calls::filter_engine() {
        missing.push(Wall::Calls);
    }
    Engine { missing, automated }
}

#[cfg(not(target_os = "linux"))]
fn put_up(automated: bool) -> Engine {
    Engine {
        missing: vec![Wall::Calls, Wall::Network],
        automated,
    }
}
