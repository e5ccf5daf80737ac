//! `cast`: the same address under another pointer type.

use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::dict::Dict;
use taipan_vm::types::object;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::data::{self, CData};
use super::info::{self, StgInfo};
use super::{function, pointer};

fn check_target(vm: &mut Vm, class: Value) -> Result<(), Raised> {
    if info::is_made_by(vm, class, &pointer::METATYPE)? || info::is_made_by(vm, class, &function::METATYPE)? {
        return Ok(());
    }
    let letter = info::info_of(vm, class)?.and_then(|info| StgInfo::type_code(info, vm));
    if matches!(letter, Some(b's' | b'P' | b'z' | b'U' | b'Z' | b'X' | b'O')) {
        return Ok(());
    }
    let name = info::name_of(vm, class);
    Err(vm.raise(Exc::TypeError, format!("cast() argument 2 must be a pointer type, not {name}")))
}

/// An instance of a pointer type with an address, which keeps alive what the source keeps alive, and the source.
pub fn cast(vm: &mut Vm, address: usize, source: Value, class: Value) -> Result<Value, Raised> {
    if !info::is_made_by(vm, class, &super::class::CTYPE_TYPE)? {
        return Err(vm.raise(Exc::TypeError, "cast() argument 2 must be a pointer type"));
    }
    check_target(vm, class)?;
    let made = vm.call(class, &[])?;
    let Some(own) = made.downcast::<CData>(vm) else { return Ok(made) };
    if let Some(source) = source.downcast::<CData>(vm) {
        data::container(vm, source)?;
        if source.get(vm).objects.is_some_and(Value::is_none) {
            let objects = Dict::new(vm)?;
            // A single object kept so far keeps its place.
            source.get_mut(vm).objects = Some(objects.value());
        }
        let CData { objects, hidden, .. } = *source.get(vm);
        let target = own.get_mut(vm);
        (target.objects, target.hidden) = (objects, hidden);
        if let Some(objects) = objects.and_then(|objects| objects.exact::<Dict>()) {
            let key = object::id(vm, source.value())?;
            Dict::set(objects, vm, key, source.value())?;
        }
    }
    data::set_pointer(vm, own, address);
    Ok(made)
}
