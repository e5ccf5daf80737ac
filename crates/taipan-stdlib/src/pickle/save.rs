//! Writing objects of the built-in types; all others go through their reduction (`reduce`) or name (`global`).
//!
//! An object that is written before its parts is in the memo while they are written, so cycles end there. What is written
//! after its parts (tuples, frozensets, reductions) looks into the memo again: a part may have written it.

use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::Builtin;
use taipan_vm::types::bytes::Bytes;
use taipan_vm::types::dict::Dict;
use taipan_vm::types::list::List;
use taipan_vm::types::object;
use taipan_vm::types::set::Set;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::{Type, class_of_spec};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::opcodes::*;
use super::output::Output;
use super::pickler::Pickler;
use super::{PICKLING_ERROR, memo, tables};

mod atoms;
mod containers;
mod texts;

/// From so deep a nesting on, fast mode looks for cycles.
const FAST_NESTING_LIMIT: usize = 50;

/// A dump under way.
pub struct Saving {
    pub pickler: Gc<Pickler>,
    pub protocol: u8,
    /// The protocol is not 0.
    pub binary: bool,
    /// Nothing is put into the memo.
    pub fast: bool,
    pub fix_imports: bool,
    pub write: Option<Value>,
    pub persistent_id: Option<Value>,
    pub reducer_override: Option<Value>,
    pub dispatch_table: Option<Value>,
    pub buffer_callback: Option<Value>,
    pub fast_nesting: usize,
    /// The containers that fast mode is in, by identity.
    pub fast_memo: Option<Gc<Dict>>,
    /// How many bytes of output the heap's limit was asked about.
    pub checked: usize,
    pub output: Output,
}

impl Saving {
    /// Writes an object.
    pub fn save(&mut self, vm: &mut Vm, object: Value) -> Result<(), Raised> {
        vm.work(1)?;
        self.opcode_boundary(vm)?;
        if let Some(hook) = self.persistent_id
            && self.save_persistent(vm, hook, object)?
        {
            return Ok(());
        }
        self.save_value(vm, object)
    }

    /// Writes an object that is no persistent one.
    fn save_value(&mut self, vm: &mut Vm, object: Value) -> Result<(), Raised> {
        if let Some(i) = object.as_small_int() {
            self.save_small_int(i);
            return Ok(());
        }
        if object.is_none() {
            self.output.byte(NONE);
            return Ok(());
        }
        if object.is_bool() {
            self.save_bool(object == Value::TRUE);
            return Ok(());
        }
        let shape = object.shape_id();
        if object.is_immediate_float() || shape == Builtin::Float as u32 {
            self.save_float(vm.as_float(object).unwrap_or_default());
            return Ok(());
        }
        if shape == Builtin::Int as u32 {
            return self.save_int(vm, object);
        }
        if let Some(number) = memo::get(vm, self.pickler, object)? {
            return self.put_get(vm, number);
        }
        if let Some(text) = object.exact::<Str>() {
            return self.save_str(vm, text);
        }
        if let Some(bytes) = object.exact::<Bytes>() {
            return self.save_bytes(vm, bytes);
        }
        vm.check_native_stack()?;
        if let Some(dict) = object.exact::<Dict>() {
            return self.save_dict(vm, dict, true);
        }
        if let Some(list) = object.exact::<List>() {
            return self.save_list(vm, list, true);
        }
        if let Some(tuple) = object.exact::<Tuple>() {
            return self.save_tuple(vm, tuple);
        }
        if vm.is_exact(object, Builtin::Set)
            && let Some(set) = object.downcast::<Set>(vm)
        {
            return self.save_set(vm, set);
        }
        if vm.is_exact(object, Builtin::FrozenSet) {
            return self.save_frozenset(vm, object);
        }
        if vm.is_exact(object, Builtin::ByteArray) {
            return self.save_bytearray(vm, object);
        }
        let buffer_class = class_of_spec(vm, &crate::pickle_buffer::TYPE)?;
        if vm.type_of(object) == buffer_class {
            return self.save_buffer(vm, object);
        }
        self.save_other(vm, object)
    }

    /// Between two opcodes: a full frame ends, and goes to the file.
    #[inline]
    fn opcode_boundary(&mut self, vm: &mut Vm) -> Result<(), Raised> {
        if self.output.frame_is_full() {
            self.output.commit_frame();
            if let Some(write) = self.write {
                self.flush(vm, write)?;
            }
        }
        if self.output.len() > self.checked {
            vm.check_native_bytes(self.output.len())?;
            self.checked = self.output.len() * 2;
        }
        Ok(())
    }

    fn flush(&mut self, vm: &mut Vm, write: Value) -> Result<(), Raised> {
        let bytes = self.output.take();
        let bytes = vm.new_bytes(&bytes)?;
        vm.call(write, &[bytes]).map(drop)
    }

    // ---- the memo ----

