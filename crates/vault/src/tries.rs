//! How often signing in has failed, in the vault's lock file behind the notes of its door, where a
//! restart does not lose it. A try is counted before it is made, so that ending the program in the
//! middle of it saves nothing.
//!
//! Whoever may write to the folder can remove the file and with it the count. It holds up who stands
//! at the keyboard; whoever takes the files along is held up by the cost of the passphrase alone.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use governance::{Account, may_try};
use sha2::{Digest as _, Sha256};
use visit::UnixMillis;

use crate::door;
use crate::error::VaultError;
use crate::folder::Lock;

/// Bytes of a place: digest of the account (16), failures (u32) and the time of the last one (i64,
/// milliseconds since 1970), little-endian, then the first bytes of the SHA-256 of all that (4).
const PLACE: usize = 32;
/// As many as a vault has people, and some more.
const PLACES: usize = 256;
const BYTES: usize = PLACE * PLACES;

/// In the place of an account, which has an `@`.
const EMERGENCY: &str = "emergency sheet";

/// A count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tries {
    of: [u8; 16],
    failures: u32,
    last: UnixMillis,
}

impl Tries {
    fn to_bytes(self) -> [u8; PLACE] {
        let mut bytes = [0; PLACE];
        bytes[..16].copy_from_slice(&self.of);
        bytes[16..20].copy_from_slice(&self.failures.to_le_bytes());
        bytes[20..28].copy_from_slice(&self.last.0.to_le_bytes());
        let digest = Sha256::digest(&bytes[..28]);
        bytes[28..].copy_from_slice(&digest[..4]);
        bytes
    }

    /// `None` for a place that is free, or holds something else.
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; PLACE] = bytes.try_into().ok()?;
        let (of, rest) = bytes.split_first_chunk()?;
        let (failures, rest) = rest.split_first_chunk()?;
        let (last, _) = rest.split_first_chunk()?;
        let tries = Self {
            of: *of,
            failures: u32::from_le_bytes(*failures),
            last: UnixMillis(i64::from_le_bytes(*last)),
        };
        (tries.failures > 0 && tries.to_bytes() == *bytes).then_some(tries)
    }
}

/// Counts a try that is about to be made.
///
/// # Errors
/// [`VaultError::TooManyTries`] if it is too early for one. By a clock that was set back to before the
/// last failure the wait begins anew.
pub(crate) fn begin(lock: &Lock, account: &Account, now: UnixMillis) -> Result<(), VaultError> {
    begin_as(lock, account.as_str(), now)
}

/// [`begin`] for whoever tries the code of a sealed sheet, which is no account's.
///
/// # Errors
/// The same.
pub(crate) fn begin_emergency(lock: &Lock, now: UnixMillis) -> Result<(), VaultError> {
    begin_as(lock, EMERGENCY, now)
}

fn begin_as(lock: &Lock, account: &str, now: UnixMillis) -> Result<(), VaultError> {
    // Before anything is written behind the notes, so that there is no hole in their place.
    let _ = door::set_space_aside(lock);
    let places = read(lock.file()).unwrap_or_default();
    let of = name_of(account);
    let found = find(&places, &of);
    let before = found.map_or(
        Tries {
            of,
            failures: 0,
            last: now,
        },
        |(_, tries)| tries,
    );
    let at = found.map_or_else(|| free(&places), |(at, _)| at);
    let put = |tries: Tries| {
        // On a full disk nothing is counted: the space is set aside by every opening before.
        let _ = write(lock.file(), at, &tries.to_bytes());
    };
    if let Err(later) = may_try(before.failures, before.last, now) {
        if before.last > now {
            put(Tries {
                last: now,
                ..before
            });
        }
        return Err(later.into());
    }
    put(Tries {
        of,
        failures: before.failures.saturating_add(1),
        last: now,
    });
    Ok(())
}

/// Takes back the last try of somebody whose passphrase was not tried after all.
pub(crate) fn take_back(lock: &Lock, account: &Account) {
    take_back_as(lock, account.as_str());
}

/// [`take_back`] for a sealed sheet.
pub(crate) fn take_back_emergency(lock: &Lock) {
    take_back_as(lock, EMERGENCY);
}

fn take_back_as(lock: &Lock, account: &str) {
    let places = read(lock.file()).unwrap_or_default();
    if let Some((at, tries)) = find(&places, &name_of(account)) {
        let failures = tries.failures - 1;
        let before = match failures {
            0 => [0; PLACE],
            _ => Tries { failures, ..tries }.to_bytes(),
        };
        let _ = write(lock.file(), at, &before);
    }
}

/// Forgets the tries of somebody who got in.
pub(crate) fn clear(lock: &Lock, account: &Account) {
    clear_as(lock, account.as_str());
}

/// [`clear`] for a sealed sheet.
pub(crate) fn clear_emergency(lock: &Lock) {
    clear_as(lock, EMERGENCY);
}

fn clear_as(lock: &Lock, account: &str) {
    let places = read(lock.file()).unwrap_or_default();
    if let Some((at, _)) = find(&places, &name_of(account)) {
        let _ = write(lock.file(), at, &[0; PLACE]);
    }
}

/// Sets the space aside, so that a full disk has room for the counts.
pub(crate) fn set_space_aside(lock: &Lock) -> io::Result<()> {
    let end = (door::BYTES + BYTES) as u64;
    if lock.file().metadata()?.len() < end {
        let places = read(lock.file())?;
        write(lock.file(), 0, &places)?;
    }
    Ok(())
}

fn name_of(account: &str) -> [u8; 16] {
    let digest = Sha256::new()
        .chain_update(b"inroom tries v1\0")
        .chain_update(account)
        .finalize();
    let mut name = [0; 16];
    name.copy_from_slice(&digest[..16]);
    name
}

