//! LOINC codes for notes and for sections of the built-in templates.
//!
//! This material contains content from LOINC (<http://loinc.org>). LOINC is copyright ©
//! Regenstrief Institute, Inc. and the Logical Observation Identifiers Names and Codes (LOINC)
//! Committee and is available at no cost under the license at <http://loinc.org/license>.

/// A code with its name.
pub(crate) struct Loinc {
    pub(crate) code: &'static str,
    pub(crate) display: &'static str,
}

/// The kind of a note; that of an outpatient visit where a template has none of its own.
pub(crate) fn of_template(template: &str) -> Loinc {
    match template {
        "soap" => loinc("11506-3", "Progress note"),
        "patient-instructions" => loinc("69730-0", "Instructions"),
        _ => loinc("34108-1", "Outpatient Note"),
    }
}

/// What a section holds, by its identifier; `None` where no code says just that.
pub(crate) fn of_section(section: &str) -> Option<Loinc> {
    Some(match section {
        "chief-complaint" => loinc("10154-3", "Chief complaint Narrative - Reported"),
        "history-of-present-illness" => loinc("10164-2", "History of Present illness Narrative"),
        "review-of-systems" => loinc("10187-3", "Review of systems Narrative - Reported"),
        "physical-examination" => loinc("29545-1", "Physical findings Narrative"),
        "results" => loinc(
            "30954-2",
            "Relevant diagnostic tests/laboratory data Narrative",
        ),
        "assessment-and-plan" => loinc("51847-2", "Evaluation + Plan note"),
        "subjective" => loinc("61150-9", "Subjective Narrative"),
        "objective" => loinc("61149-1", "Objective Narrative"),
        "assessment" => loinc("51848-0", "Evaluation note"),
        "plan" => loinc("18776-5", "Plan of care note"),
        "why-you-came" => loinc("29299-5", "Reason for visit Narrative"),
        "your-medicines" => loinc("10160-0", "History of Medication use Narrative"),
        "what-to-do" => loinc("69730-0", "Instructions"),
        _ => return None,
    })
}

const fn loinc(code: &'static str, display: &'static str) -> Loinc {
    Loinc { code, display }
}
