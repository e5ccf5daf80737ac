//! Checks of trees that programs made: what the parser guarantees of its own trees.
//!
//! What the types of the tree cannot express is checked by whoever builds the tree, except for None in lists of statements
//! and expressions ([`Constant::ABSENT`]) and constants of other types ([`Constant::Invalid`]); negative numbers of places are those of their bits. Recursion is bounded by [`Depth`].

use std::borrow::Cow;

use taipan_syntax::ast::{
    self, Constant, Expr, ExprBox, ExprContext, ExprKind, Location, Stmt, StmtKind, TypeParamKind,
};

use crate::depth::Depth;
use crate::error::CompileError;

mod patterns;

/// What is wrong with a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValidateError {
    /// `ValueError`
    Value(String),
    /// `TypeError`
    Type(Cow<'static, str>),
    /// `RecursionError`: "maximum recursion depth exceeded during compilation".
    TooDeep,
}

impl From<CompileError> for ValidateError {
    fn from(_: CompileError) -> Self {
        ValidateError::TooDeep
    }
}

type Done = Result<(), ValidateError>;

/// Checks a tree as `compile()` does with AST objects; `stack_limit` is the lowest address the native stack may reach,
/// or 0.
///
/// # Errors
/// [`ValidateError`] with CPython's message.
pub fn validate(module: &ast::Mod, stack_limit: usize) -> Result<(), ValidateError> {
    let mut validator = Validator { depth: Depth::new(stack_limit), interpolated: Ok(()) };
    match module {
        ast::Mod::Module { body, .. } | ast::Mod::Interactive { body } => validator.stmts(body)?,
        ast::Mod::Expression { body } => validator.load(body)?,
        ast::Mod::FunctionType { argtypes, returns } => {
            validator.loads(argtypes)?;
            validator.load(returns)?;
        }
    }
    validator.interpolated
}

fn value_error(message: impl Into<String>) -> Done {
    Err(ValidateError::Value(message.into()))
}

fn check(holds: bool, message: &str) -> Done {
    if holds { Ok(()) } else { value_error(message) }
}

fn check_not_empty<T>(items: &[T], what: &str, owner: &str) -> Done {
    if items.is_empty() { value_error(format!("empty {what} on {owner}")) } else { Ok(()) }
}

fn check_place(at: Location) -> Done {
    let [line, end_line, column, end_column] =
        [at.lineno, at.end_lineno, at.col_offset, at.end_col_offset].map(u32::cast_signed);
    if line > end_line {
        return value_error(format!("AST node line range ({line}, {end_line}) is not valid"));
    }
    if line < 0 && end_line != line || column < 0 && end_column != column {
        return value_error(format!(
            "AST node column range ({column}, {end_column}) for line range ({line}, {end_line}) is not valid"
        ));
    }
    if line == end_line && column > end_column {
        return value_error(format!("line {line}, column {column}-{end_column} is not a valid range"));
    }
    Ok(())
}

fn check_name(name: &str) -> Done {
    if matches!(name, "None" | "True" | "False") {
        return value_error(format!("identifier field can't represent '{name}' constant"));
    }
    Ok(())
}

fn check_aliases(aliases: &[ast::Alias], owner: &str) -> Done {
    check_not_empty(aliases, "names", owner)?;
    aliases
        .iter()
        .flat_map(|alias| [Some(&alias.name), alias.asname.as_ref()])
        .flatten()
        .try_for_each(|name| check_name(name))
}

fn check_constant(value: &Constant) -> Done {
    match value {
        Constant::Invalid(class) => {
            Err(ValidateError::Type(format!("got an invalid type in Constant: {class}").into()))
        }
        Constant::Tuple(items) | Constant::FrozenSet(items) => items.iter().try_for_each(check_constant),
        _ => Ok(()),
    }
}

/// Whether the expression stands for None in a list.
fn is_absent(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Constant { value, .. } if value.is_absent())
}

fn context_name(ctx: ExprContext) -> &'static str {
    match ctx {
        ExprContext::Load => "Load",
        ExprContext::Store => "Store",
        ExprContext::Del => "Del",
    }
}

struct Validator {
    depth: Depth,
    /// Whether the texts of interpolations are constants: CPython takes any object there, so all else goes first.
    interpolated: Done,
}

impl Validator {
    fn stmts(&mut self, stmts: &[Stmt]) -> Done {
        stmts.iter().try_for_each(|stmt| match &stmt.kind {
            StmtKind::Expr { value } if is_absent(value) => value_error("None disallowed in statement list"),
            _ => self.stmt(stmt),
        })
    }

