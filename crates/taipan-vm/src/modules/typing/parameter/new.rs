//! Making type parameters: from type parameter lists, and by calling the classes.

use super::{PARAM_SPEC, TYPE_VAR, TYPE_VAR_TUPLE, TypeParameter};
use crate::args::Args;
use crate::gc::{Gc, HeaderWord};
use crate::modules::typing::{call_typing, caller_module, no_default, text_argument};
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::signature::Signature;
use crate::spec::TypeSpec;
use crate::types::tuple::Tuple;
use crate::types::type_::{Type, class_of_spec};
use crate::value::Value;
use crate::vm::Vm;

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

pub(super) fn new_type_var(vm: &mut Vm, _class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
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

pub(super) fn new_param_spec(vm: &mut Vm, _class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
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

pub(super) fn new_type_var_tuple(vm: &mut Vm, _class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
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
