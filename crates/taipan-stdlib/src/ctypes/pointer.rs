//! `_Pointer` and its metaclass.

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::slots::Slots;
use taipan_vm::spec::{BASETYPE, GetSetDef, TypeSpec, getset, method};
use taipan_vm::types::dict::Dict;
use taipan_vm::types::list::List;
use taipan_vm::types::slice::Slice;
use taipan_vm::types::str::Str;
use taipan_vm::types::type_::instance_check::{is_instance, is_subclass};
use taipan_vm::types::type_::{Type, attributes, class_of_spec};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::array;
use super::class::{self, CTYPE_TYPE, FROM_ADDRESS, FROM_BUFFER, FROM_BUFFER_COPY, FROM_PARAM_DOC, IN_DLL};
use super::code::{self, Extent, Kept};
use super::data::{self, CData};
use super::info::{self, IS_POINTER, Kind, StgInfo};
use super::memory;
use super::param::CArg;

// ---- the metaclass ----

/// Sets the item type of a class. TypeError for what is no C type.
fn set_proto(vm: &mut Vm, class: Value, own: Gc<StgInfo>, proto: Value) -> Result<Gc<StgInfo>, Raised> {
    if proto.downcast::<Type>(vm).is_none() {
        return Err(vm.raise(Exc::TypeError, "_type_ must be a type"));
    }
    let Some(item) = info::info_of(vm, proto)? else {
        return Err(vm.raise(Exc::TypeError, "_type_ must have storage info"));
    };
    own.get_mut(vm).proto = Some(proto);
    if item.get(vm).pointer_type.is_none() {
        item.get_mut(vm).pointer_type = Some(class);
    }
    Ok(item)
}

fn init_class(vm: &mut Vm, this: Value, _: Args<'_>) -> Result<(), Raised> {
    let own = info::init(vm, this, Kind::Pointer)?;
    {
        let own = own.get_mut(vm);
        (own.size, own.align, own.length) = (8, 8, 1);
        own.flags |= IS_POINTER;
    }
    let Some(class) = this.downcast::<Type>(vm) else { return Ok(()) };
    let key = Str::intern(vm, "_type_")?;
    let dict = class.get(vm).dict;
    let Some(proto) = Dict::get_str(dict, vm, key) else { return Ok(()) };
    let item = set_proto(vm, this, own, proto)?;
    let StgInfo { format, shape, .. } = *item.get(vm);
    let format = format.map_or_else(|| "B".to_owned(), |format| format.get(vm).to_string_lossy());
    let format = match shape {
        Some(shape) => {
            let lengths: Vec<String> =
                shape.get(vm).items().iter().map(|len| vm.as_i64(*len).unwrap_or(0).to_string()).collect();
            format!("&({}){format}", lengths.join(","))
        }
        None => format!("&{format}"),
    };
    let format = Str::new(vm, &format)?;
    own.get_mut(vm).format = Some(format);
    Ok(())
}

fn set_type(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, proto] = args.all();
    let own = info::concrete(vm, this)?;
    set_proto(vm, this, own, proto)?;
    if let Some(class) = this.downcast::<Type>(vm) {
        let key = Str::intern(vm, "_type_")?;
        attributes::set(vm, class, key, Some(proto))?;
    }
    Ok(Value::NONE)
}

fn from_param(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [class, value] = args.all();
    if value.is_none() {
        return Ok(value);
    }
    let own = info::concrete(vm, class)?;
    if let Some(proto) = own.get(vm).proto {
        if is_instance(vm, value, proto)? {
            let Some(target) = value.downcast::<CData>(vm) else {
                return Err(vm.raise(Exc::TypeError, "expected CData instance"));
            };
            let address = target.get(vm).address;
            return CArg::pointer(vm, b'P', address, Some(value));
        }
        for spec in [&TYPE, &array::TYPE] {
            let kind = class_of_spec(vm, spec)?;
            if vm.is_instance(value, kind)
                && let Some(item) = info::info_of_instance(vm, value)?.and_then(|info| info.get(vm).proto)
                && is_subclass(vm, item, proto)?
            {
                return Ok(value);
            }
        }
    }
    class::from_param(vm, class, value)
}

