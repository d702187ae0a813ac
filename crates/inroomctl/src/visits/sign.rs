use scribe::clock;
use visit::{PatientText, RevisionNumber, VisitId};

use super::confirmation;
use crate::vaults::VaultArguments;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    vault: VaultArguments,
    /// The visit.
    visit: VisitId,
    /// The name of who signs.
    #[arg(long, value_name = "NAME")]
    signer: String,
    /// The revision of the note that was read, as `visit show` numbers it.
    #[arg(long, value_name = "NUMBER")]
    revision: u32,
    /// The first eight characters of the visit's identifier, in place of the question.
    #[arg(long, value_name = "CHARACTERS")]
    confirm: Option<String>,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let vault = arguments.vault.open()?;
    let (id, read) = (arguments.visit, RevisionNumber(arguments.revision));
    eprintln!(
        "This signs revision {} of the note of the visit {id} as {}. It never changes afterwards.",
        read.0, arguments.signer
    );
    confirmation::demand(id, "sign", "signed", arguments.confirm.as_deref())?;
    let signer = PatientText::from(arguments.signer.as_str());
    let signature = scribe::sign(&vault, id, read, &signer, clock::now())?;
    println!(
        "signed revision {} of the visit {id}; SHA-256 of the note {}",
        signature.revision.0,
        signature.note_sha256.as_str()
    );
    Ok(())
}
