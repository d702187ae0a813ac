//! The risk assessment: on the terminal, as a page, as JSON.

use std::path::PathBuf;

use clap::Args;
use governance::Command as C;
use governance::risk::{Assessment, Finding, State, Verdict};
use scribe::{RiskPages, assess_risks};
use vault::Vault;

use crate::surroundings::Secrets;
use crate::vaults::VaultArguments;

#[derive(Args)]
pub(crate) struct RiskArguments {
    #[command(flatten)]
    vault: VaultArguments,
    /// Leave the vault closed: what it alone can tell is not told then.
    #[arg(long, conflicts_with_all = ["account", "passphrase_file"])]
    closed: bool,
    /// Write a page that prints; a file that is there is left alone.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write JSON; a file that is there is left alone.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

pub(crate) fn run(arguments: &RiskArguments) -> anyhow::Result<()> {
    let folder = std::path::absolute(arguments.vault.folder()?)?;
    let vault = if arguments.closed || !Vault::exists(&folder) {
        None
    } else {
        Some(arguments.vault.open_as_it_is(C::AssessRisk)?)
    };
    let secrets = Secrets::of(&folder, arguments.vault.device_secret_file());
    let pages = RiskPages {
        html: arguments.html.as_deref(),
        json: arguments.json.as_deref(),
    };
    eprintln!("looking at this computer…");
    let assessment = assess_risks(&secrets.around(&folder), vault.as_ref(), &pages)?;
    print!("{}", text(&assessment));
    for path in [&arguments.html, &arguments.json].into_iter().flatten() {
        println!("wrote {}", path.display());
    }
    Ok(())
}

/// The assessment for a terminal.
fn text(assessment: &Assessment) -> String {
    let mut lines = vec![
        format!(
            "{} risks open, {} cannot be told, {} without a self-check, {} under control",
            assessment.count(State::Open),
            assessment.count(State::CannotTell),
            assessment.count(State::Unchecked),
            assessment.count(State::Controlled),
        ),
        String::new(),
    ];
    lines.push("SELF-CHECKS".to_owned());
    let mut found: Vec<&Finding> = assessment.findings.iter().collect();
    found.sort_by_key(|found| match found.verdict {
        Verdict::Failed => 0,
        Verdict::CannotTell => 1,
        Verdict::Passed => 2,
    });
    for found in found {
        let word = found.verdict.word();
        lines.push(format!(
            "{word:<14} {:<20} {}",
            found.check.word(),
            found.reason
        ));
        if found.verdict == Verdict::Failed {
            lines.push(format!("{:36}→ {}", "", found.check.advice()));
        }
    }
    lines.extend([String::new(), "RISKS".to_owned()]);
    for risk in &assessment.risks {
        let (state, level) = (risk.state.word(), risk.level_here.word());
        lines.push(format!(
            "{state:<14} {level:<10} {:<20} {}",
            risk.risk.id, risk.risk.title
        ));
    }
    lines.extend([String::new(), "45 CFR 164.312".to_owned()]);
    for line in &assessment.safeguards {
        lines.push(format!(
            "{:<22} {:<16} {:<10} {}",
            line.line.citation,
            line.line.designation.word(),
            line.met_here.word(),
            line.line.name
        ));
    }
    lines.push(String::new());
    lines.join("\n")
}
