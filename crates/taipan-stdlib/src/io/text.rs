//! `TextIOWrapper`: text over a buffered stream.
//!
//! UTF-8, Latin-1 and ASCII with the built-in error handlers are encoded and decoded here; other encodings go through the
//! incremental codecs of the `codecs` registry. Decoded text waits in `decoded` from `used` on; `chunk` holds the bytes
//! it came from, so that `tell` can say where a character begins.

use taipan_text::codecs::Codec;
use taipan_text::codecs::errors::{Policy, decode, encode};
use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::names::name;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{BASETYPE, TypeSpec, getset, getter, method};
use taipan_vm::types::array::RawArray;
use taipan_vm::types::bytes::Bytes;
use taipan_vm::types::list::List;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::buffered::{Buffered, read1_into, write_bytes};
use super::newline_decoder::{Newline, newlines_value, observe, translate};
use super::raw_bytes::with_room;
use super::{size_argument, truth, unsupported};

heap_object! {
    /// A text stream.
    pub struct Text {
        buffer: Option<Value>,
        encoding: Value,
        errors: Value,
        /// Incremental codecs, for encodings that are not native.
        encoder: Option<Value>,
        decoder: Option<Value>,
        decoded: Option<Gc<Str>>,
        /// Bytes that `decoded` came from.
        chunk: Option<Gc<Bytes>>,
        /// Bytes that are no whole character yet.
        leftover: Option<Gc<Bytes>>,
        /// Encoded bytes on their way to the buffer.
        pending: Option<Gc<RawArray>>,
        pending_len: usize,
        used: usize,
        chunk_size: usize,
        /// `Newline` as a number.
        newline: u32,
        seen: u32,
        flags: u32,
        /// 0: the codecs registry, 1: UTF-8, 2: Latin-1, 3: ASCII.
        codec: u32,
    }
}

const LINE_BUFFERING: u32 = 1;
const WRITE_THROUGH: u32 = 2;
const DETACHED: u32 = 4;
const FINALIZING: u32 = 8;
const SEEKABLE: u32 = 16;
/// `next` has disabled `tell`.
const NO_TELL: u32 = 32;
/// The buffer can be written.
const WRITABLE: u32 = 64;

#[rustfmt::skip]
pub static TYPE: TypeSpec = TypeSpec {
    name: "TextIOWrapper",
    module: "_io",
    base: Some(&super::base::TEXT_IO_BASE),
    layout: Some(<Text as HeapObject>::native),
    slots: Slots { new: Some(new), init: Some(init), next: Some(next), repr: Some(repr), ..Slots::DEFAULT },
    methods: &[
        method("detach($self, /)", detach, ""),
        method("reconfigure($self, /, *, encoding=None, errors=None, newline=None, line_buffering=None, write_through=None)", reconfigure, "Reconfigure the text stream with new parameters.\n\nThis also does an implicit stream flush."),
        method("write($self, text, /)", write, ""),
        method("read($self, size=-1, /)", read, ""),
        method("readline($self, size=-1, /)", readline, ""),
        method("flush($self, /)", flush, ""),
        method("close($self, /)", close, ""),
        method("fileno($self, /)", |vm, args| delegate(vm, args, "fileno"), ""),
        method("seekable($self, /)", |vm, args| delegate(vm, args, "seekable"), ""),
        method("readable($self, /)", |vm, args| delegate(vm, args, "readable"), ""),
        method("writable($self, /)", |vm, args| delegate(vm, args, "writable"), ""),
        method("isatty($self, /)", |vm, args| delegate(vm, args, "isatty"), ""),
        method("seek($self, cookie, whence=os.SEEK_SET, /)", seek, "Set the stream position, and return the new stream position."),
        method("tell($self, /)", tell, "Return the stream position as an opaque number."),
        method("truncate($self, pos=None, /)", truncate, ""),
        method("__getstate__($self, /)", super::base::no_state, ""),
    ],
    getset: &[
        getter("encoding", get_encoding, "").member(),
        getter("line_buffering", get_line_buffering, "").member(),
        getter("write_through", get_write_through, "").member(),
        getset("_finalizing", get_finalizing, set_finalizing, "").member(),
        getter("name", get_name, ""),
        getter("closed", get_closed, ""),
        getter("newlines", get_newlines, ""),
        getter("errors", get_errors, ""),
        getset("_CHUNK_SIZE", get_chunk_size, set_chunk_size, ""),
        getter("buffer", get_buffer, ""),
    ],
    doc: "Character and line based layer over a BufferedIOBase object, buffer.\n\nencoding gives the name of the encoding that the stream will be\ndecoded or encoded with. It defaults to locale.getencoding().\n\nerrors determines the strictness of encoding and decoding (see\nhelp(codecs.Codec) or the documentation for codecs.register) and\ndefaults to \"strict\".\n\nnewline controls how line endings are handled. It can be None, '',\n'\\n', '\\r', and '\\r\\n'.  It works as follows:\n\n* On input, if newline is None, universal newlines mode is\n  enabled. Lines in the input can end in '\\n', '\\r', or '\\r\\n', and\n  these are translated into '\\n' before being returned to the\n  caller. If it is '', universal newline mode is enabled, but line\n  endings are returned to the caller untranslated. If it has any of\n  the other legal values, input lines are only terminated by the given\n  string, and the line ending is returned to the caller untranslated.\n\n* On output, if newline is None, any '\\n' characters written are\n  translated to the system default line separator, os.linesep. If\n  newline is '' or '\\n', no translation takes place. If newline is any\n  of the other legal values, any '\\n' characters written are translated\n  to the given string.\n\nIf line_buffering is True, a call to flush is implied when a call to\nwrite contains a newline character.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};

fn new(vm: &mut Vm, class: Gc<Type>, _: Args<'_>) -> Result<Value, Raised> {
    let shape = class.get(vm).root_shape;
    let text = Text {
        header: HeaderWord::NEW,
        buffer: None,
        encoding: Value::NONE,
        errors: Value::NONE,
        encoder: None,
        decoder: None,
        decoded: None,
        chunk: None,
        leftover: None,
        pending: None,
        pending_len: 0,
        used: 0,
        chunk_size: 8192,
        newline: 0,
        seen: 0,
        flags: 0,
        codec: 0,
    };
    Ok(vm.new_object(shape, text)?.value())
}

/// The number of a native codec by the name of the encoding.
fn native_codec(encoding: &str) -> u32 {
    let plain: String =
        encoding.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).map(|c| c.to_ascii_lowercase()).collect();
    match plain.as_str() {
        "utf8" | "u8" | "utf" | "cp65001" => 1,
        "latin1" | "iso88591" | "l1" | "8859" | "cp819" | "latin" => 2,
        "ascii" | "usascii" | "646" => 3,
        _ => 0,
    }
}

