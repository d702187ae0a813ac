#![allow(clippy::unwrap_used)]
use std::fs;
use std::os::unix::net::UnixDatagram;
use std::path::Path;

use vault::{Act, HeadsTo, NewVisit};
use visit::{Note, VisitId, VisitState};

use super::*;
use crate::{ScratchVault, scratch};

const DAY: i64 = 24 * 60 * 60 * 1000;

fn sign_a_note(vault: &Vault) -> VisitId {
    let new = NewVisit {
        consent: scratch::no_person_recorded(),
        template: "soap".to_owned(),
        kind: None,
        language: None,
        patient_label: "Quillabrax".into(),
        reason: "Vexmoor".into(),
        expected: "".into(),
        started_at: UnixMillis(0),
    };
    let visit = vault.begin_visit(new).unwrap();
    vault.set_state(visit, VisitState::Recording).unwrap();
    vault.append_chunk(visit, 0, &[1; 8_000]).unwrap();
    vault.set_state(visit, VisitState::Recorded).unwrap();
    let note = Note {
        template: "soap".to_owned(),
        sections: Vec::new(),
        omissions: Vec::new(),
    };
    let number = vault
        .save_revision(visit, UnixMillis(1), &note, None)
        .unwrap();
    crate::sign(vault, visit, number, &"Dr. Example".into(), UnixMillis(2)).unwrap();
    visit
}

fn nowhere() -> SystemLog {
    SystemLog { socket: None }
}

fn export(vault: &Vault, system_log: &SystemLog) -> Vec<HeadsFailed> {
    export_heads(vault, system_log, crate::clock::now()).unwrap()
}

/// The heads in the one file of a folder, by the entries that they speak of.
fn heads_in(folder: &Path) -> Vec<u64> {
    let mut files = fs::read_dir(folder).unwrap();
    let Some(file) = files.next() else {
        return Vec::new();
    };
    assert!(files.next().is_none());
    let text = fs::read_to_string(file.unwrap().path()).unwrap();
    let lines = text.lines().map(|line| audit::Line::read(line).unwrap());
    let heads = lines.filter_map(|line| match line {
        audit::Line::Head(head) => Some(head.entries),
        _ => None,
    });
    heads.collect()
}

fn exports_entered(vault: &Vault) -> Vec<(HeadsTarget, Option<NotSent>)> {
    let mut all = Vec::new();
    vault
        .show_log(&mut |entry| {
            if let Act::HeadsExported { target, failed, .. } = &entry.act {
                all.push((*target, *failed));
            }
        })
        .unwrap();
    all
}

#[test]
fn a_folder_that_is_missing_is_told_and_everything_arrives_once_it_is_there() {
    let scratch = ScratchVault::create().unwrap();
    let vault = scratch.vault();
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("share");
    assert_eq!(export(vault, &nowhere()), [], "nowhere to go");
    let to = HeadsTo {
        folder: Some(folder.clone()),
        syslog: false,
    };
    vault.set_heads_to(&to).unwrap();
    sign_a_note(vault);
    let missing = [(HeadsTarget::Folder, NotSent::Missing)];
    assert_eq!(export(vault, &nowhere()), missing);
    // The next note is signed all the same, and the same failure is not entered twice.
    sign_a_note(vault);
    assert_eq!(export(vault, &nowhere()), missing);
    let state = vault.heads_state().unwrap();
    assert_eq!(
        (state[0].waiting, state[0].failed),
        (2, Some(NotSent::Missing))
    );
    fs::create_dir(&folder).unwrap();
    assert_eq!(export(vault, &nowhere()), []);
    let heads = heads_in(&folder);
    assert_eq!(heads.len(), 2);
    let state = vault.heads_state().unwrap();
    assert_eq!((state[0].waiting, state[0].failed), (0, None));
    assert_eq!(state[0].entries, heads[1]);
    assert_eq!(
        exports_entered(vault),
        [
            (HeadsTarget::Folder, Some(NotSent::Missing)),
            (HeadsTarget::Folder, None)
        ]
    );
    // Nothing new, nothing written; the next signature is one line more.
    assert_eq!(export(vault, &nowhere()), []);
    assert_eq!(heads_in(&folder), heads);
    sign_a_note(vault);
    assert_eq!(export(vault, &nowhere()), []);
    assert_eq!(heads_in(&folder).len(), 3);
}

