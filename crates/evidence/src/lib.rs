//! Which words of the transcript a statement of a note rests on, whether they bear it out, and what was left out.
//!
//! Pure: statement and segments in, verdict and character ranges out; no model, no input or output. What words mean
//! stands in `tables/`, plain text that a clinician can read and extend.
//!
//! The way of a judgement: both texts are read into tokens (`word`, `stem`, `number`, `quantity`, `frequency`, `lexicon`,
//! `reading`, `negation`, `side`); the transcript is marked with what answers, corrections, suggestions, refusals and
//! context say about its tokens (`answers` with `subject`, `repair`, `suggestion`, `refusal`, `context`, together in
//! `transcript`); each part of the statement is looked up (`statement`, `hits`, `search`); exact rules can only lower what
//! the share of found words gives (`rules`, `judgement`).
#![forbid(unsafe_code)]

mod answers;
mod context;
mod frequency;
mod hits;
mod judgement;
mod kinds;
mod lexicon;
mod negation;
mod number;
mod omission;
mod phrase;
mod quantity;
mod reading;
mod refusal;
mod repair;
mod rules;
mod search;
mod side;
mod sound;
mod statement;
mod stem;
mod subject;
mod suggestion;
mod table;
mod transcript;
mod word;

pub use judgement::{Judgement, judge};
pub use omission::omissions;
pub use transcript::Transcript;
