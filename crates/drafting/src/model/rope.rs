//! Rotary positions (Su et al., 2021): cosines and sines per position, made as they are needed.

/// How pairs of values are chosen within a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pairing {
    /// Values `i` and `i + n/2`.
    Halves,
    /// Values `2i` and `2i + 1`.
    Neighbours,
}

/// The rotation of one layer kind.
pub(super) struct Rope {
    /// Radians per position, one per pair.
    speeds: Vec<f64>,
    pub(super) pairing: Pairing,
    cos: Vec<f32>,
    sin: Vec<f32>,
}

impl Rope {
    /// `width` values of each head turn, the first pair at one radian per position and the others
    /// slower by powers of `base`; `factors` divide the speeds (Llama 3's `rope_freqs`), and
    /// `stretch` divides all of them (linear scaling).
    pub(super) fn new(
        width: usize,
        base: f64,
        factors: Option<&[f32]>,
        stretch: f64,
        pairing: Pairing,
    ) -> Self {
        let speeds = (0..width / 2)
            .map(|pair| {
                let factor = factors
                    .and_then(|f| f.get(pair))
                    .map_or(1.0, |&f| f64::from(f));
                base.powf(-2.0 * pair as f64 / width as f64) / factor / stretch
            })
            .collect();
        Self {
            speeds,
            pairing,
            cos: Vec::new(),
            sin: Vec::new(),
        }
    }

    /// Makes the table long enough for positions below `length`.
    pub(super) fn reach(&mut self, length: usize) {
        let have = self.cos.len() / self.speeds.len().max(1);
        for position in have..length {
            for speed in &self.speeds {
                let angle = position as f64 * speed;
                self.cos.push(angle.cos() as f32);
                self.sin.push(angle.sin() as f32);
            }
        }
    }

    /// Cosines and sines of a position that was reached.
    pub(super) fn at(&self, position: usize) -> (&[f32], &[f32]) {
        let pairs = self.speeds.len();
        let range = position * pairs..(position + 1) * pairs;
        (&self.cos[range.clone()], &self.sin[range])
    }

    /// Values of a head that turn.
    pub(super) fn width(&self) -> usize {
        self.speeds.len() * 2
    }
}
