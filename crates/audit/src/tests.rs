#![allow(clippy::unwrap_used, clippy::panic)]

mod manipulations;
mod vectors;

use ed25519_dalek::{Signer as _, SigningKey};
use uuid::Uuid;
use visit::{ConsentGiver, ConsentMethod, Millis, RevisionNumber, UnixMillis, VisitId};

use crate::*;

pub(crate) fn signing_key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

pub(crate) fn public_key() -> PublicKey {
    PublicKey::from_bytes(signing_key().verifying_key().to_bytes())
}

pub(crate) fn sign(head: Head) -> SignedHead {
    let signature = signing_key().sign(&head.signed_bytes()).to_bytes();
    head.signed(signature)
}

pub(crate) fn visit(byte: u8) -> VisitId {
    VisitId::from_uuid(Uuid::from_bytes([byte; 16]))
}

/// Every act once, each with its own fields.
pub(crate) fn acts() -> Vec<Act> {
    let note = Digest::from_bytes([0xA1; 32]);
    let revision = RevisionNumber(3);
    let visit = visit(0xC3);
    vec![
        Act::LogBegun { visits: 12 },
        Act::VaultCreated,
        Act::VaultOpened,
        Act::VaultLocked,
        Act::UnlockRefused {
            reason: Refusal::WrongPassphrase,
            times: 4,
        },
        Act::VisitCreated { visit },
        Act::ConsentRecorded {
            visit,
            given_by: ConsentGiver::Representative,
            method: ConsentMethod::Written,
        },
        Act::ConsentWithdrawn { visit },
        Act::RecordingBegun { visit },
        Act::RecordingPaused { visit },
        Act::RecordingEnded {
            visit,
            recorded: Millis(61_500),
        },
        Act::VisitRead { visit },
        Act::DraftMade {
            visit,
            revision,
            note,
            model: Digest::from_bytes([0xB2; 32]),
        },
        Act::VisitDrafted { visit },
        Act::NoteEdited {
            visit,
            revision,
            note,
        },
        Act::NoteSigned {
            visit,
            revision,
            note,
        },
        Act::NoteTaken {
            visit,
            note,
            way: Way::Clipboard,
        },
        Act::Erased {
            visit,
            part: Part::Transcript,
            cause: Cause::Retention,
        },
        Act::Searched { found: 5 },
        Act::PassphraseChanged,
        Act::WaysChanged {
            device: true,
            escrow: false,
        },
        Act::KeyRotated,
        Act::Recovered,
        Act::BackedUp {
            snapshot: UnixMillis(1_000),
        },
        Act::Restored {
            snapshot: UnixMillis(1_000),
        },
        Act::RetentionChanged {
            audio: Some(30),
            transcript: None,
            draft: Some(0),
        },
        Act::LogShown,
        Act::LogExported,
        Act::Refused {
            asked: Asked::SignNote,
            visit: Some(visit),
            reason: Refusal::Unresolved,
        },
        Act::StoreLogDamaged,
        Act::ImportBegun {
            visit,
            file: Digest::from_bytes([0xD4; 32]),
        },
        Act::SpeakersCorrected {
            visit,
            extent: Extent::Voice,
            named: NamedAs::Companion,
        },
        Act::CorrectionTakenBack { visit },
        Act::OrganisationBound {
            key: note,
            serial: 7,
            document: Digest::from_bytes([0xD4; 32]),
        },
        Act::DocumentTaken {
            serial: 8,
            document: note,
        },
        Act::PersonAdmitted {
            account: PersonAccount::new("ada@a.example"),
        },
        Act::PersonRemoved {
            account: PersonAccount::new("ada@a.example"),
        },
        Act::SignInRefused {
            account: AccountName::new("ada"),
            reason: Refusal::NotAdmitted,
            times: 2,
        },
        Act::NoteExported {
            visit,
            revision,
            note,
            format: Format::Fhir,
            encrypted: true,
            file: Digest::from_bytes([0xE5; 32]),
            program: Version {
                major: 1,
                minor: 2,
                patch: 3,
            },
            way: Way::File,
        },
        Act::ScreenLocked,
        Act::ScreenUnlocked,
        Act::IncidentReported {
            number: 2,
            suspicion: Suspicion::Intrusion,
        },
        Act::LockdownLifted {
            number: 2,
            statement: note,
        },
        Act::IncidentPackMade {
            file: note,
            encrypted: true,
        },
        Act::DrillRecorded {
            passed: true,
            took: Millis(61_500),
            visits: 1_000,
        },
        Act::WorksheetShown,
        Act::VoiceEnrolled,
        Act::VoiceErased,
        Act::PilotFiguresRead {
            visits: 200,
            per_person: true,
        },
        Act::RiskAssessed {
            passed: 20,
            failed: 2,
            untold: 7,
        },
        Act::HeadsExported {
            target: HeadsTarget::Syslog,
            entries: 12,
            failed: Some(NotSent::NoAnswer),
        },
        Act::HeadsTargetChanged {
            folder: Some(note),
            syslog: true,
        },
        Act::EmergencyPrepared { sheet: None },
        Act::EmergencyBegun {
            sheet: note,
            reason: EmergencyReason::LockedOut,
            name: Digest::from_bytes([0xD4; 32]),
            until: UnixMillis(1_000),
        },
        Act::EmergencyEnded { sheet: note },
        Act::EmergencyAcknowledged { sheet: note },
        Act::OrganisationKeyReplaced {
            from: note,
            to: Digest::from_bytes([0xD4; 32]),
            statement: Digest::from_bytes([0xE5; 32]),
        },
    ]
}

pub(crate) fn actor(number: usize) -> Actor {
    match number % 3 {
        0 => Actor::Program,
        1 => Actor::Account {
            name: AccountName::new("ada"),
            id: Some(1000),
        },
        _ => Actor::Account {
            name: AccountName::new("Élodie"),
            id: None,
        },
    }
}

/// A log of so many entries with a head after every `heads`-th and after the last.
pub(crate) fn log(entries: usize, heads: usize) -> Vec<Line> {
    let (acts, mut lines) = (acts(), vec![Line::first(public_key())]);
    let (mut number, mut hash) = (0, origin(&public_key()));
    for place in 0..entries {
        let event = Event {
            at: UnixMillis(1_760_000_000_000 + place as i64 * 40),
            who: actor(place),
            act: acts[place % acts.len()].clone(),
        };
        let (at, entry) = (event.at, Entry::after(number, &hash, event));
        (number, hash) = (entry.number, entry.hash);
        lines.push(Line::Entry(entry));
        if (place + 1) % heads == 0 || place + 1 == entries {
            let entries = number;
            lines.push(Line::Head(sign(Head { entries, at, hash })));
        }
    }
    lines
}

pub(crate) fn check(lines: &[Line]) -> Result<Verified, Fault> {
    let mut export = Export::new(Some(public_key()), Vec::new());
    for line in lines {
        export.line(&line.text())?;
    }
    export.end().map(|(verified, _)| verified)
}
