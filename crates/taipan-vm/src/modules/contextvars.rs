//! `_contextvars`: context variables (PEP 567).
//!
//! Invariants: the dict in a `Context` is never changed once it is there: setting a variable puts a changed copy in its place,
//! so that copies of contexts share it. Each thread has a current context, made at first use.

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::raise::{Exc, Raised};
use crate::slots::{Comparison, Slots};
use crate::spec::{GetSetDef, MethodDef, ModuleSpec, TypeSpec, WEAKREFABLE, class_method, function, getter, method};
use crate::types::dict::Dict;
use crate::types::generic_alias::class_getitem;
use crate::types::object;
use crate::types::str::Str;
use crate::types::type_::{Type, class_of_spec};
use crate::value::Value;
use crate::vm::Vm;

use token::{TOKEN, Token};

mod token;

heap_object! {
    /// `Context`.
    pub struct Context {
        /// Values by variable.
        pub values: Gc<Dict>,
        /// The context that was current when this one was entered.
        pub previous: Option<Value>,
        pub entered: bool,
        pub pad: [u8; 7],
    }
}

heap_object! {
    /// `ContextVar`.
    pub struct ContextVar {
        pub name: Value,
        pub default: Option<Value>,
    }
}

fn new_context(vm: &mut Vm, values: Gc<Dict>) -> Result<Gc<Context>, Raised> {
    let shape = class_of_spec(vm, &CONTEXT)?.get(vm).root_shape;
    let context = Context { header: HeaderWord::NEW, values, previous: None, entered: false, pad: [0; 7] };
    vm.new_object(shape, context)
}

/// The current context of the thread.
fn current(vm: &mut Vm) -> Result<Gc<Context>, Raised> {
    if let Some(context) = vm.context.and_then(|context| context.downcast::<Context>(vm)) {
        return Ok(context);
    }
    let values = Dict::new(vm)?;
    let context = new_context(vm, values)?;
    context.get_mut(vm).entered = true;
    vm.context = Some(context.value());
    Ok(context)
}

fn copy_dict(vm: &mut Vm, from: Gc<Dict>) -> Result<Gc<Dict>, Raised> {
    let copy = Dict::with_capacity(vm, from.get(vm).len() + 1)?;
    let mut at = 0;
    while let Some((number, entry)) = from.get(vm).next_entry(vm, at) {
        Dict::set(copy, vm, entry.key, entry.value)?;
        at = number + 1;
    }
    Ok(copy)
}

impl ContextVar {
    /// A new variable without default, as `ContextVar(name)` makes it.
    pub fn new(vm: &mut Vm, variable_name: &str) -> Result<Gc<ContextVar>, Raised> {
        let name = vm.new_str(variable_name)?;
        let shape = class_of_spec(vm, &CONTEXT_VAR)?.get(vm).root_shape;
        vm.new_object(shape, ContextVar { header: HeaderWord::NEW, name, default: None })
    }

    /// The value in the current context.
    pub fn value(this: Gc<ContextVar>, vm: &mut Vm) -> Result<Option<Value>, Raised> {
        let values = current(vm)?.get(vm).values;
        Dict::get_item(values, vm, this.value())
    }

    /// Sets the value in the current context.
    pub fn set_value(this: Gc<ContextVar>, vm: &mut Vm, value: Value) -> Result<(), Raised> {
        let context = current(vm)?;
        let values = context.get(vm).values;
        let changed = copy_dict(vm, values)?;
        Dict::set(changed, vm, this.value(), value)?;
        context.get_mut(vm).values = changed;
        Ok(())
    }
}

/// What the variables of the current context are held by: it is replaced, never changed, when one is set.
#[inline]
pub fn current_values(vm: &Vm) -> Option<Gc<Dict>> {
    Some(vm.context?.downcast::<Context>(vm)?.get(vm).values)
}

fn context_of(vm: &Vm, this: Value) -> Gc<Context> {
    this.expect(vm)
}

// ---- Context ----

fn context_new(vm: &mut Vm, _class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    if !args.slots().is_empty() {
        return Err(vm.raise(Exc::TypeError, "Context() does not accept any arguments"));
    }
    let values = Dict::new(vm)?;
    Ok(new_context(vm, values)?.value())
}

fn copy_context(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let values = current(vm)?.get(vm).values;
    Ok(new_context(vm, values)?.value())
}

fn context_copy(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let values = context_of(vm, args.get(0)).get(vm).values;
    Ok(new_context(vm, values)?.value())
}

