//! An entry as one sequence of bytes, so that its hash means the same for ever, whatever form the
//! entry is stored or sent in.
//!
//! Version 1, numbers little-endian: number (u64), time (i64, milliseconds since
//! 1970-01-01T00:00:00Z), who (a tag, then its fields), act (a tag, then its fields in the order in
//! which [`Act`] names them). A tag or a word from a list is one byte; an identifier of a visit is
//! its 16 bytes, a digest its 32; a count is a u32, a length of time or a serial a u64; what may be absent is
//! the byte 0, or 1 and the value; a name is its length in bytes (u8) and its UTF-8; a version is three u32. Each sequence
//! ends where its tags say, so no two entries have the same.

use visit::{ConsentGiver, ConsentMethod, VisitId};

use crate::act::Act;
use crate::actor::Actor;
use crate::detail::{Asked, Cause, Extent, Format, NamedAs, Part, Refusal, Way};
use crate::entry::Event;
use crate::heads::NotSent;
use crate::hex::Digest;

/// Appends the bytes of an entry.
pub(crate) fn push(bytes: &mut Vec<u8>, number: u64, event: &Event) {
    bytes.extend_from_slice(&number.to_le_bytes());
    bytes.extend_from_slice(&event.at.0.to_le_bytes());
    push_actor(bytes, &event.who);
    push_act(bytes, &event.act);
}

fn push_actor(bytes: &mut Vec<u8>, actor: &Actor) {
    match actor {
        Actor::Program => bytes.push(1),
        Actor::Account { name, id } => {
            bytes.push(2);
            push_name(bytes, name.as_str());
            push_option(bytes, *id);
        }
        Actor::Person { account } => {
            bytes.push(3);
            push_name(bytes, account.as_str());
        }
        Actor::Emergency { sheet } => {
            bytes.push(4);
            bytes.extend_from_slice(&sheet.0);
        }
    }
}

fn push_name(bytes: &mut Vec<u8>, name: &str) {
    // A name has 64 bytes at most, an account 254.
    bytes.push(name.len() as u8);
    bytes.extend_from_slice(name.as_bytes());
}

fn push_option(bytes: &mut Vec<u8>, number: Option<u32>) {
    match number {
        None => bytes.push(0),
        Some(number) => {
            bytes.push(1);
            bytes.extend_from_slice(&number.to_le_bytes());
        }
    }
}

fn push_digest(bytes: &mut Vec<u8>, digest: Option<&Digest>) {
    match digest {
        None => bytes.push(0),
        Some(digest) => {
            bytes.push(1);
            bytes.extend_from_slice(&digest.0);
        }
    }
}

