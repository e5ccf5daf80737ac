//! `FileIO`: a raw stream over a descriptor.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::host::Errno;
use taipan_vm::names::name;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::slots::Slots;
use taipan_vm::spec::{BASETYPE, TypeSpec, getset, getter, method};
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::raw_bytes::native_buffer;
use super::{raise_closed, size_argument, unsupported};

use open::{init, open_descriptor};

mod open;

const READABLE: u32 = 1;
const WRITABLE: u32 = 2;
const CREATED: u32 = 4;
const APPENDING: u32 = 8;
const CLOSE_FD: u32 = 16;
const FINALIZING: u32 = 32;
/// Opened for writing by path.
const OUTPUT: u32 = 64;

heap_object! {
    /// A file.
    pub struct File {
        /// -1: closed.
        fd: i64,
        flags: u32,
        /// Of a file opened for writing: what `Vm::note_output` gave.
        age: u32,
        block_size: usize,
    }
}

impl File {
    /// Whether it has a descriptor.
    pub fn is_open(&self) -> bool {
        self.fd >= 0
    }

    /// The descriptor.
    pub fn descriptor(&self) -> i32 {
        self.fd as i32
    }
}

#[rustfmt::skip]
pub static TYPE: TypeSpec = TypeSpec {
    name: "FileIO",
    module: "_io",
    base: Some(&super::base::RAW_IO_BASE),
    layout: Some(<File as HeapObject>::native),
    slots: Slots { new: Some(new), init: Some(init), repr: Some(repr), ..Slots::DEFAULT },
    methods: &[
        method("read($self, size=-1, /)", read, "Read at most size bytes, returned as bytes.\n\nIf size is less than 0, read all bytes in the file making multiple read calls.\nSee ``FileIO.readall``.\n\nAttempts to make only one system call, retrying only per PEP 475 (EINTR). This\nmeans less data may be returned than requested.\n\nIn non-blocking mode, returns None if no data is available. Return an empty\nbytes object at EOF."),
        method("readall($self, /)", readall, "Read all data from the file, returned as bytes.\n\nReads until either there is an error or read returns size 0\n(indicates EOF).\n\nIn non-blocking mode, returns as much data as could be read before EAGAIN.\nIf no data is available (EAGAIN is returned before bytes are read)\nreturns None."),
        method("readinto($self, buffer, /)", readinto, "Same as RawIOBase.readinto()."),
        method("write($self, b, /)", write, "Write buffer b to file, return number of bytes written.\n\nOnly makes one system call, so not all of the data may be written.\nThe number of bytes actually written is returned.  In non-blocking mode,\nreturns None if the write would block."),
        method("seek($self, pos, whence=0, /)", seek, "Move to new file position and return the file position."),
        method("tell($self, /)", tell, "Current file position.\n\nCan raise OSError for non seekable files."),
        method("truncate($self, size=None, /)", truncate, "Truncate the file to at most size bytes and return the truncated size.\n\nSize defaults to the current file position, as returned by tell().\nThe current file position is changed to the value of size."),
        method("close($self, /)", close, "Close the file.\n\nA closed file cannot be used for further I/O operations.  close() may be\ncalled more than once without error."),
        method("seekable($self, /)", seekable, "True if file supports random-access."),
        method("readable($self, /)", readable, "True if file was opened in a read mode."),
        method("writable($self, /)", writable, "True if file was opened in a write mode."),
        method("fileno($self, /)", fileno, "Return the underlying file descriptor (an integer)."),
        method("isatty($self, /)", isatty, "True if the file is connected to a TTY device."),
        method("_isatty_open_only($self, /)", isatty, ""),
        method("_dealloc_warn($self, object, /)", dealloc_warn, ""),
        method("__getstate__($self, /)", super::base::no_state, ""),
    ],
    getset: &[
        getter("closed", get_closed, "True if the file is closed"),
        getter("closefd", get_closefd, "True if the file descriptor will be closed by close()."),
        getter("mode", get_mode, "String giving the file mode"),
        getter("_blksize", get_block_size, "Stat st_blksize if available"),
        getset("_finalizing", get_finalizing, set_finalizing, "").member(),
    ],
    doc: "Open a file.\n\nThe mode can be 'r' (default), 'w', 'x' or 'a' for reading,\nwriting, exclusive creation or appending.  The file will be created if it\ndoesn't exist when opened for writing or appending; it will be truncated\nwhen opened for writing.  A FileExistsError will be raised if it already\nexists when opened for creating. Opening a file for creating implies\nwriting so this mode behaves in a similar way to 'w'.Add a '+' to the mode\nto allow simultaneous reading and writing. A custom opener can be used by\npassing a callable as *opener*. The underlying file descriptor for the file\nobject is then obtained by calling opener with (*name*, *flags*).\n*opener* must return an open file descriptor (passing os.open as *opener*\nresults in functionality similar to passing None).",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};

