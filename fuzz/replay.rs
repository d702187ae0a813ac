//! Gives a decoder every file of its corpus, as a fuzzer begins: included by the crates' tests (`#[path]`).

use std::fs;
use std::path::{Path, PathBuf};

/// Calls the decoder with each file of `fuzz/corpus/TARGET`; a decoder that panics fails the test, which then shows the
/// file's name.
pub(crate) fn replay(target: &str, decode: fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/corpus")
        .join(target);
    let mut files: Vec<PathBuf> = fs::read_dir(&corpus)
        .expect("a corpus")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{target}: no file in the corpus");
    for file in files {
        println!("{}", file.display());
        decode(&fs::read(&file).expect("a file"));
    }
}
