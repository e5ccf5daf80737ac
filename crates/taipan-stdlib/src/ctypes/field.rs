//! `CField`: the descriptor of a field of a structure or union.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{GetSetDef, TypeSpec, getter};
use taipan_vm::types::str::Str;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::code::{Code, Extent};
use super::data;
use super::info::{self, Kind};

heap_object! {
    /// A field.
    pub struct CField {
        pub name: Gc<Str>,
        pub proto: Value,
        pub byte_size: usize,
        pub byte_offset: usize,
        pub index: usize,
        /// 0: no bit field.
        pub bit_size: usize,
        pub bit_offset: usize,
        /// How values are read and written, as `Code::to_word`; 0: as the type says.
        code: usize,
        pub anonymous: bool,
        pad: [u8; 7],
    }
}

impl CField {
    fn extent(&self) -> Extent {
        Extent { size: self.byte_size, bits: self.bit_size as u8, low: self.bit_offset as u8 }
    }

    /// The same field in a structure that contains the one it belongs to.
    pub fn moved(this: Gc<CField>, vm: &mut Vm, index: usize, offset: usize) -> Result<Gc<CField>, Raised> {
        let shape = vm.type_of(this.value()).get(vm).root_shape;
        let CField { name, proto, byte_size, byte_offset, bit_size, bit_offset, code, index: own, .. } = *this.get(vm);
        let field = CField {
            header: HeaderWord::NEW,
            name,
            proto,
            byte_size,
            byte_offset: byte_offset.saturating_add(offset),
            index: own.saturating_add(index),
            bit_size,
            bit_offset,
            code,
            anonymous: false,
            pad: [0; 7],
        };
        vm.new_object(shape, field)
    }
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse(
        "CField(*, name, type, byte_size, byte_offset, index, _internal_use, bit_size=None, bit_offset=None)",
    );
    args.bind(vm, &SIGNATURE, |vm, args| {
        let [name, proto, byte_size, byte_offset, index, internal, bit_size, bit_offset] = args.all();
        let Some(text) = name.downcast::<Str>(vm) else {
            let got = vm.type_name(name);
            let message = format!("CField() argument 'name' must be str, not {got}");
            return Err(vm.raise(Exc::TypeError, message));
        };
        let byte_size = vm.index_isize(byte_size)?;
        let byte_offset = vm.index_isize(byte_offset)?;
        let index = vm.index_isize(index)?;
        if !vm.is_true(internal)? {
            let own = vm.type_name(class.value());
            return Err(vm.raise(Exc::TypeError, format!("cannot create {own} object")));
        }
        let shown = vm.repr_string(name)?;
        let Ok(byte_size) = usize::try_from(byte_size) else {
            let message = format!("byte size of field {shown} must not be negative, got {byte_size}");
            return Err(vm.raise(Exc::ValueError, message));
        };
        let Some(info) = info::info_of(vm, proto)? else {
            return Err(vm.raise(Exc::TypeError, format!("type of field {shown} must be a C type")));
        };
        let size = info.get(vm).size;
        if byte_size != size {
            let message = format!("byte size of field {shown} ({byte_size}) does not match type size ({size})");
            return Err(vm.raise(Exc::ValueError, message));
        }
        let (Ok(byte_offset), Ok(index)) = (usize::try_from(byte_offset), usize::try_from(index)) else {
            return Err(vm.raise(Exc::ValueError, format!("offset of field {shown} must not be negative")));
        };
        let own_code = info.get(vm).code();
        let (mut bits, mut low) = (0, 0);
        match bit_size.not_none() {
            Some(bit_size) => {
                if own_code.and_then(Code::integer).is_none() && own_code.map(|code| code.letter) != Some(b'?') {
                    let type_name = info::name_of(vm, proto);
                    return Err(vm.raise(Exc::TypeError, format!("bit fields not allowed for type {type_name}")));
                }
                bits = bit_number(vm, bit_size, &shown, "size", 1)?;
                low = bit_number(vm, bit_offset, &shown, "offset", 0)?;
                if bits + low > byte_size * 8 {
                    let end = byte_size * 8;
                    let message = format!("bit field {shown} overflows its type ({low} + {bits} > {end})");
                    return Err(vm.raise(Exc::ValueError, message));
                }
            }
            None if bit_offset.not_none().is_some() => {
                let message = format!("field {shown}: bit_offset must be specified if bit_size is");
                return Err(vm.raise(Exc::ValueError, message));
            }
            None => {}
        }
        // Arrays of characters are strings.
        let mut code = 0;
        if info.get(vm).kind() == Kind::Array
            && let Some(item) = info.get(vm).proto
            && let Some(item) = info::info_of(vm, item)?
        {
            code = match item.get(vm).code().map(|code| code.letter) {
                Some(b'c') => Code::native(b's').to_word(),
                Some(b'u') => Code::native(b'U').to_word(),
                _ => 0,
            };
        }
        let name = Str::interned(text, vm);
        let field = CField {
            header: HeaderWord::NEW,
            name,
            proto,
            byte_size,
            byte_offset,
            index,
            bit_size: bits,
            bit_offset: low,
            code,
            anonymous: false,
            pad: [0; 7],
        };
        let shape = class.get(vm).root_shape;
        Ok(vm.new_object(shape, field)?.value())
    })
}