fn codec_of(number: u32) -> Codec<'static> {
    match number {
        2 => Codec::Latin1,
        3 => Codec::Ascii,
        _ => Codec::Utf8,
    }
}

fn init(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    const SIGNATURE: Signature = Signature::parse(
        "TextIOWrapper(buffer, encoding=None, errors=None, newline=None, line_buffering=False, write_through=False)",
    );
    let [buffer, encoding, errors, newline, line_buffering, write_through] =
        args.bind(vm, &SIGNATURE, |_, args| Ok(args.all::<6>()))?;
    let Some(own) = this.downcast::<Text>(vm) else { return Ok(()) };
    own.get_mut(vm).buffer = None;
    let newline = match newline.given() {
        Some(newline) => {
            Newline::of_argument(vm, newline, "TextIOWrapper() argument 'newline' must be str or None, not ")?
        }
        None => Newline::Translate,
    };
    let line_buffering = truth(vm, line_buffering, false)?;
    let write_through = truth(vm, write_through, false)?;
    if encoding.not_none().is_none() && vm.interp().config.settings.warn_default_encoding {
        vm.warn(Exc::EncodingWarning, super::NO_ENCODING, 0)?;
    }
    set_codec(vm, own, buffer, encoding, errors, "TextIOWrapper")?;
    let able = vm.call_method(buffer, "seekable", &[])?;
    let can_seek = vm.is_true(able)?;
    let able = vm.call_method(buffer, "writable", &[])?;
    let can_write = vm.is_true(able)?;
    let state = own.get_mut(vm);
    state.buffer = Some(buffer);
    state.newline = newline as u32;
    state.decoded = None;
    state.chunk = None;
    state.leftover = None;
    state.used = 0;
    state.pending_len = 0;
    state.seen = 0;
    state.flags = if line_buffering { LINE_BUFFERING } else { 0 }
        | if write_through { WRITE_THROUGH } else { 0 }
        | if can_seek { SEEKABLE } else { 0 }
        | if can_write { WRITABLE } else { 0 };
    skip_mark(vm, own, buffer)
}

/// The text of an argument that names an encoding or an error handler.
fn name_text(vm: &mut Vm, value: Value, function: &str, argument: &str) -> Result<String, Raised> {
    let Some(text) = value.downcast::<Str>(vm) else {
        let got = vm.type_name(value);
        let message = format!("{function}() argument '{argument}' must be str or None, not {got}");
        return Err(vm.raise(Exc::TypeError, message));
    };
    let Some(name) = text.get(vm).to_utf8().map(|name| name.into_owned()) else {
        return Err(taipan_vm::codecs::raise_surrogate(vm, text));
    };
    if name.contains('\0') {
        if function == "TextIOWrapper" {
            return Err(vm.raise(Exc::ValueError, "embedded null character"));
        }
        let shown = name.split('\0').next().unwrap_or_default();
        return Err(vm.raise(Exc::LookupError, format!("unknown encoding: {shown}")));
    }
    Ok(name)
}

