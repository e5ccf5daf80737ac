//! Symbol tables: which names every block binds and uses, and where each name lives.
//!
//! A first pass (`build`) collects facts from the tree, a second (`analyze`) decides the scope of each name. Semantics:
//! <https://docs.python.org/3.14/reference/executionmodel.html>, PEP 649, 695 and 709.
//! Invariants: scope 0 is the module; every key found in the tree leads to one scope; the flags of a symbol carry its
//! scope in the bits from [`flags::SCOPE_OFFSET`] on once analysis is done.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use foldhash::HashMap;
use taipan_bytecode::Wtf8Buf;
use taipan_syntax::ast::{self, Names};

use crate::error::CompileError;
use crate::future::FutureFeatures;
use crate::instruction_sequence::SourceLocation;

mod analyze;
mod annotations;
mod build;
mod comprehensions;
mod expressions;
mod mangle;
mod statements;

pub(crate) use mangle::mangle;

/// Bits of a symbol, as in CPython's `_symtable`.
pub mod flags {
    pub const DEF_GLOBAL: u32 = 1;
    pub const DEF_LOCAL: u32 = 2;
    pub const DEF_PARAM: u32 = 4;
    pub const DEF_NONLOCAL: u32 = 8;
    pub const USE: u32 = 16;
    pub const DEF_FREE_CLASS: u32 = 64;
    pub const DEF_IMPORT: u32 = 128;
    pub const DEF_ANNOT: u32 = 256;
    pub const DEF_COMP_ITER: u32 = 512;
    pub const DEF_TYPE_PARAM: u32 = 1024;
    pub const DEF_COMP_CELL: u32 = 2048;
    pub const DEF_BOUND: u32 = DEF_LOCAL | DEF_PARAM | DEF_IMPORT | DEF_TYPE_PARAM;
    pub const SCOPE_OFFSET: u32 = 12;
    pub const SCOPE_MASK: u32 = 15;
}

/// Where a name lives; the numbers are CPython's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum NameScope {
    Unknown = 0,
    Local = 1,
    GlobalExplicit = 2,
    GlobalImplicit = 3,
    Free = 4,
    Cell = 5,
}

impl NameScope {
    /// The scope held in the flags of a symbol.
    pub fn of(flags: u32) -> NameScope {
        match flags >> flags::SCOPE_OFFSET & flags::SCOPE_MASK {
            1 => NameScope::Local,
            2 => NameScope::GlobalExplicit,
            3 => NameScope::GlobalImplicit,
            4 => NameScope::Free,
            5 => NameScope::Cell,
            _ => NameScope::Unknown,
        }
    }
}

/// The kind of a block; the numbers are those of `_symtable.TYPE_*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum BlockType {
    Function = 0,
    Class = 1,
    Module = 2,
    Annotation = 3,
    TypeAlias = 4,
    TypeParameters = 5,
    TypeVariable = 6,
}

/// Which comprehension a function block is, if any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComprehensionKind {
    List,
    Dict,
    Set,
    Generator,
}

/// A name known to the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameId(u32);

impl NameId {
    /// The number, which is above 0.
    #[inline(always)]
    pub fn number(self) -> u32 {
        self.0
    }

    #[cfg(test)]
    pub(crate) fn of_number(number: u32) -> NameId {
        NameId(number)
    }
}

impl From<&ast::Identifier<'_>> for NameId {
    #[inline]
    fn from(name: &ast::Identifier<'_>) -> NameId {
        NameId(name.number())
    }
}

/// A block of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScopeId(u32);

impl ScopeId {
    /// The module's block.
    pub const TOP: ScopeId = ScopeId(0);

    /// The number of the block, in the order blocks were entered.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The node a block belongs to, by address: the tree is not moved while a table for it is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ScopeKey {
    Module,
    Function(usize),
    Class(usize),
    Lambda(usize),
    Comprehension(usize),
    TypeParameters(usize),
    TypeAlias(usize),
    TypeVariable(usize),
    TypeVariableDefault(usize),
    FunctionAnnotations(usize),
    Annotations(ScopeId),
}

impl ScopeKey {
    pub(crate) fn function(node: &ast::FunctionDef) -> ScopeKey {
        ScopeKey::Function(address(node))
    }

    pub(crate) fn class(node: &ast::ClassDef) -> ScopeKey {
        ScopeKey::Class(address(node))
    }

    pub(crate) fn lambda(node: &ast::Expr) -> ScopeKey {
        ScopeKey::Lambda(address(node))
    }

