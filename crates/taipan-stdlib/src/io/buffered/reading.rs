//! Reading through a buffer.

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::names::name;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::bytes::Bytes;
use taipan_vm::types::str::Str;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::writing::flush_pending;
use super::{Buffered, check_open, locked, raw_of};
use crate::io::raw_bytes::{plain_descriptor, raw_read, read_target, with_room};
use crate::io::size_argument;

/// Reads ahead once more, keeping what is unread: how many bytes came; `None`: it would block.
pub(super) fn fill(vm: &mut Vm, own: Gc<Buffered>) -> Result<Option<usize>, Raised> {
    let raw = raw_of(vm, own)?;
    flush_pending(vm, own)?;
    let (size, unread) = (own.get(vm).size, own.get(vm).end - own.get(vm).pos);
    let Some(bytes) = read_piece(vm, own, raw, size)? else { return Ok(None) };
    let (pos, buffer) = (own.get(vm).pos, own.get(vm).buffer);
    if let (Some(buffer), true) = (buffer, pos > 0) {
        buffer.get_mut(vm).bytes_mut().copy_within(pos..pos + unread, 0);
    }
    let buffer = with_room(vm, buffer, unread, unread + bytes.len())?;
    buffer.get_mut(vm).bytes_mut()[unread..unread + bytes.len()].copy_from_slice(&bytes);
    let own = own.get_mut(vm);
    own.buffer = Some(buffer);
    own.pos = 0;
    own.end = unread + bytes.len();
    Ok(Some(bytes.len()))
}

/// Reads once from the raw stream, into a target that is kept for the next time.
fn read_piece(vm: &mut Vm, own: Gc<Buffered>, raw: Value, size: usize) -> Result<Option<Vec<u8>>, Raised> {
    if plain_descriptor(vm, raw).is_none() && own.get(vm).target.is_none() {
        let target = read_target(vm, own.get(vm).size)?;
        own.get_mut(vm).target = Some(target);
    }
    raw_read(vm, raw, size, own.get(vm).target)
}

/// Takes at most `n` bytes that were read ahead.
pub(super) fn take(vm: &mut Vm, own: Gc<Buffered>, n: usize, into: &mut Vec<u8>) {
    let Buffered { pos, end, buffer, .. } = *own.get(vm);
    let n = n.min(end - pos);
    if let Some(buffer) = buffer {
        into.extend_from_slice(&buffer.get(vm).bytes()[pos..pos + n]);
    }
    own.get_mut(vm).pos = pos + n;
}

/// Takes exactly `n` bytes as an object, if so many were read ahead.
fn take_bytes(vm: &mut Vm, own: Gc<Buffered>, n: usize) -> Result<Option<Value>, Raised> {
    let Buffered { pos, end, buffer, .. } = *own.get(vm);
    let Some(buffer) = buffer.filter(|_| n <= end - pos) else { return Ok(None) };
    let bytes = Bytes::of_array(vm, buffer, pos..pos + n)?;
    own.get_mut(vm).pos = pos + n;
    Ok(Some(bytes.value()))
}

pub(super) fn unread(vm: &Vm, own: Gc<Buffered>) -> usize {
    own.get(vm).end - own.get(vm).pos
}

pub(super) fn read(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (own, [size]) = args.method::<Buffered, 1>(vm);
    raw_of(vm, own)?;
    let size = size_argument(vm, size)?;
    if size < -1 {
        return Err(vm.raise(Exc::ValueError, "read length must be non-negative or -1"));
    }
    let raw = check_open(vm, own, "read of closed file")?;
    locked(vm, own, |vm| read_unlocked(vm, own, raw, size))
}

fn read_unlocked(vm: &mut Vm, own: Gc<Buffered>, raw: Value, size: isize) -> Result<Value, Raised> {
    flush_pending(vm, own)?;
    let mut all = Vec::new();
    if size < 0 {
        take(vm, own, usize::MAX, &mut all);
        let readall = Str::intern(vm, "readall")?;
        let rest = match vm.get_attr_opt(raw, readall)? {
            Some(readall) => vm.call(readall, &[])?,
            None => loop {
                let piece = vm.call_method_name(raw, name::READ, &[])?;
                if piece.is_none() || vm.length(piece)? == 0 {
                    break piece;
                }
                let more = vm.length(piece)?;
                vm.check_native_bytes(all.len() + more)?;
                all.extend_from_slice(&vm.bytes_of(piece)?);
            },
        };
        if rest.is_none() {
            return if all.is_empty() { Ok(Value::NONE) } else { vm.new_bytes(&all) };
        }
        if rest.downcast::<Bytes>(vm).is_none() {
            return Err(vm.raise(Exc::TypeError, "readall() should return bytes"));
        }
        if all.is_empty() && rest.exact::<Bytes>().is_some() {
            return Ok(rest);
        }
        all.extend_from_slice(&vm.bytes_of(rest)?);
        return vm.new_bytes(&all);
    }
    let size = size as usize;
    if let Some(bytes) = take_bytes(vm, own, size)? {
        return Ok(bytes);
    }
    take(vm, own, size, &mut all);
    while all.len() < size {
        let left = size - all.len();
        let came = if left >= own.get(vm).size {
            match raw_read(vm, raw, left, None)? {
                Some(bytes) => {
                    all.extend_from_slice(&bytes);
                    Some(bytes.len())
                }
                None => None,
            }
        } else {
            let came = fill(vm, own)?;
            take(vm, own, left, &mut all);
            came
        };
        match came {
            Some(0) => break,
            Some(_) => {}
            None if all.is_empty() => return Ok(Value::NONE),
            None => break,
        }
    }
    vm.new_bytes(&all)
}

