//! `_warnings`: the policy of warnings, shared with the library's `warnings` and used by the VM itself.
//!
//! The filters, the registry of "once", the default action, the context variable and the lock belong to the interpreter;
//! each import of the module shows the same ones. What Python code puts in their place is looked up in `warnings`, if
//! that is imported: nothing here imports it before a warning is to be shown.

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::modules::thread::rlock;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{MethodDef, ModuleSpec, function};
use taipan_vm::types::dict::Dict;
use taipan_vm::types::list::List;
use taipan_vm::types::module::Module;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

mod origin;
mod policy;
mod show;

use policy::Warning;

/// Keys of the interpreter's state.
mod state {
    pub const FILTERS: &str = "warnings.filters";
    pub const ONCE: &str = "warnings.onceregistry";
    pub const DEFAULT_ACTION: &str = "warnings.defaultaction";
    pub const CONTEXT: &str = "warnings.context";
    pub const LOCK: &str = "warnings.lock";
    pub const VERSION: &str = "warnings.version";
}

fn warn(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [message, category, stacklevel, source, skip] = args.all();
    let mut level = match stacklevel.given() {
        Some(level) => vm.index_isize(level)?,
        None => 1,
    };
    let skip = match skip.given() {
        None => None,
        Some(skip) => match skip.downcast::<Tuple>(vm) {
            Some(skip) => Some(skip),
            None => {
                let got = vm.type_name(skip);
                let message = format!("warn() argument 'skip_file_prefixes' must be tuple, not {got}");
                return Err(vm.raise(Exc::TypeError, message));
            }
        },
    };
    let skip = skip.filter(|skip| !skip.get(vm).is_empty());
    let category = policy::category(vm, message, category)?;
    if skip.is_some() {
        level = level.max(2);
    }
    let origin = origin::find(vm, level, skip)?;
    let warning = Warning {
        category,
        message,
        filename: origin.filename,
        lineno: origin.lineno,
        module: Some(origin.module),
        registry: Some(origin.registry),
        source_line: None,
        source: source.not_none(),
    };
    locked(vm, warning)
}

fn warn_explicit(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [message, category, filename, lineno, module, registry, globals, source] = args.all();
    if filename.downcast::<Str>(vm).is_none() {
        let got = vm.type_name(filename);
        let message = format!("warn_explicit() argument 'filename' must be str, not {got}");
        return Err(vm.raise(Exc::TypeError, message));
    }
    let lineno = vm.index_i32(lineno)?;
    let source_line = match globals.not_none() {
        None => None,
        Some(globals) => match globals.downcast::<Dict>(vm) {
            Some(globals) => show::line_of_loader(vm, globals, lineno)?,
            None => {
                let got = vm.type_name(globals);
                return Err(vm.raise(Exc::TypeError, format!("module_globals must be a dict, not '{got}'")));
            }
        },
    };
    let warning = Warning {
        category,
        message,
        filename,
        lineno,
        module: module.given(),
        registry: registry.given(),
        source_line,
        source: source.not_none(),
    };
    locked(vm, warning)
}

/// Issues a warning while the lock is held.
fn locked(vm: &mut Vm, warning: Warning) -> Result<Value, Raised> {
    let lock = lock_object(vm)?;
    rlock::acquire_now(vm, lock)?;
    let result = policy::issue(vm, warning);
    rlock::release_now(vm, lock);
    result?;
    Ok(Value::NONE)
}

fn lock_object(vm: &mut Vm) -> Result<Gc<rlock::RLock>, Raised> {
    if let Some(lock) = vm.state(state::LOCK).and_then(|lock| lock.downcast(vm)) {
        return Ok(lock);
    }
    let lock = rlock::create(vm)?;
    vm.set_state(state::LOCK, lock.value());
    Ok(lock)
}

fn acquire_lock(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let lock = lock_object(vm)?;
    rlock::acquire_now(vm, lock)?;
    Ok(Value::NONE)
}

