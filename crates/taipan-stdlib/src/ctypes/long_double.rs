//! `long double` of the x87: a sign, 15 bits of exponent, 64 bits of fraction with the leading one written out, in 16 bytes.
//! Elsewhere it is a number of 128 bits, which this module does not know; see `super::exec`.

const BIAS: i32 = 16383;

/// The number nearest to a long double.
pub fn to_f64(bytes: [u8; 16]) -> f64 {
    let (mut low, mut high) = ([0; 8], [0; 2]);
    low.copy_from_slice(&bytes[..8]);
    high.copy_from_slice(&bytes[8..10]);
    let (fraction, top) = (u64::from_le_bytes(low), u16::from_le_bytes(high));
    let sign = if top >> 15 == 1 { -1.0f64 } else { 1.0 };
    let exponent = i32::from(top & 0x7FFF);
    if exponent == 0x7FFF {
        return if fraction << 1 == 0 { sign * f64::INFINITY } else { f64::NAN.copysign(sign) };
    }
    if fraction == 0 {
        return 0.0f64.copysign(sign);
    }
    // Normalised: the value is fraction / 2^63 * 2^power.
    let zeros = fraction.leading_zeros();
    let fraction = fraction << zeros;
    let power = exponent.max(1) - BIAS - zeros as i32;
    if power > 1023 {
        return sign * f64::INFINITY;
    }
    // How many of the 64 bits a double of this size has room for.
    let kept = if power >= -1022 { 53 } else { 53 - (-1022 - power) };
    if kept < 0 {
        return 0.0f64.copysign(sign);
    }
    let dropped = 64 - kept as u32;
    let mut units = if dropped == 64 { 0 } else { fraction >> dropped };
    let rest = if dropped == 64 { fraction } else { fraction << (64 - dropped) };
    let half = 1u64 << 63;
    if rest > half || rest == half && units & 1 == 1 {
        units += 1;
    }
    // A unit is 2^(power - 63 + dropped); in two steps, for each must be a double.
    let scale = power - 63 + dropped as i32;
    sign * (units as f64 * power_of_two(scale / 2) * power_of_two(scale - scale / 2))
}

fn power_of_two(power: i32) -> f64 {
    f64::from_bits(((power + 1023).clamp(1, 2046) as u64) << 52)
}

/// The long double of a number, exact.
pub fn from_f64(number: f64) -> [u8; 16] {
    let bits = number.to_bits();
    let sign = ((bits >> 63) as u16) << 15;
    let (exponent, fraction) = ((bits >> 52 & 0x7FF) as i32, bits & ((1 << 52) - 1));
    let (top, mantissa) = match (exponent, fraction) {
        (0, 0) => (0, 0),
        (0, _) => {
            let zeros = fraction.leading_zeros();
            ((BIAS - 1022 - (zeros as i32 - 11)) as u16, fraction << zeros)
        }
        (0x7FF, _) => (0x7FFF, 1 << 63 | fraction << 11),
        _ => ((exponent - 1023 + BIAS) as u16, 1 << 63 | fraction << 11),
    };
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&mantissa.to_le_bytes());
    bytes[8..10].copy_from_slice(&(top | sign).to_le_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_survive() {
        let numbers = [
            0.0,
            -0.0,
            1.0,
            -1.5,
            1e300,
            -1e-300,
            f64::MAX,
            f64::MIN_POSITIVE,
            5e-324,
            2.5e-310,
            f64::INFINITY,
            f64::NEG_INFINITY,
            0.1,
            1.0 / 3.0,
        ];
        for number in numbers {
            assert_eq!(to_f64(from_f64(number)).to_bits(), number.to_bits(), "{number}");
        }
        assert!(to_f64(from_f64(f64::NAN)).is_nan());
        assert_eq!(from_f64(1.5)[7..10], [0xC0, 0xFF, 0x3F]);
    }

    #[test]
    fn more_precise_numbers_are_rounded() {
        // 1 + 2^-53 is half way between two doubles, 1 + 2^-53 + 2^-63 is not.
        let mut half = from_f64(1.0);
        half[1] = 0x04;
        assert_eq!(to_f64(half), 1.0);
        half[0] = 0x01;
        assert_eq!(to_f64(half), 1.0 + f64::EPSILON);
        let mut large = from_f64(f64::MAX);
        large[8..10].copy_from_slice(&0x7000u16.to_le_bytes());
        assert_eq!(to_f64(large), f64::INFINITY);
    }
}
