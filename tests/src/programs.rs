//! The built programs, as a person would start them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Small models that the tests draft and recognise with.
pub const SPEECH: &str = "whisper-tiny.en";
/// Small language model of the tests.
pub const DRAFTING: &str = "qwen2.5-coder-0.5b-instruct";
/// A drafting model that writes nonsense, soon: for what does not look at the words.
pub const TINIEST_DRAFTING: &str = "smollm2-135m-instruct";

/// The project's folder.
pub fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests lie in the project")
        .to_owned()
}

/// A built program of the project, which lies beside the folder of the test programs.
pub fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    let folder = test
        .ancestors()
        .nth(2)
        .expect("tests lie in target/<profile>/deps");
    let path = folder.join(name);
    assert!(
        path.is_file(),
        "{name} is not built; run the tests with `cargo xtask test`"
    );
    path
}

/// The command line program with these arguments.
pub fn inroomctl<I: IntoIterator<Item = S>, S: AsRef<std::ffi::OsStr>>(arguments: I) -> Output {
    Command::new(program("inroomctl"))
        .args(arguments)
        .stdin(std::process::Stdio::null())
        .output()
        .expect("inroomctl starts")
}

/// Makes a vault without an organisation in this folder, as `inroomctl` still does: the window opens such
/// a one and makes none.
pub fn make_vault(folder: &Path, device_secret: &Path, passphrase: &str) {
    let words = folder.join("passphrase");
    std::fs::write(&words, passphrase).expect("a file for the passphrase");
    let made = inroomctl([
        "vault".as_ref(),
        "create".as_ref(),
        "--without-recovery-key".as_ref(),
        "--vault".as_ref(),
        folder.join("vault").as_os_str(),
        "--device-secret-file".as_ref(),
        device_secret.as_os_str(),
        "--passphrase-file".as_ref(),
        words.as_os_str(),
    ]);
    std::fs::remove_file(&words).expect("the file was there");
    let said = String::from_utf8_lossy(&made.stderr);
    assert!(made.status.success(), "{said}");
}

/// Whether the system would write the memory of a process to disk when it dies of an error.
pub fn may_dump_core(pid: u32) -> bool {
    let limits = std::fs::read_to_string(format!("/proc/{pid}/limits")).expect("the process runs");
    let core = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max core file size"))
        .expect("there is such a limit");
    core.split_whitespace().take(2).any(|limit| limit != "0")
}

/// Whether the tests run as root, who may mount what they need.
pub fn is_root() -> bool {
    let said = Command::new("id").arg("-u").output().expect("id runs");
    said.stdout.trim_ascii() == b"0"
}

/// A sample visit's file, such as `injured-knee.flac`.
pub fn visit_fixture(name: &str) -> PathBuf {
    project().join("tests/fixtures/visits").join(name)
}

/// A short sound for decoders and recognisers, such as `hello.flac`.
pub fn audio_fixture(name: &str) -> PathBuf {
    project().join("tests/fixtures/audio").join(name)
}

/// Where a fetched model lies.
pub fn model(id: &str) -> PathBuf {
    scribe::models::resolve(id)
        .unwrap_or_else(|error| panic!("{error} (cargo xtask models fetch --set ci)"))
        .path
}

/// Says what was measured, and leaves it where `INROOM_FIGURES` names a folder for it: a line for
/// each figure, with a tab between what was measured and the figure.
#[allow(
    clippy::print_stdout,
    reason = "what a test has measured is for a person"
)]
pub fn figures(name: &str, measured: &[(&str, String)]) {
    let lines: String = measured
        .iter()
        .map(|(what, figure)| format!("{what}\t{figure}\n"))
        .collect();
    println!("{name}:\n{lines}");
    if let Some(folder) = std::env::var_os("INROOM_FIGURES") {
        std::fs::write(Path::new(&folder).join(name), lines).expect("the figures are kept");
    }
}