    fn body(&mut self, body: &[Stmt], owner: &str) -> Done {
        check_not_empty(body, "body", owner)?;
        self.stmts(body)
    }

    fn load(&mut self, expr: &Expr) -> Done {
        self.expr(expr, ExprContext::Load)
    }

    fn load_opt(&mut self, expr: Option<&Expr>) -> Done {
        expr.map_or(Ok(()), |expr| self.load(expr))
    }

    fn loads(&mut self, exprs: &[ExprBox]) -> Done {
        self.exprs(exprs, ExprContext::Load)
    }

    fn exprs(&mut self, exprs: &[ExprBox], ctx: ExprContext) -> Done {
        exprs.iter().try_for_each(|expr| match is_absent(expr) {
            true => value_error("None disallowed in expression list"),
            false => self.expr(expr, ctx),
        })
    }

    fn targets(&mut self, targets: &[ExprBox], ctx: ExprContext, owner: &str) -> Done {
        check_not_empty(targets, "targets", owner)?;
        self.exprs(targets, ctx)
    }

    fn stmt(&mut self, stmt: &Stmt) -> Done {
        check_place(stmt.location)?;
        self.depth.enter()?;
        match &stmt.kind {
            StmtKind::FunctionDef(node) => self.function(node, "FunctionDef")?,
            StmtKind::AsyncFunctionDef(node) => self.function(node, "AsyncFunctionDef")?,
            StmtKind::ClassDef(node) => {
                self.body(node.body, "ClassDef")?;
                check_name(&node.name)?;
                self.type_params(node.type_params)?;
                self.loads(node.bases)?;
                self.keywords(node.keywords)?;
                self.loads(node.decorator_list)?;
            }
            StmtKind::Return { value } => self.load_opt(value.as_deref())?,
            StmtKind::Delete { targets } => self.targets(targets, ExprContext::Del, "Delete")?,
            StmtKind::Assign { targets, value, .. } => {
                self.targets(targets, ExprContext::Store, "Assign")?;
                self.load(value)?;
            }
            StmtKind::AugAssign { target, value, .. } => {
                self.expr(target, ExprContext::Store)?;
                self.load(value)?;
            }
            StmtKind::AnnAssign { target, annotation, value, simple } => {
                if *simple && !matches!(target.kind, ExprKind::Name { .. }) {
                    return Err(ValidateError::Type("AnnAssign with simple non-Name target".into()));
                }
                self.expr(target, ExprContext::Store)?;
                self.load_opt(value.as_deref())?;
                self.load(annotation)?;
            }
            StmtKind::TypeAlias { name, type_params, value } => {
                if !matches!(name.kind, ExprKind::Name { .. }) {
                    return Err(ValidateError::Type("TypeAlias with non-Name name".into()));
                }
                self.expr(name, ExprContext::Store)?;
                self.type_params(type_params)?;
                self.load(value)?;
            }
            StmtKind::For(node) => self.for_(node, "For")?,
            StmtKind::AsyncFor(node) => self.for_(node, "AsyncFor")?,
            StmtKind::While { test, body, orelse } => {
                self.load(test)?;
                self.body(body, "While")?;
                self.stmts(orelse)?;
            }
            StmtKind::If { test, body, orelse } => {
                self.load(test)?;
                self.body(body, "If")?;
                self.stmts(orelse)?;
            }
            StmtKind::With(node) => self.with(node, "With")?,
            StmtKind::AsyncWith(node) => self.with(node, "AsyncWith")?,
            StmtKind::Match { subject, cases } => {
                self.load(subject)?;
                check_not_empty(cases, "cases", "Match")?;
                for case in cases.iter() {
                    self.pattern(&case.pattern, false)?;
                    self.load_opt(case.guard.as_deref())?;
                    self.body(case.body, "match_case")?;
                }
            }
            StmtKind::Raise { exc, cause } => {
                check(exc.is_some() || cause.is_none(), "Raise with cause but no exception")?;
                self.load_opt(exc.as_deref())?;
                self.load_opt(cause.as_deref())?;
            }
            StmtKind::Try(node) => self.try_(node, "Try")?,
            StmtKind::TryStar(node) => self.try_(node, "TryStar")?,
            StmtKind::Assert { test, msg } => {
                self.load(test)?;
                self.load_opt(msg.as_deref())?;
            }
            StmtKind::Import { names } => check_aliases(names, "Import")?,
            StmtKind::ImportFrom { names, .. } => check_aliases(names, "ImportFrom")?,
            StmtKind::Global { names } => check_not_empty(names, "names", "Global")?,
            StmtKind::Nonlocal { names } => check_not_empty(names, "names", "Nonlocal")?,
            StmtKind::Expr { value } => self.load(value)?,
            StmtKind::Pass | StmtKind::Break | StmtKind::Continue => {}
        }
        self.depth.leave();
        Ok(())
    }