fn push_act(bytes: &mut Vec<u8>, act: &Act) {
    bytes.push(tag(act));
    if !matches!(act, Act::Refused { .. })
        && let Some(visit) = act.visit()
    {
        push_visit(bytes, visit);
    }
    match act {
        Act::LogBegun { visits } => bytes.extend_from_slice(&visits.to_le_bytes()),
        Act::UnlockRefused { reason, times } => {
            bytes.push(refusal(*reason));
            bytes.extend_from_slice(&times.to_le_bytes());
        }
        Act::ConsentRecorded {
            visit: _,
            given_by,
            method,
        } => {
            bytes.push(match given_by {
                ConsentGiver::Patient => 1,
                ConsentGiver::Representative => 2,
            });
            bytes.push(match method {
                ConsentMethod::Spoken => 1,
                ConsentMethod::Written => 2,
            });
        }
        Act::RecordingEnded { visit: _, recorded } => {
            bytes.extend_from_slice(&recorded.0.to_le_bytes());
        }
        Act::DraftMade {
            visit: _,
            revision,
            note,
            model,
        } => {
            bytes.extend_from_slice(&revision.0.to_le_bytes());
            bytes.extend_from_slice(&note.0);
            bytes.extend_from_slice(&model.0);
        }
        Act::NoteEdited {
            visit: _,
            revision,
            note,
        }
        | Act::NoteSigned {
            visit: _,
            revision,
            note,
        } => {
            bytes.extend_from_slice(&revision.0.to_le_bytes());
            bytes.extend_from_slice(&note.0);
        }
        Act::NoteTaken {
            visit: _,
            note,
            way,
        } => {
            bytes.extend_from_slice(&note.0);
            bytes.push(way_out(*way));
        }
        Act::NoteExported {
            visit: _,
            revision,
            note,
            format,
            encrypted,
            file,
            program,
            way,
        } => {
            bytes.extend_from_slice(&revision.0.to_le_bytes());
            bytes.extend_from_slice(&note.0);
            bytes.push(match format {
                Format::Text => 1,
                Format::Html => 2,
                Format::Fhir => 3,
                Format::Hl7 => 4,
                Format::Docx => 5,
                Format::Pdf => 6,
            });
            bytes.push(u8::from(*encrypted));
            bytes.extend_from_slice(&file.0);
            for number in [program.major, program.minor, program.patch] {
                bytes.extend_from_slice(&number.to_le_bytes());
            }
            bytes.push(way_out(*way));
        }
        Act::Erased {
            visit: _,
            part,
            cause,
        } => {
            bytes.push(match part {
                Part::Sound => 1,
                Part::Transcript => 2,
                Part::Draft => 3,
                Part::Visit => 4,
            });
            bytes.push(match cause {
                Cause::ConsentWithdrawn => 1,
                Cause::Discarded => 2,
                Cause::Retention => 3,
            });
        }
        Act::ImportBegun { visit: _, file } => bytes.extend_from_slice(&file.0),
        Act::Searched { found } => bytes.extend_from_slice(&found.to_le_bytes()),
        Act::WaysChanged { device, escrow } => {
            bytes.push(u8::from(*device));
            bytes.push(u8::from(*escrow));
        }
        Act::BackedUp { snapshot } | Act::Restored { snapshot } => {
            bytes.extend_from_slice(&snapshot.0.to_le_bytes());
        }
        Act::RetentionChanged {
            audio,
            transcript,
            draft,
        } => {
            for days in [audio, transcript, draft] {
                push_option(bytes, *days);
            }
        }
        Act::SpeakersCorrected {
            visit: _,
            extent,
            named,
        } => {
            bytes.push(match extent {
                Extent::Turn => 1,
                Extent::Voice => 2,
            });
            bytes.push(match named {
                NamedAs::Clinician => 1,
                NamedAs::Patient => 2,
                NamedAs::Companion => 3,
                NamedAs::Unknown => 4,
                NamedAs::OtherVoice => 5,
            });
        }
        Act::OrganisationBound {
            key,
            serial,
            document,
        } => {
            bytes.extend_from_slice(&key.0);
            bytes.extend_from_slice(&serial.to_le_bytes());
            bytes.extend_from_slice(&document.0);
        }
        Act::DocumentTaken { serial, document } => {
            bytes.extend_from_slice(&serial.to_le_bytes());
            bytes.extend_from_slice(&document.0);
        }
        Act::PersonAdmitted { account } | Act::PersonRemoved { account } => {
            push_name(bytes, account.as_str());
        }
        Act::SignInRefused {
            account,
            reason,
            times,
        } => {
            push_name(bytes, account.as_str());
            bytes.push(refusal(*reason));
            bytes.extend_from_slice(&times.to_le_bytes());
        }
        Act::IncidentReported { number, suspicion } => {
            bytes.extend_from_slice(&number.to_le_bytes());
            bytes.push(suspicion.tag());
        }
        Act::LockdownLifted { number, statement } => {
            bytes.extend_from_slice(&number.to_le_bytes());
            bytes.extend_from_slice(&statement.0);
        }
        Act::IncidentPackMade { file, encrypted } => {
            bytes.extend_from_slice(&file.0);
            bytes.push(u8::from(*encrypted));
        }
        Act::DrillRecorded {
            passed,
            took,
            visits,
        } => {
            bytes.push(u8::from(*passed));
            bytes.extend_from_slice(&took.0.to_le_bytes());
            bytes.extend_from_slice(&visits.to_le_bytes());
        }
        Act::PilotFiguresRead { visits, per_person } => {
            bytes.extend_from_slice(&visits.to_le_bytes());
            bytes.push(u8::from(*per_person));
        }
        Act::RiskAssessed {
            passed,
            failed,
            untold,
        } => {
            for count in [passed, failed, untold] {
                bytes.extend_from_slice(&count.to_le_bytes());
            }
        }
        Act::HeadsExported {
            target,
            entries,
            failed,
        } => {
            bytes.push(target.tag());
            bytes.extend_from_slice(&entries.to_le_bytes());
            bytes.push(failed.map_or(0, NotSent::tag));
        }
        Act::HeadsTargetChanged { folder, syslog } => {
            push_digest(bytes, folder.as_ref());
            bytes.push(u8::from(*syslog));
        }
        Act::EmergencyPrepared { sheet } => push_digest(bytes, sheet.as_ref()),
        Act::EmergencyBegun {
            sheet,
            reason,
            name,
            until,
        } => {
            bytes.extend_from_slice(&sheet.0);
            bytes.push(reason.tag());
            bytes.extend_from_slice(&name.0);
            bytes.extend_from_slice(&until.0.to_le_bytes());
        }
        Act::EmergencyEnded { sheet } | Act::EmergencyAcknowledged { sheet } => {
            bytes.extend_from_slice(&sheet.0);
        }
        Act::OrganisationKeyReplaced {
            from,
            to,
            statement,
        } => {
            for digest in [from, to, statement] {
                bytes.extend_from_slice(&digest.0);
            }
        }
        Act::Refused {
            asked,
            visit,
            reason,
        } => {
            bytes.push(asked_for(*asked));
            match visit {
                None => bytes.push(0),
                Some(visit) => {
                    bytes.push(1);
                    push_visit(bytes, *visit);
                }
            }
            bytes.push(refusal(*reason));
        }
        Act::VaultCreated
        | Act::VaultOpened
        | Act::VaultLocked
        | Act::ScreenLocked
        | Act::ScreenUnlocked
        | Act::VoiceEnrolled
        | Act::VoiceErased
        | Act::VisitCreated { .. }
        | Act::ConsentWithdrawn { .. }
        | Act::RecordingBegun { .. }
        | Act::RecordingPaused { .. }
        | Act::VisitRead { .. }
        | Act::VisitDrafted { .. }
        | Act::PassphraseChanged
        | Act::CorrectionTakenBack { .. }
        | Act::KeyRotated
        | Act::Recovered
        | Act::LogShown
        | Act::LogExported
        | Act::WorksheetShown
        | Act::StoreLogDamaged => {}
    }
}

