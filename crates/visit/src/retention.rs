//! How long what is kept of a visit is kept, and when it is due to be erased.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{UnixMillis, VisitState};

/// Something of a visit that is kept for a time of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Retained {
    /// The recording of a signed visit, counted from the signature.
    Audio,
    /// The transcript of a signed visit, counted from the signature.
    Transcript,
    /// A note that nobody has signed, counted from its newest revision.
    Draft,
}

impl Retained {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Audio, Self::Transcript, Self::Draft];

    /// The word that stands for it in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Audio => "audio",
            Self::Transcript => "transcript",
            Self::Draft => "draft",
        }
    }
}

/// A number of days, up to a hundred years; a day has 24 hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(try_from = "u32", into = "u32")]
#[ts(type = "number")]
pub struct Days(u32);

/// More days than a policy may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a time to keep something has at most {MOST_DAYS} days, not {0}; nothing was changed")]
pub struct TooManyDays(u32);

const MOST_DAYS: u32 = 36_500;
const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

impl TryFrom<u32> for Days {
    type Error = TooManyDays;

    fn try_from(days: u32) -> Result<Self, TooManyDays> {
        if days <= MOST_DAYS {
            Ok(Self(days))
        } else {
            Err(TooManyDays(days))
        }
    }
}

impl From<Days> for u32 {
    fn from(days: Days) -> Self {
        days.0
    }
}

/// How long each kind is kept; `None` keeps it until a person erases it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Days from the signature to the end of the recording.
    pub audio: Option<Days>,
    /// Days from the signature to the end of the transcript.
    pub transcript: Option<Days>,
    /// Days from the newest revision to the end of a note that nobody has signed.
    pub draft: Option<Days>,
}

impl Default for Retention {
    /// The recording is kept for thirty days after the signature, in which the note can still be
    /// compared with it; the transcript, on which the note's evidence rests, and drafts stay.
    fn default() -> Self {
        Self {
            audio: Some(Days(30)),
            transcript: None,
            draft: None,
        }
    }
}

/// What a visit holds, as far as retention asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holding {
    /// Where it stands.
    pub state: VisitState,
    /// Whether something of it was cut off and is still to be done.
    pub unfinished: bool,
    /// When the note was signed.
    pub signed_at: Option<UnixMillis>,
    /// When the newest revision of the note was stored; `None` if there is no note.
    pub revised_at: Option<UnixMillis>,
    /// Whether there is sound.
    pub audio: bool,
    /// Whether there is a transcript.
    pub transcript: bool,
}

/// Something that will be erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Due {
    /// What.
    pub what: Retained,
    /// From when on: the next run after it erases it.
    pub at: UnixMillis,
}

impl Retention {
    /// How long a kind is kept.
    pub const fn of(&self, what: Retained) -> Option<Days> {
        match what {
            Retained::Audio => self.audio,
            Retained::Transcript => self.transcript,
            Retained::Draft => self.draft,
        }
    }

    /// What of a visit will be erased and when. Sound and transcript only of a signed visit, a note
    /// only of one that is not; nothing of a visit that is not recorded to its end.
    pub fn due(&self, holding: &Holding) -> Vec<Due> {
        let since = |what| match (what, holding.state) {
            (Retained::Audio, VisitState::Signed) if holding.audio => holding.signed_at,
            (Retained::Transcript, VisitState::Signed) if holding.transcript => holding.signed_at,
            (Retained::Draft, VisitState::Recorded | VisitState::Drafted)
                if !holding.unfinished =>
            {
                holding.revised_at
            }
            _ => None,
        };
        let due = |what| {
            let (from, days) = (since(what)?, self.of(what)?);
            let at = from.0.saturating_add(i64::from(days.0) * DAY_MILLIS);
            Some(Due {
                what,
                at: UnixMillis(at),
            })
        };
        Retained::ALL.into_iter().filter_map(due).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use VisitState::{Drafted, Paused, Prepared, Recorded, Recording, Signed};

    const DAY: i64 = DAY_MILLIS;

    fn all_after(audio: u32, transcript: u32, draft: u32) -> Retention {
        Retention {
            audio: Some(Days(audio)),
            transcript: Some(Days(transcript)),
            draft: Some(Days(draft)),
        }
    }

    fn holding(state: VisitState) -> Holding {
        Holding {
            state,
            unfinished: false,
            signed_at: (state == Signed).then_some(UnixMillis(10)),
            revised_at: Some(UnixMillis(5)),
            audio: true,
            transcript: true,
        }
    }

    fn due(policy: &Retention, holding: &Holding) -> Vec<(Retained, i64)> {
        let due = policy.due(holding);
        due.into_iter().map(|due| (due.what, due.at.0)).collect()
    }

    #[test]
    fn sound_and_transcript_are_due_from_the_signature_on() {
        assert_eq!(
            due(&all_after(30, 365, 7), &holding(Signed)),
            [
                (Retained::Audio, 10 + 30 * DAY),
                (Retained::Transcript, 10 + 365 * DAY)
            ]
        );
        assert_eq!(
            due(&Retention::default(), &holding(Signed)),
            [(Retained::Audio, 10 + 30 * DAY)]
        );
    }

    #[test]
    fn of_what_nobody_has_signed_the_note_alone_is_due() {
        for state in [Recorded, Drafted] {
            assert_eq!(
                due(&all_after(0, 0, 7), &holding(state)),
                [(Retained::Draft, 5 + 7 * DAY)]
            );
            let cut_off = Holding {
                unfinished: true,
                ..holding(state)
            };
            assert_eq!(due(&all_after(0, 0, 0), &cut_off), []);
        }
        assert_eq!(due(&Retention::default(), &holding(Drafted)), []);
    }

    #[test]
    fn nothing_is_due_of_a_visit_that_is_not_recorded_to_its_end() {
        for state in [Prepared, Recording, Paused] {
            assert_eq!(due(&all_after(0, 0, 0), &holding(state)), [], "{state:?}");
        }
    }

    #[test]
    fn what_is_not_there_is_not_due() {
        let empty = Holding {
            audio: false,
            transcript: false,
            ..holding(Signed)
        };
        assert_eq!(due(&all_after(0, 0, 0), &empty), []);
        let noteless = Holding {
            revised_at: None,
            ..holding(Drafted)
        };
        assert_eq!(due(&all_after(0, 0, 0), &noteless), []);
    }

    #[test]
    fn days_have_a_limit() {
        assert_eq!(Days::try_from(36_500).map(u32::from), Ok(36_500));
        assert_eq!(Days::try_from(36_501), Err(TooManyDays(36_501)));
    }
}
