//! `BytesIO`: a binary stream in memory.

use std::ops::Range;

use taipan_vm::args::Args;
use taipan_vm::buffer::{Buffer, BufferRequest, BufferStorage};
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{BASETYPE, NO_FINALIZER, NO_NEW, TypeSpec, getter, method};
use taipan_vm::types::array::RawArray;
use taipan_vm::types::bytes::Bytes;
use taipan_vm::types::dict::Dict;
use taipan_vm::types::list::List;
use taipan_vm::types::memoryview::MemoryView;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::{Type, class_of_spec};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::raw_bytes::with_room;
use super::{raise_closed, size_argument};

heap_object! {
    /// The stream; `len` bytes of the array are its contents.
    pub struct BytesIo {
        data: Option<Gc<RawArray>>,
        len: usize,
        pos: usize,
        closed: bool,
        pad: [u8; 7],
        /// Views of the contents; while there are any, nothing is written.
        exports: usize,
    }
}

heap_object! {
    /// What the views of a stream's contents are views of.
    pub struct BytesIoBuffer {
        stream: Gc<BytesIo>,
    }
}

pub static BUFFER_TYPE: TypeSpec = TypeSpec {
    name: "_BytesIOBuffer",
    module: "_io",
    layout: Some(<BytesIoBuffer as HeapObject>::native),
    slots: Slots { get_buffer: Some(get_buffer), release_buffer: Some(release_buffer), ..Slots::DEFAULT },
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};

fn get_buffer(vm: &mut Vm, this: Value, _: BufferRequest) -> Result<Buffer, Raised> {
    let Some(buffer) = this.downcast::<BytesIoBuffer>(vm) else { return Err(raise_closed(vm)) };
    let stream = buffer.get(vm).stream;
    let BytesIo { data, len, .. } = *stream.get(vm);
    let data = match data {
        Some(data) => data,
        None => RawArray::new(vm, 0)?,
    };
    stream.get_mut(vm).exports += 1;
    let storage = BufferStorage::Raw(data);
    Ok(Buffer { owner: this, storage, start: 0, len, readonly: false, itemsize: 1, format: None, shape: None })
}

fn release_buffer(vm: &mut Vm, this: Value) {
    if let Some(buffer) = this.downcast::<BytesIoBuffer>(vm) {
        let stream = buffer.get(vm).stream.get_mut(vm);
        stream.exports = stream.exports.saturating_sub(1);
    }
}

/// Raises BufferError while there are views of the contents.
fn check_exports(vm: &mut Vm, own: Gc<BytesIo>) -> Result<(), Raised> {
    if own.get(vm).exports == 0 || !vm.still_exporting(|vm| own.get(vm).exports > 0) {
        Ok(())
    } else {
        Err(vm.raise(Exc::BufferError, "Existing exports of data: object cannot be re-sized"))
    }
}

#[rustfmt::skip]
pub static TYPE: TypeSpec = TypeSpec {
    name: "BytesIO",
    module: "_io",
    base: Some(&super::base::BUFFERED_IO_BASE),
    layout: Some(<BytesIo as HeapObject>::native),
    slots: Slots { new: Some(new), init: Some(init), next: Some(next), ..Slots::DEFAULT },
    methods: &[
        method("readable($self, /)", yes, "Returns True if the IO object can be read."),
        method("seekable($self, /)", yes, "Returns True if the IO object can be seeked."),
        method("writable($self, /)", yes, "Returns True if the IO object can be written."),
        method("close($self, /)", close, "Disable all I/O operations."),
        method("flush($self, /)", flush, "Does nothing."),
        method("isatty($self, /)", isatty, "Always returns False.\n\nBytesIO objects are not connected to a TTY-like device."),
        method("tell($self, /)", tell, "Current file position, an integer."),
        method("write($self, b, /)", write, "Write bytes to file.\n\nReturn the number of bytes written."),
        method("writelines($self, lines, /)", writelines, "Write lines to the file.\n\nNote that newlines are not added.  lines can be any iterable object\nproducing bytes-like objects. This is equivalent to calling write() for\neach element."),
        method("read1($self, size=-1, /)", read, "Read at most size bytes, returned as a bytes object.\n\nIf the size argument is negative or omitted, read until EOF is reached.\nReturn an empty bytes object at EOF."),
        method("readinto($self, buffer, /)", readinto, "Read bytes into buffer.\n\nReturns number of bytes read (0 for EOF), or None if the object\nis set not to block and has no data to read."),
        method("readline($self, size=-1, /)", readline, "Next line from the file, as a bytes object.\n\nRetain newline.  A non-negative size argument limits the maximum\nnumber of bytes to return (an incomplete line may be returned then).\nReturn an empty bytes object at EOF."),
        method("readlines($self, size=None, /)", readlines, "List of bytes objects, each a line from the file.\n\nCall readline() repeatedly and return a list of the lines so read.\nThe optional size argument, if given, is an approximate bound on the\ntotal number of bytes in the lines returned."),
        method("read($self, size=-1, /)", read, "Read at most size bytes, returned as a bytes object.\n\nIf the size argument is negative, read until EOF is reached.\nReturn an empty bytes object at EOF."),
        method("getbuffer($self, /)", getbuffer, "Get a read-write view over the contents of the BytesIO object."),
        method("__sizeof__($self, /)", sizeof, ""),
        method("getvalue($self, /)", getvalue, "Retrieve the entire contents of the BytesIO object."),
        method("seek($self, pos, whence=0, /)", seek, "Change stream position.\n\nSeek to byte offset pos relative to position indicated by whence:\n     0  Start of stream (the default).  pos should be >= 0;\n     1  Current position - pos may be negative;\n     2  End of stream - pos usually negative.\nReturns the new absolute position."),
        method("truncate($self, size=None, /)", truncate, "Truncate the file to at most size bytes.\n\nSize defaults to the current file position, as returned by tell().\nThe current file position is unchanged.  Returns the new size."),
        method("__getstate__($self, /)", getstate, ""),
        method("__setstate__($self, object, /)", setstate, ""),
    ],
    getset: &[getter("closed", get_closed, "True if the file is closed.")],
    doc: "Buffered I/O implementation using an in-memory bytes buffer.",
    flags: BASETYPE | NO_FINALIZER,
    ..TypeSpec::DEFAULT
};

