//! What is measured of a model, by the names that stand in an approval, and the limits that are proposed
//! for it.
//!
//! The limits are where oversight begins to think, not where it ends: a dossier names each, and
//! `inroomctl models propose --limit` sets another one. What lies beyond its limit cannot be approved.

use governance::Figure;

/// What is measured: its name with its unit, and the limits that are proposed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measure {
    /// The name, with the unit.
    pub name: &'static str,
    /// It is not to be greater.
    pub most: Option<f64>,
    /// It is not to be smaller.
    pub least: Option<f64>,
    /// What it says, for whoever reads the dossier.
    pub meaning: &'static str,
}

const fn most(name: &'static str, most: f64, meaning: &'static str) -> Measure {
    Measure {
        name,
        most: Some(most),
        least: None,
        meaning,
    }
}

const fn least(name: &'static str, least: f64, meaning: &'static str) -> Measure {
    Measure {
        name,
        most: None,
        least: Some(least),
        meaning,
    }
}

const fn told(name: &'static str, meaning: &'static str) -> Measure {
    Measure {
        name,
        most: None,
        least: None,
        meaning,
    }
}

/// Recognition of the built-in speech.
pub const WORDS_WRONG: Measure = most(
    "words wrong in the built-in speech, per cent",
    15.0,
    "Words put in, left out or exchanged, in ninety seconds of clear voices without a room: it shows that the \
     model works here, not how exact it is in a clinic.",
);
/// Recognition of the clinic's own recordings.
pub const OWN_WORDS_WRONG: Measure = most(
    "words wrong in own recordings, per cent",
    25.0,
    "The same in the recordings that were given with --speech.",
);
/// Words from nothing.
pub const WORDS_OF_SILENCE: Measure = most(
    "words out of silence and noise, count",
    0.0,
    "Words written down in eighty seconds in which nobody speaks: nothing, ventilation, mains hum, steps.",
);
/// Speed of recognition.
pub const REAL_TIME_FACTOR: Measure = most(
    "real-time factor of recognition",
    0.8,
    "Seconds of work for a second of sound, starting the model and sealing the sound included. Above 1 the \
     transcript falls behind the visit.",
);
/// Who spoke.
pub const SPEAKER_WRONG: Measure = most(
    "words given to the wrong speaker, per cent",
    20.0,
    "In the built-in speech, two or three voices each, after the best match of voices and people.",
);
/// Memory of the worker.
pub const PEAK_MEMORY: Measure = most(
    "peak memory of the model's process, MiB",
    8192.0,
    "The largest resident memory of the process that holds the model.",
);
/// Facts that the notes hold.
pub const FACTS_HELD: Measure = least(
    "facts held by the notes, per cent",
    50.0,
    "Of the facts that a good note of the built-in visits has; in the text as it leaves the program, without \
     unsupported lines.",
);
/// Facts that the notes do not mention.
pub const FACTS_MISSED: Measure = told(
    "facts missed by the notes, per cent",
    "Facts that the text does not mention.",
);
/// Facts that the notes have wrong.
pub const FACTS_WRONG: Measure = most(
    "facts wrong in the notes, per cent",
    5.0,
    "Facts that the text states otherwise than it was said, such as a dose that was taken back.",
);
/// False claims.
pub const FALSE_CLAIMS: Measure = most(
    "false claims in the notes, count",
    2.0,
    "Of the claims that a note must not make: asked about and denied, offered and declined, said of \
     somebody else, or never said.",
);
/// Lines that the transcript does not bear out.
pub const UNSUPPORTED: Measure = most(
    "lines that the transcript does not bear out, per cent",
    25.0,
    "Lines of the draft that the program marks as unsupported: they never leave it unless a person answers for \
     them.",
);
/// Omissions that are offered.
pub const OMISSIONS: Measure = told(
    "omissions offered for a note",
    "Turns that matter and that no line covers, as the program offers them to the writer.",
);
/// Speed of writing.
pub const TOKENS: Measure = least(
    "tokens written in a second",
    4.0,
    "While the notes of the built-in visits are written.",
);
/// Time for a note.
pub const NOTE_SECONDS: Measure = most(
    "seconds for a note",
    120.0,
    "From the transcript of a built-in visit (some 25 turns) to the note, the loading of the model left out; the \
     median.",
);

const ALL: [&Measure; 15] = [
    &WORDS_WRONG,
    &OWN_WORDS_WRONG,
    &WORDS_OF_SILENCE,
    &REAL_TIME_FACTOR,
    &SPEAKER_WRONG,
    &PEAK_MEMORY,
    &FACTS_HELD,
    &FACTS_MISSED,
    &FACTS_WRONG,
    &FALSE_CLAIMS,
    &UNSUPPORTED,
    &OMISSIONS,
    &TOKENS,
    &NOTE_SECONDS,
    &OWN_REAL_TIME_FACTOR,
];

