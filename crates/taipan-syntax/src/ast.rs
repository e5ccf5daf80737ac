//! The abstract syntax tree: Python 3.14's `Python.asdl` as Rust types, with CPython's names.
//!
//! Invariants: every node that has attributes in the ASDL carries a [`Location`]; identifiers are NFKC-normalised;
//! text constants are WTF-8 (UTF-8 in which a lone surrogate is encoded as in the `surrogatepass` handler).
//! All nodes lie in an [`Arena`] and own nothing outside it, so nothing is dropped: the tree ends with its arena.
//! Left-leaning chains (`a.b.c`, `a + b + c`, `f()()`) may be of any length, chains of prefix operators and
//! conditional expressions of some thousands. All other nesting is bounded by the parser. `Debug` and `PartialEq` do
//! recurse along such chains: use them on trees whose depth was checked.

pub use bumpalo::Bump as Arena;
pub use expr::{
    Arg, Arguments, BoolOp, CmpOp, Comprehension, Constant, Expr, ExprContext, ExprKind, Keyword, Operator, UnaryOp,
};
pub use int::Int;
pub(crate) use names::{DEBUG, kind_of_number};
pub use names::{Identifier, Names};
pub use stmt::{
    Alias, ClassDef, ExceptHandler, For, FunctionDef, MatchCase, Pattern, PatternKind, Stmt, StmtKind, Try, With,
    WithItem,
};
pub use surrogates::{escape_surrogates, unescape_surrogates};

mod expr;
mod int;
mod names;
mod stmt;
mod surrogates;

/// Text in WTF-8.
pub type Text<'a> = &'a [u8];

/// An expression inside another node.
pub type ExprBox<'a> = &'a mut Expr<'a>;

/// A `string` of the grammar: a type comment or the kind of a constant. In trees of programs it may be a `bytes` object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AstString<'a> {
    pub text: Text<'a>,
    pub is_bytes: bool,
}

impl AstString<'_> {
    /// The kind of a text literal with the prefix `u`.
    pub const U: AstString<'static> = AstString { text: b"u", is_bytes: false };
}

impl<'a> From<Text<'a>> for AstString<'a> {
    fn from(text: Text<'a>) -> AstString<'a> {
        AstString { text, is_bytes: false }
    }
}

impl std::ops::Deref for AstString<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.text
    }
}

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
    Module { body: &'a mut [Stmt<'a>], type_ignores: &'a mut [Option<TypeIgnore<'a>>] },
    Interactive { body: &'a mut [Stmt<'a>] },
    Expression { body: ExprBox<'a> },
    FunctionType { argtypes: &'a mut [ExprBox<'a>], returns: ExprBox<'a> },
}

/// `type_ignore`: a `# type: ignore` comment.
#[derive(Debug, PartialEq)]
pub struct TypeIgnore<'a> {
    pub lineno: u32,
    pub tag: AstString<'a>,
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
