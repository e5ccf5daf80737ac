//! What a match leaves behind (marks), and the stacks it works on, kept for the next one.
//!
//! Invariants: marks are positions or [`UNSET`]; those at `valid_marks` and above mean nothing. The stacks together
//! never exceed the memory limit.

use crate::classes::Classes;
use crate::program::Program;
use crate::search::search;
use crate::text::{Char, Text};

/// A mark or position that was not set.
pub(crate) const UNSET: usize = usize::MAX;

/// Stacks larger than this are given back after a run.
const KEPT: usize = 1 << 20;

/// Bounds of one run.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Most bytes of backtracking stacks.
    pub memory: usize,
}

impl Default for Limits {
    /// 4 GiB, or what the address space leaves.
    fn default() -> Limits {
        Limits { memory: usize::try_from(4_u64 << 30).unwrap_or(usize::MAX / 2) }
    }
}

/// Where and how a match is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// At the start position (`Pattern.match`).
    Match,
    /// From the start position to the end (`Pattern.fullmatch`).
    FullMatch,
    /// Anywhere from the start position on (`Pattern.search`).
    Search,
}

/// One question to a program.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    pub mode: Mode,
    /// Start position; beyond the text means its end.
    pub start: usize,
    /// The text is taken to end here; beyond the text means its end.
    pub end: usize,
    /// Refuse an empty match at the start position, as a scanner does after an empty match.
    pub must_advance: bool,
}

impl Request {
    /// A request that accepts an empty match.
    pub fn new(mode: Mode, start: usize, end: usize) -> Request {
        Request { mode, start, end, must_advance: false }
    }
}

/// Why a run ended without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// The poll said so.
    Interrupted,
    /// The stacks reached their limit, or the allocator refused (`MemoryError`).
    Memory,
    /// `RuntimeError: internal error in regular expression engine`.
    Internal,
    /// A group ends before it begins: `SystemError: The span of capturing group is wrong, please report a bug for the
    /// re module.`
    WrongSpan,
}

/// A found match, detached from the state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Start and end of the match and of each group, -1 and -1 for a group that took no part.
    pub spans: Vec<(i64, i64)>,
    /// Number of the group closed last (`Match.lastindex`).
    pub lastindex: Option<usize>,
}

/// Why one state is pushed on the stack: what to do when everything after it failed, or, for the bodies that run on
/// their own, when they succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Branch,
    RepeatOne,
    MinRepeatOne,
    Repeat,
    /// A repeat below its minimum tried another round.
    Required,
    MaxBody,
    UntilTail,
    MinTail,
    MinBody,
    Assert,
    AssertNot,
    Atomic,
    PossessiveRequired,
    Possessive,
}

/// A place to come back to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Choice {
    pub(crate) kind: Kind,
    /// Whether `valid_marks` marks lie on the word stack.
    pub(crate) saved: bool,
    /// Instruction, alternative or repeat, according to `kind`.
    pub(crate) index: u32,
    pub(crate) valid_marks: u32,
    pub(crate) lastindex: u32,
    pub(crate) at: usize,
    pub(crate) extra: usize,
}

/// A running repeat; `outer` is the one around it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Round {
    /// Its `Repeat` instruction.
    pub(crate) pc: u32,
    pub(crate) outer: u32,
    /// Rounds done, -1 before the first.
    pub(crate) count: i64,
    /// Where the last optional round began.
    pub(crate) last_at: usize,
}

/// Working memory of the engine and the result of its last run. Cheap to make, worth keeping for many matches.
#[derive(Debug)]
pub struct State {
    pub(crate) limits: Limits,
    pub(crate) marks: Vec<usize>,
    pub(crate) valid_marks: u32,
    pub(crate) lastindex: u32,
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) choices: Vec<Choice>,
    pub(crate) words: Vec<usize>,
    pub(crate) rounds: Vec<Round>,
}

