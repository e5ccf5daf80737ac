//! First pass over statements and patterns.

use taipan_syntax::ast::{self, ExprContext, PatternKind, StmtKind};

use super::build::{Builder, Done, check_name};
use super::{BlockType, ScopeId, ScopeKey, flags::*};
use crate::docstring;
use crate::error::CompileError;
use crate::instruction_sequence::SourceLocation;

impl<'a> Builder<'_, 'a> {
    pub(super) fn visit_body(&mut self, body: &'a [ast::Stmt<'a>]) -> Done {
        body.iter().try_for_each(|stmt| self.visit_stmt(stmt))
    }

    pub(super) fn visit_stmt(&mut self, stmt: &'a ast::Stmt<'a>) -> Done {
        self.depth.enter()?;
        let location = stmt.location.into();
        match &stmt.kind {
            StmtKind::FunctionDef(node) => self.visit_function(node, location, false)?,
            StmtKind::AsyncFunctionDef(node) => self.visit_function(node, location, true)?,
            StmtKind::ClassDef(node) => self.visit_class(node, location)?,
            StmtKind::TypeAlias { name, type_params, value } => {
                self.visit_type_alias(stmt, name, type_params, value)?
            }
            StmtKind::Return { value } => self.visit_expr_opt(value.as_deref())?,
            StmtKind::Delete { targets } => self.visit_exprs(targets)?,
            StmtKind::Assign { targets, value, .. } => {
                self.visit_exprs(targets)?;
                self.visit_expr(value)?;
            }
            StmtKind::AugAssign { target, value, .. } => {
                self.visit_expr(target)?;
                self.visit_expr(value)?;
            }
            StmtKind::AnnAssign { target, annotation, value, simple } => {
                self.visit_ann_assign(location, target, annotation, value.as_deref(), *simple)?
            }
            StmtKind::For(node) => self.visit_for(node)?,
            StmtKind::AsyncFor(node) => {
                self.require_coroutine("'async for' outside async function", location)?;
                self.visit_for(node)?;
            }
            StmtKind::If { .. } => self.visit_if(stmt)?,
            StmtKind::While { test, body, orelse } => {
                self.visit_expr(test)?;
                self.in_conditional_block(|this| {
                    this.visit_body(body)?;
                    this.visit_body(orelse)
                })?;
            }
            StmtKind::With(node) => self.visit_with(node)?,
            StmtKind::AsyncWith(node) => {
                self.require_coroutine("'async with' outside async function", location)?;
                self.visit_with(node)?;
            }
            StmtKind::Match { subject, cases } => {
                self.visit_expr(subject)?;
                self.in_conditional_block(|this| cases.iter().try_for_each(|case| this.visit_match_case(case)))?;
            }
            StmtKind::Raise { exc, cause } => {
                self.visit_expr_opt(exc.as_deref())?;
                if exc.is_some() {
                    self.visit_expr_opt(cause.as_deref())?;
                }
            }
            StmtKind::Try(node) | StmtKind::TryStar(node) => self.in_conditional_block(|this| this.visit_try(node))?,
            StmtKind::Assert { test, msg } => {
                self.visit_expr(test)?;
                self.visit_expr_opt(msg.as_deref())?;
            }
            StmtKind::Import { names } => names.iter().try_for_each(|alias| self.visit_alias(alias))?,
            StmtKind::ImportFrom { module, names, level } => {
                names.iter().try_for_each(|alias| self.visit_alias(alias))?;
                self.check_import_from(module.as_deref(), *level, location)?;
            }
            StmtKind::Global { names } => self.visit_directive(names, DEF_GLOBAL, location)?,
            StmtKind::Nonlocal { names } => self.visit_directive(names, DEF_NONLOCAL, location)?,
            StmtKind::Expr { value } => self.visit_expr(value)?,
            StmtKind::Pass | StmtKind::Break | StmtKind::Continue => {}
        }
        self.depth.leave();
        Ok(())
    }

    fn visit_function(&mut self, node: &'a ast::FunctionDef<'a>, location: SourceLocation, is_async: bool) -> Done {
        self.add_def(&node.name, DEF_LOCAL, location)?;
        self.visit_exprs(node.args.defaults)?;
        node.args.kw_defaults.iter().flatten().try_for_each(|default| self.visit_expr(default))?;
        self.visit_exprs(node.decorator_list)?;
        let generic = !node.type_params.is_empty();
        if generic {
            self.enter_type_param_block(&node.name, node.type_params, Some(&node.args), false, location)?;
            self.visit_type_params(node.type_params)?;
        }
        let function = self.new_scope(&node.name, BlockType::Function, ScopeKey::function(node), location);
        self.table.scope_mut(function).has_docstring = docstring::of_body(node.body).is_some();
        self.visit_function_annotations(&node.args, node.returns.as_deref(), location)?;
        self.enter_existing_block(function, true);
        if is_async {
            self.cur().coroutine = true;
        }
        self.visit_arguments(&node.args)?;
        self.visit_body(node.body)?;
        self.exit_block();
        if generic {
            self.exit_block();
        }
        Ok(())
    }

    fn visit_class(&mut self, node: &'a ast::ClassDef<'a>, location: SourceLocation) -> Done {
        self.add_def(&node.name, DEF_LOCAL, location)?;
        self.visit_exprs(node.decorator_list)?;
        let private = self.private;
        let generic = !node.type_params.is_empty();
        if generic {
            self.enter_type_param_block(&node.name, node.type_params, None, true, location)?;
            self.private = Some(node.name.text());
            self.start_mangled_names();
            self.visit_type_params(node.type_params)?;
        }
        self.visit_exprs(node.bases)?;
        self.visit_keywords(node.keywords)?;
        self.enter_block(&node.name, BlockType::Class, ScopeKey::class(node), location)?;
        self.private = Some(node.name.text());
        if generic {
            self.add_def("__type_params__", DEF_LOCAL, location)?;
            self.add_def(".type_params", USE, location)?;
        }
        self.cur().has_docstring = docstring::of_body(node.body).is_some();
        self.visit_body(node.body)?;
        self.exit_block();
        if generic {
            self.exit_block();
        }
        self.private = private;
        Ok(())
    }

    fn visit_type_alias(
        &mut self,
        stmt: &'a ast::Stmt<'a>,
        name: &'a ast::Expr<'a>,
        type_params: &'a [ast::TypeParam<'a>],
        value: &'a ast::Expr<'a>,
    ) -> Done {
        self.visit_expr(name)?;
        let ast::ExprKind::Name { id, .. } = &name.kind else {
            return Err(CompileError::Internal("TypeAlias with non-Name name"));
        };
        let location = stmt.location.into();
        let in_class = self.cur().block == BlockType::Class;
        if !type_params.is_empty() {
            self.enter_type_param_block(id, type_params, None, false, location)?;
            self.visit_type_params(type_params)?;
        }
        self.enter_block(id, BlockType::TypeAlias, ScopeKey::type_alias(stmt), location)?;
        self.cur().can_see_class_scope = in_class;
        if in_class {
            self.add_def(&self.table.known.classdict.clone(), USE, value.location.into())?;
        }
        self.visit_expr(value)?;
        self.exit_block();
        if !type_params.is_empty() {
            self.exit_block();
        }
        Ok(())
    }

    fn visit_ann_assign(
        &mut self,
        location: SourceLocation,
        target: &'a ast::Expr<'a>,
        annotation: &'a ast::Expr<'a>,
        value: Option<&'a ast::Expr<'a>>,
        simple: bool,
    ) -> Done {
        self.cur().annotations_used = true;
        if let ast::ExprKind::Name { id, .. } = &target.kind {
            let flags = self.lookup(id);
            if flags & (DEF_GLOBAL | DEF_NONLOCAL) != 0 && self.cur_id() != ScopeId::TOP && simple {
                let what = if flags & DEF_GLOBAL != 0 { "global" } else { "nonlocal" };
                return Err(CompileError::syntax(format!("annotated name '{id}' can't be {what}"), location));
            }
            if simple {
                self.add_def(id, DEF_ANNOT | DEF_LOCAL, target.location.into())?;
            }
            if value.is_some() {
                self.add_def(id, DEF_LOCAL, target.location.into())?;
            }
        } else {
            self.visit_expr(target)?;
        }
        self.visit_variable_annotation(annotation)?;
        self.visit_expr_opt(value)
    }

    fn visit_for(&mut self, node: &'a ast::For<'a>) -> Done {
        self.visit_expr(node.target)?;
        self.visit_expr(node.iter)?;
        self.in_conditional_block(|this| {
            this.visit_body(node.body)?;
            this.visit_body(node.orelse)
        })
    }

    /// `if` with its chain of `elif`, walked in a loop; the first test alone is not conditional.
    fn visit_if(&mut self, stmt: &'a ast::Stmt<'a>) -> Done {
        let StmtKind::If { test, .. } = &stmt.kind else { return Ok(()) };
        self.visit_expr(test)?;
        self.in_conditional_block(|this| {
            let mut stmt = stmt;
            while let StmtKind::If { body, orelse, .. } = &stmt.kind {
                this.visit_body(body)?;
                match &orelse[..] {
                    [elif @ ast::Stmt { kind: StmtKind::If { test, .. }, .. }] => {
                        this.visit_expr(test)?;
                        stmt = elif;
                    }
                    _ => return this.visit_body(orelse),
                }
            }
            Ok(())
        })
    }

    fn visit_with(&mut self, node: &'a ast::With<'a>) -> Done {
        self.in_conditional_block(|this| {
            for item in node.items.iter() {
                this.visit_expr(item.context_expr)?;
                this.visit_expr_opt(item.optional_vars.as_deref())?;
            }
            this.visit_body(node.body)
        })
    }

    fn visit_try(&mut self, node: &'a ast::Try<'a>) -> Done {
        self.visit_body(node.body)?;
        for handler in node.handlers.iter() {
            self.visit_expr_opt(handler.type_.as_deref())?;
            if let Some(name) = &handler.name {
                self.add_def(name, DEF_LOCAL, handler.location.into())?;
            }
            self.visit_body(handler.body)?;
        }
        self.visit_body(node.orelse)?;
        self.visit_body(node.finalbody)
    }

    fn visit_directive(&mut self, names: &'a [ast::Identifier<'a>], flag: u32, location: SourceLocation) -> Done {
        let kind = if flag == DEF_GLOBAL { "global" } else { "nonlocal" };
        for name in names.iter() {
            let flags = self.lookup(name);
            if flags & (DEF_PARAM | DEF_LOCAL | USE | DEF_ANNOT) != 0 {
                let message = if flags & DEF_PARAM != 0 {
                    format!("name '{name}' is parameter and {kind}")
                } else if flags & USE != 0 {
                    format!("name '{name}' is used prior to {kind} declaration")
                } else if flags & DEF_ANNOT != 0 {
                    format!("annotated name '{name}' can't be {kind}")
                } else {
                    format!("name '{name}' is assigned to before {kind} declaration")
                };
                return Err(CompileError::syntax(message, location));
            }
            self.add_def(name, flag, location)?;
            self.record_directive(name, location);
        }
        Ok(())
    }

    fn require_coroutine(&mut self, message: &str, location: SourceLocation) -> Done {
        if self.allows_top_level_await() {
            self.cur().coroutine = true;
        }
        if !self.cur().coroutine {
            return Err(CompileError::syntax(message, location));
        }
        Ok(())
    }

    fn check_import_from(&self, module: Option<&str>, level: u32, location: SourceLocation) -> Done {
        let last = self.future.location;
        let late = location.lineno > last.lineno
            || location.lineno == last.end_lineno && location.col_offset > last.end_col_offset;
        if module == Some("__future__") && level == 0 && late {
            return Err(CompileError::syntax(
                "from __future__ imports must occur at the beginning of the file",
                location,
            ));
        }
        Ok(())
    }

    fn visit_alias(&mut self, alias: &'a ast::Alias<'a>) -> Done {
        let name = alias.asname.as_deref().unwrap_or(&alias.name);
        if name == "*" {
            if self.cur().block != BlockType::Module {
                return Err(CompileError::syntax("import * only allowed at module level", alias.location.into()));
            }
            return Ok(());
        }
        let store = name.split('.').next().unwrap_or(name);
        self.add_def(store, DEF_IMPORT, alias.location.into())
    }

    fn visit_match_case(&mut self, case: &'a ast::MatchCase<'a>) -> Done {
        self.visit_pattern(&case.pattern)?;
        self.visit_expr_opt(case.guard.as_deref())?;
        self.visit_body(case.body)
    }

    fn visit_pattern(&mut self, pattern: &'a ast::Pattern<'a>) -> Done {
        self.depth.enter()?;
        let location = pattern.location.into();
        match &pattern.kind {
            PatternKind::MatchValue { value } => self.visit_expr(value)?,
            PatternKind::MatchSingleton { .. } => {}
            PatternKind::MatchSequence { patterns } | PatternKind::MatchOr { patterns } => {
                self.visit_patterns(patterns)?
            }
            PatternKind::MatchStar { name } => self.add_capture(name.as_deref(), location)?,
            PatternKind::MatchMapping { keys, patterns, rest } => {
                self.visit_exprs(keys)?;
                self.visit_patterns(patterns)?;
                self.add_capture(rest.as_deref(), location)?;
            }
            PatternKind::MatchClass { cls, patterns, kwd_attrs, kwd_patterns } => {
                self.visit_expr(cls)?;
                self.visit_patterns(patterns)?;
                for (attr, pattern) in kwd_attrs.iter().zip(kwd_patterns.iter()) {
                    check_name(attr, pattern.location.into(), ExprContext::Store)?;
                }
                self.visit_patterns(kwd_patterns)?;
            }
            PatternKind::MatchAs { pattern, name } => {
                if let Some(pattern) = pattern {
                    self.visit_pattern(pattern)?;
                }
                self.add_capture(name.as_deref(), location)?;
            }
        }
        self.depth.leave();
        Ok(())
    }

    fn visit_patterns(&mut self, patterns: &'a [ast::Pattern<'a>]) -> Done {
        patterns.iter().try_for_each(|pattern| self.visit_pattern(pattern))
    }

    fn add_capture(&mut self, name: Option<&str>, location: SourceLocation) -> Done {
        name.map_or(Ok(()), |name| self.add_def(name, DEF_LOCAL, location))
    }
}
