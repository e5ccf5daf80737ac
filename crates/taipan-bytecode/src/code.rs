//! Code objects and constants as plain Rust data.
//!
//! Invariants: fields mean what the `co_*` attributes of CPython 3.14 mean; `localsplusnames` and
//! `localspluskinds` have equal length. Nothing here proves that `code` is well formed: that is the
//! translator's part.

mod frozen_set;
pub mod sharing;

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use dashu_int::IBig;

use self::sharing::Unit;
use crate::bytes::Bytes;
use crate::wtf8::Wtf8Buf;

/// Flags of a code object (`co_flags`), `inspect.CO_*`.
pub mod co {
    pub const OPTIMIZED: u32 = 0x1;
    pub const NEWLOCALS: u32 = 0x2;
    pub const VARARGS: u32 = 0x4;
    pub const VARKEYWORDS: u32 = 0x8;
    pub const NESTED: u32 = 0x10;
    pub const GENERATOR: u32 = 0x20;
    pub const COROUTINE: u32 = 0x80;
    pub const ITERABLE_COROUTINE: u32 = 0x100;
    pub const ASYNC_GENERATOR: u32 = 0x200;
    pub const FUTURE_DIVISION: u32 = 0x2_0000;
    pub const FUTURE_ABSOLUTE_IMPORT: u32 = 0x4_0000;
    pub const FUTURE_WITH_STATEMENT: u32 = 0x8_0000;
    pub const FUTURE_PRINT_FUNCTION: u32 = 0x10_0000;
    pub const FUTURE_UNICODE_LITERALS: u32 = 0x20_0000;
    pub const FUTURE_BARRY_AS_BDFL: u32 = 0x40_0000;
    pub const FUTURE_GENERATOR_STOP: u32 = 0x80_0000;
    pub const FUTURE_ANNOTATIONS: u32 = 0x100_0000;
    pub const NO_MONITORING_EVENTS: u32 = 0x200_0000;
    pub const HAS_DOCSTRING: u32 = 0x400_0000;
    pub const METHOD: u32 = 0x800_0000;
}

/// Kinds of a `localsplus` slot (bits of `localspluskinds`).
pub mod fast {
    /// A positional parameter.
    pub const ARG_POS: u8 = 0x02;
    /// A parameter that may be given by keyword.
    pub const ARG_KW: u8 = 0x04;
    /// `*args` or `**kwargs`.
    pub const ARG_VAR: u8 = 0x08;
    /// Any of the parameter bits.
    pub const ARG: u8 = ARG_POS | ARG_KW | ARG_VAR;
    /// A comprehension's variable inlined into a scope that does not have it.
    pub const HIDDEN: u8 = 0x10;
    pub const LOCAL: u8 = 0x20;
    pub const CELL: u8 = 0x40;
    pub const FREE: u8 = 0x80;
}

/// A compiled code block: the data behind Python's `code` type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct CodeObject {
    /// Positional parameters, positional-only ones included (`co_argcount`).
    pub argcount: u32,
    pub posonlyargcount: u32,
    pub kwonlyargcount: u32,
    pub stacksize: u32,
    /// Bits of [`co`].
    pub flags: u32,
    /// Instructions as pairs of opcode and argument byte, cache entries included.
    pub code: Bytes,
    pub consts: Box<[Constant]>,
    pub names: Box<[Wtf8Buf]>,
    /// Names of locals, cells and free variables, in frame slot order.
    pub localsplusnames: Box<[Wtf8Buf]>,
    /// Bits of [`fast`] for each slot.
    pub localspluskinds: Bytes,
    pub filename: Wtf8Buf,
    pub name: Wtf8Buf,
    pub qualname: Wtf8Buf,
    pub firstlineno: i32,
    /// Location table (`co_linetable`); see [`crate::line_table`].
    pub linetable: Bytes,
    /// Exception table; see [`crate::exception_table`].
    pub exceptiontable: Bytes,
    /// What it shares with other code objects; no part of its value.
    pub unit: Unit,
}

impl CodeObject {
    fn names_of(&self, bits: u8) -> impl Iterator<Item = &Wtf8Buf> {
        self.localsplusnames
            .iter()
            .zip(&self.localspluskinds)
            .filter(move |&(_, &kind)| kind & bits != 0)
            .map(|(name, _)| name)
    }

    /// Number of local variables, parameters included (`co_nlocals`).
    pub fn nlocals(&self) -> usize {
        self.names_of(fast::LOCAL).count()
    }

    /// Number of cell variables, those that are parameters included.
    pub fn ncells(&self) -> usize {
        self.names_of(fast::CELL).count()
    }

    /// Number of free variables.
    pub fn nfrees(&self) -> usize {
        self.names_of(fast::FREE).count()
    }

    /// Number of frame slots before the operand stack.
    pub fn nlocalsplus(&self) -> usize {
        self.localsplusnames.len()
    }

    /// Names of local variables (`co_varnames`).
    pub fn varnames(&self) -> impl Iterator<Item = &Wtf8Buf> {
        self.names_of(fast::LOCAL)
    }

    /// Names of cell variables (`co_cellvars`).
    pub fn cellvars(&self) -> impl Iterator<Item = &Wtf8Buf> {
        self.names_of(fast::CELL)
    }

    /// Names of free variables (`co_freevars`).
    pub fn freevars(&self) -> impl Iterator<Item = &Wtf8Buf> {
        self.names_of(fast::FREE)
    }

