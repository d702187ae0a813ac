//! The store: an hour of recording, and ten thousand visits.

use anyhow::{Context as _, Result};

use super::report::Table;
use crate::process;

/// Runs the vault's measuring example.
pub fn measure() -> Result<Table> {
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
    Ok(Table {
        caption: "The store: an hour of sound with its transcript, committed as fast as it goes; \
                  10,000 visits with a transcript of 480 words and a note each, 25 times each"
            .to_owned(),
        head: vec!["what", "measured"],
        rows: rows.context("the measuring example printed something else")?,
    })
}
