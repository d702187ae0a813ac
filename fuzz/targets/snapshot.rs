//! A snapshot of a backup.
#![forbid(unsafe_code)]

fn main() {
    inroom_fuzz::run(vault::fuzzing::snapshot);
}
