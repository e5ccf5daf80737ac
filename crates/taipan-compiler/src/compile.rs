//! The door: from a tree or source to a code object.

use taipan_bytecode::code::co;
use taipan_bytecode::{CodeObject, Wtf8Buf};
use taipan_syntax::ast::{self, Arena, Tree};
use taipan_syntax::{Decoder, Mode, ParseOptions, SyntaxError, SyntaxWarning};

use crate::ast_preprocess::{PreprocessOptions, preprocess};
use crate::codegen::{self, CodegenOptions};
use crate::error::CompileError;
use crate::future::FutureFeatures;
use crate::memory::Memory;
use crate::symtable::SymbolTable;
use crate::warning::Warning;

/// `PyCF_ALLOW_TOP_LEVEL_AWAIT`.
pub const ALLOW_TOP_LEVEL_AWAIT: u32 = 0x2000;

/// The bits of flags that code inherits from its surroundings (`PyCF_MASK`).
pub const CODE_FLAGS_MASK: u32 = co::FUTURE_DIVISION
    | co::FUTURE_ABSOLUTE_IMPORT
    | co::FUTURE_WITH_STATEMENT
    | co::FUTURE_PRINT_FUNCTION
    | co::FUTURE_UNICODE_LITERALS
    | co::FUTURE_BARRY_AS_BDFL
    | co::FUTURE_GENERATOR_STOP
    | co::FUTURE_ANNOTATIONS;

/// How to compile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CompileOptions {
    /// 0, 1 (no asserts, `__debug__` false) or 2 (no docstrings either).
    pub optimize: u8,
    /// `CO_FUTURE_*` bits from the surroundings, and [`ALLOW_TOP_LEVEL_AWAIT`]; other bits are ignored.
    pub flags: u32,
    /// Lowest address the native stack may reach, or 0: below it [`CompileError::TooDeep`] is reported.
    pub stack_limit: usize,
}

/// A compiled tree.
#[derive(Clone, Debug)]
pub struct Compiled {
    pub code: CodeObject,
    /// `SyntaxWarning`s, in the order CPython issues them.
    pub warnings: Vec<Warning>,
}

/// Compiles a module, interactive statement or expression; the tree is preprocessed in place.
///
/// # Errors
/// `SyntaxError`s of the compile stage; [`CompileError::TooDeep`] for a tree nested too deeply.
pub fn compile(tree: Tree<'_>, filename: &str, options: CompileOptions) -> Result<Compiled, CompileError> {
    let mut warnings = Vec::new();
    let code = compile_wtf8(tree, Wtf8Buf::from(filename), options, &mut warnings, &mut Memory::default())?;
    Ok(Compiled { code, warnings })
}

/// [`compile`] with a file name that need not be proper text, and with memory that may have served others; `warnings` get
/// what CPython warns of, also before an error.
///
/// # Errors
/// As [`compile`].
pub fn compile_wtf8(
    tree: Tree<'_>,
    filename: Wtf8Buf,
    options: CompileOptions,
    warnings: &mut Vec<Warning>,
    memory: &mut Memory,
) -> Result<CodeObject, CompileError> {
    let Tree { module, names, notable } = tree;
    let future = future_features(module, options.flags)?;
    let preprocess_options = PreprocessOptions {
        optimize: options.optimize,
        future_annotations: future.annotations(),
        syntax_check_only: false,
        stack_limit: options.stack_limit,
    };
    preprocess(module, notable.as_deref(), names.arena(), &preprocess_options, warnings)?;
    let module = &*module;
    let table = SymbolTable::build(module, names, &future, options.stack_limit).map_err(CompileError::into_scope)?;
    let codegen_options = CodegenOptions {
        optimize: options.optimize,
        code_flags: future.features & CODE_FLAGS_MASK,
        future,
        filename: filename.into_shared(),
        stack_limit: options.stack_limit,
    };
    codegen::generate(module, table, codegen_options, warnings, memory)
}

/// Builds the symbol table as `symtable.symtable` shows it: of the tree as it was parsed.
///
/// # Errors
/// `SyntaxError`s of this stage; [`CompileError::TooDeep`].
pub fn symbol_table(tree: Tree<'_>, options: CompileOptions) -> Result<SymbolTable<'_>, CompileError> {
    let Tree { module, names, .. } = tree;
    let future = future_features(module, options.flags)?;
    SymbolTable::build(&*module, names, &future, options.stack_limit).map_err(CompileError::into_scope)
}

/// Preprocesses a tree as `compile(..., PyCF_OPTIMIZED_AST)` does.
///
/// # Errors
/// `SyntaxError` for an unknown future feature; [`CompileError::TooDeep`].
pub fn optimize_ast(
    tree: &mut Tree<'_>,
    options: CompileOptions,
    syntax_check_only: bool,
) -> Result<Vec<Warning>, CompileError> {
    let future = future_features(tree.module, options.flags)?;
    let options = PreprocessOptions {
        optimize: options.optimize,
        future_annotations: future.annotations(),
        syntax_check_only,
        stack_limit: options.stack_limit,
    };
    let mut warnings = Vec::new();
    preprocess(tree.module, tree.notable.as_deref(), tree.names.arena(), &options, &mut warnings)?;
    Ok(warnings)
}

fn future_features(module: &ast::Mod<'_>, flags: u32) -> Result<FutureFeatures, CompileError> {
    let mut future = FutureFeatures::from_module(module).map_err(CompileError::into_scope)?;
    future.features |= flags & CODE_FLAGS_MASK;
    future.allow_top_level_await = flags & ALLOW_TOP_LEVEL_AWAIT != 0;
    Ok(future)
}

/// A source that could not be compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceError {
    /// It is no valid source.
    Parse(SyntaxError),
    /// It is, but means nothing.
    Compile(CompileError),
}

impl From<SyntaxError> for SourceError {
    fn from(error: SyntaxError) -> Self {
        SourceError::Parse(error)
    }
}

impl From<CompileError> for SourceError {
    fn from(error: CompileError) -> Self {
        SourceError::Compile(error)
    }
}

/// A compiled source.
#[derive(Clone, Debug)]
pub struct CompiledSource {
    pub code: CodeObject,
    /// What the parser warns about; CPython issues it first.
    pub syntax_warnings: Vec<SyntaxWarning>,
    pub warnings: Vec<Warning>,
}

/// Parses and compiles a source.
///
/// # Errors
/// What [`taipan_syntax::parse`] and [`compile`] report.
pub fn compile_source(
    source: &[u8],
    filename: &str,
    mode: Mode,
    parse_options: &ParseOptions,
    options: CompileOptions,
    decoder: Option<&mut Decoder<'_>>,
) -> Result<CompiledSource, SourceError> {
    let arena = Arena::new();
    let parsed = taipan_syntax::parse(&arena, source, mode, parse_options, decoder)?;
    let Compiled { code, warnings } = compile(parsed.tree, filename, options)?;
    Ok(CompiledSource { code, syntax_warnings: parsed.warnings, warnings })
}
