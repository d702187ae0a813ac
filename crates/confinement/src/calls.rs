//! seccomp. Two filters: of the main programs, which may do everything but what is listed, and of the
//! workers, which may do nothing but what is listed. Both hold for all threads, and for everything that
//! the process starts.

use std::collections::BTreeMap;

use libc::c_long;
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition,
    SeccompFilter, SeccompRule, TargetArch, apply_filter_all_threads, sock_filter,
};

/// Call and the rules of which one has to fit; none: it always fits.
type Rules = BTreeMap<c_long, Vec<SeccompRule>>;

/// Linux on x86-64 takes the calls of the x32 interface with this bit in their number. seccompiler
/// takes them for unknown ones.
const X32: u32 = 0x4000_0000;

/// Calls with this number and above were added after Linux 6.17. C libraries ask whether they are there
/// and go another way if they are not.
const NEWER: u32 = 470;

/// What of netlink the programs' libraries ask: addresses (whether there is a network) and devices that
/// come and go. It reaches the kernel and nothing else.
const NETLINK: [libc::c_int; 2] = [libc::NETLINK_ROUTE, libc::NETLINK_KOBJECT_UEVENT];

/// Refuses all sockets but those to programs of this computer and to the kernel, the ways past that
/// (`io_uring` opens sockets too), and to look into other processes. Answers whether that holds.
pub fn filter_engine() -> bool {
    install(X32, &[], engine(), (libc::EACCES, Listed::Refused)).is_some()
}

/// Refuses everything that does not serve computing, frames over open pipes, and reading files. Answers
/// whether that holds.
pub fn filter_worker() -> bool {
    // The flags of clone3 lie in memory, where no filter can see them; C libraries go on to clone.
    let absent = [libc::SYS_clone3];
    install(NEWER, &absent, worker(), (libc::EPERM, Listed::Allowed)).is_some()
}

/// What the list of a filter is.
enum Listed {
    Allowed,
    Refused,
}

/// Answers nothing where the kernel or the processor's kind has no such filter.
fn install(
    first_absent: u32,
    absent: &[c_long],
    rules: Result<Rules, BackendError>,
    (error, listed): (libc::c_int, Listed),
) -> Option<()> {
    let refused = SeccompAction::Errno(error.unsigned_abs());
    let (otherwise, fits) = match listed {
        Listed::Refused => (SeccompAction::Allow, refused),
        Listed::Allowed => (refused, SeccompAction::Allow),
    };
    let arch = TargetArch::try_from(std::env::consts::ARCH).ok()?;
    let filter = SeccompFilter::new(rules.ok()?, otherwise, fits, arch).ok()?;
    let filter: BpfProgram = filter.try_into().ok()?;
    let program = [absent_calls(first_absent, absent), filter].concat();
    apply_filter_all_threads(&program).ok()
}

/// Instructions that answer "there is no such call" (`ENOSYS`), in front of the others.
fn absent_calls(first: u32, others: &[c_long]) -> BpfProgram {
    let instruction = |code: u32, jf: u8, k: u32| sock_filter {
        code: code as u16,
        jt: 0,
        jf,
        k,
    };
    let answer = libc::SECCOMP_RET_ERRNO | libc::ENOSYS.unsigned_abs();
    let give_it = instruction(libc::BPF_RET | libc::BPF_K, 0, answer);
    let next = |how: u32, number: u32| instruction(libc::BPF_JMP | how | libc::BPF_K, 1, number);
    // The call's number is the first field of `struct seccomp_data`.
    let load_number = instruction(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0);
    let mut program = vec![load_number, next(libc::BPF_JGE, first), give_it.clone()];
    for number in others {
        program.extend([next(libc::BPF_JEQ, *number as u32), give_it.clone()]);
    }
    program
}

fn engine() -> Result<Rules, BackendError> {
    let unix = is_not(0, libc::AF_UNIX)?;
    let no_known_netlink = [
        vec![is(0, libc::AF_NETLINK)?],
        NETLINK
            .map(|protocol| is_not(2, protocol))
            .into_iter()
            .collect::<Result<_, _>>()?,
    ];
    let mut rules = Rules::from([(
        libc::SYS_socket,
        vec![
            SeccompRule::new(vec![unix, is_not(0, libc::AF_NETLINK)?])?,
            SeccompRule::new(no_known_netlink.concat())?,
        ],
    )]);
    for call in [
        libc::SYS_io_uring_setup,
        libc::SYS_io_uring_enter,
        libc::SYS_io_uring_register,
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_bpf,
        libc::SYS_perf_event_open,
        libc::SYS_userfaultfd,
        libc::SYS_add_key,
        libc::SYS_request_key,
        libc::SYS_keyctl,
        libc::SYS_kexec_load,
        libc::SYS_init_module,
        libc::SYS_finit_module,
        libc::SYS_delete_module,
    ] {
        rules.insert(call, Vec::new());
    }
    Ok(rules)
}

