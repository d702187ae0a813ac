//! The health of a workstation, for IT: what works, what does not, and what to do. The vault is not
//! opened, and nothing of a visit is looked at.

use std::path::Path;

use governance::risk::{Finding, SelfCheck, Verdict};
use serde::Serialize;
use vault::{Vault, VaultError};
use visit::{Sha256Hex, UnixMillis};
use worker::Level;

use crate::risk::system;
use crate::self_check::{
    Enrolled, ModelState, Needed, SecretPlace, Seen, SeenModel, Surroundings, Worker, counted,
    look, minutes_of_disk,
};

const DAY: i64 = 24 * 60 * 60 * 1000;
/// Less room than this and a visit is not worth beginning, in minutes of recording.
const LEAST_MINUTES: u32 = 15;

/// How something of a workstation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ailing {
    /// It is in order.
    No,
    /// It could not be looked at.
    Unknown,
    /// The program works, and somebody should see to it.
    Somewhat,
    /// It keeps the program from working.
    Badly,
}

/// Something of a workstation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HealthItem {
    /// What it is.
    pub what: &'static str,
    /// How it is.
    pub ailing: Ailing,
    /// What was found.
    pub found: String,
    /// What to do, where something is to be done.
    pub advice: Option<String>,
}

/// A model file of a workstation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HealthModel {
    /// Its file's name.
    pub file: String,
    /// The name it is known by.
    pub id: Option<String>,
    /// Digest of its bytes.
    pub sha256: Option<Sha256Hex>,
    /// Whether the digest is the one it is known by.
    pub genuine: bool,
}

/// The health of a workstation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Health {
    /// The version of this form: 1.
    pub format: u32,
    /// When it was looked at.
    pub at: UnixMillis,
    /// Version of the program.
    pub program: String,
    /// Operating system and processor.
    pub system: String,
    /// Whether nothing keeps the program from working.
    pub works: bool,
    /// What was looked at.
    pub items: Vec<HealthItem>,
    /// The models of this computer.
    pub models: Vec<HealthModel>,
}

/// Looks at a workstation. `backups`: a folder with backups, if its newest is to be told.
pub fn doctor(around: &Surroundings<'_>, backups: Option<&Path>) -> Health {
    let seen = look(around, None);
    let mut items = vec![processor()];
    items.extend(by_findings(&seen));
    items.push(disk(minutes_of_disk(around.folder)));
    items.extend(seen.needed.iter().map(model));
    items.push(model_files(&seen.findings));
    items.push(microphones());
    items.push(secret(around, &seen.findings));
    items.push(organisation(&seen.enrolled));
    items.push(store(around.folder));
    items.extend(backups.map(|folder| backup(folder, around.now)));
    Health {
        format: 1,
        at: around.now,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        system: system(),
        works: items.iter().all(|item| item.ailing != Ailing::Badly),
        items,
        models: seen.models.into_iter().map(seen_model).collect(),
    }
}

fn seen_model(model: SeenModel) -> HealthModel {
    let SeenModel {
        file,
        id,
        sha256,
        state,
    } = model;
    HealthModel {
        genuine: state == ModelState::Genuine,
        file,
        id,
        sha256,
    }
}

impl HealthItem {
    fn good(what: &'static str, found: impl Into<String>) -> Self {
        Self {
            what,
            ailing: Ailing::No,
            found: found.into(),
            advice: None,
        }
    }

    fn ailing(
        what: &'static str,
        ailing: Ailing,
        found: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self {
            what,
            ailing,
            found: found.into(),
            advice: Some(advice.into()),
        }
    }

    /// What a self-check says, and how bad it is where it failed.
    fn of(what: &'static str, found: &Finding, failed: Ailing) -> Self {
        match found.verdict {
            Verdict::Passed => Self::good(what, &found.reason),
            Verdict::CannotTell => Self {
                ailing: Ailing::Unknown,
                ..Self::good(what, &found.reason)
            },
            Verdict::Failed => Self::ailing(what, failed, &found.reason, found.check.advice()),
        }
    }
}

fn processor() -> HealthItem {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let cores = counted(cores, "core", "cores");
    match Level::BEST_FIRST
        .into_iter()
        .find(|level| level.is_supported())
    {
        Some(level) => HealthItem::good("processor", format!("{cores}, level {}", level.as_str())),
        None => HealthItem::ailing(
            "processor",
            Ailing::Badly,
            format!("{cores}, without the instructions of x86-64-v2"),
            "Use a computer of the last fifteen years: the models need SSE4.2 at least.",
        ),
    }
}

