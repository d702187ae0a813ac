//! Signing a note: what a person has to have done before.

use vault::{Asked, Refusal, Signature, Vault, VaultError};
use visit::{PatientText, RevisionNumber, UnixMillis, VisitId};

/// Why a note was not signed. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum SigningError {
    /// The store refused.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The model wrote lines that nothing in the transcript bears out, and nobody has said what is
    /// to become of them.
    #[error("{}", demand(.open))]
    Unresolved {
        /// How many.
        open: usize,
    },
}

fn demand(open: &usize) -> String {
    let (lines, them) = match open {
        1 => ("1 line of the note is".to_owned(), "it"),
        _ => (format!("{open} lines of the note are"), "them"),
    };
    format!(
        "{lines} not borne out by the transcript and not resolved yet, so it was not signed; edit, \
         accept or remove {them}, save the note, and sign again"
    )
}

/// Signs the newest revision of a visit's note, which must be the one that the signer has read, if
/// every unsupported line of the model was changed, accepted or removed by a person.
///
/// # Errors
/// [`SigningError::Unresolved`], and what [`Vault::sign`] says.
pub fn sign(
    vault: &Vault,
    visit: VisitId,
    read: RevisionNumber,
    signer: &PatientText,
    at: UnixMillis,
) -> Result<Signature, SigningError> {
    let latest = vault.latest_revision(visit)?.ok_or(VaultError::NoNote)?;
    // Of the revision that is signed and no other: the store refuses any that is not the newest.
    match latest.note.unresolved() {
        open if open > 0 && latest.number == read => {
            vault.note_refusal(Asked::SignNote, visit, Refusal::Unresolved)?;
            Err(SigningError::Unresolved { open })
        }
        _ => Ok(vault.sign(visit, read, signer, at)?),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use vault::{Act, NewVisit};
    use visit::{Note, Origin, Section, Statement, Support, VisitState};

    use super::*;
    use crate::{ScratchVault, scratch};

    fn note(origins: &[Origin]) -> Note {
        let statements = origins.iter().map(|&origin| Statement {
            text: "Take aspirin.".into(),
            origin,
            support: Support::Unsupported,
            reason: "".into(),
            evidence: Vec::new(),
        });
        Note {
            template: "soap".to_owned(),
            sections: vec![Section {
                id: "plan".to_owned(),
                title: "PLAN".to_owned(),
                empty: String::new(),
                statements: statements.collect(),
            }],
            omissions: Vec::new(),
        }
    }

    #[test]
    fn a_note_is_signed_when_every_unsupported_line_is_resolved() {
        let scratch = ScratchVault::create().unwrap();
        let vault = scratch.vault();
        let new = NewVisit {
            consent: scratch::no_person_recorded(),
            template: "soap".to_owned(),
            kind: None,
            language: None,
            patient_label: "A".into(),
            reason: "".into(),
            expected: PatientText::default(),
            started_at: UnixMillis(0),
        };
        let visit = vault.begin_visit(new).unwrap();
        vault.set_state(visit, VisitState::Recorded).unwrap();
        let sign = |number| {
            let number = RevisionNumber(number);
            sign(vault, visit, number, &"Dr. Example".into(), UnixMillis(9))
        };
        assert!(matches!(
            sign(1),
            Err(SigningError::Vault(VaultError::NoNote))
        ));
        let save = |origins: &[Origin]| {
            let note = note(origins);
            vault
                .save_revision(visit, UnixMillis(1), &note, None)
                .unwrap()
        };
        save(&[Origin::Model, Origin::Person, Origin::Model]);
        let refused = sign(1).unwrap_err();
        assert!(matches!(refused, SigningError::Unresolved { open: 2 }));
        assert!(refused.to_string().starts_with("2 lines"), "{refused}");
        save(&[Origin::Model, Origin::Accepted]);
        assert!(matches!(sign(2), Err(SigningError::Unresolved { open: 1 })));
        save(&[Origin::Person, Origin::Accepted]);
        assert!(matches!(
            sign(2),
            Err(SigningError::Vault(VaultError::NotNewest { .. }))
        ));
        assert_eq!(sign(3).unwrap().revision, RevisionNumber(3));
        assert!(matches!(
            sign(3),
            Err(SigningError::Vault(VaultError::Signed))
        ));
        let unresolved = Act::Refused {
            asked: Asked::SignNote,
            visit: Some(visit),
            reason: Refusal::Unresolved,
        };
        let mut entered = 0;
        vault
            .show_log(&mut |entry| entered += u32::from(entry.act == unresolved))
            .unwrap();
        assert_eq!(entered, 2);
    }
}
