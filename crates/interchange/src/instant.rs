use visit::UnixMillis;

/// A point in time as calendars name it, in UTC: the program that makes a document does not know
/// where it will be read. Years 1 to 9999; what lies outside is taken for the nearest inside.
pub(crate) struct Instant {
    pub(crate) year: i64,
    pub(crate) month: i64,
    pub(crate) day: i64,
    pub(crate) hour: i64,
    pub(crate) minute: i64,
    pub(crate) second: i64,
    millis: i64,
}

const DAY: i64 = 24 * 60 * 60 * 1000;
/// 0001-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z.
const EARLIEST: i64 = -719_162 * DAY;
const LATEST: i64 = 2_932_897 * DAY - 1;

impl Instant {
    pub(crate) fn of(at: UnixMillis) -> Self {
        let at = at.0.clamp(EARLIEST, LATEST);
        let (days, within) = (at.div_euclid(DAY), at.rem_euclid(DAY));
        let (year, month, day) = civil(days);
        Self {
            year,
            month,
            day,
            hour: within / 3_600_000,
            minute: within / 60_000 % 60,
            second: within / 1000 % 60,
            millis: within % 1000,
        }
    }

    /// ISO 8601, to the millisecond, as FHIR's `instant` and `dateTime` have it.
    pub(crate) fn iso(&self) -> String {
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            self.year, self.month, self.day, self.hour, self.minute, self.second, self.millis
        )
    }

    /// ISO 8601, to the second, as the core properties of an Open Packaging container have it.
    pub(crate) fn iso_seconds(&self) -> String {
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
            self.year, self.month, self.day, self.hour, self.minute, self.second
        )
    }

    /// To the second: `YYYYMMDDHHMMSS+0000` (HL7 v2, data type DTM).
    pub(crate) fn digits(&self) -> String {
        format!(
            "{:04}{:02}{:02}{:02}{:02}{:02}+0000",
            self.year, self.month, self.day, self.hour, self.minute, self.second
        )
    }

    /// For people, to the minute.
    pub(crate) fn shown(&self) -> String {
        format!(
            "{:04}-{:02}-{:02} {:02}:{:02} UTC",
            self.year, self.month, self.day, self.hour, self.minute
        )
    }
}

/// Year, month and day of a number of days since 1970-01-01, in the proleptic Gregorian calendar:
/// years are counted from March, so that the leap day is the last one, in eras of 400 years.
fn civil(days: i64) -> (i64, i64, i64) {
    let since = days + 719_468;
    let (era, of_era) = (since.div_euclid(146_097), since.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// How many days a month has.
pub(crate) fn days_in(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_read_as_the_calendar_has_them() {
        for (millis, expected) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_764_141_524_007, "2025-11-26T07:18:44.007Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (i64::MIN, "0001-01-01T00:00:00.000Z"),
            (i64::MAX, "9999-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(Instant::of(UnixMillis(millis)).iso(), expected);
        }
        let instant = Instant::of(UnixMillis(1_764_141_524_007));
        assert_eq!(instant.digits(), "20251126071844+0000");
        assert_eq!(instant.shown(), "2025-11-26 07:18 UTC");
    }

    /// Day after day over two eras, the calendar is gone through without a gap.
    #[test]
    fn each_day_follows_the_one_before() {
        let mut expected = (1600, 1, 1);
        for days in -135_140..157_056 {
            assert_eq!(civil(days), expected, "{days}");
            let (year, month, day) = expected;
            expected = if day < days_in(year, month) {
                (year, month, day + 1)
            } else if month < 12 {
                (year, month + 1, 1)
            } else {
                (year + 1, 1, 1)
            };
        }
    }
}
