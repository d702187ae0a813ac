//! The decoders of a language model's file as functions of any bytes.

use std::io::Cursor;

use crate::chat::{Chat, Example};
use crate::gguf::File;
use crate::model;
use crate::vocabulary::Vocabulary;

/// Tokens of context that are asked for.
const CONTEXT: usize = 256;

/// Header, vocabulary and, where this crate itself runs the architecture, the model.
pub fn gguf(bytes: &[u8]) {
    let mut reader = Cursor::new(bytes);
    let Ok(file) = File::open(&mut reader) else {
        return;
    };
    if let Ok(vocabulary) = Vocabulary::from_file(&file) {
        let tokens = vocabulary
            .marked_up("<s>No chest pain.</s>")
            .unwrap_or_default();
        let _ = vocabulary.text(&tokens);
        vocabulary.missing_start(&tokens);
        Chat::from_file(&file, &vocabulary).frame("Be brief.", &[]);
    }
    let architecture = file.metadata().text("general.architecture");
    // Candle's own loaders panic on some headers; `Foreign::load` catches that, which a fuzzer cannot see.
    if architecture.is_some_and(model::is_own) {
        let _ = model::load(file, &mut reader, CONTEXT);
    }
}

/// The chat template that a model file carries.
pub fn chat_template(bytes: &[u8]) {
    let Ok(template) = str::from_utf8(bytes) else {
        return;
    };
    let examples = [Example {
        said: "Any fever?\nNo.".to_owned(),
        lines: "Denies fever.".to_owned(),
    }];
    let frame = Chat::of(template).frame("Be brief.", &examples);
    assert!(frame.before.contains("Be brief."), "the rules are lost");
    assert!(frame.before.contains("Denies fever."), "an example is lost");
}

#[cfg(test)]
#[path = "../../../fuzz/replay.rs"]
mod replay;

#[cfg(test)]
mod tests {
    use super::replay::replay;

    #[test]
    fn the_corpora_are_read_without_a_panic() {
        replay("gguf", super::gguf);
        replay("chat_template", super::chat_template);
    }
}
