//! The characters below 256 a match can begin with, worked out where the compiler gave no prefix and no set.
//!
//! Invariant: the answer errs on the side of more characters; a pattern that may match the empty text has none.

use super::{Inst, NOWHERE, One, Pc, Program};
use crate::classes::Classes;
use crate::matcher::passes;

/// How many instructions are looked at before giving up.
const EFFORT: usize = 64;

/// Bitmap of possible first characters; `None` if it would not exclude anything, or nothing is certain.
pub(super) fn first_characters<C: Classes>(program: &Program, classes: &C) -> Option<[u64; 4]> {
    let mut latin = [0; 4];
    let mut left = EFFORT;
    let mut paths: Vec<Pc> = vec![0];
    while let Some(pc) = paths.pop() {
        left = left.checked_sub(1)?;
        let inst = program.insts.get(pc as usize)?;
        let one = match *inst {
            Inst::One(one) => one,
            Inst::RepeatOne { one, min, tail, .. }
            | Inst::MinRepeatOne { one, min, tail, .. }
            | Inst::PossessiveRepeatOne { one, min, tail, .. } => {
                if min == 0 {
                    paths.push(tail);
                }
                one
            }
            Inst::Jump(target) => {
                paths.push(target);
                continue;
            }
            // These take no character, and what follows must match as well.
            Inst::Mark(_) | Inst::At(_) => {
                paths.push(pc + 1);
                continue;
            }
            Inst::AtomicGroup { .. } => {
                paths.push(pc + 1);
                continue;
            }
            Inst::Assert { tail, .. } | Inst::AssertNot { tail, .. } => {
                paths.push(tail);
                continue;
            }
            Inst::Repeat { min, until, .. } => {
                paths.push(pc + 1);
                if min == 0 {
                    paths.push(until + 1);
                }
                continue;
            }
            // Reached when the body of a repeat took nothing.
            Inst::MaxUntil | Inst::MinUntil => {
                paths.push(pc + 1);
                continue;
            }
            Inst::Branch(first) => {
                let run = program.alternatives.get(first as usize..)?;
                paths.extend(run.iter().map(|alternative| alternative.body).take_while(|&body| body != NOWHERE));
                continue;
            }
            _ => return None,
        };
        if depends_on_locale(program, one) {
            return None;
        }
        for ch in 0..256 {
            if passes(program, classes, one, ch) {
                latin[ch as usize >> 6] |= 1 << (ch & 63);
            }
        }
    }
    (latin != [u64::MAX; 4]).then_some(latin)
}

fn depends_on_locale(program: &Program, one: One) -> bool {
    match one {
        One::LiteralLocale(_) | One::NotLiteralLocale(_) => true,
        One::Set(set) => program.sets.get(set as usize).is_none_or(|set| set.in_locale()),
        _ => false,
    }
}
