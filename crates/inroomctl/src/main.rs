//! Inroom without a window: visits, evaluation and the work of IT.
#![forbid(unsafe_code)]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line speaks by printing"
)]

mod backups;
mod emergency;
mod eval;
mod heads;
mod incident;
mod log;
mod memory;
mod org;
mod passphrase;
mod people;
mod progress;
mod retention;
mod speed;
mod templates;
mod terms;
mod vaults;
mod visits;
mod ways;
mod workstation;

use clap::{Parser, Subcommand};

/// Listens to a medical visit on this computer, drafts the note and shows what each line rests on.
#[derive(Parser)]
#[command(name = "inroomctl", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Measure drafting, transcription or a whole visit on files, in a scratch vault.
    #[command(subcommand)]
    Eval(eval::Command),
    /// Record, list, show, draft and export visits of a vault.
    #[command(subcommand)]
    Visit(Box<visits::Command>),
    /// Make a vault and change the ways into it.
    #[command(subcommand)]
    Vault(vaults::Command),
    /// Show, check and export the audit log.
    #[command(subcommand)]
    Audit(log::Command),
    /// When something is wrong: report it, lock down, pack, notify, lift; and try all that.
    #[command(subcommand)]
    Incident(incident::Command),
    /// Make, change, sign and compare an organisation's document: policy, roster, pilot, models.
    #[command(subcommand)]
    Org(org::Command),
    /// Make enrolment codes, and list and remove the people of an organisation's document.
    #[command(subcommand)]
    People(people::Command),
    /// Enrol this computer with an organisation, and take its documents into force.
    #[command(subcommand)]
    Workstation(workstation::Command),
    /// List the note templates.
    #[command(subcommand)]
    Templates(templates::Command),
    /// List the microphones of this computer.
    Microphones,
}

fn main() -> std::process::ExitCode {
    scribe::keep_memory_private();
    let done = match Arguments::parse().command {
        Command::Eval(command) => eval::run(command),
        Command::Visit(command) => visits::run(*command),
        Command::Vault(command) => vaults::run(&command),
        Command::Audit(command) => log::run(&command),
        Command::Incident(command) => incident::run(&command),
        Command::Org(command) => org::run(&command),
        Command::People(command) => people::run(&command),
        Command::Workstation(command) => workstation::run(&command),
        Command::Templates(command) => templates::run(&command),
        Command::Microphones => microphones(),
    };
    match done {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            // The alternate form prints the chain of causes on one line.
            eprintln!("inroomctl: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn microphones() -> anyhow::Result<()> {
    for microphone in capture::microphones()? {
        let mark = if microphone.is_default { "*" } else { " " };
        println!("{mark} {}\t{}", microphone.id, microphone.name);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use clap::CommandFactory as _;
    use governance::Command as C;

    use super::Arguments;

    /// What each command lets a person do with a vault; nothing for what opens none, or a scratch
    /// vault of its own.
    const COMMANDS: &[(&str, &[C])] = &[
        ("audit acknowledge", &[C::AcknowledgeEmergency]),
        ("audit export", &[C::ExportLog]),
        ("audit heads export", &[C::ExportHeads]),
        ("audit heads set", &[C::SetHeadsTarget]),
        ("audit heads show", &[C::ExportHeads]),
        ("audit show", &[C::ShowLog]),
        ("eval draft", &[]),
        ("eval transcribe", &[]),
        ("eval visit", &[]),
        ("incident drill", &[C::RecordDrill]),
        ("incident lift", &[C::LiftLockdown]),
        ("incident pack", &[C::MakeIncidentPack]),
        // Whoever is at the computer can, also while the vault is locked.
        ("incident report", &[]),
        ("incident sign", &[]),
        ("incident statement", &[C::LiftLockdown]),
        ("incident status", &[C::ReportIncident]),
        ("incident steps", &[]),
        ("incident worksheet", &[C::ShowWorksheet]),
        ("microphones", &[]),
        ("org diff", &[]),
        ("org edit", &[]),
        ("org init", &[]),
        ("org show", &[]),
        ("org sign", &[]),
        ("org successor", &[]),
        ("org verify", &[]),
        ("people emergency", &[]),
        ("people enrol", &[]),
        ("people list", &[]),
        ("people remove", &[]),
        ("templates list", &[]),
        ("vault admit", &[C::AdmitPerson]),
        ("vault backup", &[C::BackUp]),
        ("vault bind", &[C::ChangeWays]),
        ("vault create", &[C::CreateVault]),
        // The code of the sheet decides, and the vault itself what it gives.
        ("vault emergency", &[]),
        ("vault info", &[]),
        ("vault join", &[C::CreateVault]),
        ("vault passphrase", &[C::ChangePassphrase]),
        ("vault recover", &[C::Recover]),
        ("vault recovery-key", &[]),
        ("vault restore", &[C::Restore]),
        ("vault retention run", &[C::ChangeRetention]),
        ("vault retention set", &[C::ChangeRetention]),
        ("vault retention show", &[C::ReadRetention]),
        ("vault rotate", &[C::RotateKey]),
        ("vault snapshots", &[C::BackUp]),
        ("visit draft", &[C::DraftNote]),
        ("visit erase", &[C::WithdrawConsent, C::Discard]),
        ("visit export", &[C::TakeNote]),
        ("visit import", &[C::CreateVisit, C::Record, C::DraftNote]),
        ("visit list", &[C::ListVisits]),
        ("visit new", &[C::CreateVisit, C::Record, C::DraftNote]),
        ("visit relabel", &[C::EditNote]),
        ("visit resume", &[C::Record, C::DraftNote]),
        ("visit search", &[C::SearchVisits]),
        ("visit show", &[C::ReadVisit]),
        ("visit sign", &[C::SignNote]),
        ("workstation enrol", &[]),
        ("workstation show", &[]),
        ("workstation update", &[]),
    ];

    fn leaves(command: &clap::Command, words: &str, all: &mut Vec<String>) {
        for below in command.get_subcommands() {
            let words = format!("{words} {}", below.get_name());
            leaves(below, words.trim(), all);
        }
        if command.get_subcommands().next().is_none() {
            all.push(words.to_owned());
        }
    }

    #[test]
    fn every_command_has_its_place_in_the_table_of_roles() {
        let mut all = Vec::new();
        leaves(&Arguments::command(), "", &mut all);
        all.sort();
        let known: BTreeMap<_, _> = COMMANDS.iter().copied().collect();
        assert_eq!(all, known.keys().copied().collect::<Vec<_>>());
        // What needs the vault to be open needs somebody whose role includes it.
        let needed: Vec<C> = known
            .values()
            .flat_map(|commands| *commands)
            .copied()
            .collect();
        let only_in_the_window = [C::OpenVault, C::LockVault];
        for command in C::ALL {
            let here = needed.contains(command);
            assert_ne!(here, only_in_the_window.contains(command), "{command:?}");
        }
    }
}
