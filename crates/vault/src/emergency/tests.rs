#![allow(clippy::unwrap_used)]
use std::fs;

use audit::{Outcome, Refusal, Suspicion};
use visit::VisitId;

use super::*;
use crate::people::tests::{Clinic, holds, log_of, new_visit};
use crate::{Erased, ErasureReason};

const PEOPLE: &[(&str, &str)] = &[
    ("ada", "physician"),
    ("chiara", "administrator"),
    ("dov", "oversight"),
];

/// A clinic with a vault that a sheet opens, and a visit in it.
struct Prepared {
    clinic: Clinic,
    sheet: EscrowIdentity,
    visit: VisitId,
}

fn document(clinic: &Clinic, serial: u64, sheet: &EscrowIdentity) -> String {
    let recipient = sheet.recipient();
    let emergency = format!("\n[emergency]\nrecipient = \"{recipient}\"\nminutes = 30\n");
    clinic.document(serial, PEOPLE) + &emergency
}

impl Prepared {
    fn new() -> Self {
        let clinic = Clinic::new();
        let sheet = EscrowIdentity::generate();
        clinic.take(&document(&clinic, 1, &sheet));
        let vault = clinic.create("ada").unwrap();
        for (name, _) in &PEOPLE[1..] {
            clinic.admit_with_first_code(&vault, name);
        }
        let visit = vault.begin_visit(new_visit()).unwrap();
        drop(vault);
        Self {
            clinic,
            sheet,
            visit,
        }
    }

    fn open_with(&self, code: &EscrowIdentity, at: UnixMillis) -> Result<Vault, VaultError> {
        let secrets = self.clinic.secrets();
        let request = EmergencyRequest {
            code,
            reason: EmergencyReason::Treatment,
            name: "Dr. Quillabrax",
            device: Some(&secrets),
        };
        Vault::open_in_emergency_at(&self.clinic.dir(), &request, at)
    }

    fn open(&self) -> Result<Vault, VaultError> {
        self.open_with(&self.sheet, now())
    }
}

fn minutes(count: i64) -> i64 {
    count * MINUTE_MILLIS
}

#[test]
fn a_sheet_opens_the_vault_for_reading_and_everything_done_with_it_is_marked() {
    let prepared = Prepared::new();
    let id = prepared.visit;
    let vault = prepared.open().unwrap();
    assert!(vault.emergency_until().unwrap() > now());
    assert!(vault.person().is_none());
    assert_eq!(vault.role(), Some(Role::Physician));
    vault.read_visit(id).unwrap();
    assert_eq!(vault.visits().unwrap().len(), 1);
    vault.search("knee", 1).unwrap();
    let erased = vault.erase(id, Erased::Visit, ErasureReason::Discarded, now());
    assert!(matches!(erased, Err(VaultError::NotInEmergency(_))));
    let begun = vault.begin_visit(new_visit());
    assert!(matches!(begun, Err(VaultError::NotInEmergency(_))));
    drop(vault);

    let vault = prepared.clinic.sign_in("dov").unwrap();
    let lines = log_of(&vault);
    let digest = sheet_digest(&prepared.sheet.recipient().to_string()).to_string();
    let who = format!("{{\"emergency\":{{\"sheet\":\"{digest}\"}}}}");
    for act in [
        "emergency_begun",
        "vault_opened",
        "visit_read",
        "searched",
        "not_in_emergency",
        "emergency_ended",
        "vault_locked",
    ] {
        assert!(holds(&lines, &[&who, act]), "{act}");
    }
    // The name stands in the vault for oversight, and in the log as a digest alone.
    assert!(holds(
        &lines,
        &["treatment", &name_digest("dr.  QUILLABRAX").to_string()]
    ));
    assert!(!holds(&lines, &["uillabrax"]));
    // It is told until oversight has taken note of it.
    let told = |vault: &Vault| {
        let all = vault.emergency_accesses().unwrap();
        all.into_iter()
            .filter(|access| !access.acknowledged)
            .count()
    };
    let [access] = &vault.emergency_accesses().unwrap()[..] else {
        unreachable!()
    };
    assert_eq!(access.name, "Dr. Quillabrax");
    assert_eq!(access.until.0 - access.begun_at.0, minutes(30));
    assert!(access.ended && !access.acknowledged);
    drop(vault);
    let vault = prepared.clinic.sign_in("ada").unwrap();
    assert_eq!(told(&vault), 1);
    let refused = vault.acknowledge_emergencies();
    assert!(matches!(refused, Err(VaultError::NotForRole(_))));
    drop(vault);
    let vault = prepared.clinic.sign_in("dov").unwrap();
    assert_eq!(vault.acknowledge_emergencies().unwrap(), 1);
    assert_eq!(told(&vault), 0);
    assert!(holds(&log_of(&vault), &["emergency_acknowledged", &digest]));
}

