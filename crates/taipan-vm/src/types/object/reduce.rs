//! `object.__reduce_ex__`: the default pickling of instances (`copyreg`, PEP 307).

use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::types::Builtin;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

/// `object.__reduce_ex__(protocol)`.
pub fn reduce_ex(vm: &mut Vm, this: Value, protocol: i32) -> Result<Value, Raised> {
    let copyreg = import_copyreg(vm)?;
    if protocol < 2 {
        let reduce = vm.get_attr_str(copyreg, "_reduce_ex")?;
        return vm.call(reduce, &[this, Value::int32(protocol)]);
    }
    let class = vm.type_of(this);
    if class.get(vm).slots.new.is_none() {
        let name = Type::full_name(class, vm);
        return Err(vm.raise(Exc::TypeError, format!("cannot pickle '{name}' object")));
    }
    let (args, kwargs) = new_arguments(vm, this)?;
    let has_args = args.is_some() || kwargs.is_some();
    let (function, arguments) = match kwargs {
        Some(kwargs) if !kwargs.get(vm).is_empty() => {
            let function = vm.get_attr_str(copyreg, "__newobj_ex__")?;
            let args = match args {
                Some(args) => args,
                None => Tuple::empty(vm)?,
            };
            (function, Tuple::from_values(vm, &[class.value(), args.value(), kwargs.value()])?)
        }
        _ => {
            let function = vm.get_attr_str(copyreg, "__newobj__")?;
            let args = match args {
                Some(args) => args,
                None => Tuple::empty(vm)?,
            };
            (function, Tuple::prepend(vm, class.value(), args)?)
        }
    };
    let is_list = vm.is_a(this, Builtin::List);
    let is_dict = vm.is_a(this, Builtin::Dict);
    // Instances of varying size would need arguments to be made anew.
    if !has_args && (vm.is_a(this, Builtin::MemoryView) || vm.is_a(this, Builtin::Code)) {
        let name = Type::full_name(class, vm);
        return Err(vm.raise(Exc::TypeError, format!("cannot pickle {name} objects")));
    }
    let state = state_of(vm, this, !has_args && !is_list && !is_dict)?;
    let items = if is_list { vm.iter(this)? } else { Value::NONE };
    let pairs = if is_dict {
        let pairs = vm.call_method_name(this, name::ITEMS, &[])?;
        vm.iter(pairs)?
    } else {
        Value::NONE
    };
    Ok(Tuple::from_values(vm, &[function, arguments.value(), state, items, pairs])?.value())
}

fn import_copyreg(vm: &mut Vm) -> Result<Value, Raised> {
    crate::import::import_module(vm, "copyreg")
}

type Arguments = (Option<crate::gc::Gc<Tuple>>, Option<crate::gc::Gc<Dict>>);

/// `__getnewargs_ex__` or `__getnewargs__`.
fn new_arguments(vm: &mut Vm, this: Value) -> Result<Arguments, Raised> {
    if let Some(method) = vm.special_method(this, name::GETNEWARGS_EX)? {
        let result = vm.call(method, &[])?;
        let Some(pair) = result.downcast::<Tuple>(vm) else {
            let got = vm.type_name(result);
            return Err(vm.raise(Exc::TypeError, format!("__getnewargs_ex__ should return a tuple, not '{got}'")));
        };
        if pair.get(vm).len() != 2 {
            let n = pair.get(vm).len();
            let message = format!("__getnewargs_ex__ should return a tuple of length 2, not {n}");
            return Err(vm.raise(Exc::ValueError, message));
        }
        let (args, kwargs) = (pair.get(vm).at(0), pair.get(vm).at(1));
        let Some(args) = args.downcast::<Tuple>(vm) else {
            let got = vm.type_name(args);
            let message = format!("first item of the tuple returned by __getnewargs_ex__ must be a tuple, not '{got}'");
            return Err(vm.raise(Exc::TypeError, message));
        };
        let Some(kwargs) = kwargs.downcast::<Dict>(vm) else {
            let got = vm.type_name(kwargs);
            let message = format!("second item of the tuple returned by __getnewargs_ex__ must be a dict, not '{got}'");
            return Err(vm.raise(Exc::TypeError, message));
        };
        return Ok((Some(args), Some(kwargs)));
    }
    if let Some(method) = vm.special_method(this, name::GETNEWARGS)? {
        let result = vm.call(method, &[])?;
        return match result.downcast::<Tuple>(vm) {
            Some(args) => Ok((Some(args), None)),
            None => {
                let got = vm.type_name(result);
                Err(vm.raise(Exc::TypeError, format!("__getnewargs__ should return a tuple, not '{got}'")))
            }
        };
    }
    Ok((None, None))
}

fn state_of(vm: &mut Vm, this: Value, required: bool) -> Result<Value, Raised> {
    let class = vm.type_of(this);
    let own = Type::lookup_name(class, vm, name::GETSTATE);
    let base = vm.class(Builtin::Object);
    if own == Type::lookup_name(base, vm, name::GETSTATE) && vm.instance_attr_absent(this, name::GETSTATE) {
        return default_state(vm, this, required);
    }
    vm.call_method_name(this, name::GETSTATE, &[])
}

/// `object.__getstate__`: the `__dict__`, with the values of `__slots__` beside it.
pub fn default_state(vm: &mut Vm, this: Value, required: bool) -> Result<Value, Raised> {
    let class = vm.type_of(this);
    if required {
        let native = class.get(vm).native;
        let plain = std::ptr::eq(native, <super::Object as crate::gc::HeapObject>::native());
        if !plain && (class.get(vm).spec.is_some() || native.layout.tail != taipan_heap::Tail::None) {
            let name = Type::full_name(class, vm);
            return Err(vm.raise(Exc::TypeError, format!("cannot pickle '{name}' object")));
        }
    }
    let state = match vm.instance_dict(this)? {
        Some(dict) if !dict.get(vm).is_empty() => Dict::copy(dict, vm)?.value(),
        Some(dict) => dict.value(),
        None => Value::NONE,
    };
    let copyreg = import_copyreg(vm)?;
    let slotnames = vm.get_attr_str(copyreg, "_slotnames")?;
    let names = vm.call(slotnames, &[class.value()])?;
    let Some(names) = names.downcast::<List>(vm) else { return Ok(state_or_none(vm, state)) };
    if names.get(vm).is_empty() {
        return Ok(state_or_none(vm, state));
    }
    let slots = Dict::new(vm)?;
    let mut i = 0;
    while let Some(name) = names.get(vm).get_at(vm, i) {
        i += 1;
        let Some(text) = name.downcast::<Str>(vm) else { continue };
        if let Some(value) = vm.get_attr_opt(this, text)? {
            Dict::set(slots, vm, name, value)?;
        }
    }
    if slots.get(vm).is_empty() {
        return Ok(state_or_none(vm, state));
    }
    let state = state_or_none(vm, state);
    Ok(Tuple::from_values(vm, &[state, slots.value()])?.value())
}

fn state_or_none(vm: &Vm, state: Value) -> Value {
    match state.downcast::<Dict>(vm) {
        Some(dict) if dict.get(vm).is_empty() => Value::NONE,
        _ => state,
    }
}

impl Vm {
    /// Whether the instance itself has no attribute of that name.
    fn instance_attr_absent(&mut self, this: Value, atom: crate::names::Atom) -> bool {
        let name = self.name(atom);
        self.instance_attr(this, name).is_none()
    }
}
