//! The forms that scorers read: `inroomctl eval draft`, `transcribe` and `visit` write these keys and
//! no others, one error for each input that holds nothing, and never one result over another.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Output;

use inroom_tests::programs::{DRAFTING, SPEECH, audio_fixture, inroomctl, model};
use serde_json::Value;

fn keys(object: &Value) -> BTreeSet<&str> {
    let object = object.as_object().unwrap_or_else(|| panic!("{object}"));
    object.keys().map(String::as_str).collect()
}

/// Fails unless the object has these keys and no others.
fn has_keys(object: &Value, expected: &[&str]) {
    assert_eq!(keys(object), expected.iter().copied().collect());
}

fn each(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().unwrap_or_else(|| panic!("{list}")).iter()
}

fn is_good(output: &Output) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(!said.contains("panicked"), "{said}");
}

fn read(path: &Path) -> Value {
    let text = std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_slice(&text).unwrap()
}

const DRAFT: [&str; 8] = [
    "note",
    "sections",
    "omissions",
    "coverage",
    "stop",
    "timing",
    "provenance",
    "id",
];

/// A draft with the key `id` as well, or without it where `keys_of_draft` says so.
fn is_draft(draft: &Value, keys_of_draft: &[&str]) {
    has_keys(draft, keys_of_draft);
    let titles: Vec<&str> = each(&draft["sections"])
        .map(|section| section["title"].as_str().unwrap())
        .collect();
    let expected = [
        "CHIEF COMPLAINT",
        "HISTORY OF PRESENT ILLNESS",
        "REVIEW OF SYSTEMS",
        "PHYSICAL EXAMINATION",
        "RESULTS",
        "ASSESSMENT AND PLAN",
    ];
    assert_eq!(titles, expected);
    let note = draft["note"].as_str().unwrap();
    for title in expected {
        assert!(note.lines().any(|line| line == title), "{note}");
    }
    let (mut borne_out, mut kinds) = (0, BTreeSet::new());
    for section in each(&draft["sections"]) {
        has_keys(section, &["id", "title", "statements"]);
        for statement in each(&section["statements"]) {
            has_keys(statement, &["text", "support", "reason", "evidence"]);
            let support = statement["support"].as_str().unwrap();
            assert!(["supported", "partial", "unsupported"].contains(&support));
            kinds.insert(support);
            for piece in each(&statement["evidence"]) {
                has_keys(piece, &["segment", "start", "end"]);
                assert!(piece["start"].as_u64() < piece["end"].as_u64(), "{piece}");
            }
            if support == "supported" {
                borne_out += 1;
                assert!(each(&statement["evidence"]).count() > 0, "{statement}");
                assert_eq!(statement["reason"], "");
            }
        }
    }
    assert!(
        borne_out > 0,
        "no statement rests on anything: {kinds:?}, {note}"
    );
    for omission in each(&draft["omissions"]) {
        has_keys(omission, &["segment", "text", "why"]);
    }
    assert_eq!(draft["coverage"], 1.0);
    assert!(draft["stop"].is_string());
    let timing = [
        "prompt_tokens",
        "prefill_ms",
        "generated_tokens",
        "decode_ms",
        "total_ms",
    ];
    has_keys(&draft["timing"], &timing);
    for name in timing {
        assert!(draft["timing"][name].is_u64(), "{name}");
    }
    assert!(draft["timing"]["prompt_tokens"].as_u64() > Some(0));
    assert!(draft["provenance"].is_object());
}

fn are_segments(segments: &Value) {
    assert!(each(segments).count() > 0);
    for segment in each(segments) {
        has_keys(
            segment,
            &[
                "start_ms",
                "end_ms",
                "speaker",
                "role",
                "text",
                "confidence",
                "words",
            ],
        );
        let role = segment["role"].as_str().unwrap();
        assert!(["clinician", "patient", "other", "unknown"].contains(&role));
        let speaker = segment["speaker"].as_str().unwrap();
        assert!(speaker.starts_with('S'), "{speaker}");
        assert!(each(&segment["words"]).count() > 0);
        for word in each(&segment["words"]) {
            has_keys(word, &["start_ms", "end_ms", "text", "p"]);
            assert!((0.0..=1.0).contains(&word["p"].as_f64().unwrap()));
        }
    }
}

