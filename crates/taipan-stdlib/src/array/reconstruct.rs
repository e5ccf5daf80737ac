//! Pickling of arrays: the machine format of the items is stored with their bytes, so that another machine can read them.

use taipan_vm::args::Args;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::list::List;
use taipan_vm::types::str::Str;
use taipan_vm::types::type_::{Type, class_of_spec};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::{Array, TYPE, TYPECODES, item};

/// The format number of the items of a type code on this machine.
pub fn machine_format(typecode: u8) -> u8 {
    let big = u8::from(cfg!(target_endian = "big"));
    match typecode {
        b'B' => 0,
        b'b' => 1,
        b'H' => 2 + big,
        b'h' => 4 + big,
        b'I' => 6 + big,
        b'i' => 8 + big,
        b'L' | b'Q' => 10 + big,
        b'l' | b'q' => 12 + big,
        b'f' => 14 + big,
        b'd' => 16 + big,
        _ => 20 + big,
    }
}

/// The type code and size with which items of a format are read; `None` for UTF-16.
fn reader(format: u8) -> (u8, usize) {
    match format {
        0 => (b'B', 1),
        1 => (b'b', 1),
        2 | 3 => (b'H', 2),
        4 | 5 => (b'h', 2),
        6 | 7 => (b'I', 4),
        8 | 9 => (b'i', 4),
        10 | 11 => (b'Q', 8),
        12 | 13 => (b'q', 8),
        14 | 15 => (b'f', 4),
        16 | 17 => (b'd', 8),
        18 | 19 => (b'H', 2),
        _ => (b'w', 4),
    }
}

/// `_array_reconstructor(arraytype, typecode, mformat_code, items)`.
pub fn reconstruct(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [class, typecode, format, items] = args.all();
    let Some(array_class) = class.downcast::<Type>(vm) else {
        let got = vm.type_name(class);
        let message = format!("first argument must be a type object, not {got}");
        return Err(vm.raise(Exc::TypeError, message));
    };
    let base = class_of_spec(vm, &TYPE)?;
    if !Type::is_subtype(array_class, vm, base) {
        let name = Type::name(array_class, vm);
        return Err(vm.raise(Exc::TypeError, format!("{name} is not a subtype of array.array")));
    }
    let code = typecode.downcast::<Str>(vm).filter(|code| code.get(vm).len() == 1);
    let code = code.and_then(|code| code.get(vm).as_ascii().and_then(|text| text.bytes().next()));
    let Some(code) = code.filter(|code| TYPECODES.as_bytes().contains(code)) else {
        return Err(vm.raise(Exc::ValueError, "second argument must be a valid type code"));
    };
    let format = vm.index_i32(format)?;
    let Some(format) = u8::try_from(format).ok().filter(|format| *format <= 21) else {
        return Err(vm.raise(Exc::ValueError, "third argument must be a valid machine format code."));
    };
    if items.downcast::<taipan_vm::types::bytes::Bytes>(vm).is_none() {
        let got = vm.type_name(items);
        return Err(vm.raise(Exc::TypeError, format!("fourth argument should be bytes, not {got}")));
    }
    let bytes = vm.bytes_of(items)?;
    let (read_code, size) = reader(format);
    if format == machine_format(code) {
        if bytes.len() % size != 0 {
            return Err(vm.raise(Exc::ValueError, "bytes length not a multiple of item size"));
        }
        let new = vm.call(class, &[typecode])?;
        if let Some(array) = new.downcast::<Array>(vm) {
            Array::extend_bytes(array, vm, &bytes)?;
        }
        return Ok(new);
    }
    if bytes.len() % size != 0 {
        return Err(vm.raise(Exc::ValueError, "string length not a multiple of item size"));
    }
    let big = format > 1 && format % 2 == 1;
    let list = List::new(vm)?;
    let mut high = None;
    for chunk in bytes.chunks_exact(size) {
        let mut native = [0; 8];
        native[..size].copy_from_slice(chunk);
        if big != cfg!(target_endian = "big") {
            native[..size].reverse();
        }
        if matches!(format, 18 | 19) {
            let unit = u32::from(u16::from_ne_bytes([native[0], native[1]]));
            let point = match (high.take(), unit) {
                (None, 0xD800..0xDC00) => {
                    high = Some(unit);
                    continue;
                }
                (Some(high), 0xDC00..0xE000) => 0x1_0000 + ((high - 0xD800) << 10) + (unit - 0xDC00),
                (_, unit) => unit,
            };
            let text = Str::from_char(vm, point)?.value();
            List::push(list, vm, text)?;
            continue;
        }
        let value = item::decode(vm, read_code, native)?;
        List::push(list, vm, value)?;
    }
    vm.call(class, &[typecode, list.value()])
}
