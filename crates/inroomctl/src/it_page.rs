//! The page for IT: every command line in it is one that the program takes.

#![allow(clippy::unwrap_used, clippy::panic)]

use clap::Parser as _;

use super::Arguments;

const PAGE: &str = include_str!("../../../IT.md");

/// The command lines of a program in a page: the lines of its shell blocks, and what stands in the text between
/// backquotes with arguments.
fn lines_of<'p>(program: &str, page: &'p str) -> Vec<&'p str> {
    let start = format!("{program} ");
    page.split('\n')
        .flat_map(|line| line.split('`'))
        .map(str::trim)
        .filter(|line| line.starts_with(&start))
        .collect()
}

/// As a shell cuts it, for quotes alone.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            _ => words.last_mut().unwrap().push(letter),
        }
    }
    words
}

#[test]
fn every_command_line_of_the_page_for_it_is_one_of_the_program() {
    let lines = lines_of("inroomctl", PAGE);
    assert!(lines.len() > 20, "{lines:?}");
    for line in lines {
        let words = words(line);
        // A command that is only named has no arguments.
        let named = words.len() == 3 && !line.contains("--") && leads_somewhere(&words[1..]);
        if let Err(error) = Arguments::try_parse_from(&words)
            && !named
        {
            panic!("{line}: {error}");
        }
    }
}

#[test]
fn a_line_that_the_program_does_not_take_is_found() {
    for wrong in [
        "inroomctl vault backup --into /media",
        "inroomctl people enroll northside/organisation.toml",
        "inroomctl workstation retire",
    ] {
        assert!(Arguments::try_parse_from(words(wrong)).is_err(), "{wrong}");
    }
    let page = "```sh\ninroomctl a b\n```\nWith `inroomctl c \"d e\"` and inroomctl.";
    let lines = lines_of("inroomctl", page);
    assert_eq!(lines, ["inroomctl a b", "inroomctl c \"d e\""]);
    assert_eq!(words(lines[1]), ["inroomctl", "c", "d e"]);
    assert!(!leads_somewhere(&["workstation".into(), "retire".into()]));
}

/// Whether these words are a command, whatever it needs besides.
fn leads_somewhere(words: &[String]) -> bool {
    let mut command = <Arguments as clap::CommandFactory>::command();
    for word in words {
        match command.find_subcommand(word) {
            Some(below) => command = below.clone(),
            None => return false,
        }
    }
    true
}
