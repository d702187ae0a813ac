//! The vault's folder, as it can be seen without a passphrase.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use governance::risk::{Finding, SelfCheck};
use vault::{Standing, Vault};

use super::{SecretPlace, counted, no_vault};

pub(crate) fn look(folder: &Path, secrets: &SecretPlace<'_>) -> Vec<Finding> {
    let checks = [
        SelfCheck::FolderPrivate,
        SelfCheck::NothingReadable,
        SelfCheck::ComputerBound,
        SelfCheck::RecoveryKey,
    ];
    if !Vault::exists(folder) {
        return checks.map(|check| no_vault(check, folder)).to_vec();
    }
    vec![
        private(folder),
        nothing_readable(folder),
        bound(folder, secrets),
        recovery_key(folder),
    ]
}

/// The folder and everything in it, in a fixed order.
fn all_in(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    Ok(paths)
}

fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn private(folder: &Path) -> Finding {
    let check = SelfCheck::FolderPrivate;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let Ok(mut paths) = all_in(folder) else {
            return Finding::cannot_tell(check, "the store's folder cannot be read");
        };
        paths.push(folder.to_owned());
        let own = rustix::process::geteuid().as_raw();
        let mut open = Vec::new();
        for path in &paths {
            // A file that was removed since then is nobody's.
            let Ok(found) = fs::symlink_metadata(path) else {
                continue;
            };
            if found.mode() & 0o077 != 0 {
                open.push(format!(
                    "{} has the mode {:o}",
                    name(path),
                    found.mode() & 0o777
                ));
            } else if found.uid() != own {
                open.push(format!("{} belongs to another account", name(path)));
            }
        }
        if open.is_empty() {
            let count = counted(paths.len() - 1, "file", "files");
            Finding::passed(
                check,
                format!("the folder and its {count} belong to this account alone"),
            )
        } else {
            Finding::failed(check, open.join("; "))
        }
    }
    #[cfg(not(unix))]
    {
        let _ = folder;
        Finding::cannot_tell(
            check,
            "only Unix tells; the folder takes the permissions of the account's own",
        )
    }
}

/// What readable databases and recordings begin with.
const MAGICS: [(&[u8], &str); 2] = [
    (b"SQLite format 3\0", "an SQLite database"),
    (b"RIFF", "a sound file"),
];

/// Closing the database's file lets go of SQLite's own locks on it in this process (POSIX); the lock on
/// the folder keeps every other program away all the same.
fn nothing_readable(folder: &Path) -> Finding {
    let check = SelfCheck::NothingReadable;
    let Ok(paths) = all_in(folder) else {
        return Finding::cannot_tell(check, "the store's folder cannot be read");
    };
    let mut looked = 0;
    for path in paths.iter().filter(|path| path.is_file()) {
        let mut begin = Vec::new();
        let read = File::open(path).and_then(|file| file.take(16).read_to_end(&mut begin));
        if read.is_err() {
            return Finding::cannot_tell(check, format!("{} cannot be read", name(path)));
        }
        looked += 1;
        if let Some((_, what)) = MAGICS.iter().find(|(magic, _)| begin.starts_with(magic)) {
            return Finding::failed(check, format!("{} begins like {what}", name(path)));
        }
    }
    let looked = counted(looked, "file", "files");
    Finding::passed(
        check,
        format!("none of {looked} begins like a readable database or recording"),
    )
}

fn bound(folder: &Path, secrets: &SecretPlace<'_>) -> Finding {
    let check = SelfCheck::ComputerBound;
    let entrances = match Vault::entrances(folder) {
        Ok(entrances) => entrances,
        Err(error) => return Finding::failed(check, error.to_string()),
    };
    let Some(place) = entrances.device else {
        return Finding::failed(
            check,
            "a passphrase alone opens the store, also a copy of it on another computer",
        );
    };
    match secrets {
        SecretPlace::Reached(secrets) => match Vault::find_device_secret(folder, *secrets) {
            Ok(()) => Finding::passed(check, format!("this computer's secret is in {place}")),
            Err(error) => Finding::failed(check, error.to_string()),
        },
        SecretPlace::NotReached(why) => Finding::failed(check, why.clone()),
        SecretPlace::NotNamed => Finding::cannot_tell(
            check,
            format!("the secret is in {place}, which was not named (--device-secret-file)"),
        ),
    }
}

fn recovery_key(folder: &Path) -> Finding {
    let check = SelfCheck::RecoveryKey;
    match Vault::entrances(folder) {
        Ok(entrances) => match entrances.escrow {
            Some(recipient) => {
                Finding::passed(check, format!("the store is entrusted to {recipient}"))
            }
            None => Finding::failed(check, "whoever forgets the passphrase has lost its visits"),
        },
        Err(error) => Finding::failed(check, error.to_string()),
    }
}

