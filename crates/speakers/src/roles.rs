//! What the speakers' words say about who they are.
//!
//! Each turn counts for or against its speaker being the clinician by the phrases in it; the
//! speaker with the most for each minute of speech is the clinician. Of the others, who speaks of
//! their own complaints is the patient, and who speaks about the patient ("he", "she", "my son")
//! is a companion. English phrases; in other languages the questions still count.

use std::collections::BTreeMap;

use visit::{Role, Segment, SpeakerLabel};

/// What a clinician says, with its weight.
const CLINICIAN: &[(&str, f32)] = &[
    ("what brings you", 5.0),
    ("how can i help", 3.0),
    ("tell me", 2.0),
    ("have you", 1.5),
    ("do you", 1.5),
    ("did you", 1.5),
    ("are you", 1.0),
    ("any", 0.5),
    ("does it", 1.0),
    ("does he", 1.0),
    ("does she", 1.0),
    ("has he", 1.0),
    ("has she", 1.0),
    ("any fever", 1.5),
    ("any other", 1.0),
    ("your blood", 2.0),
    ("your heart", 2.0),
    ("your lungs", 2.0),
    ("your", 0.5),
    ("take a look", 2.5),
    ("take a listen", 3.0),
    ("have a look", 2.0),
    ("have a listen", 3.0),
    ("listen to your", 3.0),
    ("deep breath", 3.0),
    ("examine", 2.5),
    ("on exam", 4.0),
    ("physical exam", 4.0),
    ("let me", 1.5),
    ("let's", 1.5),
    ("i'm going to", 1.5),
    ("i am going to", 1.5),
    ("i'm gonna", 1.5),
    ("i'd like to", 1.5),
    ("i would like you", 2.5),
    ("i want you to", 2.5),
    ("i'll order", 3.0),
    ("order", 1.0),
    ("prescribe", 2.5),
    ("prescription", 1.0),
    ("refer you", 3.0),
    ("referral", 1.5),
    ("follow up", 1.5),
    ("follow-up", 1.0),
    ("milligrams", 0.7),
    ("mg", 0.7),
    ("we'll", 1.0),
    ("we will", 1.0),
    ("we can", 0.7),
    ("consistent with", 3.0),
    ("tenderness", 3.0),
    ("range of motion", 3.0),
    ("assessment", 3.0),
    ("x-ray", 0.7),
    ("looks like", 0.5),
    ("any questions", 3.0),
    ("hey dragon", 5.0),
    ("come back", 1.0),
    ("call us", 2.0),
    ("call me", 1.0),
    ("i recommend", 3.0),
    ("does that sound", 2.0),
    ("press", 1.0),
];

/// What who is not the clinician says.
const NOT_CLINICIAN: &[(&str, f32)] = &[
    ("doctor", 1.5),
    ("dr", 0.7),
    ("i've been", 1.5),
    ("i have been", 1.5),
    ("i feel", 1.5),
    ("i felt", 1.5),
    ("it hurts", 2.0),
    ("hurts", 1.0),
    ("my", 1.2),
    ("i was", 0.8),
    ("i had", 1.0),
    ("i take", 1.5),
    ("i took", 1.5),
    ("i don't", 0.8),
    ("i can't", 1.0),
    ("i couldn't", 1.0),
    ("i haven't", 1.2),
    ("i'm not", 0.5),
    ("i think", 0.3),
    ("no", 0.6),
    ("yes", 0.6),
    ("yeah", 0.7),
    ("me", 0.3),
    ("should i", 2.0),
    ("can i", 1.0),
    ("do i", 1.5),
    ("will i", 2.0),
    ("does he need", 2.0),
    ("does she need", 2.0),
    ("my son", 2.0),
    ("my daughter", 2.0),
    ("my wife", 1.0),
    ("my husband", 1.0),
    ("thank you", 0.7),
    ("he's been", 1.5),
    ("she's been", 1.5),
    ("he was", 0.7),
    ("she was", 0.7),
    ("he had", 0.7),
    ("she had", 0.7),
];

/// What who speaks about the patient says, and not the patient.
const COMPANION: &[(&str, f32)] = &[
    ("he", 1.0),
    ("she", 1.0),
    ("him", 1.0),
    ("her", 1.0),
    ("his", 1.0),
    ("he's", 1.0),
    ("she's", 1.0),
    ("my son", 4.0),
    ("my daughter", 4.0),
    ("my mother", 2.0),
    ("my father", 2.0),
    ("my husband", 2.0),
    ("my wife", 2.0),
    ("i gave", 2.0),
    ("we gave", 2.0),
];

