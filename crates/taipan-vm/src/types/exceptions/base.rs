//! `BaseException`: construction, text, chaining attributes.

use crate::args::Args;
use crate::gc::{Gc, HeapObject};
use crate::raise::{Exc, Raised};
use crate::slots::Slots;
use crate::spec::{BASETYPE, GetSetDef, HAS_DICT, MethodDef, TypeSpec, getset, method};
use crate::types::exceptions::{BaseException, NamedException, ValueException};
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

/// `BaseException.__new__`: keeps the positional arguments.
pub fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    let args = args.tuple_from(vm, 0)?;
    let shape = class.get(vm).root_shape;
    // Extensions of the layout begin with these words; their own start empty.
    let exception = vm.new_object(shape, BaseException::fresh(args))?;
    Ok(exception.value())
}

/// `BaseException.__init__`.
pub fn init(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    if args.has_keywords() {
        let name = vm.type_name(this);
        return Err(vm.raise(Exc::TypeError, format!("{name}() takes no keyword arguments")));
    }
    let args = args.tuple_from(vm, 0)?;
    fields(vm, this).get_mut(vm).args = args;
    Ok(())
}

/// `StopIteration.__init__`, `SystemExit.__init__`.
pub fn init_value(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    init(vm, this, args)?;
    let payload = match args.len() {
        0 => None,
        1 => Some(args.get(0)),
        _ if crate::types::exceptions::is_instance(vm, this, Exc::StopIteration) => Some(args.get(0)),
        _ => Some(args.tuple_from(vm, 0)?.value()),
    };
    if let Some(exception) = this.downcast::<ValueException>(vm) {
        exception.get_mut(vm).payload = payload;
    }
    Ok(())
}

/// `NameError.__init__`, `AttributeError.__init__`: keyword-only `name` and `obj`.
pub fn init_named(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    let positional = args.tuple_from(vm, 0)?;
    fields(vm, this).get_mut(vm).args = positional;
    let takes_obj = crate::types::exceptions::is_instance(vm, this, Exc::AttributeError);
    args.check_keys(vm)?;
    for i in 0..args.keyword_count() {
        let Some((key, value)) = args.keyword(vm, i) else { break };
        let key = vm.text_of(key).unwrap_or_default();
        let Some(exception) = this.downcast::<NamedException>(vm) else { break };
        match key.as_str() {
            "name" => exception.get_mut(vm).name = Some(value),
            "obj" if takes_obj => exception.get_mut(vm).object = Some(value),
            _ => {
                let name = if takes_obj { "AttributeError" } else { "NameError" };
                return Err(vm.raise(Exc::TypeError, format!("{name}() got an unexpected keyword argument '{key}'")));
            }
        }
    }
    Ok(())
}

fn fields(vm: &Vm, this: Value) -> Gc<BaseException> {
    this.expect(vm)
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let args = fields(vm, this).get(vm).args;
    let name = vm.class_name(this);
    let name = name.rsplit('.').next().unwrap_or_default().to_owned();
    let inner = match args.get(vm).len() {
        1 => {
            let arg = args.get(vm).at(0);
            format!("({})", vm.repr_string(arg)?)
        }
        _ => vm.repr_string(args.value())?,
    };
    vm.new_str(&format!("{name}{inner}"))
}

/// `BaseException.__str__`.
pub fn str(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let args = fields(vm, this).get(vm).args;
    match args.get(vm).len() {
        0 => Ok(Str::empty(vm)?.value()),
        1 => {
            let arg = args.get(vm).at(0);
            vm.str(arg)
        }
        _ => vm.str(args.value()),
    }
}

/// `KeyError.__str__`: the repr of a single key.
pub fn str_key(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let args = fields(vm, this).get(vm).args;
    if args.get(vm).len() == 1 {
        let key = args.get(vm).at(0);
        return vm.repr(key);
    }
    str(vm, this)
}

fn get_args(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(fields(vm, this).get(vm).args.value())
}

fn set_args(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let Some(value) = value else { return Err(vm.raise(Exc::TypeError, "args may not be deleted")) };
    let args = vm.tuple_of(value)?;
    fields(vm, this).get_mut(vm).args = args;
    Ok(())
}

