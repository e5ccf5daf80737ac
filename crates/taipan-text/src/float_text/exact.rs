//! Exact values of floats: integer ratios, rounding to places and to integers.

use dashu_int::{IBig, Sign, UBig};

use super::digits::Digits;
use crate::int_math;

/// `float.as_integer_ratio`: numerator and denominator in lowest terms; `None` for infinities
/// (`OverflowError("cannot convert Infinity to integer ratio")`) and NaN
/// (`ValueError("cannot convert NaN to integer ratio")`).
pub fn integer_ratio(value: f64) -> Option<(IBig, IBig)> {
    if !value.is_finite() {
        return None;
    }
    let bits = value.abs().to_bits();
    let (mut mantissa, mut exponent) = match bits >> 52 {
        0 => (bits, -1074),
        exponent => (bits & ((1 << 52) - 1) | 1 << 52, exponent as i64 - 1075),
    };
    if mantissa == 0 {
        return Some((IBig::ZERO, IBig::ONE));
    }
    let zeros = mantissa.trailing_zeros();
    mantissa >>= zeros;
    exponent += i64::from(zeros);
    let sign = if value < 0.0 { Sign::Negative } else { Sign::Positive };
    let up = UBig::from(mantissa) << exponent.max(0) as usize;
    let down = UBig::ONE << (-exponent).max(0) as usize;
    Some((IBig::from_parts(sign, up), down.into()))
}

/// `OverflowError("rounded value too large to represent")`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RoundError;

impl RoundError {
    /// The message of the `OverflowError`.
    pub const MESSAGE: &'static str = "rounded value too large to represent";
}

/// `round(float, places)`: the float nearest to the value rounded to that many decimal places, ties to even.
pub fn round_to_digits(value: f64, places: i64) -> Result<f64, RoundError> {
    if !value.is_finite() || places > 323 {
        return Ok(value);
    }
    if places < -308 {
        return Ok(0.0 * value);
    }
    let digits = Digits::fractional(value.abs(), places);
    let exponent = digits.point - digits.len();
    let rounded = format!("{}e{exponent}", digits.text).parse::<f64>().map_err(|_| RoundError)?;
    if rounded.is_infinite() {
        return Err(RoundError);
    }
    Ok(rounded.copysign(value))
}

/// `round(float)`: the nearest integer, ties to even; `None` for infinities and NaN.
pub fn round_to_int(value: f64) -> Option<IBig> {
    int_math::from_float(value.round_ties_even())
}