/// The class `PyCPointerType`.
pub static METATYPE: TypeSpec = TypeSpec {
    name: "PyCPointerType",
    module: "_ctypes",
    base: Some(&CTYPE_TYPE),
    slots: Slots { init: Some(init_class), ..Slots::DEFAULT },
    methods: &[
        FROM_ADDRESS,
        FROM_BUFFER,
        FROM_BUFFER_COPY,
        IN_DLL,
        method("from_param($self, value, /)", from_param, FROM_PARAM_DOC),
        method("set_type($self, type, /)", set_type, ""),
    ],
    doc: "metatype for the Pointer Objects",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};

// ---- instances ----

fn new(vm: &mut Vm, class: Gc<Type>, _: Args<'_>) -> Result<Value, Raised> {
    let proto = info::info_of(vm, class.value())?.and_then(|info| info.get(vm).proto);
    if proto.is_none() {
        return Err(vm.raise(Exc::TypeError, "Cannot create instance: has no _type_"));
    }
    Ok(data::new_instance(vm, class.value())?.value())
}

fn init(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    match args.len() {
        0 => Ok(()),
        1 => set_contents(vm, this, Some(args.get(0))),
        n => Err(vm.raise(Exc::TypeError, format!("POINTER expected at most 1 argument, got {n}"))),
    }
}

/// Where the pointer points, and the item type with its facts. ValueError for NULL.
fn target(vm: &mut Vm, this: Value) -> Result<(usize, Value, Gc<StgInfo>), Raised> {
    let address = data::pointer_of(vm, this.expect(vm));
    if address == 0 {
        return Err(vm.raise(Exc::ValueError, "NULL pointer access"));
    }
    let proto = info::concrete_instance(vm, this)?.get(vm).proto.unwrap_or(Value::NONE);
    let item = info::concrete(vm, proto)?;
    Ok((address, proto, item))
}

fn get_contents(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let (address, proto, _) = target(vm, this)?;
    let own = this.expect::<CData>(vm);
    data::contents(vm, proto, own, address)
}

fn set_contents(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let Some(value) = value else {
        return Err(vm.raise(Exc::TypeError, "Pointer does not support item deletion"));
    };
    let own = this.expect::<CData>(vm);
    let proto = info::concrete_instance(vm, this)?.get(vm).proto.unwrap_or(Value::NONE);
    let target = value.downcast::<CData>(vm);
    let (Some(target), true) = (target, target.is_some() || is_instance(vm, value, proto)?) else {
        let (name, got) = (info::name_of(vm, proto), vm.type_name(value));
        return Err(vm.raise(Exc::TypeError, format!("expected {name} instead of {got}")));
    };
    let address = target.get(vm).address;
    data::set_pointer(vm, own, address);
    data::keep(vm, own, 1, Kept { visible: value, hidden: None })?;
    let kept = data::kept_objects(vm, target)?;
    data::keep(vm, own, 0, kept)
}

fn item(vm: &mut Vm, this: Value, index: isize) -> Result<Value, Raised> {
    let (address, proto, item) = target(vm, this)?;
    let own = this.expect::<CData>(vm);
    let size = item.get(vm).size;
    let at = address.wrapping_add((index as usize).wrapping_mul(size));
    data::get(vm, proto, None, own, index as usize, Extent::bytes(size), at)
}

