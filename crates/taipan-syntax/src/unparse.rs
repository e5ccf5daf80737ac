//! Expressions back to text, as annotations under `from __future__ import annotations` keep them.
//!
//! The text is that of CPython's own unparser in C, which differs from `ast.unparse`. Invariant: recursion is bounded by
//! [`MAX_DEPTH`].

use crate::ast::{
    Arg, Arguments, BoolOp, CmpOp, Comprehension, Constant, Expr, ExprBox, ExprKind, Keyword, Operator, UnaryOp,
};

mod ftstring;
mod repr;

/// How deep an expression may nest.
const MAX_DEPTH: u32 = 1500;

/// An expression nests too deeply to be written as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooDeep;

/// How tightly an expression must bind to stand without parentheses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Tuple,
    Test,
    Or,
    And,
    Not,
    Cmp,
    Expr,
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

impl Level {
    /// The next tighter level.
    fn tighter(self) -> Level {
        use Level as L;
        match self {
            L::Tuple => L::Test,
            L::Test => L::Or,
            L::Or => L::And,
            L::And => L::Not,
            L::Not => L::Cmp,
            L::Cmp => L::Expr,
            L::Expr => L::BitXor,
            L::BitXor => L::BitAnd,
            L::BitAnd => L::Shift,
            L::Shift => L::Arith,
            L::Arith => L::Term,
            L::Term => L::Factor,
            L::Factor => L::Power,
            L::Power => L::Await,
            L::Await | L::Atom => L::Atom,
        }
    }
}

/// The text of `expr` in WTF-8.
///
/// # Errors
/// [`TooDeep`] for expressions nested beyond reason.
pub fn unparse_expr(expr: &Expr) -> Result<Vec<u8>, TooDeep> {
    let mut writer = Writer { out: Vec::new(), depth: 0 };
    writer.expr(expr, Level::Test)?;
    Ok(writer.out)
}

type Writing = Result<(), TooDeep>;

struct Writer {
    out: Vec<u8>,
    depth: u32,
}

impl Writer {
    fn text(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn text_if(&mut self, condition: bool, text: &str) {
        if condition {
            self.text(text);
        }
    }

    fn separated(&mut self, exprs: &[ExprBox], level: Level) -> Writing {
        for (index, expr) in exprs.iter().enumerate() {
            self.text_if(index > 0, ", ");
            self.expr(expr, level)?;
        }
        Ok(())
    }

    fn expr(&mut self, expr: &Expr, level: Level) -> Writing {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(TooDeep);
        }
        self.any(&expr.kind, level)?;
        self.depth -= 1;
        Ok(())
    }

    fn any(&mut self, kind: &ExprKind, level: Level) -> Writing {
        match kind {
            ExprKind::BoolOp { op, values } => self.bool_op(*op, values, level),
            ExprKind::NamedExpr { target, value } => {
                self.text_if(level > Level::Tuple, "(");
                self.expr(target, Level::Atom)?;
                self.text(" := ");
                self.expr(value, Level::Atom)?;
                self.text_if(level > Level::Tuple, ")");
                Ok(())
            }
            ExprKind::BinOp { left, op, right } => self.bin_op(left, *op, right, level),
            ExprKind::UnaryOp { op, operand } => self.unary_op(*op, operand, level),
            ExprKind::Lambda { args, body } => self.lambda(args, body, level),
            ExprKind::IfExp { test, body, orelse } => {
                self.text_if(level > Level::Test, "(");
                self.expr(body, Level::Or)?;
                self.text(" if ");
                self.expr(test, Level::Or)?;
                self.text(" else ");
                self.expr(orelse, Level::Test)?;
                self.text_if(level > Level::Test, ")");
                Ok(())
            }
            ExprKind::Dict { keys, values } => self.dict(keys, values),
            ExprKind::Set { elts } => {
                self.text("{");
                self.separated(elts, Level::Test)?;
                self.text("}");
                Ok(())
            }
            ExprKind::ListComp { elt, generators } => self.comprehension("[", elt, generators, "]"),
            ExprKind::SetComp { elt, generators } => self.comprehension("{", elt, generators, "}"),
            ExprKind::GeneratorExp { elt, generators } => self.comprehension("(", elt, generators, ")"),
            ExprKind::DictComp { key, value, generators } => {
                self.text("{");
                self.expr(key, Level::Test)?;
                self.text(": ");
                self.expr(value, Level::Test)?;
                self.clauses(generators)?;
                self.text("}");
                Ok(())
            }
            ExprKind::Await { value } => {
                self.text_if(level > Level::Await, "(");
                self.text("await ");
                self.expr(value, Level::Atom)?;
                self.text_if(level > Level::Await, ")");
                Ok(())
            }
            ExprKind::Yield { value: None } => {
                self.text("(yield)");
                Ok(())
            }
            ExprKind::Yield { value: Some(value) } => self.wrapped("(yield ", value, ")"),
            ExprKind::YieldFrom { value } => self.wrapped("(yield from ", value, ")"),
            ExprKind::Compare { left, ops, comparators } => self.compare(left, ops, comparators, level),
            ExprKind::Call { func, args, keywords } => self.call(func, args, keywords),
            ExprKind::FormattedValue { .. } => self.field(kind),
            ExprKind::Interpolation { .. } => self.field(kind),
            ExprKind::JoinedStr { values } => self.string_with_fields("f", values),
            ExprKind::TemplateStr { values } => self.string_with_fields("t", values),
            ExprKind::Constant { value, kind } => {
                self.text_if(kind.is_some(), "u");
                self.constant(value);
                Ok(())
            }
            ExprKind::Attribute { value, attr, .. } => {
                self.expr(value, Level::Atom)?;
                let number = matches!(value.kind, ExprKind::Constant { value: Constant::Int(_), .. });
                self.text(if number { " ." } else { "." });
                self.text(attr);
                Ok(())
            }
            ExprKind::Subscript { value, slice, .. } => {
                self.expr(value, Level::Atom)?;
                self.text("[");
                self.expr(slice, Level::Tuple)?;
                self.text("]");
                Ok(())
            }
            ExprKind::Starred { value, .. } => {
                self.text("*");
                self.expr(value, Level::Expr)
            }
            ExprKind::Name { id, .. } => {
                self.text(id);
                Ok(())
            }
            ExprKind::List { elts, .. } => {
                self.text("[");
                self.separated(elts, Level::Test)?;
                self.text("]");
                Ok(())
            }
            ExprKind::Tuple { elts, .. } => self.tuple(elts, level),
            ExprKind::Slice { lower, upper, step } => {
                if let Some(lower) = lower {
                    self.expr(lower, Level::Test)?;
                }
                self.text(":");
                if let Some(upper) = upper {
                    self.expr(upper, Level::Test)?;
                }
                if let Some(step) = step {
                    self.text(":");
                    self.expr(step, Level::Test)?;
                }
                Ok(())
            }
        }
    }

