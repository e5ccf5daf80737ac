//! `_abc`: the machinery of `abc.ABCMeta`: registries and caches of virtual subclasses (PEP 3119).
//!
//! The tables map the address of a class (classes never move) to a weak reference to it; an entry whose reference is
//! dead, or names another class, counts as absent.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::names::name;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{self, MethodDef, ModuleSpec, NO_NEW, TypeSpec, function};
use taipan_vm::types::Builtin;
use taipan_vm::types::dict::Dict;
use taipan_vm::types::list::List;
use taipan_vm::types::set::Set;
use taipan_vm::types::str::Str;
use taipan_vm::types::type_::{Type, class_of_spec};
use taipan_vm::types::weakref::WeakRef;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

heap_object! {
    /// What an abstract base class knows about its virtual subclasses.
    pub struct AbcData {
        registry: Option<Gc<Dict>>,
        cache: Option<Gc<Dict>>,
        negative: Option<Gc<Dict>>,
        /// The invalidation counter for which `negative` holds.
        version: usize,
    }
}

/// The type of `cls._abc_impl`.
pub static DATA: TypeSpec = TypeSpec {
    name: "_abc_data",
    module: "_abc",
    layout: Some(<AbcData as HeapObject>::native),
    doc: "Internal state held by ABC machinery.",
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};

const IMPL: &str = "_abc_impl";
const COUNTER: &str = "_abc.invalidation_counter";

/// How often a class was registered with any other: the cache token.
fn counter(vm: &Vm) -> usize {
    vm.state(COUNTER).and_then(Value::as_small_int).unwrap_or(0) as usize
}

/// The data of an ABC.
fn data_of(vm: &mut Vm, class: Value) -> Result<Gc<AbcData>, Raised> {
    let key = Str::intern(vm, IMPL)?;
    let own = match class.downcast::<Type>(vm) {
        Some(class) => {
            let dict = class.get(vm).dict;
            Dict::get_str(dict, vm, key)
        }
        None => None,
    };
    let found = match own {
        Some(found) => found,
        None => vm.get_attr(class, key)?,
    };
    match found.downcast(vm) {
        Some(data) => Ok(data),
        None => Err(vm.raise(Exc::TypeError, "_abc_impl is set to a wrong type")),
    }
}

/// The key of a class in a table.
fn key_of(class: Value) -> Value {
    Value::int((class.bits() >> 4) as usize)
}

fn is_in(vm: &mut Vm, table: Option<Gc<Dict>>, class: Value) -> Result<bool, Raised> {
    let Some(table) = table else { return Ok(false) };
    let found = Dict::get_item(table, vm, key_of(class))?;
    Ok(found.and_then(|found| found.downcast::<WeakRef>(vm)).is_some_and(|r| r.get(vm).referent() == Some(class)))
}

/// Which table of the data.
#[derive(Clone, Copy)]
enum Table {
    Registry,
    Cache,
    Negative,
}

fn add(vm: &mut Vm, data: Gc<AbcData>, which: Table, class: Value) -> Result<(), Raised> {
    let table = match which {
        Table::Registry => data.get(vm).registry,
        Table::Cache => data.get(vm).cache,
        Table::Negative => data.get(vm).negative,
    };
    let table = match table {
        Some(table) => table,
        None => {
            let new = Dict::new(vm)?;
            let data = data.get_mut(vm);
            let place = match which {
                Table::Registry => &mut data.registry,
                Table::Cache => &mut data.cache,
                Table::Negative => &mut data.negative,
            };
            *place = Some(new);
            new
        }
    };
    let reference = WeakRef::new(vm, Builtin::WeakRef as u32, class, None)?;
    Dict::set(table, vm, key_of(class), reference.value())
}

/// The living references of a table.
fn references(vm: &mut Vm, table: Option<Gc<Dict>>) -> Result<Gc<List>, Raised> {
    let list = List::new(vm)?;
    let Some(table) = table else { return Ok(list) };
    let mut at = 0;
    while let Some((number, entry)) = table.get(vm).next_entry(vm, at) {
        if entry.value.downcast::<WeakRef>(vm).is_some_and(|reference| reference.get(vm).referent().is_some()) {
            List::push(list, vm, entry.value)?;
        }
        at = number + 1;
    }
    Ok(list)
}

