//! `_functools`: `partial`, `reduce`, `cmp_to_key` and the cache behind `lru_cache`.

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{MethodDef, ModuleSpec, function};
use taipan_vm::types::module::Module;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

pub mod cmp_to_key;
pub mod lru_cache;
pub mod partial;
pub mod placeholder;

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [function, iterable, initial] = args.all();
    let result = vm.iter(iterable);
    let iterator = match result {
        Ok(iterator) => iterator,
        Err(raised) if vm.raised_is(Exc::TypeError) => {
            let _ = vm.take_raised(raised);
            return Err(vm.raise(Exc::TypeError, "reduce() arg 2 must support iteration"));
        }
        Err(raised) => return Err(raised),
    };
    let mut result = initial.given();
    while let Some(item) = vm.next(iterator)? {
        result = Some(match result {
            Some(so_far) => vm.call(function, &[so_far, item])?,
            None => item,
        });
    }
    result.ok_or_else(|| vm.raise(Exc::TypeError, "reduce() of empty iterable with no initial value"))
}

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    let placeholder = placeholder::get(vm)?;
    Module::set(module, vm, "Placeholder", placeholder)
}

const FUNCTIONS: &[MethodDef] = &[
    function(
        "reduce(function, iterable, /, initial=<unrepresentable>)",
        reduce,
        "Apply a function of two arguments cumulatively to the items of an iterable, from left to right.\n\nThis effectively reduces the iterable to a single value.  If initial is\npresent, it is placed before the items of the iterable in the\ncalculation, and serves as a default when the iterable is empty.\n\nFor example, reduce(lambda x, y: x+y, [1, 2, 3, 4, 5])\ncalculates ((((1 + 2) + 3) + 4) + 5).",
    ),
    function(
        "cmp_to_key(mycmp)",
        cmp_to_key::cmp_to_key,
        "Convert a cmp= function into a key= function.\n\n  mycmp\n    Function that compares two objects.",
    ),
];

pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_functools",
    doc: "Tools that operate on functions.",
    functions: FUNCTIONS,
    types: &[&placeholder::TYPE, &partial::TYPE, &lru_cache::TYPE],
    exec: Some(exec),
};
