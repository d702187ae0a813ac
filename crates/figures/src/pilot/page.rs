//! A report as a page to read and to print.

use std::fmt::Write as _;

use governance::Moment;
use visit::UnixMillis;

use super::plot::{self, Layer};
use super::report::{Report, Row};
use crate::Spread;
use crate::markup::{self, text};

const STYLE: &str = include_str!("page.css");

/// A table: what its first column is called, what the others are, and its lines.
struct Table {
    first: &'static str,
    columns: Vec<&'static str>,
    lines: Vec<(String, Vec<String>)>,
}

pub(super) fn write(report: &Report, organisation: Option<&str>, made: UnixMillis) -> String {
    let title = match organisation {
        Some(name) => format!("Pilot report of {}", text(name)),
        None => "Pilot report".to_owned(),
    };
    let span = format!(
        "Visits begun from {} until {}. Made {}. Times are in UTC.",
        Moment(report.from),
        Moment(report.until),
        Moment(UnixMillis(made.0.div_euclid(1000) * 1000)),
    );
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n{}<title>{title}</title>\n<style>\n{STYLE}</style>\n\
         </head>\n<body>\n<main>\n<h1>{title}</h1>\n<p>{span}</p>\n",
        markup::HEAD
    );
    page += &summary(&report.all);
    if report.weeks.is_empty() {
        page += "<p>No visit was begun in this time.</p>\n";
    } else {
        page += &weeks(report);
    }
    if let Some(people) = &report.people {
        page += &person_table(people);
    }
    page += &definitions(report);
    page += "</main>\n</body>\n</html>\n";
    page
}

fn summary(all: &Row) -> String {
    let unsupported = &all.unsupported;
    let facts = [
        (
            "visits",
            all.visits.to_string(),
            format!(
                "{} signed, {} not signed, {} erased",
                all.signed, all.not_signed, all.erased
            ),
        ),
        (
            "minutes recorded",
            format!("{:.0}", all.minutes),
            each(all.minutes_each, 1, "a visit"),
        ),
        (
            "hours to the signature",
            median(all.hours_to_signature, 1),
            half(all.hours_to_signature, 1),
        ),
        (
            "per cent of the draft kept",
            median(all.kept, 0),
            half(all.kept, 0),
        ),
        (
            "unsupported lines found",
            unsupported.found.to_string(),
            format!(
                "{} edited, {} accepted, {} removed, {} borne out later, {} open",
                unsupported.edited,
                unsupported.accepted,
                unsupported.removed,
                unsupported.borne_out,
                unsupported.open
            ),
        ),
        (
            "left out turns offered",
            all.omissions_offered.to_string(),
            format!("{} taken into a note", all.omissions_taken),
        ),
    ];
    let mut list = String::from("<dl class=\"summary\">\n");
    for (name, figure, more) in facts {
        let _ = writeln!(
            list,
            "<div><dt>{name}</dt><dd><strong>{figure}</strong><span>{more}</span></dd></div>"
        );
    }
    list.push_str("</dl>\n");
    list
}

fn weeks(report: &Report) -> String {
    let labels: Vec<String> = report
        .weeks
        .iter()
        .map(|(monday, _)| monday.to_string())
        .collect();
    let rows = || report.weeks.iter().map(|(_, row)| row);
    let layer = |name, of: fn(&Row) -> u32| Layer {
        name,
        values: rows().map(|row| f64::from(of(row))).collect(),
    };
    let lines = |of: &dyn Fn(&Row) -> Vec<String>| {
        let lines = report.weeks.iter().zip(&labels);
        lines
            .map(|((_, row), label)| (label.clone(), of(row)))
            .collect()
    };
    let table = |columns: &[&'static str], of: &dyn Fn(&Row) -> Vec<String>| Table {
        first: "week of",
        columns: columns.to_vec(),
        lines: lines(of),
    };
    let spread = |of: fn(&Row) -> Option<Spread>, digits: usize, unit: &'static str| {
        table(&["visits", unit, "middle half"], &move |row| {
            let found = of(row);
            vec![
                found.map_or(0, |spread| spread.count).to_string(),
                median(found, digits),
                half(found, digits),
            ]
        })
    };
    let mut page = figure(
        "Visits",
        &plot::bars(
            "Visits",
            "visits",
            &labels,
            &[
                layer("signed", |row| row.signed),
                layer("not signed", |row| row.not_signed),
                layer("erased", |row| row.erased),
            ],
        ),
        &table(&["visits", "signed", "not signed", "erased"], &|row| {
            numbers(&[row.visits, row.signed, row.not_signed, row.erased])
        }),
    );
    let minutes = Layer {
        name: "minutes",
        values: rows().map(|row| row.minutes).collect(),
    };
    page += &figure(
        "Minutes recorded",
        &plot::bars("Minutes recorded", "minutes", &labels, &[minutes]),
        &table(&["minutes", "median of a visit", "middle half"], &|row| {
            vec![
                format!("{:.1}", row.minutes),
                median(row.minutes_each, 1),
                half(row.minutes_each, 1),
            ]
        }),
    );
    let hours: Vec<_> = rows().map(|row| row.hours_to_signature).collect();
    page += &figure(
        "Hours from the end of the recording to the signature",
        &plot::spreads("Time to the signature", "hours", &labels, &hours, None),
        &spread(|row| row.hours_to_signature, 1, "median, hours"),
    );
    let kept: Vec<_> = rows().map(|row| row.kept).collect();
    page += &figure(
        "How much of the draft stands in the signed note",
        &plot::spreads("Draft kept", "per cent", &labels, &kept, Some(100.0)),
        &spread(|row| row.kept, 0, "median, per cent"),
    );
    page += &figure(
        "Lines of drafts that the transcript did not bear out, by what became of them",
        &plot::bars(
            "Unsupported lines",
            "lines",
            &labels,
            &[
                layer("edited", |row| row.unsupported.edited),
                layer("accepted", |row| row.unsupported.accepted),
                layer("removed", |row| row.unsupported.removed),
                layer("borne out later", |row| row.unsupported.borne_out),
                layer("open", |row| row.unsupported.open),
            ],
        ),
        &table(
            &[
                "found",
                "edited",
                "accepted",
                "removed",
                "borne out",
                "open",
            ],
            &|row| {
                let lines = &row.unsupported;
                numbers(&[
                    lines.found,
                    lines.edited,
                    lines.accepted,
                    lines.removed,
                    lines.borne_out,
                    lines.open,
                ])
            },
        ),
    );
    page
}

