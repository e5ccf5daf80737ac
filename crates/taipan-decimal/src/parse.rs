//! Decimal numbers from text.

use crate::coefficient::Coefficient;
use crate::context::{Context, EXP_CLAMP, EXP_INF};
use crate::number::{Decimal, Kind};
use crate::status::Status;

/// Takes `name` off the start, in either case.
fn strip_name<'a>(text: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let (head, rest) = text.split_at_checked(name.len())?;
    head.eq_ignore_ascii_case(name).then_some(rest)
}

impl Decimal {
    /// The number of an ASCII text, rounded to the context. Text that is no number is a NaN and `ConversionSyntax`.
    pub fn parse(text: &[u8], context: &Context, status: &mut Status) -> Decimal {
        match parse(text, context) {
            Some(mut number) => {
                number.finalize(context, status);
                number
            }
            None => Decimal::error(Status::CONVERSION_SYNTAX, status),
        }
    }

    /// The number of an ASCII text; what no number can hold exactly is `InvalidOperation`.
    pub fn parse_exact(text: &[u8], max_digits: i64, status: &mut Status) -> Decimal {
        Decimal::parse(text, &Context::max(max_digits), status).exact(status)
    }

    /// This number if nothing was lost in making it, else a NaN and `InvalidOperation`; keeps errors only.
    pub fn exact(self, status: &mut Status) -> Decimal {
        let lost = status.has(Status::INEXACT | Status::ROUNDED | Status::CLAMPED);
        *status = *status & Status::ERRORS;
        if lost { Decimal::error(Status::INVALID_OPERATION, status) } else { self }
    }
}

fn parse(text: &[u8], context: &Context) -> Option<Decimal> {
    let (negative, text) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    if text.first()?.is_ascii_alphabetic() {
        return parse_special(negative, text, context);
    }
    let end = text.iter().position(|byte| matches!(byte, b'e' | b'E')).unwrap_or(text.len());
    let (mantissa, exponent) = text.split_at(end);
    let exponent = match exponent {
        [] => 0,
        [_, exponent @ ..] => parse_exponent(exponent)?,
    };
    let point = mantissa.iter().position(|byte| *byte == b'.');
    let (coefficient, fraction) = match point {
        None => (coefficient_of(mantissa)?, 0),
        Some(point) => {
            let mut digits = Vec::with_capacity(mantissa.len());
            digits.extend_from_slice(&mantissa[..point]);
            digits.extend_from_slice(&mantissa[point + 1..]);
            (coefficient_of(&digits)?, mantissa.len() - point - 1)
        }
    };
    let exp = exponent.saturating_sub(fraction as i64).clamp(EXP_CLAMP, EXP_INF);
    Some(Decimal::new(negative, coefficient, exp))
}

fn coefficient_of(digits: &[u8]) -> Option<Coefficient> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    Coefficient::from_digits(&digits[zeros..])
}

/// An exponent, saturating at the limits of 64 bits.
fn parse_exponent(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number =
        digits.iter().fold(0i64, |number, digit| number.saturating_mul(10).saturating_add(i64::from(digit - b'0')));
    Some(if negative { -number } else { number })
}

fn parse_special(negative: bool, text: &[u8], context: &Context) -> Option<Decimal> {
    if let Some(rest) = strip_name(text, b"inf") {
        let is_whole = rest.is_empty() || rest.eq_ignore_ascii_case(b"inity");
        return is_whole.then_some(Decimal::infinity(negative));
    }
    let (kind, payload) = match strip_name(text, b"nan") {
        Some(payload) => (Kind::QuietNan, payload),
        None => (Kind::SignalingNan, strip_name(text, b"snan")?),
    };
    if !payload.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let zeros = payload.iter().take_while(|digit| **digit == b'0').count();
    let digits = &payload[zeros..];
    if digits.len() as i64 > context.payload_digits() {
        return None;
    }
    Some(Decimal { negative, kind, exp: 0, coefficient: Coefficient::from_digits(digits)? })
}
