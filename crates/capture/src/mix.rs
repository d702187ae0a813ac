//! Frames of any number of channels → one channel.

/// The mean of each frame's channels. What is not a number becomes silence; a frame cut off at the
/// end is left out.
pub(crate) fn mono<'a, T: Copy>(
    interleaved: &'a [T],
    channels: usize,
    to_f32: impl Fn(T) -> f32 + 'a,
) -> impl ExactSizeIterator<Item = f32> + 'a {
    let share = 1.0 / channels.max(1) as f32;
    interleaved.chunks_exact(channels.max(1)).map(move |frame| {
        let mean = frame.iter().map(|sample| to_f32(*sample)).sum::<f32>() * share;
        if mean.is_finite() { mean } else { 0.0 }
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

    #[test]
    fn what_is_no_number_is_silent_and_half_frames_are_left_out() {
        let odd = [f32::NAN, 0.5, f32::INFINITY, 0.0, 0.9];
        assert!(mono(&odd, 2, |x| x).eq([0.0, 0.0]));
    }
}
