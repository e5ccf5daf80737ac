//! `BufferedReader`, `BufferedWriter`, `BufferedRandom`: one layout, one set of methods.
//!
//! Invariant: at most one of the two is not empty: bytes read ahead (`pos..end`) and bytes to be written (`0..pending`).

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::host::Errno;
use taipan_vm::names::name;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::slots::{Init, Slots};
use taipan_vm::spec::{BASETYPE, GetSetDef, MethodDef, TypeSpec, getset, getter, method};
use taipan_vm::types::array::RawArray;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::raw_bytes::{raw_read, raw_write, with_room};
use super::{size_argument, unsupported};

heap_object! {
    /// A buffer over a raw stream.
    pub struct Buffered {
        raw: Option<Value>,
        buffer: Option<Gc<RawArray>>,
        size: usize,
        pos: usize,
        end: usize,
        pending: usize,
        flags: u32,
        /// What other threads that want to work on the buffers wait with, once there was one.
        key: u32,
        /// The thread that works on the buffers, as a number above 0.
        owner: u64,
    }
}

const READS: u32 = 1;
const WRITES: u32 = 2;
const DETACHED: u32 = 4;
const FINALIZING: u32 = 8;

macro_rules! buffered_type {
    ($id:ident, $name:literal, $init:ident, $methods:expr, $doc:literal) => {
        pub static $id: TypeSpec = TypeSpec {
            name: $name,
            module: "_io",
            base: Some(&super::base::BUFFERED_IO_BASE),
            layout: Some(<Buffered as HeapObject>::native),
            slots: Slots { new: Some(new), init: Some($init as Init), repr: Some(repr), ..Slots::DEFAULT },
            methods: $methods,
            getset: GETSET,
            doc: $doc,
            flags: BASETYPE,
            ..TypeSpec::DEFAULT
        };
    };
}

const GETSET: &[GetSetDef] = &[
    getter("raw", get_raw, "").member(),
    getset("_finalizing", get_finalizing, set_finalizing, "").member(),
    getter("closed", get_closed, ""),
    getter("name", get_name, ""),
    getter("mode", get_mode, ""),
];

const CLOSE: MethodDef = method("close($self, /)", close, "");
const DETACH: MethodDef = method("detach($self, /)", detach, "");
const SEEKABLE: MethodDef = method("seekable($self, /)", |vm, args| delegate(vm, args, "seekable"), "");
const READABLE: MethodDef = method("readable($self, /)", |vm, args| delegate(vm, args, "readable"), "");
const WRITABLE: MethodDef = method("writable($self, /)", |vm, args| delegate(vm, args, "writable"), "");
const FILENO: MethodDef = method("fileno($self, /)", |vm, args| delegate(vm, args, "fileno"), "");
const ISATTY: MethodDef = method("isatty($self, /)", |vm, args| delegate(vm, args, "isatty"), "");
const DEALLOC_WARN: MethodDef = method("_dealloc_warn($self, source, /)", dealloc_warn, "");
const FLUSH: MethodDef = method("flush($self, /)", flush, "");
const SEEK: MethodDef = method("seek($self, target, whence=0, /)", seek, "");
const TELL: MethodDef = method("tell($self, /)", tell, "");
const TRUNCATE: MethodDef = method("truncate($self, pos=None, /)", truncate, "");
const READ: MethodDef = method("read($self, size=-1, /)", read, "");
const READ1: MethodDef = method("read1($self, size=-1, /)", read1, "");
const READINTO: MethodDef = method("readinto($self, buffer, /)", readinto, "");
const READINTO1: MethodDef = method("readinto1($self, buffer, /)", readinto1, "");
const READLINE: MethodDef = method("readline($self, size=-1, /)", readline, "");
const PEEK: MethodDef = method("peek($self, size=0, /)", peek, "");
const WRITE: MethodDef = method(
    "write($self, buffer, /)",
    write,
    "Write the given buffer to the IO stream.\n\nReturn the number of bytes written, which is always the length of b\nin bytes.\n\nRaises BlockingIOError if the buffer is full and the\nunderlying raw stream cannot accept more data at the moment.",
);
const GETSTATE: MethodDef = method("__getstate__($self, /)", super::base::no_state, "");