fn new(vm: &mut Vm, class: Gc<Type>, _: Args<'_>) -> Result<Value, Raised> {
    let shape = class.get(vm).root_shape;
    let stream =
        BytesIo { header: HeaderWord::NEW, data: None, len: 0, pos: 0, closed: false, pad: [0; 7], exports: 0 };
    Ok(vm.new_object(shape, stream)?.value())
}

fn init(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    const SIGNATURE: Signature = Signature::parse("BytesIO(initial_bytes=b'')");
    let [initial] = args.bind(vm, &SIGNATURE, |_, args| Ok(args.all::<1>()))?;
    let Some(own) = this.downcast::<BytesIo>(vm) else { return Ok(()) };
    check_exports(vm, own)?;
    let state = own.get_mut(vm);
    state.len = 0;
    state.pos = 0;
    state.closed = false;
    if let Some(initial) = initial.not_none() {
        let bytes = vm.bytes_of(initial)?;
        put(vm, own, &bytes)?;
        own.get_mut(vm).pos = 0;
    }
    Ok(())
}

/// The open stream of a receiver.
fn open(vm: &mut Vm, args: Args<'_>) -> Result<Gc<BytesIo>, Raised> {
    let own = args.receiver::<BytesIo>(vm);
    if own.get(vm).closed { Err(raise_closed(vm)) } else { Ok(own) }
}

/// Makes room for `count` bytes at the position, which moves on behind them: the array and where they go.
fn room(vm: &mut Vm, own: Gc<BytesIo>, count: usize) -> Result<(Gc<RawArray>, Range<usize>), Raised> {
    let BytesIo { data, len, pos, .. } = *own.get(vm);
    let Some(end) = pos.checked_add(count).filter(|end| *end < 1 << 46) else {
        return Err(vm.raise(Exc::OverflowError, "new buffer size too large"));
    };
    let array = with_room(vm, data, len, end)?;
    if pos > len {
        array.get_mut(vm).bytes_mut()[len..pos].fill(0);
    }
    let state = own.get_mut(vm);
    state.data = Some(array);
    state.len = len.max(end);
    state.pos = end;
    Ok((array, pos..end))
}

/// Writes at the position, which moves on.
fn put(vm: &mut Vm, own: Gc<BytesIo>, bytes: &[u8]) -> Result<(), Raised> {
    check_exports(vm, own)?;
    if !bytes.is_empty() {
        let (array, place) = room(vm, own, bytes.len())?;
        array.get_mut(vm).bytes_mut()[place].copy_from_slice(bytes);
    }
    Ok(())
}

