//! Digits in groups with separators, padded with zeros that are grouped too.

/// The grouped form of `digits` (ASCII), at least `min_width` wide; `grouping` as in C's `lconv`.
pub(super) fn group_digits(digits: &str, min_width: i64, grouping: &[u8], separator: &str) -> String {
    let separator_width = separator.chars().count() as i64;
    // Pieces from the right: how many zeros stand before how many of the digits.
    let mut pieces: Vec<(usize, &str)> = Vec::new();
    let (mut rest, mut width) = (digits, min_width);
    let mut sizes = grouping.iter();
    let mut size = None;
    loop {
        // The last size repeats; 127 or none at all puts what remains into one group.
        size = match sizes.next() {
            Some(0) | None => size,
            Some(&next) => Some(next),
        };
        let wanted = (rest.len() as i64).max(width).max(1);
        let (len, is_last) = match size {
            Some(size) if size != 127 => (wanted.min(size.into()), false),
            _ => (wanted, true),
        };
        let taken = (rest.len() as i64).min(len) as usize;
        let zeros = len as usize - taken;
        let (before, piece) = rest.split_at(rest.len() - taken);
        pieces.push((zeros, piece));
        rest = before;
        width -= len;
        if is_last || (rest.is_empty() && width <= 0) {
            break;
        }
        width -= separator_width;
    }
    let mut out = String::new();
    for (at, (zeros, piece)) in pieces.iter().rev().enumerate() {
        if at > 0 {
            out.push_str(separator);
        }
        out.extend(std::iter::repeat_n('0', *zeros));
        out.push_str(piece);
    }
    out
}

/// Digits after the point in groups of three from the left.
pub(super) fn group_fraction(digits: &str, separator: &str) -> String {
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && at % 3 == 0 {
            out.push_str(separator);
        }
        out.push(digit);
    }
    out
}