#[test]
fn every_command_of_the_table_is_given_or_refused_as_its_own_table_says() {
    let prepared = Prepared::new();
    let vault = prepared.open().unwrap();
    for command in Command::ALL {
        let refused = vault.may(*command);
        match in_emergency(*command) {
            Ok(()) => assert!(refused.is_ok(), "{command:?}: {refused:?}"),
            Err(_) => assert!(
                matches!(refused, Err(VaultError::NotInEmergency(found)) if found.command == *command),
                "{command:?}: {refused:?}"
            ),
        }
    }
}

#[test]
fn a_sheet_opens_once_also_with_the_keys_file_of_before() {
    let prepared = Prepared::new();
    let dir = prepared.clinic.dir();
    let keys = fs::read(dir.join("keys.json")).unwrap();
    drop(prepared.open().unwrap());
    assert!(matches!(prepared.open(), Err(VaultError::NoEmergency)));
    // Also where somebody has kept the file, and after others have signed in.
    fs::write(dir.join("keys.json"), &keys).unwrap();
    assert!(matches!(prepared.open(), Err(VaultError::EmergencyUsed)));
    fs::write(dir.join("keys.json"), &keys).unwrap();
    let vault = prepared.clinic.sign_in("ada").unwrap();
    let refused = serde_json::to_string(&Refusal::EmergencyCode).unwrap();
    assert!(holds(&log_of(&vault), &["unlock_refused", &refused]));
    drop(vault);
    assert!(matches!(prepared.open(), Err(VaultError::NoEmergency)));

    // A newer document has a new sheet, and the old one stays used.
    let next = EscrowIdentity::generate();
    prepared.clinic.take(&document(&prepared.clinic, 2, &next));
    drop(prepared.clinic.sign_in("ada").unwrap());
    assert!(matches!(
        prepared.open(),
        Err(VaultError::WrongEmergencyCode)
    ));
    let vault = prepared.open_with(&next, now()).unwrap();
    vault.read_visit(prepared.visit).unwrap();
}

#[test]
fn nothing_is_read_once_the_time_is_over() {
    let prepared = Prepared::new();
    // As it stands half an hour later.
    let vault = prepared
        .open_with(&prepared.sheet, UnixMillis(now().0 - minutes(30)))
        .unwrap();
    let over = |done: Result<(), VaultError>| matches!(done, Err(VaultError::EmergencyOver));
    let id = prepared.visit;
    assert!(over(vault.read_visit(id).map(drop)));
    assert!(over(vault.visits().map(drop)));
    assert!(over(vault.visit(id).map(drop)));
    assert!(over(vault.segments(id).map(drop)));
    assert!(over(vault.search("knee", 1).map(drop)));
    assert!(over(vault.may(Command::ListVisits)));
    let entered = serde_json::to_string(&Refusal::EmergencyOver).unwrap();
    assert!(holds(&log_of(&vault), &["read_visit", &entered]));
}

#[test]
fn a_clock_that_is_set_back_does_not_make_the_time_longer() {
    let begun_at = UnixMillis(1_790_000_000_000);
    let session = EmergencySession {
        sheet: "age1".to_owned(),
        begun_at,
        until: UnixMillis(begun_at.0 + minutes(30)),
        since: Instant::now(),
    };
    assert!(!session.is_over(begun_at));
    assert!(!session.is_over(UnixMillis(session.until.0 - 1)));
    assert!(session.is_over(session.until));
    assert!(session.is_over(UnixMillis(begun_at.0 - 1)));
    let short = EmergencySession {
        until: UnixMillis(begun_at.0 + 1),
        ..session
    };
    std::thread::sleep(Duration::from_millis(5));
    assert!(short.is_over(begun_at), "by the clock that nobody sets");
}

