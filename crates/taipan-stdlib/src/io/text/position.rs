//! `tell`, `seek`, `truncate`: positions between characters as numbers.
//!
//! A position is that of the last byte before which decoding may begin. Where the character lies behind it, the number
//! also holds, above 64 bits, what brings a decoder there (a cookie, laid out as CPython's are).

use taipan_text::int_math;
use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::names::name;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::bytes::Bytes;
use taipan_vm::types::int::construct::to_int;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::codec::{LATIN1, UTF8, decode_natively, decode_registered};
use super::reading::{self, decoder_state, waiting};
use super::{NO_TELL, SEEKABLE, Text, buffer_of, open_buffer};
use crate::io::newline::Newline;
use crate::io::unsupported;

/// How to come back to a place between two characters.
#[derive(Default)]
struct Cookie {
    /// Where the buffer goes.
    start: u64,
    /// What the decoder is set to there.
    flags: i32,
    /// How many bytes it is then given,
    bytes_to_feed: u32,
    /// and how many of the characters they give lie before the place.
    chars_to_skip: u32,
    /// Whether those bytes are the last ones.
    needs_eof: bool,
}

impl Cookie {
    const BYTES: usize = 21;

    fn to_int(&self, vm: &mut Vm) -> Result<Value, Raised> {
        let mut bytes = Vec::with_capacity(Cookie::BYTES);
        bytes.extend(self.start.to_le_bytes());
        bytes.extend(self.flags.to_le_bytes());
        bytes.extend(self.bytes_to_feed.to_le_bytes());
        bytes.extend(self.chars_to_skip.to_le_bytes());
        bytes.push(self.needs_eof.into());
        vm.new_big_int(&int_math::from_bytes(&bytes, false, false))
    }

    /// OverflowError for a number that is no position; what `int(value)` raises.
    fn of_value(vm: &mut Vm, value: Value) -> Result<Cookie, Raised> {
        let int = to_int(vm, value)?;
        let number = vm.as_big(int).unwrap_or_default();
        let Ok(bytes) = int_math::to_bytes(&number, Cookie::BYTES, false, false) else {
            return Err(vm.raise(Exc::OverflowError, "int too big to convert"));
        };
        let word = |at: usize| [0, 1, 2, 3].map(|i| bytes[at + i]);
        Ok(Cookie {
            start: u64::from(u32::from_le_bytes(word(0))) | u64::from(u32::from_le_bytes(word(4))) << 32,
            flags: i32::from_le_bytes(word(8)),
            bytes_to_feed: u32::from_le_bytes(word(12)),
            chars_to_skip: u32::from_le_bytes(word(16)),
            needs_eof: bytes[20] != 0,
        })
    }

    /// Sets a registered decoder to where the cookie begins.
    fn set_decoder(&self, vm: &mut Vm, decoder: Value) -> Result<(), Raised> {
        if self.start == 0 && self.flags == 0 {
            vm.call_method(decoder, "reset", &[])?;
        } else {
            let kept = vm.new_bytes(b"")?;
            let state = Tuple::from_values(vm, &[kept, Value::int32(self.flags)])?;
            vm.call_method(decoder, "setstate", &[state.value()])?;
        }
        Ok(())
    }
}

pub(super) fn tell(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = args.receiver::<Text>(vm);
    let buffer = open_buffer(vm, own)?;
    if !own.get(vm).has(SEEKABLE) {
        return Err(unsupported(vm, "underlying stream is not seekable"));
    }
    if own.get(vm).has(NO_TELL) {
        return Err(vm.raise(Exc::OSError, "telling position disabled by next() call"));
    }
    vm.call_method_name(own.value(), name::FLUSH, &[])?;
    let at = vm.call_method(buffer, "tell", &[])?;
    let start = vm.index_i64(at)? as u64;
    match own.get(vm).decoder {
        Some(decoder) => tell_registered(vm, own, decoder, start)?.map_or(Ok(at), |cookie| cookie.to_int(vm)),
        None => tell_natively(vm, own, start)?.to_int(vm),
    }
}

