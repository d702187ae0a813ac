//! The open vault, by what it says of itself.

use governance::risk::{Finding, SelfCheck};
use governance::{Moment, Organisation};
use vault::Standing;
use visit::{Retained, UnixMillis};

use super::counted;

const DAY: i64 = 24 * 60 * 60 * 1000;
/// Oldest backup that is no risk.
const BACKUP_DAYS: i64 = 7;
/// A month, and a few days to get there.
const EXPORT_DAYS: i64 = 35;
const DRILL_DAYS: i64 = 366;
/// So many notes at least, or a share of them says nothing.
const LEAST_NOTES: u32 = 5;

/// What an open vault alone can tell.
const CHECKS: [SelfCheck; 8] = [
    SelfCheck::LogVerifies,
    SelfCheck::LogExported,
    SelfCheck::BackupRecent,
    SelfCheck::RetentionEnforced,
    SelfCheck::DrillRecent,
    SelfCheck::VisitsFinished,
    SelfCheck::ConsentEntered,
    SelfCheck::ReadBeforeSigned,
];

pub(super) fn look(
    standing: Option<&Standing>,
    organisation: Option<&Organisation>,
    now: UnixMillis,
) -> Vec<Finding> {
    let Some(standing) = standing else {
        let closed = |check| Finding::cannot_tell(check, "the store was not opened");
        return CHECKS.map(closed).to_vec();
    };
    vec![
        log(standing),
        lately(
            SelfCheck::LogExported,
            "exported",
            standing.log_exported,
            EXPORT_DAYS,
            now,
        ),
        lately(
            SelfCheck::BackupRecent,
            "backed up",
            standing.backed_up,
            BACKUP_DAYS,
            now,
        ),
        retention(standing, organisation),
        drill(standing, now),
        unfinished(standing),
        consents(standing),
        signatures(standing),
    ]
}

fn log(standing: &Standing) -> Finding {
    let check = SelfCheck::LogVerifies;
    match &standing.log.fault {
        None => Finding::passed(
            check,
            format!("{} entries fit together", standing.log.entries),
        ),
        Some(fault) => Finding::failed(
            check,
            format!(
                "{fault}; the {} entries before fit together",
                standing.log.entries
            ),
        ),
    }
}

fn lately(
    check: SelfCheck,
    what: &str,
    at: Option<UnixMillis>,
    days: i64,
    now: UnixMillis,
) -> Finding {
    let Some(at) = at else {
        return Finding::failed(check, format!("never {what}, as the audit log tells it"));
    };
    let reason = format!("last {what} on {}", Moment(at));
    if now.0 - at.0 > days * DAY {
        Finding::failed(check, reason)
    } else {
        Finding::passed(check, reason)
    }
}

fn retention(standing: &Standing, organisation: Option<&Organisation>) -> Finding {
    let check = SelfCheck::RetentionEnforced;
    if standing.overdue > 0 {
        let count = counted(standing.overdue as usize, "visit is", "visits are");
        return Finding::failed(check, format!("something of {count} overdue to be erased"));
    }
    let kept = &standing.retention;
    if let Some(of) = organisation {
        let longer = Retained::ALL.into_iter().find(|what| {
            let most = of.policy.retention.of(*what);
            most.is_some_and(|most| kept.of(*what).is_none_or(|days| days > most))
        });
        if let Some(what) = longer {
            return Finding::failed(
                check,
                format!(
                    "the store keeps {} for longer than the organisation's document says",
                    plural(what)
                ),
            );
        }
    }
    match kept.audio {
        Some(days) => {
            let days = u32::from(days);
            Finding::passed(
                check,
                format!(
                    "recordings are erased {days} days after the signature, and nothing is overdue"
                ),
            )
        }
        None => Finding::failed(check, "recordings are kept until a person erases them"),
    }
}

const fn plural(what: Retained) -> &'static str {
    match what {
        Retained::Audio => "recordings",
        Retained::Transcript => "transcripts",
        Retained::Draft => "unsigned notes",
    }
}

fn drill(standing: &Standing, now: UnixMillis) -> Finding {
    let check = SelfCheck::DrillRecent;
    match standing.drill {
        Some((at, false)) => Finding::failed(check, format!("the drill of {} failed", Moment(at))),
        other => lately(
            check,
            "tried in whole",
            other.map(|(at, _)| at),
            DRILL_DAYS,
            now,
        ),
    }
}

fn unfinished(standing: &Standing) -> Finding {
    let check = SelfCheck::VisitsFinished;
    match standing.unfinished {
        0 => Finding::passed(
            check,
            "no recording waits to be finished for longer than three days",
        ),
        count => {
            let count = counted(count as usize, "recording waits", "recordings wait");
            Finding::failed(
                check,
                format!("{count} to be finished for longer than three days"),
            )
        }
    }
}

fn consents(standing: &Standing) -> Finding {
    let check = SelfCheck::ConsentEntered;
    match standing.without_consent {
        0 => {
            let count = counted(
                standing.recorded as usize,
                "recording stands",
                "recordings stand",
            );
            Finding::passed(
                check,
                format!("{count} in the audit log, each with its consent before it"),
            )
        }
        count => {
            let count = counted(count as usize, "recording has", "recordings have");
            Finding::failed(
                check,
                format!("{count} no consent before it in the audit log"),
            )
        }
    }
}