/// What a patient says of themselves.
const PATIENT: &[(&str, f32)] = &[
    ("i", 0.5),
    ("my", 1.0),
    ("me", 0.7),
    ("i'm", 0.7),
    ("i've", 0.7),
    ("it hurts", 2.0),
    ("hurts", 1.0),
    ("i feel", 2.0),
    ("mine", 1.0),
];

/// Words of which the clinician's evidence must be worth so much more than the next one's, in all,
/// before anything is said.
const CLEAR: f32 = 3.0;
/// A speaker who asks so often may be believed to be the clinician.
const QUESTION: f32 = 1.2;
/// Words that are added to each speaker's when rates are compared, so that few words say little.
const FEW: f32 = 30.0;

/// Speakers of whom a person has said what they are.
pub(crate) type Known = BTreeMap<SpeakerLabel, Role>;

/// What each speaker is to the visit. What is known stays; of the others it is said by their words:
/// [`Role::Unknown`] while these do not say it clearly, or while one alone has spoken.
pub(crate) fn roles(segments: &[Segment], known: &Known) -> BTreeMap<SpeakerLabel, Role> {
    let mut said: BTreeMap<SpeakerLabel, Said> = BTreeMap::new();
    for segment in segments {
        let text = segment.text.expose();
        said.entry(segment.speaker).or_default().add(text);
    }
    let role_of = |by: &SpeakerLabel| known.get(by).copied();
    let mut roles: BTreeMap<_, _> = said
        .keys()
        .map(|&by| (by, role_of(&by).unwrap_or(Role::Unknown)))
        .collect();
    let is_there = |role| roles.values().any(|&known| known == role);
    let (has_clinician, has_patient) = (is_there(Role::Clinician), is_there(Role::Patient));
    let mut open: Vec<(SpeakerLabel, Said)> = said
        .into_iter()
        .filter(|(by, _)| role_of(by).is_none())
        .collect();
    if !has_clinician {
        let Some(place) = clinician(&open, has_patient) else {
            return roles;
        };
        roles.insert(open.remove(place).0, Role::Clinician);
    }
    let patient = open
        .iter()
        .filter(|_| !has_patient)
        .max_by(|a, b| a.1.of_themselves().total_cmp(&b.1.of_themselves()))
        .map(|(by, _)| *by);
    for (by, _) in open {
        let role = if Some(by) == patient {
            Role::Patient
        } else {
            Role::Other
        };
        roles.insert(by, role);
    }
    roles
}

/// Which of those of whom nothing is known is the clinician. Of one alone that is clear where the
/// patient is known: a visit has a clinician.
fn clinician(open: &[(SpeakerLabel, Said)], has_patient: bool) -> Option<usize> {
    let mut by_rate: Vec<(usize, f32)> = open
        .iter()
        .enumerate()
        .map(|(place, (_, said))| (place, said.rate()))
        .collect();
    by_rate.sort_by(|a, b| b.1.total_cmp(&a.1));
    match by_rate[..] {
        [(only, _)] if has_patient => Some(only),
        [(most, first), (_, second), ..] => {
            let evidence = open
                .iter()
                .map(|(_, said)| said.clinician.abs())
                .fold(0.0, f32::max);
            (first > second && evidence >= CLEAR).then_some(most)
        }
        _ => None,
    }
}

/// Gives each segment its speaker's role; the indices of those that had another. `clinician`: the
/// speaker of whom it is known, by their voice.
pub fn give_roles(segments: &mut [Segment], clinician: Option<SpeakerLabel>) -> Vec<u32> {
    let known = clinician.map(|speaker| (speaker, Role::Clinician));
    let roles = roles(segments, &known.into_iter().collect());
    let mut changed = Vec::new();
    for segment in segments {
        let role = roles
            .get(&segment.speaker)
            .copied()
            .unwrap_or(Role::Unknown);
        if segment.role != role {
            segment.role = role;
            changed.push(segment.index);
        }
    }
    changed
}

#[derive(Default)]
struct Said {
    words: f32,
    clinician: f32,
    patient: f32,
    companion: f32,
}

impl Said {
    fn add(&mut self, text: &str) {
        let words: Vec<String> = text
            .to_lowercase()
            .replace('’', "'")
            .split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '-')
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        let line = format!(" {} ", words.join(" "));
        self.words += words.len() as f32;
        let questions = text.matches(['?', '？']).count() as f32;
        self.clinician += questions * QUESTION;
        self.clinician += worth(&line, CLINICIAN) - worth(&line, NOT_CLINICIAN);
        self.patient += worth(&line, PATIENT);
        self.companion += worth(&line, COMPANION);
    }

    /// Evidence for the clinician per word.
    fn rate(&self) -> f32 {
        self.clinician / (self.words + FEW)
    }

    /// How much a speaker speaks of their own complaints rather than somebody else's, per word.
    fn of_themselves(&self) -> f32 {
        (self.patient - 2.0 * self.companion) / (self.words + FEW)
    }
}

