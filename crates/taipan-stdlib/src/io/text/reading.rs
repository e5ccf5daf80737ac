//! Reading text: chunks of the buffer are decoded one at a time.
//!
//! Invariant: `decoded` is the text of `chunk` alone, so a new chunk is read only when nothing of the old one waits.

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::names::name;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::bytes::Bytes;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::codec::{decode_natively, decode_registered};
use super::writing::flush_pending;
use super::{HAS_READ1, NO_TELL, READABLE, SEEKABLE, Text, buffer_of, open_buffer, plain_buffered};
use crate::io::buffered::read1_into;
use crate::io::newline::Newline;
use crate::io::{size_argument, unsupported};

/// Forgets what was read ahead.
pub(super) fn reset(vm: &mut Vm, own: Gc<Text>) {
    let state = own.get_mut(vm);
    state.decoded = None;
    state.chunk = None;
    state.chunk_flags = None;
    state.leftover = None;
    state.used = 0;
}

/// Reads and decodes about `size` bytes in place of the text before. False at the end of the input.
fn read_chunk(vm: &mut Vm, own: Gc<Text>, size: usize) -> Result<bool, Raised> {
    let buffer = buffer_of(vm, own)?;
    if !own.get(vm).has(READABLE) {
        return Err(unsupported(vm, "not readable"));
    }
    let size = size.max(own.get(vm).chunk_size);
    if let Some(decoder) = own.get(vm).decoder {
        return read_registered(vm, own, buffer, decoder, size);
    }
    let bytes = match plain_buffered(vm, buffer) {
        Some(buffered) => {
            let mut bytes = Vec::new();
            read1_into(vm, buffered, size as isize, &mut bytes)?;
            bytes
        }
        None => {
            let data = read_once(vm, own, buffer, size)?;
            vm.bytes_of(data)?
        }
    };
    let is_final = bytes.is_empty();
    let input = with_leftover(vm, own, bytes);
    let (text, used) = decode_natively(vm, own, &input, is_final)?;
    // What cannot be told needs no bytes.
    let tells = own.get(vm).flags & (SEEKABLE | NO_TELL) == SEEKABLE;
    let chunk = if tells { Some(Bytes::new(vm, &input[..used])?) } else { None };
    let leftover = if used < input.len() { Some(Bytes::new(vm, &input[used..])?) } else { None };
    let goes_on = !is_final || !text.get(vm).is_empty();
    let state = own.get_mut(vm);
    state.decoded = Some(text);
    state.used = 0;
    state.chunk = chunk;
    state.leftover = leftover;
    Ok(goes_on)
}

/// Calls `read1` or `read` of the buffer for bytes.
fn read_once(vm: &mut Vm, own: Gc<Text>, buffer: Value, size: usize) -> Result<Value, Raised> {
    let method = if own.get(vm).has(HAS_READ1) { "read1" } else { "read" };
    let data = vm.call_method(buffer, method, &[Value::int(size)])?;
    if vm.slots(data).get_buffer.is_none() {
        let got = vm.type_name(data);
        let message = format!("underlying {method}() should have returned a bytes-like object, not '{got}'");
        return Err(vm.raise(Exc::TypeError, message));
    }
    Ok(data)
}

/// New bytes behind those that were no whole character yet.
fn with_leftover(vm: &Vm, own: Gc<Text>, bytes: Vec<u8>) -> Vec<u8> {
    match own.get(vm).leftover {
        Some(leftover) => [leftover.get(vm).bytes(), &bytes].concat(),
        None => bytes,
    }
}

fn read_registered(vm: &mut Vm, own: Gc<Text>, buffer: Value, decoder: Value, size: usize) -> Result<bool, Raised> {
    let tells = own.get(vm).flags & (SEEKABLE | NO_TELL) == SEEKABLE;
    let before = if tells { Some(decoder_state(vm, decoder)?) } else { None };
    let data = read_once(vm, own, buffer, size)?;
    let bytes = vm.bytes_of(data)?;
    let text = decode_registered(vm, decoder, data, bytes.is_empty())?;
    let goes_on = !bytes.is_empty() || !text.get(vm).is_empty();
    let state = own.get_mut(vm);
    state.decoded = Some(text);
    state.used = 0;
    if let Some((kept, flags)) = before {
        let chunk = Bytes::new(vm, &[kept, bytes].concat())?;
        let state = own.get_mut(vm);
        state.chunk = Some(chunk);
        state.chunk_flags = Some(flags);
    }
    Ok(goes_on)
}

/// What a registered decoder holds back, and its flags.
///
/// # Errors
/// TypeError for a state that is not a pair of bytes and an int.
pub(super) fn decoder_state(vm: &mut Vm, decoder: Value) -> Result<(Vec<u8>, Value), Raised> {
    let state = vm.call_method(decoder, "getstate", &[])?;
    let Some(pair) = state.downcast::<Tuple>(vm).filter(|pair| pair.get(vm).len() == 2) else {
        return Err(vm.raise(Exc::TypeError, "illegal decoder state"));
    };
    let (kept, flags) = (pair.get(vm).at(0), pair.get(vm).at(1));
    let Some(kept) = kept.downcast::<Bytes>(vm) else {
        let got = vm.type_name(kept);
        let message = format!("illegal decoder state: the first item should be a bytes object, not '{got}'");
        return Err(vm.raise(Exc::TypeError, message));
    };
    if !vm.is_int(flags) {
        return Err(vm.raise(Exc::TypeError, "illegal decoder state"));
    }
    Ok((kept.get(vm).bytes().to_vec(), flags))
}

