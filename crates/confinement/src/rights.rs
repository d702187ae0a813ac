//! Landlock. Each wall is a layer of its own, so that a kernel that lacks one still puts up the others.
//! A layer holds for the calling thread and the threads and processes that it starts.

use std::path::Path;

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible as _, PathBeneath,
    PathFd, Ruleset, RulesetAttr as _, RulesetCreatedAttr as _, RulesetError, Scope,
};

/// No TCP socket is bound or connected any more. Answers whether that holds.
pub fn no_tcp() -> bool {
    let wall = || {
        strict()
            .handle_access(AccessNet::from_all(ABI::V4))?
            .create()?
            .restrict_self()
    };
    wall().is_ok()
}

/// No signal and no abstract socket reaches anything outside. Answers whether that holds.
pub fn no_signals() -> bool {
    let wall = || {
        strict()
            .scope(Scope::from_all(ABI::V6))?
            .create()?
            .restrict_self()
    };
    wall().is_ok()
}

/// No file is opened any more but these, and what lies in these folders, for reading. Answers whether
/// that holds. What is not there cannot be opened anyway.
pub fn files_alone<'a>(readable: impl Iterator<Item = &'a Path>) -> bool {
    let wall = || -> Result<_, RulesetError> {
        // What later kernels can refuse besides is taken where it is to be had.
        let mut rules = strict()
            .handle_access(AccessFs::from_all(ABI::V1))?
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(AccessFs::from_all(ABI::V6))?
            .create()?;
        for path in readable {
            if let Ok(opened) = PathFd::new(path) {
                let mut rights: BitFlags<AccessFs> = AccessFs::ReadFile.into();
                if path.is_dir() {
                    rights |= AccessFs::ReadDir;
                }
                rules = rules.add_rule(PathBeneath::new(opened, rights))?;
            }
        }
        rules.restrict_self()
    };
    wall().is_ok()
}

fn strict() -> Ruleset {
    Ruleset::default().set_compatibility(CompatLevel::HardRequirement)
}
