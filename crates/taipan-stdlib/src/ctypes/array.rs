//! `Array` and its metaclass.

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::slots::Slots;
use taipan_vm::spec::{BASETYPE, GetSetDef, TypeSpec, class_method, getset};
use taipan_vm::types::bytes::Bytes;
use taipan_vm::types::dict::Dict;
use taipan_vm::types::list::List;
use taipan_vm::types::slice::{self, Slice};
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::{Type, attributes, class_of_spec};
use taipan_vm::types::{descriptor, generic_alias};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::class::{self, CTYPE_TYPE};
use super::code::{self, Extent};
use super::data::{self, CData};
use super::info::{self, HAS_POINTER, IS_POINTER, Kind, StgInfo};
use super::memory;

/// Classes made by multiplication: (item type, length) to class.
const CACHE: &str = "ctypes.arrays";

// ---- the metaclass ----

fn init_class(vm: &mut Vm, this: Value, _: Args<'_>) -> Result<(), Raised> {
    let key = Str::intern(vm, "_length_")?;
    let Some(length) = vm.get_attr_opt(this, key)? else {
        return Err(vm.raise(Exc::AttributeError, "class must define a '_length_' attribute"));
    };
    if !vm.is_int(length) {
        return Err(vm.raise(Exc::TypeError, "The '_length_' attribute must be an integer"));
    }
    if vm.is_less(length, Value::int(0))? {
        return Err(vm.raise(Exc::ValueError, "The '_length_' attribute must not be negative"));
    }
    let Some(length) = vm.as_i64(length).and_then(|length| usize::try_from(length).ok()) else {
        return Err(vm.raise(Exc::OverflowError, "The '_length_' attribute is too large"));
    };
    let key = Str::intern(vm, "_type_")?;
    let Some(proto) = vm.get_attr_opt(this, key)? else {
        return Err(vm.raise(Exc::AttributeError, "class must define a '_type_' attribute"));
    };
    let own = info::init(vm, this, Kind::Array)?;
    let Some(item) = info::info_of(vm, proto)? else {
        return Err(vm.raise(Exc::TypeError, "_type_ must have storage info"));
    };
    let StgInfo { size: item_size, align, flags, format, shape, .. } = *item.get(vm);
    let code = item.get(vm).code();
    let Some(size) = item_size.checked_mul(length).filter(|size| isize::try_from(*size).is_ok()) else {
        return Err(vm.raise(Exc::OverflowError, "array too large"));
    };
    let length_value = vm.new_uint(length as u64)?;
    let shape = match shape {
        Some(inner) => Tuple::prepend(vm, length_value, inner)?,
        None => Tuple::from_values(vm, &[length_value])?,
    };
    let own = own.get_mut(vm);
    (own.size, own.align, own.length, own.proto) = (size, align, length, Some(proto));
    (own.format, own.shape) = (format, Some(shape));
    if flags & (IS_POINTER | HAS_POINTER) != 0 {
        own.flags |= HAS_POINTER;
    }
    // Arrays of characters are strings, too.
    let rows = match code.map(|code| code.letter) {
        Some(b'c') => BYTES_GETSET,
        Some(b'u') => TEXT_GETSET,
        _ => &[],
    };
    let Some(class) = this.downcast::<Type>(vm) else { return Ok(()) };
    for row in rows {
        let value = descriptor::from_getset_row(vm, class, row)?;
        let key = Str::intern(vm, row.name)?;
        attributes::set(vm, class, key, Some(value))?;
    }
    Ok(())
}

