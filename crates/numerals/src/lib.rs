//! Numbers, doses and units of spoken English, written as clinicians write them: "five milligrams"
//! as 5 mg. Each changed word keeps what was spoken.
//!
//! A wrong dose is worse than a spelled one: what can be read in two ways stays as it was spoken.
//! Written forms follow the Institute for Safe Medication Practices' list of error-prone
//! abbreviations (<https://www.ismp.org/recommendations/error-prone-abbreviations-list>): a zero
//! before a decimal point and none at a fraction's end, commas from 1,000 on, mcg and not µg,
//! "units", "per" and "daily" in full. Dates, times of day, ordinals and sides are left alone.
//!
//! This crate is pure: words in, words out.
#![forbid(unsafe_code)]

mod atom;
mod chain;
mod context;
mod figure;
mod number;
mod reading;
mod run;
mod segment;
mod token;
mod unit;
mod unit_edits;

pub use atom::{BELOW_TWENTY, TENS};
pub use segment::write;
