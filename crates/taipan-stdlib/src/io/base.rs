//! The abstract bases `_IOBase`, `_RawIOBase`, `_BufferedIOBase`, `_TextIOBase`.

use taipan_vm::args::Args;
use taipan_vm::names::name;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::slots::Slots;
use taipan_vm::spec::{
    BASETYPE, FINALIZE_AFTER_HOLDERS, HAS_DICT, MethodDef, TypeSpec, WEAKREFABLE, getset, getter, method,
};
use taipan_vm::types::bytes::Bytes;
use taipan_vm::types::list::List;
use taipan_vm::types::str::Str;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::{raise_closed, size_argument, unsupported};

#[rustfmt::skip]
pub static IO_BASE: TypeSpec = TypeSpec {
    name: "_IOBase",
    module: "_io",
    slots: Slots { iter: Some(iter), next: Some(next), del: Some(finalize), ..Slots::DEFAULT },
    methods: &[
        method("seek($self, offset, whence=os.SEEK_SET, /)", seek, "Change the stream position to the given byte offset."),
        method("tell($self, /)", tell, "Return current stream position."),
        method("truncate($self, size=None, /)", truncate, "Truncate file to size bytes.\n\nFile pointer is left unchanged. Size defaults to the current IO position\nas reported by tell(). Return the new size."),
        method("flush($self, /)", flush, "Flush write buffers, if applicable.\n\nThis is not implemented for read-only and non-blocking streams."),
        method("close($self, /)", close, "Flush and close the IO object.\n\nThis method has no effect if the file is already closed."),
        method("seekable($self, /)", no, "Return whether object supports random access.\n\nIf False, seek(), tell() and truncate() will raise OSError.\nThis method may need to do a test seek()."),
        method("readable($self, /)", no, "Return whether object was opened for reading.\n\nIf False, read() will raise OSError."),
        method("writable($self, /)", no, "Return whether object was opened for writing.\n\nIf False, write() will raise OSError."),
        method("_checkClosed($self, /)", check_closed_method, ""),
        method("_checkSeekable($self, /)", check_seekable, ""),
        method("_checkReadable($self, /)", check_readable, ""),
        method("_checkWritable($self, /)", check_writable, ""),
        method("fileno($self, /)", fileno, "Return underlying file descriptor if one exists.\n\nRaise OSError if the IO object does not use a file descriptor."),
        method("isatty($self, /)", isatty, "Return whether this is an 'interactive' stream.\n\nReturn False if it can't be determined."),
        method("__enter__($self, /)", enter, ""),
        MethodDef::raw("__exit__", exit, ""),
        method("readline($self, size=-1, /)", readline, "Read and return a line from the stream.\n\nIf size is specified, at most size bytes will be read.\n\nThe line terminator is always b'\\n' for binary files; for text\nfiles, the newlines argument to open can be used to select the line\nterminator(s) recognized."),
        method("readlines($self, hint=-1, /)", readlines, "Return a list of lines from the stream.\n\nhint can be specified to control the number of lines read: no more\nlines will be read if the total size (in bytes/characters) of all\nlines so far exceeds hint."),
        method("writelines($self, lines, /)", writelines, "Write a list of lines to stream.\n\nLine separators are not added, so it is usual for each of the\nlines provided to have a line separator at the end."),
    ],
    getset: &[
        getter("closed", closed, ""),
        getset("__dict__", taipan_vm::types::object::get_dict, taipan_vm::types::object::set_dict, ""),
    ],
    doc: "The abstract base class for all I/O classes.",
    flags: BASETYPE | HAS_DICT | WEAKREFABLE | FINALIZE_AFTER_HOLDERS,
    ..TypeSpec::DEFAULT
};

