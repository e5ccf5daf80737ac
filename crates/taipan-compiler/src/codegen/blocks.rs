//! Frame blocks: what `return`, `break` and `continue` have to unwind on their way out.

use taipan_bytecode::Opcode;
use taipan_syntax::ast::{ExprContext, Stmt};

use super::{Compiler, Done, error};
use crate::error::CompileError;
use crate::instruction_sequence::{Label, NO_LOCATION, SourceLocation};

/// Static nesting of blocks within a function, CPython's `CO_MAXBLOCKS`.
const MAX_BLOCKS: usize = 21;

#[derive(Clone, Copy)]
pub(super) enum BlockKind<'a> {
    WhileLoop,
    ForLoop,
    TryExcept,
    /// With the statements of the `finally` block.
    FinallyTry(&'a [Stmt<'a>]),
    FinallyEnd,
    With,
    AsyncWith,
    /// With the name the exception is bound to.
    HandlerCleanup(Option<&'a str>),
    PopValue,
    ExceptionHandler,
    ExceptionGroupHandler,
    AsyncComprehensionGenerator,
    StopIteration,
}

#[derive(Clone, Copy)]
pub(super) struct FrameBlock<'a> {
    pub(super) kind: BlockKind<'a>,
    pub(super) loc: SourceLocation,
    /// Where `continue` goes.
    pub(super) start: Option<Label>,
    /// Where `break` goes.
    pub(super) exit: Option<Label>,
}

impl<'a> Compiler<'a> {
    pub(super) fn push_block(
        &mut self,
        kind: BlockKind<'a>,
        loc: SourceLocation,
        start: Option<Label>,
        exit: Option<Label>,
    ) -> Done {
        if self.unit.blocks.len() >= MAX_BLOCKS {
            return error("too many statically nested blocks", loc);
        }
        if matches!(kind, BlockKind::FinallyEnd) {
            self.muted += 1;
        }
        self.unit.blocks.push(FrameBlock { kind, loc, start, exit });
        Ok(())
    }

    pub(super) fn pop_block(&mut self) {
        if matches!(self.unit.blocks.pop(), Some(FrameBlock { kind: BlockKind::FinallyEnd, .. })) {
            self.muted -= 1;
        }
    }

    /// Unwinds all blocks, or with `to_loop` those inside the innermost loop, which is given back.
    ///
    /// With `preserve_tos` the value on top of the stack survives. The location becomes artificial once code of a
    /// `finally` or `with` was emitted, for that runs after the statement that leaves.
    pub(super) fn unwind_blocks(
        &mut self,
        loc: &mut SourceLocation,
        preserve_tos: bool,
        to_loop: bool,
    ) -> Result<Option<FrameBlock<'a>>, CompileError> {
        let mut unwound = Vec::new();
        let mut found = None;
        while let Some(&top) = self.unit.blocks.last() {
            match top.kind {
                BlockKind::ExceptionGroupHandler => {
                    return error("'break', 'continue' and 'return' cannot appear in an except* block", *loc);
                }
                BlockKind::WhileLoop | BlockKind::ForLoop if to_loop => {
                    found = Some(top);
                    break;
                }
                _ => {}
            }
            self.pop_block();
            self.unwind_block(loc, &top, preserve_tos)?;
            unwound.push(top);
        }
        for block in unwound.into_iter().rev() {
            self.push_block(block.kind, block.loc, block.start, block.exit)?;
        }
        Ok(found)
    }

    pub(super) fn unwind_block(
        &mut self,
        loc: &mut SourceLocation,
        block: &FrameBlock<'a>,
        preserve_tos: bool,
    ) -> Done {
        match block.kind {
            BlockKind::WhileLoop
            | BlockKind::ExceptionHandler
            | BlockKind::ExceptionGroupHandler
            | BlockKind::AsyncComprehensionGenerator
            | BlockKind::StopIteration => {}
            BlockKind::ForLoop | BlockKind::PopValue => {
                self.keep_tos(preserve_tos, *loc);
                self.op(Opcode::PopTop, *loc);
            }
            BlockKind::TryExcept => self.op(Opcode::PopBlock, *loc),
            BlockKind::FinallyTry(finalbody) => {
                self.op(Opcode::PopBlock, *loc);
                if preserve_tos {
                    self.push_block(BlockKind::PopValue, *loc, None, None)?;
                }
                self.stmts(finalbody)?;
                if preserve_tos {
                    self.pop_block();
                }
                *loc = NO_LOCATION;
            }
            BlockKind::FinallyEnd => {
                self.keep_tos(preserve_tos, *loc);
                self.op(Opcode::PopTop, *loc);
                self.keep_tos(preserve_tos, *loc);
                self.op(Opcode::PopBlock, *loc);
                self.op(Opcode::PopExcept, *loc);
            }
            BlockKind::With | BlockKind::AsyncWith => {
                *loc = block.loc;
                self.op(Opcode::PopBlock, *loc);
                if preserve_tos {
                    self.op_i(Opcode::Swap, 3, *loc);
                    self.op_i(Opcode::Swap, 2, *loc);
                }
                self.call_exit_with_nones(*loc)?;
                if matches!(block.kind, BlockKind::AsyncWith) {
                    self.await_value(2, *loc)?;
                }
                self.op(Opcode::PopTop, *loc);
                *loc = NO_LOCATION;
            }
            BlockKind::HandlerCleanup(name) => {
                if name.is_some() {
                    self.op(Opcode::PopBlock, *loc);
                }
                self.keep_tos(preserve_tos, *loc);
                self.op(Opcode::PopBlock, *loc);
                self.op(Opcode::PopExcept, *loc);
                if let Some(name) = name {
                    self.clear_name(name, *loc)?;
                }
            }
        }
        Ok(())
    }

    fn keep_tos(&mut self, preserve_tos: bool, loc: SourceLocation) {
        if preserve_tos {
            self.op_i(Opcode::Swap, 2, loc);
        }
    }

    /// `name = None; del name`: the end of the name of a handled exception.
    pub(super) fn clear_name(&mut self, name: &str, loc: SourceLocation) -> Done {
        self.load_none(loc)?;
        self.name_op(name, ExprContext::Store, loc)?;
        self.name_op(name, ExprContext::Del, loc)
    }
}
