//! Signed statements: tombstones and signatures of notes.
#![forbid(unsafe_code)]

fn main() {
    inroom_fuzz::run(vault::fuzzing::signed);
}
