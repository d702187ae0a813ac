//! Manual pages and shell completions, written by each program from the very definition that reads its
//! command line.
//!
//! `PROGRAM --write-manual FOLDER` is for whoever makes a package (`cargo xtask package`), not for the people
//! who use the program: it stands in no help and is no command of any role.
#![forbid(unsafe_code)]

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use clap::Command;
use clap_complete::Shell;

/// What asks for the manual, as the first of two arguments.
pub const OPTION: &str = "--write-manual";

/// Folders in which the files are put, below the one that is named.
const PAGES: &str = "man1";
/// With a folder for each shell in it, named by the shell.
const COMPLETIONS: &str = "completions";

/// Does what `PROGRAM --write-manual FOLDER` asks for; `None` if the arguments (without the program's name)
/// ask for anything else.
///
/// # Errors
/// The operating system's, if a file cannot be written.
pub fn written_if_asked(
    program: fn() -> Command,
    arguments: impl IntoIterator<Item = OsString>,
) -> Option<io::Result<()>> {
    let mut arguments = arguments.into_iter();
    let asked = arguments.next()? == OPTION;
    let folder = arguments.next().filter(|_| asked)?;
    arguments
        .next()
        .is_none()
        .then(|| write(program(), Path::new(&folder)))
}

/// A page for the program and each of its commands, and completions for bash, fish and zsh.
fn write(program: Command, folder: &Path) -> io::Result<()> {
    let pages = folder.join(PAGES);
    fs::create_dir_all(&pages)?;
    clap_mangen::generate_to(program.clone(), &pages)?;
    let name = program.get_name().to_owned();
    for shell in [Shell::Bash, Shell::Fish, Shell::Zsh] {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut program.clone(), &name, &mut script);
        let of_shell = folder.join(COMPLETIONS).join(shell.to_string());
        fs::create_dir_all(&of_shell)?;
        // Each shell finds a script by the name that it expects for the program's.
        let file = match shell {
            Shell::Fish => format!("{name}.fish"),
            Shell::Zsh => format!("_{name}"),
            _ => name.clone(),
        };
        File::create(of_shell.join(file))?.write_all(&script)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn program() -> Command {
        let mend = Command::new("mend").about("Mends what is broken");
        let hidden = Command::new("hidden").hide(true);
        Command::new("tool").subcommands([mend, hidden])
    }

    fn asked(arguments: &[&str]) -> Option<io::Result<()>> {
        written_if_asked(program, arguments.iter().map(OsString::from))
    }

    #[test]
    fn every_command_has_a_page_and_every_shell_its_script() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().to_str().unwrap();
        asked(&[OPTION, folder]).unwrap().unwrap();
        let text = |path: &str| fs::read_to_string(root.path().join(path)).unwrap();
        assert!(text("man1/tool-mend.1").contains("Mends what is broken"));
        assert!(text("man1/tool.1").contains("tool\\-mend(1)"));
        assert!(!root.path().join("man1/tool-hidden.1").exists());
        for script in ["bash/tool", "fish/tool.fish", "zsh/_tool"] {
            assert!(text(&format!("completions/{script}")).contains("mend"));
        }
    }

    #[test]
    fn whatever_else_is_asked_is_the_programs_own() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().to_str().unwrap();
        for other in [
            &[][..],
            &[OPTION],
            &[OPTION, folder, "more"],
            &["mend", OPTION, folder],
        ] {
            assert!(asked(other).is_none());
        }
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
    }
}
