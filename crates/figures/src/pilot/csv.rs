//! A report as comma-separated values (RFC 4180).

use super::report::{Report, Row};
use crate::Spread;

const COLUMNS: &[&str] = &[
    "scope",
    "week_begins_utc",
    "person",
    "visits",
    "visits_signed",
    "visits_not_signed",
    "visits_erased",
    "recorded_minutes_total",
    "recorded_minutes_median",
    "recorded_minutes_lower_quartile",
    "recorded_minutes_upper_quartile",
    "time_to_signature_visits",
    "time_to_signature_hours_median",
    "time_to_signature_hours_lower_quartile",
    "time_to_signature_hours_upper_quartile",
    "draft_kept_visits",
    "draft_kept_percent_median",
    "draft_kept_percent_lower_quartile",
    "draft_kept_percent_upper_quartile",
    "signed_without_draft_visits",
    "unsupported_lines_found",
    "unsupported_lines_edited",
    "unsupported_lines_accepted",
    "unsupported_lines_removed",
    "unsupported_lines_borne_out_later",
    "unsupported_lines_open",
    "omissions_offered",
    "omissions_taken",
];

pub(super) fn write(report: &Report) -> String {
    let mut lines = vec![COLUMNS.iter().map(|name| (*name).to_owned()).collect()];
    lines.push(line("all", "", "", &report.all));
    for (monday, row) in &report.weeks {
        lines.push(line("week", &monday.to_string(), "", row));
    }
    for (person, row) in report.people.iter().flatten() {
        lines.push(line("person", "", person, row));
    }
    let lines = lines.iter().map(|fields: &Vec<String>| {
        let fields: Vec<String> = fields.iter().map(|one| field(one)).collect();
        format!("{}\r\n", fields.join(","))
    });
    lines.collect()
}

fn line(scope: &str, week: &str, person: &str, row: &Row) -> Vec<String> {
    let Row {
        visits,
        signed,
        not_signed,
        erased,
        minutes,
        minutes_each,
        hours_to_signature,
        kept,
        without_draft,
        unsupported,
        omissions_offered,
        omissions_taken,
    } = row;
    let mut fields = vec![scope.to_owned(), week.to_owned(), person.to_owned()];
    let counted = |fields: &mut Vec<String>, numbers: &[u32]| {
        fields.extend(numbers.iter().map(u32::to_string));
    };
    let spread = |fields: &mut Vec<String>, spread: &Option<Spread>| match spread {
        Some(spread) => fields.extend([spread.median, spread.lower, spread.upper].map(number)),
        None => fields.extend([const { String::new() }; 3]),
    };
    let of = |spread: &Option<Spread>| spread.map_or(0, |spread| spread.count).to_string();
    counted(&mut fields, &[*visits, *signed, *not_signed, *erased]);
    fields.push(number(*minutes));
    spread(&mut fields, minutes_each);
    fields.push(of(hours_to_signature));
    spread(&mut fields, hours_to_signature);
    fields.push(of(kept));
    spread(&mut fields, kept);
    counted(
        &mut fields,
        &[
            *without_draft,
            unsupported.found,
            unsupported.edited,
            unsupported.accepted,
            unsupported.removed,
            unsupported.borne_out,
            unsupported.open,
            *omissions_offered,
            *omissions_taken,
        ],
    );
    fields
}

/// Two digits behind the point.
fn number(value: f64) -> String {
    format!("{value:.2}")
}

/// In quotes where it has to be. What a table's program would take for a formula gets an apostrophe
/// before it.
fn field(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_stays_one_field_and_no_formula() {
        assert_eq!(field("ada@a.example"), "ada@a.example");
        assert_eq!(field("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(field("=1+1"), "'=1+1");
    }

    #[test]
    fn every_line_has_every_column() {
        assert_eq!(line("all", "", "", &Row::default()).len(), COLUMNS.len());
    }
}
