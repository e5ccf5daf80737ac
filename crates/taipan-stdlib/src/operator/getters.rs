//! `operator.attrgetter`, `operator.itemgetter` and `operator.methodcaller`.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::slots::Slots;
use taipan_vm::spec::{GetSetDef, MethodDef, TypeSpec, getter, method};
use taipan_vm::types::dict::Dict;
use taipan_vm::types::list::List;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

heap_object! {
    /// `attrgetter`: the names as given.
    pub struct AttrGetter {
        names: Gc<Tuple>,
    }
}

heap_object! {
    /// `itemgetter`: the keys.
    pub struct ItemGetter {
        keys: Gc<Tuple>,
    }
}

heap_object! {
    /// `methodcaller`: the method's name and its arguments.
    pub struct MethodCaller {
        name: Gc<Str>,
        args: Gc<Tuple>,
        keywords: Gc<Dict>,
    }
}

fn attr_new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    args.no_keywords(vm, "attrgetter")?;
    if args.is_empty() {
        return Err(vm.raise(Exc::TypeError, "attrgetter expected 1 argument, got 0"));
    }
    for i in 0..args.len() {
        if args.get(i).downcast::<Str>(vm).is_none() {
            return Err(vm.raise(Exc::TypeError, "attribute name must be a string"));
        }
    }
    let names = args.tuple_from(vm, 0)?;
    let shape = class.get(vm).root_shape;
    Ok(vm.new_object(shape, AttrGetter { header: HeaderWord::NEW, names })?.value())
}

/// The attribute of a dotted name.
fn dotted(vm: &mut Vm, object: Value, name: Value) -> Result<Value, Raised> {
    let name = name.expect::<Str>(vm);
    if name.get(vm).text().iter().all(|point| point != u32::from('.')) {
        return vm.get_attr(object, name);
    }
    let points: Vec<u32> = name.get(vm).text().iter().collect();
    let mut object = object;
    for part in points.split(|point| *point == u32::from('.')) {
        let part = Str::from_points(vm, part)?;
        object = vm.get_attr(object, part)?;
    }
    Ok(object)
}

/// What `get` gives for one key, or the tuple of what it gives for several.
fn get_all(
    vm: &mut Vm,
    object: Value,
    keys: Gc<Tuple>,
    get: fn(&mut Vm, Value, Value) -> Result<Value, Raised>,
) -> Result<Value, Raised> {
    let n = keys.get(vm).len();
    if n == 1 {
        let key = keys.get(vm).at(0);
        return get(vm, object, key);
    }
    let list = List::with_capacity(vm, n)?;
    for i in 0..n {
        let key = keys.get(vm).at(i);
        let item = get(vm, object, key)?;
        List::push(list, vm, item)?;
    }
    Ok(List::to_tuple(list, vm)?.value())
}

fn attr_call(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<Value, Raised> {
    args.expect(vm, "attrgetter", 1, 1)?;
    let names = this.expect::<AttrGetter>(vm).get(vm).names;
    get_all(vm, args.get(0), names, dotted)
}

fn item_new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    args.no_keywords(vm, "itemgetter")?;
    if args.is_empty() {
        return Err(vm.raise(Exc::TypeError, "itemgetter expected 1 argument, got 0"));
    }
    let keys = args.tuple_from(vm, 0)?;
    let shape = class.get(vm).root_shape;
    Ok(vm.new_object(shape, ItemGetter { header: HeaderWord::NEW, keys })?.value())
}

fn item_call(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<Value, Raised> {
    args.expect(vm, "itemgetter", 1, 1)?;
    let keys = this.expect::<ItemGetter>(vm).get(vm).keys;
    get_all(vm, args.get(0), keys, Vm::get_item)
}

fn method_new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    if args.is_empty() {
        let message = "methodcaller needs at least one argument, the method name";
        return Err(vm.raise(Exc::TypeError, message));
    }
    let Some(name) = args.get(0).downcast::<Str>(vm) else {
        return Err(vm.raise(Exc::TypeError, "method name must be a string"));
    };
    let positional = args.tuple_from(vm, 1)?;
    let keywords = Dict::new(vm)?;
    for i in 0..args.keyword_count() {
        let Some((key, value)) = args.keyword(vm, i) else { break };
        Dict::set(keywords, vm, key, value)?;
    }
    let shape = class.get(vm).root_shape;
    let caller = MethodCaller { header: HeaderWord::NEW, name, args: positional, keywords };
    Ok(vm.new_object(shape, caller)?.value())
}

fn method_call(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<Value, Raised> {
    args.expect(vm, "methodcaller", 1, 1)?;
    let MethodCaller { name, args: positional, keywords, .. } = *this.expect::<MethodCaller>(vm).get(vm);
    let bound = vm.get_attr(args.get(0), name)?;
    vm.call_tuple(bound, positional, Some(keywords))
}

/// `operator.NAME(...)` with the reprs of arguments and keywords.
fn show(vm: &mut Vm, this: Value, args: Gc<Tuple>, keywords: Option<Gc<Dict>>) -> Result<Value, Raised> {
    let class = vm.type_name(this);
    let class = class.strip_prefix("operator.").unwrap_or(&class).to_owned();
    vm.guarded_repr(this, "...", |vm, out| {
        out.push_str(&format!("operator.{class}("));
        for i in 0..args.get(vm).len() {
            if i > 0 {
                out.push_str(", ");
            }
            let item = args.get(vm).at(i);
            vm.push_repr(out, item)?;
        }
        if let Some(keywords) = keywords {
            let items = vm.call_method(keywords.value(), "items", &[])?;
            let items = vm.tuple_of(items)?;
            for i in 0..items.get(vm).len() {
                out.push_str(", ");
                let item = items.get(vm).at(i).expect::<Tuple>(vm);
                let (key, value) = (item.get(vm).at(0), item.get(vm).at(1));
                let key = vm.str_string(key)?;
                out.push_str(&key);
                out.push_str("=");
                vm.push_repr(out, value)?;
            }
        }
        out.push_str(")");
        Ok(())
    })
}

fn attr_repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let names = this.expect::<AttrGetter>(vm).get(vm).names;
    show(vm, this, names, None)
}

