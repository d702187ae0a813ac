//! Changes of a document's text that leave everything else of it as a person wrote it, comments
//! included. Each raises the serial, and what comes out is read again and compared with what it
//! was to become.

use std::fmt::Write as _;

use toml::Value;

mod approval;

pub use approval::{add_recall, approval_block, scorecard_table, set_approval};

use crate::account::Account;
use crate::emergency::Emergency;
use crate::enrolment::Enrolment;
use crate::mistake::Mistake;
use crate::organisation::Organisation;
use crate::place::Places;
use crate::roster::Person;

/// Why a document was not changed.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// What came in, or what would come out, is no document.
    #[error("{0}; the document was left as it is")]
    Mistake(Mistake),
    /// Nobody has this account.
    #[error("{0} is not on the roster; the document was left as it is")]
    Unknown(Account),
    /// The document is written in a way that this program does not change.
    #[error(
        "the entry is not written as a table [[…]] with a line for each field, so it has to \
             be changed by hand; the document was left as it is"
    )]
    Layout,
    /// There is no greater serial.
    #[error("the serial cannot be raised any more; the document was left as it is")]
    Serial,
}

impl From<Mistake> for EditError {
    fn from(mistake: Mistake) -> Self {
        Self::Mistake(mistake)
    }
}

/// Gives the document the serial after this one.
///
/// # Errors
/// [`EditError`].
pub fn raise_serial(text: &str, above: u64) -> Result<String, EditError> {
    let mut expected = Organisation::read(text)?;
    expected.serial = next(above)?;
    checked(with_serial(text, expected.serial)?, &expected)
}

/// Adds a person to the roster.
///
/// # Errors
/// [`EditError`], also if the account is on the roster already.
pub fn add_person(text: &str, person: &Person) -> Result<String, EditError> {
    let mut expected = Organisation::read(text)?;
    expected.serial = next(expected.serial)?;
    expected.people.push(person.clone());
    let text = with_serial(text, expected.serial)?;
    checked(with_block(text, &block(person)), &expected)
}

/// Gives a person of the roster another enrolment code.
///
/// # Errors
/// [`EditError`].
pub fn set_enrolment(
    text: &str,
    account: &Account,
    enrolment: &Enrolment,
) -> Result<String, EditError> {
    let mut expected = Organisation::read(text)?;
    expected.serial = next(expected.serial)?;
    let at = place_of(&expected, account)?;
    expected.people[at].enrolment = Some(enrolment.clone());
    let mut text = with_serial(text, expected.serial)?;
    let places = Places::of(&text)?;
    let person = format!("person[{}]", at + 1);
    match places.value(&format!("{person}.enrolment")) {
        Some(old) => text.replace_range(old, &inline(enrolment)),
        None => {
            let end = places.last_end(&person).ok_or(EditError::Layout)?;
            let end = line_end(&text, end);
            text.insert_str(end, &format!("\nenrolment = {}", inline(enrolment)));
        }
    }
    checked(text, &expected)
}

/// Exchanges the sealed sheet of the emergency, or names the first one.
///
/// # Errors
/// [`EditError`].
pub fn set_emergency(text: &str, emergency: &Emergency) -> Result<String, EditError> {
    let mut expected = Organisation::read(text)?;
    expected.serial = next(expected.serial)?;
    let before = expected.emergency.replace(emergency.clone());
    let mut text = with_serial(text, expected.serial)?;
    let recipient = format!("\"{}\"", emergency.recipient);
    if before.is_none() {
        if !text.ends_with('\n') {
            text.push('\n');
        }
        // Writing to a String cannot fail.
        let minutes = emergency.minutes;
        let _ = write!(
            text,
            "\n[emergency]\nrecipient = {recipient}\nminutes = {minutes}\n"
        );
        return checked(text, &expected);
    }
    let place = |text: &str, field| Ok::<_, Mistake>(Places::of(text)?.value(field));
    let old = place(&text, "emergency.recipient")?.ok_or(EditError::Layout)?;
    let end = line_end(&text, old.end);
    match place(&text, "emergency.minutes")? {
        Some(_) => {}
        None => text.insert_str(end, "\nminutes = 1"),
    }
    for (field, value) in [
        ("emergency.recipient", recipient),
        ("emergency.minutes", emergency.minutes.to_string()),
    ] {
        let old = place(&text, field)?.ok_or(EditError::Layout)?;
        text.replace_range(old, &value);
    }
    checked(text, &expected)
}

