//! The keys file.
#![forbid(unsafe_code)]

fn main() {
    inroom_fuzz::run(vault::fuzzing::keys);
}