#[rustfmt::skip]
pub static RAW_IO_BASE: TypeSpec = TypeSpec {
    name: "_RawIOBase",
    module: "_io",
    base: Some(&IO_BASE),
    methods: &[
        method("read($self, size=-1, /)", raw_read, ""),
        method("readall($self, /)", raw_readall, "Read until EOF, using multiple read() call."),
        MethodDef::raw("readinto", raw_readinto, ""),
        MethodDef::raw("write", raw_write, ""),
    ],
    doc: "Base class for raw binary I/O.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};

#[rustfmt::skip]
pub static BUFFERED_IO_BASE: TypeSpec = TypeSpec {
    name: "_BufferedIOBase",
    module: "_io",
    base: Some(&IO_BASE),
    methods: &[
        method("detach($self, /)", no_detach, "Disconnect this buffer from its underlying raw stream and return it.\n\nAfter the raw stream has been detached, the buffer is in an unusable\nstate."),
        method("read($self, size=-1, /)", no_read, "Read and return up to n bytes."),
        method("read1($self, size=-1, /)", no_read1, "Read and return up to size bytes, with at most one read() call\nto the underlying raw stream. A short result does not imply\nthat EOF is imminent."),
        method("readinto($self, buffer, /)", buffered_readinto, ""),
        method("readinto1($self, buffer, /)", buffered_readinto1, ""),
        method("write($self, b, /)", no_write, "Write buffer b to the IO stream."),
    ],
    doc: "Base class for buffered IO objects.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};

#[rustfmt::skip]
pub static TEXT_IO_BASE: TypeSpec = TypeSpec {
    name: "_TextIOBase",
    module: "_io",
    base: Some(&IO_BASE),
    methods: &[
        method("detach($self, /)", no_detach, "Separate the underlying buffer from the TextIOBase and return it.\n\nAfter the underlying buffer has been detached, the TextIO is in an unusable state."),
        method("read($self, size=-1, /)", no_read, "Read at most size characters from stream."),
        method("readline($self, size=-1, /)", no_readline, "Read until newline or EOF."),
        method("write($self, s, /)", no_write, "Write string s to stream."),
    ],
    getset: &[
        getter("encoding", none, "Encoding of the text stream."),
        getter("newlines", none, "Line endings translated so far."),
        getter("errors", none, "The error setting of the decoder or encoder."),
    ],
    doc: "Base class for text I/O.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};

/// What is assigned to a member that is a C `bool`.
pub(super) fn flag_value(vm: &mut Vm, value: Option<Value>) -> Result<bool, Raised> {
    match value {
        Some(value) if value.is_bool() => Ok(value == Value::TRUE),
        Some(_) => Err(vm.raise(Exc::TypeError, "attribute value type must be bool")),
        None => Err(vm.raise(Exc::TypeError, "can't delete numeric/char attribute")),
    }
}

fn none(_: &mut Vm, _: Value) -> Result<Value, Raised> {
    Ok(Value::NONE)
}

fn no(_: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::FALSE)
}

fn no_detach(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Err(unsupported(vm, "detach"))
}

fn no_read(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Err(unsupported(vm, "read"))
}

fn no_read1(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Err(unsupported(vm, "read1"))
}

fn no_readline(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Err(unsupported(vm, "readline"))
}

fn no_write(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Err(unsupported(vm, "write"))
}

/// Whether `this.closed` is true.
pub fn is_closed(vm: &mut Vm, this: Value) -> Result<bool, Raised> {
    if let Some(closed) = known_closed(vm, this) {
        return Ok(closed);
    }
    let closed = vm.get_attr_name(this, name::CLOSED)?;
    vm.is_true(closed)
}

/// Whether a stream of a native class on native streams is closed: what the getters of `closed` say there.
fn known_closed(vm: &mut Vm, this: Value) -> Option<bool> {
    let mut at = this;
    // A text stream on a buffered one on a file; or more of them, perhaps in a circle.
    for _ in 0..10_000 {
        let class = vm.type_of(at);
        if class.get(vm).is_heap_type() {
            return None;
        }
        at = match super::text::buffer_below(vm, at).or_else(|| super::buffered::raw_below(vm, at)) {
            Some(below) => below,
            None => return super::bytes_io::is_closed(vm, at).or_else(|| super::file::is_closed(vm, at)),
        };
    }
    None
}

/// Raises ValueError when the stream is closed.
pub fn check_closed(vm: &mut Vm, this: Value) -> Result<(), Raised> {
    if is_closed(vm, this)? { Err(raise_closed(vm)) } else { Ok(()) }
}

fn check_closed_method(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    check_closed(vm, args.get(0))?;
    Ok(Value::NONE)
}

fn check_ability(vm: &mut Vm, this: Value, method: &str, message: &str) -> Result<Value, Raised> {
    let able = vm.call_method(this, method, &[])?;
    if able != Value::TRUE {
        return Err(unsupported(vm, message));
    }
    Ok(Value::TRUE)
}

fn check_seekable(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    check_ability(vm, args.get(0), "seekable", "File or stream is not seekable.")
}

fn check_readable(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    check_ability(vm, args.get(0), "readable", "File or stream is not readable.")
}

fn check_writable(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    check_ability(vm, args.get(0), "writable", "File or stream is not writable.")
}

fn seek(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Err(unsupported(vm, "seek"))
}

fn tell(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.call_method(args.get(0), "seek", &[Value::int(0), Value::int(1)])
}

fn truncate(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Err(unsupported(vm, "truncate"))
}

/// The instance attribute that marks a closed stream.
const CLOSED_MARK: &str = "__IOBase_closed";

fn is_marked(vm: &mut Vm, this: Value) -> Result<bool, Raised> {
    let key = Str::intern(vm, CLOSED_MARK)?;
    Ok(vm.instance_attr(this, key).is_some())
}

fn closed(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::bool(is_marked(vm, this)?))
}

fn flush(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    if is_marked(vm, args.get(0))? {
        return Err(raise_closed(vm));
    }
    Ok(Value::NONE)
}

fn close(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.get(0);
    if is_marked(vm, this)? {
        return Ok(Value::NONE);
    }
    let flushed = vm.call_method_name(this, name::FLUSH, &[]);
    let key = Str::intern(vm, CLOSED_MARK)?;
    match flushed {
        Ok(_) => vm.set_attr(this, key, Some(Value::TRUE))?,
        Err(raised) => {
            let error = vm.take_raised(raised);
            vm.set_attr(this, key, Some(Value::TRUE))?;
            return Err(vm.reraise(error));
        }
    }
    Ok(Value::NONE)
}

/// Closes an abandoned stream.
fn finalize(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let closed = is_closed(vm, this);
    match closed {
        Ok(true) => return Ok(Value::NONE),
        Ok(false) => {}
        // Without `closed` the stream is in no usable state.
        Err(raised) => {
            let _ = vm.take_raised(raised);
            return Ok(Value::NONE);
        }
    }
    let key = Str::intern(vm, "_finalizing")?;
    if let Err(raised) = vm.set_attr(this, key, Some(Value::TRUE)) {
        let _ = vm.take_raised(raised);
    }
    if let Err(raised) = vm.call_method_name(this, name::CLOSE, &[]) {
        crate::resource_warning::report(vm, raised, "file", this);
    }
    Ok(Value::NONE)
}

fn fileno(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Err(unsupported(vm, "fileno"))
}

fn isatty(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    check_closed(vm, args.get(0))?;
    Ok(Value::FALSE)
}

fn enter(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    check_closed(vm, args.get(0))?;
    Ok(args.get(0))
}

fn exit(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.call_method_name(args.get(0), name::CLOSE, &[])
}

fn iter(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    check_closed(vm, this)?;
    Ok(this)
}

fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let line = vm.call_method_name(this, name::READLINE, &[])?;
    Ok(if vm.length(line)? == 0 { None } else { Some(line) })
}

