//! First pass: collects what each block binds and uses.
//!
//! Invariant: the stack of blocks is never empty between the entry into the module and its exit; recursion is bounded
//! by [`crate::depth::Depth`].

use std::collections::{BTreeSet, HashMap};

use bumpalo::collections::Vec as ArenaVec;
use taipan_syntax::ast::{self, ExprContext, Names};

use super::{
    BlockType, KnownNames, NameId, Scope, ScopeId, ScopeKey, SharedTexts, SourceName, SymbolTable, Symbols, flags::*,
};
use crate::depth::Depth;
use crate::docstring;
use crate::error::CompileError;
use crate::future::FutureFeatures;
use crate::instruction_sequence::{NO_LOCATION, SourceLocation};

pub(super) type Done = Result<(), CompileError>;

pub(super) struct Builder<'f, 'a> {
    pub(super) table: SymbolTable<'a>,
    pub(super) future: &'f FutureFeatures,
    pub(super) stack: Vec<ScopeId>,
    /// The last of the stack.
    pub(super) current: ScopeId,
    /// Name of the innermost class.
    pub(super) private: Option<&'a str>,
    pub(super) depth: Depth,
}

impl<'f, 'a> Builder<'f, 'a> {
    pub(super) fn new(mut names: Names<'a>, future: &'f FutureFeatures, stack_limit: usize) -> Self {
        // Sources have several names for each block.
        let expected = names.len() / 4;
        Builder {
            table: SymbolTable {
                known: KnownNames::new(&mut names),
                names,
                texts: SharedTexts::default(),
                scopes: Vec::with_capacity(expected),
                keys: HashMap::with_capacity_and_hasher(expected, Default::default()),
                mangled_sets: Vec::new(),
            },
            future,
            stack: Vec::new(),
            current: ScopeId::TOP,
            private: None,
            depth: Depth::new(stack_limit),
        }
    }