const fn way_out(way: Way) -> u8 {
    match way {
        Way::File => 1,
        Way::Output => 2,
        Way::Clipboard => 3,
    }
}

fn push_visit(bytes: &mut Vec<u8>, visit: VisitId) {
    bytes.extend_from_slice(visit.as_bytes());
}

/// What stands here has been written into logs and never changes.
const fn tag(act: &Act) -> u8 {
    match act {
        Act::LogBegun { .. } => 1,
        Act::VaultCreated => 2,
        Act::VaultOpened => 3,
        Act::VaultLocked => 4,
        Act::UnlockRefused { .. } => 5,
        Act::VisitCreated { .. } => 6,
        Act::ConsentRecorded { .. } => 7,
        Act::ConsentWithdrawn { .. } => 8,
        Act::RecordingBegun { .. } => 9,
        Act::RecordingPaused { .. } => 10,
        Act::RecordingEnded { .. } => 11,
        Act::VisitRead { .. } => 12,
        Act::DraftMade { .. } => 13,
        Act::VisitDrafted { .. } => 14,
        Act::NoteEdited { .. } => 15,
        Act::NoteSigned { .. } => 16,
        Act::NoteTaken { .. } => 17,
        Act::Erased { .. } => 18,
        Act::Searched { .. } => 19,
        Act::PassphraseChanged => 20,
        Act::WaysChanged { .. } => 21,
        Act::KeyRotated => 22,
        Act::Recovered => 23,
        Act::BackedUp { .. } => 24,
        Act::Restored { .. } => 25,
        Act::RetentionChanged { .. } => 26,
        Act::LogShown => 27,
        Act::LogExported => 28,
        Act::Refused { .. } => 29,
        Act::StoreLogDamaged => 30,
        Act::ImportBegun { .. } => 31,
        Act::SpeakersCorrected { .. } => 32,
        Act::CorrectionTakenBack { .. } => 33,
        Act::OrganisationBound { .. } => 34,
        Act::DocumentTaken { .. } => 35,
        Act::PersonAdmitted { .. } => 36,
        Act::PersonRemoved { .. } => 37,
        Act::SignInRefused { .. } => 38,
        Act::NoteExported { .. } => 40,
        Act::ScreenLocked => 41,
        Act::ScreenUnlocked => 42,
        Act::IncidentReported { .. } => 43,
        Act::LockdownLifted { .. } => 44,
        Act::IncidentPackMade { .. } => 45,
        Act::DrillRecorded { .. } => 46,
        Act::WorksheetShown => 47,
        Act::VoiceEnrolled => 62,
        Act::VoiceErased => 63,
        Act::PilotFiguresRead { .. } => 50,
        Act::RiskAssessed { .. } => 48,
        Act::HeadsExported { .. } => 53,
        Act::HeadsTargetChanged { .. } => 54,
        Act::EmergencyPrepared { .. } => 55,
        Act::EmergencyBegun { .. } => 56,
        Act::EmergencyEnded { .. } => 57,
        Act::EmergencyAcknowledged { .. } => 58,
        Act::OrganisationKeyReplaced { .. } => 59,
    }
}

