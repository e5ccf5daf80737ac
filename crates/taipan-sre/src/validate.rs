//! The check of pattern code before it is trusted: CPython's rules for what `re._compiler` can emit.
//!
//! Invariant: needs no native stack for nested code; regions still to be checked wait on a list.

use crate::opcode::{MAXGROUPS, at, category, info, op};

/// The code breaks the rules.
#[derive(Debug)]
pub(crate) struct Broken;

type Check<T> = Result<T, Broken>;

/// Checks whole pattern code for a pattern with `groups` groups.
pub(crate) fn validate(code: &[u32], groups: usize) -> Check<()> {
    if groups > MAXGROUPS || code.last() != Some(&op::SUCCESS) {
        return Err(Broken);
    }
    let mut regions = vec![Region { at: 0, end: code.len() - 1, asked_by: None, then_part: None }];
    while let Some(region) = regions.pop() {
        let mut walk = Walk { code, groups, at: region.at, end: region.end, inner: Vec::new() };
        if walk.at > walk.end {
            return Err(Broken);
        }
        if let Some((skip_at, jumped)) = region.then_part {
            walk.finish_conditional(skip_at, jumped)?;
        }
        match walk.run()? {
            Stop::End | Stop::Jump if region.asked_by.is_none() => {
                if walk.at != walk.end {
                    return Err(Broken);
                }
            }
            Stop::End => answer(&mut regions, region.asked_by, false)?,
            Stop::Jump => answer(&mut regions, region.asked_by, true)?,
            Stop::Conditional { skip_at, then_end } => {
                // The rest of this region depends on how its "then" part ends: park it below that part.
                let parked = regions.len();
                regions.push(Region { at: walk.at, then_part: Some((skip_at, false)), ..region });
                regions.push(Region { at: skip_at + 1, end: then_end, asked_by: Some(parked), then_part: None });
            }
        }
        regions.append(&mut walk.inner);
    }
    Ok(())
}

/// Tells the parked region whether its "then" part ended with a jump over an "else" part.
fn answer(regions: &mut [Region], asked_by: Option<usize>, jumped: bool) -> Check<()> {
    let parked = asked_by.and_then(|index| regions.get_mut(index)).ok_or(Broken)?;
    parked.then_part.as_mut().ok_or(Broken)?.1 = jumped;
    Ok(())
}

struct Region {
    at: usize,
    end: usize,
    /// Index of the region waiting for how this one ends; without one it must not end with a jump.
    asked_by: Option<usize>,
    /// Set while parked: place of the conditional's skip, and whether its "then" part ended with a jump.
    then_part: Option<(usize, bool)>,
}

enum Stop {
    End,
    Jump,
    Conditional { skip_at: usize, then_end: usize },
}

struct Walk<'c> {
    code: &'c [u32],
    groups: usize,
    at: usize,
    end: usize,
    inner: Vec<Region>,
}

