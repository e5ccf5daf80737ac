//! A pattern ready to run: instructions with absolute targets, sets with bitmaps, and what speeds up a search.
//!
//! Invariants: built from validated code only; every target is the index of an instruction; the last instruction is
//! `Success`.

mod first;
mod translate;

use crate::charset::{Fold, Set};
use crate::classes::Classes;
use crate::validate::validate;

/// Why code is not accepted: CPython's `RuntimeError: invalid SRE code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invalid;

impl std::fmt::Display for Invalid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("invalid SRE code")
    }
}

impl std::error::Error for Invalid {}

/// A compiled pattern.
#[derive(Clone, Debug)]
pub struct Program {
    pub(crate) insts: Box<[Inst]>,
    pub(crate) sets: Box<[Set]>,
    /// Alternatives of all branches; each branch's run ends with one whose target is [`NOWHERE`].
    pub(crate) alternatives: Box<[Alternative]>,
    /// Fewest characters a match takes, 0 if not known.
    pub(crate) min_width: usize,
    pub(crate) head: Head,
    /// One more than the largest mark number the code sets or reads.
    pub(crate) mark_slots: usize,
    groups: usize,
}

impl Program {
    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        size_of::<Program>() + size_of_val(&*self.insts) + size_of_val(&*self.sets) + size_of_val(&*self.alternatives)
    }

    /// Checks and translates pattern code, as `_sre.compile` gets it from `re._compiler`.
    ///
    /// `groups` is the number of capturing groups. The classes must answer for characters below 256 as those given to
    /// [`State::run`](crate::State::run) will.
    ///
    /// # Errors
    /// [`Invalid`] for code that CPython's validator refuses, and for repeats of a single character whose body is
    /// anything else, which no compiler emits.
    pub fn new<C: Classes>(code: &[u32], groups: usize, classes: &C) -> Result<Program, Invalid> {
        validate(code, groups).map_err(|_| Invalid)?;
        translate::translate(code, groups, classes).ok_or(Invalid)
    }

    /// Number of capturing groups.
    pub fn groups(&self) -> usize {
        self.groups
    }
}

/// Index of an instruction.
pub(crate) type Pc = u32;

/// The target behind the last alternative of a branch.
pub(crate) const NOWHERE: Pc = Pc::MAX;

/// A test of one character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum One {
    Any,
    AnyAll,
    Literal(u32),
    NotLiteral(u32),
    LiteralAscii(u32),
    NotLiteralAscii(u32),
    LiteralUnicode(u32),
    NotLiteralUnicode(u32),
    LiteralLocale(u32),
    NotLiteralLocale(u32),
    /// Member of the set with this index.
    Set(u32),
    Never,
}

/// A position test; the numbers are [`crate::opcode::at`]'s.
pub(crate) type Position = u32;

/// One instruction.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Inst {
    One(One),
    At(Position),
    Mark(u32),
    Jump(Pc),
    /// Index of the first of its alternatives.
    Branch(u32),
    RepeatOne {
        one: One,
        min: u32,
        max: u32,
        tail: Pc,
    },
    MinRepeatOne {
        one: One,
        min: u32,
        max: u32,
        tail: Pc,
    },
    PossessiveRepeatOne {
        one: One,
        min: u32,
        max: u32,
        tail: Pc,
    },
    /// The body is the next instruction, `until` is its `MaxUntil` or `MinUntil`.
    Repeat {
        min: u32,
        max: u32,
        until: Pc,
    },
    MaxUntil,
    MinUntil,
    /// The body is the next instruction and ends with `Success`.
    PossessiveRepeat {
        min: u32,
        max: u32,
        tail: Pc,
    },
    AtomicGroup {
        tail: Pc,
    },
    Assert {
        back: u32,
        tail: Pc,
    },
    AssertNot {
        back: u32,
        tail: Pc,
    },
    GroupRef {
        group: u32,
        fold: Fold,
    },
    GroupRefExists {
        group: u32,
        otherwise: Pc,
    },
    Success,
}

/// One alternative of a branch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Alternative {
    pub(crate) body: Pc,
    /// A test the next character must pass, or the alternative cannot match.
    pub(crate) first: Option<One>,
}

/// What is known about the beginning of every match.
#[derive(Clone, Debug)]
pub(crate) enum Head {
    Nothing,
    /// Matches only at the beginning of the text.
    Beginning,
    /// A literal; `skip` of its characters need not be matched again, from `resume` on.
    Prefix {
        text: Box<[u32]>,
        skip: usize,
        resume: Pc,
        whole: bool,
    },
    /// The first character is in this set.
    Set(Set),
    /// The first character, if below 256, has its bit set.
    Latin(Box<[u64; 4]>),
}