fn is_abstract(vm: &mut Vm, value: Value) -> Result<bool, Raised> {
    match vm.get_attr_opt_name(value, name::ISABSTRACTMETHOD)? {
        Some(answer) => vm.is_true(answer),
        None => Ok(false),
    }
}

/// Sets `__abstractmethods__` from the class's own dict and what its bases leave open.
fn compute_abstract_methods(vm: &mut Vm, class: Gc<Type>) -> Result<(), Raised> {
    let abstracts = Set::new_frozen(vm)?;
    let dict = class.get(vm).dict;
    let mut at = 0;
    while let Some((number, entry)) = dict.get(vm).next_entry(vm, at) {
        if is_abstract(vm, entry.value)? {
            Set::add(abstracts, vm, entry.key)?;
        }
        at = number + 1;
    }
    let bases = class.get(vm).bases;
    for i in 0..bases.get(vm).len() {
        let base = bases.get(vm).at(i);
        let Some(names) = vm.get_attr_opt_name(base, name::ABSTRACTMETHODS)? else { continue };
        let names = vm.iter(names)?;
        while let Some(key) = vm.next(names)? {
            let key = vm.attr_name(key)?;
            let Some(value) = vm.get_attr_opt(class.value(), key)? else { continue };
            if is_abstract(vm, value)? {
                Set::add(abstracts, vm, key.value())?;
            }
        }
    }
    vm.set_attr_name(class.value(), name::ABSTRACTMETHODS, abstracts.value())
}

const COLLECTIONS: u32 = spec::SEQUENCE | spec::MAPPING;

/// Takes `__abc_tpflags__` out of the class: how `match` sees its instances.
fn take_collection_flags(vm: &mut Vm, class: Gc<Type>) -> Result<(), Raised> {
    let key = Str::intern(vm, "__abc_tpflags__")?;
    let dict = class.get(vm).dict;
    let Some(flags) = Dict::get_str(dict, vm, key) else { return Ok(()) };
    if let Some(flags) = vm.as_i64(flags).filter(|_| vm.is_exact(flags, Builtin::Int)) {
        let (sequence, mapping) = (flags & 1 << 5 != 0, flags & 1 << 6 != 0);
        if sequence && mapping {
            let message = "__abc_tpflags__ cannot be both Py_TPFLAGS_SEQUENCE and Py_TPFLAGS_MAPPING";
            return Err(vm.raise(Exc::TypeError, message));
        }
        let which = if sequence { spec::SEQUENCE } else { spec::MAPPING };
        if sequence || mapping {
            let flags = &mut class.get_mut(vm).flags;
            *flags = *flags & !COLLECTIONS | which;
        }
        vm.set_attr(class.value(), key, None)?;
    }
    Ok(())
}

fn abc_init(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.get(0);
    let Some(class) = this.downcast::<Type>(vm) else {
        let got = vm.type_name(this);
        return Err(vm.raise(Exc::TypeError, format!("descriptor '__abstractmethods__' requires a type, not '{got}'")));
    };
    compute_abstract_methods(vm, class)?;
    let shape = class_of_spec(vm, &DATA)?.get(vm).root_shape;
    let version = counter(vm);
    let data = AbcData { header: HeaderWord::NEW, registry: None, cache: None, negative: None, version };
    let data = vm.new_object(shape, data)?;
    let key = Str::intern(vm, IMPL)?;
    vm.set_attr(this, key, Some(data.value()))?;
    take_collection_flags(vm, class)?;
    Ok(Value::NONE)
}