    /// About how many bytes of memory the code and all that lies in it take, the program's own data not counted.
    pub fn owned_bytes(&self) -> usize {
        let names = self.names.iter().chain(&self.localsplusnames).chain([&self.filename, &self.name, &self.qualname]);
        let texts: usize = names.map(|name| size_of::<Wtf8Buf>() + name.owned_bytes()).sum();
        let tables = [&self.code, &self.localspluskinds, &self.linetable, &self.exceptiontable];
        let tables: usize = tables.iter().map(|table| table.owned_bytes()).sum();
        size_of::<Self>() + texts + tables + constants_bytes(&self.consts)
    }

    /// Whether the code, with all that lies in it, nests at most `levels` deep and has no more constants than `budget`, which
    /// it uses up: what lies in two places counts twice.
    pub fn is_within(&self, levels: usize, budget: &mut usize) -> bool {
        are_within(&self.consts, levels, budget)
    }

    /// Number of parameters, `*args` and `**kwargs` included.
    pub fn total_args(&self) -> u32 {
        let variadic = u32::from(self.flags & co::VARARGS != 0) + u32::from(self.flags & co::VARKEYWORDS != 0);
        self.argcount.saturating_add(self.kwonlyargcount).saturating_add(variadic)
    }
}

fn constants_bytes(constants: &[Constant]) -> usize {
    let owned = |constant: &Constant| match constant {
        Constant::Str(text) => text.owned_bytes(),
        Constant::Bytes(bytes) => bytes.owned_bytes(),
        Constant::Tuple(items) | Constant::FrozenSet(items) => constants_bytes(items),
        Constant::Slice(parts) => constants_bytes(&**parts),
        Constant::Code(code) => code.owned_bytes(),
        Constant::Int(value) => dashu_int::ops::BitTest::bit_len(value) / 8,
        _ => 0,
    };
    constants.iter().map(|constant| size_of::<Constant>() + owned(constant)).sum()
}

fn are_within(constants: &[Constant], levels: usize, budget: &mut usize) -> bool {
    let (Some(levels), Some(left)) = (levels.checked_sub(1), budget.checked_sub(constants.len() + 1)) else {
        return false;
    };
    *budget = left;
    constants.iter().all(|constant| match constant {
        Constant::Tuple(items) | Constant::FrozenSet(items) => are_within(items, levels, budget),
        Constant::Slice(parts) => are_within(&**parts, levels, budget),
        Constant::Code(code) => are_within(&code.consts, levels, budget),
        _ => true,
    })
}

/// A constant of a code object.
///
/// Equality is identity of the compiled value: type and bits decide, so `0.0 != -0.0`, `1 != True`, and a
/// NaN equals itself; the members of a frozenset may stand in any order.
#[derive(Clone, Debug)]
pub enum Constant {
    None,
    True,
    False,
    Ellipsis,
    Int(IBig),
    Float(f64),
    Complex(f64, f64),
    Str(Wtf8Buf),
    Bytes(Bytes),
    Tuple(Box<[Constant]>),
    /// Its members in the order in which they come into the set, which the order of iteration depends on.
    FrozenSet(Box<[Constant]>),
    /// start, stop, step
    Slice(Box<[Constant; 3]>),
    Code(Arc<CodeObject>),
}

impl Constant {
    /// The constant of a Rust boolean.
    pub const fn bool(value: bool) -> Constant {
        if value { Constant::True } else { Constant::False }
    }

    /// A string constant of proper text.
    pub fn str(text: &str) -> Constant {
        Constant::Str(text.into())
    }
}

impl PartialEq for Constant {
    fn eq(&self, other: &Self) -> bool {
        use Constant::*;
        match (self, other) {
            (None, None) | (True, True) | (False, False) | (Ellipsis, Ellipsis) => true,
            (Int(a), Int(b)) => a == b,
            (Float(a), Float(b)) => a.to_bits() == b.to_bits(),
            (Complex(a, b), Complex(c, d)) => a.to_bits() == c.to_bits() && b.to_bits() == d.to_bits(),
            (Str(a), Str(b)) => a == b,
            (Bytes(a), Bytes(b)) => a == b,
            (Tuple(a), Tuple(b)) => a == b,
            (FrozenSet(a), FrozenSet(b)) => frozen_set::same_members(a, b),
            (Slice(a), Slice(b)) => a == b,
            (Code(a), Code(b)) => Arc::ptr_eq(a, b) || a == b,
            _ => false,
        }
    }
}

impl Eq for Constant {}

impl Hash for Constant {
    fn hash<H: Hasher>(&self, state: &mut H) {
        use Constant::*;
        std::mem::discriminant(self).hash(state);
        match self {
            None | True | False | Ellipsis => {}
            Int(value) => value.hash(state),
            Float(value) => value.to_bits().hash(state),
            Complex(real, imag) => (real.to_bits(), imag.to_bits()).hash(state),
            Str(text) => text.hash(state),
            Bytes(bytes) => bytes.hash(state),
            Tuple(items) => items.hash(state),
            FrozenSet(items) => frozen_set::hash_of_members(items).hash(state),
            Slice(parts) => parts.hash(state),
            // The rest seldom tells apart what these do not, and costs much for nested code.
            Code(code) => (&code.name, code.firstlineno, code.code.len()).hash(state),
        }
    }
}
