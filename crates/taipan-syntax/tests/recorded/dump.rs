//! Results of the parser as one line of text, in the form `compare.py` makes of CPython's.

use std::fmt::Write as _;

use taipan_syntax::ast::*;
use taipan_syntax::{Details, Mode, ParseOptions, Step, Tokenizer, parse};

#[path = "dump/stmt.rs"]
mod stmt;

/// The tokens of `source` on one line.
pub fn token_list(source: &[u8], extra: bool) -> String {
    let mut lines = source.split_inclusive(|byte| *byte == b'\n');
    let mut tokenizer = Tokenizer::new(extra);
    let mut dump = Dump { out: String::new() };
    loop {
        match tokenizer.step() {
            Step::NeedsLine => tokenizer.push_line(lines.next().unwrap_or_default()),
            Step::Token(token) => {
                let _ = write!(dump.out, "{} ", token.kind);
                dump.text(token.string.as_bytes());
                let _ = write!(dump.out, " {},{}-{},{} ", token.start.0, token.start.1, token.end.0, token.end.1);
                dump.text(token.line.as_bytes());
                dump.out.push('|');
            }
            Step::Error(error) => {
                let place = error.location.as_ref().map(|place| (place.lineno, place.offset));
                let _ = write!(dump.out, "{:?}: {} {:?}", error.kind, error.msg, place);
                return dump.out;
            }
            Step::End | Step::Undecodable(_) => return dump.out,
        }
    }
}

/// The expression `source` as an annotation keeps it.
pub fn unparsed(source: &[u8], options: &ParseOptions) -> String {
    let arena = Arena::new();
    match parse(&arena, source, Mode::Eval, options, None).map(|parsed| parsed.tree.module) {
        Ok(Mod::Expression { body }) => match taipan_syntax::unparse_expr(body) {
            Ok(text) => {
                let mut dump = Dump { out: String::new() };
                dump.text(&text);
                dump.out
            }
            Err(error) => format!("{error:?}"),
        },
        Ok(_) => "no expression".to_owned(),
        Err(error) => format!("{:?}: {}", error.kind, error.msg),
    }
}

/// The tree and warnings of `source`, or its error; with `warnings_as_errors` where the errors would be.
pub fn render(source: &[u8], mode: Mode, options: &ParseOptions, warnings_as_errors: bool) -> String {
    let mut dump = Dump { out: String::new() };
    let arena = Arena::new();
    match parse(&arena, source, mode, options, None) {
        Ok(parsed) => {
            dump.module(parsed.tree.module);
            for warning in &parsed.warnings {
                let _ = write!(dump.out, "|{}:{}", warning.lineno, warning.msg);
                if warnings_as_errors {
                    let place = &warning.error_location;
                    let _ = write!(dump.out, " {},{},{} ", place.lineno, place.offset, place.end_offset);
                    dump.optional_text(place.text.as_deref().map(str::as_bytes));
                }
            }
        }
        Err(error) => {
            let _ = write!(dump.out, "{:?}: ", error.kind);
            dump.text(error.msg.as_bytes());
            if let Some(place) = &error.location {
                let _ = write!(dump.out, " {},{},", place.lineno, place.offset);
                if place.details == Details::Full {
                    let _ = write!(dump.out, "{},{} ", place.end_lineno, place.end_offset);
                } else {
                    dump.word("None,None ");
                }
                dump.optional_text(place.text.as_deref().map(str::as_bytes));
            }
            if let Some((line, column)) = error.last_statement {
                let _ = write!(dump.out, " {line},{column}");
            }
        }
    }
    dump.out
}

struct Dump {
    out: String,
}

impl Dump {
    fn place(&mut self, at: Location) {
        let _ = write!(self.out, "@{},{},{},{}", at.lineno, at.col_offset, at.end_lineno, at.end_col_offset);
    }

    fn word(&mut self, word: &str) {
        self.out.push_str(word);
    }

    fn text(&mut self, text: &[u8]) {
        self.out.push('\'');
        for byte in text {
            if (0x20..0x7F).contains(byte) && !matches!(byte, b'\'' | b'\\') {
                self.out.push(char::from(*byte));
            } else {
                let _ = write!(self.out, "\\x{byte:02x}");
            }
        }
        self.out.push('\'');
    }

    fn optional_text(&mut self, text: Option<&[u8]>) {
        match text {
            Some(text) => self.text(text),
            None => self.word("None"),
        }
    }

