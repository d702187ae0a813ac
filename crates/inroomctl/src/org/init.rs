//! Making an organisation.

use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use governance::minisign::{KdfCost, SecretKey, Seeds};
use governance::{Moment, Organisation, check_code};
use scribe::clock;
use secrecy::{ExposeSecret as _, SecretString};
use vault::{EscrowIdentity, LEAST_PASSPHRASE_CHARACTERS};
use visit::UnixMillis;
use zeroize::Zeroizing;

use super::{document, sheet};
use crate::{passphrase, vaults};

const DAY: i64 = 24 * 60 * 60 * 1000;

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
    let folder = free_place(&arguments.folder)?;
    let recovery = EscrowIdentity::generate();
    let recipient = recovery.recipient().to_string();
    let text = first_document(&arguments.name, &arguments.domains, &recipient)?;
    let passphrase = vaults::new_passphrase(
        arguments.passphrase_file.as_deref(),
        "Passphrase for the organisation's signing key: ",
    )?;
    long_enough(&passphrase)?;
    let key = random_key()?;
    let mut salt = [0; 32];
    getrandom::fill(&mut salt).context("the system gives no random numbers")?;
    let sealed = key.seal(&passphrase, &salt, KdfCost::STANDARD)?;

    let (secret, public) = (folder.join("keep-secret"), folder.join("for-workstations"));
    make(&folder, &secret, &public).with_context(|| {
        format!(
            "the folder {} cannot be made; remove what is there of it and try again elsewhere",
            folder.display()
        )
    })?;
    document::write_secret(&secret.join("organisation.key"), &sealed)?;
    let recovery_file = secret.join("recovery.key");
    recovery.write_to(&recovery_file)?;
    document::write(&public.join("organisation.pub"), &key.public().file())?;
    document::write(&public.join("organisation.toml"), &text)?;
    let check = check_code(&key.public(), &recipient);
    let sheet = secret.join("recovery-sheet.txt");
    let lines = sheet::Sheet {
        organisation: &arguments.name,
        made: today(),
        key: &key.public(),
        recipient: &recipient,
        recovery: &passphrase::read_file(&recovery_file)?,
        check: &check,
    };
    document::write_secret(&sheet, &lines.text())?;

    println!("made an organisation in {}", folder.display());
    println!("signing key   {}", key.public().id());
    println!("recovery key  {recipient}");
    println!("check code    {check}");
    eprintln!(
        "Print {} and lock it away, with the folder {}, on no workstation: they open every vault \
         of the organisation and decide for it. Next: `inroomctl people enrol`, `inroomctl org \
         edit`, `inroomctl org sign`.",
        sheet.display(),
        secret.display()
    );
    Ok(())
}

fn make(folder: &Path, secret: &Path, public: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut private = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut private, 0o700);
    private.create(secret)?;
    fs::create_dir(public)
}

/// The folder's whole path, if there is nothing at it and it does not lie where the program keeps
/// visits: who takes that folder along would have the keys to it, too.
fn free_place(folder: &Path) -> anyhow::Result<PathBuf> {
    let taken = folder.exists()
        && fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_some());
    ensure!(
        !taken,
        "there is something in {} already; it was left as it is",
        folder.display()
    );
    let whole = real(folder)?;
    let data = scribe::vault_folder();
    if let Some(data) = data.as_deref().and_then(Path::parent) {
        ensure!(
            !whole.starts_with(real(data)?),
            "{} lies in the program's own folder, beside the visits; choose a place elsewhere. \
             Nothing was made",
            whole.display()
        );
    }
    Ok(whole)
}

/// A path without links, as far as it is there.
fn real(path: &Path) -> anyhow::Result<PathBuf> {
    let path = std::path::absolute(path)?;
    let mut there = path.as_path();
    loop {
        if let Ok(found) = there.canonicalize() {
            let rest = path.strip_prefix(there)?;
            // Where it leads is known only when the folders before it are there.
            ensure!(
                !rest.components().any(|part| part == Component::ParentDir),
                "{} goes back by `..` from a folder that is not there; write it without. Nothing was made",
                path.display()
            );
            return Ok(found.join(rest));
        }
        there = match there.parent() {
            Some(parent) => parent,
            None => return Ok(path),
        };
    }
}

pub(super) fn long_enough(passphrase: &SecretString) -> anyhow::Result<()> {
    let characters = passphrase.expose_secret().chars().count();
    if characters < LEAST_PASSPHRASE_CHARACTERS {
        bail!(
            "the passphrase has {characters} characters and needs {LEAST_PASSPHRASE_CHARACTERS} or \
             more; nothing was made"
        );
    }
    Ok(())
}

pub(super) fn random_key() -> anyhow::Result<SecretKey> {
    let mut seeds = Seeds {
        key: Zeroizing::new([0; 32]),
        id: [0; 8],
    };
    getrandom::fill(seeds.key.as_mut_slice())
        .and_then(|()| getrandom::fill(&mut seeds.id))
        .context("the system gives no random numbers; nothing was made")?;
    Ok(SecretKey::from_seeds(&seeds))
}

/// The beginning of this day, in UTC.
pub(crate) fn today() -> Moment {
    let now = clock::now().0;
    Moment(UnixMillis(now - now.rem_euclid(DAY)))
}

pub(crate) fn days_after(from: Moment, days: u32) -> Moment {
    Moment(UnixMillis(from.0.0 + i64::from(days) * DAY))
}

fn first_document(name: &str, domains: &[String], recipient: &str) -> anyhow::Result<String> {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let listed: Vec<String> = domains.iter().map(|domain| quoted(domain)).collect();
    let text = format!(
        "# What the organisation has decided. `inroomctl org edit` changes it, `inroomctl org sign` signs it.\n\
         format = 1\n\
         # Every change has a greater serial.\n\
         serial = 1\n\
         # Days begin in UTC; a time needs its offset: 2026-01-31T08:00:00-05:00.\n\
         from = {}\n\
         until = {}\n\
         \n\
         [organisation]\n\
         name = {}\n\
         domains = [{}]\n\
         recovery_key = \"{recipient}\"\n\
         \n\
         [policy]\n\
         idle_lock_minutes = 10\n\
         per_person_figures = false\n\
         \n\
         [policy.retention] # days; what is not named is kept until a person erases it\n\
         audio = 30\n",
        today(),
        days_after(today(), 365),
        quoted(name),
        listed.join(", "),
    );
    Organisation::read(&text)
        .context("with this name and these domains there is no document; nothing was made")?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_document_is_in_order_and_bad_names_and_domains_are_not() {
        let key = format!("age1{}", "q".repeat(58));
        let make = |name: &str, domain: &str| first_document(name, &[domain.to_owned()], &key);
        let text = make("The \"North\" \\ Side", "clinic.example").unwrap();
        let read = Organisation::read(&text).unwrap();
        assert_eq!(read.identity.name, "The \"North\" \\ Side");
        assert_eq!((read.serial, read.people.len()), (1, 0));
        for (name, domain, field) in [
            ("Clinic", "gmail.com", "organisation.domains[1]"),
            ("Clinic", "clinic", "organisation.domains[1]"),
            ("", "clinic.example", "organisation.name"),
        ] {
            let refused = format!("{:#}", make(name, domain).unwrap_err());
            assert!(refused.contains(field), "{refused}");
        }
    }

    #[test]
    fn a_path_is_followed_as_far_as_it_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let there = folder.path().canonicalize().unwrap();
        assert_eq!(real(&folder.path().join("a/b")).unwrap(), there.join("a/b"));
        assert!(real(&folder.path().join("a/../b")).is_err());
    }
}
