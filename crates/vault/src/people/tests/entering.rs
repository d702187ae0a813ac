//! Who gets in, and who does not.

use governance::Refused;

use super::*;

#[test]
fn a_vault_is_made_by_a_person_of_the_roster_with_their_code() {
    let clinic = Clinic::new();
    let gone = clinic.create("ada").err().unwrap();
    assert!(
        matches!(
            &gone,
            VaultError::Workstation(error)
                if matches!(**error, crate::WorkstationError::NotEnrolled)
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
fn who_is_bound_to_another_account_of_the_system_makes_no_vault_here() {
    let clinic = Clinic::new();
    let text = clinic.document(1, &[ADA]);
    clinic.take(&text.replace(
        "from = 2020-01-01",
        "from = 2020-01-01\nos_account = \"other\"",
    ));
    let refused = clinic.create("ada").err().unwrap();
    assert!(matches!(refused, VaultError::NotAdmitted(_)), "{refused}");
    assert!(!Vault::exists(&clinic.dir()));
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
        VaultError::Document(refused)
            if matches!(*refused, Refused::Older { found: 1, newest: 2 })
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
            &refused,
            VaultError::Document(refused) if matches!(**refused, Refused::Expired(_))
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
    // A computer's secret that is missing is no failed passphrase.
    let secret = clinic.parent.path().join("secret");
    let away = clinic.parent.path().join("away");
    fs::rename(&secret, &away).unwrap();
    for _ in 0..5 {
        let refused = clinic.sign_in("ben").err().unwrap();
        assert!(matches!(refused, VaultError::DeviceSecretMissing { .. }));
    }
    fs::rename(&away, &secret).unwrap();
    let vault = clinic.sign_in("ben").unwrap();
    let lines = log_of(&vault);
    assert!(holds(
        &lines,
        &["sign_in_refused", "too_many_tries", "ada@"]
    ));
}
