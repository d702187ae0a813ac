//! Which organisation this computer belongs to.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use governance::minisign::PublicKey;
use governance::{Accepted, check_code};
use scribe::clock;
use scribe::organisation::{read_signed, successors_beside};
use vault::{SignedSuccessor, Workstation};

use crate::org::public_key;
use crate::vaults;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Enrol this computer, for this account, with an organisation's key and document. It is done once;
    /// vaults here are the organisation's from then on.
    Enrol(EnrolArguments),
    /// Take a newer document of the organisation into force.
    Update(UpdateArguments),
    /// Say what this computer is enrolled with.
    Show(ShowArguments),
}

#[derive(clap::Args)]
pub(crate) struct EnrolArguments {
    /// The organisation's public key: a file, or the line in it. Compare the check code that is printed.
    #[arg(long, value_name = "FILE_OR_LINE")]
    key: String,
    #[command(flatten)]
    document: Signed,
    #[command(flatten)]
    place: Place,
}

#[derive(clap::Args)]
pub(crate) struct UpdateArguments {
    #[command(flatten)]
    document: Signed,
    #[command(flatten)]
    place: Place,
}

#[derive(clap::Args)]
pub(crate) struct ShowArguments {
    #[command(flatten)]
    place: Place,
}

#[derive(clap::Args)]
struct Signed {
    /// The document, with its signature beside it, or the folder with `organisation.toml`.
    #[arg(long, value_name = "FILE_OR_FOLDER")]
    document: PathBuf,
}

#[derive(clap::Args)]
struct Place {
    /// The folder of the vault that it is for; the program's own data folder when not given.
    #[arg(long, value_name = "DIR")]
    vault: Option<PathBuf>,
}

pub(crate) fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Enrol(arguments) => enrol(arguments),
        Command::Update(arguments) => update(arguments),
        Command::Show(arguments) => show(arguments),
    }
}

fn enrol(arguments: &EnrolArguments) -> anyhow::Result<()> {
    let key = public_key(&arguments.key)?;
    let (document, signature) = arguments.document.read()?;
    let workstation = arguments.place.workstation()?;
    let accepted = workstation.enrol(&key, document.as_bytes(), &signature, clock::now())?;
    println!("this computer is enrolled for this account");
    tell(&key, &accepted);
    eprintln!(
        "Compare the check code with the one on the organisation's recovery sheet. Vaults here open for \
         the people of its roster from now on: `inroomctl vault create --account` makes one, \
         `inroomctl vault join` brings one in that is there."
    );
    Ok(())
}

fn update(arguments: &UpdateArguments) -> anyhow::Result<()> {
    let (document, signature) = arguments.document.read()?;
    let workstation = arguments.place.workstation()?;
    let successors = arguments.document.successors()?;
    let before = workstation.enrolment()?.map(|enrolment| enrolment.key);
    let accepted =
        workstation.update(document.as_bytes(), &signature, &successors, clock::now())?;
    let after = workstation.enrolment()?.map(|enrolment| enrolment.key);
    if let (Some(before), Some(after)) = (before, after)
        && before != after
    {
        println!(
            "the organisation's key is {} now: {} has named it and decides nothing more here",
            after.id(),
            before.id()
        );
    }
    println!(
        "the document with serial {} is in force; an open vault takes it when it is opened next",
        accepted.organisation.serial
    );
    Ok(())
}

fn show(arguments: &ShowArguments) -> anyhow::Result<()> {
    let Some(enrolment) = arguments.place.workstation()?.enrolment()? else {
        println!("this computer is not enrolled; vaults here belong to no organisation");
        return Ok(());
    };
    let whom = if enrolment.for_all {
        "all accounts"
    } else {
        "this account"
    };
    println!("enrolled for  {whom}, in {}", enrolment.folder.display());
    let accepted = enrolment.in_force(None, clock::now())?;
    tell(&enrolment.key, &accepted);
    Ok(())
}

fn tell(key: &PublicKey, accepted: &Accepted) {
    let organisation = &accepted.organisation;
    println!("organisation  {}", organisation.identity.name);
    println!("key           {}", key.id());
    println!("serial        {}", organisation.serial);
    println!("holds until   {}", organisation.until);
    println!("digest        {}", accepted.sha256.as_str());
    println!(
        "check code    {}",
        check_code(key, &organisation.identity.recovery_key)
    );
}

impl Signed {
    fn read(&self) -> anyhow::Result<(String, String)> {
        Ok(read_signed(&self.document)?)
    }
}

impl Signed {
    /// The statements beside the document by which the organisation's key has named the one after it.
    fn successors(&self) -> anyhow::Result<Vec<SignedSuccessor>> {
        Ok(successors_beside(&self.document)?)
    }
}

impl Place {
    fn workstation(&self) -> anyhow::Result<Workstation> {
        let vault = vaults::folder_of(self.vault.as_deref().map(Path::to_owned))?;
        Ok(Workstation::of(&vault))
    }
}
