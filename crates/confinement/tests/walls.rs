//! What the kernel really refuses behind the walls. Each is put up in a process of its own, which is
//! this test program run again, for nobody can take it down.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs::{self, File};
use std::io::{ErrorKind, Read as _};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::Command;

use confinement::{Attempt, Report, engine, worker};

/// Which process this is.
const ROLE: &str = "INROOM_TEST_CONFINED";
const AUTOMATION: &str = "WEBKIT_INSPECTOR_SERVER";

/// Runs a test of this file in a process of its own.
fn alone(test: &str, role: &str, automation: Option<&str>) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", test, "--ignored", "--test-threads=1"])
        .env(ROLE, role)
        .env_remove(AUTOMATION);
    command.envs(automation.map(|address| (AUTOMATION, address)));
    let done = command.output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{role}: {said}");
    assert!(said.contains("1 passed"), "{role}: {said}");
}

fn is(role: &str) -> bool {
    std::env::var(ROLE).is_ok_and(|is| is == role)
}

fn refused<T>(what: &str, done: std::io::Result<T>) {
    match done {
        Ok(_) => panic!("{what} was not refused"),
        Err(error) => assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{what}: {error}"),
    }
}

/// Whether the kernel filters this thread's calls, and takes no more rights by starting programs.
fn status(field: &str) -> String {
    let status = fs::read_to_string("/proc/thread-self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    line.expect("the field")
        .trim_start_matches(':')
        .trim()
        .to_owned()
}

#[test]
fn a_main_program_opens_no_internet_socket_and_works_otherwise() {
    alone("main_program", "main", None);
}

#[test]
#[ignore = "run in a process of its own by another test"]
fn main_program() {
    if !is("main") {
        return;
    }
    // A thread that was there before is behind the filter too.
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let before = std::thread::spawn(move || {
        wait.recv().unwrap();
        UdpSocket::bind("127.0.0.1:0").map(drop)
    });
    let walls = engine::confine();
    assert_eq!(walls.report(), Report::default());
    assert!(!walls.is_automated());
    go.send(()).unwrap();
    refused("a socket of another thread", before.join().unwrap());
    refused("TCP", TcpListener::bind("127.0.0.1:0"));
    refused("TCP of version 6", TcpListener::bind("[::1]:0"));
    refused("UDP", UdpSocket::bind("127.0.0.1:0"));
    refused("a connection", TcpStream::connect("127.0.0.1:9"));
    assert_eq!(status("Seccomp"), "2");
    assert_eq!(status("NoNewPrivs"), "1");

    let folder = std::env::temp_dir().join(format!("inroom-walls-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let socket = folder.join("socket");
    let listener = UnixListener::bind(&socket).unwrap();
    drop(UnixStream::connect(&socket).unwrap());
    drop(listener);
    fs::write(folder.join("file"), "written").unwrap();
    fs::remove_dir_all(&folder).unwrap();

    // What it starts is behind the same walls.
    let python = "import socket\n\
         for family in (socket.AF_INET, socket.AF_INET6, socket.AF_PACKET, 40):\n\
         \x20   try: socket.socket(family, socket.SOCK_RAW)\n\
         \x20   except PermissionError: continue\n\
         \x20   raise SystemExit(f'{family} was opened')\n\
         socket.socket(socket.AF_UNIX)\n\
         socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)\n\
         try: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 9)\n\
         except PermissionError: raise SystemExit(0)\n\
         raise SystemExit('netlink was opened for audit')";
    let started = Command::new("python3")
        .args(["-c", python])
        .output()
        .unwrap();
    assert!(
        started.status.success(),
        "{}",
        String::from_utf8_lossy(&started.stderr)
    );
}

/// A test drives the page over the network, so there is no wall, and the program knows it.
#[test]
fn an_automated_window_knows_that_it_is_open() {
    alone("automated_window", "automated", Some("127.0.0.1:1"));
    alone("automated_window", "not automated", None);
}

#[test]
#[ignore = "run in a process of its own by another test"]
fn automated_window() {
    if is("automated") {
        let walls = engine::confine_window();
        assert!(walls.is_automated());
        assert!(
            walls.report().open.contains(&Attempt::Internet4),
            "{walls:?}"
        );
        // The command line takes no notice of the variable.
        assert_eq!(engine::confine().report(), Report::default());
    } else if is("not automated") {
        assert_eq!(engine::confine_window().report(), Report::default());
    }
}

#[test]
fn a_worker_reads_what_it_was_given_and_does_nothing_else() {
    alone("worker_process", "worker", None);
}

#[test]
#[ignore = "run in a process of its own by another test"]
fn worker_process() {
    if !is("worker") {
        return;
    }
    let folder = std::env::temp_dir().join(format!("inroom-worker-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let (given, other) = (folder.join("given"), folder.join("other"));
    fs::write(&given, "a model").unwrap();
    fs::write(&other, "a visit").unwrap();
    let me = std::process::id();

    let mut walls = worker::confine();
    walls.read_only(&[&given, Path::new("/nowhere/at/all")]);
    assert_eq!(walls.report(), Report::default());
    let mut read = String::new();
    File::open(&given)
        .unwrap()
        .read_to_string(&mut read)
        .unwrap();
    assert_eq!(read, "a model");
    // Threads are started, compute and have memory, and have no more rights.
    let other_there = other.clone();
    let thread = std::thread::spawn(move || {
        refused("a file in a thread", File::open(other_there));
        vec![7_u8; 64 << 20]
            .iter()
            .map(|n| u64::from(*n))
            .sum::<u64>()
    });
    assert_eq!(thread.join().unwrap(), 7 * (64 << 20));

    refused("another file", File::open(&other));
    refused("a file of the system", File::open("/etc/hostname"));
    refused("the folder", fs::read_dir(&folder));
    refused(
        "writing what may be read",
        File::options().append(true).open(&given),
    );
    refused("a new file", File::create(folder.join("new")));
    refused("removing a file", fs::remove_file(&given));
    refused(
        "renaming a file",
        fs::rename(&given, folder.join("renamed")),
    );
    refused("TCP", TcpListener::bind("127.0.0.1:0"));
    refused("TCP of version 6", TcpListener::bind("[::1]:0"));
    refused("UDP", UdpSocket::bind("127.0.0.1:0"));
    refused(
        "a socket of this computer",
        UnixListener::bind(folder.join("socket")),
    );
    refused("a pair of sockets", UnixStream::pair());
    refused("a program", Command::new("/bin/true").status());
    refused("a program found on the path", Command::new("true").status());
    assert!(fs::read_to_string("/proc/cpuinfo").is_ok());
    // Its own state is a file too: what is known of it is known from outside.
    refused("its own state", File::open(format!("/proc/{me}/status")));
}
