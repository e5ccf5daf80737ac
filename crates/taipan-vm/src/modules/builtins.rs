//! The module `builtins`: its functions, and every built-in type and exception under its name.

use crate::gc::Gc;
use crate::raise::Raised;
use crate::spec::{MethodDef, ModuleSpec, function};
use crate::types::exceptions::{EXCEPTIONS, Exc};
use crate::types::module::Module;
use crate::types::{BUILTIN_TYPES, Builtin};
use crate::value::Value;
use crate::vm::Vm;

mod attributes;
mod build_class;
#[rustfmt::skip]
mod docs;
pub(super) mod evaluate;
mod iteration;
mod numbers;
mod output;
mod reduction;

/// Types that `builtins` names; others are reached through `type()` or `types`.
const PUBLIC_TYPES: &[&str] = &[
    "bool",
    "bytearray",
    "bytes",
    "classmethod",
    "complex",
    "dict",
    "enumerate",
    "filter",
    "float",
    "frozenset",
    "int",
    "list",
    "map",
    "memoryview",
    "object",
    "property",
    "range",
    "reversed",
    "set",
    "slice",
    "staticmethod",
    "str",
    "super",
    "tuple",
    "type",
    "zip",
];

#[rustfmt::skip]
const FUNCTIONS: &[MethodDef] = &[
    MethodDef::raw_static("__build_class__", build_class::build_class, docs::BUILD_CLASS),
    function("__import__(name, globals=None, locals=None, fromlist=(), level=0)", evaluate::import, docs::IMPORT),
    function("abs(x, /)", numbers::abs, docs::ABS),
    function("aiter(async_iterable, /)", iteration::aiter, docs::AITER),
    function("all(iterable, /)", reduction::all, docs::ALL),
    function("anext(aiterator, default=<unrepresentable>, /)", iteration::anext, docs::ANEXT),
    function("any(iterable, /)", reduction::any, docs::ANY),
    function("ascii(obj, /)", attributes::ascii, docs::ASCII),
    function("bin(number, /)", numbers::bin, docs::BIN),
    function("breakpoint(*args, **kws)", output::breakpoint, docs::BREAKPOINT),
    function("callable(obj, /)", attributes::callable, docs::CALLABLE),
    function("chr(i, /)", numbers::chr, docs::CHR),
    function("compile(source, filename, mode, flags=0, dont_inherit=False, optimize=-1, *, _feature_version=-1)", evaluate::compile, docs::COMPILE),
    function("delattr(obj, name, /)", attributes::delattr, docs::DELATTR),
    MethodDef::raw_static("dir", attributes::dir, docs::DIR),
    function("divmod(x, y, /)", numbers::divmod, docs::DIVMOD),
    function("eval(source, /, globals=None, locals=None)", evaluate::eval, docs::EVAL),
    function("exec(source, /, globals=None, locals=None, *, closure=None)", evaluate::exec, docs::EXEC),
    function("format(value, format_spec='', /)", attributes::format, docs::FORMAT),
    MethodDef::raw_static("getattr", attributes::getattr, docs::GETATTR),
    function("globals()", evaluate::globals, docs::GLOBALS),
    function("hasattr(obj, name, /)", attributes::hasattr, docs::HASATTR),
    function("hash(obj, /)", attributes::hash, docs::HASH),
    function("hex(number, /)", numbers::hex, docs::HEX),
    function("id(obj, /)", attributes::id, docs::ID),
    function("input(prompt='', /)", output::input, docs::INPUT),
    function("isinstance(obj, class_or_tuple, /)", attributes::isinstance, docs::ISINSTANCE),
    function("issubclass(cls, class_or_tuple, /)", attributes::issubclass, docs::ISSUBCLASS),
    MethodDef::raw_static("iter", iteration::iter, docs::ITER),
    function("len(obj, /)", attributes::len, docs::LEN),
    function("locals()", evaluate::locals, docs::LOCALS),
    MethodDef::raw_static("max", reduction::max, docs::MAX),
    MethodDef::raw_static("min", reduction::min, docs::MIN),
    MethodDef::raw_static("next", iteration::next, docs::NEXT),
    function("oct(number, /)", numbers::oct, docs::OCT),
    function("ord(character, /)", numbers::ord, docs::ORD),
    function("pow(base, exp, mod=None)", numbers::pow, docs::POW),
    function("print(*args, sep=' ', end='\\n', file=None, flush=False)", output::print, docs::PRINT),
    function("repr(obj, /)", attributes::repr, docs::REPR),
    function("round(number, ndigits=None)", numbers::round, docs::ROUND),
    function("setattr(obj, name, value, /)", attributes::setattr, docs::SETATTR),
    MethodDef::raw_static("sorted", reduction::sorted, docs::SORTED),
    function("sum(iterable, /, start=0)", reduction::sum, docs::SUM),
    MethodDef::raw_static("vars", attributes::vars, docs::VARS),
];

pub static MODULE: ModuleSpec = ModuleSpec {
    name: "builtins",
    doc: "Built-in functions, types, exceptions, and other objects.\n\nThis module provides direct access to all 'built-in'\nidentifiers of Python; for example, builtins.len is\nthe full name for the built-in function len().\n\nThis module is not normally accessed explicitly by most\napplications, but can be useful in modules that provide\nobjects with the same name as a builtin and need to call it.",
    functions: FUNCTIONS,
    exec: Some(exec),
    ..ModuleSpec::DEFAULT
};

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    for (id, spec) in BUILTIN_TYPES.iter().enumerate() {
        if spec.module == "builtins"
            && PUBLIC_TYPES.contains(&spec.name)
            && let Some(builtin) = Builtin::from_id(id as u32)
        {
            let class = vm.class(builtin);
            Module::set(module, vm, spec.name, class.value())?;
        }
    }
    let object = vm.class(Builtin::Object);
    Module::set(module, vm, "object", object.value())?;
    for exc in Exc::ALL {
        let class = vm.exception_class(*exc);
        let name = EXCEPTIONS[*exc as usize].name;
        Module::set(module, vm, name, class.value())?;
    }
    let os_error = vm.exception_class(Exc::OSError).value();
    for alias in ["EnvironmentError", "IOError"] {
        Module::set(module, vm, alias, os_error)?;
    }
    let debug = Value::bool(vm.interp().config.optimize == 0);
    for (name, value) in [
        ("None", Value::NONE),
        ("True", Value::TRUE),
        ("False", Value::FALSE),
        ("Ellipsis", Value::ELLIPSIS),
        ("NotImplemented", Value::NOT_IMPLEMENTED),
        ("__debug__", debug),
    ] {
        Module::set(module, vm, name, value)?;
    }
    Ok(())
}