fn get_traceback(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(fields(vm, this).get(vm).traceback.unwrap_or(Value::NONE))
}

fn set_traceback(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let Some(value) = value else { return Err(vm.raise(Exc::TypeError, "__traceback__ may not be deleted")) };
    if !value.is_none() && vm.type_name(value) != "traceback" {
        return Err(vm.raise(Exc::TypeError, "__traceback__ must be a traceback or None"));
    }
    fields(vm, this).get_mut(vm).traceback = value.not_none();
    Ok(())
}

fn chained(vm: &mut Vm, value: Option<Value>, what: &str) -> Result<Option<Value>, Raised> {
    let Some(value) = value else {
        return Err(vm.raise(Exc::TypeError, format!("{what} may not be deleted")));
    };
    if !value.is_none() && value.downcast::<BaseException>(vm).is_none() {
        let what = what.trim_matches('_');
        return Err(vm.raise(Exc::TypeError, format!("exception {what} must be None or derive from BaseException")));
    }
    Ok(value.not_none())
}

fn get_context(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(fields(vm, this).get(vm).context.unwrap_or(Value::NONE))
}

fn set_context(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let value = chained(vm, value, "__context__")?;
    fields(vm, this).get_mut(vm).context = value;
    Ok(())
}

fn get_cause(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(fields(vm, this).get(vm).cause.unwrap_or(Value::NONE))
}

fn set_cause(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let value = chained(vm, value, "__cause__")?;
    let fields = fields(vm, this).get_mut(vm);
    fields.cause = value;
    fields.suppress_context = true;
    Ok(())
}

fn get_suppress_context(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::bool(fields(vm, this).get(vm).suppress_context))
}

fn set_suppress_context(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let Some(value) = value else { return Err(vm.raise(Exc::TypeError, "can't delete numeric/char attribute")) };
    if !value.is_bool() {
        return Err(vm.raise(Exc::TypeError, "attribute value type must be bool"));
    }
    fields(vm, this).get_mut(vm).suppress_context = value == Value::TRUE;
    Ok(())
}

fn with_traceback(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, traceback] = args.all();
    set_traceback(vm, this, Some(traceback))?;
    Ok(this)
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.get(0);
    let class = vm.type_of(this).value();
    let arguments = fields(vm, this).get(vm).args.value();
    let state = match vm.instance_dict(this)? {
        Some(dict) if !dict.get(vm).is_empty() => Some(dict.value()),
        _ => None,
    };
    let tuple = match state {
        Some(state) => Tuple::from_values(vm, &[class, arguments, state])?,
        None => Tuple::from_values(vm, &[class, arguments])?,
    };
    Ok(tuple.value())
}

/// The state of an AttributeError: its own attributes, name and arguments. The object may not be one that can be pickled.
fn attribute_error_state(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    use crate::types::dict::Dict;
    let own = vm.instance_dict(this)?;
    let state = match own {
        Some(own) => Dict::copy(own, vm)?,
        None => Dict::new(vm)?,
    };
    if let Some(error) = this.downcast::<NamedException>(vm)
        && let Some(name) = error.get(vm).name
    {
        let key = Str::intern(vm, "name")?;
        Dict::set_str(state, vm, key, name)?;
    }
    let (key, arguments) = (Str::intern(vm, "args")?, fields(vm, this).get(vm).args.value());
    Dict::set_str(state, vm, key, arguments)?;
    Ok(state.value())
}

fn attribute_error_getstate(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    attribute_error_state(vm, args.get(0))
}

fn attribute_error_reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.get(0);
    let state = attribute_error_state(vm, this)?;
    let (class, arguments) = (vm.type_of(this).value(), fields(vm, this).get(vm).args.value());
    Ok(Tuple::from_values(vm, &[class, arguments, state])?.value())
}

/// The methods of `AttributeError`.
pub const ATTRIBUTE_ERROR_METHODS: &[MethodDef] = &[
    method("__getstate__($self, /)", attribute_error_getstate, "").hidden(),
    method("__reduce__($self, /)", attribute_error_reduce, "").hidden(),
];

