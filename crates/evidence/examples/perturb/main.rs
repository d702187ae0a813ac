//! Measures the judge on statements made false in one thing: recall and precision for each kind of change, false flags
//! on their true twins, and how many dropped facts are offered as left out.
//!
//! `perturb FOLDER`: the folder holds `mts-dialog/train.csv`, `aci-bench/train.csv` and `primock57/cases/*.json`.
//! `perturb FOLDER KIND` prints instead what was judged wrongly of one kind ("dropped" for facts that were not offered), of
//! the part that rules may be made for. The same material gives the same pairs and figures.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod amounts;
mod claims;
mod csv;
mod dropped;
mod figures;
mod material;
mod pairs;
mod plain;
mod things;
mod truths;
mod turns;

use std::path::Path;
use std::process::ExitCode;

use evidence::{Judgement, Transcript};
use visit::Support;

use figures::Outcome;
use material::segments;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(folder) = arguments.next() else {
        eprintln!("usage: perturb FOLDER [KIND]");
        return ExitCode::FAILURE;
    };
    let visits = match material::read(Path::new(&folder)) {
        Ok(visits) => visits,
        Err(unusable) => {
            eprintln!("{unusable}");
            return ExitCode::FAILURE;
        }
    };
    let shown = arguments.next();
    let truths: Vec<_> = visits.iter().map(truths::of).collect();
    let mut outcomes = Vec::new();
    let mut transcript: Option<(usize, Transcript)> = None;
    for pair in pairs::of(&visits, &truths) {
        let visit = &visits[pair.visit];
        if transcript.as_ref().is_none_or(|(n, _)| *n != pair.visit) {
            transcript = Some((pair.visit, Transcript::new(&segments(&visit.turns))));
        }
        let Some((_, own)) = &transcript else {
            continue;
        };
        let truth = own.judge(&pair.truth);
        let untruth = match &pair.turns {
            Some(turns) => evidence::judge(&pair.untruth, &segments(turns)),
            None => own.judge(&pair.untruth),
        };
        if shown.as_deref() == Some(pair.kind) && !visit.held_out {
            show("true", pair.visit, &pair.truth, &truth, |support| {
                support != Support::Supported
            });
            show("false", pair.visit, &pair.untruth, &untruth, |support| {
                support == Support::Supported
            });
        }
        outcomes.push(Outcome {
            kind: pair.kind,
            origin: pair.origin,
            held_out: visit.held_out,
            truth: truth.support,
            untruth: untruth.support,
        });
    }
    let dropped: Vec<_> = visits
        .iter()
        .enumerate()
        .flat_map(|(n, visit)| {
            dropped::of(n, visit)
                .into_iter()
                .map(|d| (d, visit.held_out))
        })
        .collect();
    if shown.as_deref() == Some("dropped") {
        for (fact, _) in dropped
            .iter()
            .filter(|(d, held_out)| !held_out && d.place.is_none_or(|p| p >= 10))
        {
            println!("{} {}: {:?}", fact.visit, fact.fact, fact.place);
        }
    }
    if shown.is_none() {
        figures::print(&outcomes, pairs::kinds());
        figures::print_dropped(&dropped);
    }
    ExitCode::SUCCESS
}

/// Prints a statement that was judged wrongly.
fn show(
    label: &str,
    visit: usize,
    statement: &str,
    judgement: &Judgement,
    wrong: fn(Support) -> bool,
) {
    if wrong(judgement.support) {
        println!(
            "{label} [{visit}] {:?}: {statement}  [{}]",
            judgement.support,
            judgement.reason.expose()
        );
    }
}
