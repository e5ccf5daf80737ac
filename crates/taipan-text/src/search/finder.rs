//! Substring search over units of any width, linear in the worst case.
//!
//! Bytes use `memchr::memmem`. Wider units are compared at each occurrence of the needle's first unit; when that has cost
//! more than a few times the text passed, the search goes on with the failure table of Knuth, Morris and Pratt.

use crate::units::Unit;

/// A needle prepared for repeated searches.
pub(super) struct Finder<'n, U> {
    needle: &'n [U],
}

impl<'n, U: Unit> Finder<'n, U> {
    pub fn new(needle: &'n [U]) -> Self {
        Finder { needle }
    }

    /// The first occurrence; the empty needle is at 0.
    pub fn find(&self, haystack: &[U]) -> Option<usize> {
        let needle = self.needle;
        match needle {
            [] => Some(0),
            [unit] => U::position(haystack, *unit),
            _ if needle.len() > haystack.len() => None,
            _ => U::fast_find(haystack, needle)
                .unwrap_or_else(|| find_forward(haystack.len(), |at| haystack[at], needle.len(), |at| needle[at])),
        }
    }
}

/// The last occurrence; the empty needle is at the end.
pub(super) fn rfind<U: Unit>(haystack: &[U], needle: &[U]) -> Option<usize> {
    match needle {
        [] => Some(haystack.len()),
        [unit] => U::last_position(haystack, *unit),
        _ if needle.len() > haystack.len() => None,
        _ => {
            // The same search in the mirror.
            let (last, needle_last) = (haystack.len() - 1, needle.len() - 1);
            let from_end =
                find_forward(haystack.len(), |at| haystack[last - at], needle.len(), |at| needle[needle_last - at])?;
            Some(haystack.len() - from_end - needle.len())
        }
    }
}

/// The first occurrence of `needle` (2 units or more, not longer than the haystack), both read through functions.
fn find_forward<U: Unit>(
    len: usize,
    haystack: impl Fn(usize) -> U,
    needle_len: usize,
    needle: impl Fn(usize) -> U,
) -> Option<usize> {
    let (first, last) = (needle(0), needle(needle_len - 1));
    let mut spent = 0;
    for at in 0..=len - needle_len {
        if haystack(at) != first || haystack(at + needle_len - 1) != last {
            continue;
        }
        let same = (1..needle_len - 1).take_while(|&index| haystack(at + index) == needle(index)).count();
        if same + 2 == needle_len {
            return Some(at);
        }
        spent += same;
        if spent > 4 * (at + 16) {
            let rest = find_with_table(len - at, |index| haystack(at + index), needle_len, needle)?;
            return Some(at + rest);
        }
    }
    None
}

fn find_with_table<U: Unit>(
    len: usize,
    haystack: impl Fn(usize) -> U,
    needle_len: usize,
    needle: impl Fn(usize) -> U,
) -> Option<usize> {
    // For each prefix the length of its longest proper suffix that is a prefix too.
    let mut borders = vec![0; needle_len];
    let mut border = 0;
    for at in 1..needle_len {
        while border > 0 && needle(at) != needle(border) {
            border = borders[border - 1];
        }
        border += usize::from(needle(at) == needle(border));
        borders[at] = border;
    }
    let mut matched = 0;
    for at in 0..len {
        let unit = haystack(at);
        while matched > 0 && unit != needle(matched) {
            matched = borders[matched - 1];
        }
        matched += usize::from(unit == needle(matched));
        if matched == needle_len {
            return Some(at + 1 - needle_len);
        }
    }
    None
}