#[test]
fn a_line_that_was_cut_off_costs_no_other() {
    let scratch = ScratchVault::create().unwrap();
    let vault = scratch.vault();
    let folder = tempfile::tempdir().unwrap();
    let to = HeadsTo {
        folder: Some(folder.path().to_owned()),
        syslog: false,
    };
    vault.set_heads_to(&to).unwrap();
    sign_a_note(vault);
    assert_eq!(export(vault, &nowhere()), []);
    let file = fs::read_dir(folder.path())
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    let mut text = fs::read_to_string(file.path()).unwrap();
    text.push_str("{\"head\":{\"entr");
    fs::write(file.path(), text).unwrap();
    sign_a_note(vault);
    assert_eq!(export(vault, &nowhere()), []);
    let text = fs::read_to_string(file.path()).unwrap();
    let read = text.lines().filter(|line| audit::Line::read(line).is_ok());
    // The first line and two heads.
    assert_eq!((read.count(), text.lines().count()), (3, 4));
    assert!(!text.contains("Quillabrax") && !text.contains("Vexmoor"));
}

#[test]
fn the_system_log_gets_each_head_as_a_line() {
    let scratch = ScratchVault::create().unwrap();
    let vault = scratch.vault();
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("log");
    let to = HeadsTo {
        folder: None,
        syslog: true,
    };
    vault.set_heads_to(&to).unwrap();
    sign_a_note(vault);
    let system_log = SystemLog {
        socket: Some(socket.clone()),
    };
    let missing = [(HeadsTarget::Syslog, NotSent::Missing)];
    assert_eq!(export(vault, &system_log), missing);
    let receiver = UnixDatagram::bind(&socket).unwrap();
    receiver
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    assert_eq!(export(vault, &system_log), []);
    let mut bytes = [0; 4096];
    let length = receiver.recv(&mut bytes).unwrap();
    let message = str::from_utf8(&bytes[..length]).unwrap();
    assert!(message.starts_with("<85>inroom["), "{message}");
    assert!(message.contains(&vault.log_key().to_string()), "{message}");
    let head = &message[message.find("{\"head\"").unwrap()..];
    assert!(
        matches!(audit::Line::read(head), Ok(audit::Line::Head(_))),
        "{head}"
    );
    assert_eq!(
        export(vault, &SystemLog { socket: None }),
        [],
        "nothing waits any more"
    );
    sign_a_note(vault);
    let unsupported = [(HeadsTarget::Syslog, NotSent::Unsupported)];
    assert_eq!(export(vault, &SystemLog { socket: None }), unsupported);
}

/// As a share does whose computer has gone away: neither an error nor an end.
#[test]
fn a_place_that_does_not_answer_holds_nobody_up_and_is_not_asked_again_meanwhile() {
    let (release, released) = mpsc::channel::<()>();
    let place = PathBuf::from("a share that hangs");
    let limit = Duration::from_millis(50);
    let done = ask(place.clone(), limit, move || {
        let _ = released.recv();
        Ok(())
    });
    assert_eq!(done, Err(NotSent::NoAnswer));
    let again = ask(place.clone(), limit, || unreachable!("it hangs"));
    assert_eq!(again, Err(NotSent::NoAnswer));
    drop(release);
    let begun = Instant::now();
    let answered = || ask(place.clone(), Duration::from_secs(60), || Ok(()));
    while answered() != Ok(()) {
        assert!(begun.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_day_later_another_head_is_signed_and_leaves() {
    let scratch = ScratchVault::create().unwrap();
    let vault = scratch.vault();
    let folder = tempfile::tempdir().unwrap();
    let to = HeadsTo {
        folder: Some(folder.path().to_owned()),
        syslog: false,
    };
    vault.set_heads_to(&to).unwrap();
    sign_a_note(vault);
    assert_eq!(export(vault, &nowhere()), []);
    let later = |millis| UnixMillis(crate::clock::now().0 + millis);
    export_heads(vault, &nowhere(), later(DAY / 2)).unwrap();
    assert_eq!(heads_in(folder.path()).len(), 1);
    export_heads(vault, &nowhere(), later(DAY + 60_000)).unwrap();
    assert_eq!(heads_in(folder.path()).len(), 2);
}

#[test]
fn the_thread_exports_what_is_signed_while_a_program_has_the_vault_open() {
    let scratch = ScratchVault::create().unwrap();
    let vault = scratch.vault();
    let folder = tempfile::tempdir().unwrap();
    let to = HeadsTo {
        folder: Some(folder.path().to_owned()),
        syslog: false,
    };
    vault.set_heads_to(&to).unwrap();
    let export = HeadsExport::start(vault, nowhere(), crate::clock::now, |failed| {
        unreachable!("{failed:?}")
    });
    sign_a_note(vault);
    let begun = Instant::now();
    let arrived = || {
        let mut entered = 0;
        vault
            .show_log(&mut |entry| {
                entered = match entry.act {
                    Act::NoteSigned { .. } => entry.number,
                    _ => entered,
                }
            })
            .unwrap();
        heads_in(folder.path()).contains(&entered)
    };
    while !arrived() {
        assert!(begun.elapsed() < Duration::from_secs(60), "nothing arrived");
        std::thread::sleep(Duration::from_millis(50));
    }
    drop(export);
    assert_eq!(Arc::strong_count(vault), 1);
}