    pub(crate) fn comprehension(node: &ast::Expr) -> ScopeKey {
        ScopeKey::Comprehension(address(node))
    }

    pub(crate) fn type_parameters(params: &[ast::TypeParam]) -> ScopeKey {
        ScopeKey::TypeParameters(params.as_ptr().addr())
    }

    pub(crate) fn type_alias(node: &ast::Stmt) -> ScopeKey {
        ScopeKey::TypeAlias(address(node))
    }

    pub(crate) fn type_variable(node: &ast::TypeParam) -> ScopeKey {
        ScopeKey::TypeVariable(address(node))
    }

    pub(crate) fn type_variable_default(node: &ast::TypeParam) -> ScopeKey {
        ScopeKey::TypeVariableDefault(address(node))
    }

    pub(crate) fn function_annotations(args: &ast::Arguments) -> ScopeKey {
        ScopeKey::FunctionAnnotations(address(args))
    }
}

fn address<T>(node: &T) -> usize {
    std::ptr::from_ref(node).addr()
}

/// Names in the order they were first seen in a block, with their flags.
pub type Symbols = indexmap::IndexMap<NameId, u32, BuildHasherDefault<IdHasher>>;

/// Spreads the numbers of names, which the compiler gives one after the other.
#[derive(Clone, Copy, Debug, Default)]
pub struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u32(u32::from(byte)));
    }

    fn write_u32(&mut self, number: u32) {
        let product = (self.0 ^ u64::from(number)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = product ^ (product >> 32);
    }
}

/// One block: CPython's symbol table entry.
#[derive(Clone, Debug)]
pub struct Scope {
    pub name: Box<str>,
    pub block: BlockType,
    pub symbols: Symbols,
    /// Parameters in the order of `co_varnames`.
    pub varnames: Vec<NameId>,
    pub children: Vec<ScopeId>,
    pub location: SourceLocation,
    pub nested: bool,
    pub generator: bool,
    pub coroutine: bool,
    pub comprehension: Option<ComprehensionKind>,
    pub varargs: bool,
    pub varkeywords: bool,
    pub annotations_used: bool,
    pub needs_class_closure: bool,
    pub needs_classdict: bool,
    /// The comprehension's code is part of the enclosing block's (PEP 709).
    pub comp_inlined: bool,
    /// An annotation or type scope directly inside a class.
    pub can_see_class_scope: bool,
    pub has_docstring: bool,
    /// A function directly inside a class.
    pub method: bool,
    pub has_conditional_annotations: bool,
    /// The block of this block's variable annotations.
    pub annotation_block: Option<ScopeId>,
    comp_iter_target: bool,
    comp_iter_expr: u32,
    in_conditional_block: bool,
    in_unevaluated_annotation: bool,
    scope_info: Option<&'static str>,
    directives: Vec<(NameId, SourceLocation)>,
    /// Around generic classes: the only names to mangle (index into the table's sets).
    mangled_names: Option<usize>,
}

impl Scope {
    /// Whether locals of this block are fast locals.
    pub fn is_function_like(&self) -> bool {
        !matches!(self.block, BlockType::Class | BlockType::Module)
    }

    /// The flags of a name, 0 if it is not in the block.
    pub fn symbol(&self, name: NameId) -> u32 {
        self.symbols.get(&name).copied().unwrap_or(0)
    }
}

/// A name to look up: one of the tree, whose text all its nodes share, or one of the compiler.
pub(crate) trait SourceName<'n>: Copy {
    fn text(self) -> &'n str;

    /// Its number, if the name is one of the tree.
    fn id(self) -> Option<NameId>;

    /// Whether it may be mangled.
    fn is_private(self) -> bool;
}

impl<'n> SourceName<'n> for &'n str {
    #[inline]
    fn text(self) -> &'n str {
        self
    }

    #[inline]
    fn id(self) -> Option<NameId> {
        None
    }

    #[inline]
    fn is_private(self) -> bool {
        self.starts_with("__")
    }
}

impl<'n> SourceName<'n> for &'n ast::Identifier<'n> {
    #[inline]
    fn text(self) -> &'n str {
        ast::Identifier::text(*self)
    }

    #[inline]
    fn id(self) -> Option<NameId> {
        Some(NameId(self.number()))
    }

    #[inline]
    fn is_private(self) -> bool {
        ast::Identifier::is_private(*self)
    }
}

