use audit::{Act, Asked};
use governance::Command;
use rusqlite::{Connection, OptionalExtension};
use visit::{PatientText, Revision, RevisionNumber, UnixMillis, VisitId, VisitState};

use crate::canonical;
use crate::error::{Part, VaultError};
use crate::key::{Key, OfVisit};
use crate::log;
use crate::notes::{revision, revision_count};
use crate::record::{self, Record};
use crate::signature::{self, Signature};
use crate::vault::Vault;
use crate::visits::state_of;

impl Vault {
    /// Signs the newest revision of a visit's note: signature, change of state, the entry in the log
    /// and the signature over the log are one commit.
    /// From then on nothing is added to the visit and nothing of it changes; it can be erased.
    ///
    /// Whether the note is fit to be signed is for the caller to know. In an organisation's vault the
    /// name under the note is the one that the roster has for who is signed in, whatever `signer` says.
    ///
    /// # Errors
    /// [`VaultError::NoSigner`]; [`VaultError::NoNote`]; [`VaultError::NotNewest`] if there is a
    /// newer revision than the one that was read; [`VaultError::State`] while the visit is not
    /// recorded to its end; [`VaultError::Signed`] if it is signed. Nothing is changed then.
    pub fn sign(
        &self,
        id: VisitId,
        number: RevisionNumber,
        signer: &PatientText,
        at: UnixMillis,
    ) -> Result<Signature, VaultError> {
        self.may_with(Command::SignNote, id)?;
        let of_roster = self
            .person()
            .map(|person| PatientText::from(person.name.as_str()));
        let signer = of_roster.as_ref().unwrap_or(signer);
        let signed = self.commit(|transaction| {
            if signer.is_blank() {
                return Err(VaultError::NoSigner);
            }
            let found = self.find_unsigned(transaction, id)?;
            let state = state_of(transaction, id)?.sign()?;
            let newest = revision_count(transaction, id)?;
            if newest == 0 {
                return Err(VaultError::NoNote);
            }
            if number.0 != newest {
                return Err(VaultError::NotNewest {
                    read: number.0,
                    newest,
                });
            }
            let revision = revision(transaction, &found, id, newest)?;
            let signature = Signature {
                visit: id,
                revision: number,
                note_sha256: canonical::digest(&revision.note),
                signer: signer.clone(),
                at,
            };
            let statement = serde_json::to_string(&signature).map_err(|_| unstorable())?;
            let signed = signature::sign(self.signing(), &statement);
            let (row, key) = found;
            let statement = PatientText::from(statement);
            let sealed = record::seal::<_, PatientText>(&key, id, Record::Signature, &statement)?;
            transaction
                .prepare_cached(
                    "INSERT INTO signatures (visit, sealed, signature) VALUES (?1, ?2, ?3)",
                )?
                .execute((row, sealed, signed))?;
            transaction
                .prepare_cached("DELETE FROM attempts WHERE visit = ?1")?
                .execute([row])?;
            transaction
                .prepare_cached("UPDATE visits SET state = ?2, signed_at = ?3 WHERE row = ?1")?
                .execute((row, state.as_str(), at.0))?;
            let entry = Act::NoteSigned {
                visit: id,
                revision: number,
                note: log::digest(&signature.note_sha256)?,
            };
            self.note(transaction, entry)?;
            self.sign_head(transaction)?;
            Ok(signature)
        });
        let signed = signed.map_err(|error| self.refused(Asked::SignNote, Some(id), error))?;
        self.has_signed_head();
        Ok(signed)
    }

    /// A signed visit's signature and the note that was signed, after everything that it says was
    /// found to be so; `None` for a visit that is not signed.
    ///
    /// # Errors
    /// [`VaultError::Damaged`].
    pub(crate) fn signed_note(
        &self,
        connection: &Connection,
        found: &(i64, Key<OfVisit>),
        id: VisitId,
    ) -> Result<Option<(Signature, Revision)>, VaultError> {
        let damaged = || VaultError::Damaged {
            what: Part::Signature,
        };
        let (row, key) = found;
        let (word, signed_at, revisions): (String, Option<i64>, u32) = connection
            .prepare_cached("SELECT state, signed_at, revisions FROM visits WHERE row = ?1")?
            .query_row([row], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let is_signed = VisitState::parse(&word) == Some(VisitState::Signed);
        let stored: Option<(Vec<u8>, Vec<u8>)> = connection
            .prepare_cached("SELECT sealed, signature FROM signatures WHERE visit = ?1")?
            .query_row([row], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let (sealed, signed) = match stored {
            Some(stored) if is_signed => stored,
            None if !is_signed && signed_at.is_none() => return Ok(None),
            // Signed without a signature, or the other way round.
            _ => return Err(damaged()),
        };
        let statement: PatientText = record::open(key, id, Record::Signature, &sealed)?;
        let signature =
            signature::open(self.signing(), statement.expose(), &signed).ok_or_else(damaged)?;
        if signature.visit != id
            || signature.revision.0 != revisions
            || Some(signature.at.0) != signed_at
        {
            return Err(damaged());
        }
        let revision = revision(connection, found, id, revisions)?;
        if canonical::digest(&revision.note) != signature.note_sha256 {
            return Err(VaultError::Damaged {
                what: Part::SignedNote,
            });
        }
        Ok(Some((signature, revision)))
    }
}

fn unstorable() -> VaultError {
    VaultError::Unstorable {
        what: Part::Signature,
    }
}

#[cfg(test)]
pub(crate) mod tests;