pub(super) fn read1(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (own, [size]) = args.method::<Buffered, 1>(vm);
    let size = size_argument(vm, size)?;
    let mut bytes = Vec::new();
    read1_into(vm, own, size, &mut bytes)?;
    vm.new_bytes(&bytes)
}

/// `read1` from native code.
pub fn read1_into(vm: &mut Vm, own: Gc<Buffered>, size: isize, into: &mut Vec<u8>) -> Result<(), Raised> {
    let raw = check_open(vm, own, "read of closed file")?;
    let size = if size < 0 { own.get(vm).size } else { size as usize };
    if size == 0 {
        return Ok(());
    }
    locked(vm, own, |vm| {
        if unread(vm, own) == 0 {
            flush_pending(vm, own)?;
            if let Some(bytes) = read_piece(vm, own, raw, size)? {
                into.extend_from_slice(&bytes);
            }
            return Ok(());
        }
        take(vm, own, size, into);
        Ok(())
    })
}

fn fill_target(vm: &mut Vm, args: Args<'_>, once: bool) -> Result<Value, Raised> {
    let (own, [target]) = args.method::<Buffered, 1>(vm);
    let target = vm.writable_buffer(target, if once { "readinto1() argument" } else { "readinto() argument" })?;
    let result = locked(vm, own, |vm| {
        let raw = check_open(vm, own, "readinto of closed file")?;
        flush_pending(vm, own)?;
        let mut bytes = Vec::new();
        take(vm, own, target.len, &mut bytes);
        while bytes.len() < target.len {
            let left = target.len - bytes.len();
            // Less than a buffer is read through the buffer, and then only for an empty target if once is enough.
            let more = if left > own.get(vm).size {
                raw_read(vm, raw, left, None)?
            } else if once && !bytes.is_empty() {
                break;
            } else {
                let came = fill(vm, own)?;
                let mut more = Vec::new();
                take(vm, own, left, &mut more);
                came.map(|_| more)
            };
            match more {
                Some(more) if more.is_empty() => break,
                Some(more) => {
                    bytes.extend_from_slice(&more);
                    if once {
                        break;
                    }
                }
                None if bytes.is_empty() => return Ok(Value::NONE),
                None => break,
            }
        }
        if let Some(to) = target.bytes_mut(vm) {
            to[..bytes.len()].copy_from_slice(&bytes);
        }
        Ok(Value::int(bytes.len()))
    });
    target.release(vm);
    result
}

pub(super) fn readinto(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    fill_target(vm, args, false)
}

pub(super) fn readinto1(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    fill_target(vm, args, true)
}

pub(super) fn readline(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (own, [size]) = args.method::<Buffered, 1>(vm);
    let size = size_argument(vm, size)?;
    check_open(vm, own, "readline of closed file")?;
    let limit = if size < 0 { usize::MAX } else { size as usize };
    locked(vm, own, |vm| readline_unlocked(vm, own, limit))
}

fn readline_unlocked(vm: &mut Vm, own: Gc<Buffered>, limit: usize) -> Result<Value, Raised> {
    let Buffered { pos, end, buffer, .. } = *own.get(vm);
    if let Some(buffer) = buffer
        && let Some(at) = memchr::memchr(b'\n', &buffer.get(vm).bytes()[pos..end])
        && let Some(line) = take_bytes(vm, own, limit.min(at + 1))?
    {
        return Ok(line);
    }
    let mut line = Vec::new();
    while line.len() < limit {
        if unread(vm, own) == 0 {
            match fill(vm, own)? {
                Some(0) | None => break,
                Some(_) => {}
            }
        }
        let Buffered { pos, end, buffer, .. } = *own.get(vm);
        let ahead = buffer.map_or(&[][..], |buffer| &buffer.get(vm).bytes()[pos..end]);
        let at = memchr::memchr(b'\n', ahead);
        let n = at.map_or(ahead.len(), |at| at + 1).min(limit - line.len());
        vm.check_native_bytes(line.len() + n)?;
        take(vm, own, n, &mut line);
        if line.last() == Some(&b'\n') {
            break;
        }
    }
    vm.new_bytes(&line)
}

pub(super) fn peek(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = args.receiver::<Buffered>(vm);
    check_open(vm, own, "peek of closed file")?;
    locked(vm, own, |vm| if unread(vm, own) == 0 { fill(vm, own).map(drop) } else { Ok(()) })?;
    let Buffered { pos, end, buffer, .. } = *own.get(vm);
    match buffer {
        Some(buffer) => Ok(Bytes::of_array(vm, buffer, pos..end)?.value()),
        None => vm.new_bytes(b""),
    }
}
