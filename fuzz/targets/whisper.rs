//! A Whisper model before whisper.cpp sees it.
#![forbid(unsafe_code)]

fn main() {
    inroom_fuzz::run(speech::fuzzing::whisper);
}
