#![allow(clippy::unwrap_used, clippy::panic)]
use std::collections::BTreeSet;
use std::path::Path;

use super::*;
use crate::Role;

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn circumstances() -> Circumstances {
    Circumstances {
        made_at: visit::UnixMillis(1_790_000_000_000),
        program: "1.2.3".to_owned(),
        system: "a system".to_owned(),
        organisation: Some("Northside <Clinic> & \"Sons\"".to_owned()),
        vault_open: true,
    }
}

fn all_pass() -> Vec<Finding> {
    let checks = SelfCheck::ALL.iter();
    checks
        .map(|check| Finding::passed(*check, "seen"))
        .collect()
}

fn assessed(findings: Vec<Finding>) -> Assessment {
    assess(&register().unwrap(), findings, circumstances())
}

#[test]
fn every_risk_says_all_that_a_risk_has_to() {
    let Register { risks, .. } = register().unwrap();
    assert!(risks.len() >= 30, "{}", risks.len());
    let ids: BTreeSet<_> = risks.iter().map(|risk| &risk.id).collect();
    assert_eq!(ids.len(), risks.len(), "an identifier stands twice");
    for risk in &risks {
        let id = &risk.id;
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
        assert!(!id.is_empty() && id.bytes().all(plain), "{id}");
        for text in [&risk.title, &risk.threat, &risk.control, &risk.remains] {
            assert!(text.len() > 15 && text.trim() == text, "{id}: {text}");
        }
        assert!(!risk.tests.is_empty(), "{id} has no test");
        assert!(!risk.hipaa.is_empty() && !risk.ai_rmf.is_empty(), "{id}");
        assert_eq!(
            risk.checks.is_empty(),
            risk.why_no_check.is_some(),
            "{id} has a self-check, or says why it has none"
        );
        assert!(risk.residual <= risk.level(), "{id} is made worse");
    }
}

#[test]
fn each_test_that_is_named_is_there_and_in_the_list_of_security_properties() {
    let Register { risks, safeguards } = register().unwrap();
    let properties = std::fs::read_to_string(root().join("SECURITY.md")).unwrap();
    let of_risks = risks.iter().flat_map(|risk| &risk.tests);
    for path in of_risks.chain(safeguards.iter().flat_map(|line| &line.tests)) {
        assert!(root().join(path).exists(), "{path} is not there");
        assert!(
            properties.contains(&format!("`{path}`")),
            "{path} is not in SECURITY.md"
        );
    }
}

#[test]
fn every_self_check_speaks_for_a_risk_and_every_role_but_a_nurse_owns_one() {
    let Register { risks, .. } = register().unwrap();
    for check in SelfCheck::ALL {
        let named = risks.iter().any(|risk| risk.checks.contains(check));
        assert!(named, "{check:?} speaks for no risk");
    }
    for role in [
        Role::Physician,
        Role::Administrator,
        Role::Oversight,
        Role::Auditor,
    ] {
        assert!(risks.iter().any(|risk| risk.owner == role), "{role}");
    }
}

#[test]
fn the_technical_safeguards_are_covered_line_by_line() {
    let Register { risks, safeguards } = register().unwrap();
    let written: Vec<&str> = safeguards
        .iter()
        .map(|line| line.citation.as_str())
        .collect();
    let lines = TECHNICAL_SAFEGUARDS.map(|line| line.citation);
    assert_eq!(written, lines, "each line once and in the rule's order");
    for line in &safeguards {
        assert!(
            line.how.len() > 40 && !line.tests.is_empty(),
            "{:?}",
            line.citation
        );
        // What is not met in whole says what is missing.
        let is_whole = line.met == Met::Yes;
        let says = ["Missing", "no ", "is the organisation's"];
        assert!(is_whole || says.iter().any(|word| line.how.contains(word)));
    }
    // Every line that is not of the organisation alone stands at a risk, too.
    for citation in [
        "164.312(a)(1)",
        "164.312(b)",
        "164.312(c)(1)",
        "164.312(d)",
        "164.312(e)(1)",
    ] {
        let at_risk = risks
            .iter()
            .any(|risk| risk.hipaa.iter().any(|one| one.as_str() == citation));
        assert!(at_risk, "{citation}");
    }
}

#[test]
fn every_function_of_the_framework_appears() {
    let Register { risks, .. } = register().unwrap();
    for function in Function::ALL {
        let mut all = risks.iter().flat_map(|risk| &risk.ai_rmf);
        assert!(all.any(|one| one.function == function), "{function:?}");
    }
}

