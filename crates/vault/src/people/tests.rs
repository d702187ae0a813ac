#![allow(clippy::unwrap_used)]
use std::fs;
use std::path::PathBuf;

use governance::minisign::{SecretKey, Seeds};
use governance::{Command, Role};
use secrecy::ExposeSecret as _;
use zeroize::Zeroizing;

use super::*;
use crate::{DeviceSecretFile, NewVisit, Ways};

/// An organisation and a computer of it.
pub(crate) struct Clinic {
    pub(crate) parent: tempfile::TempDir,
    pub(crate) key: SecretKey,
    pub(crate) identity: EscrowIdentity,
}

const ADA: (&str, &str) = ("ada", "physician");
const BEN: (&str, &str) = ("ben", "nurse");
const CHIARA: (&str, &str) = ("chiara", "administrator");

pub(crate) fn account(name: &str) -> Account {
    format!("{name}@northside.example").parse().unwrap()
}

/// A person's first code, and further ones.
fn code(name: &str, number: u8) -> Code {
    let mut bytes = [number; 15];
    bytes[..name.len()].copy_from_slice(name.as_bytes());
    Code::from_random(bytes)
}

fn passphrase(name: &str) -> SecretString {
    format!("the passphrase of {name}").into()
}

impl Clinic {
    pub(crate) fn new() -> Self {
        let mut seeds = Seeds {
            key: Zeroizing::new([0; 32]),
            id: [7; 8],
        };
        getrandom::fill(seeds.key.as_mut_slice()).unwrap();
        Self {
            parent: tempfile::tempdir().unwrap(),
            key: SecretKey::from_seeds(&seeds),
            identity: EscrowIdentity::generate(),
        }
    }

    /// A document with these people, by name and role.
    pub(crate) fn document(&self, serial: u64, people: &[(&str, &str)]) -> String {
        let mut text = format!(
            r#"format = 1
serial = {serial}
from = 2019-01-01
until = 2100-01-01

[organisation]
name = "Northside Clinic"
domains = ["northside.example"]
recovery_key = "{}"

[policy]
idle_lock_minutes = 10
per_person_figures = false

[policy.retention]
audio = 30
"#,
            self.identity.recipient()
        );
        for (name, role) in people {
            text += &format!(
                r#"
[[person]]
name = "{name} of Northside"
account = "{name}@northside.example"
role = "{role}"
from = 2020-01-01
enrolment = {{ sha256 = "{}", until = 2099-01-01 }}
"#,
                code(name, 0).digest(&account(name)).as_str()
            );
        }
        text
    }

    pub(crate) fn sign(&self, text: &str) -> String {
        self.key.sign(text.as_bytes(), "a test").file()
    }

    pub(crate) fn dir(&self) -> PathBuf {
        self.parent.path().join("vault")
    }

    fn secrets(&self) -> DeviceSecretFile {
        DeviceSecretFile::new(self.parent.path().join("secret"))
    }

    /// Takes a document into force on this computer.
    pub(crate) fn take(&self, text: &str) {
        let computer = Workstation::of(&self.dir());
        let key = self.key.public();
        let signature = self.sign(text);
        computer
            .enrol(&key, text.as_bytes(), &signature, now())
            .unwrap();
    }

