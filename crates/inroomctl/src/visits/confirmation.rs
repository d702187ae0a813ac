//! The second step of what cannot be undone.

use std::io::{BufRead, IsTerminal, Write};

use anyhow::bail;
use visit::VisitId;

/// How much of the identifier confirms that this visit is meant.
const CONFIRMS: usize = 8;

/// Goes on only if the first characters of the visit's identifier are given, or typed on a terminal.
///
/// # Errors
/// If they are not: nothing has happened then.
pub(super) fn demand(
    visit: VisitId,
    verb: &str,
    done: &str,
    given: Option<&str>,
) -> anyhow::Result<()> {
    let wanted: String = visit.to_string().chars().take(CONFIRMS).collect();
    let given = match given {
        Some(given) => given.to_owned(),
        None => ask(&wanted, verb, done)?,
    };
    if given.trim() != wanted {
        bail!("{given:?} is not {wanted:?}; nothing was {done}");
    }
    Ok(())
}

fn ask(wanted: &str, verb: &str, done: &str) -> anyhow::Result<String> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        bail!("nothing was {done}: confirm with --confirm {wanted}");
    }
    eprint!("Type {wanted} to {verb} it: ");
    std::io::stderr().flush()?;
    let mut line = String::new();
    stdin.lock().read_line(&mut line)?;
    Ok(line)
}