impl State {
    /// An empty state.
    pub fn new(limits: Limits) -> State {
        State {
            limits,
            marks: Vec::new(),
            valid_marks: 0,
            lastindex: 0,
            start: 0,
            end: 0,
            choices: Vec::new(),
            words: Vec::new(),
            rounds: Vec::new(),
        }
    }

    /// Runs a program; `Ok(true)` if it matches, then [`State::span`] and [`State::lastindex`] tell how.
    ///
    /// `poll` is asked every few thousand steps whether to go on.
    ///
    /// # Errors
    /// [`Stopped`]; the state can be used again.
    pub fn run<C: Classes>(
        &mut self,
        program: &Program,
        text: Text<'_>,
        request: Request,
        classes: &C,
        poll: &mut dyn FnMut() -> bool,
    ) -> Result<bool, Stopped> {
        self.lastindex = 0;
        self.valid_marks = 0;
        if self.marks.len() < program.mark_slots {
            let more = program.mark_slots - self.marks.len();
            self.marks.try_reserve_exact(more).map_err(|_| Stopped::Memory)?;
            self.marks.resize(program.mark_slots, UNSET);
        }
        let found = match text {
            Text::Bytes(text) => self.run_on(program, text, request, classes, poll),
            Text::Wide(text) => self.run_on(program, text, request, classes, poll),
            Text::Full(text) => self.run_on(program, text, request, classes, poll),
        };
        self.release();
        if found? {
            self.check_spans()?;
            return Ok(true);
        }
        Ok(false)
    }

    fn run_on<T: Char, C: Classes>(
        &mut self,
        program: &Program,
        text: &[T],
        request: Request,
        classes: &C,
        poll: &mut dyn FnMut() -> bool,
    ) -> Result<bool, Stopped> {
        // As CPython: each bound is clamped to the text by itself, so a start behind the end is possible.
        let (start, end) = (request.start.min(text.len()), request.end.min(text.len()));
        search(self, program, text, Request { start, end, ..request }, classes, poll)
    }

    /// Gives large stacks back, empties the others.
    fn release(&mut self) {
        self.choices.clear();
        self.words.clear();
        self.rounds.clear();
        self.choices.shrink_to(KEPT / size_of::<Choice>());
        self.words.shrink_to(KEPT / size_of::<usize>());
        self.rounds.shrink_to(KEPT / size_of::<Round>());
    }

    fn check_spans(&self) -> Result<(), Stopped> {
        let marks = self.marks.get(..self.valid_marks as usize).unwrap_or_default();
        let wrong = marks.chunks_exact(2).any(|pair| pair[1] != UNSET && pair[0] != UNSET && pair[0] > pair[1]);
        if wrong { Err(Stopped::WrongSpan) } else { Ok(()) }
    }

    /// Start and end of a group in the last successful run, of the whole match for 0; `None` if it took no part.
    pub fn span(&self, group: usize) -> Option<(usize, usize)> {
        if group == 0 {
            return Some((self.start, self.end));
        }
        let first = (group - 1).checked_mul(2)?;
        let valid = self.marks.get(..self.valid_marks as usize)?;
        match valid.get(first..first.checked_add(2)?)? {
            &[start, end] if start != UNSET && end != UNSET => Some((start, end)),
            _ => None,
        }
    }

    /// Number of the group closed last in the last successful run.
    pub fn lastindex(&self) -> Option<usize> {
        (self.lastindex != 0).then_some(self.lastindex as usize)
    }

    /// The result of the last successful run for a program with `groups` groups.
    pub fn to_match(&self, groups: usize) -> Match {
        let signed = |at: usize| i64::try_from(at).unwrap_or(i64::MAX);
        let spans =
            (0..=groups).map(|group| self.span(group).map_or((-1, -1), |(start, end)| (signed(start), signed(end))));
        Match { spans: spans.collect(), lastindex: self.lastindex() }
    }

    /// Pushes a choice without saved marks.
    #[inline]
    pub(crate) fn push(&mut self, kind: Kind, index: u32, at: usize, extra: usize) -> Result<(), Stopped> {
        self.push_choice(Choice {
            kind,
            saved: false,
            index,
            valid_marks: self.valid_marks,
            lastindex: self.lastindex,
            at,
            extra,
        })
    }

