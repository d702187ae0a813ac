//! Where the vault's passphrase comes from: a file, the terminal, or the first line of standard input.

use std::fs::File;
use std::io::{BufRead, IsTerminal, Read};
use std::path::Path;

use anyhow::Context;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

/// Most bytes of a passphrase or a recovery key's file. Room for them is taken at once: a buffer
/// that grows leaves copies of what it held.
const MOST: usize = 64 * 1024;

pub(crate) fn ask(file: Option<&Path>, prompt: &str) -> anyhow::Result<SecretString> {
    if let Some(file) = file {
        let text = read_file(file)
            .with_context(|| format!("the passphrase file {} cannot be read", file.display()))?;
        return Ok(first_line(text.expose_secret()));
    }
    if std::io::stdin().is_terminal() {
        return Ok(rpassword::prompt_password(prompt)?.into());
    }
    let mut line = Zeroizing::new(String::with_capacity(MOST));
    std::io::stdin()
        .lock()
        .take(MOST as u64)
        .read_line(&mut line)?;
    Ok(first_line(&line))
}

/// A small file that holds a secret.
pub(crate) fn read_file(file: &Path) -> std::io::Result<SecretString> {
    let mut text = Zeroizing::new(String::with_capacity(MOST));
    File::open(file)?
        .take(MOST as u64)
        .read_to_string(&mut text)?;
    Ok(SecretString::from(text.as_str()))
}

fn first_line(text: &str) -> SecretString {
    SecretString::from(text.lines().next().unwrap_or_default())
}
