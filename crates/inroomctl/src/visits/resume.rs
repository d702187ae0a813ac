use std::sync::Arc;

use anyhow::bail;
use governance::Command as C;
use scribe::Import;
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

/// Records on where a visit was paused or cut off; an import goes on in its file, which `--audio`
/// names where it is not where it was. The consent that the visit was made with still stands, unless
/// its sound was erased: then nothing is opened.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let vault = Arc::new(arguments.vault.open(&[C::Record, C::DraftNote])?);
    let visit = arguments.visit;
    let summary = vault.visit(visit)?.summary;
    let chosen = Some(summary.template.as_str()).filter(|id| !id.is_empty());
    let template = templates::find(vault.organisation(), chosen)?;
    let session = &arguments.session;
    let steps = session.steps(&template)?;
    if !summary.imported {
        return session::run(session, vault, visit, steps, template);
    }
    if !session.reads_a_file() {
        bail!(
            "the sound of the visit {visit} is imported from a file; --microphone, --seconds and --speed \
             are for recordings, and nothing was opened"
        );
    }
    let import = Import::resume(vault, visit, session.file())?;
    session::run_import(import, steps, template, session.record_only())
}
