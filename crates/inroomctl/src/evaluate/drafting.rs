//! A language model, by the notes that it writes of the built-in visits.

use anyhow::Context as _;
use figures::facts::{Facts, Score};
use figures::limits::{self, Measure};
use figures::{Spread, samples};
use governance::Figure;
use interchange::{Body, Marks, plain_text};
use scribe::{Cancel, Drafted, Drafter, DraftingSettings, Event, ScribeError};
use serde_json::{Value, json};
use visit::Support;
use worker::protocol::ModelFile;

use super::{Steps, given_up};
use crate::templates;

/// One visit with its note.
struct Written {
    id: &'static str,
    drafted: Drafted,
    score: Score,
}

pub(super) fn measure(
    model: &ModelFile,
    threads: Option<u32>,
    cancel: &Cancel,
    steps: &Steps,
) -> anyhow::Result<(Vec<Figure>, Value)> {
    let template = templates::find(None, None)?;
    let mut settings = DraftingSettings::with(model.clone());
    settings.threads = threads.unwrap_or(settings.threads);
    let mut drafter = Drafter::new(settings);
    let mut notes = Vec::new();
    let all = samples::VISITS.len();
    for (number, visit) in (1..).zip(samples::VISITS) {
        let facts = Facts::read(visit.facts)?;
        let segments = scribe::parse_dialogue(visit.dialogue)?;
        let mut tell = |event: Event| {
            if let Event::DraftReading { tokens, of } = event {
                steps.tell(format!(
                    "visit {number} of {all}, {}: reading, {tokens} of {of} tokens",
                    visit.id
                ));
            } else if let Event::DraftStatement { .. } = event {
                steps.tell(format!("visit {number} of {all}, {}: writing", visit.id));
            }
        };
        let drafted = match drafter.draft(&template, &segments, cancel, &mut tell) {
            Err(ScribeError::Cancelled) => return Err(given_up()),
            drafted => drafted.with_context(|| format!("the visit {} has no note", visit.id))?,
        };
        let leaves = plain_text(&Body::of(&drafted.note), Marks::None);
        let score = facts.score(&leaves);
        steps.say(&format!(
            "visit {number} of {all}, {}: {} facts held, {} missed, {} wrong; {} false claims",
            visit.id,
            score.held.len(),
            score.missed.len(),
            score.wrong.len(),
            score.claimed.len()
        ));
        notes.push(Written {
            id: visit.id,
            drafted,
            score,
        });
    }
    let details: Vec<Value> = notes.iter().map(Written::json).collect();
    let figures = figures(&notes, drafter.peak_memory());
    Ok((figures, json!({ "visits": details })))
}

fn figures(notes: &[Written], peak_memory: u64) -> Vec<Figure> {
    let count =
        |of: fn(&Score) -> usize| -> usize { notes.iter().map(|note| of(&note.score)).sum() };
    let held = count(|score| score.held.len());
    let missed = count(|score| score.missed.len());
    let wrong = count(|score| score.wrong.len());
    let facts = held + missed + wrong;
    let lines = || notes.iter().flat_map(|note| note.drafted.note.statements());
    let unsupported = lines().filter(|line| line.support == Support::Unsupported);
    let omissions = notes
        .iter()
        .map(|note| note.drafted.note.omissions.len() as f64);
    let speeds = || notes.iter().map(|note| note.drafted.speed);
    let tokens: f64 = speeds()
        .map(|speed| f64::from(speed.generated_tokens))
        .sum();
    let writing: f64 = speeds().map(|speed| f64::from(speed.decode_ms)).sum();
    let seconds = Spread::of(speeds().map(|speed| f64::from(speed.total_ms) / 1000.0));
    let mut figures = vec![
        limits::FACTS_HELD.of(share(held, facts)),
        limits::FACTS_MISSED.of(share(missed, facts)),
        limits::FACTS_WRONG.of(share(wrong, facts)),
        limits::FALSE_CLAIMS.of(count(|score| score.claimed.len()) as f64),
        limits::UNSUPPORTED.of(share(unsupported.count(), lines().count())),
    ];
    let more: [(&Measure, Option<f64>); 4] = [
        (
            &limits::OMISSIONS,
            Spread::of(omissions).map(|all| all.median),
        ),
        (
            &limits::TOKENS,
            (writing > 0.0).then(|| tokens * 1000.0 / writing),
        ),
        (&limits::NOTE_SECONDS, seconds.map(|all| all.median)),
        (&limits::PEAK_MEMORY, super::speech::mebibytes(peak_memory)),
    ];
    figures.extend(
        more.into_iter()
            .filter_map(|(measure, value)| Some(measure.of(value?))),
    );
    figures
}

/// In per cent.
fn share(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}

impl Written {
    fn json(&self) -> Value {
        let pairs = |found: &[(String, String)]| -> Vec<Value> {
            let pair = |(id, line): &(String, String)| json!({ "id": id, "line": line });
            found.iter().map(pair).collect()
        };
        let note = &self.drafted.note;
        let unsupported = note
            .statements()
            .filter(|line| line.support == Support::Unsupported);
        let unsupported: Vec<&str> = unsupported.map(|line| line.text.expose()).collect();
        let omissions = note.omissions.iter();
        let omissions: Vec<&str> = omissions.map(|omission| omission.text.expose()).collect();
        json!({
            "visit": self.id,
            "facts_held": self.score.held,
            "facts_missed": self.score.missed,
            "facts_wrong": pairs(&self.score.wrong),
            "false_claims": pairs(&self.score.claimed),
            "lines": note.statements().count(),
            "unsupported": unsupported,
            "omissions_offered": omissions,
            "tokens_written": self.drafted.speed.generated_tokens,
            "milliseconds": self.drafted.speed.total_ms,
        })
    }
}
