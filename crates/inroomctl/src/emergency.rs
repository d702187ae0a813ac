//! Sealed emergency sheets: made by the organisation, used at a vault, acknowledged by oversight.

use std::io::{BufRead as _, IsTerminal as _};
use std::path::PathBuf;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use anyhow::{Context as _, bail};
use governance::{Command as C, Emergency, edit};
use scribe::clock::{self, today};
use scribe::organisation::write_private;
use secrecy::ExposeSecret as _;
use vault::{EmergencyAccess, EmergencyReason, EmergencyRequest, EscrowIdentity, Vault};
use zeroize::Zeroizing;

use crate::org::Document;
use crate::passphrase;
use crate::vaults::VaultArguments;
use crate::visits::show;

/// Most visits of a search.
const MOST_FOUND: usize = 50;

#[derive(clap::Args)]
pub(crate) struct SheetArguments {
    /// The document, `organisation.toml`.
    document: PathBuf,
    /// The sheet to write, to be printed, sealed and removed; a file that is there is left alone.
    #[arg(long, value_name = "FILE")]
    sheet: PathBuf,
    /// How many minutes an access lasts.
    #[arg(long, default_value_t = Emergency::USUAL_MINUTES, value_parser = clap::value_parser!(u32).range(1..=i64::from(Emergency::MOST_MINUTES)))]
    minutes: u32,
}

#[derive(clap::Args)]
pub(crate) struct AccessArguments {
    #[command(flatten)]
    vault: VaultArguments,
    /// Why: treatment, locked-out, legal-duty or drill.
    #[arg(long, value_parser = reason)]
    reason: EmergencyReason,
    /// Your own name.
    #[arg(long)]
    name: String,
    /// A file whose first line is the code of the sheet; otherwise it is asked for.
    #[arg(long, value_name = "FILE")]
    code_file: Option<PathBuf>,
}

#[derive(clap::Args)]
pub(crate) struct AccessesArguments {
    #[command(flatten)]
    vault: VaultArguments,
}

fn reason(word: &str) -> Result<EmergencyReason, String> {
    EmergencyReason::from_word(word).ok_or_else(|| {
        let words = EmergencyReason::ALL.map(EmergencyReason::word).join(", ");
        format!("{word:?} is no reason; there are {words}")
    })
}

/// Makes a sheet, and names it in the document.
pub(crate) fn make_sheet(arguments: &SheetArguments) -> anyhow::Result<()> {
    let document = Document::open(&arguments.document)?;
    let identity = EscrowIdentity::generate();
    let emergency = Emergency {
        recipient: identity.recipient().to_string(),
        minutes: arguments.minutes,
    };
    let text = edit::set_emergency(&document.text, &emergency)?;
    let sheet = sheet(&document.organisation.identity.name, &identity, &emergency);
    write_private(&arguments.sheet, &sheet)?;
    document.exchange(&text)?;
    println!("sheet  {}", arguments.sheet.display());
    println!("names  {}", emergency.recipient);
    eprintln!(
        "Print it, seal it in an envelope, keep it where people are when nobody can sign in, and remove \
         the file. Sign the document with `inroomctl org sign`; a vault takes the sheet when somebody \
         signs in to it with that document in force."
    );
    Ok(())
}

fn sheet(
    organisation: &str,
    identity: &EscrowIdentity,
    emergency: &Emergency,
) -> Zeroizing<String> {
    let code = identity.code();
    let mut text = Zeroizing::new(String::with_capacity(4096));
    for line in [
        "INROOM EMERGENCY SHEET, SEALED",
        "",
        "Organisation    ",
        organisation,
        "",
        "Made on         ",
        &today().to_string(),
        "",
        "Lasts           ",
        &format!("{} minutes", emergency.minutes),
        "",
        "CODE, SECRET",
        code.expose_secret(),
        "",
        "Open it only when a patient needs what is in Inroom and nobody who can sign in is there. On the",
        "clinic's workstation: `inroomctl vault emergency --reason treatment --name \"Your Name\"`, then",
        "type the code. It opens the visits of that vault for reading, once, and everybody learns of it.",
        "Tell your organisation at once: it makes a new sheet (`inroomctl people emergency`).",
        "",
        "Sheet           ",
        &emergency.recipient,
    ] {
        text.push_str(line);
        // A label and what it names share a line.
        if !line.ends_with("  ") {
            text.push('\n');
        }
    }
    text
}

