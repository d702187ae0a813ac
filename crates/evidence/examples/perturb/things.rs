//! Another side, part of the body or medicine than was said.

use std::sync::LazyLock;

use crate::plain::{choose, holds, list, place, replaced, words};

static DRUGS: LazyLock<Vec<&str>> = LazyLock::new(|| list(include_str!("words/drugs.txt")));
static SITES: LazyLock<Vec<&str>> = LazyLock::new(|| list(include_str!("words/sites.txt")));

pub fn side(text: &str, spoken: &str) -> Option<String> {
    for (side, other) in [("left", "right"), ("right", "left")] {
        let Some(at) = place(text, side) else {
            continue;
        };
        let rest = words(&text[at.end..]);
        let near = &rest[..rest.len().min(3)];
        let is_site = |word: &String| {
            let word = word.trim_end_matches('s');
            SITES.contains(&word)
                || matches!(
                    word,
                    "side" | "sided" | "lung" | "breast" | "kidney" | "facial" | "flank"
                )
        };
        // The other side of the same part may have been spoken of too: then nothing is known.
        let of = near.iter().find(|word| is_site(word))?;
        let all = words(spoken);
        let both = all.iter().enumerate().any(|(n, word)| {
            word == other
                && all[n + 1..]
                    .iter()
                    .take(4)
                    .any(|next| next.trim_end_matches('s') == of.trim_end_matches('s'))
        });
        let free = !all
            .iter()
            .any(|word| matches!(word.as_str(), "both" | "bilateral" | "bilaterally"));
        return (!both && free).then(|| replaced(text, side, other))?;
    }
    None
}

pub fn site(text: &str, spoken: &str) -> Option<String> {
    let said = SITES.iter().find(|site| {
        place(text, site).is_some_and(|at| means_body(&text[..at.start], &text[at.end..]))
    })?;
    let others: Vec<&&str> = SITES
        .iter()
        .filter(|site| {
            !holds(spoken, site) && !holds(spoken, &format!("{site}s")) && !alike(site, said)
        })
        .collect();
    replaced(text, said, choose(&others, text)?)
}

/// "Back" in "came back" and "hand" in "on the other hand" are no parts of the body.
fn means_body(before: &str, after: &str) -> bool {
    const OWNED: [&str; 13] = [
        "his",
        "her",
        "my",
        "the",
        "left",
        "right",
        "lower",
        "upper",
        "patient's",
        "both",
        "middle",
        "index",
        "of",
    ];
    let last = words(before).pop();
    let next = words(after).into_iter().next();
    let owned = last.is_none_or(|word| OWNED.contains(&word.as_str()));
    owned
        && !matches!(
            next.as_deref(),
            Some("chef" | "in" | "from" | "yard" | "seat" | "of")
        )
}

/// Parts that a person may name for each other.
fn alike(one: &str, other: &str) -> bool {
    const GROUPS: [&[&str]; 6] = [
        &["abdomen", "stomach"],
        &["leg", "thigh", "calf", "knee", "hip", "ankle", "foot"],
        &["foot", "toe", "heel", "ankle"],
        &["hand", "finger", "thumb", "wrist"],
        &["arm", "elbow", "wrist", "hand", "shoulder"],
        &["head", "eye", "ear", "nose", "jaw", "throat", "neck"],
    ];
    // The knee is no ankle, but "leg" may be said of either.
    let whole = ["leg", "arm", "head", "abdomen", "hand", "foot"];
    GROUPS
        .iter()
        .any(|group| group.contains(&one) && group.contains(&other))
        && (whole.contains(&one) || whole.contains(&other))
}

pub fn drug(text: &str, spoken: &str) -> Option<String> {
    let said = DRUGS.iter().find(|drug| holds(text, drug))?;
    let others: Vec<&&str> = DRUGS
        .iter()
        .filter(|drug| !holds(spoken, drug) && !same(drug, said))
        .collect();
    replaced(text, said, choose(&others, text)?)
}

/// Brand and generic names of one medicine.
fn same(one: &str, other: &str) -> bool {
    const NAMES: [&[&str]; 12] = [
        &["acetaminophen", "tylenol", "paracetamol"],
        &["ibuprofen", "advil", "motrin"],
        &["naproxen", "aleve"],
        &["furosemide", "lasix"],
        &["amlodipine", "norvasc"],
        &["atorvastatin", "lipitor"],
        &["clopidogrel", "plavix"],
        &["warfarin", "coumadin"],
        &["levothyroxine", "synthroid"],
        &["albuterol", "ventolin", "salbutamol"],
        &["meloxicam", "mobic"],
        &["insulin", "lantus"],
    ];
    NAMES
        .iter()
        .any(|names| names.contains(&one) && names.contains(&other))
}

pub fn sound_alike(text: &str, spoken: &str) -> Option<String> {
    let pairs = include_str!("words/alike.txt")
        .lines()
        .filter(|line| !line.starts_with('#'));
    let pairs = pairs
        .filter_map(|line| line.split_once('|'))
        .map(|(a, b)| (a.trim(), b.trim()));
    pairs
        .flat_map(|(a, b)| [(a, b), (b, a)])
        .find_map(|(said, other)| {
            (holds(text, said) && !holds(spoken, other)).then(|| replaced(text, said, other))?
        })
}
