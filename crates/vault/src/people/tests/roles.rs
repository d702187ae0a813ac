//! What each role may do with an open vault.

use super::*;

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
    use crate::{Erased, ErasureReason};
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
        Command::TakeNote => vault.note_to_export(id).map(drop),
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
        Command::ShowWorksheet => vault.worksheet(UnixMillis(0), UnixMillis(1)).map(drop),
        Command::MakeIncidentPack => vault.enter_incident_pack(b"", true),
        Command::LiftLockdown => vault.lift_lockdown(&crate::Lift::RecoveryKey(&clinic.identity)),
        Command::ReadPilotFigures => vault.pilot_figures(None, None).map(drop),
        Command::RecordDrill => vault.enter_drill(true, visit::Millis(1), 1),
        Command::KeepVoice => vault.erase_voice().map(drop),
        Command::AssessRisk => vault.standing().map(drop),
        Command::ExportHeads => vault.heads_state().map(drop),
        Command::SetHeadsTarget => vault.set_heads_to(&crate::HeadsTo::default()),
        Command::AcknowledgeEmergency => vault.acknowledge_emergencies().map(drop),
        // It would lock the others out; `lockdown/tests.rs` has it.
        Command::ReportIncident
        | Command::DraftNote
        | Command::ListVisits
        | Command::ReadRetention
        | Command::CreateVault
        | Command::OpenVault
        | Command::LockVault
        | Command::RotateKey
        | Command::Recover
        | Command::TakeDocument
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
