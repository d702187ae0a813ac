use std::str::FromStr;

use capture::Pace;

/// How fast a file is played in place of a microphone.
#[derive(Clone, Copy)]
pub(crate) struct Speed(pub(crate) Pace);

impl FromStr for Speed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "max" => Ok(Self(Pace::Fastest)),
            "1" => Ok(Self(Pace::RealTime)),
            _ => match text.parse::<f64>() {
                Ok(times) if times > 0.0 && times.is_finite() => Ok(Self(Pace::Times(times))),
                _ => Err("a positive number or `max` is needed".to_owned()),
            },
        }
    }
}
