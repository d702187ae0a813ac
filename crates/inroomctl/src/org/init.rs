//! Making an organisation.

use std::path::{Path, PathBuf};

use governance::minisign::KdfCost;
use scribe::organisation::{Founder, found};

use crate::vaults;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The folder to make, best on a medium that is locked away afterwards.
    folder: PathBuf,
    /// The organisation's name.
    #[arg(long)]
    name: String,
    /// A domain of the organisation's own accounts; may be given several times.
    #[arg(long = "domain", value_name = "DOMAIN", required = true)]
    domains: Vec<String>,
    /// A file whose first line is the passphrase of the signing key; otherwise it is asked for.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let passphrase = vaults::new_passphrase(
        arguments.passphrase_file.as_deref(),
        "Passphrase for the organisation's signing key: ",
    )?;
    let data = scribe::vault_folder();
    let own = data.as_deref().and_then(Path::parent);
    let made = found(&Founder {
        folder: &arguments.folder,
        own: own.as_slice(),
        name: &arguments.name,
        domains: &arguments.domains,
        passphrase: &passphrase,
        cost: KdfCost::STANDARD,
    })?;
    println!("made an organisation in {}", made.folder.display());
    println!("signing key   {}", made.key.public().id());
    println!("recovery key  {}", made.recipient);
    println!("check code    {}", made.check);
    eprintln!(
        "Print {} and lock it away, with the folder {}, on no workstation: they open every vault \
         of the organisation and decide for it. Next: `inroomctl people enrol`, `inroomctl org \
         edit`, `inroomctl org sign`.",
        made.sheet().display(),
        made.secret_folder().display()
    );
    Ok(())
}
