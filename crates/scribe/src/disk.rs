//! How much longer can be recorded on this disk.

use std::path::Path;

use visit::{SAMPLE_RATE, Samples};

use crate::Alarm;

/// Bytes of disk that a minute of recording takes: 1.92 MB of samples, and what sealing, the
/// database's pages and the transcript add. A test measures it.
const PER_MINUTE: u64 = 2_200_000;

/// Below this many bytes it is not worth to begin: half a minute would fit.
pub(crate) const LEAST: u64 = 1 << 20;

/// A visit is rarely longer than this, in minutes: from here on it is told.
const LOW: u32 = 120;

/// From here on it is an alarm, in minutes: time to finish, or to make room.
const SHORT: u32 = 15;

/// How often to look while recording.
const EVERY: Samples = Samples(10 * SAMPLE_RATE as u64);

/// The free bytes of the disk, where they are known.
pub(crate) type Free = Box<dyn Fn() -> Option<u64> + Send>;

/// Watches the room that is left.
pub(crate) struct Disk {
    free: Free,
    /// Length of the recording at which to look again.
    next: Samples,
    /// The minutes that were told last.
    told: Option<u32>,
}

impl Disk {
    pub(crate) fn new(free: Free) -> Self {
        Self {
            free,
            next: Samples(0),
            told: None,
        }
    }

    /// The free bytes of the disk, where they are known.
    pub(crate) fn free(&self) -> Option<u64> {
        (self.free)()
    }

    /// Looks, if it is time to, and says what has changed so much that people should know.
    pub(crate) fn look(&mut self, recorded: Samples) -> Option<Alarm> {
        if recorded < self.next {
            return None;
        }
        self.next = recorded + EVERY;
        let minutes = minutes_in(self.free()?);
        let alarm = match (minutes, self.told) {
            (..=SHORT, Some(told)) if told <= SHORT && told < minutes + 5 => return None,
            (..=SHORT, _) => Alarm::DiskShort { minutes },
            (..=LOW, Some(told)) if told > SHORT && told < minutes + 15 => return None,
            (..=LOW, _) => Alarm::DiskLow { minutes },
            (_, None) => return None,
            (_, Some(_)) => {
                self.told = None;
                return Some(Alarm::DiskEnough);
            }
        };
        self.told = Some(minutes);
        Some(alarm)
    }
}

/// Minutes of recording that fit into so many bytes.
pub(crate) fn minutes_in(free: u64) -> u32 {
    u32::try_from(free.saturating_sub(LEAST) / PER_MINUTE).unwrap_or(u32::MAX)
}

/// Bytes that this user may still write on the disk that holds a folder.
pub(crate) fn free_in(folder: &Path) -> Option<u64> {
    #[cfg(unix)]
    {
        let told = rustix::fs::statvfs(folder).ok()?;
        told.f_bavail.checked_mul(told.f_frsize)
    }
    #[cfg(not(unix))]
    {
        let _ = folder;
        None
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    /// What is told while the disk has room for so many minutes in turn.
    fn told(minutes: &[u64]) -> Vec<Alarm> {
        let free = Arc::new(AtomicU64::new(0));
        let seen = Arc::clone(&free);
        let mut disk = Disk::new(Box::new(move || Some(seen.load(Ordering::Relaxed))));
        let mut recorded = Samples(0);
        let mut alarms = Vec::new();
        for minutes in minutes {
            free.store(LEAST + minutes * PER_MINUTE, Ordering::Relaxed);
            alarms.extend(disk.look(recorded));
            recorded = recorded + EVERY;
        }
        alarms
    }

    #[test]
    fn a_disk_that_fills_up_is_told_with_the_minutes_that_are_left() {
        assert_eq!(
            told(&[500, 121, 120, 119, 106, 105, 50, 16, 15, 14, 11, 10, 0]),
            [
                Alarm::DiskLow { minutes: 120 },
                Alarm::DiskLow { minutes: 105 },
                Alarm::DiskLow { minutes: 50 },
                Alarm::DiskLow { minutes: 16 },
                Alarm::DiskShort { minutes: 15 },
                Alarm::DiskShort { minutes: 10 },
                Alarm::DiskShort { minutes: 0 },
            ]
        );
    }

    #[test]
    fn room_that_was_made_ends_the_alarm() {
        assert_eq!(
            told(&[3, 40, 400, 400]),
            [
                Alarm::DiskShort { minutes: 3 },
                Alarm::DiskLow { minutes: 40 },
                Alarm::DiskEnough,
            ]
        );
    }

    #[test]
    fn between_looks_nothing_is_asked_and_an_unknown_disk_is_no_alarm() {
        let mut disk = Disk::new(Box::new(|| Some(0)));
        assert!(disk.look(Samples(0)).is_some());
        assert_eq!(disk.look(EVERY - Samples(1)), None);
        assert_eq!(Disk::new(Box::new(|| None)).look(Samples(0)), None);
    }

    #[cfg(unix)]
    #[test]
    fn the_free_bytes_are_those_that_df_tells() {
        let folder = tempfile::tempdir().unwrap();
        let df = || -> u64 {
            let said = std::process::Command::new("df")
                .args(["-P", "-B1"])
                .arg(folder.path())
                .output()
                .unwrap();
            let text = String::from_utf8(said.stdout).unwrap();
            let line = text.lines().nth(1).unwrap();
            line.split_whitespace().nth(3).unwrap().parse().unwrap()
        };
        let (before, ours, after) = (df(), free_in(folder.path()).unwrap(), df());
        // Others write to the same disk meanwhile.
        let slack = 1 << 30;
        assert!(ours + slack > before.min(after) && ours < before.max(after) + slack);
        assert_eq!(free_in(&folder.path().join("absent")), None);
    }
}
