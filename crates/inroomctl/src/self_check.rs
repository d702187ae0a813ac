//! Whether the system keeps this program and its workers from the network, as tried now.

use scribe::confinement::{Check, check, engine::Engine};

/// Tries it, and says what came of it.
///
/// # Errors
/// If something got through, or a worker could not be asked.
pub(crate) fn run(walls: &Engine) -> anyhow::Result<()> {
    let check = check(walls);
    print_findings(&check);
    match check.proof() {
        Ok(proof) => {
            println!("{}", proof.sentence());
            Ok(())
        }
        Err(gaps) => {
            let gaps: Vec<_> = gaps.iter().map(ToString::to_string).collect();
            anyhow::bail!("there is a way out of this computer: {}", gaps.join("; "))
        }
    }
}

fn print_findings(check: &Check) {
    let of_worker = check.worker().map(|report| ("a worker", report));
    for (who, report) in [("this program", check.engine())]
        .into_iter()
        .chain(of_worker)
    {
        for attempt in &report.open {
            println!("{who} could open {attempt}");
        }
        for wall in &report.missing {
            println!("{who} goes without {wall}, which this system does not put up");
        }
        if report.open.is_empty() {
            println!("{who} was refused everything that it tried");
        }
    }
}
