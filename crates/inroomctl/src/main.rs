//! Inroom without a window: visits, evaluation and the work of IT.
#![forbid(unsafe_code)]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line speaks by printing"
)]

mod backups;
mod doctor;
mod emergency;
mod eval;
mod evaluate;
mod heads;
mod incident;
#[cfg(test)]
mod it_page;
mod log;
mod memory;
mod models;
mod org;
mod passphrase;
mod people;
mod pilot;
mod progress;
mod retention;
mod risk;
mod self_check;
mod speed;
mod surroundings;
mod templates;
mod terms;
mod vaults;
mod visits;
mod voice;
mod ways;
mod workstation;

use clap::{CommandFactory as _, Parser, Subcommand};

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
    /// Make a model's scorecard on this computer, with the samples that come with the program.
    ///
    /// A speech model: words wrong, words out of silence and noise, speed, memory. A drafting model:
    /// facts held, missed and wrong, false claims, unsupported lines, omissions, speed, memory.
    Evaluate(evaluate::Arguments),
    /// List the models of this computer, propose one for approval, approve and recall.
    #[command(subcommand)]
    Models(models::Command),
    /// Record, list, show, draft and export visits of a vault.
    #[command(subcommand)]
    Visit(Box<visits::Command>),
    /// Make a vault and change the ways into it.
    #[command(subcommand)]
    Vault(vaults::Command),
    /// Show, check and export the audit log.
    #[command(subcommand)]
    Audit(log::Command),
    /// The figures of a pilot, without a word of any visit.
    #[command(subcommand)]
    Pilot(pilot::Command),
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
    /// Enrol your voice, so that the program knows who of a visit you are; erase it.
    #[command(subcommand)]
    Voice(voice::Command),
    /// Assess the risks of this computer from checks that look at it now: a register mapped to 45 CFR
    /// 164.308 and 164.312 and to the NIST AI RMF.
    Risk(risk::RiskArguments),
    /// Say what of this workstation works, what does not, and what to do about it.
    Doctor(doctor::DoctorArguments),
    /// List the note templates.
    #[command(subcommand)]
    Templates(templates::Command),
    /// List the microphones of this computer.
    Microphones,
    /// Try whether this computer's system keeps the program and its workers from the network.
    SelfCheck,
}

fn main() -> std::process::ExitCode {
    scribe::keep_memory_private();
    let asked = std::env::args_os().skip(1);
    if let Some(done) = manual::written_if_asked(Arguments::command, asked) {
        return told(done.map_err(Into::into));
    }
    let walls = scribe::confinement::confine();
    let done = match Arguments::parse().command {
        Command::Eval(command) => eval::run(command),
        Command::Evaluate(arguments) => evaluate::run(&arguments),
        Command::Models(command) => models::run(&command),
        Command::Pilot(command) => pilot::run(&command),
        Command::Visit(command) => visits::run(*command),
        Command::Vault(command) => vaults::run(&command),
        Command::Audit(command) => log::run(&command),
        Command::Incident(command) => incident::run(&command),
        Command::Org(command) => org::run(&command),
        Command::People(command) => people::run(&command),
        Command::Workstation(command) => workstation::run(&command),
        Command::Voice(command) => voice::run(&command),
        Command::Risk(arguments) => risk::run(&arguments),
        Command::Doctor(arguments) => doctor::run(&arguments),
        Command::Templates(command) => templates::run(&command),
        Command::Microphones => microphones(),
        Command::SelfCheck => self_check::run(&walls),
    };
    told(done)
}

fn told(done: anyhow::Result<()>) -> std::process::ExitCode {
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
        // Opens no vault, and tells nothing of one that its folder does not.
        ("doctor", &[]),
        ("eval draft", &[]),
        ("eval transcribe", &[]),
        ("eval visit", &[]),
        ("evaluate", &[]),
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
        ("models approve", &[]),
        ("models list", &[]),
        ("models propose", &[]),
        ("models recall", &[]),
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
        ("pilot report", &[C::ReadPilotFigures]),
        ("risk", &[C::AssessRisk]),
        ("self-check", &[]),
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
        ("voice enrol", &[C::KeepVoice]),
        ("voice erase", &[C::KeepVoice]),
        ("voice show", &[C::KeepVoice]),
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
        // On the command line the document's signature decides alone, at no vault.
        let only_in_the_window = [C::OpenVault, C::LockVault, C::TakeDocument];
        for command in C::ALL {
            let here = needed.contains(command);
            assert_ne!(here, only_in_the_window.contains(command), "{command:?}");
        }
    }
}
