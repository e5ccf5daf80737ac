//! The abstract syntax tree: Python 3.14's `Python.asdl` as Rust types, with CPython's names.
//!
//! Invariants: every node that has attributes in the ASDL carries a [`Location`]; identifiers are NFKC-normalised;
//! text constants are WTF-8 (UTF-8 in which a lone surrogate is encoded as in the `surrogatepass` handler).
//! Left-leaning chains (`a.b.c`, `a + b + c`, `f()()`) may be of any length, chains of prefix operators and
//! conditional expressions of some thousands; they are dropped without recursion ([`ExprBox`]). All other nesting is
//! bounded by the parser. `Clone`, `Debug` and `PartialEq` do recurse along such
//! chains: use them on trees whose depth was checked.

use dashu_int::IBig;

mod expr_box;
mod identifier;

pub use expr_box::ExprBox;

pub use identifier::Identifier;

/// Text in WTF-8.
pub type Text = std::sync::Arc<[u8]>;

/// Where a node begins and ends in the source.
///
/// Lines count from 1, columns are byte offsets from 0 into the line in UTF-8. A node made by the compiler may use
/// [`Location::default`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Location {
    pub lineno: u32,
    pub col_offset: u32,
    pub end_lineno: u32,
    pub end_col_offset: u32,
}

/// `mod`: the root of a tree.
#[derive(Clone, Debug, PartialEq)]
pub enum Mod {
    Module { body: Vec<Stmt>, type_ignores: Vec<TypeIgnore> },
    Interactive { body: Vec<Stmt> },
    Expression { body: ExprBox },
    FunctionType { argtypes: Vec<Expr>, returns: ExprBox },
}

/// `stmt`: a statement with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Stmt {
    pub kind: StmtKind,
    pub location: Location,
}

/// The fields shared by `FunctionDef` and `AsyncFunctionDef`.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionDef {
    pub name: Identifier,
    pub args: Arguments,
    pub body: Vec<Stmt>,
    pub decorator_list: Vec<Expr>,
    pub returns: Option<ExprBox>,
    pub type_comment: Option<Text>,
    pub type_params: Vec<TypeParam>,
}

/// The fields of `ClassDef`.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassDef {
    pub name: Identifier,
    pub bases: Vec<Expr>,
    pub keywords: Vec<Keyword>,
    pub body: Vec<Stmt>,
    pub decorator_list: Vec<Expr>,
    pub type_params: Vec<TypeParam>,
}

/// The fields shared by `For` and `AsyncFor`.
#[derive(Clone, Debug, PartialEq)]
pub struct For {
    pub target: ExprBox,
    pub iter: ExprBox,
    pub body: Vec<Stmt>,
    pub orelse: Vec<Stmt>,
    pub type_comment: Option<Text>,
}

/// The fields shared by `With` and `AsyncWith`.
#[derive(Clone, Debug, PartialEq)]
pub struct With {
    pub items: Vec<WithItem>,
    pub body: Vec<Stmt>,
    pub type_comment: Option<Text>,
}

/// The fields shared by `Try` and `TryStar`.
#[derive(Clone, Debug, PartialEq)]
pub struct Try {
    pub body: Vec<Stmt>,
    pub handlers: Vec<ExceptHandler>,
    pub orelse: Vec<Stmt>,
    pub finalbody: Vec<Stmt>,
}

/// The alternatives of `stmt`.
#[derive(Clone, Debug, PartialEq)]
pub enum StmtKind {
    FunctionDef(Box<FunctionDef>),
    AsyncFunctionDef(Box<FunctionDef>),
    ClassDef(Box<ClassDef>),
    Return {
        value: Option<ExprBox>,
    },
    Delete {
        targets: Vec<Expr>,
    },
    Assign {
        targets: Vec<Expr>,
        value: ExprBox,
        type_comment: Option<Text>,
    },
    TypeAlias {
        name: ExprBox,
        type_params: Vec<TypeParam>,
        value: ExprBox,
    },
    AugAssign {
        target: ExprBox,
        op: Operator,
        value: ExprBox,
    },
    /// `simple` is true for a target that is a name without parentheses.
    AnnAssign {
        target: ExprBox,
        annotation: ExprBox,
        value: Option<ExprBox>,
        simple: bool,
    },
    For(Box<For>),
    AsyncFor(Box<For>),
    While {
        test: ExprBox,
        body: Vec<Stmt>,
        orelse: Vec<Stmt>,
    },
    If {
        test: ExprBox,
        body: Vec<Stmt>,
        orelse: Vec<Stmt>,
    },
    With(With),
    AsyncWith(With),
    Match {
        subject: ExprBox,
        cases: Vec<MatchCase>,
    },
    Raise {
        exc: Option<ExprBox>,
        cause: Option<ExprBox>,
    },
    Try(Box<Try>),
    TryStar(Box<Try>),
    Assert {
        test: ExprBox,
        msg: Option<ExprBox>,
    },
    Import {
        names: Vec<Alias>,
    },
    /// `level` is the number of leading dots.
    ImportFrom {
        module: Option<Identifier>,
        names: Vec<Alias>,
        level: u32,
    },
    Global {
        names: Vec<Identifier>,
    },
    Nonlocal {
        names: Vec<Identifier>,
    },
    Expr {
        value: ExprBox,
    },
    Pass,
    Break,
    Continue,
}

