//! The exceptions of `_decimal`, and raising them for what an operation reports.
//!
//! The classes are made once per interpreter: the signals and the conditions lie in two tuples of its state.

use taipan_decimal::Status;
use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::Builtin;
use taipan_vm::types::dict::Dict;
use taipan_vm::types::list::List;
use taipan_vm::types::module::Module;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::context::ContextObject;

/// The signals, in the order in which they are raised and shown.
pub const SIGNALS: [(&str, Status); 9] = [
    ("InvalidOperation", Status::IEEE_INVALID_OPERATION),
    ("FloatOperation", Status::FLOAT_OPERATION),
    ("DivisionByZero", Status::DIVISION_BY_ZERO),
    ("Overflow", Status::OVERFLOW),
    ("Underflow", Status::UNDERFLOW),
    ("Subnormal", Status::SUBNORMAL),
    ("Inexact", Status::INEXACT),
    ("Rounded", Status::ROUNDED),
    ("Clamped", Status::CLAMPED),
];

/// The conditions of InvalidOperation that are classes of their own.
const CONDITIONS: [(&str, Status); 4] = [
    ("ConversionSyntax", Status::CONVERSION_SYNTAX),
    ("DivisionImpossible", Status::DIVISION_IMPOSSIBLE),
    ("DivisionUndefined", Status::DIVISION_UNDEFINED),
    ("InvalidContext", Status::INVALID_CONTEXT),
];

const BASE_CLASS: &str = "decimal.DecimalException";
const SIGNAL_CLASSES: &str = "decimal.signals";
const CONDITION_CLASSES: &str = "decimal.conditions";

/// The message for what is no signal.
pub const INVALID_SIGNALS: &str = "valid values for signals are:\n  [InvalidOperation, FloatOperation, DivisionByZero,\n   Overflow, Underflow, Subnormal, Inexact, Rounded,\n   Clamped]";

fn new_class(vm: &mut Vm, name: &str, bases: &[Value]) -> Result<Value, Raised> {
    let metaclass = vm.class(Builtin::Type);
    let (name, bases) = (vm.new_str(name)?, Tuple::from_values(vm, bases)?.value());
    let dict = Dict::new(vm)?;
    let (key, module) = (vm.new_str("__module__")?, vm.new_str("decimal")?);
    Dict::set(dict, vm, key, module)?;
    vm.call(metaclass.value(), &[name, bases, dict.value()])
}

fn make_classes(vm: &mut Vm) -> Result<(), Raised> {
    let arithmetic_error = vm.exception_class(Exc::ArithmeticError).value();
    let base = new_class(vm, "DecimalException", &[arithmetic_error])?;
    let zero_division = vm.exception_class(Exc::ZeroDivisionError).value();
    let type_error = vm.exception_class(Exc::TypeError).value();
    let clamped = new_class(vm, "Clamped", &[base])?;
    let rounded = new_class(vm, "Rounded", &[base])?;
    let inexact = new_class(vm, "Inexact", &[base])?;
    let subnormal = new_class(vm, "Subnormal", &[base])?;
    let underflow = new_class(vm, "Underflow", &[inexact, rounded, subnormal])?;
    let overflow = new_class(vm, "Overflow", &[inexact, rounded])?;
    let by_zero = new_class(vm, "DivisionByZero", &[base, zero_division])?;
    let float = new_class(vm, "FloatOperation", &[base, type_error])?;
    let invalid = new_class(vm, "InvalidOperation", &[base])?;
    let signals =
        Tuple::from_values(vm, &[invalid, float, by_zero, overflow, underflow, subnormal, inexact, rounded, clamped])?;
    let syntax = new_class(vm, "ConversionSyntax", &[invalid])?;
    let impossible = new_class(vm, "DivisionImpossible", &[invalid])?;
    let undefined = new_class(vm, "DivisionUndefined", &[invalid, zero_division])?;
    let context = new_class(vm, "InvalidContext", &[invalid])?;
    let conditions = Tuple::from_values(vm, &[syntax, impossible, undefined, context])?;
    vm.set_state(CONDITION_CLASSES, conditions.value());
    vm.set_state(SIGNAL_CLASSES, signals.value());
    vm.set_state(BASE_CLASS, base);
    Ok(())
}

