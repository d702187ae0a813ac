//! An exported audit log.
#![forbid(unsafe_code)]

fn main() {
    inroom_fuzz::run(audit::fuzzing::export);
}
