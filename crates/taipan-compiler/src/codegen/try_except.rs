//! `try` with `except` and `finally`.

use taipan_bytecode::Opcode;
use taipan_syntax::ast::{self, ExprContext};

use super::blocks::BlockKind;
use super::{Compiler, Done, error, place};
use crate::instruction_sequence::{NO_LOCATION, SourceLocation};

impl<'a> Compiler<'a> {
    pub(super) fn try_(&mut self, node: &'a ast::Try<'a>, loc: SourceLocation) -> Done {
        if node.finalbody.is_empty() {
            return self.try_except(node, loc);
        }
        self.try_finally(node, loc, |this| match node.handlers.is_empty() {
            true => this.stmts(node.body),
            false => this.try_except(node, loc),
        })
    }

    /// The `finally` part around what `inner` generates.
    pub(super) fn try_finally(
        &mut self,
        node: &'a ast::Try<'a>,
        loc: SourceLocation,
        inner: impl FnOnce(&mut Self) -> Done,
    ) -> Done {
        let body = self.new_label();
        let end = self.new_label();
        let exit = self.new_label();
        let cleanup = self.new_label();
        self.jump(Opcode::SetupFinally, end, loc);
        self.use_label(body);
        self.push_block(BlockKind::FinallyTry(node.finalbody), loc, Some(body), Some(end))?;
        inner(self)?;
        self.op(Opcode::PopBlock, NO_LOCATION);
        self.pop_block();
        self.stmts(node.finalbody)?;
        self.jump(Opcode::JumpNoInterrupt, exit, NO_LOCATION);
        // The same statements again, for an exception; they have been warned about.
        self.use_label(end);
        self.jump(Opcode::SetupCleanup, cleanup, NO_LOCATION);
        self.op(Opcode::PushExcInfo, NO_LOCATION);
        self.push_block(BlockKind::FinallyEnd, NO_LOCATION, Some(end), None)?;
        self.stmts(node.finalbody)?;
        self.pop_block();
        self.op_i(Opcode::Reraise, 0, NO_LOCATION);
        self.use_label(cleanup);
        self.pop_except_and_reraise();
        self.use_label(exit);
        Ok(())
    }

    /// Stack: previous exception, lasti, exception.
    pub(super) fn pop_except_and_reraise(&mut self) {
        self.op_i(Opcode::Copy, 3, NO_LOCATION);
        self.op(Opcode::PopExcept, NO_LOCATION);
        self.op_i(Opcode::Reraise, 1, NO_LOCATION);
    }

    fn try_except(&mut self, node: &'a ast::Try<'a>, loc: SourceLocation) -> Done {
        let body = self.new_label();
        let except = self.new_label();
        let end = self.new_label();
        let cleanup = self.new_label();
        self.jump(Opcode::SetupFinally, except, loc);
        self.use_label(body);
        self.push_block(BlockKind::TryExcept, loc, Some(body), None)?;
        self.stmts(node.body)?;
        self.pop_block();
        self.op(Opcode::PopBlock, NO_LOCATION);
        self.stmts(node.orelse)?;
        self.jump(Opcode::JumpNoInterrupt, end, NO_LOCATION);
        self.use_label(except);
        self.jump(Opcode::SetupCleanup, cleanup, NO_LOCATION);
        self.op(Opcode::PushExcInfo, NO_LOCATION);
        self.push_block(BlockKind::ExceptionHandler, loc, None, None)?;
        for (index, handler) in node.handlers.iter().enumerate() {
            let loc = place(handler.location);
            if handler.type_.is_none() && index + 1 < node.handlers.len() {
                return error("default 'except:' must be last", loc);
            }
            let next = self.new_label();
            if let Some(type_) = &handler.type_ {
                self.expr(type_)?;
                self.op(Opcode::CheckExcMatch, loc);
                self.jump(Opcode::PopJumpIfFalse, next, loc);
            }
            match &handler.name {
                Some(name) => {
                    let cleanup_end = self.new_label();
                    let cleanup_body = self.new_label();
                    self.name_op(name, ExprContext::Store, loc)?;
                    // Whatever happens in the body, the name is unbound after it.
                    self.jump(Opcode::SetupCleanup, cleanup_end, loc);
                    self.use_label(cleanup_body);
                    self.push_block(BlockKind::HandlerCleanup(Some(name)), loc, Some(cleanup_body), None)?;
                    self.stmts(handler.body)?;
                    self.pop_block();
                    self.op(Opcode::PopBlock, NO_LOCATION);
                    self.op(Opcode::PopBlock, NO_LOCATION);
                    self.op(Opcode::PopExcept, NO_LOCATION);
                    self.clear_name(name, NO_LOCATION)?;
                    self.jump(Opcode::JumpNoInterrupt, end, NO_LOCATION);
                    self.use_label(cleanup_end);
                    self.clear_name(name, NO_LOCATION)?;
                    self.op_i(Opcode::Reraise, 1, NO_LOCATION);
                }
                None => {
                    let cleanup_body = self.new_label();
                    self.op(Opcode::PopTop, loc);
                    self.use_label(cleanup_body);
                    self.push_block(BlockKind::HandlerCleanup(None), loc, Some(cleanup_body), None)?;
                    self.stmts(handler.body)?;
                    self.pop_block();
                    self.op(Opcode::PopBlock, NO_LOCATION);
                    self.op(Opcode::PopExcept, NO_LOCATION);
                    self.jump(Opcode::JumpNoInterrupt, end, NO_LOCATION);
                }
            }
            self.use_label(next);
        }
        self.pop_block();
        self.op_i(Opcode::Reraise, 0, NO_LOCATION);
        self.use_label(cleanup);
        self.pop_except_and_reraise();
        self.use_label(end);
        Ok(())
    }
}