/// The self-checks that IT can do something about, in the order in which they are told.
const TOLD: [(SelfCheck, &str, Ailing); 9] = [
    (SelfCheck::WorkersPresent, "worker", Ailing::Badly),
    (
        SelfCheck::WorkersConfined,
        "worker's confinement",
        Ailing::Somewhat,
    ),
    (SelfCheck::NetworkRefused, "network", Ailing::Somewhat),
    (SelfCheck::CoreDumpsOff, "core dumps", Ailing::Somewhat),
    (
        SelfCheck::ProgramsProtected,
        "program files",
        Ailing::Somewhat,
    ),
    (SelfCheck::FreeMemory, "memory", Ailing::Somewhat),
    (SelfCheck::SwapEncrypted, "swap", Ailing::Somewhat),
    (
        SelfCheck::DiskEncrypted,
        "disk encryption",
        Ailing::Somewhat,
    ),
    (SelfCheck::ClockPlausible, "clock", Ailing::Somewhat),
];

fn by_findings(seen: &Seen) -> Vec<HealthItem> {
    let told = TOLD.iter().filter_map(|(check, what, failed)| {
        let found = seen.findings.iter().find(|found| found.check == *check)?;
        Some(HealthItem::of(what, found, *failed))
    });
    let mut items: Vec<HealthItem> = told.collect();
    if let Worker::Not(_) = seen.worker {
        // What follows from the worker's absence is no trouble of its own.
        items.retain(|item| item.what != "worker's confinement");
    }
    items
}

fn disk(minutes: Option<u32>) -> HealthItem {
    let what = "disk";
    let Some(minutes) = minutes else {
        return HealthItem {
            ailing: Ailing::Unknown,
            ..HealthItem::good(what, "the system does not tell how much is free")
        };
    };
    let found = format!("room for {} hours of recording", minutes / 60);
    let advice = SelfCheck::FreeDisk.advice();
    match minutes {
        ..LEAST_MINUTES => HealthItem::ailing(
            what,
            Ailing::Badly,
            format!("room for {minutes} minutes of recording"),
            advice,
        ),
        LEAST_MINUTES..480 => HealthItem::ailing(what, Ailing::Somewhat, found, advice),
        _ => HealthItem::good(what, found),
    }
}

fn model(needed: &Needed) -> HealthItem {
    let what = match needed.role {
        governance::ModelRole::Speech => "model for speech",
        governance::ModelRole::VoiceActivity => "model for voice",
        governance::ModelRole::Drafting => "model for notes",
        governance::ModelRole::Speaker => "model for speakers",
    };
    match &needed.file {
        Some(file) => HealthItem::good(what, &file.id),
        None => {
            // Without it all speech is one speaker's; without another there is no transcript or no note.
            let ailing = match needed.role {
                governance::ModelRole::Speaker => Ailing::Somewhat,
                _ => Ailing::Badly,
            };
            let found = format!("none in {}", crate::models::folder().display());
            HealthItem::ailing(what, ailing, found, SelfCheck::ModelsComplete.advice())
        }
    }
}

/// A file with other bytes is refused when it is loaded.
fn model_files(findings: &[Finding]) -> HealthItem {
    let what = "model files";
    let found = findings
        .iter()
        .find(|one| one.check == SelfCheck::ModelsGenuine);
    found.map_or_else(
        || HealthItem::good(what, "not looked at"),
        |found| HealthItem::of(what, found, Ailing::Badly),
    )
}

fn microphones() -> HealthItem {
    microphones_by(capture::microphones())
}

fn microphones_by(listed: Result<Vec<capture::Microphone>, capture::CaptureError>) -> HealthItem {
    let what = "microphones";
    match listed {
        Ok(all) if all.is_empty() => HealthItem::ailing(
            what,
            Ailing::Badly,
            "the sound system answers and knows none",
            "Plug a microphone in, or switch it on in the sound settings.",
        ),
        Ok(all) => {
            let names: Vec<String> = all
                .iter()
                .map(|one| {
                    let mark = if one.is_default { " (default)" } else { "" };
                    format!("{}{mark}", one.name)
                })
                .collect();
            HealthItem::good(what, names.join("; "))
        }
        Err(error) => HealthItem::ailing(
            what,
            Ailing::Badly,
            error.to_string(),
            "Start the account's sound system (PulseAudio or PipeWire) and see that the account may use it.",
        ),
    }
}

