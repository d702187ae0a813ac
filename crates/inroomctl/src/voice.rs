//! A clinician's own voice.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use governance::Command as C;
use scribe::{Cancel, SpeechSettings, VOICE_LENGTH};
use visit::Millis;

use crate::vaults::VaultArguments;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Listen to your voice for three quarters of a minute and keep what it sounds like, in the vault and
    /// for you alone. In your visits you are the clinician then, whatever is said.
    Enrol(EnrolArguments),
    /// Say whether your voice is enrolled.
    Show(VaultArguments),
    /// Erase what your voice sounds like.
    Erase(VaultArguments),
}

#[derive(Args)]
pub(crate) struct EnrolArguments {
    #[command(flatten)]
    vault: VaultArguments,
    /// The microphone, as `inroomctl microphones` names it; the default one when not given.
    #[arg(long, value_name = "ID", conflicts_with = "audio")]
    microphone: Option<String>,
    /// A recording of your voice alone instead of a microphone; no more of it than that is read.
    #[arg(long, value_name = "FILE")]
    audio: Option<PathBuf>,
    /// The speech model: an identifier of the catalogue or a ggml file.
    #[arg(long, value_name = "PATH_OR_ID")]
    speech_model: Option<String>,
}

pub(crate) fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Enrol(arguments) => enrol(arguments),
        Command::Show(arguments) => show(arguments),
        Command::Erase(arguments) => erase(arguments),
    }
}

fn enrol(arguments: &EnrolArguments) -> anyhow::Result<()> {
    let vault = arguments.vault.open(&[C::KeepVoice])?;
    let settings = SpeechSettings::new(arguments.speech_model.as_deref())?;
    let source = match &arguments.audio {
        Some(file) => capture::open_file(file, capture::Pace::Fastest)?,
        None => capture::open_microphone(arguments.microphone.as_deref())?,
    };
    println!(
        "listening to {}; speak as you do in a visit, or read something aloud",
        source.name()
    );
    let cancel = Cancel::default();
    let given_up = cancel.clone();
    ctrlc::set_handler(move || given_up.cancel())?;
    let mut told = Millis(0);
    scribe::enrol_voice(&vault, &settings, source.as_ref(), &cancel, &mut |heard| {
        // Every five seconds.
        if heard.0 / 5_000 > told.0 / 5_000 {
            eprintln!("{} of {} s", heard.0 / 1_000, VOICE_LENGTH.0 / 1_000);
        }
        told = heard;
    })?;
    println!("your voice is enrolled; the sound was not kept");
    Ok(())
}

fn show(arguments: &VaultArguments) -> anyhow::Result<()> {
    match arguments.open(&[C::KeepVoice])?.enrolled_voice()? {
        Some(voice) => println!(
            "enrolled at {}, with the voice encoder {}",
            jiff::Timestamp::from_millisecond(voice.made.0)?,
            voice.encoder.as_str()
        ),
        None => println!("your voice is not enrolled"),
    }
    Ok(())
}

fn erase(arguments: &VaultArguments) -> anyhow::Result<()> {
    if arguments.open(&[C::KeepVoice])?.erase_voice()? {
        println!("erased; backups made before still hold it");
    } else {
        println!("your voice is not enrolled, so there was nothing to erase");
    }
    Ok(())
}
