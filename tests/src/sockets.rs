//! Which sockets programs open, seen from the system calls that they make: strace follows a program and
//! everything that it starts.
//!
//! A filter that refuses a call does so before strace's own filter would have shown it, so strace stops
//! at every call here and leaves `--seccomp-bpf` alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is looked at: sockets, who has started whom, and what threads are called.
const CALLS: &str = "trace=%network,%process,prctl";

/// Families of this computer: other programs, the kernel, nobody.
const LOCAL: [&str; 3] = ["AF_UNIX", "AF_NETLINK", "AF_UNSPEC"];

/// Calls that start a process or thread.
const STARTS: [&str; 4] = ["clone", "clone3", "fork", "vfork"];

/// A program that will be followed, with everything that it starts; what is seen goes to `into`.
pub fn followed(program: &Path, into: &Path) -> Vec<PathBuf> {
    let mut words: Vec<PathBuf> = [
        "strace",
        "-f",
        "-qq",
        "-e",
        "signal=none",
        "-e",
        CALLS,
        "-o",
    ]
    .iter()
    .map(PathBuf::from)
    .collect();
    words.extend([into.to_owned(), "--".into(), program.to_owned()]);
    words
}

/// The same as a command.
pub fn command(words: &[PathBuf]) -> Command {
    let (first, rest) = words.split_first().expect("a program");
    let mut command = Command::new(first);
    command.args(rest);
    command
}

/// A call that has to do with a network, by whoever made it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// The file name of the program.
    pub program: String,
    /// What its thread calls itself, if it does.
    pub thread: Option<String>,
    /// The call without the process's number.
    pub text: String,
    /// Whether the system refused it.
    pub refused: bool,
}

/// Everything in a trace that names another family of sockets than those of this computer.
pub fn beyond(trace: &str) -> Vec<Call> {
    let lines: Vec<(&str, &str)> = trace.lines().filter_map(cut).collect();
    let threads = threads(&lines);
    let mut calls = Vec::new();
    for (at, (id, call)) in lines.iter().enumerate() {
        if families(call).all(|family| LOCAL.contains(&family)) {
            continue;
        }
        // Where strace cuts a call in two, its result stands in the second part.
        let whole = match call.strip_suffix("<unfinished ...>") {
            Some(begun) => {
                let rest = lines[at..].iter().skip(1).find(|(of, _)| of == id);
                format!("{begun}{}", rest.map_or("", |(_, rest)| rest))
            }
            None => (*call).to_owned(),
        };
        calls.push(Call {
            program: program_of(&threads, id, at),
            thread: threads.get(id).and_then(|thread| thread.name.clone()),
            refused: whole.contains("= -1 EACCES") || whole.contains("= -1 EPERM"),
            text: whole,
        });
    }
    calls
}

/// The programs that ran, by file name.
pub fn programs(trace: &str) -> Vec<String> {
    let lines: Vec<(&str, &str)> = trace.lines().filter_map(cut).collect();
    let threads = threads(&lines);
    let all = threads.values().flat_map(|thread| &thread.programs);
    let mut names: Vec<String> = all.map(|(_, path)| file_name(path)).collect();
    names.sort();
    names.dedup();
    names
}

/// A thread, as far as the trace tells.
#[derive(Default)]
struct Thread<'t> {
    /// Who started it, and in which line.
    parent: Option<(&'t str, usize)>,
    /// The programs that it became, and in which line.
    programs: Vec<(usize, String)>,
    name: Option<String>,
}

fn threads<'t>(lines: &[(&'t str, &'t str)]) -> BTreeMap<&'t str, Thread<'t>> {
    let mut threads: BTreeMap<&str, Thread<'_>> = BTreeMap::new();
    let mut begun: BTreeMap<&str, String> = BTreeMap::new();
    for (at, (id, call)) in lines.iter().enumerate() {
        // A new thread may do something before the call that started it is told to have come back.
        let starts = STARTS.iter().any(|name| is(call, name));
        if let Some(new) = starts.then(|| result(call)).flatten() {
            threads.entry(new).or_default().parent = Some((*id, at));
        }
        if call.starts_with("execve(") {
            begun.insert(id, quoted(call));
        }
        if is(call, "execve") && result(call) == Some("0") {
            let path = begun.remove(id).unwrap_or_default();
            threads.entry(id).or_default().programs.push((at, path));
        } else if call.starts_with("prctl(PR_SET_NAME") {
            threads.entry(id).or_default().name = Some(quoted(call));
        }
    }
    threads
}

