//! Second pass: decides the scope of every name and inlines comprehensions.
//!
//! Invariant: a block sees the names its enclosing functions bind (`bound`), the names declared global around it and
//! the type parameters around it; it hands the names it needs from outside (`free`) to its parent.

use super::build::{Done, directive_location};
use super::{BlockType, ComprehensionKind, NameId, NameScope, ScopeId, SymbolTable, Symbols, flags::*};
use crate::depth::Depth;
use crate::error::CompileError;

/// The scopes of a block's names, in the order of its symbols.
type Scopes = Vec<NameScope>;

/// A set of names: a bit for each number up to the greatest.
#[derive(Clone, Debug, Default)]
struct NameSet {
    words: Vec<u64>,
}

impl NameSet {
    fn place(name: NameId) -> (usize, u64) {
        (name.0 as usize / 64, 1 << (name.0 % 64))
    }

    fn insert(&mut self, name: NameId) {
        let (word, bit) = NameSet::place(name);
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= bit;
    }

    /// Takes the name out; whether it was there.
    fn remove(&mut self, name: NameId) -> bool {
        let (word, bit) = NameSet::place(name);
        let Some(word) = self.words.get_mut(word) else { return false };
        let was = *word & bit != 0;
        *word &= !bit;
        was
    }

    fn contains(&self, name: NameId) -> bool {
        let (word, bit) = NameSet::place(name);
        self.words.get(word).is_some_and(|word| word & bit != 0)
    }

    fn extend(&mut self, other: &NameSet) {
        if other.words.len() > self.words.len() {
            self.words.resize(other.words.len(), 0);
        }
        for (word, more) in self.words.iter_mut().zip(other.words.iter()) {
            *word |= more;
        }
    }

    /// The names by their numbers.
    fn iter(&self) -> impl Iterator<Item = NameId> {
        self.words.iter().enumerate().flat_map(|(at, &word)| {
            let mut rest = word;
            std::iter::from_fn(move || {
                let bit = rest.trailing_zeros();
                rest &= rest.checked_sub(1)?;
                Some(NameId(at as u32 * 64 + bit))
            })
        })
    }
}

/// Names the compiler itself puts into classes.
#[derive(Clone, Copy)]
struct ClassNames {
    class: NameId,
    classdict: NameId,
    conditional_annotations: NameId,
}

/// What a block sees of the blocks around it.
#[derive(Clone, Default)]
struct Outer {
    /// `None` for the module.
    bound: Option<NameSet>,
    global: NameSet,
    type_params: NameSet,
    /// The class whose namespace an annotation or type scope reads first.
    class: Option<ScopeId>,
}

pub(super) fn analyze(table: &mut SymbolTable<'_>, stack_limit: usize) -> Done {
    let names = ClassNames {
        class: table.intern("__class__"),
        classdict: table.intern("__classdict__"),
        conditional_annotations: table.intern("__conditional_annotations__"),
    };
    let mut analyzer = Analyzer { table, names, depth: Depth::new(stack_limit) };
    analyzer.block(ScopeId::TOP, Outer::default(), &mut NameSet::default())
}

struct Analyzer<'t, 'a> {
    table: &'t mut SymbolTable<'a>,
    names: ClassNames,
    depth: Depth,
}

impl Analyzer<'_, '_> {
    fn block(&mut self, id: ScopeId, mut outer: Outer, free: &mut NameSet) -> Done {
        self.depth.enter()?;
        let is_class = self.table.scope(id).block == BlockType::Class;
        let is_function_like = self.table.scope(id).is_function_like();
        let mut local = NameSet::default();
        let mut scopes = Scopes::with_capacity(self.table.scope(id).symbols.len());
        let mut inner = Outer { bound: Some(NameSet::default()), ..Outer::default() };
        // What a class binds is not visible in its methods, so hand on what is known before its names are looked at.
        if is_class {
            inner.global = outer.global.clone();
            inner.bound = Some(outer.bound.clone().unwrap_or_default());
        }
        for (&name, &flags) in &self.table.scope(id).symbols {
            let scope = self.name(id, name, flags, &mut outer, &mut local, free)?;
            scopes.push(scope);
        }
        let bound = inner.bound.get_or_insert_default();
        if is_class {
            for name in [self.names.class, self.names.classdict, self.names.conditional_annotations] {
                bound.insert(name);
            }
        } else {
            if is_function_like {
                bound.extend(&local);
            }
            if let Some(outer) = &outer.bound {
                bound.extend(outer);
            }
            inner.global.extend(&outer.global);
        }
        inner.type_params = outer.type_params;
        let mut new_free = NameSet::default();
        let mut inlined_cells = NameSet::default();
        self.children(id, inner, outer.class, &mut scopes, &mut new_free, &mut inlined_cells)?;
        if is_function_like {
            convert_cells(&self.table.scope(id).symbols, &mut scopes, &mut new_free, &inlined_cells);
        } else if is_class {
            self.drop_class_free(id, &mut new_free);
        }
        let scope = self.table.scope_mut(id);
        let class_like = is_class || scope.can_see_class_scope;
        update_symbols(&mut scope.symbols, &scopes, outer.bound.as_ref(), &new_free, &inlined_cells, class_like);
        free.extend(&new_free);
        self.depth.leave();
        Ok(())
    }