/// A stream that is not at its beginning has its byte order mark already.
fn skip_mark(vm: &mut Vm, own: Gc<Text>, buffer: Value) -> Result<(), Raised> {
    let Some(encoder) = own.get(vm).encoder.filter(|_| own.get(vm).flags & SEEKABLE != 0) else { return Ok(()) };
    let at = vm.call_method(buffer, "tell", &[])?;
    if vm.index_i64(at)? != 0 {
        vm.call_method(encoder, "setstate", &[Value::int(0)])?;
    }
    Ok(())
}

fn set_codec(
    vm: &mut Vm,
    own: Gc<Text>,
    buffer: Value,
    encoding: Value,
    errors: Value,
    function: &str,
) -> Result<(), Raised> {
    let encoding = match encoding.not_none() {
        None => vm.new_str("UTF-8")?,
        Some(encoding) => match name_text(vm, encoding, function, "encoding")? {
            text if text == "locale" => vm.new_str("UTF-8")?,
            _ => encoding,
        },
    };
    let errors = match errors.not_none() {
        None => vm.new_str("strict")?,
        Some(errors) => {
            let text = name_text(vm, errors, function, "errors")?;
            taipan_vm::codecs::check_names(vm, None, Some(&text))?;
            errors
        }
    };
    let policy = vm.text_of(errors).and_then(|text| Policy::from_name(&text));
    let codec = match (policy, vm.text_of(encoding)) {
        (Some(_), Some(text)) => native_codec(&text),
        _ => 0,
    };
    let (mut encoder, mut decoder) = (None, None);
    if codec == 0 {
        let codecs = taipan_vm::import::import_module(vm, "codecs")?;
        let info = vm.call_method(codecs, "lookup", &[encoding])?;
        let is_text = Str::intern(vm, "_is_text_encoding")?;
        if let Some(flag) = vm.get_attr_opt(info, is_text)?
            && !vm.is_true(flag)?
        {
            let shown = vm.text_of(encoding).unwrap_or_default();
            let message = format!("'{shown}' is not a text encoding; use codecs.open() to handle arbitrary codecs");
            return Err(vm.raise(Exc::LookupError, message));
        }
        let reads = vm.call_method(buffer, "readable", &[])?;
        if vm.is_true(reads)? {
            let class = vm.get_attr_str(info, "incrementaldecoder")?;
            decoder = Some(vm.call(class, &[errors])?);
        }
        let writes = vm.call_method(buffer, "writable", &[])?;
        if vm.is_true(writes)? {
            let class = vm.get_attr_str(info, "incrementalencoder")?;
            encoder = Some(vm.call(class, &[errors])?);
        }
    }
    let state = own.get_mut(vm);
    state.encoding = encoding;
    state.errors = errors;
    state.codec = codec;
    state.encoder = encoder;
    state.decoder = decoder;
    Ok(())
}

/// The buffer; ValueError when there is none.
fn buffer_of(vm: &mut Vm, own: Gc<Text>) -> Result<Value, Raised> {
    match own.get(vm).buffer {
        Some(buffer) => Ok(buffer),
        None if own.get(vm).flags & DETACHED != 0 => {
            Err(vm.raise(Exc::ValueError, "underlying buffer has been detached"))
        }
        None => Err(vm.raise(Exc::ValueError, "I/O operation on uninitialized object")),
    }
}

/// The buffer of a text stream.
pub(super) fn buffer_below(vm: &Vm, this: Value) -> Option<Value> {
    this.downcast::<Text>(vm)?.get(vm).buffer
}

fn open_buffer(vm: &mut Vm, own: Gc<Text>) -> Result<Value, Raised> {
    let buffer = buffer_of(vm, own)?;
    super::base::check_closed(vm, own.value())?;
    Ok(buffer)
}

fn policy_of(vm: &Vm, own: Gc<Text>) -> Policy {
    let errors = own.get(vm).errors;
    vm.text_of(errors).and_then(|text| Policy::from_name(&text)).unwrap_or(Policy::Strict)
}

// ---- writing ----

