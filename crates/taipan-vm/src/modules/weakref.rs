//! `_weakref`: weak references and proxies.

use taipan_heap::Collection;

use crate::args::Args;
use crate::gc::Gc;
use crate::raise::{Exc, Raised};
use crate::spec::{MethodDef, ModuleSpec, NativeFn, function};
use crate::types::Builtin;
use crate::types::dict::Dict;
use crate::types::module::Module;
use crate::types::weakref::WeakRef;
use crate::value::Value;
use crate::vm::Vm;

/// References that nobody holds any more must not be seen: most of them are young.
fn drop_young_garbage(vm: &mut Vm, object: Value, function: NativeFn) {
    if object.as_heap().is_some_and(|header| !vm.interp().heap.weak_owners(header).is_empty()) {
        let loose = vm.loose_stack(function);
        vm.collect_counting(Collection::Minor, Vec::new(), false, loose);
    }
}

fn count(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    drop_young_garbage(vm, args.get(0), count);
    let list = vm.weak_references(args.get(0))?;
    let mut n = list.get(vm).len();
    if n > 1 {
        // References that were dropped a moment ago count no longer.
        vm.collect(Collection::Minor);
        n = vm.weak_references(args.get(0))?.get(vm).len();
    }
    Ok(Value::int(n))
}

fn references(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    drop_young_garbage(vm, args.get(0), references);
    Ok(vm.weak_references(args.get(0))?.value())
}

fn proxy(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [object, callback] = args.all();
    let callback = callback.not_none();
    let builtin = if vm.is_callable(object) { Builtin::CallableWeakProxy } else { Builtin::WeakProxy };
    if callback.is_none() {
        let known = vm.weak_references(object)?;
        let mut at = 0;
        while let Some(item) = known.get(vm).get_at(vm, at) {
            at += 1;
            let plain = item.downcast::<WeakRef>(vm).is_some_and(|reference| reference.get(vm).callback.is_none());
            if plain && vm.is_exact(item, builtin) {
                return Ok(item);
            }
        }
    }
    let shape = vm.class(builtin).get(vm).root_shape;
    Ok(WeakRef::new(vm, shape, object, callback)?.value())
}

/// Deletes an item whose value is a dead reference; a live one stays.
fn remove_dead(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [dict, key] = args.all();
    let Some(dict) = dict.downcast::<Dict>(vm) else {
        let got = vm.type_name(dict);
        let message = format!("_remove_dead_weakref() argument 1 must be dict, not {got}");
        return Err(vm.raise(Exc::TypeError, message));
    };
    let Some(value) = Dict::get_item(dict, vm, key)? else { return Ok(Value::NONE) };
    let Some(reference) = value.downcast::<WeakRef>(vm) else {
        return Err(vm.raise(Exc::TypeError, "not a weakref"));
    };
    if reference.get(vm).referent().is_none() {
        Dict::remove(dict, vm, key)?;
    }
    Ok(Value::NONE)
}

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    let reference = vm.class(Builtin::WeakRef).value();
    Module::set(module, vm, "ref", reference)?;
    Module::set(module, vm, "ReferenceType", reference)?;
    let (plain, callable) = (vm.class(Builtin::WeakProxy).value(), vm.class(Builtin::CallableWeakProxy).value());
    Module::set(module, vm, "ProxyType", plain)?;
    Module::set(module, vm, "CallableProxyType", callable)
}

const FUNCTIONS: &[MethodDef] = &[
    function("getweakrefcount(object, /)", count, "Return the number of weak references to 'object'."),
    function(
        "_remove_dead_weakref(dct, key, /)",
        remove_dead,
        "Atomically remove key from dict if it points to a dead weakref.",
    ),
    function("getweakrefs(object, /)", references, "Return a list of all weak reference objects pointing to 'object'."),
    function(
        "proxy(object, callback=None, /)",
        proxy,
        "Create a proxy object that weakly references 'object'.\n\n'callback', if given, is called with a reference to the\nproxy when 'object' is about to be finalized.",
    ),
];

pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_weakref",
    doc: "Weak-reference support module.",
    functions: FUNCTIONS,
    exec: Some(exec),
    ..ModuleSpec::DEFAULT
};
