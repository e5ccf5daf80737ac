//! Products of two 128-bit numbers, and their division by a 128-bit number.

/// `a * b` as high and low half.
#[inline]
pub(crate) fn multiply(a: u128, b: u128) -> (u128, u128) {
    const LOW: u128 = u64::MAX as u128;
    let (a1, a0, b1, b0) = (a >> 64, a & LOW, b >> 64, b & LOW);
    let low = a0 * b0;
    let (middle, carry) = (a1 * b0).overflowing_add(a0 * b1);
    let (low, low_carry) = low.overflowing_add(middle << 64);
    let high = a1 * b1 + (middle >> 64) + (u128::from(carry) << 64) + u128::from(low_carry);
    (high, low)
}

/// Quotient and remainder of `(high, low) / divisor`, where `high < divisor`.
#[inline]
pub(crate) fn divide(high: u128, low: u128, divisor: u128) -> (u128, u128) {
    debug_assert!(high < divisor);
    if high == 0 {
        return (low / divisor, low % divisor);
    }
    // Knuth's algorithm D with two digits of 64 bits.
    let shift = divisor.leading_zeros();
    let divisor = divisor << shift;
    let high = if shift == 0 { high } else { high << shift | low >> (128 - shift) };
    let low = low << shift;
    let (d1, d0) = ((divisor >> 64) as u64, divisor as u64);
    let (q1, rest) = step(high, (low >> 64) as u64, divisor, d1, d0);
    let (q0, rest) = step(rest, low as u64, divisor, d1, d0);
    (u128::from(q1) << 64 | u128::from(q0), rest >> shift)
}

/// One digit of the quotient of `(high, next) / divisor`, and the rest; `high < divisor`, the divisor normalized.
#[inline]
fn step(high: u128, next: u64, divisor: u128, d1: u64, d0: u64) -> (u64, u128) {
    const BASE: u128 = 1 << 64;
    let (mut digit, mut rest) = (high / u128::from(d1), high % u128::from(d1));
    while digit >= BASE || digit * u128::from(d0) > (rest << 64 | u128::from(next)) {
        digit -= 1;
        rest += u128::from(d1);
        if rest >= BASE {
            break;
        }
    }
    // The true rest fits 128 bits, so the arithmetic may wrap.
    let taken = digit.wrapping_mul(divisor);
    (digit as u64, (high << 64 | u128::from(next)).wrapping_sub(taken))
}
