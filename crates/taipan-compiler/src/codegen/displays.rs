//! List, tuple, set and dict displays, and assignment to lists and tuples of targets.

use taipan_bytecode::Opcode;
use taipan_bytecode::operands::Intrinsic1;
use taipan_syntax::ast::{self, ExprContext, ExprKind};

use super::calls::{Injected, is_starred};
use super::{Compiler, Done, STACK_USE_GUIDELINE, error};
use crate::instruction_sequence::SourceLocation;

/// The instructions that build a kind of sequence.
#[derive(Clone, Copy)]
pub(super) struct Sequence {
    build: Opcode,
    add: Opcode,
    extend: Opcode,
    tuple: bool,
}

impl Sequence {
    const LIST: Sequence =
        Sequence { build: Opcode::BuildList, add: Opcode::ListAppend, extend: Opcode::ListExtend, tuple: false };
    pub(super) const TUPLE: Sequence = Sequence { tuple: true, ..Sequence::LIST };
    const SET: Sequence =
        Sequence { build: Opcode::BuildSet, add: Opcode::SetAdd, extend: Opcode::SetUpdate, tuple: false };
}

impl<'a> Compiler<'a> {
    pub(super) fn list(&mut self, elts: &'a [ast::ExprBox<'a>], ctx: ExprContext, loc: SourceLocation) -> Done {
        match ctx {
            ExprContext::Store => self.unpack_assignment(elts, loc),
            ExprContext::Load => self.star_unpack(elts, None, 0, Sequence::LIST, loc),
            ExprContext::Del => self.exprs(elts),
        }
    }

    pub(super) fn tuple(&mut self, elts: &'a [ast::ExprBox<'a>], ctx: ExprContext, loc: SourceLocation) -> Done {
        match ctx {
            ExprContext::Store => self.unpack_assignment(elts, loc),
            ExprContext::Load => self.star_unpack(elts, None, 0, Sequence::TUPLE, loc),
            ExprContext::Del => self.exprs(elts),
        }
    }

    pub(super) fn set(&mut self, elts: &'a [ast::ExprBox<'a>], loc: SourceLocation) -> Done {
        self.star_unpack(elts, None, 0, Sequence::SET, loc)
    }

    /// Builds a sequence from `pushed` values on the stack, the elements and a hidden local.
    pub(super) fn star_unpack(
        &mut self,
        elts: &'a [ast::ExprBox<'a>],
        injected: Option<Injected>,
        pushed: usize,
        sequence: Sequence,
        loc: SourceLocation,
    ) -> Done {
        let count = elts.len() + pushed + usize::from(injected.is_some());
        let big = count > STACK_USE_GUIDELINE;
        if !big && !elts.iter().any(|elt| is_starred(elt)) {
            self.exprs(elts)?;
            if let Some(Injected(name)) = injected {
                self.name_op(name, ExprContext::Load, loc)?;
            }
            self.op_n(if sequence.tuple { Opcode::BuildTuple } else { sequence.build }, count, loc);
            return Ok(());
        }
        let mut built = big;
        if big {
            self.op_n(sequence.build, pushed, loc);
        }
        for (index, elt) in elts.iter().enumerate() {
            if let ExprKind::Starred { value, .. } = &elt.kind {
                if !built {
                    self.op_n(sequence.build, index + pushed, loc);
                    built = true;
                }
                self.expr(value)?;
                self.op_i(sequence.extend, 1, loc);
            } else {
                self.expr(elt)?;
                if built {
                    self.op_i(sequence.add, 1, loc);
                }
            }
        }
        if let Some(Injected(name)) = injected {
            self.name_op(name, ExprContext::Load, loc)?;
            self.op_i(sequence.add, 1, loc);
        }
        if sequence.tuple {
            self.intrinsic_1(Intrinsic1::ListToTuple, loc);
        }
        Ok(())
    }

    fn unpack_assignment(&mut self, elts: &'a [ast::ExprBox<'a>], loc: SourceLocation) -> Done {
        let is_star = elts.iter().map(|elt| is_starred(elt));
        self.unpack(is_star, loc, "assignment", "assignment")?;
        elts.iter().try_for_each(|elt| match &elt.kind {
            ExprKind::Starred { value, .. } => self.expr(value),
            _ => self.expr(elt),
        })
    }

    /// Unpacks the value on the stack; `is_star` tells which of the targets takes the rest.
    pub(super) fn unpack(
        &mut self,
        is_star: impl ExactSizeIterator<Item = bool>,
        loc: SourceLocation,
        many: &str,
        several: &str,
    ) -> Done {
        let count = is_star.len();
        let mut seen_star = false;
        for (index, star) in is_star.enumerate() {
            if star && seen_star {
                return error(format!("multiple starred expressions in {several}"), loc);
            }
            if star {
                let after = count - index - 1;
                if index >= 1 << 8 || after >= (i32::MAX >> 8) as usize {
                    return error(format!("too many expressions in star-unpacking {many}"), loc);
                }
                self.op_n(Opcode::UnpackEx, index + (after << 8), loc);
                seen_star = true;
            }
        }
        if !seen_star {
            self.op_n(Opcode::UnpackSequence, count, loc);
        }
        Ok(())
    }

    pub(super) fn dict(
        &mut self,
        keys: &'a [Option<ast::ExprBox<'a>>],
        values: &'a [ast::ExprBox<'a>],
        loc: SourceLocation,
    ) -> Done {
        let mut have_dict = false;
        // Pairs from `from` on wait to be built.
        let mut from = 0;
        for (index, (key, value)) in keys.iter().zip(values.iter()).enumerate() {
            let flush = match key {
                None => index,
                Some(_) if (index - from) * 2 > STACK_USE_GUIDELINE => index + 1,
                Some(_) => continue,
            };
            if from < flush {
                self.sub_dict(&keys[from..flush], &values[from..flush], loc)?;
                if have_dict {
                    self.op_i(Opcode::DictUpdate, 1, loc);
                }
                have_dict = true;
            }
            from = index + 1;
            if key.is_none() {
                if !have_dict {
                    self.op_i(Opcode::BuildMap, 0, loc);
                    have_dict = true;
                }
                self.expr(value)?;
                self.op_i(Opcode::DictUpdate, 1, loc);
            }
        }
        if from < keys.len() {
            self.sub_dict(&keys[from..], &values[from..], loc)?;
            if have_dict {
                self.op_i(Opcode::DictUpdate, 1, loc);
            }
            have_dict = true;
        }
        if !have_dict {
            self.op_i(Opcode::BuildMap, 0, loc);
        }
        Ok(())
    }

    fn sub_dict(
        &mut self,
        keys: &'a [Option<ast::ExprBox<'a>>],
        values: &'a [ast::ExprBox<'a>],
        loc: SourceLocation,
    ) -> Done {
        let big = keys.len() * 2 > STACK_USE_GUIDELINE;
        if big {
            self.op_i(Opcode::BuildMap, 0, loc);
        }
        for (key, value) in keys.iter().flatten().zip(values.iter()) {
            self.expr(key)?;
            self.expr(value)?;
            if big {
                self.op_i(Opcode::MapAdd, 1, loc);
            }
        }
        if !big {
            self.op_n(Opcode::BuildMap, keys.len(), loc);
        }
        Ok(())
    }
}