fn new(vm: &mut Vm, class: Gc<Type>, _: Args<'_>) -> Result<Value, Raised> {
    let shape = class.get(vm).root_shape;
    let file =
        File { header: HeaderWord::NEW, fd: -1, flags: CLOSE_FD, age: 0, block_size: super::DEFAULT_BUFFER_SIZE };
    Ok(vm.new_object(shape, file)?.value())
}

fn readable_descriptor(vm: &mut Vm, file: Gc<File>) -> Result<i32, Raised> {
    let fd = open_descriptor(vm, file)?;
    if file.get(vm).flags & READABLE == 0 {
        return Err(unsupported(vm, "File not open for reading"));
    }
    Ok(fd)
}

fn writable_descriptor(vm: &mut Vm, file: Gc<File>) -> Result<i32, Raised> {
    let fd = open_descriptor(vm, file)?;
    if file.get(vm).flags & WRITABLE == 0 {
        return Err(unsupported(vm, "File not open for writing"));
    }
    Ok(fd)
}

fn close_descriptor(vm: &mut Vm, file: Gc<File>) -> Result<(), Raised> {
    let fd = file.get(vm).descriptor();
    file.get_mut(vm).fd = -1;
    if fd < 0 {
        return Ok(());
    }
    if file.get(vm).flags & OUTPUT != 0 {
        file.get_mut(vm).flags &= !OUTPUT;
        let age = file.get(vm).age;
        vm.forget_output(age);
    }
    let host = vm.host();
    match vm.detached(|| host.close(fd)) {
        Ok(()) | Err(Errno::INTERRUPTED) => Ok(()),
        Err(errno) => Err(vm.raise_os_error(errno, &[])),
    }
}

fn read(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (file, [size]) = args.method::<File, 1>(vm);
    let fd = readable_descriptor(vm, file)?;
    let size = size_argument(vm, size)?;
    if size < 0 {
        return read_rest(vm, fd);
    }
    let mut buffer = native_buffer(vm, (size as usize).min(0x7fff_f000))?;
    match vm.wait_host_errno(|host| host.read(fd, &mut buffer))? {
        Ok(n) => vm.new_bytes(&buffer[..n]),
        Err(Errno(libc::EAGAIN)) => Ok(Value::NONE),
        Err(errno) => Err(vm.raise_os_error(errno, &[])),
    }
}

fn readall(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let fd = readable_descriptor(vm, args.receiver::<File>(vm))?;
    read_rest(vm, fd)
}

/// Reads to the end of the file.
fn read_rest(vm: &mut Vm, fd: i32) -> Result<Value, Raised> {
    let host = vm.host();
    let expected = match (host.status_fd(fd), host.seek(fd, 0, libc::SEEK_CUR)) {
        (Ok(status), Ok(at)) if status.size > at => (status.size - at) as usize,
        _ => 0,
    };
    let mut all: Vec<u8> = Vec::new();
    let mut chunk = native_buffer(vm, expected.saturating_add(1).clamp(8192, 16 << 20))?;
    let result = read_pieces(vm, fd, &mut chunk, &mut all);
    vm.heap_mut().release(all.len());
    drop(chunk);
    if result? || !all.is_empty() { vm.new_bytes(&all) } else { Ok(Value::NONE) }
}

