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
use taipan_vm::types::bytearray::ByteArray;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::unsupported;

mod position;
mod reading;
mod writing;

pub use reading::read1_into;
pub use writing::write_bytes;

heap_object! {
    /// A buffer over a raw stream.
    pub struct Buffered {
        raw: Option<Value>,
        buffer: Option<Gc<RawArray>>,
        /// What the raw stream reads into, once it was asked to.
        target: Option<Gc<ByteArray>>,
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
const FLUSH: MethodDef = method("flush($self, /)", writing::flush, "");
const SEEK: MethodDef = method("seek($self, target, whence=0, /)", position::seek, "");
const TELL: MethodDef = method("tell($self, /)", position::tell, "");
const TRUNCATE: MethodDef = method("truncate($self, pos=None, /)", position::truncate, "");
const READ: MethodDef = method("read($self, size=-1, /)", reading::read, "");
const READ1: MethodDef = method("read1($self, size=-1, /)", reading::read1, "");
const READINTO: MethodDef = method("readinto($self, buffer, /)", reading::readinto, "");
const READINTO1: MethodDef = method("readinto1($self, buffer, /)", reading::readinto1, "");
const READLINE: MethodDef = method("readline($self, size=-1, /)", reading::readline, "");
const PEEK: MethodDef = method("peek($self, size=0, /)", reading::peek, "");
const WRITE: MethodDef = method(
    "write($self, buffer, /)",
    writing::write,
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
        target: None,
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
    own.target = None;
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

impl Buffered {
    /// The raw stream.
    pub(super) fn raw(&self) -> Option<Value> {
        self.raw
    }
}

/// The raw stream of a buffered one.
pub(super) fn raw_below(vm: &Vm, this: Value) -> Option<Value> {
    this.downcast::<Buffered>(vm)?.get(vm).raw
}

/// The raw stream; ValueError when there is none.
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
    own.target = None;
    own.pos = 0;
    own.end = 0;
    own.pending = 0;
    super::outcome_of_close(vm, first, closed)
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