fn write(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (own, [text]) = args.method::<Text, 1>(vm);
    let buffer = open_buffer(vm, own)?;
    let Some(text) = text.downcast::<Str>(vm) else {
        let got = vm.type_name(args.get(1));
        return Err(vm.raise(Exc::TypeError, format!("write() argument must be str, not {got}")));
    };
    if own.get(vm).flags & WRITABLE == 0 {
        return Err(unsupported(vm, "not writable"));
    }
    let newline = Newline::from_number(own.get(vm).newline);
    let length = text.get(vm).len();
    let has = |point: u8| match text.get(vm).as_ascii() {
        Some(ascii) => ascii.as_bytes().contains(&point),
        None => text.get(vm).text().iter().any(|c| c == u32::from(point)),
    };
    let (has_feed, has_return) = (has(b'\n'), has(b'\r'));
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
            if own.get(vm).flags & WRITABLE == 0 {
                return Err(unsupported(vm, "not writable"));
            }
            replaced
        }
        Newline::Return | Newline::ReturnFeed if has_feed => {
            let points: Vec<u32> = text.get(vm).text().iter().collect();
            let points = newline.translate_written(points, &mut 0);
            Str::from_points(vm, &points)?
        }
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
    let flags = own.get(vm).flags;
    let line_end = flags & LINE_BUFFERING != 0 && (has_feed || has_return);
    if own.get(vm).pending_len >= own.get(vm).chunk_size || line_end || flags & WRITE_THROUGH != 0 {
        flush_pending(vm, own, buffer)?;
    }
    if line_end {
        vm.call_method_name(buffer, name::FLUSH, &[])?;
    }
    if own.get(vm).decoded.is_some() && own.get(vm).flags & SEEKABLE != 0 {
        reset_reading(vm, own);
    }
    Ok(Value::int(length))
}

/// The bytes of a text.
fn encoded(vm: &mut Vm, own: Gc<Text>, text: Gc<Str>) -> Result<Vec<u8>, Raised> {
    let codec = own.get(vm).codec;
    if codec == 0 {
        let Some(encoder) = own.get(vm).encoder else { return Err(unsupported(vm, "not writable")) };
        let bytes = vm.call_method(encoder, "encode", &[text.value()])?;
        return vm.bytes_of(bytes);
    }
    if let Some(ascii) = text.get(vm).as_ascii() {
        return Ok(ascii.as_bytes().to_vec());
    }
    let policy = policy_of(vm, own);
    let result = encode(codec_of(codec), text.get(vm).text(), policy);
    match result {
        Ok(bytes) => Ok(bytes),
        Err(error) => {
            let (name, reason) = (vm.new_str(codec_of(codec).name())?, vm.new_str(error.reason)?);
            let details = [name, text.value(), Value::int(error.start), Value::int(error.end), reason];
            Err(vm.raise_with(Exc::UnicodeEncodeError, &details))
        }
    }
}

