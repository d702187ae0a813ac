use std::sync::Arc;

use visit::VisitId;

use super::session;
use crate::templates;
use crate::vaults::VaultArguments;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    vault: VaultArguments,
    /// The visit.
    visit: VisitId,
    #[command(flatten)]
    session: session::Arguments,
}

/// Records on where a visit was paused or cut off. The consent that it was made with still stands,
/// unless its sound was erased: then nothing is opened.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let vault = Arc::new(arguments.vault.open()?);
    let chosen = vault.visit(arguments.visit)?.summary.template;
    let template = templates::find(Some(chosen.as_str()).filter(|id| !id.is_empty()))?;
    let steps = arguments.session.steps(&template)?;
    session::run(&arguments.session, vault, arguments.visit, steps, template)
}