/// What any bytes in the place of the counts are read as: how many accounts have failed.
#[cfg(any(test, fuzzing))]
pub(crate) fn read_as_counts(places: &[u8]) -> usize {
    all(places).filter(|(_, tries)| tries.is_some()).count()
}

fn all(places: &[u8]) -> impl Iterator<Item = (usize, Option<Tries>)> {
    let places = places.chunks_exact(PLACE).enumerate();
    places.map(|(number, bytes)| (number * PLACE, Tries::from_bytes(bytes)))
}

fn find(places: &[u8], of: &[u8; 16]) -> Option<(usize, Tries)> {
    all(places).find_map(|(at, tries)| Some((at, tries.filter(|tries| tries.of == *of)?)))
}

/// A free place; if there is none, that of the account with the fewest failures.
fn free(places: &[u8]) -> usize {
    all(places)
        .min_by_key(|(_, tries)| tries.map_or(0, |tries| tries.failures))
        .map_or(0, |(at, _)| at)
}

/// All places; what the file does not have yet reads as free.
fn read(mut file: &File) -> io::Result<Vec<u8>> {
    let mut places = Vec::with_capacity(BYTES);
    file.seek(SeekFrom::Start(door::BYTES as u64))?;
    file.take(BYTES as u64).read_to_end(&mut places)?;
    places.resize(BYTES, 0);
    Ok(places)
}

fn write(mut file: &File, at: usize, bytes: &[u8]) -> io::Result<()> {
    file.seek(SeekFrom::Start((door::BYTES + at) as u64))?;
    file.write_all(bytes)?;
    file.sync_data()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn account(name: &str) -> Account {
        format!("{name}@clinic.example").parse().unwrap()
    }

    fn wait(tried: Result<(), VaultError>) -> u64 {
        match tried {
            Ok(()) => 0,
            Err(VaultError::TooManyTries(later)) => later.wait.0,
            Err(other) => unreachable!("{other}"),
        }
    }

    #[test]
    fn tries_are_counted_for_each_account_across_restarts() {
        let folder = tempfile::tempdir().unwrap();
        let (ada, ben) = (account("ada"), account("ben"));
        let now = UnixMillis(1_000_000);
        for _ in 0..3 {
            let lock = Lock::take(folder.path()).unwrap();
            assert_eq!(wait(begin(&lock, &ada, now)), 0);
        }
        let lock = Lock::take(folder.path()).unwrap();
        assert_eq!(wait(begin(&lock, &ada, now)), 30_000);
        // Asking too early is no try.
        assert_eq!(wait(begin(&lock, &ada, UnixMillis(now.0 + 29_999))), 1);
        assert_eq!(wait(begin(&lock, &ben, now)), 0);
        let later = UnixMillis(now.0 + 30_000);
        assert_eq!(wait(begin(&lock, &ada, later)), 0);
        assert_eq!(wait(begin(&lock, &ada, later)), 60_000);
        take_back(&lock, &ada);
        assert_eq!(wait(begin(&lock, &ada, later)), 30_000);
        clear(&lock, &ada);
        take_back(&lock, &ada);
        assert_eq!(wait(begin(&lock, &ada, later)), 0);
        take_back(&lock, &ada);
        assert_eq!(
            find(&read(lock.file()).unwrap(), &name_of(ada.as_str())),
            None
        );
    }

    #[test]
    fn a_clock_set_back_does_not_help_and_one_set_back_from_far_ahead_locks_nobody_out() {
        let folder = tempfile::tempdir().unwrap();
        let lock = Lock::take(folder.path()).unwrap();
        let ada = account("ada");
        let ahead = UnixMillis(4_000_000_000_000);
        for _ in 0..3 {
            begin(&lock, &ada, ahead).unwrap();
        }
        let back = UnixMillis(1_000_000);
        assert_eq!(wait(begin(&lock, &ada, back)), 30_000);
        assert_eq!(wait(begin(&lock, &ada, UnixMillis(0))), 30_000);
        assert_eq!(wait(begin(&lock, &ada, UnixMillis(29_000))), 1_000);
        assert_eq!(wait(begin(&lock, &ada, UnixMillis(30_000))), 0);
    }

    #[test]
    fn notes_at_the_door_and_counts_leave_each_other_alone_and_anything_else_counts_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let lock = Lock::take(folder.path()).unwrap();
        door::set_space_aside(&lock).unwrap();
        set_space_aside(&lock).unwrap();
        let length = lock.file().metadata().unwrap().len();
        let ada = account("ada");
        for _ in 0..3 {
            begin(&lock, &ada, UnixMillis(5)).unwrap();
        }
        door::clear(&lock);
        assert_eq!(wait(begin(&lock, &ada, UnixMillis(5))), 30_000);
        assert!(door::events(&lock).is_empty());
        assert_eq!(lock.file().metadata().unwrap().len(), length);
        write(lock.file(), 0, &[0xFF; BYTES]).unwrap();
        assert_eq!(wait(begin(&lock, &ada, UnixMillis(5))), 0);
    }

    #[test]
    fn more_accounts_than_places_push_out_those_that_failed_least() {
        let folder = tempfile::tempdir().unwrap();
        let lock = Lock::take(folder.path()).unwrap();
        let ada = account("ada");
        for _ in 0..3 {
            begin(&lock, &ada, UnixMillis(5)).unwrap();
        }
        for number in 0..300 {
            begin(&lock, &account(&format!("n{number}")), UnixMillis(5)).unwrap();
        }
        assert_eq!(wait(begin(&lock, &ada, UnixMillis(5))), 30_000);
    }
}
