//! Tables of figures and ratios.

use anyhow::{Context as _, Result};

use crate::places;

/// One table.
pub struct Table {
    /// What it shows, and on what.
    pub caption: String,
    /// Column heads.
    pub head: Vec<&'static str>,
    /// Rows.
    pub rows: Vec<Vec<String>>,
}

/// All tables of a run.
pub struct Report {
    machine: String,
    tables: Vec<(&'static str, Table)>,
}

impl Report {
    /// For this machine and, where they were set, so many threads for each program.
    ///
    /// # Errors
    /// If the machine cannot be described.
    pub fn new(threads: Option<u32>) -> Result<Self> {
        let cpu =
            std::fs::read_to_string("/proc/cpuinfo").context("/proc/cpuinfo cannot be read")?;
        let model = cpu
            .lines()
            .find_map(|line| line.strip_prefix("model name"))
            .map_or("unknown processor", |rest| {
                rest.trim_start_matches([' ', '\t', ':'])
            })
            .to_owned();
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = threads.map_or_else(String::new, |n| format!(", {n} threads each"));
        let machine = format!("{model}, {cores} cores{threads}");
        Ok(Self {
            machine,
            tables: Vec::new(),
        })
    }

    /// Adds a part's table.
    pub fn add(&mut self, part: &'static str, table: Table) {
        self.tables.push((part, table));
    }

    /// Prints everything.
    pub fn print(&self) {
        for (_, table) in &self.tables {
            println!("\n{}", self.markdown(table));
        }
    }

    /// Replaces each part's table in BENCHMARKS.md, between its two markers.
    ///
    /// # Errors
    /// If the file or a marker is missing.
    pub fn write(&self) -> Result<()> {
        let path = places::root().join("BENCHMARKS.md");
        let mut text = std::fs::read_to_string(&path)?;
        for (part, table) in &self.tables {
            text = replaced(&text, part, &self.markdown(table))?;
        }
        std::fs::write(path, text)?;
        Ok(())
    }

    fn markdown(&self, table: &Table) -> String {
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let head: Vec<String> = table.head.iter().map(|&cell| cell.to_owned()).collect();
        let mut text = format!("{} ({})\n\n", table.caption, self.machine);
        text += &line(&head);
        text += &line(&vec!["---".to_owned(); head.len()]);
        for row in &table.rows {
            text += &line(row);
        }
        text
    }
}

/// `text` with what stands between a part's markers replaced.
fn replaced(text: &str, part: &str, table: &str) -> Result<String> {
    let (open, close) = (
        format!("<!-- bench:{part} -->"),
        format!("<!-- /bench:{part} -->"),
    );
    let missing = || format!("BENCHMARKS.md has no markers for {part}");
    let (before, rest) = text.split_once(&open).with_context(missing)?;
    let (_, after) = rest.split_once(&close).with_context(missing)?;
    Ok(format!("{before}{open}\n{table}{close}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_markers_is_replaced() {
        let text = "a\n<!-- bench:x -->\nold\n<!-- /bench:x -->\nb\n";
        let new = replaced(text, "x", "new\n").expect("markers are there");
        assert_eq!(new, "a\n<!-- bench:x -->\nnew\n<!-- /bench:x -->\nb\n");
        assert!(replaced(text, "y", "new").is_err());
    }
}
