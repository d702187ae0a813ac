use anyhow::Context as _;
use clap::Subcommand;
use governance::Organisation;
use vault::Workstation;
use visit::Template;

use crate::vaults;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// List the note templates: the program's, and those of the organisation's document.
    List(ListArguments),
}

#[derive(clap::Args)]
pub(crate) struct ListArguments {
    /// The folder of the vault that it is for; the program's own data folder when not given.
    #[arg(long, value_name = "DIR")]
    vault: Option<std::path::PathBuf>,
}

pub(crate) fn run(command: &Command) -> anyhow::Result<()> {
    let Command::List(arguments) = command;
    let folder = vaults::folder_of(arguments.vault.clone())?;
    let enrolment = Workstation::of(&folder).enrolment()?;
    let accepted = match &enrolment {
        Some(enrolment) => Some(
            enrolment
                .in_force(None, scribe::clock::now())
                .context("the organisation's document on this computer is refused")?,
        ),
        None => None,
    };
    let organisation = accepted.as_ref().map(|accepted| &accepted.organisation);
    let theirs = organisation.map_or(&[][..], |known| &known.templates);
    let pilot = organisation.and_then(|known| known.pilot.as_ref());
    for template in scribe::templates(organisation) {
        let whose = if theirs.iter().any(|known| known.id == template.id) {
            "the organisation's"
        } else {
            "the program's"
        };
        let outside = pilot.is_some_and(|pilot| pilot.permits_template(&template.id).is_err());
        let scope = if outside {
            ", not part of the pilot"
        } else {
            ""
        };
        println!("{}\t{}\t{whose}{scope}", template.id, template.title);
    }
    Ok(())
}

/// The template with this identifier, or the default one.
pub(crate) fn find(
    organisation: Option<&Organisation>,
    id: Option<&str>,
) -> anyhow::Result<Template> {
    Ok(scribe::template(organisation, id)?)
}
