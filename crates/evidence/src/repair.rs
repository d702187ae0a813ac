//! What was said and taken back in the same breath: "to 40, no, sorry, to 20 milligrams".

use visit::Segment;

use crate::lexicon::lexicon;
use crate::quantity::Quantity;
use crate::reading::{Meaning, Reading, Token};
use crate::transcript::{Line, Standing};
use crate::word::{Pause, Word};

/// Words that may stand between what was said by mistake and what was meant.
const MOST_WORDS: usize = 9;

/// Lines of one speaker that are read together: recognition often cuts a sentence from its correction.
const TOGETHER: usize = 3;

/// Marks amounts and sides that were taken back, in the same line or in the speaker's next ones.
pub(crate) fn mark(lines: &mut [Line], segments: &[Segment]) {
    for first in 0..lines.len() {
        let speaker = lines[first].speaker;
        let mut joined = String::new();
        for segment in segments[first..].iter().take(TOGETHER) {
            if segment.speaker != speaker {
                break;
            }
            joined.push_str(segment.text.expose());
            joined.push(' ');
        }
        let own = segments[first].text.expose().chars().count();
        let reading = Reading::of(&joined);
        for token in retracted(&reading) {
            // Those of the lines that follow are found when it is their turn to be the first.
            let place = reading.place(&reading.tokens[token]);
            if place.1 as usize > own {
                continue;
            }
            let line = &mut lines[first];
            let same = |token: &Token| line.reading.place(token) == place;
            if let Some(token) = line.reading.tokens.iter().position(same) {
                line.states[token].standing = Standing::Retracted;
            }
        }
    }
}

fn retracted(reading: &Reading) -> Vec<usize> {
    let amounts: Vec<(usize, Quantity)> = reading
        .tokens
        .iter()
        .enumerate()
        .filter_map(|(n, token)| match token.meaning {
            Meaning::Quantity(quantity) => Some((n, quantity)),
            _ => None,
        })
        .collect();
    let mut found = Vec::new();
    for (k, pair) in amounts.windows(2).enumerate() {
        let ((before, said), (after, _)) = (pair[0], pair[1]);
        if !is_repair(reading, before, after) {
            continue;
        }
        // "5 to 120, no, 5 to 110": both runs of numbers are compared from their ends.
        let run_before = run(reading, &amounts[..=k], true);
        let run_after = run(reading, &amounts[k + 1..], false);
        let meant = run_after.last().copied().unwrap_or(said);
        if run_before.len() == run_after.len() {
            for (n, quantity) in &amounts[k + 1 - run_before.len()..=k] {
                let kept = run_after.iter().any(|other| quantity.same(*other));
                if !kept && quantity.comparable(meant) {
                    found.push(*n);
                }
            }
        } else if said.comparable(run_after[0]) && !run_after.iter().any(|other| said.same(*other))
        {
            found.push(before);
        }
    }
    found.extend(sides(reading));
    found
}

/// Numbers joined by "to", "over" or "or", from the end of `amounts` backwards or from its start.
fn run(reading: &Reading, amounts: &[(usize, Quantity)], backwards: bool) -> Vec<Quantity> {
    let joined = |one: usize, other: usize| {
        let (one, other) = (&reading.tokens[one].words, &reading.tokens[other].words);
        other.start == one.end + 1
            && matches!(
                reading.words[one.end].text.as_str(),
                "to" | "over" | "or" | "by" | "and"
            )
    };
    let mut run = Vec::new();
    let mut last: Option<usize> = None;
    let mut take = |(n, quantity): &(usize, Quantity)| {
        let continues = last.is_none_or(|l| {
            if backwards {
                joined(*n, l)
            } else {
                joined(l, *n)
            }
        });
        last = Some(*n);
        if continues {
            run.push(*quantity);
        }
        continues
    };
    if backwards {
        let _ = amounts.iter().rev().all(&mut take);
        run.reverse();
    } else {
        let _ = amounts.iter().all(&mut take);
    }
    run
}

fn is_repair(reading: &Reading, before: usize, after: usize) -> bool {
    let (start, end) = (
        reading.tokens[before].words.end,
        reading.tokens[after].words.start,
    );
    if end <= start || end - start > MOST_WORDS {
        return false;
    }
    holds_repair(&reading.words, start, end)
}

/// A word of correction, set off from the rest by pauses.
fn holds_repair(words: &[Word], start: usize, end: usize) -> bool {
    (start..end).any(|at| {
        let Some(used) = lexicon().repair.at(&words[..end], at) else {
            return false;
        };
        let set_off = at > 0 && words[at - 1].pause >= Pause::Comma;
        let followed = words[at + used - 1].pause >= Pause::Comma;
        let bare_no = used == 1 && words[at].text == "no";
        // "I think. No second, second one": the amount itself follows.
        let at_once = at + used == end;
        // "5 sorry 10": nothing else stands between the two.
        let between = at == start && at_once;
        (between || set_off && (followed || at_once || !bare_no))
            && lexicon().negation_pseudo.at(words, at).is_none()
    })
}

/// "The left. No. This one!"
fn sides(reading: &Reading) -> Vec<usize> {
    reading
        .tokens
        .iter()
        .enumerate()
        .filter(|(_, token)| matches!(token.meaning, Meaning::Side(_)))
        .filter(|(_, token)| {
            let next = token.words.end;
            let is = |text: &str| reading.words.get(next).is_some_and(|w| w.text == text);
            reading.words[next - 1].pause >= Pause::Comma
                && (is("no") || is("sorry") || is("wait"))
                && reading.words[next].pause >= Pause::Comma
        })
        .map(|(n, _)| n)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_back_is_found() {
        let cases: [(&str, &[&str]); 15] = [
            (
                "raise the lisinopril to 40, no, sorry, to 20 milligrams, once a day",
                &["40"],
            ),
            ("about 5 to 120, no, let me see, 5 to 110 degrees", &["120"]),
            ("in 2018, no, wait, 2019.", &["2018"]),
            (
                "with food, for ten days. Actually, no, let's make that seven days.",
                &["ten days"],
            ),
            ("He'll take 5, sorry, 10 milliliters, twice a day", &["5"]),
            (
                "his third one, I think. No. Second. Second one ever.",
                &["third"],
            ),
            ("The left. No. Um. This one!", &["left"]),
            // As recognition writes them down.
            ("on the right one in 2018. No wait 2019.", &["2018"]),
            ("5 to 120, no. Let me see 5 to 110 degrees.", &["120"]),
            ("He'll take 5 sorry 10 ml twice a day", &["5"]),
            (
                "his third one I think. No second, second one ever.",
                &["third"],
            ),
            ("It began 2 weeks ago. No 10 pills a day.", &[]),
            ("Is it there for 3 days? No fever, 2 colds.", &[]),
            (
                "one or two tablets when you need it, and no more than 3 grams in a day",
                &[],
            ),
            ("No dizziness for 2 weeks, no swelling, 3 tablets", &[]),
        ];
        for (text, expected) in cases {
            let reading = Reading::of(text);
            let shown: Vec<String> = retracted(&reading)
                .into_iter()
                .map(|n| {
                    let words = reading.words_of(&reading.tokens[n]);
                    words
                        .iter()
                        .map(|w| w.text.as_str())
                        .collect::<Vec<_>>()
                        .join(" ")
                })
                .collect();
            assert_eq!(shown, expected, "{text}");
        }
    }
}
