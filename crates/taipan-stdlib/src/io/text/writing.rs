//! Writing text: encoded bytes wait in `pending` until there are enough of them for the buffer.

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::names::name;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::array::RawArray;
use taipan_vm::types::str::Str;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::codec::encoded;
use super::{LINE_BUFFERING, SEEKABLE, Text, WRITABLE, WRITE_THROUGH, open_buffer, plain_buffered, reading};
use crate::io::buffered::write_bytes;
use crate::io::newline::Newline;
use crate::io::raw_bytes::with_room;
use crate::io::unsupported;

pub(super) fn write(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (own, [text]) = args.method::<Text, 1>(vm);
    let buffer = open_buffer(vm, own)?;
    let Some(text) = text.downcast::<Str>(vm) else {
        let got = vm.type_name(args.get(1));
        return Err(vm.raise(Exc::TypeError, format!("write() argument must be str, not {got}")));
    };
    if !own.get(vm).has(WRITABLE) {
        return Err(unsupported(vm, "not writable"));
    }
    let newline = Newline::from_number(own.get(vm).newline);
    let length = text.get(vm).len();
    let (has_feed, has_return) = {
        let view = text.get(vm).text();
        (view.position(b'\n').is_some(), view.position(b'\r').is_some())
    };
    let mut buffer = buffer;
    let expanded = match newline {
        Newline::Return | Newline::ReturnFeed if has_feed && text.value().exact::<Str>().is_none() => {
            let (feed, end) = (vm.new_str("\n")?, vm.new_str(if newline == Newline::Return { "\r" } else { "\r\n" })?);
            let replaced = vm.call_method(text.value(), "replace", &[feed, end])?;
            let Some(replaced) = replaced.downcast::<Str>(vm) else {
                let got = vm.type_name(replaced);
                return Err(vm.raise(Exc::TypeError, format!("replace() should return a str, not {got}")));
            };
            buffer = open_buffer(vm, own)?;
            if !own.get(vm).has(WRITABLE) {
                return Err(unsupported(vm, "not writable"));
            }
            replaced
        }
        Newline::Return | Newline::ReturnFeed => match newline.translate_written(text.get(vm).text(), &mut 0) {
            Some(changed) => Str::from_text(vm, changed.as_text())?,
            None => text,
        },
        _ => text,
    };
    // Much is not put behind what waits. The buffer may call back, which lets more wait.
    let make_room = |vm: &mut Vm, count: usize| {
        let chunk_size = own.get(vm).chunk_size;
        while count >= chunk_size && own.get(vm).pending_len > 0 {
            flush_pending(vm, own, buffer)?;
        }
        if own.get(vm).pending_len > 0 && own.get(vm).pending_len + count > chunk_size {
            flush_pending(vm, own, buffer)?;
        }
        Ok(())
    };
    let (array, end) = if own.get(vm).codec != 0 && expanded.get(vm).as_ascii().is_some() {
        let count = expanded.get(vm).len();
        make_room(vm, count)?;
        let (pending_len, pending) = (own.get(vm).pending_len, own.get(vm).pending);
        let end = pending_len + count;
        let array = with_room(vm, pending, pending_len, end)?;
        RawArray::write_text(array, vm, pending_len, expanded);
        (array, end)
    } else {
        let bytes = encoded(vm, own, expanded)?;
        make_room(vm, bytes.len())?;
        let (pending_len, pending) = (own.get(vm).pending_len, own.get(vm).pending);
        let end = pending_len + bytes.len();
        let array = with_room(vm, pending, pending_len, end)?;
        array.get_mut(vm).bytes_mut()[pending_len..end].copy_from_slice(&bytes);
        (array, end)
    };
    let state = own.get_mut(vm);
    state.pending = Some(array);
    state.pending_len = end;
    let line_end = own.get(vm).has(LINE_BUFFERING) && (has_feed || has_return);
    if own.get(vm).pending_len >= own.get(vm).chunk_size || line_end || own.get(vm).has(WRITE_THROUGH) {
        flush_pending(vm, own, buffer)?;
    }
    if line_end {
        vm.call_method_name(buffer, name::FLUSH, &[])?;
    }
    if own.get(vm).decoded.is_some() && own.get(vm).has(SEEKABLE) {
        reading::reset(vm, own);
    }
    Ok(Value::int(length))
}

/// Hands what is pending to the buffer.
pub(super) fn flush_pending(vm: &mut Vm, own: Gc<Text>, buffer: Value) -> Result<(), Raised> {
    let (Some(pending), len) = (own.get(vm).pending, own.get(vm).pending_len) else { return Ok(()) };
    if len == 0 {
        return Ok(());
    }
    let bytes = pending.get(vm).bytes()[..len].to_vec();
    own.get_mut(vm).pending_len = 0;
    if let Some(buffered) = plain_buffered(vm, buffer) {
        return write_bytes(vm, buffered, &bytes);
    }
    let data = vm.new_bytes(&bytes)?;
    vm.call_method_name(buffer, name::WRITE, &[data])?;
    Ok(())
}

pub(super) fn flush(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = args.receiver::<Text>(vm);
    let buffer = open_buffer(vm, own)?;
    flush_pending(vm, own, buffer)?;
    vm.call_method_name(buffer, name::FLUSH, &[])
}
