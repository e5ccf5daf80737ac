//! Expressions back to source, for annotations that become strings (PEP 563).
//!
//! Equal to CPython's `ast_unparse.c`, not to `ast.unparse`: parentheses only where precedence asks for them, double
//! quotes only where `repr` takes them. Invariant: recursion is bounded by [`Depth`].

use taipan_syntax::ast::{self, BoolOp, CmpOp, Constant, Expr, ExprKind, Operator, UnaryOp};

use crate::depth::Depth;
use crate::error::CompileError;

mod repr;

pub(crate) use repr::repr_constant;

type Done = Result<(), CompileError>;

/// The source of an expression.
///
/// # Errors
/// [`CompileError::TooDeep`]
pub fn unparse_expr(expr: &Expr) -> Result<String, CompileError> {
    let mut writer = Writer { text: Vec::new(), depth: Depth::new() };
    writer.expr(expr, Level::Test)?;
    Ok(String::from_utf8_lossy(&writer.text).into_owned())
}

/// How tightly an operator binds, loosest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Tuple,
    /// `if`-`else`, `lambda`
    Test,
    Or,
    And,
    Not,
    Compare,
    BitOr,
    BitXor,
    BitAnd,
    Shift,
    Arith,
    Term,
    Factor,
    Power,
    Await,
    Atom,
}

struct Writer {
    /// WTF-8: the inside of an f-string may hold surrogates until it is quoted.
    text: Vec<u8>,
    depth: Depth,
}

impl Writer {
    fn put(&mut self, text: &str) {
        self.text.extend_from_slice(text.as_bytes());
    }

    /// What `write` writes, in parentheses if asked.
    fn parens(&mut self, needed: bool, write: impl FnOnce(&mut Self) -> Done) -> Done {
        if needed {
            self.put("(");
        }
        write(self)?;
        if needed {
            self.put(")");
        }
        Ok(())
    }

    /// Expressions with commas between.
    fn list(&mut self, exprs: &[Expr]) -> Done {
        for (index, expr) in exprs.iter().enumerate() {
            if index > 0 {
                self.put(", ");
            }
            self.expr(expr, Level::Test)?;
        }
        Ok(())
    }