/// `expr`: an expression with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    pub kind: ExprKind,
    pub location: Location,
}

/// The alternatives of `expr`.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    BoolOp {
        op: BoolOp,
        values: Vec<Expr>,
    },
    NamedExpr {
        target: ExprBox,
        value: ExprBox,
    },
    BinOp {
        left: ExprBox,
        op: Operator,
        right: ExprBox,
    },
    UnaryOp {
        op: UnaryOp,
        operand: ExprBox,
    },
    Lambda {
        args: Box<Arguments>,
        body: ExprBox,
    },
    IfExp {
        test: ExprBox,
        body: ExprBox,
        orelse: ExprBox,
    },
    /// A key is `None` for `**value`.
    Dict {
        keys: Vec<Option<Expr>>,
        values: Vec<Expr>,
    },
    Set {
        elts: Vec<Expr>,
    },
    ListComp {
        elt: ExprBox,
        generators: Vec<Comprehension>,
    },
    SetComp {
        elt: ExprBox,
        generators: Vec<Comprehension>,
    },
    DictComp {
        key: ExprBox,
        value: ExprBox,
        generators: Vec<Comprehension>,
    },
    GeneratorExp {
        elt: ExprBox,
        generators: Vec<Comprehension>,
    },
    Await {
        value: ExprBox,
    },
    Yield {
        value: Option<ExprBox>,
    },
    YieldFrom {
        value: ExprBox,
    },
    Compare {
        left: ExprBox,
        ops: Vec<CmpOp>,
        comparators: Vec<Expr>,
    },
    Call {
        func: ExprBox,
        args: Vec<Expr>,
        keywords: Vec<Keyword>,
    },
    /// `conversion` is -1, or the character code of `s`, `r` or `a`.
    FormattedValue {
        value: ExprBox,
        conversion: i32,
        format_spec: Option<ExprBox>,
    },
    /// A replacement field of a t-string; `str` is the text of its expression.
    Interpolation {
        value: ExprBox,
        str: Box<Constant>,
        conversion: i32,
        format_spec: Option<ExprBox>,
    },
    JoinedStr {
        values: Vec<Expr>,
    },
    TemplateStr {
        values: Vec<Expr>,
    },
    /// `kind` is `Some("u")` for a text literal with that prefix.
    Constant {
        value: Constant,
        kind: Option<Identifier>,
    },
    Attribute {
        value: ExprBox,
        attr: Identifier,
        ctx: ExprContext,
    },
    Subscript {
        value: ExprBox,
        slice: ExprBox,
        ctx: ExprContext,
    },
    Starred {
        value: ExprBox,
        ctx: ExprContext,
    },
    Name {
        id: Identifier,
        ctx: ExprContext,
    },
    List {
        elts: Vec<Expr>,
        ctx: ExprContext,
    },
    Tuple {
        elts: Vec<Expr>,
        ctx: ExprContext,
    },
    Slice {
        lower: Option<ExprBox>,
        upper: Option<ExprBox>,
        step: Option<ExprBox>,
    },
}

/// A constant value. The parser makes only values a single literal can denote: complex numbers without real part, and
/// neither tuples nor frozen sets, which come from folding and from trees built by programs.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    None,
    True,
    False,
    Ellipsis,
    Int(IBig),
    Float(f64),
    Complex { real: f64, imag: f64 },
    Str(Text),
    Bytes(Text),
    Tuple(Vec<Constant>),
    FrozenSet(Vec<Constant>),
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
#[derive(Clone, Debug, PartialEq)]
pub struct Comprehension {
    pub target: Expr,
    pub iter: Expr,
    pub ifs: Vec<Expr>,
    pub is_async: bool,
}

