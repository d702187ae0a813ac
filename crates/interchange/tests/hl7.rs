//! HL7 messages, read by the package `hl7apy` in strict mode.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Characters, any_documents, draft, holds_nothing_else, read_by, signed};
use interchange::hl7_message;
use serde_json::{Value, json};

/// Fields of the segments of one name, each numbered as in the standard (but for MSH).
fn fields<'a>(read: &'a Value, segment: &str) -> Vec<&'a Vec<Value>> {
    read[segment]
        .as_array()
        .unwrap()
        .iter()
        .map(|fields| fields.as_array().unwrap())
        .collect()
}

#[test]
fn a_signed_note_is_an_authenticated_document() {
    let message = hl7_message(&signed());
    let [read] = read_by("read_hl7.py", std::slice::from_ref(&message))
        .try_into()
        .unwrap();
    let text = String::from_utf8(message).unwrap();
    holds_nothing_else(&text);
    let names: Vec<&str> = text
        .split('\r')
        .map(|line| &line[..line.len().min(3)])
        .collect();
    assert_eq!(
        names,
        [
            "MSH", "SFT", "EVN", "PID", "PV1", "TXA", "OBX", "OBX", "OBX", "OBX", "OBX", "NTE", ""
        ]
    );
    let patient = fields(&read, "PID")[0];
    assert_eq!(patient[3], "MRN-0042^^^^MR");
    assert_eq!(patient[5], "Example^Anna^^^^^L");
    assert_eq!(patient[7], "19570430");
    let visit = fields(&read, "PV1")[0];
    assert_eq!(visit[19], "c3c3c3c3-c3c3-c3c3-c3c3-c3c3c3c3c3c3");
    assert_eq!(visit[44], "20251126071844+0000");
    let document = fields(&read, "TXA")[0];
    assert_eq!(document[9], "^Dr. Élodie Example");
    assert_eq!(document[17], "AU");
    assert_eq!(
        document[22],
        "^Dr. Élodie Example^^^^^^^^^^^^^20251126073500+0000"
    );
    let observations = fields(&read, "OBX");
    assert_eq!(observations[2][3], "18776-5^Plan of care note^LN");
    assert_eq!(
        observations[2][5],
        "ASSESSMENT AND PLAN\\.br\\Ibuprofen 400 mg three times a day. [partly supported]\\.br\\Work note given."
    );
    assert_eq!(observations[3][3], "drafted-by^Drafted by^99INROOM");
    assert_eq!(observations[4][5], json!("a1".repeat(32)));
    assert!(observations.iter().all(|fields| fields[11] == "F"));
}

#[test]
fn a_note_that_nobody_signed_is_in_progress() {
    let [read] = read_by("read_hl7.py", &[hl7_message(&draft())])
        .try_into()
        .unwrap();
    let patient = fields(&read, "PID")[0];
    assert_eq!(patient[3], "c3c3c3c3-c3c3-c3c3-c3c3-c3c3c3c3c3c3^^^^VN");
    assert_eq!(patient[5], "Ms. Example, room 3^^^^^^U");
    let document = fields(&read, "TXA")[0];
    assert_eq!((&document[9], &document[17]), (&json!(""), &json!("IP")));
    assert!(fields(&read, "OBX").iter().all(|fields| fields[11] == "P"));
}

/// What was written, read back: each escape sequence is the character that it stands for.
fn unescaped(field: &str) -> String {
    let mut parts = field.split('\\');
    let mut out = parts.next().unwrap().to_owned();
    while let (Some(sequence), Some(text)) = (parts.next(), parts.next()) {
        out.push_str(match sequence {
            "F" => "|",
            "S" => "^",
            "T" => "&",
            "R" => "~",
            "E" => "\\",
            ".br" => "\n",
            other => unreachable!("{other}"),
        });
        out.push_str(text);
    }
    out
}

#[test]
fn any_text_stays_in_its_field() {
    let documents = any_documents(Characters::All, 40);
    let messages: Vec<Vec<u8>> = documents.iter().map(hl7_message).collect();
    let answers = read_by("read_hl7.py", &messages);
    for (document, read) in documents.iter().zip(answers) {
        let sections = document.body.sections();
        let observations = fields(&read, "OBX");
        assert_eq!(observations.len(), sections.len() + 2);
        for (section, fields) in sections.iter().zip(observations) {
            let text = unescaped(fields[5].as_str().unwrap());
            let mut lines = text.split('\n');
            assert_eq!(lines.next(), Some(section.title()));
            for line in section.lines() {
                assert!(lines.next().unwrap().starts_with(line.text()));
            }
        }
    }
}
