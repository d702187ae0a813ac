use clap::ValueEnum;
use scribe::clock;
use vault::{NewVisit, Vault};
use visit::{Consent, ConsentGiver, ConsentMethod, PatientText, Template};

use crate::templates;

/// What is known of a visit before its first sample.
#[derive(clap::Args)]
pub(super) struct Particulars {
    /// Who asked for consent to the recording.
    #[arg(long, value_name = "NAME")]
    consent_asked_by: String,
    /// How consent was given.
    #[arg(long, value_enum)]
    consent: Method,
    /// Who gave it.
    #[arg(long, value_enum, default_value = "patient")]
    consent_given_by: Giver,
    /// The patient as the visit list shows them.
    #[arg(long, visible_alias = "label", default_value = "")]
    patient: String,
    /// The reason for the visit.
    #[arg(long, default_value = "")]
    reason: String,
    /// Names and words that will probably be spoken, the patient's medicines above all, with commas
    /// between them: recognition then spells them so, and looks twice at each utterance for that.
    #[arg(long, value_name = "WORDS", default_value = "")]
    expected: String,
    /// What kind of visit it is, where the organisation's pilot names some.
    #[arg(long)]
    kind: Option<String>,
    /// The note template.
    #[arg(long, value_name = "ID")]
    template: Option<String>,
    /// Spoken language (ISO 639-1); detected when not given.
    #[arg(long, value_name = "CODE")]
    language: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Method {
    Spoken,
    Written,
}

#[derive(Clone, Copy, ValueEnum)]
enum Giver {
    Patient,
    Representative,
}

impl Particulars {
    pub(super) fn template(&self, vault: &Vault) -> anyhow::Result<Template> {
        templates::find(vault.organisation(), self.template.as_deref())
    }

    /// A visit that begins now.
    pub(super) fn visit(&self, template: &Template) -> NewVisit {
        NewVisit {
            consent: self.consent(),
            template: template.id.clone(),
            kind: self.kind.clone(),
            language: self.language.clone(),
            patient_label: PatientText::from(self.patient.as_str()),
            reason: PatientText::from(self.reason.as_str()),
            expected: PatientText::from(self.expected.as_str()),
            started_at: clock::now(),
        }
    }

    fn consent(&self) -> Consent {
        Consent {
            asked_by: PatientText::from(self.consent_asked_by.as_str()),
            given_by: match self.consent_given_by {
                Giver::Patient => ConsentGiver::Patient,
                Giver::Representative => ConsentGiver::Representative,
            },
            method: match self.consent {
                Method::Spoken => ConsentMethod::Spoken,
                Method::Written => ConsentMethod::Written,
            },
            wording: scribe::consent::WORDING.to_owned(),
            wording_version: scribe::consent::VERSION.to_owned(),
            at: clock::now(),
        }
    }
}
