#![allow(clippy::unwrap_used)]
use std::fs;

use governance::minisign::SecretKey;

use super::*;
use crate::people::tests::Clinic;

/// A computer whose two places lie in the clinic's scratch folder.
fn computer(clinic: &Clinic) -> Workstation {
    Workstation {
        machine: Some(clinic.parent.path().join("etc")),
        own: clinic.parent.path().join("organisation"),
    }
}

fn enrol(clinic: &Clinic, computer: &Workstation, text: &str) -> Result<u64, WorkstationError> {
    let (key, signature) = (clinic.key.public(), clinic.sign(text));
    let taken = computer.enrol(&key, text.as_bytes(), &signature, crate::log::now())?;
    Ok(taken.organisation.serial)
}

fn update(clinic: &Clinic, computer: &Workstation, text: &str) -> Result<u64, WorkstationError> {
    let signature = clinic.sign(text);
    let taken = computer.update(text.as_bytes(), &signature, &[], crate::log::now())?;
    Ok(taken.organisation.serial)
}

fn in_force(computer: &Workstation) -> u64 {
    let enrolment = computer.enrolment().unwrap().unwrap();
    let accepted = enrolment.in_force(None, crate::log::now()).unwrap();
    accepted.organisation.serial
}

#[test]
fn what_is_not_newer_signed_and_in_time_is_refused_and_the_one_before_stays() {
    let clinic = Clinic::new();
    let computer = computer(&clinic);
    assert!(computer.enrolment().unwrap().is_none());
    let refused = update(&clinic, &computer, &clinic.document(1, &[]));
    assert!(matches!(refused, Err(WorkstationError::NotEnrolled)));
    assert_eq!(
        enrol(&clinic, &computer, &clinic.document(3, &[])).unwrap(),
        3
    );
    assert_eq!(
        update(&clinic, &computer, &clinic.document(5, &[])).unwrap(),
        5
    );

    let refuse = |text: &str, signature: &str| {
        let now = crate::log::now();
        let refused = computer
            .update(text.as_bytes(), signature, &[], now)
            .unwrap_err();
        assert_eq!(in_force(&computer), 5, "{refused}");
        assert!(refused.to_string().contains("stays"), "{refused}");
        match refused {
            WorkstationError::Document(refused) => refused,
            other => unreachable!("{other}"),
        }
    };
    let signed = |text: &str| refuse(text, &clinic.sign(text));
    assert!(matches!(
        signed(&clinic.document(4, &[])),
        Refused::Older {
            found: 4,
            newest: 5
        }
    ));
    let other = clinic.document(5, &[("ada", "nurse")]);
    assert!(matches!(signed(&other), Refused::SameSerial(5)));
    let over = clinic
        .document(6, &[])
        .replace("until = 2100", "until = 2020");
    assert!(matches!(signed(&over), Refused::Expired(_)));
    let early = clinic
        .document(6, &[])
        .replace("from = 2019-01-01", "from = 2099-01-01");
    assert!(matches!(signed(&early), Refused::NotYet(_)));
    let newer = clinic.document(6, &[]);
    assert!(matches!(refuse(&newer, ""), Refused::Signature(_)));
    assert!(matches!(
        refuse(&newer, &Clinic::new().sign(&newer)),
        Refused::NotSigned(_)
    ));
    let altered = newer.replace("Northside", "Southside");
    assert!(matches!(
        refuse(&altered, &clinic.sign(&newer)),
        Refused::NotSigned(_)
    ));
    assert!(matches!(signed("format = 1"), Refused::Mistake(_)));
    // The same once more is taken, and of the documents before nothing is left.
    assert_eq!(
        update(&clinic, &computer, &clinic.document(5, &[])).unwrap(),
        5
    );
    let left = fs::read_dir(&computer.own).unwrap().count();
    assert_eq!(left, 3);
}

/// Puts key, document and signature into a folder as IT does.
fn publish(clinic: &Clinic, folder: &Path, serial: u64) {
    let text = clinic.document(serial, &[]);
    let files = [
        (KEY, clinic.key.public().file()),
        (SIGNATURE, clinic.sign(&text)),
        (DOCUMENT, text),
    ];
    fs::create_dir_all(folder).unwrap();
    for (name, content) in files {
        fs::write(folder.join(name), content).unwrap();
    }
}

