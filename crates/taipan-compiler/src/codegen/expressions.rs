//! Expressions: the dispatch, and those without a file of their own.

use taipan_bytecode::operands::{BinaryOp, Intrinsic1, resume};
use taipan_bytecode::{Constant, Opcode};
use taipan_syntax::ast::{self, BoolOp, ExprContext, ExprKind, Operator, UnaryOp};

use super::unit::ScopeType;
use super::{Compiler, Done, constants, error, place};
use crate::instruction_sequence::{NO_LOCATION, SourceLocation};

impl<'a> Compiler<'a> {
    pub(super) fn exprs(&mut self, exprs: &'a [ast::ExprBox<'a>]) -> Done {
        exprs.iter().try_for_each(|expr| self.expr(expr))
    }

    pub(super) fn expr(&mut self, expr: &'a ast::Expr<'a>) -> Done {
        // The most frequent kind; nothing lies below it.
        if let ExprKind::Name { id, ctx } = &expr.kind {
            return self.name_op(id, *ctx, place(expr.location));
        }
        self.expr_of_parts(expr)
    }

    fn expr_of_parts(&mut self, expr: &'a ast::Expr<'a>) -> Done {
        self.depth.enter()?;
        let loc = place(expr.location);
        match &expr.kind {
            ExprKind::NamedExpr { target, value } => {
                self.expr(value)?;
                self.op_i(Opcode::Copy, 1, loc);
                self.expr(target)?;
            }
            ExprKind::BoolOp { op, values } => self.bool_op(*op, values, loc)?,
            ExprKind::BinOp { .. } => self.bin_op(expr)?,
            ExprKind::UnaryOp { op, operand } => {
                self.expr(operand)?;
                self.unary_op(*op, loc);
            }
            ExprKind::Lambda { args, body } => self.lambda(expr, args, body, loc)?,
            ExprKind::IfExp { test, body, orelse } => self.if_exp(test, body, orelse, loc)?,
            ExprKind::Dict { keys, values } => self.dict(keys, values, loc)?,
            ExprKind::Set { elts } => self.set(elts, loc)?,
            ExprKind::GeneratorExp { .. }
            | ExprKind::ListComp { .. }
            | ExprKind::SetComp { .. }
            | ExprKind::DictComp { .. } => self.comprehension(expr)?,
            ExprKind::Yield { value } => self.yield_(value.as_deref(), loc)?,
            ExprKind::YieldFrom { value } => self.yield_from_expr(value, loc)?,
            ExprKind::Await { value } => {
                self.expr(value)?;
                self.await_value(0, loc)?;
            }
            ExprKind::Compare { left, ops, comparators } => self.compare(expr, left, ops, comparators)?,
            ExprKind::Call { func, args, keywords } => self.call(expr, func, args, keywords)?,
            ExprKind::Constant { value, .. } => self.load_const(constants::constant(value)?, loc)?,
            ExprKind::JoinedStr { values } => self.joined_str(values, loc)?,
            ExprKind::TemplateStr { values } => self.template_str(values, loc)?,
            ExprKind::FormattedValue { value, conversion, format_spec } => {
                self.formatted_value(value, *conversion, format_spec.as_deref(), loc)?
            }
            ExprKind::Interpolation { value, str, conversion, format_spec } => {
                self.interpolation(value, str, *conversion, format_spec.as_deref(), loc)?
            }
            ExprKind::Attribute { value, attr, ctx } => self.attribute(expr, value, attr, *ctx, loc)?,
            ExprKind::Subscript { value, slice, ctx } => self.subscript(value, slice, *ctx, loc)?,
            ExprKind::Starred { ctx: ExprContext::Store, .. } => {
                return error("starred assignment target must be in a list or tuple", loc);
            }
            ExprKind::Starred { .. } => return error("can't use starred expression here", loc),
            ExprKind::Slice { lower, upper, step } => {
                self.slice(lower.as_deref(), upper.as_deref(), step.as_deref(), loc)?
            }
            ExprKind::Name { id, ctx } => self.name_op(id, *ctx, loc)?,
            ExprKind::List { elts, ctx } => self.list(elts, *ctx, loc)?,
            ExprKind::Tuple { elts, ctx } => self.tuple(elts, *ctx, loc)?,
        }
        self.depth.leave();
        Ok(())
    }

    /// Walks down the left operands in a loop.
    fn bin_op(&mut self, expr: &'a ast::Expr<'a>) -> Done {
        if let ExprKind::BinOp { left, op, right } = &expr.kind
            && !matches!(left.kind, ExprKind::BinOp { .. })
        {
            self.expr(left)?;
            self.expr(right)?;
            self.binary_op(*op, place(expr.location));
            return Ok(());
        }
        let mut pending = Vec::new();
        let mut left = expr;
        while let ExprKind::BinOp { left: next, op, right } = &left.kind {
            pending.push((right, *op, place(left.location)));
            left = next;
        }
        self.expr(left)?;
        for (right, op, loc) in pending.into_iter().rev() {
            self.expr(right)?;
            self.binary_op(op, loc);
        }
        Ok(())
    }

    pub(super) fn binary_op(&mut self, op: Operator, loc: SourceLocation) {
        let op = match op {
            Operator::Add => BinaryOp::Add,
            Operator::Sub => BinaryOp::Subtract,
            Operator::Mult => BinaryOp::Multiply,
            Operator::MatMult => BinaryOp::MatrixMultiply,
            Operator::Div => BinaryOp::TrueDivide,
            Operator::Mod => BinaryOp::Remainder,
            Operator::Pow => BinaryOp::Power,
            Operator::LShift => BinaryOp::Lshift,
            Operator::RShift => BinaryOp::Rshift,
            Operator::BitOr => BinaryOp::Or,
            Operator::BitXor => BinaryOp::Xor,
            Operator::BitAnd => BinaryOp::And,
            Operator::FloorDiv => BinaryOp::FloorDivide,
        };
        self.op_i(Opcode::BinaryOp, op.oparg(), loc);
    }

    fn unary_op(&mut self, op: UnaryOp, loc: SourceLocation) {
        match op {
            UnaryOp::UAdd => self.intrinsic_1(Intrinsic1::UnaryPositive, loc),
            UnaryOp::Not => {
                self.op(Opcode::ToBool, loc);
                self.op(Opcode::UnaryNot, loc);
            }
            UnaryOp::Invert => self.op(Opcode::UnaryInvert, loc),
            UnaryOp::USub => self.op(Opcode::UnaryNegative, loc),
        }
    }

    fn bool_op(&mut self, op: BoolOp, values: &'a [ast::ExprBox<'a>], loc: SourceLocation) -> Done {
        let Some((last, first)) = values.split_last() else { return Ok(()) };
        let jump = if op == BoolOp::And { Opcode::JumpIfFalse } else { Opcode::JumpIfTrue };
        let end = self.new_label();
        for value in first {
            self.expr(value)?;
            self.jump(jump, end, loc);
            self.op(Opcode::PopTop, loc);
        }
        self.expr(last)?;
        self.use_label(end);
        Ok(())
    }

    fn if_exp(
        &mut self,
        test: &'a ast::Expr<'a>,
        body: &'a ast::Expr<'a>,
        orelse: &'a ast::Expr<'a>,
        loc: SourceLocation,
    ) -> Done {
        let end = self.new_label();
        let next = self.new_label();
        self.jump_if(loc, test, next, false)?;
        self.expr(body)?;
        self.jump(Opcode::JumpNoInterrupt, end, NO_LOCATION);
        self.use_label(next);
        self.expr(orelse)?;
        self.use_label(end);
        Ok(())
    }

    fn yield_(&mut self, value: Option<&'a ast::Expr<'a>>, loc: SourceLocation) -> Done {
        if !self.scope().is_function_like() {
            return error("'yield' outside function", loc);
        }
        match value {
            Some(value) => self.expr(value)?,
            None => self.load_const(Constant::None, loc)?,
        }
        self.yield_value(loc);
        Ok(())
    }

    pub(super) fn yield_value(&mut self, loc: SourceLocation) {
        if self.scope().generator && self.scope().coroutine {
            self.intrinsic_1(Intrinsic1::AsyncGenWrap, loc);
        }
        self.op_i(Opcode::YieldValue, 0, loc);
        self.op_i(Opcode::Resume, resume::AFTER_YIELD, loc);
    }

    fn yield_from_expr(&mut self, value: &'a ast::Expr<'a>, loc: SourceLocation) -> Done {
        if !self.scope().is_function_like() {
            return error("'yield from' outside function", loc);
        }
        if self.unit.kind == ScopeType::AsyncFunction {
            return error("'yield from' inside async function", loc);
        }
        self.expr(value)?;
        self.op(Opcode::GetYieldFromIter, loc);
        self.load_none(loc)?;
        self.yield_from(false, loc);
        Ok(())
    }

    /// Awaits what is on the stack; `context` tells error messages where.
    pub(super) fn await_value(&mut self, context: u32, loc: SourceLocation) -> Done {
        self.op_i(Opcode::GetAwaitable, context, loc);
        self.load_none(loc)?;
        self.yield_from(true, loc);
        Ok(())
    }

    /// Sends to the iterator below the top of the stack until it ends.
    pub(super) fn yield_from(&mut self, is_await: bool, loc: SourceLocation) {
        let send = self.new_label();
        let fail = self.new_label();
        let exit = self.new_label();
        self.use_label(send);
        self.jump(Opcode::Send, exit, loc);
        // YIELD_VALUE raises only for close() and throw(); their StopIteration is handled there.
        self.jump(Opcode::SetupFinally, fail, loc);
        self.op_i(Opcode::YieldValue, 1, loc);
        self.op(Opcode::PopBlock, NO_LOCATION);
        let after = if is_await { resume::AFTER_AWAIT } else { resume::AFTER_YIELD_FROM };
        self.op_i(Opcode::Resume, after, loc);
        self.jump(Opcode::JumpNoInterrupt, send, loc);
        self.use_label(fail);
        self.op(Opcode::CleanupThrow, loc);
        self.use_label(exit);
        self.op(Opcode::EndSend, loc);
    }
}