/// `item_type * length`.
pub fn array_of(vm: &mut Vm, item_type: Value, length: usize) -> Result<Value, Raised> {
    let cache = match vm.state(CACHE).and_then(|cache| cache.downcast::<Dict>(vm)) {
        Some(cache) => cache,
        None => {
            let cache = Dict::new(vm)?;
            vm.set_state(CACHE, cache.value());
            cache
        }
    };
    let length_value = vm.new_uint(length as u64)?;
    let key = Tuple::from_values(vm, &[item_type, length_value])?.value();
    if let Some(found) = Dict::get_item(cache, vm, key)? {
        // As weak as in CPython: a class that nothing else refers to is made anew.
        let target = vm.call(found, &[])?;
        if !target.is_none() {
            return Ok(target);
        }
    }
    let name = format!("{}_Array_{length}", info::name_of(vm, item_type));
    let metaclass = class_of_spec(vm, &METATYPE)?.value();
    let base = class_of_spec(vm, &TYPE)?.value();
    let (name, bases, namespace) = (vm.new_str(&name)?, Tuple::from_values(vm, &[base])?, Dict::new(vm)?);
    let length_key = vm.new_str("_length_")?;
    Dict::set(namespace, vm, length_key, length_value)?;
    let type_key = vm.new_str("_type_")?;
    Dict::set(namespace, vm, type_key, item_type)?;
    let made = vm.call(metaclass, &[name, bases.value(), namespace.value()])?;
    let reference_class = vm.class(taipan_vm::types::Builtin::WeakRef).value();
    let reference = vm.call(reference_class, &[made])?;
    Dict::set(cache, vm, key, reference)?;
    Ok(made)
}

/// The class `PyCArrayType`.
pub static METATYPE: TypeSpec = TypeSpec {
    name: "PyCArrayType",
    module: "_ctypes",
    base: Some(&CTYPE_TYPE),
    slots: Slots { init: Some(init_class), ..Slots::DEFAULT },
    methods: class::METHODS,
    doc: "metatype for the Array Objects",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};

// ---- arrays of characters ----

fn get_raw(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let own = this.expect::<CData>(vm);
    let bytes = data::bytes_of(vm, own)?;
    vm.new_bytes(&bytes)
}

fn set_raw(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let Some(value) = value else { return Err(vm.raise(Exc::AttributeError, "cannot delete attribute")) };
    let bytes = vm.bytes_of(value)?;
    let CData { address, size, .. } = *this.expect::<CData>(vm).get(vm);
    if bytes.len() > size {
        return Err(vm.raise(Exc::ValueError, "byte string too long"));
    }
    memory::write(address, &bytes);
    Ok(())
}

fn get_bytes(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let CData { address, size, .. } = *this.expect::<CData>(vm).get(vm);
    let len = memory::zero_at(address, size);
    let bytes = memory::read_vec(vm, address, len)?;
    vm.new_bytes(&bytes)
}

fn set_bytes(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let Some(value) = value else { return Err(vm.raise(Exc::TypeError, "can't delete attribute")) };
    let Some(bytes) = value.downcast::<Bytes>(vm) else {
        let got = vm.type_name(value);
        return Err(vm.raise(Exc::TypeError, format!("bytes expected instead of {got} instance")));
    };
    let CData { address, size, .. } = *this.expect::<CData>(vm).get(vm);
    let bytes = bytes.get(vm).bytes();
    if bytes.len() > size {
        return Err(vm.raise(Exc::ValueError, "byte string too long"));
    }
    memory::write(address, bytes);
    if bytes.len() < size {
        memory::write(address + bytes.len(), &[0]);
    }
    Ok(())
}

fn get_text(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let CData { address, size, .. } = *this.expect::<CData>(vm).get(vm);
    let len = memory::wide_zero_at(address, size / 4);
    let points = memory::read_wide(vm, address, len)?;
    code::wide_text(vm, &points)
}