    fn list<T>(&mut self, items: &[T], mut each: impl FnMut(&mut Self, &T)) {
        self.word("[");
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.word(",");
            }
            each(self, item);
        }
        self.word("]");
    }

    fn names(&mut self, names: &[Identifier]) {
        self.list(names, |dump, name| dump.text(name.as_bytes()));
    }

    fn option(&mut self, expr: Option<&Expr>) {
        match expr {
            Some(expr) => self.expr(expr),
            None => self.word("None"),
        }
    }

    fn exprs(&mut self, exprs: &[ExprBox<'_>]) {
        self.list(exprs, |dump, expr| dump.expr(expr));
    }

    fn stmts(&mut self, stmts: &[Stmt]) {
        self.list(stmts, |dump, stmt| dump.stmt(stmt));
    }

    /// `Name(a,b)`, the parts written by `parts`.
    #[allow(clippy::type_complexity)]
    fn node(&mut self, name: &str, parts: Vec<Box<dyn FnOnce(&mut Self) + '_>>) {
        self.word(name);
        self.word("(");
        for (index, part) in parts.into_iter().enumerate() {
            if index > 0 {
                self.word(",");
            }
            part(self);
        }
        self.word(")");
    }

    fn module(&mut self, module: &Mod) {
        match module {
            Mod::Module { body, type_ignores } => self.node(
                "Module",
                vec![
                    Box::new(|d| d.stmts(body)),
                    Box::new(|d| {
                        d.list(type_ignores, |d, t| {
                            let Some(t) = t else { return };
                            d.word(&format!("TypeIgnore({},", t.lineno));
                            d.text(&t.tag);
                            d.word(")");
                        })
                    }),
                ],
            ),
            Mod::Interactive { body } => self.node("Interactive", vec![Box::new(|d| d.stmts(body))]),
            Mod::Expression { body } => self.node("Expression", vec![Box::new(|d| d.expr(body))]),
            Mod::FunctionType { argtypes, returns } => {
                self.node("FunctionType", vec![Box::new(|d| d.exprs(argtypes)), Box::new(|d| d.expr(returns))]);
            }
        }
    }

    fn arg(&mut self, arg: &Arg) {
        self.node(
            "arg",
            vec![
                Box::new(|d| d.text(arg.arg.as_bytes())),
                Box::new(|d| d.option(arg.annotation.as_deref())),
                Box::new(|d| d.optional_text(arg.type_comment.as_deref())),
            ],
        );
        self.place(arg.location);
    }

    fn optional_arg(&mut self, arg: Option<&Arg>) {
        match arg {
            Some(arg) => self.arg(arg),
            None => self.word("None"),
        }
    }

    fn arguments(&mut self, args: &Arguments) {
        self.node(
            "arguments",
            vec![
                Box::new(|d| d.list(args.posonlyargs, Self::arg)),
                Box::new(|d| d.list(args.args, Self::arg)),
                Box::new(|d| d.optional_arg(args.vararg.as_deref())),
                Box::new(|d| d.list(args.kwonlyargs, Self::arg)),
                Box::new(|d| d.list(args.kw_defaults, |d, default| d.option(default.as_deref()))),
                Box::new(|d| d.optional_arg(args.kwarg.as_deref())),
                Box::new(|d| d.exprs(args.defaults)),
            ],
        );
    }

    fn constant(&mut self, constant: &Constant) {
        match constant {
            Constant::None => self.word("None"),
            Constant::True => self.word("True"),
            Constant::False => self.word("False"),
            Constant::Ellipsis | Constant::Invalid(_) => self.word("Ellipsis"),
            Constant::Int(value) => self.word(&value.value().to_string()),
            Constant::Float(value) => self.word(&format!("f{:016x}", value.to_bits())),
            Constant::Complex { real, imag } => {
                self.word(&format!("c{:016x}{:016x}", real.to_bits(), imag.to_bits()));
            }
            Constant::Str(text) => self.text(text),
            Constant::Bytes(bytes) => {
                self.word("b");
                self.text(bytes);
            }
            Constant::Tuple(items) | Constant::FrozenSet(items) => self.list(items, Self::constant),
        }
    }

    fn comprehensions(&mut self, clauses: &[Comprehension]) {
        self.list(clauses, |d, clause| {
            d.node(
                "comprehension",
                vec![
                    Box::new(|d| d.expr(clause.target)),
                    Box::new(|d| d.expr(clause.iter)),
                    Box::new(|d| d.exprs(clause.ifs)),
                    Box::new(move |d| d.word(&clause.is_async.to_string())),
                ],
            )
        });
    }

    fn element(&mut self, name: &str, elt: &Expr, generators: &[Comprehension]) {
        self.node(name, vec![Box::new(|d| d.expr(elt)), Box::new(|d| d.comprehensions(generators))]);
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::BoolOp { op, values } => {
                self.node("BoolOp", vec![Box::new(move |d| d.word(&format!("{op:?}"))), Box::new(|d| d.exprs(values))])
            }
            ExprKind::NamedExpr { target, value } => {
                self.node("NamedExpr", vec![Box::new(|d| d.expr(target)), Box::new(|d| d.expr(value))]);
            }
            ExprKind::BinOp { left, op, right } => self.node(
                "BinOp",
                vec![
                    Box::new(|d| d.expr(left)),
                    Box::new(move |d| d.word(&format!("{op:?}"))),
                    Box::new(|d| d.expr(right)),
                ],
            ),
            ExprKind::UnaryOp { op, operand } => {
                self.node("UnaryOp", vec![Box::new(move |d| d.word(&format!("{op:?}"))), Box::new(|d| d.expr(operand))])
            }
            ExprKind::Lambda { args, body } => {
                self.node("Lambda", vec![Box::new(|d| d.arguments(args)), Box::new(|d| d.expr(body))]);
            }
            ExprKind::IfExp { test, body, orelse } => self.node(
                "IfExp",
                vec![Box::new(|d| d.expr(test)), Box::new(|d| d.expr(body)), Box::new(|d| d.expr(orelse))],
            ),
            ExprKind::Dict { keys, values } => self.node(
                "Dict",
                vec![Box::new(|d| d.list(keys, |d, key| d.option(key.as_deref()))), Box::new(|d| d.exprs(values))],
            ),
            ExprKind::Set { elts } => self.node("Set", vec![Box::new(|d| d.exprs(elts))]),
            ExprKind::ListComp { elt, generators } => self.element("ListComp", elt, generators),
            ExprKind::SetComp { elt, generators } => self.element("SetComp", elt, generators),
            ExprKind::GeneratorExp { elt, generators } => self.element("GeneratorExp", elt, generators),
            ExprKind::DictComp { key, value, generators } => self.node(
                "DictComp",
                vec![
                    Box::new(|d| d.expr(key)),
                    Box::new(|d| d.expr(value)),
                    Box::new(|d| d.comprehensions(generators)),
                ],
            ),
            ExprKind::Await { value } => self.node("Await", vec![Box::new(|d| d.expr(value))]),
            ExprKind::Yield { value } => self.node("Yield", vec![Box::new(|d| d.option(value.as_deref()))]),
            ExprKind::YieldFrom { value } => self.node("YieldFrom", vec![Box::new(|d| d.expr(value))]),
            ExprKind::Compare { left, ops, comparators } => self.node(
                "Compare",
                vec![
                    Box::new(|d| d.expr(left)),
                    Box::new(|d| d.list(ops, |d, op| d.word(&format!("{op:?}")))),
                    Box::new(|d| d.exprs(comparators)),
                ],
            ),
            ExprKind::Call { func, args, keywords } => self.node(
                "Call",
                vec![
                    Box::new(|d| d.expr(func)),
                    Box::new(|d| d.exprs(args)),
                    Box::new(|d| d.list(keywords, Self::keyword)),
                ],
            ),
            ExprKind::FormattedValue { value, conversion, format_spec } => self.node(
                "FormattedValue",
                vec![
                    Box::new(|d| d.expr(value)),
                    Box::new(move |d| d.word(&conversion.to_string())),
                    Box::new(|d| d.option(format_spec.as_deref())),
                ],
            ),
            ExprKind::Interpolation { value, str, conversion, format_spec } => self.node(
                "Interpolation",
                vec![
                    Box::new(|d| d.expr(value)),
                    Box::new(|d| d.constant(str)),
                    Box::new(move |d| d.word(&conversion.to_string())),
                    Box::new(|d| d.option(format_spec.as_deref())),
                ],
            ),
            ExprKind::JoinedStr { values } => self.node("JoinedStr", vec![Box::new(|d| d.exprs(values))]),
            ExprKind::TemplateStr { values } => self.node("TemplateStr", vec![Box::new(|d| d.exprs(values))]),
            ExprKind::Constant { value, kind } => self.node(
                "Constant",
                vec![Box::new(|d| d.constant(value)), Box::new(|d| d.optional_text(kind.map(|kind| kind.text)))],
            ),
            ExprKind::Attribute { value, attr, ctx } => self.node(
                "Attribute",
                vec![
                    Box::new(|d| d.expr(value)),
                    Box::new(|d| d.text(attr.as_bytes())),
                    Box::new(move |d| d.word(&format!("{ctx:?}"))),
                ],
            ),
            ExprKind::Subscript { value, slice, ctx } => self.node(
                "Subscript",
                vec![
                    Box::new(|d| d.expr(value)),
                    Box::new(|d| d.expr(slice)),
                    Box::new(move |d| d.word(&format!("{ctx:?}"))),
                ],
            ),
            ExprKind::Starred { value, ctx } => {
                self.node("Starred", vec![Box::new(|d| d.expr(value)), Box::new(move |d| d.word(&format!("{ctx:?}")))])
            }
            ExprKind::Name { id, ctx } => self.node(
                "Name",
                vec![Box::new(|d| d.text(id.as_bytes())), Box::new(move |d| d.word(&format!("{ctx:?}")))],
            ),
            ExprKind::List { elts, ctx } => {
                self.node("List", vec![Box::new(|d| d.exprs(elts)), Box::new(move |d| d.word(&format!("{ctx:?}")))])
            }
            ExprKind::Tuple { elts, ctx } => {
                self.node("Tuple", vec![Box::new(|d| d.exprs(elts)), Box::new(move |d| d.word(&format!("{ctx:?}")))])
            }
            ExprKind::Slice { lower, upper, step } => self.node(
                "Slice",
                vec![
                    Box::new(|d| d.option(lower.as_deref())),
                    Box::new(|d| d.option(upper.as_deref())),
                    Box::new(|d| d.option(step.as_deref())),
                ],
            ),
        }
        self.place(expr.location);
    }
}
