//! `gc`: the part of the garbage collector that programs see.
//!
//! Reclaiming memory never waits for this module: `disable` only says so in `isenabled`, as memory would run out.

use taipan_heap::Collection;

use crate::args::Args;
use crate::gc::Gc;
use crate::raise::{Exc, Raised};
use crate::spec::{MethodDef, ModuleSpec, function};
use crate::types::list::List;
use crate::types::module::Module;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

const DISABLED: &str = "gc.disabled";
const THRESHOLDS: &str = "gc.thresholds";
const DEBUG: &str = "gc.debug";

/// Collects, then calls what waits for the deaths. Gives 0: how many objects were part of cycles is not known.
fn collect(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let generation = match args.get(0).given() {
        Some(generation) => vm.index_i32(generation)?,
        None => 2,
    };
    if !(0..=2).contains(&generation) {
        return Err(vm.raise(Exc::ValueError, "invalid generation"));
    }
    vm.settle_unawaited();
    vm.collect(if generation == 0 { Collection::Minor } else { Collection::Major });
    vm.run_finalizers();
    vm.run_weak_callbacks();
    Ok(Value::int32(0))
}

fn enable(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    vm.set_state(DISABLED, Value::FALSE);
    Ok(Value::NONE)
}

fn disable(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    vm.set_state(DISABLED, Value::TRUE);
    Ok(Value::NONE)
}

fn is_enabled(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(vm.state(DISABLED) != Some(Value::TRUE)))
}

fn get_threshold(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    match vm.state(THRESHOLDS) {
        Some(thresholds) => Ok(thresholds),
        None => Ok(Tuple::from_values(vm, &[Value::int32(2000), Value::int32(10), Value::int32(0)])?.value()),
    }
}

fn set_threshold(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    args.expect(vm, "gc.set_threshold", 1, 3)?;
    let old = get_threshold(vm, Args::EMPTY)?;
    let old = vm.tuple_of(old)?;
    let mut new = [old.get(vm).at(0), old.get(vm).at(1), old.get(vm).at(2)];
    for (i, slot) in new.iter_mut().enumerate().take(args.len()) {
        let number = vm.index_i32(args.get(i))?;
        *slot = Value::int32(number);
    }
    let new = Tuple::from_values(vm, &new)?;
    vm.set_state(THRESHOLDS, new.value());
    Ok(Value::NONE)
}

fn get_debug(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(vm.state(DEBUG).unwrap_or(Value::int32(0)))
}

fn set_debug(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let flags = vm.index_i32(args.get(0))?;
    vm.set_state(DEBUG, Value::int32(flags));
    Ok(Value::NONE)
}

/// Whether the value lives on the collected heap.
fn is_tracked(_: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(args.get(0).is_heap()))
}

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    for name in ["garbage", "callbacks"] {
        let list = List::new(vm)?;
        Module::set(module, vm, name, list.value())?;
    }
    for (name, flag) in [
        ("DEBUG_STATS", 1),
        ("DEBUG_COLLECTABLE", 2),
        ("DEBUG_UNCOLLECTABLE", 4),
        ("DEBUG_SAVEALL", 32),
        ("DEBUG_LEAK", 38),
    ] {
        Module::set_int(module, vm, name, flag)?;
    }
    Ok(())
}

pub static MODULE: ModuleSpec = ModuleSpec {
    name: "gc",
    doc: "This module provides access to the garbage collector.",
    functions: &[
        function("collect(generation=2)", collect, "Run the garbage collector."),
        function("enable()", enable, "Enable automatic garbage collection."),
        function("disable()", disable, "Disable automatic garbage collection."),
        function("isenabled()", is_enabled, "Returns true if automatic garbage collection is enabled."),
        function("get_threshold()", get_threshold, "Return the current collection thresholds."),
        MethodDef::raw_static("set_threshold", set_threshold, "Set the collection thresholds."),
        function("get_debug()", get_debug, "Get the garbage collection debugging flags."),
        function("set_debug(flags, /)", set_debug, "Set the garbage collection debugging flags."),
        function("is_tracked(obj, /)", is_tracked, "Returns true if the object is tracked by the garbage collector."),
    ],
    exec: Some(exec),
    ..ModuleSpec::DEFAULT
};