fn readline(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.get(0);
    let limit = args.opt(1).map_or(Ok(-1), |size| size_argument(vm, size))?;
    let peek_name = Str::intern(vm, "peek")?;
    let peek = vm.get_attr_opt(this, peek_name)?;
    let mut line = Vec::new();
    while limit < 0 || line.len() < limit as usize {
        let mut wanted = 1;
        if let Some(peek) = peek {
            let ahead = vm.call(peek, &[Value::int(1)])?;
            if ahead.downcast::<Bytes>(vm).is_none() {
                let got = vm.type_name(ahead);
                let message = format!("peek() should have returned a bytes object, not '{got}'");
                return Err(vm.raise(Exc::OSError, message));
            }
            let ahead = vm.bytes_of(ahead)?;
            if !ahead.is_empty() {
                wanted = ahead.iter().position(|byte| *byte == b'\n').map_or(ahead.len(), |at| at + 1);
                if limit >= 0 {
                    wanted = wanted.min(limit as usize - line.len());
                }
            }
        }
        let piece = vm.call_method_name(this, name::READ, &[Value::int(wanted)])?;
        if piece.downcast::<Bytes>(vm).is_none() {
            let got = vm.type_name(piece);
            let message = format!("read() should have returned a bytes object, not '{got}'");
            return Err(vm.raise(Exc::OSError, message));
        }
        let piece = vm.bytes_of(piece)?;
        if piece.is_empty() {
            break;
        }
        vm.check_native_bytes(line.len() + piece.len())?;
        line.extend_from_slice(&piece);
        if line.last() == Some(&b'\n') {
            break;
        }
    }
    vm.new_bytes(&line)
}