buffered_type!(
    READER,
    "BufferedReader",
    init_reader,
    &[
        DETACH,
        FLUSH,
        CLOSE,
        SEEKABLE,
        READABLE,
        FILENO,
        ISATTY,
        DEALLOC_WARN,
        READ,
        PEEK,
        READ1,
        READINTO,
        READINTO1,
        READLINE,
        SEEK,
        TELL,
        TRUNCATE,
        GETSTATE,
    ],
    "Create a new buffered reader using the given readable raw IO object."
);
buffered_type!(
    WRITER,
    "BufferedWriter",
    init_writer,
    &[CLOSE, DETACH, SEEKABLE, WRITABLE, FILENO, ISATTY, DEALLOC_WARN, WRITE, TRUNCATE, FLUSH, SEEK, TELL, GETSTATE,],
    "A buffer for a writeable sequential RawIO object.\n\nThe constructor creates a BufferedWriter for the given writeable raw\nstream. If the buffer_size is not given, it defaults to\nDEFAULT_BUFFER_SIZE."
);
buffered_type!(
    RANDOM,
    "BufferedRandom",
    init_random,
    &[
        CLOSE,
        DETACH,
        SEEKABLE,
        READABLE,
        WRITABLE,
        FILENO,
        ISATTY,
        DEALLOC_WARN,
        FLUSH,
        SEEK,
        TELL,
        TRUNCATE,
        READ,
        READ1,
        READINTO,
        READINTO1,
        READLINE,
        PEEK,
        WRITE,
        GETSTATE,
    ],
    "A buffered interface to random access streams.\n\nThe constructor creates a reader and writer for a seekable stream,\nraw, given in the first argument. If the buffer_size is omitted it\ndefaults to DEFAULT_BUFFER_SIZE."
);

fn new(vm: &mut Vm, class: Gc<Type>, _: Args<'_>) -> Result<Value, Raised> {
    let shape = class.get(vm).root_shape;
    let buffered = Buffered {
        header: HeaderWord::NEW,
        raw: None,
        buffer: None,
        size: 0,
        pos: 0,
        end: 0,
        pending: 0,
        flags: 0,
        key: 0,
        owner: 0,
    };
    Ok(vm.new_object(shape, buffered)?.value())
}

fn init(vm: &mut Vm, this: Value, args: Args<'_>, flags: u32) -> Result<(), Raised> {
    const READER_SIGNATURE: Signature = Signature::parse("BufferedReader(raw, buffer_size=DEFAULT_BUFFER_SIZE)");
    const WRITER_SIGNATURE: Signature = Signature::parse("BufferedWriter(raw, buffer_size=DEFAULT_BUFFER_SIZE)");
    const RANDOM_SIGNATURE: Signature = Signature::parse("BufferedRandom(raw, buffer_size=DEFAULT_BUFFER_SIZE)");
    let signature = match flags {
        READS => &READER_SIGNATURE,
        WRITES => &WRITER_SIGNATURE,
        _ => &RANDOM_SIGNATURE,
    };
    let [raw, size] = args.bind(vm, signature, |_, args| Ok(args.all::<2>()))?;
    let Some(own) = this.downcast::<Buffered>(vm) else { return Ok(()) };
    own.get_mut(vm).raw = None;
    let size = match size.given() {
        Some(size) => vm.index_isize(size)?,
        None => super::DEFAULT_BUFFER_SIZE as isize,
    };
    if flags == READS | WRITES {
        let able = vm.call_method(raw, "seekable", &[])?;
        if !vm.is_true(able)? {
            return Err(unsupported(vm, "File or stream is not seekable."));
        }
    }
    for (flag, method, message) in [
        (READS, "readable", "File or stream is not readable."),
        (WRITES, "writable", "File or stream is not writable."),
    ] {
        if flags & flag != 0 {
            let able = vm.call_method(raw, method, &[])?;
            if !vm.is_true(able)? {
                return Err(unsupported(vm, message));
            }
        }
    }
    if size <= 0 {
        return Err(vm.raise(Exc::ValueError, "buffer size must be strictly positive"));
    }
    if size as usize > 1 << 40 {
        return Err(vm.raise_no_memory());
    }
    let own = own.get_mut(vm);
    own.raw = Some(raw);
    own.size = size as usize;
    own.buffer = None;
    own.pos = 0;
    own.end = 0;
    own.pending = 0;
    own.flags = flags;
    Ok(())
}

