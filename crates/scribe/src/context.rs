//! What is known of a visit before anybody speaks, as phrases that recognition may expect.

use visit::PatientText;

/// What ends a phrase of a reason.
const ENDS: [char; 7] = ['.', ',', ';', ':', '(', ')', '\n'];
/// Shorter words of a reason do not make a term belong to it.
const TELLING: usize = 4;

/// The phrases for a visit, the most specific first: those of its reason, then the terms that share
/// a word with it, then the others as they come. None is there twice.
pub(crate) fn phrases(reason: &PatientText, terms: &[String]) -> Vec<PatientText> {
    let reason = reason.expose();
    let telling: Vec<String> = words(reason)
        .filter(|w| w.chars().count() >= TELLING)
        .collect();
    let belongs = |term: &&String| words(term).any(|word| telling.contains(&word));
    let (near, far): (Vec<&String>, Vec<&String>) = terms.iter().partition(belongs);
    let own = reason
        .split(ENDS)
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

    fn of(reason: &str, terms: &[&str]) -> Vec<String> {
        let terms: Vec<String> = terms.iter().map(|&term| term.to_owned()).collect();
        let all = phrases(&reason.into(), &terms);
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
