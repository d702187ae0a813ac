//! The organisation's recovery key: identity, recipient, and what was encrypted to it.
#![forbid(unsafe_code)]

fn main() {
    inroom_fuzz::run(vault::fuzzing::escrow);
}
