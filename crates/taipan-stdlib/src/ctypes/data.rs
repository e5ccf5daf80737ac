//! `_CData`: an instance is an address, with what owns the memory and what must live as long as it.
//!
//! Invariants: `size` bytes at `address` belong to the instance; memory of this module's blocks lives as long as `block`, or
//! the block of `base`, refers to it. What is kept alive stands with the outermost instance: visibly in `objects`, and in
//! `hidden` what programs do not see (copies of texts, handles), under the same keys.

use taipan_vm::args::Args;
use taipan_vm::buffer::{Buffer, BufferRequest, BufferStorage};
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::slots::Slots;
use taipan_vm::spec::{BASETYPE, GetSetDef, MethodDef, NO_NEW, TypeSpec, getter, method};
use taipan_vm::types::bytes::Bytes;
use taipan_vm::types::dict::Dict;
use taipan_vm::types::mapped_bytes::MappedBytes;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::instance_check::is_instance;
use taipan_vm::types::type_::{Type, class_of_spec};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::code::{self, Code, Extent, Kept};
use super::info::{self, FINAL, HAS_POINTER, IS_POINTER, Kind, StgInfo};
use super::{array, memory, pointer, simple};

heap_object! {
    /// An instance.
    pub struct CData {
        pub address: usize,
        pub size: usize,
        pub length: usize,
        /// The place in `base`.
        pub index: usize,
        /// Memory of this module that the address lies in.
        pub block: Option<Gc<MappedBytes>>,
        pub base: Option<Gc<CData>>,
        pub objects: Option<Value>,
        pub hidden: Option<Value>,
        /// The memory is the instance's own.
        pub owns: bool,
        pad: [u8; 7],
    }
}

impl CData {
    /// The fields of an instance of a class with given facts, without memory.
    pub fn blank(info: &StgInfo) -> CData {
        CData {
            header: HeaderWord::NEW,
            address: 0,
            size: info.size,
            length: info.length,
            index: 0,
            block: None,
            base: None,
            objects: None,
            hidden: None,
            owns: false,
            pad: [0; 7],
        }
    }
}

/// Marks the class of an instance under construction: its fields cannot change any more.
fn instantiated(vm: &mut Vm, class: Value) -> Result<Gc<StgInfo>, Raised> {
    let info = info::concrete(vm, class)?;
    info.get_mut(vm).flags |= FINAL;
    Ok(info)
}

/// Allocates an instance of a class of this module.
fn allocate(vm: &mut Vm, class: Value, data: CData) -> Result<Gc<CData>, Raised> {
    let Some(class) = class.downcast::<Type>(vm) else { return Err(vm.raise(Exc::TypeError, "abstract class")) };
    let shape = class.get(vm).root_shape;
    if class.get(vm).native.extends(super::function::CFuncPtr::native()) {
        return Ok(vm.new_object(shape, super::function::CFuncPtr::blank(data))?.upcast());
    }
    if !class.get(vm).native.extends(CData::native()) {
        return Err(vm.raise(Exc::TypeError, "abstract class"));
    }
    vm.new_object(shape, data)
}

/// A new instance with memory of its own, zeroed.
pub fn new_instance(vm: &mut Vm, class: Value) -> Result<Gc<CData>, Raised> {
    let info = instantiated(vm, class)?;
    let size = info.get(vm).size;
    let block = memory::allocate(vm, size)?;
    let data = CData { address: block.get(vm).address(), block: Some(block), owns: true, ..CData::blank(info.get(vm)) };
    allocate(vm, class, data)
}

/// `__new__` of the concrete types.
pub fn new(vm: &mut Vm, class: Gc<Type>, _: Args<'_>) -> Result<Value, Raised> {
    Ok(new_instance(vm, class.value())?.value())
}

