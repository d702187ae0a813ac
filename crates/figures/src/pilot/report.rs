use std::collections::BTreeMap;

use governance::Moment;
use serde::Serialize;
use visit::UnixMillis;

use super::{Lines, PilotFigures, VisitFigures, csv, page};
use crate::Spread;

const DAY: i64 = 24 * 60 * 60 * 1000;
const WEEK: i64 = 7 * DAY;
/// 1970-01-05, the first Monday.
const MONDAY: i64 = 4 * DAY;
/// Weeks that a report has room for: ten years.
const MOST_WEEKS: i64 = 522;

/// The figures of a pilot, over all and week by week.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Visits that were begun from then on.
    pub from: UnixMillis,
    /// Visits that were begun before then.
    pub until: UnixMillis,
    /// Of all visits.
    pub all: Row,
    /// Of each week, from its Monday on in UTC, without a gap.
    pub weeks: Vec<(Moment, Row)>,
    /// Of each person; `None` if the policy does not give them.
    pub people: Option<Vec<(String, Row)>>,
}

/// The figures of some visits together.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Row {
    /// How many visits there are.
    pub visits: u32,
    /// Those that are there and signed.
    pub signed: u32,
    /// Those that are there and not signed.
    pub not_signed: u32,
    /// Those that were erased as a whole.
    pub erased: u32,
    /// Minutes recorded, altogether.
    pub minutes: f64,
    /// Minutes recorded in a visit.
    pub minutes_each: Option<Spread>,
    /// Hours from the end of the recording to the signature.
    pub hours_to_signature: Option<Spread>,
    /// How much of a draft stands in the signed note, in per cent.
    pub kept: Option<Spread>,
    /// Signed visits that no model has drafted.
    pub without_draft: u32,
    /// Lines that the transcript did not bear out.
    pub unsupported: Lines,
    /// Turns that were offered as left out.
    pub omissions_offered: u32,
    /// Those that were taken.
    pub omissions_taken: u32,
}

impl Row {
    fn of<'v>(visits: impl Iterator<Item = &'v VisitFigures> + Clone) -> Self {
        let minutes = |visit: &VisitFigures| visit.recorded.seconds() / 60.0;
        let hours = |visit: &VisitFigures| Some(visit.to_signature?.seconds() / 3600.0);
        let signed = visits.clone().filter(|visit| visit.signed);
        let kept = |visit: &VisitFigures| Some(visit.draft?.kept * 100.0);
        let mut row = Self {
            minutes: visits.clone().map(minutes).sum(),
            minutes_each: Spread::of(visits.clone().map(minutes)),
            hours_to_signature: Spread::of(visits.clone().filter_map(hours)),
            kept: Spread::of(signed.filter_map(kept)),
            ..Self::default()
        };
        for visit in visits {
            row.visits += 1;
            match (visit.erased, visit.signed) {
                (true, _) => row.erased += 1,
                (false, true) => row.signed += 1,
                (false, false) => row.not_signed += 1,
            }
            match &visit.draft {
                Some(draft) => {
                    row.unsupported.add(&draft.unsupported);
                    row.omissions_offered += draft.omissions_offered;
                    row.omissions_taken += draft.omissions_taken;
                }
                None if visit.signed && !visit.erased => row.without_draft += 1,
                None => {}
            }
        }
        row
    }
}

impl Report {
    /// From the figures of each visit.
    pub fn of(figures: &PilotFigures) -> Self {
        let PilotFigures {
            from,
            until,
            visits,
            per_person,
        } = figures;
        let mut by_week: BTreeMap<i64, Vec<&VisitFigures>> = BTreeMap::new();
        let mut by_person: BTreeMap<&str, Vec<&VisitFigures>> = BTreeMap::new();
        for visit in visits {
            let week = (visit.started_at.0 - MONDAY).div_euclid(WEEK);
            by_week.entry(week).or_default().push(visit);
            let account = visit.account.as_deref().unwrap_or("not known");
            by_person.entry(account).or_default().push(visit);
        }
        let first = by_week.keys().next().copied();
        let last = by_week.keys().next_back().copied();
        let weeks = first.zip(last).map_or(0..0, |(first, last)| {
            first.max(last - MOST_WEEKS + 1)..last + 1
        });
        let row = |visits: &[&VisitFigures]| Row::of(visits.iter().copied());
        let week = |number: i64| {
            let visits = by_week.get(&number).map(Vec::as_slice);
            let monday = Moment(UnixMillis(MONDAY + number * WEEK));
            (monday, row(visits.unwrap_or_default()))
        };
        let person =
            |(account, visits): (&&str, &Vec<&VisitFigures>)| ((*account).to_owned(), row(visits));
        Self {
            from: *from,
            until: *until,
            all: Row::of(visits.iter()),
            weeks: weeks.map(week).collect(),
            people: per_person.then(|| by_person.iter().map(person).collect()),
        }
    }

    /// As comma-separated values (RFC 4180): a line for all, one for each week, one for each person if
    /// the policy gives them. The first line names the columns, with their units.
    pub fn csv(&self) -> String {
        csv::write(self)
    }

    /// As a page of HTML without anything that runs or is loaded: plots, each with its table.
    pub fn page(&self, organisation: Option<&str>, made: UnixMillis) -> String {
        page::write(self, organisation, made)
    }
}