/// Takes a person off the roster.
///
/// # Errors
/// [`EditError`], also if the pilot names the person: who takes part is a decision of its own.
pub fn remove_person(text: &str, account: &Account) -> Result<String, EditError> {
    let mut expected = Organisation::read(text)?;
    expected.serial = next(expected.serial)?;
    let at = place_of(&expected, account)?;
    expected.people.remove(at);
    let text = with_serial(text, expected.serial)?;
    checked(without(text, &format!("person[{}]", at + 1))?, &expected)
}

/// The text without an entry of a list of tables.
fn without(mut text: String, entry: &str) -> Result<String, EditError> {
    let places = Places::of(&text)?;
    let (first, last) = (places.first_key(entry), places.last_end(entry));
    let (first, last) = first.zip(last).ok_or(EditError::Layout)?;
    let start = text[..first].rfind("[[").ok_or(EditError::Layout)?;
    let mut end = line_end(&text, last);
    // With the empty line that parts it from what follows.
    for _ in 0..2 {
        if text[end..].starts_with('\n') {
            end += 1;
        }
    }
    text.replace_range(start..end, "");
    Ok(text)
}

/// The text with a block at its end.
fn with_block(mut text: String, block: &str) -> String {
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(block);
    text
}

fn next(serial: u64) -> Result<u64, EditError> {
    // TOML's integers have a sign.
    let most = i64::MAX.unsigned_abs();
    serial
        .checked_add(1)
        .filter(|next| *next <= most)
        .ok_or(EditError::Serial)
}

fn place_of(organisation: &Organisation, account: &Account) -> Result<usize, EditError> {
    let mut people = organisation.people.iter();
    let at = people.position(|person| person.account == *account);
    at.ok_or_else(|| EditError::Unknown(account.clone()))
}

fn with_serial(text: &str, serial: u64) -> Result<String, EditError> {
    let old = Places::of(text)?.value("serial").ok_or(EditError::Layout)?;
    let mut text = text.to_owned();
    text.replace_range(old, &serial.to_string());
    Ok(text)
}

fn line_end(text: &str, from: usize) -> usize {
    text[from..]
        .find('\n')
        .map_or(text.len(), |more| from + more)
}

fn checked(text: String, expected: &Organisation) -> Result<String, EditError> {
    match Organisation::read(&text) {
        Ok(found) if found == *expected => Ok(text),
        Ok(_) => Err(EditError::Layout),
        Err(mistake) => Err(mistake.into()),
    }
}

fn quoted(text: &str) -> Value {
    Value::String(text.to_owned())
}

fn inline(enrolment: &Enrolment) -> String {
    format!(
        "{{ sha256 = \"{}\", until = {} }}",
        enrolment.sha256.as_str(),
        enrolment.until
    )
}

fn block(person: &Person) -> String {
    let Person {
        name,
        account,
        role,
        os_account,
        from,
        until,
        enrolment,
    } = person;
    let mut text = format!(
        "\n[[person]]\nname = {}\naccount = \"{account}\"\nrole = \"{role}\"\n",
        quoted(name)
    );
    // Writing to a String cannot fail.
    if let Some(os_account) = os_account {
        let _ = writeln!(text, "os_account = {}", quoted(os_account));
    }
    let _ = writeln!(text, "from = {from}");
    if let Some(until) = until {
        let _ = writeln!(text, "until = {until}");
    }
    if let Some(enrolment) = enrolment {
        let _ = writeln!(text, "enrolment = {}", inline(enrolment));
    }
    text
}
