//! Every write, synchronisation, cut, rename and removal of a vault's life is made to fail, to
//! tear, to come late or to be the last one that works. Each time the vault opens, nothing that was
//! told as kept is lost, no file is left over, and the life goes on from where it was.
//!
//! `cargo xtask torture` does so for every operation in every way; as one of the tests it takes
//! about forty operations for each way. What a medium loses that had confirmed a synchronisation, or
//! reorders before one, is not played.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs
)]

mod life;
#[allow(dead_code, reason = "shared with the store's tests")]
#[path = "../store/sample.rs"]
mod sample;

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use life::{CHUNKS, Kept, SEGMENTS, live, next_passphrase, open, sound, visit_of};
use sample::{note, passphrase, segment};
use vault::{Vault, VaultError};
use visit::VisitState;

const WAYS: [&str; 5] = ["eio", "enospc", "gone", "tear", "delay"];
const CHILD_FOLDER: &str = "INROOM_VAULT_TEST_LIFE";

/// Run by the test below as a process of its own.
#[test]
#[ignore = "the other test's child process"]
fn child() {
    let Ok(folder) = std::env::var(CHILD_FOLDER) else {
        return;
    };
    let say = |line: String| {
        let mut out = std::io::stdout();
        writeln!(out, "\n{line}").unwrap();
        out.flush().unwrap();
    };
    let ended = live(
        &Path::new(&folder).join("vault"),
        &mut |kept| {
            say(format!(
                "kept {} {} {} {} {} {} {} {} {}",
                u32::from(kept.vault),
                kept.chunks,
                kept.segments,
                kept.revisions,
                u32::from(kept.drafted),
                u32::from(kept.erased),
                u32::from(kept.changed),
                u32::from(kept.backed_up),
                u32::from(kept.rotated)
            ));
        },
        &mut |error| say(format!("failed {error:?}")),
    );
    say(match ended {
        Ok(()) => "ended".to_owned(),
        Err(error) => format!("gave up {error:?}"),
    });
}

/// What a child told before its end.
struct Told {
    kept: Kept,
    failures: usize,
    ended: bool,
    all: String,
}

fn told(out: &str) -> Told {
    let mut kept = Kept::default();
    for line in out.lines() {
        let Some(line) = line.strip_prefix("kept ") else {
            continue;
        };
        let numbers: Vec<u32> = line.split(' ').flat_map(str::parse).collect();
        // A last line may be cut off.
        if let [
            vault,
            chunks,
            segments,
            revisions,
            drafted,
            erased,
            changed,
            backed_up,
            rotated,
        ] = numbers[..]
        {
            kept = Kept {
                vault: vault == 1,
                chunks,
                segments,
                revisions,
                drafted: drafted == 1,
                erased: erased == 1,
                changed: changed == 1,
                backed_up: backed_up == 1,
                rotated: rotated == 1,
            };
        }
    }
    Told {
        kept,
        failures: out
            .lines()
            .filter(|line| line.starts_with("failed "))
            .count(),
        ended: out.lines().any(|line| line == "ended"),
        all: out.to_owned(),
    }
}

/// Builds the library that makes operations go wrong; see storage_faults.c.
fn build_faults(into: &Path) -> PathBuf {
    let library = into.join("storage_faults.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/storage_faults.c");
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    let built = Command::new(compiler)
        .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"])
        .arg(&library)
        .arg(source)
        .arg("-ldl")
        .status()
        .expect("a C compiler, which SQLCipher needs as well");
    assert!(built.success());
    library
}

fn run(library: &Path, folder: &Path, way: &str, at: u64, count: &Path) -> Told {
    let child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "child",
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ])
        .env("LD_PRELOAD", library)
        .env(CHILD_FOLDER, folder)
        .env("FAULT_FOLDER", folder)
        .env("FAULT_KIND", way)
        .env("FAULT_AT", at.to_string())
        .env("FAULT_COUNT", count)
        .output()
        .unwrap();
    told(&String::from_utf8_lossy(&child.stdout))
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// What was told is there, whole, and nothing that was never handed in.
fn check_kept(vault: &Vault, kept: Kept) {
    let Some(id) = visit_of(vault, "A").unwrap() else {
        assert_eq!(kept.chunks, 0);
        return;
    };
    let chunks = vault.recorded(id).unwrap().chunks;
    assert!((kept.chunks..=CHUNKS).contains(&chunks), "{chunks} chunks");
    for number in 0..chunks {
        assert_eq!(vault.chunk(id, number).unwrap(), sound(number));
    }
    let segments = vault.segments(id).unwrap();
    assert!((kept.segments as usize..=SEGMENTS as usize).contains(&segments.len()));
    for (segment_found, index) in segments.iter().zip(0..) {
        assert_eq!(*segment_found, segment(index, "my knee hurts"));
    }
    let revisions = vault.revisions(id).unwrap().len();
    assert!((kept.revisions as usize..=2).contains(&revisions));
    let state = vault.visit(id).unwrap().summary.state;
    assert!(!kept.drafted || state == VisitState::Drafted, "{state:?}");
    let found = vault.search("\"knee hurts\"", 10).unwrap().len();
    assert_eq!(found, usize::from(!segments.is_empty()));
    if kept.erased {
        assert_eq!(vault.tombstones().unwrap().len(), 1);
        assert_eq!(visit_of(vault, "B").unwrap(), None);
    }
}