/// Writes what a bytes-like object holds; how many bytes.
fn put_object(vm: &mut Vm, args: Args<'_>, object: Value) -> Result<usize, Raised> {
    let Some(bytes) = object.exact::<Bytes>() else {
        let bytes = vm.bytes_of(object)?;
        // To look at the object may have run Python code.
        let own = open(vm, args)?;
        put(vm, own, &bytes)?;
        return Ok(bytes.len());
    };
    let own = open(vm, args)?;
    check_exports(vm, own)?;
    let count = bytes.get(vm).bytes().len();
    if count > 0 {
        let (array, place) = room(vm, own, count)?;
        RawArray::write_bytes(array, vm, place.start, bytes);
    }
    Ok(count)
}

/// Moves the position over at most `size` bytes (all that are left, if negative), and gives their places.
fn pass(vm: &mut Vm, own: Gc<BytesIo>, size: isize) -> Range<usize> {
    let BytesIo { len, pos, .. } = *own.get(vm);
    let left = len.saturating_sub(pos);
    let n = if size < 0 { left } else { left.min(size as usize) };
    own.get_mut(vm).pos = pos + n;
    pos..pos + n
}

/// Takes bytes from the position on.
fn take(vm: &mut Vm, own: Gc<BytesIo>, size: isize) -> Result<Value, Raised> {
    let range = pass(vm, own, size);
    match own.get(vm).data {
        Some(data) if !range.is_empty() => Ok(Bytes::of_array(vm, data, range)?.value()),
        _ => vm.new_bytes(b""),
    }
}

fn line_length(vm: &Vm, own: Gc<BytesIo>, limit: isize) -> isize {
    let BytesIo { data, len, pos, .. } = *own.get(vm);
    let Some(data) = data.filter(|_| pos < len) else { return 0 };
    let rest = &data.get(vm).bytes()[pos..len];
    let n = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1) as isize;
    if limit < 0 { n } else { n.min(limit) }
}

fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let Some(own) = this.downcast::<BytesIo>(vm) else { return Ok(None) };
    if own.get(vm).closed {
        return Err(raise_closed(vm));
    }
    let n = line_length(vm, own, -1);
    if n == 0 {
        return Ok(None);
    }
    take(vm, own, n).map(Some)
}

fn yes(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    open(vm, args)?;
    Ok(Value::TRUE)
}

fn isatty(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    open(vm, args)?;
    Ok(Value::FALSE)
}

fn flush(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    open(vm, args)?;
    Ok(Value::NONE)
}

fn close(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = args.receiver::<BytesIo>(vm);
    check_exports(vm, own)?;
    let own = own.get_mut(vm);
    own.closed = true;
    own.data = None;
    own.len = 0;
    Ok(Value::NONE)
}

fn tell(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = open(vm, args)?;
    vm.new_int(own.get(vm).pos as i64)
}

fn write(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    open(vm, args)?;
    Ok(Value::int(put_object(vm, args, args.get(1))?))
}

fn writelines(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    open(vm, args)?;
    let iterator = vm.iter(args.get(1))?;
    while let Some(line) = vm.next(iterator)? {
        put_object(vm, args, line)?;
    }
    Ok(Value::NONE)
}

fn read(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = open(vm, args)?;
    let size = args.opt(1).map_or(Ok(-1), |size| size_argument(vm, size))?;
    take(vm, own, size)
}

fn readinto(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = open(vm, args)?;
    let target = vm.writable_buffer(args.get(1), "readinto() argument")?;
    let range = pass(vm, own, target.len as isize);
    let data = own.get(vm).data.filter(|_| !range.is_empty());
    let bytes = data.map_or(Vec::new(), |data| data.get(vm).bytes()[range].to_vec());
    if let Some(to) = target.bytes_mut(vm) {
        to[..bytes.len()].copy_from_slice(&bytes);
    }
    target.release(vm);
    Ok(Value::int(bytes.len()))
}

fn readline(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = open(vm, args)?;
    let size = args.opt(1).map_or(Ok(-1), |size| size_argument(vm, size))?;
    let n = line_length(vm, own, size);
    take(vm, own, n)
}

fn readlines(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = open(vm, args)?;
    let limit = args.opt(1).map_or(Ok(-1), |size| size_argument(vm, size))?;
    let lines = List::new(vm)?;
    let mut total = 0;
    loop {
        let n = line_length(vm, own, -1);
        if n == 0 {
            break;
        }
        let line = take(vm, own, n)?;
        total += n;
        List::push(lines, vm, line)?;
        if limit > 0 && total >= limit {
            break;
        }
    }
    Ok(lines.value())
}

fn contents(vm: &Vm, own: Gc<BytesIo>) -> Vec<u8> {
    let len = own.get(vm).len;
    own.get(vm).data.map_or(Vec::new(), |data| data.get(vm).bytes()[..len].to_vec())
}