/// A new instance with a copy of memory.
pub fn copy_of(vm: &mut Vm, class: Value, address: usize) -> Result<Gc<CData>, Raised> {
    let own = new_instance(vm, class)?;
    let CData { address: to, size, .. } = *own.get(vm);
    memory::copy(address, to, size);
    Ok(own)
}

/// An instance in the memory of another.
fn part_of(vm: &mut Vm, class: Value, base: Gc<CData>, index: usize, address: usize) -> Result<Gc<CData>, Raised> {
    let info = instantiated(vm, class)?;
    let block = base.get(vm).block;
    let data = CData { address, index, base: Some(base), block, ..CData::blank(info.get(vm)) };
    allocate(vm, class, data)
}

/// An instance at any address.
pub fn at_address(vm: &mut Vm, class: Value, address: usize) -> Result<Gc<CData>, Raised> {
    vm.audit_numbers("ctypes.cdata", &[address as i64])?;
    let info = instantiated(vm, class)?;
    let data = CData { address, ..CData::blank(info.get(vm)) };
    allocate(vm, class, data)
}

// ---- keeping alive ----

/// The outermost instance, with a place for what is kept alive.
pub fn container(vm: &mut Vm, this: Gc<CData>) -> Result<Gc<CData>, Raised> {
    let mut at = this;
    while let Some(base) = at.get(vm).base {
        at = base;
    }
    if at.get(vm).objects.is_none() {
        let objects = if at.get(vm).length != 0 { Dict::new(vm)?.value() } else { Value::NONE };
        at.get_mut(vm).objects = Some(objects);
    }
    Ok(at)
}

/// What the outermost instance keeps alive.
pub fn kept_objects(vm: &mut Vm, this: Gc<CData>) -> Result<Kept, Raised> {
    let container = container(vm, this)?;
    let CData { objects, hidden, .. } = *container.get(vm);
    Ok(Kept { visible: objects.unwrap_or(Value::NONE), hidden })
}

/// The key of a place: hexadecimal indices up to the outermost instance.
fn unique_key(vm: &mut Vm, this: Gc<CData>, index: usize) -> Result<Value, Raised> {
    let mut key = format!("{:x}", index as u32);
    let mut at = this;
    while let Some(base) = at.get(vm).base {
        if key.len() > 238 {
            return Err(vm.raise(Exc::ValueError, "ctypes object structure too deep"));
        }
        key.push_str(&format!(":{:x}", at.get(vm).index as u32));
        at = base;
    }
    vm.new_str(&key)
}

/// Keeps something alive for the place `index` of an instance.
pub fn keep(vm: &mut Vm, this: Gc<CData>, index: usize, kept: Kept) -> Result<(), Raised> {
    if kept.visible.is_none() && kept.hidden.is_none() {
        return Ok(());
    }
    let container = container(vm, this)?;
    let objects = container.get(vm).objects.and_then(|objects| objects.exact::<Dict>());
    let Some(objects) = objects else {
        let container = container.get_mut(vm);
        if !kept.visible.is_none() {
            container.objects = Some(kept.visible);
        }
        container.hidden = kept.hidden;
        return Ok(());
    };
    let key = unique_key(vm, this, index)?;
    if !kept.visible.is_none() {
        Dict::set(objects, vm, key, kept.visible)?;
    }
    let hidden = match container.get(vm).hidden.and_then(|hidden| hidden.exact::<Dict>()) {
        Some(hidden) => hidden,
        None if kept.hidden.is_none() => return Ok(()),
        None => {
            let hidden = Dict::new(vm)?;
            // What was taken over from another instance stays.
            if let Some(old) = container.get(vm).hidden {
                Dict::set(hidden, vm, Value::NONE, old)?;
            }
            container.get_mut(vm).hidden = Some(hidden.value());
            hidden
        }
    };
    match kept.hidden {
        Some(value) => Dict::set(hidden, vm, key, value),
        None => Dict::remove(hidden, vm, key).map(drop),
    }
}

// ---- reading and writing values ----

