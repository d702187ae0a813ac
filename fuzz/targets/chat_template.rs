//! The chat template that a model file carries.
#![forbid(unsafe_code)]

fn main() {
    inroom_fuzz::run(drafting::fuzzing::chat_template);
}
