//! `mmap`: files and anonymous memory mapped into the process.
//!
//! Invariant: the memory is unmapped or moved only while nothing exports it; every place in it is checked against its
//! length after all conversions of arguments, which may run Python code.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::host::os::mappings::MapRequest;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::spec::{BASETYPE, GetSetDef, ModuleSpec, TypeSpec, WEAKREFABLE, getter};
use taipan_vm::types::mapped_bytes::MappedBytes;
use taipan_vm::types::module::Module;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

mod items;
mod methods;

const ACCESS_DEFAULT: i32 = 0;
const ACCESS_READ: i32 = 1;
const ACCESS_WRITE: i32 = 2;
const ACCESS_COPY: i32 = 3;

/// How the length can be changed: at will, to a smaller one, or not, as the file is not known.
const RESIZES: i32 = 0;
const SHRINKS: i32 = 1;
const NO_FILE: i32 = 2;

heap_object! {
    /// A mapping.
    pub struct Mmap {
        /// `None` once closed.
        memory: Option<Gc<MappedBytes>>,
        /// The place of the next read or write.
        pos: usize,
        exports: usize,
        offset: usize,
        access: i32,
        resizing: i32,
    }
}

/// A size or place as C's `ssize_t`.
fn ssize(vm: &mut Vm, value: Value) -> Result<isize, Raised> {
    let index = vm.index(value)?;
    match vm.as_i64(index) {
        Some(number) => Ok(number as isize),
        None => Err(vm.raise(Exc::OverflowError, "Python int too large to convert to C ssize_t")),
    }
}

/// A size that may not be negative.
fn map_size(vm: &mut Vm, value: Value, what: &str) -> Result<usize, Raised> {
    match usize::try_from(ssize(vm, value)?) {
        Ok(size) => Ok(size),
        Err(_) => Err(vm.raise(Exc::OverflowError, format!("memory mapped {what} must be positive"))),
    }
}

fn int_or(vm: &mut Vm, value: Value, default: i32) -> Result<i32, Raised> {
    value.given().map_or(Ok(default), |value| vm.parsed_i32(value))
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse(
        "mmap(fileno, length, flags=MAP_SHARED, prot=PROT_WRITE|PROT_READ, access=ACCESS_DEFAULT, offset=0, *, trackfd=True)",
    );
    const READ_WRITE: i32 = libc::PROT_READ | libc::PROT_WRITE;
    args.bind(vm, &SIGNATURE, |vm, args| {
        let [fd, length, flags, prot, access, offset, trackfd] = args.all();
        let fd = vm.parsed_i32(fd)?;
        let length = ssize(vm, length)?;
        let (flags, prot) = (int_or(vm, flags, libc::MAP_SHARED)?, int_or(vm, prot, READ_WRITE)?);
        let access = int_or(vm, access, ACCESS_DEFAULT)?;
        let offset = offset.given().map_or(Ok(0), |offset| map_size(vm, offset, "offset"))?;
        let keep_fd = trackfd.given().map_or(Ok(true), |trackfd| vm.is_true(trackfd))?;
        let Ok(mut len) = usize::try_from(length) else {
            return Err(vm.raise(Exc::OverflowError, "memory mapped length must be positive"));
        };
        let shown = [fd as i64, length as i64, i64::from(access), offset as i64];
        let mut event = [Value::NONE; 4];
        for (value, shown) in event.iter_mut().zip(shown) {
            *value = vm.new_int(shown)?;
        }
        vm.audit("mmap.__new__", &event)?;
        if access != ACCESS_DEFAULT && (flags != libc::MAP_SHARED || prot != READ_WRITE) {
            return Err(vm.raise(Exc::ValueError, "mmap can't specify both access and flags, prot."));
        }
        let (flags, protection, access) = match access {
            ACCESS_READ => (libc::MAP_SHARED, libc::PROT_READ, access),
            ACCESS_WRITE => (libc::MAP_SHARED, READ_WRITE, access),
            ACCESS_COPY => (libc::MAP_PRIVATE, READ_WRITE, access),
            ACCESS_DEFAULT if prot & READ_WRITE == READ_WRITE => (flags, prot, access),
            ACCESS_DEFAULT if prot & libc::PROT_WRITE != 0 => (flags, prot, ACCESS_WRITE),
            ACCESS_DEFAULT => (flags, prot, ACCESS_READ),
            _ => return Err(vm.raise(Exc::ValueError, "mmap invalid access parameter.")),
        };
        let fd = (fd != -1).then_some(fd);
        if let Some(fd) = fd
            && let Ok(status) = vm.host().status_fd(fd)
            && status.mode & libc::S_IFMT == libc::S_IFREG
        {
            let size = usize::try_from(status.size).unwrap_or(0);
            if len > 0 {
                if size.checked_sub(offset).is_none_or(|rest| rest < len) {
                    return Err(vm.raise(Exc::ValueError, "mmap length is greater than file size"));
                }
            } else if size == 0 {
                return Err(vm.raise(Exc::ValueError, "cannot mmap an empty file"));
            } else if offset >= size {
                return Err(vm.raise(Exc::ValueError, "mmap offset is greater than file size"));
            } else {
                len = size - offset;
            }
        }
        let request = MapRequest { fd, keep_fd, len, protection, flags, offset };
        let mapping = vm.ask_host(|host| host.map_memory(request))?;
        // Pages of its own count as memory of the program.
        let charged = if fd.is_none() { len } else { 0 };
        let readable = protection & READ_WRITE != 0;
        let writable = protection & libc::PROT_WRITE != 0 && access != ACCESS_READ;
        vm.check_native_bytes(charged)?;
        let memory = MappedBytes::new(vm, mapping, readable, writable, charged)?;
        let shape = class.get(vm).root_shape;
        let object = Mmap {
            header: HeaderWord::NEW,
            memory: Some(memory),
            pos: 0,
            exports: 0,
            offset,
            access,
            resizing: match keep_fd {
                false => NO_FILE,
                true if fd.is_none() && flags & libc::MAP_SHARED != 0 => SHRINKS,
                true => RESIZES,
            },
        };
        Ok(vm.new_object(shape, object)?.value())
    })
}

