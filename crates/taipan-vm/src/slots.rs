//! `Slots`: the native behaviours of a type, one function pointer per special method family (CPython's type slots).
//!
//! A class made from Python gets trampolines for the special methods it defines; `types::type_::slotdefs` keeps the
//! table between names and slots.

use crate::args::Args;
use crate::gc::Gc;
use crate::raise::Raised;
use crate::types::str::Str;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

pub type Unary = fn(&mut Vm, Value) -> Result<Value, Raised>;
pub type Binary = fn(&mut Vm, Value, Value) -> Result<Value, Raised>;
pub type Ternary = fn(&mut Vm, Value, Value, Value) -> Result<Value, Raised>;
pub type Length = fn(&mut Vm, Value) -> Result<usize, Raised>;
pub type Inquiry = fn(&mut Vm, Value) -> Result<bool, Raised>;
pub type Hash = fn(&mut Vm, Value) -> Result<i64, Raised>;
pub type RichCompare = fn(&mut Vm, Value, Value, Comparison) -> Result<Value, Raised>;
pub type GetAttr = fn(&mut Vm, Value, Gc<Str>) -> Result<Value, Raised>;
/// `None` deletes.
pub type SetAttr = fn(&mut Vm, Value, Gc<Str>, Option<Value>) -> Result<(), Raised>;
/// `(descriptor, instance, owner)`.
pub type DescrGet = fn(&mut Vm, Value, Option<Value>, Option<Value>) -> Result<Value, Raised>;
/// `None` deletes.
pub type DescrSet = fn(&mut Vm, Value, Value, Option<Value>) -> Result<(), Raised>;
pub type Call = fn(&mut Vm, Value, Args<'_>) -> Result<Value, Raised>;
pub type New = fn(&mut Vm, Gc<Type>, Args<'_>) -> Result<Value, Raised>;
pub type Init = fn(&mut Vm, Value, Args<'_>) -> Result<(), Raised>;
/// `None`: exhausted.
pub type Next = fn(&mut Vm, Value) -> Result<Option<Value>, Raised>;
/// `None` deletes.
pub type SetItem = fn(&mut Vm, Value, Value, Option<Value>) -> Result<(), Raised>;
pub type Contains = fn(&mut Vm, Value, Value) -> Result<bool, Raised>;
/// Index already made non-negative when negative was given and the length is known.
pub type Item = fn(&mut Vm, Value, isize) -> Result<Value, Raised>;
pub type Repeat = fn(&mut Vm, Value, isize) -> Result<Value, Raised>;
pub type GetBuffer = fn(&mut Vm, Value, crate::buffer::BufferRequest) -> Result<crate::buffer::Buffer, Raised>;
pub type ReleaseBuffer = fn(&mut Vm, Value);

/// The six rich comparisons, in CPython's order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Comparison {
    Lt,
    Le,
    Eq,
    Ne,
    Gt,
    Ge,
}

impl Comparison {
    /// The comparison with its operands exchanged.
    pub const fn swapped(self) -> Comparison {
        match self {
            Comparison::Lt => Comparison::Gt,
            Comparison::Le => Comparison::Ge,
            Comparison::Gt => Comparison::Lt,
            Comparison::Ge => Comparison::Le,
            same => same,
        }
    }

    /// Whether an ordering satisfies the comparison.
    pub const fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Comparison::Lt => ordering.is_lt(),
            Comparison::Le => ordering.is_le(),
            Comparison::Eq => ordering.is_eq(),
            Comparison::Ne => ordering.is_ne(),
            Comparison::Gt => ordering.is_gt(),
            Comparison::Ge => ordering.is_ge(),
        }
    }

    /// The operator's text.
    pub const fn symbol(self) -> &'static str {
        match self {
            Comparison::Lt => "<",
            Comparison::Le => "<=",
            Comparison::Eq => "==",
            Comparison::Ne => "!=",
            Comparison::Gt => ">",
            Comparison::Ge => ">=",
        }
    }
}

macro_rules! slots {
    ($($(#[$meta:meta])* $name:ident: $ty:ty,)*) => {
        /// The native behaviours of a type.
        #[derive(Clone, Copy)]
        #[repr(C)]
        pub struct Slots { $($(#[$meta])* pub $name: Option<$ty>,)* }

        impl Slots {
            /// No behaviour of its own.
            pub const DEFAULT: Slots = Slots { $($name: None,)* };

            /// Fills the empty slots from a base.
            pub fn inherit(&mut self, base: &Slots) {
                $(if self.$name.is_none() { self.$name = base.$name; })*
            }
        }
    };
}

slots! {
    repr: Unary,
    str: Unary,
    hash: Hash,
    call: Call,
    getattro: GetAttr,
    setattro: SetAttr,
    richcompare: RichCompare,
    iter: Unary,
    next: Next,
    descr_get: DescrGet,
    descr_set: DescrSet,
    init: Init,
    new: New,
    del: Unary,
    await_: Unary,
    aiter: Unary,
    anext: Unary,
    // number
    add: Binary, sub: Binary, mul: Binary, rem: Binary, divmod: Binary, pow: Ternary,
    neg: Unary, pos: Unary, abs: Unary, bool: Inquiry, invert: Unary,
    lshift: Binary, rshift: Binary, and: Binary, xor: Binary, or: Binary,
    int: Unary, float: Unary,
    iadd: Binary, isub: Binary, imul: Binary, irem: Binary, ipow: Ternary,
    ilshift: Binary, irshift: Binary, iand: Binary, ixor: Binary, ior: Binary,
    floordiv: Binary, truediv: Binary, ifloordiv: Binary, itruediv: Binary,
    index: Unary, matmul: Binary, imatmul: Binary,
    // mapping and sequence
    len: Length,
    subscript: Binary,
    set_item: SetItem,
    contains: Contains,
    concat: Binary,
    repeat: Repeat,
    iconcat: Binary,
    irepeat: Repeat,
    // buffer
    get_buffer: GetBuffer,
    release_buffer: ReleaseBuffer,
}