fn context_run(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    if args.len() < 2 {
        return Err(vm.raise(Exc::TypeError, "run() missing 1 required positional argument"));
    }
    let (this, callable) = (args.get(0), args.get(1));
    let context = context_of(vm, this);
    if context.get(vm).entered {
        let shown = vm.repr_string(this)?;
        return Err(vm.raise(Exc::RuntimeError, format!("cannot enter context: {shown} is already entered")));
    }
    let previous = vm.context;
    let fields = context.get_mut(vm);
    (fields.previous, fields.entered) = (previous, true);
    vm.context = Some(this);
    let result = vm.call_args(callable, args.skip(2));
    let fields = context.get_mut(vm);
    vm.context = {
        fields.entered = false;
        fields.previous.take()
    };
    result
}

fn expect_variable(vm: &mut Vm, key: Value) -> Result<(), Raised> {
    if key.downcast::<ContextVar>(vm).is_some() {
        return Ok(());
    }
    let shown = vm.repr_string(key)?;
    Err(vm.raise(Exc::TypeError, format!("a ContextVar key was expected, got {shown}")))
}

fn context_item(vm: &mut Vm, this: Value, key: Value) -> Result<Value, Raised> {
    expect_variable(vm, key)?;
    let values = context_of(vm, this).get(vm).values;
    match Dict::get_item(values, vm, key)? {
        Some(value) => Ok(value),
        None => Err(vm.raise_with(Exc::KeyError, &[key])),
    }
}

fn context_contains(vm: &mut Vm, this: Value, key: Value) -> Result<bool, Raised> {
    expect_variable(vm, key)?;
    let values = context_of(vm, this).get(vm).values;
    Ok(Dict::get_item(values, vm, key)?.is_some())
}

fn context_get(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, key, default] = args.all();
    expect_variable(vm, key)?;
    let values = context_of(vm, this).get(vm).values;
    Ok(Dict::get_item(values, vm, key)?.or(default.given()).unwrap_or(Value::NONE))
}

fn context_len(vm: &mut Vm, this: Value) -> Result<usize, Raised> {
    Ok(context_of(vm, this).get(vm).values.get(vm).len())
}

fn context_iter(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let values = context_of(vm, this).get(vm).values;
    vm.iter(values.value())
}

fn context_richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    let (Some(a), Some(b)) = (a.downcast::<Context>(vm), b.downcast::<Context>(vm)) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    if !matches!(op, Comparison::Eq | Comparison::Ne) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (a, b) = (a.get(vm).values.value(), b.get(vm).values.value());
    vm.compare(a, b, op)
}

fn view_iterator(vm: &mut Vm, args: Args<'_>, view: &str) -> Result<Value, Raised> {
    let values = context_of(vm, args.get(0)).get(vm).values.value();
    let view = vm.call_method(values, view, &[])?;
    vm.iter(view)
}

fn context_items(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    view_iterator(vm, args, "items")
}

fn context_keys(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    view_iterator(vm, args, "keys")
}

fn context_values(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    view_iterator(vm, args, "values")
}

// ---- ContextVar ----

fn variable_of(vm: &Vm, this: Value) -> Gc<ContextVar> {
    this.expect(vm)
}

fn variable_new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: crate::signature::Signature =
        crate::signature::Signature::parse("ContextVar(name, /, *, default=<unrepresentable>)");
    let (name, default) = args.bind(vm, &SIGNATURE, |_, args| Ok((args.get(0), args.get(1).given())))?;
    if name.downcast::<Str>(vm).is_none() {
        return Err(vm.raise(Exc::TypeError, "context variable name must be a str"));
    }
    vm.hash(name)?;
    let shape = class.get(vm).root_shape;
    Ok(vm.new_object(shape, ContextVar { header: HeaderWord::NEW, name, default })?.value())
}

/// A new variable without default, as natives use it.
pub fn new_variable(vm: &mut Vm, name: &str) -> Result<Value, Raised> {
    let name = Str::intern(vm, name)?.value();
    let shape = class_of_spec(vm, &CONTEXT_VAR)?.get(vm).root_shape;
    Ok(vm.new_object(shape, ContextVar { header: HeaderWord::NEW, name, default: None })?.value())
}

fn variable_get(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, default] = args.all();
    let values = current(vm)?.get(vm).values;
    if let Some(value) = Dict::get_item(values, vm, this)? {
        return Ok(value);
    }
    match default.given().or(variable_of(vm, this).get(vm).default) {
        Some(default) => Ok(default),
        None => Err(vm.raise_with(Exc::LookupError, &[this])),
    }
}

fn variable_set(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, value] = args.all();
    let variable = variable_of(vm, this);
    let context = current(vm)?;
    let values = context.get(vm).values;
    let old = Dict::get_item(values, vm, this)?;
    let changed = copy_dict(vm, values)?;
    Dict::set(changed, vm, this, value)?;
    context.get_mut(vm).values = changed;
    let shape = class_of_spec(vm, &TOKEN)?.get(vm).root_shape;
    let token = Token { header: HeaderWord::NEW, context, variable, old, used: false, pad: [0; 7] };
    Ok(vm.new_object(shape, token)?.value())
}

