//! Full-text search: an FTS5 index inside the encrypted database, kept in the same transaction as
//! what it speaks of.
//!
//! A row of the index stands for a visit's cover, its newest note or one segment: so a transcript is
//! only added to, and rewriting, which is dear where what is deleted must be gone, is rare. Its number is the
//! visit's row, shifted by [`PART_BITS`], plus the part; so the words of a query are brought
//! together visit by visit from sorted numbers alone, the latest visit first.

use audit::{Act, Asked};
use governance::Command;
use rusqlite::{Connection, OptionalExtension, Rows};
use visit::{Note, PatientText, Segment, VisitId};

use crate::error::VaultError;
use crate::vault::Vault;
use crate::visits::VisitSummary;

/// Bits of a row's number that tell the part of the visit; `schema/v3.sql` has the same.
const PART_BITS: u32 = 24;

/// What a row of the index holds.
#[derive(Clone, Copy)]
enum Indexed {
    Cover,
    Note,
    Segment(u32),
}

impl Indexed {
    /// The number of the row; `None` for a segment that no transcript gets to.
    fn row(self, visit: i64) -> Option<i64> {
        let part = match self {
            Self::Cover => 0,
            Self::Note => 1,
            Self::Segment(index) => i64::from(index) + 2,
        };
        (part < 1 << PART_BITS).then_some((visit << PART_BITS) + part)
    }
}

fn put(
    connection: &Connection,
    visit: i64,
    what: Indexed,
    text: &PatientText,
) -> Result<(), VaultError> {
    if let Some(row) = what.row(visit) {
        connection
            .prepare_cached("INSERT OR REPLACE INTO search (rowid, text) VALUES (?1, ?2)")?
            .execute((row, text.expose()))?;
    }
    Ok(())
}

pub(crate) fn put_cover(
    connection: &Connection,
    visit: i64,
    patient_label: &PatientText,
    reason: &PatientText,
) -> Result<(), VaultError> {
    let text = [patient_label.expose(), reason.expose()].join("\n").into();
    put(connection, visit, Indexed::Cover, &text)
}

pub(crate) fn put_note(connection: &Connection, visit: i64, note: &Note) -> Result<(), VaultError> {
    let lines: Vec<&str> = note.statements().map(|line| line.text.expose()).collect();
    put(connection, visit, Indexed::Note, &lines.join("\n").into())
}

pub(crate) fn put_segment(
    connection: &Connection,
    visit: i64,
    segment: &Segment,
) -> Result<(), VaultError> {
    let what = Indexed::Segment(segment.index);
    put(connection, visit, what, &segment.text)
}

/// The segments of a visit are to leave the index; [`Vault::forget`] does it.
pub(crate) fn forget_segments(connection: &Connection, visit: i64) -> Result<(), VaultError> {
    let last = (visit << PART_BITS) + (1 << PART_BITS) - 1;
    connection
        .prepare_cached("INSERT OR REPLACE INTO forgetting (first, last) VALUES (?1, ?2)")?
        .execute((Indexed::Segment(0).row(visit), last))?;
    Ok(())
}

/// Removes the note of a visit from the index: at once, for there may be another one soon.
pub(crate) fn remove_note(connection: &Connection, visit: i64) -> Result<(), VaultError> {
    connection
        .prepare_cached("DELETE FROM search WHERE rowid = ?1")?
        .execute([Indexed::Note.row(visit)])?;
    Ok(())
}

/// One thing that a visit must hold.
#[derive(Debug, PartialEq)]
enum Wanted {
    /// A word, which may be the beginning of a longer one.
    Beginning(PatientText),
    /// These words, one after the other.
    Phrase(PatientText),
}

/// What a query asks for: its words, and its phrases between quotation marks.
fn wanted(query: &str) -> Vec<Wanted> {
    let holds_word = |text: &&str| text.chars().any(char::is_alphanumeric);
    // FTS5 would end at a NUL.
    let query = PatientText::from(query.replace(|c: char| c.is_control(), " "));
    // Every second piece stood between quotation marks, the last one also if it is not closed.
    let pieces = query.expose().split(['"', '“', '”', '„']).enumerate();
    pieces
        .flat_map(|(at, piece)| {
            let (parts, kind): (Vec<&str>, fn(PatientText) -> Wanted) = if at % 2 == 1 {
                (vec![piece], Wanted::Phrase)
            } else {
                (piece.split_whitespace().collect(), Wanted::Beginning)
            };
            let parts = parts.into_iter().filter(holds_word);
            parts.map(|part| kind(part.into())).collect::<Vec<_>>()
        })
        .collect()
}