fn signatures(standing: &Standing) -> Finding {
    let check = SelfCheck::ReadBeforeSigned;
    let (signed, at_once) = (standing.signed, standing.signed_at_once);
    let reason = format!(
        "of {signed} drafted notes of the last 90 days {at_once} were signed within 30 seconds of the draft"
    );
    if signed < LEAST_NOTES {
        Finding::cannot_tell(check, format!("{reason}, which are too few to say"))
    } else if at_once.saturating_mul(5) > signed {
        Finding::failed(check, reason)
    } else {
        Finding::passed(check, reason)
    }
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used)]
    use governance::risk::Verdict::{CannotTell, Failed, Passed};
    use vault::{Fault, Incidents, LogState};
    use visit::{Days, Retention};

    use super::super::document::tests::organisation;
    use super::super::scratch::is;
    use super::*;

    const NOW: UnixMillis = UnixMillis(1_790_000_000_000);

    /// A vault in which everything is as it should be.
    pub(in crate::self_check) fn standing() -> Standing {
        let lately = Some(UnixMillis(NOW.0 - DAY));
        Standing {
            log: LogState {
                entries: 100,
                fault: None,
            },
            newest_entry: lately,
            backed_up: lately,
            log_exported: lately,
            drill: Some((UnixMillis(NOW.0 - DAY), true)),
            incidents: Incidents::default(),
            retention: Retention::default(),
            overdue: 0,
            unfinished: 0,
            recorded: 10,
            without_consent: 0,
            signed: 10,
            signed_at_once: 2,
        }
    }

    fn found(change: impl FnOnce(&mut Standing), check: SelfCheck) -> Finding {
        let mut standing = standing();
        change(&mut standing);
        let findings = look(Some(&standing), None, NOW);
        let of = findings.into_iter().find(|one| one.check == check);
        of.unwrap()
    }

    #[test]
    fn a_vault_in_order_passes_and_one_that_is_closed_tells_nothing() {
        for found in look(Some(&standing()), None, NOW) {
            is(&found, Passed);
        }
        let closed = look(None, None, NOW);
        assert_eq!(closed.len(), CHECKS.len());
        for found in closed {
            is(&found, CannotTell);
        }
    }

    #[test]
    fn an_altered_log_is_an_open_risk_with_its_first_bad_entry() {
        let fault = Some(Fault::Changed { number: 42 });
        let found = found(|of| of.log.fault = fault, SelfCheck::LogVerifies);
        is(&found, Failed);
        assert!(found.reason.contains("42"), "{found:?}");
    }

    #[test]
    fn what_was_not_done_lately_or_never_is_an_open_risk() {
        let ago = |days: i64| Some(UnixMillis(NOW.0 - days * DAY));
        use SelfCheck::{BackupRecent, DrillRecent, LogExported};
        is(&found(|of| of.backed_up = ago(7), BackupRecent), Passed);
        is(&found(|of| of.backed_up = ago(8), BackupRecent), Failed);
        is(&found(|of| of.backed_up = None, BackupRecent), Failed);
        is(&found(|of| of.log_exported = ago(35), LogExported), Passed);
        is(&found(|of| of.log_exported = ago(36), LogExported), Failed);
        is(&found(|of| of.log_exported = None, LogExported), Failed);
        let drill = |days, held| ago(days).map(|at| (at, held));
        is(
            &found(|of| of.drill = drill(366, true), DrillRecent),
            Passed,
        );
        is(
            &found(|of| of.drill = drill(367, true), DrillRecent),
            Failed,
        );
        is(&found(|of| of.drill = drill(1, false), DrillRecent), Failed);
        is(&found(|of| of.drill = None, DrillRecent), Failed);
    }

    #[test]
    fn retention_has_to_be_set_kept_to_and_no_longer_than_the_organisations() {
        let check = SelfCheck::RetentionEnforced;
        is(&found(|of| of.overdue = 1, check), Failed);
        is(&found(|of| of.retention.audio = None, check), Failed);
        let of = organisation(&"cd".repeat(32), "2020-01-01", "2100-01-01");
        let with = |days: Option<u32>| {
            let mut standing = standing();
            standing.retention.audio = days.map(|days| Days::try_from(days).unwrap());
            retention(&standing, Some(&of))
        };
        is(&with(Some(30)), Passed);
        is(&with(Some(31)), Failed);
        is(&with(None), Failed);
    }

    #[test]
    fn what_waits_what_nobody_agreed_to_and_what_nobody_read_is_an_open_risk() {
        is(
            &found(|of| of.unfinished = 1, SelfCheck::VisitsFinished),
            Failed,
        );
        is(
            &found(|of| of.without_consent = 1, SelfCheck::ConsentEntered),
            Failed,
        );
        let check = SelfCheck::ReadBeforeSigned;
        is(&found(|of| of.signed_at_once = 3, check), Failed);
        is(&found(|of| of.signed = 4, check), CannotTell);
    }
}
