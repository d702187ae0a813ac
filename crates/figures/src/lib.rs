//! What is measured: of a model before it is approved, and of a pilot while it runs.
//!
//! This crate is pure: no input or output, no clock, no randomness. It holds the samples that models
//! are measured with ([`samples`]), the ways of measuring ([`words`], [`facts`], [`Spread`]), the
//! limits that are proposed for what was measured ([`limits`]), and a pilot's report ([`pilot`]).
#![forbid(unsafe_code)]

pub mod dossier;
pub mod facts;
pub mod limits;
pub mod markup;
pub mod pilot;
pub mod samples;
mod spread;
pub mod who;
pub mod words;

pub use spread::Spread;