#[test]
fn a_mistake_in_the_table_is_refused() {
    let risks = include_str!("register.toml");
    let safeguards = include_str!("safeguards.toml");
    register::read(risks, safeguards).unwrap();
    for (from, to) in [
        ("owner = \"physician\"", "owner = \"matron\""),
        ("checks = [\"free-disk\"]", "checks = [\"free-lunch\"]"),
        ("\"MEASURE 2.6\"", "\"MEASURE 2.60\""),
        ("\"164.312(c)(1)\"", "\"164.312(f)\""),
        ("residual = \"low\"", "residual = \"tiny\""),
        ("id = \"full-disk\"", "id = \"full-disk\"\ncolour = \"red\""),
        ("threat = ", "thread = "),
    ] {
        let wrong = risks.replacen(from, to, 1);
        assert_ne!(wrong, risks, "{from}");
        assert!(register::read(&wrong, safeguards).is_err(), "{to}");
    }
    for (from, to) in [("met = \"yes\"", "met = \"maybe\""), ("how = ", "who = ")] {
        let wrong = safeguards.replacen(from, to, 1);
        assert!(register::read(risks, &wrong).is_err(), "{to}");
    }
}

#[test]
fn where_every_check_passes_no_risk_is_open() {
    let assessment = assessed(all_pass());
    assert_eq!(assessment.count(State::Open), 0);
    assert_eq!(assessment.count(State::CannotTell), 0);
    assert_eq!(assessment.ended(Verdict::Passed), SelfCheck::ALL.len());
    assert!(page(&assessment).contains("None: no self-check failed."));
}

#[test]
fn a_check_that_was_not_asked_counts_as_one_that_cannot_be_told() {
    let assessment = assessed(Vec::new());
    assert_eq!(assessment.ended(Verdict::CannotTell), SelfCheck::ALL.len());
    assert_eq!(assessment.count(State::Controlled), 0);
    assert_eq!(assessment.count(State::Open), 0);
}

/// For each check in turn: alone failed, it opens exactly the risks that name it, at the top of the
/// page, at their level without the control.
#[test]
fn a_failed_check_opens_its_risks_and_no_others() {
    let register = register().unwrap();
    for check in SelfCheck::ALL {
        let mut findings = all_pass();
        for found in &mut findings {
            if found.check == *check {
                *found = Finding::failed(*check, "what was seen was <wrong>");
            }
        }
        let assessment = assessed(findings);
        let opened: BTreeSet<&str> = assessment
            .risks
            .iter()
            .filter(|risk| risk.state == State::Open)
            .map(|risk| risk.risk.id.as_str())
            .collect();
        let named = register
            .risks
            .iter()
            .filter(|risk| risk.checks.contains(check));
        let named: BTreeSet<&str> = named.map(|risk| risk.id.as_str()).collect();
        assert_eq!(opened, named, "{check:?}");
        for (place, risk) in assessment.risks.iter().enumerate() {
            assert_eq!(
                risk.state == State::Open,
                place < opened.len(),
                "they stand first"
            );
            if risk.state == State::Open {
                assert_eq!(risk.level_here, risk.risk.level());
            }
        }
        for line in &assessment.safeguards {
            if line.safeguard.checks.contains(check) {
                assert_ne!(
                    line.met_here,
                    Met::Yes,
                    "{check:?} {:?}",
                    line.line.citation
                );
            }
        }
        let html = page(&assessment);
        let heading = format!("Open risks ({})", opened.len());
        assert!(html.contains(&heading), "{check:?}");
        let first = html.find("<article").unwrap();
        let open = html.find("<article class=\"risk open\"").unwrap();
        assert_eq!(first, open);
        assert!(html.contains("what was seen was &lt;wrong&gt;") && !html.contains("<wrong>"));
        // Beside the check, and once more in the list of what to do.
        let advice = check.advice().split('`').next().unwrap();
        assert!(html.matches(advice).count() >= 2, "{check:?}");
        assert!(html.contains("What to do on this computer"));
    }
}

#[test]
fn the_page_loads_and_runs_nothing_and_is_well_formed() {
    let html = page(&assessed(all_pass()));
    for word in [
        "<script",
        "src=",
        "url(",
        "@import",
        "javascript:",
        "<link",
        "onclick",
    ] {
        assert!(!html.contains(word), "{word}");
    }
    assert!(html.contains("Northside &lt;Clinic&gt; &amp; &quot;Sons&quot;"));
    assert!(html.contains("lang=\"en\"") && html.contains("@page"));
    for line in TECHNICAL_SAFEGUARDS {
        assert!(html.contains(line.citation), "{}", line.citation);
    }
    // Each tag is closed by its own.
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html.strip_prefix("<!DOCTYPE html>").unwrap();
    while let Some((_, after)) = rest.split_once('<') {
        let (tag, behind) = after.split_once('>').unwrap();
        rest = behind;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(tag.split_whitespace().next().unwrap());
        }
    }
    assert!(open.is_empty(), "{open:?}");
    // Each link within it leads somewhere.
    for link in html.split("href=\"#").skip(1) {
        let id = link.split('"').next().unwrap();
        assert!(html.contains(&format!("id=\"{id}\"")), "{id}");
    }
}
