//! `TypeVar`, `TypeVarTuple`, `ParamSpec`, and the two halves of a `ParamSpec`.
//!
//! Bounds, constraints and defaults that come from type parameter lists are evaluated at first use.

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::modules::typing::alias::TypeAlias;
use crate::modules::typing::{call_typing, caller_module, evaluate, no_default, text_argument};
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::signature::Signature;
use crate::slots::{Comparison, Slots};
use crate::spec::{GetSetDef, HAS_DICT, TypeSpec, WEAKREFABLE, getter, method};
use crate::types::Builtin;
use crate::types::generic_alias::substitute::item_text;
use crate::types::object;
use crate::types::tuple::Tuple;
use crate::types::type_::{Type, class_of_spec};
use crate::value::Value;
use crate::vm::Vm;

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
    /// `P.args` and `P.kwargs`.
    pub struct ParamSpecPart {
        pub origin: Value,
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

fn blank(name: Value) -> TypeParameter {
    TypeParameter {
        header: HeaderWord::NEW,
        name,
        bound: None,
        evaluate_bound: None,
        constraints: None,
        evaluate_constraints: None,
        default: None,
        evaluate_default: None,
        covariant: false,
        contravariant: false,
        infer_variance: false,
        pad: [0; 4],
        pad2: 0,
    }
}

fn make(vm: &mut Vm, spec: &'static TypeSpec, parameter: TypeParameter) -> Result<Value, Raised> {
    let shape = class_of_spec(vm, spec)?.get(vm).root_shape;
    Ok(vm.new_object(shape, parameter)?.value())
}

/// The TypeVar of a type parameter list: name, function of the bound or None, function of the constraints or None.
pub fn make_type_var(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [name, bound, constraints] = args.all();
    let parameter = TypeParameter {
        evaluate_bound: bound.not_none(),
        evaluate_constraints: constraints.not_none(),
        infer_variance: true,
        ..blank(name)
    };
    make(vm, &TYPE_VAR, parameter)
}

/// The ParamSpec of a type parameter list.
pub fn make_param_spec(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    make(vm, &PARAM_SPEC, TypeParameter { infer_variance: true, ..blank(args.get(0)) })
}

/// The TypeVarTuple of a type parameter list.
pub fn make_type_var_tuple(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    make(vm, &TYPE_VAR_TUPLE, blank(args.get(0)))
}

/// Gives a type parameter the function of its default.
pub fn set_default(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, default] = args.all();
    let Some(parameter) = this.downcast::<TypeParameter>(vm) else {
        return Err(vm.raise(Exc::TypeError, "Expected a type param"));
    };
    parameter.get_mut(vm).evaluate_default = Some(default);
    Ok(this)
}

fn set_module(vm: &mut Vm, this: Value) -> Result<(), Raised> {
    match caller_module(vm)? {
        Some(module) => vm.set_attr_name(this, name::MODULE, module),
        None => vm.set_attr_name(this, name::MODULE, Value::NONE),
    }
}

struct Variance {
    covariant: bool,
    contravariant: bool,
    infer: bool,
}

fn variance(vm: &mut Vm, flags: [Value; 3]) -> Result<Variance, Raised> {
    let mut truth = [false; 3];
    for (to, flag) in truth.iter_mut().zip(flags) {
        *to = match flag.given() {
            Some(flag) => vm.is_true(flag)?,
            None => false,
        };
    }
    let [covariant, contravariant, infer] = truth;
    if covariant && contravariant {
        return Err(vm.raise(Exc::ValueError, "Bivariant types are not supported."));
    }
    if infer && (covariant || contravariant) {
        return Err(vm.raise(Exc::ValueError, "Variance cannot be specified with infer_variance."));
    }
    Ok(Variance { covariant, contravariant, infer })
}

fn checked_bound(vm: &mut Vm, bound: Value) -> Result<Option<Value>, Raised> {
    let Some(bound) = bound.not_none() else { return Ok(None) };
    let message = vm.new_str("Bound must be a type.")?;
    call_typing(vm, "_type_check", &[bound, message]).map(Some)
}

