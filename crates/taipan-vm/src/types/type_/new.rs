//! `type.__new__`: making classes from Python (name, bases, namespace).

use super::declared_slots::{add_slot_members, has_items, slots_of, sort_names};
use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::slots::{New, Slots};
use crate::spec;
use crate::types::Builtin;
use crate::types::code::Code;
use crate::types::dict::Dict;
use crate::types::function::Function;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::type_::{Type, allocate, layout, mro, slotdefs};
use crate::value::Value;
use crate::vm::Vm;

/// `type.__new__(metatype, name, bases, namespace, **kwargs)`.
pub fn type_new(vm: &mut Vm, metatype: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    if args.len() != 3 {
        let n = args.len();
        return Err(vm.raise(Exc::TypeError, format!("type.__new__() takes exactly 3 arguments ({n} given)")));
    }
    let Some(class_name) = args.get(0).downcast::<Str>(vm) else {
        let got = vm.type_name(args.get(0));
        return Err(vm.raise(Exc::TypeError, format!("type.__new__() argument 1 must be str, not {got}")));
    };
    let Some(bases) = args.get(1).downcast::<Tuple>(vm) else {
        let got = vm.type_name(args.get(1));
        return Err(vm.raise(Exc::TypeError, format!("type.__new__() argument 2 must be tuple, not {got}")));
    };
    let Some(namespace) = args.get(2).downcast::<Dict>(vm) else {
        let got = vm.type_name(args.get(2));
        return Err(vm.raise(Exc::TypeError, format!("type.__new__() argument 3 must be dict, not {got}")));
    };
    for i in 0..bases.get(vm).len() {
        let base = bases.get(vm).at(i);
        if base.downcast::<Type>(vm).is_none() && vm.get_attr_opt_name(base, name::MRO_ENTRIES)?.is_some() {
            let message = "type() doesn't support MRO entry resolution; use types.new_class()";
            return Err(vm.raise(Exc::TypeError, message));
        }
    }
    let winner = most_derived_metaclass(vm, metatype, bases)?;
    if winner != metatype
        && let Some(new) = winner.get(vm).slots.new
        && !std::ptr::fn_addr_eq(new, type_new as New)
    {
        // `type(name, bases, namespace)` makes the class through the metaclass of the bases.
        return new(vm, winner, args);
    }
    let metatype = winner;
    if class_name.get(vm).text().iter().any(|point| point == 0) {
        return Err(vm.raise(Exc::ValueError, "type name must not contain null characters"));
    }
    vm.check_encodable(class_name)?;
    let bases = if bases.get(vm).is_empty() {
        let object = vm.class(Builtin::Object);
        Tuple::from_values(vm, &[object.value()])?
    } else {
        bases
    };
    let base = layout::best_base(vm, bases)?;
    let class = build(vm, metatype, class_name, bases, base, namespace)?;
    warn_odd_keys(vm, class)?;
    set_names(vm, class)?;
    init_subclass(vm, class, args)?;
    Ok(class.value())
}

fn warn_odd_keys(vm: &mut Vm, class: Gc<Type>) -> Result<(), Raised> {
    let dict = class.get(vm).dict;
    let mut at = 0;
    while let Some((number, entry)) = dict.get(vm).next_entry(vm, at) {
        at = number + 1;
        if entry.key.downcast::<Str>(vm).is_none() {
            let name = Type::name(class, vm);
            return vm.warn(Exc::RuntimeWarning, &format!("non-string key in the __dict__ of class {name}"), 0);
        }
    }
    Ok(())
}

/// The metaclass that derives from those of all bases. TypeError on a conflict.
pub fn most_derived_metaclass(vm: &mut Vm, start: Gc<Type>, bases: Gc<Tuple>) -> Result<Gc<Type>, Raised> {
    let mut winner = start;
    for i in 0..bases.get(vm).len() {
        let base = bases.get(vm).at(i);
        let own = vm.type_of(base);
        if Type::is_subtype(winner, vm, own) {
            continue;
        }
        if Type::is_subtype(own, vm, winner) {
            winner = own;
            continue;
        }
        return Err(vm.raise(
            Exc::TypeError,
            "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases",
        ));
    }
    Ok(winner)
}