fn worth(line: &str, phrases: &[(&str, f32)]) -> f32 {
    let count = |phrase: &str| {
        let found = line.match_indices(phrase);
        let whole = found.filter(|(at, _)| {
            let end = at + phrase.len();
            line[..*at].ends_with(' ') && line[end..].starts_with(' ')
        });
        whole.count() as f32
    };
    phrases
        .iter()
        .map(|(phrase, weight)| weight * count(phrase))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use visit::Millis;

    fn segments(lines: &[(u8, &str)]) -> Vec<Segment> {
        (0..)
            .zip(lines)
            .map(|(index, &(speaker, text))| Segment {
                index,
                start: Millis(0),
                end: Millis(0),
                speaker: SpeakerLabel(speaker),
                role: Role::Unknown,
                text: text.into(),
                confidence: 1.0,
                words: Vec::new(),
            })
            .collect()
    }

    fn check(lines: &[(u8, &str)], expected: &[(u8, Role)]) {
        check_with(lines, &[], expected);
    }

    fn check_with(lines: &[(u8, &str)], known: &[(u8, Role)], expected: &[(u8, Role)]) {
        let known = known.iter().map(|&(by, role)| (SpeakerLabel(by), role));
        let found: Vec<_> = roles(&segments(lines), &known.collect())
            .into_iter()
            .map(|(speaker, role)| (speaker.0, role))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn who_asks_and_plans_is_the_clinician() {
        check(
            &[
                (2, "Good morning. What brings you in today?"),
                (1, "My knee hurts. I've been limping since Sunday."),
                (2, "Let me take a look. Does it hurt when I press here?"),
                (1, "Yes, doctor."),
            ],
            &[(1, Role::Patient), (2, Role::Clinician)],
        );
    }

    #[test]
    fn who_speaks_about_the_patient_is_a_companion() {
        check(
            &[
                (1, "Hello. What can I do for you? What brings you in?"),
                (
                    2,
                    "He's been coughing for a week, and he had a fever. I gave him syrup.",
                ),
                (1, "Do you have any pain, Milo?"),
                (3, "My throat hurts and I don't like soup."),
                (1, "Let me have a look. Open wide."),
                (2, "Does he need antibiotics? My son never had any."),
            ],
            &[(1, Role::Clinician), (2, Role::Other), (3, Role::Patient)],
        );
    }

    #[test]
    fn nothing_is_said_of_one_voice_or_of_no_evidence() {
        check(&[(1, "What brings you in today?")], &[(1, Role::Unknown)]);
        check(
            &[(1, "Hello."), (2, "Hello.")],
            &[(1, Role::Unknown), (2, Role::Unknown)],
        );
    }

    #[test]
    fn what_is_known_stays_and_the_words_say_the_rest() {
        use Role::{Clinician, Other, Patient, Unknown};
        let misleading: &[(u8, &str)] = &[
            (1, "My knee hurts, doctor. I've been limping since Sunday."),
            (2, "What brings you in today? Let me take a look."),
        ];
        check(misleading, &[(1, Patient), (2, Clinician)]);
        check_with(misleading, &[(2, Patient)], &[(1, Clinician), (2, Patient)]);
        check_with(
            misleading,
            &[(1, Clinician)],
            &[(1, Clinician), (2, Patient)],
        );
        check_with(misleading, &[(1, Unknown)], &[(1, Unknown), (2, Unknown)]);
        let hello: &[(u8, &str)] = &[(1, "Hello."), (2, "Hello."), (3, "Hello.")];
        check_with(
            hello,
            &[(2, Clinician), (3, Patient)],
            &[(1, Other), (2, Clinician), (3, Patient)],
        );
        check_with(
            hello,
            &[(2, Other)],
            &[(1, Unknown), (2, Other), (3, Unknown)],
        );
        check_with(
            hello,
            &[(9, Clinician)],
            &[(1, Unknown), (2, Unknown), (3, Unknown)],
        );
    }

    #[test]
    fn segments_get_their_speakers_roles() {
        let mut segments = segments(&[
            (1, "What brings you in today? Any fever?"),
            (2, "My back hurts."),
            (1, "Let me examine you."),
        ]);
        assert_eq!(give_roles(&mut segments, None), [0, 1, 2]);
        assert_eq!(segments[1].role, Role::Patient);
        assert!(give_roles(&mut segments, None).is_empty());
        assert_eq!(give_roles(&mut segments, Some(SpeakerLabel(2))), [0, 1, 2]);
        assert_eq!(segments[1].role, Role::Clinician);
    }
}
