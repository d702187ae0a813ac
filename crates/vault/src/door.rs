//! What happens at a vault's door while its log cannot be written: it is locked, or the disk is
//! full. It is noted in the file that is the vault's lock, in space that was set aside before, and
//! moves into the log with the next opening.
//!
//! Whoever may write to the folder can remove these notes before that, or make some up: they hold
//! what a locked vault can know, and that is not sealed. None of it is about a visit.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use audit::{Act, Asked, Event};

use crate::error::VaultError;
use crate::folder::Lock;

/// Bytes of a note: an event as JSON, then zeros.
const NOTE: usize = 256;
/// Notes of refused openings; the last one counts those that find no other room.
const REFUSALS: usize = 16;
/// Notes of everything else.
const OTHERS: usize = 16;
/// Bytes of all notes; behind them stand the counts of `tries.rs`.
pub(crate) const BYTES: usize = (REFUSALS + OTHERS) * NOTE;

/// Sets the space aside, so that a full disk has room for the notes.
pub(crate) fn set_space_aside(lock: &Lock) -> io::Result<()> {
    let notes = read(lock.file())?;
    if lock.file().metadata()?.len() < BYTES as u64 {
        write(lock.file(), 0, &notes)?;
    }
    Ok(())
}

/// Notes an event.
///
/// # Errors
/// [`VaultError::DiskFull`], [`VaultError::Io`]; nothing is noted then.
pub(crate) fn note(lock: &Lock, event: Event) -> Result<(), VaultError> {
    note_in(lock.file(), event).map_err(VaultError::io("noting what happens at the vault's door"))
}

fn note_in(file: &File, mut event: Event) -> io::Result<()> {
    let notes = read(file)?;
    let places = match event.act {
        Act::UnlockRefused { .. } | Act::SignInRefused { .. } => 0..REFUSALS,
        _ => REFUSALS..REFUSALS + OTHERS,
    };
    let last = places.end - 1;
    let free = places.into_iter().find(|&place| is_free(&notes, place));
    let place = match (free, &mut event.act) {
        (Some(place), _) => place,
        (None, Act::UnlockRefused { times, .. } | Act::SignInRefused { times, .. }) => {
            if let Some(
                Act::UnlockRefused { times: before, .. } | Act::SignInRefused { times: before, .. },
            ) = event_at(&notes, last).map(|event| event.act)
            {
                *times = times.saturating_add(before);
            }
            last
        }
        (None, _) => return Err(io::ErrorKind::StorageFull.into()),
    };
    let mut text = serde_json::to_vec(&event)?;
    if text.len() > NOTE {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    text.resize(NOTE, 0);
    write(file, place * NOTE, &text)
}

/// What was noted, the earliest first.
pub(crate) fn events(lock: &Lock) -> Vec<Event> {
    // A file that cannot be read is no reason not to open the vault: it is the log that counts.
    let notes = read(lock.file()).unwrap_or_default();
    let mut events: Vec<Event> = (0..REFUSALS + OTHERS)
        .filter_map(|place| event_at(&notes, place))
        .filter(|event| happens_at_the_door(&event.act))
        .collect();
    events.sort_by_key(|event| event.at);
    events
}

/// Removes the notes, whose events are in the log. If that fails they will stand there twice.
pub(crate) fn clear(lock: &Lock) {
    let noted = read(lock.file()).is_ok_and(|notes| notes.iter().any(|byte| *byte != 0));
    if noted {
        let _ = write(lock.file(), 0, &[0; BYTES]);
    }
}

const fn happens_at_the_door(act: &Act) -> bool {
    matches!(
        act,
        Act::UnlockRefused { .. }
            | Act::SignInRefused { .. }
            | Act::VaultOpened
            | Act::ScreenLocked
            | Act::ScreenUnlocked
            | Act::Recovered
            | Act::StoreLogDamaged
            | Act::Refused {
                asked: Asked::Recover,
                ..
            }
    )
}

fn is_free(notes: &[u8], place: usize) -> bool {
    notes.get(place * NOTE).is_none_or(|first| *first == 0)
}

/// What any bytes in the place of the notes are read as.
#[cfg(any(test, fuzzing))]
pub(crate) fn read_as_notes(notes: &[u8]) -> Vec<Event> {
    (0..REFUSALS + OTHERS)
        .filter_map(|place| event_at(notes, place))
        .filter(|event| happens_at_the_door(&event.act))
        .collect()
}

fn event_at(notes: &[u8], place: usize) -> Option<Event> {
    let note = notes.get(place * NOTE..(place + 1) * NOTE)?;
    let end = note.iter().position(|byte| *byte == 0).unwrap_or(NOTE);
    serde_json::from_slice(&note[..end]).ok()
}

/// All notes; what the file does not have yet reads as free.
fn read(mut file: &File) -> io::Result<Vec<u8>> {
    let mut notes = Vec::with_capacity(BYTES);
    file.seek(SeekFrom::Start(0))?;
    file.take(BYTES as u64).read_to_end(&mut notes)?;
    notes.resize(BYTES, 0);
    Ok(notes)
}

fn write(mut file: &File, at: usize, bytes: &[u8]) -> io::Result<()> {
    file.seek(SeekFrom::Start(at as u64))?;
    file.write_all(bytes)?;
    file.sync_data()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use audit::{Actor, Refusal};
    use visit::UnixMillis;

    use super::*;

    fn refused(at: i64) -> Event {
        Event {
            at: UnixMillis(at),
            who: Actor::Program,
            act: Act::UnlockRefused {
                reason: Refusal::WrongPassphrase,
                times: 1,
            },
        }
    }

    #[test]
    fn notes_are_kept_until_they_are_cleared_and_none_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let lock = Lock::take(folder.path()).unwrap();
        set_space_aside(&lock).unwrap();
        assert!(events(&lock).is_empty());
        for at in 0..40 {
            note(&lock, refused(at)).unwrap();
        }
        let opened = |at| Event {
            act: Act::VaultOpened,
            ..refused(at)
        };
        note(&lock, opened(50)).unwrap();
        let noted = events(&lock);
        assert_eq!(noted.len(), REFUSALS + 1);
        let times: u32 = noted
            .iter()
            .map(|event| match event.act {
                Act::UnlockRefused { times, .. } => times,
                _ => 0,
            })
            .sum();
        assert_eq!(times, 40);
        assert_eq!(noted[REFUSALS - 1].at, UnixMillis(39));
        // Nothing else is lost silently.
        for at in 1..OTHERS as i64 {
            note(&lock, opened(50 + at)).unwrap();
        }
        assert!(matches!(note(&lock, opened(99)), Err(VaultError::DiskFull)));
        clear(&lock);
        assert!(events(&lock).is_empty());
    }

    #[test]
    fn what_somebody_else_has_written_there_is_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        let lock = Lock::take(folder.path()).unwrap();
        let signed = Event {
            act: Act::KeyRotated,
            ..refused(1)
        };
        note(&lock, signed).unwrap();
        write(lock.file(), 0, b"Dear Sir").unwrap();
        assert!(events(&lock).is_empty());
    }
}
