use governance::Command as C;
use scribe::clock;
use vault::{Erased, ErasureReason, Gap, GapCause, Vault, VisitContent, VisitSummary};
use visit::{Note, Origin, Samples, Support, VisitId, VisitState};

use crate::vaults::VaultArguments;

#[derive(clap::Args)]
pub(crate) struct ListArguments {
    #[command(flatten)]
    vault: VaultArguments,
}

#[derive(clap::Args)]
pub(crate) struct SearchArguments {
    #[command(flatten)]
    vault: VaultArguments,
    /// Words of label, reason, transcript or note; each may be the beginning of a longer one.
    #[arg(required = true)]
    query: Vec<String>,
    /// The latest so many visits.
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

#[derive(clap::Args)]
pub(crate) struct ShowArguments {
    #[command(flatten)]
    vault: VaultArguments,
    /// The visit.
    visit: VisitId,
}

pub(super) fn list(arguments: &ListArguments) -> anyhow::Result<()> {
    print_list(&arguments.vault.open(&[C::ListVisits])?)
}

pub(crate) fn print_list(vault: &Vault) -> anyhow::Result<()> {
    let (visits, erased) = (vault.visits()?, vault.tombstones()?);
    if visits.is_empty() {
        println!("no visits yet");
    }
    visits.iter().for_each(print_line);
    for tombstone in erased.iter().filter(|t| t.erased == Erased::Visit) {
        println!(
            "{}  {:>7}  erased    {:>4} segments  ({})",
            tombstone.visit,
            tombstone.recorded.to_string(),
            tombstone.segments,
            match tombstone.reason {
                ErasureReason::ConsentWithdrawn => "consent withdrawn",
                ErasureReason::Discarded => "discarded",
                ErasureReason::Retention => "its time was over",
            }
        );
    }
    Ok(())
}

pub(super) fn search(arguments: &SearchArguments) -> anyhow::Result<()> {
    let vault = arguments.vault.open(&[C::SearchVisits])?;
    print_found(&vault, &arguments.query.join(" "), arguments.limit)
}

pub(crate) fn print_found(vault: &Vault, query: &str, limit: usize) -> anyhow::Result<()> {
    let found = vault.search(query, limit)?;
    if found.is_empty() {
        println!("no visit holds that");
    }
    found.iter().for_each(print_line);
    Ok(())
}

fn print_line(visit: &VisitSummary) {
    let silent = match (visit.sound_erased, visit.transcript_erased) {
        (true, true) => " (sound and transcript erased)",
        (true, false) => " (sound erased)",
        (false, true) => " (transcript erased)",
        (false, false) => "",
    };
    println!(
        "{}  {:>7}  {:<9} {:>4} segments  {}  {}{silent}",
        visit.id,
        visit.recorded.to_string(),
        visit.state.as_str(),
        visit.segments,
        visit.patient_label.expose(),
        visit.reason.expose(),
    );
    if visit.unfinished {
        println!("{}", ways_on(visit));
    }
}

/// What can be done about a visit that was cut off.
fn ways_on(visit: &VisitSummary) -> String {
    let id = visit.id;
    let resume = if visit.state.is_unfinished() && !visit.sound_erased {
        let on = if visit.imported {
            "goes on with the import"
        } else {
            "records on"
        };
        format!("`visit resume {id}` {on}, ")
    } else {
        String::new()
    };
    let why = if visit.state == VisitState::Paused {
        "paused"
    } else {
        "cut off"
    };
    format!(
        "    {why}: {resume}`visit draft {id}` finishes it as it is, `visit erase {id}` discards it"
    )
}

pub(super) fn show(arguments: &ShowArguments) -> anyhow::Result<()> {
    print_visit(&arguments.vault.open(&[C::ReadVisit])?, arguments.visit)
}

pub(crate) fn print_visit(vault: &Vault, id: VisitId) -> anyhow::Result<()> {
    // Entered in the audit log before any of it is shown.
    let VisitContent {
        record,
        segments,
        gaps,
        corrections,
        revision,
    } = vault.read_visit(id)?;
    println!(
        "{}  {}  {}",
        record.summary.id,
        record.summary.recorded,
        record.summary.state.as_str()
    );
    if let Some(kind) = &record.kind {
        println!("kind: {kind}");
    }
    println!(
        "consent: {:?} by {:?}, asked by {} (wording {})",
        record.consent.method,
        record.consent.given_by,
        record.consent.asked_by.expose(),
        record.consent.wording_version
    );
    if let Some(signature) = &record.signature {
        println!(
            "signed: revision {} by {}, SHA-256 of the note {}",
            signature.revision.0,
            signature.signer.expose(),
            signature.note_sha256.as_str()
        );
    }
    for due in vault.due(id)? {
        let days = (due.at.0 - clock::now().0).max(0) / (24 * 60 * 60 * 1000);
        println!("the {} will be erased in {days} days", due.what.as_str());
    }
    println!("\nTRANSCRIPT");
    if corrections > 0 {
        println!("(who spoke was corrected {corrections} times)");
    }
    let mut gaps = gaps.into_iter().peekable();
    for segment in segments {
        while let Some(gap) = gaps.next_if(|gap| gap.at.millis() <= segment.start) {
            println!("{}", gap_line(&gap));
        }
        println!(
            "{:>4}  {:>6}  {} {:<9}  {}",
            segment.index + 1,
            segment.start.to_string(),
            segment.speaker,
            segment.role.as_str(),
            segment.text.expose()
        );
    }
    for gap in gaps {
        println!("{}", gap_line(&gap));
    }
    match revision {
        Some(revision) => {
            println!("\nNOTE, revision {}\n", revision.number.0);
            let body = interchange::Body::of(&revision.note);
            println!(
                "{}",
                interchange::plain_text(&body, interchange::Marks::Doubtful)
            );
            reasons(&revision.note).for_each(|line| println!("{line}"));
        }
        None => println!("\nno note yet: `inroomctl visit draft {id}` writes one"),
    }
    Ok(())
}

/// Why lines of the model are borne out only in part. These words are for the eyes of whoever may see
/// the transcript, so they stand here and in no export.
fn reasons(note: &Note) -> impl Iterator<Item = String> {
    let partial = note.statements().filter(|statement| {
        statement.origin == Origin::Model
            && statement.support == Support::Partial
            && !statement.reason.is_blank()
    });
    partial.map(|statement| {
        let (reason, text) = (statement.reason.expose(), statement.text.expose());
        format!("partly supported ({reason}): {text}")
    })
}

/// A line of the transcript where words may be missing.
fn gap_line(gap: &Gap) -> String {
    let (at, length) = (gap.at.millis().to_string(), gap.length.millis().seconds());
    let what = match gap.cause {
        GapCause::CutOff if gap.length == Samples(0) => {
            return format!("{at:>6}  --- the recording was cut off here ---");
        }
        GapCause::CutOff => "of sound are missing here (the recording was cut off)",
        GapCause::Damaged => "of sound are damaged from here and cannot be heard",
        GapCause::Dropped => "of sound are missing here (the computer was too slow)",
        GapCause::Stalled => "of sound are missing here (none came from the microphone)",
        GapCause::Silent => "without any signal from here (a muted microphone?)",
    };
    format!("{at:>6}  --- {length:.1} s {what} ---")
}

#[cfg(test)]
mod tests {
    use visit::Millis;

    use super::*;

    #[test]
    fn a_gap_is_a_line_with_its_place_length_and_cause() {
        let gap = |cause| {
            gap_line(&Gap {
                at: Millis(62_000).samples(),
                length: Millis(3_250).samples(),
                cause,
            })
        };
        let stalled = gap(GapCause::Stalled);
        assert!(
            stalled.contains("1:02  --- 3.2 s of sound are missing"),
            "{stalled}"
        );
        assert!(gap(GapCause::Silent).contains("muted"));
        assert!(gap(GapCause::Dropped).contains("too slow"));
        assert!(gap(GapCause::Damaged).contains("damaged"));
        let cut_off = gap_line(&Gap {
            at: Millis(62_000).samples(),
            length: Samples(0),
            cause: GapCause::CutOff,
        });
        assert!(
            cut_off.contains("1:02  --- the recording was cut off"),
            "{cut_off}"
        );
    }
}
