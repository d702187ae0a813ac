//! The whole plan tried on a scratch vault: report, lockdown, pack, lift.

use std::time::Instant;

use vault::{EscrowIdentity, KdfCost, Lift, NewVisit, Suspicion, Vault, VaultError};
use visit::{Millis, PatientText, UnixMillis};

use super::{PackOrder, incident_pack};
use crate::scratch::{no_person_recorded, random_passphrase};
use crate::{ScribeError, clock};

/// How a drill went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drill {
    /// Visits of the scratch vault.
    pub visits: u32,
    /// From the report to the pack.
    pub took: Millis,
    /// Bytes of the pack.
    pub pack_bytes: u64,
    /// What did not hold; empty if everything did.
    pub failed: Vec<&'static str>,
}

/// Tries the plan on a scratch vault with so many visits, which is erased afterwards.
///
/// # Errors
/// If the scratch vault cannot be made or used; what does not hold is told in [`Drill::failed`].
pub fn drill(visits: u32) -> Result<Drill, ScribeError> {
    let folder = tempfile::Builder::new()
        .prefix("inroom-drill-")
        .tempdir()
        .map_err(ScribeError::Scratch)?;
    let passphrase = random_passphrase()?;
    let dir = folder.path().join("vault");
    let vault = Vault::create(&dir, &passphrase, KdfCost::LEAST)?;
    for _ in 0..visits {
        let visit = vault.begin_visit(made_up())?;
        vault.read_visit(visit)?;
    }
    let mut failed = Vec::new();
    let mut hold = |held: bool, what| {
        if !held {
            failed.push(what);
        }
    };
    let begin = Instant::now();
    Vault::report_at(&dir, Suspicion::Other)?;
    let refused = vault.begin_visit(made_up());
    hold(
        matches!(refused, Err(VaultError::LockedDown(_))),
        "a new visit was made after the report",
    );
    let recipient = EscrowIdentity::generate().recipient();
    let order = PackOrder {
        from: UnixMillis(0),
        until: clock::now(),
        recipient: Some(&recipient),
    };
    let pack = incident_pack(&vault, &order);
    let took = Millis(u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX));
    let mut pack_bytes = 0;
    match pack {
        Ok(pack) => {
            pack_bytes = pack.bytes.len() as u64;
            let sheet = &pack.worksheet;
            hold(sheet.fault.is_none(), "the audit log is not in order");
            hold(
                sheet.touched.len() == visits as usize,
                "the worksheet does not name every visit",
            );
        }
        Err(_) => hold(false, "no pack was made"),
    }
    let lift = Lift::Passphrase {
        passphrase: &passphrase,
        secrets: None,
    };
    hold(
        vault.lift_lockdown(&lift).is_ok(),
        "the lockdown was not lifted",
    );
    hold(
        vault.begin_visit(made_up()).is_ok(),
        "no visit could be made after the lift",
    );
    Ok(Drill {
        visits,
        took,
        pack_bytes,
        failed,
    })
}

fn made_up() -> NewVisit {
    NewVisit {
        consent: no_person_recorded(),
        template: visit::template::DEFAULT.to_owned(),
        kind: None,
        language: None,
        patient_label: PatientText::default(),
        reason: PatientText::default(),
        expected: PatientText::default(),
        started_at: clock::now(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn everything_holds_in_a_drill() {
        let done = drill(20).unwrap();
        assert_eq!(done.failed, [""; 0]);
        assert_eq!(done.visits, 20);
        assert!(done.pack_bytes > 1_000, "{}", done.pack_bytes);
    }
}