fn reset(vm: &mut Vm, this: Value, token_value: Value) -> Result<Value, Raised> {
    let Some(token) = token_value.downcast::<Token>(vm) else {
        let shown = vm.repr_string(token_value)?;
        return Err(vm.raise(Exc::TypeError, format!("expected an instance of Token, got {shown}")));
    };
    let Token { context, variable, old, used, .. } = *token.get(vm);
    let (exc, what) = if used {
        (Exc::RuntimeError, "has already been used once")
    } else if variable.value() != this {
        (Exc::ValueError, "was created by a different ContextVar")
    } else if current(vm)? != context {
        (Exc::ValueError, "was created in a different Context")
    } else {
        token.get_mut(vm).used = true;
        let changed = copy_dict(vm, context.get(vm).values)?;
        match old {
            Some(old) => Dict::set(changed, vm, this, old)?,
            None => {
                Dict::remove(changed, vm, this)?;
            }
        }
        context.get_mut(vm).values = changed;
        return Ok(Value::NONE);
    };
    let shown = vm.repr_string(token_value)?;
    Err(vm.raise(exc, format!("{shown} {what}")))
}

fn variable_reset(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    reset(vm, args.get(0), args.get(1))
}

fn variable_repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    vm.check_native_stack()?;
    let ContextVar { name, default, .. } = *variable_of(vm, this).get(vm);
    let (name, id) = (vm.repr_string(name)?, object::id_number(vm, this));
    let default = match default {
        Some(default) => format!(" default={}", vm.repr_string(default)?),
        None => String::new(),
    };
    vm.new_str(&format!("<ContextVar name={name}{default} at {id:#x}>"))
}

fn variable_name(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(variable_of(vm, this).get(vm).name)
}

const CONTEXT_METHODS: &[MethodDef] = &[
    method(
        "get($self, key, default=None, /)",
        context_get,
        "Return the value for `key` if `key` has the value in the context object.\n\nIf `key` does not exist, return `default`. If `default` is not given,\nreturn None.",
    ),
    method(
        "items($self, /)",
        context_items,
        "Return all variables and their values in the context object.\n\nThe result is returned as a list of 2-tuples (variable, value).",
    ),
    method("keys($self, /)", context_keys, "Return a list of all variables in the context object."),
    method("values($self, /)", context_values, "Return a list of all variables' values in the context object."),
    method("copy($self, /)", context_copy, "Return a shallow copy of the context object."),
    MethodDef::raw("run", context_run, ""),
];

pub static CONTEXT: TypeSpec = TypeSpec {
    name: "Context",
    module: "_contextvars",
    layout: Some(<Context as HeapObject>::native),
    slots: Slots {
        new: Some(context_new),
        subscript: Some(context_item),
        contains: Some(context_contains),
        len: Some(context_len),
        iter: Some(context_iter),
        richcompare: Some(context_richcompare),
        hash: Some(object::hash_not_implemented),
        ..Slots::DEFAULT
    },
    methods: CONTEXT_METHODS,
    flags: WEAKREFABLE,
    ..TypeSpec::DEFAULT
};

const VARIABLE_METHODS: &[MethodDef] = &[
    method(
        "get($self, default=<unrepresentable>, /)",
        variable_get,
        "Return a value for the context variable for the current context.\n\nIf there is no value for the variable in the current context, the\nmethod will:\n * return the value of the default argument of the method, if\n   provided; or\n * return the default value for the context variable, if it was\n   created with one; or\n * raise a LookupError.",
    ),
    method(
        "set($self, value, /)",
        variable_set,
        "Call to set a new value for the context variable in the current context.\n\nThe required value argument is the new value for the context\nvariable.\n\nReturns a Token object that can be used to restore the variable to\nits previous value via the `ContextVar.reset()` method.",
    ),
    method(
        "reset($self, token, /)",
        variable_reset,
        "Reset the context variable.\n\nThe variable is reset to the value it had before the\n`ContextVar.set()` that created the token was used.",
    ),
    class_method(
        "__class_getitem__($type, object, /)",
        class_getitem,
        "ContextVars are generic over the type of their contained values",
    ),
];

const VARIABLE_GETSET: &[GetSetDef] = &[getter("name", variable_name, "").member()];

pub static CONTEXT_VAR: TypeSpec = TypeSpec {
    name: "ContextVar",
    module: "_contextvars",
    layout: Some(<ContextVar as HeapObject>::native),
    slots: Slots { new: Some(variable_new), repr: Some(variable_repr), ..Slots::DEFAULT },
    methods: VARIABLE_METHODS,
    getset: VARIABLE_GETSET,
    ..TypeSpec::DEFAULT
};

pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_contextvars",
    doc: "Context Variables",
    functions: &[function("copy_context()", copy_context, "")],
    types: &[&CONTEXT, &CONTEXT_VAR, &TOKEN],
    ..ModuleSpec::DEFAULT
};
