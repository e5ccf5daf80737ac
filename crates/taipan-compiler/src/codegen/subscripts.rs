//! Subscripts and slices.

use taipan_bytecode::operands::BinaryOp;
use taipan_bytecode::{Constant, Opcode};
use taipan_syntax::ast::{self, ExprContext, ExprKind};

use super::{Compiler, Done, constants, place};
use crate::error::CompileError;
use crate::instruction_sequence::SourceLocation;

type Part<'a> = Option<&'a ast::Expr<'a>>;

impl<'a> Compiler<'a> {
    pub(super) fn subscript(
        &mut self,
        value: &'a ast::Expr<'a>,
        slice: &'a ast::Expr<'a>,
        ctx: ExprContext,
        loc: SourceLocation,
    ) -> Done {
        if ctx == ExprContext::Load {
            self.check_subscripter(value);
            self.check_index(value, slice);
        }
        self.expr(value)?;
        if ctx != ExprContext::Del
            && let Some((lower, upper)) = two_part_slice(slice)
        {
            self.slice_parts(lower, upper, place(slice.location))?;
            self.op(if ctx == ExprContext::Load { Opcode::BinarySlice } else { Opcode::StoreSlice }, loc);
            return Ok(());
        }
        self.expr(slice)?;
        match ctx {
            ExprContext::Load => self.subscr(loc),
            ExprContext::Store => self.op(Opcode::StoreSubscr, loc),
            ExprContext::Del => self.op(Opcode::DeleteSubscr, loc),
        }
        Ok(())
    }

    pub(super) fn subscr(&mut self, loc: SourceLocation) {
        self.op_i(Opcode::BinaryOp, BinaryOp::Subscr.oparg(), loc);
    }

    pub(super) fn slice_parts(&mut self, lower: Part<'a>, upper: Part<'a>, loc: SourceLocation) -> Done {
        for part in [lower, upper] {
            match part {
                Some(part) => self.expr(part)?,
                None => self.load_none(loc)?,
            }
        }
        Ok(())
    }

    pub(super) fn slice(&mut self, lower: Part<'a>, upper: Part<'a>, step: Part<'a>, loc: SourceLocation) -> Done {
        if [lower, upper, step].into_iter().all(is_constant_part) {
            let parts = [constant_part(lower)?, constant_part(upper)?, constant_part(step)?];
            return self.load_const(Constant::Slice(Box::new(parts)), loc);
        }
        self.slice_parts(lower, upper, loc)?;
        if let Some(step) = step {
            self.expr(step)?;
        }
        self.op_i(Opcode::BuildSlice, 2 + u32::from(step.is_some()), loc);
        Ok(())
    }
}

/// The bounds of a slice without step that is not constant as a whole.
pub(super) fn two_part_slice<'a>(slice: &'a ast::Expr<'a>) -> Option<(Part<'a>, Part<'a>)> {
    match &slice.kind {
        ExprKind::Slice { lower, upper, step: None } => {
            let (lower, upper) = (lower.as_deref(), upper.as_deref());
            let constant = is_constant_part(lower) && is_constant_part(upper);
            (!constant).then_some((lower, upper))
        }
        _ => None,
    }
}

fn is_constant_part(part: Part<'_>) -> bool {
    part.is_none_or(|part| matches!(part.kind, ExprKind::Constant { .. }))
}

fn constant_part(part: Part<'_>) -> Result<Constant, CompileError> {
    match part.map(|part| &part.kind) {
        Some(ExprKind::Constant { value, .. }) => constants::constant(value),
        _ => Ok(Constant::None),
    }
}
