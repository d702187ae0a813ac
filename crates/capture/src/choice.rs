//! Which microphone a recording is to have: what a person chose when it began, or has since moved
//! it to in the sound system's own settings.

use std::sync::{Arc, Mutex, PoisonError};

use crate::device::Wish;

/// Attempts to find the chosen microphone again before the default one will do, too.
const FAITHFUL: u32 = 2;

/// The choice, shared by all who open the microphone or see it moved.
#[derive(Clone)]
pub(crate) struct Choice(Arc<Mutex<Option<String>>>);

impl Choice {
    /// This microphone, by its id, or the default one.
    pub(crate) fn new(id: Option<&str>) -> Self {
        Self(Arc::new(Mutex::new(id.map(str::to_owned))))
    }

    /// From now on this one.
    pub(crate) fn follow(&self, id: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(id);
    }

    /// What to open after so many attempts that have failed. A device that is being plugged in
    /// again, or whose sound system is being restarted, is given time before another takes its
    /// place.
    pub(crate) fn wish(&self, tries: u32) -> Wish {
        let choice = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*choice {
            None => Wish::Default,
            Some(id) if tries < FAITHFUL => Wish::Only(id.clone()),
            Some(id) => Wish::Rather(id.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chosen_microphone_comes_first_and_the_default_one_after_a_while() {
        let id = || "pulseaudio:desk".to_owned();
        let choice = Choice::new(Some(&id()));
        for tries in 0..FAITHFUL {
            assert_eq!(choice.wish(tries), Wish::Only(id()));
        }
        assert_eq!(choice.wish(FAITHFUL), Wish::Rather(id()));
    }

    #[test]
    fn without_a_choice_it_is_the_default_one_until_a_person_moves_the_recording() {
        let choice = Choice::new(None);
        assert_eq!(choice.wish(0), Wish::Default);
        assert_eq!(choice.wish(9), Wish::Default);
        choice.clone().follow("pulseaudio:webcam".to_owned());
        assert_eq!(choice.wish(0), Wish::Only("pulseaudio:webcam".to_owned()));
    }
}
