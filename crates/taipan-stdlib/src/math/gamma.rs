//! The gamma function and its logarithm by the Lanczos approximation that CPython uses, so that all digits agree.
//!
//! Source: the comment on `lanczos_sum` in CPython's `mathmodule.c`; the coefficients are Boost's for N = 13.

// The coefficients are given as published.
#![allow(clippy::excessive_precision)]

use std::f64::consts::PI;

const G: f64 = 6.024680040776729583740234375;
const G_MINUS_HALF: f64 = 5.524680040776729583740234375;

#[rustfmt::skip]
const NUMERATOR: [f64; 13] = [
    23531376880.410759688572007674451636754734846804940,
    42919803642.649098768957899047001988850926355848959,
    35711959237.355668049440185451547166705960488635843,
    17921034426.037209699919755754458931112671403265390,
    6039542586.3520280050642916443072979210699388420708,
    1439720407.3117216736632230727949123939715485786372,
    248874557.86205415651146038641322942321632125127801,
    31426415.585400194380614231628318205362874684987640,
    2876370.6289353724412254090516208496135991145378768,
    186056.26539522349504029498971604569928220784236328,
    8071.6720023658162106380029022722506138218516325024,
    210.82427775157934587250973392071336271166969580291,
    2.5066282746310002701649081771338373386264310793408,
];

#[rustfmt::skip]
const DENOMINATOR: [f64; 13] = [
    0.0, 39916800.0, 120543840.0, 150917976.0, 105258076.0, 45995730.0, 13339535.0,
    2637558.0, 357423.0, 32670.0, 1925.0, 66.0, 1.0,
];

/// The largest whole number whose gamma is exact in a float.
const LARGEST_EXACT: f64 = 23.0;

fn lanczos_sum(x: f64) -> f64 {
    let rows = NUMERATOR.iter().zip(&DENOMINATOR);
    let (mut numerator, mut denominator) = (0.0, 0.0);
    if x < 5.0 {
        for (n, d) in rows.rev() {
            numerator = numerator * x + n;
            denominator = denominator * x + d;
        }
    } else {
        for (n, d) in rows {
            numerator = numerator / x + n;
            denominator = denominator / x + d;
        }
    }
    numerator / denominator
}

/// sin(pi * x) for a finite x.
fn sin_pi(x: f64) -> f64 {
    let y = x.abs() % 2.0;
    let sine = match (2.0 * y).round() as u8 {
        0 => (PI * y).sin(),
        1 => (PI * (y - 0.5)).cos(),
        2 => (PI * (1.0 - y)).sin(),
        3 => -(PI * (y - 1.5)).cos(),
        _ => (PI * (y - 2.0)).sin(),
    };
    1f64.copysign(x) * sine
}

/// gamma(x); infinite where it is too large, NaN at the poles.
pub(super) fn gamma(x: f64) -> f64 {
    if !x.is_finite() {
        return if x == f64::NEG_INFINITY { f64::NAN } else { x };
    }
    if x == x.floor() {
        if x <= 0.0 {
            return if x == 0.0 { f64::INFINITY.copysign(x) } else { f64::NAN };
        }
        if x <= LARGEST_EXACT {
            return (1..x as u64).map(|n| n as f64).product();
        }
    }
    let magnitude = x.abs();
    if magnitude < 1e-20 {
        return 1.0 / x;
    }
    if magnitude > 200.0 {
        return if x < 0.0 { 0.0 / sin_pi(x) } else { f64::INFINITY };
    }
    let y = magnitude + G_MINUS_HALF;
    // What rounding has taken from y.
    let lost = if magnitude > G_MINUS_HALF { (y - magnitude) - G_MINUS_HALF } else { (y - G_MINUS_HALF) - magnitude };
    let z = lost * G / y;
    let power = |r: f64, raise: fn(f64, f64) -> f64| {
        if magnitude < 140.0 {
            raise(r, y.powf(magnitude - 0.5))
        } else {
            let root = y.powf(magnitude / 2.0 - 0.25);
            raise(raise(r, root), root)
        }
    };
    if x < 0.0 {
        let r = -PI / sin_pi(magnitude) / magnitude * y.exp() / lanczos_sum(magnitude);
        power(r - z * r, |r, by| r / by)
    } else {
        let r = lanczos_sum(magnitude) / y.exp();
        power(r + z * r, |r, by| r * by)
    }
}

/// The logarithm of the magnitude of gamma(x); infinite at the poles.
pub(super) fn log_gamma(x: f64) -> f64 {
    if !x.is_finite() {
        return if x.is_nan() { x } else { f64::INFINITY };
    }
    if x == x.floor() && x <= 2.0 {
        return if x <= 0.0 { f64::INFINITY } else { 0.0 };
    }
    let magnitude = x.abs();
    if magnitude < 1e-20 {
        return -magnitude.ln();
    }
    let r = lanczos_sum(magnitude).ln() - G + (magnitude - 0.5) * ((magnitude + G - 0.5).ln() - 1.0);
    if x < 0.0 { PI.ln() - sin_pi(magnitude).abs().ln() - magnitude.ln() - r } else { r }
}

#[cfg(test)]
mod tests {
    use super::{gamma, log_gamma};

    /// Values that CPython 3.14 prints.
    #[test]
    fn digits_are_those_of_cpython() {
        assert_eq!(gamma(0.5), 1.7724538509055159);
        assert_eq!(gamma(23.0), 1.1240007277776077e21);
        assert_eq!(gamma(-0.5), -3.544907701811032);
        assert_eq!(gamma(170.5), 5.56209241456e+305);
        assert_eq!(gamma(-150.25), -2.219713930949431e-263);
        assert_eq!(log_gamma(23.5), 50.03349410501915);
        assert_eq!(log_gamma(-3.7), -1.3797399049658248);
    }
}