fn release_lock(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let lock = lock_object(vm)?;
    if rlock::release_now(vm, lock) {
        return Ok(Value::NONE);
    }
    Err(vm.raise(Exc::RuntimeError, "cannot release un-acquired lock"))
}

fn filters_mutated(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let lock = lock_object(vm)?;
    if !rlock::is_locked(vm, lock) {
        return Err(vm.raise(Exc::RuntimeError, "warnings lock is not held"));
    }
    let version = policy::version(vm).wrapping_add(1) & Value::SMALL_INT_MAX;
    let version = vm.new_int(version)?;
    vm.set_state(state::VERSION, version);
    Ok(Value::NONE)
}

/// The filters an interpreter begins with.
fn default_filters(vm: &mut Vm) -> Result<Gc<List>, Raised> {
    const DEFAULTS: [(&str, Exc, bool); 5] = [
        ("default", Exc::DeprecationWarning, true),
        ("ignore", Exc::DeprecationWarning, false),
        ("ignore", Exc::PendingDeprecationWarning, false),
        ("ignore", Exc::ImportWarning, false),
        ("ignore", Exc::ResourceWarning, false),
    ];
    let filters = List::with_capacity(vm, DEFAULTS.len())?;
    for (action, category, of_main) in DEFAULTS {
        let action = Str::intern(vm, action)?.value();
        let category = vm.exception_class(category).value();
        let module = if of_main { vm.name(taipan_vm::names::name::MAIN).value() } else { Value::NONE };
        let filter = Tuple::from_values(vm, &[action, Value::NONE, category, module, Value::int(0)])?;
        List::push(filters, vm, filter.value())?;
    }
    Ok(filters)
}

/// The value kept under a key, made the first time.
fn kept(vm: &mut Vm, key: &'static str, make: impl FnOnce(&mut Vm) -> Result<Value, Raised>) -> Result<Value, Raised> {
    if let Some(value) = vm.state(key) {
        return Ok(value);
    }
    let value = make(vm)?;
    vm.set_state(key, value);
    Ok(value)
}

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    let filters = kept(vm, state::FILTERS, |vm| Ok(default_filters(vm)?.value()))?;
    let once = kept(vm, state::ONCE, |vm| Ok(Dict::new(vm)?.value()))?;
    let action = kept(vm, state::DEFAULT_ACTION, |vm| Ok(Str::intern(vm, "default")?.value()))?;
    let context =
        kept(vm, state::CONTEXT, |vm| taipan_vm::modules::contextvars::new_variable(vm, "_warnings_context"))?;
    Module::set(module, vm, "filters", filters)?;
    Module::set(module, vm, "_onceregistry", once)?;
    Module::set(module, vm, "_defaultaction", action)?;
    Module::set(module, vm, "_warnings_context", context)
}

const WARN_DOC: &str = "\
Issue a warning, or maybe ignore it or raise an exception.

  message
    Text of the warning message.
  category
    The Warning category subclass. Defaults to UserWarning.
  stacklevel
    How far up the call stack to make this warning appear. A value of 2 for
    example attributes the warning to the caller of the code calling warn().
  source
    If supplied, the destroyed object which emitted a ResourceWarning
  skip_file_prefixes
    An optional tuple of module filename prefixes indicating frames to skip
    during stacklevel computations for stack frame attribution.";

const FUNCTIONS: &[MethodDef] = &[
    function("warn(message, category=None, stacklevel=1, source=None, *, skip_file_prefixes=())", warn, WARN_DOC),
    function(
        "warn_explicit(message, category, filename, lineno, module=<unrepresentable>, registry=None, module_globals=None, source=None)",
        warn_explicit,
        "Issue a warning, or maybe ignore it or raise an exception.",
    ),
    function("_filters_mutated_lock_held()", filters_mutated, ""),
    function("_acquire_lock()", acquire_lock, ""),
    function("_release_lock()", release_lock, ""),
];

/// The module.
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_warnings",
    doc: "_warnings provides basic warning filtering support.\nIt is a helper module to speed up interpreter start-up.",
    functions: FUNCTIONS,
    exec: Some(exec),
    ..ModuleSpec::DEFAULT
};
