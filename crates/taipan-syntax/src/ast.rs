//! The abstract syntax tree: Python 3.14's `Python.asdl` as Rust types, with CPython's names.
//!
//! Invariants: every node that has attributes in the ASDL carries a [`Location`]; identifiers are NFKC-normalised;
//! text constants are WTF-8 (UTF-8 in which a lone surrogate is encoded as in the `surrogatepass` handler).
//! All nodes lie in an [`Arena`] and own nothing outside it, so nothing is dropped: the tree ends with its arena.
//! Left-leaning chains (`a.b.c`, `a + b + c`, `f()()`) may be of any length, chains of prefix operators and
//! conditional expressions of some thousands. All other nesting is bounded by the parser. `Debug` and `PartialEq` do
//! recurse along such chains: use them on trees whose depth was checked.

mod int;
mod names;

pub use bumpalo::Bump as Arena;
pub use int::Int;
pub(crate) use names::{DEBUG, kind_of_number};
pub use names::{Identifier, Names};

/// Text in WTF-8.
pub type Text<'a> = &'a [u8];

/// An expression inside another node.
pub type ExprBox<'a> = &'a mut Expr<'a>;

/// A tree with the names in it.
#[derive(Debug)]
pub struct Tree<'a> {
    pub module: &'a mut Mod<'a>,
    pub names: Names<'a>,
    /// The statements of the module, by their index, with anything in them that CPython's `ast_preprocess` looks for at
    /// optimisation levels 0 and 1; none where that is not known.
    pub notable: Option<Vec<usize>>,
}

/// Where a node begins and ends in the source.
///
/// Lines count from 1, columns are byte offsets from 0 into the line in UTF-8. A node made by the compiler may use
/// [`Location::NONE`]. Trees made by programs may have negative numbers, kept as their bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Location {
    pub lineno: u32,
    pub col_offset: u32,
    pub end_lineno: u32,
    pub end_col_offset: u32,
}

impl Location {
    /// Of a node that stands nowhere: -1 everywhere.
    pub const NONE: Location =
        Location { lineno: u32::MAX, col_offset: u32::MAX, end_lineno: u32::MAX, end_col_offset: u32::MAX };
}

/// `mod`: the root of a tree.
#[derive(Debug, PartialEq)]
pub enum Mod<'a> {
    Module { body: &'a mut [Stmt<'a>], type_ignores: &'a mut [TypeIgnore<'a>] },
    Interactive { body: &'a mut [Stmt<'a>] },
    Expression { body: ExprBox<'a> },
    FunctionType { argtypes: &'a mut [ExprBox<'a>], returns: ExprBox<'a> },
}

/// `stmt`: a statement with its place.
#[derive(Debug, PartialEq)]
pub struct Stmt<'a> {
    pub kind: StmtKind<'a>,
    pub location: Location,
}

/// The fields shared by `FunctionDef` and `AsyncFunctionDef`.
#[derive(Debug, PartialEq)]
pub struct FunctionDef<'a> {
    pub name: Identifier<'a>,
    pub args: Arguments<'a>,
    pub body: &'a mut [Stmt<'a>],
    pub decorator_list: &'a mut [ExprBox<'a>],
    pub returns: Option<ExprBox<'a>>,
    pub type_comment: Option<Text<'a>>,
    pub type_params: &'a mut [TypeParam<'a>],
}

/// The fields of `ClassDef`.
#[derive(Debug, PartialEq)]
pub struct ClassDef<'a> {
    pub name: Identifier<'a>,
    pub bases: &'a mut [ExprBox<'a>],
    pub keywords: &'a mut [Keyword<'a>],
    pub body: &'a mut [Stmt<'a>],
    pub decorator_list: &'a mut [ExprBox<'a>],
    pub type_params: &'a mut [TypeParam<'a>],
}

