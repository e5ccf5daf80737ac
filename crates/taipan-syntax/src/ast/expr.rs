//! Expressions of the ASDL: operators, constants, comprehensions, parameters and arguments.

use super::int::Int;
use super::names::Identifier;
use super::{AstString, ExprBox, Location, Text};

/// `expr`: an expression with its place.
#[derive(Debug, PartialEq)]
pub struct Expr<'a> {
    pub kind: ExprKind<'a>,
    pub location: Location,
}

/// The alternatives of `expr`.
#[derive(Debug, PartialEq)]
pub enum ExprKind<'a> {
    BoolOp {
        op: BoolOp,
        values: &'a mut [ExprBox<'a>],
    },
    NamedExpr {
        target: ExprBox<'a>,
        value: ExprBox<'a>,
    },
    BinOp {
        left: ExprBox<'a>,
        op: Operator,
        right: ExprBox<'a>,
    },
    UnaryOp {
        op: UnaryOp,
        operand: ExprBox<'a>,
    },
    Lambda {
        args: &'a mut Arguments<'a>,
        body: ExprBox<'a>,
    },
    IfExp {
        test: ExprBox<'a>,
        body: ExprBox<'a>,
        orelse: ExprBox<'a>,
    },
    /// A key is `None` for `**value`.
    Dict {
        keys: &'a mut [Option<ExprBox<'a>>],
        values: &'a mut [ExprBox<'a>],
    },
    Set {
        elts: &'a mut [ExprBox<'a>],
    },
    ListComp {
        elt: ExprBox<'a>,
        generators: &'a mut [Comprehension<'a>],
    },
    SetComp {
        elt: ExprBox<'a>,
        generators: &'a mut [Comprehension<'a>],
    },
    DictComp {
        key: ExprBox<'a>,
        value: ExprBox<'a>,
        generators: &'a mut [Comprehension<'a>],
    },
    GeneratorExp {
        elt: ExprBox<'a>,
        generators: &'a mut [Comprehension<'a>],
    },
    Await {
        value: ExprBox<'a>,
    },
    Yield {
        value: Option<ExprBox<'a>>,
    },
    YieldFrom {
        value: ExprBox<'a>,
    },
    Compare {
        left: ExprBox<'a>,
        ops: &'a mut [CmpOp],
        comparators: &'a mut [ExprBox<'a>],
    },
    Call {
        func: ExprBox<'a>,
        args: &'a mut [ExprBox<'a>],
        keywords: &'a mut [Keyword<'a>],
    },
    /// `conversion` is -1, or the character code of `s`, `r` or `a`.
    FormattedValue {
        value: ExprBox<'a>,
        conversion: i32,
        format_spec: Option<ExprBox<'a>>,
    },
    /// A replacement field of a t-string; `str` is the text of its expression.
    Interpolation {
        value: ExprBox<'a>,
        str: Constant<'a>,
        conversion: i32,
        format_spec: Option<ExprBox<'a>>,
    },
    JoinedStr {
        values: &'a mut [ExprBox<'a>],
    },
    TemplateStr {
        values: &'a mut [ExprBox<'a>],
    },
    /// `kind` is `Some("u")` for a text literal with that prefix.
    Constant {
        value: Constant<'a>,
        kind: Option<&'a AstString<'a>>,
    },
    Attribute {
        value: ExprBox<'a>,
        attr: Identifier<'a>,
        ctx: ExprContext,
    },
    Subscript {
        value: ExprBox<'a>,
        slice: ExprBox<'a>,
        ctx: ExprContext,
    },
    Starred {
        value: ExprBox<'a>,
        ctx: ExprContext,
    },
    Name {
        id: Identifier<'a>,
        ctx: ExprContext,
    },
    List {
        elts: &'a mut [ExprBox<'a>],
        ctx: ExprContext,
    },
    Tuple {
        elts: &'a mut [ExprBox<'a>],
        ctx: ExprContext,
    },
    Slice {
        lower: Option<ExprBox<'a>>,
        upper: Option<ExprBox<'a>>,
        step: Option<ExprBox<'a>>,
    },
}