fn item_repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let keys = this.expect::<ItemGetter>(vm).get(vm).keys;
    show(vm, this, keys, None)
}

fn method_repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let MethodCaller { name, args, keywords, .. } = *this.expect::<MethodCaller>(vm).get(vm);
    let all = Tuple::prepend(vm, name.value(), args)?;
    show(vm, this, all, Some(keywords))
}

fn reduced(vm: &mut Vm, this: Value, args: Gc<Tuple>) -> Result<Value, Raised> {
    let class = vm.type_of(this).value();
    Ok(Tuple::from_values(vm, &[class, args.value()])?.value())
}

fn attr_reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let names = args.receiver::<AttrGetter>(vm).get(vm).names;
    reduced(vm, args.get(0), names)
}

fn item_reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let keys = args.receiver::<ItemGetter>(vm).get(vm).keys;
    reduced(vm, args.get(0), keys)
}

fn method_reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let MethodCaller { name, args: positional, keywords, .. } = *args.receiver::<MethodCaller>(vm).get(vm);
    if keywords.get(vm).is_empty() {
        let all = Tuple::prepend(vm, name.value(), positional)?;
        return reduced(vm, args.get(0), all);
    }
    let functools = taipan_vm::import::import_module(vm, "functools")?;
    let partial = vm.get_attr_str(functools, "partial")?;
    let class = vm.type_of(args.get(0)).value();
    let first = Tuple::from_values(vm, &[class, name.value()])?;
    let function = vm.call_tuple(partial, first, Some(keywords))?;
    Ok(Tuple::from_values(vm, &[function, positional.value()])?.value())
}

const REDUCE_DOC: &str = "Return state information for pickling";

fn get_text_signature(vm: &mut Vm, _: Value) -> Result<Value, Raised> {
    vm.new_str("(obj, /)")
}

const GETSET: &[GetSetDef] = &[getter("__text_signature__", get_text_signature, "")];

/// The class `attrgetter`.
pub static ATTRGETTER: TypeSpec = TypeSpec {
    name: "attrgetter",
    module: "operator",
    layout: Some(<AttrGetter as HeapObject>::native),
    slots: Slots { new: Some(attr_new), call: Some(attr_call), repr: Some(attr_repr), ..Slots::DEFAULT },
    methods: &[method("__reduce__($self, /)", attr_reduce, REDUCE_DOC)] as &[MethodDef],
    getset: GETSET,
    doc: "attrgetter(attr, /, *attrs)\n--\n\nReturn a callable object that fetches the given attribute(s) from its operand.\nAfter f = attrgetter('name'), the call f(r) returns r.name.\nAfter g = attrgetter('name', 'date'), the call g(r) returns (r.name, r.date).\nAfter h = attrgetter('name.first', 'name.last'), the call h(r) returns\n(r.name.first, r.name.last).",
    ..TypeSpec::DEFAULT
};

/// The class `itemgetter`.
pub static ITEMGETTER: TypeSpec = TypeSpec {
    name: "itemgetter",
    module: "operator",
    layout: Some(<ItemGetter as HeapObject>::native),
    slots: Slots { new: Some(item_new), call: Some(item_call), repr: Some(item_repr), ..Slots::DEFAULT },
    methods: &[method("__reduce__($self, /)", item_reduce, REDUCE_DOC)] as &[MethodDef],
    getset: GETSET,
    doc: "itemgetter(item, /, *items)\n--\n\nReturn a callable object that fetches the given item(s) from its operand.\nAfter f = itemgetter(2), the call f(r) returns r[2].\nAfter g = itemgetter(2, 5, 3), the call g(r) returns (r[2], r[5], r[3])",
    ..TypeSpec::DEFAULT
};

/// The class `methodcaller`.
pub static METHODCALLER: TypeSpec = TypeSpec {
    name: "methodcaller",
    module: "operator",
    layout: Some(<MethodCaller as HeapObject>::native),
    slots: Slots { new: Some(method_new), call: Some(method_call), repr: Some(method_repr), ..Slots::DEFAULT },
    methods: &[method("__reduce__($self, /)", method_reduce, REDUCE_DOC)] as &[MethodDef],
    getset: GETSET,
    doc: "methodcaller(name, /, *args, **kwargs)\n--\n\nReturn a callable object that calls the given method on its operand.\nAfter f = methodcaller('name'), the call f(r) returns r.name().\nAfter g = methodcaller('name', 'date', foo=1), the call g(r) returns\nr.name('date', foo=1).",
    ..TypeSpec::DEFAULT
};
