use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use audit::{Export, Fault, Line, PublicKey, SignedHead, Verified};

use crate::lines::Lines;

/// Why a log is not in order, or was not checked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CheckError {
    /// A file could not be read.
    #[error("{} cannot be read; nothing was checked: {source}", file.display())]
    Unreadable {
        file: PathBuf,
        #[source]
        source: io::Error,
    },
    /// The file that should hold a head holds none.
    #[error(
        "{} holds no signed head of an audit log; nothing was checked. Give an earlier export, or \
         its last line", file.display()
    )]
    NoHead { file: PathBuf },
    /// The log is not in order.
    #[error(
        "not in order: {fault}{}. It shows at line {line} of the file; the {good} entries before fit together",
        first_bad(fault)
    )]
    Fault { line: u64, good: u64, fault: Fault },
}

fn first_bad(fault: &Fault) -> String {
    fault
        .first_bad()
        .map(|number| format!(" (first bad entry: {number})"))
        .unwrap_or_default()
}

/// Checks an exported log; answers what it holds and the key that signed it.
///
/// # Errors
/// [`CheckError`].
pub(crate) fn check(
    file: &Path,
    key: Option<PublicKey>,
    kept: Option<&Path>,
) -> Result<(Verified, PublicKey), CheckError> {
    let kept = kept.map(heads_in).transpose()?.unwrap_or_default();
    let mut export = Export::new(key, kept);
    let mut lines = open(file)?;
    let mut number = 0;
    loop {
        let good = export.entries();
        let line = lines.next_line().map_err(|source| CheckError::Unreadable {
            file: file.to_owned(),
            source,
        })?;
        number += 1;
        let fault = |fault| CheckError::Fault {
            line: number,
            good,
            fault,
        };
        match line {
            Some(line) => export.line(line).map_err(fault)?,
            None => return export.end().map_err(fault),
        }
    }
}

/// The signed heads in an earlier export, in a file that heads are exported to, or in lines of a system
/// log, which put something before each.
fn heads_in(file: &Path) -> Result<Vec<SignedHead>, CheckError> {
    let mut lines = open(file)?;
    let mut heads = Vec::new();
    loop {
        let line = lines.next_line().map_err(|source| CheckError::Unreadable {
            file: file.to_owned(),
            source,
        })?;
        let Some(line) = line else { break };
        let from = line.find("{\"head\":").unwrap_or_default();
        if let Ok(Line::Head(head)) = Line::read(line.get(from..).unwrap_or_default()) {
            heads.push(head);
        }
    }
    if heads.is_empty() {
        return Err(CheckError::NoHead {
            file: file.to_owned(),
        });
    }
    Ok(heads)
}

fn open(file: &Path) -> Result<Lines<BufReader<File>>, CheckError> {
    match File::open(file) {
        Ok(open) => Ok(Lines::new(BufReader::with_capacity(1 << 16, open))),
        Err(source) => Err(CheckError::Unreadable {
            file: file.to_owned(),
            source,
        }),
    }
}