/// Gives a registered class and its subclasses the collection flag of the ABC.
fn set_collection_flags(vm: &mut Vm, class: Gc<Type>, flag: u32) -> Result<(), Raised> {
    vm.check_native_stack()?;
    if class.get(vm).flags & COLLECTIONS == flag || !class.get(vm).is_heap_type() {
        return Ok(());
    }
    let flags = &mut class.get_mut(vm).flags;
    *flags = *flags & !COLLECTIONS | flag;
    for i in 0..Type::subclass_count(class, vm) {
        if let Some(subclass) = Type::subclass(class, vm, i) {
            set_collection_flags(vm, subclass, flag)?;
        }
    }
    Ok(())
}

fn abc_register(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, subclass] = args.all();
    let Some(class) = subclass.downcast::<Type>(vm) else {
        return Err(vm.raise(Exc::TypeError, "Can only register classes"));
    };
    if vm.is_subclass_of(subclass, this)? {
        return Ok(subclass);
    }
    // Only now: X.register(X) is allowed and does nothing.
    if vm.is_subclass_of(this, subclass)? {
        return Err(vm.raise(Exc::RuntimeError, "Refusing to create an inheritance cycle"));
    }
    let data = data_of(vm, this)?;
    add(vm, data, Table::Registry, subclass)?;
    let next = counter(vm) + 1;
    vm.set_state(COUNTER, Value::int(next));
    if let Some(this) = this.downcast::<Type>(vm) {
        let flag = this.get(vm).flags & COLLECTIONS;
        if flag != 0 {
            set_collection_flags(vm, class, flag)?;
        }
    }
    Ok(subclass)
}

/// `cls.__subclasscheck__(subclass)` as a truth value, by its attribute: it may be overridden.
fn ask(vm: &mut Vm, class: Value, subclass: Value) -> Result<bool, Raised> {
    let answer = vm.call_method_name(class, name::SUBCLASSCHECK, &[subclass])?;
    vm.is_true(answer)
}

fn instance_check(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, instance] = args.all();
    let data = data_of(vm, this)?;
    let subtype = vm.type_of(instance).value();
    let subclass = vm.get_attr_opt_name(instance, name::CLASS)?.unwrap_or(subtype);
    let cache = data.get(vm).cache;
    if is_in(vm, cache, subclass)? {
        return Ok(Value::TRUE);
    }
    if subtype == subclass {
        let AbcData { negative, version, .. } = *data.get(vm);
        if version == counter(vm) && is_in(vm, negative, subclass)? {
            return Ok(Value::FALSE);
        }
        return Ok(Value::bool(ask(vm, this, subclass)?));
    }
    Ok(Value::bool(ask(vm, this, subclass)? || ask(vm, this, subtype)?))
}

fn subclass_check(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, subclass] = args.all();
    let Some(class) = subclass.downcast::<Type>(vm) else {
        return Err(vm.raise(Exc::TypeError, "issubclass() arg 1 must be a class"));
    };
    let data = data_of(vm, this)?;
    let cache = data.get(vm).cache;
    if is_in(vm, cache, subclass)? {
        return Ok(Value::TRUE);
    }
    let now = counter(vm);
    let AbcData { negative, version, .. } = *data.get(vm);
    if version < now {
        let data = data.get_mut(vm);
        (data.negative, data.version) = (None, now);
    } else if is_in(vm, negative, subclass)? {
        return Ok(Value::FALSE);
    }
    let hook = vm.call_method_name(this, name::SUBCLASSHOOK, &[subclass])?;
    match hook {
        Value::TRUE => {
            add(vm, data, Table::Cache, subclass)?;
            return Ok(Value::TRUE);
        }
        Value::FALSE => {
            add(vm, data, Table::Negative, subclass)?;
            return Ok(Value::FALSE);
        }
        Value::NOT_IMPLEMENTED => {}
        _ => {
            let message = "__subclasshook__ must return either False, True, or NotImplemented";
            return Err(vm.raise(Exc::AssertionError, message));
        }
    }
    if this.downcast::<Type>(vm).is_some_and(|this| Type::is_subtype(class, vm, this)) {
        add(vm, data, Table::Cache, subclass)?;
        return Ok(Value::TRUE);
    }
    if is_registered(vm, data, subclass)? || is_under_subclass(vm, this, subclass)? {
        add(vm, data, Table::Cache, subclass)?;
        return Ok(Value::TRUE);
    }
    add(vm, data, Table::Negative, subclass)?;
    Ok(Value::FALSE)
}