    /// Pushes a choice, with a copy of the valid marks if `save`.
    #[inline]
    pub(crate) fn push_saving(
        &mut self,
        kind: Kind,
        save: bool,
        index: u32,
        at: usize,
        extra: usize,
    ) -> Result<(), Stopped> {
        let saved = save && self.valid_marks > 0;
        if saved {
            self.save_marks()?;
        }
        self.push_choice(Choice {
            kind,
            saved,
            index,
            valid_marks: self.valid_marks,
            lastindex: self.lastindex,
            at,
            extra,
        })
    }

    #[inline]
    fn push_choice(&mut self, choice: Choice) -> Result<(), Stopped> {
        if self.choices.len() == self.choices.capacity() {
            self.grow(Stack::Choices, 1)?;
        }
        self.choices.push(choice);
        Ok(())
    }

    /// Pushes a word.
    #[inline]
    pub(crate) fn push_word(&mut self, word: usize) -> Result<(), Stopped> {
        if self.words.len() == self.words.capacity() {
            self.grow(Stack::Words, 1)?;
        }
        self.words.push(word);
        Ok(())
    }

    /// Pushes a round and gives its index.
    pub(crate) fn push_round(&mut self, round: Round) -> Result<u32, Stopped> {
        if self.rounds.len() == self.rounds.capacity() {
            self.grow(Stack::Rounds, 1)?;
        }
        self.rounds.push(round);
        u32::try_from(self.rounds.len() - 1).map_err(|_| Stopped::Memory)
    }

    fn save_marks(&mut self) -> Result<(), Stopped> {
        let count = self.valid_marks as usize;
        if self.words.capacity() - self.words.len() < count {
            self.grow(Stack::Words, count)?;
        }
        self.words.extend_from_slice(&self.marks[..count]);
        Ok(())
    }

    /// Brings the marks of a choice back and takes them off the word stack, unless `keep`.
    #[inline]
    pub(crate) fn restore(&mut self, choice: &Choice, keep: bool) {
        if choice.saved {
            let count = choice.valid_marks as usize;
            let from = self.words.len() - count;
            self.marks[..count].copy_from_slice(&self.words[from..]);
            if !keep {
                self.words.truncate(from);
            }
        }
        self.valid_marks = choice.valid_marks;
        self.lastindex = choice.lastindex;
    }

    /// Pushes a choice that was just popped, its marks still being on the word stack.
    #[inline]
    pub(crate) fn push_again(&mut self, choice: Choice) -> Result<(), Stopped> {
        self.push_choice(choice)
    }

    /// Takes the marks of a popped choice off the word stack.
    #[inline]
    pub(crate) fn drop_marks(&mut self, choice: &Choice) {
        if choice.saved {
            self.words.truncate(self.words.len() - choice.valid_marks as usize);
        }
    }

    #[cold]
    fn grow(&mut self, stack: Stack, more: usize) -> Result<(), Stopped> {
        let used = self.choices.capacity() * size_of::<Choice>()
            + self.words.capacity() * size_of::<usize>()
            + self.rounds.capacity() * size_of::<Round>();
        let (length, unit) = match stack {
            Stack::Choices => (self.choices.len(), size_of::<Choice>()),
            Stack::Words => (self.words.len(), size_of::<usize>()),
            Stack::Rounds => (self.rounds.len(), size_of::<Round>()),
        };
        let more = more.max(length).max(32);
        if used.saturating_add(more.saturating_mul(unit)) > self.limits.memory {
            return Err(Stopped::Memory);
        }
        match stack {
            Stack::Choices => self.choices.try_reserve_exact(more),
            Stack::Words => self.words.try_reserve_exact(more),
            Stack::Rounds => self.rounds.try_reserve_exact(more),
        }
        .map_err(|_| Stopped::Memory)
    }
}

enum Stack {
    Choices,
    Words,
    Rounds,
}
