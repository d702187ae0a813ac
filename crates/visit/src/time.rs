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

/// A length that fits; files can claim longer ones.
const fn at_most(length: u128) -> u64 {
    if length > u64::MAX as u128 {
        u64::MAX
    } else {
        length as u64
    }
}

impl Samples {
    /// How many samples a buffer holds.
    pub const fn of(buffer_len: usize) -> Self {
        Self(buffer_len as u64)
    }

    /// The same length in milliseconds, rounded down.
    pub const fn millis(self) -> Millis {
        Millis(at_most(self.0 as u128 * 1000 / SAMPLE_RATE as u128))
    }
}

impl Millis {
    /// The same length in samples; of a length that no recording has, the most that there is.
    pub const fn samples(self) -> Samples {
        Samples(at_most(self.0 as u128 * SAMPLE_RATE as u128 / 1000))
    }

    /// The length in seconds.
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1000.0
    }
}

impl Add for Samples {
    type Output = Self;
    /// Saturates: what a damaged file claims can be any length.
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
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
    /// Saturates: what a damaged file claims can be any length.
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
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
    fn lengths_never_wrap_around() {
        assert_eq!(Millis(u64::MAX).samples(), Samples(u64::MAX));
        assert_eq!(Samples(u64::MAX) + Samples(1), Samples(u64::MAX));
        assert_eq!(Millis(u64::MAX) + Millis(1), Millis(u64::MAX));
        assert!(Samples(u64::MAX).millis() < Millis(u64::MAX));
    }

    #[test]
    fn millis_read_as_minutes_and_seconds() {
        assert_eq!(Millis(125_999).to_string(), "2:05");
    }
}
