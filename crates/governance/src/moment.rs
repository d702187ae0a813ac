use std::fmt;

use jiff::{Timestamp, civil, tz};
use serde::Deserialize;
use toml::value::Datetime;
use visit::UnixMillis;

/// An instant as the document writes it: a day (its beginning, in UTC) or a time with its offset, to
/// the second: what is finer is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "Datetime")]
pub struct Moment(pub UnixMillis);

/// A date or time that names no instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0} is no instant; write a day (2026-01-31) or a time with its offset (2026-01-31T08:00:00Z)"
)]
pub struct NotAMoment(Datetime);

impl TryFrom<Datetime> for Moment {
    type Error = NotAMoment;

    fn try_from(found: Datetime) -> Result<Self, NotAMoment> {
        let wrong = NotAMoment(found);
        let date = found.date.ok_or(wrong)?;
        let small = |number: u16| i8::try_from(number).map_err(|_| wrong);
        let year = i16::try_from(date.year).map_err(|_| wrong)?;
        let day = civil::Date::new(year, small(date.month.into())?, small(date.day.into())?)
            .map_err(|_| wrong)?;
        let (time, minutes) = match (found.time, found.offset) {
            (None, None) => (civil::Time::midnight(), 0),
            (Some(time), Some(offset)) => {
                let minutes = match offset {
                    toml::value::Offset::Z => 0,
                    toml::value::Offset::Custom { minutes } => minutes,
                };
                let time = civil::Time::new(
                    small(time.hour.into())?,
                    small(time.minute.into())?,
                    small(time.second.unwrap_or(0).into())?,
                    0,
                );
                (time.map_err(|_| wrong)?, minutes)
            }
            _ => return Err(wrong),
        };
        let utc = tz::Offset::UTC
            .to_timestamp(day.to_datetime(time))
            .map_err(|_| wrong)?;
        let millis = utc.as_millisecond() - i64::from(minutes) * 60_000;
        Timestamp::from_millisecond(millis).map_err(|_| wrong)?;
        Ok(Self(UnixMillis(millis)))
    }
}

impl fmt::Display for Moment {
    /// As the document writes it: a day where it is midnight in UTC.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ok(instant) = Timestamp::from_millisecond(self.0.0) else {
            return self.0.0.fmt(f);
        };
        let text = format!("{instant:.0}");
        f.write_str(text.strip_suffix("T00:00:00Z").unwrap_or(&text))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(text: &str) -> Option<Moment> {
        Moment::try_from(text.parse::<Datetime>().unwrap()).ok()
    }

    #[test]
    fn a_day_begins_at_midnight_in_utc() {
        let day = read("1970-01-02").unwrap();
        assert_eq!(day.0, UnixMillis(86_400_000));
        assert_eq!(day.to_string(), "1970-01-02");
    }

    #[test]
    fn a_time_counts_with_its_offset() {
        let moment = read("1970-01-01T01:00:01+01:00").unwrap();
        assert_eq!(moment.0, UnixMillis(1000));
        assert_eq!(moment.to_string(), "1970-01-01T00:00:01Z");
        assert_eq!(read("1969-12-31T16:00:00-08:00").unwrap().0, UnixMillis(0));
    }

    #[test]
    fn what_names_no_instant_is_not_taken() {
        for text in ["1970-01-01T01:00:00", "01:00:00"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_written_reads_the_same() {
        for millis in [0, 86_400_000, 1_795_000_000_000, -1000, 253_402_207_200_000] {
            let moment = Moment(UnixMillis(millis));
            assert_eq!(read(&moment.to_string()), Some(moment));
        }
    }
}