/// Hands what is pending to the buffer.
fn flush_pending(vm: &mut Vm, own: Gc<Text>, buffer: Value) -> Result<(), Raised> {
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

/// The buffer as a native one whose methods nobody has replaced.
fn plain_buffered(vm: &mut Vm, buffer: Value) -> Option<Gc<Buffered>> {
    let buffered = buffer.downcast::<Buffered>(vm)?;
    let class = vm.type_of(buffer);
    if class.get(vm).is_heap_type() { None } else { Some(buffered) }
}

fn flush(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = args.receiver::<Text>(vm);
    let buffer = open_buffer(vm, own)?;
    flush_pending(vm, own, buffer)?;
    vm.call_method_name(buffer, name::FLUSH, &[])
}

fn close(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = args.receiver::<Text>(vm);
    let buffer = buffer_of(vm, own)?;
    if super::base::is_closed(vm, own.value())? || own.get(vm).flags & DETACHED != 0 {
        return Ok(Value::NONE);
    }
    if own.get(vm).flags & FINALIZING != 0 {
        let result = vm.call_method(buffer, "_dealloc_warn", &[own.value()]);
        if let Err(raised) = result {
            let _ = vm.take_raised(raised);
        }
    }
    let flushed = vm.call_method_name(own.value(), name::FLUSH, &[]);
    vm.forget_instance(own.value());
    let first = flushed.err().map(|raised| vm.take_raised(raised));
    let closed = vm.call_method_name(buffer, name::CLOSE, &[]);
    match (first, closed) {
        (None, closed) => closed,
        (Some(first), Ok(_)) => Err(vm.reraise(first)),
        (Some(first), Err(raised)) => {
            let second = vm.take_raised(raised);
            let key = vm.name(name::CONTEXT);
            vm.set_attr(second, key, Some(first))?;
            Err(vm.reraise(second))
        }
    }
}

fn detach(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = args.receiver::<Text>(vm);
    let buffer = buffer_of(vm, own)?;
    vm.call_method_name(own.value(), name::FLUSH, &[])?;
    let state = own.get_mut(vm);
    state.buffer = None;
    state.flags |= DETACHED;
    Ok(buffer)
}

fn reconfigure(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (own, [encoding, errors, newline, line_buffering, write_through]) = args.method::<Text, 5>(vm);
    let buffer = buffer_of(vm, own)?;
    let changes = encoding.not_none().is_some() || errors.not_none().is_some() || newline.given().is_some();
    if changes && own.get(vm).decoded.is_some() {
        let message = "It is not possible to set the encoding or newline of stream after the first read";
        return Err(unsupported(vm, message));
    }
    vm.call_method_name(own.value(), name::FLUSH, &[])?;
    if let Some(newline) = newline.given() {
        let newline = Newline::of_argument(vm, newline, "reconfigure() argument 'newline' must be str or None, not ")?;
        own.get_mut(vm).newline = newline as u32;
    }
    if encoding.not_none().is_some() || errors.not_none().is_some() {
        let new_encoding = encoding.not_none().unwrap_or(own.get(vm).encoding);
        let new_errors = match (errors.not_none(), encoding.not_none()) {
            (Some(errors), _) => errors,
            (None, Some(_)) => vm.new_str("strict")?,
            (None, None) => own.get(vm).errors,
        };
        set_codec(vm, own, buffer, new_encoding, new_errors, "reconfigure")?;
        skip_mark(vm, own, buffer)?;
    }
    for (flag, value) in [(LINE_BUFFERING, line_buffering), (WRITE_THROUGH, write_through)] {
        if let Some(value) = value.not_none() {
            let on = vm.index_i64(value)? != 0;
            let state = own.get_mut(vm);
            state.flags = state.flags & !flag | if on { flag } else { 0 };
        }
    }
    Ok(Value::NONE)
}

// ---- reading ----

fn reset_reading(vm: &mut Vm, own: Gc<Text>) {
    let state = own.get_mut(vm);
    state.decoded = None;
    state.chunk = None;
    state.leftover = None;
    state.used = 0;
}

/// Reads and decodes more; what was decoded before and not used stays in front. False at the end of the input.
fn read_chunk(vm: &mut Vm, own: Gc<Text>, size: usize) -> Result<bool, Raised> {
    let buffer = buffer_of(vm, own)?;
    let size = size.max(own.get(vm).chunk_size);
    let mut bytes = Vec::new();
    if let Some(buffered) = plain_buffered(vm, buffer) {
        read1_into(vm, buffered, size as isize, &mut bytes)?;
    } else {
        let method = Str::intern(vm, "read1")?;
        let data = match vm.get_attr_opt(buffer, method)? {
            Some(read1) => vm.call(read1, &[Value::int(size)])?,
            None => vm.call_method_name(buffer, name::READ, &[Value::int(size)])?,
        };
        if vm.slots(data).get_buffer.is_none() {
            let got = vm.type_name(data);
            let message = format!("underlying read1() should have returned a bytes-like object, not '{got}'");
            return Err(vm.raise(Exc::TypeError, message));
        }
        bytes = vm.bytes_of(data)?;
    }
    if own.get(vm).flags & (SEEKABLE | NO_TELL) == SEEKABLE
        && let Some(decoder) = own.get(vm).decoder
    {
        check_decoder_state(vm, decoder)?;
    }
    let is_final = bytes.is_empty();
    add_decoded(vm, own, bytes, is_final)?;
    Ok(!is_final)
}

/// A decoder must be able to tell its state where `tell` may be asked for.
fn check_decoder_state(vm: &mut Vm, decoder: Value) -> Result<(), Raised> {
    let state = vm.call_method(decoder, "getstate", &[])?;
    let Some(pair) = state.downcast::<Tuple>(vm).filter(|pair| pair.get(vm).len() == 2) else {
        return Err(vm.raise(Exc::TypeError, "illegal decoder state"));
    };
    let (buffered, flags) = (pair.get(vm).at(0), pair.get(vm).at(1));
    if buffered.downcast::<Bytes>(vm).is_none() {
        let got = vm.type_name(buffered);
        let message = format!("illegal decoder state: the first item should be a bytes object, not '{got}'");
        return Err(vm.raise(Exc::TypeError, message));
    }
    if vm.is_int(flags) { Ok(()) } else { Err(vm.raise(Exc::TypeError, "illegal decoder state")) }
}

/// Decodes bytes and appends the text to what waits.
fn add_decoded(vm: &mut Vm, own: Gc<Text>, bytes: Vec<u8>, is_final: bool) -> Result<(), Raised> {
    let newline = Newline::from_number(own.get(vm).newline);
    let mut input = own.get(vm).leftover.map_or(Vec::new(), |leftover| leftover.get(vm).bytes().to_vec());
    let codec = own.get(vm).codec;
    let mut points: Vec<u32>;
    let mut rest = Vec::new();
    if codec == 0 {
        let Some(decoder) = own.get(vm).decoder else { return Err(unsupported(vm, "not readable")) };
        let carried = input;
        let data = vm.new_bytes(&bytes)?;
        let text = vm.call_method(decoder, "decode", &[data, Value::bool(is_final)])?;
        let Some(text) = text.downcast::<Str>(vm) else {
            let got = vm.type_name(text);
            return Err(vm.raise(Exc::TypeError, format!("decoder should return a string result, not '{got}'")));
        };
        points = carried.iter().map(|byte| u32::from(*byte)).collect();
        points.extend(text.get(vm).text().iter());
        input = bytes;
        // A return at the end waits for what follows it.
        if newline.is_universal() && !is_final && points.last() == Some(&13) {
            points.pop();
            rest.push(13);
        }
    } else {
        input.extend_from_slice(&bytes);
        let mut end = input.len();
        if newline.is_universal() && !is_final && input.last() == Some(&13) {
            end -= 1;
        }
        let policy = policy_of(vm, own);
        match decode(codec_of(codec), &input[..end], policy, is_final) {
            Ok((text, used)) => {
                points = text.as_text().iter().collect();
                rest = input.split_off(used.min(input.len()));
            }
            Err((error, encoding)) => {
                let (encoding, data) = (vm.new_str(encoding)?, vm.new_bytes(&input)?);
                let reason = vm.new_str(error.reason)?;
                let details = [encoding, data, Value::int(error.start), Value::int(error.end), reason];
                return Err(vm.raise_with(Exc::UnicodeDecodeError, &details));
            }
        }
    }
    let mut seen = own.get(vm).seen;
    match newline {
        Newline::Translate => translate(&mut points, &mut seen),
        Newline::Universal => observe(&points, &mut seen),
        _ => {}
    }
    own.get_mut(vm).seen = seen;
    let (waiting, mut chunk) = match own.get(vm).decoded {
        Some(old) if own.get(vm).used < old.get(vm).len() => {
            let used = own.get(vm).used;
            let skip = if codec == 0 { 0 } else { bytes_before(vm, own, used) };
            let old_chunk = own.get(vm).chunk.map_or(Vec::new(), |chunk| chunk.get(vm).bytes()[skip..].to_vec());
            (old.get(vm).text().iter().skip(used).collect(), old_chunk)
        }
        _ => (Vec::new(), Vec::new()),
    };
    chunk.extend_from_slice(&input);
    let text = if waiting.is_empty() {
        Str::from_points(vm, &points)?
    } else {
        let mut all: Vec<u32> = waiting;
        all.extend_from_slice(&points);
        Str::from_points(vm, &all)?
    };
    own.get_mut(vm).decoded = Some(text);
    own.get_mut(vm).used = 0;
    let chunk = Bytes::new(vm, &chunk)?;
    own.get_mut(vm).chunk = Some(chunk);
    let leftover = if rest.is_empty() { None } else { Some(Bytes::new(vm, &rest)?) };
    own.get_mut(vm).leftover = leftover;
    Ok(())
}

/// How many bytes of the chunk make its first characters (native codecs).
fn bytes_before(vm: &Vm, own: Gc<Text>, characters: usize) -> usize {
    let Some(chunk) = own.get(vm).chunk else { return 0 };
    let bytes = chunk.get(vm).bytes();
    let (utf8, translates) = (own.get(vm).codec == 1, Newline::from_number(own.get(vm).newline) == Newline::Translate);
    let (mut at, mut count) = (0, 0);
    while at < bytes.len() && count < characters {
        let pair = translates && bytes[at] == 13 && bytes.get(at + 1) == Some(&10);
        at += if pair { 2 } else { 1 };
        if utf8 && bytes[at - 1] >= 0x80 {
            while at < bytes.len() && bytes[at] & 0xC0 == 0x80 {
                at += 1;
            }
        }
        count += 1;
    }
    at
}

/// A part of the waiting text, which is used up to its end.
fn take(vm: &mut Vm, own: Gc<Text>, end: usize) -> Result<Gc<Str>, Raised> {
    let Some(decoded) = own.get(vm).decoded else { return Str::empty(vm) };
    let start = own.get(vm).used;
    let end = end.min(decoded.get(vm).len());
    own.get_mut(vm).used = end;
    if start == 0 && end == decoded.get(vm).len() {
        return Ok(decoded);
    }
    let ascii = decoded.get(vm).as_ascii().map(|text| text.as_bytes()[start..end].to_vec());
    match ascii {
        Some(bytes) => Str::from_ascii(vm, &bytes),
        None => {
            let points: Vec<u32> = decoded.get(vm).text().iter().skip(start).take(end - start).collect();
            Str::from_points(vm, &points)
        }
    }
}

fn waiting(vm: &Vm, own: Gc<Text>) -> usize {
    own.get(vm).decoded.map_or(0, |decoded| decoded.get(vm).len() - own.get(vm).used)
}

fn read(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (own, [size]) = args.method::<Text, 1>(vm);
    let size = size_argument(vm, size)?;
    let buffer = open_buffer(vm, own)?;
    check_reads(vm, buffer)?;
    flush_pending(vm, own, buffer)?;
    if size < 0 {
        let data = vm.call_method_name(buffer, name::READ, &[])?;
        if data.is_none() {
            return Err(vm.raise(Exc::BlockingIOError, "Read returned None."));
        }
        let bytes = vm.bytes_of(data)?;
        add_decoded(vm, own, bytes, true)?;
        let text = take(vm, own, usize::MAX)?;
        let state = own.get_mut(vm);
        state.chunk = None;
        state.decoded = None;
        state.used = 0;
        return Ok(text.value());
    }
    let size = size as usize;
    while waiting(vm, own) < size {
        if !read_chunk(vm, own, size)? {
            break;
        }
    }
    let end = own.get(vm).used + size.min(waiting(vm, own));
    Ok(take(vm, own, end)?.value())
}

fn check_reads(vm: &mut Vm, buffer: Value) -> Result<(), Raised> {
    if plain_buffered(vm, buffer).is_some() {
        let reader = taipan_vm::types::type_::class_of_spec(vm, &super::buffered::READER)?;
        if vm.type_of(buffer) == reader {
            return Ok(());
        }
    }
    let able = vm.call_method(buffer, "readable", &[])?;
    if vm.is_true(able)? { Ok(()) } else { Err(unsupported(vm, "not readable")) }
}

fn read_line(vm: &mut Vm, own: Gc<Text>, limit: isize) -> Result<Gc<Str>, Raised> {
    let buffer = open_buffer(vm, own)?;
    check_reads(vm, buffer)?;
    flush_pending(vm, own, buffer)?;
    let newline = Newline::from_number(own.get(vm).newline);
    // The pieces of a line that ends in none of the chunks so far, and their length.
    let (mut pieces, mut length) = (None, 0);
    loop {
        let start = own.get(vm).used;
        let room = usize::try_from(limit).ok().map(|limit| limit - length);
        if let Some(decoded) = own.get(vm).decoded {
            let text = decoded.get(vm);
            let found = newline.line_length_from(text.text(), start);
            let left = text.len() - start;
            if let Some(room) = room.filter(|room| found.unwrap_or(left) >= *room) {
                return take_line(vm, own, start + room, pieces);
            }
            if let Some(n) = found {
                return take_line(vm, own, start + n, pieces);
            }
            // A return may be the first half of a line end.
            let half = newline == Newline::ReturnFeed && left > 0 && text.text().code_point(start + left - 1) == 13;
            let n = left - usize::from(half);
            if n > 0 {
                let list = match pieces {
                    Some(list) => list,
                    None => *pieces.insert(List::new(vm)?),
                };
                let piece = take(vm, own, start + n)?;
                List::push(list, vm, piece.value())?;
                length += n;
            }
        } else if limit == 0 {
            return Str::empty(vm);
        }
        if !read_chunk(vm, own, 0)? {
            let start = own.get(vm).used;
            // The end may have given more text.
            let end = own.get(vm).decoded.map_or(start, |decoded| {
                let text = decoded.get(vm);
                let n = newline.line_length_from(text.text(), start).unwrap_or(text.len() - start);
                start + room.map_or(n, |_| n.min(usize::try_from(limit).unwrap_or(n).saturating_sub(length)))
            });
            return take_line(vm, own, end, pieces);
        }
    }
}

/// The pieces of a line, and what waits up to `end`.
fn take_line(vm: &mut Vm, own: Gc<Text>, end: usize, pieces: Option<Gc<List>>) -> Result<Gc<Str>, Raised> {
    let last = take(vm, own, end)?;
    let Some(pieces) = pieces else { return Ok(last) };
    List::push(pieces, vm, last.value())?;
    let empty = Str::empty(vm)?;
    let line = vm.call_method(empty.value(), "join", &[pieces.value()])?;
    Ok(line.expect(vm))
}

fn readline(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (own, [size]) = args.method::<Text, 1>(vm);
    let size = size_argument(vm, size)?;
    Ok(read_line(vm, own, size)?.value())
}

fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let Some(own) = this.downcast::<Text>(vm) else { return Ok(None) };
    own.get_mut(vm).flags |= NO_TELL;
    let class = vm.type_of(this);
    let line = if class.get(vm).is_heap_type() {
        vm.call_method_name(this, name::READLINE, &[])?
    } else {
        read_line(vm, own, -1)?.value()
    };
    if vm.length(line)? == 0 {
        own.get_mut(vm).flags &= !NO_TELL;
        return Ok(None);
    }
    Ok(Some(line))
}

