//! Every mistake is named with its line and its field.

use super::SAMPLE;
use crate::Organisation;

/// The first line in which this stands, counted from 1.
fn line_of(text: &str, what: &str) -> usize {
    let at = text.find(what).unwrap_or_else(|| panic!("{what}"));
    1 + text[..at].matches('\n').count()
}

/// Exchanges one piece of the sample and says what is found.
fn said(old: &str, new: &str) -> (usize, String) {
    assert_eq!(SAMPLE.matches(old).count(), 1, "{old}");
    let text = SAMPLE.replace(old, new);
    let line = line_of(SAMPLE, old) + old.len() - old.trim_start_matches('\n').len();
    let mistake = Organisation::read(&text).expect_err(new).to_string();
    (line, mistake)
}

#[test]
fn each_is_named_with_its_line_and_its_field() {
    for (old, new, field, words) in [
        // Not this form.
        (
            "serial = 7",
            "serial = 7\nspare = 1",
            "+1 spare",
            "unknown field `spare`",
        ),
        ("serial = 7", "serial = \"7\"", "serial", "invalid type"),
        ("serial = 7", "serial = -7", "serial", "invalid value"),
        ("serial = 7", "serial = 7 7", "serial", ""),
        (
            "role = \"nurse\"",
            "role = \"matron\"",
            "person[2].role",
            "unknown variant `matron`",
        ),
        (
            "role = \"nurse\"",
            "role = \"a\\u001b[2J\"",
            "person[2].role",
            "unknown variant `a\\u{1b}[2J`",
        ),
        (
            "role = \"nurse\"",
            "rank = \"nurse\"",
            "person[2].rank",
            "unknown field `rank`",
        ),
        (
            "role = \"speech\"",
            "role = \"singing\"",
            "model[1].role",
            "unknown variant",
        ),
        (
            "from = 2026-02-15",
            "from = 2026-02-30",
            "recall[1].from",
            "",
        ),
        (
            "from = 2026-02-15",
            "from = 2026-02-15T10:00:00",
            "recall[1].from",
            "is no instant",
        ),
        (
            "\"acb658",
            "\"xcb658",
            "model[1].sha256",
            "not a SHA-256 digest",
        ),
        (
            "audio = 30",
            "audio = 40000",
            "policy.retention.audio",
            "at most 36500 days",
        ),
        (
            "value = 91 }",
            "value = 91, spare = 1 }",
            "model[2].scorecard.figures[1].spare",
            "unknown field",
        ),
        (
            "idle_lock_minutes = 10",
            "idle_lock_minutes = 1o",
            "policy.idle_lock_minutes",
            "",
        ),
        // Of this form, and makes no sense.
        (
            "format = 1",
            "format = 2",
            "format",
            "reads format 1, not 2",
        ),
        ("serial = 7", "serial = 0", "serial", "begins with 1"),
        (
            "until = 2027-01-01T08:00:00-05:00",
            "until = 2026-01-01",
            "until",
            "after its beginning",
        ),
        (
            "name = \"Northside Clinic\"",
            "name = \"\"",
            "organisation.name",
            "1 to 200 characters",
        ),
        (
            "\"care.northside.example\"]",
            "\"Care\"]",
            "organisation.domains[2]",
            "is not a domain",
        ),
        (
            "\"care.northside.example\"]",
            "\"gmail.com\"]",
            "organisation.domains[2]",
            "anybody can get",
        ),
        (
            "\"age1zvk",
            "\"age2zvk",
            "organisation.recovery_key",
            "age1",
        ),
        (
            "idle_lock_minutes = 10",
            "idle_lock_minutes = 61",
            "policy.idle_lock_minutes",
            "1 to 60 minutes",
        ),
        (
            "\"ben@care.northside.example\" #",
            "\"ben@gmail.com\" #",
            "person[2].account",
            "not one of the organisation's domains",
        ),
        (
            "\"ben@care.northside.example\" #",
            "\"ben\" #",
            "person[2].account",
            "name@domain",
        ),
        (
            "\"dov@northside.example\"",
            "\"chiara@northside.example\"",
            "person[4].account",
            "twice",
        ),
        (
            "name = \"Dov Amsel\"",
            "name = \"Dov\\nAmsel\"",
            "person[4].name",
            "one line",
        ),
        (
            "until = 2026-07-01",
            "until = 2025-07-01",
            "person[1].until",
            "after its beginning",
        ),
        (
            "[\"ada@northside.example\", ",
            "[\"eve@northside.example\", ",
            "pilot.people[1]",
            "not on the roster",
        ),
        (
            "\"wound-check\"]",
            "\"wounds\"]",
            "pilot.templates[2]",
            "no template \"wounds\"",
        ),
        (
            "kinds = [\"follow-up\", \"back pain\"]",
            "kinds = []",
            "pilot.kinds",
            "empty",
        ),
        ("visits = 200", "visits = 0", "pilot.visits", "at least one"),
        (
            "until = 2026-05-01",
            "until = 2026-02-01",
            "pilot.until",
            "after its beginning",
        ),
        (
            "value = 7.5",
            "value = 12.5",
            "model[1].scorecard.figures[1].value",
            "beyond the limit",
        ),
        (
            "value = 3.25",
            "value = nan",
            "model[1].scorecard.figures[2].value",
            "beyond the limit",
        ),
        (
            "templates = [\"soap\"]",
            "templates = [\"soup\"]",
            "model[2].templates[1]",
            "no template",
        ),
        (
            "reason = \"It invented doses.\"",
            "reason = \" \"",
            "recall[1].reason",
            "1 to 1000",
        ),
        ("\"apixaban\"", "\"\"", "terms[1].words[1]", "1 to 200"),
    ] {
        let (line, mistake) = said(old, new);
        let (line, field) = match field.strip_prefix("+1 ") {
            Some(field) => (line + 1, field),
            None => (line, field),
        };
        let start = format!("line {line}, {field}: ");
        assert!(mistake.starts_with(&start), "{new}: {mistake}");
        assert!(mistake.contains(words), "{new}: {mistake}");
        assert!(!mistake.contains('\n'), "{new}: {mistake}");
    }
}

