//! Whether what lies under a block device is encrypted by the system (dm-crypt), as `/sys` tells it.

use std::fs;
use std::path::{Path, PathBuf};

/// What lies under a device or a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Under {
    /// An encrypted layer, on every way to a medium.
    Encrypted,
    /// A medium without such a layer. One that encrypts by itself looks the same.
    Plain,
    /// Memory alone.
    Memory,
    /// Nobody can say from here.
    Unknown,
}

/// Deeper stacks of devices than this do not exist; a loop in a made-up `/sys` ends here.
const DEEPEST: u32 = 16;

/// What lies under the device with this name (`sda2`, `dm-0`).
pub(super) fn under_device(sys: &Path, name: &str) -> Under {
    under(sys, name, DEEPEST)
}

fn under(sys: &Path, name: &str, deepest: u32) -> Under {
    let place = sys.join("class/block").join(name);
    if deepest == 0 || !place.exists() {
        return Under::Unknown;
    }
    let text = |file: &str| fs::read_to_string(place.join(file)).unwrap_or_default();
    // The name that cryptsetup gives: CRYPT-LUKS2-…, CRYPT-PLAIN-….
    if text("dm/uuid").starts_with("CRYPT-") {
        return Under::Encrypted;
    }
    if name.starts_with("zram") || name.starts_with("ram") {
        // A zram device can write what is old back to a medium.
        let written_back = text("backing_dev");
        return match written_back.trim() {
            "" | "none" => Under::Memory,
            _ => Under::Unknown,
        };
    }
    if place.join("loop/backing_file").exists() {
        return Under::Unknown;
    }
    let below: Vec<String> = fs::read_dir(place.join("slaves"))
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    if !below.is_empty() {
        let found: Vec<Under> = below
            .iter()
            .map(|name| under(sys, name, deepest - 1))
            .collect();
        return if found.contains(&Under::Plain) {
            Under::Plain
        } else if found.contains(&Under::Unknown) {
            Under::Unknown
        } else {
            Under::Encrypted
        };
    }
    if place.join("partition").exists() {
        let whole = place.canonicalize().ok();
        let whole = whole.as_deref().and_then(Path::parent);
        if let Some(disk) = whole.and_then(Path::file_name) {
            return under(sys, &disk.to_string_lossy(), deepest - 1);
        }
        return Under::Unknown;
    }
    Under::Plain
}

/// What lies under the device of a path like `/dev/mapper/swap`.
pub(super) fn under_path(sys: &Path, device: &Path) -> Under {
    let whole = device.canonicalize();
    let name = whole.as_deref().unwrap_or(device).file_name();
    name.map_or(Under::Unknown, |name| {
        under_device(sys, &name.to_string_lossy())
    })
}

/// What lies under a file or folder: by its device number, else by where it is mounted from.
pub(super) fn under_file(proc: &Path, sys: &Path, path: &Path) -> Under {
    if let Some(number) = device_number(path)
        && let Ok(place) = sys.join("dev/block").join(number).canonicalize()
        && let Some(name) = place.file_name()
    {
        return under_device(sys, &name.to_string_lossy());
    }
    // File systems over several devices (btrfs, ZFS) and those without any have numbers of their own.
    let mounts = fs::read_to_string(proc.join("self/mountinfo")).unwrap_or_default();
    let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    match mount_of(&mounts, &whole) {
        Some((kind, _)) if kind == "ecryptfs" => Under::Encrypted,
        Some((_, source)) if source.starts_with("/dev/") => under_path(sys, Path::new(&source)),
        _ => Under::Unknown,
    }
}

#[cfg(target_os = "linux")]
fn device_number(path: &Path) -> Option<String> {
    use std::os::unix::fs::MetadataExt as _;
    let number = fs::metadata(path).ok()?.dev();
    let (major, minor) = (rustix::fs::major(number), rustix::fs::minor(number));
    Some(format!("{major}:{minor}"))
}

#[cfg(not(target_os = "linux"))]
fn device_number(_path: &Path) -> Option<String> {
    None
}

/// Kind and source of the file system that a path lies on (proc(5), mountinfo).
fn mount_of(mounts: &str, path: &Path) -> Option<(String, String)> {
    let mut best: Option<(usize, String, String)> = None;
    for line in mounts.lines() {
        let Some((before, after)) = line.split_once(" - ") else {
            continue;
        };
        let Some(at) = before.split(' ').nth(4) else {
            continue;
        };
        let at = PathBuf::from(at.replace("\\040", " "));
        let mut fields = after.split(' ');
        let (Some(kind), Some(source)) = (fields.next(), fields.next()) else {
            continue;
        };
        let depth = at.components().count();
        // Of two at the same place the later one lies on top.
        if path.starts_with(&at) && best.as_ref().is_none_or(|(most, ..)| depth >= *most) {
            best = Some((depth, kind.to_owned(), source.to_owned()));
        }
    }
    best.map(|(_, kind, source)| (kind, source))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::self_check::scratch::Computer;

    #[test]
    fn a_crypt_layer_is_found_below_volumes_and_partitions() {
        let computer = Computer::new();
        computer.disk("sda");
        computer.partition("sda", "sda2");
        computer.mapped("dm-0", "CRYPT-LUKS2-0123-root", &["sda2"]);
        computer.mapped("dm-1", "LVM-0123", &["dm-0"]);
        computer.mapped("dm-2", "LVM-0123", &["dm-0", "sda2"]);
        computer.mapped("dm-3", "LVM-0123", &["dm-0", "gone"]);
        let sys = computer.kernel().sys;
        for (name, expected) in [
            ("sda", Under::Plain),
            ("sda2", Under::Plain),
            ("dm-0", Under::Encrypted),
            ("dm-1", Under::Encrypted),
            // A part of the volume lies on the bare disk.
            ("dm-2", Under::Plain),
            ("dm-3", Under::Unknown),
            ("sdz", Under::Unknown),
        ] {
            assert_eq!(under_device(&sys, name), expected, "{name}");
        }
    }

    #[test]
    fn a_folder_is_looked_up_by_its_device_or_its_mount() {
        let computer = Computer::new();
        let folder = computer.path("home");
        std::fs::create_dir_all(&folder).unwrap();
        computer.disk("sda");
        computer.mapped("dm-0", "CRYPT-LUKS2-0123-root", &["sda"]);
        let kernel = computer.kernel();
        let under = || under_file(&kernel.proc, &kernel.sys, &folder);
        assert_eq!(under(), Under::Unknown);
        let mounted = |at: &Path, kind: &str, source: &str| {
            format!("1 0 0:99 / {} rw - {kind} {source} rw\n", at.display())
        };
        let root = mounted(Path::new("/"), "ext4", "/dev/sda");
        let home = folder.canonicalize().unwrap();
        computer.proc("self/mountinfo", &root);
        assert_eq!(under(), Under::Plain);
        let btrfs = mounted(&home, "btrfs", "/dev/dm-0");
        computer.proc("self/mountinfo", &format!("{root}{btrfs}"));
        assert_eq!(under(), Under::Encrypted);
        computer.proc("self/mountinfo", &mounted(&home, "nfs4", "server:/home"));
        assert_eq!(under(), Under::Unknown);
        computer.proc(
            "self/mountinfo",
            &mounted(&home, "ecryptfs", "/.ecryptfs/ada"),
        );
        assert_eq!(under(), Under::Encrypted);
        // The device's own number goes before.
        computer.number(&device_number(&folder).unwrap(), "sda");
        assert_eq!(under(), Under::Plain);
    }
}