/// The memory. ValueError when it was closed.
fn memory(vm: &mut Vm, this: Gc<Mmap>) -> Result<Gc<MappedBytes>, Raised> {
    match this.get(vm).memory {
        Some(memory) => Ok(memory),
        None => Err(vm.raise(Exc::ValueError, "mmap closed or invalid")),
    }
}

/// The memory and its length. ValueError when it was closed.
fn memory_len(vm: &mut Vm, this: Gc<Mmap>) -> Result<(Gc<MappedBytes>, usize), Raised> {
    let memory = memory(vm, this)?;
    Ok((memory, memory.get(vm).bytes().len()))
}

/// TypeError for memory that may not be changed.
fn check_writable(vm: &mut Vm, this: Gc<Mmap>) -> Result<(), Raised> {
    match this.get(vm).access {
        ACCESS_READ => Err(vm.raise(Exc::TypeError, "mmap can't modify a readonly memory map.")),
        _ => Ok(()),
    }
}

/// Writes bytes to a place. They fit, as far as the caller knows.
fn write_at(vm: &mut Vm, memory: Gc<MappedBytes>, at: usize, bytes: &[u8]) {
    if let Some(to) = at.checked_add(bytes.len()).and_then(|end| memory.get_mut(vm).bytes_mut().get_mut(at..end)) {
        to.copy_from_slice(bytes);
    }
}

fn get_closed(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::bool(this.expect::<Mmap>(vm).get(vm).memory.is_none()))
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let class = vm.type_of(this);
    let name = Type::full_name(class, vm);
    let own = this.expect::<Mmap>(vm);
    let Some(memory) = own.get(vm).memory else { return vm.new_str(&format!("<{name} closed=True>")) };
    let Mmap { pos, offset, access, .. } = *own.get(vm);
    let access = match access {
        ACCESS_READ => "ACCESS_READ",
        ACCESS_WRITE => "ACCESS_WRITE",
        ACCESS_COPY => "ACCESS_COPY",
        _ => "ACCESS_DEFAULT",
    };
    let len = memory.get(vm).bytes().len();
    vm.new_str(&format!("<{name} closed=False, access={access}, length={len}, pos={pos}, offset={offset}>"))
}

