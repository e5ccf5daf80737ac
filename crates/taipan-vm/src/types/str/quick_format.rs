//! `format(number, spec)` for the plain specs of everyday f-strings (`06d`, `x`, `8.3f`), without the general machinery.
//!
//! Only ints of machine size, finite floats, and specs of an optional zero, width, precision and type; everything else is `None`
//! and goes the general way, whose results these are.

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

/// ASCII text on the stack, written from its end.
pub struct Short {
    bytes: [u8; ROOM],
    start: usize,
}

impl Short {
    /// The text.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    fn len(&self) -> usize {
        ROOM - self.start
    }

    /// Puts a character before the text. Digits and widths of plain specs leave room.
    #[inline(always)]
    fn push(&mut self, byte: u8) {
        if let Some(at) = self.start.checked_sub(1) {
            self.bytes[at] = byte;
            self.start = at;
        }
    }

    /// Puts the digits of a number before the text.
    fn push_digits(&mut self, mut number: u64, base: u64, letters: &[u8; 16]) {
        loop {
            self.push(letters[(number % base) as usize & 15]);
            number /= base;
            if number == 0 {
                break;
            }
        }
    }

    fn push_decimal(&mut self, mut number: u64) {
        loop {
            self.push(b'0' + (number % 10) as u8);
            number /= 10;
            if number == 0 {
                break;
            }
        }
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
#[inline]
pub fn format_int(i: i64, spec: &[u8]) -> Option<Short> {
    let plain = parse(spec)?;
    if plain.precision.is_some() || plain.kind == b'f' {
        return None;
    }
    let magnitude = i.unsigned_abs();
    let mut out = Short { bytes: [0; ROOM], start: ROOM };
    let (lower, upper) = (b"0123456789abcdef", b"0123456789ABCDEF");
    match plain.kind {
        b'x' => out.push_digits(magnitude, 16, lower),
        b'X' => out.push_digits(magnitude, 16, upper),
        b'o' => out.push_digits(magnitude, 8, lower),
        b'b' => out.push_digits(magnitude, 2, lower),
        _ => out.push_decimal(magnitude),
    }
    lay_out(plain, i < 0, &mut out);
    Some(out)
}

/// A float in a plain spec of type `f`.
#[inline]
pub fn format_float(f: f64, spec: &[u8]) -> Option<Short> {
    let plain = parse(spec)?;
    if plain.kind != b'f' || !f.is_finite() {
        return None;
    }
    let precision = plain.precision.unwrap_or(6);
    let mut number = scaled(f.abs(), precision)?;
    let mut out = Short { bytes: [0; ROOM], start: ROOM };
    for _ in 0..precision {
        out.push(b'0' + (number % 10) as u8);
        number /= 10;
    }
    if precision > 0 {
        out.push(b'.');
    }
    out.push_decimal(number);
    lay_out(plain, f.is_sign_negative(), &mut out);
    Some(out)
}

/// `f * 10**precision` rounded half to even, if it is a machine word: a float is a 53-bit number times a power of two, so the
/// product has no more than 83 bits before the shift.
fn scaled(f: f64, precision: usize) -> Option<u64> {
    let bits = f.to_bits();
    let (exponent, fraction) = ((bits >> 52 & 0x7FF) as i32, bits & ((1 << 52) - 1));
    let (mantissa, shift) = if exponent == 0 { (fraction, -1074) } else { (fraction | 1 << 52, exponent - 1075) };
    let product = u128::from(mantissa) * u128::from(10u64.checked_pow(precision as u32).filter(|_| precision < 10)?);
    let rounded = match u32::try_from(shift) {
        Ok(left) => (left <= 40).then(|| product << left)?,
        Err(_) => match shift.unsigned_abs() {
            right @ ..=127 => {
                let (floor, half) = (product >> right, 1u128 << (right - 1));
                let rest = product & ((1 << right) - 1);
                floor + u128::from(rest > half || rest == half && floor & 1 == 1)
            }
            _ => 0,
        },
    };
    u64::try_from(rounded).ok()
}

fn lay_out(plain: Plain, negative: bool, out: &mut Short) {
    let width = plain.width;
    if plain.zero {
        while out.len() + usize::from(negative) < width {
            out.push(b'0');
        }
    }
    if negative {
        out.push(b'-');
    }
    while out.len() < width {
        out.push(b' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Facts of CPython.
    #[test]
    fn formats_as_the_general_way_does() {
        let int = |i, spec: &str| {
            format_int(i, spec.as_bytes()).map(|text| String::from_utf8_lossy(text.as_bytes()).into_owned())
        };
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
        let float = |f, spec: &str| {
            format_float(f, spec.as_bytes()).map(|text| String::from_utf8_lossy(text.as_bytes()).into_owned())
        };
        assert_eq!(float(2.5, ".0f").as_deref(), Some("2"));
        assert_eq!(float(0.125, ".2f").as_deref(), Some("0.12"));
        assert_eq!(float(-0.0, "f").as_deref(), Some("-0.000000"));
        assert_eq!(float(-3.25159, "09.3f").as_deref(), Some("-0003.252"));
        assert_eq!(float(3.0, "8.1f").as_deref(), Some("     3.0"));
        assert_eq!(float(f64::NAN, ".1f"), None);
        assert_eq!(float(1e300, ".1f"), None);
        assert_eq!(float(3.0, ".1"), None);
        assert_eq!(float(0.5, ".0f").as_deref(), Some("0"));
        assert_eq!(float(1.5, ".0f").as_deref(), Some("2"));
        assert_eq!(float(5e-324, ".9f").as_deref(), Some("0.000000000"));
        assert_eq!(float(1e-7, ".6f").as_deref(), Some("0.000000"));
        assert_eq!(float(0.0000005, ".6f").as_deref(), Some("0.000000"));
        assert_eq!(float(0.0000015, ".6f").as_deref(), Some("0.000002"));
        assert_eq!(float(1.005, ".2f").as_deref(), Some("1.00"));
        assert_eq!(float(9.9999999999, ".9f").as_deref(), Some("10.000000000"));
        assert_eq!(float(12345678.9, ".3f").as_deref(), Some("12345678.900"));
        assert_eq!(float(9007199254740993.0, ".1f").as_deref(), Some("9007199254740992.0"));
    }
}
