//! The roster of an organisation's document, and the codes with which people enrol.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Subcommand;
use governance::{Account, Code, Enrolment, Moment, Person, Role, edit};
use scribe::clock;
use visit::UnixMillis;

use crate::emergency;
use crate::log::instant;
use crate::org::{Document, DocumentArgument};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Print a code with which a person enrols once. Who is not on the roster yet is added to it.
    Enrol(EnrolArguments),
    /// List the roster.
    List(DocumentArgument),
    /// Take a person off the roster.
    Remove(RemoveArguments),
    /// Make a sealed sheet, whose code opens a vault for reading in an emergency, once and for a time.
    Emergency(emergency::SheetArguments),
}

#[derive(clap::Args)]
pub(crate) struct EnrolArguments {
    /// The document, `organisation.toml`.
    document: PathBuf,
    /// The person's account, of one of the organisation's domains.
    #[arg(long)]
    account: Account,
    /// The name that stands under notes; for a person who is not on the roster yet.
    #[arg(long, requires = "role")]
    name: Option<String>,
    /// What the person is there for: physician, nurse, administrator, oversight or auditor.
    #[arg(long, value_parser = role, requires = "name")]
    role: Option<Role>,
    /// The account of the operating system that the person is bound to.
    #[arg(long, requires = "name")]
    os_account: Option<String>,
    /// From which day (`2026-01-31`, in UTC) or instant on the person is admitted; today if not given.
    #[arg(long, value_name = "WHEN", value_parser = instant, requires = "name")]
    from: Option<UnixMillis>,
    /// From when on no longer.
    #[arg(long, value_name = "WHEN", value_parser = instant, requires = "name")]
    until: Option<UnixMillis>,
    /// For how many days the code is good.
    #[arg(long, value_name = "DAYS", default_value_t = 14, value_parser = clap::value_parser!(u32).range(1..=90))]
    days: u32,
}

#[derive(clap::Args)]
pub(crate) struct RemoveArguments {
    /// The document, `organisation.toml`.
    document: PathBuf,
    /// The person's account.
    account: Account,
}

fn role(word: &str) -> Result<Role, String> {
    Role::from_word(word).ok_or_else(|| {
        let words = Role::ALL.map(Role::word).join(", ");
        format!("{word:?} is no role; there are {words}")
    })
}

pub(crate) fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Enrol(arguments) => enrol(arguments),
        Command::List(arguments) => list(arguments),
        Command::Remove(arguments) => remove(arguments),
        Command::Emergency(arguments) => emergency::make_sheet(arguments),
    }
}

fn enrol(arguments: &EnrolArguments) -> anyhow::Result<()> {
    let document = Document::open(&arguments.document)?;
    let account = &arguments.account;
    let mut bytes = [0; 15];
    getrandom::fill(&mut bytes).context("the system gives no random numbers")?;
    let code = Code::from_random(bytes);
    let enrolment = Enrolment {
        sha256: code.digest(account),
        until: days_from_now(arguments.days),
    };
    let until = enrolment.until;
    let people = &document.organisation.people;
    let known = people.iter().find(|person| person.account == *account);
    let (text, name) = match (known, &arguments.name, arguments.role) {
        (Some(person), None, _) => {
            let text = edit::set_enrolment(&document.text, account, &enrolment)?;
            (text, person.name.clone())
        }
        (Some(_), Some(_), _) => bail!(
            "{account} is on the roster already; nothing was changed. Without --name and --role the \
             person gets a new code, and `inroomctl org edit` changes the entry"
        ),
        (None, Some(name), Some(role)) => {
            let person = Person {
                name: name.clone(),
                account: account.clone(),
                role,
                os_account: arguments.os_account.clone(),
                from: arguments
                    .from
                    .map_or_else(clock::today, clock::to_the_second),
                until: arguments.until.map(clock::to_the_second),
                enrolment: Some(enrolment),
            };
            (edit::add_person(&document.text, &person)?, name.clone())
        }
        (None, ..) => bail!(
            "{account} is not on the roster; nothing was changed. With --name and --role the person \
             is added"
        ),
    };
    document.exchange(&text)?;
    println!("name     {name}");
    println!("account  {account}");
    println!("code     {}", code.print());
    println!("good until {until}, once");
    eprintln!(
        "Hand the code over in person; it is shown here alone, and the document holds its digest. \
         The document has a new serial: sign it with `inroomctl org sign`."
    );
    Ok(())
}

fn days_from_now(days: u32) -> Moment {
    clock::days_after(clock::to_the_second(clock::now()), days)
}

fn list(arguments: &DocumentArgument) -> anyhow::Result<()> {
    let organisation = Document::open(&arguments.document)?.organisation;
    let now = clock::now();
    for person in &organisation.people {
        let os_account = person.os_account.as_deref().unwrap_or_default();
        let state = match organisation.admit(&person.account, os_account, now) {
            Ok(_) => "admitted".to_owned(),
            Err(refused) => refused.to_string(),
        };
        let code = match &person.enrolment {
            Some(enrolment) if now < enrolment.until.0 => {
                format!("code good until {}", enrolment.until)
            }
            Some(_) => "code expired".to_owned(),
            None => "no code".to_owned(),
        };
        println!(
            "{}\t{}\t{}\t{state}\t{code}",
            person.account, person.role, person.name
        );
    }
    Ok(())
}

fn remove(arguments: &RemoveArguments) -> anyhow::Result<()> {
    let document = Document::open(&arguments.document)?;
    let text = edit::remove_person(&document.text, &arguments.account)?;
    document.exchange(&text)?;
    println!(
        "{} is off the roster; sign the document with `inroomctl org sign`",
        arguments.account
    );
    Ok(())
}
