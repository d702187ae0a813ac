//! True statements, each found by a rule that needs no judge.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;
use visit::Role;

use crate::material::{Turn, Visit};
use crate::plain::{holds, list, root, words};

/// How a statement is known to be true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A person wrote it in the reference note, and each of its words was said within a few turns.
    Reference,
    /// The patient said it in the first person; only the person of the verb is changed.
    Patient,
    /// The patient answered yes or no to one question.
    Answer { denied: bool },
    /// One dose of one medicine was named, by whomever.
    Medicine,
    /// The clinician announced it.
    Plan,
    /// The clinician said it of the patient's body.
    Finding,
}

/// A true statement.
pub struct Truth {
    pub text: String,
    pub origin: Origin,
    /// The turn that says it, where one does.
    pub turn: Option<usize>,
    /// The complaint that was asked for, or the treatment that was announced.
    pub about: Option<&'static str>,
}

/// The words of a reference sentence have to lie within so many turns.
const WITHIN: usize = 12;

/// Everything that is known to be true of a visit.
pub fn of(visit: &Visit) -> Vec<Truth> {
    let mut truths = references(visit);
    for at in 0..visit.turns.len() {
        truths.extend(patient(visit, at));
        truths.extend(answer(visit, at));
        truths.extend(medicine(visit, at));
        truths.extend(plan(visit, at));
        truths.extend(finding(visit, at));
    }
    truths
}

/// The sentences of a text; a point inside a number or behind a title ends none.
pub fn sentences(text: &str) -> Vec<String> {
    static END: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[.!?;]+(\s+|$)|\n|•").ok());
    let marked = text
        .replace("Dr.", "Dr")
        .replace("Mr.", "Mr")
        .replace("Mrs.", "Mrs")
        .replace("Ms.", "Ms");
    let Some(end) = END.as_ref() else {
        return Vec::new();
    };
    end.split(&marked)
        .map(|s| s.trim().trim_start_matches(['-', ' ']).to_owned())
        .filter(|s| !s.is_empty())
        .collect()
}

/// Words that need not have been said.
static FRAMING: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    list(include_str!("words/framing.txt"))
        .into_iter()
        .collect()
});

fn references(visit: &Visit) -> Vec<Truth> {
    let said: Vec<HashSet<String>> = visit
        .turns
        .iter()
        .map(|turn| words(&turn.text).iter().map(|word| root(word)).collect())
        .collect();
    let rests = |sentence: &str| {
        let content: HashSet<String> = words(sentence)
            .iter()
            .filter(|word| !FRAMING.contains(word.as_str()))
            .map(|word| root(word))
            .collect();
        content.len() >= 2
            && (0..said.len().max(1)).step_by(WITHIN / 2).any(|first| {
                let near = &said[first.min(said.len())..said.len().min(first + WITHIN)];
                content
                    .iter()
                    .all(|word| near.iter().any(|turn| turn.contains(word)))
            })
    };
    sentences(&visit.reference)
        .into_iter()
        .filter(|s| (3..=30).contains(&words(s).len()) && rests(s))
        .map(|s| Truth {
            text: format!("{s}."),
            origin: Origin::Reference,
            turn: None,
            about: None,
        })
        .collect()
}

/// What is spoken without certainty, to somebody, or of a case that has not come.
const UNSURE: [&str; 26] = [
    "you",
    "your",
    "we",
    "us",
    "think",
    "guess",
    "know",
    "mean",
    "if",
    "would",
    "hope",
    "maybe",
    "might",
    "sorry",
    "thank",
    "could",
    "suppose",
    "believe",
    "wonder",
    "remember",
    "this",
    "that",
    "should",
    "probably",
    "sure",
    "was wondering",
];

fn patient(visit: &Visit, at: usize) -> Vec<Truth> {
    if visit.turns[at].role != Role::Patient {
        return Vec::new();
    }
    let certain = |s: &String| {
        let said = words(s);
        let telling = said
            .iter()
            .filter(|word| word.len() > 3 && !FRAMING.contains(word.as_str()));
        (4..=20).contains(&said.len())
            && telling.count() >= 2
            && !UNSURE.iter().any(|word| holds(s, word))
            && !s.contains(['-', '…'])
            && !s.contains(" ...")
    };
    let truth = |text| Truth {
        text,
        origin: Origin::Patient,
        turn: Some(at),
        about: None,
    };
    asserted(&visit.turns[at].text)
        .filter(certain)
        .filter_map(|s| third_person(&s))
        .map(truth)
        .collect()
}

/// The sentences of a turn that ask nothing, without the words that only fill.
fn asserted(text: &str) -> impl Iterator<Item = String> {
    let sentences: Vec<String> = text
        .split_inclusive(['.', '!', '?'])
        .filter(|s| !s.trim_end().ends_with('?'))
        .map(|s| s.trim().trim_end_matches(['.', '!']).trim().to_owned())
        .collect();
    sentences.into_iter().map(|s| without_fillers(&s))
}

