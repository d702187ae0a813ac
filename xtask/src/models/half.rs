//! IEEE 754 binary16, as the model formats store it.

/// The value of a half-precision number.
pub fn to_f32(bits: u16) -> f32 {
    let sign = u32::from(bits >> 15) << 31;
    let exponent = u32::from(bits >> 10 & 0x1f);
    let fraction = u32::from(bits & 0x3ff);
    let magnitude = match (exponent, fraction) {
        (0, _) => {
            return f32::from_bits(sign) + fraction as f32 * f32::from_bits(sign | 0x3380_0000);
        }
        (0x1f, _) => 0x7f80_0000 | fraction << 13,
        _ => (exponent + 112) << 23 | fraction << 13,
    };
    f32::from_bits(sign | magnitude)
}

/// The nearest half-precision number, ties to even.
pub fn from_f32(value: f32) -> u16 {
    let bits = value.to_bits();
    let sign = (bits >> 16 & 0x8000) as u16;
    let magnitude = bits & 0x7fff_ffff;
    if magnitude > 0x7f80_0000 {
        return sign | 0x7e00;
    }
    // Below half of the smallest subnormal everything becomes zero; from 65520 on everything becomes infinity.
    if magnitude >= 0x477f_f000 {
        return sign | 0x7c00;
    }
    let (kept, dropped) = if magnitude < 0x3880_0000 {
        let exponent = magnitude >> 23;
        if exponent < 102 {
            return sign;
        }
        (0x0080_0000 | magnitude & 0x007f_ffff, 126 - exponent)
    } else {
        (magnitude - 0x3800_0000, 13)
    };
    let half = 1_u32 << (dropped - 1);
    let rest = kept & (half * 2 - 1);
    let mut result = kept >> dropped;
    if rest > half || (rest == half && result & 1 == 1) {
        result += 1;
    }
    sign | result as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        for (bits, value) in [
            (0x0000, 0.0),
            (0x8000, -0.0),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0001, 5.960_464_5e-8),
            (0x03ff, 6.097_555e-5),
            (0x0400, 6.103_515_6e-5),
            (0x3555, 0.333_251_95),
            (0x7c00, f32::INFINITY),
        ] {
            assert_eq!(to_f32(bits).to_bits(), f32::to_bits(value), "{bits:#06x}");
            assert_eq!(from_f32(value), bits, "{value}");
        }
    }

    #[test]
    fn every_half_survives_the_way_there_and_back() {
        for bits in 0..=u16::MAX {
            let value = to_f32(bits);
            if value.is_nan() {
                assert!(to_f32(from_f32(value)).is_nan());
            } else {
                assert_eq!(from_f32(value), bits);
            }
        }
    }

    #[test]
    fn between_two_halves_the_nearer_wins_and_ties_go_to_even() {
        for bits in 0..0x7bff_u16 {
            let (low, high) = (to_f32(bits), to_f32(bits + 1));
            let middle = f32::midpoint(low, high);
            let even = if bits.is_multiple_of(2) {
                bits
            } else {
                bits + 1
            };
            assert_eq!(from_f32(middle), even);
            assert_eq!(from_f32(middle.next_down()), bits);
            assert_eq!(from_f32(middle.next_up()), bits + 1);
        }
    }
}
