use visit::Millis;

/// Why sound cannot be had. Each message can be shown to a person as it stands; none names a file
/// or a patient.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// The sound system knows no microphone.
    #[error(
        "No microphone was found. Plug one in or switch it on in the sound settings, then try again."
    )]
    NoMicrophone,

    /// The microphone that was asked for is not there.
    #[error(
        "The chosen microphone is not connected. Connect it or choose another one, then try again."
    )]
    UnknownMicrophone,

    /// Another program holds the device.
    #[error(
        "The microphone is in use by another program. Close that program or choose another microphone, then try again."
    )]
    MicrophoneBusy(#[source] cpal::Error),

    /// The operating system does not let this program use the device.
    #[error(
        "This program is not allowed to use the microphone. Allow it in the system's privacy or sound settings, then try again."
    )]
    MicrophoneRefused(#[source] cpal::Error),

    /// The device offers no form of sound that can be recorded.
    #[error("The microphone delivers sound in a form that cannot be recorded. Choose another one.")]
    MicrophoneUnusable(#[source] cpal::Error),

    /// The sound system did not answer within a few seconds.
    #[error(
        "The sound system does not answer. Restart it or the computer, then try again; nothing was recorded."
    )]
    NotAnswering,

    /// The sound system reported something else.
    #[error("The sound system reported an error: {0}. Nothing was recorded; try again.")]
    SoundSystem(#[source] cpal::Error),

    /// `INROOM_AUDIO_HOST` names something that is not a sound system of this computer.
    #[error(
        "INROOM_AUDIO_HOST names no sound system of this computer. Known here: {known}. Correct or remove it."
    )]
    UnknownSoundSystem {
        /// The names that would do, separated by commas.
        known: String,
    },

    /// No thread could be started.
    #[error("The computer is out of resources: no thread could be started. Close other programs.")]
    Thread(#[source] std::io::Error),

    /// A rate from which there is no way to 16 kHz.
    #[error("The sound has an impossible sample rate ({rate} Hz) and cannot be recorded.")]
    ImpossibleRate {
        /// In frames per second.
        rate: u32,
    },

    /// The rate converter refused a block.
    #[error("The sound's sample rate could not be converted. What was delivered before is intact.")]
    Conversion(#[source] rubato::ResampleError),

    /// A pace at which nothing can be played.
    #[error("The pace must be a finite number above zero.")]
    ImpossiblePace,

    /// There is no such file.
    #[error("The audio file does not exist. Check its path.")]
    FileMissing,

    /// The file is there but cannot be opened or read.
    #[error("The audio file cannot be read. Check its permissions and the disk.")]
    FileUnreadable(#[source] std::io::Error),

    /// The file has no bytes, or no sound in it.
    #[error("The audio file is empty: it holds no sound.")]
    FileEmpty,

    /// The file is not audio, or of a kind that this program does not read.
    #[error(
        "The file is not audio in a form that can be read. WAV, FLAC, MP3, M4A (AAC) and OGG (Vorbis) can."
    )]
    FileNotAudio,

    /// The file ends before its own header says it does.
    #[error(
        "The audio file is incomplete: {decoded} of {expected} could be read and was kept. Get a complete copy."
    )]
    FileTruncated {
        /// What was delivered.
        decoded: Millis,
        /// What the file says it holds.
        expected: Millis,
    },

    /// The file's structure is broken from some point on.
    #[error(
        "The audio file is damaged: {decoded} could be read and was kept, the rest cannot be read. Get an intact copy."
    )]
    FileDamaged {
        /// What was delivered.
        decoded: Millis,
    },

    /// Reading failed in the middle.
    #[error(
        "Reading the audio file failed after {decoded}, which was kept. Check the disk or network drive."
    )]
    FileLost {
        /// What was delivered.
        decoded: Millis,
        /// What the operating system said.
        #[source]
        source: std::io::Error,
    },
}

impl CaptureError {
    /// What the sound system said, in the terms of a person with a microphone.
    pub(crate) fn from_sound_system(error: cpal::Error) -> Self {
        use cpal::ErrorKind as Kind;
        match error.kind() {
            Kind::DeviceBusy => Self::MicrophoneBusy(error),
            Kind::PermissionDenied => Self::MicrophoneRefused(error),
            Kind::DeviceNotAvailable => Self::NoMicrophone,
            Kind::UnsupportedConfig | Kind::UnsupportedOperation => Self::MicrophoneUnusable(error),
            _ => Self::SoundSystem(error),
        }
    }
}
