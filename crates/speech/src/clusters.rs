//! How many speakers there are, and what each sounds like.

use crate::voice_encoder::{Voice, WIDTH};

/// Two groups of windows belong to one speaker if their voices are this alike on average. Windows
/// of one voice are at 0.75 to 0.85, of two voices at 0.4 to 0.7 (measured on the sample visits
/// and on a telephone conversation).
const SAME: f32 = 0.71;
/// Centres this alike are one speaker's.
pub(crate) const ONE_CENTRE: f32 = 0.9;
/// A speaker has spoken for so long, in windows' reliable seconds, or for such a share of all.
const LEAST: f32 = 4.0;
const LEAST_SHARE: f32 = 0.12;
/// More are not told apart.
pub(crate) const MOST: usize = 4;

/// A window's voice and how far it can be relied on, in seconds of speech.
pub(crate) type Sample = (Voice, f32);

/// The speakers' centres, those who have spoken longest first; one at least unless there is
/// nothing to go by. Takes time with the square of the number of samples.
pub(crate) fn centres(samples: &[Sample]) -> Vec<Voice> {
    let groups = groups(samples);
    let mut groups: Vec<(f32, &Vec<usize>)> = groups
        .iter()
        .map(|group| (group.iter().map(|&i| samples[i].1).sum(), group))
        .collect();
    groups.sort_by(|a, b| b.0.total_cmp(&a.0));
    let whole: f32 = samples.iter().map(|sample| sample.1).sum();
    let least = LEAST.min(whole * LEAST_SHARE);
    let speakers = groups.iter().filter(|(length, _)| *length >= least).count();
    groups.truncate(speakers.clamp(1, MOST));
    groups
        .iter()
        .map(|(_, group)| centre(group.iter().map(|&i| (&samples[i].0, samples[i].1))))
        .collect()
}

/// The direction of the weighted sum.
pub(crate) fn centre<'a>(voices: impl Iterator<Item = (&'a Voice, f32)>) -> Voice {
    let mut sum = [0.0; WIDTH];
    for (voice, weight) in voices {
        for (to, from) in sum.iter_mut().zip(voice) {
            *to += from * weight;
        }
    }
    let length = alike(&sum, &sum).sqrt().max(1e-9);
    sum.map(|x| x / length)
}

/// Cosine of two unit vectors.
pub(crate) fn alike(a: &Voice, b: &Voice) -> f32 {
    // Sixteen sums side by side, so that the compiler vectorises them.
    let mut sums = [0.0_f32; 16];
    for (a, b) in a.as_chunks::<16>().0.iter().zip(b.as_chunks::<16>().0) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += a * b;
        }
    }
    sums.iter().sum()
}

/// Joins the two groups that are most alike on average (weighted by length) until none are alike
/// enough: agglomerative clustering with average linkage.
fn groups(samples: &[Sample]) -> Vec<Vec<usize>> {
    let many = samples.len();
    let mut weight: Vec<f32> = samples.iter().map(|sample| sample.1.max(1e-3)).collect();
    let mut groups: Vec<Vec<usize>> = (0..many).map(|i| vec![i]).collect();
    let mut similar = vec![f32::MIN; many * many];
    for i in 0..many {
        for j in 0..i {
            let value = alike(&samples[i].0, &samples[j].0);
            similar[i * many + j] = value;
            similar[j * many + i] = value;
        }
    }
    let nearest = |similar: &[f32], i: usize| {
        let row = &similar[i * many..(i + 1) * many];
        (0..many)
            .max_by(|&a, &b| row[a].total_cmp(&row[b]))
            .unwrap_or(i)
    };
    let mut next: Vec<usize> = (0..many).map(|i| nearest(&similar, i)).collect();
    let mut alive: Vec<usize> = (0..many).collect();
    while alive.len() > 1 {
        let value = |i: usize| similar[i * many + next[i]];
        let Some(&a) = alive
            .iter()
            .max_by(|&&x, &&y| value(x).total_cmp(&value(y)))
        else {
            break;
        };
        let b = next[a];
        if similar[a * many + b] < SAME {
            break;
        }
        for &other in &alive {
            if other != a && other != b {
                let joined = (similar[a * many + other] * weight[a]
                    + similar[b * many + other] * weight[b])
                    / (weight[a] + weight[b]);
                similar[a * many + other] = joined;
                similar[other * many + a] = joined;
            }
        }
        for other in 0..many {
            similar[b * many + other] = f32::MIN;
            similar[other * many + b] = f32::MIN;
        }
        weight[a] += weight[b];
        let moved = std::mem::take(&mut groups[b]);
        groups[a].extend(moved);
        alive.retain(|&other| other != b);
        for &other in &alive {
            if other == a || next[other] == a || next[other] == b {
                next[other] = nearest(&similar, other);
            } else if similar[other * many + a] > similar[other * many + next[other]] {
                next[other] = a;
            }
        }
    }
    groups.retain(|group| !group.is_empty());
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A voice in a direction of its own, with the part that all voices share and some noise.
    fn voice(speaker: usize, seed: usize) -> Voice {
        let mut voice = [0.01; WIDTH];
        for (i, x) in voice.iter_mut().enumerate() {
            if i % 8 == speaker {
                *x += 0.15;
            }
            *x += ((i * 7919 + seed * 104_729) % 101) as f32 * 2e-4;
        }
        centre(std::iter::once((&voice, 1.0)))
    }

    fn sounds(of: &[usize]) -> Vec<Sample> {
        let voices = of.iter().enumerate();
        voices
            .map(|(n, &speaker)| (voice(speaker, n), 0.4))
            .collect()
    }

    fn count(of: &[usize]) -> usize {
        centres(&sounds(of)).len()
    }

    #[test]
    fn as_many_speakers_as_there_are() {
        assert_eq!(count(&[]), 0);
        assert_eq!(count(&[1; 40]), 1);
        let two: Vec<usize> = (0..60).map(|n| n / 10 % 2).collect();
        assert_eq!(count(&two), 2);
        let four: Vec<usize> = (0..120).map(|n| n / 10 % 4).collect();
        assert_eq!(count(&four), 4);
        let six: Vec<usize> = (0..240).map(|n| n / 10 % 6).collect();
        assert_eq!(count(&six), MOST);
    }

    #[test]
    fn who_has_spoken_longest_comes_first_and_a_stray_sound_is_no_speaker() {
        let mut of = [vec![2; 30], vec![1; 60]].concat();
        of.extend([5, 5]);
        let centres = centres(&sounds(&of));
        assert_eq!(centres.len(), 2);
        assert!(alike(&centres[0], &voice(1, 0)) > 0.95);
        assert!(alike(&centres[1], &voice(2, 0)) > 0.95);
    }
}