const GETSET: &[GetSetDef] = &[getter("closed", get_closed, "")];

/// The class `mmap`.
pub static TYPE: TypeSpec = TypeSpec {
    name: "mmap",
    module: "mmap",
    layout: Some(<Mmap as HeapObject>::native),
    slots: items::SLOTS,
    methods: methods::METHODS,
    getset: GETSET,
    doc: "Windows: mmap(fileno, length[, tagname[, access[, offset]]])\n\nMaps length bytes from the file specified by the file handle fileno,\nand returns a mmap object.  If length is larger than the current size\nof the file, the file is extended to contain length bytes.  If length\nis 0, the maximum length of the map is the current size of the file,\nexcept that if the file is empty Windows raises an exception (you cannot\ncreate an empty mapping on Windows).\n\nUnix: mmap(fileno, length[, flags[, prot[, access[, offset[, trackfd]]]]])\n\nMaps length bytes from the file specified by the file descriptor fileno,\nand returns a mmap object.  If length is 0, the maximum length of the map\nwill be the current size of the file when mmap is called.\nflags specifies the nature of the mapping. MAP_PRIVATE creates a\nprivate copy-on-write mapping, so changes to the contents of the mmap\nobject will be private to this process, and MAP_SHARED creates a mapping\nthat's shared with all other processes mapping the same areas of the file.\nThe default value is MAP_SHARED.\n\nTo map anonymous memory, pass -1 as the fileno (both versions).",
    flags: BASETYPE | WEAKREFABLE,
    ..TypeSpec::DEFAULT
};

/// Names and numbers on Linux.
const NUMBERS: &[(&str, i32)] = &[
    ("ACCESS_DEFAULT", ACCESS_DEFAULT),
    ("ACCESS_READ", ACCESS_READ),
    ("ACCESS_WRITE", ACCESS_WRITE),
    ("ACCESS_COPY", ACCESS_COPY),
    ("PROT_EXEC", libc::PROT_EXEC),
    ("PROT_READ", libc::PROT_READ),
    ("PROT_WRITE", libc::PROT_WRITE),
    ("MAP_SHARED", libc::MAP_SHARED),
    ("MAP_PRIVATE", libc::MAP_PRIVATE),
    ("MAP_DENYWRITE", libc::MAP_DENYWRITE),
    ("MAP_EXECUTABLE", libc::MAP_EXECUTABLE),
    ("MAP_ANON", libc::MAP_ANON),
    ("MAP_ANONYMOUS", libc::MAP_ANONYMOUS),
    ("MAP_POPULATE", libc::MAP_POPULATE),
    ("MAP_STACK", libc::MAP_STACK),
    ("MAP_32BIT", 64),
    ("MAP_NORESERVE", libc::MAP_NORESERVE),
    ("MADV_NORMAL", 0),
    ("MADV_RANDOM", 1),
    ("MADV_SEQUENTIAL", 2),
    ("MADV_WILLNEED", 3),
    ("MADV_DONTNEED", 4),
    ("MADV_FREE", 8),
    ("MADV_REMOVE", 9),
    ("MADV_DONTFORK", 10),
    ("MADV_DOFORK", 11),
    ("MADV_MERGEABLE", 12),
    ("MADV_UNMERGEABLE", 13),
    ("MADV_HUGEPAGE", 14),
    ("MADV_NOHUGEPAGE", 15),
    ("MADV_DONTDUMP", 16),
    ("MADV_DODUMP", 17),
    ("MADV_HWPOISON", 100),
];

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    for (name, number) in NUMBERS {
        Module::set_int(module, vm, name, i64::from(*number))?;
    }
    let page = vm.ask_host(|host| host.system_config(libc::_SC_PAGESIZE))?;
    Module::set_int(module, vm, "PAGESIZE", page)?;
    Module::set_int(module, vm, "ALLOCATIONGRANULARITY", page)?;
    let error = vm.exception_class(Exc::OSError).value();
    Module::set(module, vm, "error", error)
}

/// The module `mmap`.
pub static MODULE: ModuleSpec = ModuleSpec { name: "mmap", types: &[&TYPE], exec: Some(exec), ..ModuleSpec::DEFAULT };
