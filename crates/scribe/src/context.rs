//! What is known of a visit before anybody speaks, as phrases that recognition may expect.

use governance::Terms;
use vault::{Vault, VisitRecord};
use visit::PatientText;

/// What ends a phrase of a reason.
const ENDS: [char; 7] = ['.', ',', ';', ':', '(', ')', '\n'];
/// Shorter words of a reason do not make a term belong to it.
const TELLING: usize = 4;

/// The phrases for a visit: of its reason, what a person expects in it, the terms that are given here
/// and those of the organisation's document.
pub(crate) fn of_visit(
    vault: &Vault,
    record: &VisitRecord,
    given: Option<&[String]>,
) -> Vec<PatientText> {
    let lists = vault.organisation().map(|document| &document.terms[..]);
    let reason = &record.summary.reason;
    expected(reason, &record.expected, given, lists.unwrap_or_default())
}

/// None where nothing is expected but the reason: recognition goes by the sound alone then, for it
/// looks twice at each utterance otherwise.
fn expected(
    reason: &PatientText,
    listed: &PatientText,
    given: Option<&[String]>,
    lists: &[Terms],
) -> Vec<PatientText> {
    let theirs = lists.iter().flat_map(|list| &list.words);
    let terms: Vec<String> = given
        .unwrap_or_default()
        .iter()
        .chain(theirs)
        .cloned()
        .collect();
    if given.is_none() && terms.is_empty() && listed.is_blank() {
        return Vec::new();
    }
    phrases(reason, listed, &terms)
}

/// The phrases, the most specific first: those of the reason, those that are expected, then the terms
/// that share a word with the reason, then the others as they come. None is there twice.
fn phrases(reason: &PatientText, listed: &PatientText, terms: &[String]) -> Vec<PatientText> {
    let reason = reason.expose();
    let telling: Vec<String> = words(reason)
        .filter(|w| w.chars().count() >= TELLING)
        .collect();
    let belongs = |term: &&String| words(term).any(|word| telling.contains(&word));
    let (near, far): (Vec<&String>, Vec<&String>) = terms.iter().partition(belongs);
    let own = reason
        .split(ENDS)
        .chain(listed.expose().split(ENDS))
        .map(str::trim)
        .filter(|part| !part.is_empty());
    let mut all: Vec<PatientText> = Vec::new();
    for phrase in own.chain(near.into_iter().chain(far).map(String::as_str)) {
        let is = |other: &PatientText| other.expose().to_lowercase() == phrase.to_lowercase();
        if !all.iter().any(is) {
            all.push(phrase.into());
        }
    }
    all
}

/// The words in small letters.
fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_organisations_lists_come_after_what_is_given_and_a_reason_alone_expects_nothing() {
        let list = Terms {
            name: "Medicines".into(),
            words: vec!["apixaban".into(), "metoprolol".into()],
        };
        let all = |listed: &str, given: Option<&[String]>, lists: &[Terms]| -> Vec<String> {
            expected(&"Gout".into(), &listed.into(), given, lists)
                .iter()
                .map(|phrase| phrase.expose().to_owned())
                .collect()
        };
        assert_eq!(all("", None, &[]), [""; 0]);
        assert_eq!(all("", Some(&[]), &[]), ["Gout"]);
        assert_eq!(all("colchicine", None, &[]), ["Gout", "colchicine"]);
        let given = ["Dr. Okafor".to_owned()];
        assert_eq!(
            all("", Some(&given), &[list]),
            ["Gout", "Dr. Okafor", "apixaban", "metoprolol"]
        );
    }

    fn of(reason: &str, terms: &[&str]) -> Vec<String> {
        expecting(reason, "", terms)
    }

    fn expecting(reason: &str, expected: &str, terms: &[&str]) -> Vec<String> {
        let terms: Vec<String> = terms.iter().map(|&term| term.to_owned()).collect();
        let all = phrases(&reason.into(), &expected.into(), &terms);
        all.iter()
            .map(|phrase| phrase.expose().to_owned())
            .collect()
    }

    #[test]
    fn the_reason_comes_first_and_then_what_belongs_to_it() {
        let terms = ["apixaban", "knee effusion", "Digoxin", "meniscus"];
        assert_eq!(
            of("Right knee pain, on digoxin; fell.", &terms),
            [
                "Right knee pain",
                "on digoxin",
                "fell",
                "knee effusion",
                "Digoxin",
                "apixaban",
                "meniscus"
            ]
        );
    }

    #[test]
    fn what_a_person_expects_comes_before_the_lists() {
        assert_eq!(
            expecting(
                "Gout",
                "allopurinol, Dr. Okafor\ncolchicine; ",
                &["Colchicine", "gout flare"]
            ),
            [
                "Gout",
                "allopurinol",
                "Dr",
                "Okafor",
                "colchicine",
                "gout flare"
            ]
        );
    }

    #[test]
    fn nothing_stands_there_twice_and_short_words_tell_nothing() {
        assert_eq!(
            of("Gout", &["use of an inhaler", "gout", "Gout flare", "gout"]),
            ["Gout", "Gout flare", "use of an inhaler"]
        );
        assert_eq!(
            of("use of it", &["b", "use of a"]),
            ["use of it", "b", "use of a"]
        );
        assert_eq!(of(" , ", &[]), [""; 0]);
    }
}