fn build(
    vm: &mut Vm,
    metatype: Gc<Type>,
    class_name: Gc<Str>,
    bases: Gc<Tuple>,
    base: Gc<Type>,
    namespace: Gc<Dict>,
) -> Result<Gc<Type>, Raised> {
    let dict = Dict::copy(namespace, vm)?;
    let class_name = Str::exact_copy(class_name, vm)?;
    let qualname = take_qualname(vm, dict, class_name)?;
    let slot_names = slots_of(vm, dict, base, class_name)?;
    let declares_slots = slot_names.is_some();
    let base_has_dict = inherits_flag(vm, bases, spec::HAS_DICT);
    let base_has_weakref = inherits_flag(vm, bases, spec::WEAKREFABLE);
    let wants = slot_names.as_ref().map(|declared| (declared.dict, declared.weakref));
    if let Some((dict_slot, weakref_slot)) = wants {
        if dict_slot && base_has_dict {
            return Err(vm.raise(Exc::TypeError, "__dict__ slot disallowed: we already got one"));
        }
        if weakref_slot && base_has_weakref {
            return Err(vm.raise(Exc::TypeError, "__weakref__ slot disallowed: we already got one"));
        }
    }
    let has_dict = base_has_dict || wants.is_none_or(|(dict, _)| dict);
    let weakrefable = base_has_weakref || wants.map_or(!has_items(vm, base), |(_, weakref)| weakref);
    let inherited = spec::MATCH_SELF | spec::FINALIZE_AFTER_HOLDERS;
    let mut flags = spec::BASETYPE | spec::HEAP_TYPE | (base.get(vm).flags & inherited);
    flags |= if has_dict { spec::HAS_DICT } else { 0 } | if weakrefable { spec::WEAKREFABLE } else { 0 };
    let names = match &slot_names {
        Some(declared) => declared.names,
        None => Tuple::empty(vm)?,
    };
    let empty = Tuple::empty(vm)?;
    let (native, root) = (base.get(vm).native, base.get(vm).root_shape);
    let metashape = metatype.get(vm).root_shape;
    let class = allocate(
        vm,
        metashape,
        Type {
            header: HeaderWord::NEW,
            name: class_name,
            qualname,
            bases,
            mro: empty,
            base: Some(base),
            dict,
            subclasses: None,
            slot_names: declares_slots.then_some(names),
            spec: None,
            native,
            flags,
            root_shape: root,
            dict_shape: root,
            cached: false,
            base_words: 0,
            slots: Slots::DEFAULT,
        },
    )?;
    let expected_attributes = expected_attributes(vm, dict);
    let additions = layout::Additions {
        slots: names.get(vm).len(),
        // The dict of a class is the class's own: a metaclass adds none.
        dict: has_dict && !base.get(vm).has_flag(spec::HAS_DICT) && !native.extends(Type::native()),
        expected_attributes,
    };
    layout::make_shapes(vm, class, base, &additions)?;
    fill_classcell(vm, class, dict)?;
    add_slot_members(vm, class, base, names)?;
    convert_special(vm, dict)?;
    add_standard_attributes(vm, class, dict, &additions, weakrefable && !base_has_weakref)?;
    mro::set_mro(vm, class)?;
    inherit_collection(vm, class);
    if follows_base(vm, class, base) {
        slotdefs::inherit_then_update(vm, class, base);
    } else {
        slotdefs::update_all_slots(vm, class);
    }
    for i in 0..bases.get(vm).len() {
        if let Some(base) = bases.get(vm).at(i).downcast::<Type>(vm) {
            Type::add_subclass(base, vm, class)?;
        }
    }
    Ok(class)
}

/// As what `match` sees the instances: a sequence or a mapping, after the first class of the MRO that is one.
fn inherit_collection(vm: &mut Vm, class: Gc<Type>) {
    const COLLECTIONS: u32 = spec::MAPPING | spec::SEQUENCE;
    let mro = class.get(vm).mro;
    let mut flags = mro.get(vm).items().iter().filter_map(|base| Some(base.downcast::<Type>(vm)?.get(vm).flags));
    let found = flags.find(|flags| flags & COLLECTIONS != 0).unwrap_or(0);
    class.get_mut(vm).flags |= found & COLLECTIONS;
}