#[test]
fn a_program_that_died_has_its_access_ended_by_the_next_opening() {
    let prepared = Prepared::new();
    std::mem::forget(prepared.open().unwrap());
    // The lock goes with the process; here it is another file in its place.
    let lock = prepared.clinic.dir().join("vault.lock");
    if lock.exists() {
        fs::remove_file(&lock).unwrap();
    }
    let vault = prepared.clinic.sign_in("ada").unwrap();
    assert!(vault.emergency_accesses().unwrap()[0].ended);
    assert!(holds(&log_of(&vault), &["emergency_ended", "\"program\""]));
}

#[test]
fn a_wrong_code_is_counted_and_has_to_wait() {
    let prepared = Prepared::new();
    let wrong = EscrowIdentity::generate();
    for _ in 0..3 {
        let refused = prepared.open_with(&wrong, now());
        assert!(matches!(refused, Err(VaultError::WrongEmergencyCode)));
    }
    assert!(matches!(prepared.open(), Err(VaultError::TooManyTries(_))));
    let refused = prepared.open_with(&wrong, now());
    assert!(matches!(refused, Err(VaultError::TooManyTries(_))));
    // Whoever signs in does not wait for that, and the log tells of it.
    let vault = prepared.clinic.sign_in("ada").unwrap();
    let mut refused = 0;
    drop(vault);
    let vault = prepared.clinic.sign_in("dov").unwrap();
    vault
        .show_log(&mut |entry| {
            let outcome = entry.act.outcome();
            refused += u32::from(outcome == Outcome::Refused(Refusal::EmergencyCode));
        })
        .unwrap();
    assert_eq!(refused, 3);
}

#[test]
fn a_copy_of_the_vault_on_another_computer_is_not_opened_by_the_sheet() {
    let prepared = Prepared::new();
    fs::remove_file(prepared.clinic.parent.path().join("secret")).unwrap();
    let refused = prepared.open();
    assert!(matches!(
        refused,
        Err(VaultError::DeviceSecretMissing { .. })
    ));
}

#[test]
fn an_exchange_of_the_vault_key_keeps_the_sheets_way_and_a_document_without_one_removes_it() {
    let prepared = Prepared::new();
    let secrets = prepared.clinic.secrets();
    let vault = prepared.clinic.sign_in("chiara").unwrap();
    let passphrase = "the passphrase of chiara".into();
    drop(vault.rotate_key(&passphrase, Some(&secrets)).unwrap());
    drop(prepared.open().unwrap());

    let prepared = Prepared::new();
    let entrances = |prepared: &Prepared| Vault::entrances(&prepared.clinic.dir()).unwrap();
    assert!(entrances(&prepared).emergency.is_some());
    let without = prepared.clinic.document(2, PEOPLE);
    prepared.clinic.take(&without);
    // Not even before somebody has signed in.
    assert!(matches!(
        prepared.open(),
        Err(VaultError::WrongEmergencyCode)
    ));
    drop(prepared.clinic.sign_in("ada").unwrap());
    assert!(entrances(&prepared).emergency.is_none());
    assert!(matches!(prepared.open(), Err(VaultError::NoEmergency)));
}

#[test]
fn a_lockdown_holds_in_an_emergency() {
    let prepared = Prepared::new();
    Vault::report_at(&prepared.clinic.dir(), Suspicion::Intrusion).unwrap();
    let vault = prepared.open().unwrap();
    vault.read_visit(prepared.visit).unwrap();
    let searched = vault.search("knee", 1);
    assert!(matches!(searched, Err(VaultError::LockedDown(_))));
}

#[test]
fn nobody_comes_in_without_a_name() {
    let prepared = Prepared::new();
    let request = EmergencyRequest {
        code: &prepared.sheet,
        reason: EmergencyReason::Drill,
        name: "  ",
        device: None,
    };
    let refused = Vault::open_in_emergency(&prepared.clinic.dir(), &request);
    assert!(matches!(refused, Err(VaultError::NoEmergencyName)));
    drop(prepared.open().unwrap());
}