/// At most `count` characters of the waiting text, which are used up.
fn take(vm: &mut Vm, own: Gc<Text>, count: usize) -> Result<Gc<Str>, Raised> {
    let Some(decoded) = own.get(vm).decoded else { return Str::empty(vm) };
    let start = own.get(vm).used;
    let end = decoded.get(vm).len().min(start.saturating_add(count));
    own.get_mut(vm).used = end;
    Str::substring(decoded, vm, start, end)
}

/// How many characters wait.
pub(super) fn waiting(vm: &Vm, own: Gc<Text>) -> usize {
    own.get(vm).decoded.map_or(0, |decoded| decoded.get(vm).len() - own.get(vm).used)
}

fn join(vm: &mut Vm, first: Option<Gc<Str>>, rest: Gc<Str>) -> Result<Gc<Str>, Raised> {
    first.map_or(Ok(rest), |first| Str::concat(vm, first, rest))
}

pub(super) fn read(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (own, [size]) = args.method::<Text, 1>(vm);
    let size = size_argument(vm, size)?;
    let buffer = open_buffer(vm, own)?;
    if !own.get(vm).has(READABLE) {
        return Err(unsupported(vm, "not readable"));
    }
    flush_pending(vm, own, buffer)?;
    if size < 0 {
        return Ok(read_all(vm, own, buffer)?.value());
    }
    let size = size as usize;
    let mut text = take(vm, own, size)?;
    while text.get(vm).len() < size {
        let missing = size - text.get(vm).len();
        if !read_chunk(vm, own, missing)? {
            break;
        }
        let part = take(vm, own, missing)?;
        text = Str::concat(vm, text, part)?;
    }
    Ok(text.value())
}

fn read_all(vm: &mut Vm, own: Gc<Text>, buffer: Value) -> Result<Gc<Str>, Raised> {
    let data = vm.call_method_name(buffer, name::READ, &[])?;
    if data.is_none() {
        return Err(vm.raise(Exc::BlockingIOError, "Read returned None."));
    }
    let rest = match own.get(vm).decoder {
        Some(decoder) => decode_registered(vm, decoder, data, true)?,
        None => {
            let bytes = vm.bytes_of(data)?;
            let input = with_leftover(vm, own, bytes);
            decode_natively(vm, own, &input, true)?.0
        }
    };
    let first = take(vm, own, usize::MAX)?;
    let text = Str::concat(vm, first, rest)?;
    reset(vm, own);
    Ok(text)
}

fn read_line(vm: &mut Vm, own: Gc<Text>, limit: isize) -> Result<Gc<Str>, Raised> {
    let buffer = open_buffer(vm, own)?;
    flush_pending(vm, own, buffer)?;
    let newline = Newline::from_number(own.get(vm).newline);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut line: Option<Gc<Str>> = None;
    loop {
        if let Some(decoded) = own.get(vm).decoded {
            let rest = decoded.get(vm).text().slice_from(own.get(vm).used);
            let begun = line.map_or(0, |line| line.get(vm).len());
            let ends_pair = newline == Newline::ReturnFeed && rest.get(0) == Some(u32::from(b'\n')) && begun > 0 && {
                let last = line.and_then(|line| line.get(vm).text().get(begun - 1));
                last == Some(u32::from(b'\r'))
            };
            let found = if ends_pair { Some(1) } else { newline.line_length(rest) };
            let count = found.unwrap_or(rest.len()).min(limit - begun);
            let is_whole = found.is_some() || begun + count == limit;
            let part = take(vm, own, count)?;
            let joined = join(vm, line, part)?;
            if is_whole {
                return Ok(joined);
            }
            line = Some(joined);
        } else if limit == 0 {
            return Str::empty(vm);
        }
        if !read_chunk(vm, own, 0)? {
            reset(vm, own);
            return line.map_or_else(|| Str::empty(vm), Ok);
        }
    }
}

pub(super) fn readline(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (own, [size]) = args.method::<Text, 1>(vm);
    let size = size_argument(vm, size)?;
    Ok(read_line(vm, own, size)?.value())
}

pub(super) fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let Some(own) = this.downcast::<Text>(vm) else { return Ok(None) };
    own.get_mut(vm).flags |= NO_TELL;
    let class = vm.type_of(this);
    let line = if class.get(vm).is_heap_type() {
        let line = vm.call_method_name(this, name::READLINE, &[])?;
        let Some(line) = line.downcast::<Str>(vm) else {
            let got = vm.type_name(line);
            let message = format!("readline() should have returned a str object, not '{got}'");
            return Err(vm.raise(Exc::OSError, message));
        };
        line
    } else {
        read_line(vm, own, -1)?
    };
    if line.get(vm).is_empty() {
        own.get_mut(vm).flags &= !NO_TELL;
        return Ok(None);
    }
    Ok(Some(line.value()))
}
