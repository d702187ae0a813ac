use governance::Moment;
use governance::minisign::PublicKey;
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

/// What an organisation keeps on paper.
pub(super) struct Sheet<'a> {
    pub(super) organisation: &'a str,
    pub(super) made: Moment,
    pub(super) key: &'a PublicKey,
    pub(super) recipient: &'a str,
    /// The recovery key's own file.
    pub(super) recovery: &'a SecretString,
    pub(super) check: &'a str,
}

impl Sheet<'_> {
    pub(super) fn text(&self) -> Zeroizing<String> {
        let recovery = self.recovery.expose_secret();
        let secret = recovery.lines().find(|line| !line.starts_with('#'));
        let mut text = Zeroizing::new(String::with_capacity(4096));
        for line in [
            "INROOM RECOVERY SHEET",
            "",
            "Organisation    ",
            self.organisation,
            "",
            "Made on         ",
            &self.made.to_string(),
            "",
            "Check code      ",
            self.check,
            "",
            "Signing key     ",
            &self.key.line(),
            "",
            "Recovery key    ",
            self.recipient,
            "",
            "RECOVERY KEY, SECRET",
            secret.unwrap_or_default(),
            "",
            "Whoever has the secret line opens every vault that was entrusted to this recovery key",
            "(`inroomctl vault recover`). Keep this sheet locked away, apart from the workstations.",
            "To sign, organisation.key and its passphrase are needed; neither stands on this sheet. Keep",
            "a copy of each, in two other places.",
            "`inroomctl org verify` shows the check code, too: if it differs there, the keys are",
            "somebody else's.",
        ] {
            text.push_str(line);
            // A label and what it names share a line.
            if !line.ends_with("  ") {
                text.push('\n');
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_holds_the_secret_line_and_the_check_code() {
        let key = "RWS0NlTSW7gvG4MC8Okv98wlycr42Gxn6kzj69sHtTOn8yCjgBIHhWI5";
        let sheet = Sheet {
            organisation: "Northside Clinic",
            made: Moment(visit::UnixMillis(0)),
            key: &key.parse().unwrap(),
            recipient: "age1recipient",
            recovery: &"# a comment\n# another\nAGE-SECRET-KEY-1X\n".into(),
            check: "ABCD-EFGH",
        };
        let text = sheet.text();
        for line in [
            "Organisation    Northside Clinic",
            "Made on         1970-01-01",
            "Check code      ABCD-EFGH",
            &format!("Signing key     {key}"),
            "Recovery key    age1recipient",
            "AGE-SECRET-KEY-1X",
        ] {
            assert_eq!(
                text.lines().filter(|found| *found == line).count(),
                1,
                "{line}"
            );
        }
    }
}
