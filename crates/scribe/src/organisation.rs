//! An organisation's keys and document as files: made, read, taken. The window and the command line
//! share it.

mod files;
mod founding;
mod practice;
mod sheet;
#[cfg(test)]
mod tests;

pub use files::{
    FileError, read_document, read_signed, signature_of, successors_beside, write_private,
    write_public,
};
pub use founding::{Founded, Founder, FoundingError, found, long_enough, random_key};
pub use practice::{FoundingStage, Practice, PracticeError, SetUp, set_up_practice};
