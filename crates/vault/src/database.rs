//! The SQLCipher connection: how it is keyed and what every connection is set to.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use zeroize::Zeroizing;

use crate::error::{Part, VaultError};
use crate::hex::push_digits;
use crate::key::{self, KEY_BYTES, Key, VaultRoot};
use crate::{folder, schema, visits};

/// SQLCipher's page, of which a database has at least one.
pub(crate) const PAGE_BYTES: u64 = 4096;

/// Settings that must stand before the key. Log lines of the cipher would go to standard error;
/// with memory security SQLite's memory is wiped when it is freed.
const BEFORE_KEY: &str = "
    PRAGMA cipher_log_level = NONE;
    PRAGMA cipher_memory_security = ON;
";

/// Settings of every connection, in force before anything is read or written. A commit returns
/// when the WAL is on the medium (`synchronous`, on macOS also `fullfsync`), sorting never goes to
/// a file (`temp_store`), and what is deleted is overwritten (`secure_delete`).
const SETTINGS: &str = "
    PRAGMA temp_store = MEMORY;
    PRAGMA synchronous = FULL;
    PRAGMA fullfsync = ON;
    PRAGMA checkpoint_fullfsync = ON;
    PRAGMA secure_delete = ON;
    PRAGMA foreign_keys = ON;
    PRAGMA trusted_schema = OFF;
";

/// Makes the database of a new vault, closed and complete in one file, with what `fill` puts in it.
///
/// # Errors
/// [`VaultError::Io`] if the file is there already.
pub(crate) fn create(
    path: &Path,
    key: &Key<key::Database>,
    fill: impl FnOnce(&Connection) -> Result<(), VaultError>,
) -> Result<(), VaultError> {
    let doing = "creating the vault's database";
    // Made here and not by SQLite, so that it is private from its first moment; the WAL takes its
    // permissions from it.
    folder::private(OpenOptions::new().write(true).create_new(true))
        .open(path)
        .map_err(VaultError::io(doing))?;
    let mut connection = connect(path, key)?;
    schema::create(&mut connection)?;
    fill(&connection)?;
    tidy_on_close(&connection)?;
    connection
        .close()
        .map_err(|(_, error)| VaultError::from(error))?;
    folder::sync_file(path).map_err(VaultError::io(doing))
}

/// Opens the database of a vault that exists.
///
/// # Errors
/// [`VaultError::Missing`]; [`VaultError::Damaged`] if it does not decrypt.
pub(crate) fn open(path: &Path, key: &Key<key::Database>) -> Result<Connection, VaultError> {
    let length = match fs::metadata(path) {
        Ok(found) => found.len(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(VaultError::Missing {
                what: Part::Database,
            });
        }
        Err(error) => return Err(VaultError::io("looking at the vault's database")(error)),
    };
    // SQLite takes an empty file for a new database and deletes the WAL beside it, in which the
    // last minutes of a visit may stand; so it never gets to see one.
    if length < PAGE_BYTES {
        return Err(VaultError::Damaged {
            what: Part::Database,
        });
    }
    let mut connection = connect(path, key)?;
    schema::bring_up_to_date(&mut connection)?;
    tidy_on_close(&connection)?;
    // What an erasure that was cut off has left there. On a full disk the vault opens all the same,
    // and the log is emptied by its next close or start.
    let _ = empty_log(&connection);
    Ok(connection)
}

/// One more connection to a database that is open, for reading.
pub(crate) fn open_again(path: &Path, key: &Key<key::Database>) -> Result<Connection, VaultError> {
    connect(path, key)
}

/// Moves the content of the write-ahead log into the database and cuts the log to nothing, so that
/// no older form of a page is left in it.
pub(crate) fn empty_log(connection: &Connection) -> Result<(), VaultError> {
    let busy: bool =
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if busy { Err(VaultError::InUse) } else { Ok(()) }
}

fn connect(path: &Path, key: &Key<key::Database>) -> Result<Connection, VaultError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    // If the database turns out to be damaged, closing it must not pour the WAL into it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.execute_batch(BEFORE_KEY)?;
    set_key(&connection, key)?;
    connection.execute_batch(SETTINGS)?;
    // The first read: a wrong key or a damaged first page shows here, before anything is written.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if mode != "wal" {
        return Err(VaultError::Damaged {
            what: Part::Database,
        });
    }
    Ok(connection)
}

