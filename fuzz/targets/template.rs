//! A template for notes.
#![forbid(unsafe_code)]

fn main() {
    inroom_fuzz::run(visit::fuzzing::template);
}