fn secret(around: &Surroundings<'_>, findings: &[Finding]) -> HealthItem {
    let what = "computer's secret";
    if Vault::exists(around.folder) {
        let found = findings
            .iter()
            .find(|one| one.check == SelfCheck::ComputerBound);
        // A store that a passphrase alone opens works; one whose secret is away does not.
        let needs = Vault::entrances(around.folder).is_ok_and(|ways| ways.device.is_some());
        let failed = if needs {
            Ailing::Badly
        } else {
            Ailing::Somewhat
        };
        if let Some(found) = found {
            return HealthItem::of(what, found, failed);
        }
    }
    match &around.secrets {
        SecretPlace::Reached(place) => HealthItem::good(
            what,
            format!("{} answers; there is no store yet", place.place()),
        ),
        SecretPlace::NotReached(why) => HealthItem::ailing(
            what,
            Ailing::Somewhat,
            why,
            "Start a keyring in the account's session (gnome-keyring, KWallet), or name a file for the secret with \
             --device-secret-file when the store is made.",
        ),
        SecretPlace::NotNamed => HealthItem::good(what, "no store that would need one"),
    }
}

fn organisation(enrolled: &Enrolled) -> HealthItem {
    let what = "organisation";
    let advice = SelfCheck::DocumentInForce.advice();
    match enrolled {
        Enrolled::Not => HealthItem::good(what, "the computer is not enrolled with one"),
        Enrolled::Damaged(why) => HealthItem::ailing(
            what,
            Ailing::Badly,
            why,
            "Enrol the computer again: `inroomctl workstation enrol`.",
        ),
        Enrolled::NotInForce(why) => HealthItem::ailing(what, Ailing::Badly, why, advice),
        Enrolled::InForce(accepted) => {
            let of = &accepted.organisation;
            let found = format!(
                "{}, serial {}, until {}",
                of.identity.name, of.serial, of.until
            );
            HealthItem::good(what, found)
        }
    }
}

fn store(folder: &Path) -> HealthItem {
    let what = "store";
    let place = folder.display();
    if !Vault::exists(folder) {
        return HealthItem::good(what, format!("none in {place} yet"));
    }
    let entrances = match Vault::entrances(folder) {
        Ok(entrances) => entrances,
        Err(error) => {
            return HealthItem::ailing(
                what,
                Ailing::Badly,
                format!("{place}: {error}"),
                "Leave the folder as it is and restore a backup: `inroomctl vault restore`.",
            );
        }
    };
    if Vault::reports_wait(folder) {
        return HealthItem::ailing(
            what,
            Ailing::Somewhat,
            format!("{place}: a report of a suspicion waits, so it is locked down"),
            SelfCheck::NotLockedDown.advice(),
        );
    }
    if entrances.rotation_unfinished {
        return HealthItem::ailing(
            what,
            Ailing::Somewhat,
            format!("{place}: an exchange of its key was cut off"),
            "`inroomctl vault rotate` finishes it.",
        );
    }
    let whose = if entrances.is_organisations {
        format!(
            "an organisation's, with ways for {}",
            counted(entrances.people.len(), "person", "people")
        )
    } else {
        "with one passphrase".to_owned()
    };
    HealthItem::good(
        what,
        format!(
            "{place}, {whose}; no report waits. Whether it is locked down is told when it is opened"
        ),
    )
}

fn backup(folder: &Path, now: UnixMillis) -> HealthItem {
    let what = "backups";
    let advice = SelfCheck::BackupRecent.advice();
    match Vault::snapshots(folder) {
        Ok(snapshots) => match snapshots.last() {
            Some(newest) => {
                let count = counted(snapshots.len(), "snapshot", "snapshots");
                let when = governance::Moment(newest.at);
                let found = format!("{count} in {}, the newest of {when}", folder.display());
                if now.0 - newest.at.0 > 7 * DAY {
                    HealthItem::ailing(what, Ailing::Somewhat, found, advice)
                } else {
                    HealthItem::good(what, found)
                }
            }
            None => no_backup(what, &VaultError::NoBackup, advice),
        },
        Err(error) => no_backup(what, &error, advice),
    }
}

fn no_backup(what: &'static str, error: &VaultError, advice: &str) -> HealthItem {
    HealthItem::ailing(what, Ailing::Somewhat, error.to_string(), advice)
}

#[cfg(test)]
mod tests;
