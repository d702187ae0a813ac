//! A note on its way out: made, encrypted, entered in the audit log, and only then handed on.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use interchange::{Body, Document, Drafted, Format, Patient, Signed, WriteError};
use vault::{EscrowRecipient, Exported, ToExport, Vault, VaultError, Way};
use visit::{Revision, RevisionNumber, Sha256Hex, UnixMillis, VisitId};

/// What is exported, and how.
pub struct ExportOrder<'a> {
    /// Of which visit.
    pub visit: VisitId,
    /// In what form.
    pub format: Format,
    /// To whom it is encrypted; `None` to leave it readable.
    pub recipient: Option<&'a EscrowRecipient>,
    /// What is known of the patient beside the label, which is the vault's.
    pub patient: Patient,
}

/// A document that may leave, for it is entered.
#[derive(Debug)]
pub struct Export {
    /// What leaves.
    pub bytes: Vec<u8>,
    /// Its digest.
    pub sha256: Sha256Hex,
    /// The revision of the note that it holds.
    pub revision: RevisionNumber,
}

/// Why a note was not exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// There is no note.
    #[error("the visit has no note yet, so nothing was exported; draft or write one first")]
    NoNote,
    /// Somebody stored another revision meanwhile.
    #[error("the note was changed while it was exported, so nothing was written; export it again")]
    Changed,
    /// The store refused.
    #[error(transparent)]
    Vault(VaultError),
    /// The form cannot hold the note.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// There is something where the file is to be.
    #[error("{} exists already; nothing was exported and it was left alone. Name another file", .0.display())]
    Exists(PathBuf),
    /// The file cannot be written.
    #[error("{} cannot be written, so nothing was exported", path.display())]
    File {
        /// Where it was to be.
        path: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
}

impl From<VaultError> for ExportError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::NoNote => Self::NoNote,
            VaultError::NotNewest { .. } => Self::Changed,
            error => Self::Vault(error),
        }
    }
}

/// The newest revision of a visit's note as a document, after that it leaves was entered in the
/// audit log with the digest of the very bytes.
///
/// # Errors
/// [`ExportError`]; nothing may leave then.
pub fn export(
    vault: &Vault,
    order: &ExportOrder<'_>,
    way: Way,
    now: UnixMillis,
) -> Result<Export, ExportError> {
    let document = document(vault, order, now)?;
    let mut bytes = order.format.write(&document)?;
    if let Some(recipient) = order.recipient {
        bytes = recipient.encrypt(&bytes)?;
    }
    let exported = Exported {
        revision: document.revision,
        format: entered(order.format),
        encrypted: order.recipient.is_some(),
        bytes: &bytes,
    };
    let sha256 = vault.enter_note_exported(order.visit, &exported, way)?;
    Ok(Export {
        sha256,
        revision: document.revision,
        bytes,
    })
}

/// [`export`] into a new file that this account alone may read. No file is replaced.
///
/// # Errors
/// [`ExportError`]; then there is no file. If it cannot be written to its end, the log says all the
/// same that it left.
pub fn export_to_file(
    vault: &Vault,
    order: &ExportOrder<'_>,
    path: &Path,
    now: UnixMillis,
) -> Result<Export, ExportError> {
    // Made first, so that nothing is entered that cannot be written.
    let file = new_file(path)?;
    let done = export(vault, order, Way::File, now).and_then(|export| {
        fill(file, &export.bytes).map_err(|source| ExportError::File {
            path: path.to_owned(),
            source,
        })?;
        Ok(export)
    });
    if done.is_err() {
        // It is this call's own: it was not there before.
        let _ = std::fs::remove_file(path);
    }
    done
}

pub(crate) fn new_file(path: &Path) -> Result<File, ExportError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => ExportError::Exists(path.to_owned()),
        _ => ExportError::File {
            path: path.to_owned(),
            source,
        },
    })
}

pub(crate) fn fill(mut file: File, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    file.sync_all()
}

fn document(
    vault: &Vault,
    order: &ExportOrder<'_>,
    now: UnixMillis,
) -> Result<Document, ExportError> {
    let ToExport {
        record,
        revision,
        note_sha256,
        draft,
    } = vault.note_to_export(order.visit)?;
    let signature = record.signature.map(|signature| Signed {
        signer: signature.signer.clone(),
        at: signature.at,
    });
    Ok(Document {
        visit: order.visit,
        begun_at: record.summary.started_at,
        patient: Patient {
            label: record.summary.patient_label.clone(),
            ..order.patient.clone()
        },
        title: title(vault, &revision.note.template),
        template: revision.note.template.clone(),
        revision: revision.number,
        revised_at: revision.at,
        note_sha256,
        signature,
        draft: draft.as_ref().and_then(drafted),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: now,
        body: Body::of(&revision.note),
    })
}

/// What drafted a revision, if a model did.
fn drafted(revision: &Revision) -> Option<Drafted> {
    let provenance = revision.provenance.as_ref()?;
    Some(Drafted {
        model: provenance.model.clone(),
        program: provenance.program.clone(),
        at: revision.at,
    })
}

/// The template's name, or its identifier where it is known no more.
fn title(vault: &Vault, id: &str) -> String {
    let known = crate::template(vault.organisation(), Some(id));
    known.map_or_else(|_| id.to_owned(), |template| template.title)
}

/// The form as the audit log names it.
const fn entered(format: Format) -> vault::Format {
    match format {
        Format::Text => vault::Format::Text,
        Format::Html => vault::Format::Html,
        Format::Fhir => vault::Format::Fhir,
        Format::Hl7 => vault::Format::Hl7,
        Format::Docx => vault::Format::Docx,
        Format::Pdf => vault::Format::Pdf,
    }
}
