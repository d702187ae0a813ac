//! What each resource says.

use base64ct::{Base64, Encoding as _};
use uuid::Uuid;
use visit::ModelIdentity;

use super::types::{
    Agent, Attachment, Attester, CodeableConcept, Coding, Composition, Content, Context, Device,
    DeviceName, DeviceVersion, DocumentReference, Encounter, HumanName, Identifier, Narrative,
    Patient, Period, Practitioner, Provenance, Reference, Resource, Section,
};
use crate::body::one_line;
use crate::document::{Document, Signed, known};
use crate::instant::Instant;
use crate::{Marks, identity, loinc, markup, plain_text};

/// Whom and what the resources of a document point to.
pub(super) struct Identities {
    pub(super) composition: Uuid,
    pub(super) patient: Uuid,
    pub(super) encounter: Uuid,
    pub(super) reference: Uuid,
    pub(super) provenance: Uuid,
    /// The program that makes the document.
    pub(super) program: Uuid,
    /// Who signed.
    pub(super) practitioner: Option<Uuid>,
    pub(super) drafting: Option<Drafting>,
}

/// What drafted the note.
pub(super) struct Drafting {
    pub(super) model: Uuid,
    pub(super) program: Uuid,
}

impl Identities {
    pub(super) fn of(document: &Document) -> Self {
        let named = |name: &str| identity::named(document.visit, name);
        let revised = |name: &str| named(&format!("{name} {}", document.revision.0));
        let program = |version: &str| named(&format!("program {version}"));
        Self {
            composition: revised("composition"),
            patient: named("patient"),
            encounter: named("encounter"),
            reference: revised("document reference"),
            provenance: revised("provenance"),
            program: program(&document.program),
            practitioner: document.signature.as_ref().map(|_| named("signer")),
            drafting: document.draft.as_ref().map(|draft| Drafting {
                model: named(&format!("model {}", draft.model.sha256.as_str())),
                program: program(&draft.program),
            }),
        }
    }

    /// The person who signed, else the program.
    fn author(&self) -> Reference {
        Reference::to(self.practitioner.unwrap_or(self.program))
    }
}

fn status(document: &Document) -> &'static str {
    match document.signature {
        Some(_) => "final",
        None => "preliminary",
    }
}

/// When the note became what it is.
fn date(document: &Document) -> String {
    let signed = document.signature.as_ref().map(|signed| signed.at);
    Instant::of(signed.unwrap_or(document.revised_at)).iso()
}

pub(super) fn composition(document: &Document, ids: &Identities) -> Resource {
    let sections = document.body.sections().iter().map(|section| Section {
        title: some(section.title()),
        code: loinc::of_section(section.id())
            .map(CodeableConcept::loinc)
            .or_else(|| some(section.title()).map(|title| CodeableConcept::text(&title))),
        text: Narrative::of(&markup::lines(section)),
    });
    let attester = document.signature.iter().zip(ids.practitioner);
    let mut summary = markup::facts(&document.facts());
    if let Some(withheld) = document.body.withheld() {
        summary.push_str(&format!("<p>{}</p>\n", markup::escaped(&withheld)));
    }
    Resource::Composition(Composition {
        id: ids.composition.to_string(),
        text: Narrative::of(&summary),
        identifier: Identifier::urn(identity::named(document.visit, "composition")),
        status: status(document),
        kind: CodeableConcept::loinc(loinc::of_template(&document.template)),
        subject: Reference::to(ids.patient),
        encounter: Reference::to(ids.encounter),
        date: date(document),
        author: vec![ids.author()],
        title: some(&document.shown_title()).unwrap_or_else(|| "Note".to_owned()),
        attester: attester
            .map(|(signed, practitioner)| Attester {
                mode: "professional",
                time: Instant::of(signed.at).iso(),
                party: Reference::to(practitioner),
            })
            .collect(),
        section: sections.collect(),
    })
}

pub(super) fn patient(document: &Document, ids: &Identities) -> Resource {
    let patient = &document.patient;
    let name = HumanName {
        text: some(&patient.shown()),
        family: known(&patient.family),
        given: known(&patient.given).into_iter().collect(),
    };
    Resource::Patient(Patient {
        id: ids.patient.to_string(),
        identifier: known(&patient.record_number)
            .map(|number| Identifier::of_kind(medical_record_number(), number))
            .into_iter()
            .collect(),
        name: name.text.is_some().then_some(name).into_iter().collect(),
        birth_date: patient.birth_date.map(|date| date.iso()),
    })
}

fn medical_record_number() -> CodeableConcept {
    CodeableConcept::coded(Coding {
        system: "http://terminology.hl7.org/CodeSystem/v2-0203",
        code: "MR",
        display: "Medical record number",
    })
}