#[test]
fn what_is_missing_is_named_where_it_would_stand() {
    for (old, start) in [
        (
            "serial = 7\n",
            "line 1, the document: missing field `serial`",
        ),
        (
            "name = \"Ben Oyelaran\"\n",
            "line 29, person[2]: missing field `name`",
        ),
        (
            "hardware = \"Two cores, 8 GiB, of 2019\"\nfigures = [{",
            "model[2].scorecard: missing field",
        ),
        (
            "idle_lock_minutes = 10\n",
            "policy: missing field `idle_lock_minutes`",
        ),
    ] {
        let new = if old.ends_with("[{") {
            "figures = [{"
        } else {
            ""
        };
        let mistake = Organisation::read(&SAMPLE.replacen(old, new, 1)).expect_err(old);
        assert!(mistake.to_string().contains(start), "{old}: {mistake}");
    }
}

#[test]
fn the_earliest_of_several_is_named() {
    let text = SAMPLE
        .replace("visits = 200", "visits = 0")
        .replace("serial = 7", "serial = 0");
    let mistake = Organisation::read(&text).unwrap_err();
    assert_eq!((mistake.line, mistake.field.as_str()), (3, "serial"));
}

/// What the sample does not have: where heads of the logs go, and a sealed sheet.
#[test]
fn mistakes_of_what_may_be_left_out_are_named_too() {
    let recovery = crate::tests::sample().identity.recovery_key;
    let sheet = format!("age1{}", "q".repeat(58));
    for (table, field, words) in [
        (
            "[policy.audit]\nheads_folder = \"heads\"",
            "policy.audit.heads_folder",
            "whole path",
        ),
        (
            "[policy.audit]\nheads = \"/mnt\"",
            "policy.audit.heads",
            "unknown field",
        ),
        (
            "[emergency]\nrecipient = \"age\"",
            "emergency.recipient",
            "age1",
        ),
        (
            &format!("[emergency]\nrecipient = \"{recovery}\""),
            "emergency.recipient",
            "another than the recovery key",
        ),
        (
            &format!("[emergency]\nrecipient = \"{sheet}\"\nminutes = 481"),
            "emergency.minutes",
            "1 to 480 minutes",
        ),
        (
            &format!("[emergency]\nrecipient = \"{sheet}\"\nminutes = 0"),
            "emergency.minutes",
            "1 to 480 minutes",
        ),
    ] {
        let text = format!("{SAMPLE}\n{table}\n");
        let line = 1 + SAMPLE.matches('\n').count() + 1;
        let mistake = Organisation::read(&text).unwrap_err();
        assert!(mistake.line > line, "{mistake}");
        assert_eq!(mistake.field, field);
        assert!(mistake.to_string().contains(words), "{mistake}");
    }
    for folder in ["/mnt/heads", "\\\\\\\\server\\\\heads", "H:/heads"] {
        let text = format!("{SAMPLE}\n[policy.audit]\nheads_folder = \"{folder}\"\n");
        assert!(Organisation::read(&text).is_ok(), "{folder}");
    }
}
