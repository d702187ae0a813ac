//! What leaves the program: a note in the forms that other systems and people read.
//!
//! This crate turns a note that it is handed into text; it reads no store and writes no file.
#![forbid(unsafe_code)]

mod text;

pub use text::{Marks, plain_text};
