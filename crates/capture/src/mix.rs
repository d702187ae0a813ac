//! Frames of any number of channels → one channel.

/// How far beyond the full scale a sample may be: 60 dB. The transforms that follow would overflow with
/// what a file of floating-point numbers can hold, and their library panics then.
const LOUDEST: f32 = 1000.0;

/// The mean of each frame's channels, at most [`LOUDEST`]. What is not a number becomes silence; a
/// frame cut off at the end is left out.
pub(crate) fn mono<'a, T: Copy>(
    interleaved: &'a [T],
    channels: usize,
    to_f32: impl Fn(T) -> f32 + 'a,
) -> impl ExactSizeIterator<Item = f32> + 'a {
    let share = 1.0 / channels.max(1) as f32;
    interleaved.chunks_exact(channels.max(1)).map(move |frame| {
        let mean = frame.iter().map(|sample| to_f32(*sample)).sum::<f32>() * share;
        if mean.is_finite() {
            mean.clamp(-LOUDEST, LOUDEST)
        } else {
            0.0
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_are_averaged() {
        let mixed: Vec<f32> = mono(&[0.5f32, 0.1, -0.2, 0.2, 1.0, 0.0], 2, |x| x).collect();
        let want = [0.3, 0.0, 0.5];
        assert_eq!(mixed.len(), 3);
        assert!(mixed.iter().zip(want).all(|(a, b)| (a - b).abs() < 1e-6));
    }

    #[test]
    fn one_channel_passes() {
        assert!(mono(&[0.25f32, -0.5], 1, |x| x).eq([0.25, -0.5]));
    }

    /// Found by the fuzzer: 1e30 in a WAV file of floats made the resampler's library panic.
    #[test]
    fn nothing_is_louder_than_the_resampler_bears() {
        let loud: Vec<f32> = mono(&[1e30f32, -3e38, 2.0], 1, |x| x).collect();
        assert_eq!(loud, [LOUDEST, -LOUDEST, 2.0]);
        let mut resampler = crate::resample::Resampler::new(8_000).expect("a rate");
        let mut out = Vec::new();
        for _ in 0..20 {
            resampler
                .push(&loud.repeat(1_000), &mut out)
                .expect("sound");
        }
        assert!(out.len() > 16_000 && out.iter().all(|sample| sample.is_finite()));
    }

    #[test]
    fn what_is_no_number_is_silent_and_half_frames_are_left_out() {
        let odd = [f32::NAN, 0.5, f32::INFINITY, 0.0, 0.9];
        assert!(mono(&odd, 2, |x| x).eq([0.0, 0.0]));
    }
}
