//! The risk assessment and the doctor by the command line.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::Value;

use crate::clinic::Clinic;
use crate::roles::clinic;

/// Has the page and the JSON written as a person; answers what was said, and both.
fn assess(clinic: &Clinic, who: &str, name: &str) -> (String, String, Value) {
    let (html, json) = (format!("{name}.html"), format!("{name}.json"));
    let said = clinic.done_as(who, &["risk", "--html", &html, "--json", &json]);
    let read = |name: &str| fs::read_to_string(clinic.path(name)).unwrap();
    let value = serde_json::from_str(&read(&json)).unwrap();
    (said, read(&html), value)
}

/// Passed, failed or cannot-tell.
fn verdict<'v>(json: &'v Value, check: &str) -> &'v str {
    let findings = json["findings"].as_array().unwrap();
    let found = findings.iter().find(|found| found["check"] == check);
    found.unwrap()["verdict"].as_str().unwrap()
}

fn state<'v>(json: &'v Value, risk: &str) -> &'v str {
    let risks = json["risks"].as_array().unwrap();
    let found = risks.iter().find(|found| found["id"] == risk);
    found.unwrap()["state"].as_str().unwrap()
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_failed_self_check_is_an_open_risk_on_the_page_in_the_json_and_on_the_terminal() {
    let clinic = clinic();
    let (_, page, json) = assess(&clinic, "dov@", "before");
    for check in [
        "core-dumps-off",
        "computer-enrolled",
        "document-in-force",
        "recovery-key",
        "folder-private",
        "nothing-readable",
        "log-verifies",
        "clock-plausible",
        "idle-lock",
        "not-locked-down",
        "workers-present",
    ] {
        assert_eq!(verdict(&json, check), "passed", "{check}");
    }
    // Nobody has backed it up, exported the log or tried the plan yet, and by this organisation's document
    // recordings are kept until a person erases them.
    for check in [
        "backup-recent",
        "log-exported",
        "drill-recent",
        "retention-enforced",
    ] {
        assert_eq!(verdict(&json, check), "failed", "{check}");
    }
    assert_eq!(state(&json, "personal-account"), "controlled");
    assert_eq!(state(&json, "no-backup"), "open");
    assert_eq!(json["organisation"], "Northside Clinic");
    assert_eq!(json["vault_open"], true);
    let article =
        |risk: &str, state: &str| format!("<article class=\"risk {state}\" id=\"risk-{risk}\">");
    assert!(page.contains(&article("no-backup", "open")));
    assert!(page.contains(&article("personal-account", "controlled")));
    for name in ["before.html", "before.json"] {
        let mode = fs::metadata(clinic.path(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }

    // What was missing is done, and something else is put out of order.
    clinic.done_as("chiara@", &["vault", "backup", "--to", "backups"]);
    clinic.done_as("eunji@", &["audit", "export", "log"]);
    clinic.done_as("dov@", &["incident", "drill", "--visits", "1"]);
    set_mode(&clinic.path("vault/keys.json"), 0o644);
    let (said, page, json) = assess(&clinic, "eunji@", "after");
    for check in ["backup-recent", "log-exported", "drill-recent"] {
        assert_eq!(verdict(&json, check), "passed", "{check}");
    }
    assert_eq!(verdict(&json, "folder-private"), "failed");
    assert_eq!(state(&json, "other-accounts"), "open");
    assert_eq!(state(&json, "no-backup"), "controlled");
    assert!(page.contains(&article("other-accounts", "open")));
    assert!(page.contains("keys.json has the mode 644"));
    let line = said.lines().find(|line| line.contains(" other-accounts "));
    assert!(line.unwrap().starts_with("OPEN"), "{said}");
    let access = json["safeguards"].as_array().unwrap();
    let access = access
        .iter()
        .find(|line| line["citation"] == "164.312(a)(1)");
    assert_eq!(access.unwrap()["state"], "open");

    // Each assessment is in the log, and a file that is there is left alone.
    let log = clinic.done_as("eunji@", &["audit", "show"]);
    let entered = log
        .lines()
        .filter(|line| line.contains("had the risks assessed"));
    assert_eq!(entered.count(), 2, "{log}");
    let said = clinic.refused_as("dov@", &["risk", "--html", "after.html"]);
    assert!(said.contains("exists already"), "{said}");
    let said = clinic.refused_as("ben@", &["risk", "--html", "nurse.html"]);
    assert!(
        said.contains("does not include to assess the risks"),
        "{said}"
    );
    assert!(!clinic.path("nurse.html").exists());
}

#[test]
fn a_report_of_a_suspicion_is_an_open_risk_with_the_vault_closed_and_open() {
    let clinic = clinic();
    clinic.done(&["incident", "report", "misuse"]);
    let said = clinic.done(&["risk", "--closed", "--json", "closed.json"]);
    let text = fs::read_to_string(clinic.path("closed.json")).unwrap();
    let json: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(verdict(&json, "not-locked-down"), "failed", "{said}");
    assert_eq!(state(&json, "open-suspicion"), "open");
    assert_eq!(json["vault_open"], false);
    for check in ["log-verifies", "backup-recent", "retention-enforced"] {
        assert_eq!(verdict(&json, check), "cannot-tell", "{check}");
    }
    let (_, page, json) = assess(&clinic, "dov@", "open");
    assert_eq!(verdict(&json, "not-locked-down"), "failed");
    assert!(page.contains("id=\"risk-open-suspicion\""));
}

#[test]
fn where_there_is_no_vault_the_computer_is_assessed() {
    let clinic = Clinic::new();
    clinic.done(&["risk", "--json", "r.json"]);
    let text = fs::read_to_string(clinic.path("r.json")).unwrap();
    let json: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(verdict(&json, "computer-enrolled"), "failed");
    assert_eq!(verdict(&json, "folder-private"), "cannot-tell");
    assert_eq!(verdict(&json, "core-dumps-off"), "passed");
}

#[test]
fn the_doctor_tells_what_works_without_a_passphrase_and_fails_where_something_does_not() {
    let clinic = clinic();
    let health = |clinic: &Clinic| {
        let (done, said) = clinic.run(&["doctor", "--vault", "vault", "--json"]);
        // The reason why it fails follows the JSON.
        let json = &said[..said.rfind("\n}").unwrap() + 2];
        let value: Value = serde_json::from_str(json).unwrap();
        assert_eq!(value["works"], done, "{said}");
        value
    };
    let item = |json: &Value, what: &str| -> String {
        let items = json["items"].as_array().unwrap();
        let found = items.iter().find(|item| item["what"] == what);
        found.unwrap()["ailing"].as_str().unwrap().to_owned()
    };
    let before = health(&clinic);
    assert_eq!(item(&before, "store"), "no");
    assert_eq!(item(&before, "organisation"), "no");
    assert_eq!(item(&before, "worker"), "no");
    let (_, said) = clinic.run(&["doctor", "--vault", "vault"]);
    assert!(
        said.contains("Northside Clinic") && said.contains("processor"),
        "{said}"
    );

    clinic.done(&["incident", "report", "malware"]);
    assert_eq!(item(&health(&clinic), "store"), "somewhat");
    fs::remove_file(clinic.path("vault/reports.jsonl")).unwrap();
    // An enrolment that was altered keeps every store here closed.
    fs::write(clinic.path("organisation/enrolment.json"), "{}").unwrap();
    let after = health(&clinic);
    assert_eq!(item(&after, "organisation"), "badly");
    assert_eq!(after["works"], false);
    let (done, said) = clinic.run(&["doctor", "--vault", "vault"]);
    assert!(!done && said.contains("BAD   organisation"), "{said}");
}
