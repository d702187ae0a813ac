//! Imported sound: WAV, FLAC, MP3, M4A and OGG.
#![forbid(unsafe_code)]

fn main() {
    inroom_fuzz::run(capture::fuzzing::audio);
}