/// Reads into `all`, which is charged to the heap, as other threads read meanwhile. False: no more can be read now.
fn read_pieces(vm: &mut Vm, fd: i32, chunk: &mut [u8], all: &mut Vec<u8>) -> Result<bool, Raised> {
    loop {
        match vm.wait_host_errno(|host| host.read(fd, chunk))? {
            Ok(0) => return Ok(true),
            Ok(n) => {
                if vm.interp().heap.would_exceed(n) || all.try_reserve(n).is_err() {
                    return Err(vm.raise_no_memory());
                }
                all.extend_from_slice(&chunk[..n]);
                vm.heap_mut().charge(n);
            }
            Err(Errno(libc::EAGAIN)) => return Ok(false),
            Err(errno) => return Err(vm.raise_os_error(errno, &[])),
        }
    }
}

fn readinto(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (file, [target]) = args.method::<File, 1>(vm);
    let fd = readable_descriptor(vm, file)?;
    let target = vm.writable_buffer(target, "readinto() argument 1")?;
    let result = (|| {
        let mut buffer = native_buffer(vm, target.len)?;
        match vm.wait_host_errno(|host| host.read(fd, &mut buffer))? {
            Ok(n) => {
                if let Some(bytes) = target.bytes_mut(vm) {
                    bytes[..n].copy_from_slice(&buffer[..n]);
                }
                Ok(Value::int(n))
            }
            Err(Errno(libc::EAGAIN)) => Ok(Value::NONE),
            Err(errno) => Err(vm.raise_os_error(errno, &[])),
        }
    })();
    target.release(vm);
    result
}

fn write(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (file, [data]) = args.method::<File, 1>(vm);
    let fd = writable_descriptor(vm, file)?;
    let bytes = vm.bytes_of(data)?;
    match vm.wait_host_errno(|host| host.write(fd, &bytes))? {
        Ok(n) => Ok(Value::int(n)),
        Err(Errno(libc::EAGAIN)) => Ok(Value::NONE),
        Err(errno) => Err(vm.raise_os_error(errno, &[])),
    }
}

fn seek(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (file, [offset, whence]) = args.method::<File, 2>(vm);
    let fd = open_descriptor(vm, file)?;
    if vm.as_float(offset).is_some() {
        return Err(vm.raise(Exc::TypeError, "an integer is required"));
    }
    let offset = vm.index_i64(offset)?;
    let whence = match whence.given() {
        Some(whence) => vm.index_i32(whence)?,
        None => 0,
    };
    let at = vm.wait_host(|host| host.seek(fd, offset, whence))?;
    vm.new_int(at)
}

fn tell(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let fd = open_descriptor(vm, args.receiver::<File>(vm))?;
    let at = vm.wait_host(|host| host.seek(fd, 0, libc::SEEK_CUR))?;
    vm.new_int(at)
}

fn truncate(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (file, [size]) = args.method::<File, 1>(vm);
    let fd = writable_descriptor(vm, file)?;
    let size = match size.not_none() {
        Some(size) => vm.index_i64(size)?,
        None => vm.wait_host(|host| host.seek(fd, 0, libc::SEEK_CUR))?,
    };
    vm.wait_host(|host| host.truncate_fd(fd, size))?;
    vm.new_int(size)
}

fn close(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let file = args.receiver::<File>(vm);
    let base = taipan_vm::types::type_::class_of_spec(vm, &super::base::RAW_IO_BASE)?;
    let method = vm.get_attr_name(base.value(), name::CLOSE)?;
    let closed = vm.call(method, &[file.value()]);
    if file.get(vm).flags & CLOSE_FD == 0 {
        file.get_mut(vm).fd = -1;
        return closed;
    }
    if file.get(vm).flags & FINALIZING != 0 {
        warn_unclosed(vm, file, file.value())?;
    }
    vm.forget_instance(file.value());
    match closed {
        Ok(result) => {
            close_descriptor(vm, file)?;
            Ok(result)
        }
        Err(raised) => {
            let error = vm.take_raised(raised);
            if let Err(second) = close_descriptor(vm, file) {
                let _ = vm.take_raised(second);
            }
            Err(vm.reraise(error))
        }
    }
}

