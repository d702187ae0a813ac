//! The Debian packages that building and testing need: which are missing, and their installation.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::process;

/// What compiling needs.
const BUILD: &[&str] = &[
    "build-essential",
    "clang",
    "cmake",
    "file",
    "libasound2-dev",
    "libayatana-appindicator3-dev",
    "libclang-dev",
    "libpulse-dev",
    "librsvg2-dev",
    "libwebkit2gtk-4.1-dev",
    "libxdo-dev",
    "perl",
    "pkg-config",
    "python3",
];

/// What the tests need besides: a screen, a window driver, a sound server, a keyring, an older processor, a
/// view of the system calls.
const TEST: &[&str] = &[
    "alsa-utils",
    "at-spi2-core",
    "dbus",
    "fonts-dejavu-core",
    "gnome-keyring",
    "libasound2-plugins",
    "procps",
    "pulseaudio",
    "pulseaudio-utils",
    "qemu-user",
    "sox",
    "strace",
    "webkit2gtk-driver",
    "xdotool",
    "xvfb",
];

/// What making packages needs besides: the other family's package tools, and a look at the desktop entry.
const PACKAGE: &[&str] = &["desktop-file-utils", "rpm"];

/// What the machine is prepared for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Building and running.
    Build,
    /// The tests as well.
    Test,
    /// Making packages as well.
    Package,
}

/// Installs what is missing, after asking where there is somebody to ask.
///
/// # Errors
/// If the answer is no or the installation fails.
pub fn install(purpose: Purpose) -> Result<()> {
    if !process::succeeds(Command::new("dpkg-query").arg("--version")) {
        eprintln!(
            "setup: this is not Debian or Ubuntu; the packages that are needed are named in the README"
        );
        return Ok(());
    }
    let missing = missing(purpose)?;
    if missing.is_empty() {
        eprintln!("setup: all system packages are there");
        return Ok(());
    }
    println!(
        "These system packages are missing:\n  {}",
        missing.join(" ")
    );
    ensure!(
        agreed()?,
        "nothing was installed; install them yourself with `{}` and run this again",
        by_hand(&missing)
    );
    let root = process::output(Command::new("id").arg("-u"))?.trim() == "0";
    let install = |arguments: &[&str], packages: &[&str]| {
        let mut command = if root {
            Command::new("apt-get")
        } else {
            sudo()
        };
        if !root {
            command.arg("apt-get");
        }
        command
            .env("DEBIAN_FRONTEND", "noninteractive")
            .args(arguments)
            .args(packages);
        process::run(&mut command)
    };
    install(&["update", "-qq"], &[])
        .and_then(|()| {
            install(
                &["install", "-y", "-qq", "--no-install-recommends"],
                &missing,
            )
        })
        .with_context(|| {
            format!(
                "install them yourself with `{}` and run this again",
                by_hand(&missing)
            )
        })
}

fn by_hand(packages: &[&str]) -> String {
    format!(
        "sudo apt-get install --no-install-recommends {}",
        packages.join(" ")
    )
}

/// With nobody at a terminal, `sudo` must not wait for a password.
fn sudo() -> Command {
    let mut command = Command::new("sudo");
    if !std::io::stdin().is_terminal() {
        command.arg("-n");
    }
    command
}

fn agreed() -> Result<bool> {
    if !std::io::stdin().is_terminal() {
        return Ok(true);
    }
    print!("Install them now with apt-get? [Y/n] ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer)?;
    Ok(read > 0 && matches!(answer.trim().to_lowercase().as_str(), "" | "y" | "yes"))
}

fn missing(purpose: Purpose) -> Result<Vec<&'static str>> {
    let more = match purpose {
        Purpose::Build => &[],
        Purpose::Test => TEST,
        Purpose::Package => PACKAGE,
    };
    let mut wanted: Vec<&'static str> = [BUILD, more].concat();
    // Models come as Python packages; any pip will do, and a Python that can make itself one.
    let pip = process::succeeds(Command::new("python3").args(["-m", "pip", "--version"]));
    if !pip && !process::succeeds(Command::new("python3").args(["-c", "import venv, ensurepip"])) {
        wanted.push("python3-venv");
    }
    // `dpkg-query` complains about packages it has never heard of and goes on.
    let output = Command::new("dpkg-query")
        .args(["--show", "--showformat", "${Package} ${db:Status-Status}\n"])
        .args(&wanted)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .context("cannot start dpkg-query")?;
    let installed = String::from_utf8_lossy(&output.stdout);
    Ok(not_installed(&wanted, &installed))
}

fn not_installed(wanted: &[&'static str], listing: &str) -> Vec<&'static str> {
    let there = |package: &&str| {
        listing
            .lines()
            .any(|line| line.split_once(' ') == Some((package, "installed")))
    };
    wanted
        .iter()
        .copied()
        .filter(|package| !there(package))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// It is what somebody on another system is sent to.
    #[test]
    fn the_readme_names_every_package() {
        let readme = std::fs::read_to_string(crate::places::root().join("README.md"));
        let readme = readme.unwrap_or_default();
        for package in BUILD.iter().chain(TEST).chain(PACKAGE) {
            assert!(readme.contains(&format!("`{package}`")), "{package}");
        }
    }

    #[test]
    fn removed_and_unknown_packages_are_missing() {
        let listing = "cmake installed\nclang config-files\n";
        assert_eq!(
            not_installed(&["clang", "cmake", "file"], listing),
            ["clang", "file"]
        );
    }

    #[test]
    fn the_lists_are_sorted_and_share_nothing() {
        assert!(BUILD.is_sorted() && TEST.is_sorted() && PACKAGE.is_sorted());
        assert!(BUILD.iter().all(|package| !TEST.contains(package)));
    }
}
