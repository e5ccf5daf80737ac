//! `__annotations__`, `__annotate__` and `__type_params__` of classes (PEP 649, PEP 749, PEP 695).
//!
//! What is assigned lies in the class's dict under the name itself, what was computed under `__annotations_cache__`; a new
//! `__annotate__` takes both away.

use super::methods::{immutable, settable, this_class};
use crate::gc::Gc;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::types::dict::Dict;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::type_::{Type, attributes};
use crate::value::Value;
use crate::vm::Vm;

/// The names under which a class's dict may keep annotations: assigned ones, computed ones.
fn annotation_keys(vm: &mut Vm) -> (Gc<Str>, Gc<Str>) {
    (vm.name(name::ANNOTATIONS), vm.name(name::ANNOTATIONS_CACHE))
}

pub(super) fn get_annotations(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let class = this_class(vm, this)?;
    if !class.get(vm).is_heap_type() {
        let (key, name) = (vm.name(name::ANNOTATIONS), Type::name(class, vm));
        let message = format!("type object '{name}' has no attribute '__annotations__'");
        return Err(crate::types::exceptions::raise_attribute_error(vm, &message, this, key));
    }
    let (plain, cache) = annotation_keys(vm);
    let dict = class.get(vm).dict;
    for key in [plain, cache] {
        if let Some(found) = Dict::get_str(dict, vm, key) {
            return match vm.slots(found).descr_get {
                Some(get) => get(vm, found, None, Some(this)),
                None => Ok(found),
            };
        }
    }
    let annotate = get_annotate(vm, this)?;
    let annotations = if vm.is_callable(annotate) {
        let result = vm.call(annotate, &[Value::int(1)])?;
        if result.downcast::<Dict>(vm).is_none() {
            let got = vm.type_name(result);
            return Err(vm.raise(Exc::TypeError, format!("__annotate__ returned non-dict of type '{got}'")));
        }
        result
    } else {
        Dict::new(vm)?.value()
    };
    attributes::set(vm, class, cache, Some(annotations))?;
    Ok(annotations)
}

pub(super) fn set_annotations(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let class = this_class(vm, this)?;
    immutable(vm, class, "__annotations__")?;
    let (plain, cache) = annotation_keys(vm);
    let dict = class.get(vm).dict;
    let has_plain = Dict::get_str(dict, vm, plain).is_some();
    let key = if has_plain { plain } else { cache };
    if value.is_none() && Dict::get_str(dict, vm, key).is_none() {
        return Err(vm.raise(Exc::AttributeError, "__annotations__"));
    }
    attributes::set(vm, class, key, value)?;
    if has_plain {
        attributes::set(vm, class, cache, None)?;
    }
    for atom in [name::ANNOTATE_FUNC, name::ANNOTATE] {
        let key = vm.name(atom);
        attributes::set(vm, class, key, None)?;
    }
    Ok(())
}

pub(super) fn get_annotate(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let class = this_class(vm, this)?;
    if !class.get(vm).is_heap_type() {
        let (key, name) = (vm.name(name::ANNOTATE), Type::name(class, vm));
        let message = format!("type object '{name}' has no attribute '__annotate__'");
        return Err(crate::types::exceptions::raise_attribute_error(vm, &message, this, key));
    }
    let dict = class.get(vm).dict;
    // What the class body defines by name comes before what the compiler makes of its annotations.
    for atom in [name::ANNOTATE, name::ANNOTATE_FUNC] {
        let key = vm.name(atom);
        if let Some(found) = Dict::get_str(dict, vm, key) {
            return match vm.slots(found).descr_get {
                Some(get) => get(vm, found, None, Some(this)),
                None => Ok(found),
            };
        }
    }
    Ok(Value::NONE)
}

pub(super) fn set_annotate(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let class = this_class(vm, this)?;
    let Some(value) = value else {
        return Err(vm.raise(Exc::TypeError, "cannot delete __annotate__ attribute"));
    };
    immutable(vm, class, "__annotate__")?;
    if !value.is_none() && !vm.is_callable(value) {
        return Err(vm.raise(Exc::TypeError, "__annotate__ must be callable or None"));
    }
    let key = vm.name(name::ANNOTATE_FUNC);
    attributes::set(vm, class, key, Some(value))?;
    if !value.is_none() {
        for atom in [name::ANNOTATIONS, name::ANNOTATIONS_CACHE] {
            let key = vm.name(atom);
            attributes::set(vm, class, key, None)?;
        }
    }
    Ok(())
}

pub(super) fn get_type_params(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let class = this_class(vm, this)?;
    let (key, dict) = (vm.name(name::TYPE_PARAMS), class.get(vm).dict);
    match Dict::get_str(dict, vm, key).filter(|_| class.get(vm).is_heap_type()) {
        Some(params) => Ok(params),
        None => Ok(Tuple::empty(vm)?.value()),
    }
}

pub(super) fn set_type_params(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let class = this_class(vm, this)?;
    let value = settable(vm, class, value, "__type_params__")?;
    let key = vm.name(name::TYPE_PARAMS);
    attributes::set(vm, class, key, Some(value))
}
