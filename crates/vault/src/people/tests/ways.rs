//! The ways of people, and how a vault comes to an organisation and back to its people.

use super::*;

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
    assert!(matches!(refused, VaultError::ToBeJoined), "{refused}");

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

/// As a kill leaves it between the two halves of an exchange: the ways lead to the new key already, and
/// the store stands under the old one.
#[test]
fn an_exchange_of_the_vault_key_that_was_cut_off_keeps_everybody_in_and_can_be_finished() {
    let (clinic, vault) = Clinic::with_vault(&[ADA, BEN, CHIARA]);
    for name in ["ben", "chiara"] {
        clinic.admit(&vault, name, &code(name, 0)).unwrap();
    }
    drop(vault);
    let (dir, secrets) = (clinic.dir(), clinic.secrets());
    let keys = KeysFile::from_bytes(&folder::read_keys(&dir).unwrap()).unwrap();
    let unwrapped = keys
        .unwrap_person(&account("ada"), &passphrase("ada"), Some(&secrets))
        .unwrap();
    let escrow = clinic.identity.recipient();
    let (next, _) = keys
        .with_new_key_for_people(&unwrapped, Some(&escrow))
        .unwrap();
    folder::replace_keys(&dir, &next.to_bytes().unwrap()).unwrap();

    drop(clinic.sign_in("ben").unwrap());
    // Somebody is removed and somebody changes their passphrase meanwhile.
    clinic.take(&clinic.document(2, &[ADA, CHIARA]));
    let next = SecretString::from("another passphrase of ada");
    clinic
        .sign_in("ada")
        .unwrap()
        .change_passphrase(&passphrase("ada"), Some(&secrets), &next, KdfCost::LEAST)
        .unwrap();
    assert!(Vault::entrances(&dir).unwrap().rotation_unfinished);
    let vault = clinic.sign_in("chiara").unwrap();
    drop(
        vault
            .rotate_key(&passphrase("chiara"), Some(&secrets))
            .unwrap(),
    );
    drop(clinic.sign_in_with("ada", next.expose_secret()).unwrap());
    let entrances = Vault::entrances(&dir).unwrap();
    assert!(!entrances.rotation_unfinished);
    assert_eq!(entrances.people.len(), 2);
    let refused = clinic.sign_in("ben").err().unwrap();
    assert!(matches!(refused, VaultError::NoWay(_)), "{refused}");
}