    pub(super) fn build(mut self, module: &'a ast::Mod<'a>) -> Result<SymbolTable<'a>, CompileError> {
        let start = SourceLocation::new(0, 0, 0, 0);
        self.enter_block("top", BlockType::Module, ScopeKey::Module, start)?;
        match module {
            ast::Mod::Module { body, .. } => {
                self.cur().has_docstring = docstring::of_body(body).is_some();
                self.visit_body(body)?;
            }
            ast::Mod::Interactive { body } => self.visit_body(body)?,
            ast::Mod::Expression { body } => self.visit_expr(body)?,
            ast::Mod::FunctionType { .. } => {
                return Err(CompileError::Internal("this compiler does not handle FunctionTypes"));
            }
        }
        self.exit_block();
        Ok(self.table)
    }

    #[inline]
    pub(super) fn cur_id(&self) -> ScopeId {
        self.current
    }

    #[inline]
    pub(super) fn cur(&mut self) -> &mut Scope<'a> {
        self.table.scope_mut(self.current)
    }

    /// Makes a block without entering it.
    pub(super) fn new_scope(
        &mut self,
        name: &'a str,
        block: BlockType,
        key: ScopeKey,
        location: SourceLocation,
    ) -> ScopeId {
        let outer = self.stack.last().map(|&id| self.table.scope(id));
        let nested = outer.is_some_and(|outer| outer.nested || outer.is_function_like());
        let method = outer.is_some_and(|outer| outer.block == BlockType::Class) && block == BlockType::Function;
        let id = ScopeId(self.table.scopes.len() as u32);
        let arena = self.table.names.arena();
        let room = if block == BlockType::Annotation { 2 } else { 8 };
        self.table.scopes.push(Scope {
            name,
            block,
            symbols: Symbols::with_room(room, arena),
            varnames: ArenaVec::new_in(arena),
            children: ArenaVec::new_in(arena),
            location,
            nested,
            generator: false,
            coroutine: false,
            comprehension: None,
            varargs: false,
            varkeywords: false,
            annotations_used: false,
            needs_class_closure: false,
            needs_classdict: false,
            comp_inlined: false,
            can_see_class_scope: false,
            has_docstring: false,
            method,
            has_conditional_annotations: false,
            annotation_block: None,
            comp_iter_target: false,
            comp_iter_expr: 0,
            in_conditional_block: false,
            in_unevaluated_annotation: false,
            scope_info: None,
            directives: ArenaVec::new_in(arena),
            mangled_names: None,
        });
        self.table.keys.insert(key, id);
        id
    }

    pub(super) fn enter_existing_block(&mut self, id: ScopeId, add_to_children: bool) {
        let outer = self.stack.last().copied();
        self.stack.push(id);
        self.current = id;
        let Some(outer) = outer else { return };
        let (iter_expr, mangled) = {
            let outer = self.table.scope(outer);
            (outer.comp_iter_expr, outer.mangled_names)
        };
        let scope = self.table.scope_mut(id);
        scope.comp_iter_expr = iter_expr;
        if mangled.is_some() && scope.block != BlockType::Class {
            scope.mangled_names = mangled;
        }
        // Annotations that become strings leave no trace in the table.
        if self.future.annotations() && scope.block == BlockType::Annotation {
            return;
        }
        if add_to_children {
            self.table.scope_mut(outer).children.push(id);
        }
    }

    pub(super) fn enter_block(
        &mut self,
        name: &'a str,
        block: BlockType,
        key: ScopeKey,
        location: SourceLocation,
    ) -> Done {
        let id = self.new_scope(name, block, key, location);
        self.enter_existing_block(id, true);
        if matches!(block, BlockType::Annotation | BlockType::TypeVariable | BlockType::TypeAlias) {
            let format = self.table.known.format;
            self.add_def(&format, DEF_PARAM | USE, location)?;
        }
        Ok(())
    }

    pub(super) fn exit_block(&mut self) {
        self.stack.pop();
        self.current = self.stack.last().copied().unwrap_or(ScopeId::TOP);
    }

    /// The flags so far of a name in a block, the name mangled as that block asks.
    pub(super) fn lookup_in<'n>(&mut self, scope: ScopeId, name: impl SourceName<'n>) -> u32 {
        let id = self.table.mangled_id(self.private, scope, name);
        self.table.scope(scope).symbol(id)
    }

    pub(super) fn lookup<'n>(&mut self, name: impl SourceName<'n>) -> u32 {
        self.lookup_in(self.cur_id(), name)
    }

    fn mangled_id<'n>(&mut self, name: impl SourceName<'n>) -> NameId {
        self.table.mangled_id(self.private, self.current, name)
    }

    pub(super) fn add_def_in<'n>(
        &mut self,
        name: impl SourceName<'n>,
        flag: u32,
        scope: ScopeId,
        location: SourceLocation,
    ) -> Done {
        let id = self.mangled_id(name);
        let name = name.text();
        let entry = self.table.scope_mut(scope);
        let known = entry.symbols.flags_mut(id);
        let mut value = *known;
        if flag & value & DEF_PARAM != 0 {
            return Err(CompileError::syntax(format!("duplicate argument '{name}' in function definition"), location));
        }
        if flag & value & DEF_TYPE_PARAM != 0 {
            return Err(CompileError::syntax(format!("duplicate type parameter '{name}'"), location));
        }
        value |= flag;
        if !entry.comp_iter_target {
            *known = value;
        } else {
            if value & (DEF_GLOBAL | DEF_NONLOCAL) != 0 {
                return Err(CompileError::syntax(
                    format!("comprehension inner loop cannot rebind assignment expression target '{name}'"),
                    location,
                ));
            }
            *known = value | DEF_COMP_ITER;
        }
        if flag & DEF_PARAM != 0 {
            entry.varnames.push(id);
        } else if flag & DEF_GLOBAL != 0 {
            *self.table.scope_mut(ScopeId::TOP).symbols.flags_mut(id) |= flag;
        }
        Ok(())
    }

    pub(super) fn add_def_ctx<'n>(
        &mut self,
        name: impl SourceName<'n>,
        flag: u32,
        location: SourceLocation,
        ctx: ExprContext,
    ) -> Done {
        if flag & (DEF_PARAM | DEF_LOCAL | DEF_IMPORT) != 0 {
            check_name(name.text(), location, ctx)?;
        }
        if flag & DEF_TYPE_PARAM != 0
            && let Some(set) = self.table.scope(self.cur_id()).mangled_names
        {
            let id = self.table.intern(name.text());
            self.table.mangled_sets[set].insert(id);
        }
        self.add_def_in(name, flag, self.cur_id(), location)
    }

    pub(super) fn add_def<'n>(&mut self, name: impl SourceName<'n>, flag: u32, location: SourceLocation) -> Done {
        let ctx = if flag == USE { ExprContext::Load } else { ExprContext::Store };
        self.add_def_ctx(name, flag, location, ctx)
    }

    /// Around a generic class only the names of its type parameters are mangled.
    pub(super) fn start_mangled_names(&mut self) {
        let set = self.table.mangled_sets.len();
        self.table.mangled_sets.push(BTreeSet::new());
        self.cur().mangled_names = Some(set);
    }

    /// Remembers the place of a `global`, `nonlocal` or `:=` for errors of the second pass.
    pub(super) fn record_directive<'n>(&mut self, name: impl SourceName<'n>, location: SourceLocation) {
        let id = self.mangled_id(name);
        self.cur().directives.push((id, location));
    }

    pub(super) fn allows_top_level_await(&mut self) -> bool {
        self.future.allow_top_level_await && self.cur().block == BlockType::Module
    }

    pub(super) fn is_async_def(&mut self) -> bool {
        let scope = self.cur();
        scope.block == BlockType::Function && scope.coroutine
    }

    pub(super) fn in_conditional_block(&mut self, visit: impl FnOnce(&mut Self) -> Done) -> Done {
        let before = std::mem::replace(&mut self.cur().in_conditional_block, true);
        visit(self)?;
        self.cur().in_conditional_block = before;
        Ok(())
    }
}

/// Refuses to bind `__debug__`.
pub(super) fn check_name(name: &str, location: SourceLocation, ctx: ExprContext) -> Done {
    if name == "__debug__" {
        let what = match ctx {
            ExprContext::Load => return Ok(()),
            ExprContext::Store => "cannot assign to __debug__",
            ExprContext::Del => "cannot delete __debug__",
        };
        return Err(CompileError::syntax(what, location));
    }
    Ok(())
}

/// A directive made without a place in the source.
pub(super) fn directive_location(scope: &Scope, name: NameId) -> SourceLocation {
    scope.directives.iter().find(|&&(id, _)| id == name).map_or(NO_LOCATION, |&(_, location)| location)
}
