//! The voice encoder's file.
#![forbid(unsafe_code)]

fn main() {
    inroom_fuzz::run(speech::fuzzing::voice_encoder);
}
