//! Writing through a buffer.

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::names::name;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::position::drop_read_ahead;
use super::{Buffered, WRITES, check_open, locked, raw_of};
use crate::io::raw_bytes::{raw_write, with_room};

/// Writes everything pending to the raw stream.
pub(super) fn flush_pending(vm: &mut Vm, own: Gc<Buffered>) -> Result<(), Raised> {
    while own.get(vm).pending > 0 {
        let raw = raw_of(vm, own)?;
        let Some(buffer) = own.get(vm).buffer else { break };
        let bytes = buffer.get(vm).bytes()[..own.get(vm).pending].to_vec();
        let Some(n) = raw_write(vm, raw, &bytes)? else {
            let message = vm.new_str("write could not complete without blocking")?;
            let details = [Value::int32(libc::EAGAIN), message, Value::int(0)];
            return Err(vm.raise_with(Exc::BlockingIOError, &details));
        };
        if n == bytes.len() {
            own.get_mut(vm).pending = 0;
            break;
        }
        // Handlers and the raw stream may have run code that changed the buffer.
        let left = own.get(vm).pending.saturating_sub(n);
        if let Some(buffer) = own.get(vm).buffer {
            buffer.get_mut(vm).bytes_mut().copy_within(n..n + left, 0);
        }
        own.get_mut(vm).pending = left;
        vm.run_signal_handlers()?;
    }
    Ok(())
}

pub(super) fn write(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (own, [data]) = args.method::<Buffered, 1>(vm);
    raw_of(vm, own)?;
    if data.downcast::<taipan_vm::types::str::Str>(vm).is_some() {
        let got = vm.type_name(data);
        return Err(vm.raise(Exc::TypeError, format!("a bytes-like object is required, not '{got}'")));
    }
    check_open(vm, own, "write to closed file")?;
    let bytes = vm.bytes_of(data)?;
    locked(vm, own, |vm| {
        check_open(vm, own, "write to closed file")?;
        write_unlocked(vm, own, &bytes)
    })?;
    Ok(Value::int(bytes.len()))
}

/// Buffers bytes, or writes them when they are many.
pub fn write_bytes(vm: &mut Vm, own: Gc<Buffered>, bytes: &[u8]) -> Result<(), Raised> {
    locked(vm, own, |vm| write_unlocked(vm, own, bytes))
}

fn write_unlocked(vm: &mut Vm, own: Gc<Buffered>, bytes: &[u8]) -> Result<(), Raised> {
    drop_read_ahead(vm, own)?;
    let (pending, size) = (own.get(vm).pending, own.get(vm).size);
    if pending + bytes.len() <= size {
        let buffer = own.get(vm).buffer;
        let buffer = with_room(vm, buffer, pending, (pending + bytes.len()).max(256))?;
        own.get_mut(vm).buffer = Some(buffer);
        buffer.get_mut(vm).bytes_mut()[pending..pending + bytes.len()].copy_from_slice(bytes);
        own.get_mut(vm).pending = pending + bytes.len();
        return Ok(());
    }
    if let Err(raised) = flush_pending(vm, own) {
        if !vm.raised_is(Exc::BlockingIOError) {
            return Err(raised);
        }
        // What still finds room is kept.
        let _ = vm.take_raised(raised);
        let taken = size.saturating_sub(own.get(vm).pending).min(bytes.len());
        keep(vm, own, &bytes[..taken])?;
        return if taken == bytes.len() { Ok(()) } else { Err(would_block(vm, taken)?) };
    }
    let raw = raw_of(vm, own)?;
    let mut left = bytes;
    while left.len() > size {
        match raw_write(vm, raw, left)? {
            Some(n) => left = &left[n..],
            None => {
                let written = bytes.len() - left.len() + size;
                keep(vm, own, &left[..size])?;
                return Err(would_block(vm, written)?);
            }
        }
    }
    keep(vm, own, left)
}

/// Puts bytes behind those that are to be written.
fn keep(vm: &mut Vm, own: Gc<Buffered>, bytes: &[u8]) -> Result<(), Raised> {
    if bytes.is_empty() {
        return Ok(());
    }
    let (buffer, pending) = (own.get(vm).buffer, own.get(vm).pending);
    let end = pending + bytes.len();
    let buffer = with_room(vm, buffer, pending, end)?;
    own.get_mut(vm).buffer = Some(buffer);
    buffer.get_mut(vm).bytes_mut()[pending..end].copy_from_slice(bytes);
    own.get_mut(vm).pending = end;
    Ok(())
}

/// The BlockingIOError of a write of which `written` bytes were taken.
fn would_block(vm: &mut Vm, written: usize) -> Result<Raised, Raised> {
    let message = vm.new_str("write could not complete without blocking")?;
    let details = [Value::int32(libc::EAGAIN), message, Value::int(written)];
    Ok(vm.raise_with(Exc::BlockingIOError, &details))
}

pub(super) fn flush(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = args.receiver::<Buffered>(vm);
    if own.get(vm).flags & WRITES == 0 {
        // The raw stream looks whether it is closed.
        let raw = raw_of(vm, own)?;
        return vm.call_method_name(raw, name::FLUSH, &[]);
    }
    check_open(vm, own, "flush of closed file")?;
    locked(vm, own, |vm| {
        flush_pending(vm, own)?;
        drop_read_ahead(vm, own)?;
        Ok(Value::NONE)
    })
}
