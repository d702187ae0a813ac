//! Walls that the operating system puts up around a process on its own request, and the attempt to
//! get through them: no way to the network for the main programs, and hardly anything for a worker.
//!
//! Walls are Linux's: seccomp (a filter of the system calls, seccomp(2)) and Landlock (rights over
//! files, TCP and signals, landlock(7)). A process cannot take them down again, and what it starts
//! inherits them. Where the kernel does not offer one, it is named as missing and the process goes
//! on: the walls come second, after that no code is linked that would need what they keep away.
//!
//! Nobody is taken at their word: [`Report`] holds what was really tried and not refused.
#![forbid(unsafe_code)]

mod attempt;
#[cfg(target_os = "linux")]
mod calls;
pub mod engine;
#[cfg(target_os = "linux")]
mod rights;
mod wall;
pub mod worker;

pub use attempt::THREAD;
pub use wall::{Attempt, Report, Wall};
