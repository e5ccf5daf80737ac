//! `_typing`: type parameters, type aliases, `Generic` and `NoDefault` (PEP 484, 612, 646, 695, 696).
//!
//! What subscription does to type parameters is written in Python, in `typing`; the methods here call it.

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::raise::{Exc, Raised};
use crate::slots::Slots;
use crate::spec::{BASETYPE, MethodDef, ModuleSpec, TypeSpec, function, method};
use crate::types::Builtin;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::module::Module;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::type_::class_of_spec;
use crate::value::Value;
use crate::vm::Vm;

pub mod alias;
pub mod parameter;

pub use parameter::is_type_parameter;

heap_object! {
    /// `NoDefault`.
    pub struct NoDefault {}
}

/// The singleton `NoDefault`.
const NO_DEFAULT: &str = "typing.nodefault";

/// `typing.NoDefault`.
pub fn no_default(vm: &mut Vm) -> Result<Value, Raised> {
    if let Some(value) = vm.state(NO_DEFAULT) {
        return Ok(value);
    }
    let shape = class_of_spec(vm, &NO_DEFAULT_TYPE)?.get(vm).root_shape;
    let value = vm.new_object(shape, NoDefault { header: HeaderWord::NEW })?.value();
    vm.set_state(NO_DEFAULT, value);
    Ok(value)
}

/// Calls a function of the module `typing`.
pub fn call_typing(vm: &mut Vm, function: &str, args: &[Value]) -> Result<Value, Raised> {
    let typing = crate::import::import_module(vm, "typing")?;
    vm.call_method(typing, function, args)
}

/// Evaluates a lazily evaluated bound, default or value: the function takes the format `VALUE`.
pub fn evaluate(vm: &mut Vm, function: Value) -> Result<Value, Raised> {
    vm.call(function, &[Value::int32(1)])
}

/// The `__name__` of the running module.
pub fn caller_module(vm: &mut Vm) -> Result<Option<Value>, Raised> {
    let Some(globals) = vm.current_globals() else { return Ok(None) };
    let key = vm.name(crate::names::name::NAME);
    Dict::get_item(globals, vm, key.value())
}

/// `TypeVarTuple`s in a tuple replaced by their unpacked forms.
pub fn unpack_type_var_tuples(vm: &mut Vm, parameters: Gc<Tuple>) -> Result<Gc<Tuple>, Raised> {
    let class = class_of_spec(vm, &parameter::TYPE_VAR_TUPLE)?;
    let out = List::new(vm)?;
    for i in 0..parameters.get(vm).len() {
        let item = parameters.get(vm).at(i);
        if vm.is_instance(item, class) {
            vm.extend_list(out, item)?;
        } else {
            List::push(out, vm, item)?;
        }
    }
    List::to_tuple(out, vm)
}

fn identity(_: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(args.get(0))
}

fn no_default_repr(vm: &mut Vm, _: Value) -> Result<Value, Raised> {
    vm.new_str("typing.NoDefault")
}

fn no_default_reduce(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    vm.new_str("NoDefault")
}

static NO_DEFAULT_TYPE: TypeSpec = TypeSpec {
    name: "NoDefaultType",
    layout: Some(<NoDefault as HeapObject>::native),
    slots: Slots {
        new: Some(|vm, class, args| {
            if !args.slots().is_empty() {
                let name = crate::types::type_::Type::name(class, vm);
                return Err(vm.raise(Exc::TypeError, format!("{name} takes no arguments")));
            }
            no_default(vm)
        }),
        repr: Some(no_default_repr),
        ..Slots::DEFAULT
    },
    methods: &[method("__reduce__($self, /)", no_default_reduce, "")],
    doc: "The type of the NoDefault singleton.",
    ..TypeSpec::DEFAULT
};

/// Calls a function of `typing` with the class put before the arguments.
fn forward_to_typing(vm: &mut Vm, args: Args<'_>, function: &str) -> Result<Value, Raised> {
    let typing = crate::import::import_module(vm, "typing")?;
    let function = vm.get_attr_str(typing, function)?;
    vm.call_args(function, args)
}

fn generic_class_getitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    forward_to_typing(vm, args, "_generic_class_getitem")
}

fn generic_init_subclass(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    forward_to_typing(vm, args, "_generic_init_subclass")
}

const GENERIC_METHODS: &[MethodDef] = &[
    MethodDef {
        binding: crate::spec::Binding::Class,
        ..MethodDef::raw(
            "__class_getitem__",
            generic_class_getitem,
            "Parameterizes a generic class.\n\nAt least, parameterizing a generic class is the *main* thing this\nmethod does.  For example, for some generic class `Foo`, this is\ncalled when we do `Foo[int]` - there, with `cls=Foo` and\n`params=int`.\n\nHowever, note that this method is also called when defining generic\nclasses in the first place with `class Foo[T]: ...`.\n",
        )
    },
    MethodDef {
        binding: crate::spec::Binding::Class,
        ..MethodDef::raw("__init_subclass__", generic_init_subclass, "Function to initialize subclasses.")
    },
];

pub static GENERIC: TypeSpec = TypeSpec {
    name: "Generic",
    module: "typing",
    methods: GENERIC_METHODS,
    doc: "Abstract base class for generic types.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};

/// `Generic[parameters]`, the base of classes with a type parameter list.
fn subscript_generic(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let given = vm.tuple_of(args.get(0))?;
    let parameters = unpack_type_var_tuples(vm, given)?;
    let generic = class_of_spec(vm, &GENERIC)?.value();
    call_typing(vm, "_GenericAlias", &[generic, parameters.value()])
}

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    let union = vm.class(Builtin::Union).value();
    Module::set(module, vm, "Union", union)?;
    let no_default = no_default(vm)?;
    Module::set(module, vm, "NoDefault", no_default)
}

/// A text argument that the compiler has made.
pub fn text_argument(vm: &mut Vm, value: Value, function: &str, argument: &str) -> Result<Value, Raised> {
    if value.downcast::<Str>(vm).is_some() {
        return Ok(value);
    }
    let got = vm.type_name(value);
    Err(vm.raise(Exc::TypeError, format!("{function}() argument '{argument}' must be str, not {got}")))
}

pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_typing",
    doc: "Primitives and accelerators for the typing module.\n",
    functions: &[
        function("_idfunc(x, /)", identity, ""),
        function("_make_typevar(name, bound, constraints, /)", parameter::make_type_var, ""),
        function("_make_paramspec(name, /)", parameter::make_param_spec, ""),
        function("_make_typevartuple(name, /)", parameter::make_type_var_tuple, ""),
        function("_set_typeparam_default(parameter, default, /)", parameter::set_default, ""),
        function("_subscript_generic(parameters, /)", subscript_generic, ""),
        function("_make_typealias(name, parameters, value, /)", alias::make, ""),
    ],
    types: &[
        &parameter::TYPE_VAR,
        &parameter::TYPE_VAR_TUPLE,
        &parameter::PARAM_SPEC,
        &parameter::PARAM_SPEC_ARGS,
        &parameter::PARAM_SPEC_KWARGS,
        &GENERIC,
        &alias::TYPE,
    ],
    exec: Some(exec),
};
