//! The text of decimal numbers: scientific and engineering notation, and the forms formatting is made of.

use crate::number::{Decimal, Kind};

/// How a number is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Notation {
    /// An exponent where the number is far from 1.
    Scientific,
    /// As scientific, with exponents that are multiples of three.
    Engineering,
    /// Always an exponent; the point after so many digits.
    Exponent(i64),
    /// Never an exponent.
    Fixed,
}

impl Decimal {
    /// The text `str` gives.
    pub fn to_scientific(&self, capitals: bool) -> String {
        self.to_text(Notation::Scientific, capitals)
    }

    /// The text `to_eng_string` gives.
    pub fn to_engineering(&self, capitals: bool) -> String {
        self.to_text(Notation::Engineering, capitals)
    }

    /// The text in a notation, with `-` for negative numbers. The caller has seen to it that there is memory for it.
    pub(crate) fn to_text(&self, notation: Notation, capitals: bool) -> String {
        let mut text = String::new();
        if self.negative {
            text.push('-');
        }
        match self.kind {
            Kind::Infinite => text.push_str("Infinity"),
            Kind::QuietNan | Kind::SignalingNan => {
                text.push_str(if self.kind == Kind::QuietNan { "NaN" } else { "sNaN" });
                if !self.coefficient.is_zero() {
                    text.push_str(&self.coefficient.to_decimal());
                }
            }
            Kind::Finite => self.push_finite(&mut text, notation, capitals),
        }
        text
    }

    fn push_finite(&self, text: &mut String, notation: Notation, capitals: bool) {
        let digits = self.coefficient.to_decimal();
        let count = digits.len() as i64;
        // Digits left of the point if there were no exponent.
        let left = count + self.exp;
        let point = match notation {
            Notation::Exponent(point) => point,
            Notation::Fixed => left,
            _ if self.exp <= 0 && left > -6 => left,
            Notation::Scientific => 1,
            Notation::Engineering if self.coefficient.is_zero() => (self.exp + 2).rem_euclid(3) - 1,
            Notation::Engineering => 1 + (left - 1).rem_euclid(3),
        };
        text.reserve(digits.len() + 24);
        if point <= 0 {
            text.push_str("0.");
            text.extend(std::iter::repeat_n('0', point.unsigned_abs() as usize));
            text.push_str(&digits);
        } else if point >= count {
            text.push_str(&digits);
            text.extend(std::iter::repeat_n('0', (point - count) as usize));
        } else {
            let (whole, fraction) = digits.split_at(point as usize);
            text.push_str(whole);
            text.push('.');
            text.push_str(fraction);
        }
        if left != point || matches!(notation, Notation::Exponent(_)) {
            let exponent = left - point;
            text.push(if capitals { 'E' } else { 'e' });
            text.push(if exponent < 0 { '-' } else { '+' });
            text.push_str(&exponent.unsigned_abs().to_string());
        }
    }
}
