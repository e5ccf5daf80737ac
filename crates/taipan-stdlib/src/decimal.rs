//! `_decimal`: decimal numbers and contexts; the arithmetic is that of `taipan_decimal`.

use taipan_decimal::{Context, IEEE_MAX_BITS, MAX_EMAX, MAX_PREC, MIN_EMIN, MIN_ETINY, Rounding};
use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::import::import_module;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{MethodDef, ModuleSpec, function};
use taipan_vm::types::module::Module;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::class_of_spec;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

pub mod arguments;
pub mod context;
pub mod context_methods;
pub mod conversion;
pub mod current;
pub mod formatting;
pub mod number;
pub mod number_methods;
pub mod operators;
pub mod signal_dict;
pub mod signals;

/// The class `DecimalTuple`.
const TUPLE_CLASS: &str = "decimal.DecimalTuple";
/// The class `numbers.Rational`.
const RATIONAL: &str = "decimal.Rational";

/// The most digits of a coefficient where no limit says less: operations beyond would run for hours.
const MOST_DIGITS: usize = 1 << 31;

/// How many digits a number may take of the memory that is left.
fn max_digits(vm: &Vm) -> i64 {
    let heap = &vm.interp().heap;
    // Two digits take less than a byte; the algorithms need a few copies.
    let free = heap.config().limit.saturating_sub(heap.used_bytes());
    (free / 2).min(MOST_DIGITS) as i64
}

/// `DecimalTuple`, made at first use.
fn tuple_class(vm: &mut Vm) -> Result<Value, Raised> {
    if let Some(class) = vm.state(TUPLE_CLASS) {
        return Ok(class);
    }
    let collections = import_module(vm, "collections")?;
    let (name, fields) = (vm.new_str("DecimalTuple")?, vm.new_str("sign digits exponent")?);
    let class = vm.call_method(collections, "namedtuple", &[name, fields])?;
    let (key, module) = (Str::intern(vm, "__module__")?, vm.new_str("decimal")?);
    vm.set_attr(class, key, Some(module))?;
    vm.set_state(TUPLE_CLASS, class);
    Ok(class)
}

/// `numbers.Rational`.
fn rational_class(vm: &mut Vm) -> Result<Value, Raised> {
    if let Some(class) = vm.state(RATIONAL) {
        return Ok(class);
    }
    let numbers = import_module(vm, "numbers")?;
    let class = vm.get_attr_str(numbers, "Rational")?;
    vm.set_state(RATIONAL, class);
    Ok(class)
}

fn ieee_context(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let bits = vm.ssize(args.get(0))? as i64;
    match Context::ieee(bits, 0) {
        Some(format) => Ok(context::ContextObject::make(vm, &format, 1, 0)?.value()),
        None => {
            let message = format!("argument must be a multiple of 32, with a maximum of {IEEE_MAX_BITS}");
            Err(vm.raise(Exc::ValueError, message))
        }
    }
}

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    let number = class_of_spec(vm, &number::TYPE)?.value();
    let numbers = import_module(vm, "numbers")?;
    let abstract_number = vm.get_attr_str(numbers, "Number")?;
    vm.call_method(abstract_number, "register", &[number])?;
    rational_class(vm)?;
    let tuple = tuple_class(vm)?;
    Module::set(module, vm, "DecimalTuple", tuple)?;
    signals::define(vm, module)?;
    current::define(vm, module)?;
    for rounding in Rounding::ALL {
        let name = Str::intern(vm, rounding.name())?.value();
        Module::set(module, vm, rounding.name(), name)?;
    }
    for (name, value) in [
        ("MAX_PREC", MAX_PREC),
        ("MAX_EMAX", MAX_EMAX),
        ("MIN_EMIN", MIN_EMIN),
        ("MIN_ETINY", MIN_ETINY),
        ("IEEE_CONTEXT_MAX_BITS", IEEE_MAX_BITS),
    ] {
        Module::set_int(module, vm, name, value)?;
    }
    Module::set(module, vm, "HAVE_CONTEXTVAR", Value::TRUE)?;
    Module::set(module, vm, "HAVE_THREADS", Value::TRUE)?;
    Module::set_text(module, vm, "__version__", "1.70")?;
    Module::set_text(module, vm, "__libmpdec_version__", "2.5.1")
}

/// A tuple of two numbers.
fn pair(vm: &mut Vm, first: Value, second: Value) -> Result<Value, Raised> {
    Ok(Tuple::from_values(vm, &[first, second])?.value())
}

#[rustfmt::skip]
const FUNCTIONS: &[MethodDef] = &[
    function("getcontext()", current::getcontext, "Get the current default context.\n\n"),
    function("setcontext(context, /)", current::setcontext, "Set a new default context.\n\n"),
    MethodDef::raw_static("localcontext", current::localcontext, "localcontext($module, /, ctx=None, **kwargs)\n--\n\nReturn a context manager that will set the default context to a copy of ctx\non entry to the with-statement and restore the previous default context when\nexiting the with-statement. If no context is supplied, a copy of the current\ndefault context is used.\n\n"),
    function("IEEEContext(bits, /)", ieee_context, "Return a context object initialized to the proper values for one of the\nIEEE interchange formats.  The argument must be a multiple of 32 and less\nthan IEEE_CONTEXT_MAX_BITS.\n\n"),
];

/// The module `_decimal`.
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_decimal",
    doc: "C decimal arithmetic module",
    functions: FUNCTIONS,
    types: &[&number::TYPE, &context::TYPE],
    exec: Some(exec),
};
