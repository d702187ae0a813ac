use std::path::PathBuf;

/// Records a medical visit on this computer, drafts the note and shows what each line rests on.
#[derive(Debug, Default, clap::Parser)]
#[command(name = "inroom", version)]
pub struct Arguments {
    /// Keep visits in this folder instead of the user's own.
    #[arg(long, value_name = "FOLDER", conflicts_with = "demo")]
    pub data_dir: Option<PathBuf>,

    /// Keep this computer's secret in this file instead of the account's keyring, on a computer that
    /// has none.
    #[arg(long, value_name = "FILE", conflicts_with = "demo")]
    pub device_secret_file: Option<PathBuf>,

    /// Show the program on a scratch store, which is erased when the window closes.
    #[arg(long)]
    pub demo: bool,

    /// Another recorded visit than the one that comes with the program; it plays at its own pace, and no
    /// microphone opens.
    #[arg(long, value_name = "FILE", requires = "demo")]
    pub demo_audio: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use clap::{CommandFactory as _, Parser as _};

    #[test]
    fn the_definition_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_sample_is_for_the_demonstration_only() {
        assert!(Arguments::try_parse_from(["inroom", "--demo-audio", "a.flac"]).is_err());
        let demo =
            Arguments::try_parse_from(["inroom", "--demo", "--demo-audio", "a.flac"]).unwrap();
        assert_eq!(demo.demo_audio, Some(PathBuf::from("a.flac")));
    }
}
