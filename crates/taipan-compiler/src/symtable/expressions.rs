//! First pass over expressions.

use taipan_syntax::ast::{self, ExprContext, ExprKind};

use super::build::{Builder, Done, check_name};
use super::{BlockType, ComprehensionKind, ScopeKey, flags::*};
use crate::error::CompileError;
use crate::instruction_sequence::SourceLocation;

impl<'a> Builder<'_, 'a> {
    pub(super) fn visit_exprs(&mut self, exprs: &'a [ast::ExprBox<'a>]) -> Done {
        exprs.iter().try_for_each(|expr| self.visit_expr(expr))
    }

    pub(super) fn visit_expr_opt(&mut self, expr: Option<&'a ast::Expr<'a>>) -> Done {
        expr.map_or(Ok(()), |expr| self.visit_expr(expr))
    }

    #[inline]
    pub(super) fn visit_expr(&mut self, expr: &'a ast::Expr<'a>) -> Done {
        match &expr.kind {
            ExprKind::Name { id, ctx } => self.visit_name(id, *ctx, expr.location.into()),
            ExprKind::Constant { .. } => Ok(()),
            _ => self.visit_node(expr),
        }
    }

    fn visit_node(&mut self, expr: &'a ast::Expr<'a>) -> Done {
        self.depth.enter()?;
        match &expr.kind {
            ExprKind::BoolOp { values, .. } | ExprKind::JoinedStr { values } | ExprKind::TemplateStr { values } => {
                self.visit_exprs(values)?
            }
            ExprKind::NamedExpr { target, value } => self.visit_named_expr(expr, target, value)?,
            ExprKind::BinOp { .. } => self.visit_bin_op(expr)?,
            ExprKind::UnaryOp { operand, .. } => self.visit_expr(operand)?,
            ExprKind::Lambda { args, body } => self.visit_lambda(expr, args, body)?,
            ExprKind::IfExp { test, body, orelse } => {
                self.visit_expr(test)?;
                self.visit_expr(body)?;
                self.visit_expr(orelse)?;
            }
            ExprKind::Dict { keys, values } => {
                keys.iter().flatten().try_for_each(|key| self.visit_expr(key))?;
                self.visit_exprs(values)?;
            }
            ExprKind::Set { elts } | ExprKind::List { elts, .. } | ExprKind::Tuple { elts, .. } => {
                self.visit_exprs(elts)?
            }
            ExprKind::ListComp { elt, generators } => {
                self.visit_comprehension(expr, "listcomp", ComprehensionKind::List, generators, elt, None)?
            }
            ExprKind::SetComp { elt, generators } => {
                self.visit_comprehension(expr, "setcomp", ComprehensionKind::Set, generators, elt, None)?
            }
            ExprKind::DictComp { key, value, generators } => {
                self.visit_comprehension(expr, "dictcomp", ComprehensionKind::Dict, generators, key, Some(value))?
            }
            ExprKind::GeneratorExp { elt, generators } => {
                self.visit_comprehension(expr, "genexpr", ComprehensionKind::Generator, generators, elt, None)?
            }
            ExprKind::Yield { value } => self.visit_yield(expr, value.as_deref())?,
            ExprKind::YieldFrom { value } => self.visit_yield(expr, Some(value))?,
            ExprKind::Await { value } => self.visit_await(expr, value)?,
            ExprKind::Compare { left, comparators, .. } => {
                self.visit_expr(left)?;
                self.visit_exprs(comparators)?;
            }
            ExprKind::Call { func, args, keywords } => {
                self.visit_expr(func)?;
                self.visit_exprs(args)?;
                self.visit_keywords(keywords)?;
            }
            ExprKind::FormattedValue { value, format_spec, .. }
            | ExprKind::Interpolation { value, format_spec, .. } => {
                self.visit_expr(value)?;
                self.visit_expr_opt(format_spec.as_deref())?;
            }
            ExprKind::Constant { .. } => {}
            ExprKind::Attribute { value, attr, ctx } => {
                check_name(attr, expr.location.into(), *ctx)?;
                self.visit_expr(value)?;
            }
            ExprKind::Subscript { value, slice, .. } => {
                self.visit_expr(value)?;
                self.visit_expr(slice)?;
            }
            ExprKind::Starred { value, .. } => self.visit_expr(value)?,
            ExprKind::Slice { lower, upper, step } => {
                self.visit_expr_opt(lower.as_deref())?;
                self.visit_expr_opt(upper.as_deref())?;
                self.visit_expr_opt(step.as_deref())?;
            }
            ExprKind::Name { id, ctx } => self.visit_name(id, *ctx, expr.location.into())?,
        }
        self.depth.leave();
        Ok(())
    }

    /// Walks down the left operands in a loop: sums of many terms are common.
    fn visit_bin_op(&mut self, expr: &'a ast::Expr<'a>) -> Done {
        if let ExprKind::BinOp { left, right, .. } = &expr.kind
            && !matches!(left.kind, ExprKind::BinOp { .. })
        {
            self.visit_expr(left)?;
            return self.visit_expr(right);
        }
        let mut rights = Vec::new();
        let mut left = expr;
        while let ExprKind::BinOp { left: next, right, .. } = &left.kind {
            rights.push(&**right);
            left = next;
        }
        self.depth.check_chain(rights.len())?;
        self.visit_expr(left)?;
        rights.into_iter().rev().try_for_each(|right| self.visit_expr(right))
    }

    fn visit_name(&mut self, id: &ast::Identifier, ctx: ExprContext, location: SourceLocation) -> Done {
        let scope = self.cur();
        if scope.in_unevaluated_annotation {
            return Ok(());
        }
        // Most names are only read.
        if ctx == ExprContext::Load && !scope.comp_iter_target && !id.is_private() {
            *scope.symbols.flags_mut(id.into()) |= USE;
            return self.note_super(id, location);
        }
        let flag = if ctx == ExprContext::Load { USE } else { DEF_LOCAL };
        self.add_def_ctx(id, flag, location, ctx)?;
        if ctx == ExprContext::Load { self.note_super(id, location) } else { Ok(()) }
    }

    /// `super()` without arguments reads `__class__`.
    #[inline]
    fn note_super(&mut self, id: &ast::Identifier<'_>, location: SourceLocation) -> Done {
        if id.number() == self.table.known.super_.number() && self.cur().is_function_like() {
            self.add_def(&self.table.known.class.clone(), USE, location)?;
        }
        Ok(())
    }

    fn visit_lambda(&mut self, expr: &'a ast::Expr<'a>, args: &'a ast::Arguments<'a>, body: &'a ast::Expr<'a>) -> Done {
        self.visit_exprs(args.defaults)?;
        args.kw_defaults.iter().flatten().try_for_each(|default| self.visit_expr(default))?;
        self.enter_block("lambda", BlockType::Function, ScopeKey::lambda(expr), expr.location.into())?;
        self.visit_arguments(args)?;
        self.visit_expr(body)?;
        self.exit_block();
        Ok(())
    }

    pub(super) fn visit_arguments(&mut self, args: &'a ast::Arguments<'a>) -> Done {
        for arg in args.posonlyargs.iter().chain(args.args.iter()).chain(args.kwonlyargs.iter()) {
            self.add_def(&arg.arg, DEF_PARAM, arg.location.into())?;
        }
        if let Some(arg) = &args.vararg {
            self.add_def(&arg.arg, DEF_PARAM, arg.location.into())?;
            self.cur().varargs = true;
        }
        if let Some(arg) = &args.kwarg {
            self.add_def(&arg.arg, DEF_PARAM, arg.location.into())?;
            self.cur().varkeywords = true;
        }
        Ok(())
    }

    pub(super) fn visit_keywords(&mut self, keywords: &'a [ast::Keyword<'a>]) -> Done {
        for keyword in keywords {
            if let Some(arg) = &keyword.arg {
                check_name(arg, keyword.location.into(), ExprContext::Store)?;
            }
        }
        keywords.iter().try_for_each(|keyword| self.visit_expr(keyword.value))
    }

    fn visit_yield(&mut self, expr: &'a ast::Expr<'a>, value: Option<&'a ast::Expr<'a>>) -> Done {
        let location = expr.location.into();
        self.refuse_in_annotation("yield expression", location)?;
        self.visit_expr_opt(value)?;
        self.cur().generator = true;
        let message = match self.cur().comprehension {
            None => return Ok(()),
            Some(ComprehensionKind::List) => "'yield' inside list comprehension",
            Some(ComprehensionKind::Set) => "'yield' inside set comprehension",
            Some(ComprehensionKind::Dict) => "'yield' inside dict comprehension",
            Some(ComprehensionKind::Generator) => "'yield' inside generator expression",
        };
        Err(CompileError::syntax(message, location))
    }

    fn visit_await(&mut self, expr: &'a ast::Expr<'a>, value: &'a ast::Expr<'a>) -> Done {
        let location = expr.location.into();
        self.refuse_in_annotation("await expression", location)?;
        if !self.allows_top_level_await() {
            if !self.cur().is_function_like() {
                return Err(CompileError::syntax("'await' outside function", location));
            }
            if !self.is_async_def() && self.cur().comprehension.is_none() {
                return Err(CompileError::syntax("'await' outside async function", location));
            }
        }
        self.visit_expr(value)?;
        self.cur().coroutine = true;
        Ok(())
    }

    pub(super) fn refuse_in_annotation(&mut self, what: &str, location: SourceLocation) -> Done {
        let scope = self.cur();
        let place = match scope.block {
            BlockType::Annotation => "an annotation",
            BlockType::TypeVariable => scope.scope_info.unwrap_or("a TypeVar bound"),
            BlockType::TypeAlias => "a type alias",
            BlockType::TypeParameters => "the definition of a generic",
            BlockType::Function | BlockType::Class | BlockType::Module => return Ok(()),
        };
        Err(CompileError::syntax(format!("{what} cannot be used within {place}"), location))
    }
}
