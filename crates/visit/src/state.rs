use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where a visit stands. Every change goes through [`VisitState::next`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum VisitState {
    /// The row exists and consent is recorded; nothing has been heard yet.
    Prepared,
    /// The microphone is open.
    Recording,
    /// The microphone is closed for a while.
    Paused,
    /// The recording has ended; transcript and draft may still be under way.
    Recorded,
    /// A complete draft is in the store.
    Drafted,
}

/// A change of state that the life of a visit does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a visit that is {from:?} cannot become {to:?}; it was left as it was")]
pub struct StateError {
    /// The state that the visit is in.
    pub from: VisitState,
    /// The state that was asked for.
    pub to: VisitState,
}

impl VisitState {
    /// The state after a change to `to`, or why there is no such change.
    pub const fn next(self, to: Self) -> Result<Self, StateError> {
        use VisitState::{Drafted, Paused, Prepared, Recorded, Recording};
        match (self, to) {
            (Prepared | Paused, Recording)
            | (Recording, Paused)
            | (Prepared | Recording | Paused, Recorded)
            | (Recorded | Drafted, Drafted) => Ok(to),
            (from, to) => Err(StateError { from, to }),
        }
    }

    /// Whether a visit found in this state at the program's start was cut off while it ran.
    pub const fn is_unfinished(self) -> bool {
        matches!(self, Self::Recording | Self::Paused)
    }

    /// The word that stands for the state in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Prepared => "prepared",
            Self::Recording => "recording",
            Self::Paused => "paused",
            Self::Recorded => "recorded",
            Self::Drafted => "drafted",
        }
    }

    /// The state that a stored word stands for.
    pub fn parse(word: &str) -> Option<Self> {
        [
            Self::Prepared,
            Self::Recording,
            Self::Paused,
            Self::Recorded,
            Self::Drafted,
        ]
        .into_iter()
        .find(|state| state.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::VisitState::{self, Drafted, Paused, Prepared, Recorded, Recording};

    const ALL: [VisitState; 5] = [Prepared, Recording, Paused, Recorded, Drafted];

    #[test]
    fn only_the_listed_changes_are_allowed() {
        let allowed = [
            (Prepared, Recording),
            (Prepared, Recorded),
            (Recording, Paused),
            (Recording, Recorded),
            (Paused, Recording),
            (Paused, Recorded),
            (Recorded, Drafted),
            (Drafted, Drafted),
        ];
        for from in ALL {
            for to in ALL {
                assert_eq!(
                    from.next(to).is_ok(),
                    allowed.contains(&(from, to)),
                    "{from:?} → {to:?}"
                );
            }
        }
    }

    #[test]
    fn words_come_back_as_states() {
        for state in ALL {
            assert_eq!(VisitState::parse(state.as_str()), Some(state));
        }
        assert_eq!(VisitState::parse("signed?"), None);
    }
}
