//! `format(number, spec)` for the plain specs of everyday f-strings (`06d`, `x`, `8.3f`), without the general machinery.
//!
//! Only ints of machine size, finite floats, and specs of an optional zero, width, precision and type; everything else is `None`
//! and goes the general way, whose results these are.

use std::fmt::Write;

/// Longest result.
const ROOM: usize = 128;

/// A spec of the plain kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Plain {
    zero: bool,
    width: usize,
    precision: Option<usize>,
    /// The type letter, 0 for none.
    kind: u8,
}

/// Text on the stack.
pub struct Short {
    bytes: [u8; ROOM],
    len: usize,
}

impl Short {
    /// The text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.len]).unwrap_or_default()
    }
}

impl Write for Short {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let end = self.len + text.len();
        self.bytes.get_mut(self.len..end).ok_or(std::fmt::Error)?.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

fn parse(spec: &[u8]) -> Option<Plain> {
    let mut plain = Plain { zero: false, width: 0, precision: None, kind: 0 };
    let mut rest = spec;
    if let [b'0', tail @ ..] = rest {
        plain.zero = true;
        rest = tail;
    }
    let number = |rest: &mut &[u8]| {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let value = rest[..digits].iter().take(4).fold(0, |value, byte| value * 10 + usize::from(byte - b'0'));
        *rest = &rest[digits..];
        (digits, value)
    };
    let (digits, width) = number(&mut rest);
    if digits > 2 {
        return None;
    }
    plain.width = width;
    if let [b'.', tail @ ..] = rest {
        rest = tail;
        let (digits, precision) = number(&mut rest);
        if digits == 0 || digits > 1 {
            return None;
        }
        plain.precision = Some(precision);
    }
    match rest {
        [] => {}
        [kind @ (b'd' | b'x' | b'X' | b'o' | b'b' | b'f')] => plain.kind = *kind,
        _ => return None,
    }
    Some(plain)
}

/// An int in a plain spec.
pub fn format_int(i: i64, spec: &[u8]) -> Option<Short> {
    let plain = parse(spec)?;
    if plain.precision.is_some() || plain.kind == b'f' {
        return None;
    }
    let (sign, magnitude) = (if i < 0 { "-" } else { "" }, i.unsigned_abs());
    let mut digits = empty();
    let written = match plain.kind {
        b'x' => write!(digits, "{magnitude:x}"),
        b'X' => write!(digits, "{magnitude:X}"),
        b'o' => write!(digits, "{magnitude:o}"),
        b'b' => write!(digits, "{magnitude:b}"),
        _ => write!(digits, "{magnitude}"),
    };
    written.ok()?;
    lay_out(plain, sign, digits.as_str())
}

/// A float in a plain spec of type `f`.
pub fn format_float(f: f64, spec: &[u8]) -> Option<Short> {
    let plain = parse(spec)?;
    if plain.kind != b'f' || !f.is_finite() {
        return None;
    }
    let precision = plain.precision.unwrap_or(6);
    let mut digits = empty();
    write!(digits, "{:.precision$}", f.abs()).ok()?;
    lay_out(plain, if f.is_sign_negative() { "-" } else { "" }, digits.as_str())
}

fn empty() -> Short {
    Short { bytes: [0; ROOM], len: 0 }
}

fn lay_out(plain: Plain, sign: &str, digits: &str) -> Option<Short> {
    let mut out = empty();
    let padding = plain.width.saturating_sub(sign.len() + digits.len());
    if !plain.zero {
        for _ in 0..padding {
            out.write_str(" ").ok()?;
        }
    }
    out.write_str(sign).ok()?;
    if plain.zero {
        for _ in 0..padding {
            out.write_str("0").ok()?;
        }
    }
    out.write_str(digits).ok()?;
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Facts of CPython.
    #[test]
    fn formats_as_the_general_way_does() {
        let int = |i, spec: &str| format_int(i, spec.as_bytes()).map(|text| text.as_str().to_owned());
        assert_eq!(int(42, "06d").as_deref(), Some("000042"));
        assert_eq!(int(-42, "06").as_deref(), Some("-00042"));
        assert_eq!(int(-255, "8x").as_deref(), Some("     -ff"));
        assert_eq!(int(5, "0").as_deref(), Some("5"));
        assert_eq!(int(i64::MIN, "b").as_deref().map(str::len), Some(65));
        assert_eq!(int(5, ".3"), None);
        assert_eq!(int(5, ",d"), None);
        assert_eq!(int(5, "<5"), None);
        assert_eq!(int(5, "c"), None);
        assert_eq!(int(5, "999"), None);
        let float = |f, spec: &str| format_float(f, spec.as_bytes()).map(|text| text.as_str().to_owned());
        assert_eq!(float(2.5, ".0f").as_deref(), Some("2"));
        assert_eq!(float(0.125, ".2f").as_deref(), Some("0.12"));
        assert_eq!(float(-0.0, "f").as_deref(), Some("-0.000000"));
        assert_eq!(float(-3.25159, "09.3f").as_deref(), Some("-0003.252"));
        assert_eq!(float(3.0, "8.1f").as_deref(), Some("     3.0"));
        assert_eq!(float(f64::NAN, ".1f"), None);
        assert_eq!(float(1e300, ".1f"), None);
        assert_eq!(float(3.0, ".1"), None);
    }
}