/// The value of a place in the memory of an instance: a Python value for types with a code, else an instance.
pub fn get(
    vm: &mut Vm,
    class: Value,
    code: Option<Code>,
    this: Gc<CData>,
    index: usize,
    extent: Extent,
    address: usize,
) -> Result<Value, Raised> {
    if let Some(code) = code {
        return code::get(vm, code, address, extent);
    }
    if let Some(info) = info::info_of(vm, class)?
        && let Some(code) = info.get(vm).code()
        && !simple::is_derived(vm, class)?
    {
        return code::get(vm, code, address, extent);
    }
    Ok(part_of(vm, class, this, index, address)?.value())
}

/// The instance behind a pointer.
pub fn contents(vm: &mut Vm, class: Value, this: Gc<CData>, address: usize) -> Result<Value, Raised> {
    let part = part_of(vm, class, this, 0, address)?;
    // The pointer may be set to something else: the memory lives on with the instance.
    let block = pointed_block(vm, this, address)?;
    part.get_mut(vm).block = block;
    Ok(part.value())
}

/// The block that the object last assigned to a pointer lies in, if the address is in it.
fn pointed_block(vm: &mut Vm, this: Gc<CData>, address: usize) -> Result<Option<Gc<MappedBytes>>, Raised> {
    let Some(objects) = this.get(vm).objects.and_then(|objects| objects.exact::<Dict>()) else { return Ok(None) };
    let key = vm.new_str("1")?;
    let target = Dict::get_item(objects, vm, key)?.and_then(|target| target.downcast::<CData>(vm));
    let block = target.and_then(|target| target.get(vm).block);
    Ok(block.filter(|block| covers(block.get(vm), address, 0)))
}

fn covers(block: &MappedBytes, address: usize, len: usize) -> bool {
    let start = address.checked_sub(block.address());
    start.and_then(|start| start.checked_add(len)).is_some_and(|end| end <= block.bytes().len())
}

/// Writes a value to a place and keeps alive what it needs.
#[allow(clippy::too_many_arguments)]
pub fn set(
    vm: &mut Vm,
    this: Gc<CData>,
    class: Value,
    code: Option<Code>,
    value: Value,
    index: usize,
    extent: Extent,
    address: usize,
) -> Result<(), Raised> {
    let kept = write(vm, class, code, value, extent, address)?;
    keep(vm, this, index, kept)
}

fn write(
    vm: &mut Vm,
    class: Value,
    code: Option<Code>,
    value: Value,
    extent: Extent,
    address: usize,
) -> Result<Kept, Raised> {
    vm.check_native_stack()?;
    if let Some(code) = code {
        return code::set(vm, code, address, value, extent);
    }
    let to_pointer = info::is_made_by(vm, class, &pointer::METATYPE)?;
    let Some(source) = value.downcast::<CData>(vm) else {
        if let Some(info) = info::info_of(vm, class)?
            && let Some(code) = info.get(vm).code()
        {
            return code::set(vm, code, address, value, extent);
        }
        if let Some(args) = value.downcast::<Tuple>(vm) {
            let made = vm.call_tuple(class, args, None);
            return match made {
                Ok(made) => write(vm, class, code, made, extent, address),
                Err(raised) => {
                    let name = info::name_of(vm, class);
                    let target = vm.exception_class(Exc::RuntimeError).value();
                    Err(super::extend_error(vm, raised, target, &format!("({name}) ")))
                }
            };
        }
        if value.is_none() && to_pointer {
            memory::write(address, &0usize.to_ne_bytes());
            return Ok(Kept::NOTHING);
        }
        let (name, got) = (info::name_of(vm, class), vm.type_name(value));
        return Err(vm.raise(Exc::TypeError, format!("expected {name} instance, got {got}")));
    };
    if is_instance(vm, value, class)? {
        let CData { address: from, size, .. } = *source.get(vm);
        memory::copy(from, address, extent.size.min(size));
        return kept_objects(vm, source);
    }
    let array_class = class_of_spec(vm, &array::TYPE)?;
    if to_pointer && vm.is_instance(value, array_class) {
        let from = info::info_of_instance(vm, value)?.and_then(|info| info.get(vm).proto);
        let to = info::info_of(vm, class)?.and_then(|info| info.get(vm).proto);
        if from == to {
            let at = source.get(vm).address;
            memory::write(address, &at.to_ne_bytes());
            let kept = kept_objects(vm, source)?;
            let both = Tuple::from_values(vm, &[kept.visible, value])?;
            return Ok(Kept { visible: both.value(), hidden: kept.hidden });
        }
    }
    let (got, name) = (vm.type_name(value), info::name_of(vm, class));
    Err(vm.raise(Exc::TypeError, format!("incompatible types, {got} instance instead of {name} instance")))
}

