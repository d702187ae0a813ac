//! The account of the operating system that the program runs under: all that is known of who uses it
//! where nobody is signed in.

use audit::{AccountName, Actor};

/// The account. Its number comes from the kernel; its name from the environment, which a person can
/// set to anything.
pub(crate) fn actor() -> Actor {
    let variable = if cfg!(windows) { "USERNAME" } else { "USER" };
    let name = std::env::var(variable).unwrap_or_default();
    Actor::Account {
        name: AccountName::new(&name),
        id: id(),
    }
}

/// The name of the account, to be compared with what a roster binds a person to. On Unix the system
/// says it for the process's number, whatever the environment claims; empty if it does not.
#[cfg(unix)]
pub(crate) fn os_account() -> String {
    let found = nix::unistd::User::from_uid(nix::unistd::getuid());
    found
        .ok()
        .flatten()
        .map(|user| user.name)
        .unwrap_or_default()
}

/// Elsewhere it is what the environment says.
#[cfg(not(unix))]
pub(crate) fn os_account() -> String {
    std::env::var("USERNAME").unwrap_or_default()
}

#[cfg(unix)]
fn id() -> Option<u32> {
    Some(rustix::process::getuid().as_raw())
}

#[cfg(not(unix))]
fn id() -> Option<u32> {
    None
}
