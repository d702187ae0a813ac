//! Which voice of a visit is that of a clinician whose voice was enrolled.

use visit::{Millis, SpeakerLabel, SpokenVoice, VoicePrint};

/// So alike are a voice and its own print of another recording at least. With the voice encoder of 2018,
/// voices with themselves in another excerpt of a meeting (AMI) were at 0.91 and 0.93, made voices with
/// themselves across a room at 0.90; different voices, 351 pairs with some of a meeting, at 0.86 at most, and that
/// of six seconds.
const SAME: f32 = 0.87;
/// So much more alike than the next voice of the visit.
const CLEARER: f32 = 0.05;
/// What has been said in less time says little of a voice.
const LEAST: Millis = Millis(5_000);

/// The voice whose print was enrolled, if one of them is clearly that; `None` also while nobody has
/// said enough.
pub fn clinician(enrolled: &VoicePrint, voices: &[SpokenVoice]) -> Option<SpeakerLabel> {
    let mut alike: Vec<(f32, &SpokenVoice)> = voices
        .iter()
        .map(|voice| (enrolled.alike(&voice.print), voice))
        .collect();
    alike.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (best, voice) = *alike.first()?;
    let next = alike.get(1).map_or(0.0, |(next, _)| *next);
    let clear = best >= SAME && best - next >= CLEARER && voice.spoken >= LEAST;
    clear.then_some(voice.speaker)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A print at an angle, in degrees, from the enrolled one.
    fn print(angle: f32) -> VoicePrint {
        let mut direction = [0.0; VoicePrint::BYTES];
        (direction[0], direction[1]) = (angle.to_radians().cos(), angle.to_radians().sin());
        VoicePrint::of(&direction).expect("the cosine is positive")
    }

    fn check(voices: &[(u8, u64, f32)], expected: Option<u8>) {
        let voice = |&(label, spoken, angle): &(u8, u64, f32)| SpokenVoice {
            speaker: SpeakerLabel(label),
            spoken: Millis(spoken),
            print: print(angle),
        };
        let voices: Vec<SpokenVoice> = voices.iter().map(voice).collect();
        let found = clinician(&print(0.0), &voices);
        assert_eq!(found, expected.map(SpeakerLabel));
    }

    #[test]
    fn the_clearly_most_alike_voice_is_the_enrolled_one() {
        check(&[], None);
        check(&[(1, 9_000, 60.0), (2, 9_000, 20.0)], Some(2));
        check(&[(1, 9_000, 20.0)], Some(1));
    }

    #[test]
    fn what_is_not_clear_is_not_said() {
        // Not alike enough, too like another one, too little said.
        check(&[(1, 9_000, 60.0), (2, 9_000, 45.0)], None);
        check(&[(1, 9_000, 22.0), (2, 9_000, 20.0)], None);
        check(&[(1, 9_000, 60.0), (2, 1_000, 10.0)], None);
    }
}
