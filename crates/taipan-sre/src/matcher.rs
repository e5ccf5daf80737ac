//! The engine: runs instructions at one position, backtracking over the stacks of a [`State`].
//!
//! Invariants: a choice is pushed before anything is tried that may have to be undone. A body that runs on its own
//! (assertion, atomic group, possessive repeat) begins with a choice of its kind, whose index is `body`; when the body
//! succeeds, all choices from there on are dropped. Marks are saved with a choice exactly where CPython saves them,
//! since what it does not restore can be seen in results.

mod repeat;
mod test;

pub(crate) use test::passes;

use crate::charset::Fold;
use crate::classes::{Classes, ascii_lower, locale_lower, unicode_lower};
use crate::opcode::MAXREPEAT;
use crate::program::{Inst, Pc, Program};
use crate::state::{Choice, Kind, Round, State, Stopped, UNSET};
use crate::text::Char;

/// Steps between two polls.
const SLICE: u32 = 4096;

/// No round, no body.
const NONE: u32 = u32::MAX;

/// Words a body's choice keeps below its saved marks: outer body, round, rounds in use, repeats done.
const BODY_WORDS: usize = 4;

/// A program on a text.
pub(crate) struct Matcher<'a, T, C> {
    state: &'a mut State,
    program: &'a Program,
    /// The text up to where it is taken to end; a match may start behind that.
    text: &'a [T],
    /// All of the text, for what lies before a position.
    whole: &'a [T],
    classes: &'a C,
    poll: &'a mut dyn FnMut() -> bool,
    steps: u32,
    /// The match must end where the text ends.
    pub(crate) match_all: bool,
    /// The match must not end here.
    pub(crate) forbidden_end: usize,
    /// The innermost running repeat.
    round: u32,
    /// Choice index of the innermost body that runs on its own.
    body: u32,
}

/// Where to go on.
#[derive(Clone, Copy)]
enum Next {
    At(Pc, usize),
    Fail,
}

impl<'a, T: Char, C: Classes> Matcher<'a, T, C> {
    pub(crate) fn new(
        state: &'a mut State,
        program: &'a Program,
        whole: &'a [T],
        end: usize,
        classes: &'a C,
        poll: &'a mut dyn FnMut() -> bool,
    ) -> Self {
        Matcher {
            state,
            program,
            text: whole.get(..end).unwrap_or(whole),
            whole,
            classes,
            poll,
            steps: SLICE,
            match_all: false,
            forbidden_end: UNSET,
            round: NONE,
            body: NONE,
        }
    }

    /// Counts work done outside the instructions.
    #[inline]
    pub(crate) fn spend(&mut self, steps: usize) -> Result<(), Stopped> {
        match u32::try_from(steps).ok().and_then(|steps| self.steps.checked_sub(steps)) {
            Some(left) if left > 0 => {
                self.steps = left;
                Ok(())
            }
            _ => self.poll(),
        }
    }

    #[cold]
    fn poll(&mut self) -> Result<(), Stopped> {
        self.steps = SLICE;
        if (self.poll)() { Ok(()) } else { Err(Stopped::Interrupted) }
    }

    /// Records a match without groups.
    pub(crate) fn accept(&mut self, start: usize, end: usize) {
        (self.state.start, self.state.end) = (start, end);
    }

    /// Tries a match that begins at `start`, of which everything before `at` and `pc` is known to match.
    pub(crate) fn match_at(&mut self, start: usize, at: usize, pc: Pc) -> Result<bool, Stopped> {
        self.state.valid_marks = 0;
        self.state.lastindex = 0;
        self.state.choices.clear();
        self.state.words.clear();
        self.state.rounds.clear();
        (self.round, self.body) = (NONE, NONE);
        self.spend(1)?;
        let end = self.run(pc, at)?;
        self.accept(start, end.unwrap_or(start));
        Ok(end.is_some())
    }

