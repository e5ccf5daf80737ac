//! Code units: the state of one block under way, entering and leaving blocks, qualified names and flags.

use std::collections::BTreeSet;
use std::sync::Arc;

use taipan_bytecode::code::co;
use taipan_bytecode::{CodeObject, Constant, Opcode};
use taipan_syntax::ast;

use super::blocks::FrameBlock;
use super::{Compiler, Done};
use crate::assemble::optimize_and_assemble;
use crate::code_unit::CodeUnitMetadata;
use crate::const_table::ConstTable;
use crate::error::CompileError;
use crate::instruction_sequence::{InstructionSequence, NO_LOCATION, SourceLocation};
use crate::name_table::NameTable;
use crate::symtable::{NameScope, Scope, ScopeId, ScopeKey, SymbolTable, flags, mangle};

/// What kind of code a unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScopeType {
    Module,
    Class,
    Function,
    AsyncFunction,
    Lambda,
    Comprehension,
    Annotations,
}

/// An annotation of a simple name, evaluated by `__annotate__`.
#[derive(Clone, Copy)]
pub(super) struct DeferredAnnotation<'a> {
    pub(super) name: &'a str,
    pub(super) annotation: &'a ast::Expr<'a>,
    pub(super) loc: SourceLocation,
    /// Number in `__conditional_annotations__`.
    pub(super) index: Option<usize>,
}

/// How a unit begins.
pub(super) struct UnitStart<'a> {
    pub(super) name: String,
    pub(super) kind: ScopeType,
    pub(super) key: ScopeKey,
    pub(super) firstlineno: i32,
    /// Class name for mangling, if it changes.
    pub(super) private: Option<&'a str>,
    pub(super) argcount: usize,
    pub(super) posonlyargcount: usize,
    pub(super) kwonlyargcount: usize,
}

impl<'a> UnitStart<'a> {
    pub(super) fn new(name: impl Into<String>, kind: ScopeType, key: ScopeKey, firstlineno: i32) -> Self {
        UnitStart {
            name: name.into(),
            kind,
            key,
            firstlineno,
            private: None,
            argcount: 0,
            posonlyargcount: 0,
            kwonlyargcount: 0,
        }
    }

    pub(super) fn private(mut self, class: &'a str) -> Self {
        self.private = Some(class);
        self
    }

    pub(super) fn argcount(mut self, argcount: usize) -> Self {
        self.argcount = argcount;
        self
    }

    pub(super) fn args(mut self, args: &ast::Arguments) -> Self {
        self.argcount = args.args.len();
        self.posonlyargcount = args.posonlyargs.len();
        self.kwonlyargcount = args.kwonlyargs.len();
        self
    }
}

/// The state of one code unit.
pub(super) struct Unit<'a> {
    pub(super) scope: ScopeId,
    pub(super) kind: ScopeType,
    pub(super) private: Option<&'a str>,
    /// Attributes assigned through `self` in methods of this class.
    pub(super) static_attributes: BTreeSet<&'a str>,
    pub(super) deferred_annotations: Vec<DeferredAnnotation<'a>>,
    pub(super) conditional_annotations: usize,
    pub(super) seq: InstructionSequence,
    pub(super) blocks: Vec<FrameBlock<'a>>,
    pub(super) in_inlined_comp: u32,
    pub(super) in_conditional_block: u32,
    pub(super) metadata: CodeUnitMetadata,
    pub(super) consts: ConstTable,
}

impl<'a> Unit<'a> {
    pub(super) fn new(table: &SymbolTable<'a>, start: &UnitStart<'a>, id: ScopeId) -> Unit<'a> {
        let scope = table.scope(id);
        let mut metadata = CodeUnitMetadata {
            name: start.name.clone(),
            argcount: start.argcount as u32,
            posonlyargcount: start.posonlyargcount as u32,
            kwonlyargcount: start.kwonlyargcount as u32,
            firstlineno: start.firstlineno,
            ..CodeUnitMetadata::default()
        };
        for &name in &scope.varnames {
            metadata.varnames.add_with(table.name(name), || table.shared_name(Some(name), ""));
        }
        metadata.cellvars = names_of(table, scope, NameScope::Cell, flags::DEF_COMP_CELL);
        let implicit = [
            (scope.needs_class_closure, "__class__"),
            (scope.needs_classdict, "__classdict__"),
            (scope.has_conditional_annotations, "__conditional_annotations__"),
        ];
        for (needed, name) in implicit {
            if needed {
                metadata.cellvars.add(name);
            }
        }
        metadata.freevars = names_of(table, scope, NameScope::Free, flags::DEF_FREE_CLASS);
        Unit {
            scope: id,
            kind: start.kind,
            private: start.private,
            static_attributes: BTreeSet::new(),
            deferred_annotations: Vec::new(),
            conditional_annotations: 0,
            seq: InstructionSequence::new(),
            blocks: Vec::new(),
            in_inlined_comp: 0,
            in_conditional_block: 0,
            metadata,
            consts: ConstTable::new(),
        }
    }

    fn qualname(&self) -> &str {
        self.metadata.qualname.as_deref().unwrap_or(&self.metadata.name)
    }
}

