//! What this computer is enrolled with: the document, its people and its models. No visit.

use governance::{Account, Organisation, Role};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use vault::{SecretString, Vault, Workstation};
use visit::UnixMillis;

/// The computer, its enrolment and the document that the open store goes by.
#[derive(Debug, Serialize, TS)]
pub struct WorkstationView {
    /// The organisation; `None` for a store without one.
    pub organisation: Option<OrganisationView>,
}

/// An organisation's decision, as the open store goes by it.
#[derive(Debug, Serialize, TS)]
pub struct OrganisationView {
    /// The organisation's name.
    pub name: String,
    /// The domains of its accounts.
    pub domains: Vec<String>,
    /// Its signing key, by name.
    pub key: String,
    /// What stands on its recovery sheet.
    pub check_code: String,
    /// Its recovery key's public part.
    pub recovery_key: String,
    /// The document's number.
    #[ts(type = "number")]
    pub serial: u64,
    /// From when on it holds.
    pub from: UnixMillis,
    /// From when on no longer.
    pub until: UnixMillis,
    /// A newer document that this computer has taken, for the next sign-in.
    #[ts(type = "number | null")]
    pub newer: Option<u64>,
    /// Whether IT has enrolled the whole computer, and exchanges the document there.
    pub for_all: bool,
    /// Where the enrolment lies.
    pub folder: String,
    /// The roster.
    pub people: Vec<PersonRow>,
    /// Models that may be loaded.
    pub models: Vec<ModelRow>,
    /// The pilot, in words; empty if there is none.
    pub pilot: Vec<Fact>,
}

/// A person of the roster.
#[derive(Debug, Serialize, TS)]
pub struct PersonRow {
    /// Their name.
    pub name: String,
    /// Their account.
    pub account: String,
    /// What they are there for.
    pub role: Role,
    /// From when on they are admitted.
    pub from: UnixMillis,
    /// From when on no longer.
    pub until: Option<UnixMillis>,
    /// Why they are not admitted now.
    pub refused: Option<String>,
    /// Whether they have a way into this store.
    pub has_way: bool,
}

/// A model of the list.
#[derive(Debug, Serialize, TS)]
pub struct ModelRow {
    /// Its name.
    pub id: String,
    /// What it is for.
    pub role: String,
    /// Digest of its file.
    pub sha256: String,
    /// Until when it is approved.
    pub until: UnixMillis,
    /// On which hardware it was measured.
    pub hardware: String,
    /// When it was measured.
    pub measured: UnixMillis,
    /// The figures, in words.
    pub figures: Vec<Fact>,
    /// Why it may not be loaded now.
    pub refused: Option<String>,
}

/// Something and what it is.
#[derive(Debug, Serialize, TS)]
pub struct Fact {
    /// What.
    pub what: String,
    /// Is what.
    pub is: String,
}

impl WorkstationView {
    /// What the open store goes by.
    pub fn of(vault: &Vault, now: UnixMillis) -> Self {
        let organisation = vault.organisation();
        Self {
            organisation: organisation.map(|of| OrganisationView::of(of, vault, now)),
        }
    }
}

impl OrganisationView {
    fn of(organisation: &Organisation, vault: &Vault, now: UnixMillis) -> Self {
        let enrolment = Workstation::of(vault.folder()).enrolment().ok().flatten();
        let ways = Vault::entrances(vault.folder()).map_or(Vec::new(), |found| found.people);
        let recovery_key = organisation.identity.recovery_key.clone();
        let newer = enrolment.as_ref().and_then(|enrolment| {
            let taken = enrolment.in_force(None, now).ok()?.organisation.serial;
            (taken > organisation.serial).then_some(taken)
        });
        let of_key = |tell: &dyn Fn(&vault::Enrolment) -> String| {
            enrolment.as_ref().map_or_else(String::new, tell)
        };
        Self {
            name: organisation.identity.name.clone(),
            domains: organisation.identity.domains.clone(),
            key: of_key(&|enrolment| enrolment.key.id().to_string()),
            check_code: of_key(&|enrolment| governance::check_code(&enrolment.key, &recovery_key)),
            folder: of_key(&|enrolment| enrolment.folder.display().to_string()),
            for_all: enrolment.as_ref().is_some_and(|found| found.for_all),
            recovery_key,
            serial: organisation.serial,
            from: organisation.from.0,
            until: organisation.until.0,
            newer,
            people: people(organisation, &ways, now),
            models: models(organisation, now),
            pilot: governance::facts(organisation)
                .into_iter()
                .filter(|(what, _)| what.starts_with("pilot"))
                .map(|(what, is)| Fact { what, is })
                .collect(),
        }
    }
}

fn people(organisation: &Organisation, ways: &[String], now: UnixMillis) -> Vec<PersonRow> {
    let people = organisation.people.iter();
    people
        .map(|person| {
            let account: &Account = &person.account;
            // Whether they sit at the right account of the operating system is asked when they sign in.
            let bound = person.os_account.as_deref().unwrap_or_default();
            let admitted = organisation.admit(account, bound, now);
            PersonRow {
                name: person.name.clone(),
                account: account.as_str().to_owned(),
                role: person.role,
                from: person.from.0,
                until: person.until.map(|until| until.0),
                refused: admitted.err().map(|refused| refused.to_string()),
                has_way: ways.iter().any(|way| way == account.as_str()),
            }
        })
        .collect()
}

fn models(organisation: &Organisation, now: UnixMillis) -> Vec<ModelRow> {
    let models = organisation.models.iter();
    models
        .map(|model| {
            let approved = organisation.approved(&model.sha256, model.role, now);
            let card = &model.scorecard;
            ModelRow {
                id: model.id.clone(),
                role: model.role.to_string(),
                sha256: model.sha256.as_str().to_owned(),
                until: model.until.0,
                hardware: card.hardware.clone(),
                measured: card.measured.0,
                figures: card
                    .figures
                    .iter()
                    .map(|figure| Fact {
                        what: figure.name.clone(),
                        is: figure.value.to_string(),
                    })
                    .collect(),
                refused: approved.err().map(|refused| refused.to_string()),
            }
        })
        .collect()
}

/// A person who is to be let in.
#[derive(Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AdmitRequest {
    /// Their account, as typed.
    pub account: String,
    /// Their enrolment code, as typed.
    #[ts(type = "string")]
    pub code: SecretString,
    /// The passphrase that they have chosen.
    #[ts(type = "string")]
    pub passphrase: SecretString,
    /// The passphrase of whoever lets them in.
    #[ts(type = "string")]
    pub own_passphrase: SecretString,
}

/// A newer document.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DocumentRequest {
    /// Its file, with the signature beside it, or the folder with both; from the root on.
    pub place: String,
}

/// A document that was taken.
#[derive(Debug, Serialize, TS)]
pub struct DocumentTaken {
    /// Its number.
    #[ts(type = "number")]
    pub serial: u64,
}