fn subscript(vm: &mut Vm, this: Value, key: Value) -> Result<Value, Raised> {
    if array::is_index(vm, key) {
        let index = index_sized(vm, key, Exc::IndexError)?;
        return item(vm, this, index);
    }
    let Some(slice) = key.exact::<Slice>() else {
        return Err(vm.raise(Exc::TypeError, "Pointer indices must be integer"));
    };
    let Slice { start, stop, step, .. } = *slice.get(vm);
    let step = if step.is_none() { 1 } else { index_sized(vm, step, Exc::ValueError)? };
    if step == 0 {
        return Err(vm.raise(Exc::ValueError, "slice step cannot be zero"));
    }
    if start.is_none() && step < 0 {
        return Err(vm.raise(Exc::ValueError, "slice start is required for step < 0"));
    }
    let start = if start.is_none() { 0 } else { index_sized(vm, start, Exc::ValueError)? };
    if stop.is_none() {
        return Err(vm.raise(Exc::ValueError, "slice stop is required"));
    }
    let stop = index_sized(vm, stop, Exc::ValueError)?;
    let (from, to, by) = (start as i128, stop as i128, step as i128);
    let count = match step > 0 {
        true if from > to => 0,
        false if from < to => 0,
        true => (to - from - 1).div_euclid(by) + 1,
        false => (from - to - 1).div_euclid(-by) + 1,
    };
    let count = usize::try_from(count).unwrap_or(0);
    let proto = info::concrete_instance(vm, this)?.get(vm).proto.unwrap_or(Value::NONE);
    let letter = info::info_of(vm, proto)?.and_then(|info| info.get(vm).code()).map(|code| code.letter);
    let at = |i: usize| start.wrapping_add((i as isize).wrapping_mul(step));
    if count > 0
        && let Some(letter @ (b'c' | b'u')) = letter
    {
        let (address, _, _) = target(vm, this)?;
        let size = if letter == b'c' { 1 } else { 4 };
        vm.check_native_bytes(count.saturating_mul(size))?;
        let place = |i: usize| address.wrapping_add((at(i) as usize).wrapping_mul(size));
        if letter == b'c' {
            let mut bytes = Vec::new();
            for i in 0..count {
                let mut byte = [0];
                memory::read(place(i), &mut byte);
                bytes.push(byte[0]);
            }
            return vm.new_bytes(&bytes);
        }
        let mut points = Vec::new();
        for i in 0..count {
            let mut unit = [0; 4];
            memory::read(place(i), &mut unit);
            points.push(u32::from_ne_bytes(unit));
        }
        return code::wide_text(vm, &points);
    }
    if count == 0 && letter == Some(b'c') {
        return vm.new_bytes(&[]);
    }
    if count == 0 && letter == Some(b'u') {
        return vm.new_str("");
    }
    let list = List::new(vm)?;
    for i in 0..count {
        vm.work(1)?;
        let value = item(vm, this, at(i))?;
        List::push(list, vm, value)?;
    }
    Ok(list.value())
}

fn index_sized(vm: &mut Vm, value: Value, exc: Exc) -> Result<isize, Raised> {
    let number = vm.index(value)?;
    match vm.as_i64(number) {
        Some(number) => Ok(number as isize),
        None => {
            let got = vm.type_name(value);
            Err(vm.raise(exc, format!("cannot fit '{got}' into an index-sized integer")))
        }
    }
}

fn set_item(vm: &mut Vm, this: Value, key: Value, value: Option<Value>) -> Result<(), Raised> {
    let Some(value) = value else {
        return Err(vm.raise(Exc::TypeError, "Pointer does not support item deletion"));
    };
    if !array::is_index(vm, key) {
        let got = vm.type_name(key);
        return Err(vm.raise(Exc::TypeError, format!("sequence index must be integer, not '{got}'")));
    }
    let index = index_sized(vm, key, Exc::IndexError)?;
    let (address, proto, item) = target(vm, this)?;
    let own = this.expect::<CData>(vm);
    let size = item.get(vm).size;
    let at = address.wrapping_add((index as usize).wrapping_mul(size));
    data::set(vm, own, proto, None, value, index as usize, Extent::bytes(size), at)
}

fn bool(vm: &mut Vm, this: Value) -> Result<bool, Raised> {
    Ok(data::pointer_of(vm, this.expect(vm)) != 0)
}

const GETSET: &[GetSetDef] =
    &[getset("contents", get_contents, set_contents, "the object this pointer points to (read-write)")];

/// The class `_Pointer`.
pub static TYPE: TypeSpec = TypeSpec {
    name: "_Pointer",
    module: "_ctypes",
    base: Some(&data::TYPE),
    metaclass: Some(&METATYPE),
    slots: Slots {
        new: Some(new),
        init: Some(init),
        bool: Some(bool),
        subscript: Some(subscript),
        set_item: Some(set_item),
        get_buffer: Some(data::get_buffer),
        ..Slots::DEFAULT
    },
    getset: GETSET,
    doc: "XXX to be provided",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
