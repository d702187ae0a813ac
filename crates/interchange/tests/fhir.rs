//! FHIR documents, read by the package `fhir.resources`.
#![allow(clippy::unwrap_used)]

mod common;

use base64ct::{Base64, Encoding as _};
use common::{Characters, any_documents, draft, holds_nothing_else, read_by, signed};
use interchange::{Document, Marks, fhir_bundle, plain_text};
use serde_json::{Value, json};

fn bundle(document: &Document) -> Value {
    serde_json::from_slice(&fhir_bundle(document).unwrap()).unwrap()
}

fn resources<'a>(bundle: &'a Value, kind: &str) -> Vec<&'a Value> {
    bundle["entry"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["resource"])
        .filter(|resource| resource["resourceType"] == kind)
        .collect()
}

#[test]
fn a_signed_note_is_a_final_document() {
    let bytes = fhir_bundle(&signed()).unwrap();
    let [kinds] = read_by("read_fhir.py", std::slice::from_ref(&bytes))
        .try_into()
        .unwrap();
    for kind in [
        "Composition",
        "Patient",
        "Practitioner",
        "Encounter",
        "Provenance",
        "DocumentReference",
        "Device",
    ] {
        assert!(kinds.as_array().unwrap().contains(&json!(kind)), "{kind}");
    }
    holds_nothing_else(std::str::from_utf8(&bytes).unwrap());

    let bundle = bundle(&signed());
    let composition = &bundle["entry"][0]["resource"];
    assert_eq!(composition["status"], "final");
    assert_eq!(composition["type"]["coding"][0]["code"], "34108-1");
    let practitioner = resources(&bundle, "Practitioner")[0];
    assert_eq!(practitioner["name"][0]["text"], "Dr. Élodie Example");
    let signer = format!("urn:uuid:{}", practitioner["id"].as_str().unwrap());
    assert_eq!(composition["attester"][0]["party"]["reference"], *signer);
    assert_eq!(
        composition["attester"][0]["time"],
        "2025-11-26T07:35:00.000Z"
    );
    assert_eq!(composition["author"][0]["reference"], *signer);
    let codes: Vec<&Value> = composition["section"]
        .as_array()
        .unwrap()
        .iter()
        .map(|section| &section["code"])
        .collect();
    assert_eq!(codes[0]["coding"][0]["code"], "10154-3");
    assert_eq!(codes[1]["coding"][0]["code"], "30954-2");
    // The sample's section "plan".
    assert_eq!(codes[2]["coding"][0]["code"], "18776-5");

    let patient = resources(&bundle, "Patient")[0];
    assert_eq!(patient["birthDate"], "1957-04-30");
    assert_eq!(patient["name"][0]["family"], "Example");
    assert_eq!(patient["identifier"][0]["value"], "MRN-0042");
    let encounter = resources(&bundle, "Encounter")[0];
    assert_eq!(
        encounter["identifier"][0]["value"],
        "urn:uuid:c3c3c3c3-c3c3-c3c3-c3c3-c3c3c3c3c3c3"
    );
    let reference = resources(&bundle, "DocumentReference")[0];
    assert_eq!(reference["docStatus"], "final");
    assert_eq!(reference["identifier"][0]["value"], "a1".repeat(32));
    let data = reference["content"][0]["attachment"]["data"]
        .as_str()
        .unwrap();
    assert_eq!(
        Base64::decode_vec(data).unwrap(),
        plain_text(&signed().body, Marks::Doubtful).into_bytes()
    );
}

#[test]
fn provenance_names_the_model_the_program_and_the_person() {
    let bundle = bundle(&signed());
    let agents = resources(&bundle, "Provenance")[0]["agent"]
        .as_array()
        .unwrap();
    let who = |number: usize| {
        let reference = &agents[number]["who"]["reference"];
        let entries = bundle["entry"].as_array().unwrap();
        let entry = entries.iter().find(|entry| &entry["fullUrl"] == reference);
        &entry.unwrap()["resource"]
    };
    assert_eq!(agents.len(), 3);
    assert_eq!(who(0)["deviceName"][0]["name"], "example-model-1b");
    assert_eq!(who(0)["identifier"][0]["value"], "b2".repeat(32));
    assert_eq!(who(1)["version"][0]["value"], "0.0.9");
    assert_eq!(who(2)["name"][0]["text"], "Dr. Élodie Example");
}

#[test]
fn a_note_that_nobody_signed_is_preliminary_and_the_programs() {
    let bundle = bundle(&draft());
    let composition = &bundle["entry"][0]["resource"];
    assert_eq!(composition["status"], "preliminary");
    assert!(composition.get("attester").is_none());
    assert!(resources(&bundle, "Practitioner").is_empty());
    let author = composition["author"][0]["reference"].as_str().unwrap();
    let programs = resources(&bundle, "Device");
    let program = programs
        .iter()
        .find(|device| author.ends_with(device["id"].as_str().unwrap()))
        .unwrap();
    assert_eq!(program["version"][0]["value"], "0.1.0");
    assert_eq!(
        resources(&bundle, "DocumentReference")[0]["docStatus"],
        "preliminary"
    );
    let patient = resources(&bundle, "Patient")[0];
    assert_eq!(patient["name"], json!([{"text": "Ms. Example, room 3"}]));
}

#[test]
fn identifiers_follow_from_visit_and_revision() {
    let ids = |document: &Document| -> Vec<Value> {
        let bundle = bundle(document);
        let entries = bundle["entry"].as_array().unwrap();
        entries
            .iter()
            .map(|entry| entry["fullUrl"].clone())
            .collect()
    };
    let (first, mut later) = (draft(), draft());
    later.made_at.0 += 1000;
    assert_eq!(ids(&first), ids(&later));
    later.revision.0 += 1;
    assert_ne!(ids(&first)[0], ids(&later)[0], "the composition");
    assert_eq!(ids(&first)[1], ids(&later)[1], "the patient");
}

#[test]
fn any_text_is_valid() {
    let documents: Vec<Vec<u8>> = any_documents(Characters::All, 150)
        .iter()
        .map(|document| fhir_bundle(document).unwrap())
        .collect();
    read_by("read_fhir.py", &documents);
}
