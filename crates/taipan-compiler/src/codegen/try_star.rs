//! `try` with `except*` (PEP 654).
//!
//! While handlers run, the stack holds the original exception, a list of what handlers raised, and the part of the
//! group no handler has taken yet.

use taipan_bytecode::Opcode;
use taipan_bytecode::operands::Intrinsic2;
use taipan_syntax::ast::{self, ExprContext};

use super::blocks::BlockKind;
use super::{Compiler, Done, place};
use crate::instruction_sequence::{Label, NO_LOCATION, SourceLocation};

impl<'a> Compiler<'a> {
    pub(super) fn try_star(&mut self, node: &'a ast::Try<'a>, loc: SourceLocation) -> Done {
        if node.finalbody.is_empty() {
            return self.try_star_except(node, loc);
        }
        self.try_finally(node, loc, |this| match node.handlers.is_empty() {
            true => this.stmts(node.body),
            false => this.try_star_except(node, loc),
        })
    }

    fn try_star_except(&mut self, node: &'a ast::Try<'a>, loc: SourceLocation) -> Done {
        let body = self.new_label();
        let except = self.new_label();
        let orelse = self.new_label();
        let end = self.new_label();
        let cleanup = self.new_label();
        let reraise_star = self.new_label();
        self.jump(Opcode::SetupFinally, except, loc);
        self.use_label(body);
        self.push_block(BlockKind::TryExcept, loc, Some(body), None)?;
        self.stmts(node.body)?;
        self.pop_block();
        self.op(Opcode::PopBlock, NO_LOCATION);
        self.jump(Opcode::JumpNoInterrupt, orelse, NO_LOCATION);
        self.use_label(except);
        self.jump(Opcode::SetupCleanup, cleanup, NO_LOCATION);
        self.op(Opcode::PushExcInfo, NO_LOCATION);
        self.push_block(BlockKind::ExceptionGroupHandler, loc, None, None)?;
        for (index, handler) in node.handlers.iter().enumerate() {
            if index == 0 {
                let loc = place(handler.location);
                self.op_i(Opcode::BuildList, 0, loc);
                self.op_i(Opcode::Copy, 2, loc);
            }
            let last = (index + 1 == node.handlers.len()).then_some(reraise_star);
            self.star_handler(handler, last)?;
        }
        self.pop_block();
        let reraise = self.new_label();
        self.use_label(reraise_star);
        self.intrinsic_2(Intrinsic2::PrepReraiseStar, NO_LOCATION);
        self.op_i(Opcode::Copy, 1, NO_LOCATION);
        self.jump(Opcode::PopJumpIfNotNone, reraise, NO_LOCATION);
        self.op(Opcode::PopTop, NO_LOCATION);
        self.op(Opcode::PopBlock, NO_LOCATION);
        self.op(Opcode::PopExcept, NO_LOCATION);
        self.jump(Opcode::JumpNoInterrupt, end, NO_LOCATION);
        self.use_label(reraise);
        self.op(Opcode::PopBlock, NO_LOCATION);
        self.op_i(Opcode::Swap, 2, NO_LOCATION);
        self.op(Opcode::PopExcept, NO_LOCATION);
        self.op_i(Opcode::Reraise, 0, NO_LOCATION);
        self.use_label(cleanup);
        self.pop_except_and_reraise();
        self.use_label(orelse);
        self.stmts(node.orelse)?;
        self.use_label(end);
        Ok(())
    }

    /// One handler; the last one goes to `reraise_star`.
    fn star_handler(&mut self, handler: &'a ast::ExceptHandler<'a>, reraise_star: Option<Label>) -> Done {
        let loc = place(handler.location);
        let next = self.new_label();
        let next_with_error = self.new_label();
        let no_match = self.new_label();
        if let Some(type_) = &handler.type_ {
            self.expr(type_)?;
            self.op(Opcode::CheckEgMatch, loc);
            self.op_i(Opcode::Copy, 1, loc);
            self.jump(Opcode::PopJumpIfNone, no_match, loc);
        }
        let cleanup_end = self.new_label();
        let cleanup_body = self.new_label();
        let name = handler.name.as_deref();
        match name {
            Some(name) => self.name_op(name, ExprContext::Store, loc)?,
            None => self.op(Opcode::PopTop, loc),
        }
        self.jump(Opcode::SetupCleanup, cleanup_end, loc);
        self.use_label(cleanup_body);
        self.push_block(BlockKind::HandlerCleanup(name), loc, Some(cleanup_body), None)?;
        self.stmts(handler.body)?;
        self.pop_block();
        self.op(Opcode::PopBlock, NO_LOCATION);
        if let Some(name) = name {
            self.clear_name(name, NO_LOCATION)?;
        }
        self.jump(Opcode::JumpNoInterrupt, next, NO_LOCATION);
        self.use_label(cleanup_end);
        if let Some(name) = name {
            self.clear_name(name, NO_LOCATION)?;
        }
        // What the handler raised goes to the list; below it lies the offset of the raising instruction.
        self.op_i(Opcode::ListAppend, 3, NO_LOCATION);
        self.op(Opcode::PopTop, NO_LOCATION);
        self.jump(Opcode::JumpNoInterrupt, next_with_error, NO_LOCATION);
        self.use_label(next);
        self.op(Opcode::Nop, NO_LOCATION);
        self.jump(Opcode::JumpNoInterrupt, next_with_error, NO_LOCATION);
        self.use_label(no_match);
        self.op(Opcode::PopTop, loc);
        self.use_label(next_with_error);
        if let Some(reraise_star) = reraise_star {
            self.op_i(Opcode::ListAppend, 1, NO_LOCATION);
            self.jump(Opcode::JumpNoInterrupt, reraise_star, NO_LOCATION);
        }
        Ok(())
    }
}