    fn function(&mut self, node: &ast::FunctionDef, owner: &str) -> Done {
        self.body(node.body, owner)?;
        check_name(&node.name)?;
        self.type_params(node.type_params)?;
        self.arguments(&node.args)?;
        self.loads(node.decorator_list)?;
        self.load_opt(node.returns.as_deref())
    }

    fn for_(&mut self, node: &ast::For, owner: &str) -> Done {
        self.expr(node.target, ExprContext::Store)?;
        self.load(node.iter)?;
        self.body(node.body, owner)?;
        self.stmts(node.orelse)
    }

    fn with(&mut self, node: &ast::With, owner: &str) -> Done {
        check_not_empty(node.items, "items", owner)?;
        for item in node.items.iter() {
            self.load(item.context_expr)?;
            if let Some(vars) = &item.optional_vars {
                self.expr(vars, ExprContext::Store)?;
            }
        }
        self.body(node.body, owner)
    }

    fn try_(&mut self, node: &ast::Try, owner: &str) -> Done {
        self.body(node.body, owner)?;
        if node.handlers.is_empty() && node.finalbody.is_empty() {
            return value_error(format!("{owner} has neither except handlers nor finalbody"));
        }
        if node.handlers.is_empty() && !node.orelse.is_empty() {
            return value_error(format!("{owner} has orelse but no except handlers"));
        }
        for handler in node.handlers.iter() {
            // CPython looks at the places and names of these handlers only.
            if owner == "Try" {
                check_place(handler.location)?;
            }
            self.load_opt(handler.type_.as_deref())?;
            if let (Some(name), "Try") = (&handler.name, owner) {
                check_name(name)?;
            }
            self.body(handler.body, "ExceptHandler")?;
        }
        self.stmts(node.finalbody)?;
        self.stmts(node.orelse)
    }

    fn type_params(&mut self, params: &[ast::TypeParam]) -> Done {
        for param in params {
            check_place(param.location)?;
            match &param.kind {
                TypeParamKind::TypeVar { name, bound, default_value } => {
                    check_name(name)?;
                    self.load_opt(bound.as_deref())?;
                    self.load_opt(default_value.as_deref())?;
                }
                TypeParamKind::ParamSpec { name, default_value }
                | TypeParamKind::TypeVarTuple { name, default_value } => {
                    check_name(name)?;
                    self.load_opt(default_value.as_deref())?;
                }
            }
        }
        Ok(())
    }

    fn args(&mut self, args: &[ast::Arg]) -> Done {
        for arg in args {
            check_place(arg.location)?;
            self.load_opt(arg.annotation.as_deref())?;
        }
        Ok(())
    }

    fn arguments(&mut self, args: &ast::Arguments) -> Done {
        self.args(args.posonlyargs)?;
        self.args(args.args)?;
        self.load_opt(args.vararg.as_ref().and_then(|arg| arg.annotation.as_deref()))?;
        self.args(args.kwonlyargs)?;
        self.load_opt(args.kwarg.as_ref().and_then(|arg| arg.annotation.as_deref()))?;
        check(
            args.defaults.len() <= args.posonlyargs.len() + args.args.len(),
            "more positional defaults than args on arguments",
        )?;
        check(
            args.kw_defaults.len() == args.kwonlyargs.len(),
            "length of kwonlyargs is not the same as kw_defaults on arguments",
        )?;
        self.loads(args.defaults)?;
        args.kw_defaults.iter().flatten().try_for_each(|default| self.load(default))
    }

    fn keywords(&mut self, keywords: &[ast::Keyword]) -> Done {
        keywords.iter().try_for_each(|keyword| self.load(keyword.value))
    }

    fn generators(&mut self, generators: &[ast::Comprehension]) -> Done {
        check(!generators.is_empty(), "comprehension with no generators")?;
        for generator in generators {
            self.expr(generator.target, ExprContext::Store)?;
            self.load(generator.iter)?;
            self.loads(generator.ifs)?;
        }
        Ok(())
    }

