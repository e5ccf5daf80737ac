//! `CType_Type`, the metaclass of all C types, and what the metaclasses share: arrays by multiplication, instances at
//! addresses, in buffers and libraries.

use taipan_vm::args::Args;
use taipan_vm::buffer::BufferStorage;
use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::root::RootValue;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{BASETYPE, GetSetDef, MethodDef, TypeSpec, getset, method};
use taipan_vm::types::memoryview::MemoryView;
use taipan_vm::types::str::Str;
use taipan_vm::types::type_;
use taipan_vm::types::type_::instance_check::is_instance;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::code::Kept;
use super::data;
use super::info;
use super::param::CArg;
use super::{array, libraries, memory};

fn repeat(vm: &mut Vm, this: Value, count: isize) -> Result<Value, Raised> {
    if count < 0 {
        return Err(vm.raise(Exc::ValueError, format!("Array length must be >= 0, not {count}")));
    }
    array::array_of(vm, this, count as usize)
}

fn get_pointer_type(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let found = info::info_of(vm, this)?.and_then(|info| info.get(vm).pointer_type);
    match found {
        Some(class) => Ok(class),
        None => {
            let shown = vm.repr_string(this)?;
            if info::info_of(vm, this)?.is_none() {
                return Err(vm.raise(Exc::TypeError, format!("{shown} must have storage info")));
            }
            Err(vm.raise(Exc::AttributeError, format!("{shown} has no attribute '__pointer_type__'")))
        }
    }
}

fn set_pointer_type(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    match info::info_of(vm, this)? {
        Some(info) => {
            info.get_mut(vm).pointer_type = value;
            Ok(())
        }
        None if this.downcast::<type_::Type>(vm).is_some_and(|class| !class.get(vm).is_heap_type()) => {
            let name = info::name_of(vm, this);
            let message = format!("cannot set '__pointer_type__' attribute of immutable type '{name}'");
            Err(vm.raise(Exc::TypeError, message))
        }
        None => {
            let shown = vm.repr_string(this)?;
            Err(vm.raise(Exc::TypeError, format!("{shown} must have storage info")))
        }
    }
}

fn sizeof(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let base = size_of::<type_::Type>();
    let format = match info::info_of(vm, args.get(0))? {
        Some(info) => size_of::<info::StgInfo>() + info.get(vm).format.map_or(0, |format| format.get(vm).len() + 1),
        None => 0,
    };
    Ok(Value::int(base + format))
}

/// `from_address`.
fn from_address(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [class, address] = args.all();
    if !vm.is_int(address) {
        return Err(vm.raise(Exc::TypeError, "integer expected"));
    }
    let address = super::address_argument(vm, address)?;
    Ok(data::at_address(vm, class, address)?.value())
}

fn offset_argument(vm: &mut Vm, offset: Value) -> Result<isize, Raised> {
    offset.given().map_or(Ok(0), |offset| vm.index_isize(offset))
}

fn check_room(vm: &mut Vm, size: usize, len: usize, offset: isize) -> Result<usize, Raised> {
    let Ok(offset) = usize::try_from(offset) else {
        return Err(vm.raise(Exc::ValueError, "offset cannot be negative"));
    };
    if len.checked_sub(offset).is_none_or(|rest| size > rest) {
        let wanted = size.saturating_add(offset);
        let message = format!("Buffer size too small ({len} instead of at least {wanted} bytes)");
        return Err(vm.raise(Exc::ValueError, message));
    }
    Ok(offset)
}

/// `from_buffer`: the memory is that of the exporter.
fn from_buffer(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [class, object, offset] = args.all();
    let offset = offset_argument(vm, offset)?;
    let info = info::concrete(vm, class)?;
    let view = MemoryView::of_object(vm, object)?;
    // A view that only native code knows may be given back at any collection.
    let _root = RootValue::new(vm, view.value());
    let size = info.get(vm).size;
    let (readonly, itemsize, start) = (view.get(vm).readonly, view.get(vm).itemsize, view.get(vm).offset);
    if readonly {
        return Err(vm.raise(Exc::TypeError, "underlying buffer is not writable"));
    }
    let layout = view.get(vm).layout(vm);
    if !layout.is_c_contiguous(itemsize) {
        return Err(vm.raise(Exc::TypeError, "underlying buffer is not C contiguous"));
    }
    let len = layout.items().saturating_mul(itemsize);
    let offset = check_room(vm, size, len, offset)?;
    let storage = view.get(vm).buffer_storage();
    if let Some(BufferStorage::Raw(raw)) = storage {
        // The bytes lie in the heap: they must not move as long as the view lives.
        let pin = memory::view(vm, 0, 0, false)?;
        vm.pin_for(pin.value(), raw.value());
        let address = memory::address_of(raw.get_mut(vm).bytes_mut());
        return finish_from_buffer(vm, class, view, address + start, len, offset, Some(pin.value()));
    }
    let address = match storage {
        Some(BufferStorage::Mapped(mapped)) => mapped.get(vm).address(),
        _ => return Err(vm.raise(Exc::TypeError, "underlying buffer is not writable")),
    };
    finish_from_buffer(vm, class, view, address + start, len, offset, None)
}

