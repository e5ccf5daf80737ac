//! `SignalDict`: the flags or the traps of a context as a mapping.

use taipan_decimal::Status;
use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::import::import_module;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::slots::{Comparison, Slots};
use taipan_vm::spec::{BASETYPE, MethodDef, TypeSpec, method};
use taipan_vm::types::dict::Dict;
use taipan_vm::types::object;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::{Type, class_of_spec};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::context::ContextObject;
use super::signals::{self, SIGNALS};

heap_object! {
    /// A view of a context's flags or traps.
    pub struct SignalDict {
        context: Option<Gc<ContextObject>>,
        is_traps: bool,
        pad: [u8; 7],
    }
}

const CLASS: &str = "decimal.SignalDict";

/// The class `SignalDict`, a mutable mapping made from the native part.
fn class(vm: &mut Vm) -> Result<Value, Raised> {
    if let Some(class) = vm.state(CLASS) {
        return Ok(class);
    }
    let abc = import_module(vm, "collections.abc")?;
    let mapping = vm.get_attr_str(abc, "MutableMapping")?;
    let mixin = class_of_spec(vm, &MIXIN)?.value();
    let metaclass = vm.type_of(mapping).value();
    let (name, bases) = (vm.new_str("SignalDict")?, Tuple::from_values(vm, &[mixin, mapping])?.value());
    let dict = Dict::new(vm)?;
    let slots = (vm.new_str("__slots__")?, Tuple::empty(vm)?.value());
    Dict::set(dict, vm, slots.0, slots.1)?;
    let class = vm.call(metaclass, &[name, bases, dict.value()])?;
    vm.set_state(CLASS, class);
    Ok(class)
}

impl SignalDict {
    /// The view of a context's flags or traps.
    pub fn make(vm: &mut Vm, context: Gc<ContextObject>, is_traps: bool) -> Result<Value, Raised> {
        let class = class(vm)?;
        let view = vm.call(class, &[])?;
        let Some(dict) = view.downcast::<SignalDict>(vm) else {
            return Err(vm.raise(Exc::RuntimeError, "SignalDict is no signal dict"));
        };
        let fields = dict.get_mut(vm);
        (fields.context, fields.is_traps) = (Some(context), is_traps);
        Ok(view)
    }
}

/// The signals in a view. ValueError when it belongs to no context.
fn status_of(vm: &mut Vm, this: Gc<SignalDict>) -> Result<Status, Raised> {
    let SignalDict { context, is_traps, .. } = *this.get(vm);
    match context {
        Some(context) if is_traps => Ok(context.get(vm).traps()),
        Some(context) => Ok(context.get(vm).flags()),
        None => Err(vm.raise(Exc::ValueError, "invalid signal dict")),
    }
}

/// The signals that an object stands for: a view, or a dict with all signals as keys.
pub fn status_from(vm: &mut Vm, value: Value) -> Result<Status, Raised> {
    if let Some(view) = value.downcast::<SignalDict>(vm) {
        return status_of(vm, view);
    }
    let Some(dict) = value.downcast::<Dict>(vm) else {
        return Err(vm.raise(Exc::TypeError, "argument must be a signal dict"));
    };
    let mut status = Status::NONE;
    let signals = signals::classes(vm)?;
    let is_whole = dict.get(vm).len() == SIGNALS.len();
    for (i, (_, flag)) in SIGNALS.iter().enumerate() {
        let class = signals.get(vm).at(i);
        let found = if is_whole { Dict::get_item(dict, vm, class)? } else { None };
        let Some(value) = found else {
            let message = vm.new_str("invalid signal dict")?;
            return Err(vm.raise_with(Exc::KeyError, &[message]));
        };
        if vm.is_true(value)? {
            status |= *flag;
        }
    }
    Ok(status)
}

fn new(vm: &mut Vm, class: Gc<Type>, _: Args<'_>) -> Result<Value, Raised> {
    let shape = class.get(vm).root_shape;
    let dict = SignalDict { header: HeaderWord::NEW, context: None, is_traps: false, pad: [0; 7] };
    Ok(vm.new_object(shape, dict)?.value())
}