/// The fields shared by `For` and `AsyncFor`.
#[derive(Debug, PartialEq)]
pub struct For<'a> {
    pub target: ExprBox<'a>,
    pub iter: ExprBox<'a>,
    pub body: &'a mut [Stmt<'a>],
    pub orelse: &'a mut [Stmt<'a>],
    pub type_comment: Option<Text<'a>>,
}

/// The fields shared by `With` and `AsyncWith`.
#[derive(Debug, PartialEq)]
pub struct With<'a> {
    pub items: &'a mut [WithItem<'a>],
    pub body: &'a mut [Stmt<'a>],
    pub type_comment: Option<Text<'a>>,
}

/// The fields shared by `Try` and `TryStar`.
#[derive(Debug, PartialEq)]
pub struct Try<'a> {
    pub body: &'a mut [Stmt<'a>],
    pub handlers: &'a mut [ExceptHandler<'a>],
    pub orelse: &'a mut [Stmt<'a>],
    pub finalbody: &'a mut [Stmt<'a>],
}

/// The alternatives of `stmt`.
#[derive(Debug, PartialEq)]
pub enum StmtKind<'a> {
    FunctionDef(&'a mut FunctionDef<'a>),
    AsyncFunctionDef(&'a mut FunctionDef<'a>),
    ClassDef(&'a mut ClassDef<'a>),
    Return {
        value: Option<ExprBox<'a>>,
    },
    Delete {
        targets: &'a mut [ExprBox<'a>],
    },
    Assign {
        targets: &'a mut [ExprBox<'a>],
        value: ExprBox<'a>,
        type_comment: Option<Text<'a>>,
    },
    TypeAlias {
        name: ExprBox<'a>,
        type_params: &'a mut [TypeParam<'a>],
        value: ExprBox<'a>,
    },
    AugAssign {
        target: ExprBox<'a>,
        op: Operator,
        value: ExprBox<'a>,
    },
    /// `simple` is true for a target that is a name without parentheses.
    AnnAssign {
        target: ExprBox<'a>,
        annotation: ExprBox<'a>,
        value: Option<ExprBox<'a>>,
        simple: bool,
    },
    For(&'a mut For<'a>),
    AsyncFor(&'a mut For<'a>),
    While {
        test: ExprBox<'a>,
        body: &'a mut [Stmt<'a>],
        orelse: &'a mut [Stmt<'a>],
    },
    If {
        test: ExprBox<'a>,
        body: &'a mut [Stmt<'a>],
        orelse: &'a mut [Stmt<'a>],
    },
    With(&'a mut With<'a>),
    AsyncWith(&'a mut With<'a>),
    Match {
        subject: ExprBox<'a>,
        cases: &'a mut [MatchCase<'a>],
    },
    Raise {
        exc: Option<ExprBox<'a>>,
        cause: Option<ExprBox<'a>>,
    },
    Try(&'a mut Try<'a>),
    TryStar(&'a mut Try<'a>),
    Assert {
        test: ExprBox<'a>,
        msg: Option<ExprBox<'a>>,
    },
    Import {
        names: &'a mut [Alias<'a>],
    },
    /// `level` is the number of leading dots.
    ImportFrom {
        module: Option<Identifier<'a>>,
        names: &'a mut [Alias<'a>],
        level: u32,
    },
    Global {
        names: &'a mut [Identifier<'a>],
    },
    Nonlocal {
        names: &'a mut [Identifier<'a>],
    },
    Expr {
        value: ExprBox<'a>,
    },
    Pass,
    Break,
    Continue,
}

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
        kind: Option<&'a str>,
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
    pub is_async: bool,
}

/// `excepthandler`, whose only alternative is `ExceptHandler`.
#[derive(Debug, PartialEq)]
pub struct ExceptHandler<'a> {
    pub type_: Option<ExprBox<'a>>,
    pub name: Option<Identifier<'a>>,
    pub body: &'a mut [Stmt<'a>],
    pub location: Location,
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
    pub type_comment: Option<Text<'a>>,
    pub location: Location,
}

