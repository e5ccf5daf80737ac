//! `ConstantPool`: the objects that the code objects of one compilation have in common. Never visible to Python.
//!
//! `Sharing` tells which constants are one object; here they lie once they were made. Each code object and each executable
//! of the compilation has the pool. Tuples of names and constants, and tables, are objects only when somebody asks for
//! them: the pool then finds the one that was made before.

use std::ptr::NonNull;
use std::sync::Arc;

use taipan_bytecode::code::Constant;
use taipan_bytecode::code::sharing::{INTERNED, Shared, Sharing};
use taipan_heap::Header;

use super::Code;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::raise::Raised;
use crate::spec::TypeSpec;
use crate::types::Builtin;
use crate::types::array::ValueArray;
use crate::types::bytes::Bytes;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::set::Set;
use crate::types::slice::Slice;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// What the code objects of a compilation share.
    pub struct ConstantPool = Builtin::ConstantPool {
        sharing: Arc<Sharing>,
        /// The objects made so far, by their slots.
        slots: Option<Gc<ValueArray>>,
        /// Tuples and tables that were asked for: lists of those with the same print.
        tables: Option<Gc<Dict>>,
    }
}

pub static TYPE: TypeSpec =
    TypeSpec { name: "constant_pool", layout: Some(<ConstantPool as HeapObject>::native), ..TypeSpec::DEFAULT };

/// Frees what a dead pool owns.
///
/// # Safety
/// As `taipan_heap::Release`; the object is a pool.
unsafe fn release(object: NonNull<Header>) -> usize {
    // SAFETY: by contract; nobody looks at the word again.
    unsafe { std::ptr::drop_in_place(&raw mut (*object.as_ptr().cast::<ConstantPool>()).sharing) };
    0
}

impl ConstantPool {
    /// An empty pool.
    pub fn new(vm: &mut Vm, sharing: Arc<Sharing>) -> Result<Gc<ConstantPool>, Raised> {
        let pool = ConstantPool { header: HeaderWord::NEW, sharing, slots: None, tables: None };
        let pool = vm.new_exact(pool)?;
        vm.heap_mut().own(pool.header(), release);
        Ok(pool)
    }

    fn slot(&self, vm: &Vm, slot: u32) -> Option<Value> {
        self.slots?.get(vm).slots().get(slot as usize).copied().flatten()
    }

    /// Puts the object of a constant into its slot; gives the object to use, which is the one of a table that was asked for
    /// if there is an equal one.
    fn fill(this: Gc<ConstantPool>, vm: &mut Vm, slot: u32, constant: &Constant, made: Value) -> Result<Value, Raised> {
        let mut value = made;
        if let Some(tables) = this.get(vm).tables
            && let Some(known) = known_table(vm, tables, constant.print(), made)?
        {
            value = known;
        }
        let slots = match this.get(vm).slots {
            Some(slots) if (slot as usize) < slots.get(vm).len() => slots,
            old => {
                let len = (slot as usize + 1).next_power_of_two().max(4);
                let slots = match old {
                    Some(old) => ValueArray::copy_of(vm, old, 0, old.get(vm).len(), len)?,
                    None => ValueArray::new(vm, len)?,
                };
                this.get_mut(vm).slots = Some(slots);
                slots
            }
        };
        ValueArray::put(slots, vm, slot as usize, Some(value));
        Ok(value)
    }

    /// The object that stands for a tuple of names or constants, or for a table: an equal one that was met before, or this
    /// one from now on.
    pub fn merged(this: Gc<ConstantPool>, vm: &mut Vm, print: u32, table: Value) -> Result<Value, Raised> {
        if !this.get(vm).sharing.merges_tables() {
            return Ok(table);
        }
        if let Some(slots) = this.get(vm).slots {
            let known = slots.get(vm).slots().iter().copied().flatten().find(|known| is_same_table(vm, *known, table));
            if let Some(known) = known {
                return Ok(known);
            }
        }
        let tables = match this.get(vm).tables {
            Some(tables) => tables,
            None => {
                let tables = Dict::new(vm)?;
                this.get_mut(vm).tables = Some(tables);
                tables
            }
        };
        if let Some(known) = known_table(vm, tables, print, table)? {
            return Ok(known);
        }
        let key = Value::int(print as usize);
        let same_print = match Dict::get_item(tables, vm, key)?.and_then(|list| list.exact::<List>()) {
            Some(list) => list,
            None => {
                let list = List::new(vm)?;
                Dict::set(tables, vm, key, list.value())?;
                list
            }
        };
        List::push(same_print, vm, table)?;
        Ok(table)
    }
}

fn known_table(vm: &mut Vm, tables: Gc<Dict>, print: u32, table: Value) -> Result<Option<Value>, Raised> {
    let Some(list) = Dict::get_item(tables, vm, Value::int(print as usize))?.and_then(|list| list.exact::<List>())
    else {
        return Ok(None);
    };
    let known = (0..list.get(vm).len()).filter_map(|i| list.get(vm).get_at(vm, i));
    Ok({ known }.find(|known| is_same_table(vm, *known, table)))
}