/// A constant value. The parser makes only values a single literal can denote: complex numbers without real part, and
/// neither tuples nor frozen sets, which come from folding and from trees built by programs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Constant<'a> {
    None,
    True,
    False,
    Ellipsis,
    Int(Int<'a>),
    Float(f64),
    Complex {
        real: f64,
        imag: f64,
    },
    Str(Text<'a>),
    Bytes(Text<'a>),
    Tuple(&'a [Constant<'a>]),
    FrozenSet(&'a [Constant<'a>]),
    /// An object of another class, named here: only in trees of programs, until they are checked.
    Invalid(&'a str),
}

impl Constant<'_> {
    /// What an expression that is None in a list has as its value, until the tree is checked. No class has that name.
    pub const ABSENT: Constant<'static> = Constant::Invalid("\0");

    /// Whether it is [`Constant::ABSENT`].
    pub fn is_absent(&self) -> bool {
        matches!(self, Constant::Invalid("\0"))
    }
}

/// `expr_context`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExprContext {
    Load,
    Store,
    Del,
}

/// `boolop`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BoolOp {
    And,
    Or,
}

/// `operator`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    Add,
    Sub,
    Mult,
    MatMult,
    Div,
    Mod,
    Pow,
    LShift,
    RShift,
    BitOr,
    BitXor,
    BitAnd,
    FloorDiv,
}

/// `unaryop`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    Invert,
    Not,
    UAdd,
    USub,
}

/// `cmpop`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CmpOp {
    Eq,
    NotEq,
    Lt,
    LtE,
    Gt,
    GtE,
    Is,
    IsNot,
    In,
    NotIn,
}

/// `comprehension`: one `for` of a comprehension with its conditions.
#[derive(Debug, PartialEq)]
pub struct Comprehension<'a> {
    pub target: ExprBox<'a>,
    pub iter: ExprBox<'a>,
    pub ifs: &'a mut [ExprBox<'a>],
    /// 0 or 1; other numbers in trees of programs.
    pub is_async: i32,
}

/// `arguments`: the parameters of a function.
///
/// `kw_defaults` is as long as `kwonlyargs`; `defaults` belong to the last positional parameters.
#[derive(Debug, Default, PartialEq)]
pub struct Arguments<'a> {
    pub posonlyargs: &'a mut [Arg<'a>],
    pub args: &'a mut [Arg<'a>],
    pub vararg: Option<&'a mut Arg<'a>>,
    pub kwonlyargs: &'a mut [Arg<'a>],
    pub kw_defaults: &'a mut [Option<ExprBox<'a>>],
    pub kwarg: Option<&'a mut Arg<'a>>,
    pub defaults: &'a mut [ExprBox<'a>],
}

/// `arg`: one parameter.
#[derive(Debug, PartialEq)]
pub struct Arg<'a> {
    pub arg: Identifier<'a>,
    pub annotation: Option<ExprBox<'a>>,
    pub type_comment: Option<AstString<'a>>,
    pub location: Location,
}

/// `keyword`: one keyword argument of a call; `arg` is `None` for `**value`.
#[derive(Debug, PartialEq)]
pub struct Keyword<'a> {
    pub arg: Option<Identifier<'a>>,
    pub value: ExprBox<'a>,
    pub location: Location,
}

impl<'a> Expr<'a> {
    /// An expression at a place.
    pub fn new(kind: ExprKind<'a>, location: Location) -> Expr<'a> {
        Expr { kind, location }
    }

    /// A constant without `kind`.
    pub fn constant(value: Constant<'a>, location: Location) -> Expr<'a> {
        Expr { kind: ExprKind::Constant { value, kind: None }, location }
    }
}

impl<'a> Constant<'a> {
    /// A text constant of `text`.
    pub fn text(text: &'a str) -> Constant<'a> {
        Constant::Str(text.as_bytes())
    }
}
