//! Changes of the tree before its symbols are read: docstrings, `__debug__`, `%` formats, numbers in patterns, and the
//! warnings about leaving a `finally` block (PEP 765).
//!
//! All folding of constant expressions but these is the flow graph's.

use taipan_syntax::ast::{
    self, Arena, Constant, Expr, ExprBox, ExprContext, ExprKind, PatternKind, StmtKind, TypeParamKind,
};

use crate::depth::Depth;
use crate::docstring;
use crate::error::CompileError;
use crate::instruction_sequence::SourceLocation;
use crate::warning::Warning;

mod format;
mod patterns;
#[cfg(test)]
mod tests;

type Done = Result<(), CompileError>;

/// What to change.
pub struct PreprocessOptions {
    /// Optimisation level 0, 1 or 2.
    pub optimize: u8,
    /// Annotations become strings and are left alone.
    pub future_annotations: bool,
    /// Only look for errors and warnings.
    pub syntax_check_only: bool,
    /// Lowest address the native stack may reach, or 0.
    pub stack_limit: usize,
}

/// Preprocesses a tree in place and adds the warnings; `notable` as in [`ast::Tree`].
///
/// # Errors
/// [`CompileError::TooDeep`].
pub fn preprocess<'a>(
    module: &mut ast::Mod<'a>,
    notable: Option<&[usize]>,
    arena: &'a Arena,
    options: &PreprocessOptions,
    warnings: &mut Vec<Warning>,
) -> Done {
    let mut state = Preprocess { arena, options, blocks: Vec::new(), warnings, depth: Depth::new(options.stack_limit) };
    match (module, notable) {
        (ast::Mod::Module { body, .. }, Some(notable)) if options.optimize < 2 => {
            notable.iter().filter_map(|&at| body.get_mut(at).map(|stmt| state.stmt(stmt))).collect::<Done>()?;
        }
        (ast::Mod::Module { body, .. }, _) => state.body(body)?,
        (ast::Mod::Interactive { body }, _) => state.stmts(body)?,
        (ast::Mod::Expression { body }, _) => state.expr(body)?,
        (ast::Mod::FunctionType { .. }, _) => {}
    }
    Ok(())
}

/// The kinds of blocks between which a jump may leave a `finally`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    Finally,
    Function,
    Loop,
}

struct Preprocess<'o, 'a> {
    arena: &'a Arena,
    options: &'o PreprocessOptions,
    blocks: Vec<Block>,
    warnings: &'o mut Vec<Warning>,
    depth: Depth,
}