    fn expr(&mut self, expr: &Expr, level: Level) -> Done {
        self.depth.enter()?;
        match &expr.kind {
            ExprKind::BoolOp { op, values } => self.bool_op(*op, values, level)?,
            ExprKind::BinOp { left, op, right } => self.bin_op(left, *op, right, level)?,
            ExprKind::UnaryOp { op, operand } => {
                let (text, own) = match op {
                    UnaryOp::Invert => ("~", Level::Factor),
                    UnaryOp::Not => ("not ", Level::Not),
                    UnaryOp::UAdd => ("+", Level::Factor),
                    UnaryOp::USub => ("-", Level::Factor),
                };
                self.parens(level > own, |this| {
                    this.put(text);
                    this.expr(operand, own)
                })?;
            }
            ExprKind::Lambda { args, body } => self.parens(level > Level::Test, |this| this.lambda(args, body))?,
            ExprKind::IfExp { test, body, orelse } => self.parens(level > Level::Test, |this| {
                this.expr(body, Level::Or)?;
                this.put(" if ");
                this.expr(test, Level::Or)?;
                this.put(" else ");
                this.expr(orelse, Level::Test)
            })?,
            ExprKind::Dict { keys, values } => self.dict(keys, values)?,
            ExprKind::Set { elts } => self.bracketed("{", elts, "}")?,
            ExprKind::List { elts, .. } => self.bracketed("[", elts, "]")?,
            ExprKind::Tuple { elts, .. } if elts.is_empty() => self.put("()"),
            ExprKind::Tuple { elts, .. } => self.parens(level > Level::Tuple, |this| {
                this.list(elts)?;
                if elts.len() == 1 {
                    this.put(",");
                }
                Ok(())
            })?,
            ExprKind::GeneratorExp { elt, generators } => self.comprehension("(", elt, None, generators, ")")?,
            ExprKind::ListComp { elt, generators } => self.comprehension("[", elt, None, generators, "]")?,
            ExprKind::SetComp { elt, generators } => self.comprehension("{", elt, None, generators, "}")?,
            ExprKind::DictComp { key, value, generators } => {
                self.comprehension("{", key, Some(value), generators, "}")?
            }
            ExprKind::Yield { value: None } => self.put("(yield)"),
            ExprKind::Yield { value: Some(value) } => self.keyword_in_parens("yield ", value)?,
            ExprKind::YieldFrom { value } => self.keyword_in_parens("yield from ", value)?,
            ExprKind::Await { value } => self.parens(level > Level::Await, |this| {
                this.put("await ");
                this.expr(value, Level::Atom)
            })?,
            ExprKind::Compare { left, ops, comparators } => self.compare(left, ops, comparators, level)?,
            ExprKind::Call { func, args, keywords } => self.call(func, args, keywords)?,
            ExprKind::Constant { value, kind } => {
                if *value == Constant::Ellipsis {
                    self.put("...");
                } else {
                    self.put(kind.as_deref().unwrap_or_default());
                    self.constant(value);
                }
            }
            ExprKind::JoinedStr { values } => self.quoted("f", values)?,
            ExprKind::TemplateStr { values } => self.quoted("t", values)?,
            ExprKind::FormattedValue { .. } | ExprKind::Interpolation { .. } => self.ftstring_element(expr, false)?,
            ExprKind::Attribute { value, attr, .. } => {
                self.expr(value, Level::Atom)?;
                let is_int = matches!(&value.kind, ExprKind::Constant { value: Constant::Int(_), .. });
                self.put(if is_int { " ." } else { "." });
                self.put(attr);
            }
            ExprKind::Subscript { value, slice, .. } => {
                self.expr(value, Level::Atom)?;
                self.put("[");
                self.expr(slice, Level::Tuple)?;
                self.put("]");
            }
            ExprKind::Starred { value, .. } => {
                self.put("*");
                self.expr(value, Level::BitOr)?;
            }
            ExprKind::Slice { lower, upper, step } => {
                self.optional(lower.as_deref())?;
                self.put(":");
                self.optional(upper.as_deref())?;
                if step.is_some() {
                    self.put(":");
                    self.optional(step.as_deref())?;
                }
            }
            ExprKind::Name { id, .. } => self.put(id),
            ExprKind::NamedExpr { target, value } => self.parens(level > Level::Tuple, |this| {
                this.expr(target, Level::Atom)?;
                this.put(" := ");
                this.expr(value, Level::Atom)
            })?,
        }
        self.depth.leave();
        Ok(())
    }

    fn optional(&mut self, expr: Option<&Expr>) -> Done {
        expr.map_or(Ok(()), |expr| self.expr(expr, Level::Test))
    }

    fn bracketed(&mut self, open: &str, elts: &[Expr], close: &str) -> Done {
        self.put(open);
        self.list(elts)?;
        self.put(close);
        Ok(())
    }

    fn keyword_in_parens(&mut self, keyword: &str, value: &Expr) -> Done {
        self.put("(");
        self.put(keyword);
        self.expr(value, Level::Test)?;
        self.put(")");
        Ok(())
    }

    fn bool_op(&mut self, op: BoolOp, values: &[Expr], level: Level) -> Done {
        let (text, own, inner) = match op {
            BoolOp::And => (" and ", Level::And, Level::Not),
            BoolOp::Or => (" or ", Level::Or, Level::And),
        };
        self.parens(level > own, |this| {
            for (index, value) in values.iter().enumerate() {
                if index > 0 {
                    this.put(text);
                }
                this.expr(value, inner)?;
            }
            Ok(())
        })
    }

    fn bin_op(&mut self, left: &Expr, op: Operator, right: &Expr, level: Level) -> Done {
        // The operand on the side of associativity needs no parentheses around the same operator.
        let (text, own, tighter) = match op {
            Operator::Add => (" + ", Level::Arith, Level::Term),
            Operator::Sub => (" - ", Level::Arith, Level::Term),
            Operator::Mult => (" * ", Level::Term, Level::Factor),
            Operator::MatMult => (" @ ", Level::Term, Level::Factor),
            Operator::Div => (" / ", Level::Term, Level::Factor),
            Operator::Mod => (" % ", Level::Term, Level::Factor),
            Operator::FloorDiv => (" // ", Level::Term, Level::Factor),
            Operator::LShift => (" << ", Level::Shift, Level::Arith),
            Operator::RShift => (" >> ", Level::Shift, Level::Arith),
            Operator::BitOr => (" | ", Level::BitOr, Level::BitXor),
            Operator::BitXor => (" ^ ", Level::BitXor, Level::BitAnd),
            Operator::BitAnd => (" & ", Level::BitAnd, Level::Shift),
            Operator::Pow => (" ** ", Level::Power, Level::Await),
        };
        let (left_level, right_level) = if op == Operator::Pow { (tighter, own) } else { (own, tighter) };
        self.parens(level > own, |this| {
            this.expr(left, left_level)?;
            this.put(text);
            this.expr(right, right_level)
        })
    }

