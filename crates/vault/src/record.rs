//! Everything of a visit that is not sound, sealed under the visit's key: JSON in a box that is
//! bound to purpose, version, visit, kind and number.
//!
//! JSON, because these records outlive the types they are read into: a field that a later version
//! adds gets a default, where a positional encoding would read nonsense.

use std::io::{self, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;
use visit::VisitId;
use zeroize::Zeroizing;

use crate::error::{Part, VaultError};
use crate::key::{Key, OfSound, OfVisit, Wrapping};
use crate::seal::{self, Nonce};

const VERSION: u8 = 1;

/// Which record of a visit.
#[derive(Clone, Copy)]
pub(crate) enum Record {
    /// Patient label and reason for the visit.
    Cover,
    /// Consent to the recording.
    Consent,
    /// A segment of the transcript, by index.
    Segment(u32),
    /// A revision of the note, by number.
    Revision(u32),
    /// The signed statement of who signed the note.
    Signature,
    /// What a person said about who spoke, by number.
    Correction(u32),
}

impl Record {
    pub(crate) fn bound(self, visit: VisitId) -> Vec<u8> {
        let (kind, number) = match self {
            Self::Cover => (1, 0),
            Self::Consent => (2, 0),
            Self::Segment(index) => (3, index),
            Self::Revision(number) => (4, number),
            Self::Signature => (5, 0),
            Self::Correction(number) => (6, number),
        };
        let mut bound = b"inroom record".to_vec();
        bound.push(VERSION);
        bound.extend_from_slice(visit.as_bytes());
        bound.push(kind);
        bound.extend_from_slice(&u32::to_le_bytes(number));
        bound
    }

    pub(crate) fn part(self) -> Part {
        match self {
            Self::Cover => Part::Cover,
            Self::Consent => Part::Consent,
            Self::Segment(index) => Part::Segment(index),
            Self::Revision(number) => Part::Revision(number),
            Self::Signature => Part::Signature,
            Self::Correction(number) => Part::Correction(number),
        }
    }
}

/// Seals a record.
///
/// # Errors
/// [`VaultError::Unstorable`] if what would be written could not be read again.
pub(crate) fn seal<T: Serialize, Read: DeserializeOwned>(
    key: &Key<OfVisit>,
    visit: VisitId,
    record: Record,
    value: &T,
) -> Result<Vec<u8>, VaultError> {
    let unstorable = |_| VaultError::Unstorable {
        what: record.part(),
    };
    let json = to_json(value).map_err(unstorable)?;
    serde_json::from_slice::<Read>(&json).map_err(unstorable)?;
    Ok(seal::seal(
        key,
        &Nonce::make_random()?,
        &record.bound(visit),
        &json,
    ))
}

/// Seals a record that was sealed under another key of the same visit.
///
/// # Errors
/// [`VaultError::Damaged`].
pub(crate) fn seal_anew(
    old: &Key<OfVisit>,
    new: &Key<OfVisit>,
    visit: VisitId,
    record: Record,
    sealed: &[u8],
) -> Result<Vec<u8>, VaultError> {
    let bound = record.bound(visit);
    let json = seal::open(old, &bound, sealed).map_err(|_| VaultError::Damaged {
        what: record.part(),
    })?;
    Ok(seal::seal(new, &Nonce::make_random()?, &bound, &json))
}

/// Opens a record.
///
/// # Errors
/// [`VaultError::Damaged`].
pub(crate) fn open<T: DeserializeOwned>(
    key: &Key<OfVisit>,
    visit: VisitId,
    record: Record,
    sealed: &[u8],
) -> Result<T, VaultError> {
    let damaged = || VaultError::Damaged {
        what: record.part(),
    };
    let json = seal::open(key, &record.bound(visit), sealed).map_err(|_| damaged())?;
    serde_json::from_slice(&json).map_err(|_| damaged())
}

/// A key of a visit, as it is stored: wrapped.
pub(crate) trait OfOneVisit {
    /// What the wrapped key is bound to, besides version and visit.
    const PURPOSE: &[u8];
}

impl OfOneVisit for OfVisit {
    const PURPOSE: &[u8] = b"inroom visit key";
}

impl OfOneVisit for OfSound {
    const PURPOSE: &[u8] = b"inroom sound key";
}

/// Wraps a key of a visit for storage.
pub(crate) fn wrap_key<Purpose: OfOneVisit>(
    wrapping: &Key<Wrapping>,
    visit: VisitId,
    key: &Key<Purpose>,
) -> Result<Vec<u8>, VaultError> {
    Ok(seal::seal(
        wrapping,
        &Nonce::make_random()?,
        &key_bound::<Purpose>(visit),
        key.expose(),
    ))
}

/// Unwraps a key of a visit.
///
/// # Errors
/// [`VaultError::Damaged`].
pub(crate) fn unwrap_key<Purpose: OfOneVisit>(
    wrapping: &Key<Wrapping>,
    visit: VisitId,
    wrapped: &[u8],
) -> Result<Key<Purpose>, VaultError> {
    let damaged = VaultError::Damaged {
        what: Part::VisitKey,
    };
    let Ok(bytes) = seal::open(wrapping, &key_bound::<Purpose>(visit), wrapped) else {
        return Err(damaged);
    };
    Key::fill_with(|key| {
        if bytes.len() != key.len() {
            return Err(damaged);
        }
        key.copy_from_slice(&bytes);
        Ok(())
    })
}

fn key_bound<Purpose: OfOneVisit>(visit: VisitId) -> Vec<u8> {
    let mut bound = Purpose::PURPOSE.to_vec();
    bound.push(VERSION);
    bound.extend_from_slice(visit.as_bytes());
    bound
}

/// JSON in memory that is wiped. The length is counted first, so that the buffer never grows and
/// leaves no copy behind.
fn to_json<T: Serialize>(value: &T) -> serde_json::Result<Zeroizing<Vec<u8>>> {
    struct Length(usize);
    impl Write for Length {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut length = Length(0);
    serde_json::to_writer(&mut length, value)?;
    let mut json = Zeroizing::new(Vec::with_capacity(length.0));
    serde_json::to_writer(&mut *json, value)?;
    Ok(json)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn visit(byte: u8) -> VisitId {
        VisitId::from_uuid(Uuid::from_bytes([byte; 16]))
    }

    fn key() -> Key<OfVisit> {
        Key::make_random().unwrap()
    }

    #[test]
    fn a_record_opens_in_its_place_only() {
        let key = key();
        let sealed = seal::<_, String>(&key, visit(1), Record::Segment(2), &"knee").unwrap();
        let open = |visit, record| open::<String>(&key, visit, record, &sealed);
        assert_eq!(open(visit(1), Record::Segment(2)).unwrap(), "knee");
        for (place, visit, record) in [
            ("another visit", visit(2), Record::Segment(2)),
            ("another number", visit(1), Record::Segment(3)),
            ("another kind", visit(1), Record::Revision(2)),
        ] {
            assert!(
                matches!(open(visit, record), Err(VaultError::Damaged { .. })),
                "{place}"
            );
        }
    }

    /// JSON writes a number that is none as `null`, which does not read as a number.
    #[test]
    fn what_cannot_be_read_again_is_not_written() {
        let sealed = seal::<_, f32>(&key(), visit(1), Record::Cover, &f32::NAN);
        assert!(matches!(
            sealed,
            Err(VaultError::Unstorable { what: Part::Cover })
        ));
    }

    /// Transcripts that were stored before words had a spoken form.
    #[test]
    fn a_word_without_a_spoken_form_is_read() {
        let old = r#"{"start":0,"end":1,"text":"knee","probability":0.5}"#;
        let mut word: visit::Word = serde_json::from_str(old).unwrap();
        assert!(word.spoken.is_none());
        word.spoken = Some("five".into());
        let (key, place) = (key(), Record::Segment(0));
        let sealed = seal::<_, visit::Word>(&key, visit(1), place, &word).unwrap();
        let read: visit::Word = open(&key, visit(1), place, &sealed).unwrap();
        assert!(read == word);
    }

    #[test]
    fn a_visits_key_unwraps_for_its_visit_only() {
        let (wrapping, key) = (Key::<Wrapping>::make_random().unwrap(), key());
        let wrapped = wrap_key(&wrapping, visit(1), &key).unwrap();
        let unwrap = |wrapping, visit| unwrap_key::<OfVisit>(wrapping, visit, &wrapped);
        assert!(unwrap(&wrapping, visit(1)).unwrap().expose() == key.expose());
        assert!(unwrap(&wrapping, visit(2)).is_err());
        assert!(unwrap(&Key::make_random().unwrap(), visit(1)).is_err());
        assert!(unwrap_key::<OfSound>(&wrapping, visit(1), &wrapped).is_err());
    }

    proptest! {
        #[test]
        fn any_text_and_probability_come_back(text: String, probability in 0.0_f32..=1.0) {
            let (key, value) = (key(), (text, probability));
            let sealed = seal::<_, (String, f32)>(&key, visit(1), Record::Segment(0), &value).unwrap();
            prop_assert_eq!(open::<(String, f32)>(&key, visit(1), Record::Segment(0), &sealed).unwrap(), value);
        }
    }
}
