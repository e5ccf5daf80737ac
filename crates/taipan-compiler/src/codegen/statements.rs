//! Statements: the dispatch, and those without a file of their own.

use taipan_bytecode::Opcode;
use taipan_bytecode::operands::{CommonConstant, Intrinsic1};
use taipan_syntax::ast::{self, ExprKind, StmtKind};

use super::{Compiler, Done, constants, error, place};
use crate::instruction_sequence::{NO_LOCATION, SourceLocation};

impl<'a> Compiler<'a> {
    pub(super) fn stmts(&mut self, stmts: &'a [ast::Stmt<'a>]) -> Done {
        stmts.iter().try_for_each(|stmt| self.stmt(stmt))
    }

    pub(super) fn stmt(&mut self, stmt: &'a ast::Stmt<'a>) -> Done {
        self.depth.enter()?;
        let loc = place(stmt.location);
        match &stmt.kind {
            StmtKind::FunctionDef(node) => self.function(node, false, loc)?,
            StmtKind::AsyncFunctionDef(node) => self.function(node, true, loc)?,
            StmtKind::ClassDef(node) => self.class(node, loc)?,
            StmtKind::TypeAlias { name, type_params, value } => self.type_alias(stmt, name, type_params, value)?,
            StmtKind::Return { value } => self.return_(value.as_deref(), loc)?,
            StmtKind::Delete { targets } => self.exprs(targets)?,
            StmtKind::Assign { targets, value, .. } => {
                self.expr(value)?;
                for (index, target) in targets.iter().enumerate() {
                    if index + 1 < targets.len() {
                        self.op_i(Opcode::Copy, 1, loc);
                    }
                    self.expr(target)?;
                }
            }
            StmtKind::AugAssign { target, op, value } => self.aug_assign(target, *op, value, loc)?,
            StmtKind::AnnAssign { target, annotation, value, simple } => {
                self.ann_assign(target, annotation, value.as_deref(), *simple, loc)?
            }
            StmtKind::For(node) => self.conditional(|this| this.for_(node, loc))?,
            StmtKind::AsyncFor(node) => self.conditional(|this| this.async_for(node, loc))?,
            StmtKind::While { test, body, orelse } => self.conditional(|this| this.while_(test, body, orelse, loc))?,
            StmtKind::If { .. } => self.conditional(|this| this.if_(stmt))?,
            StmtKind::With(node) => self.conditional(|this| this.with_(node, 0, false))?,
            StmtKind::AsyncWith(node) => self.conditional(|this| this.with_(node, 0, true))?,
            StmtKind::Match { subject, cases } => self.conditional(|this| this.match_(subject, cases))?,
            StmtKind::Raise { exc, cause } => self.raise(exc.as_deref(), cause.as_deref(), loc)?,
            StmtKind::Try(node) => self.conditional(|this| this.try_(node, loc))?,
            StmtKind::TryStar(node) => self.conditional(|this| this.try_star(node, loc))?,
            StmtKind::Assert { test, msg } => self.assert(test, msg.as_deref(), loc)?,
            StmtKind::Import { names } => self.import(names, loc)?,
            StmtKind::ImportFrom { module, names, level } => self.import_from(module.as_deref(), names, *level, loc)?,
            StmtKind::Global { .. } | StmtKind::Nonlocal { .. } => {}
            StmtKind::Expr { value } => self.expr_stmt(value, loc)?,
            StmtKind::Pass => self.op(Opcode::Nop, loc),
            StmtKind::Break => self.break_(loc)?,
            StmtKind::Continue => self.continue_(loc)?,
        }
        self.depth.leave();
        Ok(())
    }

    /// Marks what is executed only under conditions, for annotations in it.
    fn conditional(&mut self, generate: impl FnOnce(&mut Self) -> Done) -> Done {
        self.unit.in_conditional_block += 1;
        generate(self)?;
        self.unit.in_conditional_block -= 1;
        Ok(())
    }

    fn expr_stmt(&mut self, value: &'a ast::Expr<'a>, loc: SourceLocation) -> Done {
        if self.interactive && self.stack.is_empty() {
            self.expr(value)?;
            self.intrinsic_1(Intrinsic1::Print, loc);
            self.op(Opcode::PopTop, NO_LOCATION);
            return Ok(());
        }
        if matches!(value.kind, ExprKind::Constant { .. }) {
            self.op(Opcode::Nop, loc);
            return Ok(());
        }
        self.expr(value)?;
        self.op(Opcode::PopTop, NO_LOCATION);
        Ok(())
    }

    fn return_(&mut self, value: Option<&'a ast::Expr<'a>>, own: SourceLocation) -> Done {
        let scope = self.scope();
        if !scope.is_function_like() {
            return error("'return' outside function", own);
        }
        if value.is_some() && scope.coroutine && scope.generator {
            return error("'return' with value in async generator", own);
        }
        let mut loc = own;
        let constant = match value {
            Some(ast::Expr { kind: ExprKind::Constant { value, .. }, location }) => {
                loc = place(*location);
                self.op(Opcode::Nop, loc);
                Some(constants::constant(value)?)
            }
            Some(value) => {
                self.expr(value)?;
                None
            }
            None => Some(taipan_bytecode::Constant::None),
        };
        if value.is_none_or(|value| place(value.location).lineno != own.lineno) {
            loc = own;
            self.op(Opcode::Nop, loc);
        }
        self.unwind_blocks(&mut loc, constant.is_none(), false)?;
        if let Some(constant) = constant {
            self.load_const(constant, loc)?;
        }
        self.op(Opcode::ReturnValue, loc);
        Ok(())
    }

    fn raise(&mut self, exc: Option<&'a ast::Expr<'a>>, cause: Option<&'a ast::Expr<'a>>, loc: SourceLocation) -> Done {
        let mut count = 0;
        if let Some(exc) = exc {
            self.expr(exc)?;
            count += 1;
            if let Some(cause) = cause {
                self.expr(cause)?;
                count += 1;
            }
        }
        self.op_i(Opcode::RaiseVarargs, count, loc);
        Ok(())
    }

    fn assert(&mut self, test: &'a ast::Expr<'a>, msg: Option<&'a ast::Expr<'a>>, loc: SourceLocation) -> Done {
        let always_true = match &test.kind {
            ExprKind::Tuple { elts, .. } => !elts.is_empty(),
            ExprKind::Constant { value: ast::Constant::Tuple(items), .. } => !items.is_empty(),
            _ => false,
        };
        if always_true {
            self.warn("assertion is always true, perhaps remove parentheses?".to_owned(), loc);
        }
        if self.options.optimize > 0 {
            return Ok(());
        }
        let end = self.new_label();
        self.jump_if(loc, test, end, true)?;
        self.op_i(Opcode::LoadCommonConstant, CommonConstant::AssertionError.oparg(), loc);
        if let Some(msg) = msg {
            self.expr(msg)?;
            self.op_i(Opcode::Call, 0, loc);
        }
        self.op_i(Opcode::RaiseVarargs, 1, place(test.location));
        self.use_label(end);
        Ok(())
    }
}