/// The place in front of the waiting text of a native stream whose buffer is at `end`.
fn tell_natively(vm: &mut Vm, own: Gc<Text>, end: u64) -> Result<Cookie, Raised> {
    let kept = own.get(vm).leftover.map_or(0, |leftover| leftover.get(vm).len());
    let end = end.wrapping_sub(kept as u64);
    let Some(chunk) = own.get(vm).chunk.filter(|_| waiting(vm, own) > 0) else {
        return Ok(Cookie { start: end, ..Cookie::default() });
    };
    let (used, codec) = (own.get(vm).used, own.get(vm).codec);
    let bytes = chunk.get(vm).bytes();
    let start = end.wrapping_sub(bytes.len() as u64);
    let translates = Newline::from_number(own.get(vm).newline) == Newline::Translate;
    if bytes.is_ascii() || codec == LATIN1 || codec == UTF8 && std::str::from_utf8(bytes).is_ok() {
        let before = bytes_before(bytes, used, codec == UTF8, translates);
        return Ok(Cookie { start: start + before as u64, ..Cookie::default() });
    }
    // The error handler has made characters of bytes that are none.
    let bytes = bytes.to_vec();
    let (mut at, mut characters) = (0, 0);
    for n in 1..=bytes.len() {
        let (text, taken) = decode_natively(vm, own, &bytes[at..n], false)?;
        let count = text.get(vm).len();
        if taken < n - at || count == 0 && taken == 0 {
            continue;
        }
        if characters + count > used {
            return Ok(Cookie {
                start: start + at as u64,
                bytes_to_feed: (n - at) as u32,
                chars_to_skip: (used - characters) as u32,
                ..Cookie::default()
            });
        }
        (at, characters) = (n, characters + count);
        if characters == used {
            break;
        }
    }
    // Bytes that only the end of the input has made characters.
    let is_behind = characters < used;
    Ok(Cookie {
        start: start + at as u64,
        bytes_to_feed: if is_behind { (bytes.len() - at) as u32 } else { 0 },
        chars_to_skip: (used - characters) as u32,
        needs_eof: is_behind,
        ..Cookie::default()
    })
}

/// The place in front of the waiting text of a stream with a registered decoder; `None`: where the buffer is.
///
/// The algorithm is that of CPython's `TextIOWrapper.tell`: guess how many bytes of the chunk give the characters used,
/// go back until the decoder holds nothing back there, and feed single bytes from there on.
fn tell_registered(vm: &mut Vm, own: Gc<Text>, decoder: Value, end: u64) -> Result<Option<Cookie>, Raised> {
    let Text { chunk, chunk_flags, decoded, used, .. } = *own.get(vm);
    let (Some(chunk), Some(flags)) = (chunk, chunk_flags) else { return Ok(None) };
    let bytes = chunk.get(vm).bytes().to_vec();
    let start = end.wrapping_sub(bytes.len() as u64);
    let mut cookie = Cookie { start, flags: vm.index_i32(flags)?, ..Cookie::default() };
    if used == 0 {
        return Ok(Some(cookie));
    }
    let length = decoded.map_or(1, |decoded| decoded.get(vm).len().max(1));
    let guess = bytes.len() as u128 * used as u128 / length as u128;
    let saved = vm.call_method(decoder, "getstate", &[])?;
    let found = replay(vm, decoder, &bytes, used, guess as usize, &mut cookie);
    let restored = vm.call_method(decoder, "setstate", &[saved]);
    found?;
    restored?;
    Ok(Some(cookie))
}

/// Completes a cookie at the start of a chunk to one behind `used` characters.
fn replay(
    vm: &mut Vm,
    decoder: Value,
    chunk: &[u8],
    used: usize,
    guess: usize,
    cookie: &mut Cookie,
) -> Result<(), Raised> {
    let feed = |vm: &mut Vm, bytes: &[u8], is_final: bool| {
        let data = vm.new_bytes(bytes)?;
        Ok(decode_registered(vm, decoder, data, is_final)?.get(vm).len())
    };
    let mut left = used;
    let (mut skip, mut back) = (guess.min(chunk.len()), 1);
    while skip > 0 {
        cookie.set_decoder(vm, decoder)?;
        let count = feed(vm, &chunk[..skip], false)?;
        if count > left {
            skip = skip.saturating_sub(back);
            back *= 2;
            continue;
        }
        let (kept, flags) = decoder_state(vm, decoder)?;
        if kept.is_empty() {
            cookie.flags = vm.index_i32(flags)?;
            left -= count;
            break;
        }
        skip = skip.saturating_sub(kept.len());
        back = 1;
    }
    if skip == 0 {
        cookie.set_decoder(vm, decoder)?;
    }
    cookie.start += skip as u64;
    let mut count = 0;
    for byte in &chunk[skip..] {
        if count >= left {
            break;
        }
        count += feed(vm, &[*byte], false)?;
        cookie.bytes_to_feed += 1;
        let (kept, flags) = decoder_state(vm, decoder)?;
        if kept.is_empty() && count <= left {
            cookie.start += u64::from(cookie.bytes_to_feed);
            cookie.flags = vm.index_i32(flags)?;
            cookie.bytes_to_feed = 0;
            left -= count;
            count = 0;
        }
    }
    if count < left {
        count += feed(vm, b"", true)?;
        cookie.needs_eof = true;
        if count < left {
            return Err(vm.raise(Exc::OSError, "can't reconstruct logical file position"));
        }
    }
    cookie.chars_to_skip = left as u32;
    Ok(())
}

