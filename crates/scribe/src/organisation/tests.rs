#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::Path;

use governance::minisign::KdfCost;
use governance::{Account, Organisation, Role};
use secrecy::SecretString;
use vault::{DeviceSecretFile, Vault, Workstation};

use super::founding::{first_document, real};
use super::*;

#[test]
fn the_first_document_is_in_order_and_bad_names_and_domains_are_not() {
    let key = format!("age1{}", "q".repeat(58));
    let make = |name: &str, domain: &str| first_document(name, &[domain.to_owned()], &key);
    let text = make("The \"North\" \\ Side", "clinic.example").unwrap();
    let read = Organisation::read(&text).unwrap();
    assert_eq!(read.identity.name, "The \"North\" \\ Side");
    assert_eq!((read.serial, read.people.len()), (1, 0));
    for (name, domain, field) in [
        ("Clinic", "gmail.com", "organisation.domains[1]"),
        ("Clinic", "clinic", "organisation.domains[1]"),
        ("", "clinic.example", "organisation.name"),
    ] {
        let refused = make(name, domain).unwrap_err().to_string();
        assert!(refused.contains(field), "{refused}");
    }
}

#[test]
fn a_path_is_followed_as_far_as_it_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let there = folder.path().canonicalize().unwrap();
    assert_eq!(real(&folder.path().join("a/b")).unwrap(), there.join("a/b"));
    assert!(real(&folder.path().join("a/../b")).is_err());
}

struct Place {
    folder: tempfile::TempDir,
    secrets: DeviceSecretFile,
    account: Account,
    key_passphrase: SecretString,
    passphrase: SecretString,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            secrets: DeviceSecretFile::new(folder.path().join("secret")),
            account: "ada@northside.example".parse().unwrap(),
            key_passphrase: "the key of the made-up practice".to_owned().into(),
            passphrase: "quiet river under bridges".to_owned().into(),
            folder,
        }
    }

    fn set_up(
        &self,
        keys: &Path,
        told: &mut dyn FnMut(FoundingStage),
    ) -> Result<SetUp, PracticeError> {
        let practice = Practice {
            folder: keys,
            name: "Northside Practice",
            person: "Ada Nkemelu",
            account: &self.account,
            key_passphrase: &self.key_passphrase,
            key_cost: KdfCost::LEAST,
            passphrase: &self.passphrase,
            cost: vault::KdfCost::LEAST,
            vault: &self.vault(),
            device: Some(&self.secrets),
        };
        set_up_practice(&practice, told)
    }

    fn vault(&self) -> std::path::PathBuf {
        self.folder.path().join("data/vault")
    }
}

#[test]
fn a_practice_is_set_up_in_one_go_and_its_keys_lie_elsewhere() {
    let place = Place::new();
    let keys = place.folder.path().join("medium/northside");
    fs::create_dir(place.folder.path().join("data")).unwrap();
    let mut stages = Vec::new();
    let made = place
        .set_up(&keys, &mut |stage| stages.push(stage))
        .unwrap();
    let all = [
        FoundingStage::Keys,
        FoundingStage::Signing,
        FoundingStage::Enrolling,
        FoundingStage::Vault,
    ];
    assert_eq!(stages, all);
    let person = made.vault.person().unwrap();
    assert_eq!(
        (person.name.as_str(), person.role),
        ("Ada Nkemelu", Role::Physician)
    );
    let sheet = fs::read_to_string(&made.sheet).unwrap();
    assert!(sheet.contains(&made.check), "{sheet}");
    assert!(sheet.contains("AGE-SECRET-KEY-1"), "{sheet}");
    // Nothing secret of the practice lies beside the visits.
    for entry in fs::read_dir(place.folder.path().join("data/organisation")).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        assert!(!text.contains("SECRET"), "{text}");
    }
    drop(made.vault);
    let wrong = SecretString::from("quiet river over bridges".to_owned());
    Vault::sign_in(&place.vault(), &place.account, &wrong, Some(&place.secrets))
        .map(drop)
        .unwrap_err();
    Vault::sign_in(
        &place.vault(),
        &place.account,
        &place.passphrase,
        Some(&place.secrets),
    )
    .unwrap();

    // The roster can grow: another computer joins with what was published, and the check code.
    let other = tempfile::tempdir().unwrap();
    let accepted = Workstation::of(&other.path().join("vault"))
        .enrol_from(&made.public_folder, &made.check, crate::clock::now())
        .unwrap();
    assert_eq!(
        (
            accepted.organisation.serial,
            accepted.organisation.people.len()
        ),
        (2, 1)
    );
}

