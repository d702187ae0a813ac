use anyhow::bail;
use governance::Command as C;
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
    /// The name of who signs; in an organisation's vault it is the roster's, and nothing is to be said.
    #[arg(long, value_name = "NAME")]
    signer: Option<String>,
    /// The revision of the note that was read, as `visit show` numbers it.
    #[arg(long, value_name = "NUMBER")]
    revision: u32,
    /// The first eight characters of the visit's identifier, in place of the question.
    #[arg(long, value_name = "CHARACTERS")]
    confirm: Option<String>,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let vault = arguments.vault.open(&[C::SignNote])?;
    let signer = match (vault.person(), &arguments.signer) {
        (Some(person), None) => person.name.clone(),
        (None, Some(name)) => name.clone(),
        (Some(person), Some(_)) => bail!(
            "in an organisation's vault the roster says who signs: {}. Leave --signer out; nothing was \
             signed",
            person.name
        ),
        (None, None) => bail!("say who signs with --signer; nothing was signed"),
    };
    let (id, read) = (arguments.visit, RevisionNumber(arguments.revision));
    eprintln!(
        "This signs revision {} of the note of the visit {id} as {}. It never changes afterwards.",
        read.0, signer
    );
    confirmation::demand(id, "sign", "signed", arguments.confirm.as_deref())?;
    let signer = PatientText::from(signer.as_str());
    let signature = scribe::sign(&vault, id, read, &signer, clock::now())?;
    crate::heads::export_what_waits(&vault);
    println!(
        "signed revision {} of the visit {id}; SHA-256 of the note {}",
        signature.revision.0,
        signature.note_sha256.as_str()
    );
    Ok(())
}