#[test]
fn a_folder_enrols_a_computer_with_the_check_code_of_the_recovery_sheet_alone() {
    let clinic = Clinic::new();
    let computer = computer(&clinic);
    let folder = clinic.parent.path().join("medium");
    let code = check_code(
        &clinic.key.public(),
        &clinic.identity.recipient().to_string(),
    );
    let enrol = |typed: &str| computer.enrol_from(&folder, typed, crate::log::now());
    let said = enrol(&code).unwrap_err();
    assert!(matches!(said, WorkstationError::Missing { .. }), "{said}");
    publish(&clinic, &folder, 3);
    for wrong in ["", "0000-0000", &code[1..]] {
        let said = enrol(wrong).unwrap_err();
        assert!(matches!(said, WorkstationError::CheckCode { .. }), "{said}");
        assert!(computer.enrolment().unwrap().is_none());
    }
    // Somebody else's key and document have another code.
    let stranger = Clinic::new();
    publish(&stranger, &folder, 3);
    assert!(matches!(
        enrol(&code),
        Err(WorkstationError::CheckCode { .. })
    ));
    publish(&clinic, &folder, 3);
    enrol(&format!(" {} ", code.to_lowercase().replace('-', " "))).unwrap();
    assert_eq!(in_force(&computer), 3);
}

#[test]
fn a_computer_stays_with_its_organisation() {
    let clinic = Clinic::new();
    let computer = computer(&clinic);
    enrol(&clinic, &computer, &clinic.document(3, &[])).unwrap();
    let stranger = Clinic::new();
    let refused = enrol(&stranger, &computer, &stranger.document(9, &[])).unwrap_err();
    assert!(
        matches!(refused, WorkstationError::OtherKey { .. }),
        "{refused}"
    );
    // Its own key once more takes newer documents and no older ones.
    assert_eq!(
        enrol(&clinic, &computer, &clinic.document(4, &[])).unwrap(),
        4
    );
    assert!(enrol(&clinic, &computer, &clinic.document(3, &[])).is_err());
    assert_eq!(in_force(&computer), 4);
}

#[test]
fn what_was_removed_or_damaged_is_said_and_can_be_made_good() {
    let clinic = Clinic::new();
    let computer = computer(&clinic);
    enrol(&clinic, &computer, &clinic.document(3, &[])).unwrap();
    fs::remove_file(computer.own.join("organisation-3.toml.minisig")).unwrap();
    let said = computer.enrolment().err().unwrap();
    assert!(matches!(said, WorkstationError::Missing { .. }), "{said}");
    assert_eq!(
        enrol(&clinic, &computer, &clinic.document(3, &[])).unwrap(),
        3
    );
    fs::write(computer.own.join("enrolment.json"), "{}").unwrap();
    let said = computer.enrolment().err().unwrap();
    assert!(matches!(said, WorkstationError::Damaged { .. }), "{said}");
    assert_eq!(
        enrol(&clinic, &computer, &clinic.document(3, &[])).unwrap(),
        3
    );
    assert_eq!(in_force(&computer), 3);
}

#[test]
fn what_it_has_put_down_for_the_whole_computer_goes_first_and_is_its_to_change() {
    let clinic = Clinic::new();
    let computer = computer(&clinic);
    enrol(&clinic, &computer, &clinic.document(3, &[])).unwrap();
    let machine = clinic.parent.path().join("etc");
    fs::create_dir(&machine).unwrap();
    assert_eq!(in_force(&computer), 3);
    let text = clinic.document(8, &[]);
    let files = [
        (KEY, clinic.key.public().file()),
        (DOCUMENT, text.clone()),
        (SIGNATURE, clinic.sign(&text)),
    ];
    for (number, (name, content)) in files.iter().enumerate() {
        fs::write(machine.join(name), content).unwrap();
        // Half of it is not taken for nothing.
        assert_eq!(computer.enrolment().is_ok(), number == 2, "{name}");
    }
    assert_eq!(in_force(&computer), 8);
    assert!(computer.enrolment().unwrap().unwrap().for_all);
    for refused in [
        update(&clinic, &computer, &clinic.document(9, &[])),
        enrol(&clinic, &computer, &clinic.document(9, &[])),
    ] {
        assert!(matches!(refused, Err(WorkstationError::ForAll { .. })));
    }
}

/// Where the files of a whole computer lie is no setting.
#[test]
fn the_folder_for_the_whole_computer_is_the_systems() {
    let of = Workstation::of(Path::new("/srv/Inroom/vault"));
    assert_eq!(of.machine.as_deref(), MACHINE_FOLDER.map(Path::new));
    assert_eq!(of.own, Path::new("/srv/Inroom/organisation"));
    #[cfg(unix)]
    {
        let clinic = Clinic::new();
        let root = clinic.parent.path().canonicalize().unwrap();
        fs::create_dir(root.join("vault")).unwrap();
        fs::create_dir(root.join("elsewhere")).unwrap();
        let link = root.join("elsewhere/link");
        std::os::unix::fs::symlink(root.join("vault"), &link).unwrap();
        assert_eq!(Workstation::of(&link).own, root.join("organisation"));
    }
}

/// The statement by which one key names another, signed by a third.
fn successor(from: &SecretKey, to: &SecretKey, by: &SecretKey) -> SignedSuccessor {
    let statement = governance::SuccessorStatement {
        key: from.public(),
        successor: to.public(),
    }
    .to_string();
    SignedSuccessor {
        signature: by.sign(statement.as_bytes(), "a test").file(),
        statement,
    }
}

