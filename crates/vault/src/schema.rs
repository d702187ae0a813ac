//! The database's schema, version by version. `PRAGMA user_version` says which one a file has.

use rusqlite::{Connection, TransactionBehavior};

use crate::error::{Part, VaultError};

/// The statements that lead from each version to the next; the first ones make version 1.
/// What stands here has been shipped and is never changed: a new version is a new entry.
const STEPS: &[&str] = &[
    include_str!("schema/v1.sql"),
    include_str!("schema/v2.sql"),
    include_str!("schema/v3.sql"),
    include_str!("schema/v4.sql"),
    include_str!("schema/v5.sql"),
    include_str!("schema/v6.sql"),
    include_str!("schema/v7.sql"),
    include_str!("schema/v8.sql"),
    include_str!("schema/v9.sql"),
    include_str!("schema/v10.sql"),
    include_str!("schema/v11.sql"),
    include_str!("schema/v12.sql"),
];

/// Makes the schema in a database that was just created.
pub(crate) fn create(connection: &mut Connection) -> Result<(), VaultError> {
    bring_from(connection, STEPS, 0)
}

/// Brings a database that exists to the newest version, all steps in one transaction.
///
/// # Errors
/// [`VaultError::NewerVersion`]; [`VaultError::Damaged`] for a database without a version, which
/// is never taken for a new one.
pub(crate) fn bring_up_to_date(connection: &mut Connection) -> Result<(), VaultError> {
    migrate(connection, STEPS)
}

fn migrate(connection: &mut Connection, steps: &[&str]) -> Result<(), VaultError> {
    let found = version(connection)?;
    let known = u32::try_from(steps.len()).unwrap_or(u32::MAX);
    match found {
        0 => Err(VaultError::Damaged {
            what: Part::Database,
        }),
        _ if found > known => Err(VaultError::NewerVersion {
            what: Part::Database,
            found,
            known,
        }),
        _ if found == known => Ok(()),
        _ => bring_from(connection, steps, found),
    }
}

fn bring_from(connection: &mut Connection, steps: &[&str], from: u32) -> Result<(), VaultError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    for (step, version) in steps.iter().zip(1_u32..).skip(from as usize) {
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", version)?;
    }
    Ok(transaction.commit()?)
}

fn version(connection: &Connection) -> Result<u32, VaultError> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A later version, as it may come: the steps of today and one more.
    fn steps_with(next: &str) -> Vec<&str> {
        STEPS.iter().copied().chain([next]).collect()
    }

    fn database() -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        create(&mut connection).unwrap();
        connection
            .execute(
                "INSERT INTO visits (id, wrapped_key, started_at, state, template, cover, consent) \
            VALUES (zeroblob(16), x'', 0, 'prepared', 'soap', x'', x'')",
                [],
            )
            .unwrap();
        connection
    }

    #[test]
    fn a_new_database_has_the_newest_version() {
        let mut connection = database();
        assert_eq!(version(&connection).unwrap() as usize, STEPS.len());
        bring_up_to_date(&mut connection).unwrap();
    }

    #[test]
    fn an_older_database_is_brought_up_to_date_with_its_content() {
        let mut connection = database();
        let steps = steps_with("ALTER TABLE visits ADD COLUMN room TEXT NOT NULL DEFAULT 'none';");
        migrate(&mut connection, &steps).unwrap();
        assert_eq!(version(&connection).unwrap() as usize, steps.len());
        let room: String = connection
            .query_row("SELECT room FROM visits", [], |row| row.get(0))
            .unwrap();
        assert_eq!(room, "none");
        migrate(&mut connection, &steps).unwrap();
    }

    #[test]
    fn a_database_without_an_audit_log_gets_one_and_keeps_its_content() {
        let mut connection = Connection::open_in_memory().unwrap();
        bring_from(&mut connection, &STEPS[..6], 0).unwrap();
        let visit =
            "INSERT INTO visits (id, wrapped_key, started_at, state, template, cover, consent)
            VALUES (zeroblob(16), x'', 0, 'recorded', 'soap', x'', x'')";
        connection.execute(visit, []).unwrap();
        bring_up_to_date(&mut connection).unwrap();
        assert_eq!(version(&connection).unwrap() as usize, STEPS.len());
        let counts = "SELECT (SELECT count(*) FROM visits), (SELECT count(*) FROM audit_entries)";
        let counted: (u32, u32) = connection
            .query_row(counts, [], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap();
        assert_eq!(counted, (1, 0));
    }

    #[test]
    fn a_step_that_fails_leaves_everything_as_it_was() {
        let mut connection = database();
        let steps =
            steps_with("DELETE FROM visits; ALTER TABLE no_such_table ADD COLUMN room TEXT;");
        assert!(migrate(&mut connection, &steps).is_err());
        assert_eq!(version(&connection).unwrap() as usize, STEPS.len());
        let visits: u32 = connection
            .query_row("SELECT count(*) FROM visits", [], |row| row.get(0))
            .unwrap();
        assert_eq!(visits, 1);
    }

    #[test]
    fn a_newer_database_is_refused() {
        let mut connection = database();
        migrate(
            &mut connection,
            &steps_with("CREATE TABLE rooms (name TEXT);"),
        )
        .unwrap();
        let (newest, next) = (STEPS.len() as u32, STEPS.len() as u32 + 1);
        assert!(matches!(
            bring_up_to_date(&mut connection),
            Err(VaultError::NewerVersion { what: Part::Database, found, known })
                if found == next && known == newest
        ));
    }

    #[test]
    fn a_database_without_a_version_is_not_taken_for_a_new_one() {
        let mut connection = Connection::open_in_memory().unwrap();
        assert!(matches!(
            bring_up_to_date(&mut connection),
            Err(VaultError::Damaged {
                what: Part::Database
            })
        ));
    }
}
