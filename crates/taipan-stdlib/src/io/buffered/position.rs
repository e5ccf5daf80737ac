//! Where a buffered stream is: the place of its raw stream, less what was read ahead, more what waits to be written.

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::reading::unread;
use super::writing::flush_pending;
use super::{Buffered, WRITES, check_open, locked, raw_of};
use crate::io::unsupported;

/// Gives read-ahead bytes back to a raw stream that is also written.
pub(super) fn drop_read_ahead(vm: &mut Vm, own: Gc<Buffered>) -> Result<(), Raised> {
    let ahead = own.get(vm).end - own.get(vm).pos;
    let state = own.get_mut(vm);
    state.pos = 0;
    state.end = 0;
    if ahead > 0 && own.get(vm).flags & WRITES != 0 {
        let raw = raw_of(vm, own)?;
        let back = vm.new_int(-(ahead as i64))?;
        vm.call_method(raw, "seek", &[back, Value::int(1)])?;
    }
    Ok(())
}

fn raw_tell(vm: &mut Vm, raw: Value) -> Result<i64, Raised> {
    let at = vm.call_method(raw, "tell", &[])?;
    let at = vm.index_i64(at)?;
    if at < 0 {
        return Err(vm.raise(Exc::OSError, format!("Raw stream returned invalid position {at}")));
    }
    Ok(at)
}

pub(super) fn tell(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = args.receiver::<Buffered>(vm);
    let raw = raw_of(vm, own)?;
    let at = raw_tell(vm, raw)?;
    let (ahead, pending) = (unread(vm, own) as i64, own.get(vm).pending as i64);
    // Devices may tell nothing but 0.
    vm.new_int((at - ahead + pending).max(0))
}

pub(super) fn seek(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (own, [target, whence]) = args.method::<Buffered, 2>(vm);
    let whence = match whence.given() {
        Some(whence) => vm.index_i32(whence)?,
        None => 0,
    };
    if !(0..=4).contains(&whence) {
        return Err(vm.raise(Exc::ValueError, format!("whence value {whence} unsupported")));
    }
    let raw = check_open(vm, own, "seek of closed file")?;
    let able = vm.call_method(raw, "seekable", &[])?;
    if !vm.is_true(able)? {
        return Err(unsupported(vm, "File or stream is not seekable."));
    }
    let offset = vm.index_i64(target)?;
    locked(vm, own, |vm| seek_unlocked(vm, own, raw, offset, whence))
}

fn seek_unlocked(vm: &mut Vm, own: Gc<Buffered>, raw: Value, mut offset: i64, whence: i32) -> Result<Value, Raised> {
    flush_pending(vm, own)?;
    let ahead = unread(vm, own) as i64;
    if whence < 2 && ahead > 0 && own.get(vm).flags & WRITES == 0 {
        // Perhaps the place lies in what was read ahead.
        let now = raw_tell(vm, raw)? - ahead;
        let step = if whence == 0 { offset - now } else { offset };
        let pos = own.get(vm).pos as i64;
        if step >= -pos && step <= ahead {
            own.get_mut(vm).pos = (pos + step) as usize;
            return vm.new_int((now + step).max(0));
        }
    }
    if whence == 1 {
        offset -= ahead;
    }
    let state = own.get_mut(vm);
    state.pos = 0;
    state.end = 0;
    let offset = vm.new_int(offset)?;
    let at = vm.call_method(raw, "seek", &[offset, Value::int32(whence)])?;
    let at = vm.index_i64(at)?;
    if at < 0 {
        return Err(vm.raise(Exc::OSError, format!("Raw stream returned invalid position {at}")));
    }
    vm.new_int(at)
}

pub(super) fn truncate(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (own, [size]) = args.method::<Buffered, 1>(vm);
    let raw = check_open(vm, own, "truncate of closed file")?;
    if own.get(vm).flags & WRITES == 0 {
        return Err(unsupported(vm, "truncate"));
    }
    locked(vm, own, |vm| {
        flush_pending(vm, own)?;
        drop_read_ahead(vm, own)
    })?;
    let size = size.given().unwrap_or(Value::NONE);
    let size = if size.is_none() {
        let at = raw_tell(vm, raw)?;
        vm.new_int(at)?
    } else {
        size
    };
    vm.call_method(raw, "truncate", &[size])
}
