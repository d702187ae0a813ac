//! The JSON forms of notes and transcripts that scorers read.

use scribe::Drafted;
use serde_json::{Value, json};
use visit::{Millis, Note, Segment, StopReason};

/// A draft as one JSON object, without the visit's identifier.
pub(super) fn draft(drafted: &Drafted) -> Value {
    let speed = drafted.speed;
    json!({
        "note": interchange::plain_text(&interchange::Body::of(&drafted.note), interchange::Marks::None),
        "sections": sections(&drafted.note),
        "omissions": drafted.note.omissions.iter().map(|omission| json!({
            "segment": omission.segment,
            "text": omission.text.expose(),
            "why": omission.why.expose(),
        })).collect::<Vec<_>>(),
        "coverage": drafted.provenance.coverage.share(),
        "stop": worst_stop(&drafted.provenance.stops),
        "timing": {
            "prompt_tokens": speed.prompt_tokens,
            "prefill_ms": speed.prefill_ms,
            "generated_tokens": speed.generated_tokens,
            "decode_ms": speed.decode_ms,
            "total_ms": speed.total_ms,
        },
        "provenance": drafted.provenance,
    })
}

fn sections(note: &Note) -> Vec<Value> {
    note.sections
        .iter()
        .map(|section| {
            let statements: Vec<Value> = section
                .statements
                .iter()
                .map(|statement| {
                    json!({
                        "text": statement.text.expose(),
                        "support": statement.support,
                        "reason": statement.reason.expose(),
                        "evidence": statement.evidence,
                    })
                })
                .collect();
            json!({ "id": section.id, "title": section.title, "statements": statements })
        })
        .collect()
}

/// The worst reason that a section ended for: the order of [`StopReason`] is from good to bad.
fn worst_stop(stops: &[StopReason]) -> StopReason {
    stops.iter().copied().max().unwrap_or(StopReason::Complete)
}

/// The transcript's segments as JSON.
pub(super) fn segments(segments: &[Segment]) -> Vec<Value> {
    segments
        .iter()
        .map(|segment| {
            let words: Vec<Value> = segment
                .words
                .iter()
                .map(|word| {
                    json!({
                        "start_ms": word.start,
                        "end_ms": word.end,
                        "text": word.text.expose(),
                        "p": word.probability,
                    })
                })
                .collect();
            json!({
                "start_ms": segment.start,
                "end_ms": segment.end,
                "speaker": segment.speaker.to_string(),
                "role": segment.role,
                "text": segment.text.expose(),
                "confidence": segment.confidence,
                "words": words,
            })
        })
        .collect()
}

/// The words alone as they were spoken, a segment a line: a word error rate compares them with what was said.
pub(crate) fn words(segments: &[Segment]) -> String {
    let line = |segment: &Segment| {
        if segment.words.iter().all(|word| word.spoken.is_none()) {
            return segment.text.expose().to_owned();
        }
        let spoken = segment.words.iter().map(|word| word.as_spoken().expose());
        spoken.collect::<Vec<_>>().join(" ")
    };
    segments
        .iter()
        .map(|segment| format!("{}\n", line(segment)))
        .collect()
}

/// A speaker's pause up to this long does not end the turn.
const PAUSE: Millis = Millis(700);

/// Speaker turns in the Rich Transcription Time Marked form (NIST RT-09 evaluation plan, appendix A).
pub(super) fn rttm(name: &str, segments: &[Segment]) -> String {
    let goes_on = |a: &Segment, b: &Segment| a.speaker == b.speaker && b.start - a.end <= PAUSE;
    segments
        .chunk_by(goes_on)
        .map(|turn| {
            let (first, last) = (&turn[0], &turn[turn.len() - 1]);
            format!(
                "SPEAKER {name} 1 {:.3} {:.3} <NA> <NA> {} <NA> <NA>\n",
                first.start.seconds(),
                (last.end - first.start).seconds(),
                first.speaker
            )
        })
        .collect()
}
