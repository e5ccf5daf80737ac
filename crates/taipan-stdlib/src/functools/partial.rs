//! `functools.partial`.
//!
//! `placeholders` is the number of `Placeholder` items in `args`.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::slots::Slots;
use taipan_vm::spec::{
    BASETYPE, GetSetDef, HAS_DICT, MethodDef, TypeSpec, WEAKREFABLE, class_method, getset, getter, method,
};
use taipan_vm::types::dict::Dict;
use taipan_vm::types::list::List;
use taipan_vm::types::list::methods::class_getitem;
use taipan_vm::types::method::Method;
use taipan_vm::types::object;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::placeholder;

heap_object! {
    /// A callable with some arguments given in advance.
    pub struct Partial {
        function: Value,
        args: Gc<Tuple>,
        keywords: Gc<Dict>,
        placeholders: usize,
    }
}

fn count_placeholders(vm: &mut Vm, args: Gc<Tuple>) -> Result<usize, Raised> {
    let placeholder = placeholder::get(vm)?;
    Ok(args.get(vm).items().iter().filter(|item| **item == placeholder).count())
}

/// `given` with its placeholders filled from `more`, then the rest of `more`.
fn merge(vm: &mut Vm, given: Gc<Tuple>, more: Gc<Tuple>) -> Result<Gc<Tuple>, Raised> {
    let placeholder = placeholder::get(vm)?;
    let list = List::with_capacity(vm, given.get(vm).len() + more.get(vm).len())?;
    let mut next = 0;
    for i in 0..given.get(vm).len() {
        let mut item = given.get(vm).at(i);
        if item == placeholder && next < more.get(vm).len() {
            item = more.get(vm).at(next);
            next += 1;
        }
        List::push(list, vm, item)?;
    }
    for i in next..more.get(vm).len() {
        let item = more.get(vm).at(i);
        List::push(list, vm, item)?;
    }
    List::to_tuple(list, vm)
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    if args.is_empty() {
        return Err(vm.raise(Exc::TypeError, "type 'partial' takes at least one argument"));
    }
    let mut function = args.get(0);
    if !vm.is_callable(function) {
        return Err(vm.raise(Exc::TypeError, "the first argument must be callable"));
    }
    let placeholder = placeholder::get(vm)?;
    if args.len() > 1 && args.get(args.len() - 1) == placeholder {
        return Err(vm.raise(Exc::TypeError, "trailing Placeholders are not allowed"));
    }
    let keywords = Dict::new(vm)?;
    let mut positional = args.tuple_from(vm, 1)?;
    if let Some(inner) = function.downcast::<Partial>(vm) {
        let plain = vm.slots(function).call.is_some_and(|f| std::ptr::fn_addr_eq(f, call as taipan_vm::slots::Call));
        let bare = vm.instance_dict(function)?.is_none_or(|dict| dict.get(vm).is_empty());
        if plain && bare {
            let (given, inner_keywords) = (inner.get(vm).args, inner.get(vm).keywords);
            function = inner.get(vm).function;
            positional = merge(vm, given, positional)?;
            Dict::update_from(keywords, vm, inner_keywords)?;
        }
    }
    for i in 0..args.keyword_count() {
        let Some((key, value)) = args.keyword(vm, i) else { break };
        if value == placeholder {
            return Err(vm.raise(Exc::TypeError, "Placeholder cannot be passed as a keyword argument"));
        }
        Dict::set(keywords, vm, key, value)?;
    }
    let placeholders = count_placeholders(vm, positional)?;
    let shape = class.get(vm).root_shape;
    let partial = Partial { header: HeaderWord::NEW, function, args: positional, keywords, placeholders };
    Ok(vm.new_object(shape, partial)?.value())
}

