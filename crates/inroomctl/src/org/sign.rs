//! Signing a document, and finding whether a workstation would take it.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use governance::minisign::{PublicKey, SecretKey, Signature};
use governance::{Organisation, Pinned, accept, check_code};
use scribe::clock;
use scribe::organisation::{read_document, read_signed, signature_of, write_public};
use secrecy::ExposeSecret as _;

use super::Document;
use crate::passphrase;

#[derive(clap::Args)]
pub(crate) struct SignArguments {
    /// The document, `organisation.toml`.
    document: PathBuf,
    /// The organisation's secret key, as `inroomctl org init` or `minisign -G` has made it.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// A file whose first line is the key's passphrase; otherwise it is asked for.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

#[derive(clap::Args)]
pub(crate) struct VerifyArguments {
    /// The document, `organisation.toml`.
    document: PathBuf,
    /// The organisation's public key: a file, or the line in it.
    #[arg(long, value_name = "FILE_OR_LINE")]
    key: String,
}

pub(crate) fn sign(arguments: &SignArguments) -> anyhow::Result<()> {
    let document = Document::open(&arguments.document)?;
    let organisation = &document.organisation;
    ensure!(
        clock::now() < organisation.until.0,
        "the document held until {}; nothing was signed. Give it a later `until`",
        organisation.until
    );
    let file = passphrase::read_file(&arguments.key)
        .with_context(|| format!("the key {} cannot be read", arguments.key.display()))?;
    let passphrase = passphrase::ask(
        arguments.passphrase_file.as_deref(),
        "Passphrase of the organisation's signing key: ",
    )?;
    let key = SecretKey::open(file.expose_secret(), &passphrase)?;
    let to = signature_of(&document.path);
    if let Some(before) = signed_before(&document, &key.public(), &to)?
        && before >= organisation.serial
    {
        bail!(
            "another document was signed with serial {before} already, and workstations that have \
             taken it take no other with serial {}; nothing was signed. Give it a greater serial, \
             as `inroomctl org edit` does",
            organisation.serial
        );
    }
    let comment = comment_of(organisation);
    let signature = key.sign(document.text.as_bytes(), &comment);
    write_public(&to, &signature.file())?;
    println!("signed {}: {comment}", to.display());
    println!(
        "check code  {}",
        check_code(&key.public(), &organisation.identity.recovery_key)
    );
    Ok(())
}

/// What a signature says of the document.
pub(super) fn comment_of(organisation: &Organisation) -> String {
    format!(
        "{}, serial {}",
        organisation.identity.name, organisation.serial
    )
}

/// The serial of another document that this program has signed with this key in this place: a slip
/// is noticed here rather than at the workstations. What is there of others, or is no signature, is
/// written over.
fn signed_before(document: &Document, key: &PublicKey, file: &Path) -> anyhow::Result<Option<u64>> {
    if !file.exists() {
        return Ok(None);
    }
    let Ok(signature) = read_document(file)?.parse::<Signature>() else {
        return Ok(None);
    };
    if signature.verify(document.text.as_bytes(), key).is_ok() {
        return Ok(None);
    }
    let serial = |comment: &str| comment.rsplit_once("serial ")?.1.parse().ok();
    Ok(signature.comment_by(key).ok().and_then(serial))
}

pub(crate) fn verify(arguments: &VerifyArguments) -> anyhow::Result<()> {
    let key = public_key(&arguments.key)?;
    let (text, signature) = read_signed(&arguments.document)?;
    let pinned = Pinned {
        key: &key,
        newest: None,
    };
    let accepted = accept(text.as_bytes(), &signature, &pinned, clock::now())?;
    let organisation = &accepted.organisation;
    println!("signed by     {}", key.id());
    println!("says          {}", accepted.comment);
    println!("organisation  {}", organisation.identity.name);
    println!("serial        {}", organisation.serial);
    println!("holds until   {}", organisation.until);
    println!("digest        {}", accepted.sha256.as_str());
    println!(
        "check code    {}",
        check_code(&key, &organisation.identity.recovery_key)
    );
    Ok(())
}

pub(crate) fn public_key(text: &str) -> anyhow::Result<PublicKey> {
    if let Ok(key) = text.parse() {
        return Ok(key);
    }
    read_document(Path::new(text))?
        .parse()
        .with_context(|| format!("{text} is not a minisign public key"))
}
