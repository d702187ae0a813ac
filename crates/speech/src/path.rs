//! Gives every moment of speech to a speaker.

use crate::clusters::{self, ONE_CENTRE};
use crate::silero::FRAME;
use crate::speakers::Stretch;
use crate::voice_encoder::{Voice, WIDTH};

/// What a change of speaker costs, in the units of [`PER_FRAME`] × cosine: within speech, and
/// where there is a pause.
const CHANGE: f32 = 1.0;
const CHANGE_IN_PAUSE: f32 = 0.2;
/// Weight of a frame's cosine: 8 a second.
const PER_FRAME: f32 = 8.0 * FRAME as f32 / visit::SAMPLE_RATE as f32;
/// How far from its middle a window speaks for a moment, in samples (one standard deviation).
const REACH: f32 = 0.35 * visit::SAMPLE_RATE as f32;
/// Rounds of judging and putting the centres where the judged speech is.
const ROUNDS: usize = 3;
/// Frames below which a speaker is none: a second.
const FEWEST: usize = 31;

/// Each stretch's speaker per frame, as a position among the speakers that remain: those with too
/// little speech and those that turn out to be one are given up.
pub(crate) fn best(stretches: &[Stretch], mut centres: Vec<Voice>) -> Vec<Vec<usize>> {
    for _ in 1..ROUNDS {
        let paths = judge(stretches, &centres);
        centres = recentred(stretches, &paths, centres);
    }
    judge(stretches, &centres)
}

/// The path of least cost (Viterbi).
fn judge(stretches: &[Stretch], centres: &[Voice]) -> Vec<Vec<usize>> {
    let many = centres.len();
    let mut cost_so_far = vec![0.0_f32; many];
    // For each frame and speaker: who spoke in the frame before.
    let mut before: Vec<usize> = Vec::new();
    for stretch in stretches {
        let alike: Vec<Vec<f32>> = stretch
            .windows
            .iter()
            .map(|window| {
                let voice = window.voice();
                centres.iter().map(|c| clusters::alike(&voice, c)).collect()
            })
            .collect();
        for (frame, &pause) in stretch.pauses.iter().enumerate() {
            let change = if frame == 0 || pause {
                CHANGE_IN_PAUSE
            } else {
                CHANGE
            };
            let cheapest = (0..many)
                .min_by(|&a, &b| cost_so_far[a].total_cmp(&cost_so_far[b]))
                .unwrap_or(0);
            let changed = cost_so_far.get(cheapest).map_or(0.0, |cost| cost + change);
            let shares = shares(stretch, frame);
            for speaker in 0..many {
                let stays = cost_so_far[speaker] <= changed;
                before.push(if stays { speaker } else { cheapest });
                let sounds: f32 = shares
                    .iter()
                    .map(|&(w, share)| share * alike[w][speaker])
                    .sum();
                cost_so_far[speaker] = cost_so_far[speaker].min(changed) - PER_FRAME * sounds;
            }
        }
    }
    let mut speaker = (0..many)
        .min_by(|&a, &b| cost_so_far[a].total_cmp(&cost_so_far[b]))
        .unwrap_or(0);
    let mut path: Vec<usize> = before
        .chunks_exact(many.max(1))
        .rev()
        .map(|from| {
            let now = speaker;
            speaker = from[now];
            now
        })
        .collect();
    path.reverse();
    let mut rest = path.as_slice();
    stretches
        .iter()
        .map(|stretch| {
            let (own, others) = rest.split_at(stretch.pauses.len());
            rest = others;
            own.to_vec()
        })
        .collect()
}

/// Which windows speak for a frame, and for how much of it.
fn shares(stretch: &Stretch, frame: usize) -> Vec<(usize, f32)> {
    let middle = stretch.place.start + (frame * FRAME + FRAME / 2) as u64;
    let mut shares: Vec<(usize, f32)> = Vec::new();
    for (number, window) in stretch.windows.iter().enumerate() {
        let place = &window.place;
        if place.end + (FRAME as u64) < middle {
            continue;
        }
        if place.start > middle + FRAME as u64 {
            break;
        }
        let off = ((place.start + place.end) / 2).abs_diff(middle) as f32 / REACH;
        shares.push((number, (-0.5 * off * off).exp() * window.reliability()));
    }
    let whole: f32 = shares.iter().map(|share| share.1).sum();
    shares
        .iter_mut()
        .for_each(|share| share.1 /= whole.max(1e-9));
    shares
}

/// The centres of what was given to each speaker.
fn recentred(stretches: &[Stretch], paths: &[Vec<usize>], before: Vec<Voice>) -> Vec<Voice> {
    let mut sums = vec![[0.0_f32; WIDTH]; before.len()];
    let mut frames = vec![0; before.len()];
    for (stretch, path) in stretches.iter().zip(paths) {
        let mut given = vec![vec![0.0; before.len()]; stretch.windows.len()];
        for (frame, &speaker) in path.iter().enumerate() {
            frames[speaker] += 1;
            for (window, share) in shares(stretch, frame) {
                given[window][speaker] += share;
            }
        }
        for (window, given) in stretch.windows.iter().zip(given) {
            let voice = window.voice();
            for (sum, share) in sums.iter_mut().zip(given).filter(|(_, share)| *share > 0.0) {
                sum.iter_mut()
                    .zip(&voice)
                    .for_each(|(to, from)| *to += from * share);
            }
        }
    }
    let mut centres: Vec<Voice> = Vec::new();
    let unit = |sum: &Voice| clusters::centre(std::iter::once((sum, 1.0)));
    for (sum, _) in sums
        .iter()
        .zip(frames)
        .filter(|(_, frames)| *frames >= FEWEST)
    {
        let centre = unit(sum);
        if centres
            .iter()
            .all(|other| clusters::alike(other, &centre) < ONE_CENTRE)
        {
            centres.push(centre);
        }
    }
    if centres.is_empty() { before } else { centres }
}
