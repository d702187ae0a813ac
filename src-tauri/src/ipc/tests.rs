#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;
use std::path::Path;

use ts_rs::{Config, TS};

use super::*;
use crate::failure::Failure;

const CHECKED_IN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/src/ipc/generated");

/// Everything that a command takes or answers, with all that it is made of.
fn write_types(folder: &Path) {
    let config = Config::new().with_out_dir(folder);
    macro_rules! export {
        ($($name:ty),* $(,)?) => { $(<$name>::export_all(&config).unwrap();)* };
    }
    export!(
        Startup,
        SoundSource,
        VisitRow,
        VisitView,
        FromDesk,
        Failure,
        Preferences,
        BackupRequest,
        vault::BackupReport,
        CreateRequest,
        OpenRequest,
        EnrolRequest,
        ListRequest,
        SearchRequest,
        VisitRequest,
        NewVisitRequest,
        ImportRequest,
        EraseRequest,
        RecordRequest,
        DraftRequest,
        StatementRequest,
        SaveRequest,
        SignRequest,
        CorrectRequest,
        Corrected,
        visit::Retention,
        NoteTextRequest,
        NoteCopy,
        ExportRequest,
        ExportReport,
        ReportRequest,
        HourStep,
        IncidentState,
        WorksheetRequest,
        WorksheetPage,
        PackRequest,
        PackMade,
        StatementFile,
        LogRequest,
        LogView,
        LogExport,
        LogExported,
        PracticeRequest,
        PracticeMade,
        WorkstationView,
        AdmitRequest,
        DocumentRequest,
        DocumentTaken,
        visit::Statement,
    );
}

fn files(folder: &Path) -> BTreeMap<String, String> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect()
}

#[test]
#[ignore = "writes ui/src/ipc/generated; run it after changing a type that passes to the page"]
fn export_types() {
    let folder = Path::new(CHECKED_IN);
    std::fs::remove_dir_all(folder).unwrap();
    write_types(folder);
}

#[test]
fn the_page_has_the_programs_types() {
    let fresh = tempfile::tempdir().unwrap();
    write_types(fresh.path());
    let (fresh, checked_in) = (files(fresh.path()), files(Path::new(CHECKED_IN)));
    let names = |files: &BTreeMap<String, String>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        names(&fresh),
        names(&checked_in),
        "run: cargo test -p inroom export_types -- --ignored"
    );
    for (name, text) in &fresh {
        assert_eq!(
            text, &checked_in[name],
            "{name}: run cargo test -p inroom export_types -- --ignored"
        );
    }
}

/// The window makes no store without an organisation.
#[test]
fn a_store_is_not_made_without_an_account_and_its_code() {
    let request = serde_json::from_str::<CreateRequest>;
    assert!(request(r#"{"passphrase":"x","account":"a@b.example","code":"y"}"#).is_ok());
    assert!(request(r#"{"passphrase":"x"}"#).is_err());
}

/// Each request, and the same with a field that it does not know.
#[test]
fn a_request_with_an_unknown_field_is_refused() {
    let visit = "00000000-0000-4000-8000-000000000000";
    let note = r#"{"template":"soap","sections":[],"omissions":[]}"#;
    macro_rules! refused {
        ($($name:ty => $json:expr),* $(,)?) => { $({
            let json: String = $json;
            assert!(serde_json::from_str::<$name>(&json).is_ok(), "{json}");
            let more = json.replacen('{', r#"{"surprise":1,"#, 1);
            assert!(serde_json::from_str::<$name>(&more).is_err(), "{more}");
        })* };
    }
    refused!(
        BackupRequest => r#"{"folder":"/mnt/backup"}"#.to_owned(),
        CreateRequest => r#"{"passphrase":"x","account":"a@b.example","code":"y"}"#.to_owned(),
        PracticeRequest => r#"{"name":"x","person":"x","account":"a@b.example","passphrase":"x",
            "folder":"/media/keys","key_passphrase":"x"}"#.to_owned(),
        AdmitRequest => r#"{"account":"a@b.example","code":"x","passphrase":"x","own_passphrase":"x"}"#.to_owned(),
        DocumentRequest => r#"{"place":"/media/it"}"#.to_owned(),
        LogRequest => r#"{"visit":null,"from":null,"until":null,"who":"","act":"","refused":false}"#.to_owned(),
        LogExport => r#"{"file":"/tmp/log.jsonl"}"#.to_owned(),
        WorksheetRequest => r#"{"from":0,"until":null,"discovered":null}"#.to_owned(),
        PackRequest => r#"{"from":0,"file":"/tmp/pack.age","recipient":""}"#.to_owned(),
        StatementFile => r#"{"file":"/tmp/lift.txt"}"#.to_owned(),
        EnrolRequest => r#"{"folder":"/media/it","check_code":"ABCD-EFGH"}"#.to_owned(),
        OpenRequest => r#"{"passphrase":"x","account":null}"#.to_owned(),
        ReportRequest => r#"{"suspicion":"malware"}"#.to_owned(),
        ListRequest => r#"{"limit":1}"#.to_owned(),
        SearchRequest => r#"{"query":"","limit":1}"#.to_owned(),
        VisitRequest => format!(r#"{{"visit":"{visit}"}}"#),
        NewVisitRequest => r#"{"patient_label":"","reason":"","expected":"","template":"soap","language":null,
            "consent":{"asked_by":"Ada","given_by":"patient","method":"spoken"}}"#.to_owned(),
        ImportRequest => r#"{"file":"/tmp/a.wav","visit":{"patient_label":"","reason":"","expected":"","template":"soap",
            "language":null,"consent":{"asked_by":"Ada","given_by":"patient","method":"spoken"}}}"#.to_owned(),
        ConsentRequest => r#"{"asked_by":"Ada","given_by":"patient","method":"spoken"}"#.to_owned(),
        RecordRequest => format!(r#"{{"visit":"{visit}","source":null}}"#),
        DraftRequest => format!(r#"{{"visit":"{visit}","template":"soap"}}"#),
        StatementRequest => format!(r#"{{"visit":"{visit}","text":""}}"#),
        SaveRequest => format!(r#"{{"visit":"{visit}","note":{note}}}"#),
        visit::Retention => r#"{"audio":30,"transcript":null,"draft":null}"#.to_owned(),
        CorrectRequest => format!(r#"{{"visit":"{visit}","seen":{{"turn":5}},"by":{{"role":"patient"}}}}"#),
        SignRequest => format!(r#"{{"visit":"{visit}","revision":1,"signer":"x"}}"#),
        NoteTextRequest => format!(r#"{{"visit":"{visit}","note":{note},"section":null}}"#),
        ExportRequest => format!(r#"{{"visit":"{visit}","format":"pdf","file":"/tmp/a.pdf","recipient":"",
            "record_number":""}}"#),
        Preferences => r#"{"theme":"dark","single_key_shortcuts":true,"backup_folder":""}"#.to_owned(),
    );
}
