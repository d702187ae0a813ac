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
    /// A person has signed the note. Nothing of the visit changes any more; corrections are addenda.
    Signed,
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

    /// The state after signing, or why a visit in this state cannot be signed. It is apart from
    /// [`VisitState::next`], so that no visit is in this state without a signature.
    ///
    /// # Errors
    /// [`StateError`] unless the recording has ended and nobody has signed yet.
    pub const fn sign(self) -> Result<Self, StateError> {
        match self {
            Self::Recorded | Self::Drafted => Ok(Self::Signed),
            from => Err(StateError {
                from,
                to: Self::Signed,
            }),
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
            Self::Signed => "signed",
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
            Self::Signed,
        ]
        .into_iter()
        .find(|state| state.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::VisitState::{self, Drafted, Paused, Prepared, Recorded, Recording, Signed};

    const ALL: [VisitState; 6] = [Prepared, Recording, Paused, Recorded, Drafted, Signed];

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
    fn only_what_was_recorded_to_its_end_is_signed_and_only_once() {
        for from in ALL {
            let may = matches!(from, Recorded | Drafted);
            assert_eq!(from.sign().is_ok(), may, "{from:?}");
        }
    }

    #[test]
    fn words_come_back_as_states() {
        for state in ALL {
            assert_eq!(VisitState::parse(state.as_str()), Some(state));
        }
        assert_eq!(VisitState::parse("sealed?"), None);
    }
}
