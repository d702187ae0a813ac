use serde::{Deserialize, Serialize};
use ts_rs::TS;
use zeroize::Zeroize;

/// Text that is or may be about a patient: spoken words, note text, names.
///
/// It has no `Display`, and its `Debug` shows a length only, so it cannot reach a log line or an
/// error by accident; [`PatientText::expose`] is the one way out. Its memory is overwritten when
/// it is dropped.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(transparent)]
#[ts(type = "string")]
pub struct PatientText(String);

impl PatientText {
    /// The text itself.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing but white space in it.
    pub fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
    }
}

impl From<String> for PatientText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for PatientText {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl std::fmt::Debug for PatientText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PatientText({} bytes)", self.0.len())
    }
}

impl Drop for PatientText {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_does_not_show_the_text() {
        let shown = format!("{:?}", PatientText::from("metformin"));
        assert_eq!(shown, "PatientText(9 bytes)");
    }
}