// ---- position ----

fn tell(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = args.receiver::<Text>(vm);
    let buffer = open_buffer(vm, own)?;
    if own.get(vm).flags & SEEKABLE == 0 {
        return Err(unsupported(vm, "underlying stream is not seekable"));
    }
    if own.get(vm).flags & NO_TELL != 0 {
        return Err(vm.raise(Exc::OSError, "telling position disabled by next() call"));
    }
    vm.call_method_name(own.value(), name::FLUSH, &[])?;
    let at = vm.call_method(buffer, "tell", &[])?;
    let at = vm.index_i64(at)?;
    let mut behind = own.get(vm).leftover.map_or(0, |leftover| leftover.get(vm).len());
    if waiting(vm, own) > 0 {
        if own.get(vm).codec != 0 {
            let total = own.get(vm).chunk.map_or(0, |chunk| chunk.get(vm).len());
            behind += total - bytes_before(vm, own, own.get(vm).used);
        } else if let Some(decoded) = own.get(vm).decoded {
            let used = own.get(vm).used;
            let points: Vec<u32> = decoded.get(vm).text().iter().skip(used).collect();
            let rest = Str::from_points(vm, &points)?;
            let (encoding, errors) = (own.get(vm).encoding, own.get(vm).errors);
            let bytes = vm.call_method(rest.value(), "encode", &[encoding, errors])?;
            behind += vm.length(bytes)?;
        }
    }
    vm.new_int(at - behind as i64)
}

