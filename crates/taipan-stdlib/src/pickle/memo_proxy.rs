//! The attribute `memo` of picklers and unpicklers: an object that can be copied, cleared and assigned.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::slots::Slots;
use taipan_vm::spec::{BASETYPE, MethodDef, NO_NEW, TypeSpec, method};
use taipan_vm::types::Builtin;
use taipan_vm::types::dict::Dict;
use taipan_vm::types::object;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::class_of_spec;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::memo;
use super::pickler::Pickler;
use super::unpickler::Unpickler;

heap_object! {
    /// The memo of a pickler.
    pub struct PicklerMemoProxy {
        pickler: Gc<Pickler>,
    }
}

heap_object! {
    /// The memo of an unpickler.
    pub struct UnpicklerMemoProxy {
        unpickler: Gc<Unpickler>,
    }
}

/// `Pickler.memo`.
pub fn of_pickler(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let pickler = this.expect(vm);
    let shape = class_of_spec(vm, &PICKLER_PROXY)?.get(vm).root_shape;
    Ok(vm.new_object(shape, PicklerMemoProxy { header: HeaderWord::NEW, pickler })?.value())
}

/// Sets `Pickler.memo` to a copy of another pickler's, or to what a dict says.
pub fn set_of_pickler(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let this: Gc<Pickler> = this.expect(vm);
    let Some(value) = value else {
        return Err(vm.raise(Exc::TypeError, "attribute deletion is not supported"));
    };
    let proxy = class_of_spec(vm, &PICKLER_PROXY)?;
    // A second pickler takes the entries in, so that nothing is changed by a dict that is found wanting.
    let fresh = Pickler::new(vm)?;
    if vm.type_of(value) == proxy {
        let from = value.expect::<PicklerMemoProxy>(vm).get(vm).pickler;
        let mut at = 0;
        while let Some((key, number)) = memo::entry(vm, from, at) {
            memo::set(vm, fresh, key, number)?;
            at += 1;
        }
    } else if let Some(dict) = value.downcast::<Dict>(vm) {
        let mut at = 0;
        while let Some((number, entry)) = dict.get(vm).next_entry(vm, at) {
            at = number + 1;
            let Some(pair) = entry.value.downcast::<Tuple>(vm).filter(|pair| pair.get(vm).len() == 2) else {
                return Err(vm.raise(Exc::TypeError, "'memo' values must be 2-item tuples"));
            };
            let (number, key) = (pair.get(vm).at(0), pair.get(vm).at(1));
            let number = vm.index_isize(number)?;
            memo::set(vm, fresh, key, number as i64)?;
        }
    } else {
        let got = vm.type_name(value);
        let message = format!("'memo' attribute must be a PicklerMemoProxy object or dict, not {got}");
        return Err(vm.raise(Exc::TypeError, message));
    }
    let Pickler { keys, table, numbers, .. } = *fresh.get(vm);
    let state = this.get_mut(vm);
    (state.keys, state.table, state.numbers) = (keys, table, numbers);
    Ok(())
}

fn clear_pickler(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let pickler = args.receiver::<PicklerMemoProxy>(vm).get(vm).pickler;
    memo::clear(vm, pickler)?;
    Ok(Value::NONE)
}

fn copy_pickler(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let pickler = args.receiver::<PicklerMemoProxy>(vm).get(vm).pickler;
    let copy = Dict::new(vm)?;
    let mut at = 0;
    while let Some((key, number)) = memo::entry(vm, pickler, at) {
        let (id, number) = (object::id(vm, key)?, vm.new_int(number)?);
        let pair = Tuple::from_values(vm, &[number, key])?;
        Dict::set(copy, vm, id, pair.value())?;
        at += 1;
    }
    Ok(copy.value())
}

/// `(dict, (copy,))`.
fn reduced(vm: &mut Vm, copy: Value) -> Result<Value, Raised> {
    let arguments = Tuple::from_values(vm, &[copy])?.value();
    let class = vm.class(Builtin::Dict).value();
    Ok(Tuple::from_values(vm, &[class, arguments])?.value())
}

fn reduce_pickler(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let copy = copy_pickler(vm, args)?;
    reduced(vm, copy)
}