fn init(vm: &mut Vm, this: Value, _: Args<'_>) -> Result<(), Raised> {
    this.expect::<SignalDict>(vm).get_mut(vm).context = None;
    Ok(())
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let this = this.expect::<SignalDict>(vm);
    let status = status_of(vm, this)?;
    let parts: Vec<String> = SIGNALS
        .iter()
        .map(|(name, flag)| format!("<class 'decimal.{name}'>:{}", if status.has(*flag) { "True" } else { "False" }))
        .collect();
    vm.new_str(&format!("{{{}}}", parts.join(", ")))
}

fn richcompare(vm: &mut Vm, this: Value, other: Value, op: Comparison) -> Result<Value, Raised> {
    let this = this.expect::<SignalDict>(vm);
    let status = status_of(vm, this)?;
    if !matches!(op, Comparison::Eq | Comparison::Ne) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let other = if other.downcast::<SignalDict>(vm).is_some() {
        status_from(vm, other)?
    } else if other.downcast::<Dict>(vm).is_some() {
        let other = status_from(vm, other);
        match vm.catch(other, Exc::KeyError)? {
            Some(other) => other,
            None => return Ok(Value::NOT_IMPLEMENTED),
        }
    } else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    Ok(Value::bool((status == other) == (op == Comparison::Eq)))
}

fn len(vm: &mut Vm, this: Value) -> Result<usize, Raised> {
    let this = this.expect::<SignalDict>(vm);
    status_of(vm, this)?;
    Ok(SIGNALS.len())
}

fn iter(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let this = this.expect::<SignalDict>(vm);
    status_of(vm, this)?;
    let signals = signals::classes(vm)?.value();
    vm.iter(signals)
}

fn get_item(vm: &mut Vm, this: Value, key: Value) -> Result<Value, Raised> {
    let this = this.expect::<SignalDict>(vm);
    let status = status_of(vm, this)?;
    Ok(Value::bool(status.has(signals::flag_of(vm, key)?)))
}

fn set_item(vm: &mut Vm, this: Value, key: Value, value: Option<Value>) -> Result<(), Raised> {
    let this = this.expect::<SignalDict>(vm);
    status_of(vm, this)?;
    let Some(value) = value else {
        return Err(vm.raise(Exc::ValueError, "signal keys cannot be deleted"));
    };
    let flag = signals::flag_of(vm, key)?;
    let on = vm.is_true(value)?;
    let status = status_of(vm, this)?;
    let status = if on { status | flag } else { status & !flag };
    let SignalDict { context, is_traps, .. } = *this.get(vm);
    match context {
        Some(context) if is_traps => context.get_mut(vm).set_traps(status),
        Some(context) => context.get_mut(vm).set_flags(status),
        None => {}
    }
    Ok(())
}

fn copy(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.receiver::<SignalDict>(vm);
    let status = status_of(vm, this)?;
    let (signals, dict) = (signals::classes(vm)?, Dict::new(vm)?);
    for (i, (_, flag)) in SIGNALS.iter().enumerate() {
        let class = signals.get(vm).at(i);
        Dict::set(dict, vm, class, Value::bool(status.has(*flag)))?;
    }
    Ok(dict.value())
}

const METHODS: &[MethodDef] = &[method("copy($self, /)", copy, "")];

static MIXIN: TypeSpec = TypeSpec {
    name: "SignalDictMixin",
    module: "decimal",
    layout: Some(<SignalDict as HeapObject>::native),
    slots: Slots {
        new: Some(new),
        init: Some(init),
        repr: Some(repr),
        richcompare: Some(richcompare),
        hash: Some(object::hash_not_implemented),
        iter: Some(iter),
        len: Some(len),
        subscript: Some(get_item),
        set_item: Some(set_item),
        ..Slots::DEFAULT
    },
    methods: METHODS,
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