impl Walk<'_> {
    fn word(&mut self) -> Check<u32> {
        if self.at >= self.end {
            return Err(Broken);
        }
        let word = *self.code.get(self.at).ok_or(Broken)?;
        self.at += 1;
        Ok(word)
    }

    /// Reads a skip and gives the place it leads to; `over` is how far that may lie behind the end.
    fn target(&mut self, over: usize) -> Check<usize> {
        let from = self.at;
        let skip = self.word()? as usize;
        if skip < over || skip - over > self.end - from {
            return Err(Broken);
        }
        Ok(from + skip)
    }

    fn expect(&mut self, wanted: &[u32]) -> Check<()> {
        if wanted.contains(&self.word()?) { Ok(()) } else { Err(Broken) }
    }

    /// Leaves the code up to `back` words before `target` for later and continues there.
    fn leave(&mut self, target: usize, back: usize) -> Check<()> {
        let end = target.checked_sub(back).filter(|&end| end >= self.at).ok_or(Broken)?;
        self.inner.push(Region { at: self.at, end, asked_by: None, then_part: None });
        self.at = end;
        Ok(())
    }

    fn run(&mut self) -> Check<Stop> {
        while self.at < self.end {
            match self.word()? {
                op::SUCCESS | op::FAILURE | op::ANY | op::ANY_ALL => {}
                op::MARK => self.below(2 * self.groups)?,
                op::LITERAL
                | op::NOT_LITERAL
                | op::LITERAL_IGNORE
                | op::NOT_LITERAL_IGNORE
                | op::LITERAL_UNI_IGNORE
                | op::NOT_LITERAL_UNI_IGNORE
                | op::LITERAL_LOC_IGNORE
                | op::NOT_LITERAL_LOC_IGNORE => {
                    self.word()?;
                }
                op::AT => self.below(at::LAST as usize + 1)?,
                op::CATEGORY => return Err(Broken),
                op::IN | op::IN_IGNORE | op::IN_UNI_IGNORE | op::IN_LOC_IGNORE => {
                    let target = self.target(0)?;
                    self.set(target)?;
                }
                op::INFO => self.info()?,
                op::BRANCH => self.branch()?,
                op::REPEAT_ONE | op::MIN_REPEAT_ONE | op::POSSESSIVE_REPEAT_ONE => {
                    self.repeat(1)?;
                    self.expect(&[op::SUCCESS])?;
                }
                op::REPEAT => {
                    self.repeat(0)?;
                    self.expect(&[op::MAX_UNTIL, op::MIN_UNTIL])?;
                }
                op::POSSESSIVE_REPEAT => {
                    self.repeat(0)?;
                    self.expect(&[op::SUCCESS])?;
                }
                op::ATOMIC_GROUP => {
                    let target = self.target(0)?;
                    self.leave(target, 1)?;
                    self.expect(&[op::SUCCESS])?;
                }
                op::GROUPREF | op::GROUPREF_IGNORE | op::GROUPREF_UNI_IGNORE | op::GROUPREF_LOC_IGNORE => {
                    self.below(self.groups)?;
                }
                op::GROUPREF_EXISTS => {
                    self.below(self.groups)?;
                    let skip_at = self.at;
                    // The skip counts from the group number, one word earlier.
                    let then_end = self.target(1)? - 1;
                    return Ok(Stop::Conditional { skip_at, then_end });
                }
                op::ASSERT | op::ASSERT_NOT => {
                    let target = self.target(0)?;
                    self.word()?;
                    self.leave(target, 1)?;
                    self.expect(&[op::SUCCESS])?;
                }
                op::JUMP if self.at + 1 == self.end => return Ok(Stop::Jump),
                _ => return Err(Broken),
            }
        }
        Ok(Stop::End)
    }

    fn below(&mut self, limit: usize) -> Check<()> {
        if (self.word()? as usize) < limit { Ok(()) } else { Err(Broken) }
    }

    /// Continues a region after the "then" part of a conditional group reference.
    fn finish_conditional(&mut self, skip_at: usize, jumped: bool) -> Check<()> {
        // `at` stands behind the skip word.
        self.at = skip_at;
        let target = self.target(1)? - 1;
        self.at = target;
        if jumped {
            self.at = target.checked_sub(1).ok_or(Broken)?;
            let target = self.target(0)?;
            self.leave(target, 0)?;
        }
        Ok(())
    }

    /// Minimum, maximum and body of a repeat; the body ends `trailer` words before its target, then one closing word.
    fn repeat(&mut self, trailer: usize) -> Check<()> {
        let target = self.target(0)?;
        let (min, max) = (self.word()?, self.word()?);
        if min > max {
            return Err(Broken);
        }
        self.leave(target, trailer)
    }

    fn branch(&mut self) -> Check<()> {
        let mut common = None;
        loop {
            let from = self.at;
            let target = self.target(0)?;
            if target == from {
                break;
            }
            self.leave(target, 2)?;
            self.expect(&[op::JUMP])?;
            let jump = self.target(0)?;
            if *common.get_or_insert(jump) != jump {
                return Err(Broken);
            }
        }
        if common == Some(self.at) { Ok(()) } else { Err(Broken) }
    }

    /// A set that ends with `FAILURE` right before `target`.
    fn set(&mut self, target: usize) -> Check<()> {
        let last = target.checked_sub(1).filter(|&last| last >= self.at).ok_or(Broken)?;
        let mut items = self.code.get(self.at..last).ok_or(Broken)?;
        if self.code.get(last) != Some(&op::FAILURE) {
            return Err(Broken);
        }
        while let Some(&operator) = items.first() {
            let (_, operands, rest) = crate::charset::split_item(items).ok_or(Broken)?;
            match (operator, operands) {
                (op::FAILURE, _) => return Err(Broken),
                (op::CATEGORY, &[number]) if number > category::LAST => return Err(Broken),
                (op::BIGCHARSET, [count, index @ ..]) => {
                    let index = index.get(..64).ok_or(Broken)?;
                    if index.iter().any(|word| word.to_ne_bytes().iter().any(|&block| u32::from(block) >= *count)) {
                        return Err(Broken);
                    }
                }
                _ => {}
            }
            items = rest;
        }
        self.at = target;
        Ok(())
    }

    fn info(&mut self) -> Check<()> {
        let target = self.target(0)?;
        let flags = self.word()?;
        self.word()?;
        self.word()?;
        let (prefix, charset) = (flags & info::PREFIX != 0, flags & info::CHARSET != 0);
        let known = flags & !(info::PREFIX | info::LITERAL | info::CHARSET) == 0;
        if !known || (prefix && charset) || (flags & info::LITERAL != 0 && !prefix) {
            return Err(Broken);
        }
        if prefix {
            let length = self.word()?;
            self.word()?;
            let table = self.at.checked_add(length as usize).ok_or(Broken)?;
            let end = table.checked_add(length as usize).filter(|&end| end <= target).ok_or(Broken)?;
            if self.code.get(table..end).ok_or(Broken)?.iter().any(|&overlap| overlap >= length) {
                return Err(Broken);
            }
            self.at = end;
        }
        if charset {
            self.set(target)?;
        }
        if self.at == target { Ok(()) } else { Err(Broken) }
    }
}