    fn compare(&mut self, left: &Expr, ops: &[CmpOp], comparators: &[Expr], level: Level) -> Done {
        self.parens(level > Level::Compare, |this| {
            this.expr(left, Level::BitOr)?;
            for (op, comparator) in ops.iter().zip(comparators) {
                this.put(match op {
                    CmpOp::Eq => " == ",
                    CmpOp::NotEq => " != ",
                    CmpOp::Lt => " < ",
                    CmpOp::LtE => " <= ",
                    CmpOp::Gt => " > ",
                    CmpOp::GtE => " >= ",
                    CmpOp::Is => " is ",
                    CmpOp::IsNot => " is not ",
                    CmpOp::In => " in ",
                    CmpOp::NotIn => " not in ",
                });
                this.expr(comparator, Level::BitOr)?;
            }
            Ok(())
        })
    }

    fn lambda(&mut self, args: &ast::Arguments, body: &Expr) -> Done {
        let positional = args.posonlyargs.len() + args.args.len();
        self.put(if positional > 0 { "lambda " } else { "lambda" });
        let mut first = true;
        let without_default = positional.saturating_sub(args.defaults.len());
        for (index, arg) in args.posonlyargs.iter().chain(&args.args).enumerate() {
            self.comma(&mut first);
            self.arg(arg)?;
            if let Some(default) = index.checked_sub(without_default).and_then(|at| args.defaults.get(at)) {
                self.put("=");
                self.expr(default, Level::Test)?;
            }
            if index + 1 == args.posonlyargs.len() {
                self.put(", /");
            }
        }
        if args.vararg.is_some() || !args.kwonlyargs.is_empty() {
            self.comma(&mut first);
            self.put("*");
            if let Some(arg) = &args.vararg {
                self.arg(arg)?;
            }
        }
        for (arg, default) in args.kwonlyargs.iter().zip(&args.kw_defaults) {
            self.comma(&mut first);
            self.arg(arg)?;
            if let Some(default) = default {
                self.put("=");
                self.expr(default, Level::Test)?;
            }
        }
        if let Some(arg) = &args.kwarg {
            self.comma(&mut first);
            self.put("**");
            self.arg(arg)?;
        }
        self.put(": ");
        self.expr(body, Level::Test)
    }

    fn comma(&mut self, first: &mut bool) {
        if !std::mem::replace(first, false) {
            self.put(", ");
        }
    }

    fn arg(&mut self, arg: &ast::Arg) -> Done {
        self.put(&arg.arg);
        if let Some(annotation) = &arg.annotation {
            self.put(": ");
            self.expr(annotation, Level::Test)?;
        }
        Ok(())
    }

    fn dict(&mut self, keys: &[Option<Expr>], values: &[Expr]) -> Done {
        self.put("{");
        for (index, (key, value)) in keys.iter().zip(values).enumerate() {
            if index > 0 {
                self.put(", ");
            }
            match key {
                Some(key) => {
                    self.expr(key, Level::Test)?;
                    self.put(": ");
                    self.expr(value, Level::Test)?;
                }
                None => {
                    self.put("**");
                    self.expr(value, Level::BitOr)?;
                }
            }
        }
        self.put("}");
        Ok(())
    }

    fn comprehension(
        &mut self,
        open: &str,
        elt: &Expr,
        value: Option<&Expr>,
        generators: &[ast::Comprehension],
        close: &str,
    ) -> Done {
        self.put(open);
        self.expr(elt, Level::Test)?;
        if let Some(value) = value {
            self.put(": ");
            self.expr(value, Level::Test)?;
        }
        for generator in generators {
            self.put(if generator.is_async { " async for " } else { " for " });
            self.expr(&generator.target, Level::Tuple)?;
            self.put(" in ");
            self.expr(&generator.iter, Level::Or)?;
            for condition in &generator.ifs {
                self.put(" if ");
                self.expr(condition, Level::Or)?;
            }
        }
        self.put(close);
        Ok(())
    }