    /// Runs from an instruction to success, which gives the end of the match, or to failure.
    fn run(&mut self, mut pc: Pc, mut at: usize) -> Result<Option<usize>, Stopped> {
        let program = self.program;
        loop {
            let inst = *program.insts.get(pc as usize).ok_or(Stopped::Internal)?;
            let next = match inst {
                Inst::One(one) => match self.text.get(at) {
                    Some(ch) if passes(program, self.classes, one, ch.code()) => Next::At(pc + 1, at + 1),
                    _ => Next::Fail,
                },
                Inst::At(position) => self.if_then(self.is_at(at, position), pc + 1, at),
                Inst::Mark(mark) => {
                    self.set_mark(mark, at);
                    Next::At(pc + 1, at)
                }
                Inst::Jump(target) => Next::At(target, at),
                Inst::Branch(first) => self.branch(first, at, None)?,
                Inst::RepeatOne { one, min, max, tail } => self.repeat_one(pc, (one, min, max, tail), at)?,
                Inst::MinRepeatOne { one, min, max, tail } => self.min_repeat_one(pc, (one, min, max, tail), at)?,
                Inst::PossessiveRepeatOne { one, min, max, tail } => {
                    let count = self.count(one, at, max)?;
                    self.if_then(at <= self.text.len() && count >= min as usize, tail, at + count)
                }
                Inst::Repeat { until, .. } => {
                    let outer = self.round;
                    self.round = self.state.push_round(Round { pc, outer, count: -1, last_at: UNSET })?;
                    self.state.push(Kind::Repeat, self.round, at, 0)?;
                    Next::At(until, at)
                }
                Inst::MaxUntil => self.max_until(at)?,
                Inst::MinUntil => self.min_until(at)?,
                Inst::PossessiveRepeat { .. } => self.possessive_repeat(pc, at)?,
                Inst::AtomicGroup { .. } => self.enter_body(Kind::Atomic, false, pc, at, 0, at)?,
                Inst::Assert { back, .. } => match at.checked_sub(back as usize) {
                    Some(from) => self.enter_body(Kind::Assert, false, pc, at, 0, from)?,
                    None => Next::Fail,
                },
                Inst::AssertNot { back, tail } => match at.checked_sub(back as usize) {
                    Some(from) => self.enter_body(Kind::AssertNot, self.round != NONE, pc, at, 0, from)?,
                    None => Next::At(tail, at),
                },
                Inst::GroupRef { group, fold } => match self.same_as_group(group, fold, at)? {
                    Some(at) => Next::At(pc + 1, at),
                    None => Next::Fail,
                },
                Inst::GroupRefExists { group, otherwise } => match self.group(group) {
                    Some(_) => Next::At(pc + 1, at),
                    None => Next::At(otherwise, at),
                },
                Inst::Success if self.body != NONE => self.leave_body(at)?,
                Inst::Success => {
                    if at != self.forbidden_end && (!self.match_all || at == self.text.len()) {
                        return Ok(Some(at));
                    }
                    Next::Fail
                }
            };
            (pc, at) = match next {
                Next::At(pc, at) => (pc, at),
                Next::Fail => match self.backtrack()? {
                    Some(next) => next,
                    None => return Ok(None),
                },
            };
        }
    }

    #[inline]
    fn if_then(&self, condition: bool, pc: Pc, at: usize) -> Next {
        if condition { Next::At(pc, at) } else { Next::Fail }
    }

    /// Takes choices off until one has something left to try.
    #[inline]
    fn backtrack(&mut self) -> Result<Option<(Pc, usize)>, Stopped> {
        loop {
            self.spend(1)?;
            let Some(choice) = self.state.choices.pop() else { return Ok(None) };
            let next = match choice.kind {
                Kind::Branch => {
                    self.state.restore(&choice, true);
                    self.branch(choice.index, choice.at, Some(choice))?
                }
                Kind::RepeatOne => {
                    self.state.restore(&choice, true);
                    self.retry_repeat_one(choice)?
                }
                Kind::MinRepeatOne => {
                    self.state.restore(&choice, true);
                    self.retry_min_repeat_one(choice)?
                }
                Kind::Repeat => {
                    self.round = self.state.rounds.pop().ok_or(Stopped::Internal)?.outer;
                    Next::Fail
                }
                Kind::Required => {
                    self.round_mut(choice.index)?.count = choice.extra as i64 - 1;
                    Next::Fail
                }
                Kind::MaxBody => self.retry_max_until(choice)?,
                Kind::UntilTail => {
                    self.round = choice.index;
                    Next::Fail
                }
                Kind::MinTail => self.retry_min_until(choice)?,
                Kind::MinBody => {
                    let last_at = self.state.words.pop().ok_or(Stopped::Internal)?;
                    let round = self.round_mut(choice.index)?;
                    (round.last_at, round.count) = (last_at, choice.extra as i64 - 1);
                    Next::Fail
                }
                Kind::Assert | Kind::AssertNot | Kind::Atomic | Kind::PossessiveRequired | Kind::Possessive => {
                    if matches!(choice.kind, Kind::AssertNot | Kind::Possessive) {
                        self.state.restore(&choice, false);
                    }
                    self.close_body(&choice)?;
                    match self.inst(choice.index)? {
                        Inst::AssertNot { tail, .. } => Next::At(tail, choice.at),
                        Inst::PossessiveRepeat { tail, .. } if choice.kind == Kind::Possessive => {
                            Next::At(tail, choice.at)
                        }
                        _ => Next::Fail,
                    }
                }
            };
            if let Next::At(pc, at) = next {
                return Ok(Some((pc, at)));
            }
        }
    }

