//! A dialogue in which the one thing was not said that made a statement true; and the wrong speaker.

use visit::Role;

use crate::material::{Turn, Visit};
use crate::plain::{choose, holds};
use crate::truths::{Origin, Truth};

/// The complaint is asked for, and the answer leaves it open.
pub fn unanswered(truth: &Truth, visit: &Visit) -> Option<Vec<Turn>> {
    let (Origin::Answer { denied: false }, Some(at), Some(about)) =
        (truth.origin, truth.turn, truth.about)
    else {
        return None;
    };
    let elsewhere = |(n, turn): (usize, &Turn)| n != at && holds(&turn.text, about);
    if visit.turns.iter().enumerate().any(elsewhere) {
        return None;
    }
    let mut turns = visit.turns.clone();
    let evasions = [
        "Hm, let me think.",
        "I'm not sure what you mean.",
        "",
        "Could you say that again?",
        "I couldn't tell you.",
    ];
    match choose(&evasions, &visit.turns[at].text)? {
        &"" => {
            turns.remove(at + 1);
        }
        other => turns[at + 1].text = (*other).to_owned(),
    }
    Some(turns)
}

/// The treatment is announced, and the patient does not want it.
pub fn refused(truth: &Truth, visit: &Visit) -> Option<Vec<Turn>> {
    let at = announced(truth, visit)?;
    let refusals = [
        "I'd rather not, to be honest.",
        "No, I don't want that.",
        "I'm not comfortable with that. Can we wait?",
        "No thank you.",
        "I really don't want to do that.",
        "Let me hold off on that for now.",
        "I'd prefer not to.",
        "Nope, not for me.",
    ];
    let mut turns = visit.turns[..=at].to_vec();
    let said = choose(&refusals, &visit.turns[at].text)?;
    turns.push(Turn {
        role: Role::Patient,
        text: (*said).to_owned(),
    });
    turns.push(Turn {
        role: Role::Clinician,
        text: "Okay, that's fine, we will leave it.".to_owned(),
    });
    turns.extend(
        visit.turns[at + 1..]
            .iter()
            .filter(|turn| turn.role == Role::Clinician)
            .cloned(),
    );
    Some(turns)
}

/// The treatment is only brought up.
pub fn suggested(truth: &Truth, visit: &Visit) -> Option<Vec<Turn>> {
    let at = announced(truth, visit)?;
    let about = truth.about?;
    let ways = [
        "One thing we could think about at some point is THIS.",
        "Some people do well with THIS, but let's talk about it next time.",
        "There is also THIS as an option down the road.",
        "If it doesn't get better, we might try THIS.",
        "We may consider THIS in the future.",
    ];
    let mut turns = visit.turns.clone();
    turns[at].text = choose(&ways, &visit.turns[at].text)?.replace("THIS", about);
    Some(turns)
}

/// The turn that announces the treatment, if no other names it.
fn announced(truth: &Truth, visit: &Visit) -> Option<usize> {
    let (Origin::Plan, Some(at), Some(about)) = (truth.origin, truth.turn, truth.about) else {
        return None;
    };
    let elsewhere = |(n, turn): (usize, &Turn)| n != at && holds(&turn.text, about);
    (!visit.turns.iter().enumerate().any(elsewhere)).then_some(at)
}

/// What the treatment's line says where it was only brought up or refused.
pub fn begun(truth: &Truth) -> Option<String> {
    let about = truth.about?;
    let done = matches!(
        about,
        "mri"
            | "x-ray"
            | "ct scan"
            | "ultrasound"
            | "echocardiogram"
            | "colonoscopy"
            | "blood work"
            | "stress test"
    );
    Some(if done {
        format!("Ordered {about} today.")
    } else {
        format!("Started {about} today.")
    })
}

/// Words of one put into the other's mouth: true and false statement.
pub fn misattributed(truth: &Truth, visit: &Visit) -> Option<(String, String)> {
    let rest = truth.text.strip_prefix("The patient")?;
    match truth.origin {
        Origin::Patient => {
            let alone = visit.turns.iter().all(|turn| {
                turn.role != Role::Other
                    && !holds(&turn.text, "mother")
                    && !holds(&turn.text, "wife")
            });
            let who = choose(
                &[
                    "The patient's mother",
                    "The patient's wife",
                    "The physician",
                ],
                &truth.text,
            )?;
            let owned = rest.strip_prefix("'s").map(|rest| format!("his{rest}"));
            let rest = owned.unwrap_or_else(|| format!("he{rest}"));
            alone.then(|| {
                (
                    format!("The patient states that {rest}"),
                    format!("{who} states that {rest}"),
                )
            })
        }
        Origin::Finding => Some((
            format!("On examination, his{}", rest.strip_prefix("'s")?),
            format!("The patient states that his{}", rest.strip_prefix("'s")?),
        )),
        _ => None,
    }
}
