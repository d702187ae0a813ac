//! What the whole-program tests share: where programs, models and sample visits lie, and how the
//! facts of a sample visit are looked for in a note.
#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "test support: a failure is the test's end"
)]

pub mod facts;
pub mod memory;
pub mod namespace;
pub mod needles;
mod picture;
pub mod programs;
pub mod seen;
pub mod sockets;
pub mod sound;
pub mod trace;
pub mod window;
