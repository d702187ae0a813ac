//! Making a vault and changing the ways into it.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Subcommand;
use governance::{Account, Command as C};
use secrecy::{ExposeSecret, SecretString};
use vault::{
    DevicePlace, DeviceSecretFile, DeviceSecrets, EscrowIdentity, EscrowRecipient, KdfCost, Vault,
    VaultError, Ways,
};

use crate::ways::{self, AdmitArguments, CodeArgument, JoinArguments, Said};
use crate::{backups, emergency, heads, passphrase, retention};

/// Which vault, and how it is opened.
#[derive(clap::Args)]
pub(crate) struct VaultArguments {
    /// The vault's folder; the program's own data folder when not given.
    #[arg(long, value_name = "DIR")]
    vault: Option<PathBuf>,
    /// Your account, for an organisation's vault.
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) account: Option<Account>,
    /// A file whose first line is the passphrase; otherwise it is asked for.
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// The file with this computer's secret, for a vault that was made with one. Without it the
    /// account's keyring is asked.
    #[arg(long, value_name = "FILE")]
    device_secret_file: Option<PathBuf>,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make a new, empty vault. This computer's secret goes to the account's keyring.
    Create(CreateArguments),
    /// Say which ways lead into a vault, without opening it.
    Info(VaultArguments),
    /// Bring a vault that was made without an organisation into the one that this computer is enrolled
    /// with.
    Join(JoinArguments),
    /// Let another person of the organisation's roster in, with their enrolment code.
    Admit(AdmitArguments),
    /// Exchange the passphrase; in an organisation's vault one's own.
    Passphrase(PassphraseArguments),
    /// Tie a vault to this computer, or entrust it to a recovery key.
    Bind(BindArguments),
    /// Exchange the vault key: the store is written anew under another one.
    Rotate(VaultArguments),
    /// Open a vault with the organisation's recovery key and give it a new passphrase; with --account,
    /// an organisation's vault for that person.
    Recover(RecoverArguments),
    /// Open an organisation's vault for reading with the code of a sealed sheet: once, for a time, and
    /// told to everybody.
    Emergency(emergency::AccessArguments),
    /// Back a vault up: encrypted, only what is new, restored once to prove it.
    Backup(backups::BackupArguments),
    /// List the snapshots in a backup folder.
    Snapshots(backups::SnapshotsArguments),
    /// Restore a backup as a new vault.
    Restore(backups::RestoreArguments),
    /// Say or change how long recordings, transcripts and unsigned notes are kept.
    #[command(subcommand)]
    Retention(retention::Command),
    /// Make a recovery key: its file opens every vault that is entrusted to it.
    RecoveryKey(RecoveryKeyArguments),
}

#[derive(clap::Args)]
pub(crate) struct CreateArguments {
    #[command(flatten)]
    vault: VaultArguments,
    /// Let the passphrase alone open the vault, also a copy of it on another computer.
    #[arg(long, conflicts_with = "device_secret_file")]
    without_device_secret: bool,
    #[command(flatten)]
    code: CodeArgument,
    #[command(flatten)]
    escrow: Escrow,
}

/// Who can open the vault when its passphrase is forgotten: to be said one way or the other, unless the
/// organisation's document says it.
#[derive(clap::Args)]
struct Escrow {
    /// The public part of the organisation's recovery key, `age1…`.
    #[arg(long, value_name = "RECIPIENT", conflicts_with = "account")]
    recovery_key: Option<EscrowRecipient>,
    /// Let nobody open the vault once its passphrase or this computer's secret is lost.
    #[arg(long, conflicts_with_all = ["recovery_key", "account"])]
    without_recovery_key: bool,
}

#[derive(clap::Args)]
pub(crate) struct PassphraseArguments {
    #[command(flatten)]
    vault: VaultArguments,
    /// A file whose first line is the new passphrase; otherwise it is asked for.
    #[arg(long, value_name = "FILE")]
    new_passphrase_file: Option<PathBuf>,
}