fn without_fillers(sentence: &str) -> String {
    const FILLERS: [&str; 15] = [
        "um", "uh", "well", "so", "and", "yeah", "yes", "no", "okay", "oh", "actually", "but",
        "hmm", "er", "like",
    ];
    let mut rest = sentence.trim();
    loop {
        let lower = rest.to_lowercase();
        let first = FILLERS.iter().find(|f| {
            lower
                .strip_prefix(**f)
                .is_some_and(|after| after.starts_with([' ', ',']))
        });
        match first {
            Some(filler) => rest = rest[filler.len()..].trim_start_matches([' ', ',']),
            None => return rest.to_owned(),
        }
    }
}

/// "I have …" as "The patient has …"; none where the sentence does not begin with the patient.
fn third_person(sentence: &str) -> Option<String> {
    const VERBS: [&str; 41] = [
        "take",
        "feel",
        "smoke",
        "drink",
        "live",
        "work",
        "use",
        "get",
        "need",
        "want",
        "eat",
        "sleep",
        "see",
        "hurt",
        "notice",
        "exercise",
        "walk",
        "run",
        "wake",
        "cough",
        "vape",
        "play",
        "keep",
        "come",
        "wear",
        "check",
        "suffer",
        "struggle",
        "experience",
        "find",
        "like",
        "stay",
        "love",
        "remember",
        "watch",
        "make",
        "throw",
        "lose",
        "lift",
        "urinate",
        "snore",
    ];
    let mut out: Vec<String> = Vec::new();
    let mut subject = false;
    for raw in sentence.split_whitespace() {
        let lower = raw.to_lowercase();
        let word = lower.trim_end_matches([',', '.']);
        let after = &lower[word.len()..];
        let changed = match word {
            "i" => "he".to_owned(),
            "i'm" => "he is".to_owned(),
            "i've" => "he has".to_owned(),
            "i'd" | "i'll" => return None,
            "my" => "his".to_owned(),
            "me" => "him".to_owned(),
            "myself" => "himself".to_owned(),
            "um" | "uh" | "er" => continue,
            "am" => "is".to_owned(),
            "have" if subject => "has".to_owned(),
            "do" if subject => "does".to_owned(),
            "don't" => "does not".to_owned(),
            "haven't" => "has not".to_owned(),
            "go" if subject => "goes".to_owned(),
            "try" if subject => "tries".to_owned(),
            verb if subject && VERBS.contains(&verb) => format!("{verb}s"),
            other => other.to_owned(),
        };
        let adverb = matches!(
            word,
            "just" | "also" | "still" | "usually" | "really" | "only" | "never" | "always"
        );
        subject = word == "i" || (subject && adverb);
        out.push(format!("{changed}{after}"));
    }
    let text = out.join(" ");
    let (first, rest) = text.split_once(' ')?;
    match first {
        "he" => Some(format!("The patient {rest}.")),
        "his" => Some(format!("The patient's {rest}.")),
        _ => None,
    }
}

fn is_no(reply: &str) -> bool {
    let first = words(reply)
        .into_iter()
        .find(|word| !matches!(word.as_str(), "um" | "uh" | "oh" | "well"));
    matches!(first.as_deref(), Some("no" | "nope" | "none"))
}

fn is_yes(reply: &str) -> bool {
    let first = words(reply)
        .into_iter()
        .find(|word| !matches!(word.as_str(), "um" | "uh" | "oh" | "well"));
    matches!(first.as_deref(), Some("yes" | "yeah" | "yep" | "yup"))
}

/// A question for one complaint, and the answer in the next turn.
fn answer(visit: &Visit, at: usize) -> Option<Truth> {
    static SYMPTOMS: LazyLock<Vec<&str>> =
        LazyLock::new(|| list(include_str!("words/symptoms.txt")));
    let (question, reply) = (&visit.turns[at], visit.turns.get(at + 1)?);
    if question.role != Role::Clinician
        || reply.role != Role::Patient
        || words(&reply.text).len() > 12
    {
        return None;
    }
    let last = question
        .text
        .split_inclusive(['.', '?', '!'])
        .map(str::trim)
        .rfind(|s| s.len() > 1)?;
    let opens = ["what", "how", "where", "when", "which", "why", "or", "not"];
    if !last.ends_with('?') || opens.iter().any(|word| holds(last, word)) {
        return None;
    }
    let asked: Vec<&&str> = SYMPTOMS
        .iter()
        .filter(|symptom| holds(last, symptom))
        .collect();
    let [about] = asked.as_slice() else {
        return None;
    };
    let mixed = [
        "but",
        "except",
        "sometimes",
        "little",
        "used",
        "only",
        "just",
    ];
    if mixed.iter().any(|word| holds(&reply.text, word)) {
        return None;
    }
    let denied = is_no(&reply.text);
    let affirmed = is_yes(&reply.text) && !holds(&reply.text, "no") && !holds(&reply.text, "not");
    (denied || affirmed).then(|| Truth {
        text: format!("{} {about}.", if denied { "Denies" } else { "Reports" }),
        origin: Origin::Answer { denied },
        turn: Some(at),
        about: Some(about),
    })
}