fn init_reader(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    init(vm, this, args, READS)
}

fn init_writer(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    init(vm, this, args, WRITES)
}

fn init_random(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    init(vm, this, args, READS | WRITES)
}

/// The raw stream; ValueError when there is none.
/// The raw stream of a buffered one.
pub(super) fn raw_below(vm: &Vm, this: Value) -> Option<Value> {
    this.downcast::<Buffered>(vm)?.get(vm).raw
}

fn raw_of(vm: &mut Vm, own: Gc<Buffered>) -> Result<Value, Raised> {
    match own.get(vm).raw {
        Some(raw) => Ok(raw),
        None if own.get(vm).flags & DETACHED != 0 => Err(vm.raise(Exc::ValueError, "raw stream has been detached")),
        None => Err(vm.raise(Exc::ValueError, "I/O operation on uninitialized object")),
    }
}

fn check_open(vm: &mut Vm, own: Gc<Buffered>, message: &str) -> Result<Value, Raised> {
    let raw = raw_of(vm, own)?;
    if super::raw_bytes::plain_descriptor(vm, raw).is_some() {
        return Ok(raw);
    }
    if super::base::is_closed(vm, raw)? {
        return Err(vm.raise(Exc::ValueError, message));
    }
    Ok(raw)
}

/// Works on the buffers while no other thread does: calls of the raw stream let others run.
///
/// # Errors
/// RuntimeError when this thread is at it already (a signal handler, or the raw stream, calls back).
fn locked<T>(vm: &mut Vm, own: Gc<Buffered>, work: impl FnOnce(&mut Vm) -> Result<T, Raised>) -> Result<T, Raised> {
    let me = vm.thread_id.wrapping_add(1).max(1);
    let owner = own.get(vm).owner;
    if owner == me {
        let shown = vm.repr_string(own.value())?;
        return Err(vm.raise(Exc::RuntimeError, format!("reentrant call inside {shown}")));
    }
    if owner != 0 {
        // A thread that ended with the program never gives it back.
        let patience = if vm.interp().finalizing { Some(1.0) } else { None };
        if own.get(vm).key == 0 {
            let key = vm.new_wait_key();
            own.get_mut(vm).key = key;
        }
        let key = own.get(vm).key;
        vm.wait_for(key, patience, |vm| (own.get(vm).owner == 0).then_some(()))?;
    }
    own.get_mut(vm).owner = me;
    let result = work(vm);
    own.get_mut(vm).owner = 0;
    let key = own.get(vm).key;
    vm.wake_next(key);
    result
}

/// Calls a method of the raw stream.
fn delegate(vm: &mut Vm, args: Args<'_>, method: &str) -> Result<Value, Raised> {
    let raw = raw_of(vm, args.receiver::<Buffered>(vm))?;
    vm.call_method(raw, method, &[])
}

fn dealloc_warn(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    if let Some(raw) = args.receiver::<Buffered>(vm).get(vm).raw {
        let result = vm.call_method(raw, "_dealloc_warn", &[args.get(1)]);
        if let Err(raised) = result {
            let _ = vm.take_raised(raised);
        }
    }
    Ok(Value::NONE)
}

// ---- writing ----