/// The instance as `CData`. TypeError "not a ctype instance".
pub fn instance(vm: &mut Vm, value: Value) -> Result<Gc<CData>, Raised> {
    match value.downcast::<CData>(vm) {
        Some(data) => Ok(data),
        None => Err(vm.raise(Exc::TypeError, "not a ctype instance")),
    }
}

/// The address that an instance of a pointer type holds. An instance that was given another class may have less memory
/// than that needs: it holds none.
pub fn pointer_of(vm: &Vm, this: Gc<CData>) -> usize {
    let CData { address, size, .. } = *this.get(vm);
    if size < 8 { 0 } else { memory::read_word(address) }
}

/// Sets that address.
pub fn set_pointer(vm: &Vm, this: Gc<CData>, target: usize) {
    let CData { address, size, .. } = *this.get(vm);
    if size >= 8 {
        memory::write(address, &target.to_ne_bytes());
    }
}

/// A copy of the memory of an instance.
pub fn bytes_of(vm: &mut Vm, this: Gc<CData>) -> Result<Vec<u8>, Raised> {
    let CData { address, size, .. } = *this.get(vm);
    memory::read_vec(vm, address, size)
}

// ---- the type ----

/// `__buffer__` of all instances.
pub fn get_buffer(vm: &mut Vm, this: Value, _: BufferRequest) -> Result<Buffer, Raised> {
    let own = this.expect::<CData>(vm);
    let CData { address, size, block, .. } = *own.get(vm);
    let (format, shape, itemsize) = match info::info_of_instance(vm, this)? {
        Some(info) => {
            let StgInfo { format, shape, .. } = *info.get(vm);
            let itemsize = item_size(vm, info)?;
            (format.map(Gc::value), shape, itemsize)
        }
        None => (None, None, 1),
    };
    let block = block.filter(|block| covers(block.get(vm), address, size));
    let (block, start) = match block {
        Some(block) => (block, address - block.get(vm).address()),
        None => (memory::view(vm, address, size, true)?, 0),
    };
    let len = size.min(block.get(vm).bytes().len());
    let shape = match shape {
        Some(shape) => shape,
        None => Tuple::empty(vm)?,
    };
    // After `resize` the dimensions of the type are no longer those of the memory.
    let items: usize = shape.get(vm).items().iter().map(|n| vm.as_i64(*n).unwrap_or(0) as usize).product();
    let fits = items.saturating_mul(itemsize) == len && (itemsize > 0 || items <= MOST_EMPTY_ITEMS);
    let (itemsize, shape) = if fits { (itemsize, Some(shape)) } else { (1, None) };
    let storage = BufferStorage::Mapped(block);
    Ok(Buffer { owner: this, storage, start, len, readonly: false, itemsize, format, shape })
}

/// The most items without bytes that a view shows one by one.
const MOST_EMPTY_ITEMS: usize = 1 << 16;

/// Bytes of an item of the innermost dimension.
fn item_size(vm: &mut Vm, info: Gc<StgInfo>) -> Result<usize, Raised> {
    let mut at = info;
    while at.get(vm).kind() == Kind::Array {
        let Some(proto) = at.get(vm).proto else { break };
        match info::info_of(vm, proto)? {
            Some(item) => at = item,
            None => break,
        }
    }
    Ok(at.get(vm).size)
}

