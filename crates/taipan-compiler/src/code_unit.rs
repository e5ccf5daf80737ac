//! What code generation knows of a code unit besides its instructions.

use taipan_bytecode::Wtf8Buf;

use crate::name_table::NameTable;
use crate::symtable::NameId;

/// The name tables and counts of one code unit (`_PyCompile_CodeUnitMetadata`).
#[derive(Clone, Debug, Default)]
pub struct CodeUnitMetadata {
    pub name: Wtf8Buf,
    pub qualname: Wtf8Buf,
    /// `co_names`.
    pub names: NameTable,
    /// Parameters first (positional-only, positional or keyword, keyword-only, `*args`, `**kwargs`), then locals.
    pub varnames: NameTable,
    /// Cells, in the order of their numbers; those that are also in `varnames` share that slot.
    pub cellvars: NameTable,
    /// Free variables, numbered from 0 here; in arguments of `*_DEREF` and `LOAD_CLOSURE` the free variable `i` has
    /// the number `cellvars.len() + i`.
    pub freevars: NameTable,
    /// Names that are or were fast locals only because a comprehension was inlined; the value says whether that holds
    /// right now, which matters to code generation alone.
    pub fast_hidden: Vec<(NameId, bool)>,
    /// Positional-or-keyword parameters, positional-only ones *not* included.
    pub argcount: u32,
    pub posonlyargcount: u32,
    pub kwonlyargcount: u32,
    pub firstlineno: i32,
}

impl CodeUnitMetadata {
    /// Forgets the names of the unit before; their memory stays.
    pub fn clear(&mut self) {
        for names in [&mut self.names, &mut self.varnames, &mut self.cellvars, &mut self.freevars] {
            names.clear();
        }
        self.fast_hidden.clear();
    }

    /// Whether the name is a fast local right now only because a comprehension is inlined.
    pub fn is_hidden_now(&self, name: NameId) -> bool {
        self.fast_hidden.contains(&(name, true))
    }

    /// Whether the name is or was a fast local only because a comprehension was inlined.
    pub fn was_hidden(&self, name: NameId) -> bool {
        self.fast_hidden.iter().any(|(hidden, _)| *hidden == name)
    }

    /// Says whether the name is such a fast local right now; gives what was said before.
    pub fn set_hidden(&mut self, name: NameId, now: bool) -> bool {
        match self.fast_hidden.iter_mut().find(|(hidden, _)| *hidden == name) {
            Some((_, hidden)) => std::mem::replace(hidden, now),
            None => {
                self.fast_hidden.push((name, now));
                false
            }
        }
    }
}
