//! What is done when something is wrong: report, lockdown, pack, worksheet, lift, drill.

use std::path::PathBuf;

use anyhow::{Context as _, bail, ensure};
use clap::{Args, Subcommand};
use governance::Command as C;
use governance::minisign::SecretKey;
use scribe::organisation::{read_document, signature_of, write_public};
use scribe::{PackOrder, clock};
use secrecy::ExposeSecret as _;
use vault::{EscrowIdentity, EscrowRecipient, Lift, Suspicion, Vault};
use visit::UnixMillis;

use crate::log::instant;
use crate::passphrase;
use crate::vaults::{VaultArguments, folder_of};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Report a suspicion about a vault: it is locked down from then on. Needs no passphrase.
    Report(ReportArguments),
    /// What to do in the first hour.
    Steps,
    /// Say whether a vault is locked down.
    Status(VaultArguments),
    /// Show which visits were touched in a time, by whom, and until when whom to notify.
    Worksheet(WorksheetArguments),
    /// Make the pack for those who look into it: audit log with its proof, worksheet, digests.
    Pack(PackArguments),
    /// Write the statement that lifts this lockdown once the organisation's key has signed it.
    Statement(StatementArguments),
    /// Sign such a statement with the organisation's key, as `minisign -S` does.
    Sign(SignArguments),
    /// Lift the lockdown with the signed statement, or with the recovery key of a vault without an
    /// organisation.
    Lift(LiftArguments),
    /// Try the whole plan on a scratch vault, and enter the result in a vault.
    Drill(DrillArguments),
}

#[derive(Args)]
pub(crate) struct ReportArguments {
    /// The vault's folder; the program's own data folder when not given.
    #[arg(long, value_name = "DIR")]
    vault: Option<PathBuf>,
    /// What is suspected: lost-device, malware, intrusion, misuse, wrong-recipient or other.
    #[arg(value_parser = suspicion)]
    suspicion: Suspicion,
}

#[derive(Args)]
pub(crate) struct Window {
    /// From this day (`2026-01-31`, in UTC) or instant (`2026-01-31T12:00:00Z`) on.
    #[arg(long, value_name = "WHEN", value_parser = instant, default_value = "1970-01-01")]
    from: UnixMillis,
    /// Until then; now when not given.
    #[arg(long, value_name = "WHEN", value_parser = instant)]
    until: Option<UnixMillis>,
}

#[derive(Args)]
pub(crate) struct WorksheetArguments {
    #[command(flatten)]
    vault: VaultArguments,
    #[command(flatten)]
    window: Window,
    /// When it was discovered, from which the deadlines of 45 CFR 164.404 to 408 count; today when not
    /// given.
    #[arg(long, value_name = "WHEN", value_parser = instant)]
    discovered: Option<UnixMillis>,
    /// JSON instead of a page.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(crate) struct PackArguments {
    #[command(flatten)]
    vault: VaultArguments,
    #[command(flatten)]
    window: Window,
    /// To whom it is encrypted; the organisation's recovery key when not given.
    #[arg(long, value_name = "age1…")]
    encrypt_to: Option<EscrowRecipient>,
    /// Leave it readable, for who may export the audit log.
    #[arg(long, conflicts_with = "encrypt_to")]
    readable: bool,
    /// The file to write; one that is there is left alone.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Args)]
pub(crate) struct StatementArguments {
    #[command(flatten)]
    vault: VaultArguments,
    /// The file to write.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Args)]
pub(crate) struct SignArguments {
    /// The statement.
    statement: PathBuf,
    /// The organisation's secret key.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// A file whose first line is the key's passphrase; otherwise it is asked for.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct LiftArguments {
    #[command(flatten)]
    vault: VaultArguments,
    /// The statement; its signature is beside it with `.minisig` at the end.
    #[arg(long, value_name = "FILE", conflicts_with = "recovery_key")]
    statement: Option<PathBuf>,
    /// The file of the recovery key, for a vault without an organisation.
    #[arg(long, value_name = "FILE")]
    recovery_key: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct DrillArguments {
    #[command(flatten)]
    vault: VaultArguments,
    /// How many visits the scratch vault gets.
    #[arg(long, value_name = "COUNT", default_value_t = 1_000)]
    visits: u32,
}

fn suspicion(word: &str) -> Result<Suspicion, String> {
    Suspicion::from_word(word).ok_or_else(|| {
        let words = Suspicion::ALL.map(Suspicion::word).join(", ");
        format!("{word:?} is none of {words}")
    })
}

pub(crate) fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Report(arguments) => report(arguments),
        Command::Steps => {
            print!("{}", scribe::first_hour());
            Ok(())
        }
        Command::Status(arguments) => status(arguments),
        Command::Worksheet(arguments) => worksheet(arguments),
        Command::Pack(arguments) => pack(arguments),
        Command::Statement(arguments) => statement(arguments),
        Command::Sign(arguments) => sign(arguments),
        Command::Lift(arguments) => lift(arguments),
        Command::Drill(arguments) => drill(arguments),
    }
}

fn report(arguments: &ReportArguments) -> anyhow::Result<()> {
    let folder = folder_of(arguments.vault.clone())?;
    Vault::report_at(&folder, arguments.suspicion)?;
    println!(
        "reported {}: the vault in {} is locked down. A recording under way goes on; new visits, exports, \
         erasures and changes of people wait until it is lifted",
        arguments.suspicion,
        folder.display()
    );
    println!("\n{}", scribe::first_hour());
    Ok(())
}

fn status(arguments: &VaultArguments) -> anyhow::Result<()> {
    let vault = arguments.open_as_it_is(C::ReportIncident)?;
    let incidents = vault.incidents()?;
    println!("reported     {}", incidents.reported);
    println!("lifted up to {}", incidents.lifted);
    let word = if incidents.locked_down() { "yes" } else { "no" };
    println!("locked down  {word}");
    Ok(())
}

fn worksheet(arguments: &WorksheetArguments) -> anyhow::Result<()> {
    let now = clock::now();
    let vault = arguments.vault.open_as_it_is(C::ShowWorksheet)?;
    let until = arguments.window.until.unwrap_or(now);
    let sheet = vault.worksheet(arguments.window.from, until)?;
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&sheet)?);
    } else {
        let discovered = arguments.discovered.unwrap_or(now);
        print!("{}", scribe::worksheet_page(&sheet, discovered, now));
    }
    Ok(())
}

