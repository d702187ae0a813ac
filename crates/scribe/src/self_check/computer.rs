//! Disk, swap, memory and clock.

use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use governance::risk::{Finding, SelfCheck};
use vault::Standing;
use visit::UnixMillis;

use super::block_device::{Under, under_file, under_path};
use super::models::Needed;
use super::{Kernel, counted};
use crate::{disk, memory};

const MIB: u64 = 1 << 20;
/// A long working day, in minutes of recording.
const WORKING_DAY: u32 = 8 * 60;
/// A clock that is behind by less was not set back: two programs read it at slightly other moments.
const TOLERANCE: i64 = 5 * 60 * 1000;

pub(super) fn swap(kernel: &Kernel) -> Finding {
    let check = SelfCheck::SwapEncrypted;
    let Ok(swaps) = fs::read_to_string(kernel.proc.join("swaps")) else {
        return Finding::cannot_tell(check, "the system does not tell its swap areas");
    };
    // proc(5): a line of headings, then one for each area.
    let areas: Vec<(&str, Under)> = swaps
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut fields = line.split_whitespace();
            let (path, kind) = (fields.next()?, fields.next()?);
            let under = if kind == "file" {
                under_file(&kernel.proc, &kernel.sys, Path::new(path))
            } else {
                under_path(&kernel.sys, Path::new(path))
            };
            Some((path, under))
        })
        .collect();
    let those = |wanted: Under| {
        let paths = areas.iter().filter(|(_, under)| *under == wanted);
        paths.map(|(path, _)| *path).collect::<Vec<_>>().join(", ")
    };
    if areas.is_empty() {
        return Finding::passed(check, "there is no swap area");
    }
    let (plain, unknown) = (those(Under::Plain), those(Under::Unknown));
    if !plain.is_empty() {
        return Finding::failed(
            check,
            format!("no encrypted layer of the system lies under the swap area {plain}"),
        );
    }
    if !unknown.is_empty() {
        return Finding::cannot_tell(
            check,
            format!("what lies under the swap area {unknown} is not told"),
        );
    }
    let areas = counted(areas.len(), "swap area is", "swap areas are");
    Finding::passed(check, format!("{areas} encrypted or in memory"))
}

pub(super) fn disk(kernel: &Kernel, folder: &Path) -> Finding {
    let check = SelfCheck::DiskEncrypted;
    let Some(there) = nearest(folder) else {
        return Finding::cannot_tell(check, "no folder of the data's path is there");
    };
    match under_file(&kernel.proc, &kernel.sys, there) {
        Under::Encrypted => Finding::passed(
            check,
            "an encrypted layer of the system lies under the data folder",
        ),
        Under::Plain => Finding::failed(
            check,
            "no encrypted layer of the system lies under the data folder; a disk that encrypts by itself cannot \
             be seen from here",
        ),
        Under::Memory => Finding::failed(
            check,
            "the data folder lies in memory and is gone with the power",
        ),
        Under::Unknown => Finding::cannot_tell(
            check,
            "which disk lies under the data folder is not told here",
        ),
    }
}

/// The folder, or the nearest one above it that is there.
fn nearest(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|path| path.is_dir())
}

/// Minutes of recording that fit onto the disk of a folder.
pub(crate) fn minutes_of_disk(folder: &Path) -> Option<u32> {
    disk::free_in(nearest(folder)?).map(disk::minutes_in)
}

pub(super) fn free_disk(folder: &Path) -> Finding {
    room(minutes_of_disk(folder))
}

fn room(minutes: Option<u32>) -> Finding {
    let check = SelfCheck::FreeDisk;
    let Some(minutes) = minutes else {
        return Finding::cannot_tell(
            check,
            "the system does not tell how much of the disk is free",
        );
    };
    let hours = minutes / 60;
    let reason = format!("the disk has room for {hours} hours of recording");
    if minutes < WORKING_DAY {
        Finding::failed(check, reason)
    } else {
        Finding::passed(check, reason)
    }
}

pub(super) fn free_memory(needed: &[Needed]) -> Finding {
    let bytes = needed.iter().filter_map(|one| {
        let file = one.file.as_ref()?;
        let bytes = fs::metadata(&file.path).ok()?.len();
        Some(memory::needs(one.worker?, bytes))
    });
    fits(bytes.sum(), worker::available_memory())
}

fn fits(needs: u64, free: Option<u64>) -> Finding {
    let check = SelfCheck::FreeMemory;
    let Some(free) = free else {
        return Finding::cannot_tell(check, "the system does not tell how much memory is free");
    };
    if needs == 0 {
        return Finding::cannot_tell(
            check,
            "there is no model on this computer that would need memory",
        );
    }
    let reason = format!(
        "{} MiB are free, and the usual models need {} MiB",
        free / MIB,
        needs / MIB
    );
    if free < needs {
        Finding::failed(check, reason)
    } else {
        Finding::passed(check, reason)
    }
}