pub(super) fn seek(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (own, [target, whence]) = args.method::<Text, 2>(vm);
    let buffer = open_buffer(vm, own)?;
    if !own.get(vm).has(SEEKABLE) {
        return Err(unsupported(vm, "underlying stream is not seekable"));
    }
    let whence = whence.given().map_or(Ok(0), |whence| vm.index_i32(whence))?;
    let (mut target, zero) = (target, Value::int(0));
    match whence {
        0 => {}
        1 | 2 if !vm.is_equal(target, zero)? => {
            let which = if whence == 1 { "cur" } else { "end" };
            return Err(unsupported(vm, &format!("can't do nonzero {which}-relative seeks")));
        }
        // Stays where it is, and lets the encoder and the buffer agree.
        1 => {
            own.get_mut(vm).flags &= !NO_TELL;
            target = vm.call_method(own.value(), "tell", &[])?;
        }
        2 => return seek_end(vm, own, buffer),
        _ => {
            let message = format!("invalid whence ({whence}, should be 0, 1 or 2)");
            return Err(vm.raise(Exc::ValueError, message));
        }
    }
    if vm.is_less(target, zero)? {
        let shown = vm.repr_string(target)?;
        return Err(vm.raise(Exc::ValueError, format!("negative seek position {shown}")));
    }
    vm.call_method_name(own.value(), name::FLUSH, &[])?;
    let cookie = Cookie::of_value(vm, target)?;
    let start = vm.new_uint(cookie.start)?;
    vm.call_method(buffer, "seek", &[start])?;
    reading::reset(vm, own);
    own.get_mut(vm).flags &= !NO_TELL;
    if let Some(decoder) = own.get(vm).decoder {
        cookie.set_decoder(vm, decoder)?;
    }
    if cookie.chars_to_skip > 0 {
        feed_again(vm, own, buffer, &cookie)?;
    } else if own.get(vm).decoder.is_some() {
        let chunk = Bytes::new(vm, b"")?;
        let state = own.get_mut(vm);
        state.chunk = Some(chunk);
        state.chunk_flags = Some(Value::int32(cookie.flags));
    }
    reset_encoder(vm, own, cookie.start == 0)?;
    Ok(target)
}

/// Decodes what a cookie says and skips its characters.
fn feed_again(vm: &mut Vm, own: Gc<Text>, buffer: Value, cookie: &Cookie) -> Result<(), Raised> {
    let data = vm.call_method_name(buffer, name::READ, &[Value::int(cookie.bytes_to_feed as usize)])?;
    let Some(chunk) = data.downcast::<Bytes>(vm) else {
        let got = vm.type_name(data);
        let message = format!("underlying read() should have returned a bytes object, not '{got}'");
        return Err(vm.raise(Exc::TypeError, message));
    };
    let text = match own.get(vm).decoder {
        Some(decoder) => decode_registered(vm, decoder, data, cookie.needs_eof)?,
        None => {
            let bytes = chunk.get(vm).bytes().to_vec();
            decode_natively(vm, own, &bytes, cookie.needs_eof)?.0
        }
    };
    let skipped = cookie.chars_to_skip as usize;
    if text.get(vm).len() < skipped {
        return Err(vm.raise(Exc::OSError, "can't restore logical file position"));
    }
    let state = own.get_mut(vm);
    state.decoded = Some(text);
    state.used = skipped;
    state.chunk = Some(chunk);
    state.chunk_flags = Some(Value::int32(cookie.flags));
    Ok(())
}

fn seek_end(vm: &mut Vm, own: Gc<Text>, buffer: Value) -> Result<Value, Raised> {
    vm.call_method_name(own.value(), name::FLUSH, &[])?;
    reading::reset(vm, own);
    own.get_mut(vm).flags &= !NO_TELL;
    if let Some(decoder) = own.get(vm).decoder {
        vm.call_method(decoder, "reset", &[])?;
    }
    let at = vm.call_method(buffer, "seek", &[Value::int(0), Value::int(2)])?;
    let is_start = !vm.is_true(at)?;
    reset_encoder(vm, own, is_start)?;
    Ok(at)
}

/// Behind the start, an encoder must not write a byte order mark again.
fn reset_encoder(vm: &mut Vm, own: Gc<Text>, is_start: bool) -> Result<(), Raised> {
    let Some(encoder) = own.get(vm).encoder else { return Ok(()) };
    if is_start {
        vm.call_method(encoder, "reset", &[])?;
    } else {
        vm.call_method(encoder, "setstate", &[Value::int(0)])?;
    }
    Ok(())
}

pub(super) fn truncate(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (own, [size]) = args.method::<Text, 1>(vm);
    let buffer = buffer_of(vm, own)?;
    vm.call_method_name(own.value(), name::FLUSH, &[])?;
    let size = match size.not_none() {
        Some(size) => size,
        None => vm.call_method(own.value(), "tell", &[])?,
    };
    vm.call_method(buffer, "truncate", &[size])
}

/// How many bytes of a chunk, which are all valid, make its first characters.
fn bytes_before(chunk: &[u8], characters: usize, is_utf8: bool, translates: bool) -> usize {
    let (mut at, mut count) = (0, 0);
    while at < chunk.len() && count < characters {
        let pair = translates && chunk[at] == b'\r' && chunk.get(at + 1) == Some(&b'\n');
        at += if pair { 2 } else { 1 };
        if is_utf8 && chunk[at - 1] >= 0x80 {
            while at < chunk.len() && chunk[at] & 0xC0 == 0x80 {
                at += 1;
            }
        }
        count += 1;
    }
    at
}
