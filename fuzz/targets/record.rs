//! Sealed records and wrapped keys, and the JSON in them.
#![forbid(unsafe_code)]

fn main() {
    inroom_fuzz::run(vault::fuzzing::record);
}
