//! Reading the tables: plain text that a clinician can read and extend.

/// The lines that say something: no comments (`#`), no empty lines.
pub(crate) fn lines(table: &'static str) -> impl Iterator<Item = &'static str> {
    table
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// The comma-separated entries of a line.
pub(crate) fn entries(line: &'static str) -> impl Iterator<Item = &'static str> {
    line.split(',')
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
}

/// `HEAD: ENTRY, ENTRY …`; a line without a colon is a head without entries.
pub(crate) fn headed(line: &'static str) -> (&'static str, impl Iterator<Item = &'static str>) {
    let (head, rest) = line.split_once(':').unwrap_or((line, ""));
    (head.trim(), entries(rest))
}

/// The entries under the heading `[name]` of a table.
pub(crate) fn section(table: &'static str, name: &str) -> impl Iterator<Item = &'static str> {
    let heading = format!("[{name}]");
    lines(table)
        .skip_while(move |line| *line != heading)
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .flat_map(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_end_at_the_next_heading() {
        let table = "# c\n[a]\nx, y\nz\n\n[b]\nw\n";
        assert_eq!(section(table, "a").collect::<Vec<_>>(), ["x", "y", "z"]);
        assert_eq!(section(table, "b").collect::<Vec<_>>(), ["w"]);
        assert_eq!(section(table, "c").count(), 0);
    }
}
