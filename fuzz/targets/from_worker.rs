//! Frames on their way from a worker.
#![forbid(unsafe_code)]

fn main() {
    inroom_fuzz::run(worker::fuzzing::from_worker);
}
