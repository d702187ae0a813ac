use std::sync::Arc;

use super::particulars::Particulars;
use super::session;
use crate::vaults::VaultArguments;
use governance::Command as C;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    vault: VaultArguments,
    #[command(flatten)]
    particulars: Particulars,
    #[command(flatten)]
    session: session::Arguments,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let vault = Arc::new(
        arguments
            .vault
            .open(&[C::CreateVisit, C::Record, C::DraftNote])?,
    );
    let template = arguments.particulars.template(&vault)?;
    let steps = arguments.session.steps(&template)?;
    let visit = vault.begin_visit(arguments.particulars.visit(&template))?;
    println!("visit {visit}");
    session::run(&arguments.session, vault, visit, steps, template)
}
