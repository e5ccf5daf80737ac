//! `if`, loops, `break`, `continue`, and jumps on conditions.

use taipan_bytecode::{Constant, Opcode};
use taipan_syntax::ast::{self, BoolOp, ExprKind, StmtKind, UnaryOp};

use super::blocks::BlockKind;
use super::{Compiler, Done, error, place};
use crate::instruction_sequence::{Label, NO_LOCATION, SourceLocation};

impl<'a> Compiler<'a> {
    /// Jumps to `target` if the truth of the expression is `condition`.
    pub(super) fn jump_if(
        &mut self,
        loc: SourceLocation,
        expr: &'a ast::Expr<'a>,
        target: Label,
        condition: bool,
    ) -> Done {
        self.depth.enter()?;
        match &expr.kind {
            ExprKind::UnaryOp { op: UnaryOp::Not, operand } => self.jump_if(loc, operand, target, !condition)?,
            ExprKind::BoolOp { op, values } => self.jump_if_bool_op(loc, *op, values, target, condition)?,
            ExprKind::IfExp { test, body, orelse } => {
                let end = self.new_label();
                let next = self.new_label();
                self.jump_if(loc, test, next, false)?;
                self.jump_if(loc, body, target, condition)?;
                self.jump(Opcode::JumpNoInterrupt, end, NO_LOCATION);
                self.use_label(next);
                self.jump_if(loc, orelse, target, condition)?;
                self.use_label(end);
            }
            ExprKind::Compare { left, ops, comparators } if ops.len() > 1 => {
                self.jump_if_chain(expr, left, ops, comparators, target, condition)?
            }
            _ => {
                self.expr(expr)?;
                let own = place(expr.location);
                self.op(Opcode::ToBool, own);
                self.jump(pop_jump(condition), target, own);
            }
        }
        self.depth.leave();
        Ok(())
    }

