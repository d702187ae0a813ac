//! What the judge makes of the pairs, counted and printed.

use crate::dropped::Dropped;
use crate::truths::Origin;
use visit::Support;

/// How both statements of a pair were judged.
pub struct Outcome {
    pub kind: &'static str,
    pub origin: Origin,
    pub held_out: bool,
    pub truth: Support,
    pub untruth: Support,
}

/// Whether a statement comes from one kind of source.
type IsOrigin = fn(Origin) -> bool;

fn percent(part: usize, whole: usize) -> String {
    match whole {
        0 => "–".to_owned(),
        _ => format!("{:.1}", part as f64 * 100.0 / whole as f64),
    }
}

/// A row for each kind, then one for all: figures of the part that rules may be made for, then of the one kept apart.
pub fn print(outcomes: &[Outcome], kinds: impl Iterator<Item = &'static str>) {
    println!(
        "| kind | pairs | recall | precision | false flags | held out: pairs | recall | precision | false flags |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for kind in kinds {
        row(
            kind,
            &outcomes
                .iter()
                .filter(|o| o.kind == kind)
                .collect::<Vec<_>>(),
        );
    }
    row("all", &outcomes.iter().collect::<Vec<_>>());
    println!();
    println!(
        "| true statement taken from | statements | flagged | of them unsupported | held out: statements | flagged | of them unsupported |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    let origins: [(&str, IsOrigin); 6] = [
        ("reference note, all its words said", |o| {
            o == Origin::Reference
        }),
        ("patient's own sentence", |o| o == Origin::Patient),
        ("yes or no to one question", |o| {
            matches!(o, Origin::Answer { .. })
        }),
        ("one medicine and one dose in a turn", |o| {
            o == Origin::Medicine
        }),
        ("plan that the clinician announced", |o| o == Origin::Plan),
        ("finding that the clinician told", |o| o == Origin::Finding),
    ];
    for (name, is) in origins {
        let mut cells = Vec::new();
        for held_out in [false, true] {
            let own: Vec<&Outcome> = outcomes
                .iter()
                .filter(|o| is(o.origin) && o.held_out == held_out)
                .collect();
            let flagged = own.iter().filter(|o| o.truth != Support::Supported).count();
            let unsupported = own
                .iter()
                .filter(|o| o.truth == Support::Unsupported)
                .count();
            cells.extend([
                own.len().to_string(),
                percent(flagged, own.len()),
                percent(unsupported, own.len()),
            ]);
        }
        println!("| {name} | {} |", cells.join(" | "));
    }
    println!();
}

fn row(name: &str, outcomes: &[&Outcome]) {
    let mut cells = Vec::new();
    for held_out in [false, true] {
        let own: Vec<&&Outcome> = outcomes.iter().filter(|o| o.held_out == held_out).collect();
        let caught = own
            .iter()
            .filter(|o| o.untruth != Support::Supported)
            .count();
        let false_flags = own.iter().filter(|o| o.truth != Support::Supported).count();
        cells.extend([
            own.len().to_string(),
            percent(caught, own.len()),
            percent(caught, caught + false_flags),
            percent(false_flags, own.len()),
        ]);
    }
    println!("| {name} | {} |", cells.join(" | "));
}

/// How many of the facts that were taken out are offered among the first.
pub fn print_dropped(dropped: &[(Dropped, bool)]) {
    println!("| dropped facts | facts | in the first 3 | first 5 | first 10 | anywhere |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for (name, held_out) in [("tuned on", false), ("held out", true)] {
        let own: Vec<&Dropped> = dropped
            .iter()
            .filter(|(_, h)| *h == held_out)
            .map(|(d, _)| d)
            .collect();
        let within = |most: usize| {
            let found = own
                .iter()
                .filter(|d| d.place.is_some_and(|place| place < most))
                .count();
            percent(found, own.len())
        };
        println!(
            "| {name} | {} | {} | {} | {} | {} |",
            own.len(),
            within(3),
            within(5),
            within(10),
            within(usize::MAX)
        );
    }
}
