use serde::Serialize;
use ts_rs::TS;

/// Whether the system refuses this program and its workers every way to the network, as tried at this
/// start.
#[derive(Clone, Debug, Default, Serialize, TS)]
pub struct NothingLeaves {
    /// Everything was refused.
    pub proven: bool,
    /// What was not, or could not be tried; for people.
    pub gaps: Vec<String>,
}
