//! A place without a network: a network namespace of Linux in which not even the loopback interface is up.

use std::path::{Path, PathBuf};
use std::process::Command;

/// How to start a program in one: as root, or in a user namespace of one's own, as the same account, for
/// the session's bus would not let another in.
const WAYS: [&[&str]; 2] = [
    &["unshare", "--net", "--"],
    &["unshare", "--map-current-user", "--net", "--"],
];

/// What starts a program without a network; nothing where this system lets this account make no such
/// place.
pub fn without_interfaces() -> Option<Vec<PathBuf>> {
    WAYS.into_iter()
        .find(|way| {
            let tried = Command::new(way[0]).args(&way[1..]).arg("true").output();
            tried.is_ok_and(|tried| tried.status.success())
        })
        .map(|way| way.iter().map(PathBuf::from).collect())
}

/// Whether a program there finds the network unreachable, this computer's own loopback included.
pub fn is_empty(way: &[PathBuf]) -> bool {
    let script = "exec 3<>/dev/tcp/127.0.0.1/9";
    let tried = crate::sockets::command(way)
        .args(["bash", "-c", script])
        .env("LC_ALL", "C")
        .output()
        .expect("bash runs");
    let unreachable = String::from_utf8_lossy(&tried.stderr).contains("Network is unreachable");
    let interfaces = crate::sockets::command(way)
        .args([Path::new("cat"), Path::new("/proc/net/route")])
        .output()
        .expect("cat runs");
    // The heading alone.
    unreachable && String::from_utf8_lossy(&interfaces.stdout).lines().count() <= 1
}
