use visit::{Evidence, Omission, Section};

use super::*;
use crate::Spread;

fn line(text: &str, origin: Origin, support: Support) -> Statement {
    Statement {
        text: text.into(),
        origin,
        support,
        reason: "".into(),
        evidence: Vec::new(),
    }
}

fn note(sections: &[(&str, Vec<Statement>)]) -> Note {
    let sections = sections.iter().map(|(id, statements)| Section {
        id: (*id).to_owned(),
        title: id.to_uppercase(),
        empty: "Nothing.".to_owned(),
        statements: statements.clone(),
    });
    Note {
        template: "soap".to_owned(),
        sections: sections.collect(),
        omissions: Vec::new(),
    }
}

fn draft() -> Note {
    use Origin::Model;
    use Support::{Supported, Unsupported};
    note(&[
        (
            "history",
            vec![
                line("She fell on the stairs.", Model, Supported),
                line("She takes forty milligrams of aspirin.", Model, Unsupported),
                line("She smokes.", Model, Unsupported),
            ],
        ),
        (
            "plan",
            vec![
                line("Rest for one week.", Model, Unsupported),
                line("X-ray of the hip.", Model, Unsupported),
                line("Call the son.", Model, Unsupported),
            ],
        ),
    ])
}

#[test]
fn what_became_of_each_unsupported_line_is_counted_once() {
    use Origin::{Accepted, Model, Person};
    use Support::{Supported, Unsupported};
    let now = note(&[
        (
            "history",
            vec![
                line("She fell on the stairs.", Model, Supported),
                // Edited: four of six words are the same.
                line("She takes eighty milligrams of aspirin.", Person, Supported),
                // Removed: "She smokes."
            ],
        ),
        (
            "plan",
            vec![
                line("Rest for one week.", Accepted, Unsupported),
                // Borne out after a correction of the transcript.
                line("X-ray of the hip.", Model, Supported),
                line("Call the son.", Model, Unsupported),
                line("Something that the person added.", Person, Supported),
            ],
        ),
    ]);
    let outcome = DraftOutcome::of(&draft(), &now);
    let expected = Lines {
        found: 5,
        edited: 1,
        accepted: 1,
        removed: 1,
        borne_out: 1,
        open: 1,
    };
    assert_eq!(outcome.unsupported, expected);
    // One word exchanged, two taken out, five put in.
    let (old, new) = (all_words(&draft()), all_words(&now));
    assert_eq!((old.len(), new.len()), (25, 28));
    assert_eq!(outcome.kept, 1.0 - 8.0 / 28.0);
}

#[test]
fn an_untouched_draft_is_kept_and_its_lines_are_open() {
    let outcome = DraftOutcome::of(&draft(), &draft());
    assert_eq!(outcome.kept, 1.0);
    assert_eq!(
        (outcome.unsupported.found, outcome.unsupported.open),
        (5, 5)
    );
}

#[test]
fn a_line_in_another_section_or_unlike_it_is_no_rewritten_one() {
    use Support::Supported;
    let now = note(&[
        (
            "history",
            vec![line(
                "She never smoked in her whole life.",
                Origin::Person,
                Supported,
            )],
        ),
        (
            "plan",
            vec![line(
                "She takes eighty milligrams of aspirin.",
                Origin::Person,
                Supported,
            )],
        ),
    ]);
    let lines = DraftOutcome::of(&draft(), &now).unsupported;
    assert_eq!((lines.found, lines.edited, lines.removed), (5, 0, 5));
}

#[test]
fn an_omission_is_taken_where_a_persons_line_rests_on_it() {
    let omission = |segment| Omission {
        segment,
        text: "a turn".into(),
        why: "a medicine".into(),
    };
    let mut draft = note(&[("plan", Vec::new())]);
    draft.omissions = vec![omission(3), omission(7)];
    let mut added = line("Take it at night.", Origin::Person, Support::Supported);
    added.evidence = vec![Evidence {
        segment: 7,
        start: 0,
        end: 4,
    }];
    let outcome = DraftOutcome::of(&draft, &note(&[("plan", vec![added])]));
    assert_eq!((outcome.omissions_offered, outcome.omissions_taken), (2, 1));
}

const HOUR: u64 = 3_600_000;
/// 2026-01-05T10:00Z, a Monday.
const MONDAY: i64 = 1_767_607_200_000;

fn visit(day: i64, account: &str) -> VisitFigures {
    VisitFigures {
        started_at: UnixMillis(MONDAY + day * 86_400_000),
        account: Some(account.to_owned()),
        recorded: Millis(600_000),
        erased: false,
        signed: false,
        to_signature: None,
        draft: None,
    }
}

