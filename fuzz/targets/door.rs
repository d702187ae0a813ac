//! The notes at a vault's door.
#![forbid(unsafe_code)]

fn main() {
    inroom_fuzz::run(vault::fuzzing::door);
}
