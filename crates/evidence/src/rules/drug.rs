//! A medicine in a note has to have been named in the room.

use super::{Broken, Case};
use crate::kinds::Kinds;
use crate::lexicon::lexicon;
use crate::reading::{Meaning, kinds};
use crate::sound::{Alike, alike};

pub(super) fn broken(case: &Case<'_>, unit: usize) -> Option<Broken> {
    let token = case.statement.token(unit);
    let name = case.statement.shown(unit);
    let is_drug = match token.meaning {
        Meaning::Term(_) => kinds(token).any(Kinds::DRUG),
        Meaning::Word => lexicon().looks_like_drug(&name),
        _ => false,
    };
    if !is_drug || !case.whole(unit).is_empty() {
        return None;
    }
    Some(match alike(&name, case.transcript) {
        Some(found @ Alike::OtherDrug(..)) => {
            let reason = format!(
                "the medicine \"{name}\" was not named; \"{}\" was",
                found.name()
            );
            Broken::unsupported(reason, vec![found.place()])
        }
        Some(found) => {
            let reason = format!(
                "the medicine \"{name}\" was not named so; \"{}\" sounds like it",
                found.name()
            );
            Broken::partial(reason, vec![found.place()])
        }
        None => Broken::unsupported(format!("the medicine \"{name}\" was not named"), Vec::new()),
    })
}
