//! The mel filter bank that Whisper's front end multiplies the power spectrum with.
//!
//! Slaney, "Auditory Toolbox" (1998): linear below 1 kHz (200/3 Hz a mel), logarithmic above (27 steps for a factor of 6.4),
//! triangular bands, each scaled to unit area.

/// Number of bands.
pub const BANDS: usize = 80;
/// Number of frequency bins of a 400-point transform.
pub const BINS: usize = 201;
/// Highest frequency, Hz.
const TOP: f64 = 8_000.0;

fn to_mel(hertz: f64) -> f64 {
    if hertz < 1_000.0 {
        hertz * 3.0 / 200.0
    } else {
        15.0 + (hertz / 1_000.0).ln() * 27.0 / 6.4_f64.ln()
    }
}

fn to_hertz(mel: f64) -> f64 {
    if mel < 15.0 {
        mel * 200.0 / 3.0
    } else {
        1_000.0 * (6.4_f64.ln() / 27.0 * (mel - 15.0)).exp()
    }
}

/// The weights, band after band, [`BINS`] each.
pub fn filters() -> Vec<f32> {
    let step = to_mel(TOP) / (BANDS + 1) as f64;
    let edges: Vec<f64> = (0..BANDS + 2)
        .map(|n| {
            if n == BANDS + 1 {
                to_mel(TOP)
            } else {
                n as f64 * step
            }
        })
        .map(to_hertz)
        .collect();
    let mut weights = Vec::with_capacity(BANDS * BINS);
    for band in 0..BANDS {
        let (low, middle, high) = (edges[band], edges[band + 1], edges[band + 2]);
        for bin in 0..BINS {
            let hertz = bin as f64 * (TOP / (BINS - 1) as f64);
            let rising = (hertz - low) / (middle - low);
            let falling = (high - hertz) / (high - middle);
            let weight = rising.min(falling) * (2.0 / (high - low));
            // Not `max`, which may leave a negative zero: the same bytes on every machine.
            weights.push(if weight > 0.0 { weight as f32 } else { 0.0 });
        }
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of `librosa.filters.mel(sr=16000, n_fft=400, n_mels=80)`, which Whisper was trained with.
    #[test]
    fn the_weights_are_those_of_the_training_front_end() {
        let weights = filters();
        assert_eq!(weights.len(), BANDS * BINS);
        for (band, bin, value) in [
            (0, 0, 0.0),
            (0, 1, 0.024_862_594),
            (1, 1, 0.001_990_821),
            (1, 2, 0.022_871_772),
            (2, 3, 0.020_880_95),
        ] {
            let found = weights[band * BINS + bin];
            assert!(
                (found - value).abs() < 1e-7,
                "band {band} bin {bin}: {found}"
            );
        }
    }

    #[test]
    fn every_band_has_unit_area_and_one_peak() {
        let weights = filters();
        for band in 0..BANDS {
            let row = &weights[band * BINS..][..BINS];
            let peak = (0..BINS)
                .max_by(|a, b| row[*a].total_cmp(&row[*b]))
                .unwrap_or_default();
            assert!(
                row[..peak].is_sorted() && row[peak..].iter().rev().is_sorted(),
                "band {band}"
            );
            // 40 Hz a bin; the narrow bands are only two or three bins wide.
            let area: f32 = row.iter().sum::<f32>() * 40.0;
            assert!((area - 1.0).abs() < 0.4, "band {band}: {area}");
        }
    }
}
