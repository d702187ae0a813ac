//! Made-up visits: text with the word frequencies of speech, and copies of a vault's folder.

use std::fs;
use std::io;
use std::path::Path;

use vault::{NewVisit, SecretString};
use visit::{
    Consent, ConsentGiver, ConsentMethod, Millis, Note, Origin, Role, Section, Segment,
    SpeakerLabel, Statement, Support, UnixMillis, Word,
};

const SYLLABLES: [&str; 20] = [
    "ka", "me", "ti", "so", "ru", "na", "pe", "li", "do", "ga", "vi", "mo", "be", "sta", "tri",
    "lan", "cor", "den", "ful", "ger",
];
/// Words that people use.
const VOCABULARY: f64 = 8_000.0;

pub fn passphrase() -> SecretString {
    "only for this measurement".into()
}

/// The word of a rank, the most frequent one first. Frequent words are short (Zipf's law of
/// abbreviation): one syllable for the first 20, two for the next 400, then three.
pub fn word(rank: usize) -> String {
    let of = |place: usize| SYLLABLES[place % SYLLABLES.len()];
    match rank {
        0..20 => of(rank).to_owned(),
        20..420 => [of(rank), of(rank / 20 - 1)].concat(),
        _ => [of(rank), of(rank / 20), of(rank / 400)].concat(),
    }
}

/// Numbers that look random and are the same in every run.
pub struct Dice(pub u64);

impl Dice {
    fn unit(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) as f64 / (1_u64 << 31) as f64
    }

    /// A word with the frequency that speech has it with: one over its rank (Zipf).
    pub fn word(&mut self) -> String {
        word(VOCABULARY.powf(self.unit()) as usize - 1)
    }

    fn line(&mut self, words: usize) -> String {
        let words: Vec<String> = (0..words).map(|_| self.word()).collect();
        words.join(" ")
    }

    /// Twelve words, each with its times, as a recogniser gives them.
    pub fn segment(&mut self, index: u32) -> Segment {
        let at = Millis(u64::from(index) * 4_000);
        let text = self.line(12);
        let words = text.split(' ').map(|text| Word {
            start: at,
            end: at,
            text: text.into(),
            spoken: None,
            probability: 0.875,
        });
        Segment {
            index,
            start: at,
            end: at,
            speaker: SpeakerLabel(1),
            role: Role::Unknown,
            words: words.collect(),
            confidence: 0.875,
            text: text.into(),
        }
    }

    /// Fifteen lines.
    pub fn note(&mut self) -> Note {
        let statements = (0..15).map(|_| Statement {
            text: self.line(10).into(),
            origin: Origin::Model,
            support: Support::Supported,
            reason: "".into(),
            evidence: Vec::new(),
        });
        Note {
            template: "soap".to_owned(),
            sections: vec![Section {
                id: "plan".to_owned(),
                title: "PLAN".to_owned(),
                empty: "Nothing.".to_owned(),
                statements: statements.collect(),
            }],
            omissions: Vec::new(),
        }
    }

    pub fn visit(&mut self, number: i64) -> NewVisit {
        NewVisit {
            consent: Consent {
                asked_by: "nobody".into(),
                given_by: ConsentGiver::Patient,
                method: ConsentMethod::Spoken,
                wording: "measurement".to_owned(),
                wording_version: "1".to_owned(),
                at: UnixMillis(0),
            },
            template: "soap".to_owned(),
            kind: None,
            language: None,
            patient_label: format!("patient {number}").into(),
            reason: self.line(3).into(),
            expected: "".into(),
            started_at: UnixMillis(number),
        }
    }
}

/// Copies a vault as it is, open or not: as a program that is killed leaves it.
pub fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}