/// Writes everything pending to the raw stream.
fn flush_pending(vm: &mut Vm, own: Gc<Buffered>) -> Result<(), Raised> {
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

/// Gives read-ahead bytes back to a raw stream that is also written.
fn drop_read_ahead(vm: &mut Vm, own: Gc<Buffered>) -> Result<(), Raised> {
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

fn write(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
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

fn flush(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = args.receiver::<Buffered>(vm);
    let raw = check_open(vm, own, "flush of closed file")?;
    if own.get(vm).flags & WRITES == 0 {
        return vm.call_method_name(raw, name::FLUSH, &[]);
    }
    locked(vm, own, |vm| {
        flush_pending(vm, own)?;
        drop_read_ahead(vm, own)?;
        Ok(Value::NONE)
    })
}

fn close(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = args.receiver::<Buffered>(vm);
    let raw = raw_of(vm, own)?;
    if super::base::is_closed(vm, raw)? {
        return Ok(Value::NONE);
    }
    if own.get(vm).flags & FINALIZING != 0 {
        let result = vm.call_method(raw, "_dealloc_warn", &[own.value()]);
        if let Err(raised) = result {
            let _ = vm.take_raised(raised);
        }
    }
    let flushed = vm.call_method_name(own.value(), name::FLUSH, &[]);
    vm.forget_instance(own.value());
    let first = match flushed {
        Ok(_) => None,
        Err(raised) => Some(vm.take_raised(raised)),
    };
    let closed = locked(vm, own, |vm| vm.call_method_name(raw, name::CLOSE, &[]));
    let own = own.get_mut(vm);
    own.buffer = None;
    own.pos = 0;
    own.end = 0;
    own.pending = 0;
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
    let own = args.receiver::<Buffered>(vm);
    let raw = raw_of(vm, own)?;
    vm.call_method_name(own.value(), name::FLUSH, &[])?;
    let state = own.get_mut(vm);
    state.raw = None;
    state.flags |= DETACHED;
    Ok(raw)
}

// ---- reading ----

/// Reads ahead once more, keeping what is unread: how many bytes came; `None`: it would block.
fn fill(vm: &mut Vm, own: Gc<Buffered>) -> Result<Option<usize>, Raised> {
    let raw = raw_of(vm, own)?;
    flush_pending(vm, own)?;
    let (size, unread) = (own.get(vm).size, own.get(vm).end - own.get(vm).pos);
    let Some(bytes) = raw_read(vm, raw, size)? else { return Ok(None) };
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

/// Takes at most `n` bytes that were read ahead.
fn take(vm: &mut Vm, own: Gc<Buffered>, n: usize, into: &mut Vec<u8>) {
    let Buffered { pos, end, buffer, .. } = *own.get(vm);
    let n = n.min(end - pos);
    if let Some(buffer) = buffer {
        into.extend_from_slice(&buffer.get(vm).bytes()[pos..pos + n]);
    }
    own.get_mut(vm).pos = pos + n;
}

fn unread(vm: &Vm, own: Gc<Buffered>) -> usize {
    own.get(vm).end - own.get(vm).pos
}

fn read(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
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
        let readall = taipan_vm::types::str::Str::intern(vm, "readall")?;
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
        if rest.downcast::<taipan_vm::types::bytes::Bytes>(vm).is_none() {
            return Err(vm.raise(Exc::TypeError, "readall() should return bytes"));
        }
        if all.is_empty() && rest.exact::<taipan_vm::types::bytes::Bytes>().is_some() {
            return Ok(rest);
        }
        all.extend_from_slice(&vm.bytes_of(rest)?);
        return vm.new_bytes(&all);
    }
    let size = size as usize;
    take(vm, own, size, &mut all);
    while all.len() < size {
        let left = size - all.len();
        let came = if left >= own.get(vm).size {
            match raw_read(vm, raw, left)? {
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

fn read1(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
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
            if let Some(bytes) = raw_read(vm, raw, size)? {
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
    let target = vm.get_buffer(target, true)?;
    let result = locked(vm, own, |vm| {
        let raw = check_open(vm, own, "readinto of closed file")?;
        flush_pending(vm, own)?;
        let mut bytes = Vec::new();
        take(vm, own, target.len, &mut bytes);
        while bytes.len() < target.len {
            let left = target.len - bytes.len();
            // Less than a buffer is read through the buffer, and then only for an empty target if once is enough.
            let more = if left > own.get(vm).size {
                raw_read(vm, raw, left)?
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

fn readinto(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    fill_target(vm, args, false)
}

fn readinto1(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    fill_target(vm, args, true)
}

fn readline(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (own, [size]) = args.method::<Buffered, 1>(vm);
    let size = size_argument(vm, size)?;
    check_open(vm, own, "readline of closed file")?;
    let limit = if size < 0 { usize::MAX } else { size as usize };
    locked(vm, own, |vm| readline_unlocked(vm, own, limit))
}

fn readline_unlocked(vm: &mut Vm, own: Gc<Buffered>, limit: usize) -> Result<Value, Raised> {
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

fn peek(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = args.receiver::<Buffered>(vm);
    check_open(vm, own, "peek of closed file")?;
    locked(vm, own, |vm| if unread(vm, own) == 0 { fill(vm, own).map(drop) } else { Ok(()) })?;
    let Buffered { pos, end, buffer, .. } = *own.get(vm);
    let bytes = buffer.map_or(Vec::new(), |buffer| buffer.get(vm).bytes()[pos..end].to_vec());
    vm.new_bytes(&bytes)
}

// ---- position ----

fn raw_tell(vm: &mut Vm, raw: Value) -> Result<i64, Raised> {
    let at = vm.call_method(raw, "tell", &[])?;
    let at = vm.index_i64(at)?;
    if at < 0 {
        return Err(vm.raise(Exc::OSError, format!("Raw stream returned invalid position {at}")));
    }
    Ok(at)
}

fn tell(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let own = args.receiver::<Buffered>(vm);
    let raw = raw_of(vm, own)?;
    let at = raw_tell(vm, raw)?;
    let (ahead, pending) = (unread(vm, own) as i64, own.get(vm).pending as i64);
    // Devices may tell nothing but 0.
    vm.new_int((at - ahead + pending).max(0))
}

fn seek(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
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

fn truncate(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
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

// ---- attributes ----

fn buffered_of(vm: &mut Vm, this: Value) -> Result<Gc<Buffered>, Raised> {
    match this.downcast::<Buffered>(vm) {
        Some(own) => Ok(own),
        None => Err(vm.raise_os_error(Errno(libc::EBADF), &[])),
    }
}

fn get_raw(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(buffered_of(vm, this)?.get(vm).raw.unwrap_or(Value::NONE))
}

fn get_closed(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let own = buffered_of(vm, this)?;
    let raw = raw_of(vm, own)?;
    vm.get_attr_name(raw, name::CLOSED)
}

fn get_name(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let own = buffered_of(vm, this)?;
    let raw = raw_of(vm, own)?;
    vm.get_attr_name(raw, name::THREAD_NAME)
}

fn get_mode(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let own = buffered_of(vm, this)?;
    let raw = raw_of(vm, own)?;
    vm.get_attr_name(raw, name::MODE)
}

fn get_finalizing(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::bool(buffered_of(vm, this)?.get(vm).flags & FINALIZING != 0))
}

fn set_finalizing(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let on = super::base::flag_value(vm, value)?;
    let own = buffered_of(vm, this)?.get_mut(vm);
    own.flags = own.flags & !FINALIZING | if on { FINALIZING } else { 0 };
    Ok(())
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let class = vm.type_of(this);
    let class = taipan_vm::types::object::full_class_name(vm, class)?;
    let name = vm.get_attr_opt_name(this, name::THREAD_NAME);
    let name = match name {
        Ok(name) => name,
        Err(raised) if vm.raised_is(Exc::ValueError) => {
            let _ = vm.take_raised(raised);
            None
        }
        Err(raised) => return Err(raised),
    };
    match name {
        Some(name) => {
            let name = vm.repr_string(name)?;
            vm.new_str(&format!("<{class} name={name}>"))
        }
        None => vm.new_str(&format!("<{class}>")),
    }
}
