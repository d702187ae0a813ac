//! The list of models.
#![forbid(unsafe_code)]

fn main() {
    inroom_fuzz::run(scribe::fuzzing::catalogue);
}
