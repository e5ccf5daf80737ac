//! The module `atexit`: functions called when the program ends, last registered first.

use crate::args::Args;
use crate::gc::Gc;
use crate::raise::{Exc, Raised};
use crate::spec::{MethodDef, ModuleSpec, function};
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

const CALLBACKS: &str = "atexit.callbacks";

#[rustfmt::skip]
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "atexit",
    doc: "allow programmer to define multiple exit functions to be executed\nupon normal program termination.\n\nTwo public functions, register and unregister, are defined.\n",
    functions: &[
        function("register(func, /, *args, **kwargs)", register, "Register a function to be executed upon normal program termination\n\n    func - function to be called at exit\n    args - optional arguments to pass to func\n    kwargs - optional keyword arguments to pass to func\n\n    func is returned to facilitate usage as a decorator."),
        function("unregister(func, /)", unregister, "Unregister an exit function which was previously registered using\natexit.register\n\n    func - function to be unregistered"),
        function("_clear()", clear, "Clear the list of previously registered exit functions."),
        function("_run_exitfuncs()", run_exitfuncs, "Run all registered exit functions.\n\nIf a callback raises an exception, it is logged with sys.unraisablehook."),
        MethodDef::raw_static("_ncallbacks", ncallbacks, "Return the number of registered exit functions."),
    ],
    ..ModuleSpec::DEFAULT
};

fn callbacks(vm: &mut Vm) -> Result<Gc<List>, Raised> {
    if let Some(list) = vm.state(CALLBACKS).and_then(|list| list.downcast::<List>(vm)) {
        return Ok(list);
    }
    let list = List::new(vm)?;
    vm.set_state(CALLBACKS, list.value());
    Ok(list)
}

fn register(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [function, positional, keywords] = args.all();
    if !vm.is_callable(function) {
        return Err(vm.raise(Exc::TypeError, "the first argument must be callable"));
    }
    let entry = Tuple::from_values(vm, &[function, positional, keywords])?;
    let list = callbacks(vm)?;
    List::push(list, vm, entry.value())?;
    Ok(function)
}

fn unregister(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let list = callbacks(vm)?;
    let kept = List::new(vm)?;
    let mut i = 0;
    while let Some(entry) = list.get(vm).get_at(vm, i) {
        i += 1;
        let function = match entry.downcast::<Tuple>(vm) {
            Some(entry) => entry.get(vm).at(0),
            None => continue,
        };
        if !vm.is_equal(function, args.get(0))? {
            List::push(kept, vm, entry)?;
        }
    }
    vm.set_state(CALLBACKS, kept.value());
    Ok(Value::NONE)
}

fn clear(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let list = callbacks(vm)?;
    List::truncate(list, vm, 0);
    Ok(Value::NONE)
}

fn ncallbacks(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let list = callbacks(vm)?;
    Ok(Value::int(list.get(vm).len()))
}

fn run_exitfuncs(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    run(vm)?;
    Ok(Value::NONE)
}

/// Calls all registered functions; what they raise goes to `sys.unraisablehook`.
pub fn run(vm: &mut Vm) -> Result<(), Raised> {
    loop {
        let list = callbacks(vm)?;
        let n = list.get(vm).len();
        let Some(entry) = n.checked_sub(1).and_then(|i| list.get(vm).get_at(vm, i)) else { return Ok(()) };
        List::truncate(list, vm, n - 1);
        let Some(entry) = entry.downcast::<Tuple>(vm) else { continue };
        let (function, positional, keywords) = (entry.get(vm).at(0), entry.get(vm).at(1), entry.get(vm).at(2));
        let Some(positional) = positional.downcast::<Tuple>(vm) else { continue };
        let keywords = keywords.downcast::<Dict>(vm);
        if let Err(raised) = vm.call_tuple(function, positional, keywords) {
            vm.write_unraisable_of(raised, "in atexit callback", function);
        }
    }
}