/// When this program's file was made.
pub(super) fn program_date() -> Option<UnixMillis> {
    let file = fs::metadata(std::env::current_exe().ok()?).ok()?;
    let since = file.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok().map(UnixMillis)
}

pub(super) fn clock(
    now: UnixMillis,
    program: Option<UnixMillis>,
    standing: Option<&Standing>,
) -> Finding {
    let check = SelfCheck::ClockPlausible;
    let newest = standing.and_then(|standing| standing.newest_entry);
    let is_behind = |other: Option<UnixMillis>| other.is_some_and(|at| now.0 + TOLERANCE < at.0);
    let when = governance::Moment(now);
    if is_behind(program) {
        return Finding::failed(
            check,
            format!("the clock says {when}, before the program's own file was made"),
        );
    }
    if is_behind(newest) {
        return Finding::failed(
            check,
            format!("the clock says {when}, before the newest entry of the audit log"),
        );
    }
    match (program, newest) {
        (None, None) => Finding::cannot_tell(check, "there is nothing to hold the clock against"),
        (_, None) => Finding::passed(
            check,
            format!("the clock says {when}; the audit log was not looked at"),
        ),
        (_, Some(_)) => Finding::passed(check, format!("the clock says {when}")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use governance::risk::Verdict::{CannotTell, Failed, Passed};

    use super::super::scratch::{Computer, is};
    use super::super::store::tests::standing;
    use super::*;

    const HEAD: &str = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";

    #[cfg(target_os = "linux")]
    #[test]
    fn swap_is_none_encrypted_in_memory_or_an_open_risk() {
        let computer = Computer::new();
        let kernel = computer.kernel();
        is(&swap(&kernel), CannotTell);
        let told = |areas: &str| {
            computer.proc("swaps", &format!("{HEAD}{areas}"));
            swap(&kernel)
        };
        is(&told(""), Passed);
        computer.disk("sda");
        computer.disk("zram0");
        computer.mapped("dm-5", "CRYPT-PLAIN-swap", &["sda"]);
        is(&told("/dev/zram0  partition 1 0 100\n"), Passed);
        is(&told("/dev/dm-5  partition 1 0 100\n"), Passed);
        let found = told("/dev/dm-5  partition 1 0 100\n/dev/sda  partition 1 0 100\n");
        is(&found, Failed);
        assert!(found.reason.contains("/dev/sda") && !found.reason.contains("dm-5"));
        is(&told("/dev/nothing  partition 1 0 100\n"), CannotTell);
        // A file on a disk.
        let file = computer.path("swapfile");
        fs::write(&file, "").unwrap();
        let line = format!("{} file 1 0 100\n", file.display());
        is(&told(&line), CannotTell);
        let whole = file.canonicalize().unwrap();
        let mount = format!("1 0 0:99 / {} rw - ext4 /dev/sda rw\n", whole.display());
        computer.proc("self/mountinfo", &mount);
        is(&told(&line), Failed);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_disk_under_the_data_is_encrypted_or_an_open_risk() {
        let computer = Computer::new();
        let (kernel, folder) = (computer.kernel(), computer.path("vault"));
        is(&disk(&kernel, &folder), CannotTell);
        computer.disk("sda");
        computer.mapped("dm-0", "CRYPT-LUKS2-home", &["sda"]);
        // The folder is not there yet: the one above it counts.
        let above = folder.parent().unwrap().canonicalize().unwrap();
        for (device, verdict) in [("sda", Failed), ("dm-0", Passed)] {
            let mount = format!(
                "1 0 0:99 / {} rw - btrfs /dev/{device} rw\n",
                above.display()
            );
            computer.proc("self/mountinfo", &mount);
            is(&disk(&kernel, &folder), verdict);
        }
    }

    #[test]
    fn room_and_memory_are_held_against_what_is_needed() {
        is(&room(Some(WORKING_DAY)), Passed);
        is(&room(Some(WORKING_DAY - 1)), Failed);
        is(&room(None), CannotTell);
        is(&fits(2, Some(2)), Passed);
        is(&fits(2, Some(1)), Failed);
        is(&fits(2, None), CannotTell);
        is(&fits(0, Some(1)), CannotTell);
    }

    #[test]
    fn a_clock_behind_the_program_or_the_log_is_an_open_risk() {
        let at = |millis| Some(UnixMillis(millis));
        let now = UnixMillis(1_790_000_000_000);
        is(&clock(now, at(now.0 - 1), None), Passed);
        is(&clock(now, at(now.0 + 4 * 60_000), None), Passed);
        is(&clock(now, at(now.0 + 6 * 60_000), None), Failed);
        is(&clock(now, None, None), CannotTell);
        let mut standing = standing();
        standing.newest_entry = at(now.0);
        is(&clock(now, None, Some(&standing)), Passed);
        standing.newest_entry = at(now.0 + 6 * 60_000);
        let found = clock(now, at(now.0), Some(&standing));
        is(&found, Failed);
        assert!(found.reason.contains("audit log"), "{found:?}");
        assert!(program_date().unwrap() <= crate::clock::now());
    }
}