/// Whether the MRO of a class is itself and then that of its base.
fn follows_base(vm: &Vm, class: Gc<Type>, base: Gc<Type>) -> bool {
    let (own, inherited) = (class.get(vm).mro, base.get(vm).mro);
    own.get(vm).items().get(1..) == Some(inherited.get(vm).items())
}

fn inherits_flag(vm: &Vm, bases: Gc<Tuple>, flag: u32) -> bool {
    bases.get(vm).items().iter().any(|base| base.downcast::<Type>(vm).is_some_and(|base| base.get(vm).has_flag(flag)))
}

/// A guess at how many attributes instances get beside those of the base: what the compiler saw assigned to `self`, or what is
/// annotated in the body (a dataclass).
fn expected_attributes(vm: &mut Vm, dict: Gc<Dict>) -> usize {
    let key = vm.name(name::STATIC_ATTRIBUTES);
    let assigned = match Dict::get_str(dict, vm, key).and_then(|value| value.downcast::<Tuple>(vm)) {
        Some(names) => names.get(vm).len(),
        None => 4,
    };
    let key = vm.name(name::ANNOTATE_FUNC);
    let annotate = Dict::get_str(dict, vm, key).and_then(|value| value.exact::<Function>());
    let annotated = annotate.and_then(|annotate| annotate.get(vm).code.exact::<Code>()).map_or(0, |code| {
        let consts = &code.get(vm).data().consts;
        consts.iter().filter(|constant| matches!(constant, taipan_bytecode::code::Constant::Str(_))).count()
    });
    assigned.max(annotated.min(8))
}

fn take_qualname(vm: &mut Vm, dict: Gc<Dict>, class_name: Gc<Str>) -> Result<Gc<Str>, Raised> {
    let key = vm.name(name::QUALNAME);
    let Some(number) = Dict::find_str(dict, vm, key) else { return Ok(class_name) };
    let Some(value) = dict.get(vm).value_at(vm, number) else { return Ok(class_name) };
    let Some(qualname) = value.downcast::<Str>(vm) else {
        let got = vm.type_name(value);
        return Err(vm.raise(Exc::TypeError, format!("type __qualname__ must be a str, not {got}")));
    };
    Dict::remove_at(dict, vm, number);
    Ok(qualname)
}

/// `__new__` becomes a static method, `__init_subclass__` and `__class_getitem__` class methods.
fn convert_special(vm: &mut Vm, dict: Gc<Dict>) -> Result<(), Raised> {
    for (atom, static_method) in [(name::NEW, true), (name::INIT_SUBCLASS, false), (name::CLASS_GETITEM, false)] {
        let key = vm.name(atom);
        let Some(value) = Dict::get_str(dict, vm, key) else { continue };
        if !vm.is_exact(value, Builtin::Function) {
            continue;
        }
        let wrapped = if static_method {
            crate::types::staticmethod::wrap(vm, value)?
        } else {
            crate::types::classmethod::wrap(vm, value)?
        };
        Dict::set_str(dict, vm, key, wrapped)?;
    }
    Ok(())
}

fn add_standard_attributes(
    vm: &mut Vm,
    class: Gc<Type>,
    dict: Gc<Dict>,
    additions: &layout::Additions,
    adds_weakref: bool,
) -> Result<(), Raised> {
    let module_key = vm.name(name::MODULE);
    if Dict::get_str(dict, vm, module_key).is_none()
        && let Some(globals) = vm.current_globals()
    {
        let key = vm.name(name::NAME);
        if let Some(module) = Dict::get_str(globals, vm, key) {
            Dict::set_str(dict, vm, module_key, module)?;
        }
    }
    let doc_key = vm.name(name::DOC);
    match Dict::get_str(dict, vm, doc_key) {
        Some(doc) => {
            if let Some(text) = doc.downcast::<Str>(vm) {
                vm.check_encodable(text)?;
            }
        }
        None => Dict::set_str(dict, vm, doc_key, Value::NONE)?,
    }
    let hash_key = vm.name(name::HASH);
    let eq_key = vm.name(name::EQ);
    if Dict::get_str(dict, vm, eq_key).is_some() && Dict::get_str(dict, vm, hash_key).is_none() {
        Dict::set_str(dict, vm, hash_key, Value::NONE)?;
    }
    // A class may define these names itself.
    let dict_key = vm.name(name::DICT);
    if additions.dict && Dict::get_str(dict, vm, dict_key).is_none() {
        let descriptor = crate::types::descriptor::from_getset_row(vm, class, &super::methods::DICT_ROW)?;
        Dict::set_str(dict, vm, dict_key, descriptor)?;
    }
    let key = vm.name(name::WEAKREF);
    if adds_weakref && Dict::get_str(dict, vm, key).is_none() {
        let descriptor = crate::types::descriptor::from_getset_row(vm, class, &super::methods::WEAKREF_ROW)?;
        Dict::set_str(dict, vm, key, descriptor)?;
    }
    Ok(())
}

