//! Frames on their way to a worker.
#![forbid(unsafe_code)]

fn main() {
    inroom_fuzz::run(worker::fuzzing::to_worker);
}
