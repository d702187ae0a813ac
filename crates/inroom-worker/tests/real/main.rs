//! The real worker program as a child of this test program. What it needs of models is small:
//! `cargo xtask models fetch --set ci`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[cfg(target_os = "linux")]
mod confinement;
mod hearing;
mod refusals;
mod running;
mod writing;
