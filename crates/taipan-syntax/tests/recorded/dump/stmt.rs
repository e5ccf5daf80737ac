//! Statements, patterns and type parameters as text.

use taipan_syntax::ast::*;

use super::Dump;

impl Dump {
    pub(super) fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::FunctionDef(def) => self.function("FunctionDef", def),
            StmtKind::AsyncFunctionDef(def) => self.function("AsyncFunctionDef", def),
            StmtKind::ClassDef(def) => self.node(
                "ClassDef",
                vec![
                    Box::new(|d| d.text(def.name.as_bytes())),
                    Box::new(|d| d.exprs(def.bases)),
                    Box::new(|d| d.list(def.keywords, Self::keyword)),
                    Box::new(|d| d.stmts(def.body)),
                    Box::new(|d| d.exprs(def.decorator_list)),
                    Box::new(|d| d.list(def.type_params, Self::type_param)),
                ],
            ),
            StmtKind::Return { value } => self.node("Return", vec![Box::new(|d| d.option(value.as_deref()))]),
            StmtKind::Delete { targets } => self.node("Delete", vec![Box::new(|d| d.exprs(targets))]),
            StmtKind::Assign { targets, value, type_comment } => self.node(
                "Assign",
                vec![
                    Box::new(|d| d.exprs(targets)),
                    Box::new(|d| d.expr(value)),
                    Box::new(|d| d.optional_text(type_comment.as_deref())),
                ],
            ),
            StmtKind::TypeAlias { name, type_params, value } => self.node(
                "TypeAlias",
                vec![
                    Box::new(|d| d.expr(name)),
                    Box::new(|d| d.list(type_params, Self::type_param)),
                    Box::new(|d| d.expr(value)),
                ],
            ),
            StmtKind::AugAssign { target, op, value } => self.node(
                "AugAssign",
                vec![
                    Box::new(|d| d.expr(target)),
                    Box::new(move |d| d.word(&format!("{op:?}"))),
                    Box::new(|d| d.expr(value)),
                ],
            ),
            StmtKind::AnnAssign { target, annotation, value, simple } => self.node(
                "AnnAssign",
                vec![
                    Box::new(|d| d.expr(target)),
                    Box::new(|d| d.expr(annotation)),
                    Box::new(|d| d.option(value.as_deref())),
                    Box::new(move |d| d.word(if *simple { "1" } else { "0" })),
                ],
            ),
            StmtKind::For(parts) => self.for_loop("For", parts),
            StmtKind::AsyncFor(parts) => self.for_loop("AsyncFor", parts),
            StmtKind::While { test, body, orelse } => self.node(
                "While",
                vec![Box::new(|d| d.expr(test)), Box::new(|d| d.stmts(body)), Box::new(|d| d.stmts(orelse))],
            ),
            StmtKind::If { test, body, orelse } => self.node(
                "If",
                vec![Box::new(|d| d.expr(test)), Box::new(|d| d.stmts(body)), Box::new(|d| d.stmts(orelse))],
            ),
            StmtKind::With(parts) => self.with("With", parts),
            StmtKind::AsyncWith(parts) => self.with("AsyncWith", parts),
            StmtKind::Match { subject, cases } => self.node(
                "Match",
                vec![
                    Box::new(|d| d.expr(subject)),
                    Box::new(|d| {
                        d.list(cases, |d, case| {
                            d.node(
                                "match_case",
                                vec![
                                    Box::new(|d| d.pattern(&case.pattern)),
                                    Box::new(|d| d.option(case.guard.as_deref())),
                                    Box::new(|d| d.stmts(case.body)),
                                ],
                            )
                        })
                    }),
                ],
            ),
            StmtKind::Raise { exc, cause } => self
                .node("Raise", vec![Box::new(|d| d.option(exc.as_deref())), Box::new(|d| d.option(cause.as_deref()))]),
            StmtKind::Try(parts) => self.try_stmt("Try", parts),
            StmtKind::TryStar(parts) => self.try_stmt("TryStar", parts),
            StmtKind::Assert { test, msg } => {
                self.node("Assert", vec![Box::new(|d| d.expr(test)), Box::new(|d| d.option(msg.as_deref()))]);
            }
            StmtKind::Import { names } => self.node("Import", vec![Box::new(|d| d.list(names, Self::alias))]),
            StmtKind::ImportFrom { module, names, level } => self.node(
                "ImportFrom",
                vec![
                    Box::new(|d| d.optional_text(module.as_deref().map(str::as_bytes))),
                    Box::new(|d| d.list(names, Self::alias)),
                    Box::new(move |d| d.word(&level.to_string())),
                ],
            ),
            StmtKind::Global { names } => self.node("Global", vec![Box::new(|d| d.names(names))]),
            StmtKind::Nonlocal { names } => self.node("Nonlocal", vec![Box::new(|d| d.names(names))]),
            StmtKind::Expr { value } => self.node("Expr", vec![Box::new(|d| d.expr(value))]),
            StmtKind::Pass => self.word("Pass()"),
            StmtKind::Break => self.word("Break()"),
            StmtKind::Continue => self.word("Continue()"),
        }
        self.place(stmt.location);
    }

    fn function(&mut self, name: &str, def: &FunctionDef) {
        self.node(
            name,
            vec![
                Box::new(|d| d.text(def.name.as_bytes())),
                Box::new(|d| d.arguments(&def.args)),
                Box::new(|d| d.stmts(def.body)),
                Box::new(|d| d.exprs(def.decorator_list)),
                Box::new(|d| d.option(def.returns.as_deref())),
                Box::new(|d| d.optional_text(def.type_comment.as_deref())),
                Box::new(|d| d.list(def.type_params, Self::type_param)),
            ],
        );
    }

    fn for_loop(&mut self, name: &str, parts: &For) {
        self.node(
            name,
            vec![
                Box::new(|d| d.expr(parts.target)),
                Box::new(|d| d.expr(parts.iter)),
                Box::new(|d| d.stmts(parts.body)),
                Box::new(|d| d.stmts(parts.orelse)),
                Box::new(|d| d.optional_text(parts.type_comment.as_deref())),
            ],
        );
    }

    pub(super) fn with(&mut self, name: &str, parts: &With) {
        self.node(
            name,
            vec![
                Box::new(|d| {
                    d.list(parts.items, |d, item| {
                        d.node(
                            "withitem",
                            vec![
                                Box::new(|d| d.expr(item.context_expr)),
                                Box::new(|d| d.option(item.optional_vars.as_deref())),
                            ],
                        )
                    })
                }),
                Box::new(|d| d.stmts(parts.body)),
                Box::new(|d| d.optional_text(parts.type_comment.as_deref())),
            ],
        );
    }

    fn try_stmt(&mut self, name: &str, parts: &Try) {
        self.node(
            name,
            vec![
                Box::new(|d| d.stmts(parts.body)),
                Box::new(|d| {
                    d.list(parts.handlers, |d, handler| {
                        d.node(
                            "ExceptHandler",
                            vec![
                                Box::new(|d| d.option(handler.type_.as_deref())),
                                Box::new(|d| d.optional_text(handler.name.as_deref().map(str::as_bytes))),
                                Box::new(|d| d.stmts(handler.body)),
                            ],
                        );
                        d.place(handler.location);
                    })
                }),
                Box::new(|d| d.stmts(parts.orelse)),
                Box::new(|d| d.stmts(parts.finalbody)),
            ],
        );
    }

    pub(super) fn keyword(&mut self, keyword: &Keyword) {
        self.node(
            "keyword",
            vec![
                Box::new(|d| d.optional_text(keyword.arg.as_deref().map(str::as_bytes))),
                Box::new(|d| d.expr(keyword.value)),
            ],
        );
        self.place(keyword.location);
    }

    fn alias(&mut self, alias: &Alias) {
        self.node(
            "alias",
            vec![
                Box::new(|d| d.text(alias.name.as_bytes())),
                Box::new(|d| d.optional_text(alias.asname.as_deref().map(str::as_bytes))),
            ],
        );
        self.place(alias.location);
    }

    fn type_param(&mut self, param: &TypeParam) {
        match &param.kind {
            TypeParamKind::TypeVar { name, bound, default_value } => self.node(
                "TypeVar",
                vec![
                    Box::new(|d| d.text(name.as_bytes())),
                    Box::new(|d| d.option(bound.as_deref())),
                    Box::new(|d| d.option(default_value.as_deref())),
                ],
            ),
            TypeParamKind::ParamSpec { name, default_value } => self.node(
                "ParamSpec",
                vec![Box::new(|d| d.text(name.as_bytes())), Box::new(|d| d.option(default_value.as_deref()))],
            ),
            TypeParamKind::TypeVarTuple { name, default_value } => self.node(
                "TypeVarTuple",
                vec![Box::new(|d| d.text(name.as_bytes())), Box::new(|d| d.option(default_value.as_deref()))],
            ),
        }
        self.place(param.location);
    }

    fn pattern(&mut self, pattern: &Pattern) {
        match &pattern.kind {
            PatternKind::MatchValue { value } => self.node("MatchValue", vec![Box::new(|d| d.expr(value))]),
            PatternKind::MatchSingleton { value } => {
                self.node("MatchSingleton", vec![Box::new(|d| d.constant(value))]);
            }
            PatternKind::MatchSequence { patterns } => {
                self.node("MatchSequence", vec![Box::new(|d| d.list(patterns, Self::pattern))]);
            }
            PatternKind::MatchMapping { keys, patterns, rest } => self.node(
                "MatchMapping",
                vec![
                    Box::new(|d| d.exprs(keys)),
                    Box::new(|d| d.list(patterns, Self::pattern)),
                    Box::new(|d| d.optional_text(rest.as_deref().map(str::as_bytes))),
                ],
            ),
            PatternKind::MatchClass { cls, patterns, kwd_attrs, kwd_patterns } => self.node(
                "MatchClass",
                vec![
                    Box::new(|d| d.expr(cls)),
                    Box::new(|d| d.list(patterns, Self::pattern)),
                    Box::new(|d| d.names(kwd_attrs)),
                    Box::new(|d| d.list(kwd_patterns, Self::pattern)),
                ],
            ),
            PatternKind::MatchStar { name } => {
                self.node("MatchStar", vec![Box::new(|d| d.optional_text(name.as_deref().map(str::as_bytes)))]);
            }
            PatternKind::MatchAs { pattern, name } => self.node(
                "MatchAs",
                vec![
                    Box::new(|d| match pattern {
                        Some(pattern) => d.pattern(pattern),
                        None => d.word("None"),
                    }),
                    Box::new(|d| d.optional_text(name.as_deref().map(str::as_bytes))),
                ],
            ),
            PatternKind::MatchOr { patterns } => {
                self.node("MatchOr", vec![Box::new(|d| d.list(patterns, Self::pattern))]);
            }
        }
        self.place(pattern.location);
    }
}