fn call(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<Value, Raised> {
    let Partial { function, args: given, keywords, placeholders, .. } = *this.expect::<Partial>(vm).get(vm);
    let n = args.len();
    if n < placeholders {
        let message =
            format!("missing positional arguments in 'partial' call; expected at least {placeholders}, got {n}");
        return Err(vm.raise(Exc::TypeError, message));
    }
    if keywords.get(vm).is_empty() {
        let placeholder = placeholder::get(vm)?;
        let prefix = given.get(vm).len();
        let total = prefix + args.slots().len() - placeholders;
        return vm.with_scratch(total, |vm, slots| {
            let mut next = 0;
            for (i, slot) in slots[..prefix].iter().enumerate() {
                let mut item = given.get(vm).at(i);
                if placeholders > 0 && item == placeholder {
                    item = args.get(next);
                    next += 1;
                }
                slot.set(item);
            }
            for (slot, from) in slots[prefix..].iter().zip(&args.slots()[next..]) {
                slot.set(from.get());
            }
            let args = Args::from_slots(vm, slots, args.kwnames());
            vm.call_args(function, args)
        });
    }
    let more = args.tuple_from(vm, 0)?;
    let positional = merge(vm, given, more)?;
    let merged = Dict::copy(keywords, vm)?;
    for i in 0..args.keyword_count() {
        if let Some((key, value)) = args.keyword(vm, i) {
            Dict::set(merged, vm, key, value)?;
        }
    }
    vm.call_tuple(function, positional, Some(merged))
}

fn descr_get(vm: &mut Vm, this: Value, object: Option<Value>, _: Option<Value>) -> Result<Value, Raised> {
    match object.filter(|object| !object.is_none()) {
        Some(object) => Method::new(vm, this, object),
        None => Ok(this),
    }
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let class = vm.type_of(this);
    let name = object::full_class_name(vm, class)?;
    vm.guarded_repr(this, "...", |vm, out| {
        let Partial { function, args, keywords, .. } = *this.expect::<Partial>(vm).get(vm);
        out.push_str(&name);
        out.push_str("(");
        vm.push_repr(out, function)?;
        for i in 0..args.get(vm).len() {
            out.push_str(", ");
            let item = args.get(vm).at(i);
            vm.push_repr(out, item)?;
        }
        let mut at = 0;
        while let Some((number, entry)) = keywords.get(vm).next_entry(vm, at) {
            at = number + 1;
            out.push_str(", ");
            let key = vm.str(entry.key)?;
            vm.push_str_value(out, key)?;
            out.push_str("=");
            vm.push_repr(out, entry.value)?;
        }
        out.push_str(")");
        Ok(())
    })
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.get(0);
    let Partial { function, args, keywords, .. } = *this.expect::<Partial>(vm).get(vm);
    let class = vm.type_of(this).value();
    let attributes = match vm.instance_dict(this)? {
        Some(dict) if !dict.get(vm).is_empty() => dict.value(),
        _ => Value::NONE,
    };
    let arguments = Tuple::from_values(vm, &[function])?.value();
    let state = Tuple::from_values(vm, &[function, args.value(), keywords.value(), attributes])?.value();
    Ok(Tuple::from_values(vm, &[class, arguments, state])?.value())
}

fn set_state(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, state] = args.all();
    let parts = state.downcast::<Tuple>(vm).and_then(|state| <[Value; 4]>::try_from(state.get(vm).items()).ok());
    let Some([function, positional, keywords, attributes]) = parts else {
        return Err(vm.raise(Exc::TypeError, "invalid partial state"));
    };
    let valid = [keywords, attributes].iter().all(|part| part.is_none() || part.downcast::<Dict>(vm).is_some());
    let (true, Some(positional), true) = (vm.is_callable(function), positional.downcast::<Tuple>(vm), valid) else {
        return Err(vm.raise(Exc::TypeError, "invalid partial state"));
    };
    let n = positional.get(vm).len();
    let placeholder = placeholder::get(vm)?;
    if n > 0 && positional.get(vm).at(n - 1) == placeholder {
        return Err(vm.raise(Exc::TypeError, "trailing Placeholders are not allowed"));
    }
    let placeholders = count_placeholders(vm, positional)?;
    let exact = positional.value().exact::<Tuple>().is_some();
    let positional = if exact { positional } else { Tuple::slice(positional, vm, 0, n)? };
    let keywords = match keywords.downcast::<Dict>(vm) {
        Some(keywords) if keywords.value().exact::<Dict>().is_some() => keywords,
        Some(keywords) => Dict::copy(keywords, vm)?,
        None => Dict::new(vm)?,
    };
    let partial = this.expect::<Partial>(vm).get_mut(vm);
    (partial.function, partial.args, partial.keywords) = (function, positional, keywords);
    partial.placeholders = placeholders;
    let attributes = match attributes.downcast::<Dict>(vm) {
        Some(attributes) => attributes,
        None => Dict::new(vm)?,
    };
    vm.set_instance_dict(this, attributes)?;
    Ok(Value::NONE)
}

fn get_function(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this.expect::<Partial>(vm).get(vm).function)
}

fn get_args(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this.expect::<Partial>(vm).get(vm).args.value())
}

fn get_keywords(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this.expect::<Partial>(vm).get(vm).keywords.value())
}

const METHODS: &[MethodDef] = &[
    method("__reduce__($self, /)", reduce, ""),
    method("__setstate__($self, object, /)", set_state, ""),
    class_method(
        "__class_getitem__($type, object, /)",
        class_getitem,
        "partial is generic over the wrapped function's return type",
    ),
];

const GETSET: &[GetSetDef] = &[
    getter("func", get_function, "function object to use in future partial calls").member(),
    getter("args", get_args, "tuple of arguments to future partial calls").member(),
    getter("keywords", get_keywords, "dictionary of keyword arguments to future partial calls").member(),
    getset("__dict__", object::get_dict, object::set_dict, ""),
];

pub static TYPE: TypeSpec = TypeSpec {
    name: "partial",
    module: "functools",
    layout: Some(<Partial as HeapObject>::native),
    slots: Slots { new: Some(new), call: Some(call), repr: Some(repr), descr_get: Some(descr_get), ..Slots::DEFAULT },
    methods: METHODS,
    getset: GETSET,
    doc: "partial(func, /, *args, **keywords)\n--\n\nCreate a new function with partial application of the given arguments\nand keywords.",
    flags: BASETYPE | HAS_DICT | WEAKREFABLE,
    ..TypeSpec::DEFAULT
};