fn hash(vm: &mut Vm, _: Value) -> Result<i64, Raised> {
    Err(vm.raise(Exc::TypeError, "unhashable type"))
}

fn get_base(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this.expect::<CData>(vm).get(vm).base.map_or(Value::NONE, Gc::value))
}

fn get_owns(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::int32(i32::from(this.expect::<CData>(vm).get(vm).owns)))
}

fn get_objects(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this.expect::<CData>(vm).get(vm).objects.unwrap_or(Value::NONE))
}

fn from_outparam(_: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(args.get(0))
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.receiver::<CData>(vm);
    let flags = info::info_of_instance(vm, this.value())?.map_or(0, |info| info.get(vm).flags);
    if flags & (IS_POINTER | HAS_POINTER) != 0 {
        return Err(vm.raise(Exc::ValueError, "ctypes objects containing pointers cannot be pickled"));
    }
    let dict = vm.get_attr_str(this.value(), "__dict__")?;
    let bytes = bytes_of(vm, this)?;
    let bytes = vm.new_bytes(&bytes)?;
    let state = Tuple::from_values(vm, &[dict, bytes])?.value();
    let class = vm.type_of(this.value()).value();
    let args = Tuple::from_values(vm, &[class, state])?.value();
    let function = vm.state(super::UNPICKLE).unwrap_or(Value::NONE);
    Ok(Tuple::from_values(vm, &[function, args])?.value())
}

fn setstate(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (this, [dict, data]) = args.method::<CData, 2>(vm);
    if dict.downcast::<Dict>(vm).is_none() {
        let got = vm.type_name(dict);
        return Err(vm.raise(Exc::TypeError, format!("__setstate__() argument 1 must be dict, not {got}")));
    }
    let Some(data) = data.downcast::<Bytes>(vm) else {
        let got = vm.type_name(data);
        let message = format!("__setstate__() argument 2 must be read-only bytes-like object, not {got}");
        return Err(vm.raise(Exc::TypeError, message));
    };
    let CData { address, size, .. } = *this.get(vm);
    let bytes = data.get(vm).bytes();
    memory::write(address, &bytes[..bytes.len().min(size)]);
    let own = vm.get_attr_str(this.value(), "__dict__")?;
    if own.downcast::<Dict>(vm).is_none() {
        let (name, got) = (vm.type_name(this.value()), vm.type_name(own));
        return Err(vm.raise(Exc::TypeError, format!("{name}.__dict__ must be a dictionary, not {got}")));
    }
    vm.call_method(own, "update", &[dict])?;
    Ok(Value::NONE)
}

const METHODS: &[MethodDef] = &[
    method(
        "__ctypes_from_outparam__($self, /)",
        from_outparam,
        "default __ctypes_from_outparam__ method returns self.",
    ),
    method("__setstate__($self, dict, data, /)", setstate, ""),
    method("__reduce__($self, /)", reduce, ""),
];

const GETSET: &[GetSetDef] = &[
    getter("_b_base_", get_base, "the base object").member(),
    getter("_b_needsfree_", get_owns, "whether the object owns the memory or not").member(),
    getter("_objects", get_objects, "internal objects tree (NEVER CHANGE THIS OBJECT!)").member(),
];

/// The class `_CData`.
pub static TYPE: TypeSpec = TypeSpec {
    name: "_CData",
    module: "_ctypes",
    layout: Some(<CData as HeapObject>::native),
    slots: Slots { hash: Some(hash), get_buffer: Some(get_buffer), ..Slots::DEFAULT },
    methods: METHODS,
    getset: GETSET,
    doc: "XXX to be provided",
    flags: BASETYPE | NO_NEW,
    ..TypeSpec::DEFAULT
};