fn sizeof(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let stream = args.receiver::<BytesIo>(vm);
    let data = stream.get(vm).data;
    let heap = vm.heap_mut();
    let own = heap.object_bytes(stream.header());
    Ok(Value::int(own + data.map_or(0, |data| heap.object_bytes(data.header()))))
}

fn getvalue(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = open(vm, args)?;
    let bytes = contents(vm, own);
    vm.new_bytes(&bytes)
}

fn getbuffer(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = open(vm, args)?;
    let class = class_of_spec(vm, &BUFFER_TYPE)?;
    let shape = class.get(vm).root_shape;
    let buffer = vm.new_object(shape, BytesIoBuffer { header: HeaderWord::NEW, stream: own })?;
    Ok(MemoryView::of_object(vm, buffer.value())?.value())
}

fn seek(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = open(vm, args)?;
    let offset = vm.index_i64(args.get(1))?;
    let whence = match args.opt(2) {
        Some(whence) => vm.index_i32(whence)?,
        None => 0,
    };
    let base = match whence {
        0 if offset < 0 => return Err(vm.raise(Exc::ValueError, format!("negative seek value {offset}"))),
        0 => 0,
        1 => own.get(vm).pos as i64,
        2 => own.get(vm).len as i64,
        _ => {
            let message = format!("invalid whence ({whence}, should be 0, 1 or 2)");
            return Err(vm.raise(Exc::ValueError, message));
        }
    };
    let Some(at) = base.checked_add(offset) else {
        return Err(vm.raise(Exc::OverflowError, "new position too large"));
    };
    own.get_mut(vm).pos = at.max(0) as usize;
    vm.new_int(at.max(0))
}

fn truncate(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = open(vm, args)?;
    let size = match args.get(1).not_none() {
        Some(size) => vm.index_isize(size)?,
        None => own.get(vm).pos as isize,
    };
    if size < 0 {
        return Err(vm.raise(Exc::ValueError, format!("negative size value {size}")));
    }
    let own = open(vm, args)?;
    check_exports(vm, own)?;
    let len = own.get(vm).len;
    own.get_mut(vm).len = len.min(size as usize);
    vm.new_int(size as i64)
}

fn getstate(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = open(vm, args)?;
    let bytes = contents(vm, own);
    let bytes = vm.new_bytes(&bytes)?;
    let pos = vm.new_int(own.get(vm).pos as i64)?;
    let dict = match vm.instance_dict(own.value())? {
        Some(dict) if !dict.get(vm).is_empty() => Dict::copy(dict, vm)?.value(),
        _ => Value::NONE,
    };
    Ok(Tuple::from_values(vm, &[bytes, pos, dict])?.value())
}

fn setstate(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = open(vm, args)?;
    let state = args.get(1).downcast::<Tuple>(vm).filter(|state| state.get(vm).len() >= 3);
    let Some(state) = state else {
        let class = vm.type_name(own.value());
        let got = vm.type_name(args.get(1));
        let message = format!("{class}.__setstate__ argument should be 3-tuple, got {got}");
        return Err(vm.raise(Exc::TypeError, message));
    };
    let [bytes, pos, dict] = [0, 1, 2].map(|i| state.get(vm).at(i));
    let bytes = vm.bytes_of(bytes)?;
    check_exports(vm, own)?;
    let fields = own.get_mut(vm);
    fields.len = 0;
    fields.pos = 0;
    put(vm, own, &bytes)?;
    if !vm.is_int(pos) {
        let got = vm.type_name(pos);
        let message = format!("second item of state must be an integer, got {got}");
        return Err(vm.raise(Exc::TypeError, message));
    }
    let pos = vm.index_isize(pos)?;
    if pos < 0 {
        return Err(vm.raise(Exc::ValueError, "position value cannot be negative"));
    }
    own.get_mut(vm).pos = pos as usize;
    if !dict.is_none() {
        let Some(dict) = dict.downcast::<Dict>(vm) else {
            let got = vm.type_name(dict);
            let message = format!("third item of state should be a dict, got a {got}");
            return Err(vm.raise(Exc::TypeError, message));
        };
        if let Some(own_dict) = vm.instance_dict(own.value())? {
            Dict::update_from(own_dict, vm, dict)?;
        }
    }
    Ok(Value::NONE)
}

/// Whether a stream is closed, if it is a `BytesIO`.
pub(super) fn is_closed(vm: &Vm, this: Value) -> Option<bool> {
    Some(this.downcast::<BytesIo>(vm)?.get(vm).closed)
}

fn get_closed(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::bool(this.downcast::<BytesIo>(vm).is_some_and(|own| own.get(vm).closed)))
}
