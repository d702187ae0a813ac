//! Where the vault's passphrase comes from: a file, the terminal, or the first line of standard input.

use std::io::{BufRead, IsTerminal};
use std::path::Path;

use anyhow::Context;
use secrecy::SecretString;

pub(crate) fn ask(file: Option<&Path>, prompt: &str) -> anyhow::Result<SecretString> {
    if let Some(file) = file {
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("the passphrase file {} cannot be read", file.display()))?;
        return Ok(first_line(&text));
    }
    if std::io::stdin().is_terminal() {
        return Ok(rpassword::prompt_password(prompt)?.into());
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(first_line(&line))
}

fn first_line(text: &str) -> SecretString {
    text.lines().next().unwrap_or_default().to_owned().into()
}
