use crate::CaptureError;

/// Why a microphone that fell silent in the middle of a recording cannot be opened again yet. The
/// words are for a person who is recording, and can be shown as they stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Obstacle {
    /// Another program holds the device.
    #[error("Another program uses the microphone: close it there.")]
    InUse,
    /// The operating system does not let this program use the device.
    #[error(
        "This program is no longer allowed to use the microphone: allow it in the system's privacy or sound settings."
    )]
    NotAllowed,
    /// There is no such device, or none at all.
    #[error("The microphone is not connected: plug it in again.")]
    NotConnected,
    /// The device offers no form of sound that can be recorded.
    #[error(
        "The microphone delivers no sound that can be recorded: choose another one as default."
    )]
    Unusable,
    /// The sound system does not answer.
    #[error("The computer's sound system does not answer.")]
    NotAnswering,
}

impl From<&CaptureError> for Obstacle {
    fn from(error: &CaptureError) -> Self {
        match error {
            CaptureError::MicrophoneBusy(_) => Self::InUse,
            CaptureError::MicrophoneRefused(_) => Self::NotAllowed,
            CaptureError::NoMicrophone | CaptureError::UnknownMicrophone => Self::NotConnected,
            CaptureError::MicrophoneUnusable(_) | CaptureError::ImpossibleRate { .. } => {
                Self::Unusable
            }
            _ => Self::NotAnswering,
        }
    }
}
