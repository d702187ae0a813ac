//! The line of a device secret file.
#![forbid(unsafe_code)]

fn main() {
    inroom_fuzz::run(vault::fuzzing::device_secret);
}