fn given_default(vm: &mut Vm, default: Value) -> Result<Option<Value>, Raised> {
    let absent = no_default(vm)?;
    Ok(default.given().filter(|default| *default != absent))
}

fn new_type_var(vm: &mut Vm, _class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse(
        "typevar(name, *constraints, bound=None, default=NoDefault, covariant=False, contravariant=False, infer_variance=False)",
    );
    let this = args.bind(vm, &SIGNATURE, |vm, args| {
        // Keyword-only parameters are bound before `*constraints`.
        let [name, bound, default, covariant, contravariant, infer, constraints] = args.all();
        let name = text_argument(vm, name, "typevar", "name")?;
        let variance = variance(vm, [covariant, contravariant, infer])?;
        let bound = checked_bound(vm, bound)?;
        let count = constraints.downcast::<Tuple>(vm).map_or(0, |tuple| tuple.get(vm).len());
        if count == 1 {
            return Err(vm.raise(Exc::TypeError, "A single constraint is not allowed"));
        }
        if count > 0 && bound.is_some() {
            return Err(vm.raise(Exc::TypeError, "Constraints cannot be combined with bound=..."));
        }
        let default = given_default(vm, default)?;
        let parameter = TypeParameter {
            bound,
            constraints: (count > 0).then_some(constraints),
            default,
            covariant: variance.covariant,
            contravariant: variance.contravariant,
            infer_variance: variance.infer,
            ..blank(name)
        };
        make(vm, &TYPE_VAR, parameter)
    })?;
    set_module(vm, this)?;
    Ok(this)
}

fn new_param_spec(vm: &mut Vm, _class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse(
        "paramspec(name, *, bound=None, default=NoDefault, covariant=False, contravariant=False, infer_variance=False)",
    );
    let this = args.bind(vm, &SIGNATURE, |vm, args| {
        let [name, bound, default, covariant, contravariant, infer] = args.all();
        let name = text_argument(vm, name, "paramspec", "name")?;
        let variance = variance(vm, [covariant, contravariant, infer])?;
        let bound = bound.not_none();
        let default = given_default(vm, default)?;
        let parameter = TypeParameter {
            bound,
            default,
            covariant: variance.covariant,
            contravariant: variance.contravariant,
            infer_variance: variance.infer,
            ..blank(name)
        };
        make(vm, &PARAM_SPEC, parameter)
    })?;
    set_module(vm, this)?;
    Ok(this)
}

fn new_type_var_tuple(vm: &mut Vm, _class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("typevartuple(name, *, default=NoDefault)");
    let this = args.bind(vm, &SIGNATURE, |vm, args| {
        let [name, default] = args.all();
        let name = text_argument(vm, name, "typevartuple", "name")?;
        let default = given_default(vm, default)?;
        make(vm, &TYPE_VAR_TUPLE, TypeParameter { default, ..blank(name) })
    })?;
    set_module(vm, this)?;
    Ok(this)
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

/// A function that gives `value`.
pub fn constant_evaluator(vm: &mut Vm, value: Value) -> Result<Value, Raised> {
    let shape = class_of_spec(vm, &CONSTANT_EVALUATOR)?.get(vm).root_shape;
    Ok(vm.new_object(shape, ConstantEvaluator { header: HeaderWord::NEW, value })?.value())
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

fn part(vm: &mut Vm, spec: &'static TypeSpec, origin: Value) -> Result<Value, Raised> {
    let shape = class_of_spec(vm, spec)?.get(vm).root_shape;
    Ok(vm.new_object(shape, ParamSpecPart { header: HeaderWord::NEW, origin })?.value())
}

fn get_args(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    part(vm, &PARAM_SPEC_ARGS, this)
}

fn get_kwargs(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    part(vm, &PARAM_SPEC_KWARGS, this)
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

fn part_origin(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this.downcast::<ParamSpecPart>(vm).map_or(Value::NONE, |part| part.get(vm).origin))
}

fn new_part(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("paramspecargs(origin)");
    let origin = args.bind(vm, &SIGNATURE, |_, args| Ok(args.get(0)))?;
    let shape = class.get(vm).root_shape;
    Ok(vm.new_object(shape, ParamSpecPart { header: HeaderWord::NEW, origin })?.value())
}

fn part_text(vm: &mut Vm, this: Value, suffix: &str) -> Result<Value, Raised> {
    let origin = part_origin(vm, this)?;
    let name = match origin.downcast::<TypeParameter>(vm) {
        Some(parameter) => {
            let name = parameter.get(vm).name;
            vm.str_string(name)?
        }
        None => vm.repr_string(origin)?,
    };
    vm.new_str(&format!("{name}.{suffix}"))
}

fn args_repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    part_text(vm, this, "args")
}

fn kwargs_repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    part_text(vm, this, "kwargs")
}

