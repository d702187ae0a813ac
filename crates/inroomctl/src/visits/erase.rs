use clap::ValueEnum;
use governance::Command as C;
use scribe::clock;
use vault::{Erased, ErasureReason};
use visit::VisitId;

use super::confirmation;
use crate::vaults::VaultArguments;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    vault: VaultArguments,
    /// The visit.
    visit: VisitId,
    /// Erase the sound alone and keep transcript and note.
    #[arg(long)]
    sound_only: bool,
    /// Erase sound and transcript of a signed visit and keep the signed note, which no longer shows
    /// the words it rests on.
    #[arg(long, conflicts_with = "sound_only")]
    transcript: bool,
    /// Why.
    #[arg(long, value_enum)]
    reason: Reason,
    /// The first eight characters of the visit's identifier, in place of the question.
    #[arg(long, value_name = "CHARACTERS")]
    confirm: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Reason {
    /// The patient no longer agrees to the recording.
    ConsentWithdrawn,
    /// It is not needed.
    Discarded,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let command = match arguments.reason {
        Reason::ConsentWithdrawn => C::WithdrawConsent,
        Reason::Discarded => C::Discard,
    };
    let vault = arguments.vault.open(&[command])?;
    let summary = vault.visit(arguments.visit)?.summary;
    let (parts, what): (&[Erased], _) = if arguments.sound_only {
        (&[Erased::Sound], "the recording")
    } else if !arguments.transcript {
        (
            &[Erased::Visit],
            "the recording, the transcript and the note",
        )
    } else if summary.sound_erased {
        (&[Erased::Transcript], "the transcript")
    } else {
        (
            &[Erased::Sound, Erased::Transcript],
            "the recording and the transcript",
        )
    };
    let id = summary.id;
    eprintln!(
        "This erases {what} of the visit {id} ({}, {} segments). It cannot be undone.",
        summary.recorded, summary.segments
    );
    confirmation::demand(id, "erase", "erased", arguments.confirm.as_deref())?;
    let reason = match arguments.reason {
        Reason::ConsentWithdrawn => ErasureReason::ConsentWithdrawn,
        Reason::Discarded => ErasureReason::Discarded,
    };
    vault.erase_parts(arguments.visit, parts, reason, clock::now())?;
    println!("erased {what} of the visit {id}; a signed tombstone is kept");
    Ok(())
}
