//! What a draft is made from and what it tells while it is written.

use visit::{
    Coverage, DraftSpeed, DraftingParameters, PatientText, Segment, Sha256Hex, StopReason, Template,
};

/// How a model is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Threads for the model; the first model that a process loads sets them for the whole
    /// process.
    pub threads: u32,
    /// Tokens of context to use at most; the model's own limit caps it.
    pub context_tokens: u32,
}

/// What a draft is made from.
#[derive(Clone, Copy, Debug)]
pub struct Request<'r> {
    /// The kind of note.
    pub template: &'r Template,
    /// The whole transcript.
    pub segments: &'r [Segment],
    /// The settings.
    pub parameters: &'r DraftingParameters,
    /// Sections, by position in the template, about which nothing is to be told: they are done.
    /// They are written again all the same, because what they say decides what the others would
    /// repeat; the others come out as if nothing had been skipped.
    pub skip_sections: &'r [u32],
}

/// Something that happens while a draft is written. Sections are written side by side, so events
/// of different sections alternate; within a section they are in order.
#[derive(Clone, Debug, PartialEq)]
pub enum DraftEvent {
    /// How far reading the transcript has come.
    Reading {
        /// Tokens read so far.
        tokens: u32,
        /// Tokens to read.
        of: u32,
    },
    /// The line that is being written, whole each time.
    Writing {
        /// Position of the section in the template.
        section: u32,
        /// The line so far.
        text: PatientText,
    },
    /// A finished statement.
    Statement {
        /// Position of the section in the template.
        section: u32,
        /// The line.
        text: PatientText,
    },
    /// A section is done.
    SectionEnded {
        /// Position of the section in the template.
        section: u32,
        /// Why.
        stop: StopReason,
    },
}

/// How a draft came out.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Every section is done.
    Complete(DraftEnd),
    /// The receiver of the events broke off.
    Cancelled,
}

/// What is known when a draft is done.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftEnd {
    /// What was read.
    pub coverage: Coverage,
    /// Digest of the whole prompt text: system message, transcript and every section's request,
    /// with what the chat template puts around them.
    pub prompt_sha256: Sha256Hex,
    /// Where the time went.
    pub speed: DraftSpeed,
}
