//! A number and how it is written.

/// Most digits behind the decimal point that are kept exactly.
const MOST_PLACES: usize = 6;

/// A number that is not negative, with at most six decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Number {
    pub whole: u64,
    /// The part behind the decimal point, in millionths.
    millionths: u32,
}

impl Number {
    pub(crate) const fn whole(whole: u64) -> Self {
        let millionths = 0;
        Self { whole, millionths }
    }

    /// With these digits behind the decimal point; none if there are none or too many.
    pub(crate) fn with_decimals(whole: u64, decimals: &str) -> Option<Self> {
        let fits = (1..=MOST_PLACES).contains(&decimals.len());
        if !fits || !decimals.bytes().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        let millionths = format!("{decimals:0<MOST_PLACES$}").parse().ok()?;
        Some(Self { whole, millionths })
    }

    pub(crate) const fn and_a_half(self) -> Self {
        let (whole, millionths) = (self.whole, 500_000);
        Self { whole, millionths }
    }

    pub(crate) const fn is_whole(self) -> bool {
        self.millionths == 0
    }

    /// With a comma between thousands, a digit before the decimal point, and no zero at the end behind it.
    pub(crate) fn written(self) -> String {
        let digits = self.whole.to_string();
        let mut text = String::new();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        if self.millionths > 0 {
            let decimals = format!("{:0MOST_PLACES$}", self.millionths);
            text.push('.');
            text.push_str(decimals.trim_end_matches('0'));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::Number;

    #[test]
    fn numbers_are_written_so_that_no_zero_misleads() {
        for (whole, decimals, written) in [
            (0, "5", "0.5"),
            (0, "125", "0.125"),
            (2, "50", "2.5"),
            (7, "0", "7"),
            (1_000, "0", "1,000"),
            (1_234_567, "05", "1,234,567.05"),
        ] {
            let number = Number::with_decimals(whole, decimals).unwrap();
            assert_eq!(number.written(), written);
        }
        assert!(Number::with_decimals(1, "").is_none());
        assert!(Number::with_decimals(1, "1234567").is_none());
    }
}
