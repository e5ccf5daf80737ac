//! The decimal digits of a finite float: shortest, by count, or up to a place; exact and rounded half to even.
//!
//! Rust's formatting is exact and correctly rounded but takes a bounded precision, so it is never asked for more places
//! than a float can fill.

/// A float has at most 767 significant digits and 1074 places after the point.
const MOST_SIGNIFICANT: usize = 770;
const MOST_PLACES: usize = 1080;

/// The value rounded to that many places, and how many zeros are to be added.
pub(super) fn fixed(value: f64, places: usize) -> (String, usize) {
    let shown = places.min(MOST_PLACES);
    (format!("{value:.shown$}"), places - shown)
}

/// Digits without trailing zeros, `0` for zero, with the decimal point after the first `point` of them.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Digits {
    pub text: String,
    pub point: i64,
}

impl Digits {
    fn zero() -> Self {
        Digits { text: "0".to_owned(), point: 1 }
    }

    pub fn is_zero(&self) -> bool {
        self.text == "0"
    }

    pub fn len(&self) -> i64 {
        self.text.len() as i64
    }

    /// From Rust's exponential form, `d.ddde-n`.
    fn from_exponential(mut text: String) -> Self {
        let mut exponent = 0;
        if let Some(at) = text.rfind('e') {
            exponent = text[at + 1..].parse::<i64>().unwrap_or(0);
            text.truncate(at);
        }
        if text.as_bytes().get(1) == Some(&b'.') {
            text.remove(1);
        }
        text.truncate(text.trim_end_matches('0').len());
        if text.is_empty() { Self::zero() } else { Digits { text, point: exponent + 1 } }
    }

    /// Drops zeros on both sides.
    fn trimmed(digits: &str, point: i64) -> Self {
        let without = digits.trim_start_matches('0');
        let point = point - (digits.len() - without.len()) as i64;
        let text = without.trim_end_matches('0');
        if text.is_empty() { Self::zero() } else { Digits { text: text.to_owned(), point } }
    }

    /// The fewest digits that read back as `value`, the nearest to it of those, and of two such the even one.
    pub fn shortest(value: f64) -> Self {
        let digits = Self::from_exponential(format!("{value:e}"));
        // The exact value is in the middle of two texts if it has just one digit more, which then is a 5. As many
        // places as it has binary ones, it has decimal ones. Rust takes the upper of the two.
        let places = digits.len() - digits.point;
        if places + 1 != binary_places(value) || places < 0 {
            return digits;
        }
        let exact = format!("{value:.*e}", digits.text.len());
        let (mantissa, exponent) = exact.split_once('e').unwrap_or((&exact, "0"));
        let lower = mantissa.strip_suffix('5').unwrap_or(mantissa);
        let is_even = lower.bytes().last().is_some_and(|digit| digit % 2 == 0);
        let lower = format!("{lower}e{exponent}");
        if is_even && lower.parse() == Ok(value) { Self::from_exponential(lower) } else { digits }
    }

    /// Rounded to `count` (at least 1) significant digits.
    pub fn significant(value: f64, count: usize) -> Self {
        let places = count.clamp(1, MOST_SIGNIFICANT) - 1;
        Self::from_exponential(format!("{value:.places$e}"))
    }

    /// Rounded to `places` after the point; if negative, to a power of ten.
    pub fn fractional(value: f64, places: i64) -> Self {
        if places >= 0 {
            let (text, _) = fixed(value, places as usize);
            let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
            return Self::trimmed(&format!("{whole}{fraction}"), whole.len() as i64);
        }
        let exact = Self::significant(value, MOST_SIGNIFICANT);
        let kept = exact.point + places;
        if kept < 0 || exact.is_zero() {
            return Self::zero();
        }
        let Some((kept_digits, rest)) = exact.text.split_at_checked(kept as usize) else { return exact };
        let is_odd = kept_digits.bytes().last().is_some_and(|digit| digit % 2 == 1);
        let is_up = match rest.as_bytes() {
            [] => false,
            [b'5'] => is_odd,
            [first, ..] => *first >= b'5',
        };
        if !is_up {
            return Self::trimmed(kept_digits, exact.point);
        }
        // Add one in the last place kept; a leading zero takes the carry.
        let mut digits = format!("0{kept_digits}").into_bytes();
        for digit in digits.iter_mut().rev() {
            if *digit == b'9' {
                *digit = b'0';
            } else {
                *digit += 1;
                break;
            }
        }
        let digits: String = digits.into_iter().map(char::from).collect();
        Self::trimmed(&digits, exact.point + 1)
    }
}

/// The number of binary places after the point that a finite value fills.
fn binary_places(value: f64) -> i64 {
    let bits = value.abs().to_bits();
    match (bits >> 52) as i64 {
        0 => 1074,
        exponent => {
            let mantissa = bits & ((1 << 52) - 1) | 1 << 52;
            (1075 - exponent - i64::from(mantissa.trailing_zeros())).max(0)
        }
    }
}
