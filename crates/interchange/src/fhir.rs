//! A note as a FHIR R4 document (<https://hl7.org/fhir/R4/documents.html>): a Bundle whose first
//! entry is the Composition.

mod resources;
mod types;

use uuid::Uuid;

use crate::document::Document;
use crate::identity;
use crate::instant::Instant;
use resources::Identities;
use types::{Bundle, Entry, Identifier, Resource};

/// A document as a FHIR R4 document Bundle, in JSON (UTF-8).
///
/// Identifiers are `urn:uuid` and follow from the visit; those of the note's revision, from visit
/// and revision. A note that nobody has signed is `preliminary` and its author is the program; a
/// signed one is `final`.
///
/// # Errors
/// None that a document can cause: they are those of the writer of JSON.
pub fn fhir_bundle(document: &Document) -> serde_json::Result<Vec<u8>> {
    let ids = Identities::of(document);
    let mut entries = vec![
        entry(ids.composition, resources::composition(document, &ids)),
        entry(ids.patient, resources::patient(document, &ids)),
        entry(ids.encounter, resources::encounter(document, &ids)),
        entry(ids.reference, resources::document_reference(document, &ids)),
        entry(ids.provenance, resources::provenance(document, &ids)),
        entry(
            ids.program,
            resources::program(ids.program, &document.program),
        ),
    ];
    if let (Some(id), Some(signed)) = (ids.practitioner, &document.signature) {
        entries.push(entry(id, resources::practitioner(id, signed)));
    }
    if let (Some(drafting), Some(draft)) = (&ids.drafting, &document.draft) {
        entries.push(entry(
            drafting.model,
            resources::model(drafting.model, &draft.model),
        ));
        if drafting.program != ids.program {
            let program = resources::program(drafting.program, &draft.program);
            entries.push(entry(drafting.program, program));
        }
    }
    let id = identity::named(document.visit, &format!("bundle {}", document.revision.0));
    serde_json::to_vec_pretty(&Bundle {
        resource_type: "Bundle",
        id: id.to_string(),
        identifier: Identifier::urn(id),
        kind: "document",
        timestamp: Instant::of(document.made_at).iso(),
        entry: entries,
    })
}

fn entry(id: Uuid, resource: Resource) -> Entry {
    Entry {
        full_url: types::urn(id),
        resource,
    }
}