fn seek(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (own, [cookie, whence]) = args.method::<Text, 2>(vm);
    let buffer = open_buffer(vm, own)?;
    if own.get(vm).flags & SEEKABLE == 0 {
        return Err(unsupported(vm, "underlying stream is not seekable"));
    }
    let whence = match whence.given() {
        Some(whence) => vm.index_i32(whence)?,
        None => 0,
    };
    let mut target = vm.index_i64(cookie)?;
    match whence {
        0 if target < 0 => {
            return Err(vm.raise(Exc::ValueError, format!("negative seek position {target}")));
        }
        0 => {}
        1 | 2 if target != 0 => {
            let which = if whence == 1 { "cur" } else { "end" };
            return Err(unsupported(vm, &format!("can't do nonzero {which}-relative seeks")));
        }
        1 => {
            own.get_mut(vm).flags &= !NO_TELL;
            let at = vm.call_method(own.value(), "tell", &[])?;
            target = vm.index_i64(at)?;
        }
        2 => {}
        _ => {
            let message = format!("invalid whence ({whence}, should be 0, 1 or 2)");
            return Err(vm.raise(Exc::ValueError, message));
        }
    }
    vm.call_method_name(own.value(), name::FLUSH, &[])?;
    let position = vm.new_int(target)?;
    let whence = if whence == 2 { Value::int(2) } else { Value::int(0) };
    let at = vm.call_method(buffer, "seek", &[position, whence])?;
    reset_reading(vm, own);
    own.get_mut(vm).flags &= !NO_TELL;
    for codec in [own.get(vm).decoder, own.get(vm).encoder].into_iter().flatten() {
        vm.call_method(codec, "reset", &[])?;
    }
    // Behind the start, the encoder must not write a byte order mark again.
    if let Some(encoder) = own.get(vm).encoder
        && vm.index_i64(at)? != 0
    {
        vm.call_method(encoder, "setstate", &[Value::int(0)])?;
    }
    Ok(at)
}

