use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use governance::Command as C;
use interchange::{BirthDate, Format, Patient};
use scribe::{ExportOrder, clock};
use vault::{EscrowRecipient, Way};
use visit::{PatientText, VisitId};

use crate::vaults::VaultArguments;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    vault: VaultArguments,
    /// The visit.
    visit: VisitId,
    /// In what form: text, html, fhir (R4 document Bundle), hl7 (v2.5.1 MDM^T02), docx or pdf (PDF/A).
    #[arg(long, default_value = "text")]
    format: Format,
    /// Where to write, a file that does not exist yet; standard output when not given.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Encrypt it to this age recipient, so that nobody else can read it.
    #[arg(long, value_name = "age1…")]
    encrypt_to: Option<EscrowRecipient>,
    #[command(flatten)]
    patient: PatientArguments,
}

/// What the vault does not hold of a patient, for the system that takes the document.
#[derive(clap::Args)]
struct PatientArguments {
    /// The patient's number in the clinic's records.
    #[arg(long, value_name = "NUMBER")]
    record_number: Option<String>,
    /// Their family name.
    #[arg(long, value_name = "NAME")]
    family_name: Option<String>,
    /// Their given names.
    #[arg(long, value_name = "NAMES")]
    given_names: Option<String>,
    /// Their date of birth.
    #[arg(long, value_name = "YYYY-MM-DD")]
    birth_date: Option<BirthDate>,
}

impl PatientArguments {
    fn patient(&self) -> Patient {
        let text = |text: &Option<String>| text.as_deref().map(PatientText::from);
        Patient {
            label: PatientText::default(),
            record_number: text(&self.record_number),
            family: text(&self.family_name),
            given: text(&self.given_names),
            birth_date: self.birth_date,
        }
    }
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let binary = !arguments.format.is_text() || arguments.encrypt_to.is_some();
    if arguments.out.is_none() && binary && std::io::stdout().is_terminal() {
        bail!(
            "this is no text that a terminal can show; name a file with --out. Nothing was exported"
        );
    }
    let vault = arguments.vault.open(&[C::TakeNote])?;
    let order = ExportOrder {
        visit: arguments.visit,
        format: arguments.format,
        recipient: arguments.encrypt_to.as_ref(),
        patient: arguments.patient.patient(),
    };
    let Some(path) = &arguments.out else {
        let export = scribe::export(&vault, &order, Way::Output, clock::now())?;
        return std::io::stdout().write_all(&export.bytes).context(
            "the export was entered in the audit log and could not be written to its end",
        );
    };
    let export = scribe::export_to_file(&vault, &order, path, clock::now())?;
    println!(
        "exported revision {} of the visit {} as {} to {}; SHA-256 of the file {}",
        export.revision.0,
        arguments.visit,
        arguments.format.as_str(),
        path.display(),
        export.sha256.as_str()
    );
    Ok(())
}
