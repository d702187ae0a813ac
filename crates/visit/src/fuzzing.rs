//! The decoder of templates as a function of any bytes.

use crate::Template;

/// A template for notes.
pub fn template(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    if let Ok(template) = Template::from_toml(text) {
        for kind in crate::StatementKind::ALL {
            let place = template.section_of(kind);
            assert_eq!(place.is_some(), template.sorts_by_kind(), "{kind:?}");
        }
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
        replay("template", super::template);
    }
}