    fn wrapped(&mut self, before: &str, value: &Expr, after: &str) -> Writing {
        self.text(before);
        self.expr(value, Level::Test)?;
        self.text(after);
        Ok(())
    }

    fn bool_op(&mut self, op: BoolOp, values: &[ExprBox], level: Level) -> Writing {
        let (word, own) = match op {
            BoolOp::And => (" and ", Level::And),
            BoolOp::Or => (" or ", Level::Or),
        };
        self.text_if(level > own, "(");
        for (index, value) in values.iter().enumerate() {
            self.text_if(index > 0, word);
            self.expr(value, own.tighter())?;
        }
        self.text_if(level > own, ")");
        Ok(())
    }

    fn bin_op(&mut self, left: &Expr, op: Operator, right: &Expr, level: Level) -> Writing {
        let (word, own) = match op {
            Operator::Add => (" + ", Level::Arith),
            Operator::Sub => (" - ", Level::Arith),
            Operator::Mult => (" * ", Level::Term),
            Operator::MatMult => (" @ ", Level::Term),
            Operator::Div => (" / ", Level::Term),
            Operator::Mod => (" % ", Level::Term),
            Operator::FloorDiv => (" // ", Level::Term),
            Operator::LShift => (" << ", Level::Shift),
            Operator::RShift => (" >> ", Level::Shift),
            Operator::BitOr => (" | ", Level::Expr),
            Operator::BitXor => (" ^ ", Level::BitXor),
            Operator::BitAnd => (" & ", Level::BitAnd),
            Operator::Pow => (" ** ", Level::Power),
        };
        let (left_level, right_level) = if op == Operator::Pow { (own.tighter(), own) } else { (own, own.tighter()) };
        self.text_if(level > own, "(");
        self.expr(left, left_level)?;
        self.text(word);
        self.expr(right, right_level)?;
        self.text_if(level > own, ")");
        Ok(())
    }

    fn unary_op(&mut self, op: UnaryOp, operand: &Expr, level: Level) -> Writing {
        let (word, own) = match op {
            UnaryOp::Invert => ("~", Level::Factor),
            UnaryOp::Not => ("not ", Level::Not),
            UnaryOp::UAdd => ("+", Level::Factor),
            UnaryOp::USub => ("-", Level::Factor),
        };
        self.text_if(level > own, "(");
        self.text(word);
        self.expr(operand, own)?;
        self.text_if(level > own, ")");
        Ok(())
    }

    fn lambda(&mut self, args: &Arguments, body: &Expr, level: Level) -> Writing {
        self.text_if(level > Level::Test, "(");
        let positional = !args.args.is_empty() || !args.posonlyargs.is_empty();
        self.text(if positional { "lambda " } else { "lambda" });
        self.arguments(args)?;
        self.text(": ");
        self.expr(body, Level::Test)?;
        self.text_if(level > Level::Test, ")");
        Ok(())
    }

