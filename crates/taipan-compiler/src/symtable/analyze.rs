//! Second pass: decides the scope of every name and inlines comprehensions.
//!
//! Invariants: a block sees the names its enclosing functions bind and the type parameters around it, both held in
//! [`Analyzer::seen`] and taken back at its end; the names it needs from outside lie on [`Analyzer::free`], behind those
//! of the blocks before it.

use bumpalo::collections::Vec as ArenaVec;

use super::build::{Done, directive_location};
use super::{BlockType, ComprehensionKind, NameId, NameScope, ScopeId, SymbolTable, flags::*};
use crate::depth::Depth;
use crate::error::CompileError;

/// What is known of a name around a block.
const BOUND: u8 = 1;
const TYPE_PARAM: u8 = 2;

pub(super) fn analyze(table: &mut SymbolTable<'_>, stack_limit: usize) -> Done {
    let names = table.names.len() + 1;
    let mut analyzer = Analyzer {
        table,
        depth: Depth::new(stack_limit),
        seen: vec![0; names],
        changes: Vec::new(),
        free: Vec::new(),
        marks: vec![0; names],
        last_mark: 0,
    };
    analyzer.block(ScopeId::TOP, None)
}

struct Analyzer<'t, 'a> {
    table: &'t mut SymbolTable<'a>,
    depth: Depth,
    /// By the number of a name, what is known of it.
    seen: Vec<u8>,
    /// What was known before.
    changes: Vec<(NameId, u8)>,
    /// The names that blocks need from outside.
    free: Vec<NameId>,
    /// By the number of a name, the mark it has in a set under way.
    marks: Vec<u32>,
    last_mark: u32,
}

impl Analyzer<'_, '_> {
    fn seen(&self, name: NameId) -> u8 {
        self.seen.get(name.number() as usize).copied().unwrap_or(0)
    }

    fn see(&mut self, name: NameId, add: u8, remove: u8) {
        if let Some(seen) = self.seen.get_mut(name.number() as usize) {
            let now = (*seen | add) & !remove;
            if now != *seen {
                self.changes.push((name, *seen));
                *seen = now;
            }
        }
    }

    /// Takes back what was learnt since there were `count` changes, but what `keep` says.
    fn take_back(&mut self, count: usize, keep: u8) {
        let kept = self.changes.len();
        for at in (count..kept).rev() {
            let (name, before) = self.changes[at];
            if let Some(seen) = self.seen.get_mut(name.number() as usize) {
                if keep != 0 && *seen & keep != before & keep {
                    self.changes.push((name, before));
                }
                *seen = before & !keep | *seen & keep;
            }
        }
        self.changes.drain(count..kept);
    }

    /// Decides the names of a block; `class` is the one whose namespace an annotation or type scope reads first.
    fn block(&mut self, id: ScopeId, class: Option<ScopeId>) -> Done {
        self.depth.enter()?;
        let (is_class, is_function_like, names) = {
            let scope = self.table.scope(id);
            (scope.block == BlockType::Class, scope.is_function_like(), scope.symbols.len())
        };
        let changes = self.changes.len();
        for place in 0..names {
            let Some((name, flags)) = self.table.scope(id).symbols.at(place) else { break };
            let scope = self.name(id, name, flags, class)?;
            if let Some(flags) = self.table.scope_mut(id).symbols.at_mut(place) {
                *flags |= (scope as u32) << SCOPE_OFFSET;
            }
        }
        let own_free = self.free.len();
        if is_class {
            // What a class binds is not visible in its methods, its type parameters are.
            self.take_back(changes, TYPE_PARAM);
            let known = self.table.known;
            for name in [known.class, known.classdict, known.conditional_annotations] {
                self.see(name.into(), BOUND, 0);
            }
        } else if is_function_like {
            for place in 0..names {
                if let Some((name, flags)) = self.table.scope(id).symbols.at(place)
                    && NameScope::of(flags) == NameScope::Local
                {
                    self.see(name, BOUND, 0);
                }
            }
        }
        let mut inlined_cells = Vec::new();
        self.children(id, class, own_free, &mut inlined_cells)?;
        self.settle(id, own_free, &inlined_cells);
        self.take_back(changes, 0);
        self.depth.leave();
        Ok(())
    }

    fn new_mark(&mut self) -> u32 {
        self.last_mark += 1;
        self.last_mark
    }

    /// Marks a name; whether it was not.
    fn mark(&mut self, name: NameId, mark: u32) -> bool {
        self.marks.get_mut(name.number() as usize).is_some_and(|known| std::mem::replace(known, mark) != mark)
    }

    fn is_marked(&self, name: NameId, mark: u32) -> bool {
        self.marks.get(name.number() as usize) == Some(&mark)
    }