    fn children(
        &mut self,
        id: ScopeId,
        mut inner: Outer,
        class: Option<ScopeId>,
        scopes: &mut Scopes,
        new_free: &mut NameSet,
        inlined_cells: &mut NameSet,
    ) -> Done {
        let (is_class, sees_class) = {
            let scope = self.table.scope(id);
            (scope.block == BlockType::Class, scope.can_see_class_scope)
        };
        let children = self.table.scope(id).children.clone();
        for &child in &children {
            let entry = self.table.scope(child);
            inner.class = match entry.can_see_class_scope {
                true if is_class => Some(id),
                true => class,
                false => None,
            };
            let is_comprehension = matches!(entry.comprehension, Some(kind) if kind != ComprehensionKind::Generator);
            let inline = is_comprehension && !entry.generator && !sees_class;
            let mut child_free = new_free.clone();
            self.block(child, inner.clone(), &mut child_free)?;
            if inline {
                self.inline_comprehension(id, child, scopes, &mut child_free, inlined_cells);
                self.table.scope_mut(child).comp_inlined = true;
            }
            new_free.extend(&child_free);
        }
        // The children of inlined comprehensions become ours.
        let mut spliced = Vec::with_capacity(children.len());
        for child in children {
            let entry = self.table.scope(child);
            if entry.comp_inlined {
                spliced.extend_from_slice(&entry.children);
            } else {
                spliced.push(child);
            }
        }
        self.table.scope_mut(id).children = spliced;
        Ok(())
    }

    fn name(
        &self,
        id: ScopeId,
        name: NameId,
        flags: u32,
        outer: &mut Outer,
        local: &mut NameSet,
        free: &mut NameSet,
    ) -> Result<NameScope, CompileError> {
        let error = |message: &str| {
            let message = message.replace("{}", self.table.name(name));
            Err(CompileError::syntax(message, directive_location(self.table.scope(id), name)))
        };
        if flags & DEF_GLOBAL != 0 {
            if flags & DEF_NONLOCAL != 0 {
                return error("name '{}' is nonlocal and global");
            }
            outer.global.insert(name);
            if let Some(bound) = &mut outer.bound {
                bound.remove(name);
            }
            return Ok(NameScope::GlobalExplicit);
        }
        if flags & DEF_NONLOCAL != 0 {
            let Some(bound) = &outer.bound else {
                return error("nonlocal declaration not allowed at module level");
            };
            if !bound.contains(name) {
                return error("no binding for nonlocal '{}' found");
            }
            if outer.type_params.contains(name) {
                return error("nonlocal binding not allowed for type parameter '{}'");
            }
            free.insert(name);
            return Ok(NameScope::Free);
        }
        if flags & DEF_BOUND != 0 {
            local.insert(name);
            outer.global.remove(name);
            if flags & DEF_TYPE_PARAM != 0 {
                outer.type_params.insert(name);
            } else {
                outer.type_params.remove(name);
            }
            return Ok(NameScope::Local);
        }
        // In a scope that reads the class namespace first, a name the class binds comes from there or from the
        // globals, never from a function around the class.
        if let Some(class) = outer.class
            && name != self.names.classdict
        {
            let class_flags = self.table.scope(class).symbol(name);
            if class_flags & DEF_GLOBAL != 0 {
                return Ok(NameScope::GlobalExplicit);
            }
            if class_flags & DEF_BOUND != 0 && class_flags & DEF_NONLOCAL == 0 {
                return Ok(NameScope::GlobalImplicit);
            }
        }
        if outer.bound.as_ref().is_some_and(|bound| bound.contains(name)) {
            free.insert(name);
            return Ok(NameScope::Free);
        }
        Ok(NameScope::GlobalImplicit)
    }

