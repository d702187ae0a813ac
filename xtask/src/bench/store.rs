//! The store: an hour of recording, and ten thousand visits.

use anyhow::{Context as _, Result};

use super::hour;
use super::report::Table;
use crate::process;

/// Runs the vault's measuring example, then an hour through the programs.
pub fn measure(threads: u32) -> Result<Table> {
    let output = process::output(process::cargo().args([
        "run",
        "--release",
        "--package",
        "vault",
        "--example",
        "store",
    ]))?;
    let rows: Option<Vec<_>> = output
        .lines()
        .map(|line| {
            let (what, measured) = line.split_once('\t')?;
            Some(vec![what.to_owned(), measured.to_owned()])
        })
        .collect();
    let mut rows = rows.context("the measuring example printed something else")?;
    rows.extend(hour::measure(threads)?);
    Ok(Table {
        caption: "The store: an hour of sound with its transcript, committed as fast as it goes, while \
                  nothing is erased beside it (what a recording waits for an erasure has a row of its \
                  own); 10,000 visits with a transcript of 480 words and a note each, 25 times each; \
                  the sample visits as an hour through the whole program"
            .to_owned(),
        head: vec!["what", "measured"],
        rows,
    })
}