#[test]
fn what_keeps_a_practice_from_being_set_up_is_said_before_anything_is_made() {
    let mut place = Place::new();
    let data = place.folder.path().join("data");
    fs::create_dir(&data).unwrap();
    let keys = place.folder.path().join("keys");
    let refused = |place: &Place, keys: &Path| {
        let error = place.set_up(keys, &mut |_| ()).map(drop).unwrap_err();
        assert!(!place.folder.path().join("keys").exists(), "{error}");
        assert!(
            fs::read_dir(place.folder.path().join("data"))
                .unwrap()
                .next()
                .is_none(),
            "{error}"
        );
        error.to_string()
    };
    assert!(refused(&place, &data.join("keys")).contains("beside the visits"));
    place.account = "ada@gmail.com".parse().unwrap();
    assert!(refused(&place, &keys).contains("no document"));
    place.account = "ada@northside.example".parse().unwrap();
    place.key_passphrase = place.passphrase.clone();
    assert!(refused(&place, &keys).contains("Choose another"));
    place.passphrase = "short".to_owned().into();
    assert!(refused(&place, &keys).contains("needs 12"));

    let place = Place::new();
    fs::create_dir(place.folder.path().join("data")).unwrap();
    drop(place.set_up(&keys, &mut |_| ()).unwrap());
    let again = place.set_up(&place.folder.path().join("more"), &mut |_| ());
    assert!(matches!(again.map(drop), Err(PracticeError::VaultThere)));
    fs::remove_dir_all(place.vault()).unwrap();
    let again = place.set_up(&place.folder.path().join("more"), &mut |_| ());
    assert!(matches!(again.map(drop), Err(PracticeError::Enrolled)));
}

/// Where the last step fails, the person gets what the vault is made with.
#[test]
fn a_vault_that_was_not_made_can_be_made_with_what_is_told() {
    use vault::{
        DeviceError, DevicePlace, DeviceSecrets, ExposeSecret as _, KdfCost as VaultCost, Newcomer,
    };
    struct Silent;
    impl DeviceSecrets for Silent {
        fn place(&self) -> DevicePlace {
            DevicePlace::Keyring
        }
        fn read(&self, _: &str) -> Result<Option<SecretString>, DeviceError> {
            Ok(None)
        }
        fn write(&self, _: &str, _: &SecretString) -> Result<(), DeviceError> {
            Err(DeviceError {
                place: DevicePlace::Keyring,
                reason: "it is locked".to_owned(),
            })
        }
    }
    let place = Place::new();
    fs::create_dir(place.folder.path().join("data")).unwrap();
    let keys = place.folder.path().join("keys");
    let practice = Practice {
        folder: &keys,
        name: "Northside Practice",
        person: "Ada Nkemelu",
        account: &place.account,
        key_passphrase: &place.key_passphrase,
        key_cost: KdfCost::LEAST,
        passphrase: &place.passphrase,
        cost: VaultCost::LEAST,
        vault: &place.vault(),
        device: Some(&Silent),
    };
    let failed = set_up_practice(&practice, &mut |_| ())
        .map(drop)
        .unwrap_err();
    let PracticeError::AfterEnrolment { code, .. } = &failed else {
        panic!("{failed:?}")
    };
    assert!(failed.to_string().contains(code.expose_secret()));
    assert!(!format!("{failed:?}").contains(code.expose_secret()));
    let maker = Newcomer {
        account: &place.account,
        code: &governance::Code::parse(code.expose_secret()).unwrap(),
        passphrase: &place.passphrase,
        cost: VaultCost::LEAST,
        device: Some(&place.secrets),
    };
    Vault::create_for(&place.vault(), &maker).unwrap();
}