#[derive(clap::Args)]
pub(crate) struct BindArguments {
    #[command(flatten)]
    vault: VaultArguments,
    /// Keep this computer's secret in the account's keyring from now on.
    #[arg(long, conflicts_with = "to_device_secret_file")]
    to_keyring: bool,
    /// Keep this computer's secret in this file from now on.
    #[arg(long, value_name = "FILE")]
    to_device_secret_file: Option<PathBuf>,
    /// Entrust the vault to this recovery key, `age1…`, in place of any before.
    #[arg(long, value_name = "RECIPIENT")]
    recovery_key: Option<EscrowRecipient>,
}

#[derive(clap::Args)]
pub(crate) struct RecoverArguments {
    #[command(flatten)]
    vault: VaultArguments,
    /// The recovery key's file.
    #[arg(long, value_name = "FILE")]
    identity: PathBuf,
    /// Let the passphrase alone open the vault afterwards.
    #[arg(long, conflicts_with = "device_secret_file")]
    without_device_secret: bool,
    #[command(flatten)]
    code: CodeArgument,
}

#[derive(clap::Args)]
pub(crate) struct RecoveryKeyArguments {
    /// Where to write it; a file that is there is left alone.
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
}

pub(crate) fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Create(arguments) => create(arguments),
        Command::Info(arguments) => info(arguments),
        Command::Join(arguments) => ways::join(arguments),
        Command::Admit(arguments) => ways::admit(arguments),
        Command::Passphrase(arguments) => change_passphrase(arguments),
        Command::Bind(arguments) => bind(arguments),
        Command::Rotate(arguments) => rotate(arguments),
        Command::Recover(arguments) => run_recovery(arguments),
        Command::Emergency(arguments) => emergency::access(arguments),
        Command::Backup(arguments) => backups::back_up(arguments),
        Command::Snapshots(arguments) => backups::snapshots(arguments),
        Command::Restore(arguments) => backups::restore(arguments),
        Command::Retention(command) => retention::run(command),
        Command::RecoveryKey(arguments) => recovery_key(arguments),
    }
}

fn create(arguments: &CreateArguments) -> anyhow::Result<()> {
    let folder = arguments.vault.folder()?;
    if Vault::exists(&folder) {
        bail!(
            "there is a vault in {} already; it was left as it is",
            folder.display()
        );
    }
    let Escrow {
        recovery_key,
        without_recovery_key,
    } = &arguments.escrow;
    if arguments.vault.account.is_none() && recovery_key.is_none() && !without_recovery_key {
        bail!(
            "say who opens the vault when its passphrase is forgotten: --recovery-key with the key's \
             public part, or --without-recovery-key for nobody; in an organisation say --account. No \
             vault was made"
        );
    }
    let secrets = arguments
        .vault
        .new_secrets(arguments.without_device_secret)?;
    let file = arguments.vault.passphrase_file.as_deref();
    if let Some(account) = &arguments.vault.account {
        let said = Said::ask(account, &arguments.code, file, secrets)?;
        drop(Vault::create_for(&folder, &said.newcomer())?);
        println!(
            "made a vault in {}; {account} signs in to it",
            folder.display()
        );
        return Ok(());
    }
    let passphrase = new_passphrase(file, "Passphrase for the new vault: ")?;
    let vault = Vault::create_with(
        &folder,
        &Ways {
            passphrase: &passphrase,
            cost: KdfCost::STANDARD,
            device: secrets.as_deref(),
            escrow: recovery_key.as_ref(),
        },
    )?;
    drop(vault);
    println!("made a vault in {}", folder.display());
    if *without_recovery_key {
        eprintln!(
            "It has no recovery key: whoever forgets the passphrase has lost its visits. \
             `inroomctl vault bind --recovery-key` entrusts it to one."
        );
    }
    Ok(())
}

fn info(arguments: &VaultArguments) -> anyhow::Result<()> {
    let entrances = Vault::entrances(&arguments.existing()?)?;
    if entrances.is_organisations {
        println!("opens for     {}", entrances.people.join(", "));
    }
    let device = match entrances.device {
        Some(place) => format!("the passphrase, together with this computer's secret in {place}"),
        None => "the passphrase alone, also on another computer".to_owned(),
    };
    println!("opens with    {device}");
    println!(
        "recovery key  {}",
        entrances.escrow.as_deref().unwrap_or("none")
    );
    if let Some(sheet) = &entrances.emergency {
        println!("emergency     the sealed sheet {sheet}");
    }
    if entrances.rotation_unfinished {
        println!("vault key     its exchange was cut off; `inroomctl vault rotate` finishes it");
    }
    Ok(())
}

