//! `TypeVar`, `TypeVarTuple` and `ParamSpec`: their attributes and methods.
//!
//! Bounds, constraints and defaults that come from type parameter lists are evaluated at first use.

use crate::args::Args;
use crate::gc::{Gc, HeapObject};
use crate::heap_object;
use crate::modules::typing::alias::TypeAlias;
use crate::modules::typing::{call_typing, evaluate, no_default};
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::slots::Slots;
use crate::spec::{GetSetDef, HAS_DICT, TypeSpec, WEAKREFABLE, getter, method};
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

pub use constant_evaluator::constant_evaluator;
pub use new::{make_param_spec, make_type_var, make_type_var_tuple, set_default};
use new::{new_param_spec, new_type_var, new_type_var_tuple};
pub use part::{PARAM_SPEC_ARGS, PARAM_SPEC_KWARGS};
use part::{get_args, get_kwargs};

mod constant_evaluator;
mod new;
mod part;

heap_object! {
    /// A type parameter of any of the three kinds.
    pub struct TypeParameter {
        pub name: Value,
        pub bound: Option<Value>,
        pub evaluate_bound: Option<Value>,
        pub constraints: Option<Value>,
        pub evaluate_constraints: Option<Value>,
        pub default: Option<Value>,
        pub evaluate_default: Option<Value>,
        pub covariant: bool,
        pub contravariant: bool,
        pub infer_variance: bool,
        pub pad: [u8; 4],
        pub pad2: u8,
    }
}

heap_object! {
    /// A function that gives one value, whatever the format: `evaluate_bound` of an evaluated bound.
    pub struct ConstantEvaluator {
        pub value: Value,
    }
}

/// Whether a value is a type parameter or alias, which `|` accepts.
pub fn is_type_parameter(vm: &Vm, value: Value) -> bool {
    value.downcast::<TypeParameter>(vm).is_some() || value.downcast::<TypeAlias>(vm).is_some()
}

fn expect(vm: &Vm, this: Value) -> Gc<TypeParameter> {
    this.expect(vm)
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let TypeParameter { name, covariant, contravariant, infer_variance, .. } = *expect(vm, this).get(vm);
    if infer_variance {
        return Ok(name);
    }
    let sign = if covariant {
        '+'
    } else if contravariant {
        '-'
    } else {
        '~'
    };
    let name = vm.str_string(name)?;
    vm.new_str(&format!("{sign}{name}"))
}

fn repr_plain(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(expect(vm, this).get(vm).name)
}

/// The iterator over `Unpack[this]` alone.
pub fn unpack_iterator(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let typing = crate::import::import_module(vm, "typing")?;
    let unpack = vm.get_attr_str(typing, "Unpack")?;
    let unpacked = vm.get_item(unpack, this)?;
    let one = Tuple::from_values(vm, &[unpacked])?;
    vm.iter(one.value())
}

fn lazily(
    vm: &mut Vm,
    this: Value,
    field: fn(&mut TypeParameter) -> (&mut Option<Value>, Option<Value>),
    absent: Value,
) -> Result<Value, Raised> {
    let parameter = expect(vm, this);
    let (value, function) = {
        let (value, function) = field(parameter.get_mut(vm));
        (*value, function)
    };
    match (value, function) {
        (Some(value), _) => Ok(value),
        (None, Some(function)) => {
            let value = evaluate(vm, function)?;
            *field(parameter.get_mut(vm)).0 = Some(value);
            Ok(value)
        }
        (None, None) => Ok(absent),
    }
}

fn get_name(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(expect(vm, this).get(vm).name)
}

fn get_bound(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    lazily(vm, this, |p| (&mut p.bound, p.evaluate_bound), Value::NONE)
}

fn get_constraints(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let empty = Tuple::empty(vm)?.value();
    lazily(vm, this, |p| (&mut p.constraints, p.evaluate_constraints), empty)
}

fn get_default(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let absent = no_default(vm)?;
    lazily(vm, this, |p| (&mut p.default, p.evaluate_default), absent)
}

fn evaluator(vm: &mut Vm, function: Option<Value>, value: Option<Value>) -> Result<Value, Raised> {
    match (function, value) {
        (Some(function), _) => Ok(function),
        (None, Some(value)) => constant_evaluator(vm, value),
        (None, None) => Ok(Value::NONE),
    }
}

fn get_evaluate_bound(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let TypeParameter { bound, evaluate_bound, .. } = *expect(vm, this).get(vm);
    evaluator(vm, evaluate_bound, bound)
}

fn get_evaluate_constraints(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let TypeParameter { constraints, evaluate_constraints, .. } = *expect(vm, this).get(vm);
    evaluator(vm, evaluate_constraints, constraints)
}

fn get_evaluate_default(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let TypeParameter { default, evaluate_default, .. } = *expect(vm, this).get(vm);
    evaluator(vm, evaluate_default, default)
}

fn get_covariant(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::bool(expect(vm, this).get(vm).covariant))
}

fn get_contravariant(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::bool(expect(vm, this).get(vm).contravariant))
}

fn get_infer_variance(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::bool(expect(vm, this).get(vm).infer_variance))
}

fn has_default(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let parameter = expect(vm, args.get(0)).get(vm);
    Ok(Value::bool(parameter.default.is_some() || parameter.evaluate_default.is_some()))
}

fn subst_type_var(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    call_typing(vm, "_typevar_subst", &args.all::<2>())
}

