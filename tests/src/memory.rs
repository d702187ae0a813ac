//! What stands in the memory of a running process.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

use crate::needles::{Kind, Search};

const PAGE: u64 = 4096;
/// Most bytes that are searched at once; what lies across two of these is searched once more.
const PIECE: u64 = 64 << 20;
/// Longer than any needle.
const OVERLAP: u64 = PAGE;

/// What of the needles a process holds in memory that it can write to, with the names of the mappings
/// where it stands.
///
/// # Errors
/// If the system does not let this account look into the process.
pub fn found_in(process: u32, search: &Search<'_>) -> io::Result<BTreeMap<(Kind, String), String>> {
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps"))?;
    let memory = File::open(format!("/proc/{process}/mem"))?;
    let pages = File::open(format!("/proc/{process}/pagemap"))?;
    let mut found = BTreeMap::new();
    for line in maps.lines() {
        let mut fields = line.split_whitespace();
        let range = fields.next().and_then(|range| range.split_once('-'));
        let rights = fields.next().unwrap_or_default();
        let name = fields.nth(3).unwrap_or("memory of its own");
        let Some((from, to)) = range.filter(|_| rights.starts_with("rw")) else {
            continue;
        };
        let number = |text| u64::from_str_radix(text, 16).expect("an address");
        for (mut from, to) in in_use(&pages, number(from), number(to))? {
            while from < to {
                let mut bytes = vec![0; PIECE.min(to - from) as usize];
                // What was unmapped meanwhile cannot be read.
                let length = memory.read_at(&mut bytes, from).unwrap_or(0);
                for needle in search.found_in(&bytes[..length]) {
                    found.insert(needle, name.to_owned());
                }
                from = if to - from > PIECE {
                    from + PIECE - OVERLAP
                } else {
                    to
                };
            }
        }
    }
    Ok(found)
}

/// The runs of pages of a mapping that hold anything. WebKit reserves a thousand times more memory
/// than it uses.
fn in_use(pages: &File, from: u64, to: u64) -> io::Result<Vec<(u64, u64)>> {
    let mut runs: Vec<(u64, u64)> = Vec::new();
    let mut entries = vec![0; 1 << 20];
    let mut at = from;
    while at < to {
        let wanted = (((to - at) / PAGE) as usize).min(entries.len() / 8);
        let length = pages.read_at(&mut entries[..wanted * 8], at / PAGE * 8)?;
        if length < 8 {
            break;
        }
        for entry in entries[..length].as_chunks().0 {
            // proc_pid_pagemap(5): bit 63, the page is in memory; bit 62, it is swapped out.
            if u64::from_le_bytes(*entry) >> 62 != 0 {
                match runs.last_mut() {
                    Some((_, end)) if *end == at => *end = at + PAGE,
                    _ => runs.push((at, at + PAGE)),
                }
            }
            at += PAGE;
        }
    }
    Ok(runs)
}

/// The processes that run this program and were started below `ancestor`.
pub fn running(program: &str, ancestor: u32) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").expect("/proc");
    processes
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|&process| name(process).as_deref() == Some(program))
        .filter(|&process| descends(process, ancestor))
        .collect()
}

/// The name of a process; the system keeps 15 bytes of it.
fn name(process: u32) -> Option<String> {
    let name = std::fs::read_to_string(format!("/proc/{process}/comm")).ok()?;
    Some(name.trim_end().to_owned())
}

fn descends(process: u32, ancestor: u32) -> bool {
    let parent = |process: u32| -> Option<u32> {
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("PPid:"))?;
        line.trim().parse().ok()
    };
    let mut up = Some(process);
    while let Some(present) = up.filter(|process| *process > 1) {
        if present == ancestor {
            return true;
        }
        up = parent(present);
    }
    false
}