/// The names of a scope, or with a flag, sorted so that their numbers do not depend on the order of their discovery.
fn names_of(table: &SymbolTable<'_>, scope: &Scope, wanted: NameScope, flag: u32) -> NameTable {
    let wanted = |&(_, &flags): &(_, &u32)| NameScope::of(flags) == wanted || flags & flag != 0;
    let names = scope.symbols.iter().filter(wanted).map(|(&id, _)| table.shared_name(Some(id), ""));
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    let mut sorted = NameTable::new();
    for name in names.iter() {
        sorted.add_with(name, || name.clone());
    }
    sorted
}

impl<'a> Compiler<'a> {
    pub(super) fn scope(&self) -> &Scope {
        self.table.scope(self.unit.scope)
    }

    pub(super) fn enter_scope(&mut self, start: UnitStart<'a>) -> Done {
        let id = self.table.lookup(start.key)?;
        let mut unit = Unit::new(&self.table, &start, id);
        unit.seq = self.spare_seqs.pop().unwrap_or_default();
        unit.consts = self.spare_consts.pop().unwrap_or_default();
        if unit.private.is_none() {
            unit.private = self.unit.private;
        }
        self.stack.push(std::mem::replace(&mut self.unit, unit));
        self.unit.metadata.qualname = Some(self.make_qualname());
        let line = start.firstlineno;
        self.op_i(Opcode::Resume, 0, SourceLocation::new(line, line, 0, 0));
        Ok(())
    }

    /// Assembles the current unit and returns to the one around it.
    pub(super) fn finish_scope(&mut self, add_none: bool) -> Result<Arc<CodeObject>, CompileError> {
        let code = self.assemble(add_none)?;
        self.exit_scope()?;
        Ok(Arc::new(code))
    }

    pub(super) fn exit_scope(&mut self) -> Done {
        self.unit = self.stack.pop().ok_or(CompileError::Internal("left the outermost scope"))?;
        Ok(())
    }

    /// Ends the code of the current unit with a return, after None if asked, and assembles it.
    pub(super) fn assemble(&mut self, add_none: bool) -> Result<CodeObject, CompileError> {
        if add_none {
            self.load_const(Constant::None, NO_LOCATION)?;
        }
        self.op(Opcode::ReturnValue, NO_LOCATION);
        let flags = self.code_flags();
        let nparams = self.scope().varnames.len();
        let mut seq = std::mem::take(&mut self.unit.seq);
        let mut consts = std::mem::take(&mut self.unit.consts);
        let filename = &self.options.filename;
        let code = optimize_and_assemble(
            &mut self.flowgraph,
            &self.unit.metadata,
            &mut consts,
            &mut seq,
            flags,
            nparams,
            filename,
        );
        self.spare_consts.push(consts);
        seq.clear();
        self.spare_seqs.push(seq);
        code
    }

    fn code_flags(&self) -> u32 {
        let scope = self.scope();
        let mut bits = self.options.code_flags;
        if scope.is_function_like() {
            bits |= co::NEWLOCALS | co::OPTIMIZED;
            let optional = [
                (scope.nested, co::NESTED),
                (scope.generator && !scope.coroutine, co::GENERATOR),
                (scope.generator && scope.coroutine, co::ASYNC_GENERATOR),
                (scope.varargs, co::VARARGS),
                (scope.varkeywords, co::VARKEYWORDS),
                (scope.has_docstring, co::HAS_DOCSTRING),
                (scope.method, co::METHOD),
            ];
            bits |= optional.iter().filter(|(holds, _)| *holds).map(|(_, bit)| bit).sum::<u32>();
        }
        if scope.coroutine && !scope.generator {
            bits |= co::COROUTINE;
        }
        bits
    }

    fn make_qualname(&self) -> String {
        let name = &self.unit.metadata.name;
        let depth = self.stack.len();
        if depth <= 1 {
            return name.clone();
        }
        let mut parent = &self.stack[depth - 1];
        if parent.kind == ScopeType::Annotations {
            if depth == 2 {
                return name.clone();
            }
            parent = &self.stack[depth - 2];
        }
        if matches!(self.unit.kind, ScopeType::Function | ScopeType::AsyncFunction | ScopeType::Class) {
            let mangled = mangle(parent.private, name);
            if NameScope::of(self.table.symbol(parent.scope, &mangled)) == NameScope::GlobalExplicit {
                return name.clone();
            }
        }
        let locals = match parent.kind {
            ScopeType::Function | ScopeType::AsyncFunction | ScopeType::Lambda => ".<locals>",
            _ => "",
        };
        format!("{}{locals}.{name}", parent.qualname())
    }
}
