//! The enrolment of one account's data folder.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use governance::minisign::PublicKey;
use governance::{Accepted, MOST_BYTES, Pinned, accept};
use serde::{Deserialize, Serialize};
use visit::{Sha256Hex, UnixMillis};

use super::successors::{self, SignedSuccessor, read_successors};
use super::{Enrolment, MOST_SMALL_BYTES, WorkstationError, read, read_text};
use crate::folder::{private, sync_folder};

const FILE: &str = "enrolment.json";
const FORMAT: &str = "inroom-workstation";
const VERSION: u32 = 1;

/// `enrolment.json` as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    format: String,
    version: u32,
    /// The organisation's public key, the line that holds it.
    key: String,
    serial: u64,
    sha256: Sha256Hex,
}

/// What the account's folder holds on to.
pub(super) struct Pin {
    pub(super) key: PublicKey,
    pub(super) newest: Option<(u64, Sha256Hex)>,
}

/// `None` if the account is not enrolled.
pub(super) fn read_pinned(folder: &Path) -> Result<Option<Pin>, WorkstationError> {
    let path = folder.join(FILE);
    let text = match read_text(&path, MOST_SMALL_BYTES) {
        Ok(text) => text,
        // Nothing was enrolled, or somebody has removed it, which a vault that is bound notices.
        Err(WorkstationError::Missing { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    match parse(&text) {
        Some(pin) => Ok(Some(pin)),
        None => Err(WorkstationError::Damaged { path }),
    }
}

/// What a text says, if it is an `enrolment.json`.
pub(super) fn parse(text: &str) -> Option<Pin> {
    let written: Written = serde_json::from_str(text).ok()?;
    let known = written.format == FORMAT && written.version == VERSION;
    Some(Pin {
        key: written.key.parse().ok().filter(|_| known)?,
        newest: Some((written.serial, written.sha256)),
    })
}

/// `None` if the account is not enrolled.
pub(super) fn read_all(folder: &Path) -> Result<Option<Enrolment>, WorkstationError> {
    let Some(Pin { key, newest }) = read_pinned(folder)? else {
        return Ok(None);
    };
    let serial = newest.as_ref().map_or(0, |(serial, _)| *serial);
    Ok(Some(Enrolment {
        key,
        newest,
        for_all: false,
        document: read(&folder.join(document(serial)), MOST_BYTES)?,
        signature: read_text(&folder.join(signature(serial)), MOST_SMALL_BYTES)?,
        successors: read_successors(folder)?,
        folder: folder.to_owned(),
    }))
}

/// Takes a document into force, if it may be.
pub(super) fn take(
    folder: &Path,
    key: &PublicKey,
    newest: Option<&(u64, Sha256Hex)>,
    (bytes, signed): (&[u8], &str),
    now: UnixMillis,
) -> Result<Accepted, WorkstationError> {
    let newest = newest.map(|(serial, sha256)| (*serial, sha256));
    let accepted = accept(bytes, signed, &Pinned { key, newest }, now)?;
    let serial = accepted.organisation.serial;
    make(folder)?;
    write(&folder.join(document(serial)), bytes)?;
    write(&folder.join(signature(serial)), signed.as_bytes())?;
    let written = Written {
        format: FORMAT.to_owned(),
        version: VERSION,
        key: key.line(),
        serial,
        sha256: accepted.sha256.clone(),
    };
    let path = folder.join(FILE);
    let text = serde_json::to_vec_pretty(&written).map_err(|error| WorkstationError::Io {
        doing: "written",
        path: path.clone(),
        source: io::Error::other(error),
    })?;
    write(&path, &text)?;
    if let Some((before, _)) = newest.filter(|(before, _)| *before != serial) {
        // What stays of it is in nobody's way.
        let _ = fs::remove_file(folder.join(document(before)));
        let _ = fs::remove_file(folder.join(signature(before)));
    }
    Ok(accepted)
}

/// Writes the statements by which a key has named the one after it, before that one is taken.
pub(super) fn put_successors(
    folder: &Path,
    all: &[SignedSuccessor],
) -> Result<(), WorkstationError> {
    for (number, said) in (1..).zip(all.iter().take(successors::MOST)) {
        let [statement, signature] = successors::names(number);
        write(&folder.join(signature), said.signature.as_bytes())?;
        write(&folder.join(statement), said.statement.as_bytes())?;
    }
    Ok(())
}

fn document(serial: u64) -> String {
    format!("organisation-{serial}.toml")
}

fn signature(serial: u64) -> String {
    format!("organisation-{serial}.toml.minisig")
}

fn make(folder: &Path) -> Result<(), WorkstationError> {
    #[allow(unused_mut, reason = "changed on Unix only")]
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .recursive(true)
        .create(folder)
        .map_err(|source| WorkstationError::Io {
            doing: "made",
            path: folder.to_owned(),
            source,
        })
}

/// Puts a file in its place as a whole.
fn write(path: &Path, bytes: &[u8]) -> Result<(), WorkstationError> {
    let next = path.with_added_extension("next");
    private(OpenOptions::new().write(true).create(true).truncate(true))
        .open(&next)
        .and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&next, path)?;
            sync_folder(path.parent().unwrap_or(Path::new(".")))
        })
        .map_err(|source| WorkstationError::Io {
            doing: "written",
            path: path.to_owned(),
            source,
        })
}
