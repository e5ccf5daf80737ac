//! Symbol tables: which names every block binds and uses, and where each name lives.
//!
//! A first pass (`build`) collects facts from the tree, a second (`analyze`) decides the scope of each name. Semantics:
//! <https://docs.python.org/3.14/reference/executionmodel.html>, PEP 649, 695 and 709.
//! Invariants: scope 0 is the module; every key found in the tree leads to one scope; the flags of a symbol carry its
//! scope in the bits from [`flags::SCOPE_OFFSET`] on once analysis is done.

use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasherDefault, Hasher};

use bumpalo::collections::Vec as ArenaVec;
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
mod shared_texts;
mod statements;
mod symbols;

pub(crate) use mangle::mangle;
use shared_texts::SharedTexts;
pub use symbols::Symbols;

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

impl From<ast::Identifier<'_>> for NameId {
    #[inline(always)]
    fn from(name: ast::Identifier<'_>) -> NameId {
        NameId(name.number())
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
    #[inline(always)]
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

/// Spreads the addresses of nodes, which lie at multiples of a word.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u64(u64::from(byte)));
    }

    #[inline]
    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    #[inline]
    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    #[inline]
    fn write_isize(&mut self, number: isize) {
        self.write_u64(number as u64);
    }

    #[inline]
    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0 ^ number).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

/// One block: CPython's symbol table entry.
#[derive(Clone, Debug)]
pub struct Scope<'a> {
    pub name: &'a str,
    pub block: BlockType,
    pub symbols: Symbols<'a>,
    /// Parameters in the order of `co_varnames`.
    pub varnames: ArenaVec<'a, NameId>,
    pub children: ArenaVec<'a, ScopeId>,
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
    directives: ArenaVec<'a, (NameId, SourceLocation)>,
    /// Around generic classes: the only names to mangle (index into the table's sets).
    mangled_names: Option<usize>,
}

impl Scope<'_> {
    /// Whether locals of this block are fast locals.
    pub fn is_function_like(&self) -> bool {
        !matches!(self.block, BlockType::Class | BlockType::Module)
    }

    /// The flags of a name, 0 if it is not in the block.
    #[inline]
    pub fn symbol(&self, name: NameId) -> u32 {
        self.symbols.get(name).unwrap_or(0)
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

/// Names the compiler knows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KnownNames<'a> {
    pub(crate) class: ast::Identifier<'a>,
    pub(crate) classdict: ast::Identifier<'a>,
    pub(crate) conditional_annotations: ast::Identifier<'a>,
    pub(crate) format: ast::Identifier<'a>,
    pub(crate) super_: ast::Identifier<'a>,
    pub(crate) first_iterator: ast::Identifier<'a>,
}

impl<'a> KnownNames<'a> {
    fn new(names: &mut Names<'a>) -> KnownNames<'a> {
        KnownNames {
            class: names.intern("__class__"),
            classdict: names.intern("__classdict__"),
            conditional_annotations: names.intern("__conditional_annotations__"),
            format: names.intern(".format"),
            super_: names.intern("super"),
            first_iterator: names.intern(".0"),
        }
    }
}

/// All blocks of one tree.
#[derive(Clone, Debug)]
pub struct SymbolTable<'a> {
    names: Names<'a>,
    /// The texts of the names as code objects share them.
    texts: SharedTexts,
    pub(crate) known: KnownNames<'a>,
    scopes: Vec<Scope<'a>>,
    keys: HashMap<ScopeKey, ScopeId, BuildHasherDefault<KeyHasher>>,
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
        table.texts = SharedTexts::of(&table.names);
        Ok(table)
    }

    /// The block with this number.
    #[inline(always)]
    pub fn scope(&self, id: ScopeId) -> &Scope<'a> {
        &self.scopes[id.index()]
    }

    #[inline(always)]
    pub(crate) fn scope_mut(&mut self, id: ScopeId) -> &mut Scope<'a> {
        &mut self.scopes[id.index()]
    }

    /// All blocks, in the order they were entered.
    pub fn scopes(&self) -> impl Iterator<Item = (ScopeId, &Scope<'a>)> {
        (0..).map(ScopeId).zip(self.scopes.iter())
    }

    /// The text of a name.
    pub fn name(&self, id: NameId) -> &str {
        self.names.of_number(id.0).map_or("", ast::Identifier::text)
    }

    /// The text of a name as code objects hold it, shared by all that do.
    pub(crate) fn text(&self, id: NameId) -> Wtf8Buf {
        self.texts.get(id).unwrap_or_else(|| shared_texts::text_of(self.name(id)))
    }

    /// The name with this text, which is added if it is new.
    pub(crate) fn add_name(&mut self, text: &str) -> NameId {
        let id = self.intern(text);
        self.texts.add(id, text);
        id
    }

    /// The name with this text, if any block has it.
    pub fn name_id(&self, text: &str) -> Option<NameId> {
        self.names.get(text).map(|name| NameId(name.number()))
    }

    /// The number of the name as a block stores it: mangled unless the block holds back. It is added if it is new.
    #[inline]
    pub(crate) fn mangled_id<'n>(
        &mut self,
        private: Option<&str>,
        scope: ScopeId,
        name: impl SourceName<'n>,
    ) -> NameId {
        match name.id() {
            Some(id) if !name.is_private() => id,
            _ => self.mangled_text_id(private, scope, name.text()),
        }
    }

    fn mangled_text_id(&mut self, private: Option<&str>, scope: ScopeId, text: &str) -> NameId {
        let mangled = self.maybe_mangle(private, scope, text);
        self.intern(&mangled)
    }

    /// The flags of a name in a block, 0 if it is not there.
    pub fn symbol(&self, scope: ScopeId, name: &str) -> u32 {
        self.name_id(name).map_or(0, |id| self.scope(scope).symbol(id))
    }

    /// The number of the name with this text, which is added if it is new.
    pub(crate) fn intern(&mut self, text: &str) -> NameId {
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