fn finish_from_buffer(
    vm: &mut Vm,
    class: Value,
    view: Gc<MemoryView>,
    address: usize,
    len: usize,
    offset: usize,
    pin: Option<Value>,
) -> Result<Value, Raised> {
    vm.audit_numbers("ctypes.cdata/buffer", &[address as i64, len as i64, offset as i64])?;
    let own = data::at_address(vm, class, address + offset)?;
    data::keep(vm, own, usize::MAX, Kept { visible: view.value(), hidden: pin })?;
    Ok(own.value())
}

/// `from_buffer_copy`.
fn from_buffer_copy(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [class, object, offset] = args.all();
    let bytes = vm.bytes_of(object)?;
    let offset = offset_argument(vm, offset)?;
    let info = info::concrete(vm, class)?;
    let size = info.get(vm).size;
    let offset = check_room(vm, size, bytes.len(), offset)?;
    vm.audit_numbers("ctypes.cdata/buffer", &[0, bytes.len() as i64, offset as i64])?;
    let own = data::new_instance(vm, class)?;
    let address = own.get(vm).address;
    memory::write(address, bytes.get(offset..offset + size).unwrap_or(&[]));
    Ok(own.value())
}

/// `in_dll`.
fn in_dll(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [class, dll, name] = args.all();
    let Some(text) = name.downcast::<Str>(vm) else {
        let got = vm.type_name(name);
        return Err(vm.raise(Exc::TypeError, format!("in_dll() argument 2 must be str, not {got}")));
    };
    vm.audit("ctypes.dlsym", &[dll, name])?;
    let name = vm.encode_name(text)?;
    if name.contains(&0) {
        return Err(vm.raise(Exc::ValueError, "embedded null character"));
    }
    let handle = libraries::handle_of(vm, dll)?;
    match libraries::symbol(vm, handle, &name, "symbol")? {
        Ok(address) => Ok(data::at_address(vm, class, address)?.value()),
        Err(message) => Err(vm.raise(Exc::ValueError, message)),
    }
}

/// `from_param` of most types: instances, `byref()` of instances of the item type, and what `_as_parameter_` gives.
pub fn from_param(vm: &mut Vm, class: Value, value: Value) -> Result<Value, Raised> {
    if is_instance(vm, value, class)? {
        return Ok(value);
    }
    if let Some(arg) = value.downcast::<CArg>(vm) {
        let object = arg.get(vm).object;
        let proto = info::info_of(vm, class)?.and_then(|info| info.get(vm).proto);
        if let (Some(object), Some(proto)) = (object, proto)
            && is_instance(vm, object, proto)?
        {
            return Ok(value);
        }
        let name = info::name_of(vm, class);
        let got = object.map_or_else(|| "???".to_owned(), |object| vm.type_name(object));
        return Err(vm.raise(Exc::TypeError, format!("expected {name} instance instead of pointer to {got}")));
    }
    if let Some(inner) = as_parameter(vm, value)? {
        return from_param(vm, class, inner);
    }
    let (name, got) = (info::name_of(vm, class), vm.type_name(value));
    Err(vm.raise(Exc::TypeError, format!("expected {name} instance instead of {got}")))
}

/// The attribute `_as_parameter_`; asked for again and again, the recursion is bounded.
pub fn as_parameter(vm: &mut Vm, value: Value) -> Result<Option<Value>, Raised> {
    vm.check_native_stack()?;
    let name = Str::intern(vm, "_as_parameter_")?;
    vm.get_attr_opt(value, name)
}

fn from_param_method(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    from_param(vm, args.get(0), args.get(1))
}

pub const FROM_ADDRESS: MethodDef = method(
    "from_address($self, value, /)",
    from_address,
    "C.from_address(integer) -> C instance\n\nAccess a C instance at the specified address.",
);
pub const FROM_BUFFER: MethodDef = method(
    "from_buffer($self, obj, offset=0, /)",
    from_buffer,
    "C.from_buffer(object, offset=0) -> C instance\n\nCreate a C instance from a writeable buffer.",
);
pub const FROM_BUFFER_COPY: MethodDef = method(
    "from_buffer_copy($self, buffer, offset=0, /)",
    from_buffer_copy,
    "C.from_buffer_copy(object, offset=0) -> C instance\n\nCreate a C instance from a readable buffer.",
);
pub const IN_DLL: MethodDef =
    method("in_dll($self, dll, name, /)", in_dll, "C.in_dll(dll, name) -> C instance\n\nAccess a C instance in a dll.");
pub const FROM_PARAM_DOC: &str = "Convert a Python object into a function call parameter.";

/// The methods of most metaclasses.
pub const METHODS: &[MethodDef] = &[
    method("from_param($self, value, /)", from_param_method, FROM_PARAM_DOC),
    FROM_ADDRESS,
    FROM_BUFFER,
    FROM_BUFFER_COPY,
    IN_DLL,
];

const GETSET: &[GetSetDef] = &[getset("__pointer_type__", get_pointer_type, set_pointer_type, "pointer type")];

/// The class `CType_Type`.
pub static CTYPE_TYPE: TypeSpec = TypeSpec {
    name: "CType_Type",
    module: "_ctypes",
    base: Some(&type_::TYPE),
    slots: Slots { repeat: Some(repeat), ..Slots::DEFAULT },
    methods: &[method("__sizeof__($self, /)", sizeof, "Return memory consumption of the type object.")],
    getset: GETSET,
    flags: BASETYPE,
    words: 1,
    ..TypeSpec::DEFAULT
};