/// Whether a class is registered or a subclass of a registered one.
fn is_registered(vm: &mut Vm, data: Gc<AbcData>, subclass: Value) -> Result<bool, Raised> {
    let registry = data.get(vm).registry;
    if is_in(vm, registry, subclass)? {
        return Ok(true);
    }
    let registered = references(vm, registry)?;
    let mut i = 0;
    while let Some(reference) = registered.get(vm).get_at(vm, i) {
        let class = reference.downcast::<WeakRef>(vm).and_then(|reference| reference.get(vm).referent());
        if let Some(class) = class
            && vm.is_subclass_of(subclass, class)?
        {
            return Ok(true);
        }
        i += 1;
    }
    Ok(false)
}

/// Whether a class counts as a subclass of one of the ABC's subclasses.
fn is_under_subclass(vm: &mut Vm, this: Value, subclass: Value) -> Result<bool, Raised> {
    let subclasses = vm.call_method(this, "__subclasses__", &[])?;
    let Some(subclasses) = subclasses.downcast::<List>(vm) else {
        return Err(vm.raise(Exc::TypeError, "__subclasses__() must return a list"));
    };
    let mut i = 0;
    while let Some(class) = subclasses.get(vm).get_at(vm, i) {
        if vm.is_subclass_of(subclass, class)? {
            return Ok(true);
        }
        i += 1;
    }
    Ok(false)
}

fn get_dump(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let data = data_of(vm, args.get(0))?;
    let AbcData { registry, cache, negative, version, .. } = *data.get(vm);
    let dump = List::new(vm)?;
    for table in [registry, cache, negative] {
        let (set, list) = (Set::new(vm)?, references(vm, table)?);
        Set::update(set, vm, list.value())?;
        List::push(dump, vm, set.value())?;
    }
    List::push(dump, vm, Value::int(version))?;
    Ok(List::to_tuple(dump, vm)?.value())
}

fn reset_registry(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    data_of(vm, args.get(0))?.get_mut(vm).registry = None;
    Ok(Value::NONE)
}

fn reset_caches(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let data = data_of(vm, args.get(0))?.get_mut(vm);
    (data.cache, data.negative) = (None, None);
    Ok(Value::NONE)
}

fn get_cache_token(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::int(counter(vm)))
}

#[rustfmt::skip]
const FUNCTIONS: &[MethodDef] = &[
    function("_abc_init(self, /)", abc_init, "Internal ABC helper for class set-up. Should be never used outside abc module."),
    function("_abc_instancecheck(self, instance, /)", instance_check, "Internal ABC helper for instance checks. Should be never used outside abc module."),
    function("_abc_register(self, subclass, /)", abc_register, "Internal ABC helper for subclasss registration. Should be never used outside abc module."),
    function("_abc_subclasscheck(self, subclass, /)", subclass_check, "Internal ABC helper for subclasss checks. Should be never used outside abc module."),
    function("_get_dump(self, /)", get_dump, "Internal ABC helper for cache and registry debugging.\n\nReturn shallow copies of registry, of both caches, and\nnegative cache version. Don't call this function directly,\ninstead use ABC._dump_registry() for a nice repr."),
    function("_reset_caches(self, /)", reset_caches, "Internal ABC helper to reset both caches of a given class.\n\nShould be only used by refleak.py"),
    function("_reset_registry(self, /)", reset_registry, "Internal ABC helper to reset registry of a given class.\n\nShould be only used by refleak.py"),
    function("get_cache_token()", get_cache_token, "Returns the current ABC cache token.\n\nThe token is an opaque object (supporting equality testing) identifying the\ncurrent version of the ABC cache for virtual subclasses.  The token\nchanges with every call to register() on any ABC."),
];

/// The module `_abc`.
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_abc",
    doc: "Module contains faster C implementation of abc.ABCMeta",
    functions: FUNCTIONS,
    ..ModuleSpec::DEFAULT
};