fn truncate(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (own, [size]) = args.method::<Text, 1>(vm);
    let buffer = buffer_of(vm, own)?;
    vm.call_method_name(own.value(), name::FLUSH, &[])?;
    let size = match size.not_none() {
        Some(size) => size,
        None => vm.call_method(own.value(), "tell", &[])?,
    };
    vm.call_method(buffer, "truncate", &[size])
}

// ---- attributes ----

fn delegate(vm: &mut Vm, args: Args<'_>, method: &str) -> Result<Value, Raised> {
    let buffer = buffer_of(vm, args.receiver::<Text>(vm))?;
    vm.call_method(buffer, method, &[])
}

fn text_of(vm: &mut Vm, this: Value) -> Result<Gc<Text>, Raised> {
    match this.downcast::<Text>(vm) {
        Some(own) => Ok(own),
        None => Err(vm.raise(Exc::TypeError, "TextIOWrapper expected")),
    }
}

fn get_encoding(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(text_of(vm, this)?.get(vm).encoding)
}

fn get_errors(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(text_of(vm, this)?.get(vm).errors)
}

fn get_line_buffering(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::bool(text_of(vm, this)?.get(vm).flags & LINE_BUFFERING != 0))
}

fn get_write_through(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::bool(text_of(vm, this)?.get(vm).flags & WRITE_THROUGH != 0))
}

fn get_finalizing(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::bool(text_of(vm, this)?.get(vm).flags & FINALIZING != 0))
}

fn set_finalizing(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let on = super::base::flag_value(vm, value)?;
    let own = text_of(vm, this)?.get_mut(vm);
    own.flags = own.flags & !FINALIZING | if on { FINALIZING } else { 0 };
    Ok(())
}

fn get_name(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let own = text_of(vm, this)?;
    let buffer = buffer_of(vm, own)?;
    vm.get_attr_name(buffer, name::THREAD_NAME)
}

fn get_closed(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let own = text_of(vm, this)?;
    let buffer = buffer_of(vm, own)?;
    vm.get_attr_name(buffer, name::CLOSED)
}

fn get_newlines(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let own = text_of(vm, this)?;
    let (seen, newline) = (own.get(vm).seen, Newline::from_number(own.get(vm).newline));
    if newline.is_universal() { newlines_value(vm, seen) } else { Ok(Value::NONE) }
}

fn get_chunk_size(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::int(text_of(vm, this)?.get(vm).chunk_size))
}

fn set_chunk_size(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
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

fn get_buffer(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let own = text_of(vm, this)?;
    buffer_of(vm, own)
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
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
