//! The attributes of a text stream, and its `repr`.

use taipan_vm::gc::Gc;
use taipan_vm::names::name;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::str::Str;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::{DETACHED, FINALIZING, LINE_BUFFERING, Text, WRITE_THROUGH, buffer_of};
use crate::io::newline::{Newline, newlines_value};

fn text_of(vm: &mut Vm, this: Value) -> Result<Gc<Text>, Raised> {
    match this.downcast::<Text>(vm) {
        Some(own) => Ok(own),
        None => Err(vm.raise(Exc::TypeError, "TextIOWrapper expected")),
    }
}

pub(super) fn get_encoding(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(text_of(vm, this)?.get(vm).encoding)
}

pub(super) fn get_errors(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(text_of(vm, this)?.get(vm).errors)
}

pub(super) fn get_line_buffering(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::bool(text_of(vm, this)?.get(vm).has(LINE_BUFFERING)))
}

pub(super) fn get_write_through(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::bool(text_of(vm, this)?.get(vm).has(WRITE_THROUGH)))
}

pub(super) fn get_finalizing(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::bool(text_of(vm, this)?.get(vm).has(FINALIZING)))
}

pub(super) fn set_finalizing(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let on = crate::io::base::flag_value(vm, value)?;
    text_of(vm, this)?.get_mut(vm).set_flag(FINALIZING, on);
    Ok(())
}

pub(super) fn get_name(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let own = text_of(vm, this)?;
    let buffer = buffer_of(vm, own)?;
    vm.get_attr_name(buffer, name::THREAD_NAME)
}

pub(super) fn get_closed(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let own = text_of(vm, this)?;
    let buffer = buffer_of(vm, own)?;
    vm.get_attr_name(buffer, name::CLOSED)
}

pub(super) fn get_newlines(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let own = text_of(vm, this)?;
    let Some(decoder) = own.get(vm).decoder else {
        let (seen, newline) = (own.get(vm).seen, Newline::from_number(own.get(vm).newline));
        return if newline.is_universal() { newlines_value(vm, seen) } else { Ok(Value::NONE) };
    };
    let newlines = Str::intern(vm, "newlines")?;
    Ok(vm.get_attr_opt(decoder, newlines)?.unwrap_or(Value::NONE))
}

pub(super) fn get_chunk_size(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::int(text_of(vm, this)?.get(vm).chunk_size))
}

pub(super) fn set_chunk_size(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let own = text_of(vm, this)?;
    let Some(value) = value else {
        let message = "attribute '_CHUNK_SIZE' of '_io.TextIOWrapper' objects cannot be deleted";
        return Err(vm.raise(Exc::AttributeError, message));
    };
    let size = match vm.index_isize(value) {
        Err(raised) if vm.raised_is(Exc::OverflowError) => {
            let _ = vm.take_raised(raised);
            return Err(vm.raise(Exc::ValueError, "cannot fit 'int' into an index-sized integer"));
        }
        size => size?,
    };
    if size <= 0 {
        return Err(vm.raise(Exc::ValueError, "a strictly positive integer is required"));
    }
    own.get_mut(vm).chunk_size = (size as usize).min(1 << 30);
    Ok(())
}

pub(super) fn get_buffer(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let own = text_of(vm, this)?;
    buffer_of(vm, own)
}

pub(super) fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let own = text_of(vm, this)?;
    vm.check_native_stack()?;
    if own.get(vm).buffer.is_none() && own.get(vm).flags & DETACHED == 0 {
        return Err(vm.raise(Exc::ValueError, "I/O operation on uninitialized object"));
    }
    let class = vm.type_of(this);
    let class = taipan_vm::types::object::full_class_name(vm, class)?;
    let mut text = format!("<{class}");
    for (label, attribute) in [("name", name::THREAD_NAME), ("mode", name::MODE)] {
        let found = match vm.get_attr_opt_name(this, attribute) {
            Ok(found) => found,
            Err(raised) if vm.raised_is(Exc::ValueError) => {
                let _ = vm.take_raised(raised);
                None
            }
            Err(raised) => return Err(raised),
        };
        if let Some(value) = found {
            text.push_str(&format!(" {label}={}", vm.repr_string(value)?));
        }
    }
    let encoding = own.get(vm).encoding;
    text.push_str(&format!(" encoding={}>", vm.repr_string(encoding)?));
    vm.new_str(&text)
}