/// Whether both are tuples of the same objects, or equal bytes.
fn is_same_table(vm: &Vm, a: Value, b: Value) -> bool {
    if let (Some(a), Some(b)) = (a.exact::<Tuple>(), b.exact::<Tuple>()) {
        return a.get(vm).items() == b.get(vm).items();
    }
    match (a.exact::<Bytes>(), b.exact::<Bytes>()) {
        (Some(a), Some(b)) => a.get(vm).bytes() == b.get(vm).bytes(),
        _ => false,
    }
}

/// Makes objects of the constants of one code object, in order.
pub struct Maker<'a> {
    pool: Option<Gc<ConstantPool>>,
    /// The shared ones that are still to come.
    shared: &'a [Shared],
    /// How many constants came before.
    place: u32,
}

impl<'a> Maker<'a> {
    /// For code that shares nothing.
    pub fn alone() -> Maker<'static> {
        Maker { pool: None, shared: &[], place: 0 }
    }

    /// For the code object of that number; `sharing` is that of the pool.
    pub fn new(pool: Option<Gc<ConstantPool>>, sharing: Option<&'a Sharing>, number: u32) -> Maker<'a> {
        Maker { pool, shared: sharing.map_or(&[], |sharing| sharing.of_code(number)), place: 0 }
    }

    /// Goes past a constant.
    pub fn skip(&mut self, constant: &Constant) {
        if self.shared.is_empty() {
            return;
        }
        self.place += constant.places();
        while let Some((first, rest)) = self.shared.split_first()
            && first.place < self.place
        {
            self.shared = rest;
        }
    }

    /// The object of a constant.
    pub fn make(&mut self, vm: &mut Vm, constant: &Constant) -> Result<Value, Raised> {
        if let Some((first, rest)) = self.shared.split_first()
            && first.place == self.place
            && let Some(pool) = self.pool
        {
            let slot = first.slot;
            if slot != INTERNED
                && let Some(known) = pool.get(vm).slot(vm, slot)
            {
                self.skip(constant);
                return Ok(known);
            }
            self.shared = rest;
            self.place += 1;
            let made = self.make_new(vm, constant)?;
            return match made.exact::<Str>() {
                Some(text) if slot == INTERNED => Ok(Str::interned(text, vm).value()),
                _ if slot == INTERNED => Ok(made),
                _ => ConstantPool::fill(pool, vm, slot, constant, made),
            };
        }
        self.place += 1;
        self.make_new(vm, constant)
    }

    /// A new object. Strs that look like names are interned, as CPython's compiler does.
    fn make_new(&mut self, vm: &mut Vm, constant: &Constant) -> Result<Value, Raised> {
        Ok(match constant {
            Constant::None => Value::NONE,
            Constant::True => Value::TRUE,
            Constant::False => Value::FALSE,
            Constant::Ellipsis => Value::ELLIPSIS,
            Constant::Int(i) => match i64::try_from(i) {
                Ok(i) => vm.new_int(i)?,
                Err(_) => vm.new_big_int(i)?,
            },
            Constant::Float(f) if f.is_nan() => vm.new_boxed_float(*f)?,
            Constant::Float(f) => vm.new_float(*f)?,
            Constant::Complex(real, imag) => vm.complex_constant(*real, *imag)?,
            Constant::Str(text) => {
                let name_like = taipan_bytecode::code::sharing::is_name_like(text);
                let text = Str::from_wtf8(vm, text)?;
                if name_like { Str::interned(text, vm).value() } else { text.value() }
            }
            Constant::Bytes(bytes) => Bytes::new(vm, bytes)?.value(),
            Constant::Tuple(items) if items.is_empty() => Tuple::empty(vm)?.value(),
            Constant::Tuple(items) => self.make_tuple(vm, items)?.value(),
            Constant::FrozenSet(items) => {
                let items = self.make_tuple(vm, items)?;
                let set = Set::new_frozen(vm)?;
                for i in 0..items.get(vm).len() {
                    let item = items.get(vm).at(i);
                    Set::add(set, vm, item)?;
                }
                set.value()
            }
            Constant::Slice(parts) => {
                let mut values = [Value::NONE; 3];
                for (value, part) in values.iter_mut().zip(parts.iter()) {
                    *value = self.make(vm, part)?;
                }
                Slice::new(vm, values[0], values[1], values[2])?.value()
            }
            Constant::Code(code) => Code::new_in(vm, code.clone(), self.pool)?.value(),
        })
    }

    fn make_tuple(&mut self, vm: &mut Vm, items: &[Constant]) -> Result<Gc<Tuple>, Raised> {
        // Constants are nested as deep as the compiler nested them; marshal bounds what comes from files.
        vm.check_native_stack()?;
        let tuple = Tuple::new_uninit(vm, Builtin::Tuple as u32, items.len())?;
        for (i, item) in items.iter().enumerate() {
            let value = self.make(vm, item)?;
            tuple.get_mut(vm).items_mut()[i] = value;
        }
        Ok(tuple)
    }
}

/// What the pool's compilation shares.
pub fn sharing_of(vm: &Vm, pool: Option<Gc<ConstantPool>>) -> Option<Arc<Sharing>> {
    pool.map(|pool| pool.get(vm).sharing.clone())
}