    fn arguments(&mut self, args: &Arguments) -> Writing {
        let positional = args.posonlyargs.len() + args.args.len();
        let mut first = true;
        let mut comma = |writer: &mut Writer| writer.text_if(!std::mem::replace(&mut first, false), ", ");
        for (index, arg) in args.posonlyargs.iter().chain(args.args.iter()).enumerate() {
            comma(self);
            self.arg(arg)?;
            let default = (index + args.defaults.len()).checked_sub(positional).and_then(|at| args.defaults.get(at));
            if let Some(default) = default {
                self.text("=");
                self.expr(default, Level::Test)?;
            }
            self.text_if(index + 1 == args.posonlyargs.len(), ", /");
        }
        if args.vararg.is_some() || !args.kwonlyargs.is_empty() {
            comma(self);
            self.text("*");
            if let Some(vararg) = &args.vararg {
                self.arg(vararg)?;
            }
        }
        for (index, arg) in args.kwonlyargs.iter().enumerate() {
            comma(self);
            self.arg(arg)?;
            if let Some(Some(default)) = args.kw_defaults.get(index) {
                self.text("=");
                self.expr(default, Level::Test)?;
            }
        }
        if let Some(kwarg) = &args.kwarg {
            comma(self);
            self.text("**");
            self.arg(kwarg)?;
        }
        Ok(())
    }

    fn arg(&mut self, arg: &Arg) -> Writing {
        self.text(&arg.arg);
        if let Some(annotation) = &arg.annotation {
            self.text(": ");
            self.expr(annotation, Level::Test)?;
        }
        Ok(())
    }

    fn dict(&mut self, keys: &[Option<ExprBox>], values: &[ExprBox]) -> Writing {
        self.text("{");
        for (index, value) in values.iter().enumerate() {
            self.text_if(index > 0, ", ");
            match keys.get(index).and_then(Option::as_ref) {
                Some(key) => {
                    self.expr(key, Level::Test)?;
                    self.text(": ");
                    self.expr(value, Level::Test)?;
                }
                None => {
                    self.text("**");
                    self.expr(value, Level::Expr)?;
                }
            }
        }
        self.text("}");
        Ok(())
    }

    fn comprehension(&mut self, open: &str, elt: &Expr, generators: &[Comprehension], close: &str) -> Writing {
        self.text(open);
        self.expr(elt, Level::Test)?;
        self.clauses(generators)?;
        self.text(close);
        Ok(())
    }

    fn clauses(&mut self, generators: &[Comprehension]) -> Writing {
        for clause in generators {
            self.text(if clause.is_async != 0 { " async for " } else { " for " });
            self.expr(clause.target, Level::Tuple)?;
            self.text(" in ");
            self.expr(clause.iter, Level::Or)?;
            for condition in clause.ifs.iter() {
                self.text(" if ");
                self.expr(condition, Level::Or)?;
            }
        }
        Ok(())
    }

    fn compare(&mut self, left: &Expr, ops: &[CmpOp], comparators: &[ExprBox], level: Level) -> Writing {
        self.text_if(level > Level::Cmp, "(");
        self.expr(left, Level::Expr)?;
        for (op, comparator) in ops.iter().zip(comparators) {
            self.text(match op {
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
            self.expr(comparator, Level::Expr)?;
        }
        self.text_if(level > Level::Cmp, ")");
        Ok(())
    }

    fn call(&mut self, func: &Expr, args: &[ExprBox], keywords: &[Keyword]) -> Writing {
        self.expr(func, Level::Atom)?;
        if let ([only], []) = (args, keywords)
            && matches!(only.kind, ExprKind::GeneratorExp { .. })
        {
            return self.expr(only, Level::Atom);
        }
        self.text("(");
        self.separated(args, Level::Test)?;
        for (index, keyword) in keywords.iter().enumerate() {
            self.text_if(index > 0 || !args.is_empty(), ", ");
            match &keyword.arg {
                Some(name) => {
                    self.text(name);
                    self.text("=");
                }
                None => self.text("**"),
            }
            self.expr(keyword.value, Level::Test)?;
        }
        self.text(")");
        Ok(())
    }

    fn tuple(&mut self, elts: &[ExprBox], level: Level) -> Writing {
        if elts.is_empty() {
            self.text("()");
            return Ok(());
        }
        self.text_if(level > Level::Tuple, "(");
        self.separated(elts, Level::Test)?;
        self.text_if(elts.len() == 1, ",");
        self.text_if(level > Level::Tuple, ")");
        Ok(())
    }

    fn constant(&mut self, value: &Constant) {
        match value {
            Constant::Ellipsis => self.text("..."),
            Constant::Tuple(items) => {
                self.text("(");
                for (index, item) in items.iter().enumerate() {
                    self.text_if(index > 0, ", ");
                    self.constant(item);
                }
                self.text_if(items.len() == 1, ",");
                self.text(")");
            }
            other => repr::constant(&mut self.out, other),
        }
    }
}
