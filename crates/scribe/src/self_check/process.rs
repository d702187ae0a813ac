//! What the operating system grants and refuses this very process.

use std::io;
use std::net::UdpSocket;

use governance::risk::{Finding, SelfCheck};

pub(super) fn core_dumps() -> Finding {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, Resource, dumpable_behavior, getrlimit};
        let dumpable = dumpable_behavior().ok();
        core_dumps_by(
            getrlimit(Resource::Core).current,
            dumpable.map(|behavior| behavior != DumpableBehavior::NotDumpable),
        )
    }
    #[cfg(not(target_os = "linux"))]
    Finding::cannot_tell(SelfCheck::CoreDumpsOff, "only Linux tells")
}

/// `limit`: most bytes of a core dump, `None` for any. `dumpable`: as prctl(2) says, where it does.
#[cfg(any(test, target_os = "linux"))]
fn core_dumps_by(limit: Option<u64>, dumpable: Option<bool>) -> Finding {
    let check = SelfCheck::CoreDumpsOff;
    match (limit, dumpable) {
        (Some(0), Some(false)) => Finding::passed(
            check,
            "the limit is no bytes, and the process is not dumpable",
        ),
        // A handler that core dumps are piped to does not ask for the limit (core(5)).
        (_, Some(true)) => Finding::failed(check, "the process is dumpable"),
        (Some(0), None) => {
            Finding::cannot_tell(check, "whether the process is dumpable is not told")
        }
        (_, _) => Finding::failed(check, "the limit on core dumps is not zero"),
    }
}

/// Asks for a socket of each family of the internet. Nothing is sent.
pub(super) fn network() -> Finding {
    let asked = ["0.0.0.0:0", "[::]:0"].map(|any| UdpSocket::bind(any).map(drop));
    network_by(&asked)
}

/// Linux's EAFNOSUPPORT: the kernel has no such family.
const NO_SUCH_FAMILY: i32 = 97;

fn network_by(asked: &[io::Result<()>; 2]) -> Finding {
    let check = SelfCheck::NetworkRefused;
    let is_refusal = |error: &io::Error| {
        matches!(
            error.kind(),
            io::ErrorKind::PermissionDenied | io::ErrorKind::Unsupported
        ) || (cfg!(target_os = "linux") && error.raw_os_error() == Some(NO_SUCH_FAMILY))
    };
    let families = ["IPv4", "IPv6"];
    let got: Vec<&str> = families
        .into_iter()
        .zip(asked)
        .filter(|(_, asked)| asked.is_ok())
        .map(|(family, _)| family)
        .collect();
    if !got.is_empty() {
        let families = got.join(" and ");
        return Finding::failed(
            check,
            format!("the system gives this program a socket for {families} when it asks for one"),
        );
    }
    let mut strange = asked.iter().filter_map(|asked| asked.as_ref().err());
    match strange.find(|error| !is_refusal(error)) {
        Some(error) => Finding::cannot_tell(
            check,
            format!("a socket was not refused but failed ({error})"),
        ),
        None => Finding::passed(
            check,
            "the system refuses this program sockets for IPv4 and IPv6",
        ),
    }
}

#[cfg(test)]
mod tests {
    use governance::risk::Verdict::{CannotTell, Failed, Passed};

    use super::super::scratch::is;
    use super::*;

    #[test]
    fn both_walls_against_core_dumps_have_to_stand() {
        is(&core_dumps_by(Some(0), Some(false)), Passed);
        is(&core_dumps_by(Some(0), Some(true)), Failed);
        is(&core_dumps_by(Some(1), Some(false)), Failed);
        is(&core_dumps_by(None, Some(false)), Failed);
        is(&core_dumps_by(None, None), Failed);
        is(&core_dumps_by(Some(0), None), CannotTell);
    }

    #[test]
    fn one_socket_that_is_granted_is_an_open_risk() {
        let refused = || Err(io::ErrorKind::PermissionDenied.into());
        let no_family = || Err(io::Error::from_raw_os_error(NO_SUCH_FAMILY));
        is(&network_by(&[refused(), refused()]), Passed);
        is(&network_by(&[refused(), Ok(())]), Failed);
        is(&network_by(&[Ok(()), no_family()]), Failed);
        let failed = Err(io::ErrorKind::AddrInUse.into());
        is(&network_by(&[refused(), failed]), CannotTell);
        if cfg!(target_os = "linux") {
            is(&network_by(&[refused(), no_family()]), Passed);
        }
    }

    /// Nothing refuses this test's process a socket, so the real attempt has to come back with one.
    #[test]
    fn the_attempt_is_a_real_one() {
        is(&network(), Failed);
    }
}