fn set_text(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let Some(value) = value else { return Err(vm.raise(Exc::TypeError, "can't delete attribute")) };
    let Some(text) = value.downcast::<Str>(vm) else {
        let got = vm.type_name(value);
        return Err(vm.raise(Exc::TypeError, format!("unicode string expected instead of {got} instance")));
    };
    let CData { address, size, .. } = *this.expect::<CData>(vm).get(vm);
    let mut points = code::points_of(vm, text);
    let room = size / 4;
    if points.len() > room {
        return Err(vm.raise(Exc::ValueError, "string too long"));
    }
    if points.len() < room {
        points.push(0);
    }
    memory::write(address, &code::wide_bytes(&points));
    Ok(())
}

static BYTES_GETSET: &[GetSetDef] =
    &[getset("raw", get_raw, set_raw, "value"), getset("value", get_bytes, set_bytes, "string value")];
static TEXT_GETSET: &[GetSetDef] = &[getset("value", get_text, set_text, "string value")];

// ---- instances ----

fn init(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    for i in 0..args.len() {
        vm.set_item(this, Value::int(i), Some(args.get(i)))?;
    }
    Ok(())
}

/// What is needed to reach items: item type, bytes of an item.
fn items(vm: &mut Vm, this: Value) -> Result<(Value, usize), Raised> {
    let info = info::concrete_instance(vm, this)?;
    let StgInfo { proto, size, length, .. } = *info.get(vm);
    Ok((proto.unwrap_or(Value::NONE), size.checked_div(length).unwrap_or(0)))
}

fn item(vm: &mut Vm, this: Value, index: isize) -> Result<Value, Raised> {
    let own = this.expect::<CData>(vm);
    let CData { address, length, .. } = *own.get(vm);
    let Some(index) = usize::try_from(index).ok().filter(|index| *index < length) else {
        return Err(vm.raise(Exc::IndexError, "invalid index"));
    };
    let (proto, size) = items(vm, this)?;
    check_item(vm, own, index, size)?;
    data::get(vm, proto, None, own, index, Extent::bytes(size), address + index * size)
}

fn set_item(vm: &mut Vm, this: Value, index: isize, value: Value) -> Result<(), Raised> {
    let own = this.expect::<CData>(vm);
    let CData { address, length, .. } = *own.get(vm);
    let Some(index) = usize::try_from(index).ok().filter(|index| *index < length) else {
        return Err(vm.raise(Exc::IndexError, "invalid index"));
    };
    let (proto, size) = items(vm, this)?;
    check_item(vm, own, index, size)?;
    data::set(vm, own, proto, None, value, index, Extent::bytes(size), address + index * size)
}

/// Raises IndexError for an item that lies outside the memory: the instance may have been given another class.
fn check_item(vm: &mut Vm, own: Gc<CData>, index: usize, size: usize) -> Result<(), Raised> {
    let end = index.checked_add(1).and_then(|count| count.checked_mul(size));
    match end.is_some_and(|end| end <= own.get(vm).size) {
        true => Ok(()),
        false => Err(vm.raise(Exc::IndexError, "invalid index")),
    }
}

/// An index counted from the end if negative. IndexError when it fits no address.
fn index_of(vm: &mut Vm, this: Value, key: Value) -> Result<isize, Raised> {
    let number = vm.index(key)?;
    let Some(number) = vm.as_i64(number) else {
        let got = vm.type_name(key);
        return Err(vm.raise(Exc::IndexError, format!("cannot fit '{got}' into an index-sized integer")));
    };
    let length = this.expect::<CData>(vm).get(vm).length as i64;
    Ok(if number < 0 { number + length } else { number } as isize)
}

/// Whether a key is an index.
pub fn is_index(vm: &mut Vm, key: Value) -> bool {
    vm.is_int(key) || vm.slots(key).index.is_some()
}

