//! The organisation that this computer is enrolled with, and its document.

use std::path::Path;

use governance::risk::{Finding, SelfCheck};
use governance::{Accepted, IDLE_LOCK_MINUTES, Organisation};
use vault::{Vault, Workstation};
use visit::UnixMillis;

use super::counted;

const DAY: i64 = 24 * 60 * 60 * 1000;
/// Time enough to have a new document signed and carried to every workstation.
const LEAST_DAYS: i64 = 14;
/// Longest time that a screen may stand open before it is a risk.
const LONGEST_IDLE: u32 = 15;

/// What was found of it.
pub(crate) enum Enrolled {
    /// The computer belongs to none.
    Not,
    /// Something is there and cannot be read.
    Damaged(String),
    /// It is enrolled, and the document is not in force, for this reason.
    NotInForce(String),
    /// The document is in force.
    InForce(Box<Accepted>),
}

impl Enrolled {
    /// For a vault in this folder.
    pub(crate) fn on(folder: &Path, now: UnixMillis) -> Self {
        match Workstation::of(folder).enrolment() {
            Err(error) => Self::Damaged(error.to_string()),
            Ok(None) => Self::Not,
            Ok(Some(enrolment)) => match enrolment.in_force(None, now) {
                Ok(accepted) => Self::InForce(Box::new(accepted)),
                Err(refused) => Self::NotInForce(refused.to_string()),
            },
        }
    }

    pub(crate) fn organisation(&self) -> Option<&Organisation> {
        match self {
            Self::InForce(accepted) => Some(&accepted.organisation),
            Self::Not | Self::Damaged(_) | Self::NotInForce(_) => None,
        }
    }

    pub(super) fn findings(&self, folder: &Path, now: UnixMillis) -> [Finding; 3] {
        [self.computer(folder), self.document(now), self.idle()]
    }

    fn computer(&self, folder: &Path) -> Finding {
        let check = SelfCheck::ComputerEnrolled;
        match self {
            Self::Not => Finding::failed(
                check,
                "the computer is not enrolled: a store here has one passphrase, no accounts and no roles",
            ),
            Self::Damaged(why) => Finding::failed(check, why.clone()),
            Self::NotInForce(_) | Self::InForce(_) => match Vault::entrances(folder) {
                Ok(entrances) if !entrances.is_organisations => Finding::failed(
                    check,
                    "the computer is enrolled, and its store was not brought in yet (`inroomctl vault join`)",
                ),
                _ => Finding::passed(check, "people sign in with accounts of the organisation"),
            },
        }
    }

    fn document(&self, now: UnixMillis) -> Finding {
        let check = SelfCheck::DocumentInForce;
        match self {
            Self::Not => {
                Finding::cannot_tell(check, "the computer is not enrolled with an organisation")
            }
            Self::Damaged(why) | Self::NotInForce(why) => Finding::failed(check, why.clone()),
            Self::InForce(accepted) => {
                let of = &accepted.organisation;
                let days = (of.until.0.0 - now.0) / DAY;
                let reason = format!(
                    "serial {} holds until {}, {}",
                    of.serial,
                    of.until,
                    counted(
                        usize::try_from(days).unwrap_or(0),
                        "day from now",
                        "days from now"
                    )
                );
                if days < LEAST_DAYS {
                    Finding::failed(check, reason)
                } else {
                    Finding::passed(check, reason)
                }
            }
        }
    }

    fn idle(&self) -> Finding {
        let check = SelfCheck::IdleLock;
        let minutes = match self {
            Self::Not => IDLE_LOCK_MINUTES,
            Self::Damaged(_) | Self::NotInForce(_) => {
                return Finding::cannot_tell(check, "the organisation's document is not in force");
            }
            Self::InForce(accepted) => accepted.organisation.policy.idle_lock_minutes,
        };
        let count = usize::try_from(minutes).unwrap_or(usize::MAX);
        let whose = match self {
            Self::Not => "as the program has it",
            _ => "as the organisation's document says",
        };
        let reason = format!(
            "it locks after {}, {whose}",
            counted(count, "minute", "minutes")
        );
        if minutes > LONGEST_IDLE {
            Finding::failed(check, reason)
        } else {
            Finding::passed(check, reason)
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used)]
    use governance::risk::Verdict::{CannotTell, Failed, Passed};
    use vault::KdfCost;
    use visit::Sha256Hex;

    use super::super::scratch::is;
    use super::*;

    /// One with a model of this digest, approved for speech between two days.
    pub(in crate::self_check) fn organisation(
        model: &str,
        from: &str,
        until: &str,
    ) -> Organisation {
        let text = format!(
            "format = 1\nserial = 7\nfrom = 2020-01-01\nuntil = 2100-01-01\n\
             [organisation]\nname = \"Northside Clinic\"\ndomains = [\"northside.example\"]\n\
             recovery_key = \"age1{}\"\n[policy]\nidle_lock_minutes = 10\nper_person_figures = false\n\
             [policy.retention]\naudio = 30\n\
             [[model]]\nid = \"a\"\nrole = \"speech\"\nsha256 = \"{model}\"\nfrom = {from}\nuntil = {until}\n\
             card = \"{}\"\n[model.scorecard]\nmeasured = 2026-01-01\nhardware = \"a computer\"\n\
             figures = [{{ name = \"errors\", value = 1.0 }}]\n",
            "q".repeat(58),
            "ab".repeat(32)
        );
        Organisation::read(&text).unwrap()
    }

    fn in_force(minutes: u32) -> Enrolled {
        let mut organisation = organisation(&"cd".repeat(32), "2020-01-01", "2100-01-01");
        organisation.policy.idle_lock_minutes = minutes;
        Enrolled::InForce(Box::new(Accepted {
            organisation,
            sha256: Sha256Hex::from_bytes([1; 32]),
            comment: String::new(),
        }))
    }

    #[test]
    fn a_computer_that_is_not_enrolled_is_an_open_risk() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("vault");
        let now = UnixMillis(1_790_000_000_000);
        let enrolled = Enrolled::on(&dir, now);
        let [computer, document, idle] = enrolled.findings(&dir, now);
        is(&computer, Failed);
        is(&document, CannotTell);
        is(&idle, Passed);
        // Something is there and is no enrolment.
        let place = folder.path().join("organisation");
        std::fs::create_dir(&place).unwrap();
        std::fs::write(place.join("enrolment.json"), "{}").unwrap();
        let [computer, document, idle] = Enrolled::on(&dir, now).findings(&dir, now);
        is(&computer, Failed);
        is(&document, Failed);
        is(&idle, CannotTell);
    }

    #[test]
    fn a_store_that_was_not_brought_in_is_an_open_risk() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("vault");
        is(&in_force(10).computer(&dir), Passed);
        let words = "four unrelated plain words".into();
        drop(Vault::create(&dir, &words, KdfCost::LEAST).unwrap());
        is(&in_force(10).computer(&dir), Failed);
    }

    #[test]
    fn a_document_that_ends_soon_is_an_open_risk() {
        let enrolled = in_force(10);
        let end = enrolled.organisation().unwrap().until.0;
        is(&enrolled.document(UnixMillis(end.0 - 14 * DAY)), Passed);
        is(&enrolled.document(UnixMillis(end.0 - 14 * DAY + 1)), Failed);
        is(
            &Enrolled::NotInForce("it is over".to_owned()).document(end),
            Failed,
        );
    }

    #[test]
    fn a_screen_that_stands_open_for_long_is_an_open_risk() {
        is(&in_force(15).idle(), Passed);
        is(&in_force(16).idle(), Failed);
    }
}
