//! Both directions of the pipe as functions of any bytes: each frame ends with a message or a typed error.
#![allow(clippy::panic)] // That is how a fuzzer is told of a finding.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::frame;
use crate::protocol::{FromWorker, ToWorker};

/// Frames on their way to a worker.
pub fn to_worker(bytes: &[u8]) {
    read_all::<ToWorker>(bytes);
}

/// Frames on their way from a worker.
pub fn from_worker(bytes: &[u8]) {
    read_all::<FromWorker>(bytes);
}

/// Reads to the first error, as both sides do; what was read is written and reads as the same again.
fn read_all<M: Serialize + DeserializeOwned>(mut bytes: &[u8]) {
    while let Ok(message) = frame::read::<M>(&mut bytes) {
        let Ok(written) = frame::encode(&message) else {
            panic!("a message that was read cannot be written");
        };
        let again = frame::read::<M>(&mut written.as_slice());
        let again = again.ok().and_then(|message| frame::encode(&message).ok());
        assert!(again == Some(written), "a message changes on its way");
    }
}

#[cfg(test)]
#[path = "../../../fuzz/replay.rs"]
mod replay;

#[cfg(test)]
mod tests {
    use super::replay::replay;

    #[test]
    fn the_corpora_are_read_without_a_panic() {
        replay("to_worker", super::to_worker);
        replay("from_worker", super::from_worker);
    }
}
