//! Statements of the ASDL, with what only statements have: handlers, names of imports, items of `with`, cases and patterns.

use super::expr::{Arguments, Constant, Keyword, Operator};
use super::names::Identifier;
use super::{AstString, ExprBox, Location, TypeParam};

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
    pub type_comment: Option<AstString<'a>>,
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
    pub type_comment: Option<AstString<'a>>,
}

/// The fields shared by `With` and `AsyncWith`.
#[derive(Debug, PartialEq)]
pub struct With<'a> {
    pub items: &'a mut [WithItem<'a>],
    pub body: &'a mut [Stmt<'a>],
    pub type_comment: Option<AstString<'a>>,
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
        type_comment: Option<AstString<'a>>,
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

/// `excepthandler`, whose only alternative is `ExceptHandler`.
#[derive(Debug, PartialEq)]
pub struct ExceptHandler<'a> {
    pub type_: Option<ExprBox<'a>>,
    pub name: Option<Identifier<'a>>,
    pub body: &'a mut [Stmt<'a>],
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

impl<'a> Stmt<'a> {
    /// A statement at a place.
    pub fn new(kind: StmtKind<'a>, location: Location) -> Stmt<'a> {
        Stmt { kind, location }
    }
}
