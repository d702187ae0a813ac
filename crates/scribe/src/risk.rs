//! The risk assessment of this computer, made from self-checks that look at it now (P6.4 of the security
//! properties, 45 CFR 164.308(a)(1)(ii)(A)).

use std::fs::{self, File};
use std::path::Path;

use governance::risk::{Assessment, Circumstances, Verdict, assess, page, register};
use vault::{Vault, VaultError};

use crate::ExportError;
use crate::exporting::{fill, new_file};
use crate::self_check::{Surroundings, look, name_of};

/// Why no assessment was made.
#[derive(Debug, thiserror::Error)]
pub enum RiskError {
    /// The built-in register is wrong.
    #[error(
        "the program's risk register is damaged; nothing was assessed. Install the program again"
    )]
    Register(#[from] toml::de::Error),
    /// The store refused.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// It could not be written down.
    #[error("the assessment could not be written down; nothing was written")]
    Json(#[from] serde_json::Error),
    /// A file cannot be made or written.
    #[error(transparent)]
    File(#[from] ExportError),
}

/// Where an assessment goes besides its caller: new files that this account alone may read.
#[derive(Clone, Copy, Default)]
pub struct RiskPages<'a> {
    /// A page of HTML.
    pub html: Option<&'a Path>,
    /// JSON: [`Assessment`] says what stands in it.
    pub json: Option<&'a Path>,
}

/// Looks at this computer, and at the vault where one is open, and says which risks stand open. With a
/// vault this is entered in its log before anything is handed out.
///
/// # Errors
/// [`RiskError`]; then no file is left.
pub fn assess_risks(
    around: &Surroundings<'_>,
    vault: Option<&Vault>,
    pages: &RiskPages<'_>,
) -> Result<Assessment, RiskError> {
    let register = register()?;
    let standing = vault.map(Vault::standing).transpose()?;
    // Made first, so that nothing is entered that cannot be written.
    let files = Files::make(pages)?;
    let seen = look(around, standing.as_ref());
    let circumstances = Circumstances {
        made_at: around.now,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        system: system(),
        organisation: name_of(seen.enrolled.organisation()),
        vault_open: vault.is_some(),
    };
    let assessment = assess(&register, seen.findings, circumstances);
    if let Some(vault) = vault {
        let ended = |verdict| u32::try_from(assessment.ended(verdict)).unwrap_or(u32::MAX);
        vault.enter_risk_assessment(
            ended(Verdict::Passed),
            ended(Verdict::Failed),
            ended(Verdict::CannotTell),
        )?;
    }
    files.fill(&assessment)?;
    Ok(assessment)
}

/// Operating system and processor.
pub(crate) fn system() -> String {
    format!("{} {}", std::env::consts::OS, std::env::consts::ARCH)
}

/// Files of this call's own, which are removed if it comes to nothing.
struct Files<'a> {
    html: Option<(&'a Path, File)>,
    json: Option<(&'a Path, File)>,
    filled: bool,
}

impl<'a> Files<'a> {
    fn make(pages: &RiskPages<'a>) -> Result<Self, ExportError> {
        let mut files = Self {
            html: None,
            json: None,
            filled: false,
        };
        let make = |path: Option<&'a Path>| -> Result<Option<(&'a Path, File)>, ExportError> {
            path.map(|path| Ok((path, new_file(path)?))).transpose()
        };
        files.html = make(pages.html)?;
        files.json = make(pages.json)?;
        Ok(files)
    }

    fn fill(mut self, assessment: &Assessment) -> Result<(), RiskError> {
        let mut json = serde_json::to_vec_pretty(assessment)?;
        json.push(b'\n');
        let write = |(path, file): &(&Path, File), bytes: &[u8]| {
            let done = file.try_clone().and_then(|file| fill(file, bytes));
            done.map_err(|source| ExportError::File {
                path: (*path).to_owned(),
                source,
            })
        };
        if let Some(html) = &self.html {
            write(html, page(assessment).as_bytes())?;
        }
        if let Some(file) = &self.json {
            write(file, &json)?;
        }
        self.filled = true;
        Ok(())
    }
}

impl Drop for Files<'_> {
    fn drop(&mut self) {
        if !self.filled {
            for (path, _) in [&self.html, &self.json].into_iter().flatten() {
                let _ = fs::remove_file(path);
            }
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::PermissionsExt as _;

    use governance::risk::{SelfCheck, State};
    use vault::KdfCost;

    use super::*;
    use crate::SecretPlace;

    fn around(folder: &Path) -> Surroundings<'_> {
        Surroundings {
            folder,
            secrets: SecretPlace::NotNamed,
            now: crate::clock::now(),
        }
    }

    fn verdict(assessment: &Assessment, check: SelfCheck) -> Verdict {
        assessment.finding(check).unwrap().verdict
    }

    #[test]
    fn a_file_with_wrong_rights_is_an_open_risk_on_the_page_and_in_the_json() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("vault");
        let words = "four unrelated plain words".into();
        let vault = Vault::create(&dir, &words, KdfCost::LEAST).unwrap();
        let (html, json) = (folder.path().join("r.html"), folder.path().join("r.json"));
        let assess = || {
            let pages = RiskPages {
                html: Some(&html),
                json: Some(&json),
            };
            let done = assess_risks(&around(&dir), Some(&vault), &pages);
            let read = |path| fs::read_to_string(path).unwrap_or_default();
            (done, read(&html), read(&json))
        };
        let (done, page, text) = assess();
        let before = done.unwrap();
        assert_eq!(verdict(&before, SelfCheck::FolderPrivate), Verdict::Passed);
        assert_eq!(verdict(&before, SelfCheck::LogVerifies), Verdict::Passed);
        for path in [&html, &json] {
            assert_eq!(
                fs::metadata(path).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
        let state = |text: &str| -> String {
            let value: serde_json::Value = serde_json::from_str(text).unwrap();
            let risks = value["risks"].as_array().unwrap();
            let risk = risks.iter().find(|risk| risk["id"] == "other-accounts");
            risk.unwrap()["state"].as_str().unwrap().to_owned()
        };
        let open = "<article class=\"risk open\" id=\"risk-other-accounts\">";
        // Not controlled, for a test's process may leave core dumps, but not open for this reason.
        assert!(!text.contains("has the mode 644") && !page.contains("has the mode 644"));

        // What is there is never written over, and nothing is entered.
        let (again, same, _) = assess();
        assert!(matches!(
            again,
            Err(RiskError::File(ExportError::Exists(_)))
        ));
        assert_eq!(same, page);
        fs::remove_file(&html).unwrap();
        let (again, ..) = assess();
        assert!(again.is_err() && !html.exists() && json.exists());
        fs::remove_file(&json).unwrap();

        fs::set_permissions(dir.join("keys.json"), fs::Permissions::from_mode(0o644)).unwrap();
        let (done, page, text) = assess();
        let after = done.unwrap();
        assert_eq!(verdict(&after, SelfCheck::FolderPrivate), Verdict::Failed);
        assert!(after.count(State::Open) > 0);
        assert_eq!(state(&text), "open");
        assert!(
            page.contains(open) && page.contains("keys.json has the mode 644"),
            "{page}"
        );
        let mut entered = Vec::new();
        vault
            .show_log(&mut |entry| {
                if let vault::Act::RiskAssessed { failed, .. } = entry.act {
                    entered.push(failed as usize);
                }
            })
            .unwrap();
        let failed = |of: &Assessment| of.ended(Verdict::Failed);
        assert_eq!(entered, [failed(&before), failed(&after)]);
    }

    #[test]
    fn without_an_open_vault_its_checks_cannot_be_told() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("vault");
        let made = assess_risks(&around(&dir), None, &RiskPages::default()).unwrap();
        assert!(!made.circumstances.vault_open);
        for check in SelfCheck::ALL {
            if check.looks_at() == governance::risk::LooksAt::Vault {
                assert_eq!(verdict(&made, *check), Verdict::CannotTell);
            }
        }
        // Every check was asked.
        assert!(
            made.findings
                .iter()
                .all(|found| found.reason != "it was not asked")
        );
    }
}