fn subscript(vm: &mut Vm, this: Value, key: Value) -> Result<Value, Raised> {
    if is_index(vm, key) {
        let index = index_of(vm, this, key)?;
        return item(vm, this, index);
    }
    let Some(slice) = key.exact::<Slice>() else {
        return Err(vm.raise(Exc::TypeError, "indices must be integers"));
    };
    let (start, stop, step) = Slice::unpack(slice, vm)?;
    let CData { address, length, size, .. } = *this.expect::<CData>(vm).get(vm);
    let indices = slice::adjust(length, start, stop, step);
    let (proto, _) = items(vm, this)?;
    let letter = info::info_of(vm, proto)?.and_then(|info| info.get(vm).code()).map(|code| code.letter);
    match letter {
        Some(b'c') => {
            let all = memory::read_vec(vm, address, length.min(size))?;
            let chosen: Vec<u8> = (0..indices.len).filter_map(|i| all.get(indices.at(i)).copied()).collect();
            vm.new_bytes(&chosen)
        }
        Some(b'u') => {
            let all = memory::read_wide(vm, address, length.min(size / 4))?;
            let chosen: Vec<u32> = (0..indices.len).filter_map(|i| all.get(indices.at(i)).copied()).collect();
            code::wide_text(vm, &chosen)
        }
        _ => {
            let list = List::new(vm)?;
            for i in 0..indices.len {
                vm.work(1)?;
                let value = item(vm, this, indices.at(i) as isize)?;
                List::push(list, vm, value)?;
            }
            Ok(list.value())
        }
    }
}

fn set_subscript(vm: &mut Vm, this: Value, key: Value, value: Option<Value>) -> Result<(), Raised> {
    let Some(value) = value else {
        return Err(vm.raise(Exc::TypeError, "Array does not support item deletion"));
    };
    if is_index(vm, key) {
        let index = index_of(vm, this, key)?;
        return set_item(vm, this, index, value);
    }
    let Some(slice) = key.exact::<Slice>() else {
        return Err(vm.raise(Exc::TypeError, "indices must be integer"));
    };
    let (start, stop, step) = Slice::unpack(slice, vm)?;
    let length = this.expect::<CData>(vm).get(vm).length;
    let indices = slice::adjust(length, start, stop, step);
    if vm.length(value)? != indices.len {
        return Err(vm.raise(Exc::ValueError, "Can only assign sequence of same size"));
    }
    for i in 0..indices.len {
        vm.work(1)?;
        let part = vm.get_item(value, Value::int(i))?;
        set_item(vm, this, indices.at(i) as isize, part)?;
    }
    Ok(())
}

fn len(vm: &mut Vm, this: Value) -> Result<usize, Raised> {
    Ok(this.expect::<CData>(vm).get(vm).length)
}

/// The class `Array`.
pub static TYPE: TypeSpec = TypeSpec {
    name: "Array",
    module: "_ctypes",
    base: Some(&data::TYPE),
    metaclass: Some(&METATYPE),
    slots: Slots {
        new: Some(data::new),
        init: Some(init),
        get_buffer: Some(data::get_buffer),
        len: Some(len),
        subscript: Some(subscript),
        set_item: Some(set_subscript),
        iter: Some(taipan_vm::types::iterators::sequence_iterator),
        ..Slots::DEFAULT
    },
    methods: &[class_method(
        "__class_getitem__($type, object, /)",
        generic_alias::class_getitem,
        "Arrays are generic over the type of their elements",
    )],
    doc: "Abstract base class for arrays.\n\nThe recommended way to create concrete array types is by multiplying any\nctypes data type with a non-negative integer. Alternatively, you can subclass\nthis type and define _length_ and _type_ class variables. Array elements can\nbe read and written using standard subscript and slice accesses for slice\nreads, the resulting object is not itself an Array.",
    flags: BASETYPE,
    finish: Some(no_iter),
    ..TypeSpec::DEFAULT
};

/// Arrays are iterated by index: CPython's have no `__iter__`.
fn no_iter(vm: &mut Vm, class: Gc<Type>) -> Result<(), Raised> {
    let key = vm.name(taipan_vm::names::name::ITER);
    let dict = class.get(vm).dict;
    Dict::remove(dict, vm, key.value()).map(drop)
}
