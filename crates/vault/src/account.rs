//! Who uses the program, as far as it can know: there is one passphrase, so it is the account of the
//! operating system that it runs under.

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

#[cfg(unix)]
fn id() -> Option<u32> {
    Some(rustix::process::getuid().as_raw())
}

#[cfg(not(unix))]
fn id() -> Option<u32> {
    None
}