fn bit_number(vm: &mut Vm, value: Value, shown: &str, what: &str, least: isize) -> Result<usize, Raised> {
    let number = match value.not_none() {
        Some(value) => vm.index_isize(value)?,
        None => return Err(vm.raise(Exc::TypeError, "an integer is required")),
    };
    match usize::try_from(number) {
        Ok(bits) if number >= least && number <= 255 => Ok(bits),
        _ => Err(vm.raise(Exc::ValueError, format!("bit {what} of field {shown} out of range, got {number}"))),
    }
}

fn descr_get(vm: &mut Vm, this: Value, instance: Option<Value>, _: Option<Value>) -> Result<Value, Raised> {
    let Some(instance) = instance.filter(|instance| !instance.is_none()) else { return Ok(this) };
    let field = this.expect::<CField>(vm);
    let own = data::instance(vm, instance)?;
    let (proto, code, index) = (field.get(vm).proto, Code::from_word(field.get(vm).code), field.get(vm).index);
    let (extent, address) = place(vm, field, own)?;
    data::get(vm, proto, code, own, index, extent, address)
}

fn descr_set(vm: &mut Vm, this: Value, instance: Value, value: Option<Value>) -> Result<(), Raised> {
    let field = this.expect::<CField>(vm);
    let own = data::instance(vm, instance)?;
    let Some(value) = value else { return Err(vm.raise(Exc::TypeError, "can't delete attribute")) };
    let (proto, code, index) = (field.get(vm).proto, Code::from_word(field.get(vm).code), field.get(vm).index);
    let (extent, address) = place(vm, field, own)?;
    data::set(vm, own, proto, code, value, index, extent, address)
}

/// Where a field lies in an instance. Descriptors can be called for instances of other classes.
fn place(vm: &mut Vm, field: Gc<CField>, own: Gc<data::CData>) -> Result<(Extent, usize), Raised> {
    let (extent, offset) = (field.get(vm).extent(), field.get(vm).byte_offset);
    let data::CData { address, size, .. } = *own.get(vm);
    if offset.checked_add(extent.size).is_none_or(|end| end > size) {
        return Err(vm.raise(Exc::TypeError, "not a ctype instance"));
    }
    Ok((extent, address.wrapping_add(offset)))
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let own = vm.type_name(this);
    let field = this.expect::<CField>(vm);
    let (name, proto) = (field.get(vm).name.value(), field.get(vm).proto);
    let (name, type_name) = (vm.repr_string(name)?, info::name_of(vm, proto));
    let CField { byte_size, byte_offset, bit_size, bit_offset, .. } = *field.get(vm);
    let rest = match bit_size {
        0 => format!("size={byte_size}"),
        _ => format!("bit_size={bit_size}, bit_offset={bit_offset}"),
    };
    vm.new_str(&format!("<{own} {name} type={type_name}, ofs={byte_offset}, {rest}>"))
}

fn get_size(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let CField { byte_size, bit_size, bit_offset, .. } = *this.expect::<CField>(vm).get(vm);
    vm.new_uint(if bit_size == 0 { byte_size as u64 } else { (bit_size << 16 | bit_offset) as u64 })
}

fn get_bit_size(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let CField { byte_size, bit_size, .. } = *this.expect::<CField>(vm).get(vm);
    if bit_size != 0 {
        return vm.new_uint(bit_size as u64);
    }
    let size = vm.new_uint(byte_size as u64)?;
    vm.binary(taipan_vm::number::Operator::Mul, size, Value::int32(8))
}

const GETSET: &[GetSetDef] = &[
    getter("name", |vm, this| Ok(this.expect::<CField>(vm).get(vm).name.value()), "name of this field").member(),
    getter("type", |vm, this| Ok(this.expect::<CField>(vm).get(vm).proto), "type of this field").member(),
    getter(
        "offset",
        |vm, this| vm.new_uint(this.expect::<CField>(vm).get(vm).byte_offset as u64),
        "offset in bytes of this field (same as byte_offset)",
    )
    .member(),
    getter(
        "byte_offset",
        |vm, this| vm.new_uint(this.expect::<CField>(vm).get(vm).byte_offset as u64),
        "offset in bytes of this field. For bitfields: excludes bit_offset.",
    )
    .member(),
    getter(
        "byte_size",
        |vm, this| vm.new_uint(this.expect::<CField>(vm).get(vm).byte_size as u64),
        "size of this field in bytes",
    )
    .member(),
    getter(
        "bit_offset",
        |vm, this| vm.new_uint(this.expect::<CField>(vm).get(vm).bit_offset as u64),
        "additional offset in bits (relative to byte_offset); zero for non-bitfields",
    )
    .member(),
    getter(
        "size",
        get_size,
        "size in bytes of this field. For bitfields, this is a legacy packed value; use byte_size instead",
    ),
    getter("bit_size", get_bit_size, "size of this field in bits"),
    getter(
        "is_bitfield",
        |vm, this| Ok(Value::bool(this.expect::<CField>(vm).get(vm).bit_size != 0)),
        "true if this is a bitfield",
    ),
    getter(
        "is_anonymous",
        |vm, this| Ok(Value::bool(this.expect::<CField>(vm).get(vm).anonymous)),
        "true if this field is anonymous",
    ),
];

/// The class `CField`.
pub static TYPE: TypeSpec = TypeSpec {
    name: "CField",
    module: "ctypes",
    layout: Some(<CField as HeapObject>::native),
    slots: Slots {
        new: Some(new),
        repr: Some(repr),
        descr_get: Some(descr_get),
        descr_set: Some(descr_set),
        ..Slots::DEFAULT
    },
    getset: GETSET,
    doc: "Structure/Union member",
    ..TypeSpec::DEFAULT
};