    #[inline]
    fn inst(&self, pc: Pc) -> Result<Inst, Stopped> {
        self.program.insts.get(pc as usize).copied().ok_or(Stopped::Internal)
    }

    #[inline]
    fn round_mut(&mut self, round: u32) -> Result<&mut Round, Stopped> {
        self.state.rounds.get_mut(round as usize).ok_or(Stopped::Internal)
    }

    #[inline]
    fn set_mark(&mut self, mark: u32, at: usize) {
        let state = &mut *self.state;
        if mark & 1 == 1 {
            state.lastindex = mark / 2 + 1;
        }
        let valid = state.valid_marks as usize;
        let index = mark as usize;
        if index >= valid {
            state.marks[valid..index].fill(UNSET);
            state.valid_marks = mark + 1;
        }
        state.marks[index] = at;
    }

    /// Start and end of a group that took part.
    fn group(&self, group: u32) -> Option<(usize, usize)> {
        let first = 2 * group as usize;
        let valid = self.state.marks.get(..self.state.valid_marks as usize)?;
        match valid.get(first..first + 2)? {
            &[start, end] if start != UNSET && end != UNSET && start <= end => Some((start, end)),
            _ => None,
        }
    }

    /// The end of a repetition of the group's text at `at`; `None` if there is none.
    fn same_as_group(&mut self, group: u32, fold: Fold, at: usize) -> Result<Option<usize>, Stopped> {
        let Some((start, end)) = self.group(group) else { return Ok(None) };
        if start == end {
            return Ok(Some(at));
        }
        self.spend((end - start) / 16)?;
        let Some(here) = self.text.get(at..).and_then(|text| text.get(..end - start)) else { return Ok(None) };
        let Some(there) = self.text.get(start..end) else { return Ok(None) };
        let classes = self.classes;
        let map = |ch: T| match fold {
            Fold::None => ch.code(),
            Fold::Ascii => ascii_lower(ch.code()),
            Fold::Unicode => unicode_lower(classes, ch.code()),
            Fold::Locale => locale_lower(classes, ch.code()),
        };
        let same = match fold {
            Fold::None => here == there,
            _ => here.iter().zip(there).all(|(&a, &b)| map(a) == map(b)),
        };
        Ok(same.then_some(at + (end - start)))
    }

    /// Tries the next alternative that can match; `resumed` is the branch's choice, its marks still on the stack.
    #[inline]
    fn branch(&mut self, first: u32, at: usize, resumed: Option<Choice>) -> Result<Next, Stopped> {
        let next = self.text.get(at).map(|ch| ch.code());
        let possible = |index: u32| -> Result<Option<(u32, Pc)>, Stopped> {
            let run = self.program.alternatives.get(index as usize..).ok_or(Stopped::Internal)?;
            for (alternative, index) in run.iter().zip(index..) {
                match alternative.first {
                    None => return Ok(Some((index, alternative.body))),
                    Some(_) if alternative.body == crate::program::NOWHERE => return Ok(None),
                    Some(one) => {
                        if next.is_some_and(|ch| passes(self.program, self.classes, one, ch)) {
                            return Ok(Some((index, alternative.body)));
                        }
                    }
                }
            }
            Ok(None)
        };
        let chosen = possible(first)?;
        let another = match chosen {
            Some((index, _)) => possible(index + 1)?,
            None => None,
        };
        match (resumed, another) {
            (Some(choice), Some((index, _))) => self.state.push_again(Choice { index, ..choice })?,
            // Nothing is left to come back for.
            (Some(choice), None) => self.state.drop_marks(&choice),
            (None, Some((index, _))) => {
                self.state.push_saving(Kind::Branch, self.round != NONE, index, at, 0)?;
            }
            (None, None) => {}
        }
        Ok(chosen.map_or(Next::Fail, |(_, body)| Next::At(body, at)))
    }

