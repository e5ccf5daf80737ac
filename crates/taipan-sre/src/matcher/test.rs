//! Tests of one character and of a position, and the loops that count characters.
//!
//! Invariant: none of them changes the state.

use super::Matcher;
use crate::classes::{
    Classes, ascii_lower, equals_in_locale, is_ascii_word, is_locale_word, is_unicode_word, unicode_lower,
};
use crate::opcode::{MAXREPEAT, at};
use crate::program::{One, Position, Program};
use crate::state::Stopped;
use crate::text::Char;

const NEWLINE: u32 = b'\n' as u32;

/// Whether a character passes a test.
#[inline]
pub(crate) fn passes<C: Classes>(program: &Program, classes: &C, one: One, ch: u32) -> bool {
    match one {
        One::Literal(literal) => ch == literal,
        One::Set(set) => program.sets.get(set as usize).is_some_and(|set| set.contains(classes, ch)),
        One::NotLiteral(literal) => ch != literal,
        One::Any => ch != NEWLINE,
        One::AnyAll => true,
        One::LiteralAscii(literal) => ascii_lower(ch) == literal,
        One::NotLiteralAscii(literal) => ascii_lower(ch) != literal,
        One::LiteralUnicode(literal) => unicode_lower(classes, ch) == literal,
        One::NotLiteralUnicode(literal) => unicode_lower(classes, ch) != literal,
        One::LiteralLocale(literal) => equals_in_locale(classes, literal, ch),
        One::NotLiteralLocale(literal) => !equals_in_locale(classes, literal, ch),
        One::Never => false,
    }
}

impl<T: Char, C: Classes> Matcher<'_, T, C> {
    /// How many characters from `at` on pass the test, at most `max`.
    #[inline]
    pub(super) fn count(&mut self, one: One, at: usize, max: u32) -> Result<usize, Stopped> {
        let program = self.program;
        let classes = self.classes;
        let rest = self.text.get(at..).unwrap_or_default();
        let rest = if max == MAXREPEAT { rest } else { rest.get(..max as usize).unwrap_or(rest) };
        let ends = |fails: &dyn Fn(u32) -> bool| rest.iter().position(|&ch| fails(ch.code()));
        let found = match one {
            One::AnyAll => None,
            One::Never => Some(0),
            One::Any => T::from_code(NEWLINE).and_then(|newline| newline.find_in(rest)),
            One::NotLiteral(literal) => T::from_code(literal).and_then(|literal| literal.find_in(rest)),
            One::Literal(literal) => match T::from_code(literal) {
                Some(literal) => rest.iter().position(|&ch| ch != literal),
                None => Some(0),
            },
            One::Set(set) => match program.sets.get(set as usize) {
                Some(set) => rest.iter().position(|&ch| !set.contains(classes, ch.code())),
                None => Some(0),
            },
            _ => ends(&|ch| !passes(program, classes, one, ch)),
        };
        let count = found.unwrap_or(rest.len());
        self.spend(count / 16)?;
        Ok(count)
    }

    /// Whether the position at `at` is of that sort.
    pub(super) fn is_at(&self, at: usize, position: Position) -> bool {
        let classes = self.classes;
        let before = || at.checked_sub(1).and_then(|at| self.whole.get(at)).map(|ch| ch.code());
        let here = || self.text.get(at).map(|ch| ch.code());
        let end = self.text.len();
        let between = |word: &dyn Fn(u32) -> bool| before().is_some_and(word) != here().is_some_and(word);
        match position {
            at::BEGINNING | at::BEGINNING_STRING => at == 0,
            at::BEGINNING_LINE => before().is_none_or(|ch| ch == NEWLINE),
            at::END => at == end || (at + 1 == end && here() == Some(NEWLINE)),
            at::END_LINE => at == end || self.whole.get(at).is_some_and(|ch| ch.code() == NEWLINE),
            at::END_STRING => at == end,
            at::BOUNDARY => between(&is_ascii_word),
            at::NON_BOUNDARY => !between(&is_ascii_word),
            at::LOC_BOUNDARY => between(&|ch| is_locale_word(classes, ch)),
            at::LOC_NON_BOUNDARY => !between(&|ch| is_locale_word(classes, ch)),
            at::UNI_BOUNDARY => between(&|ch| is_unicode_word(classes, ch)),
            at::UNI_NON_BOUNDARY => !between(&|ch| is_unicode_word(classes, ch)),
            _ => false,
        }
    }
}
