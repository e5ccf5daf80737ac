//! Code units: the state of one block under way, entering and leaving blocks, qualified names and flags.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use taipan_bytecode::code::co;
use taipan_bytecode::{CodeObject, Opcode, Wtf8Buf};
use taipan_syntax::ast;

use super::blocks::FrameBlock;
use super::{Compiler, Done};
use crate::assemble::{UnitSource, optimize_and_assemble};
use crate::code_unit::CodeUnitMetadata;
use crate::const_table::ConstTable;
use crate::error::CompileError;
use crate::instruction_sequence::{InstructionSequence, NO_LOCATION, SourceLocation};
use crate::name_table::NameTable;
use crate::symtable::{BlockType, NameId, NameScope, Scope, ScopeId, ScopeKey, SymbolTable, flags, mangle};

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
    pub(super) name: NameId,
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
    pub(super) fn new(name: NameId, kind: ScopeType, key: ScopeKey, firstlineno: i32) -> Self {
        UnitStart { name, kind, key, firstlineno, private: None, argcount: 0, posonlyargcount: 0, kwonlyargcount: 0 }
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

/// How many names [`Unit::resolved`] holds.
const RESOLVED: usize = 64;

/// What a name in the tree became: an operation and its argument.
#[derive(Clone, Copy)]
pub(super) struct Resolved {
    /// The number of the name, and what is done with it; 0 if there is none.
    pub(super) key: u32,
    pub(super) arg: u32,
    pub(super) op: Opcode,
}

/// The state of one code unit. Its memory serves one unit after the other.
pub(super) struct Unit<'a> {
    pub(super) scope: ScopeId,
    pub(super) kind: ScopeType,
    /// Facts about the scope: locals are fast ones; it is a class; it is an annotation's or a type's inside a class.
    pub(super) is_function_like: bool,
    pub(super) is_class: bool,
    pub(super) sees_class: bool,
    pub(super) private: Option<&'a str>,
    pub(super) name: NameId,
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
    /// Memory for the names of cells and of free variables.
    closure: [Vec<NameId>; 2],
    /// Names resolved outside of inlined comprehensions, by their numbers.
    pub(super) resolved: [Resolved; RESOLVED],
}

/// The memory of a unit, which outlives the tree.
pub(crate) struct UnitMemory {
    seq: InstructionSequence,
    metadata: CodeUnitMetadata,
    consts: ConstTable,
    closure: [Vec<NameId>; 2],
}

impl UnitMemory {
    /// How many instructions there is room for.
    pub(crate) fn room(&self) -> usize {
        self.seq.instructions.capacity()
    }
}

/// A unit where it stays while others are begun and ended.
pub(super) type PlacedUnit<'a> = Box<Unit<'a>>;

impl<'a> Unit<'a> {
    /// Lets `start` begin an empty unit.
    pub(super) fn new(
        table: &mut SymbolTable<'a>,
        start: &UnitStart<'a>,
        id: ScopeId,
        mut unit: PlacedUnit<'a>,
    ) -> PlacedUnit<'a> {
        unit.scope = id;
        unit.kind = start.kind;
        unit.private = start.private;
        unit.name = start.name;
        let metadata = &mut unit.metadata;
        metadata.name = table.text(start.name);
        metadata.argcount = start.argcount as u32;
        metadata.posonlyargcount = start.posonlyargcount as u32;
        metadata.kwonlyargcount = start.kwonlyargcount as u32;
        metadata.firstlineno = start.firstlineno;
        let scope = table.scope(id);
        unit.is_function_like = scope.is_function_like();
        unit.is_class = scope.block == BlockType::Class;
        unit.sees_class = scope.can_see_class_scope;
        for &name in &scope.varnames {
            metadata.varnames.add(name);
        }
        let [mut cells, mut frees] = std::mem::take(&mut unit.closure);
        cells.clear();
        frees.clear();
        for (name, flags) in scope.symbols.iter() {
            let place = NameScope::of(flags);
            if place == NameScope::Cell || flags & flags::DEF_COMP_CELL != 0 {
                cells.push(name);
            }
            if place == NameScope::Free || flags & flags::DEF_FREE_CLASS != 0 {
                frees.push(name);
            }
        }
        let implicit = [
            (scope.needs_class_closure, "__class__"),
            (scope.needs_classdict, "__classdict__"),
            (scope.has_conditional_annotations, "__conditional_annotations__"),
        ];
        add_sorted(table, &mut cells, &mut metadata.cellvars);
        for (needed, name) in implicit {
            if needed {
                metadata.cellvars.add(table.add_name(name));
            }
        }
        add_sorted(table, &mut frees, &mut metadata.freevars);
        unit.closure = [cells, frees];
        unit
    }

    /// An empty unit.
    pub(super) fn empty(start: &UnitStart<'a>, id: ScopeId, memory: Option<UnitMemory>) -> PlacedUnit<'a> {
        let memory = memory.unwrap_or_else(|| UnitMemory {
            seq: InstructionSequence::with_room(),
            metadata: CodeUnitMetadata::default(),
            consts: ConstTable::new(),
            closure: Default::default(),
        });
        Box::new(Unit {
            scope: id,
            kind: start.kind,
            is_function_like: false,
            is_class: false,
            sees_class: false,
            private: None,
            name: start.name,
            static_attributes: BTreeSet::new(),
            deferred_annotations: Vec::new(),
            conditional_annotations: 0,
            seq: memory.seq,
            blocks: Vec::new(),
            in_inlined_comp: 0,
            in_conditional_block: 0,
            metadata: memory.metadata,
            consts: memory.consts,
            closure: memory.closure,
            resolved: NONE_RESOLVED,
        })
    }

    /// Ends the unit; its memory stays.
    pub(super) fn into_memory(mut self) -> UnitMemory {
        self.clear();
        UnitMemory { seq: self.seq, metadata: self.metadata, consts: self.consts, closure: self.closure }
    }

    /// Forgets all but the memory.
    fn clear(&mut self) {
        self.static_attributes.clear();
        self.deferred_annotations.clear();
        self.conditional_annotations = 0;
        self.seq.clear();
        self.blocks.clear();
        self.in_inlined_comp = 0;
        self.in_conditional_block = 0;
        self.metadata.clear();
        self.consts.clear();
        self.resolved = NONE_RESOLVED;
    }
}

