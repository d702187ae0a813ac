use std::sync::Arc;

use clap::ValueEnum;
use scribe::clock;
use vault::NewVisit;
use visit::{Consent, ConsentGiver, ConsentMethod, PatientText};

use super::session;
use crate::templates;
use crate::vaults::VaultArguments;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    vault: VaultArguments,
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
    #[arg(long, default_value = "")]
    patient: String,
    /// The reason for the visit.
    #[arg(long, default_value = "")]
    reason: String,
    /// The note template.
    #[arg(long, value_name = "ID")]
    template: Option<String>,
    /// Spoken language (ISO 639-1); detected when not given.
    #[arg(long, value_name = "CODE")]
    language: Option<String>,
    #[command(flatten)]
    session: session::Arguments,
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

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let template = templates::find(arguments.template.as_deref())?;
    let steps = arguments.session.steps(&template)?;
    let vault = Arc::new(arguments.vault.open()?);
    let visit = vault.begin_visit(NewVisit {
        consent: consent(arguments),
        template: template.id.clone(),
        language: arguments.language.clone(),
        patient_label: PatientText::from(arguments.patient.as_str()),
        reason: PatientText::from(arguments.reason.as_str()),
        started_at: clock::now(),
    })?;
    println!("visit {visit}");
    session::run(&arguments.session, vault, visit, steps, template)
}

fn consent(arguments: &Arguments) -> Consent {
    Consent {
        asked_by: PatientText::from(arguments.consent_asked_by.as_str()),
        given_by: match arguments.consent_given_by {
            Giver::Patient => ConsentGiver::Patient,
            Giver::Representative => ConsentGiver::Representative,
        },
        method: match arguments.consent {
            Method::Spoken => ConsentMethod::Spoken,
            Method::Written => ConsentMethod::Written,
        },
        wording: scribe::consent::WORDING.to_owned(),
        wording_version: scribe::consent::VERSION.to_owned(),
        at: clock::now(),
    }
}
