//! The same words, said of another person, of another time, or the other way round; and what was never said.

use std::sync::LazyLock;

use regex::Regex;

use crate::plain::{choose, holds, list, replaced, words};

static SYMPTOMS: LazyLock<Vec<&str>> = LazyLock::new(|| list(include_str!("words/symptoms.txt")));
static CONDITIONS: LazyLock<Vec<&str>> =
    LazyLock::new(|| list(include_str!("words/conditions.txt")));

fn clinical(text: &str) -> bool {
    named(text).next().is_some() || holds(text, "pain")
}

fn named(text: &str) -> impl Iterator<Item = &'static str> + use<'_> {
    SYMPTOMS
        .iter()
        .chain(CONDITIONS.iter())
        .copied()
        .filter(|term| holds(text, term))
}

/// "Denies" as "reports", "no" left out.
pub fn affirmed(text: &str, spoken: &str) -> Option<String> {
    // A complaint that was spoken of in more than one turn may have been affirmed in another.
    let often = |term: &str| spoken.lines().filter(|line| holds(line, term)).count() > 2;
    if holds(text, "but") || holds(text, "except") || named(text).any(often) {
        return None;
    }
    const OTHER: [(&str, &str); 14] = [
        ("denies any", "reports"),
        ("denied any", "reported"),
        ("denies", "reports"),
        ("denied", "reported"),
        ("does not have", "has"),
        ("do not have", "have"),
        ("has not had", "has had"),
        ("has had no", "has had"),
        ("there is no", "there is"),
        ("there are no", "there are"),
        ("has no", "has"),
        ("negative for", "positive for"),
        ("without", "with"),
        ("no", ""),
    ];
    let (said, other) = OTHER.iter().find(|(said, _)| holds(text, said))?;
    let text = replaced(text, said, other)?;
    let text = text.trim_start().replace("  ", " ");
    clinical(&text).then(|| capital(&text))
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// "Reports" as "denies", "has" as "has no".
pub fn denied(text: &str, _: &str) -> Option<String> {
    let negated = [
        "no", "not", "denies", "denied", "without", "never", "negative", "nothing", "n't", "nor",
        "none",
    ];
    if !clinical(text) || negated.iter().any(|word| holds(text, word)) {
        return None;
    }
    const OTHER: [(&str, &str); 13] = [
        ("reports", "denies"),
        ("endorses", "denies"),
        ("complains of", "denies"),
        ("complaining of", "denying"),
        ("has had", "has never had"),
        ("has been having", "has not been having"),
        ("has a", "has no"),
        ("has an", "has no"),
        ("has some", "has no"),
        ("had a", "had no"),
        ("has", "has no"),
        ("had", "had no"),
        ("is having", "is not having"),
    ];
    let (said, other) = OTHER.iter().find(|(said, _)| holds(text, said))?;
    let verbs = [
        "has no been",
        "had no been",
        "has no a",
        "has no stopped",
        "has no noticed",
        "has no to",
    ];
    replaced(text, said, other).filter(|text| !verbs.iter().any(|verb| holds(text, verb)))
}

const KIN: [&str; 8] = [
    "mother",
    "father",
    "brother",
    "sister",
    "grandmother",
    "grandfather",
    "aunt",
    "uncle",
];

fn speaks_of_kin(text: &str) -> bool {
    let others = [
        "mom", "dad", "son", "daughter", "wife", "husband", "family", "parents", "siblings",
        "cousin", "sisters", "brothers",
    ];
    KIN.iter().chain(&others).any(|kin| holds(text, kin))
}

/// The patient's illness, told of a relative.
pub fn to_relative(text: &str, spoken: &str) -> Option<String> {
    let about = named(text).next()?;
    let verb = Regex::new(
        r"(?i)^(The patient|He|She|Patient) (has|had|is|was|suffers|takes|reports|denies)\b",
    )
    .ok()?;
    let verb = verb.captures(text)?;
    let mentions = |kin: &&str| {
        let said = words(spoken);
        said.iter().enumerate().any(|(n, word)| {
            word == *kin
                && said[n.saturating_sub(25)..(n + 25).min(said.len())]
                    .join(" ")
                    .contains(about)
        })
    };
    let free: Vec<&&str> = KIN.iter().filter(|kin| !mentions(kin)).collect();
    let kin = choose(&free, text)?;
    let subject = verb.get(1)?;
    (!speaks_of_kin(text)).then(|| format!("The patient's {kin}{}", &text[subject.end()..]))
}

/// A relative's illness, told of the patient.
pub fn from_relative(text: &str, spoken: &str) -> Option<String> {
    let kin = KIN.iter().find(|kin| holds(text, kin))?;
    let mut conditions = named(text).filter(|term| CONDITIONS.contains(term));
    let condition = conditions.next()?;
    let negated = ["no", "not", "denies", "negative", "without", "also"]
        .iter()
        .any(|word| holds(text, word));
    // Said once, and of that relative: then it is nobody else's.
    let turns: Vec<&str> = spoken
        .lines()
        .filter(|line| holds(line, condition))
        .collect();
    let owned = turns.len() == 1
        && turns
            .iter()
            .all(|line| holds(line, kin) || KIN.iter().any(|k| holds(line, k)));
    (!negated && owned).then(|| format!("The patient has {condition}."))
}

/// What is, told as what was; what was, told as what is; what is planned, told as done.
pub fn time(text: &str, spoken: &str) -> Option<String> {
    const OTHER: [(&str, &str); 20] = [
        ("used to smoke", "currently smokes"),
        ("quit smoking", "continues to smoke"),
        ("stopped smoking", "continues to smoke"),
        ("former smoker", "current smoker"),
        ("used to drink", "currently drinks"),
        ("used to take", "currently takes"),
        ("stopped taking", "continues to take"),
        ("is taking", "was previously taking"),
        ("takes", "used to take"),
        ("smokes", "used to smoke"),
        ("drinks", "used to drink"),
        ("lives", "used to live"),
        ("works", "used to work"),
        ("had surgery", "is scheduled for surgery"),
        ("underwent", "will undergo"),
        ("will obtain", "already obtained last year"),
        ("will order", "has already had"),
        ("will refer", "had already been referred, so we saw"),
        ("is on", "was formerly on"),
        ("has pain", "had pain years ago, now resolved"),
    ];
    let (said, other) = OTHER.iter().find(|(said, _)| holds(text, said))?;
    let unclear = ["used to", "quit", "stopped", "no longer", "not", "denies"];
    let both = unclear
        .iter()
        .any(|word| holds(spoken_near(text, spoken).as_str(), word));
    let ended = ["used", "quit", "stopped", "former"]
        .iter()
        .any(|start| said.starts_with(start));
    let fits = !holds(text, "still") && (ended || !both);
    fits.then(|| replaced(text, said, other))?
}

/// The turns that share a rarer word with a text.
fn spoken_near(text: &str, spoken: &str) -> String {
    let long: Vec<String> = words(text)
        .into_iter()
        .filter(|word| word.len() > 5 && word != "patient")
        .collect();
    let shares = |line: &&str| long.iter().any(|word| holds(line, word));
    spoken.lines().filter(shares).collect::<Vec<_>>().join("\n")
}

/// A true statement with a complaint added that nobody spoke of.
pub fn added(text: &str, spoken: &str) -> Option<String> {
    let near = |symptom: &str| {
        symptom
            .split(' ')
            .any(|word| word.len() > 3 && spoken.to_lowercase().contains(&word[..4]))
    };
    let free: Vec<&&str> = SYMPTOMS.iter().filter(|symptom| !near(symptom)).collect();
    let symptom = choose(&free, text)?;
    let negated = ["denies", "no", "not", "without", "negative"]
        .iter()
        .any(|word| holds(text, word));
    let joint = choose(&[" and ", ", with ", ", as well as "], text)?;
    (!negated && words(text).len() >= 4)
        .then(|| format!("{}{joint}{symptom}.", text.trim_end_matches('.')))
}