    fn call(&mut self, func: &Expr, args: &[Expr], keywords: &[ast::Keyword]) -> Done {
        self.expr(func, Level::Atom)?;
        if let ([generator @ Expr { kind: ExprKind::GeneratorExp { .. }, .. }], []) = (args, keywords) {
            return self.expr(generator, Level::Test);
        }
        self.put("(");
        let mut first = true;
        for arg in args {
            self.comma(&mut first);
            self.expr(arg, Level::Test)?;
        }
        for keyword in keywords {
            self.comma(&mut first);
            match &keyword.arg {
                Some(arg) => {
                    self.put(arg);
                    self.put("=");
                }
                None => self.put("**"),
            }
            self.expr(&keyword.value, Level::Test)?;
        }
        self.put(")");
        Ok(())
    }

    /// Constants are written as `repr` has them; infinity has no literal.
    fn constant(&mut self, value: &Constant) {
        match value {
            Constant::Tuple(items) => {
                self.put("(");
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.put(", ");
                    }
                    self.constant(item);
                }
                self.put(if items.len() == 1 { ",)" } else { ")" });
            }
            Constant::Float(float) if float.is_infinite() => self.put(&repr_constant(value).replace("inf", "1e309")),
            Constant::Complex { .. } => self.put(&repr_constant(value).replace("inf", "1e309")),
            _ => self.put(&repr_constant(value)),
        }
    }

    /// An f-string or t-string: its inside as one quoted text.
    fn quoted(&mut self, prefix: &str, values: &[Expr]) -> Done {
        let outer = std::mem::take(&mut self.text);
        values.iter().try_for_each(|value| self.ftstring_element(value, false))?;
        let inside = std::mem::replace(&mut self.text, outer);
        self.put(prefix);
        self.put(&repr::repr_text(&inside));
        Ok(())
    }

    fn ftstring_element(&mut self, expr: &Expr, is_format_spec: bool) -> Done {
        self.depth.enter()?;
        match &expr.kind {
            ExprKind::Constant { value: Constant::Str(text), .. } => {
                for &byte in text {
                    if byte == b'{' || byte == b'}' {
                        self.text.push(byte);
                    }
                    self.text.push(byte);
                }
            }
            ExprKind::JoinedStr { values } if is_format_spec => {
                values.iter().try_for_each(|value| self.ftstring_element(value, true))?
            }
            ExprKind::JoinedStr { values } => self.quoted("f", values)?,
            ExprKind::TemplateStr { values } => self.quoted("t", values)?,
            ExprKind::FormattedValue { value, conversion, format_spec } => {
                let outer = std::mem::take(&mut self.text);
                // A lambda's colon must be in parentheses.
                self.expr(value, Level::Or)?;
                let inside = std::mem::replace(&mut self.text, outer);
                self.replacement_field(&inside, *conversion, format_spec.as_deref())?;
            }
            ExprKind::Interpolation { str: text, conversion, format_spec, .. } => {
                let text = match &**text {
                    Constant::Str(text) => text,
                    _ => return Err(CompileError::Internal("interpolation without text")),
                };
                self.replacement_field(text, *conversion, format_spec.as_deref())?;
            }
            _ => return Err(CompileError::Internal("unknown expression kind inside f-string or t-string")),
        }
        self.depth.leave();
        Ok(())
    }

    fn replacement_field(&mut self, value: &[u8], conversion: i32, format_spec: Option<&Expr>) -> Done {
        self.put(if value.first() == Some(&b'{') { "{ " } else { "{" });
        self.text.extend_from_slice(value);
        if let Ok(conversion) = u8::try_from(conversion) {
            self.text.extend_from_slice(&[b'!', conversion]);
        }
        if let Some(spec) = format_spec {
            self.put(":");
            self.ftstring_element(spec, true)?;
        }
        self.put("}");
        Ok(())
    }
}

#[cfg(test)]
mod tests;
