//! A sealed chunk of sound.
#![forbid(unsafe_code)]

fn main() {
    inroom_fuzz::run(vault::fuzzing::chunk);
}
