//! The decoders as functions of any bytes: each ends with a value or a typed error.

use crate::minisign::{PublicKey, Signature, sealed};
use crate::{Approval, Code, Organisation, SuccessorStatement, Vocabulary, changes, edit};

/// A document, which is then changed as the tools change it; and a dossier's approval.
pub fn organisation(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    if let Ok(approval) = Approval::read(text) {
        let _ = Approval::read(&edit::approval_block(&approval));
    }
    match Organisation::read(text) {
        Ok(organisation) => {
            assert!(changes(&organisation, &organisation).is_empty(), "another");
            if let Some(person) = organisation.people.first() {
                let _ = edit::remove_person(text, &person.account);
            }
            if let Some(approval) = organisation.models.first() {
                let _ = edit::set_approval(text, approval);
            }
        }
        Err(mistake) => {
            let lines = text.split('\n').count();
            assert!((1..=lines).contains(&mistake.line), "no such line");
        }
    }
}

/// A clinic's own terms.
pub fn vocabulary(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    match Vocabulary::read(text) {
        Ok(vocabulary) => {
            let is_one = |word: &str| !word.trim().is_empty() && !word.contains(char::is_control);
            assert!(vocabulary.words().all(is_one), "no term");
        }
        Err(mistake) => {
            let lines = text.split('\n').count();
            assert!((1..=lines).contains(&mistake.line), "no such line");
        }
    }
}

/// Keys and signatures of the minisign format; what is read is, written again, read the same. And
/// enrolment codes.
pub fn minisign(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    if let Ok(key) = text.parse::<PublicKey>() {
        assert_eq!(key.file().parse(), Ok(key), "another key");
    }
    if let Ok(signature) = text.parse::<Signature>() {
        assert_eq!(signature.file().parse(), Ok(signature), "another signature");
    }
    let _ = sealed(text);
    if let Ok(statement) = text.parse::<SuccessorStatement>() {
        assert_eq!(statement.to_string(), text, "another statement");
    }
    if let Ok(code) = Code::parse(text) {
        assert_eq!(Code::parse(&code.print()), Ok(code), "another code");
    }
}

#[cfg(test)]
#[path = "../../../fuzz/replay.rs"]
mod replay;

#[cfg(test)]
mod tests {
    use super::replay::replay;

    #[test]
    fn the_corpora_are_read_without_a_panic() {
        replay("organisation", super::organisation);
        replay("vocabulary", super::vocabulary);
        replay("minisign", super::minisign);
    }
}