    /// Starts a body that runs on its own, from `from`; `at` and `done` are what its end needs.
    fn enter_body(
        &mut self,
        kind: Kind,
        save: bool,
        pc: Pc,
        at: usize,
        done: usize,
        from: usize,
    ) -> Result<Next, Stopped> {
        let base = self.state.words.len();
        for word in [self.body as usize, self.round as usize, self.state.rounds.len(), done] {
            self.state.push_word(word)?;
        }
        let body = u32::try_from(self.state.choices.len()).map_err(|_| Stopped::Memory)?;
        self.state.push_saving(kind, save, pc, at, base)?;
        self.body = body;
        if matches!(kind, Kind::PossessiveRequired | Kind::Possessive) {
            // Inside, marks have to be saved as in any repeat.
            let outer = self.round;
            self.round = self.state.push_round(Round { pc, outer, count: -1, last_at: UNSET })?;
        }
        Ok(Next::At(pc + 1, from))
    }

    /// Puts back what a body changed, apart from marks; gives the repeats done before it.
    fn close_body(&mut self, choice: &Choice) -> Result<usize, Stopped> {
        let words = self.state.words.get(choice.extra..).and_then(|words| words.first_chunk::<BODY_WORDS>());
        let &[body, round, rounds, done] = words.ok_or(Stopped::Internal)?;
        (self.body, self.round) = (body as u32, round as u32);
        self.state.rounds.truncate(rounds);
        self.state.words.truncate(choice.extra);
        Ok(done)
    }

    /// The body came to its end at `at`.
    fn leave_body(&mut self, at: usize) -> Result<Next, Stopped> {
        self.spend(1)?;
        let choice = *self.state.choices.get(self.body as usize).ok_or(Stopped::Internal)?;
        self.state.choices.truncate(self.body as usize);
        let done = self.close_body(&choice)?;
        match (choice.kind, self.inst(choice.index)?) {
            (Kind::Assert, Inst::Assert { tail, .. }) => Ok(Next::At(tail, choice.at)),
            (Kind::AssertNot, _) => Ok(Next::Fail),
            (Kind::Atomic, Inst::AtomicGroup { tail }) => Ok(Next::At(tail, at)),
            (Kind::PossessiveRequired, Inst::PossessiveRepeat { min, .. }) if done + 1 < min as usize => {
                self.enter_body(Kind::PossessiveRequired, false, choice.index, choice.at, done + 1, at)
            }
            (Kind::PossessiveRequired, _) => self.possessive_rest(choice.index, at, done + 1),
            // A round that took nothing is the last one.
            (Kind::Possessive, Inst::PossessiveRepeat { tail, .. }) if at == choice.at => Ok(Next::At(tail, at)),
            (Kind::Possessive, _) => self.possessive_rest(choice.index, at, done + 1),
            _ => Err(Stopped::Internal),
        }
    }

    fn possessive_repeat(&mut self, pc: Pc, at: usize) -> Result<Next, Stopped> {
        match self.inst(pc)? {
            Inst::PossessiveRepeat { min: 0, .. } => self.possessive_rest(pc, at, 0),
            _ => self.enter_body(Kind::PossessiveRequired, false, pc, at, 0, at),
        }
    }

    /// The optional rounds of a possessive repeat.
    fn possessive_rest(&mut self, pc: Pc, at: usize, done: usize) -> Result<Next, Stopped> {
        let Inst::PossessiveRepeat { max, tail, .. } = self.inst(pc)? else { return Err(Stopped::Internal) };
        if max == MAXREPEAT || done < max as usize {
            self.enter_body(Kind::Possessive, true, pc, at, done, at)
        } else {
            Ok(Next::At(tail, at))
        }
    }
}