#[test]
fn a_computer_follows_its_organisations_key_to_the_one_that_it_names_alone() {
    let clinic = Clinic::new();
    let computer = computer(&clinic);
    enrol(&clinic, &computer, &clinic.document(1, &[])).unwrap();
    let (new, foreign) = (Clinic::new().key, Clinic::new().key);
    let text = clinic.document(2, &[]);
    let by = |key: &SecretKey| key.sign(text.as_bytes(), "a test").file();
    let update = |signature: &str, said: &[SignedSuccessor]| {
        computer.update(text.as_bytes(), signature, said, crate::log::now())
    };
    // Nobody but the key itself names its successor; and what it does not name is no key of it.
    for forged in [&new, &foreign] {
        let refused = update(&by(&new), &[successor(&clinic.key, &new, forged)]);
        assert!(matches!(
            refused,
            Err(WorkstationError::Successor(NotASuccessor::NotSigned))
        ));
    }
    let of_another = successor(&foreign, &new, &foreign);
    for said in [&[][..], &[of_another]] {
        let refused = update(&by(&new), said);
        assert!(matches!(refused, Err(WorkstationError::Document(_))));
    }
    let nothing = SignedSuccessor {
        statement: "Dear Sir".to_owned(),
        signature: String::new(),
    };
    assert!(matches!(
        update(&by(&new), &[nothing]),
        Err(WorkstationError::Successor(NotASuccessor::Form))
    ));
    // A statement, but a document of the key before.
    let named = [successor(&clinic.key, &new, &clinic.key)];
    assert!(matches!(
        update(&by(&clinic.key), &named),
        Err(WorkstationError::Document(_))
    ));
    assert_eq!(in_force(&computer), 1);
    let enrolled = || computer.enrolment().unwrap().unwrap().key.line();
    assert_eq!(enrolled(), clinic.key.public().line());

    update(&by(&new), &named).unwrap();
    assert_eq!((in_force(&computer), enrolled()), (2, new.public().line()));
    // The same folder once more, and then nothing of the key before.
    update(&by(&new), &named).unwrap();
    let third = clinic.document(3, &[]);
    let by_the_old_key = clinic.sign(&third);
    let now = crate::log::now();
    let refused = computer.update(third.as_bytes(), &by_the_old_key, &[], now);
    assert!(matches!(refused, Err(WorkstationError::Document(_))));
    let back = [successor(&clinic.key, &foreign, &clinic.key)];
    let refused = update(&by(&foreign), &back);
    assert!(matches!(refused, Err(WorkstationError::Document(_))));
    assert_eq!(enrolled(), new.public().line());
}

#[test]
fn a_vault_follows_too_also_over_two_keys_and_holds_on_to_the_last_one() {
    let people = &[("ada", "physician")];
    let (mut clinic, vault) = Clinic::with_vault(people);
    drop(vault);
    let computer = Workstation::of(&clinic.dir());
    let own = clinic.parent.path().join("organisation");
    let before = fs::read_dir(&own)
        .unwrap()
        .map(|file| file.unwrap().path())
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect::<Vec<_>>();
    let first = std::mem::replace(&mut clinic.key, Clinic::new().key);
    let second = std::mem::replace(&mut clinic.key, Clinic::new().key);
    let said = [
        successor(&first, &second, &first),
        successor(&second, &clinic.key, &second),
    ];
    let text = clinic.document(2, people);
    let signature = clinic.sign(&text);
    computer
        .update(text.as_bytes(), &signature, &said, crate::log::now())
        .unwrap();
    let vault = clinic.sign_in("ada").unwrap();
    let lines = crate::people::tests::log_of(&vault);
    let replaced = lines
        .iter()
        .filter(|line| line.contains("organisation_key_replaced"));
    assert_eq!(replaced.count(), 2);
    drop(vault);
    drop(clinic.sign_in("ada").unwrap());
    // Nobody brings the key before back, also not whoever can write to the folder.
    fs::remove_dir_all(&own).unwrap();
    fs::create_dir(&own).unwrap();
    for (path, bytes) in before {
        fs::write(path, bytes).unwrap();
    }
    let refused = clinic.sign_in("ada").err().unwrap();
    assert!(
        matches!(refused, crate::VaultError::OtherOrganisation { .. }),
        "{refused}"
    );
}

/// The database itself takes no key that the one before has not named.
#[test]
fn the_database_takes_no_other_key_by_itself() {
    let (_clinic, vault) = Clinic::with_vault(&[("ada", "physician")]);
    let connection = vault.connection();
    let other = Clinic::new().key.public().line();
    let exchanged = connection.execute("UPDATE organisation SET key = ?1", [&other]);
    assert!(exchanged.is_err());
}
