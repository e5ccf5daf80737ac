//! The value of a `Constant` node both ways: which objects are constants, and what a compiler may be given as one.

use taipan_bytecode::Wtf8Buf;
use taipan_syntax::ast::{Constant, Int};

use super::super::Classes;
use super::super::nodes::Kind;
use super::{FieldAt, Item, Reading};
use crate::gc::Gc;
use crate::raise::Raised;
use crate::types::Builtin;
use crate::types::bytes::Bytes;
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

impl<'a> Item<'a> for Constant<'a> {
    fn to_object(&self, vm: &mut Vm, _: &Classes) -> Result<Value, Raised> {
        constant_to_object(vm, self)
    }

    fn from_object(vm: &mut Vm, reading: &Reading<'_, 'a>, object: Value) -> Result<Option<Self>, Raised> {
        constant(vm, reading, object).map(Some)
    }

    fn from_field(vm: &mut Vm, reading: &Reading<'_, 'a>, object: Value, at: FieldAt) -> Result<Option<Self>, Raised> {
        // Of singletons the checks of the tree allow three; any other object is as wrong as this one.
        if at.owner == Kind::MatchSingleton && !object.is_none() && !object.is_bool() {
            return Ok(Some(Constant::Ellipsis));
        }
        constant(vm, reading, object).map(Some)
    }
}

fn constant_to_object(vm: &mut Vm, constant: &Constant<'_>) -> Result<Value, Raised> {
    vm.check_native_stack()?;
    let items = |vm: &mut Vm, items: &[Constant<'_>]| {
        let list = List::with_capacity(vm, items.len())?;
        for item in items {
            let item = constant_to_object(vm, item)?;
            List::push(list, vm, item)?;
        }
        Ok(list)
    };
    Ok(match constant {
        Constant::None => Value::NONE,
        Constant::True => Value::TRUE,
        Constant::False => Value::FALSE,
        // No checked tree has one of another class.
        Constant::Ellipsis | Constant::Invalid(_) => Value::ELLIPSIS,
        Constant::Int(number) => vm.new_big_int(&number.value())?,
        Constant::Float(number) => vm.new_float(*number)?,
        Constant::Complex { real, imag } => vm.complex_constant(*real, *imag)?,
        Constant::Str(text) => Str::from_wtf8(vm, &Wtf8Buf::from_bytes(text.to_vec()).unwrap_or_default())?.value(),
        Constant::Bytes(bytes) => Bytes::new(vm, bytes)?.value(),
        Constant::Tuple(members) => {
            let list = items(vm, members)?;
            List::to_tuple(list, vm)?.value()
        }
        Constant::FrozenSet(members) => {
            let list = items(vm, members)?.value();
            let class = vm.class(Builtin::FrozenSet).value();
            vm.call(class, &[list])?
        }
    })
}

/// The constant an object stands for.
fn constant<'a>(vm: &mut Vm, reading: &Reading<'_, 'a>, object: Value) -> Result<Constant<'a>, Raised> {
    vm.check_native_stack()?;
    if object.is_none() {
        return Ok(Constant::None);
    }
    if object.is_bool() {
        return Ok(if object == Value::TRUE { Constant::True } else { Constant::False });
    }
    if object == Value::ELLIPSIS {
        return Ok(Constant::Ellipsis);
    }
    if vm.is_exact(object, Builtin::Int)
        && let Some(number) = vm.as_big(object)
    {
        return Ok(Constant::Int(Int::new(reading.arena, &number)));
    }
    if vm.is_exact(object, Builtin::Float)
        && let Some(number) = vm.as_float(object)
    {
        return Ok(Constant::Float(number));
    }
    if let Some(text) = object.exact::<Str>() {
        return Ok(Constant::Str(reading.text(text.get(vm).to_wtf8().as_bytes())));
    }
    if let Some(bytes) = object.exact::<Bytes>() {
        return Ok(Constant::Bytes(reading.text(bytes.get(vm).bytes())));
    }
    if let Some(tuple) = object.exact::<Tuple>() {
        return Ok(Constant::Tuple(constants(vm, reading, tuple)?));
    }
    if vm.is_exact(object, Builtin::FrozenSet) {
        let members = vm.tuple_of(object)?;
        return Ok(Constant::FrozenSet(constants(vm, reading, members)?));
    }
    if vm.is_exact(object, Builtin::Complex) {
        let mut parts = [0.0; 2];
        for (part, name) in parts.iter_mut().zip(["real", "imag"]) {
            let value = vm.get_attr_str(object, name)?;
            *part = vm.to_f64(value)?;
        }
        return Ok(Constant::Complex { real: parts[0], imag: parts[1] });
    }
    let class = vm.class_name(object);
    Ok(Constant::Invalid(reading.arena.alloc_str(&class)))
}

fn constants<'a>(vm: &mut Vm, reading: &Reading<'_, 'a>, members: Gc<Tuple>) -> Result<&'a [Constant<'a>], Raised> {
    let mut constants = Vec::new();
    for i in 0..members.get(vm).len() {
        let member = members.get(vm).at(i);
        constants.push(constant(vm, reading, member)?);
    }
    Ok(reading.arena.alloc_slice_fill_iter(constants))
}