    /// Gives an object the next number of the memo.
    pub fn memoize(&mut self, vm: &mut Vm, object: Value) -> Result<(), Raised> {
        if self.fast {
            return Ok(());
        }
        let number = memo::put(vm, self.pickler, object)?;
        if self.protocol >= 4 {
            self.output.byte(MEMOIZE);
        } else if !self.binary {
            self.output.put(format!("{}{number}\n", PUT as char).as_bytes());
        } else {
            match (u8::try_from(number), u32::try_from(number)) {
                (Ok(number), _) => self.output.put(&[BINPUT, number]),
                (_, Ok(number)) => self.put_u32(LONG_BINPUT, number),
                _ => return Err(PICKLING_ERROR.raise(vm, "memo id too large for LONG_BINPUT")),
            }
        }
        Ok(())
    }

    /// Writes the reference to an object with a number of the memo.
    pub fn put_get(&mut self, vm: &mut Vm, number: i64) -> Result<(), Raised> {
        if !self.binary {
            self.output.put(format!("{}{number}\n", GET as char).as_bytes());
            return Ok(());
        }
        match (number, u32::try_from(number)) {
            (..256, _) => self.output.put(&[BINGET, number as u8]),
            (_, Ok(number)) => self.put_u32(LONG_BINGET, number),
            _ => return Err(PICKLING_ERROR.raise(vm, "memo id too large for LONG_BINGET")),
        }
        Ok(())
    }

    fn put_u32(&mut self, opcode: u8, number: u32) {
        let [a, b, c, d] = number.to_le_bytes();
        self.output.put(&[opcode, a, b, c, d]);
    }

    // ---- fast mode ----

    /// Fast mode puts nothing into the memo: deep nesting is watched for containers in themselves.
    fn enter_fast(&mut self, vm: &mut Vm, object: Value) -> Result<(), Raised> {
        if !self.fast {
            return Ok(());
        }
        self.fast_nesting += 1;
        if self.fast_nesting < FAST_NESTING_LIMIT {
            return Ok(());
        }
        let seen = match self.fast_memo {
            Some(seen) => seen,
            None => {
                let seen = Dict::new(vm)?;
                self.fast_memo = Some(seen);
                seen
            }
        };
        let key = object::id(vm, object)?;
        if Dict::get_item(seen, vm, key)?.is_some() {
            let class = vm.type_of(object);
            let (name, id) = (Type::full_name(class, vm), object::id_number(vm, object));
            let message = format!("fast mode: can't pickle cyclic objects including object type {name} at {id:#x}");
            return Err(vm.raise(Exc::ValueError, message));
        }
        Dict::set(seen, vm, key, Value::NONE)
    }

    fn leave_fast(&mut self, vm: &mut Vm, object: Value) -> Result<(), Raised> {
        if !self.fast {
            return Ok(());
        }
        if self.fast_nesting >= FAST_NESTING_LIMIT
            && let Some(seen) = self.fast_memo
        {
            let key = object::id(vm, object)?;
            Dict::remove(seen, vm, key)?;
        }
        self.fast_nesting -= 1;
        Ok(())
    }

    // ---- hooks ----

    /// Writes an object by its persistent identity; false when it has none.
    fn save_persistent(&mut self, vm: &mut Vm, hook: Value, object: Value) -> Result<bool, Raised> {
        let id = vm.call(hook, &[object])?;
        if id.is_none() {
            return Ok(false);
        }
        if self.binary {
            self.opcode_boundary(vm)?;
            self.save_value(vm, id)?;
            self.output.byte(BINPERSID);
            return Ok(true);
        }
        let text = vm.str(id)?;
        let line = text.downcast::<Str>(vm).and_then(|text| text.get(vm).as_ascii().map(str::to_owned));
        let Some(line) = line else {
            return Err(PICKLING_ERROR.raise(vm, "persistent IDs in protocol 0 must be ASCII strings"));
        };
        self.output.byte(PERSID);
        self.output.put(line.as_bytes());
        self.output.byte(b'\n');
        Ok(true)
    }

    /// Writes what is no instance of a type with opcodes of its own.
    fn save_other(&mut self, vm: &mut Vm, object: Value) -> Result<(), Raised> {
        if let Some(hook) = self.reducer_override {
            let reduction = vm.call(hook, &[object])?;
            if !reduction.is_not_implemented() {
                return self.save_reduced(vm, reduction, object);
            }
        }
        let class = vm.type_of(object);
        if class == vm.class(Builtin::Type) {
            return self.save_type(vm, object);
        }
        if vm.is_exact(object, Builtin::Function) {
            return self.save_global(vm, object, None);
        }
        let reducer = match self.dispatch_table {
            None => {
                let table = tables::DISPATCH.get(vm)?;
                Dict::get_item(table, vm, class.value())?
            }
            Some(table) => vm.mapping_get(table, class.value())?,
        };
        if let Some(reducer) = reducer {
            let reduction = vm.call(reducer, &[object])?;
            return self.save_reduced(vm, reduction, object);
        }
        let metaclass = vm.class(Builtin::Type);
        if Type::is_subtype(class, vm, metaclass) {
            return self.save_global(vm, object, None);
        }
        let reduction = self.reduce(vm, object)?;
        self.save_reduced(vm, reduction, object)
    }
}