fn part_richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    let same_class = vm.type_of(a) == vm.type_of(b);
    if !same_class || !matches!(op, Comparison::Eq | Comparison::Ne) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (a, b) = (part_origin(vm, a)?, part_origin(vm, b)?);
    vm.compare(a, b, op)
}

pub static PARAM_SPEC_ARGS: TypeSpec = TypeSpec {
    name: "ParamSpecArgs",
    module: "typing",
    layout: Some(<ParamSpecPart as HeapObject>::native),
    slots: Slots {
        new: Some(new_part),
        repr: Some(args_repr),
        richcompare: Some(part_richcompare),
        hash: Some(object::hash_not_implemented),
        ..Slots::DEFAULT
    },
    methods: &[method("__mro_entries__($self, object, /)", mro_entries, "")],
    getset: &[getter("__origin__", part_origin, "").member()],
    doc: "The args for a ParamSpec object.",
    flags: WEAKREFABLE,
    ..TypeSpec::DEFAULT
};

pub static PARAM_SPEC_KWARGS: TypeSpec = TypeSpec {
    name: "ParamSpecKwargs",
    module: "typing",
    layout: Some(<ParamSpecPart as HeapObject>::native),
    slots: Slots {
        new: Some(new_part),
        repr: Some(kwargs_repr),
        richcompare: Some(part_richcompare),
        hash: Some(object::hash_not_implemented),
        ..Slots::DEFAULT
    },
    methods: &[method("__mro_entries__($self, object, /)", mro_entries, "")],
    getset: &[getter("__origin__", part_origin, "").member()],
    doc: "The kwargs for a ParamSpec object.",
    flags: WEAKREFABLE,
    ..TypeSpec::DEFAULT
};

/// `annotationlib.Format.STRING`.
const FORMAT_STRING: i32 = 4;

fn constant(vm: &Vm, this: Value) -> Value {
    this.downcast::<ConstantEvaluator>(vm).map_or(Value::NONE, |own| own.get(vm).value)
}

fn call_constant(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("constevaluator.__call__(format, /)");
    args.bind(vm, &SIGNATURE, |vm, args| {
        let value = constant(vm, this);
        if vm.index_i32(args.get(0))? != FORMAT_STRING {
            return Ok(value);
        }
        let text = match value.downcast::<Tuple>(vm) {
            Some(items) => {
                let mut parts = Vec::new();
                for i in 0..items.get(vm).len() {
                    let item = items.get(vm).at(i);
                    parts.push(type_text(vm, item)?);
                }
                format!("({})", parts.join(", "))
            }
            None => type_text(vm, value)?,
        };
        vm.new_str(&text)
    })
}

/// A type as annotations in the form of strings show it.
fn type_text(vm: &mut Vm, value: Value) -> Result<String, Raised> {
    if value == vm.class(Builtin::NoneType).value() {
        return Ok("None".to_owned());
    }
    item_text(vm, value)
}

fn constant_repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let value = constant(vm, this);
    let text = vm.repr_string(value)?;
    vm.new_str(&format!("<constevaluator {text}>"))
}

static CONSTANT_EVALUATOR: TypeSpec = TypeSpec {
    name: "_ConstEvaluator",
    module: "_typing",
    layout: Some(<ConstantEvaluator as HeapObject>::native),
    slots: Slots { call: Some(call_constant), repr: Some(constant_repr), ..Slots::DEFAULT },
    flags: crate::spec::NO_NEW,
    ..TypeSpec::DEFAULT
};
