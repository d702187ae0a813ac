#![allow(clippy::unwrap_used)]
use super::*;
use crate::people::tests::Clinic;
use crate::signing::tests::scratch;

fn print(direction: usize) -> VoicePrint {
    let mut print = [0.0; VoicePrint::BYTES];
    print[direction] = 1.0;
    VoicePrint::of(&print).unwrap()
}

fn encoder(number: u8) -> Sha256Hex {
    Sha256Hex::from_bytes([number; 32])
}

#[test]
fn a_voice_is_kept_replaced_and_erased_and_each_is_entered() {
    let (_parent, vault) = scratch();
    assert_eq!(vault.enrolled_voice().unwrap(), None);
    assert!(!vault.erase_voice().unwrap());
    vault.enrol_voice(&print(1), &encoder(1)).unwrap();
    vault.enrol_voice(&print(2), &encoder(1)).unwrap();
    assert_eq!(vault.voice_print(&encoder(1)).unwrap(), Some(print(2)));
    assert!(vault.erase_voice().unwrap());
    assert_eq!(vault.voice_print(&encoder(1)).unwrap(), None);

    let mut acts = Vec::new();
    vault
        .show_log(&mut |entry| acts.push(entry.act.clone()))
        .unwrap();
    let voices = [Act::VoiceEnrolled, Act::VoiceEnrolled, Act::VoiceErased];
    assert!(acts.windows(3).any(|three| three == voices), "{acts:?}");
}

#[test]
fn a_print_of_another_encoder_is_not_used() {
    let (_parent, vault) = scratch();
    vault.enrol_voice(&print(1), &encoder(1)).unwrap();
    assert_eq!(vault.voice_print(&encoder(2)).unwrap(), None);
    assert_eq!(vault.enrolled_voice().unwrap().unwrap().encoder, encoder(1));
}

#[test]
fn what_is_no_print_is_said_to_be_damaged() {
    let (_parent, vault) = scratch();
    vault.enrol_voice(&print(1), &encoder(1)).unwrap();
    vault
        .connection()
        .execute("UPDATE voice_prints SET print = x'0102'", [])
        .unwrap();
    assert!(matches!(
        vault.voice_print(&encoder(1)),
        Err(VaultError::Damaged {
            what: Part::VoicePrint
        })
    ));
}

#[test]
fn a_persons_print_is_theirs_alone_and_goes_with_their_way() {
    let (clinic, vault) = Clinic::with_vault(&[("ada", "physician"), ("ben", "nurse")]);
    clinic.admit_with_first_code(&vault, "ben");
    vault.enrol_voice(&print(1), &encoder(1)).unwrap();
    drop(vault);
    let vault = clinic.sign_in("ben").unwrap();
    assert_eq!(vault.voice_print(&encoder(1)).unwrap(), None);
    vault.enrol_voice(&print(2), &encoder(1)).unwrap();
    drop(vault);

    clinic.take(&clinic.document(2, &[("ada", "physician")]));
    let vault = clinic.sign_in("ada").unwrap();
    assert_eq!(vault.voice_print(&encoder(1)).unwrap(), Some(print(1)));
    let prints: u32 = vault
        .connection()
        .query_row("SELECT count(*) FROM voice_prints", [], |row| row.get(0))
        .unwrap();
    assert_eq!(prints, 1);
}