/// Speed of recognition of the clinic's own recordings.
pub const OWN_REAL_TIME_FACTOR: Measure = told(
    "real-time factor in own recordings",
    "The same in the recordings that were given with --speech.",
);

impl Measure {
    /// What was measured, with the limits that are proposed for it. Two digits behind the point.
    pub fn of(&self, value: f64) -> Figure {
        Figure {
            name: self.name.to_owned(),
            value: (value * 100.0).round() / 100.0,
            most: self.most,
            least: self.least,
        }
    }

    /// What a name stands for.
    pub fn named(name: &str) -> Option<&'static Self> {
        ALL.into_iter().find(|measure| measure.name == name)
    }
}

/// Another limit for a figure, as it is typed: `NAME<=NUMBER` or `NAME>=NUMBER`; `NAME<=none` and
/// `NAME>=none` take one away.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    name: String,
    is_most: bool,
    to: Option<f64>,
}

/// A limit that is none, or of nothing that was measured.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotALimit {
    /// Not in the form.
    #[error(
        "{0:?} is no limit; write NAME<=NUMBER or NAME>=NUMBER, or `none` in place of the number"
    )]
    Form(String),
    /// There is no such figure.
    #[error("no figure is called {name:?}; there are: {}", .known.join("; "))]
    Unknown {
        /// What was named.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
}

impl std::str::FromStr for Limit {
    type Err = NotALimit;

    fn from_str(text: &str) -> Result<Self, NotALimit> {
        let wrong = || NotALimit::Form(text.to_owned());
        let (is_most, parts) = match (text.split_once("<="), text.split_once(">=")) {
            (Some(parts), None) => (true, parts),
            (None, Some(parts)) => (false, parts),
            _ => return Err(wrong()),
        };
        let (name, to) = (parts.0.trim(), parts.1.trim());
        let to = match to {
            "none" => None,
            number => {
                let number: Result<f64, _> = number.parse();
                Some(
                    number
                        .ok()
                        .filter(|number| number.is_finite())
                        .ok_or_else(wrong)?,
                )
            }
        };
        Ok(Self {
            name: name.to_owned(),
            is_most,
            to,
        })
    }
}

impl Limit {
    /// Sets it among these figures.
    ///
    /// # Errors
    /// [`NotALimit::Unknown`].
    pub fn set(&self, figures: &mut [Figure]) -> Result<(), NotALimit> {
        let known = || figures.iter().map(|figure| figure.name.clone()).collect();
        let unknown = NotALimit::Unknown {
            name: self.name.clone(),
            known: known(),
        };
        let figure = figures.iter_mut().find(|figure| figure.name == self.name);
        let figure = figure.ok_or(unknown)?;
        if self.is_most {
            figure.most = self.to;
        } else {
            figure.least = self.to;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn each_measure_has_its_own_name_that_an_approval_can_hold() {
        let mut names: Vec<&str> = ALL.iter().map(|measure| measure.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
        for measure in ALL {
            assert!(measure.name.chars().count() <= 200 && !measure.meaning.is_empty());
            assert_eq!(Measure::named(measure.name), Some(measure));
        }
    }

    #[test]
    fn a_figure_within_its_proposed_limits_holds() {
        assert!(FACTS_HELD.of(50.0).holds());
        assert!(!FACTS_HELD.of(49.99).holds());
        assert!(WORDS_OF_SILENCE.of(0.0).holds());
        assert!(!WORDS_OF_SILENCE.of(1.0).holds());
        assert!(OMISSIONS.of(1e9).holds());
        assert_eq!(REAL_TIME_FACTOR.of(0.123_456).value, 0.12);
    }

    #[test]
    fn a_limit_is_set_changed_and_taken_away() {
        let mut figures = vec![FACTS_HELD.of(20.0), UNSUPPORTED.of(3.0)];
        let set = |figures: &mut Vec<Figure>, text: &str| {
            text.parse::<Limit>().and_then(|limit| limit.set(figures))
        };
        set(&mut figures, "facts held by the notes, per cent >= 10").unwrap();
        assert!(figures[0].holds());
        assert_eq!(figures[0].least, Some(10.0));
        set(&mut figures, "facts held by the notes, per cent<=90").unwrap();
        assert_eq!(figures[0].most, Some(90.0));
        let unsupported = "lines that the transcript does not bear out, per cent";
        set(&mut figures, &format!("{unsupported}<=none")).unwrap();
        assert_eq!(figures[1].most, None);
        let refused = set(&mut figures, "facts<=1").unwrap_err().to_string();
        assert!(refused.contains("facts held by the notes"), "{refused}");
        for text in ["facts", "facts<=", "facts<=many", "facts<=NaN", "a<=1>=2"] {
            assert!(
                matches!(text.parse::<Limit>(), Err(NotALimit::Form(_))),
                "{text}"
            );
        }
    }
}