    fn expr(&mut self, expr: &Expr, ctx: ExprContext) -> Done {
        check_place(expr.location)?;
        self.depth.enter()?;
        check_context(expr, ctx)?;
        match &expr.kind {
            ExprKind::BoolOp { values, .. } => {
                check(values.len() >= 2, "BoolOp with less than 2 values")?;
                self.loads(values)?;
            }
            ExprKind::BinOp { left, right, .. } => {
                self.load(left)?;
                self.load(right)?;
            }
            ExprKind::UnaryOp { operand: value, .. }
            | ExprKind::YieldFrom { value }
            | ExprKind::Await { value }
            | ExprKind::Attribute { value, .. } => self.load(value)?,
            ExprKind::Lambda { args, body } => {
                self.arguments(args)?;
                self.load(body)?;
            }
            ExprKind::IfExp { test, body, orelse } => {
                self.load(test)?;
                self.load(body)?;
                self.load(orelse)?;
            }
            ExprKind::Dict { keys, values } => {
                check(keys.len() == values.len(), "Dict doesn't have the same number of keys as values")?;
                keys.iter().flatten().try_for_each(|key| self.load(key))?;
                self.loads(values)?;
            }
            ExprKind::Set { elts: values } | ExprKind::JoinedStr { values } | ExprKind::TemplateStr { values } => {
                self.loads(values)?
            }
            ExprKind::ListComp { elt, generators }
            | ExprKind::SetComp { elt, generators }
            | ExprKind::GeneratorExp { elt, generators } => {
                self.generators(generators)?;
                self.load(elt)?;
            }
            ExprKind::DictComp { key, value, generators } => {
                self.generators(generators)?;
                self.load(key)?;
                self.load(value)?;
            }
            ExprKind::Yield { value } => self.load_opt(value.as_deref())?,
            ExprKind::Compare { left, ops, comparators } => {
                check(!comparators.is_empty(), "Compare with no comparators")?;
                check(comparators.len() == ops.len(), "Compare has a different number of comparators and operands")?;
                self.loads(comparators)?;
                self.load(left)?;
            }
            ExprKind::Call { func, args, keywords } => {
                self.load(func)?;
                self.loads(args)?;
                self.keywords(keywords)?;
            }
            ExprKind::FormattedValue { value, format_spec, .. }
            | ExprKind::Interpolation { value, format_spec, .. } => {
                if let ExprKind::Interpolation { str, .. } = &expr.kind {
                    self.interpolated = std::mem::replace(&mut self.interpolated, Ok(())).and(check_constant(str));
                }
                self.load(value)?;
                self.load_opt(format_spec.as_deref())?;
            }
            ExprKind::Subscript { value, slice, .. } => {
                self.load(slice)?;
                self.load(value)?;
            }
            ExprKind::Starred { value, .. } => self.expr(value, ctx)?,
            ExprKind::Slice { lower, upper, step } => {
                self.load_opt(lower.as_deref())?;
                self.load_opt(upper.as_deref())?;
                self.load_opt(step.as_deref())?;
            }
            ExprKind::List { elts, .. } | ExprKind::Tuple { elts, .. } => self.exprs(elts, ctx)?,
            ExprKind::NamedExpr { target, value } => {
                if !matches!(target.kind, ExprKind::Name { .. }) {
                    return Err(ValidateError::Type("NamedExpr target must be a Name".into()));
                }
                self.load(value)?;
            }
            ExprKind::Constant { value, .. } => check_constant(value)?,
            ExprKind::Name { .. } => {}
        }
        self.depth.leave();
        Ok(())
    }
}

fn check_context(expr: &Expr, ctx: ExprContext) -> Done {
    let actual = match &expr.kind {
        ExprKind::Attribute { ctx, .. }
        | ExprKind::Subscript { ctx, .. }
        | ExprKind::Starred { ctx, .. }
        | ExprKind::List { ctx, .. }
        | ExprKind::Tuple { ctx, .. } => *ctx,
        ExprKind::Name { id, ctx } => {
            check_name(id)?;
            *ctx
        }
        _ if ctx == ExprContext::Load => return Ok(()),
        _ => {
            let context = context_name(ctx);
            return value_error(format!("expression which can't be assigned to in {context} context"));
        }
    };
    if actual != ctx {
        let (wanted, actual) = (context_name(ctx), context_name(actual));
        return value_error(format!("expression must have {wanted} context but has {actual} instead"));
    }
    Ok(())
}

/// Whether a constant is a number of one of the kinds asked for.
fn is_number(value: &Constant, real: bool, imaginary: bool) -> bool {
    match value {
        Constant::Int(_) | Constant::Float(_) => real,
        Constant::Complex { .. } => imaginary,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
