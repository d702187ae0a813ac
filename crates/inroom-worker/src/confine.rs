//! What a worker gives up before it reads anything: it cannot outlive its parent, leave a core
//! dump, take more memory than it was given, or use files that its parent happened to have open.
#![allow(unsafe_code)] // These are system calls that the standard library has no names for.

use std::fs::File;
use std::io;

/// Applies everything; the first call of the program.
///
/// `parent` is the process that started this one, `memory` the most bytes of memory of its own.
///
/// # Errors
/// The system call that failed. The worker must not go on then.
pub fn confine(parent: Option<u32>, memory: Option<u64>) -> io::Result<()> {
    #[cfg(unix)]
    limit(libc::RLIMIT_CORE, 0)?;
    #[cfg(target_os = "linux")]
    {
        close_inherited_files()?;
        // If memory runs out, the recording is worth more than this process.
        std::fs::write("/proc/self/oom_score_adj", "800")?;
        if let Some(bytes) = memory {
            // Not RLIMIT_AS: reserved address space (stacks, allocator arenas) costs nothing.
            limit(libc::RLIMIT_DATA, bytes)?;
        }
        if let Some(parent) = parent {
            die_with(parent)?;
        }
        control(libc::PR_SET_DUMPABLE, 0)?;
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (parent, memory);
    Ok(())
}

/// Gives way to recording, recognition and the window, and takes what time they leave.
///
/// # Errors
/// The system call that failed.
#[cfg(unix)]
pub fn give_way() -> io::Result<()> {
    // SAFETY: touches no memory of this process; lowering one's own priority is always allowed.
    check(unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, GIVING_WAY) })
}

/// Niceness of a process that gives way: enough to be felt, not enough to be starved.
#[cfg(unix)]
const GIVING_WAY: libc::c_int = 10;

/// The standard output for frames alone: from now on, whatever else this process prints goes to
/// the error stream, so that no library can spoil a frame.
///
/// # Errors
/// The system call that failed.
#[cfg(unix)]
pub fn take_standard_output() -> io::Result<File> {
    use std::os::fd::{AsFd as _, AsRawFd as _};
    let frames = io::stdout().as_fd().try_clone_to_owned()?;
    let (from, to) = (io::stderr().as_raw_fd(), io::stdout().as_raw_fd());
    // SAFETY: both descriptors are open and stay so; dup2 touches no memory of this process.
    check(unsafe { libc::dup2(from, to) })?;
    Ok(File::from(frames))
}

/// The standard output for frames.
///
/// # Errors
/// The system call that failed.
#[cfg(windows)]
pub fn take_standard_output() -> io::Result<File> {
    use std::os::windows::io::AsHandle as _;
    Ok(File::from(io::stdout().as_handle().try_clone_to_owned()?))
}

/// Ends the process at once, without destructors: other threads may be in the middle of native
/// code whose globals must not be taken away.
pub fn exit_now(code: i32) -> ! {
    // SAFETY: never returns and touches no memory.
    #[cfg(unix)]
    unsafe {
        libc::_exit(code)
    }
    #[cfg(not(unix))]
    std::process::exit(code)
}

#[cfg(target_os = "linux")]
fn close_inherited_files() -> io::Result<()> {
    // SAFETY: this program has opened nothing yet, so no owner loses a descriptor.
    let done = unsafe { libc::syscall(libc::SYS_close_range, 3_u32, u32::MAX, 0_u32) };
    if done == 0 {
        return Ok(());
    }
    // Kernels before 5.9 do not know the call: close what is listed, collected first because the
    // listing itself is open meanwhile.
    let open: Vec<i32> = std::fs::read_dir("/proc/self/fd")?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect();
    for descriptor in open.into_iter().filter(|&descriptor| descriptor > 2) {
        // SAFETY: as above; the listing's own descriptor is closed already, which gives an error
        // that does not matter.
        unsafe { libc::close(descriptor) };
    }
    Ok(())
}

/// Asks for SIGKILL when the parent ends (to be exact: the thread of it that started this
/// process, which is one that lasts).
#[cfg(target_os = "linux")]
fn die_with(parent: u32) -> io::Result<()> {
    control(libc::PR_SET_PDEATHSIG, libc::SIGKILL as libc::c_ulong)?;
    // It may have ended before the call: then somebody else is the parent by now.
    if std::os::unix::process::parent_id() == parent {
        Ok(())
    } else {
        Err(io::Error::other(
            "the process that started this worker has ended",
        ))
    }
}

#[cfg(target_os = "linux")]
fn control(option: libc::c_int, value: libc::c_ulong) -> io::Result<()> {
    const NONE: libc::c_ulong = 0;
    // SAFETY: the options used here take numbers, no pointers.
    check(unsafe { libc::prctl(option, value, NONE, NONE, NONE) })
}

#[cfg(target_os = "linux")]
type Resource = libc::__rlimit_resource_t;
#[cfg(all(unix, not(target_os = "linux")))]
type Resource = libc::c_int;

#[cfg(unix)]
fn limit(resource: Resource, most: u64) -> io::Result<()> {
    let most = most as libc::rlim_t;
    let limit = libc::rlimit {
        rlim_cur: most,
        rlim_max: most,
    };
    // SAFETY: the structure is valid and only read during the call.
    check(unsafe { libc::setrlimit(resource, &limit) })
}

#[cfg(unix)]
fn check(result: libc::c_int) -> io::Result<()> {
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}