/// `keyword`: one keyword argument of a call; `arg` is `None` for `**value`.
#[derive(Debug, PartialEq)]
pub struct Keyword<'a> {
    pub arg: Option<Identifier<'a>>,
    pub value: ExprBox<'a>,
    pub location: Location,
}

/// `alias`: one name of an import.
#[derive(Debug, PartialEq)]
pub struct Alias<'a> {
    pub name: Identifier<'a>,
    pub asname: Option<Identifier<'a>>,
    pub location: Location,
}

/// `withitem`.
#[derive(Debug, PartialEq)]
pub struct WithItem<'a> {
    pub context_expr: ExprBox<'a>,
    pub optional_vars: Option<ExprBox<'a>>,
}

/// `match_case`.
#[derive(Debug, PartialEq)]
pub struct MatchCase<'a> {
    pub pattern: Pattern<'a>,
    pub guard: Option<ExprBox<'a>>,
    pub body: &'a mut [Stmt<'a>],
}

/// `pattern` with its place.
#[derive(Debug, PartialEq)]
pub struct Pattern<'a> {
    pub kind: PatternKind<'a>,
    pub location: Location,
}

/// The alternatives of `pattern`.
#[derive(Debug, PartialEq)]
pub enum PatternKind<'a> {
    MatchValue {
        value: ExprBox<'a>,
    },
    /// `value` is None, True or False.
    MatchSingleton {
        value: Constant<'a>,
    },
    MatchSequence {
        patterns: &'a mut [Pattern<'a>],
    },
    MatchMapping {
        keys: &'a mut [ExprBox<'a>],
        patterns: &'a mut [Pattern<'a>],
        rest: Option<Identifier<'a>>,
    },
    MatchClass {
        cls: ExprBox<'a>,
        patterns: &'a mut [Pattern<'a>],
        kwd_attrs: &'a mut [Identifier<'a>],
        kwd_patterns: &'a mut [Pattern<'a>],
    },
    MatchStar {
        name: Option<Identifier<'a>>,
    },
    /// `_` has neither pattern nor name.
    MatchAs {
        pattern: Option<&'a mut Pattern<'a>>,
        name: Option<Identifier<'a>>,
    },
    MatchOr {
        patterns: &'a mut [Pattern<'a>],
    },
}

/// `type_ignore`: a `# type: ignore` comment.
#[derive(Debug, PartialEq)]
pub struct TypeIgnore<'a> {
    pub lineno: u32,
    pub tag: Text<'a>,
}

/// `type_param` with its place.
#[derive(Debug, PartialEq)]
pub struct TypeParam<'a> {
    pub kind: TypeParamKind<'a>,
    pub location: Location,
}

/// The alternatives of `type_param`.
#[derive(Debug, PartialEq)]
pub enum TypeParamKind<'a> {
    TypeVar { name: Identifier<'a>, bound: Option<ExprBox<'a>>, default_value: Option<ExprBox<'a>> },
    ParamSpec { name: Identifier<'a>, default_value: Option<ExprBox<'a>> },
    TypeVarTuple { name: Identifier<'a>, default_value: Option<ExprBox<'a>> },
}

impl Location {
    /// From the start of `self` to the end of `end`.
    pub fn to(self, end: Location) -> Location {
        Location { end_lineno: end.end_lineno, end_col_offset: end.end_col_offset, ..self }
    }
}

impl<'a> Expr<'a> {
    pub fn new(kind: ExprKind<'a>, location: Location) -> Expr<'a> {
        Expr { kind, location }
    }

    /// A constant without `kind`.
    pub fn constant(value: Constant<'a>, location: Location) -> Expr<'a> {
        Expr { kind: ExprKind::Constant { value, kind: None }, location }
    }
}

impl<'a> Stmt<'a> {
    pub fn new(kind: StmtKind<'a>, location: Location) -> Stmt<'a> {
        Stmt { kind, location }
    }
}

impl<'a> Constant<'a> {
    /// A text constant of `text`.
    pub fn text(text: &'a str) -> Constant<'a> {
        Constant::Str(text.as_bytes())
    }
}
