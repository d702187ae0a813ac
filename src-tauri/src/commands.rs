//! What the page may ask for. Each command is a call into another crate and its answer; none holds
//! a rule of its own. All run off the window's thread, so that it never waits.

pub mod backup;
pub mod correcting;
pub mod exporting;
pub mod incident;
pub mod note;
pub mod recording;
pub mod retention;
pub mod start;
pub mod visits;