/// The newest backup, restored beside the vault.
fn check_restored(folder: &Path, kept: Kept) {
    let restored = folder.join("restored");
    Vault::restore(&folder.join("backup"), None, &restored, &mut |_, _| ()).unwrap();
    check_kept(&open(&restored).unwrap().0, kept);
    fs::remove_dir_all(&restored).unwrap();
}

/// After whatever happened: what is there, and how it goes on without faults.
fn check(folder: &Path, kept: Kept) {
    const FILES: [&str; 5] = [
        "keys.json",
        "vault.db",
        "vault.db-shm",
        "vault.db-wal",
        "vault.lock",
    ];
    let dir = folder.join("vault");
    assert!(Vault::exists(&dir) || !kept.vault, "the vault is gone");
    if Vault::exists(&dir) {
        let (vault, changed) = open(&dir).unwrap();
        assert!(changed || !kept.changed, "the old passphrase opens it");
        check_kept(&vault, kept);
    }
    if kept.backed_up {
        check_restored(folder, kept);
    }
    // A creation that was cut off is cleared away by one that comes a day later.
    let others = |name: &&String| *name != "vault" && *name != "backup";
    for name in names(folder).iter().filter(others) {
        assert!(name.starts_with(".vault.unfinished-"), "{name} is left");
        assert!(!kept.vault, "{name} is left beside a vault");
        let long_ago = SystemTime::now() - Duration::from_secs(2 * 24 * 60 * 60);
        let unfinished = File::open(folder.join(name)).unwrap();
        unfinished.set_modified(long_ago).unwrap();
    }

    live(&dir, &mut |_| {}, &mut |error| panic!("{error:?}")).unwrap();
    let whole = Kept {
        vault: true,
        chunks: CHUNKS,
        segments: SEGMENTS,
        revisions: 2,
        drafted: true,
        erased: true,
        changed: true,
        backed_up: true,
        rotated: true,
    };
    assert!(matches!(
        Vault::open(&dir, &passphrase()),
        Err(VaultError::WrongPassphrase)
    ));
    let vault = Vault::open(&dir, &next_passphrase()).unwrap();
    check_kept(&vault, whole);
    assert_eq!(vault.visits().unwrap().len(), 1);
    let id = visit_of(&vault, "A").unwrap().unwrap();
    let notes: Vec<_> = vault.revisions(id).unwrap();
    assert_eq!(notes[0].note, note("ice"));
    assert_eq!(notes[1].note, note("ice, and crutches"));
    drop(vault);
    check_restored(folder, whole);
    assert_eq!(names(folder), ["backup", "vault"]);
    for name in names(&dir) {
        assert!(FILES.contains(&name.as_str()), "{name} is left over");
    }
}

#[test]
fn any_storage_operation_may_go_wrong() {
    // In memory where that is to be had: thousands of lives need no disk to wait for.
    let parent = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
    let parent = parent.unwrap();
    let library = build_faults(parent.path());
    let count = parent.path().join("count");
    let quiet = parent.path().join("quiet");
    fs::create_dir(&quiet).unwrap();
    let undisturbed = run(&library, &quiet, "none", 0, &count);
    assert!(undisturbed.ended, "{}", undisturbed.all);
    check(&quiet, undisturbed.kept);
    let operations: u64 = fs::read_to_string(&count).unwrap().trim().parse().unwrap();
    assert!(operations > 200, "{operations} operations");

    let every = std::env::var_os("INROOM_EVERY_FAULT").is_some();
    let stride = if every { 1 } else { operations / 40 };
    let (mut runs, mut hit) = (0, 0);
    let mut sweep = |way: &str, offset: u64| {
        for at in (1 + offset % stride..=operations).step_by(stride as usize) {
            let folder = parent.path().join(format!("{way}-{at}"));
            fs::create_dir(&folder).unwrap();
            let count = folder.with_extension("count");
            let told = run(&library, &folder, way, at, &count);
            let context = || format!("{way} at {at}: {}", told.all);
            match way {
                // Once is survived in place: the step is repeated and the life goes on.
                "eio" | "enospc" => assert!(told.ended && told.failures < 2, "{}", context()),
                "delay" => assert!(told.ended && told.failures == 0, "{}", context()),
                "tear" => assert!(!count.exists(), "{} was not killed", context()),
                _ => {}
            }
            if told.failures > 0 || !told.ended {
                hit += 1;
            }
            let looked = std::panic::catch_unwind(|| check(&folder, told.kept));
            assert!(looked.is_ok(), "{}", context());
            fs::remove_dir_all(&folder).unwrap();
            let _ = fs::remove_file(&count);
            runs += 1;
        }
    };
    // Different operations for the different ways, where not all are taken. One after the other: a
    // child that is just being made would hold the lock of a vault that this process has open.
    for (way, first) in WAYS.into_iter().zip(1..) {
        sweep(way, first);
    }
    println!(
        "{operations} storage operations, {runs} runs with one gone wrong, told or fatal in {hit}: nothing lost, nothing left over"
    );
    // A line for each figure, with a tab before it, for `cargo xtask torture`.
    if let Some(figures) = std::env::var_os("INROOM_FIGURES") {
        let lines = format!(
            "storage operations of a vault's life\t{operations}\n\
             lives with one of them gone wrong, each of which went on with nothing lost and nothing left over\t{runs}\n\
             of them told to the program or fatal to it\t{hit}\n"
        );
        fs::write(Path::new(&figures).join("faults"), lines).unwrap();
    }
}
