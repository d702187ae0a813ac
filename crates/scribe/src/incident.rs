//! What those who look into an incident get: one file with the audit log and its proof, what was touched,
//! which programs and models were here, and what to do (P2.2 and P2.4 of the security properties). No word
//! of any visit is in it.

mod drill;
mod lift;
mod page;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use interchange::ArchiveError;
use vault::{EscrowRecipient, Vault, VaultError, Worksheet, Workstation};
use visit::UnixMillis;

use crate::exporting::{fill, new_file};
use crate::{ExportError, clock, models};

pub use drill::{Drill, drill};
pub use lift::{LiftError, lift_statement_to_file, lift_with_statement};
pub use page::{first_hour, worksheet_page};

/// What is packed.
pub struct PackOrder<'a> {
    /// What was touched from then on.
    pub from: UnixMillis,
    /// Until then.
    pub until: UnixMillis,
    /// To whom it is encrypted (age); `None` to leave it readable, for who may export the log.
    pub recipient: Option<&'a EscrowRecipient>,
}

/// Why no pack was made.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// The store refused.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The files could not be packed.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The worksheet could not be written down.
    #[error("the worksheet could not be written down; nothing was packed")]
    Json(#[from] serde_json::Error),
    /// The file cannot be made or written.
    #[error(transparent)]
    File(#[from] ExportError),
}

/// A pack, entered in the log.
pub struct Pack {
    /// What leaves: a ZIP archive, encrypted if that was asked for.
    pub bytes: Vec<u8>,
    /// What was touched.
    pub worksheet: Worksheet,
}

/// Makes a pack, after that it leaves was entered with the digest of the very bytes.
///
/// # Errors
/// [`PackError`]; nothing may leave then.
pub fn incident_pack(vault: &Vault, order: &PackOrder<'_>) -> Result<Pack, PackError> {
    let worksheet = vault.worksheet(order.from, order.until)?;
    let mut log = Vec::new();
    vault.log_for_pack(&mut log)?;
    let now = clock::now();
    let mut files = vec![
        ("read-me.txt", page::read_me(vault).into_bytes()),
        ("first-hour.txt", first_hour().into_bytes()),
        (
            "worksheet.txt",
            worksheet_page(&worksheet, now, now).into_bytes(),
        ),
        ("worksheet.json", serde_json::to_vec_pretty(&worksheet)?),
        ("programs.txt", programs().into_bytes()),
        ("audit-log.jsonl", log),
    ];
    if let Some(document) = policy(vault) {
        files.push(("organisation.toml", document));
    }
    let mut bytes =
        interchange::archive(files.iter().map(|(name, bytes)| (*name, bytes.as_slice())))?;
    if let Some(recipient) = order.recipient {
        bytes = recipient.encrypt(&bytes)?;
    }
    vault.enter_incident_pack(&bytes, order.recipient.is_some())?;
    Ok(Pack { bytes, worksheet })
}

/// [`incident_pack`] into a new file that this account alone may read. No file is replaced.
///
/// # Errors
/// [`PackError`]; then there is no file.
pub fn incident_pack_to_file(
    vault: &Vault,
    order: &PackOrder<'_>,
    path: &Path,
) -> Result<Pack, PackError> {
    // Made first, so that nothing is entered that cannot be written.
    let file = new_file(path)?;
    let done = incident_pack(vault, order).and_then(|pack| {
        fill(file, &pack.bytes).map_err(|source| ExportError::File {
            path: path.to_owned(),
            source,
        })?;
        Ok(pack)
    });
    if done.is_err() {
        // It is this call's own: it was not there before.
        let _ = fs::remove_file(path);
    }
    done
}

/// The organisation's document that this computer has, in the form that was signed.
fn policy(vault: &Vault) -> Option<Vec<u8>> {
    let enrolment = Workstation::of(vault.folder()).enrolment().ok()??;
    Some(enrolment.document().to_vec())
}

/// The programs beside this one, and the models of this computer, each with its SHA-256.
fn programs() -> String {
    let mut text = format!(
        "Inroom {} on {} {}\n\n",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH
    );
    let beside = std::env::current_exe().ok();
    let beside = beside.as_deref().and_then(Path::parent);
    let is_ours = |path: &PathBuf| {
        let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
        name.starts_with("inroom") && (!name.contains('.') || name.ends_with(".exe"))
    };
    let mut programs = beside.map(files_in).unwrap_or_default();
    // The workers lie in a folder of their own.
    programs.extend(worker::worker_folder().iter().flat_map(|of| files_in(of)));
    programs.sort();
    programs.dedup();
    text += "PROGRAMS\n";
    for path in programs.iter().filter(|path| is_ours(path)) {
        text += &digest_line(path);
    }
    text += "\nMODELS\n";
    for path in models::folders().iter().flat_map(|of| files_in(of)) {
        text += &digest_line(&path);
    }
    text
}

fn digest_line(path: &Path) -> String {
    let digest = models::digest_of(path).map_or_else(
        |error| format!("unreadable ({error})"),
        |digest| digest.as_str().to_owned(),
    );
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    format!("{digest}  {name}\n")
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    files
}
