//! A document to write, and the programs of others that read what was written.
#![allow(dead_code, clippy::unwrap_used, clippy::panic, missing_docs)]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64ct::{Base64, Encoding as _};
use interchange::{Body, Document, Drafted, Patient, Signed};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use uuid::Uuid;
use visit::{
    ModelIdentity, Note, Origin, RevisionNumber, Section, Sha256Hex, Statement, Support,
    UnixMillis, VisitId,
};

/// Words that stand in the sample note and that no document may hold: a line that nobody has
/// resolved, reasons, what was left out.
pub const NEVER: [&str; 6] = [
    "MRI",
    "Follow-up",
    "the dose was not said",
    "nobody spoke",
    "not in the transcript",
    "rash",
];

pub fn note() -> Note {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/notes/visit.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

pub fn sha256(byte: u8) -> Sha256Hex {
    Sha256Hex::from_bytes([byte; 32])
}

/// The sample note, drafted by a model and signed by nobody.
pub fn draft() -> Document {
    Document {
        visit: VisitId::from_uuid(Uuid::from_bytes([0xC3; 16])),
        begun_at: UnixMillis(1_764_141_524_007),
        patient: Patient {
            label: "Ms. Example, room 3".into(),
            ..Patient::default()
        },
        template: "full-visit".to_owned(),
        title: "Full visit".to_owned(),
        revision: RevisionNumber(3),
        revised_at: UnixMillis(1_764_142_000_000),
        note_sha256: sha256(0xA1),
        signature: None,
        draft: Some(Drafted {
            model: ModelIdentity {
                id: "example-model-1b".to_owned(),
                sha256: sha256(0xB2),
            },
            program: "0.0.9".to_owned(),
            at: UnixMillis(1_764_141_900_000),
        }),
        program: "0.1.0".to_owned(),
        made_at: UnixMillis(1_764_143_000_000),
        body: Body::of(&note()),
    }
}

/// The same, signed, with everything that can be known of the patient.
pub fn signed() -> Document {
    let mut document = draft();
    document.signature = Some(Signed {
        signer: "Dr. Élodie Example".into(),
        at: UnixMillis(1_764_142_500_000),
    });
    document.patient.record_number = Some("MRN-0042".into());
    document.patient.family = Some("Example".into());
    document.patient.given = Some("Anna".into());
    document.patient.birth_date = Some("1957-04-30".parse().unwrap());
    document
}

/// What means something to some format, and what is not text to some.
const LOADED: &str = "|^~\\&<>\"'\r\n\t\0\u{1b}\u{85}\u{2028}\u{FFFE}\u{FFFF}\u{202E}[]!;.- ";

/// Any characters, or those alone that European languages and medicine use.
#[derive(Clone, Copy)]
pub enum Characters {
    All,
    European,
}

fn text(of: Characters) -> BoxedStrategy<String> {
    let loaded = prop::sample::select(LOADED.chars().collect::<Vec<_>>());
    let other = match of {
        Characters::All => any::<char>().boxed(),
        Characters::European => prop_oneof![
            prop::char::range('!', '~'),
            prop::char::range('À', 'ň'),
            prop::char::range('Ŋ', 'ž'),
            prop::char::range('α', 'ω'),
            prop::char::range('А', 'я'),
            prop::sample::select("≤≥±µ°½×²→↑↓–—…€•".chars().collect::<Vec<_>>()),
        ]
        .boxed(),
    };
    prop::collection::vec(prop_oneof![loaded, other], 0..30)
        .prop_map(|characters| characters.into_iter().collect())
        .boxed()
}

fn statement(of: Characters) -> impl Strategy<Value = Statement> {
    let support = prop_oneof![Just(Support::Partial), Just(Support::Supported)];
    (text(of), support).prop_map(|(text, support)| Statement {
        text: text.into(),
        origin: Origin::Model,
        support,
        reason: "never".into(),
        evidence: Vec::new(),
    })
}

fn section(of: Characters) -> impl Strategy<Value = Section> {
    let statements = prop::collection::vec(statement(of), 0..4);
    (text(of), text(of), text(of), statements).prop_map(|(id, title, empty, statements)| Section {
        id,
        title,
        empty,
        statements,
    })
}

/// Documents with any text in every place that text can stand.
pub fn any_documents(of: Characters, count: usize) -> Vec<Document> {
    let strategy = (
        prop::collection::vec(section(of), 0..4),
        prop::array::uniform8(text(of)),
        any::<(bool, bool, i64)>(),
    );
    let mut runner = TestRunner::deterministic();
    let documents = (0..count).map(|_| {
        let (sections, texts, (is_signed, named, at)) =
            strategy.new_tree(&mut runner).unwrap().current();
        let [label, number, family, given, signer, program, model, title] = texts;
        let mut document = if is_signed { signed() } else { draft() };
        document.patient.label = label.into();
        if named {
            document.patient.record_number = Some(number.into());
            document.patient.family = Some(family.into());
            document.patient.given = Some(given.into());
        }
        if let Some(signature) = &mut document.signature {
            signature.signer = signer.into();
        }
        if let Some(draft) = &mut document.draft {
            draft.model.id = model;
        }
        (document.program, document.title) = (format!("0.1.0 {program}"), title);
        document.begun_at = UnixMillis(at);
        document.body = Body::of(&Note {
            template: "full-visit".to_owned(),
            sections,
            omissions: Vec::new(),
        });
        document
    });
    documents.collect()
}

/// What a Python script of `tests/validators` says of each document: one line of JSON each. It
/// fails, and so does the test, if it refuses one.
pub fn read_by(script: &str, documents: &[Vec<u8>]) -> Vec<serde_json::Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/validators")
        .join(script);
    let mut child = Command::new(python())
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| {
            panic!("{error}: `cargo xtask validators` makes the Python that reads exports")
        });
    let mut lines = String::new();
    for document in documents {
        lines.push_str(&Base64::encode_string(document));
        lines.push('\n');
    }
    let mut input = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "a document was refused");
    let answers: Vec<serde_json::Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), documents.len());
    answers
}

/// `INROOM_VALIDATORS`, else what `cargo xtask validators` put into the cache.
fn python() -> PathBuf {
    if let Some(path) = std::env::var_os("INROOM_VALIDATORS") {
        return PathBuf::from(path);
    }
    let cache = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache")));
    cache
        .unwrap_or_default()
        .join("inroom/tools/validators/bin/python")
}

/// Every word that may not leave is absent.
pub fn holds_nothing_else(text: &str) {
    for word in NEVER {
        assert!(!text.contains(word), "{word} stands in {text}");
    }
}
