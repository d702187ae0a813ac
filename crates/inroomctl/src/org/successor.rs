//! Another signing key in the place of the organisation's, which names it.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use governance::minisign::{KdfCost, SecretKey};
use governance::{SuccessorStatement, check_code};
use scribe::organisation::{long_enough, random_key, signature_of, write_private, write_public};
use secrecy::ExposeSecret as _;
use vault::next_successor;

use super::document::Document;
use super::sign::comment_of;
use crate::{passphrase, vaults};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The folder `for-workstations`, with the organisation's public key and its document.
    folder: PathBuf,
    /// The organisation's secret key of until now.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// A file whose first line is that key's passphrase; otherwise it is asked for.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Where the new secret key is written; a file that is there is left alone.
    #[arg(long, value_name = "FILE")]
    new_key: PathBuf,
    /// A file whose first line is the new key's passphrase; otherwise it is asked for.
    #[arg(long, value_name = "FILE")]
    new_passphrase_file: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let folder = &arguments.folder;
    let public = folder.join("organisation.pub");
    let before = super::public_key(&public.to_string_lossy())?;
    let document = Document::open(&folder.join("organisation.toml"))?;
    let old = open(&arguments.key, arguments.passphrase_file.as_deref())?;
    ensure!(
        old.public().line() == before.line(),
        "{} is not the key of {}; nothing was made",
        arguments.key.display(),
        public.display()
    );
    let named = vault::read_successors(folder)?;
    let names_another = |said: &vault::SignedSuccessor| {
        let said = said.statement.parse::<SuccessorStatement>();
        said.is_ok_and(|said| said.key.line() == before.line())
    };
    ensure!(
        !named.iter().any(names_another),
        "this key has named a successor already, in a file of {}; nothing was made",
        folder.display()
    );
    let next = next_successor(folder)?;
    let passphrase = vaults::new_passphrase(
        arguments.new_passphrase_file.as_deref(),
        "Passphrase for the new signing key: ",
    )?;
    long_enough(&passphrase)?;
    let new = random_key()?;
    let mut salt = [0; 32];
    getrandom::fill(&mut salt).context("the system gives no random numbers; nothing was made")?;
    let sealed = new.seal(&passphrase, &salt, KdfCost::STANDARD)?;
    write_private(&arguments.new_key, &sealed)?;

    let statement = SuccessorStatement {
        key: old.public(),
        successor: new.public(),
    }
    .to_string();
    let signature = old.sign(statement.as_bytes(), "names the successor of this key");
    let [statement_file, signature_file] = next;
    write_public(&statement_file, &statement)?;
    write_public(&signature_file, &signature.file())?;
    let organisation = &document.organisation;
    let signed = new.sign(document.text.as_bytes(), &comment_of(organisation));
    write_public(&signature_of(&document.path), &signed.file())?;
    write_public(&public, &new.public().file())?;

    println!("signing key   {}", new.public().id());
    println!("statement     {}", statement_file.display());
    println!(
        "check code    {}",
        check_code(&new.public(), &organisation.identity.recovery_key)
    );
    eprintln!(
        "The document is signed with the new key now. Bring the whole folder to the workstations \
         (`inroomctl workstation update --document {}`, or into /etc/inroom), lock {} away, write the new \
         check code on the recovery sheet, and destroy the key of before once every workstation and vault \
         has taken this: it decides nothing more there.",
        folder.display(),
        arguments.new_key.display()
    );
    Ok(())
}

fn open(file: &Path, passphrase_file: Option<&Path>) -> anyhow::Result<SecretKey> {
    let text = passphrase::read_file(file)
        .with_context(|| format!("the key {} cannot be read", file.display()))?;
    let passphrase = passphrase::ask(
        passphrase_file,
        "Passphrase of the organisation's signing key: ",
    )?;
    Ok(SecretKey::open(text.expose_secret(), &passphrase)?)
}
