mod draft;
mod input;
mod lines;
mod names;
mod outcome;
mod stages;
mod transcribe;
mod visit;

use clap::Subcommand;

pub(crate) use outcome::words as spoken_words;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Draft a note for each line of a JSONL file of dialogues.
    ///
    /// `note` is the text as it leaves the program: without the model's lines that the dialogue does not bear out.
    /// These stand in `sections` alone, with "support": "unsupported".
    Draft(draft::Arguments),
    /// Transcribe recordings.
    ///
    /// NAME.json holds the transcript as the program keeps it, with numbers, doses and units written
    /// ("5 mg"); NAME.txt the words alone as they were spoken ("five milligrams"), for word error rates.
    Transcribe(transcribe::Arguments),
    /// Take a recording the whole way, as if a microphone heard it.
    ///
    /// `draft` has the form that `eval draft` writes: in its `note` the unsupported lines are left out.
    Visit(visit::Arguments),
}

pub(crate) fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Draft(arguments) => draft::run(&arguments),
        Command::Transcribe(arguments) => transcribe::run(&arguments),
        Command::Visit(arguments) => visit::run(&arguments),
    }
}
