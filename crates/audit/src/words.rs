//! Acts as a person reads them.

use std::fmt;

use crate::act::Act;
use crate::actor::Actor;
use crate::detail::{Asked, Cause, Extent, Format, NamedAs, Part, Refusal, Version, Way};
use crate::hex::Digest;

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Program => f.write_str("the program"),
            Self::Account { name, id: None } => f.write_str(name.as_str()),
            Self::Account { name, id: Some(id) } => write!(f, "{} ({id})", name.as_str()),
            Self::Person { account } => f.write_str(account.as_str()),
            Self::Emergency { sheet } => write!(f, "emergency access (sheet {})", short(sheet)),
        }
    }
}

/// The first digits of a digest, enough to tell one sheet or key from another.
fn short(digest: &Digest) -> String {
    digest.to_string().chars().take(16).collect()
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LogBegun { visits } => {
                write!(f, "the log begins; {visits} visits were there before")
            }
            Self::VaultCreated => f.write_str("made the vault"),
            Self::VaultOpened => f.write_str("opened the vault"),
            Self::VaultLocked => f.write_str("locked the vault"),
            Self::ScreenLocked => f.write_str("locked the screen, while work on a visit went on"),
            Self::ScreenUnlocked => f.write_str("unlocked the screen"),
            Self::VoiceEnrolled => f.write_str("enrolled their voice"),
            Self::VoiceErased => f.write_str("erased the print of their voice"),
            Self::UnlockRefused { reason, times } => {
                write!(f, "was refused to open the vault, {times} times: {reason}")
            }
            Self::VisitCreated { visit } => write!(f, "made the visit {visit}"),
            Self::ConsentRecorded { visit, .. } => {
                write!(f, "recorded the consent to the visit {visit}")
            }
            Self::ConsentWithdrawn { visit } => {
                write!(
                    f,
                    "noted that the consent to the visit {visit} is withdrawn"
                )
            }
            Self::ImportBegun { visit, file } => write!(
                f,
                "began to import a recording into the visit {visit}, SHA-256 of the file {file}"
            ),
            Self::RecordingBegun { visit } => write!(f, "began to record the visit {visit}"),
            Self::RecordingPaused { visit } => {
                write!(f, "paused the recording of the visit {visit}")
            }
            Self::RecordingEnded { visit, recorded } => {
                write!(f, "ended the recording of the visit {visit} at {recorded}")
            }
            Self::VisitRead { visit } => write!(f, "read the visit {visit}"),
            Self::DraftMade {
                visit, revision, ..
            } => write!(
                f,
                "had the note of the visit {visit} drafted as revision {}",
                revision.0
            ),
            Self::VisitDrafted { visit } => write!(f, "completed the draft of the visit {visit}"),
            Self::NoteEdited {
                visit, revision, ..
            } => write!(
                f,
                "stored revision {} of the note of the visit {visit}",
                revision.0
            ),
            Self::NoteSigned {
                visit, revision, ..
            } => write!(
                f,
                "signed revision {} of the note of the visit {visit}",
                revision.0
            ),
            Self::NoteTaken { visit, way, .. } => {
                write!(f, "took the note of the visit {visit} {way}")
            }
            Self::NoteExported {
                visit,
                revision,
                note: _,
                format,
                encrypted,
                file,
                program,
                way,
            } => {
                let number = revision.0;
                write!(
                    f,
                    "exported revision {number} of the note of the visit {visit} {way} as {format}"
                )?;
                if *encrypted {
                    f.write_str(", encrypted")?;
                }
                write!(f, ", with version {program}, SHA-256 {file}")
            }
            Self::Erased { visit, part, cause } => {
                write!(f, "erased {part} of the visit {visit}: {cause}")
            }
            Self::Searched { found } => write!(f, "searched, and was shown {found} visits"),
            Self::PassphraseChanged => f.write_str("changed the passphrase"),
            Self::WaysChanged { device, escrow } => f.write_str(match (device, escrow) {
                (true, true) => "tied the vault to this computer and to a recovery key",
                (true, false) => "tied the vault to this computer",
                (false, true) => "entrusted the vault to a recovery key",
                (false, false) => "wrote the ways into the vault anew",
            }),
            Self::KeyRotated => f.write_str("exchanged the vault key"),
            Self::Recovered => {
                f.write_str("opened the vault with the recovery key and gave it a new passphrase")
            }
            Self::BackedUp { snapshot } => write!(f, "backed the vault up as {:015}", snapshot.0),
            Self::Restored { snapshot } => {
                write!(f, "restored this vault from the backup {:015}", snapshot.0)
            }
            Self::RetentionChanged {
                audio,
                transcript,
                draft,
            } => {
                f.write_str("changed how many days are kept")?;
                for (what, days) in [
                    ("recordings", audio),
                    ("transcripts", transcript),
                    ("unsigned notes", draft),
                ] {
                    match days {
                        Some(days) => write!(f, ", {what} {days}")?,
                        None => write!(f, ", {what} all")?,
                    }
                }
                Ok(())
            }
            Self::SpeakersCorrected {
                visit,
                extent,
                named,
            } => {
                let extent = match extent {
                    Extent::Turn => "one turn",
                    Extent::Voice => "all of one voice",
                };
                let named = match named {
                    NamedAs::Clinician => "the clinician",
                    NamedAs::Patient => "the patient",
                    NamedAs::Companion => "a companion",
                    NamedAs::Unknown => "nobody known",
                    NamedAs::OtherVoice => "another voice",
                };
                write!(f, "said that {extent} in the visit {visit} is by {named}")
            }
            Self::CorrectionTakenBack { visit } => {
                write!(f, "took back who spoke in the visit {visit}")
            }
            Self::LogShown => f.write_str("read the audit log"),
            Self::LogExported => f.write_str("exported the audit log"),
            Self::StoreLogDamaged => f.write_str(
                "found the store's write-ahead log damaged: what was committed last may be missing",
            ),
            Self::OrganisationBound { key, serial, .. } => write!(
                f,
                "bound the vault to the organisation whose key has the SHA-256 {key}, with the \
                 document of serial {serial}"
            ),
            Self::DocumentTaken { serial, document } => write!(
                f,
                "took the organisation's document of serial {serial} into force, SHA-256 {document}"
            ),
            Self::PersonAdmitted { account } => {
                write!(f, "gave {} a way into the vault", account.as_str())
            }
            Self::PersonRemoved { account } => write!(
                f,
                "removed the way of {}, who is no longer on the roster",
                account.as_str()
            ),
            Self::SignInRefused {
                account,
                reason,
                times,
            } => write!(
                f,
                "was refused to sign in as {}, {times} times: {reason}",
                account.as_str()
            ),
            Self::IncidentReported { number, suspicion } => write!(
                f,
                "reported incident {number}, {suspicion}: the vault is locked down"
            ),
            Self::LockdownLifted { number, statement } => write!(
                f,
                "lifted the lockdown up to incident {number}, SHA-256 of the statement {statement}"
            ),
            Self::IncidentPackMade { file, encrypted } => {
                let how = if *encrypted { ", encrypted" } else { "" };
                write!(f, "took an incident pack out{how}, SHA-256 {file}")
            }
            Self::DrillRecorded {
                passed,
                took,
                visits,
            } => {
                let how = if *passed {
                    "everything held"
                } else {
                    "it failed"
                };
                write!(
                    f,
                    "tried the incident plan on {visits} made-up visits, {took} from report to pack: {how}"
                )
            }
            Self::WorksheetShown => f.write_str("read which visits an incident concerns"),
            Self::PilotFiguresRead { visits, per_person } => {
                let by = if *per_person { ", by person" } else { "" };
                write!(f, "was given the pilot's figures of {visits} visits{by}")
            }
            Self::RiskAssessed {
                passed,
                failed,
                untold,
            } => write!(
                f,
                "had the risks assessed: {passed} self-checks passed, {failed} failed, {untold} could not look"
            ),
            Self::HeadsExported {
                target,
                entries,
                failed: None,
            } => write!(f, "exported signed heads up to entry {entries} to {target}"),
            Self::HeadsExported {
                target,
                entries,
                failed: Some(failed),
            } => write!(
                f,
                "could not export signed heads after entry {entries} to {target}: {failed}"
            ),
            Self::HeadsTargetChanged { folder, syslog } => {
                let folder = if folder.is_some() {
                    "a folder"
                } else {
                    "no folder"
                };
                let syslog = if *syslog {
                    "the system log"
                } else {
                    "no system log"
                };
                write!(
                    f,
                    "had signed heads of the log exported to {folder} and {syslog}"
                )
            }
            Self::EmergencyPrepared { sheet: Some(sheet) } => write!(
                f,
                "prepared the vault for emergency access with the sheet {}",
                short(sheet)
            ),
            Self::EmergencyPrepared { sheet: None } => {
                f.write_str("removed the way of emergency access")
            }
            Self::EmergencyBegun { sheet, reason, .. } => write!(
                f,
                "EMERGENCY ACCESS: opened the vault with the sheet {}, because of {reason}",
                short(sheet)
            ),
            Self::EmergencyEnded { sheet } => {
                write!(
                    f,
                    "ended the emergency access with the sheet {}",
                    short(sheet)
                )
            }
            Self::EmergencyAcknowledged { sheet } => write!(
                f,
                "took note of the emergency access with the sheet {}",
                short(sheet)
            ),
            Self::OrganisationKeyReplaced { from, to, .. } => write!(
                f,
                "took the organisation's key {} in the place of {}, which has named it",
                short(to),
                short(from)
            ),
            Self::Refused {
                asked,
                visit,
                reason,
            } => {
                write!(f, "was refused to {asked}")?;
                if let Some(visit) = visit {
                    write!(f, " (visit {visit})")?;
                }
                write!(f, ": {reason}")
            }
        }
    }
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CreateVisit => "make a visit",
            Self::ChangeState => "change the state of a visit",
            Self::ReadVisit => "read a visit",
            Self::SaveNote => "store a note",
            Self::SignNote => "sign a note",
            Self::TakeNote => "take a note as text",
            Self::Erase => "erase",
            Self::Search => "search",
            Self::ChangePassphrase => "change the passphrase",
            Self::ChangeWays => "change the ways into the vault",
            Self::RotateKey => "exchange the vault key",
            Self::Recover => "open the vault with a recovery key",
            Self::BackUp => "back the vault up",
            Self::ChangeRetention => "change how long is kept",
            Self::CorrectSpeakers => "correct who spoke",
            Self::Record => "record",
            Self::ListVisits => "see the list of visits",
            Self::DraftNote => "have a note drafted",
            Self::EnterVault => "open or lock the vault",
            Self::AdmitPerson => "let a person into the vault",
            Self::Restore => "restore a backup",
            Self::ReadRetention => "see how long is kept",
            Self::ShowLog => "read the audit log",
            Self::ExportLog => "export the audit log",
            Self::LoadModel => "load a model",
            Self::ReportIncident => "report a suspicion",
            Self::MakeIncidentPack => "make an incident pack",
            Self::ShowWorksheet => "see which visits an incident concerns",
            Self::LiftLockdown => "lift the lockdown",
            Self::RecordDrill => "record a drill",
            Self::KeepVoice => "enrol or erase their voice",
            Self::ReadPilotFigures => "see the pilot's figures",
            Self::AssessRisk => "assess the risks",
            Self::TakeDocument => "take a newer document into force",
            Self::SetHeadsTarget => "say where signed heads of the log go",
            Self::AcknowledgeEmergency => "take note of an emergency access",
            Self::ShowHeads => "see where signed heads of the log go",
        })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::WrongPassphrase => "the passphrase was wrong",
            Self::PassphraseTooShort => "the new passphrase was too short",
            Self::DeviceSecret => "the computer's secret was missing or another",
            Self::RecoveryKey => "the recovery key was missing or another",
            Self::NoSuchVisit => "there is no such visit",
            Self::State => "the visit was in another state",
            Self::Signed => "the note is signed",
            Self::NotNewest => "there was a newer revision",
            Self::NoSigner => "no signer was named",
            Self::Nothing => "there was nothing of the kind",
            Self::Unresolved => "unsupported lines were not resolved",
            Self::Damaged => "what is stored is damaged",
            Self::Storage => "the store did not take it",
            Self::NotAdmitted => "the person is not admitted by the roster",
            Self::NoWay => "the person has no way into this vault",
            Self::EnrolmentCode => "the enrolment code was another, expired or used",
            Self::TooManyTries => "too many tries had failed",
            Self::Organisation => "the organisation's key or document was not in order",
            Self::NotForRole => "the person's role does not include it",
            Self::OutOfScope => "the visit lies outside the pilot",
            Self::NotApproved => "the model is not approved",
            Self::LockedDown => "the vault is locked down",
            Self::NotLifted => "the statement or key does not lift it",
            Self::EmergencyCode => "the emergency code was another or used",
            Self::EmergencyOver => "the time of the emergency access was over",
            Self::NotInEmergency => "an emergency access does not include it",
            Self::OrganisationDecides => "the organisation's document decides it",
        })
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sound => "the recording",
            Self::Transcript => "the transcript",
            Self::Draft => "the unsigned note",
            Self::Visit => "everything",
        })
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ConsentWithdrawn => "consent withdrawn",
            Self::Discarded => "discarded",
            Self::Retention => "its time was over",
        })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Html => "HTML",
            Self::Fhir => "FHIR",
            Self::Hl7 => "HL7",
            Self::Docx => "DOCX",
            Self::Pdf => "PDF",
        })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::File => "to a file",
            Self::Output => "to the terminal",
            Self::Clipboard => "to the clipboard",
        })
    }
}