/// `excepthandler`, whose only alternative is `ExceptHandler`.
#[derive(Clone, Debug, PartialEq)]
pub struct ExceptHandler {
    pub type_: Option<ExprBox>,
    pub name: Option<Identifier>,
    pub body: Vec<Stmt>,
    pub location: Location,
}

/// `arguments`: the parameters of a function.
///
/// `kw_defaults` is as long as `kwonlyargs`; `defaults` belong to the last positional parameters.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arguments {
    pub posonlyargs: Vec<Arg>,
    pub args: Vec<Arg>,
    pub vararg: Option<Box<Arg>>,
    pub kwonlyargs: Vec<Arg>,
    pub kw_defaults: Vec<Option<Expr>>,
    pub kwarg: Option<Box<Arg>>,
    pub defaults: Vec<Expr>,
}

/// `arg`: one parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Arg {
    pub arg: Identifier,
    pub annotation: Option<ExprBox>,
    pub type_comment: Option<Text>,
    pub location: Location,
}

/// `keyword`: one keyword argument of a call; `arg` is `None` for `**value`.
#[derive(Clone, Debug, PartialEq)]
pub struct Keyword {
    pub arg: Option<Identifier>,
    pub value: Expr,
    pub location: Location,
}

/// `alias`: one name of an import.
#[derive(Clone, Debug, PartialEq)]
pub struct Alias {
    pub name: Identifier,
    pub asname: Option<Identifier>,
    pub location: Location,
}

/// `withitem`.
#[derive(Clone, Debug, PartialEq)]
pub struct WithItem {
    pub context_expr: Expr,
    pub optional_vars: Option<ExprBox>,
}

/// `match_case`.
#[derive(Clone, Debug, PartialEq)]
pub struct MatchCase {
    pub pattern: Pattern,
    pub guard: Option<ExprBox>,
    pub body: Vec<Stmt>,
}

/// `pattern` with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    pub kind: PatternKind,
    pub location: Location,
}

/// The alternatives of `pattern`.
#[derive(Clone, Debug, PartialEq)]
pub enum PatternKind {
    MatchValue {
        value: ExprBox,
    },
    /// `value` is None, True or False.
    MatchSingleton {
        value: Constant,
    },
    MatchSequence {
        patterns: Vec<Pattern>,
    },
    MatchMapping {
        keys: Vec<Expr>,
        patterns: Vec<Pattern>,
        rest: Option<Identifier>,
    },
    MatchClass {
        cls: ExprBox,
        patterns: Vec<Pattern>,
        kwd_attrs: Vec<Identifier>,
        kwd_patterns: Vec<Pattern>,
    },
    MatchStar {
        name: Option<Identifier>,
    },
    /// `_` has neither pattern nor name.
    MatchAs {
        pattern: Option<Box<Pattern>>,
        name: Option<Identifier>,
    },
    MatchOr {
        patterns: Vec<Pattern>,
    },
}

/// `type_ignore`: a `# type: ignore` comment.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeIgnore {
    pub lineno: u32,
    pub tag: Text,
}

/// `type_param` with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeParam {
    pub kind: TypeParamKind,
    pub location: Location,
}

/// The alternatives of `type_param`.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeParamKind {
    TypeVar { name: Identifier, bound: Option<ExprBox>, default_value: Option<ExprBox> },
    ParamSpec { name: Identifier, default_value: Option<ExprBox> },
    TypeVarTuple { name: Identifier, default_value: Option<ExprBox> },
}

impl Location {
    /// From the start of `self` to the end of `end`.
    pub fn to(self, end: Location) -> Location {
        Location { end_lineno: end.end_lineno, end_col_offset: end.end_col_offset, ..self }
    }
}

impl Expr {
    pub fn new(kind: ExprKind, location: Location) -> Expr {
        Expr { kind, location }
    }

    /// A constant without `kind`.
    pub fn constant(value: Constant, location: Location) -> Expr {
        Expr { kind: ExprKind::Constant { value, kind: None }, location }
    }
}

impl Stmt {
    pub fn new(kind: StmtKind, location: Location) -> Stmt {
        Stmt { kind, location }
    }
}

impl Constant {
    /// A text constant of `text`.
    pub fn text(text: &str) -> Constant {
        Constant::Str(text.as_bytes().into())
    }
}
