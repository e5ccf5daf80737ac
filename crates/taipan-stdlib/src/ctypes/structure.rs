//! `Structure`, `Union` and their metaclasses: fields laid out by `ctypes._layout`.

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::import::import_module;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::slots::Slots;
use taipan_vm::spec::{BASETYPE, TypeSpec};
use taipan_vm::types::dict::Dict;
use taipan_vm::types::list::List;
use taipan_vm::types::str::Str;
use taipan_vm::types::type_::{Type, attributes, class_of_spec};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::class::{self, CTYPE_TYPE};
use super::data;
use super::field::{self, CField};
use super::info::{self, FINAL, HAS_POINTER, IS_POINTER, Kind, StgInfo};

// ---- the metaclasses ----

fn own_attribute(vm: &mut Vm, class: Gc<Type>, name: &str) -> Result<Option<Value>, Raised> {
    let key = Str::intern(vm, name)?;
    let dict = class.get(vm).dict;
    Ok(Dict::get_str(dict, vm, key))
}

fn init_class(vm: &mut Vm, this: Value) -> Result<(), Raised> {
    let Some(class) = this.downcast::<Type>(vm) else { return Ok(()) };
    if own_attribute(vm, class, "_abstract_")?.is_some() {
        return Ok(());
    }
    let info = info::init(vm, this, Kind::Aggregate)?;
    let format = Str::new(vm, "B")?;
    info.get_mut(vm).format = Some(format);
    if let Some(fields) = own_attribute(vm, class, "_fields_")? {
        let key = Str::intern(vm, "_fields_")?;
        return vm.set_attr(this, key, Some(fields));
    }
    let Some(base) = class.get(vm).base else { return Ok(()) };
    let Some(inherited) = info::info_of(vm, base.value())? else { return Ok(()) };
    let StgInfo { size, align, length, flags, format, fields, .. } = *inherited.get(vm);
    inherited.get_mut(vm).flags |= FINAL;
    let own = info.get_mut(vm);
    (own.size, own.align, own.length, own.flags) = (size, align, length, flags & !FINAL);
    (own.format, own.fields) = (format, fields);
    Ok(())
}

fn set_attribute(
    vm: &mut Vm,
    this: Value,
    attribute: Gc<Str>,
    value: Option<Value>,
    is_struct: bool,
) -> Result<(), Raised> {
    if let Some(fields) = value
        && attribute.get(vm).equals("_fields_")
    {
        set_fields(vm, this, fields, is_struct)?;
    }
    attributes::setattro(vm, this, attribute, value)
}

fn non_negative(vm: &mut Vm, value: Value, what: &str) -> Result<usize, Raised> {
    let number = vm.index_isize(value)?;
    match usize::try_from(number) {
        Ok(number) => Ok(number),
        Err(_) => Err(vm.raise(Exc::ValueError, format!("{what} must be a non-negative integer"))),
    }
}

