//! Repeats: of one character (counted, no stack per round) and of anything (rounds on a stack).
//!
//! Invariant: a repeat of anything does not start an optional round at the place where its last optional round began,
//! so an empty body cannot loop.

use super::{Matcher, NONE, Next};
use crate::classes::Classes;
use crate::matcher::passes;
use crate::opcode::MAXREPEAT;
use crate::program::{Inst, One, Pc};
use crate::state::{Choice, Kind, Stopped};
use crate::text::Char;

/// Test, minimum, maximum and tail of a repeat of one character.
type Repeat = (One, u32, u32, Pc);

impl<T: Char, C: Classes> Matcher<'_, T, C> {
    /// The last position in `from..=to` where an instruction can match, as far as its first character tells.
    #[inline]
    fn last_possible(&mut self, pc: Pc, from: usize, to: usize) -> Result<Option<usize>, Stopped> {
        let Inst::One(one) = self.inst(pc)? else { return Ok((from <= to).then_some(to)) };
        let (program, classes) = (self.program, self.classes);
        // The position behind the last character cannot match it.
        let end = to.saturating_add(1).min(self.text.len());
        let Some(window) = self.text.get(from..end) else { return Ok(None) };
        let found = match one {
            One::Literal(literal) => T::from_code(literal).and_then(|literal| literal.rfind_in(window)),
            _ => window.iter().rposition(|&ch| passes(program, classes, one, ch.code())),
        };
        self.spend((window.len() - found.unwrap_or(0)) / 16)?;
        Ok(found.map(|offset| from + offset))
    }

    #[inline]
    pub(super) fn repeat_one(&mut self, pc: Pc, repeat: Repeat, at: usize) -> Result<Next, Stopped> {
        let (one, min, max, tail) = repeat;
        let count = self.count(one, at, max)?;
        if at > self.text.len() || count < min as usize {
            return Ok(Next::Fail);
        }
        let (low, high) = (at + min as usize, at + count);
        let Some(to) = self.last_possible(tail, low, high)? else { return Ok(Next::Fail) };
        if to > low {
            self.state.push_saving(Kind::RepeatOne, self.round != NONE, pc, to, low)?;
        }
        Ok(Next::At(tail, to))
    }

    /// One character less.
    #[inline]
    pub(super) fn retry_repeat_one(&mut self, choice: Choice) -> Result<Next, Stopped> {
        let Inst::RepeatOne { tail, .. } = self.inst(choice.index)? else { return Err(Stopped::Internal) };
        let low = choice.extra;
        let below = match choice.at.checked_sub(1) {
            Some(high) if high >= low => self.last_possible(tail, low, high)?,
            _ => None,
        };
        match below {
            Some(to) if to > low => {
                self.state.push_again(Choice { at: to, ..choice })?;
                Ok(Next::At(tail, to))
            }
            Some(to) => {
                self.state.drop_marks(&choice);
                Ok(Next::At(tail, to))
            }
            None => {
                self.state.drop_marks(&choice);
                Ok(Next::Fail)
            }
        }
    }

    pub(super) fn min_repeat_one(&mut self, pc: Pc, repeat: Repeat, at: usize) -> Result<Next, Stopped> {
        let (one, min, max, tail) = repeat;
        let count = if min == 0 { 0 } else { self.count(one, at, min)? };
        if at > self.text.len() || count < min as usize {
            return Ok(Next::Fail);
        }
        match self.first_possible((one, min, max, tail), at + count, count)? {
            None => Ok(Next::Fail),
            Some((to, count)) => {
                if max == MAXREPEAT || count < max as usize {
                    self.state.push_saving(Kind::MinRepeatOne, self.round != NONE, pc, to, count)?;
                }
                Ok(Next::At(tail, to))
            }
        }
    }

    /// One character more.
    pub(super) fn retry_min_repeat_one(&mut self, choice: Choice) -> Result<Next, Stopped> {
        let Inst::MinRepeatOne { one, min, max, tail } = self.inst(choice.index)? else {
            return Err(Stopped::Internal);
        };
        let more = match self.text.get(choice.at) {
            Some(ch) if passes(self.program, self.classes, one, ch.code()) => {
                self.first_possible((one, min, max, tail), choice.at + 1, choice.extra + 1)?
            }
            _ => None,
        };
        match more {
            Some((to, count)) if max == MAXREPEAT || count < max as usize => {
                self.state.push_again(Choice { at: to, extra: count, ..choice })?;
                Ok(Next::At(tail, to))
            }
            Some((to, _)) => {
                self.state.drop_marks(&choice);
                Ok(Next::At(tail, to))
            }
            None => {
                self.state.drop_marks(&choice);
                Ok(Next::Fail)
            }
        }
    }

    /// The first position from `at` on, reached by further rounds, where the tail can match.
    fn first_possible(&mut self, repeat: Repeat, at: usize, count: usize) -> Result<Option<(usize, usize)>, Stopped> {
        let (one, _, max, tail) = repeat;
        let (program, classes) = (self.program, self.classes);
        let Inst::One(next) = self.inst(tail)? else { return Ok(Some((at, count))) };
        let most = if max == MAXREPEAT { usize::MAX } else { max as usize - count };
        // The last place to look at is the one behind `most` more characters.
        let rest = self.text.get(at..).unwrap_or_default();
        let rest = rest.get(..most.saturating_add(1)).unwrap_or(rest);
        // Pieces, so that a tail far away is not searched for beyond where the test fails, again and again.
        let (mut from, mut size) = (0, 16);
        loop {
            let end = rest.len().min(from + size);
            let piece = &rest[from..end];
            let hit = match next {
                One::Literal(literal) => T::from_code(literal).and_then(|literal| literal.find_in(piece)),
                _ => piece.iter().position(|&ch| passes(program, classes, next, ch.code())),
            };
            let before = hit.unwrap_or(piece.len());
            if self.count(one, at + from, u32::try_from(before).unwrap_or(MAXREPEAT))? < before {
                return Ok(None);
            }
            if let Some(hit) = hit {
                return Ok(Some((at + from + hit, count + from + hit)));
            }
            if end == rest.len() {
                return Ok(None);
            }
            (from, size) = (end, size * 2);
        }
    }

    #[inline]
    fn bounds(&self, round: u32) -> Result<(Pc, u32, u32, Pc), Stopped> {
        let pc = self.state.rounds.get(round as usize).ok_or(Stopped::Internal)?.pc;
        match self.inst(pc)? {
            Inst::Repeat { min, max, until } => Ok((pc + 1, min, max, until + 1)),
            _ => Err(Stopped::Internal),
        }
    }

    #[inline]
    pub(super) fn max_until(&mut self, at: usize) -> Result<Next, Stopped> {
        self.spend(1)?;
        let index = self.round;
        let (body, min, max, _) = self.bounds(index)?;
        let round = *self.round_mut(index)?;
        let count = round.count + 1;
        if count < i64::from(min) {
            return self.required(index, body, at, count);
        }
        if (max == MAXREPEAT || count < i64::from(max)) && round.last_at != at {
            self.state.push_word(round.last_at)?;
            self.state.push_saving(Kind::MaxBody, true, index, at, count as usize)?;
            let round = self.round_mut(index)?;
            (round.count, round.last_at) = (count, at);
            return Ok(Next::At(body, at));
        }
        self.until_tail(index, at)
    }

    fn required(&mut self, index: u32, body: Pc, at: usize, count: i64) -> Result<Next, Stopped> {
        self.state.push(Kind::Required, index, at, count as usize)?;
        self.round_mut(index)?.count = count;
        Ok(Next::At(body, at))
    }

    /// No more rounds: the tail, in the repeat around this one.
    #[inline]
    fn until_tail(&mut self, index: u32, at: usize) -> Result<Next, Stopped> {
        let (.., tail) = self.bounds(index)?;
        self.state.push(Kind::UntilTail, index, at, 0)?;
        self.round = self.round_mut(index)?.outer;
        Ok(Next::At(tail, at))
    }

    /// The optional round failed.
    pub(super) fn retry_max_until(&mut self, choice: Choice) -> Result<Next, Stopped> {
        self.state.restore(&choice, false);
        let last_at = self.state.words.pop().ok_or(Stopped::Internal)?;
        let round = self.round_mut(choice.index)?;
        (round.last_at, round.count) = (last_at, choice.extra as i64 - 1);
        self.round = choice.index;
        self.until_tail(choice.index, choice.at)
    }

    pub(super) fn min_until(&mut self, at: usize) -> Result<Next, Stopped> {
        self.spend(1)?;
        let index = self.round;
        let (body, min, _, tail) = self.bounds(index)?;
        let round = *self.round_mut(index)?;
        let count = round.count + 1;
        if count < i64::from(min) {
            return self.required(index, body, at, count);
        }
        self.round = round.outer;
        self.state.push_saving(Kind::MinTail, self.round != NONE, index, at, count as usize)?;
        Ok(Next::At(tail, at))
    }

    /// The tail failed: another round, if one is allowed.
    pub(super) fn retry_min_until(&mut self, choice: Choice) -> Result<Next, Stopped> {
        self.state.restore(&choice, false);
        let index = choice.index;
        self.round = index;
        let (body, _, max, _) = self.bounds(index)?;
        let last_at = self.round_mut(index)?.last_at;
        if (max != MAXREPEAT && choice.extra >= max as usize) || last_at == choice.at {
            return Ok(Next::Fail);
        }
        self.state.push_word(last_at)?;
        self.state.push(Kind::MinBody, index, choice.at, choice.extra)?;
        let round = self.round_mut(index)?;
        (round.count, round.last_at) = (choice.extra as i64, choice.at);
        Ok(Next::At(body, choice.at))
    }
}
