//! First pass over comprehensions and the assignment expressions inside them.

use taipan_syntax::ast::{self, ExprKind};

use super::build::{Builder, Done};
use super::{BlockType, ComprehensionKind, ScopeKey, flags::*};
use crate::error::CompileError;

impl<'a> Builder<'_, 'a> {
    pub(super) fn visit_named_expr(
        &mut self,
        expr: &'a ast::Expr<'a>,
        target: &'a ast::Expr<'a>,
        value: &'a ast::Expr<'a>,
    ) -> Done {
        self.refuse_in_annotation("named expression", expr.location.into())?;
        if self.cur().comp_iter_expr > 0 {
            return Err(CompileError::syntax(
                "assignment expression cannot be used in a comprehension iterable expression",
                expr.location.into(),
            ));
        }
        if self.cur().comprehension.is_some() {
            self.extend_named_expr_scope(target)?;
        }
        self.visit_expr(value)?;
        self.visit_expr(target)
    }

    /// Binds the target of `:=` in the nearest block that is not a comprehension.
    fn extend_named_expr_scope(&mut self, target: &'a ast::Expr<'a>) -> Done {
        let ExprKind::Name { id: name, .. } = &target.kind else {
            return Err(CompileError::Internal("NamedExpr with non-Name target"));
        };
        let location = target.location.into();
        for index in (0..self.stack.len()).rev() {
            let id = self.stack[index];
            if self.table.scope(id).comprehension.is_some() {
                let flags = self.lookup_in(id, name);
                if flags & DEF_COMP_ITER != 0 && flags & DEF_LOCAL != 0 {
                    return Err(CompileError::syntax(
                        format!("assignment expression cannot rebind comprehension iteration variable '{name}'"),
                        location,
                    ));
                }
                continue;
            }
            let where_not = match self.table.scope(id).block {
                BlockType::Function => {
                    let global = self.lookup_in(id, name) & DEF_GLOBAL != 0;
                    self.add_def(name, if global { DEF_GLOBAL } else { DEF_NONLOCAL }, location)?;
                    self.record_directive(name, location);
                    return self.add_def_in(name, DEF_LOCAL, id, location);
                }
                BlockType::Module => {
                    self.add_def(name, DEF_GLOBAL, location)?;
                    self.record_directive(name, location);
                    return self.add_def_in(name, DEF_GLOBAL, id, location);
                }
                BlockType::Class => "cannot be used in a class body",
                BlockType::TypeParameters => "cannot be used within the definition of a generic",
                BlockType::TypeAlias => "cannot be used in a type alias",
                BlockType::TypeVariable => "cannot be used in a TypeVar bound",
                BlockType::Annotation => continue,
            };
            return Err(CompileError::syntax(
                format!("assignment expression within a comprehension {where_not}"),
                location,
            ));
        }
        Err(CompileError::Internal("no scope for a named expression"))
    }

    pub(super) fn visit_comprehension(
        &mut self,
        expr: &'a ast::Expr<'a>,
        name: &'a str,
        kind: ComprehensionKind,
        generators: &'a [ast::Comprehension<'a>],
        elt: &'a ast::Expr<'a>,
        value: Option<&'a ast::Expr<'a>>,
    ) -> Done {
        let Some((outermost, rest)) = generators.split_first() else {
            return Err(CompileError::Internal("comprehension with no generators"));
        };
        let is_generator = kind == ComprehensionKind::Generator;
        // The outermost iterable is evaluated in the enclosing block.
        self.cur().comp_iter_expr += 1;
        self.visit_expr(outermost.iter)?;
        self.cur().comp_iter_expr -= 1;
        let location = expr.location.into();
        self.enter_block(name, BlockType::Function, ScopeKey::comprehension(expr), location)?;
        self.cur().comprehension = Some(kind);
        if outermost.is_async != 0 {
            self.cur().coroutine = true;
        }
        self.add_def(&self.table.known.first_iterator.clone(), DEF_PARAM, location)?;
        self.cur().comp_iter_target = true;
        self.visit_expr(outermost.target)?;
        self.cur().comp_iter_target = false;
        self.visit_exprs(outermost.ifs)?;
        rest.iter().try_for_each(|generator| self.visit_generator(generator))?;
        self.visit_expr_opt(value)?;
        self.visit_expr(elt)?;
        self.cur().generator = is_generator;
        let is_async = self.cur().coroutine && !is_generator;
        self.exit_block();
        if is_async {
            if !self.is_async_def() && self.cur().comprehension.is_none() && !self.allows_top_level_await() {
                return Err(CompileError::syntax(
                    "asynchronous comprehension outside of an asynchronous function",
                    location,
                ));
            }
            self.cur().coroutine = true;
        }
        Ok(())
    }

    fn visit_generator(&mut self, generator: &'a ast::Comprehension<'a>) -> Done {
        self.cur().comp_iter_target = true;
        self.visit_expr(generator.target)?;
        self.cur().comp_iter_target = false;
        self.cur().comp_iter_expr += 1;
        self.visit_expr(generator.iter)?;
        self.cur().comp_iter_expr -= 1;
        self.visit_exprs(generator.ifs)?;
        if generator.is_async != 0 {
            self.cur().coroutine = true;
        }
        Ok(())
    }
}
