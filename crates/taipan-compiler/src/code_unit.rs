//! What code generation knows of a code unit besides its instructions.

use std::collections::HashMap;

use crate::name_table::NameTable;

/// The name tables and counts of one code unit (`_PyCompile_CodeUnitMetadata`).
#[derive(Clone, Debug, Default)]
pub struct CodeUnitMetadata {
    pub name: String,
    /// `name` is used where this is `None`.
    pub qualname: Option<String>,
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
    pub fast_hidden: HashMap<Box<str>, bool>,
    /// Positional-or-keyword parameters, positional-only ones *not* included.
    pub argcount: u32,
    pub posonlyargcount: u32,
    pub kwonlyargcount: u32,
    pub firstlineno: i32,
}
