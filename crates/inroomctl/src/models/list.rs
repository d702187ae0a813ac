//! What lies on this computer.

use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;
use governance::{ModelRole, NotApproved, Organisation};
use scribe::{clock, models};
use vault::Workstation;
use visit::{Sha256Hex, UnixMillis};

use crate::vaults::folder_of;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The folder of the vault whose organisation is asked; the program's own data folder when not given.
    #[arg(long, value_name = "DIR")]
    vault: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let workstation = Workstation::of(&folder_of(arguments.vault.clone())?);
    let now = clock::now();
    let organisation = match workstation.enrolment()? {
        Some(enrolment) => Some(enrolment.in_force(None, now)?.organisation),
        None => None,
    };
    let folder = models::folder();
    let mut files: Vec<PathBuf> = match fs::read_dir(&folder) {
        Ok(entries) => entries
            .map(|entry| Ok(entry?.path()))
            .collect::<std::io::Result<_>>()?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => {
            let unreadable = format!("the folder {} cannot be read", folder.display());
            return Err(error).context(unreadable);
        }
    };
    files.retain(|path| path.is_file());
    files.sort();
    println!("models in {}", folder.display());
    match &organisation {
        Some(organisation) => println!(
            "document  {}, serial {}",
            organisation.identity.name, organisation.serial
        ),
        None => {
            println!("document  none: this computer is not enrolled, and any known model is loaded")
        }
    }
    let known = models::catalogue()?;
    for path in &files {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let sha256 = match models::digest_of(path) {
            Ok(sha256) => sha256,
            Err(error) => {
                println!("\n{name}\n    cannot be read: {error}");
                continue;
            }
        };
        let model = known
            .iter()
            .find(|model| model.sha256.as_ref() == Some(&sha256));
        let (id, role) = match model {
            Some(model) => (
                model.id.as_str(),
                model
                    .role
                    .approved_as()
                    .map_or("not loaded in a visit", ModelRole::word),
            ),
            None => ("not in the catalogue", "not known"),
        };
        println!("\n{name}\n    model     {id}\n    role      {role}");
        println!("    sha256    {}", sha256.as_str());
        if let Some(organisation) = &organisation {
            println!("    standing  {}", standing(organisation, &sha256, now));
        }
    }
    if files.is_empty() {
        println!("there is no model here");
    }
    Ok(())
}

/// How the document stands to a model, in whatever role.
fn standing(organisation: &Organisation, sha256: &Sha256Hex, now: UnixMillis) -> String {
    let mut said = Vec::new();
    for role in ModelRole::ALL {
        match organisation.approved(sha256, role, now) {
            Ok(approval) => {
                let templates = match &approval.templates {
                    Some(listed) => format!(", for {}", listed.join(", ")),
                    None => String::new(),
                };
                said.push(format!(
                    "approved for {role} until {}{templates}",
                    approval.until
                ));
            }
            // Of every role the same.
            Err(refused @ NotApproved::Recalled { .. }) => return refused.to_string(),
            Err(NotApproved::Expired { until, .. }) => {
                said.push(format!("its approval for {role} ended on {until}"));
            }
            Err(NotApproved::NotYet { from, .. }) => {
                said.push(format!("approved for {role} from {from} on"));
            }
            Err(
                NotApproved::Unlisted(_)
                | NotApproved::OtherRole { .. }
                | NotApproved::Template { .. },
            ) => {}
        }
    }
    if said.is_empty() {
        return "not on the list".to_owned();
    }
    said.join("; ")
}