const NONE_RESOLVED: [Resolved; RESOLVED] = [Resolved { key: 0, arg: 0, op: Opcode::Nop }; RESOLVED];

/// Adds the names of a scope, sorted so that their numbers do not depend on the order of their discovery.
fn add_sorted(table: &SymbolTable<'_>, names: &mut [NameId], sorted: &mut NameTable) {
    if names.len() > 1 {
        names.sort_unstable_by(|a, b| table.name(*a).cmp(table.name(*b)));
    }
    for name in names {
        sorted.add(*name);
    }
}

impl<'a> Compiler<'a> {
    pub(super) fn scope(&self) -> &Scope<'a> {
        self.table.scope(self.unit.scope)
    }

    pub(super) fn enter_scope(&mut self, start: UnitStart<'a>) -> Done {
        let id = self.table.lookup(start.key)?;
        let units = &mut self.units;
        let spare = self.spare_units.pop().unwrap_or_else(|| Unit::empty(&start, id, units.pop()));
        let mut unit = Unit::new(&mut self.table, &start, id, spare);
        if unit.private.is_none() {
            unit.private = self.unit.private;
        }
        self.stack.push(std::mem::replace(&mut self.unit, unit));
        self.unit.metadata.qualname = self.make_qualname();
        let line = start.firstlineno;
        self.op_i(Opcode::Resume, 0, SourceLocation::new(line, line, 0, 0));
        Ok(())
    }

    /// Assembles the current unit and returns to the one around it.
    pub(super) fn finish_scope(&mut self, add_none: bool) -> Result<Arc<CodeObject>, CompileError> {
        let code = Arc::new(self.assemble(add_none)?);
        let outer = self.stack.pop().ok_or(CompileError::Internal("left the outermost scope"))?;
        let mut spare = std::mem::replace(&mut self.unit, outer);
        spare.clear();
        self.spare_units.push(spare);
        Ok(code)
    }

    /// Ends the code of the current unit with a return, after None if asked, and assembles it.
    pub(super) fn assemble(&mut self, add_none: bool) -> Result<CodeObject, CompileError> {
        if add_none {
            self.return_none()?;
        } else {
            self.op(Opcode::ReturnValue, NO_LOCATION);
        }
        let flags = self.code_flags();
        let nparams = self.scope().varnames.len();
        let unit = &mut *self.unit;
        let number = self.assembled;
        self.assembled += 1;
        let (names, filename) = (&self.table, &self.options.filename);
        let source = UnitSource { metadata: &unit.metadata, names, filename, number };
        optimize_and_assemble(&mut self.flowgraph, source, &mut unit.consts, &mut unit.seq, flags, nparams)
    }

    /// Returns None where control gets here.
    pub(super) fn return_none(&mut self) -> Done {
        if !self.unit.seq.is_terminated() {
            self.load_none(NO_LOCATION)?;
            self.op(Opcode::ReturnValue, NO_LOCATION);
        } else if self.unit.consts.is_empty() {
            // No instruction loads it, but the first constant stays in any case.
            self.unit.consts.add_none()?;
        }
        Ok(())
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

    fn make_qualname(&mut self) -> Wtf8Buf {
        let name = self.unit.metadata.name.clone();
        let depth = self.stack.len();
        if depth <= 1 {
            return name;
        }
        let mut parent = &self.stack[depth - 1];
        if parent.kind == ScopeType::Annotations {
            if depth == 2 {
                return name;
            }
            parent = &self.stack[depth - 2];
        }
        if matches!(self.unit.kind, ScopeType::Function | ScopeType::AsyncFunction | ScopeType::Class) {
            let text = self.table.name(self.unit.name);
            let id = match mangle(parent.private, text) {
                Cow::Borrowed(_) => Some(self.unit.name),
                Cow::Owned(mangled) => self.table.name_id(&mangled),
            };
            let symbol = id.map_or(0, |id| self.table.scope(parent.scope).symbol(id));
            if NameScope::of(symbol) == NameScope::GlobalExplicit {
                return name;
            }
        }
        let locals = match parent.kind {
            ScopeType::Function | ScopeType::AsyncFunction | ScopeType::Lambda => ".<locals>.",
            _ => ".",
        };
        let parts = [parent.metadata.qualname.as_bytes(), locals.as_bytes(), name.as_bytes()];
        let qualname = Wtf8Buf::from_bytes(parts.concat()).unwrap_or_default();
        // The body of a class has it as a constant, too.
        if self.unit.kind == ScopeType::Class { qualname.into_shared() } else { qualname }
    }
}
