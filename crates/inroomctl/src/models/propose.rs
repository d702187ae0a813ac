//! A dossier of a model, for those who decide whether it may be used.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use figures::dossier::{Dossier, Provenance};
use figures::limits::Limit;
use governance::{Approval, ModelRole, edit};
use scribe::models::{self, KnownModel};
use sha2::{Digest as _, Sha256};
use visit::{Sha256Hex, UnixMillis};

use crate::evaluate::{self, Evaluation};
use crate::log::instant;
use scribe::clock::{days_after, to_the_second, today};
use scribe::organisation::{read_document as read, write_public};

/// The files of a dossier.
pub(super) const APPROVAL: &str = "approval.toml";
pub(super) const CARD: &str = "card.md";
const EVALUATION: &str = "evaluation.json";
const PAGE: &str = "dossier.html";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The model: an identifier of the catalogue or a file.
    model: String,
    /// The folder to make.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    #[command(flatten)]
    how: evaluate::How,
    /// What `inroomctl evaluate --json` has written of this model on this computer; it is measured again
    /// when not given.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["speech", "speech_model", "threads"])]
    evaluation: Option<PathBuf>,
    /// The name that it gets in the document; the catalogue's when not given.
    #[arg(long)]
    id: Option<String>,
    /// Its card, where the catalogue has none: what it is, what for, its limits.
    #[arg(long, value_name = "FILE")]
    card: Option<PathBuf>,
    /// Its licence, where the catalogue does not say.
    #[arg(long)]
    licence: Option<String>,
    /// Where it comes from, where the catalogue does not say.
    #[arg(long)]
    origin: Option<String>,
    /// A template that it may write; all of them when none is given. May be given several times.
    #[arg(long = "template", value_name = "ID")]
    templates: Vec<String>,
    /// Another limit: "NAME<=NUMBER" or "NAME>=NUMBER", or `none` for the number. May be given several times.
    #[arg(long = "limit", value_name = "LIMIT")]
    limits: Vec<Limit>,
    /// From which day (`2026-01-31`, in UTC) or instant on it is to be approved; today when not given.
    #[arg(long, value_name = "WHEN", value_parser = instant)]
    from: Option<UnixMillis>,
    /// For how many days: then somebody has to look at it again.
    #[arg(long, value_name = "DAYS", default_value_t = 180, value_parser = clap::value_parser!(u32).range(1..=1098))]
    days: u32,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let empty = !arguments.out.exists()
        || fs::read_dir(&arguments.out).is_ok_and(|mut entries| entries.next().is_none());
    ensure!(
        empty,
        "there is something in {} already; it was left as it is",
        arguments.out.display()
    );
    let model = models::resolve(&arguments.model)?;
    let known = models::catalogue()?
        .into_iter()
        .find(|known| known.sha256.as_ref() == Some(&model.sha256));
    let role = evaluate::role_of(&model, arguments.how.role)?;
    if role != ModelRole::Drafting && !arguments.templates.is_empty() {
        bail!("only a model for drafting is approved for templates; nothing was proposed");
    }
    let card = card(arguments, known.as_ref())?;
    let provenance = provenance(arguments, known.as_ref())?;
    let mut evaluation = match &arguments.evaluation {
        Some(path) => Evaluation::open(path, &model.sha256)?,
        None => evaluate::evaluate(&model, &arguments.how)?,
    };
    ensure!(
        evaluation.role == role,
        "it was measured as a model for {}, not for {role}; nothing was proposed",
        evaluation.role
    );
    for limit in &arguments.limits {
        limit.set(&mut evaluation.scorecard.figures)?;
    }
    let from = arguments.from.map_or_else(today, to_the_second);
    let approval = Approval {
        id: arguments.id.clone().unwrap_or_else(|| model.id.clone()),
        role,
        sha256: model.sha256.clone(),
        from,
        until: days_after(from, arguments.days),
        templates: (!arguments.templates.is_empty()).then(|| arguments.templates.clone()),
        card: Sha256Hex::from_bytes(Sha256::digest(&card).into()),
        scorecard: evaluation.scorecard.clone(),
    };
    let bytes = fs::metadata(&model.path)
        .with_context(|| format!("{} cannot be read", model.path.display()))?
        .len();
    let page = Dossier {
        approval: &approval,
        bytes,
        provenance: &provenance,
        card: &card,
        made: to_the_second(scribe::clock::now()),
        program: env!("CARGO_PKG_VERSION"),
    };
    fs::create_dir_all(&arguments.out)
        .with_context(|| format!("{} cannot be made", arguments.out.display()))?;
    let files = [
        (CARD, card.clone()),
        (EVALUATION, evaluation.json()?),
        (
            APPROVAL,
            edit::approval_block(&approval).trim_start().to_owned(),
        ),
        (PAGE, page.page()),
    ];
    for (name, text) in files {
        write_public(&arguments.out.join(name), &text)?;
    }
    evaluation.print();
    tell(&arguments.out, &evaluation);
    Ok(())
}

fn tell(folder: &Path, evaluation: &Evaluation) {
    println!("\nmade a dossier in {}", folder.display());
    let beyond = evaluation.beyond();
    for figure in &beyond {
        println!("beyond its limit: {} ({})", figure.name, figure.value);
    }
    if beyond.is_empty() {
        eprintln!(
            "Those who decide read {}; `inroomctl models approve DOCUMENT --dossier {}` puts the approval \
             into the document, `inroomctl org sign` signs it.",
            folder.join(PAGE).display(),
            folder.display()
        );
    } else {
        eprintln!(
            "As it stands no document takes this approval. Either the model is not used, or those who decide \
             set another limit, with `--limit`, and answer for it."
        );
    }
}

fn card(arguments: &Arguments, known: Option<&KnownModel>) -> anyhow::Result<String> {
    match (&arguments.card, known) {
        (Some(path), _) => Ok(read(path)?),
        (None, Some(known)) => Ok(known.card().to_owned()),
        (None, None) => bail!(
            "the catalogue has no card of this model; name a file with --card that says what it is, what for, and \
             what its limits are. Nothing was proposed"
        ),
    }
}

fn provenance(arguments: &Arguments, known: Option<&KnownModel>) -> anyhow::Result<Provenance> {
    let said = |said: &Option<String>, known: Option<&String>, word: &str| {
        said.clone().or_else(|| known.cloned()).with_context(|| {
            format!("the catalogue does not know this model; say its {word} with --{word}. Nothing was proposed")
        })
    };
    Ok(Provenance {
        name: known.map(|known| known.name.clone()),
        licence: said(
            &arguments.licence,
            known.map(|known| &known.licence),
            "licence",
        )?,
        origin: said(
            &arguments.origin,
            known.map(|known| &known.origin),
            "origin",
        )?,
        in_catalogue: known.is_some(),
    })
}