fn pack(arguments: &PackArguments) -> anyhow::Result<()> {
    let vault = arguments.vault.open_as_it_is(C::MakeIncidentPack)?;
    let own = vault
        .organisation()
        .map(|of| of.identity.recovery_key.parse());
    let recipient: Option<EscrowRecipient> = match (arguments.readable, &arguments.encrypt_to) {
        (true, _) => None,
        (false, Some(recipient)) => Some(recipient.clone()),
        (false, None) => Some(
            own.context(
                "this vault belongs to no organisation: name who is to read the pack with --encrypt-to, or \
                 say --readable. Nothing was made",
            )?
            .context("the organisation's recovery key cannot be read")?,
        ),
    };
    let order = PackOrder {
        from: arguments.window.from,
        until: arguments.window.until.unwrap_or_else(clock::now),
        recipient: recipient.as_ref(),
    };
    let made = scribe::incident_pack_to_file(&vault, &order, &arguments.out)?;
    println!(
        "packed the audit log and {} visits that were touched into {}{}",
        made.worksheet.touched.len(),
        arguments.out.display(),
        recipient.map_or_else(String::new, |to| format!(", encrypted to {to}"))
    );
    if let Some(fault) = &made.worksheet.fault {
        bail!("the audit log is not in order: {fault}. The pack holds it as it is");
    }
    Ok(())
}

fn statement(arguments: &StatementArguments) -> anyhow::Result<()> {
    let vault = arguments.vault.open_as_it_is(C::LiftLockdown)?;
    scribe::lift_statement_to_file(&vault, &arguments.out)?;
    println!(
        "wrote {}; whoever keeps the organisation's key signs it (`inroomctl incident sign`)",
        arguments.out.display()
    );
    Ok(())
}

fn sign(arguments: &SignArguments) -> anyhow::Result<()> {
    let text = read_document(&arguments.statement)?;
    // Nothing else is signed here by mistake.
    let statement: governance::LiftStatement = text.parse()?;
    let file = passphrase::read_file(&arguments.key)
        .with_context(|| format!("the key {} cannot be read", arguments.key.display()))?;
    let passphrase = passphrase::ask(
        arguments.passphrase_file.as_deref(),
        "Passphrase of the organisation's signing key: ",
    )?;
    let key = SecretKey::open(file.expose_secret(), &passphrase)?;
    let comment = format!("lifts the lockdown up to incident {}", statement.incident);
    let to = signature_of(&arguments.statement);
    write_public(&to, &key.sign(text.as_bytes(), &comment).file())?;
    println!("signed {}: {comment}", to.display());
    Ok(())
}

fn lift(arguments: &LiftArguments) -> anyhow::Result<()> {
    let opened = arguments.vault.unlock()?;
    let vault = &opened.vault;
    vault.may(C::LiftLockdown)?;
    if let Some(path) = &arguments.statement {
        scribe::lift_with_statement(vault, path)?;
    } else if let Some(path) = &arguments.recovery_key {
        let file = passphrase::read_file(path)
            .with_context(|| format!("the recovery key {} cannot be read", path.display()))?;
        let identity = EscrowIdentity::parse(&file)?;
        vault.lift_lockdown(&Lift::RecoveryKey(&identity))?;
    } else {
        vault.lift_lockdown(&Lift::Passphrase {
            passphrase: &opened.passphrase,
            secrets: opened.secrets.as_deref(),
        })?;
    }
    println!("the lockdown is lifted");
    Ok(())
}

fn drill(arguments: &DrillArguments) -> anyhow::Result<()> {
    let vault = arguments.vault.open_as_it_is(C::RecordDrill)?;
    eprintln!("a scratch vault with {} visits is made…", arguments.visits);
    let done = scribe::drill(arguments.visits)?;
    let passed = done.failed.is_empty();
    vault.enter_drill(passed, done.took, done.visits)?;
    println!("visits               {}", done.visits);
    println!("from report to pack  {}", done.took);
    println!("bytes of the pack    {}", done.pack_bytes);
    ensure!(
        passed,
        "the drill failed, which is entered in the audit log: {}",
        done.failed.join("; ")
    );
    println!("everything held; the result is entered in the audit log");
    Ok(())
}