/// Shorter beginnings have an index of their own; `schema/v3.sql` has the same.
const LONGEST_INDEXED_BEGINNING: usize = 3;
/// Most words of the index that are looked for one by one in place of their common beginning.
const MOST_WORDS: usize = 64;

impl Wanted {
    /// As an FTS5 expression. Everything is quoted, so nothing that a person types is syntax.
    ///
    /// For a longer beginning FTS5 gathers and sorts every place of every such word before it
    /// gives the first; single words come one by one, the latest first. So where the index holds
    /// few enough words with the beginning, they are asked for.
    fn expression(&self, connection: &Connection) -> Result<PatientText, VaultError> {
        let beginning = match self {
            Self::Phrase(text) => return Ok(format!("\"{}\"", text.expose()).into()),
            Self::Beginning(text) => text,
        };
        let text = beginning.expose();
        let is_one_word = text.chars().all(|c| c.is_ascii_alphanumeric());
        if is_one_word && text.len() > LONGEST_INDEXED_BEGINNING {
            let words = words_with(connection, &text.to_ascii_lowercase())?;
            if !words.is_empty() && words.len() < MOST_WORDS {
                let quoted: Vec<String> = words
                    .iter()
                    .map(|word| format!("\"{}\"", word.expose()))
                    .collect();
                return Ok(quoted.join(" OR ").into());
            }
        }
        Ok(format!("\"{text}\"*").into())
    }
}

/// The first words of the index that begin so, [`MOST_WORDS`] at most.
fn words_with(connection: &Connection, beginning: &str) -> Result<Vec<PatientText>, VaultError> {
    connection
        .prepare_cached(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.search_words
             USING fts5vocab (main, search, instance)",
        )?
        .execute([])?;
    // One row for each place of each word: the first of a word is enough, and the next word is
    // looked up behind it.
    let mut next =
        connection.prepare_cached("SELECT term FROM temp.search_words WHERE term >= ?1 LIMIT 1")?;
    let mut words: Vec<PatientText> = Vec::new();
    let mut from = PatientText::from(beginning);
    while words.len() < MOST_WORDS {
        let found: Option<String> = next
            .query_row([from.expose()], |row| row.get(0))
            .optional()?;
        let Some(word) = found.filter(|word| word.starts_with(beginning)) else {
            break;
        };
        // The least text behind the word itself.
        from = format!("{word}\u{1}").into();
        words.push(word.into());
    }
    Ok(words)
}

/// The visits of which some part holds an expression, the latest first.
struct Holding<'a> {
    rows: Rows<'a>,
    /// The visit that it stands at; `None` after the last.
    visit: Option<i64>,
}

impl Holding<'_> {
    /// Goes on to the latest visit at or before `to`.
    fn advance(&mut self, to: i64) -> Result<Option<i64>, VaultError> {
        while self.visit.is_some_and(|visit| visit > to) {
            self.visit = match self.rows.next()? {
                Some(row) => Some(row.get::<_, i64>(0)? >> PART_BITS),
                None => None,
            };
        }
        Ok(self.visit)
    }
}

/// The rows of the visits that hold every expression, the latest first: the sorted visits of each
/// expression are gone through side by side, once, and no further than the limit asks for.
fn matches(
    connection: &Connection,
    expressions: &[PatientText],
    limit: usize,
) -> Result<Vec<i64>, VaultError> {
    let sql = "SELECT rowid FROM search WHERE search MATCH ?1 ORDER BY rowid DESC";
    let mut statements = Vec::new();
    for _ in expressions {
        statements.push(connection.prepare(sql)?);
    }
    let mut all = Vec::new();
    for (statement, expression) in statements.iter_mut().zip(expressions) {
        all.push(Holding {
            rows: statement.query([expression.expose()])?,
            visit: Some(i64::MAX),
        });
    }
    let mut found = Vec::new();
    let mut candidate = i64::MAX >> PART_BITS;
    while found.len() < limit {
        // Down to the next visit of each in turn, until they all stand at one.
        let mut lowest = candidate;
        for holding in &mut all {
            match holding.advance(lowest)? {
                Some(visit) => lowest = visit,
                None => return Ok(found),
            }
        }
        if all.iter().all(|holding| holding.visit == Some(lowest)) {
            found.push(lowest);
            candidate = lowest - 1;
        } else {
            candidate = lowest;
        }
    }
    Ok(found)
}

