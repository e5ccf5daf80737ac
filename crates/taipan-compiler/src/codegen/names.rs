//! Loading, storing and deleting names, and the numbers of names in the tables of a unit.

use std::borrow::Cow;

use taipan_bytecode::{CodeObject, Constant, Opcode};
use taipan_syntax::ast::ExprContext;

use super::unit::{Resolved, ScopeType};
use super::{Compiler, Done};
use crate::error::CompileError;
use crate::instruction_sequence::SourceLocation;
use crate::symtable::{NameId, NameScope, SourceName};

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

    /// The mangled name.
    #[inline]
    pub(super) fn mangled_id<'n>(&mut self, name: impl SourceName<'n>) -> NameId {
        match name.id() {
            Some(id) if !name.is_private() => id,
            id => self.mangle(id, name),
        }
    }

    fn mangle<'n>(&mut self, id: Option<NameId>, name: impl SourceName<'n>) -> NameId {
        match (self.mangled(name), id) {
            (Cow::Borrowed(_), Some(id)) => id,
            (mangled, _) => self.table.add_name(&mangled),
        }
    }

    /// The number of the mangled name in `co_names`.
    pub(super) fn name_number<'n>(&mut self, name: impl SourceName<'n>) -> u32 {
        let name = self.mangled_id(name);
        self.unit.metadata.names.add(name)
    }

    /// [`Compiler::name_number`] of a name that is not mangled.
    pub(super) fn plain_name_number(&mut self, name: &str) -> u32 {
        let name = self.table.add_name(name);
        self.unit.metadata.names.add(name)
    }

    pub(super) fn free_number(&mut self, name: NameId) -> u32 {
        self.unit.metadata.cellvars.len() as u32 + self.unit.metadata.freevars.add(name)
    }

    pub(super) fn cell_number(&mut self, name: &str) -> u32 {
        let name = self.table.add_name(name);
        self.unit.metadata.cellvars.add(name)
    }

    pub(super) fn name_scope(&self, mangled: &str) -> NameScope {
        NameScope::of(self.table.symbol(self.unit.scope, mangled))
    }

    /// The text of a name as a constant.
    pub(super) fn name_constant(&self, name: NameId) -> Constant {
        Constant::Str(self.table.text(name))
    }

    /// Pushes the text of a name.
    pub(super) fn load_name_text(&mut self, name: NameId, loc: SourceLocation) -> Done {
        let text = self.name_constant(name);
        self.load_const(text, loc)
    }

    pub(super) fn name_op<'n>(&mut self, name: impl SourceName<'n>, ctx: ExprContext, loc: SourceLocation) -> Done {
        let id = self.mangled_id(name);
        // Inlined comprehensions see other names for a while.
        let key = if self.unit.in_inlined_comp == 0 { id.number() << 2 | (1 + ctx as u32) } else { 0 };
        let slot = id.number() as usize % self.unit.resolved.len();
        if let Some(&Resolved { op, arg, .. }) =
            self.unit.resolved.get(slot).filter(|known| known.key == key && key != 0)
        {
            self.op_i(op, arg, loc);
            return Ok(());
        }
        let count = self.unit.seq.len();
        let (op, arg) = self.resolve(id, ctx, loc);
        if let Some(known) = self.unit.resolved.get_mut(slot)
            && key != 0
            && self.unit.seq.len() == count
            && !matches!(op, Opcode::LoadDeref | Opcode::StoreDeref | Opcode::DeleteDeref)
        {
            *known = Resolved { key, arg, op };
        }
        self.op_i(op, arg, loc);
        Ok(())
    }

    /// The operation on a name, after what must stand before it.
    fn resolve(&mut self, id: NameId, ctx: ExprContext, loc: SourceLocation) -> (Opcode, u32) {
        let scope = NameScope::of(self.scope().symbol(id));
        let (in_class, sees_class) = (self.unit.is_class, self.unit.sees_class);
        match self.place_of(id, scope) {
            Place::Fast => {
                let op = match ctx {
                    ExprContext::Load => Opcode::LoadFast,
                    ExprContext::Store => Opcode::StoreFast,
                    ExprContext::Del => Opcode::DeleteFast,
                };
                (op, self.unit.metadata.varnames.add(id))
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
                let number = self.unit.metadata.names.add(id);
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
                let number = self.unit.metadata.names.add(id);
                match ctx {
                    ExprContext::Load if in_class && self.unit.in_inlined_comp > 0 => (Opcode::LoadGlobal, number << 1),
                    ExprContext::Load => (Opcode::LoadName, number),
                    ExprContext::Store => (Opcode::StoreName, number),
                    ExprContext::Del => (Opcode::DeleteName, number),
                }
            }
        }
    }

    fn place_of(&mut self, id: NameId, scope: NameScope) -> Place {
        let function_like = self.unit.is_function_like;
        match scope {
            NameScope::Free => Place::Deref(self.free_number(id)),
            NameScope::Cell => Place::Deref(self.unit.metadata.cellvars.add(id)),
            NameScope::Local if function_like => Place::Fast,
            NameScope::Local if self.unit.metadata.is_hidden_now(id) => Place::Fast,
            NameScope::GlobalImplicit if function_like => Place::Global,
            NameScope::GlobalExplicit => Place::Global,
            NameScope::Local | NameScope::GlobalImplicit | NameScope::Unknown => Place::Name,
        }
    }

    fn load_classdict(&mut self, loc: SourceLocation) {
        let classdict = self.table.add_name("__classdict__");
        let number = self.free_number(classdict);
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
            let id = self.table.name_id(name);
            let metadata = &self.unit.metadata;
            let number = match self.ref_type(name) {
                NameScope::Cell => id.and_then(|id| metadata.cellvars.get(id)),
                _ => {
                    let cells = metadata.cellvars.len() as u32;
                    id.and_then(|id| metadata.freevars.get(id)).map(|number| cells + number)
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