fn set_state(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, state] = args.all();
    if state.is_none() {
        return Ok(Value::NONE);
    }
    let Some(dict) = state.downcast::<crate::types::dict::Dict>(vm) else {
        return Err(vm.raise(Exc::TypeError, "state is not a dictionary"));
    };
    let mut at = 0;
    while let Some((number, entry)) = dict.get(vm).next_entry(vm, at) {
        let name = vm.attr_name(entry.key)?;
        vm.set_attr(this, name, Some(entry.value))?;
        at = number + 1;
    }
    Ok(Value::NONE)
}

fn add_note(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, note] = args.all();
    if note.downcast::<Str>(vm).is_none() {
        let got = vm.type_name(note);
        return Err(vm.raise(Exc::TypeError, format!("add_note() argument must be str, not {got}")));
    }
    let notes_name = crate::names::name::NOTES;
    let notes = match vm.get_attr_opt_name(this, notes_name)? {
        Some(notes) => notes,
        None => {
            let list = crate::types::list::List::new(vm)?.value();
            vm.set_attr_name(this, notes_name, list)?;
            list
        }
    };
    let Some(list) = notes.downcast::<crate::types::list::List>(vm) else {
        return Err(vm.raise(Exc::TypeError, "Cannot add note: __notes__ is not a list"));
    };
    crate::types::list::List::push(list, vm, note)?;
    Ok(Value::NONE)
}

pub const GETSET: &[GetSetDef] = &[
    getset("args", get_args, set_args, ""),
    getset("__traceback__", get_traceback, set_traceback, ""),
    getset("__context__", get_context, set_context, "exception context"),
    getset("__cause__", get_cause, set_cause, "exception cause"),
    getset("__suppress_context__", get_suppress_context, set_suppress_context, "").member(),
    getset("__dict__", crate::types::object::get_dict, crate::types::object::set_dict, ""),
];

const METHODS: &[MethodDef] = &[
    method("with_traceback($self, tb, /)", with_traceback, "Set self.__traceback__ to tb and return self."),
    method("add_note($self, note, /)", add_note, "Add a note to the exception"),
    method("__reduce__($self, /)", reduce, ""),
    method("__setstate__($self, state, /)", set_state, ""),
];

/// The spec of `BaseException`.
pub const BASE: TypeSpec = TypeSpec {
    name: "BaseException",
    layout: Some(<BaseException as HeapObject>::native),
    slots: Slots { new: Some(new), init: Some(init), repr: Some(repr), str: Some(str), ..Slots::DEFAULT },
    methods: METHODS,
    getset: GETSET,
    doc: "Common base class for all exceptions",
    flags: BASETYPE | HAS_DICT,
    ..TypeSpec::DEFAULT
};

fn get_payload(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this.downcast::<ValueException>(vm).and_then(|e| e.get(vm).payload).unwrap_or(Value::NONE))
}

fn set_payload(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    if let Some(exception) = this.downcast::<ValueException>(vm) {
        exception.get_mut(vm).payload = value;
    }
    Ok(())
}

/// `StopIteration.value`.
pub const VALUE_GETSET: &[GetSetDef] = &[getset("value", get_payload, set_payload, "generator return value").member()];
/// `SystemExit.code`.
pub const CODE_GETSET: &[GetSetDef] = &[getset("code", get_payload, set_payload, "exception code").member()];

fn get_name(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this.downcast::<NamedException>(vm).and_then(|e| e.get(vm).name).unwrap_or(Value::NONE))
}

fn set_name(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    if let Some(exception) = this.downcast::<NamedException>(vm) {
        exception.get_mut(vm).name = value;
    }
    Ok(())
}

fn get_object(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this.downcast::<NamedException>(vm).and_then(|e| e.get(vm).object).unwrap_or(Value::NONE))
}

fn set_object(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    if let Some(exception) = this.downcast::<NamedException>(vm) {
        exception.get_mut(vm).object = value;
    }
    Ok(())
}

/// `NameError.name`.
pub const NAME_GETSET: &[GetSetDef] = &[getset("name", get_name, set_name, "name").member()];
/// `AttributeError.name`, `AttributeError.obj`.
pub const NAME_OBJECT_GETSET: &[GetSetDef] = &[
    getset("name", get_name, set_name, "attribute name").member(),
    getset("obj", get_object, set_object, "object").member(),
];