/// Stores the class in the `__class__` cell that the class body handed over.
fn fill_classcell(vm: &mut Vm, class: Gc<Type>, dict: Gc<Dict>) -> Result<(), Raised> {
    for (atom, value) in [(name::CLASSCELL, class.value()), (name::CLASSDICTCELL, dict.value())] {
        let key = vm.name(atom);
        let Some(number) = Dict::find_str(dict, vm, key) else { continue };
        let Some(cell) = dict.get(vm).value_at(vm, number) else { continue };
        let Some(cell) = cell.downcast::<crate::types::cell::Cell>(vm) else {
            let (what, got) = (vm.name(atom).get(vm).to_string_lossy(), vm.type_name(cell));
            return Err(vm.raise(Exc::TypeError, format!("{what} must be a nonlocal cell, not <class '{got}'>")));
        };
        cell.get_mut(vm).contents = Some(value);
        Dict::remove_at(dict, vm, number);
    }
    Ok(())
}

/// Calls `__set_name__` of every attribute that has one.
fn set_names(vm: &mut Vm, class: Gc<Type>) -> Result<(), Raised> {
    let dict = class.get(vm).dict;
    let copy = Dict::copy(dict, vm)?;
    let mut at = 0;
    while let Some((number, entry)) = copy.get(vm).next_entry(vm, at) {
        at = number + 1;
        let result = vm.call_special(entry.value, name::SET_NAME, &[class.value(), entry.key]);
        if let Err(raised) = result {
            let exception = vm.take_raised(raised);
            let (key, owner) = (vm.repr_string(entry.key)?, Type::name(class, vm));
            let kind = vm.type_name(entry.value);
            let note = vm.new_str(&format!("Error calling __set_name__ on '{kind}' instance {key} in '{owner}'"))?;
            vm.call_method(exception, "add_note", &[note])?;
            return Err(vm.reraise(exception));
        }
    }
    Ok(())
}

/// `super(class, class).__init_subclass__(**kwargs)`.
fn init_subclass(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<(), Raised> {
    // A metaclass may leave the class itself out of its MRO.
    if !class.get(vm).mro.get(vm).items().contains(&class.value()) {
        return Err(crate::types::super_::mismatch(vm, class, class.value()));
    }
    let attribute = vm.name(name::INIT_SUBCLASS);
    let parent = crate::types::super_::lookup(vm, class, class, attribute)?;
    let Some(hook) = parent else { return Ok(()) };
    vm.call_args(hook, args.skip(args.len()))?;
    Ok(())
}

/// Raises TypeError when a class has abstract methods or cannot be instantiated.
pub fn check_instantiable(vm: &mut Vm, class: Gc<Type>) -> Result<(), Raised> {
    if !class.get(vm).has_flag(spec::ABSTRACT) {
        return Ok(());
    }
    let key = vm.name(name::ABSTRACTMETHODS);
    let Some(methods) = Type::lookup(class, vm, key) else { return Ok(()) };
    let names = vm.list_of(methods)?;
    sort_names(vm, names);
    let mut quoted = Vec::new();
    let mut i = 0;
    while let Some(item) = names.get(vm).get_at(vm, i) {
        i += 1;
        quoted.push(format!("'{}'", vm.text_of(item).unwrap_or_default()));
    }
    if quoted.is_empty() {
        return Ok(());
    }
    let s = if quoted.len() == 1 { "" } else { "s" };
    let (class, quoted) = (Type::name(class, vm), quoted.join(", "));
    let message =
        format!("Can't instantiate abstract class {class} without an implementation for abstract method{s} {quoted}");
    Err(vm.raise(Exc::TypeError, message))
}

// ---- __new__ of built-in types ----