/// A turn that names one medicine and one dose of it, as a line of a list of medicines.
fn medicine(visit: &Visit, at: usize) -> Option<Truth> {
    static DRUGS: LazyLock<Vec<&str>> = LazyLock::new(|| list(include_str!("words/drugs.txt")));
    static DOSE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(\d[\d,.]*|[a-z]+(?:ty|teen)|five|ten|two hundred|(?:two|three|four|five|six|eight) hundred) ?(mg|milligrams?|mcg|micrograms?|units)\b").ok()
    });
    static OFTEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(once|twice|three times|four times) (a day|daily|a week)\b").ok()
    });
    let text = &visit.turns[at].text;
    let named: Vec<&&str> = DRUGS.iter().filter(|drug| holds(text, drug)).collect();
    let doses: Vec<&str> = DOSE
        .as_ref()?
        .find_iter(text)
        .map(|found| found.as_str())
        .collect();
    let mended = [
        "no", "not", "sorry", "wait", "mean", "from", "used to", "stop", "instead", "increase",
        "decrease", "if", "n't",
    ];
    let ([drug], [dose]) = (named.as_slice(), doses.as_slice()) else {
        return None;
    };
    if mended.iter().any(|word| holds(text, word)) {
        return None;
    }
    let amount = words(dose).join(" ");
    let often = OFTEN
        .as_ref()?
        .find(text)
        .map_or_else(String::new, |found| format!(" {}", found.as_str()));
    Some(Truth {
        text: format!("Medications: {drug} {amount}{often}."),
        origin: Origin::Medicine,
        turn: Some(at),
        about: None,
    })
}

/// What the clinician announces, as a line of a plan.
fn plan(visit: &Visit, at: usize) -> Option<Truth> {
    static THINGS: LazyLock<Vec<&str>> = LazyLock::new(|| {
        let mut things = list(include_str!("words/drugs.txt"));
        things.extend([
            "mri",
            "x-ray",
            "ct scan",
            "ultrasound",
            "physical therapy",
            "echocardiogram",
            "colonoscopy",
            "blood work",
            "stress test",
            "brace",
            "injection",
            "surgery",
            "antibiotics",
            "steroids",
        ]);
        things
    });
    let turn = &visit.turns[at];
    let announced = [
        "i'm going to",
        "i am going to",
        "i'll",
        "let's",
        "we'll",
        "we're going to",
        "i want you to",
        "i will",
    ];
    let open = [
        "if",
        "could",
        "might",
        "maybe",
        "consider",
        "not",
        "n't",
        "stop",
        "hold",
        "off",
        "depending",
        "continue",
        "refill",
    ];
    if turn.role != Role::Clinician {
        return None;
    }
    for sentence in asserted(&turn.text) {
        let given = announced.iter().any(|a| holds(&sentence, a))
            && !open.iter().any(|word| holds(&sentence, word));
        let named: Vec<&&str> = THINGS
            .iter()
            .filter(|thing| holds(&sentence, thing))
            .collect();
        if let ([about], true) = (named.as_slice(), given) {
            return Some(Truth {
                text: format!("Plan: {about}."),
                origin: Origin::Plan,
                turn: Some(at),
                about: Some(about),
            });
        }
    }
    None
}

/// "Your lungs are clear" as "The patient's lungs are clear".
fn finding(visit: &Visit, at: usize) -> Vec<Truth> {
    if visit.turns[at].role != Role::Clinician {
        return Vec::new();
    }
    let truth = |s: String| {
        let rest = s
            .strip_prefix("your ")
            .or_else(|| s.strip_prefix("Your "))?;
        let is = [
            " is ", " are ", " was ", " were ", " looks ", " look ", " sounds ", " shows ",
        ]
        .iter()
        .any(|v| rest.contains(v));
        let other = [
            "you", "your", "i", "if", "so", "but", "if", "could", "might", "may",
        ]
        .iter()
        .any(|word| holds(rest, word));
        let fits = is && !other && (4..=14).contains(&words(rest).len()) && !rest.contains('-');
        fits.then(|| Truth {
            text: format!("The patient's {rest}."),
            origin: Origin::Finding,
            turn: Some(at),
            about: None,
        })
    };
    asserted(&visit.turns[at].text).filter_map(truth).collect()
}

/// All that was said, as one text.
pub fn spoken(turns: &[Turn]) -> String {
    turns
        .iter()
        .map(|turn| turn.text.as_str())
        .collect::<Vec<_>>()
        .join("\n")
}
