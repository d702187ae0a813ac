//! The sample visits: what is true in them is not called unsupported, what is false is not called supported.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

mod common;

use common::{fixture, note, sample};
use evidence::Transcript;
use visit::Support;

const VISITS: [&str; 3] = ["adult-follow-up", "injured-knee", "child-with-parent"];

fn facts(visit: &str) -> serde_json::Value {
    serde_json::from_str(&fixture(&format!("{visit}.facts.json"))).expect("facts file")
}

fn texts(list: &serde_json::Value, field: &str) -> Vec<String> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|item| item[field].as_str().unwrap().to_owned())
        .collect()
}

/// Judges all and says how many got each verdict; prints those below `expected`.
fn count(
    transcript: &Transcript,
    statements: &[String],
    wanted: impl Fn(Support) -> bool,
) -> [usize; 3] {
    let mut counts = [0; 3];
    for statement in statements {
        let judgement = transcript.judge(statement);
        counts[judgement.support as usize] += 1;
        if !wanted(judgement.support) {
            println!(
                "  {:?}: {statement}  [{}]",
                judgement.support,
                judgement.reason.expose()
            );
        }
    }
    counts
}

#[test]
fn every_fact_is_borne_out_at_least_in_part() {
    let (mut supported, mut all) = (0, 0);
    for visit in VISITS {
        let transcript = Transcript::new(&sample(visit));
        let facts = texts(&facts(visit)["must_hold"], "fact");
        let counts = count(&transcript, &facts, |s| s == Support::Supported);
        println!("{visit}: facts {counts:?} (unsupported, partial, supported)");
        assert_eq!(counts[0], 0, "{visit}: a fact is called unsupported");
        supported += counts[2];
        all += facts.len();
    }
    assert!(
        supported * 10 >= all * 9,
        "{supported} of {all} facts supported"
    );
}

#[test]
fn a_good_note_is_borne_out() {
    let (mut counts, mut all) = ([0; 3], 0);
    for visit in VISITS {
        let transcript = Transcript::new(&sample(visit));
        let note = note(visit);
        let own = count(&transcript, &note, |s| s == Support::Supported);
        println!("{visit}: note lines {own:?} (unsupported, partial, supported)");
        for (sum, n) in counts.iter_mut().zip(own) {
            *sum += n;
        }
        all += note.len();
    }
    assert!(
        counts[0] * 50 <= all,
        "{} of {all} true lines called unsupported",
        counts[0]
    );
    assert!(
        counts[2] * 20 >= all * 17,
        "{} of {all} true lines supported",
        counts[2]
    );
}

#[test]
fn false_claims_are_not_supported() {
    for visit in VISITS {
        let transcript = Transcript::new(&sample(visit));
        let claims = texts(&facts(visit)["must_not_claim"], "example");
        let counts = count(&transcript, &claims, |s| s != Support::Supported);
        println!("{visit}: false claims {counts:?} (unsupported, partial, supported)");
        assert_eq!(counts[2], 0, "{visit}: a false claim is called supported");
    }
}
