//! `with` and `async with`.

use taipan_bytecode::Opcode;
use taipan_bytecode::operands::SpecialMethod;
use taipan_syntax::ast;

use super::blocks::BlockKind;
use super::{Compiler, Done, place};
use crate::instruction_sequence::{Label, NO_LOCATION, SourceLocation};

impl<'a> Compiler<'a> {
    /// The items from number `item` on and the body.
    pub(super) fn with_(&mut self, node: &'a ast::With<'a>, item: usize, is_async: bool) -> Done {
        let Some(current) = node.items.get(item) else { return self.stmts(node.body) };
        self.depth.enter()?;
        let block = self.new_label();
        let final_ = self.new_label();
        let exit = self.new_label();
        let cleanup = self.new_label();
        self.expr(current.context_expr)?;
        let loc = place(current.context_expr.location);
        let (enter, leave) = match is_async {
            true => (SpecialMethod::Aenter, SpecialMethod::Aexit),
            false => (SpecialMethod::Enter, SpecialMethod::Exit),
        };
        self.op_i(Opcode::Copy, 1, loc);
        self.op_i(Opcode::LoadSpecial, leave.oparg(), loc);
        self.op_i(Opcode::Swap, 2, loc);
        self.op_i(Opcode::Swap, 3, loc);
        self.op_i(Opcode::LoadSpecial, enter.oparg(), loc);
        self.op_i(Opcode::Call, 0, loc);
        if is_async {
            self.await_value(1, loc)?;
        }
        self.jump(Opcode::SetupWith, final_, loc);
        self.use_label(block);
        let kind = if is_async { BlockKind::AsyncWith } else { BlockKind::With };
        self.push_block(kind, loc, Some(block), Some(final_))?;
        match &current.optional_vars {
            Some(vars) => self.expr(vars)?,
            None => self.op(Opcode::PopTop, loc),
        }
        self.with_(node, item + 1, is_async)?;
        self.op(Opcode::PopBlock, if is_async { loc } else { NO_LOCATION });
        self.pop_block();
        self.call_exit_with_nones(loc)?;
        if is_async {
            self.await_value(2, loc)?;
        }
        self.op(Opcode::PopTop, loc);
        self.jump(Opcode::Jump, exit, loc);
        self.use_label(final_);
        self.jump(Opcode::SetupCleanup, cleanup, loc);
        self.op(Opcode::PushExcInfo, loc);
        self.op(Opcode::WithExceptStart, loc);
        if is_async {
            self.await_value(2, loc)?;
        }
        self.with_except_finish(cleanup);
        self.use_label(exit);
        self.depth.leave();
        Ok(())
    }

    pub(super) fn call_exit_with_nones(&mut self, loc: SourceLocation) -> Done {
        for _ in 0..3 {
            self.load_none(loc)?;
        }
        self.op_i(Opcode::Call, 3, loc);
        Ok(())
    }

    /// Goes on if `__exit__` gave something true, raises again otherwise.
    fn with_except_finish(&mut self, cleanup: Label) {
        let suppress = self.new_label();
        self.op(Opcode::ToBool, NO_LOCATION);
        self.jump(Opcode::PopJumpIfTrue, suppress, NO_LOCATION);
        self.op_i(Opcode::Reraise, 2, NO_LOCATION);
        self.use_label(suppress);
        self.op(Opcode::PopTop, NO_LOCATION);
        self.op(Opcode::PopBlock, NO_LOCATION);
        self.op(Opcode::PopExcept, NO_LOCATION);
        for _ in 0..3 {
            self.op(Opcode::PopTop, NO_LOCATION);
        }
        let exit = self.new_label();
        self.jump(Opcode::JumpNoInterrupt, exit, NO_LOCATION);
        self.use_label(cleanup);
        self.pop_except_and_reraise();
        self.use_label(exit);
    }
}