fn person_table(people: &[(String, Row)]) -> String {
    let line = |(person, row): &(String, Row)| {
        let figures = vec![
            row.visits.to_string(),
            row.signed.to_string(),
            format!("{:.0}", row.minutes),
            median(row.hours_to_signature, 1),
            median(row.kept, 0),
            row.unsupported.found.to_string(),
            row.unsupported.accepted.to_string(),
        ];
        (person.clone(), figures)
    };
    let table = Table {
        first: "person",
        columns: vec![
            "visits",
            "signed",
            "minutes",
            "median hours to the signature",
            "median per cent of the draft kept",
            "unsupported lines",
            "accepted",
        ],
        lines: people.iter().map(line).collect(),
    };
    format!(
        "<section>\n<h2>For each person</h2>\n<p>The organisation's document allows these figures. They \
         are of who signed a visit, or made it where nobody has signed.</p>\n{}</section>\n",
        table.html("For each person")
    )
}

fn definitions(report: &Report) -> String {
    let people = if report.people.is_some() {
        ""
    } else {
        "<li>No figure is of a person: the organisation's document does not allow it, or there is none.</li>\n"
    };
    let Row {
        erased,
        without_draft,
        ..
    } = report.all;
    format!(
        "<section class=\"notes\">\n<h2>What the figures say</h2>\n<ul>\n\
         <li><b>Draft kept</b>: 1 less the edit distance (Levenshtein's, in words) between the model's draft \
         and the signed note, over the words of the longer one. The draft is the newest that the model wrote. \
         Capitals and punctuation do not count, headings neither.</li>\n\
         <li><b>Time to the signature</b>: from the end of the recording to the signature, both by the audit \
         log.</li>\n\
         <li><b>Unsupported lines</b>: lines of that draft that the transcript did not bear out. A line that \
         stands in the note with the same words was accepted by a person, is borne out since the transcript was \
         corrected, or is open. One whose words changed counts as edited where a person's line in the same \
         section has half of its words or more; every other one was removed.</li>\n\
         <li><b>Left out turns</b> count as taken where a line that a person wrote rests on them.</li>\n\
         <li><b>Median and middle half</b>: half of the visits lie below the median; the middle half lies \
         between the quartiles.</li>\n</ul>\n<h2>What they do not say</h2>\n<ul>\n\
         <li>{erased} visits were erased. When they began, their length and, by the audit log, their signature \
         are known and counted; what became of their drafts is not known.</li>\n\
         <li>{without_draft} signed visits have no draft of a model.</li>\n{people}\
         <li>A draft that was kept is not a draft that was right: nobody's reading is measured here.</li>\n\
         <li>The figures are of one vault; an organisation with several adds them up.</li>\n</ul>\n</section>\n"
    )
}

fn figure(title: &str, plot: &str, table: &Table) -> String {
    format!(
        "<section>\n<h2>{title}</h2>\n<div class=\"pair\">\n<figure>\n{plot}</figure>\n{}</div>\n</section>\n",
        table.html(title)
    )
}

impl Table {
    fn html(&self, caption: &str) -> String {
        let mut html = format!(
            "<div class=\"scroll\"><table>\n<caption>{caption}</caption>\n<thead><tr><th scope=\"col\">{}</th>",
            self.first
        );
        for column in &self.columns {
            let _ = write!(html, "<th scope=\"col\">{column}</th>");
        }
        html.push_str("</tr></thead>\n<tbody>\n");
        for (name, cells) in &self.lines {
            let _ = write!(html, "<tr><th scope=\"row\">{}</th>", text(name));
            for cell in cells {
                let _ = write!(html, "<td>{cell}</td>");
            }
            html.push_str("</tr>\n");
        }
        html.push_str("</tbody>\n</table></div>\n");
        html
    }
}

fn numbers(numbers: &[u32]) -> Vec<String> {
    numbers.iter().map(u32::to_string).collect()
}

fn median(spread: Option<Spread>, digits: usize) -> String {
    spread.map_or_else(
        || "\u{2013}".to_owned(),
        |spread| format!("{:.digits$}", spread.median),
    )
}

fn half(spread: Option<Spread>, digits: usize) -> String {
    spread.map_or_else(String::new, |spread| {
        format!("{:.digits$} to {:.digits$}", spread.lower, spread.upper)
    })
}

fn each(spread: Option<Spread>, digits: usize, of: &str) -> String {
    spread.map_or_else(String::new, |spread| {
        format!("median {:.digits$} {of}", spread.median)
    })
}