    fn children(
        &mut self,
        id: ScopeId,
        class: Option<ScopeId>,
        own_free: usize,
        inlined_cells: &mut Vec<NameId>,
    ) -> Done {
        let (is_class, sees_class) = {
            let scope = self.table.scope(id);
            (scope.block == BlockType::Class, scope.can_see_class_scope)
        };
        let (mut inlined, mut limit) = (false, 64);
        for at in 0..self.table.scope(id).children.len() {
            let child = self.table.scope(id).children[at];
            let entry = self.table.scope(child);
            let class = match entry.can_see_class_scope {
                true if is_class => Some(id),
                true => class,
                false => None,
            };
            let is_comprehension = matches!(entry.comprehension, Some(kind) if kind != ComprehensionKind::Generator);
            let inline = is_comprehension && !entry.generator && !sees_class;
            let child_free = self.free.len();
            self.block(child, class)?;
            if inline {
                self.inline_comprehension(id, child, child_free, inlined_cells);
                self.table.scope_mut(child).comp_inlined = true;
                inlined = true;
            }
            // Many blocks need the same few names.
            if self.free.len() - own_free > limit {
                self.unite(own_free);
                limit = 2 * (self.free.len() - own_free).max(limit / 2);
            }
        }
        if inlined {
            // The children of inlined comprehensions become ours.
            let mut spliced = ArenaVec::new_in(self.table.names.arena());
            for &child in &self.table.scope(id).children {
                let entry = self.table.scope(child);
                if entry.comp_inlined {
                    spliced.extend_from_slice_copy(&entry.children);
                } else {
                    spliced.push(child);
                }
            }
            self.table.scope_mut(id).children = spliced;
        }
        Ok(())
    }

    /// Leaves one of each free name from `first` on.
    fn unite(&mut self, first: usize) {
        let mark = self.new_mark();
        let mut kept = first;
        for at in first..self.free.len() {
            let name = self.free[at];
            if self.mark(name, mark) {
                self.free[kept] = name;
                kept += 1;
            }
        }
        self.free.truncate(kept);
    }

    /// Takes a name out of the free ones from `first` on; whether it was there.
    fn remove_free(&mut self, first: usize, name: NameId) -> bool {
        let before = self.free.len();
        let mut kept = first;
        for at in first..before {
            if self.free[at] != name {
                self.free[kept] = self.free[at];
                kept += 1;
            }
        }
        self.free.truncate(kept);
        kept < before
    }

    fn name(
        &mut self,
        id: ScopeId,
        name: NameId,
        flags: u32,
        class: Option<ScopeId>,
    ) -> Result<NameScope, CompileError> {
        let error = |message: &str| {
            let message = message.replace("{}", self.table.name(name));
            Err(CompileError::syntax(message, directive_location(self.table.scope(id), name)))
        };
        if flags & DEF_GLOBAL != 0 {
            if flags & DEF_NONLOCAL != 0 {
                return error("name '{}' is nonlocal and global");
            }
            self.see(name, 0, BOUND);
            return Ok(NameScope::GlobalExplicit);
        }
        if flags & DEF_NONLOCAL != 0 {
            if id == ScopeId::TOP {
                return error("nonlocal declaration not allowed at module level");
            }
            if self.seen(name) & BOUND == 0 {
                return error("no binding for nonlocal '{}' found");
            }
            if self.seen(name) & TYPE_PARAM != 0 {
                return error("nonlocal binding not allowed for type parameter '{}'");
            }
            self.free.push(name);
            return Ok(NameScope::Free);
        }
        if flags & DEF_BOUND != 0 {
            if flags & DEF_TYPE_PARAM != 0 {
                self.see(name, TYPE_PARAM, 0);
            } else {
                self.see(name, 0, TYPE_PARAM);
            }
            return Ok(NameScope::Local);
        }
        // In a scope that reads the class namespace first, a name the class binds comes from there or from the
        // globals, never from a function around the class.
        if let Some(class) = class
            && name != self.table.known.classdict.into()
        {
            let class_flags = self.table.scope(class).symbol(name);
            if class_flags & DEF_GLOBAL != 0 {
                return Ok(NameScope::GlobalExplicit);
            }
            if class_flags & DEF_BOUND != 0 && class_flags & DEF_NONLOCAL == 0 {
                return Ok(NameScope::GlobalImplicit);
            }
        }
        if self.seen(name) & BOUND != 0 {
            self.free.push(name);
            return Ok(NameScope::Free);
        }
        Ok(NameScope::GlobalImplicit)
    }

