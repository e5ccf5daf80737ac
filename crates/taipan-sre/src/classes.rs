//! Character knowledge the engine asks its user for: case, Unicode classes, locale.
//!
//! Invariant: the answers for characters below 256 of the non-locale questions never change; they are folded into
//! bitmaps when a program is built.

use crate::opcode::category;

/// Answers about characters. The defaults of the locale questions are those of the C locale.
pub trait Classes {
    /// Simple lower case mapping of a code point (`Py_UNICODE_TOLOWER`).
    fn lower(&self, ch: u32) -> u32;
    /// Simple upper case mapping of a code point (`Py_UNICODE_TOUPPER`).
    fn upper(&self, ch: u32) -> u32;
    /// `str.isalnum` of one code point.
    fn is_alnum(&self, ch: u32) -> bool;
    /// `str.isdecimal` of one code point.
    fn is_decimal(&self, ch: u32) -> bool;
    /// `str.isspace` of one code point.
    fn is_space(&self, ch: u32) -> bool;
    /// Whether `str.splitlines` breaks at this code point.
    fn is_linebreak(&self, ch: u32) -> bool;

    /// C `tolower` in the current locale.
    fn locale_lower(&self, ch: u8) -> u8 {
        ch.to_ascii_lowercase()
    }
    /// C `toupper` in the current locale.
    fn locale_upper(&self, ch: u8) -> u8 {
        ch.to_ascii_uppercase()
    }
    /// C `isalnum` in the current locale.
    fn locale_is_alnum(&self, ch: u8) -> bool {
        ch.is_ascii_alphanumeric()
    }
}

/// Classes that know ASCII only: enough for bytes patterns and for `re.ASCII`.
#[derive(Clone, Copy, Debug, Default)]
pub struct AsciiClasses;

impl Classes for AsciiClasses {
    fn lower(&self, ch: u32) -> u32 {
        ascii_lower(ch)
    }
    fn upper(&self, ch: u32) -> u32 {
        if (u32::from(b'a')..=u32::from(b'z')).contains(&ch) { ch - 32 } else { ch }
    }
    fn is_alnum(&self, ch: u32) -> bool {
        is_ascii(ch, u8::is_ascii_alphanumeric)
    }
    fn is_decimal(&self, ch: u32) -> bool {
        is_ascii(ch, u8::is_ascii_digit)
    }
    fn is_space(&self, ch: u32) -> bool {
        matches!(ch, 9..=13 | 28..=32)
    }
    fn is_linebreak(&self, ch: u32) -> bool {
        matches!(ch, 10..=13 | 28..=30)
    }
}

fn is_ascii(ch: u32, test: fn(&u8) -> bool) -> bool {
    ch < 128 && test(&(ch as u8))
}

/// Lower case of ASCII letters, anything else as it is.
#[inline]
pub(crate) fn ascii_lower(ch: u32) -> u32 {
    if ch.wrapping_sub(u32::from(b'A')) < 26 { ch + 32 } else { ch }
}

/// Lower case in Unicode, ASCII answered without asking.
#[inline]
pub(crate) fn unicode_lower<C: Classes>(classes: &C, ch: u32) -> u32 {
    if ch < 128 { ascii_lower(ch) } else { classes.lower(ch) }
}

/// Lower case in the locale; code points that are no byte stay as they are.
pub(crate) fn locale_lower<C: Classes>(classes: &C, ch: u32) -> u32 {
    u8::try_from(ch).map_or(ch, |byte| classes.locale_lower(byte).into())
}

/// Upper case in the locale; code points that are no byte stay as they are.
pub(crate) fn locale_upper<C: Classes>(classes: &C, ch: u32) -> u32 {
    u8::try_from(ch).map_or(ch, |byte| classes.locale_upper(byte).into())
}

/// Whether `ch` equals the pattern character in either case of the locale.
pub(crate) fn equals_in_locale<C: Classes>(classes: &C, pattern: u32, ch: u32) -> bool {
    ch == pattern || locale_lower(classes, ch) == pattern || locale_upper(classes, ch) == pattern
}

/// Word characters of `re.ASCII` and of bytes patterns.
pub(crate) fn is_ascii_word(ch: u32) -> bool {
    is_ascii(ch, u8::is_ascii_alphanumeric) || ch == u32::from(b'_')
}

/// Word characters of the locale.
pub(crate) fn is_locale_word<C: Classes>(classes: &C, ch: u32) -> bool {
    u8::try_from(ch).is_ok_and(|byte| classes.locale_is_alnum(byte)) || ch == u32::from(b'_')
}

/// Word characters of Unicode.
pub(crate) fn is_unicode_word<C: Classes>(classes: &C, ch: u32) -> bool {
    if ch < 128 { is_ascii_word(ch) } else { classes.is_alnum(ch) }
}

/// Whether `ch` belongs to a category of the pattern code. Unknown categories are empty.
pub(crate) fn in_category<C: Classes>(classes: &C, number: u32, ch: u32) -> bool {
    let positive = match number & !1 {
        category::DIGIT => is_ascii(ch, u8::is_ascii_digit),
        category::SPACE => matches!(ch, 9..=13 | 32),
        category::WORD => is_ascii_word(ch),
        category::LINEBREAK => ch == u32::from(b'\n'),
        category::LOC_WORD => is_locale_word(classes, ch),
        category::UNI_DIGIT => classes.is_decimal(ch),
        category::UNI_SPACE => classes.is_space(ch),
        category::UNI_WORD => is_unicode_word(classes, ch),
        category::UNI_LINEBREAK => classes.is_linebreak(ch),
        _ => return false,
    };
    positive != (number & 1 == 1)
}
