//! What the results for a recording are called.

use std::collections::BTreeSet;
use std::path::Path;

/// The names that have been given in this run.
#[derive(Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// The file's name without its ending, with `_` for each space (the columns of an RTTM file
    /// are parted by spaces), and with `-2`, `-3` … where a name was given before.
    pub(super) fn of(&mut self, file: &Path) -> String {
        let stem = file
            .file_stem()
            .map_or_else(|| "audio".into(), |stem| stem.to_string_lossy());
        let stem = stem.replace(char::is_whitespace, "_");
        let mut name = stem.clone();
        let mut times = 1;
        while !self.0.insert(name.clone()) {
            times += 1;
            name = format!("{stem}-{times}");
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_recordings_have_one_name_and_none_has_a_space() {
        let mut names = Names::default();
        let given = [
            "one/visit.wav",
            "two/visit.flac",
            "visit-2.mp3",
            "a long\tname.wav",
        ]
        .map(|file| names.of(Path::new(file)));
        assert_eq!(given, ["visit", "visit-2", "visit-2-2", "a_long_name"]);
    }
}