    /// Merges the names of an inlined comprehension into the block around it.
    fn inline_comprehension(&mut self, id: ScopeId, comp: ScopeId, comp_free: usize, inlined_cells: &mut Vec<NameId>) {
        let is_class = self.table.scope(id).block == BlockType::Class;
        let known = self.table.known;
        let of_class = [known.class, known.classdict, known.conditional_annotations].map(NameId::from);
        let mut removed = Vec::new();
        for place in 0..self.table.scope(comp).symbols.len() {
            let Some((name, flags)) = self.table.scope(comp).symbols.at(place) else { break };
            if flags & DEF_PARAM != 0 {
                continue;
            }
            let mut scope = NameScope::of(flags);
            let only_flags = flags & ((1 << SCOPE_OFFSET) - 1);
            if scope == NameScope::Cell || only_flags & DEF_COMP_CELL != 0 {
                inlined_cells.push(name);
            }
            let existing = self.table.scope(id).symbols.get(name);
            // The class's own names are not free through it, unless a function in the comprehension wants them.
            if scope == NameScope::Free && is_class && of_class.contains(&name) {
                scope = NameScope::GlobalImplicit;
                if !self.is_free_in_any_child(comp, name) {
                    self.remove_free(comp_free, name);
                }
                removed.push(name);
            }
            match existing {
                None => {
                    let flags = only_flags | (scope as u32) << SCOPE_OFFSET;
                    self.table.scope_mut(id).symbols.insert(name, flags);
                }
                Some(flags) => {
                    if flags & DEF_BOUND != 0 && !is_class && !self.is_free_in_any_child(comp, name) {
                        self.remove_free(comp_free, name);
                    }
                    if scope == NameScope::Free && !is_class {
                        self.table.scope_mut(id).symbols.insert(name, flags | only_flags & USE);
                    }
                }
            }
        }
        for name in removed {
            self.table.scope_mut(comp).symbols.remove(name);
        }
    }

    fn is_free_in_any_child(&self, id: ScopeId, name: NameId) -> bool {
        let children = &self.table.scope(id).children;
        children.iter().any(|&child| NameScope::of(self.table.scope(child).symbol(name)) == NameScope::Free)
    }

    /// Decides what only the blocks inside tell: cells, and names that pass through.
    fn settle(&mut self, id: ScopeId, first: usize, inlined_cells: &[NameId]) {
        let known = self.table.known;
        let (is_class, is_function_like, class_like) = {
            let scope = self.table.scope(id);
            let is_class = scope.block == BlockType::Class;
            (is_class, scope.is_function_like(), is_class || scope.can_see_class_scope)
        };
        if is_class {
            let needs_class_closure = self.remove_free(first, known.class.into());
            let needs_classdict = self.remove_free(first, known.classdict.into());
            let has_conditional_annotations = self.remove_free(first, known.conditional_annotations.into());
            let scope = self.table.scope_mut(id);
            scope.needs_class_closure |= needs_class_closure;
            scope.needs_classdict |= needs_classdict;
            scope.has_conditional_annotations |= has_conditional_annotations;
        }
        if self.free.len() == first && inlined_cells.is_empty() {
            return;
        }
        let cells = self.new_mark();
        for &name in inlined_cells {
            self.mark(name, cells);
        }
        let mark = self.new_mark();
        for place in 0..self.table.scope(id).symbols.len() {
            let Some((name, _)) = self.table.scope(id).symbols.at(place) else { break };
            if self.is_marked(name, cells)
                && let Some(flags) = self.table.scope_mut(id).symbols.at_mut(place)
            {
                *flags |= DEF_COMP_CELL;
            }
        }
        for at in first..self.free.len() {
            self.mark(self.free[at], mark);
        }
        let is_bound = |seen: u8| id == ScopeId::TOP || seen & BOUND != 0;
        // Locals that inner blocks need become cells, which ends their way outwards.
        if is_function_like {
            for place in 0..self.table.scope(id).symbols.len() {
                let Some((name, flags)) = self.table.scope(id).symbols.at(place) else { break };
                if NameScope::of(flags) != NameScope::Local {
                    continue;
                }
                let is_free = self.is_marked(name, mark);
                if (is_free || flags & DEF_COMP_CELL != 0)
                    && let Some(flags) = self.table.scope_mut(id).symbols.at_mut(place)
                {
                    *flags ^= (NameScope::Local as u32 ^ NameScope::Cell as u32) << SCOPE_OFFSET;
                }
                if is_free {
                    self.mark(name, 0);
                }
            }
        }
        let mut kept = first;
        for at in first..self.free.len() {
            let name = self.free[at];
            if !self.is_marked(name, mark) {
                continue;
            }
            self.mark(name, 0);
            self.free[kept] = name;
            kept += 1;
            let bound = is_bound(self.seen(name));
            let symbols = &mut self.table.scope_mut(id).symbols;
            if symbols.get(name).is_some() {
                // A free variable of a method may have the name of something in the class.
                if class_like {
                    *symbols.flags_mut(name) |= DEF_FREE_CLASS;
                }
            } else if bound {
                symbols.insert(name, (NameScope::Free as u32) << SCOPE_OFFSET);
            }
        }
        self.free.truncate(kept);
    }
}