/// A TypeVar past the given arguments takes its default.
fn prepare_type_var(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, alias, given] = args.all();
    let parameters = vm.get_attr_name(alias, name::PARAMETERS)?;
    let parameters = vm.tuple_of(parameters)?;
    let items = vm.tuple_of(given)?;
    let at = parameters.get(vm).items().iter().position(|item| *item == this);
    if at != Some(items.get(vm).len()) {
        return Ok(given);
    }
    let (default, absent) = (get_default(vm, this)?, no_default(vm)?);
    if default == absent {
        let (shown, actual) = (vm.str_string(alias)?, items.get(vm).len());
        let mut expected = 0;
        for i in 0..parameters.get(vm).len() {
            let parameter = parameters.get(vm).at(i);
            let optional = match parameter.downcast::<TypeParameter>(vm) {
                Some(_) => get_default(vm, parameter)? != absent,
                None => false,
            };
            expected += usize::from(!optional);
        }
        let message = format!("Too few arguments for {shown}; actual {actual}, expected at least {expected}");
        return Err(vm.raise(Exc::TypeError, message));
    }
    let list = vm.list_of(given)?;
    crate::types::list::List::push(list, vm, default)?;
    Ok(crate::types::list::List::to_tuple(list, vm)?.value())
}

fn subst_param_spec(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    call_typing(vm, "_paramspec_subst", &args.all::<2>())
}

fn prepare_param_spec(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    call_typing(vm, "_paramspec_prepare_subst", &args.all::<3>())
}

fn subst_type_var_tuple(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Err(vm.raise(Exc::TypeError, "Substitution of bare TypeVarTuple is not supported"))
}

fn prepare_type_var_tuple(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    call_typing(vm, "_typevartuple_prepare_subst", &args.all::<3>())
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(expect(vm, args.get(0)).get(vm).name)
}

fn mro_entries(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = vm.class_name(args.get(0));
    Err(vm.raise(Exc::TypeError, format!("Cannot subclass an instance of {name}")))
}

const COVARIANT: GetSetDef = getter("__covariant__", get_covariant, "").member();
const CONTRAVARIANT: GetSetDef = getter("__contravariant__", get_contravariant, "").member();
const INFER_VARIANCE: GetSetDef = getter("__infer_variance__", get_infer_variance, "").member();

pub static TYPE_VAR: TypeSpec = TypeSpec {
    name: "TypeVar",
    module: "typing",
    layout: Some(<TypeParameter as HeapObject>::native),
    slots: Slots { new: Some(new_type_var), repr: Some(repr), or: Some(crate::types::union::or), ..Slots::DEFAULT },
    methods: &[
        method("__typing_subst__($self, arg, /)", subst_type_var, ""),
        method("__typing_prepare_subst__($self, alias, args, /)", prepare_type_var, ""),
        method("__reduce__($self, /)", reduce, ""),
        method("has_default($self, /)", has_default, ""),
        method("__mro_entries__($self, object, /)", mro_entries, ""),
    ],
    getset: &[
        getter("__name__", get_name, "").member(),
        COVARIANT,
        CONTRAVARIANT,
        INFER_VARIANCE,
        getter("__bound__", get_bound, ""),
        getter("__constraints__", get_constraints, ""),
        getter("__default__", get_default, ""),
        getter("evaluate_bound", get_evaluate_bound, ""),
        getter("evaluate_constraints", get_evaluate_constraints, ""),
        getter("evaluate_default", get_evaluate_default, ""),
    ],
    doc: "Type variable.",
    flags: HAS_DICT | WEAKREFABLE,
    ..TypeSpec::DEFAULT
};

pub static TYPE_VAR_TUPLE: TypeSpec = TypeSpec {
    name: "TypeVarTuple",
    module: "typing",
    layout: Some(<TypeParameter as HeapObject>::native),
    slots: Slots {
        new: Some(new_type_var_tuple),
        repr: Some(repr_plain),
        iter: Some(unpack_iterator),
        ..Slots::DEFAULT
    },
    methods: &[
        method("__typing_subst__($self, arg, /)", subst_type_var_tuple, ""),
        method("__typing_prepare_subst__($self, alias, args, /)", prepare_type_var_tuple, ""),
        method("__reduce__($self, /)", reduce, ""),
        method("has_default($self, /)", has_default, ""),
        method("__mro_entries__($self, object, /)", mro_entries, ""),
    ],
    getset: &[
        getter("__name__", get_name, "").member(),
        getter("__default__", get_default, "The default value for this TypeVarTuple."),
        getter("evaluate_default", get_evaluate_default, ""),
    ],
    doc: "Type variable tuple.",
    flags: HAS_DICT | WEAKREFABLE,
    ..TypeSpec::DEFAULT
};

pub static PARAM_SPEC: TypeSpec = TypeSpec {
    name: "ParamSpec",
    module: "typing",
    layout: Some(<TypeParameter as HeapObject>::native),
    slots: Slots { new: Some(new_param_spec), repr: Some(repr), or: Some(crate::types::union::or), ..Slots::DEFAULT },
    methods: &[
        method("__typing_subst__($self, arg, /)", subst_param_spec, ""),
        method("__typing_prepare_subst__($self, alias, args, /)", prepare_param_spec, ""),
        method("has_default($self, /)", has_default, ""),
        method("__reduce__($self, /)", reduce, ""),
        method("__mro_entries__($self, object, /)", mro_entries, ""),
    ],
    getset: &[
        getter("__name__", get_name, "").member(),
        getter("__bound__", get_bound, "").member(),
        COVARIANT,
        CONTRAVARIANT,
        INFER_VARIANCE,
        getter("args", get_args, "Represents positional arguments."),
        getter("kwargs", get_kwargs, "Represents keyword arguments."),
        getter("__default__", get_default, "The default value for this ParamSpec."),
        getter("evaluate_default", get_evaluate_default, ""),
    ],
    doc: "Parameter specification variable.",
    flags: HAS_DICT | WEAKREFABLE,
    ..TypeSpec::DEFAULT
};
