//! What marking has to know of a shape, at hand in a few bytes: a [`Plan`] is made from each [`Layout`].
//!
//! Invariant: a plan tells the size and the value words that its layout does.

use crate::header::{GRANULE, Header};
use crate::layout::{LEN_MASK, Layout, Tail};

/// How the size of an object is found, and whether its tail has value words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// No tail.
    Fixed,
    /// A tail of value words.
    Values,
    /// A tail of something else, of units of two to the power of this many bytes.
    Units(u8),
    /// To be done by the layout.
    Other,
}

/// A layout, shortened.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// Value words among the fixed ones.
    pub(crate) values: u64,
    /// The owner of the shape, or 0 once it is marked.
    pub(crate) unreached: usize,
    pub(crate) fixed_words: u16,
    len_word: u16,
    pub(crate) form: Form,
}

impl Plan {
    pub(crate) fn of(layout: &Layout) -> Plan {
        let mut values = layout.values;
        for word in layout.values_from..layout.fixed_words.min(64) {
            values |= 1 << word;
        }
        let (len_word, form) = match layout.tail {
            _ if layout.trailing != 0 || layout.values_from < layout.fixed_words && layout.fixed_words > 64 => {
                (0, Form::Other)
            }
            Tail::None => (0, Form::Fixed),
            Tail::Values { len_word } => (len_word, Form::Values),
            Tail::Bytes { len_word } => (len_word, Form::Units(0)),
            Tail::Halves { len_word } => (len_word, Form::Units(1)),
            Tail::Words32 { len_word } => (len_word, Form::Units(2)),
            Tail::Words { len_word } => (len_word, Form::Units(3)),
        };
        Plan { values, unreached: 0, fixed_words: layout.fixed_words, len_word, form }
    }

    /// Units of the tail of an object that has one.
    ///
    /// # Safety
    /// `object` starts an initialised object of this plan, whose form is not `Other`.
    #[inline(always)]
    pub(crate) unsafe fn len_of(&self, object: *const Header) -> usize {
        // SAFETY: the length word is one of the object's fixed words (checked by `define_layout`).
        unsafe { (*object.cast::<u64>().add(self.len_word as usize) & LEN_MASK) as usize }
    }

    /// Size in bytes of an object, and how many words of its tail are value words.
    ///
    /// # Safety
    /// `object` starts an initialised object of this plan, made from `layout`.
    #[inline(always)]
    pub(crate) unsafe fn measure(&self, object: *const Header, layouts: &[Layout]) -> (usize, usize) {
        // SAFETY: by contract; the form is known.
        unsafe {
            match self.form {
                Form::Fixed => (self.size(0, 0), 0),
                Form::Values => {
                    let len = self.len_of(object);
                    (self.size(len, 3), len)
                }
                Form::Units(shift) => (self.size(self.len_of(object), shift), 0),
                Form::Other => (layouts[(*object).shape as usize].size_of(object), 0),
            }
        }
    }

    /// Whether no word of such an object can be a value word.
    #[inline(always)]
    pub(crate) fn is_leaf(&self, shape: u32, layouts: &[Layout]) -> bool {
        match self.form {
            Form::Fixed | Form::Units(_) => self.values == 0,
            Form::Values => false,
            Form::Other => layouts[shape as usize].is_leaf(),
        }
    }

    /// Size in bytes of an object whose tail has `len` units of `1 << shift` bytes.
    #[inline(always)]
    pub(crate) fn size(&self, len: usize, shift: u8) -> usize {
        (self.fixed_words as usize * 8 + (len << shift) + GRANULE - 1) & !(GRANULE - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_tell_what_layouts_tell() {
        let mut object = [0u64; 80];
        let tails = [
            Tail::None,
            Tail::Values { len_word: 1 },
            Tail::Bytes { len_word: 1 },
            Tail::Halves { len_word: 1 },
            Tail::Words32 { len_word: 1 },
            Tail::Words { len_word: 1 },
        ];
        for len in [0, 1, 2, 3, 5, 7, 8, 9] {
            object[1] = len | 5 << 48;
            let header: *const Header = object.as_ptr().cast();
            for (tail, fixed, from) in
                tails.iter().flat_map(|&tail| [(tail, 2, 9), (tail, 3, 2), (tail, 6, 4), (tail, 70, 80)])
            {
                let layout = Layout { fixed_words: fixed, values: 0, values_from: from, tail, trailing: 0 };
                let plan = Plan::of(&layout);
                let shift = match plan.form {
                    Form::Units(shift) => shift,
                    Form::Values => 3,
                    Form::Fixed => 0,
                    Form::Other => panic!("{layout:?}"),
                };
                // SAFETY: a buffer of that many words with a length word.
                let (size, expected) = unsafe {
                    let len = if tail == Tail::None { 0 } else { plan.len_of(header) };
                    (plan.size(len, shift), layout.size_of(header))
                };
                assert_eq!(size, expected, "{layout:?} {len}");
                assert_eq!(plan.values, if from < fixed { (1 << fixed) - (1 << from) } else { 0 });
            }
        }
        let many = Layout::all_values(2, 70);
        assert_eq!(Plan::of(&many).form, Form::Other);
        assert_eq!(Plan::of(&Layout { trailing: 1, ..Layout::fixed(2, 0) }).form, Form::Other);
    }
}