fn figures(per_person: bool) -> PilotFigures {
    let drafted = |kept, found| {
        Some(DraftOutcome {
            kept,
            unsupported: Lines {
                found,
                removed: found,
                ..Lines::default()
            },
            omissions_offered: 2,
            omissions_taken: 1,
        })
    };
    let signed = |visit, hours, kept, found| VisitFigures {
        signed: true,
        to_signature: Some(Millis(hours * HOUR)),
        draft: drafted(kept, found),
        ..visit
    };
    PilotFigures {
        from: UnixMillis(MONDAY),
        until: UnixMillis(MONDAY + 90 * 86_400_000),
        per_person,
        visits: vec![
            signed(visit(0, "ada@a.example"), 1, 0.5, 1),
            signed(visit(6, "ada@a.example"), 3, 1.0, 0),
            // Two weeks later.
            VisitFigures {
                erased: true,
                signed: true,
                to_signature: Some(Millis(8 * HOUR)),
                ..visit(21, "ben@a.example")
            },
            // A draft that nobody has signed counts for its lines, not for what was kept.
            VisitFigures {
                draft: drafted(0.1, 4),
                ..visit(22, "ben@a.example")
            },
            VisitFigures {
                signed: true,
                ..visit(23, "ben@a.example")
            },
        ],
    }
}

#[test]
fn known_visits_give_known_figures() {
    let report = Report::of(&figures(false));
    let all = &report.all;
    let counts = (all.visits, all.signed, all.not_signed, all.erased);
    assert_eq!(counts, (5, 3, 1, 1));
    assert_eq!(all.minutes, 50.0);
    let middle = |spread: Option<Spread>| spread.map(|found| (found.count, found.median));
    assert_eq!(middle(all.minutes_each), Some((5, 10.0)));
    assert_eq!(middle(all.hours_to_signature), Some((3, 3.0)));
    assert_eq!(middle(all.kept), Some((2, 75.0)));
    assert_eq!(all.without_draft, 1);
    assert_eq!((all.unsupported.found, all.unsupported.removed), (5, 5));
    assert_eq!((all.omissions_offered, all.omissions_taken), (6, 3));
    let weeks: Vec<(String, u32)> = report
        .weeks
        .iter()
        .map(|(monday, row)| (monday.to_string(), row.visits))
        .collect();
    let expected = [
        ("2026-01-05", 2),
        ("2026-01-12", 0),
        ("2026-01-19", 0),
        ("2026-01-26", 3),
    ];
    let expected = expected.map(|(monday, visits)| (monday.to_owned(), visits));
    assert_eq!(weeks, expected);
    assert_eq!(report.people, None);
}

#[test]
fn figures_of_a_person_stand_nowhere_unless_they_are_given() {
    for (per_person, expected) in [(false, false), (true, true)] {
        let report = Report::of(&figures(per_person));
        let (csv, page) = (
            report.csv(),
            report.page(Some("North <Side>"), UnixMillis(MONDAY)),
        );
        for (name, text) in [("csv", &csv), ("page", &page)] {
            assert_eq!(text.contains("ada@a.example"), expected, "{name}");
        }
        assert!(page.contains("North &lt;Side&gt;"));
        let people = if per_person { 2 } else { 0 };
        assert_eq!(csv.lines().count(), 1 + 1 + 4 + people);
        let columns = |line: &str| line.split(',').count();
        assert!(
            csv.lines()
                .all(|line| columns(line) == columns(&csv[..csv.find('\r').unwrap_or(0)]))
        );
    }
}

#[test]
fn a_page_runs_nothing_loads_nothing_and_has_a_table_for_each_plot() {
    let page = Report::of(&figures(true)).page(None, UnixMillis(MONDAY));
    for absent in ["<script", "href=", "src=", "url(", " on"] {
        let tags = page.split('<').filter_map(|part| part.split_once('>'));
        let absent_in_tags = tags
            .map(|(tag, _)| tag)
            .all(|tag| !format!("<{tag}").contains(absent));
        assert!(absent_in_tags, "{absent}");
    }
    assert_eq!(page.matches("<svg").count(), 5);
    assert_eq!(page.matches("<table").count(), 6);
    assert_eq!(page.matches("role=\"img\"").count(), 5);
    let empty = PilotFigures {
        visits: Vec::new(),
        ..figures(false)
    };
    let page = Report::of(&empty).page(None, UnixMillis(MONDAY));
    assert!(page.contains("No visit was begun"), "{page}");
}