#[test]
fn a_draft_for_each_line_and_an_error_for_each_line_that_holds_none() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in.jsonl");
    let mut lines = b"\xff\xfe is no text\n\n{\"id\":\"without\"}\n".to_vec();
    lines.extend(
        br#"{"id":"good","dialogue":"[doctor] What brings you in today?\n[patient] My left knee has hurt since Monday."}"#,
    );
    std::fs::write(&input, lines).unwrap();
    let output = folder.path().join("out.jsonl");
    let ran = inroomctl([
        "eval".as_ref(),
        "draft".as_ref(),
        "--model".as_ref(),
        DRAFTING.as_ref(),
        "--input".as_ref(),
        input.as_os_str(),
        "--output".as_ref(),
        output.as_os_str(),
    ]);
    is_good(&ran);
    let out = std::fs::read_to_string(output).unwrap();
    let lines: Vec<Value> = out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let ids: Vec<&str> = lines.iter().map(|l| l["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["line 1", "without", "good"], "{out}");
    for refused in &lines[..2] {
        has_keys(refused, &["id", "error"]);
        assert!(refused["error"].is_string());
    }
    is_draft(&lines[2], &DRAFT);
}

#[test]
fn three_files_for_each_recording_and_none_over_another() {
    let folder = tempfile::tempdir().unwrap();
    let results = folder.path().join("results");
    let other = folder.path().join("other");
    std::fs::create_dir(&other).unwrap();
    let named = |folder: &Path, name: &str| {
        let path = folder.join(name);
        std::fs::copy(audio_fixture("hello.flac"), &path).unwrap();
        path
    };
    let recordings = [
        named(folder.path(), "say hello.flac"),
        named(&other, "say hello.flac"),
        cut_off(folder.path()),
    ];
    let mut arguments: Vec<&OsStr> = vec![
        "eval".as_ref(),
        "transcribe".as_ref(),
        "--model".as_ref(),
        SPEECH.as_ref(),
        "--output".as_ref(),
        results.as_os_str(),
    ];
    arguments.extend(recordings.iter().map(|path| path.as_os_str()));
    is_good(&inroomctl(arguments));

    for name in ["say_hello", "say_hello-2"] {
        let file = |ending: &str| results.join(format!("{name}.{ending}"));
        let whole = read(&file("json"));
        has_keys(
            &whole,
            &[
                "audio",
                "duration_ms",
                "segments",
                "timing",
                "peak_memory_bytes",
                "incomplete",
            ],
        );
        assert_eq!(whole["audio"], "say hello.flac");
        assert!(whole["duration_ms"].as_u64() > Some(1_000));
        assert!(whole["incomplete"].is_null());
        are_segments(&whole["segments"]);
        has_keys(&whole["timing"], &["wall_ms", "real_time_factor"]);
        assert!(whole["timing"]["wall_ms"].as_u64() > Some(0));
        assert!(whole["timing"]["real_time_factor"].as_f64() > Some(0.0));

        // The words as spoken; the segments have them as they are written.
        let written: String = each(&whole["segments"])
            .map(|segment| format!("{}\n", segment["text"].as_str().unwrap()))
            .collect();
        let spoken = std::fs::read_to_string(file("txt")).unwrap();
        assert!(spoken.contains("81 milligrams"), "{spoken}");
        assert_eq!(spoken.replace("81 milligrams", "81 mg"), written);

        let rttm = std::fs::read_to_string(file("rttm")).unwrap();
        assert!(rttm.lines().count() > 0);
        for line in rttm.lines() {
            let columns: Vec<&str> = line.split(' ').collect();
            assert_eq!(columns.len(), 10, "{line}");
            assert_eq!(columns[..3], ["SPEAKER", name, "1"], "{line}");
            let seconds = |at: usize| columns[at].parse::<f64>().unwrap();
            assert!(seconds(3) >= 0.0 && seconds(4) > 0.0, "{line}");
            assert!(columns[7].starts_with('S'), "{line}");
        }
    }
    assert!(read(&results.join("cut-off.json"))["incomplete"].is_string());
}

/// With `--terms` there is one key more, which says how many phrases there were and had room.
#[test]
fn terms_are_taken_with_the_reason_and_a_wrong_file_is_named_before_anything_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let results = folder.path().join("results");
    let terms = folder.path().join("terms.toml");
    let run = || {
        inroomctl([
            "eval".as_ref(),
            "transcribe".as_ref(),
            "--model".as_ref(),
            SPEECH.as_ref(),
            "--terms".as_ref(),
            terms.as_os_str(),
            "--reason".as_ref(),
            "Headache, on aspirin".as_ref(),
            "--output".as_ref(),
            results.as_os_str(),
            audio_fixture("hello.flac").as_os_str(),
        ])
    };
    let file = |words: &str| format!("[[terms]]\nname = \"Medicines\"\nwords = [{words}]\n");
    std::fs::write(&terms, file("\"apixaban\", \"metoprolol\"")).unwrap();
    is_good(&run());
    let whole = read(&results.join("hello.json"));
    assert_eq!(
        whole["phrases"],
        serde_json::json!({ "given": 4, "taken": 4 })
    );
    are_segments(&whole["segments"]);
    let said = std::fs::read_to_string(results.join("hello.txt")).unwrap();
    assert!(said.contains("aspirin"), "{said}");
    for invented in ["apixaban", "metoprolol", "Headache"] {
        assert!(!said.contains(invented), "{said}");
    }

    std::fs::remove_dir_all(&results).unwrap();
    for (wrong, named) in [
        (file("\"apixaban\",\n7"), "line 4, terms[1].words[2]: "),
        ("x".repeat(300 * 1024), "256 KiB"),
    ] {
        std::fs::write(&terms, wrong).unwrap();
        let ran = run();
        let said = String::from_utf8_lossy(&ran.stderr);
        assert!(!ran.status.success() && said.contains(named), "{said}");
        assert!(!results.exists());
    }
    std::fs::remove_file(&terms).unwrap();
    assert!(!run().status.success());
}