/// Whether a suspicion waits: at the door, or in the open vault.
pub(super) fn locked_down(folder: &Path, standing: Option<&Standing>) -> Finding {
    let check = SelfCheck::NotLockedDown;
    if !Vault::exists(folder) {
        return no_vault(check, folder);
    }
    if Vault::reports_wait(folder) {
        return Finding::failed(check, "a report of a suspicion waits in the store's folder");
    }
    match standing.map(|standing| standing.incidents) {
        None => Finding::cannot_tell(
            check,
            "no report waits in the folder; whether the store is locked down is told when it is open",
        ),
        Some(found) if found.locked_down() => Finding::failed(
            check,
            format!(
                "{} of {} reported incidents are not lifted",
                found.reported - found.lifted,
                found.reported
            ),
        ),
        Some(found) => {
            let count = counted(found.reported as usize, "incident was", "incidents were");
            Finding::passed(check, format!("{count} reported, and none waits"))
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::PermissionsExt as _;

    use governance::risk::Verdict::{CannotTell, Failed, Passed};
    use vault::{DeviceSecretFile, EscrowIdentity, KdfCost, Suspicion, Ways};

    use super::super::scratch::is;
    use super::super::store::tests::standing;
    use super::*;

    struct Clinic(tempfile::TempDir);

    impl Clinic {
        fn new(bound: bool) -> Self {
            let clinic = Self(tempfile::tempdir().unwrap());
            let (secrets, recipient) = (clinic.secrets(), EscrowIdentity::generate().recipient());
            let ways = Ways {
                passphrase: &"four unrelated plain words".into(),
                cost: KdfCost::LEAST,
                device: bound.then_some(&secrets as &dyn vault::DeviceSecrets),
                escrow: bound.then_some(&recipient),
            };
            drop(Vault::create_with(&clinic.dir(), &ways).unwrap());
            clinic
        }

        fn dir(&self) -> PathBuf {
            self.0.path().join("vault")
        }

        fn secrets(&self) -> DeviceSecretFile {
            DeviceSecretFile::new(self.0.path().join("secret"))
        }

        fn look(&self, secrets: &SecretPlace<'_>) -> [Finding; 4] {
            look(&self.dir(), secrets).try_into().unwrap()
        }
    }

    #[test]
    fn a_store_with_its_ways_passes_and_one_with_a_passphrase_alone_does_not() {
        let clinic = Clinic::new(true);
        let secrets = clinic.secrets();
        for found in clinic.look(&SecretPlace::Reached(&secrets)) {
            is(&found, Passed);
        }
        let [.., bound, _] = clinic.look(&SecretPlace::NotNamed);
        is(&bound, CannotTell);
        let why = "the keyring of this account cannot be used: it is locked".to_owned();
        let [.., bound, _] = clinic.look(&SecretPlace::NotReached(why));
        is(&bound, Failed);
        let elsewhere = DeviceSecretFile::new(clinic.0.path().join("another"));
        let [.., bound, _] = clinic.look(&SecretPlace::Reached(&elsewhere));
        is(&bound, Failed);

        let [_, _, bound, key] = Clinic::new(false).look(&SecretPlace::NotNamed);
        is(&bound, Failed);
        is(&key, Failed);
    }

    #[test]
    fn where_there_is_no_store_nothing_is_told() {
        let folder = tempfile::tempdir().unwrap();
        for found in look(folder.path(), &SecretPlace::NotNamed) {
            is(&found, CannotTell);
        }
        is(&locked_down(folder.path(), None), CannotTell);
    }

    #[test]
    fn a_file_that_others_may_read_is_an_open_risk() {
        let clinic = Clinic::new(false);
        let set = |name: &str, mode| {
            let path = clinic.dir().join(name);
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        };
        is(&private(&clinic.dir()), Passed);
        for (name, mode) in [("keys.json", 0o640), ("vault.db", 0o604), ("", 0o750)] {
            set(name, mode);
            let found = private(&clinic.dir());
            is(&found, Failed);
            assert!(found.reason.contains(&format!("{mode:o}")), "{found:?}");
            set(name, if name.is_empty() { 0o700 } else { 0o600 });
        }
        is(&private(&clinic.dir()), Passed);
    }

    #[test]
    fn a_readable_database_or_recording_is_an_open_risk() {
        for bytes in [&b"SQLite format 3\0 and more"[..], b"RIFF\x24\0\0\0WAVE"] {
            let clinic = Clinic::new(false);
            is(&nothing_readable(&clinic.dir()), Passed);
            fs::write(clinic.dir().join("left-over"), bytes).unwrap();
            let found = nothing_readable(&clinic.dir());
            is(&found, Failed);
            assert!(
                found.reason.starts_with("left-over begins like"),
                "{found:?}"
            );
        }
    }

    #[test]
    fn a_damaged_keys_file_is_told() {
        let clinic = Clinic::new(true);
        fs::write(clinic.dir().join("keys.json"), "{").unwrap();
        let [_, _, bound, key] = clinic.look(&SecretPlace::NotNamed);
        is(&bound, Failed);
        is(&key, Failed);
    }

    #[test]
    fn a_suspicion_is_an_open_risk_until_it_is_lifted() {
        let clinic = Clinic::new(false);
        let mut standing = standing();
        is(&locked_down(&clinic.dir(), None), CannotTell);
        is(&locked_down(&clinic.dir(), Some(&standing)), Passed);
        standing.incidents.reported = 2;
        standing.incidents.lifted = 1;
        is(&locked_down(&clinic.dir(), Some(&standing)), Failed);
        standing.incidents.lifted = 2;
        is(&locked_down(&clinic.dir(), Some(&standing)), Passed);
        Vault::report_at(&clinic.dir(), Suspicion::Other).unwrap();
        is(&locked_down(&clinic.dir(), None), Failed);
    }
}
