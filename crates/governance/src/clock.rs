//! Until when a breach of unsecured health information is notified, and to whom (45 CFR 164.404 to 408).

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use visit::UnixMillis;

/// Calendar days that 164.404(b), 164.406(b) and 164.408(b), (c) give.
const DAYS: i64 = 60;
/// From as many individuals on, the Secretary is notified at once (164.408(b)).
const MANY: u32 = 500;

/// Whom a breach concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Concerned {
    /// When it was discovered: the first day on which anybody of the organisation but the one who did it
    /// knew, or would have known with reasonable diligence (164.404(a)(2)).
    pub discovered: UnixMillis,
    /// Individuals at most: visits are counted, and a patient may have had several.
    pub individuals: u32,
}

/// By which day somebody is notified at the latest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// Who.
    pub whom: &'static str,
    /// The section.
    pub section: &'static str,
    /// The last day, in UTC. Each notice is without unreasonable delay: this is the end, not the aim.
    pub by: Date,
    /// What to know of it.
    pub note: &'static str,
}

/// The deadlines. A clock beyond the year 9999 has none.
pub fn deadlines(concerned: &Concerned) -> Vec<Deadline> {
    let Ok(discovered) = Timestamp::from_millisecond(concerned.discovered.0) else {
        return Vec::new();
    };
    let discovered = Offset::UTC.to_datetime(discovered).date();
    let after = |day: Date| day.saturating_add(jiff::Span::new().days(DAYS));
    let year_end = Date::new(discovered.year(), 12, 31).unwrap_or(discovered);
    let secretary = if concerned.individuals >= MANY {
        after(discovered)
    } else {
        after(year_end)
    };
    let mut all = vec![Deadline {
        whom: "each individual",
        section: "45 CFR 164.404(b)",
        by: after(discovered),
        note: "in writing by first-class mail, or by e-mail where they agreed to it (164.404(d))",
    }];
    if concerned.individuals > MANY {
        all.push(Deadline {
            whom: "prominent media outlets of the State",
            section: "45 CFR 164.406",
            by: after(discovered),
            note: "if more than 500 residents of one State are concerned",
        });
    }
    all.push(Deadline {
        whom: "the Secretary of Health and Human Services",
        section: if concerned.individuals >= MANY {
            "45 CFR 164.408(b)"
        } else {
            "45 CFR 164.408(c)"
        },
        by: secretary,
        note: if concerned.individuals >= MANY {
            "together with the notice to the individuals"
        } else {
            "fewer than 500: within 60 days after the end of the calendar year of the discovery"
        },
    });
    all
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn days(day: &str, individuals: u32) -> Vec<(&'static str, String)> {
        let at: Timestamp = format!("{day}T22:00:00Z").parse().unwrap();
        let concerned = Concerned {
            discovered: UnixMillis(at.as_millisecond()),
            individuals,
        };
        let all = deadlines(&concerned);
        all.iter()
            .map(|deadline| (deadline.section, deadline.by.to_string()))
            .collect()
    }

    #[test]
    fn few_are_told_to_the_secretary_after_the_year_and_many_at_once() {
        let individuals = ("45 CFR 164.404(b)", "2026-03-02".to_owned());
        assert_eq!(
            days("2026-01-01", 1),
            [
                individuals.clone(),
                ("45 CFR 164.408(c)", "2027-03-01".to_owned())
            ]
        );
        // 2028 is a leap year.
        assert_eq!(days("2027-12-31", 499)[1].1, "2028-02-29");
        assert_eq!(
            days("2026-01-01", 500),
            [
                individuals.clone(),
                ("45 CFR 164.408(b)", "2026-03-02".to_owned())
            ]
        );
        let media = ("45 CFR 164.406", "2026-03-02".to_owned());
        assert_eq!(days("2026-01-01", 501)[..2], [individuals, media]);
    }

    #[test]
    fn a_clock_beyond_time_has_no_deadline() {
        let concerned = Concerned {
            discovered: UnixMillis(i64::MAX),
            individuals: 1,
        };
        assert!(deadlines(&concerned).is_empty());
    }
}
