//! Whether a finished package holds what was laid out, and nothing that could do more.

use std::collections::BTreeSet;

use super::tree::{NEEDED, Tree};

/// A file or folder as a package tool lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its path on the computer.
    pub path: String,
    /// Its mode as `ls` writes it.
    pub mode: String,
    /// Owner and group, with a stroke between them.
    pub owner: String,
}

const FOLDER: &str = "drwxr-xr-x";
const PROGRAM: &str = "-rwxr-xr-x";
const FILE: &str = "-rw-r--r--";

/// What is wrong with a package: something missing or foreign, a mode with more or less in it (set-user-ID programs, files
/// that everybody may write to, links), another owner than root.
pub fn faults(listed: &[Entry], tree: &Tree) -> Vec<String> {
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for entry in listed {
        let path = entry.path.as_str();
        if !seen.insert(path) {
            faults.push(format!("{path} is in it twice"));
        }
        let file = tree.files.iter().find(|file| file.path == path);
        let wanted = match file {
            Some(file) if file.runs => PROGRAM,
            Some(_) => FILE,
            None if holds_something(path, tree) => FOLDER,
            None => {
                faults.push(format!("{path} was not laid out"));
                continue;
            }
        };
        if entry.mode != wanted {
            faults.push(format!("{path} has the mode {}, not {wanted}", entry.mode));
        }
        if entry.owner != "root/root" {
            faults.push(format!("{path} belongs to {}", entry.owner));
        }
    }
    let laid_out = tree.files.iter().map(|file| file.path.as_str());
    let wanted = laid_out.chain(tree.folders.iter().copied()).chain(NEEDED);
    let missing: BTreeSet<&str> = wanted.filter(|path| !seen.contains(path)).collect();
    faults.extend(missing.iter().map(|path| format!("{path} is missing")));
    faults
}

/// Whether a folder is the package's own, or on the way to something of it.
fn holds_something(folder: &str, tree: &Tree) -> bool {
    let below = format!("{folder}/");
    folder == "/"
        || tree.folders.contains(&folder)
        || tree.files.iter().any(|file| file.path.starts_with(&below))
}

/// The modes, owners and names of `tar --list --verbose`, which `dpkg-deb --contents` writes.
pub fn of_tar(listing: &str) -> Vec<Entry> {
    let entry = |line: &str| {
        let mut words = line.split_whitespace();
        let (mode, owner) = (words.next()?, words.next()?);
        // Size, day and time.
        let path = words.nth(3)?.trim_start_matches('.');
        let path = path.strip_suffix('/').unwrap_or(path);
        Some(Entry {
            path: if path.is_empty() { "/" } else { path }.to_owned(),
            mode: mode.to_owned(),
            owner: owner.to_owned(),
        })
    };
    listing.lines().filter_map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tree::Placed;
    use super::*;

    fn tree() -> Tree {
        let files = NEEDED.map(|path| Placed {
            path: path.to_owned(),
            runs: path.starts_with("/usr/bin") || path.contains("/workers/"),
        });
        Tree {
            root: "/nowhere".into(),
            folders: vec!["/etc/inroom", "/etc/inroom/models"],
            files: files.to_vec(),
        }
    }

    fn listing(tree: &Tree) -> Vec<Entry> {
        let mut text = "drwxr-xr-x root/root         0 2026-11-27 09:00 ./\n\
                        drwxr-xr-x root/root         0 2026-11-27 09:00 ./usr/bin/\n"
            .to_owned();
        for folder in &tree.folders {
            text += &format!("drwxr-xr-x root/root 0 2026-11-27 09:00 .{folder}/\n");
        }
        for file in &tree.files {
            let mode = if file.runs { PROGRAM } else { FILE };
            text += &format!("{mode} root/root 12 2026-11-27 09:00 .{}\n", file.path);
        }
        of_tar(&text)
    }

    #[test]
    fn what_was_laid_out_and_nothing_else_is_in_order() {
        let tree = tree();
        assert_eq!(faults(&listing(&tree), &tree), Vec::<String>::new());
    }

    #[test]
    fn whatever_is_missing_foreign_or_can_do_more_is_a_fault() {
        let tree = tree();
        let spoiled = |spoil: &dyn Fn(&mut Vec<Entry>)| {
            let mut listed = listing(&tree);
            spoil(&mut listed);
            faults(&listed, &tree).join("; ")
        };
        let change = |path: &'static str, mode: &'static str, owner: &'static str| {
            spoiled(&|listed| {
                for entry in listed.iter_mut().filter(|entry| entry.path == path) {
                    entry.mode = mode.to_owned();
                    entry.owner = owner.to_owned();
                }
            })
        };
        let program = "/usr/bin/inroomctl";
        assert!(change(program, "-rwsr-xr-x", "root/root").contains("has the mode -rwsr-xr-x"));
        assert!(change(program, "-rw-r--r--", "root/root").contains("has the mode"));
        assert!(change(program, "lrwxrwxrwx", "root/root").contains("has the mode"));
        assert!(change(program, PROGRAM, "1000/1000").contains("belongs to 1000/1000"));
        assert!(change("/etc/inroom", "drwxrwxrwx", "root/root").contains("has the mode"));
        let gone = spoiled(&|listed| listed.retain(|entry| entry.path != program));
        assert_eq!(gone, "/usr/bin/inroomctl is missing");
        let empty = spoiled(&|listed| listed.retain(|entry| entry.path != "/etc/inroom/models"));
        assert_eq!(empty, "/etc/inroom/models is missing");
        let more = spoiled(&|listed| {
            let mut one = listed[0].clone();
            one.path = "/srv/more".to_owned();
            listed.push(one);
        });
        assert_eq!(more, "/srv/more was not laid out");
        let twice = spoiled(&|listed| listed.push(listed[1].clone()));
        assert_eq!(twice, "/usr/bin is in it twice");
    }
}