/// Lays out the fields of a class: CPython's `PyCStructUnionType_update_stginfo`.
fn set_fields(vm: &mut Vm, this: Value, fields: Value, is_struct: bool) -> Result<(), Raised> {
    let Some(info) = info::info_of(vm, this)? else {
        return Err(vm.raise(Exc::TypeError, "ctypes state is not initialized"));
    };
    let base = this.downcast::<Type>(vm).and_then(|class| class.get(vm).base);
    let inherited = match base {
        Some(base) => info::info_of(vm, base.value())?,
        None => None,
    };
    if info.get(vm).flags & FINAL != 0 {
        return Err(vm.raise(Exc::AttributeError, "_fields_ is final"));
    }
    let module = import_module(vm, "ctypes._layout")?;
    let get_layout = vm.get_attr_str(module, "get_layout")?;
    let base_argument = inherited.and(base).map_or(Value::NONE, Gc::value);
    let keywords = [("is_struct", Value::bool(is_struct)), ("base", base_argument)];
    let layout = vm.call_keywords(get_layout, &[this, fields], &keywords)?;
    let align = vm.get_attr_str(layout, "align")?;
    let align = non_negative(vm, align, "align")?;
    let size = vm.get_attr_str(layout, "size")?;
    let size = non_negative(vm, size, "size")?;
    let format = vm.get_attr_str(layout, "format_spec")?;
    let Some(format) = format.downcast::<Str>(vm) else {
        let got = vm.type_name(format);
        return Err(vm.raise(Exc::TypeError, format!("bad argument type for built-in operation: {got}")));
    };
    info.get_mut(vm).format = Some(format);
    let own_fields = vm.get_attr_str(layout, "fields")?;
    let own_fields = vm.tuple_of(own_fields)?;
    let first = inherited.map_or(0, |inherited| inherited.get(vm).length);
    let all = List::new(vm)?;
    if let Some(before) = inherited.and_then(|inherited| inherited.get(vm).fields) {
        List::append_tuple(all, vm, before)?;
    }
    for i in 0..own_fields.get(vm).len() {
        let item = own_fields.get(vm).at(i);
        let Some(field) = item.downcast::<CField>(vm) else {
            let got = vm.type_name(item);
            return Err(vm.raise(Exc::TypeError, format!("fields must be of type CField, got {got}")));
        };
        let (name, index, proto) = (field.get(vm).name, field.get(vm).index, field.get(vm).proto);
        if index != i {
            let shown = vm.repr_string(name.value())?;
            let message = format!("field {shown} index mismatch (expected {i}, got {index})");
            return Err(vm.raise(Exc::ValueError, message));
        }
        if let Some(item) = info::info_of(vm, proto)? {
            if item.get(vm).flags & (IS_POINTER | HAS_POINTER) != 0 {
                info.get_mut(vm).flags |= HAS_POINTER;
            }
            item.get_mut(vm).flags |= FINAL;
        }
        List::push(all, vm, item)?;
        vm.set_attr(this, name, Some(item))?;
    }
    let all = List::to_tuple(all, vm)?;
    let count = own_fields.get(vm).len();
    let own = info.get_mut(vm);
    (own.size, own.align, own.length, own.fields) = (size, align, first + count, Some(all));
    // It was not set above: one of the fields is of this class.
    if own.flags & FINAL != 0 {
        return Err(vm.raise(Exc::AttributeError, "Structure or union cannot contain itself"));
    }
    own.flags |= FINAL;
    add_anonymous(vm, this)
}

/// Makes the fields of the fields named in `_anonymous_` attributes of the class.
fn add_anonymous(vm: &mut Vm, this: Value) -> Result<(), Raised> {
    let key = Str::intern(vm, "_anonymous_")?;
    let Some(names) = vm.get_attr_opt(this, key)? else { return Ok(()) };
    let names = vm.sequence_fast(names, "_anonymous_ must be a sequence")?;
    let mut i = 0;
    while let Some(name) = names.get(vm).get_at(vm, i) {
        i += 1;
        let name = vm.attr_name(name)?;
        let found = vm.get_attr(this, name)?;
        let Some(field) = exact_field(vm, found)? else {
            let name = name.get(vm).to_string_lossy();
            let message = format!("'{name}' is specified in _anonymous_ but not in _fields_");
            return Err(vm.raise(Exc::AttributeError, message));
        };
        field.get_mut(vm).anonymous = true;
        let CField { index, byte_offset, .. } = *field.get(vm);
        add_fields_of(vm, this, field, index, byte_offset)?;
    }
    Ok(())
}

fn exact_field(vm: &mut Vm, value: Value) -> Result<Option<Gc<CField>>, Raised> {
    let class = class_of_spec(vm, &field::TYPE)?;
    Ok(if vm.type_of(value) == class { value.downcast(vm) } else { None })
}