/// All blocks of one tree.
#[derive(Clone, Debug)]
pub struct SymbolTable<'a> {
    names: Names<'a>,
    /// The texts of names by their number, as code objects share them.
    shared: Vec<OnceCell<Arc<str>>>,
    scopes: Vec<Scope>,
    keys: HashMap<ScopeKey, ScopeId>,
    mangled_sets: Vec<BTreeSet<NameId>>,
}

impl<'a> SymbolTable<'a> {
    /// Builds the table of a tree; `stack_limit` is the lowest address the native stack may reach, or 0.
    ///
    /// # Errors
    /// CPython's `SyntaxError`s of this stage; [`CompileError::TooDeep`].
    pub fn build(
        module: &'a ast::Mod<'a>,
        names: Names<'a>,
        future: &FutureFeatures,
        stack_limit: usize,
    ) -> Result<SymbolTable<'a>, CompileError> {
        let mut table = build::Builder::new(names, future, stack_limit).build(module)?;
        analyze::analyze(&mut table, stack_limit)?;
        table.shared.resize(table.names.len() + 1, OnceCell::new());
        Ok(table)
    }

    /// The block with this number.
    pub fn scope(&self, id: ScopeId) -> &Scope {
        &self.scopes[id.index()]
    }

    pub(crate) fn scope_mut(&mut self, id: ScopeId) -> &mut Scope {
        &mut self.scopes[id.index()]
    }

    /// All blocks, in the order they were entered.
    pub fn scopes(&self) -> impl Iterator<Item = (ScopeId, &Scope)> {
        (0..).map(ScopeId).zip(self.scopes.iter())
    }

    /// The text of a name.
    pub fn name(&self, id: NameId) -> &str {
        self.names.of_number(id.0).map_or("", ast::Identifier::text)
    }

    /// The text of a name that has a number, shared.
    #[inline]
    pub(crate) fn known_name(&self, id: Option<NameId>) -> Option<&Arc<str>> {
        let number = id?.0;
        let shared = self.shared.get(number as usize)?;
        Some(shared.get_or_init(|| self.name(NameId(number)).into()))
    }

    /// The text of a name as code objects hold it, shared by all that do.
    pub(crate) fn text(&self, id: NameId) -> Wtf8Buf {
        match self.known_name(Some(id)) {
            Some(shared) => shared.clone().into(),
            None => self.name(id).into(),
        }
    }

    /// The name with this text, which is added if it is new.
    pub(crate) fn add_name(&mut self, text: &str) -> NameId {
        let id = self.intern(text);
        if self.shared.len() <= id.0 as usize {
            self.shared.resize(id.0 as usize + 1, OnceCell::new());
        }
        id
    }

    /// The name with this text, if any block has it.
    pub fn name_id(&self, text: &str) -> Option<NameId> {
        self.names.get(text).map(|name| NameId(name.number()))
    }

    /// [`SymbolTable::name_id`] of a name of the tree.
    #[inline]
    pub(crate) fn source_name_id<'n>(&self, name: impl SourceName<'n>) -> Option<NameId> {
        name.id().or_else(|| self.name_id(name.text()))
    }

    /// The number of a name of the tree, which is added if it is new.
    #[inline]
    fn intern_source<'n>(&mut self, name: impl SourceName<'n>) -> NameId {
        name.id().unwrap_or_else(|| self.intern(name.text()))
    }

    /// The flags of a name in a block, 0 if it is not there.
    pub fn symbol(&self, scope: ScopeId, name: &str) -> u32 {
        self.name_id(name).map_or(0, |id| self.scope(scope).symbol(id))
    }

    fn intern(&mut self, text: &str) -> NameId {
        NameId(self.names.intern(text).number())
    }

    pub(crate) fn lookup(&self, key: ScopeKey) -> Result<ScopeId, CompileError> {
        self.keys.get(&key).copied().ok_or(CompileError::Internal("unknown symbol table entry"))
    }

    /// The name as it is stored in the block: mangled unless the block holds back (`_Py_MaybeMangle`).
    pub(crate) fn maybe_mangle<'n>(
        &self,
        private: Option<&str>,
        scope: ScopeId,
        name: impl SourceName<'n>,
    ) -> std::borrow::Cow<'n, str> {
        if !name.is_private() {
            return name.text().into();
        }
        let name = name.text();
        if let Some(set) = self.scope(scope).mangled_names {
            let listed = self.name_id(name).is_some_and(|id| self.mangled_sets[set].contains(&id));
            if !listed {
                return name.into();
            }
        }
        mangle(private, name)
    }
}
