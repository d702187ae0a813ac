//! The pages of an incident, as plain text that prints anywhere.

use std::fmt::Write as _;

use governance::{Concerned, FIRST_HOUR, Moment, deadlines};
use vault::{Kind, Vault, Worksheet};
use visit::UnixMillis;

/// The steps of the first hour.
pub fn first_hour() -> String {
    let mut text = String::from("THE FIRST HOUR\n\n");
    for step in FIRST_HOUR {
        let _ = writeln!(
            text,
            "{:>2} min  {}\n        {}",
            step.minute, step.who, step.what
        );
        if let Some(command) = step.command {
            let _ = writeln!(text, "        {command}");
        }
        text.push('\n');
    }
    text
}

/// What a pack is, and how it is checked.
pub(super) fn read_me(vault: &Vault) -> String {
    format!(
        "INCIDENT PACK\n\n\
         first-hour.txt    what to do, in order\n\
         worksheet.txt     which visits were touched, by whom, and until when whom to notify\n\
         worksheet.json    the same for programs\n\
         programs.txt      versions and digests of the programs and models of this computer\n\
         audit-log.jsonl   the audit log with its signed heads; `inroom-verify` checks it\n\
         organisation.toml the organisation's document on this computer, if it has one\n\n\
         Public key of the audit log: {}\n\
         Visits stand here by their identifiers, and no word of any visit does. Compare the log with an\n\
         export that was kept before: whoever had the passphrase could write it anew.\n",
        vault.log_key()
    )
}

/// A breach worksheet. `discovered`: the day from which the deadlines count.
pub fn worksheet_page(sheet: &Worksheet, discovered: UnixMillis, now: UnixMillis) -> String {
    let when = |at: UnixMillis| Moment(at).to_string();
    let mut text = format!(
        "BREACH WORKSHEET\n\n\
         Made            {}\n\
         Looked at       from {} until {}\n\
         Reported        {} incidents in this vault\n\
         Audit log       {} entries, {}\n\
         Visits touched  {}\n\
         Visits kept     {} (all of them are concerned if the vault was lost with what opens it)\n\n",
        when(now),
        when(sheet.from),
        when(sheet.until),
        sheet.reported,
        sheet.entries,
        sheet.fault.as_deref().unwrap_or("in order"),
        sheet.touched.len(),
        sheet.kept,
    );
    text += "WHOSE DATA, WHICH KINDS, BY WHOM\n\n";
    for one in &sheet.touched {
        let kinds: Vec<&str> = one.kinds.iter().map(|kind| word(*kind)).collect();
        let by: Vec<&str> = one.by.iter().map(String::as_str).collect();
        let left = if one.left {
            "; A NOTE LEFT THE PROGRAM"
        } else {
            ""
        };
        let _ = writeln!(
            text,
            "{}\n    {} to {}, {} acts by {}\n    {}{left}\n",
            one.visit,
            when(one.first),
            when(one.last),
            one.acts,
            by.join(", "),
            kinds.join(", "),
        );
    }
    if sheet.touched.is_empty() {
        text += "none in this time\n\n";
    }
    let most = u32::try_from(sheet.touched.len())
        .unwrap_or(u32::MAX)
        .max(1);
    let _ = writeln!(
        text,
        "NOTIFY, IF IT WAS A BREACH OF UNSECURED INFORMATION (45 CFR 164.402)\n\n\
         Discovered on {} (164.404(a)(2)); {most} individuals at most by the list above.\n\
         Each notice is without unreasonable delay; these are the last days.\n",
        when(discovered),
    );
    let concerned = Concerned {
        discovered,
        individuals: most,
    };
    for deadline in deadlines(&concerned) {
        let _ = writeln!(
            text,
            "{}  {} ({})\n            {}",
            deadline.by, deadline.whom, deadline.section, deadline.note
        );
    }
    text += "\nTO BE FILLED IN BY THE PRIVACY OFFICIAL (164.402(2))\n\n\
        Nature and extent of the information, likelihood of re-identification:\n\n\
        Who used it or to whom it was disclosed:\n\n\
        Whether it was actually acquired or viewed:\n\n\
        How far the risk has been mitigated:\n\n\
        Breach, or low probability of compromise, and why:\n";
    text
}

const fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Cover => "label and reason",
        Kind::Sound => "recording",
        Kind::Transcript => "transcript",
        Kind::Note => "note",
    }
}