fn change_passphrase(arguments: &PassphraseArguments) -> anyhow::Result<()> {
    let opened = arguments.vault.unlock()?;
    opened.vault.may(C::ChangePassphrase)?;
    let next = new_passphrase(arguments.new_passphrase_file.as_deref(), "New passphrase: ")?;
    opened.vault.change_passphrase(
        &opened.passphrase,
        opened.secrets.as_deref(),
        &next,
        KdfCost::STANDARD,
    )?;
    println!("the passphrase is changed; copies made before open with the old one");
    Ok(())
}

fn bind(arguments: &BindArguments) -> anyhow::Result<()> {
    let file = arguments.to_device_secret_file.as_deref();
    if !arguments.to_keyring && file.is_none() && arguments.recovery_key.is_none() {
        bail!("say what to change: --to-keyring, --to-device-secret-file or --recovery-key");
    }
    let place = if arguments.to_keyring {
        Some(DevicePlace::Keyring)
    } else {
        file.map(|_| DevicePlace::File)
    };
    let next = os_keyring::secrets_at(place, file)?;
    let opened = arguments.vault.unlock()?;
    opened.vault.may(C::ChangeWays)?;
    opened.vault.bind(
        &opened.passphrase,
        opened.secrets.as_deref(),
        next.as_deref(),
        arguments.recovery_key.as_ref(),
    )?;
    drop(opened);
    info(&arguments.vault)
}

fn rotate(arguments: &VaultArguments) -> anyhow::Result<()> {
    let Opened {
        vault,
        passphrase,
        secrets,
    } = arguments.unlock()?;
    vault.may(C::RotateKey)?;
    eprintln!("Writing the store anew under another key. It can be cut off at any moment.");
    vault.rotate_key(&passphrase, secrets.as_deref())?;
    println!("the vault key is exchanged; passphrase and recovery key are the same as before");
    Ok(())
}

fn run_recovery(arguments: &RecoverArguments) -> anyhow::Result<()> {
    let vault = recover(
        &arguments.vault,
        &arguments.identity,
        arguments.without_device_secret,
        &arguments.code,
    )?;
    println!(
        "the vault in {} opens with the new passphrase; it holds {} visits",
        vault.folder().display(),
        vault.visits()?.len()
    );
    Ok(())
}

/// Opens a vault with a recovery key and gives it a new passphrase and this computer's secret.
pub(crate) fn recover(
    arguments: &VaultArguments,
    file: &Path,
    without_device_secret: bool,
    code: &CodeArgument,
) -> anyhow::Result<Vault> {
    let folder = arguments.existing()?;
    let text = passphrase::read_file(file)
        .with_context(|| format!("the recovery key {} cannot be read", file.display()))?;
    let identity = EscrowIdentity::parse(&text)?;
    let secrets = arguments.new_secrets(without_device_secret)?;
    if let Some(account) = &arguments.account {
        return ways::recover(arguments, account, code, &identity, secrets);
    }
    let file = arguments.passphrase_file.as_deref();
    let passphrase = new_passphrase(file, "New passphrase for the vault: ")?;
    Ok(Vault::recover(
        &folder,
        &identity,
        &passphrase,
        KdfCost::STANDARD,
        secrets.as_deref(),
    )?)
}

fn recovery_key(arguments: &RecoveryKeyArguments) -> anyhow::Result<()> {
    let identity = EscrowIdentity::generate();
    identity.write_to(&arguments.output)?;
    println!("{}", identity.recipient());
    eprintln!(
        "{} opens every vault that is made with the line above (`inroomctl vault create \
         --recovery-key`). Keep it offline and locked away, not on this computer.",
        arguments.output.display()
    );
    Ok(())
}

