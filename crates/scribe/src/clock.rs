//! The wall clock, read in one place for everything but the entries of the audit log, whose times the
//! vault reads itself.

use std::time::{SystemTime, UNIX_EPOCH};

use visit::UnixMillis;

/// The wall clock, now. A clock before 1970 reads as 1970.
pub fn now() -> UnixMillis {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    UnixMillis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
