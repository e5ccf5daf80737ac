//! `compile()` with trees: trees as results (`ast.parse`) and as sources.

use taipan_compiler::ast_validate::{ValidateError, validate};
use taipan_compiler::compile::optimize_ast;
use taipan_compiler::{CompileError, CompileOptions};
use taipan_syntax::Mode;
use taipan_syntax::ast::{self, Arena, Tree};

use super::Classes;
use super::base::AST;
use super::fields::{Item, Reading};
use super::nodes::Kind;
use crate::compile::{SourceOptions, compile_tree, flag, parse_source, raise_compile_error};
use crate::execute::code_of;
use crate::raise::{Exc, Raised};
use crate::types::type_::class_of_spec;
use crate::value::Value;
use crate::vm::Vm;

/// Parses a source to a tree for Python.
///
/// # Errors
/// SyntaxError and its kin.
pub fn parse(vm: &mut Vm, source: &[u8], filename: Value, options: SourceOptions) -> Result<Value, Raised> {
    let arena = Arena::new();
    let tree = parse_source(vm, &arena, source, filename, options)?;
    finish_tree(vm, tree, filename, options)
}

/// Compiles a tree given to `compile()`, to code or (with `PyCF_ONLY_AST`) to a checked and optimised copy; `None` when
/// the source is no tree.
///
/// # Errors
/// TypeError and ValueError for trees that mean nothing; SyntaxError; RecursionError.
pub fn compile(vm: &mut Vm, source: Value, filename: Value, options: SourceOptions) -> Result<Option<Value>, Raised> {
    let root = class_of_spec(vm, &AST)?.value();
    if !vm.is_instance_of(source, root)? {
        return Ok(None);
    }
    vm.audit("compile", &[source, Value::NONE])?;
    let arena = Arena::new();
    let tree = tree_of(vm, &arena, source, options.mode)?;
    if options.flags & flag::ONLY_AST != 0 {
        return finish_tree(vm, tree, filename, options).map(Some);
    }
    let code = compile_tree(vm, tree, filename, options)?;
    Ok(Some(code_of(vm, code)?.value()))
}

/// The tree of an object, checked.
fn tree_of<'a>(vm: &mut Vm, arena: &'a Arena, source: Value, mode: Mode) -> Result<Tree<'a>, Raised> {
    let kind = match mode {
        Mode::Exec => Kind::Module,
        Mode::Eval => Kind::Expression,
        Mode::Single => Kind::Interactive,
        Mode::FuncType => Kind::FunctionType,
    };
    let classes = Classes::of(vm)?;
    let class = classes.class(vm, kind);
    let reading = Reading::new(&classes, arena);
    let module = match vm.is_instance_of(source, class)? {
        true => ast::Mod::from_object(vm, &reading, source)?,
        false => None,
    };
    let Some(module) = module else {
        let got = vm.class_name(source);
        return Err(vm.raise(Exc::TypeError, format!("expected {} node, got {got}", kind.node().name)));
    };
    match validate(&module, vm.native_limit) {
        Ok(()) => Ok(Tree { module: arena.alloc(module), names: reading.into_names(), notable: None }),
        Err(ValidateError::Value(message)) => Err(vm.raise(Exc::ValueError, message)),
        Err(ValidateError::Type(message)) => Err(vm.raise(Exc::TypeError, message)),
        Err(ValidateError::TooDeep) => Err(vm.raise(Exc::RecursionError, CompileError::TooDeep.to_string())),
    }
}

/// Checks, and if asked for optimises, a tree that goes to Python.
fn finish_tree(vm: &mut Vm, mut tree: Tree<'_>, filename: Value, options: SourceOptions) -> Result<Value, Raised> {
    let check_only = options.flags & flag::OPTIMIZED_AST == flag::ONLY_AST;
    let compile_options =
        CompileOptions { optimize: options.optimize, flags: options.flags, stack_limit: vm.native_limit };
    // What this stage warns of is left to the compilation of the tree.
    if let Err(error) = optimize_ast(&mut tree, compile_options, check_only) {
        return Err(raise_compile_error(vm, &error, filename));
    }
    let classes = Classes::of(vm)?;
    tree.module.to_object(vm, &classes)
}