/// A passphrase that nobody can have mistyped: asked for twice on a terminal.
pub(crate) fn new_passphrase(file: Option<&Path>, prompt: &str) -> anyhow::Result<SecretString> {
    let first = passphrase::ask(file, prompt)?;
    if file.is_none() && std::io::stdin().is_terminal() {
        let again = passphrase::ask(None, "The same passphrase again: ")?;
        if first.expose_secret() != again.expose_secret() {
            bail!("the two passphrases differ; nothing was changed");
        }
    }
    Ok(first)
}

/// The folder of a vault that is named, or of the account's own.
pub(crate) fn folder_of(named: Option<PathBuf>) -> anyhow::Result<PathBuf> {
    named
        .or_else(scribe::vault_folder)
        .context("there is no home folder to keep a vault in; name one with --vault")
}

/// An open vault and what opened it.
pub(crate) struct Opened {
    pub(crate) vault: Vault,
    pub(crate) passphrase: SecretString,
    pub(crate) secrets: Option<Box<dyn DeviceSecrets>>,
}

impl VaultArguments {
    /// Opens the vault for whoever may do all of this in it, and erases what is due in it, as the policy
    /// of retention says.
    pub(crate) fn open(&self, commands: &[C]) -> anyhow::Result<Vault> {
        let vault = self.unlock()?.vault;
        for command in commands {
            vault.may(*command)?;
        }
        retention::enforce_at_start(&vault);
        heads::export_what_waits(&vault);
        Ok(vault)
    }

    /// Opens the vault and erases nothing: for whoever looks at the policy, or changes it before it
    /// takes something.
    pub(crate) fn open_as_it_is(&self, command: C) -> anyhow::Result<Vault> {
        let vault = self.unlock()?.vault;
        vault.may(command)?;
        Ok(vault)
    }

    pub(crate) fn unlock(&self) -> anyhow::Result<Opened> {
        let folder = self.existing()?;
        let is_organisations = Vault::entrances(&folder)?.is_organisations;
        if is_organisations && self.account.is_none() {
            return Err(VaultError::AccountNeeded.into());
        }
        let secrets = self.present_secrets(&folder)?;
        let passphrase = passphrase::ask(self.passphrase_file.as_deref(), "Passphrase: ")?;
        let secret = secrets.as_deref();
        let vault = match &self.account {
            Some(account) => Vault::sign_in(&folder, account, &passphrase, secret)?,
            None => Vault::open_with(&folder, &passphrase, secret)?,
        };
        if vault.log_was_damaged() {
            eprintln!("inroomctl: {}", vault::LOG_DAMAGED);
        }
        emergency::tell(&vault);
        Ok(Opened {
            vault,
            passphrase,
            secrets,
        })
    }

    pub(crate) fn folder(&self) -> anyhow::Result<PathBuf> {
        folder_of(self.vault.clone())
    }

    /// Where the secret of this computer is that the vault opens with.
    pub(crate) fn present_secrets(
        &self,
        folder: &Path,
    ) -> anyhow::Result<Option<Box<dyn DeviceSecrets>>> {
        let place = Vault::entrances(folder)?.device;
        Ok(os_keyring::secrets_at(
            place,
            self.device_secret_file.as_deref(),
        )?)
    }

    pub(crate) fn existing(&self) -> anyhow::Result<PathBuf> {
        let folder = self.folder()?;
        if !Vault::exists(&folder) {
            bail!(
                "there is no vault in {}; make one with `inroomctl vault create`",
                folder.display()
            );
        }
        Ok(folder)
    }

    /// The file with this computer's secret, if one is named.
    pub(crate) fn device_secret_file(&self) -> Option<&Path> {
        self.device_secret_file.as_deref()
    }

    /// Where a vault's new secret of this computer is to be kept.
    fn new_secrets(&self, without: bool) -> anyhow::Result<Option<Box<dyn DeviceSecrets>>> {
        if without {
            return Ok(None);
        }
        if let Some(file) = &self.device_secret_file {
            return Ok(Some(Box::new(DeviceSecretFile::new(file))));
        }
        os_keyring::secrets_at(Some(DevicePlace::Keyring), None).context(
            "nothing was made. On a computer without a keyring name a file for its secret with \
             --device-secret-file",
        )
    }
}
