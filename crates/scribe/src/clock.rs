//! The wall clock, read in one place for everything but the entries of the audit log, whose times the
//! vault reads itself.

use std::time::{SystemTime, UNIX_EPOCH};

use governance::Moment;
use visit::UnixMillis;

const DAY: i64 = 24 * 60 * 60 * 1000;

/// The wall clock, now. A clock before 1970 reads as 1970.
pub fn now() -> UnixMillis {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    UnixMillis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// The beginning of this day, in UTC.
pub fn today() -> Moment {
    let now = now().0;
    Moment(UnixMillis(now - now.rem_euclid(DAY)))
}

/// So many days later.
pub fn days_after(from: Moment, days: u32) -> Moment {
    Moment(UnixMillis(from.0.0 + i64::from(days) * DAY))
}

/// As an organisation's document can hold it.
pub fn to_the_second(at: UnixMillis) -> Moment {
    Moment(UnixMillis(at.0.div_euclid(1000) * 1000))
}