/// Opens a vault with a sheet's code, and reads in it what is asked for, line by line, until the time is
/// over.
pub(crate) fn access(arguments: &AccessArguments) -> anyhow::Result<()> {
    let folder = arguments.vault.existing()?;
    let secrets = arguments.vault.present_secrets(&folder)?;
    let typed = passphrase::ask(arguments.code_file.as_deref(), "Code of the sealed sheet: ")?;
    let code = EscrowIdentity::parse_code(&typed)?;
    let request = EmergencyRequest {
        code: &code,
        reason: arguments.reason,
        name: &arguments.name,
        device: secrets.as_deref(),
    };
    let vault = Vault::open_in_emergency(&folder, &request)?;
    let until = vault.emergency_until().context("no emergency access")?;
    let left = || Duration::from_millis(u64::try_from(until.0 - clock::now().0).unwrap_or(0));
    println!(
        "EMERGENCY ACCESS for {} minutes, entered in the audit log and told to everybody who signs in. \
         Each visit that you read is entered. This sheet opens nothing any more.",
        left().as_secs().div_ceil(60)
    );
    println!("`list`, `search WORDS`, `show VISIT`; `end` ends it");
    let lines = lines();
    loop {
        if std::io::stdin().is_terminal() {
            eprint!("> ");
        }
        match lines.recv_timeout(left()) {
            Ok(line) if line.trim() == "end" => break,
            Ok(line) => {
                if let Err(error) = read(&vault, line.trim()) {
                    eprintln!("inroomctl: {error:#}");
                }
            }
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                println!("the time of this emergency access is over; the vault is locked");
                return Ok(());
            }
        }
    }
    println!("the emergency access has ended; the vault is locked");
    Ok(())
}

/// The lines that are typed, so that the end of the time does not wait for one.
fn lines() -> mpsc::Receiver<String> {
    let (typed, lines) = mpsc::channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if typed.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

fn read(vault: &Vault, line: &str) -> anyhow::Result<()> {
    match line.split_once(char::is_whitespace).unwrap_or((line, "")) {
        ("", _) => Ok(()),
        ("list", _) => {
            vault.may(C::ListVisits)?;
            show::print_list(vault)
        }
        ("search", words) => show::print_found(vault, words, MOST_FOUND),
        ("show", id) => {
            let visit = id.trim().parse();
            let visit =
                visit.with_context(|| format!("{:?} is no visit's identifier", id.trim()))?;
            show::print_visit(vault, visit)
        }
        (other, _) => {
            bail!("{other:?} is not done in an emergency access: list, search, show or end")
        }
    }
}

/// Lists the accesses, and takes note of them as oversight.
pub(crate) fn acknowledge(arguments: &AccessesArguments) -> anyhow::Result<()> {
    let vault = arguments.vault.open_as_it_is(C::AcknowledgeEmergency)?;
    for access in vault.emergency_accesses()? {
        println!("{}", line(&access));
    }
    let count = vault.acknowledge_emergencies()?;
    println!("{count} emergency accesses acknowledged; they are told no more");
    Ok(())
}

fn line(access: &EmergencyAccess) -> String {
    let at = |millis| {
        jiff::Timestamp::from_millisecond(millis)
            .map_or_else(|_| millis.to_string(), |at| format!("{at:.0}"))
    };
    let end = match access.ended {
        true => "over".to_owned(),
        false => format!("until {} at the latest", at(access.until.0)),
    };
    format!(
        "emergency access at {} by {:?} because of {}, {end}, sheet {}",
        at(access.begun_at.0),
        access.name,
        access.reason,
        access.sheet
    )
}

/// Tells whoever has opened a vault of every emergency access that oversight has not taken note of.
pub(crate) fn tell(vault: &Vault) {
    match vault.emergency_accesses() {
        Ok(all) => {
            for access in all.iter().filter(|access| !access.acknowledged) {
                eprintln!(
                    "NOTICE: {}. Oversight takes note of it with `inroomctl audit acknowledge`.",
                    line(access)
                );
            }
        }
        Err(error) => eprintln!("emergency accesses cannot be listed: {error}"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_sheet_holds_the_code_as_it_is_typed() {
        let identity = EscrowIdentity::generate();
        let emergency = Emergency {
            recipient: identity.recipient().to_string(),
            minutes: 45,
        };
        let text = sheet("Northside Clinic", &identity, &emergency);
        let after = text.split("CODE, SECRET\n").nth(1).unwrap();
        let typed = after.lines().next().unwrap();
        let read = EscrowIdentity::parse_code(&typed.into()).unwrap();
        assert_eq!(read.recipient().to_string(), emergency.recipient);
        assert!(text.contains("Lasts           45 minutes\n"));
    }
}
