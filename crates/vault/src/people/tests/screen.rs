//! The screen of an organisation's vault, locked while work goes on.

use super::*;

#[test]
fn whoever_is_signed_in_unlocks_the_screen_and_tries_are_counted() {
    let (clinic, vault) = Clinic::with_vault(&[ADA, BEN]);
    clinic.admit(&vault, "ben", &code("ben", 0)).unwrap();
    let secrets = clinic.secrets();
    let unlock = |passphrase: SecretString| vault.unlock_screen(&passphrase, Some(&secrets));
    vault.lock_screen().unwrap();
    // Another person's passphrase is none here.
    assert!(matches!(
        unlock(passphrase("ben")),
        Err(VaultError::WrongPassphrase)
    ));
    unlock(passphrase("ada")).unwrap();
    assert!(holds(&log_of(&vault), &["screen_unlocked", "ada@"]));
    assert!(holds(&log_of(&vault), &["sign_in_refused", "ada@"]));

    vault.lock_screen().unwrap();
    let too_many = (0..20)
        .map(|_| unlock("not it at all".into()).err().unwrap())
        .find(|error| matches!(error, VaultError::TooManyTries { .. }));
    assert!(too_many.is_some());
    assert!(matches!(
        unlock(passphrase("ada")),
        Err(VaultError::TooManyTries { .. })
    ));
}
