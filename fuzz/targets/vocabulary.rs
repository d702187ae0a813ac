//! A clinic's own terms.
#![forbid(unsafe_code)]

fn main() {
    inroom_fuzz::run(governance::fuzzing::vocabulary);
}
