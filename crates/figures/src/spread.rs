use serde::Serialize;

/// Where values lie: the middle one, and the middle half of them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// How many there are.
    pub count: usize,
    /// The lower quartile: a quarter of them lies below.
    pub lower: f64,
    /// The median.
    pub median: f64,
    /// The upper quartile: a quarter of them lies above.
    pub upper: f64,
}

impl Spread {
    /// Of these values, what is no number left out; `None` if there is none. Quantiles between two
    /// values are interpolated (type 7 of R. J. Hyndman and Y. Fan, 1996).
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values
            .into_iter()
            .filter(|value| value.is_finite())
            .collect();
        values.sort_by(f64::total_cmp);
        Some(Self {
            count: values.len(),
            lower: quantile(&values, 0.25)?,
            median: quantile(&values, 0.5)?,
            upper: quantile(&values, 0.75)?,
        })
    }
}

fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let place = share * last as f64;
    let below = place.floor();
    let (low, high) = (
        sorted.get(below as usize)?,
        sorted.get(place.ceil() as usize)?,
    );
    Some(low + (high - low) * (place - below))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_as_counted_by_hand() {
        let of = |values: &[f64]| {
            Spread::of(values.iter().copied())
                .map(|found| (found.count, found.lower, found.median, found.upper))
        };
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[f64::NAN]), None);
        assert_eq!(of(&[7.0]), Some((1, 7.0, 7.0, 7.0)));
        assert_eq!(of(&[3.0, 1.0]), Some((2, 1.5, 2.0, 2.5)));
        assert_eq!(of(&[5.0, 1.0, 3.0, 2.0, 4.0]), Some((5, 2.0, 3.0, 4.0)));
        assert_eq!(
            of(&[1.0, 2.0, 3.0, 4.0, f64::INFINITY]),
            Some((4, 1.75, 2.5, 3.25))
        );
    }
}