fn seekable(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let fd = open_descriptor(vm, args.receiver::<File>(vm))?;
    Ok(Value::bool(vm.host().seek(fd, 0, libc::SEEK_CUR).is_ok()))
}

fn readable(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let file = args.receiver::<File>(vm);
    open_descriptor(vm, file)?;
    Ok(Value::bool(file.get(vm).flags & READABLE != 0))
}

fn writable(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let file = args.receiver::<File>(vm);
    open_descriptor(vm, file)?;
    Ok(Value::bool(file.get(vm).flags & WRITABLE != 0))
}

fn fileno(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let fd = open_descriptor(vm, args.receiver::<File>(vm))?;
    Ok(Value::int32(fd))
}

fn isatty(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let fd = open_descriptor(vm, args.receiver::<File>(vm))?;
    Ok(Value::bool(matches!(vm.host().is_terminal(fd), Ok(true))))
}

fn dealloc_warn(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let file = args.receiver::<File>(vm);
    warn_unclosed(vm, file, args.get(1))?;
    Ok(Value::NONE)
}

/// Warns that a stream was dropped while its file was open.
fn warn_unclosed(vm: &mut Vm, file: Gc<File>, source: Value) -> Result<(), Raised> {
    if file.get(vm).is_open() && file.get(vm).flags & CLOSE_FD != 0 {
        crate::resource_warning::warn(vm, "unclosed file", source, "file", file.value())?;
    }
    Ok(())
}

fn file_of(vm: &mut Vm, this: Value) -> Result<Gc<File>, Raised> {
    match this.downcast::<File>(vm) {
        Some(file) => Ok(file),
        None => Err(raise_closed(vm)),
    }
}

/// Whether a stream is closed, if it is a file.
pub(super) fn is_closed(vm: &Vm, this: Value) -> Option<bool> {
    Some(!this.downcast::<File>(vm)?.get(vm).is_open())
}

fn get_closed(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::bool(!file_of(vm, this)?.get(vm).is_open()))
}

fn get_closefd(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::bool(file_of(vm, this)?.get(vm).flags & CLOSE_FD != 0))
}

fn mode_text(flags: u32) -> &'static str {
    match (flags & CREATED != 0, flags & APPENDING != 0, flags & READABLE != 0, flags & WRITABLE != 0) {
        (true, _, true, _) => "xb+",
        (true, ..) => "xb",
        (_, true, true, _) => "ab+",
        (_, true, ..) => "ab",
        (_, _, true, true) => "rb+",
        (_, _, true, false) => "rb",
        _ => "wb",
    }
}

fn get_mode(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let flags = file_of(vm, this)?.get(vm).flags;
    vm.new_str(mode_text(flags))
}

fn get_block_size(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::int(file_of(vm, this)?.get(vm).block_size))
}

fn get_finalizing(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::bool(file_of(vm, this)?.get(vm).flags & FINALIZING != 0))
}

fn set_finalizing(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let on = super::base::flag_value(vm, value)?;
    let file = file_of(vm, this)?.get_mut(vm);
    file.flags = file.flags & !FINALIZING | if on { FINALIZING } else { 0 };
    Ok(())
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let file = file_of(vm, this)?;
    let class = vm.type_of(this);
    let class = taipan_vm::types::object::full_class_name(vm, class)?;
    if !file.get(vm).is_open() {
        return vm.new_str(&format!("<{class} [closed]>"));
    }
    let (fd, flags) = (file.get(vm).fd, file.get(vm).flags);
    let closefd = if flags & CLOSE_FD != 0 { "True" } else { "False" };
    let mode = mode_text(flags);
    vm.check_native_stack()?;
    let text = match vm.get_attr_opt_name(this, name::THREAD_NAME)? {
        None => format!("<{class} fd={fd} mode='{mode}' closefd={closefd}>"),
        Some(name) => {
            let name = vm.repr_string(name)?;
            format!("<{class} name={name} mode='{mode}' closefd={closefd}>")
        }
    };
    vm.new_str(&text)
}
