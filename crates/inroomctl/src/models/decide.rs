//! Decisions about models, as changes of the document.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, bail, ensure};
use governance::{Approval, Recall, edit};
use scribe::{clock, models};
use sha2::{Digest as _, Sha256};
use visit::{Sha256Hex, UnixMillis};

use super::propose::{APPROVAL, CARD};
use crate::log::instant;
use crate::org::Document;
use scribe::clock::to_the_second;
use scribe::organisation::read_document as read;

#[derive(clap::Args)]
pub(crate) struct ApproveArguments {
    /// The document, `organisation.toml`.
    document: PathBuf,
    /// The folder that `models propose` has made.
    #[arg(long, value_name = "FOLDER")]
    dossier: PathBuf,
}

#[derive(clap::Args)]
pub(crate) struct RecallArguments {
    /// The document, `organisation.toml`.
    document: PathBuf,
    /// The model: its SHA-256, an identifier of the catalogue or of the document, or a file.
    model: String,
    /// Why, for whoever is refused.
    #[arg(long)]
    reason: String,
    /// From which day (`2026-01-31`, in UTC) or instant on; now when not given.
    #[arg(long, value_name = "WHEN", value_parser = instant)]
    from: Option<UnixMillis>,
}

pub(super) fn approve(arguments: &ApproveArguments) -> anyhow::Result<()> {
    let document = Document::open(&arguments.document)?;
    let path = arguments.dossier.join(APPROVAL);
    let approval = Approval::read(&read(&path)?)
        .with_context(|| format!("{} holds no approval", path.display()))?;
    let card = arguments.dossier.join(CARD);
    let bytes = fs::read(&card)
        .with_context(|| format!("{} cannot be read; nothing was changed", card.display()))?;
    ensure!(
        Sha256Hex::from_bytes(Sha256::digest(&bytes).into()) == approval.card,
        "{} is not the card that the approval names; nothing was changed",
        card.display()
    );
    document.exchange(&edit::set_approval(&document.text, &approval)?)?;
    println!(
        "{} is approved for {} until {}, once the document is signed with `inroomctl org sign`",
        approval.id, approval.role, approval.until
    );
    Ok(())
}

pub(super) fn recall(arguments: &RecallArguments) -> anyhow::Result<()> {
    let document = Document::open(&arguments.document)?;
    let sha256 = digest_of(&document, &arguments.model)?;
    let recall = Recall {
        sha256,
        from: to_the_second(arguments.from.unwrap_or_else(clock::now)),
        reason: arguments.reason.clone(),
    };
    document.exchange(&edit::add_recall(&document.text, &recall)?)?;
    println!(
        "the model with the digest {} is recalled from {} on, once the document is signed with \
         `inroomctl org sign` and in force on the workstations",
        recall.sha256.as_str(),
        recall.from
    );
    Ok(())
}

/// The digest of a model that may not be on this computer.
fn digest_of(document: &Document, model: &str) -> anyhow::Result<Sha256Hex> {
    if let Ok(sha256) = Sha256Hex::try_from(model.to_owned()) {
        return Ok(sha256);
    }
    let approvals = &document.organisation.models;
    let mut listed = approvals.iter().filter(|approval| approval.id == model);
    if let Some(approval) = listed.next() {
        if listed.any(|other| other.sha256 != approval.sha256) {
            bail!(
                "the document has several models called {model:?}; name the one by its SHA-256. \
                 Nothing was changed"
            );
        }
        return Ok(approval.sha256.clone());
    }
    let known = models::catalogue()?;
    let known = known.into_iter().find(|known| known.id == model);
    if let Some(sha256) = known.and_then(|known| known.sha256) {
        return Ok(sha256);
    }
    Ok(models::resolve(model)?.sha256)
}
