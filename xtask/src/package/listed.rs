//! The list of what a program is made of, as `cargo auditable` has linked it into it.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::{process, tools};

/// Name and version of every package in a program, those that only its building needed among them.
///
/// # Errors
/// If the program carries no list, or one that is nearly empty.
pub fn of(program: &Path) -> Result<BTreeSet<(String, String)>> {
    let list = process::output(Command::new(tools::rust_audit_info()?).arg(program)).with_context(
        || {
            format!(
                "{} carries no list of what it is made of",
                program.display()
            )
        },
    )?;
    parse(&list).with_context(|| format!("the list in {}", program.display()))
}

fn parse(list: &str) -> Result<BTreeSet<(String, String)>> {
    let list: Value = serde_json::from_str(list)?;
    let packages = list["packages"].as_array().context("it names nothing")?;
    let named = |package: &Value| {
        let text = |field: &str| package[field].as_str().map(str::to_owned);
        Some((text("name")?, text("version")?))
    };
    let packages: BTreeSet<_> = packages
        .iter()
        .map(|package| named(package).with_context(|| format!("it says {package}")))
        .collect::<Result<_>>()?;
    ensure!(packages.len() > 5, "it names {} packages", packages.len());
    Ok(packages)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_list_that_names_hardly_anything_is_refused() {
        let list = |count: usize| {
            let one = |number: usize| format!(r#"{{"name":"p{number}","version":"1.0.0"}}"#);
            let packages: Vec<String> = (0..count).map(one).collect();
            format!(r#"{{"packages":[{}]}}"#, packages.join(","))
        };
        assert_eq!(parse(&list(6)).unwrap().len(), 6);
        assert!(parse(&list(5)).is_err());
        assert!(parse("{}").is_err());
        assert!(parse(r#"{"packages":[{"name":"a"}]}"#).is_err());
    }
}