impl<'a> Preprocess<'_, 'a> {
    fn body(&mut self, body: &mut &'a mut [ast::Stmt<'a>]) -> Done {
        let mut has_docstring = docstring::of_body(body).is_some();
        if has_docstring && self.options.optimize >= 2 {
            remove_docstring(body);
            has_docstring = false;
        }
        self.stmts(body)?;
        // What became the first statement only now is no docstring.
        if !has_docstring
            && docstring::of_body(body).is_some()
            && let Some(stmt) = body.first_mut()
        {
            let place = stmt.location;
            if let StmtKind::Expr { value } = &mut stmt.kind {
                let joined = self.arena.alloc(Expr::new(ExprKind::JoinedStr { values: &mut [] }, place));
                let text = std::mem::replace(value, joined);
                value.kind = ExprKind::JoinedStr { values: self.arena.alloc([text]) };
            }
        }
        Ok(())
    }

    fn stmts(&mut self, stmts: &mut [ast::Stmt<'a>]) -> Done {
        stmts.iter_mut().try_for_each(|stmt| self.stmt(stmt))
    }

    fn within(&mut self, block: Block, visit: impl FnOnce(&mut Self) -> Done) -> Done {
        self.blocks.push(block);
        visit(self)?;
        self.blocks.pop();
        Ok(())
    }

    /// Warns if the statement leaves a `finally` block.
    fn check_leaving_finally(&mut self, keyword: &str, location: ast::Location) {
        if self.blocks.last() == Some(&Block::Finally) {
            let message = format!("'{keyword}' in a 'finally' block");
            self.warnings.push(Warning { message, location: SourceLocation::from(location) });
        }
    }

    fn stmt(&mut self, stmt: &mut ast::Stmt<'a>) -> Done {
        self.depth.enter()?;
        match &mut stmt.kind {
            StmtKind::FunctionDef(node) | StmtKind::AsyncFunctionDef(node) => {
                self.type_params(node.type_params)?;
                self.arguments(&mut node.args)?;
                self.within(Block::Function, |this| this.body(&mut node.body))?;
                self.exprs(node.decorator_list)?;
                if !self.options.future_annotations {
                    self.expr_opt(node.returns.as_deref_mut())?;
                }
            }
            StmtKind::ClassDef(node) => {
                self.type_params(node.type_params)?;
                self.exprs(node.bases)?;
                node.keywords.iter_mut().try_for_each(|keyword| self.expr(keyword.value))?;
                self.body(&mut node.body)?;
                self.exprs(node.decorator_list)?;
            }
            StmtKind::Return { value } => {
                self.check_leaving_finally("return", stmt.location);
                self.expr_opt(value.as_deref_mut())?;
            }
            StmtKind::Delete { targets } => self.exprs(targets)?,
            StmtKind::Assign { targets, value, .. } => {
                self.exprs(targets)?;
                self.expr(value)?;
            }
            StmtKind::AugAssign { target, value, .. } => {
                self.expr(target)?;
                self.expr(value)?;
            }
            StmtKind::AnnAssign { target, annotation, value, .. } => {
                self.expr(target)?;
                if !self.options.future_annotations {
                    self.expr(annotation)?;
                }
                self.expr_opt(value.as_deref_mut())?;
            }
            StmtKind::TypeAlias { name, type_params, value } => {
                self.expr(name)?;
                self.type_params(type_params)?;
                self.expr(value)?;
            }
            StmtKind::For(node) | StmtKind::AsyncFor(node) => {
                self.expr(node.target)?;
                self.expr(node.iter)?;
                self.within(Block::Loop, |this| this.stmts(node.body))?;
                self.stmts(node.orelse)?;
            }
            StmtKind::While { test, body, orelse } => {
                self.expr(test)?;
                self.within(Block::Loop, |this| this.stmts(body))?;
                self.stmts(orelse)?;
            }
            StmtKind::If { .. } => self.if_chain(stmt)?,
            StmtKind::With(node) | StmtKind::AsyncWith(node) => {
                for item in node.items.iter_mut() {
                    self.expr(item.context_expr)?;
                    self.expr_opt(item.optional_vars.as_deref_mut())?;
                }
                self.stmts(node.body)?;
            }
            StmtKind::Raise { exc, cause } => {
                self.expr_opt(exc.as_deref_mut())?;
                self.expr_opt(cause.as_deref_mut())?;
            }
            StmtKind::Try(node) | StmtKind::TryStar(node) => {
                self.stmts(node.body)?;
                for handler in node.handlers.iter_mut() {
                    self.expr_opt(handler.type_.as_deref_mut())?;
                    self.stmts(handler.body)?;
                }
                self.stmts(node.orelse)?;
                self.within(Block::Finally, |this| this.stmts(node.finalbody))?;
            }
            StmtKind::Assert { test, msg } => {
                self.expr(test)?;
                self.expr_opt(msg.as_deref_mut())?;
            }
            StmtKind::Expr { value } => self.expr(value)?,
            StmtKind::Match { subject, cases } => {
                self.expr(subject)?;
                for case in cases.iter_mut() {
                    self.pattern(&mut case.pattern)?;
                    self.expr_opt(case.guard.as_deref_mut())?;
                    self.stmts(case.body)?;
                }
            }
            StmtKind::Break => self.check_leaving_finally("break", stmt.location),
            StmtKind::Continue => self.check_leaving_finally("continue", stmt.location),
            StmtKind::Import { .. }
            | StmtKind::ImportFrom { .. }
            | StmtKind::Global { .. }
            | StmtKind::Nonlocal { .. }
            | StmtKind::Pass => {}
        }
        self.depth.leave();
        Ok(())
    }

    /// `if` with its chain of `elif`, walked in a loop.
    fn if_chain(&mut self, stmt: &mut ast::Stmt<'a>) -> Done {
        let mut stmt = stmt;
        loop {
            let StmtKind::If { test, body, orelse } = &mut stmt.kind else { return Ok(()) };
            self.expr(test)?;
            self.stmts(body)?;
            if !matches!(orelse[..], [ast::Stmt { kind: StmtKind::If { .. }, .. }]) {
                return self.stmts(orelse);
            }
            let Some(elif) = orelse.first_mut() else { return Ok(()) };
            stmt = elif;
        }
    }

    fn exprs(&mut self, exprs: &mut [ExprBox<'a>]) -> Done {
        exprs.iter_mut().try_for_each(|expr| self.expr(expr))
    }

    fn expr_opt(&mut self, expr: Option<&mut Expr<'a>>) -> Done {
        expr.map_or(Ok(()), |expr| self.expr(expr))
    }

    fn expr(&mut self, expr: &mut Expr<'a>) -> Done {
        self.depth.enter()?;
        match &mut expr.kind {
            ExprKind::BinOp { .. } => self.bin_op(expr)?,
            ExprKind::BoolOp { values, .. } | ExprKind::JoinedStr { values } | ExprKind::TemplateStr { values } => {
                self.exprs(values)?
            }
            ExprKind::Set { elts } | ExprKind::List { elts, .. } | ExprKind::Tuple { elts, .. } => self.exprs(elts)?,
            ExprKind::UnaryOp { operand: value, .. }
            | ExprKind::Await { value }
            | ExprKind::YieldFrom { value }
            | ExprKind::Attribute { value, .. }
            | ExprKind::Starred { value, .. }
            | ExprKind::NamedExpr { value, .. } => self.expr(value)?,
            ExprKind::Yield { value } => self.expr_opt(value.as_deref_mut())?,
            ExprKind::Lambda { args, body } => {
                self.arguments(args)?;
                self.expr(body)?;
            }
            ExprKind::IfExp { test, body, orelse } => {
                self.expr(test)?;
                self.expr(body)?;
                self.expr(orelse)?;
            }
            ExprKind::Dict { keys, values } => {
                keys.iter_mut().flatten().try_for_each(|key| self.expr(key))?;
                self.exprs(values)?;
            }
            ExprKind::ListComp { elt, generators }
            | ExprKind::SetComp { elt, generators }
            | ExprKind::GeneratorExp { elt, generators } => {
                self.expr(elt)?;
                self.generators(generators)?;
            }
            ExprKind::DictComp { key, value, generators } => {
                self.expr(key)?;
                self.expr(value)?;
                self.generators(generators)?;
            }
            ExprKind::Compare { left, comparators, .. } => {
                self.expr(left)?;
                self.exprs(comparators)?;
            }
            ExprKind::Call { func, args, keywords } => {
                self.expr(func)?;
                self.exprs(args)?;
                keywords.iter_mut().try_for_each(|keyword| self.expr(keyword.value))?;
            }
            ExprKind::FormattedValue { value, format_spec, .. }
            | ExprKind::Interpolation { value, format_spec, .. } => {
                self.expr(value)?;
                self.expr_opt(format_spec.as_deref_mut())?;
            }
            ExprKind::Subscript { value, slice, .. } => {
                self.expr(value)?;
                self.expr(slice)?;
            }
            ExprKind::Slice { lower, upper, step } => {
                self.expr_opt(lower.as_deref_mut())?;
                self.expr_opt(upper.as_deref_mut())?;
                self.expr_opt(step.as_deref_mut())?;
            }
            ExprKind::Name { id, ctx: ExprContext::Load }
                if &**id == "__debug__" && !self.options.syntax_check_only =>
            {
                let value = if self.options.optimize == 0 { Constant::True } else { Constant::False };
                expr.kind = ExprKind::Constant { value, kind: None };
            }
            ExprKind::Name { .. } | ExprKind::Constant { .. } => {}
        }
        self.depth.leave();
        Ok(())
    }

    /// Walks down the left operands in a loop; the order of visits does not matter here.
    fn bin_op(&mut self, expr: &mut Expr<'a>) -> Done {
        let mut left = expr;
        let mut length = 0;
        loop {
            length += 1;
            self.depth.check_chain(length)?;
            if let ExprKind::BinOp { right, .. } = &mut left.kind {
                self.expr(right)?;
            }
            if !self.options.syntax_check_only {
                format::optimize(left, self.arena);
            }
            let ExprKind::BinOp { left: next, .. } = &mut left.kind else { return Ok(()) };
            let next: &mut Expr<'a> = next;
            if !matches!(next.kind, ExprKind::BinOp { .. }) {
                return self.expr(next);
            }
            left = next;
        }
    }

    fn generators(&mut self, generators: &mut [ast::Comprehension<'a>]) -> Done {
        for generator in generators {
            self.expr(generator.target)?;
            self.expr(generator.iter)?;
            self.exprs(generator.ifs)?;
        }
        Ok(())
    }

    fn arguments(&mut self, args: &mut ast::Arguments<'a>) -> Done {
        if !self.options.future_annotations {
            let plain = args.posonlyargs.iter_mut().chain(args.args.iter_mut()).chain(args.kwonlyargs.iter_mut());
            let variadic = args.vararg.iter_mut().chain(&mut args.kwarg).map(|arg| &mut **arg);
            plain.chain(variadic).try_for_each(|arg| self.expr_opt(arg.annotation.as_deref_mut()))?;
        }
        args.kw_defaults.iter_mut().flatten().try_for_each(|default| self.expr(default))?;
        self.exprs(args.defaults)
    }

    fn type_params(&mut self, params: &mut [ast::TypeParam<'a>]) -> Done {
        for param in params {
            match &mut param.kind {
                TypeParamKind::TypeVar { bound, default_value, .. } => {
                    self.expr_opt(bound.as_deref_mut())?;
                    self.expr_opt(default_value.as_deref_mut())?;
                }
                TypeParamKind::ParamSpec { default_value, .. } | TypeParamKind::TypeVarTuple { default_value, .. } => {
                    self.expr_opt(default_value.as_deref_mut())?
                }
            }
        }
        Ok(())
    }

    fn pattern(&mut self, pattern: &mut ast::Pattern<'a>) -> Done {
        self.depth.enter()?;
        match &mut pattern.kind {
            PatternKind::MatchValue { value } => self.pattern_number(value),
            PatternKind::MatchMapping { keys, patterns, .. } => {
                keys.iter_mut().for_each(|key| self.pattern_number(key));
                self.patterns(patterns)?;
            }
            PatternKind::MatchClass { cls, patterns, kwd_patterns, .. } => {
                self.expr(cls)?;
                self.patterns(patterns)?;
                self.patterns(kwd_patterns)?;
            }
            PatternKind::MatchSequence { patterns } | PatternKind::MatchOr { patterns } => self.patterns(patterns)?,
            PatternKind::MatchAs { pattern: Some(pattern), .. } => self.pattern(pattern)?,
            PatternKind::MatchAs { pattern: None, .. }
            | PatternKind::MatchSingleton { .. }
            | PatternKind::MatchStar { .. } => {}
        }
        self.depth.leave();
        Ok(())
    }

    fn patterns(&mut self, patterns: &mut [ast::Pattern<'a>]) -> Done {
        patterns.iter_mut().try_for_each(|pattern| self.pattern(pattern))
    }

    fn pattern_number(&self, expr: &mut Expr<'a>) {
        if !self.options.syntax_check_only {
            patterns::fold_number(expr, self.arena);
        }
    }
}

/// Removes the first statement; `pass` takes its place in a body of one.
fn remove_docstring<'a>(body: &mut &'a mut [ast::Stmt<'a>]) {
    match &mut body[..] {
        [only] => {
            let start = only.location;
            only.kind = StmtKind::Pass;
            only.location.end_lineno = start.lineno;
            only.location.end_col_offset = start.col_offset.saturating_add(4);
        }
        _ => *body = std::mem::take(body).get_mut(1..).unwrap_or_default(),
    }
}