fn readlines(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.get(0);
    let hint = args.opt(1).map_or(Ok(-1), |hint| size_argument(vm, hint))?;
    let lines = List::new(vm)?;
    let iterator = vm.iter(this)?;
    let mut total = 0;
    while let Some(line) = vm.next(iterator)? {
        List::push(lines, vm, line)?;
        total += vm.length(line)?;
        if hint > 0 && total >= hint as usize {
            break;
        }
    }
    Ok(lines.value())
}

fn writelines(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.get(0);
    check_closed(vm, this)?;
    let iterator = vm.iter(args.get(1))?;
    while let Some(line) = vm.next(iterator)? {
        vm.call_method_name(this, name::WRITE, &[line])?;
    }
    Ok(Value::NONE)
}

// ---- raw ----

fn raw_read(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.get(0);
    let size = args.opt(1).map_or(Ok(-1), |size| size_argument(vm, size))?;
    if size < 0 {
        return vm.call_method(this, "readall", &[]);
    }
    let class = vm.builtin_value("bytearray")?;
    let target = vm.call(class, &[Value::int(size as usize)])?;
    let n = vm.call_method(this, "readinto", &[target])?;
    if n.is_none() {
        return Ok(n);
    }
    let n = vm.index_isize(n)?;
    let bytes = vm.bytes_of(target)?;
    if n < 0 || n as usize > bytes.len() {
        let message = format!("readinto returned {n} outside buffer size {}", bytes.len());
        return Err(vm.raise(Exc::ValueError, message));
    }
    vm.new_bytes(&bytes[..n as usize])
}

fn raw_readall(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let mut all = Vec::new();
    loop {
        let piece = vm.call_method_name(args.get(0), name::READ, &[Value::int(super::DEFAULT_BUFFER_SIZE)])?;
        if piece.is_none() {
            if all.is_empty() {
                return Ok(Value::NONE);
            }
            break;
        }
        if piece.downcast::<Bytes>(vm).is_none() {
            return Err(vm.raise(Exc::TypeError, "read() should return bytes"));
        }
        let piece = vm.bytes_of(piece)?;
        if piece.is_empty() {
            break;
        }
        vm.check_native_bytes(all.len() + piece.len())?;
        all.extend_from_slice(&piece);
    }
    vm.new_bytes(&all)
}

fn raw_readinto(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Err(vm.raise_with(Exc::NotImplementedError, &[]))
}

fn raw_write(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Err(vm.raise_with(Exc::NotImplementedError, &[]))
}

// ---- buffered ----

fn into_buffer(vm: &mut Vm, args: Args<'_>, method: &str) -> Result<Value, Raised> {
    let what = if method == "read1" { "readinto1() argument" } else { "readinto() argument" };
    let target = vm.writable_buffer(args.get(1), what)?;
    let size = target.len;
    let result = (|| {
        let data = vm.call_method(args.get(0), method, &[Value::int(size)])?;
        if data.downcast::<Bytes>(vm).is_none() {
            return Err(vm.raise(Exc::TypeError, format!("{method}() should return bytes")));
        }
        let data = vm.bytes_of(data)?;
        if data.len() > size {
            let message = format!("{method}() returned too much data: {size} bytes requested, {} returned", data.len());
            return Err(vm.raise(Exc::ValueError, message));
        }
        if let Some(bytes) = target.bytes_mut(vm) {
            bytes[..data.len()].copy_from_slice(&data);
        }
        Ok(Value::int(data.len()))
    })();
    target.release(vm);
    result
}

fn buffered_readinto(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    into_buffer(vm, args, "read")
}

fn buffered_readinto1(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    into_buffer(vm, args, "read1")
}

/// `__getstate__` of a stream that cannot be pickled.
pub(super) fn no_state(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = vm.type_name(args.get(0));
    Err(vm.raise(Exc::TypeError, format!("cannot pickle '{name}' instances")))
}
