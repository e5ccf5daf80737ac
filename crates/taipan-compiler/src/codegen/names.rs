//! Loading, storing and deleting names, and the numbers of names in the tables of a unit.

use std::borrow::Cow;

use taipan_bytecode::{CodeObject, Opcode};
use taipan_syntax::ast::{ExprContext, Identifier};

use super::unit::ScopeType;
use super::{Compiler, Done};
use crate::error::CompileError;
use crate::instruction_sequence::SourceLocation;
use crate::symtable::{BlockType, NameScope, SourceName};

/// Where a name is found at run time.
enum Place {
    Fast,
    Deref(u32),
    Global,
    Name,
}

impl<'a> Compiler<'a> {
    pub(super) fn mangled<'n>(&self, name: impl SourceName<'n>) -> std::borrow::Cow<'n, str> {
        self.table.maybe_mangle(self.unit.private, self.unit.scope, name)
    }

    /// The number of the mangled name in `co_names`.
    pub(super) fn name_number(&mut self, name: &str) -> u32 {
        let mangled = self.mangled(name);
        self.unit.metadata.names.add(&mangled)
    }

    /// [`Compiler::name_number`] of a name of the tree.
    pub(super) fn attribute_number(&mut self, name: &Identifier<'_>) -> u32 {
        match self.mangled(name) {
            Cow::Borrowed(_) => self.unit.metadata.names.add_shared(self.table.known_name(name.id()), name.text()),
            Cow::Owned(mangled) => self.unit.metadata.names.add(&mangled),
        }
    }

    pub(super) fn free_number(&mut self, name: &str) -> u32 {
        self.unit.metadata.cellvars.len() as u32 + self.unit.metadata.freevars.add(name)
    }

    pub(super) fn name_scope(&self, mangled: &str) -> NameScope {
        NameScope::of(self.table.symbol(self.unit.scope, mangled))
    }

    pub(super) fn name_op<'n>(&mut self, name: impl SourceName<'n>, ctx: ExprContext, loc: SourceLocation) -> Done {
        let mangled = self.mangled(name);
        let id = match mangled {
            Cow::Borrowed(_) => self.table.source_name_id(name),
            Cow::Owned(_) => self.table.name_id(&mangled),
        };
        let scope = id.map_or(NameScope::Unknown, |id| NameScope::of(self.scope().symbol(id)));
        let in_class = self.scope().block == BlockType::Class;
        let sees_class = self.scope().can_see_class_scope;
        let (op, arg) = match self.resolve(&mangled, scope) {
            Place::Fast => {
                let op = match ctx {
                    ExprContext::Load => Opcode::LoadFast,
                    ExprContext::Store => Opcode::StoreFast,
                    ExprContext::Del => Opcode::DeleteFast,
                };
                (op, self.unit.metadata.varnames.add_shared(self.table.known_name(id), &mangled))
            }
            Place::Deref(arg) => {
                let op = match ctx {
                    ExprContext::Load if in_class && self.unit.in_inlined_comp == 0 => {
                        self.op(Opcode::LoadLocals, loc);
                        Opcode::LoadFromDictOrDeref
                    }
                    ExprContext::Load if sees_class => {
                        self.load_classdict(loc);
                        Opcode::LoadFromDictOrDeref
                    }
                    ExprContext::Load => Opcode::LoadDeref,
                    ExprContext::Store => Opcode::StoreDeref,
                    ExprContext::Del => Opcode::DeleteDeref,
                };
                (op, arg)
            }
            Place::Global => {
                let number = self.unit.metadata.names.add_shared(self.table.known_name(id), &mangled);
                match ctx {
                    ExprContext::Load if sees_class && scope == NameScope::GlobalImplicit => {
                        self.load_classdict(loc);
                        (Opcode::LoadFromDictOrGlobals, number)
                    }
                    ExprContext::Load => (Opcode::LoadGlobal, number << 1),
                    ExprContext::Store => (Opcode::StoreGlobal, number),
                    ExprContext::Del => (Opcode::DeleteGlobal, number),
                }
            }
            Place::Name => {
                let number = self.unit.metadata.names.add_shared(self.table.known_name(id), &mangled);
                match ctx {
                    ExprContext::Load if in_class && self.unit.in_inlined_comp > 0 => (Opcode::LoadGlobal, number << 1),
                    ExprContext::Load => (Opcode::LoadName, number),
                    ExprContext::Store => (Opcode::StoreName, number),
                    ExprContext::Del => (Opcode::DeleteName, number),
                }
            }
        };
        self.op_i(op, arg, loc);
        Ok(())
    }

    fn resolve(&mut self, mangled: &str, scope: NameScope) -> Place {
        let function_like = self.scope().is_function_like();
        match scope {
            NameScope::Free => Place::Deref(self.free_number(mangled)),
            NameScope::Cell => Place::Deref(self.unit.metadata.cellvars.add(mangled)),
            NameScope::Local if function_like => Place::Fast,
            NameScope::Local if self.unit.metadata.fast_hidden.get(mangled) == Some(&true) => Place::Fast,
            NameScope::GlobalImplicit if function_like => Place::Global,
            NameScope::GlobalExplicit => Place::Global,
            NameScope::Local | NameScope::GlobalImplicit | NameScope::Unknown => Place::Name,
        }
    }

    fn load_classdict(&mut self, loc: SourceLocation) {
        let number = self.free_number("__classdict__");
        self.op_i(Opcode::LoadDeref, number, loc);
    }

    /// How this unit holds a name that an inner unit or `super()` wants.
    pub(super) fn ref_type(&self, name: &str) -> NameScope {
        let implicit = ["__class__", "__classdict__", "__conditional_annotations__"];
        if self.unit.kind == ScopeType::Class && implicit.contains(&name) {
            return NameScope::Cell;
        }
        self.name_scope(name)
    }

    /// Pushes the cells of the free variables of `code`; false if it has none.
    pub(super) fn load_closure(&mut self, code: &CodeObject, loc: SourceLocation) -> Result<bool, CompileError> {
        const MISSING: CompileError = CompileError::Internal("free variable of an inner scope is unknown");
        let mut count = 0;
        for name in code.freevars() {
            let name = name.as_str().ok_or(MISSING)?;
            let number = match self.ref_type(name) {
                NameScope::Cell => self.unit.metadata.cellvars.get(name),
                _ => {
                    let cells = self.unit.metadata.cellvars.len() as u32;
                    self.unit.metadata.freevars.get(name).map(|number| cells + number)
                }
            };
            self.op_i(Opcode::LoadClosure, number.ok_or(MISSING)?, loc);
            count += 1;
        }
        if count > 0 {
            self.op_i(Opcode::BuildTuple, count, loc);
        }
        Ok(count > 0)
    }
}
