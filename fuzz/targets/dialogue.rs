//! A transcript that is imported as text.
#![forbid(unsafe_code)]

fn main() {
    inroom_fuzz::run(scribe::fuzzing::dialogue);
}
