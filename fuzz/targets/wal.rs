//! The write-ahead log, as it is judged before SQLite reads it.
#![forbid(unsafe_code)]

fn main() {
    inroom_fuzz::run(vault::fuzzing::wal);
}
