//! What follows from a document.

use visit::Sha256Hex;

use super::{account, day, sample};
use crate::{
    Code, EnrolmentRefused, ModelRole, NotAdmitted, NotApproved, OutOfScope, Pilot, VisitAsked,
};

#[test]
fn who_is_on_the_roster_is_let_in_in_their_time() {
    let organisation = sample();
    let admit = |who: &str, os_account: &str, at: &str| {
        let found = organisation.admit(&account(who), os_account, day(at));
        found.map(|person| person.name.clone())
    };
    let ada = "ada@northside.example";
    assert_eq!(admit(ada, "ada", "2026-01-01").unwrap(), "Ada Nkemelu");
    assert_eq!(
        admit(ada, "kiosk", "2026-01-01"),
        Err(NotAdmitted::OtherOsAccount(account(ada)))
    );
    assert!(matches!(
        admit(ada, "ada", "2025-12-31T23:59:59Z"),
        Err(NotAdmitted::NotYet { .. })
    ));
    assert!(admit(ada, "ada", "2026-06-30T23:59:59Z").is_ok());
    assert!(matches!(
        admit(ada, "ada", "2026-07-01"),
        Err(NotAdmitted::Ended { .. })
    ));
    assert!(admit("BEN@care.northside.example", "anything", "2030-01-01").is_ok());
    for stranger in ["eve@northside.example", "ben@northside.example"] {
        assert_eq!(
            admit(stranger, "ada", "2026-01-01"),
            Err(NotAdmitted::Unknown(account(stranger)))
        );
    }
}

#[test]
fn an_enrolment_code_is_for_one_person_and_a_time() {
    let organisation = sample();
    let [ada, ben] = [0, 1].map(|at| &organisation.people[at]);
    let code = Code::from_random(std::array::from_fn(|at| at as u8));
    let other = Code::from_random([9; 15]);
    assert_eq!(ada.enrols_with(&code, day("2026-01-14")), Ok(()));
    assert_eq!(
        ada.enrols_with(&other, day("2026-01-14")),
        Err(EnrolmentRefused::Wrong)
    );
    assert!(matches!(
        ada.enrols_with(&code, day("2026-01-15")),
        Err(EnrolmentRefused::Expired(_))
    ));
    assert_eq!(
        ben.enrols_with(&code, day("2026-01-14")),
        Err(EnrolmentRefused::NoCode)
    );
    let mut moved = ben.clone();
    moved.enrolment = ada.enrolment.clone();
    assert_eq!(
        moved.enrols_with(&code, day("2026-01-14")),
        Err(EnrolmentRefused::Wrong)
    );
}

#[test]
fn a_visit_outside_the_pilot_is_refused_with_the_reason() {
    let pilot = sample().pilot.unwrap();
    let (ada, chiara) = (
        account("ada@northside.example"),
        account("chiara@northside.example"),
    );
    let inside = VisitAsked {
        account: &ada,
        kind: Some("follow-up"),
        template: "soap",
        at: day("2026-02-01"),
        before: 199,
    };
    assert_eq!(pilot.permits(&inside), Ok(()));
    let refused = |change: &dyn Fn(&mut VisitAsked<'_>)| {
        let mut asked = VisitAsked {
            account: &ada,
            kind: Some("follow-up"),
            template: "soap",
            ..inside
        };
        change(&mut asked);
        pilot.permits(&asked).unwrap_err()
    };
    assert!(matches!(
        refused(&|asked| asked.at = day("2026-01-31T23:59:59Z")),
        OutOfScope::NotYet(_)
    ));
    assert!(matches!(
        refused(&|asked| asked.at = day("2026-05-01")),
        OutOfScope::Ended(_)
    ));
    let stranger = VisitAsked {
        account: &chiara,
        ..inside
    };
    assert_eq!(
        pilot.permits(&stranger),
        Err(OutOfScope::Person(chiara.clone()))
    );
    assert!(matches!(
        refused(&|asked| asked.kind = None),
        OutOfScope::NoKind(_)
    ));
    assert!(matches!(
        refused(&|asked| asked.kind = Some("surgery")),
        OutOfScope::Kind { .. }
    ));
    assert!(matches!(
        refused(&|asked| asked.template = "full-visit"),
        OutOfScope::Template { .. }
    ));
    assert_eq!(
        refused(&|asked| asked.before = 200),
        OutOfScope::Visits(200)
    );
    let said = refused(&|asked| asked.kind = Some("surgery")).to_string();
    assert!(said.contains("follow-up, back pain"), "{said}");
    let open = Pilot {
        people: None,
        kinds: None,
        templates: None,
        visits: None,
        ..pilot
    };
    let anything = VisitAsked {
        account: &chiara,
        kind: None,
        template: "anything",
        before: u32::MAX,
        ..inside
    };
    assert_eq!(open.permits(&anything), Ok(()));
}

fn digest(text: &str) -> Sha256Hex {
    Sha256Hex::try_from(text.to_owned()).unwrap()
}

#[test]
fn a_model_is_loaded_if_it_is_listed_for_its_role_in_time_and_not_recalled() {
    let mut organisation = sample();
    let whisper = organisation.models[0].sha256.clone();
    let ask = |organisation: &crate::Organisation, sha256: &Sha256Hex, role, at| {
        let found = organisation.approved(sha256, role, day(at));
        found.map(|approval| approval.id.clone())
    };
    let speech = ModelRole::Speech;
    assert_eq!(
        ask(&organisation, &whisper, speech, "2026-01-01").unwrap(),
        "whisper-base"
    );
    assert!(matches!(
        ask(&organisation, &whisper, speech, "2025-12-31"),
        Err(NotApproved::NotYet { .. })
    ));
    assert!(matches!(
        ask(&organisation, &whisper, speech, "2026-12-01"),
        Err(NotApproved::Expired { .. })
    ));
    assert!(matches!(
        ask(&organisation, &whisper, ModelRole::Drafting, "2026-01-01"),
        Err(NotApproved::OtherRole { .. })
    ));
    let unknown = digest(&"0".repeat(64));
    assert_eq!(
        ask(&organisation, &unknown, speech, "2026-01-01"),
        Err(NotApproved::Unlisted(unknown.clone()))
    );
    // A second approval that holds is enough; what is said is of the right role.
    let mut later = organisation.models[0].clone();
    later.from = later.until;
    later.until = organisation.until;
    organisation.models.push(later);
    assert!(ask(&organisation, &whisper, speech, "2026-12-01").is_ok());
    organisation.models[2].role = ModelRole::Speaker;
    assert!(matches!(
        ask(&organisation, &whisper, speech, "2026-12-01"),
        Err(NotApproved::Expired { .. })
    ));
    // A recall goes before.
    organisation.recalls[0].sha256 = whisper.clone();
    assert!(ask(&organisation, &whisper, speech, "2026-02-14").is_ok());
    assert!(matches!(
        ask(&organisation, &whisper, speech, "2026-02-15"),
        Err(NotApproved::Recalled { .. })
    ));
}

#[test]
fn a_model_writes_the_templates_that_it_is_approved_for() {
    let organisation = sample();
    let [whisper, drafter] = [0, 1].map(|at| &organisation.models[at]);
    assert_eq!(drafter.writes("soap"), Ok(()));
    assert!(matches!(
        drafter.writes("full-visit"),
        Err(NotApproved::Template { .. })
    ));
    assert_eq!(whisper.writes("anything"), Ok(()));
}