fn add_fields_of(vm: &mut Vm, this: Value, outer: Gc<CField>, index: usize, offset: usize) -> Result<(), Raised> {
    vm.check_native_stack()?;
    let proto = outer.get(vm).proto;
    let fields = vm.get_attr_str(proto, "_fields_")?;
    let fields = vm.sequence_fast(fields, "_fields_ must be a sequence")?;
    let mut i = 0;
    while let Some(pair) = fields.get(vm).get_at(vm, i) {
        i += 1;
        let name = vm.get_item(pair, Value::int(0))?;
        let name = vm.attr_name(name)?;
        let found = vm.get_attr(proto, name)?;
        let Some(field) = exact_field(vm, found)? else { return Err(vm.raise(Exc::TypeError, "unexpected type")) };
        let CField { anonymous, index: own_index, byte_offset, .. } = *field.get(vm);
        if anonymous {
            add_fields_of(vm, this, field, index + own_index, offset + byte_offset)?;
            continue;
        }
        let moved = CField::moved(field, vm, index, offset)?;
        vm.set_attr(this, name, Some(moved.value()))?;
    }
    Ok(())
}

/// The class `PyCStructType`.
pub static STRUCT_METATYPE: TypeSpec = TypeSpec {
    name: "PyCStructType",
    module: "_ctypes",
    base: Some(&CTYPE_TYPE),
    slots: Slots {
        init: Some(|vm, this, _| init_class(vm, this)),
        setattro: Some(|vm, this, attribute, value| set_attribute(vm, this, attribute, value, true)),
        ..Slots::DEFAULT
    },
    methods: class::METHODS,
    doc: "metatype for the CData Objects",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};

/// The class `UnionType`.
pub static UNION_METATYPE: TypeSpec = TypeSpec {
    name: "UnionType",
    module: "_ctypes",
    base: Some(&CTYPE_TYPE),
    slots: Slots {
        init: Some(|vm, this, _| init_class(vm, this)),
        setattro: Some(|vm, this, attribute, value| set_attribute(vm, this, attribute, value, false)),
        ..Slots::DEFAULT
    },
    methods: class::METHODS,
    doc: "metatype for the Union Objects",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};

// ---- instances ----

/// Sets the fields of a class, those of its bases first, from positional arguments. Gives how many fields there are.
fn init_positional(vm: &mut Vm, this: Value, class: Gc<Type>, args: Args<'_>, index: usize) -> Result<usize, Raised> {
    vm.check_native_stack()?;
    let mut index = index;
    if let Some(base) = class.get(vm).base
        && info::info_of(vm, base.value())?.is_some()
    {
        index = init_positional(vm, this, base, args, index)?;
    }
    let length = info::info_of(vm, class.value())?.map_or(0, |info| info.get(vm).length);
    let Some(fields) = own_attribute(vm, class, "_fields_")? else { return Ok(index) };
    for i in index..length.min(args.len()) {
        let pair = vm.get_item(fields, Value::int(i - index))?;
        let name = vm.get_item(pair, Value::int(0))?;
        let name = vm.attr_name(name)?;
        let text = name.get(vm).to_string_lossy();
        if args.keyword_named(vm, &text).is_some() {
            let shown = vm.repr_string(name.value())?;
            return Err(vm.raise(Exc::TypeError, format!("duplicate values for field {shown}")));
        }
        vm.set_attr(this, name, Some(args.get(i)))?;
    }
    Ok(length)
}

fn init(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    if !args.is_empty() {
        let class = vm.type_of(this);
        let count = init_positional(vm, this, class, args, 0)?;
        if count < args.len() {
            return Err(vm.raise(Exc::TypeError, "too many initializers"));
        }
    }
    for i in 0..args.keyword_count() {
        let Some((name, value)) = args.keyword(vm, i) else { break };
        let name = vm.attr_name(name)?;
        vm.set_attr(this, name, Some(value))?;
    }
    Ok(())
}

const SLOTS: Slots =
    Slots { new: Some(data::new), init: Some(init), get_buffer: Some(data::get_buffer), ..Slots::DEFAULT };

/// The class `Structure`.
pub static STRUCTURE: TypeSpec = TypeSpec {
    name: "Structure",
    module: "_ctypes",
    base: Some(&data::TYPE),
    metaclass: Some(&STRUCT_METATYPE),
    slots: SLOTS,
    doc: "Structure base class",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};

/// The class `Union`.
pub static UNION: TypeSpec = TypeSpec {
    name: "Union",
    module: "_ctypes",
    base: Some(&data::TYPE),
    metaclass: Some(&UNION_METATYPE),
    slots: SLOTS,
    doc: "Union base class",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