pub(super) fn practitioner(id: Uuid, signed: &Signed) -> Resource {
    let name = some(signed.signer.expose()).map(|text| HumanName {
        text: Some(text),
        family: None,
        given: Vec::new(),
    });
    Resource::Practitioner(Practitioner {
        id: id.to_string(),
        name: name.into_iter().collect(),
    })
}

pub(super) fn encounter(document: &Document, ids: &Identities) -> Resource {
    Resource::Encounter(Encounter {
        id: ids.encounter.to_string(),
        identifier: vec![Identifier::urn(Uuid::from_bytes(
            *document.visit.as_bytes(),
        ))],
        status: "finished",
        class: Coding {
            system: "http://terminology.hl7.org/CodeSystem/v3-ActCode",
            code: "AMB",
            display: "ambulatory",
        },
        subject: Reference::to(ids.patient),
        period: period(document),
    })
}

fn period(document: &Document) -> Period {
    Period {
        start: Instant::of(document.begun_at).iso(),
    }
}

/// This program in one of its versions.
pub(super) fn program(id: Uuid, version: &str) -> Resource {
    Resource::Device(Device {
        id: id.to_string(),
        identifier: Vec::new(),
        device_name: vec![DeviceName {
            name: "Inroom".to_owned(),
            kind: "user-friendly-name",
        }],
        kind: CodeableConcept::text(
            "Software that records, transcribes and drafts notes of visits",
        ),
        version: some(version)
            .map(|value| DeviceVersion { value })
            .into_iter()
            .collect(),
    })
}

/// A language model, named by the digest of its file.
pub(super) fn model(id: Uuid, model: &ModelIdentity) -> Resource {
    Resource::Device(Device {
        id: id.to_string(),
        identifier: vec![Identifier::of_kind(
            CodeableConcept::text("SHA-256 of the model's file"),
            model.sha256.as_str().to_owned(),
        )],
        device_name: some(&model.id)
            .map(|name| DeviceName {
                name,
                kind: "model-name",
            })
            .into_iter()
            .collect(),
        kind: CodeableConcept::text("Language model"),
        version: Vec::new(),
    })
}

/// Which model, which program and which person the note comes from.
pub(super) fn provenance(document: &Document, ids: &Identities) -> Resource {
    let agent = |code, display, who| Agent {
        kind: CodeableConcept::coded(Coding {
            system: "http://terminology.hl7.org/CodeSystem/provenance-participant-type",
            code,
            display,
        }),
        who: Reference::to(who),
    };
    let mut agents = Vec::new();
    if let Some(drafting) = &ids.drafting {
        agents.push(agent("assembler", "Assembler", drafting.model));
    }
    let program = ids.drafting.as_ref().map(|drafting| drafting.program);
    agents.push(agent(
        "composer",
        "Composer",
        program.unwrap_or(ids.program),
    ));
    agents.extend(
        ids.practitioner
            .map(|signer| agent("attester", "Attester", signer)),
    );
    Resource::Provenance(Provenance {
        id: ids.provenance.to_string(),
        target: vec![Reference::to(ids.composition)],
        recorded: date(document),
        agent: agents,
    })
}

/// The same note as plain text, with the digest that a signature names.
pub(super) fn document_reference(document: &Document, ids: &Identities) -> Resource {
    let text = plain_text(&document.body, Marks::Doubtful);
    Resource::DocumentReference(DocumentReference {
        id: ids.reference.to_string(),
        master_identifier: Identifier::urn(ids.reference),
        identifier: vec![Identifier::of_kind(
            CodeableConcept::text("SHA-256 of the note's canonical form"),
            document.note_sha256.as_str().to_owned(),
        )],
        status: "current",
        doc_status: status(document),
        kind: CodeableConcept::loinc(loinc::of_template(&document.template)),
        subject: Reference::to(ids.patient),
        date: Instant::of(document.made_at).iso(),
        author: vec![ids.author()],
        authenticator: ids.practitioner.map(Reference::to),
        content: vec![Content {
            attachment: Attachment {
                content_type: "text/plain; charset=utf-8",
                data: Base64::encode_string(text.as_bytes()),
                size: text.len(),
                title: some(&document.shown_title()).unwrap_or_else(|| "Note".to_owned()),
                creation: Instant::of(document.revised_at).iso(),
            },
        }],
        context: Context {
            encounter: vec![Reference::to(ids.encounter)],
            period: period(document),
            related: vec![Reference::to(ids.composition)],
        },
    })
}

/// FHIR knows no empty string.
fn some(text: &str) -> Option<String> {
    let text = one_line(text);
    (!text.is_empty()).then_some(text)
}