const fn asked_for(asked: Asked) -> u8 {
    match asked {
        Asked::CreateVisit => 1,
        Asked::ChangeState => 2,
        Asked::ReadVisit => 3,
        Asked::SaveNote => 4,
        Asked::SignNote => 5,
        Asked::TakeNote => 6,
        Asked::Erase => 7,
        Asked::Search => 8,
        Asked::ChangePassphrase => 9,
        Asked::ChangeWays => 10,
        Asked::RotateKey => 11,
        Asked::Recover => 12,
        Asked::BackUp => 13,
        Asked::ChangeRetention => 14,
        Asked::CorrectSpeakers => 15,
        Asked::Record => 16,
        Asked::ListVisits => 17,
        Asked::DraftNote => 18,
        Asked::EnterVault => 19,
        Asked::AdmitPerson => 20,
        Asked::Restore => 21,
        Asked::ReadRetention => 22,
        Asked::ShowLog => 23,
        Asked::ExportLog => 24,
        Asked::LoadModel => 25,
        Asked::ReportIncident => 26,
        Asked::MakeIncidentPack => 27,
        Asked::ShowWorksheet => 28,
        Asked::LiftLockdown => 29,
        Asked::RecordDrill => 30,
        Asked::KeepVoice => 62,
        Asked::ReadPilotFigures => 50,
        Asked::AssessRisk => 48,
        Asked::TakeDocument => 60,
        Asked::SetHeadsTarget => 53,
        Asked::AcknowledgeEmergency => 54,
        Asked::ShowHeads => 55,
    }
}

const fn refusal(reason: Refusal) -> u8 {
    match reason {
        Refusal::WrongPassphrase => 1,
        Refusal::PassphraseTooShort => 2,
        Refusal::DeviceSecret => 3,
        Refusal::RecoveryKey => 4,
        Refusal::NoSuchVisit => 5,
        Refusal::State => 6,
        Refusal::Signed => 7,
        Refusal::NotNewest => 8,
        Refusal::NoSigner => 9,
        Refusal::Nothing => 10,
        Refusal::Unresolved => 11,
        Refusal::Damaged => 12,
        Refusal::Storage => 13,
        Refusal::NotAdmitted => 14,
        Refusal::NoWay => 15,
        Refusal::EnrolmentCode => 16,
        Refusal::TooManyTries => 17,
        Refusal::Organisation => 18,
        Refusal::NotForRole => 19,
        Refusal::OutOfScope => 20,
        Refusal::NotApproved => 21,
        Refusal::LockedDown => 22,
        Refusal::NotLifted => 23,
        Refusal::EmergencyCode => 53,
        Refusal::EmergencyOver => 54,
        Refusal::NotInEmergency => 55,
        Refusal::OrganisationDecides => 56,
    }
}
