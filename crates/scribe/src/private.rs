/// Keeps what this process holds in memory (keys, sound, words) from being written to disk as a core
/// dump, and from other programs of the same account that would read or trace it. To be called
/// first of all by every program that opens a vault; child processes inherit the first half.
///
/// Only Linux is told so. Where the system refuses, the program goes on: this is a second wall, not
/// the first.
pub fn keep_memory_private() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{
            DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit,
        };
        let none = Rlimit {
            current: Some(0),
            maximum: Some(0),
        };
        let _ = setrlimit(Resource::Core, none);
        // prctl(2), PR_SET_DUMPABLE: with this the files under /proc/PID belong to root.
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}
