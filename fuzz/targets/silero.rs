//! The voice activity model.
#![forbid(unsafe_code)]

fn main() {
    inroom_fuzz::run(speech::fuzzing::silero);
}