impl Vault {
    /// The visits whose patient label, reason, transcript or newest note hold every word of the
    /// query, the latest begun first and at most `limit` of them. A word also finds longer words
    /// that begin with it; what stands between quotation marks is found as a phrase. Case and
    /// diacritics make no difference. A query without a word finds nothing.
    ///
    /// That somebody searched, and how many visits they were shown, is entered in the log; what for is
    /// not.
    ///
    /// Visits that an earlier version of the store left without an index are indexed first.
    ///
    /// # Errors
    /// [`VaultError::Damaged`] if a visit that was found does not open; [`VaultError::DiskFull`]
    /// or [`VaultError::Storage`] if the index cannot be completed. Nothing else is changed.
    pub fn search(&self, query: &str, limit: usize) -> Result<Vec<VisitSummary>, VaultError> {
        self.may(Command::SearchVisits)?;
        let wanted = wanted(query);
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        self.complete_index()?;
        self.act(Asked::Search, None, |transaction| {
            let visits = self.found(transaction, &wanted, limit)?;
            let found = u32::try_from(visits.len()).unwrap_or(u32::MAX);
            Ok((visits, Act::Searched { found }))
        })
    }

    fn found(
        &self,
        connection: &Connection,
        wanted: &[Wanted],
        limit: usize,
    ) -> Result<Vec<VisitSummary>, VaultError> {
        let expressions: Vec<PatientText> = wanted
            .iter()
            .map(|one| one.expression(connection))
            .collect::<Result<_, _>>()?;
        let mut visits = Vec::new();
        for row in matches(connection, &expressions, limit)? {
            match self.summary(connection, row) {
                Ok(visit) => visits.push(visit),
                // Erased, and its last words are just leaving the index.
                Err(VaultError::Storage(rusqlite::Error::QueryReturnedNoRows)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(visits)
    }

    /// Indexes what came from an earlier version of the store: visit by visit, each in a commit
    /// of its own, so that a recording that goes on meanwhile waits for one visit at most.
    fn complete_index(&self) -> Result<(), VaultError> {
        let mut after = 0;
        loop {
            let next: Option<(i64, [u8; 16])> = self
                .connection()
                .prepare_cached(
                    "SELECT row, id FROM visits WHERE indexed = 0 AND row > ?1 ORDER BY row LIMIT 1",
                )?
                .query_row([after], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let Some((row, id)) = next else {
                return Ok(());
            };
            after = row;
            match self.index(row, VisitId::from_uuid(uuid::Uuid::from_bytes(id))) {
                // One damaged visit does not keep the others from being found; erased meanwhile.
                Ok(()) | Err(VaultError::Damaged { .. } | VaultError::NoSuchVisit(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn index(&self, row: i64, id: VisitId) -> Result<(), VaultError> {
        let record = self.visit(id)?;
        let segments = self.segments(id)?;
        let note = self.latest_revision(id)?.map(|revision| revision.note);
        self.commit(|transaction| {
            // Erased or written to since it was read: then the next search sees to it.
            let revision = record.summary.revision.map_or(0, |number| number.0);
            let marked = transaction
                .prepare_cached(
                    "UPDATE visits SET indexed = 1
                     WHERE row = ?1 AND id = ?2 AND revisions = ?3 AND segments = ?4",
                )?
                .execute((row, id.as_bytes(), revision, segments.len() as i64))?;
            if marked == 0 {
                return Ok(());
            }
            let summary = &record.summary;
            put_cover(transaction, row, &summary.patient_label, &summary.reason)?;
            for segment in &segments {
                put_segment(transaction, row, segment)?;
            }
            if let Some(note) = &note {
                put_note(transaction, row, note)?;
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests;
