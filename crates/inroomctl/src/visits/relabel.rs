use anyhow::bail;
use governance::Command as C;
use scribe::clock;
use visit::{Millis, Pointed, Role, SpeakerLabel, SpokenBy, VisitId};

use crate::vaults::VaultArguments;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    vault: VaultArguments,
    /// The visit.
    visit: VisitId,
    /// A voice of which everything is meant; with --turn the voice that the turn is by.
    #[arg(long, value_name = "S1..S4", value_parser = label, required_unless_present_any = ["turn", "undo"])]
    speaker: Option<SpeakerLabel>,
    /// One turn, by its number as `visit show` prints it.
    #[arg(long, value_name = "NUMBER", conflicts_with = "undo")]
    turn: Option<usize>,
    /// What the voice, or whoever spoke the turn, is to the visit.
    #[arg(long, value_name = "ROLE", value_parser = role, conflicts_with_all = ["same_as", "undo"])]
    role: Option<Role>,
    /// The voice that --speaker is the same as.
    #[arg(long, value_name = "S1..S4", value_parser = label, conflicts_with_all = ["turn", "undo"])]
    same_as: Option<SpeakerLabel>,
    /// Take the last correction of this visit back.
    #[arg(long, conflicts_with = "speaker")]
    undo: bool,
}

fn label(text: &str) -> Result<SpeakerLabel, String> {
    let number = text.strip_prefix(['S', 's']).and_then(|n| n.parse().ok());
    match number {
        Some(number @ 1..=9) => Ok(SpeakerLabel(number)),
        _ => Err("voices are called S1, S2 and so on".to_owned()),
    }
}

fn role(text: &str) -> Result<Role, String> {
    match text {
        "clinician" => Ok(Role::Clinician),
        "patient" => Ok(Role::Patient),
        "companion" | "other" => Ok(Role::Other),
        "unknown" => Ok(Role::Unknown),
        _ => Err("a role is clinician, patient, companion or unknown".to_owned()),
    }
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let vault = arguments.vault.open(&[C::EditNote])?;
    let (id, now) = (arguments.visit, clock::now());
    let revision = if arguments.undo {
        scribe::take_correction_back(&vault, id, now)?
    } else {
        let (seen, by) = meant(arguments, |number| {
            let turns = vault.segments(id)?;
            let turn = number.checked_sub(1).and_then(|place| turns.get(place));
            match turn {
                Some(turn) => Ok(turn.start),
                None => bail!(
                    "the transcript has {} turns and no turn {number}; nothing was changed",
                    turns.len()
                ),
            }
        })?;
        scribe::correct_speaker(&vault, id, seen, by, now)?
    };
    println!("who spoke in the visit {id} is corrected; `visit relabel {id} --undo` takes it back");
    if let Some(revision) = revision {
        println!(
            "the note was compared with it anew and stands as revision {}; `visit draft {id}` \
             writes it anew",
            revision.0
        );
    }
    Ok(())
}

/// What is pointed at, and who it is said to be by.
fn meant(
    arguments: &Arguments,
    start: impl FnOnce(usize) -> anyhow::Result<Millis>,
) -> anyhow::Result<(Pointed, SpokenBy)> {
    let Arguments {
        speaker,
        turn,
        role,
        same_as,
        ..
    } = *arguments;
    Ok(match (turn, speaker, role, same_as) {
        (Some(turn), Some(by), None, None) => (Pointed::Turn(start(turn)?), SpokenBy::Voice(by)),
        (Some(turn), None, Some(role), None) => (Pointed::Turn(start(turn)?), SpokenBy::Role(role)),
        (None, Some(voice), Some(role), None) => (Pointed::Voice(voice), SpokenBy::Role(role)),
        (None, Some(voice), None, Some(by)) => (Pointed::Voice(voice), SpokenBy::Voice(by)),
        _ => bail!(
            "say who spoke: --turn with --speaker or --role, or --speaker with --role or --same-as; \
             nothing was changed"
        ),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        arguments: Arguments,
    }

    fn read(line: &str) -> Option<(Pointed, SpokenBy)> {
        let visit = "visit 018f4e52-0000-7000-8000-000000000001 --vault clinic";
        let words = visit.split(' ').chain(line.split(' '));
        let line = Line::try_parse_from(words).ok()?;
        meant(&line.arguments, |turn| Ok(Millis(turn as u64 * 1000))).ok()
    }

    #[test]
    fn what_is_asked_for_is_read() {
        let voice = |label| Pointed::Voice(SpeakerLabel(label));
        let by = |label| SpokenBy::Voice(SpeakerLabel(label));
        for (line, expected) in [
            (
                "--speaker S2 --role patient",
                (voice(2), SpokenBy::Role(Role::Patient)),
            ),
            ("--speaker s3 --same-as S1", (voice(3), by(1))),
            (
                "--turn 4 --speaker S1",
                (Pointed::Turn(Millis(4000)), by(1)),
            ),
            (
                "--turn 4 --role companion",
                (Pointed::Turn(Millis(4000)), SpokenBy::Role(Role::Other)),
            ),
        ] {
            assert_eq!(read(line), Some(expected), "{line}");
        }
        for line in [
            "--speaker S2",
            "--speaker S0 --role patient",
            "--turn 4",
            "--role patient",
            "--turn 4 --speaker S1 --role patient",
            "--turn 4 --same-as S1",
            "--undo --turn 4",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
