//! The resources and data types of FHIR R4 that are written, with the elements that are written.

use serde::Serialize;
use uuid::Uuid;

use crate::loinc::Loinc;

/// <https://hl7.org/fhir/R4/bundle.html>
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Bundle {
    pub resource_type: &'static str,
    pub id: String,
    pub identifier: Identifier,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub timestamp: String,
    pub entry: Vec<Entry>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entry {
    pub full_url: String,
    pub resource: Resource,
}

#[derive(Serialize)]
#[serde(tag = "resourceType")]
pub(super) enum Resource {
    Composition(Composition),
    Patient(Patient),
    Practitioner(Practitioner),
    Encounter(Encounter),
    Device(Device),
    Provenance(Provenance),
    DocumentReference(DocumentReference),
}

/// <https://hl7.org/fhir/R4/composition.html>
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Composition {
    pub id: String,
    pub text: Narrative,
    pub identifier: Identifier,
    pub status: &'static str,
    #[serde(rename = "type")]
    pub kind: CodeableConcept,
    pub subject: Reference,
    pub encounter: Reference,
    pub date: String,
    pub author: Vec<Reference>,
    pub title: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attester: Vec<Attester>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub section: Vec<Section>,
}

#[derive(Serialize)]
pub(super) struct Attester {
    pub mode: &'static str,
    pub time: String,
    pub party: Reference,
}

#[derive(Serialize)]
pub(super) struct Section {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<CodeableConcept>,
    pub text: Narrative,
}

/// <https://hl7.org/fhir/R4/patient.html>
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Patient {
    pub id: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub identifier: Vec<Identifier>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub name: Vec<HumanName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<String>,
}

/// <https://hl7.org/fhir/R4/practitioner.html>
#[derive(Serialize)]
pub(super) struct Practitioner {
    pub id: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub name: Vec<HumanName>,
}

/// <https://hl7.org/fhir/R4/encounter.html>
#[derive(Serialize)]
pub(super) struct Encounter {
    pub id: String,
    pub identifier: Vec<Identifier>,
    pub status: &'static str,
    pub class: Coding,
    pub subject: Reference,
    pub period: Period,
}

/// <https://hl7.org/fhir/R4/device.html>
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Device {
    pub id: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub identifier: Vec<Identifier>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub device_name: Vec<DeviceName>,
    #[serde(rename = "type")]
    pub kind: CodeableConcept,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub version: Vec<DeviceVersion>,
}

#[derive(Serialize)]
pub(super) struct DeviceName {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: &'static str,
}

#[derive(Serialize)]
pub(super) struct DeviceVersion {
    pub value: String,
}

/// <https://hl7.org/fhir/R4/provenance.html>
#[derive(Serialize)]
pub(super) struct Provenance {
    pub id: String,
    pub target: Vec<Reference>,
    pub recorded: String,
    pub agent: Vec<Agent>,
}

#[derive(Serialize)]
pub(super) struct Agent {
    #[serde(rename = "type")]
    pub kind: CodeableConcept,
    pub who: Reference,
}

/// <https://hl7.org/fhir/R4/documentreference.html>
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DocumentReference {
    pub id: String,
    pub master_identifier: Identifier,
    pub identifier: Vec<Identifier>,
    pub status: &'static str,
    pub doc_status: &'static str,
    #[serde(rename = "type")]
    pub kind: CodeableConcept,
    pub subject: Reference,
    pub date: String,
    pub author: Vec<Reference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authenticator: Option<Reference>,
    pub content: Vec<Content>,
    pub context: Context,
}

#[derive(Serialize)]
pub(super) struct Content {
    pub attachment: Attachment,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Attachment {
    pub content_type: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub data: String,
    pub size: usize,
    pub title: String,
    pub creation: String,
}

#[derive(Serialize)]
pub(super) struct Context {
    pub encounter: Vec<Reference>,
    pub period: Period,
    pub related: Vec<Reference>,
}

#[derive(Serialize)]
pub(super) struct Period {
    pub start: String,
}

/// XHTML, whole and escaped.
#[derive(Serialize)]
pub(super) struct Narrative {
    status: &'static str,
    div: String,
}

#[derive(Serialize)]
pub(super) struct Reference {
    reference: String,
}

#[derive(Serialize)]
pub(super) struct Identifier {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<CodeableConcept>,
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<&'static str>,
    value: String,
}

#[derive(Serialize)]
pub(super) struct HumanName {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub given: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct CodeableConcept {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    coding: Vec<Coding>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Coding {
    pub system: &'static str,
    pub code: &'static str,
    pub display: &'static str,
}

pub(super) fn urn(id: Uuid) -> String {
    format!("urn:uuid:{id}")
}

impl Narrative {
    /// From elements that are well-formed already.
    pub(super) fn of(elements: &str) -> Self {
        Self {
            status: "generated",
            div: format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">\n{elements}</div>"),
        }
    }
}

impl Reference {
    pub(super) fn to(id: Uuid) -> Self {
        Self { reference: urn(id) }
    }
}

impl Identifier {
    /// A UUID as an identifier (<https://hl7.org/fhir/R4/datatypes.html#Identifier>).
    pub(super) fn urn(id: Uuid) -> Self {
        Self {
            kind: None,
            system: Some("urn:ietf:rfc:3986"),
            value: urn(id),
        }
    }

    pub(super) fn of_kind(kind: CodeableConcept, value: String) -> Self {
        Self {
            kind: Some(kind),
            system: None,
            value,
        }
    }
}

impl CodeableConcept {
    pub(super) fn text(text: &str) -> Self {
        Self {
            coding: Vec::new(),
            text: Some(text.to_owned()),
        }
    }

    pub(super) fn coded(coding: Coding) -> Self {
        Self {
            coding: vec![coding],
            text: None,
        }
    }

    pub(super) fn loinc(loinc: Loinc) -> Self {
        Self::coded(Coding {
            system: "http://loinc.org",
            code: loinc.code,
            display: loinc.display,
        })
    }
}
