//! A language model's file: header, metadata, vocabulary.
#![forbid(unsafe_code)]

fn main() {
    inroom_fuzz::run(drafting::fuzzing::gguf);
}