/// The classes of the signals, in the order of [`SIGNALS`].
pub fn classes(vm: &mut Vm) -> Result<Gc<Tuple>, Raised> {
    if vm.state(SIGNAL_CLASSES).is_none() {
        make_classes(vm)?;
    }
    match vm.state(SIGNAL_CLASSES).and_then(|classes| classes.downcast(vm)) {
        Some(classes) => Ok(classes),
        None => Err(vm.raise(Exc::RuntimeError, "the signals of _decimal are missing")),
    }
}

/// Makes the classes attributes of the module.
pub fn define(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    let signals = classes(vm)?;
    for (i, (name, _)) in SIGNALS.iter().enumerate() {
        let class = signals.get(vm).at(i);
        Module::set(module, vm, name, class)?;
    }
    if let Some(conditions) = vm.state(CONDITION_CLASSES).and_then(|classes| classes.downcast::<Tuple>(vm)) {
        for (i, (name, _)) in CONDITIONS.iter().enumerate() {
            let class = conditions.get(vm).at(i);
            Module::set(module, vm, name, class)?;
        }
    }
    match vm.state(BASE_CLASS) {
        Some(base) => Module::set(module, vm, "DecimalException", base),
        None => Ok(()),
    }
}

/// The flag of a signal's class. KeyError for what is none.
pub fn flag_of(vm: &mut Vm, class: Value) -> Result<Status, Raised> {
    let signals = classes(vm)?;
    for (i, (_, flag)) in SIGNALS.iter().enumerate() {
        if signals.get(vm).at(i) == class {
            return Ok(*flag);
        }
    }
    let message = vm.new_str(INVALID_SIGNALS)?;
    Err(vm.raise_with(Exc::KeyError, &[message]))
}

/// The classes of the signals in a status.
pub fn list_of(vm: &mut Vm, status: Status) -> Result<Gc<List>, Raised> {
    let (signals, list) = (classes(vm)?, List::new(vm)?);
    for (i, (_, flag)) in SIGNALS.iter().enumerate() {
        if status.has(*flag) {
            let class = signals.get(vm).at(i);
            List::push(list, vm, class)?;
        }
    }
    Ok(list)
}

/// The names of the signals in a status, as the repr of a context has them.
pub fn names(status: Status) -> String {
    let mut names: Vec<&str> = Vec::new();
    for bit in (0..15).map(|bit| Status(1 << bit)).filter(|bit| status.has(*bit)) {
        let signal = SIGNALS.iter().find(|(_, flag)| flag.has(bit)).map_or("", |(name, _)| name);
        if !names.contains(&signal) {
            names.push(signal);
        }
    }
    names.join(", ")
}

/// Adds what happened to a context's flags and raises the first signal that is trapped.
#[inline]
pub fn report(vm: &mut Vm, context: Gc<ContextObject>, status: Status) -> Result<(), Raised> {
    if status.is_empty() {
        return Ok(());
    }
    let traps = context.get(vm).traps();
    let flags = context.get(vm).flags() | status;
    context.get_mut(vm).set_flags(flags);
    if status.has(traps | Status::MALLOC_ERROR) { Err(raise(vm, status, traps)) } else { Ok(()) }
}

#[cold]
#[inline(never)]
fn raise(vm: &mut Vm, status: Status, traps: Status) -> Raised {
    if status.has(Status::MALLOC_ERROR) {
        return vm.raise_no_memory();
    }
    match make_exception(vm, status & traps) {
        Ok(exception) => vm.raise_value(exception),
        Err(raised) => raised,
    }
}

/// An instance of the first signal, with the list of all conditions.
fn make_exception(vm: &mut Vm, trapped: Status) -> Result<Value, Raised> {
    let (signals, list) = (classes(vm)?, List::new(vm)?);
    if trapped.has(Status::INVALID_OPERATION) {
        let class = signals.get(vm).at(0);
        List::push(list, vm, class)?;
    }
    if let Some(conditions) = vm.state(CONDITION_CLASSES).and_then(|classes| classes.downcast::<Tuple>(vm)) {
        for (i, (_, flag)) in CONDITIONS.iter().enumerate() {
            if trapped.has(*flag) {
                let class = conditions.get(vm).at(i);
                List::push(list, vm, class)?;
            }
        }
    }
    for (i, (_, flag)) in SIGNALS.iter().enumerate().skip(1) {
        if trapped.has(*flag) {
            let class = signals.get(vm).at(i);
            List::push(list, vm, class)?;
        }
    }
    let first = SIGNALS.iter().position(|(_, flag)| trapped.has(*flag)).unwrap_or(0);
    let class = signals.get(vm).at(first);
    vm.call(class, &[list.value()])
}
