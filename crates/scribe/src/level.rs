use crate::Event;

/// The lowest level that is told, for digital silence.
const FLOOR_DBFS: f32 = -100.0;

/// Samples for one reading: a tenth of a second.
const WINDOW: usize = visit::SAMPLE_RATE as usize / 10;

/// Turns sound into level readings, ten a second.
#[derive(Default)]
pub(crate) struct Meter {
    samples: usize,
    sum_of_squares: f64,
    peak: f32,
}

impl Meter {
    /// Takes sound (full scale ±1) and calls `tell` for every tenth of a second that it completes.
    pub(crate) fn take(&mut self, sound: &[f32], mut tell: impl FnMut(Event)) {
        for &sample in sound {
            self.samples += 1;
            self.sum_of_squares += f64::from(sample) * f64::from(sample);
            self.peak = self.peak.max(sample.abs());
            if self.samples == WINDOW {
                let rms = (self.sum_of_squares / WINDOW as f64).sqrt() as f32;
                tell(Event::Level {
                    dbfs: dbfs(rms),
                    peak_dbfs: dbfs(self.peak),
                });
                *self = Self::default();
            }
        }
    }
}

fn dbfs(amplitude: f32) -> f32 {
    if amplitude > 0.0 {
        (20.0 * amplitude.log10()).clamp(FLOOR_DBFS, 0.0)
    } else {
        FLOOR_DBFS
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic)]
    use super::*;

    fn readings(sound: &[f32]) -> Vec<(f32, f32)> {
        let mut out = Vec::new();
        Meter::default().take(sound, |event| match event {
            Event::Level { dbfs, peak_dbfs } => out.push((dbfs, peak_dbfs)),
            other => panic!("{other:?}"),
        });
        out
    }

    #[test]
    fn a_full_scale_sine_reads_minus_three_and_zero() {
        let sine: Vec<f32> = (0..1600)
            .map(|n| (n as f32 * std::f32::consts::TAU / 16.0).sin())
            .collect();
        let (rms, peak) = readings(&sine)[0];
        assert!(
            (rms + 3.01).abs() < 0.05 && peak.abs() < 0.05,
            "{rms} {peak}"
        );
    }

    #[test]
    fn silence_reads_the_floor() {
        assert_eq!(readings(&[0.0; 3200]), [(FLOOR_DBFS, FLOOR_DBFS); 2]);
    }
}