    /// Merges the names of an inlined comprehension into the block around it.
    fn inline_comprehension(
        &mut self,
        id: ScopeId,
        comp: ScopeId,
        scopes: &mut Scopes,
        comp_free: &mut NameSet,
        inlined_cells: &mut NameSet,
    ) {
        let is_class = self.table.scope(id).block == BlockType::Class;
        let names = self.names;
        let of_class = [names.class, names.classdict, names.conditional_annotations];
        let mut removed = Vec::new();
        let symbols: Vec<(NameId, u32)> = self.table.scope(comp).symbols.iter().map(|(&n, &f)| (n, f)).collect();
        for (name, flags) in symbols {
            if flags & DEF_PARAM != 0 {
                continue;
            }
            let mut scope = NameScope::of(flags);
            let only_flags = flags & ((1 << SCOPE_OFFSET) - 1);
            if scope == NameScope::Cell || only_flags & DEF_COMP_CELL != 0 {
                inlined_cells.insert(name);
            }
            let existing = self.table.scope(id).symbols.get(&name).copied();
            // The class's own names are not free through it, unless a function in the comprehension wants them.
            if scope == NameScope::Free && is_class && of_class.contains(&name) {
                scope = NameScope::GlobalImplicit;
                if !self.is_free_in_any_child(comp, name) {
                    comp_free.remove(name);
                }
                removed.push(name);
            }
            match existing {
                None => {
                    self.table.scope_mut(id).symbols.insert(name, only_flags);
                    scopes.push(scope);
                }
                Some(flags) => {
                    if flags & DEF_BOUND != 0 && !is_class && !self.is_free_in_any_child(comp, name) {
                        comp_free.remove(name);
                    }
                    if scope == NameScope::Free && !is_class {
                        self.table.scope_mut(id).symbols.insert(name, flags | only_flags & USE);
                    }
                }
            }
        }
        for name in removed {
            self.table.scope_mut(comp).symbols.shift_remove(&name);
        }
    }

    fn is_free_in_any_child(&self, id: ScopeId, name: NameId) -> bool {
        let children = &self.table.scope(id).children;
        children.iter().any(|&child| NameScope::of(self.table.scope(child).symbol(name)) == NameScope::Free)
    }

    fn drop_class_free(&mut self, id: ScopeId, free: &mut NameSet) {
        let names = self.names;
        let scope = self.table.scope_mut(id);
        if free.remove(names.class) {
            scope.needs_class_closure = true;
        }
        if free.remove(names.classdict) {
            scope.needs_classdict = true;
        }
        if free.remove(names.conditional_annotations) {
            scope.has_conditional_annotations = true;
        }
    }
}

/// Turns locals that inner blocks need into cells, which ends their way outwards.
fn convert_cells(symbols: &Symbols, scopes: &mut Scopes, free: &mut NameSet, inlined_cells: &NameSet) {
    for (&name, scope) in symbols.keys().zip(scopes) {
        if *scope == NameScope::Local && (free.contains(name) || inlined_cells.contains(name)) {
            *scope = NameScope::Cell;
            free.remove(name);
        }
    }
}

fn update_symbols(
    symbols: &mut Symbols,
    scopes: &Scopes,
    bound: Option<&NameSet>,
    free: &NameSet,
    inlined_cells: &NameSet,
    class_like: bool,
) {
    for ((&name, flags), &scope) in symbols.iter_mut().zip(scopes) {
        if inlined_cells.contains(name) {
            *flags |= DEF_COMP_CELL;
        }
        *flags |= (scope as u32) << SCOPE_OFFSET;
    }
    for name in free.iter() {
        if let Some(flags) = symbols.get_mut(&name) {
            // A free variable of a method may have the name of something in the class.
            if class_like {
                *flags |= DEF_FREE_CLASS;
            }
        } else if bound.is_none_or(|bound| bound.contains(name)) {
            symbols.insert(name, (NameScope::Free as u32) << SCOPE_OFFSET);
        }
    }
}
