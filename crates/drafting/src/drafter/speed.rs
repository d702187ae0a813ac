//! How fast a model reads and writes on this machine.

use std::time::{Duration, Instant};

use super::Drafter;
use crate::DraftError;
use crate::model::{Place, Text};

/// What is read: plain English, over and over.
const TEXT: &str =
    "The patient says that the left knee has hurt for three weeks since a fall on the stairs. ";

/// Times of one measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Speed {
    /// Reading all tokens.
    pub read: Duration,
    /// Writing the tokens after them, one at a time.
    pub write: Duration,
}

impl Drafter {
    /// Reads `read` tokens at once, then writes `write` tokens, the most probable each time.
    ///
    /// # Errors
    /// [`DraftError::ContextTooSmall`], or what the model fails with.
    pub fn speed(&mut self, read: usize, write: usize) -> Result<Speed, DraftError> {
        if read + write > self.context {
            let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            return Err(DraftError::ContextTooSmall {
                needed: count(read + write),
                room: count(self.context),
            });
        }
        self.kept.forget_prefix();
        let line = self.vocabulary.plain(TEXT)?;
        let tokens: Vec<u32> = line.into_iter().cycle().take(read).collect();
        self.model.begin(read, 1, write)?;
        let started = Instant::now();
        let mut logits = self.model.read(
            &[Text {
                place: Place::Prefix,
                tokens: &tokens,
            }],
            true,
        )?;
        let read = started.elapsed();
        let started = Instant::now();
        for _ in 0..write {
            let token = logits
                .first_mut()
                .map_or(0, |row| super::choose(row, &[], 1.0));
            logits = self.model.read(
                &[Text {
                    place: Place::Branch(0),
                    tokens: &[token],
                }],
                true,
            )?;
        }
        Ok(Speed {
            read,
            write: started.elapsed(),
        })
    }
}