fn program_of(threads: &BTreeMap<&str, Thread<'_>>, id: &str, at: usize) -> String {
    let mut looked_at = (id, at);
    // Each step goes to an older thread; a trace that says otherwise is not followed for ever.
    for _ in 0..threads.len() {
        let Some(thread) = threads.get(looked_at.0) else {
            break;
        };
        let before = thread
            .programs
            .iter()
            .rev()
            .find(|(line, _)| *line <= looked_at.1);
        if let Some((_, program)) = before {
            return file_name(program);
        }
        match thread.parent {
            Some(parent) => looked_at = parent,
            None => break,
        }
    }
    format!("process {id}")
}

/// The families of the sockets that a call makes, and of the addresses that it names. What is inside of a
/// message (the kernel's routes) is not looked at.
fn families(call: &str) -> impl Iterator<Item = &str> {
    let made = ["socket(", "socketpair("]
        .iter()
        .find_map(|name| call.strip_prefix(name));
    let named = call.split("sa_family=").skip(1);
    made.into_iter().chain(named).map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        &rest[..end.unwrap_or(rest.len())]
    })
}

/// The number before a call, and the call.
fn cut(line: &str) -> Option<(&str, &str)> {
    let (id, call) = line.trim_start().split_once(char::is_whitespace)?;
    id.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then_some((id, call.trim_start()))
}

fn is(call: &str, name: &str) -> bool {
    let begun = call
        .strip_prefix(name)
        .is_some_and(|rest| rest.starts_with('('));
    let resumed = format!("<... {name} resumed>");
    begun || call.starts_with(&resumed)
}

fn result(call: &str) -> Option<&str> {
    call.rsplit_once(" = ")?.1.split_whitespace().next()
}

fn quoted(call: &str) -> String {
    call.split('"').nth(1).unwrap_or_default().to_owned()
}

fn file_name(path: &str) -> String {
    path.rsplit('/').next().unwrap_or(path).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = r#"7  execve("/opt/inroom", ["inroom"], 0x7ffd /* 9 vars */) = 0
7  socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0) = 3
7  connect(3, {sa_family=AF_UNIX, sun_path="/run/bus"}, 110) = 0
7  sendto(5, [{nlmsg_type=RTM_NEWROUTE}, {rtm_family=AF_INET, ...}], 20, 0, NULL, 0) = 20
7  clone3({flags=CLONE_VM|CLONE_THREAD, exit_signal=0}, 88 <unfinished ...>
9  prctl(PR_SET_NAME, "self-check") = 0
9  socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = -1 EACCES (Permission denied)
7  <... clone3 resumed> => {parent_tid=[9]}, 88) = 9
7  vfork( <unfinished ...>
8  execve("/usr/lib/WebKitNetworkProcess", ["x"], 0x7ffd /* 9 vars */ <unfinished ...>
7  <... vfork resumed>) = 8
8  <... execve resumed>) = 0
8  socket(AF_INET6, SOCK_DGRAM, IPPROTO_IP <unfinished ...>
7  sendto(4, "x", 1, 0, {sa_family=AF_INET, sin_port=htons(80)}, 16) = 1
8  <... socket resumed>) = -1 EACCES (Permission denied)
7  socket(0x28 /* AF_??? */, SOCK_STREAM, 0) = 5
8  +++ exited with 0 +++
"#;

    #[test]
    fn calls_beyond_the_computer_are_told_with_their_program() {
        let found = beyond(TRACE);
        let told: Vec<_> = found
            .iter()
            .map(|call| (call.program.as_str(), call.thread.as_deref(), call.refused))
            .collect();
        assert_eq!(
            told,
            [
                ("inroom", Some("self-check"), true),
                ("WebKitNetworkProcess", None, true),
                ("inroom", None, false),
                ("inroom", None, false),
            ]
        );
        assert!(
            found[1].text.starts_with("socket(AF_INET6"),
            "{:?}",
            found[1]
        );
        assert_eq!(programs(TRACE), ["WebKitNetworkProcess", "inroom"]);
    }
}