/// What a worker's own code, the Rust and C libraries, OpenMP and Rayon call once the process is set up.
/// No socket, no other process, no new program, no file for writing, no memory that becomes code.
const COMPUTING: &[c_long] = &[
    // Frames and files that are open.
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_pread64,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_lseek,
    libc::SYS_close,
    libc::SYS_fstat,
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_readlinkat,
    libc::SYS_faccessat,
    libc::SYS_getdents64,
    libc::SYS_fcntl,
    libc::SYS_ppoll,
    // Memory.
    libc::SYS_brk,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_membarrier,
    // Threads and their order.
    libc::SYS_futex,
    libc::SYS_futex_waitv,
    libc::SYS_set_robust_list,
    libc::SYS_get_robust_list,
    libc::SYS_rseq,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_setaffinity,
    libc::SYS_getcpu,
    libc::SYS_gettid,
    libc::SYS_getpid,
    libc::SYS_getppid,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_restart_syscall,
    // Signals within the process.
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    // Time, chance, facts.
    libc::SYS_nanosleep,
    libc::SYS_clock_nanosleep,
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_gettimeofday,
    libc::SYS_getrandom,
    libc::SYS_getrusage,
    libc::SYS_sysinfo,
    libc::SYS_uname,
    libc::SYS_getuid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getegid,
    // More walls: they only ever take rights away.
    libc::SYS_landlock_create_ruleset,
    libc::SYS_landlock_add_rule,
    libc::SYS_landlock_restrict_self,
    // Answered before: there is no such call.
    libc::SYS_clone3,
];

/// Older names of the same.
#[cfg(target_arch = "x86_64")]
const COMPUTING_HERE: &[c_long] = &[
    libc::SYS_stat,
    libc::SYS_lstat,
    libc::SYS_readlink,
    libc::SYS_access,
    libc::SYS_poll,
    libc::SYS_time,
];
#[cfg(not(target_arch = "x86_64"))]
const COMPUTING_HERE: &[c_long] = &[];

fn worker() -> Result<Rules, BackendError> {
    /// `PR_SET_VMA` of linux/prctl.h: newer C libraries name their memory.
    const PR_SET_VMA: libc::c_int = 0x5356_4d41;
    const WRITING: libc::c_int =
        libc::O_WRONLY | libc::O_RDWR | libc::O_CREAT | libc::O_TRUNC | libc::O_APPEND;

    let free = COMPUTING.iter().chain(COMPUTING_HERE);
    let mut rules: Rules = free.map(|call| (*call, Vec::new())).collect();
    let mut only = |call, alternatives: Vec<SeccompCondition>| -> Result<(), BackendError> {
        let rule = |condition| SeccompRule::new(vec![condition]);
        let alternatives: Result<_, _> = alternatives.into_iter().map(rule).collect();
        rules.insert(call, alternatives?);
        Ok(())
    };
    // Files for reading alone.
    only(libc::SYS_openat, vec![lacks(2, WRITING)?])?;
    #[cfg(target_arch = "x86_64")]
    only(libc::SYS_open, vec![lacks(1, WRITING)?])?;
    // Threads of this process, no other process.
    only(libc::SYS_clone, vec![has(0, libc::CLONE_THREAD)?])?;
    // Memory for data.
    only(libc::SYS_mmap, vec![lacks(2, libc::PROT_EXEC)?])?;
    only(libc::SYS_mprotect, vec![lacks(2, libc::PROT_EXEC)?])?;
    // A thread's name; what Landlock asks for. Not what was set before: limits and secrecy.
    let names = [libc::PR_SET_NAME, libc::PR_GET_NAME, PR_SET_VMA];
    let options = names.into_iter().chain([libc::PR_SET_NO_NEW_PRIVS]);
    only(
        libc::SYS_prctl,
        options
            .map(|option| is(0, option))
            .collect::<Result<_, _>>()?,
    )?;
    // Limits can be asked for, not changed.
    only(
        libc::SYS_prlimit64,
        vec![argument(2, SeccompCmpArgLen::Qword, SeccompCmpOp::Eq, 0)?],
    )?;
    // An abort ends this process and no other.
    only(
        libc::SYS_tgkill,
        vec![is(0, std::process::id().cast_signed())?],
    )?;
    Ok(rules)
}

type Condition = Result<SeccompCondition, BackendError>;

fn argument(place: u8, length: SeccompCmpArgLen, how: SeccompCmpOp, value: u64) -> Condition {
    SeccompCondition::new(place, length, how, value)
}

fn is(place: u8, value: libc::c_int) -> Condition {
    let value = u64::from(value.cast_unsigned());
    argument(place, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value)
}

fn is_not(place: u8, value: libc::c_int) -> Condition {
    let value = u64::from(value.cast_unsigned());
    argument(place, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, value)
}

/// None of these bits is set.
fn lacks(place: u8, bits: libc::c_int) -> Condition {
    let masked = SeccompCmpOp::MaskedEq(u64::from(bits.cast_unsigned()));
    argument(place, SeccompCmpArgLen::Dword, masked, 0)
}

/// All of these bits are set.
fn has(place: u8, bits: libc::c_int) -> Condition {
    let bits = u64::from(bits.cast_unsigned());
    argument(
        place,
        SeccompCmpArgLen::Dword,
        SeccompCmpOp::MaskedEq(bits),
        bits,
    )
}