/// Writes a database anew under another vault key, with every visit's key wrapped anew and what
/// `note` adds to it. The old one is only read; both are closed afterwards.
pub(crate) fn copy_under(
    from: &Path,
    old: &Key<VaultRoot>,
    to: &Path,
    new: &Key<VaultRoot>,
    note: impl FnOnce(&Connection) -> Result<(), VaultError>,
) -> Result<(), VaultError> {
    let doing = "writing the database anew";
    folder::private(OpenOptions::new().write(true).create(true).truncate(true))
        .open(to)
        .map_err(VaultError::io(doing))?;
    let path = to.to_str().ok_or_else(|| {
        VaultError::io(doing)(io::Error::other("the folder's name is not Unicode"))
    })?;
    let connection = connect(from, &old.derive_database_key())?;
    tidy_on_close(&connection)?;
    {
        let key = raw_key(&new.derive_database_key());
        connection.execute("ATTACH ?1 AS next KEY ?2", [path, key.as_str()])?;
    }
    connection.query_row("SELECT sqlcipher_export('next')", [], |_| Ok(()))?;
    let version: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    connection.pragma_update(Some("next"), "user_version", version)?;
    connection.execute_batch("DETACH next")?;
    close(connection)?;

    let mut connection = connect(to, &new.derive_database_key())?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    visits::wrap_anew(
        &transaction,
        &old.derive_wrapping_key(),
        &new.derive_wrapping_key(),
    )?;
    note(&transaction)?;
    transaction.commit()?;
    tidy_on_close(&connection)?;
    close(connection)
}

/// Closes a connection; its log is in the database afterwards.
pub(crate) fn close(connection: Connection) -> Result<(), VaultError> {
    empty_log(&connection)?;
    connection.close().map_err(|(_, error)| error.into())
}

/// From here the database is known to be sound: closing it moves the WAL's content into it.
fn tidy_on_close(connection: &Connection) -> Result<(), VaultError> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    Ok(())
}

/// The key as SQLCipher takes it without deriving another from it.
fn raw_key(key: &Key<key::Database>) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(3 + 2 * KEY_BYTES));
    text.push_str("x'");
    push_digits(&mut text, key.expose());
    text.push('\'');
    text
}

/// Hands SQLCipher its raw key and makes sure that there is a cipher at all.
fn set_key(connection: &Connection, key: &Key<key::Database>) -> Result<(), VaultError> {
    let mut statement = Zeroizing::new(String::with_capacity(64 + 2 * KEY_BYTES));
    statement.push_str("PRAGMA key = \"");
    statement.push_str(&raw_key(key));
    statement.push('"');
    // The cause is left out of the error: it would carry the statement and with it the key.
    connection
        .execute_batch(&statement)
        .map_err(|_| VaultError::NoCipher)?;
    let version: Result<String, _> =
        connection.pragma_query_value(None, "cipher_version", |row| row.get(0));
    match version {
        Ok(version) if !version.is_empty() => Ok(()),
        _ => Err(VaultError::NoCipher),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn key() -> Key<key::Database> {
        Key::make_random().unwrap()
    }

    #[test]
    fn every_setting_is_in_force() {
        let folder = tempfile::tempdir().unwrap();
        let (path, key) = (folder.path().join("vault.db"), key());
        create(&path, &key, |_| Ok(())).unwrap();
        let connection = open(&path, &key).unwrap();
        let value = |pragma: &str| -> String {
            connection
                .pragma_query_value(None, pragma, |row| {
                    Ok(match row.get_ref(0)? {
                        rusqlite::types::ValueRef::Integer(number) => number.to_string(),
                        other => other.as_str()?.to_owned(),
                    })
                })
                .unwrap()
        };
        for (pragma, expected) in [
            ("journal_mode", "wal"),
            ("synchronous", "2"),
            ("temp_store", "2"),
            ("secure_delete", "1"),
            ("foreign_keys", "1"),
            ("trusted_schema", "0"),
            ("fullfsync", "1"),
            ("cipher_memory_security", "1"),
            ("page_size", &PAGE_BYTES.to_string()),
        ] {
            assert_eq!(value(pragma), expected, "{pragma}");
        }
    }

    #[test]
    fn another_key_does_not_open_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault.db");
        create(&path, &key(), |_| Ok(())).unwrap();
        let before = fs::read(&path).unwrap();
        assert!(matches!(
            open(&path, &key()),
            Err(VaultError::Damaged {
                what: Part::Database
            })
        ));
        assert_eq!(fs::read(&path).unwrap(), before);
    }

    #[test]
    fn a_database_that_is_there_is_never_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let (path, key) = (folder.path().join("vault.db"), key());
        create(&path, &key, |_| Ok(())).unwrap();
        let before = fs::read(&path).unwrap();
        assert!(matches!(
            create(&path, &key, |_| Ok(())),
            Err(VaultError::Io { .. })
        ));
        assert_eq!(fs::read(&path).unwrap(), before);
    }
}
