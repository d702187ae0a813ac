use std::fmt;
use std::ops::{Add, Sub};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Samples per second of every recording inside the program (one channel).
pub const SAMPLE_RATE: u32 = 16_000;

/// A position or length in a visit's recording, in milliseconds.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS,
)]
#[serde(transparent)]
#[ts(type = "number")]
pub struct Millis(pub u64);

/// A position or length in a visit's recording, in samples at [`SAMPLE_RATE`].
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS,
)]
#[serde(transparent)]
#[ts(type = "number")]
pub struct Samples(pub u64);

/// A wall-clock instant: milliseconds since 1970-01-01T00:00:00Z.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS,
)]
#[serde(transparent)]
#[ts(type = "number")]
pub struct UnixMillis(pub i64);

impl Samples {
    /// How many samples a buffer holds.
    pub const fn of(buffer_len: usize) -> Self {
        Self(buffer_len as u64)
    }

    /// The same length in milliseconds, rounded down.
    pub const fn millis(self) -> Millis {
        Millis(self.0 * 1000 / SAMPLE_RATE as u64)
    }
}

impl Millis {
    /// The same length in samples.
    pub const fn samples(self) -> Samples {
        Samples(self.0 * SAMPLE_RATE as u64 / 1000)
    }

    /// The length in seconds.
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1000.0
    }
}

impl Add for Samples {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Samples {
    type Output = Self;
    /// Saturates at zero: a length is never negative.
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Add for Millis {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Millis {
    type Output = Self;
    /// Saturates at zero: a length is never negative.
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl fmt::Display for Millis {
    /// Minutes and seconds, `m:ss`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0 / 1000;
        write!(f, "{}:{:02}", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_and_millis_convert_both_ways() {
        assert_eq!(Samples(16_000).millis(), Millis(1000));
        assert_eq!(Millis(250).samples(), Samples(4000));
        assert_eq!(Samples(15).millis(), Millis(0));
    }

    #[test]
    fn lengths_never_go_below_zero() {
        assert_eq!(Millis(5) - Millis(9), Millis(0));
    }

    #[test]
    fn millis_read_as_minutes_and_seconds() {
        assert_eq!(Millis(125_999).to_string(), "2:05");
    }
}
