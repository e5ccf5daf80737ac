//! Character sets: the item list of `IN` and of `INFO`, kept as code, with a bitmap for characters below 256.
//!
//! Invariant: unless the set depends on the locale, bit `c` of the bitmap equals membership of `c` as the item list
//! gives it, so the list is only consulted for wider characters.

use crate::classes::{Classes, ascii_lower, in_category, locale_lower, locale_upper, unicode_lower};
use crate::opcode::{category, op};

/// How a character is mapped before a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fold {
    None,
    Ascii,
    Unicode,
    Locale,
}

/// A set of characters.
#[derive(Clone, Debug)]
pub(crate) struct Set {
    latin: [u64; 4],
    items: Box<[u32]>,
    fold: Fold,
    in_locale: bool,
}

impl Set {
    /// A set from its item list, which ends with `FAILURE`.
    pub(crate) fn new<C: Classes>(items: &[u32], fold: Fold, classes: &C) -> Set {
        let mut set =
            Set { latin: [0; 4], items: items.into(), fold, in_locale: fold == Fold::Locale || mentions_locale(items) };
        if !set.in_locale {
            for ch in 0..256 {
                if set.contains_wide(classes, ch) {
                    set.latin[ch as usize >> 6] |= 1 << (ch & 63);
                }
            }
        }
        set
    }

    /// Whether membership can change with the locale.
    pub(crate) fn in_locale(&self) -> bool {
        self.in_locale
    }

    /// Whether `ch` is a member.
    #[inline]
    pub(crate) fn contains<C: Classes>(&self, classes: &C, ch: u32) -> bool {
        if ch < 256 && !self.in_locale {
            self.latin[(ch >> 6) as usize & 3] >> (ch & 63) & 1 == 1
        } else {
            self.contains_wide(classes, ch)
        }
    }

    #[inline(never)]
    fn contains_wide<C: Classes>(&self, classes: &C, ch: u32) -> bool {
        match self.fold {
            Fold::None => in_items(classes, &self.items, ch),
            Fold::Ascii => in_items(classes, &self.items, ascii_lower(ch)),
            Fold::Unicode => in_items(classes, &self.items, unicode_lower(classes, ch)),
            Fold::Locale => {
                let (lower, upper) = (locale_lower(classes, ch), locale_upper(classes, ch));
                in_items_either(classes, &self.items, lower, upper)
            }
        }
    }
}

/// One step over an item list: the operator, its operands, and what follows.
pub(crate) fn split_item(items: &[u32]) -> Option<(u32, &[u32], &[u32])> {
    let (&operator, rest) = items.split_first()?;
    let operands = match operator {
        op::FAILURE | op::NEGATE => 0,
        op::LITERAL | op::CATEGORY => 1,
        op::RANGE | op::RANGE_UNI_IGNORE => 2,
        op::CHARSET => 8,
        op::BIGCHARSET => (*rest.first()? as usize).checked_mul(8)?.checked_add(65)?,
        _ => return None,
    };
    let (operands, rest) = rest.split_at_checked(operands)?;
    Some((operator, operands, rest))
}

fn mentions_locale(mut items: &[u32]) -> bool {
    while let Some((operator, operands, rest)) = split_item(items) {
        if operator == op::FAILURE {
            return false;
        }
        if operator == op::CATEGORY && operands[0] & !1 == category::LOC_WORD {
            return true;
        }
        items = rest;
    }
    false
}

fn bit(words: &[u32], ch: u32) -> bool {
    words.get(ch as usize >> 5).is_some_and(|word| word >> (ch & 31) & 1 == 1)
}

#[inline]
fn in_items<C: Classes>(classes: &C, items: &[u32], ch: u32) -> bool {
    in_items_either(classes, items, ch, ch)
}

/// Whether one of two forms of a character is a member: an item that either is in settles it, of a negated set, too.
fn in_items_either<C: Classes>(classes: &C, mut items: &[u32], ch: u32, other: u32) -> bool {
    let mut found = true;
    while let Some((operator, operands, rest)) = split_item(items) {
        match operator {
            op::FAILURE => return !found,
            op::NEGATE => found = !found,
            _ => {
                if in_item(classes, operator, operands, ch)
                    || (other != ch && in_item(classes, operator, operands, other))
                {
                    return found;
                }
            }
        }
        items = rest;
    }
    false
}

#[inline]
fn in_item<C: Classes>(classes: &C, operator: u32, operands: &[u32], ch: u32) -> bool {
    match (operator, operands) {
        (op::LITERAL, &[literal]) => ch == literal,
        (op::CATEGORY, &[number]) => in_category(classes, number, ch),
        (op::RANGE, &[low, high]) => low <= ch && ch <= high,
        (op::RANGE_UNI_IGNORE, &[low, high]) => {
            // The character is in lower case already.
            (low <= ch && ch <= high) || (low..=high).contains(&classes.upper(ch))
        }
        (op::CHARSET, bitmap) => ch < 256 && bit(bitmap, ch),
        (op::BIGCHARSET, [_, tables @ ..]) => in_big_charset(tables, ch),
        _ => false,
    }
}

/// `tables`: 64 words holding 256 block numbers as bytes in memory order, then blocks of 256 bits.
fn in_big_charset(tables: &[u32], ch: u32) -> bool {
    let Some((index, blocks)) = tables.split_at_checked(64) else { return false };
    if ch >= 0x10000 {
        return false;
    }
    let byte = ch as usize >> 8;
    let block = index[byte / 4].to_ne_bytes()[byte % 4] as usize;
    blocks.get(block * 8..).is_some_and(|block| bit(block, ch & 255))
}