    fn with<T>(&self, name: &str, code: &Code, work: impl FnOnce(&Newcomer<'_>) -> T) -> T {
        let (account, passphrase, secrets) = (account(name), passphrase(name), self.secrets());
        work(&Newcomer {
            account: &account,
            code,
            passphrase: &passphrase,
            cost: KdfCost::LEAST,
            device: Some(&secrets),
        })
    }

    /// A vault that ada has made, in a clinic with these people.
    pub(crate) fn with_vault(people: &[(&str, &str)]) -> (Self, Vault) {
        let clinic = Self::new();
        clinic.take(&clinic.document(1, people));
        let vault = clinic.create("ada").unwrap();
        (clinic, vault)
    }

    fn create(&self, name: &str) -> Result<Vault, VaultError> {
        self.with(name, &code(name, 0), |maker| {
            Vault::create_for(&self.dir(), maker)
        })
    }

    fn admit(&self, by: &Vault, name: &str, code: &Code) -> Result<(), VaultError> {
        let own = by
            .person()
            .unwrap()
            .account
            .as_str()
            .split_once('@')
            .unwrap();
        let own = passphrase(own.0);
        self.with(name, code, |newcomer| {
            by.admit(&own, Some(&self.secrets()), newcomer)
        })
    }

    fn sign_in_with(&self, name: &str, passphrase: &str) -> Result<Vault, VaultError> {
        let secrets = self.secrets();
        Vault::sign_in(
            &self.dir(),
            &account(name),
            &passphrase.into(),
            Some(&secrets),
        )
    }

    pub(crate) fn sign_in(&self, name: &str) -> Result<Vault, VaultError> {
        self.sign_in_with(name, passphrase(name).expose_secret())
    }
}

pub(crate) fn log_of(vault: &Vault) -> Vec<String> {
    let connection = vault.connection();
    let mut lines = connection
        .prepare("SELECT line FROM audit_entries ORDER BY number")
        .unwrap();
    let rows = lines.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

pub(crate) fn holds(lines: &[String], words: &[&str]) -> bool {
    let all = |line: &&String| words.iter().all(|word| line.contains(word));
    lines.iter().any(|line| all(&line))
}

#[test]
fn a_vault_is_made_by_a_person_of_the_roster_with_their_code() {
    let clinic = Clinic::new();
    let gone = clinic.create("ada").err().unwrap();
    assert!(
        matches!(
            gone,
            VaultError::Workstation(crate::WorkstationError::NotEnrolled)
        ),
        "{gone}"
    );
    clinic.take(&clinic.document(1, &[ADA, ("dov", "oversight")]));
    let secrets = clinic.secrets();
    let small = Ways {
        passphrase: &passphrase("nobody"),
        cost: KdfCost::LEAST,
        device: Some(&secrets),
        escrow: None,
    };
    let refused = Vault::create_with(&clinic.dir(), &small).err().unwrap();
    assert!(matches!(refused, VaultError::Enrolled), "{refused}");
    let refused = clinic.create("eve").err().unwrap();
    assert!(matches!(refused, VaultError::NotAdmitted(_)), "{refused}");
    let refused = clinic.create("dov").err().unwrap();
    assert!(matches!(refused, VaultError::NotForRole(_)), "{refused}");
    let wrong = clinic.with("ada", &code("ada", 1), |maker| {
        Vault::create_for(&clinic.dir(), maker).err().unwrap()
    });
    assert!(matches!(wrong, VaultError::Code(_)), "{wrong}");
    assert!(!Vault::exists(&clinic.dir()));

    let vault = clinic.create("ada").unwrap();
    assert_eq!(vault.person().unwrap().name, "ada of Northside");
    drop(vault);
    let vault = clinic.sign_in("ada").unwrap();
    let lines = log_of(&vault);
    assert!(holds(
        &lines,
        &[
            "organisation_bound",
            "\"serial\":1",
            "ada@northside.example"
        ]
    ));
    assert!(holds(
        &lines,
        &[
            "vault_opened",
            "{\"person\":{\"account\":\"ada@northside.example\"}}"
        ]
    ));
    drop(vault);
    // Neither a passphrase alone nor the recovery key alone leads in.
    let refused = Vault::open_with(&clinic.dir(), &passphrase("ada"), Some(&secrets));
    assert!(matches!(refused.err(), Some(VaultError::AccountNeeded)));
    let refused = Vault::recover(
        &clinic.dir(),
        &clinic.identity,
        &passphrase("new"),
        KdfCost::LEAST,
        None,
    );
    assert!(matches!(refused.err(), Some(VaultError::AccountNeeded)));
}

#[test]
fn others_are_let_in_by_who_may_each_code_once() {
    let (clinic, vault) = Clinic::with_vault(&[ADA, BEN, CHIARA]);
    let refused = clinic.sign_in_with("ben", "anything at all");
    assert!(matches!(refused.err(), Some(VaultError::InUse)));
    let used = clinic.admit(&vault, "ada", &code("ada", 0)).unwrap_err();
    assert!(matches!(used, VaultError::CodeUsed), "{used}");
    let wrong = clinic.admit(&vault, "ben", &code("ben", 1)).unwrap_err();
    assert!(matches!(wrong, VaultError::Code(_)), "{wrong}");
    let stranger = clinic.admit(&vault, "eve", &code("eve", 0)).unwrap_err();
    assert!(matches!(stranger, VaultError::NotAdmitted(_)), "{stranger}");
    clinic.admit(&vault, "ben", &code("ben", 0)).unwrap();
    drop(vault);
    let refused = clinic.sign_in("chiara").err().unwrap();
    assert!(matches!(refused, VaultError::NoWay(_)), "{refused}");

    let vault = clinic.sign_in("ben").unwrap();
    let refused = clinic
        .admit(&vault, "chiara", &code("chiara", 0))
        .unwrap_err();
    assert!(matches!(refused, VaultError::NotForRole(_)), "{refused}");
    let lines = log_of(&vault);
    assert!(holds(&lines, &["person_admitted", "ben@"]));
    assert!(holds(&lines, &["ben@", "admit_person", "not_for_role"]));
    assert!(holds(&lines, &["admit_person", "enrolment_code"]));
    assert!(holds(&lines, &["sign_in_refused", "chiara@", "no_way"]));
    drop(vault);
    assert_eq!(
        Vault::entrances(&clinic.dir()).unwrap().people,
        ["ada@northside.example", "ben@northside.example"]
    );
    // A wrong passphrase of who vouches lets nobody in, and uses no code.
    let vault = clinic.sign_in("ada").unwrap();
    let secrets = clinic.secrets();
    let refused = clinic.with("chiara", &code("chiara", 0), |newcomer| {
        vault.admit(&passphrase("ben"), Some(&secrets), newcomer)
    });
    assert!(matches!(refused, Err(VaultError::WrongPassphrase)));
    clinic.admit(&vault, "chiara", &code("chiara", 0)).unwrap();
}

#[test]
fn who_is_no_longer_on_the_roster_does_not_get_in_and_loses_their_way() {
    let (clinic, vault) = Clinic::with_vault(&[ADA, BEN]);
    clinic.admit(&vault, "ben", &code("ben", 0)).unwrap();
    drop(vault);
    clinic.take(&clinic.document(2, &[ADA]));
    let refused = clinic.sign_in("ben").err().unwrap();
    assert!(matches!(refused, VaultError::NotAdmitted(_)), "{refused}");
    assert_eq!(Vault::entrances(&clinic.dir()).unwrap().people.len(), 1);
    let vault = clinic.sign_in("ada").unwrap();
    let lines = log_of(&vault);
    assert!(holds(
        &lines,
        &["document_taken", "\"serial\":2", "\"who\":\"program\""]
    ));
    assert!(holds(&lines, &["person_removed", "ben@"]));
    assert!(holds(&lines, &["sign_in_refused", "not_admitted"]));
    drop(vault);
    // Back on the roster, the code of before does not do it.
    clinic.take(&clinic.document(3, &[ADA, BEN]));
    let refused = clinic.sign_in("ben").err().unwrap();
    assert!(matches!(refused, VaultError::NoWay(_)), "{refused}");
    let vault = clinic.sign_in("ada").unwrap();
    let used = clinic.admit(&vault, "ben", &code("ben", 0)).unwrap_err();
    assert!(matches!(used, VaultError::CodeUsed), "{used}");
}

#[test]
fn not_yet_no_longer_and_at_another_account_of_the_system_is_refused() {
    let (clinic, vault) = Clinic::with_vault(&[ADA]);
    drop(vault);
    let own = account::os_account();
    assert!(!own.is_empty());
    let mut serial = 1;
    let mut with = |line: &str| {
        serial += 1;
        let text = clinic.document(serial, &[ADA]);
        clinic.take(&text.replace("from = 2020-01-01", line));
        clinic.sign_in("ada").map(drop)
    };
    for refused in [
        "from = 2098-01-01",
        "from = 2020-01-01\nuntil = 2021-01-01",
        "from = 2020-01-01\nos_account = \"somebody-else\"",
    ] {
        let found = with(refused);
        assert!(
            matches!(found, Err(VaultError::NotAdmitted(_))),
            "{refused}"
        );
    }
    let bound = format!("from = 2020-01-01\nos_account = \"{own}\"");
    assert!(with(&bound).is_ok());
}

#[test]
fn an_older_document_another_key_and_no_files_at_all_keep_the_vault_closed() {
    let (clinic, vault) = Clinic::with_vault(&[ADA]);
    drop(vault);
    let own = clinic.parent.path().join("organisation");
    let kept = clinic.parent.path().join("kept");
    fs::rename(&own, &kept).unwrap();
    let refused = clinic.sign_in("ada").err().unwrap();
    assert!(matches!(refused, VaultError::OrganisationGone), "{refused}");
    // With files of somebody else's key.
    let stranger = Clinic::new();
    let text = stranger.document(9, &[ADA]);
    let computer = Workstation::of(&clinic.dir());
    let signature = stranger.sign(&text);
    let key = stranger.key.public();
    computer
        .enrol(&key, text.as_bytes(), &signature, now())
        .unwrap();
    let refused = clinic.sign_in("ada").err().unwrap();
    assert!(
        matches!(refused, VaultError::OtherOrganisation { .. }),
        "{refused}"
    );
    fs::remove_dir_all(&own).unwrap();
    // A newer document was in force, and an older pair is put back by hand.
    clinic.take(&clinic.document(2, &[ADA]));
    drop(clinic.sign_in("ada").unwrap());
    fs::remove_dir_all(&own).unwrap();
    fs::rename(&kept, &own).unwrap();
    let refused = clinic.sign_in("ada").err().unwrap();
    assert!(matches!(
        refused,
        VaultError::Document(governance::Refused::Older {
            found: 1,
            newest: 2
        })
    ));
    clinic.take(&clinic.document(2, &[ADA]));
    let vault = clinic.sign_in("ada").unwrap();
    let lines = log_of(&vault);
    let refusals = lines
        .iter()
        .filter(|line| line.contains("\"reason\":\"organisation\""));
    assert_eq!(refusals.count(), 3);
}

#[test]
fn a_document_that_is_over_admits_nobody_until_a_newer_one_is_there() {
    let (clinic, vault) = Clinic::with_vault(&[ADA]);
    drop(vault);
    let over = clinic
        .document(2, &[ADA])
        .replace("until = 2100-01-01", "until = 2020-06-01");
    let (key, signature) = (clinic.key.public(), clinic.sign(&over));
    let then = UnixMillis(1_580_000_000_000);
    Workstation::of(&clinic.dir())
        .enrol(&key, over.as_bytes(), &signature, then)
        .unwrap();
    let refused = clinic.sign_in("ada").err().unwrap();
    assert!(
        matches!(
            refused,
            VaultError::Document(governance::Refused::Expired(_))
        ),
        "{refused}"
    );
    clinic.take(&clinic.document(3, &[ADA]));
    assert!(clinic.sign_in("ada").is_ok());
}

#[test]
fn failed_tries_cost_a_wait_that_a_restart_does_not_end() {
    let (clinic, vault) = Clinic::with_vault(&[ADA, BEN]);
    clinic.admit(&vault, "ben", &code("ben", 0)).unwrap();
    drop(vault);
    for _ in 0..3 {
        let refused = clinic.sign_in_with("ada", "not the passphrase");
        assert!(matches!(refused.err(), Some(VaultError::WrongPassphrase)));
    }
    // The right one is not even tried.
    let refused = clinic.sign_in("ada").err().unwrap();
    assert!(matches!(refused, VaultError::TooManyTries(_)), "{refused}");
    let vault = clinic.sign_in("ben").unwrap();
    let lines = log_of(&vault);
    assert!(holds(
        &lines,
        &["sign_in_refused", "too_many_tries", "ada@"]
    ));
}

#[test]
fn a_vault_with_a_passphrase_is_brought_in_and_that_passphrase_opens_nothing_then() {
    let clinic = Clinic::new();
    let (secrets, before) = (clinic.secrets(), passphrase("before"));
    let ways = Ways {
        passphrase: &before,
        cost: KdfCost::LEAST,
        device: Some(&secrets),
        escrow: None,
    };
    drop(Vault::create_with(&clinic.dir(), &ways).unwrap());
    let keys_before = fs::read(clinic.dir().join("keys.json")).unwrap();
    clinic.take(&clinic.document(1, &[ADA]));
    let refused = Vault::open_with(&clinic.dir(), &before, Some(&secrets))
        .err()
        .unwrap();
    assert!(matches!(refused, VaultError::ToBeJoined), "{refused}");
    let refused = clinic.sign_in("ada").err().unwrap();
    assert!(matches!(refused, VaultError::NoAccounts), "{refused}");

    let join = |code: &Code| {
        clinic.with("ada", code, |first| {
            Vault::join(&clinic.dir(), &before, Some(&secrets), first)
        })
    };
    assert!(matches!(
        join(&code("ada", 1)).err(),
        Some(VaultError::Code(_))
    ));
    let vault = join(&code("ada", 0)).unwrap();
    assert_eq!(vault.person().unwrap().role, Role::Physician);
    drop(vault);
    drop(clinic.sign_in("ada").unwrap());
    let entrances = Vault::entrances(&clinic.dir()).unwrap();
    assert_eq!(
        entrances.escrow,
        Some(clinic.identity.recipient().to_string())
    );
    // Also not with the ways of before, nor on a computer that is enrolled no more.
    fs::write(clinic.dir().join("keys.json"), keys_before).unwrap();
    let refused = Vault::open_with(&clinic.dir(), &before, Some(&secrets))
        .err()
        .unwrap();
    assert!(matches!(refused, VaultError::ToBeJoined), "{refused}");
    fs::remove_dir_all(clinic.parent.path().join("organisation")).unwrap();
    let refused = Vault::open_with(&clinic.dir(), &before, Some(&secrets))
        .err()
        .unwrap();
    assert!(matches!(refused, VaultError::ToBeJoined), "{refused}");
}

#[test]
fn the_recovery_key_lets_a_person_in_also_on_another_computer() {
    let (clinic, vault) = Clinic::with_vault(&[ADA, BEN]);
    drop(vault);
    let recover = |name: &str, code: &Code, identity: &EscrowIdentity| {
        clinic.with(name, code, |newcomer| {
            Vault::recover_for(&clinic.dir(), identity, newcomer)
        })
    };
    let wrong = recover("ben", &code("ben", 0), &EscrowIdentity::generate());
    assert!(matches!(wrong.err(), Some(VaultError::WrongIdentity)));
    let wrong = recover("ben", &code("ben", 1), &clinic.identity);
    assert!(matches!(wrong.err(), Some(VaultError::Code(_))));
    let vault = recover("ben", &code("ben", 0), &clinic.identity).unwrap();
    let lines = log_of(&vault);
    assert!(holds(&lines, &["\"recovered\""]) && holds(&lines, &["person_admitted", "ben@"]));
    drop(vault);
    // On this computer ada's way still leads in.
    drop(clinic.sign_in("ada").unwrap());
    // On another one, with another secret, the old ways lead nowhere and are gone.
    fs::remove_file(clinic.parent.path().join("secret")).unwrap();
    let text = clinic.document(2, &[ADA, BEN]);
    let new = code("ada", 1).digest(&account("ada"));
    let old = code("ada", 0).digest(&account("ada"));
    clinic.take(&text.replace(old.as_str(), new.as_str()));
    drop(recover("ada", &code("ada", 1), &clinic.identity).unwrap());
    assert_eq!(
        Vault::entrances(&clinic.dir()).unwrap().people,
        ["ada@northside.example"]
    );
    drop(clinic.sign_in("ada").unwrap());
}

#[test]
fn a_passphrase_is_changed_for_its_person_alone_and_the_vault_key_for_everybody() {
    let (clinic, vault) = Clinic::with_vault(&[ADA, BEN, CHIARA]);
    for name in ["ben", "chiara"] {
        clinic.admit(&vault, name, &code(name, 0)).unwrap();
    }
    let secrets = clinic.secrets();
    let next = SecretString::from("another passphrase of ada");
    vault
        .change_passphrase(&passphrase("ada"), Some(&secrets), &next, KdfCost::LEAST)
        .unwrap();
    let refused = vault.bind(&next, Some(&secrets), None, None).unwrap_err();
    assert!(matches!(refused, VaultError::NotForRole(_)), "{refused}");
    drop(vault);
    assert!(matches!(
        clinic.sign_in("ada").err(),
        Some(VaultError::WrongPassphrase)
    ));
    drop(clinic.sign_in_with("ada", next.expose_secret()).unwrap());

    let vault = clinic.sign_in("chiara").unwrap();
    let refused = vault
        .bind(&passphrase("chiara"), Some(&secrets), None, None)
        .unwrap_err();
    assert!(
        matches!(refused, VaultError::OrganisationDecides(_)),
        "{refused}"
    );
    let old = fs::read(clinic.dir().join("keys.json")).unwrap();
    let vault = vault
        .rotate_key(&passphrase("chiara"), Some(&secrets))
        .unwrap();
    assert_eq!(vault.person().unwrap().account, account("chiara"));
    drop(vault);
    drop(clinic.sign_in("ben").unwrap());
    drop(clinic.sign_in_with("ada", next.expose_secret()).unwrap());
    assert_ne!(fs::read(clinic.dir().join("keys.json")).unwrap(), old);
}

/// The way that a vault of an organisation is entrusted to follows the document.
#[test]
fn a_new_recovery_key_of_the_document_is_the_vaults_from_the_next_opening_on() {
    let (mut clinic, vault) = Clinic::with_vault(&[ADA]);
    drop(vault);
    clinic.identity = EscrowIdentity::generate();
    clinic.take(&clinic.document(2, &[ADA]));
    let vault = clinic.sign_in("ada").unwrap();
    assert!(holds(&log_of(&vault), &["ways_changed", "\"escrow\":true"]));
    drop(vault);
    let entrances = Vault::entrances(&clinic.dir()).unwrap();
    assert_eq!(
        entrances.escrow,
        Some(clinic.identity.recipient().to_string())
    );
    drop(clinic.sign_in("ada").unwrap());
}

pub(crate) fn new_visit() -> NewVisit {
    NewVisit {
        consent: visit::Consent {
            asked_by: "Ada".into(),
            given_by: visit::ConsentGiver::Patient,
            method: visit::ConsentMethod::Spoken,
            wording: "May I?".to_owned(),
            wording_version: "1".to_owned(),
            at: UnixMillis(0),
        },
        template: "soap".to_owned(),
        kind: None,
        language: None,
        patient_label: "A".into(),
        reason: "B".into(),
        started_at: UnixMillis(0),
    }
}

#[test]
fn a_note_is_signed_with_the_rosters_name() {
    use visit::VisitState::{Recorded, Recording};
    let (_clinic, vault) = Clinic::with_vault(&[ADA]);
    let visit = vault.begin_visit(new_visit()).unwrap();
    vault.set_state(visit, Recording).unwrap();
    vault.append_chunk(visit, 0, &[1; 8_000]).unwrap();
    vault.set_state(visit, Recorded).unwrap();
    let note = crate::signing::tests::note("rest");
    let number = vault
        .save_revision(visit, UnixMillis(1), &note, None)
        .unwrap();
    let signature = vault
        .sign(visit, number, &"Dr. Somebody Else".into(), UnixMillis(2))
        .unwrap();
    assert_eq!(signature.signer.expose(), "ada of Northside");
}

/// What the vault itself does for each command of the table of roles; `None` where there is no call of
/// an open vault for it, or the programs alone tell what a call is for.
fn call(vault: &Vault, clinic: &Clinic, command: Command) -> Option<Result<(), VaultError>> {
    use crate::{Erased, ErasureReason, Way};
    let id = visit::VisitId::from_uuid(uuid::Uuid::nil());
    let note = crate::signing::tests::note("rest");
    let secrets = clinic.secrets();
    let wrong = SecretString::from("not the passphrase");
    let erase = |reason| {
        vault
            .erase(id, Erased::Visit, reason, UnixMillis(1))
            .map(drop)
    };
    Some(match command {
        Command::CreateVisit => vault.begin_visit(new_visit()).map(drop),
        Command::Record => vault.set_state(id, visit::VisitState::Recording),
        Command::SearchVisits => vault.search("knee", 1).map(drop),
        Command::ReadVisit => vault.read_visit(id).map(drop),
        Command::EditNote => vault
            .save_revision(id, UnixMillis(1), &note, None)
            .map(drop),
        Command::SignNote => {
            let number = visit::RevisionNumber(1);
            vault.sign(id, number, &"A".into(), UnixMillis(1)).map(drop)
        }
        Command::TakeNote => vault.take_note(id, Way::File).map(drop),
        Command::WithdrawConsent => erase(ErasureReason::ConsentWithdrawn),
        Command::Discard => erase(ErasureReason::Discarded),
        Command::ChangePassphrase => {
            vault.change_passphrase(&wrong, Some(&secrets), &wrong, KdfCost::LEAST)
        }
        Command::ChangeWays => vault.bind(&wrong, Some(&secrets), None, None),
        Command::AdmitPerson => clinic.admit(vault, "eve", &code("eve", 0)),
        Command::BackUp => {
            let to = clinic.parent.path().join("backup");
            vault.back_up(&to, UnixMillis(1), 1, &mut |_| ()).map(drop)
        }
        Command::ChangeRetention => vault.set_retention(&visit::Retention::default()),
        Command::ShowLog => vault.show_log(&mut |_| ()).map(drop),
        Command::ExportLog => vault.export_log(&mut Vec::new()).map(drop),
        Command::DraftNote
        | Command::ListVisits
        | Command::ReadRetention
        | Command::CreateVault
        | Command::OpenVault
        | Command::LockVault
        | Command::RotateKey
        | Command::Recover
        | Command::Restore => return None,
    })
}

#[test]
fn every_call_of_an_open_vault_asks_the_table_of_roles_and_every_refusal_is_entered() {
    let people = [ADA, BEN, CHIARA, ("dov", "oversight"), ("eunji", "auditor")];
    let (clinic, vault) = Clinic::with_vault(&people);
    for (name, _) in &people[1..] {
        clinic.admit(&vault, name, &code(name, 0)).unwrap();
    }
    drop(vault);
    for (name, role) in people {
        let role = Role::from_word(role).unwrap();
        let vault = clinic.sign_in(name).unwrap();
        for command in Command::ALL {
            let asked = log::asked(*command);
            let refusals = |lines: &[String]| {
                let asked = serde_json::to_string(&asked).unwrap();
                let is_one = |line: &&String| {
                    line.contains(&asked) && line.contains("not_for_role") && line.contains(name)
                };
                lines.iter().filter(is_one).count()
            };
            let before = refusals(&log_of(&vault));
            let allowed = governance::allowed(role, *command).is_ok();
            let done = call(&vault, &clinic, *command).unwrap_or_else(|| vault.may(*command));
            let refused = matches!(&done, Err(VaultError::NotForRole(found)) if found.role == role);
            assert_eq!(refused, !allowed, "{name} {command:?}: {done:?}");
            let entered = refusals(&log_of(&vault)) - before;
            assert_eq!(entered, usize::from(refused), "{name} {command:?}");
        }
    }
}
