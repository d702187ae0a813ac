//! The list of what a program is made of, as `cargo auditable` has linked it into it.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use auditable_info::{Limits, audit_info_from_file};

/// Name and version of every package in a program, those that only its building needed among them.
///
/// # Errors
/// If the program carries no list, or one that is nearly empty.
pub fn of(program: &Path) -> Result<BTreeSet<(String, String)>> {
    let list = audit_info_from_file(program, Limits::default()).with_context(|| {
        format!(
            "{} carries no list of what it is made of",
            program.display()
        )
    })?;
    let packages: BTreeSet<_> = list
        .packages
        .into_iter()
        .map(|package| (package.name, package.version.to_string()))
        .collect();
    ensure!(
        packages.len() > 5,
        "{} says that it is made of {} packages",
        program.display(),
        packages.len()
    );
    Ok(packages)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    /// A plain build has none, and so has this test.
    #[test]
    fn a_program_without_a_list_is_refused() {
        let said = super::of(&std::env::current_exe().unwrap()).unwrap_err();
        assert!(said.to_string().contains("carries no list"), "{said}");
    }
}