const PICKLER_METHODS: &[MethodDef] = &[
    method("clear($self, /)", clear_pickler, "Remove all items from memo."),
    method("copy($self, /)", copy_pickler, "Copy the memo to a new object."),
    method("__reduce__($self, /)", reduce_pickler, "Implement pickle support."),
];

/// The class `PicklerMemoProxy`.
pub static PICKLER_PROXY: TypeSpec = TypeSpec {
    name: "PicklerMemoProxy",
    module: "_pickle",
    layout: Some(<PicklerMemoProxy as HeapObject>::native),
    slots: Slots { hash: Some(object::hash_not_implemented), ..Slots::DEFAULT },
    methods: PICKLER_METHODS,
    flags: BASETYPE | NO_NEW,
    ..TypeSpec::DEFAULT
};

/// `Unpickler.memo`.
pub fn of_unpickler(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let unpickler = this.expect(vm);
    let shape = class_of_spec(vm, &UNPICKLER_PROXY)?.get(vm).root_shape;
    Ok(vm.new_object(shape, UnpicklerMemoProxy { header: HeaderWord::NEW, unpickler })?.value())
}

/// Sets `Unpickler.memo` to a copy of another unpickler's, or to what a dict says.
pub fn set_of_unpickler(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let this: Gc<Unpickler> = this.expect(vm);
    let Some(value) = value else {
        return Err(vm.raise(Exc::TypeError, "attribute deletion is not supported"));
    };
    let proxy = class_of_spec(vm, &UNPICKLER_PROXY)?;
    let contents = if vm.type_of(value) == proxy {
        let from = value.expect::<UnpicklerMemoProxy>(vm).get(vm).unpickler;
        Unpickler::memo_dict(from, vm)?
    } else if let Some(dict) = value.downcast::<Dict>(vm) {
        let mut at = 0;
        while let Some((number, entry)) = dict.get(vm).next_entry(vm, at) {
            at = number + 1;
            if !vm.is_int(entry.key) {
                return Err(vm.raise(Exc::TypeError, "memo key must be integers"));
            }
            if vm.index_isize(entry.key)? < 0 {
                return Err(vm.raise(Exc::ValueError, "memo key must be positive integers."));
            }
        }
        dict
    } else {
        let got = vm.type_name(value);
        let message = format!("'memo' attribute must be an UnpicklerMemoProxy object or dict, not {got}");
        return Err(vm.raise(Exc::TypeError, message));
    };
    Unpickler::clear_memo(this, vm);
    let mut at = 0;
    while let Some((number, entry)) = contents.get(vm).next_entry(vm, at) {
        at = number + 1;
        let index = vm.index_isize(entry.key)?;
        Unpickler::memo_put(this, vm, index as usize, entry.value)?;
    }
    Ok(())
}

fn clear_unpickler(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let unpickler = args.receiver::<UnpicklerMemoProxy>(vm).get(vm).unpickler;
    Unpickler::clear_memo(unpickler, vm);
    Ok(Value::NONE)
}

fn copy_unpickler(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let unpickler = args.receiver::<UnpicklerMemoProxy>(vm).get(vm).unpickler;
    Ok(Unpickler::memo_dict(unpickler, vm)?.value())
}

fn reduce_unpickler(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let copy = copy_unpickler(vm, args)?;
    reduced(vm, copy)
}

const UNPICKLER_METHODS: &[MethodDef] = &[
    method("clear($self, /)", clear_unpickler, "Remove all items from memo."),
    method("copy($self, /)", copy_unpickler, "Copy the memo to a new object."),
    method("__reduce__($self, /)", reduce_unpickler, "Implement pickling support."),
];

/// The class `UnpicklerMemoProxy`.
pub static UNPICKLER_PROXY: TypeSpec = TypeSpec {
    name: "UnpicklerMemoProxy",
    module: "_pickle",
    layout: Some(<UnpicklerMemoProxy as HeapObject>::native),
    slots: Slots { hash: Some(object::hash_not_implemented), ..Slots::DEFAULT },
    methods: UNPICKLER_METHODS,
    flags: BASETYPE | NO_NEW,
    ..TypeSpec::DEFAULT
};
