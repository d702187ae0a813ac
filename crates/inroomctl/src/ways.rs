//! The ways of an organisation's people into a vault.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use governance::{Account, Code, Command as C};
use secrecy::{ExposeSecret as _, SecretString};
use vault::{DeviceSecrets, EscrowIdentity, KdfCost, Newcomer, Vault};

use crate::passphrase;
use crate::vaults::{VaultArguments, new_passphrase};

/// The code with which a person enrols once.
#[derive(clap::Args)]
pub(crate) struct CodeArgument {
    /// A file whose first line is the enrolment code, in an organisation's vault; otherwise it is asked
    /// for.
    #[arg(long, value_name = "FILE")]
    code_file: Option<PathBuf>,
}

#[derive(clap::Args)]
pub(crate) struct JoinArguments {
    /// The vault, with its passphrase of before; the account is the first that it opens for.
    #[command(flatten)]
    vault: VaultArguments,
    #[command(flatten)]
    code: CodeArgument,
    /// A file whose first line is the person's own passphrase; otherwise it is asked for.
    #[arg(long, value_name = "FILE")]
    new_passphrase_file: Option<PathBuf>,
}

#[derive(clap::Args)]
pub(crate) struct AdmitArguments {
    /// The vault, with account and passphrase of whoever lets the other in.
    #[command(flatten)]
    vault: VaultArguments,
    /// The account of the person who is let in.
    #[arg(long, value_name = "ACCOUNT")]
    newcomer: Account,
    #[command(flatten)]
    code: CodeArgument,
    /// A file whose first line is the newcomer's own passphrase; otherwise it is asked for.
    #[arg(long, value_name = "FILE")]
    new_passphrase_file: Option<PathBuf>,
}

/// What a newcomer has to say, owned.
pub(crate) struct Said {
    account: Account,
    code: Code,
    passphrase: SecretString,
    secrets: Option<Box<dyn DeviceSecrets>>,
}

impl Said {
    /// Asks for the code, then for a passphrase.
    pub(crate) fn ask(
        account: &Account,
        code: &CodeArgument,
        file: Option<&Path>,
        secrets: Option<Box<dyn DeviceSecrets>>,
    ) -> anyhow::Result<Self> {
        let code = passphrase::ask(code.code_file.as_deref(), "Enrolment code: ")?;
        let code = Code::parse(code.expose_secret())?;
        Ok(Self {
            account: account.clone(),
            code,
            passphrase: new_passphrase(file, &format!("New passphrase of {account}: "))?,
            secrets,
        })
    }

    pub(crate) fn newcomer(&self) -> Newcomer<'_> {
        Newcomer {
            account: &self.account,
            code: &self.code,
            passphrase: &self.passphrase,
            cost: KdfCost::STANDARD,
            device: self.secrets.as_deref(),
        }
    }
}

pub(crate) fn join(arguments: &JoinArguments) -> anyhow::Result<()> {
    let Some(account) = &arguments.vault.account else {
        bail!("say with --account who is the first person of the vault; nothing was changed");
    };
    let folder = arguments.vault.existing()?;
    let (secrets, again) = (
        arguments.vault.present_secrets(&folder)?,
        arguments.vault.present_secrets(&folder)?,
    );
    let before = passphrase::ask(
        arguments.vault.passphrase_file.as_deref(),
        "Passphrase of the vault until now: ",
    )?;
    let file = arguments.new_passphrase_file.as_deref();
    let said = Said::ask(account, &arguments.code, file, again)?;
    let vault = Vault::join(&folder, &before, secrets.as_deref(), &said.newcomer())?;
    println!(
        "the vault in {} belongs to the organisation; {account} signs in with the new passphrase, and \
         the one of before opens it no longer",
        vault.folder().display()
    );
    Ok(())
}

pub(crate) fn admit(arguments: &AdmitArguments) -> anyhow::Result<()> {
    let opened = arguments.vault.unlock()?;
    opened.vault.may(C::AdmitPerson)?;
    let secrets = arguments.vault.present_secrets(opened.vault.folder())?;
    let file = arguments.new_passphrase_file.as_deref();
    let said = Said::ask(&arguments.newcomer, &arguments.code, file, secrets)?;
    let by = (&opened.passphrase, opened.secrets.as_deref());
    opened.vault.admit(by.0, by.1, &said.newcomer())?;
    println!(
        "{} signs in with their own passphrase from now on",
        arguments.newcomer
    );
    Ok(())
}

/// Opens a vault for a person with the organisation's recovery key.
pub(crate) fn recover(
    arguments: &VaultArguments,
    account: &Account,
    code: &CodeArgument,
    identity: &EscrowIdentity,
    secrets: Option<Box<dyn DeviceSecrets>>,
) -> anyhow::Result<Vault> {
    let file = arguments.passphrase_file.as_deref();
    let said = Said::ask(account, code, file, secrets)?;
    Vault::recover_for(&arguments.existing()?, identity, &said.newcomer())
        .context("the vault was not recovered")
}