    fn jump_if_bool_op(
        &mut self,
        loc: SourceLocation,
        op: BoolOp,
        values: &'a [ast::ExprBox<'a>],
        target: Label,
        condition: bool,
    ) -> Done {
        let Some((last, first)) = values.split_last() else { return Ok(()) };
        // The truth of a part that settles the whole.
        let settling = op == BoolOp::Or;
        let settled = if settling == condition { target } else { self.new_label() };
        for value in first {
            self.jump_if(loc, value, settled, settling)?;
        }
        self.jump_if(loc, last, target, condition)?;
        if settled != target {
            self.use_label(settled);
        }
        Ok(())
    }

    fn jump_if_chain(
        &mut self,
        expr: &'a ast::Expr<'a>,
        left: &'a ast::Expr<'a>,
        ops: &'a [ast::CmpOp],
        comparators: &'a [ast::ExprBox<'a>],
        target: Label,
        condition: bool,
    ) -> Done {
        let loc = place(expr.location);
        self.check_compare(expr);
        let cleanup = self.new_label();
        self.expr(left)?;
        let last = ops.len() - 1;
        for (op, comparator) in ops.iter().zip(comparators.iter()).take(last) {
            self.expr(comparator)?;
            self.op_i(Opcode::Swap, 2, loc);
            self.op_i(Opcode::Copy, 2, loc);
            self.compare_op(*op, loc);
            self.op(Opcode::ToBool, loc);
            self.jump(Opcode::PopJumpIfFalse, cleanup, loc);
        }
        if let (Some(comparator), Some(op)) = (comparators.last(), ops.last()) {
            self.expr(comparator)?;
            self.compare_op(*op, loc);
        }
        self.op(Opcode::ToBool, loc);
        self.jump(pop_jump(condition), target, loc);
        let end = self.new_label();
        self.jump(Opcode::JumpNoInterrupt, end, NO_LOCATION);
        self.use_label(cleanup);
        self.op(Opcode::PopTop, loc);
        if !condition {
            self.jump(Opcode::JumpNoInterrupt, target, NO_LOCATION);
        }
        self.use_label(end);
        Ok(())
    }

    /// `if` with its chain of `elif`, walked in a loop.
    pub(super) fn if_(&mut self, stmt: &'a ast::Stmt<'a>) -> Done {
        let mut outer_ends = Vec::new();
        let mut stmt = stmt;
        while let StmtKind::If { test, body, orelse } = &stmt.kind {
            let end = self.new_label();
            let next = if orelse.is_empty() { end } else { self.new_label() };
            self.jump_if(place(stmt.location), test, next, false)?;
            self.stmts(body)?;
            if !orelse.is_empty() {
                self.jump(Opcode::JumpNoInterrupt, end, NO_LOCATION);
                self.use_label(next);
                if let [elif @ ast::Stmt { kind: StmtKind::If { .. }, .. }] = &orelse[..] {
                    outer_ends.push(end);
                    stmt = elif;
                    continue;
                }
                self.stmts(orelse)?;
            }
            self.use_label(end);
            break;
        }
        for end in outer_ends.into_iter().rev() {
            self.use_label(end);
        }
        Ok(())
    }

    pub(super) fn for_(&mut self, node: &'a ast::For<'a>, loc: SourceLocation) -> Done {
        let start = self.new_label();
        let cleanup = self.new_label();
        let end = self.new_label();
        self.push_block(BlockKind::ForLoop, loc, Some(start), Some(end))?;
        self.expr(node.iter)?;
        let iter_loc = place(node.iter.location);
        self.op(Opcode::GetIter, iter_loc);
        self.use_label(start);
        self.jump(Opcode::ForIter, cleanup, iter_loc);
        // Keeps the line of the target apart from that of the iterable.
        self.op(Opcode::Nop, place(node.target.location));
        self.expr(node.target)?;
        self.stmts(node.body)?;
        self.jump(Opcode::Jump, start, NO_LOCATION);
        self.use_label(cleanup);
        // A generator that ends jumps to END_FOR, every other iterator behind it.
        self.op(Opcode::EndFor, NO_LOCATION);
        self.op(Opcode::PopIter, NO_LOCATION);
        self.pop_block();
        self.stmts(node.orelse)?;
        self.use_label(end);
        Ok(())
    }

    pub(super) fn async_for(&mut self, node: &'a ast::For<'a>, loc: SourceLocation) -> Done {
        let start = self.new_label();
        let send = self.new_label();
        let except = self.new_label();
        let end = self.new_label();
        self.expr(node.iter)?;
        let iter_loc = place(node.iter.location);
        self.op(Opcode::GetAiter, iter_loc);
        self.use_label(start);
        self.push_block(BlockKind::ForLoop, loc, Some(start), Some(end))?;
        self.jump(Opcode::SetupFinally, except, loc);
        self.op(Opcode::GetAnext, loc);
        self.load_const(Constant::None, loc)?;
        self.use_label(send);
        self.yield_from(true, loc);
        self.op(Opcode::PopBlock, loc);
        self.op(Opcode::NotTaken, loc);
        self.expr(node.target)?;
        self.stmts(node.body)?;
        self.jump(Opcode::Jump, start, NO_LOCATION);
        self.pop_block();
        self.use_label(except);
        self.jump(Opcode::EndAsyncFor, send, iter_loc);
        self.stmts(node.orelse)?;
        self.use_label(end);
        Ok(())
    }

    pub(super) fn while_(
        &mut self,
        test: &'a ast::Expr<'a>,
        body: &'a [ast::Stmt<'a>],
        orelse: &'a [ast::Stmt<'a>],
        loc: SourceLocation,
    ) -> Done {
        let start = self.new_label();
        let end = self.new_label();
        let anchor = self.new_label();
        self.use_label(start);
        self.push_block(BlockKind::WhileLoop, loc, Some(start), Some(end))?;
        self.jump_if(loc, test, anchor, false)?;
        self.stmts(body)?;
        self.jump(Opcode::Jump, start, NO_LOCATION);
        self.pop_block();
        self.use_label(anchor);
        self.stmts(orelse)?;
        self.use_label(end);
        Ok(())
    }

    pub(super) fn break_(&mut self, own: SourceLocation) -> Done {
        let mut loc = own;
        self.op(Opcode::Nop, loc);
        let found = self.unwind_blocks(&mut loc, false, true)?;
        let Some((block, exit)) = found.and_then(|block| Some((block, block.exit?))) else {
            return error("'break' outside loop", own);
        };
        self.unwind_block(&mut loc, &block, false)?;
        self.jump(Opcode::Jump, exit, loc);
        Ok(())
    }

    pub(super) fn continue_(&mut self, own: SourceLocation) -> Done {
        let mut loc = own;
        self.op(Opcode::Nop, loc);
        let Some(start) = self.unwind_blocks(&mut loc, false, true)?.and_then(|block| block.start) else {
            return error("'continue' not properly in loop", own);
        };
        self.jump(Opcode::Jump, start, loc);
        Ok(())
    }
}

fn pop_jump(condition: bool) -> Opcode {
    if condition { Opcode::PopJumpIfTrue } else { Opcode::PopJumpIfFalse }
}
