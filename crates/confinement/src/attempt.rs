//! Real attempts, each of which the system has to refuse.

use crate::Attempt;

/// The name of the thread that makes the attempts: by it a trace of the system calls tells them from
/// all others.
pub const THREAD: &str = "self-check";

/// Makes the attempts; answers those that were not refused, all of them where none can be made. What
/// was opened is closed at once and nothing is sent.
pub(crate) fn not_refused(attempts: &'static [Attempt]) -> Vec<Attempt> {
    let try_all = move || {
        let mut open = attempts.to_vec();
        open.retain(|attempt| !is_refused(*attempt));
        open
    };
    let thread = std::thread::Builder::new()
        .name(THREAD.to_owned())
        .spawn(try_all);
    let answer = thread.ok().and_then(|thread| thread.join().ok());
    answer.unwrap_or_else(|| attempts.to_vec())
}

/// Any other error than a refusal counts as none: it might go away.
#[cfg(target_os = "linux")]
fn is_refused(attempt: Attempt) -> bool {
    use rustix::io::Errno;
    use rustix::net::{AddressFamily, SocketType, socket};

    let opened = |family| match socket(family, SocketType::STREAM, None) {
        Ok(_closed_at_once) => false,
        Err(error) => error == Errno::ACCESS || error == Errno::PERM,
    };
    match attempt {
        Attempt::Internet4 => opened(AddressFamily::INET),
        Attempt::Internet6 => opened(AddressFamily::INET6),
        Attempt::Local => opened(AddressFamily::UNIX),
        Attempt::File => std::fs::File::open("/proc/version")
            .is_err_and(|error| error.kind() == std::io::ErrorKind::PermissionDenied),
    }
}

#[cfg(not(target_os = "linux"))]
fn is_refused(_: Attempt) -> bool {
    false
}
