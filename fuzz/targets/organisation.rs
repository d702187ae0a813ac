//! An organisation's document.
#![forbid(unsafe_code)]

fn main() {
    inroom_fuzz::run(governance::fuzzing::organisation);
}