const VISIT: [&str; 9] = [
    "audio",
    "duration_ms",
    "segments",
    "stages",
    "stop_to_draft_ms",
    "peak_memory_bytes",
    "worker_restarts",
    "incomplete",
    "lines",
];

/// The spoken sentences without the last quarter of the file.
fn cut_off(folder: &Path) -> PathBuf {
    let bytes = std::fs::read(audio_fixture("hello.flac")).unwrap();
    let path = folder.join("cut-off.flac");
    std::fs::write(&path, &bytes[..bytes.len() * 3 / 4]).unwrap();
    path
}

fn visit(audio: &Path, language_model: &OsStr, output: &Path) -> Output {
    inroomctl([
        "eval".as_ref(),
        "visit".as_ref(),
        "--audio".as_ref(),
        audio.as_os_str(),
        "--speed".as_ref(),
        "max".as_ref(),
        "--speech-model".as_ref(),
        SPEECH.as_ref(),
        "--model".as_ref(),
        language_model,
        "--output".as_ref(),
        output.as_os_str(),
    ])
}

#[test]
fn a_visit_says_when_each_stage_was_done_and_marks_a_recording_that_is_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("visit.json");
    let ran = visit(&audio_fixture("hello.flac"), DRAFTING.as_ref(), &output);
    is_good(&ran);
    let whole = read(&output);
    has_keys(&whole, &[&VISIT[..], &["draft"]].concat());
    are_segments(&whole["segments"]);
    is_draft(&whole["draft"], &DRAFT[..7]);
    assert!(whole["incomplete"].is_null());
    let stages = [
        "recorded_ms",
        "first_segment_ms",
        "end_of_sound_ms",
        "first_statement_ms",
        "stop_to_transcript_ms",
        "stop_to_draft_ms",
    ];
    has_keys(&whole["stages"], &stages);
    for name in stages.iter().filter(|name| **name != "first_statement_ms") {
        assert!(whole["stages"][name].is_u64(), "{name}");
    }
    // There is a first statement exactly when there is a statement.
    let statements = each(&whole["draft"]["sections"])
        .flat_map(|section| each(&section["statements"]))
        .count();
    assert_eq!(
        whole["stages"]["first_statement_ms"].is_u64(),
        statements > 0
    );
    assert_eq!(
        whole["stop_to_draft_ms"],
        whole["stages"]["stop_to_draft_ms"]
    );
    has_keys(&whole["peak_memory_bytes"], &["main", "speech", "drafting"]);
    let said = String::from_utf8_lossy(&ran.stdout);
    for stage in [
        "start to first words",
        "start to end of sound",
        "stop to complete draft",
    ] {
        assert!(said.contains(stage), "{said}");
    }

    let ran = visit(&cut_off(folder.path()), DRAFTING.as_ref(), &output);
    is_good(&ran);
    assert!(read(&output)["incomplete"].is_string());
}

#[test]
fn a_visit_whose_draft_fails_leaves_its_transcript_and_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let torn = folder.path().join("torn.gguf");
    let bytes = std::fs::read(model("smollm2-135m-instruct")).unwrap();
    std::fs::write(&torn, &bytes[..9_000_000]).unwrap();
    let output = folder.path().join("visit.json");
    let ran = visit(&audio_fixture("hello.flac"), torn.as_os_str(), &output);
    is_good(&ran);
    let whole = read(&output);
    has_keys(&whole, &[&VISIT[..], &["error"]].concat());
    are_segments(&whole["segments"]);
    let error = whole["error"].as_str().unwrap();
    assert!(error.contains("cannot be loaded"), "{error}");
    assert!(whole["stages"]["stop_to_draft_ms"].is_null());
    assert!(String::from_utf8_lossy(&ran.stderr).contains("there is no draft"));
}
