//! `FileIO.__init__`: modes, openers and descriptors that are given.
//!
//! A descriptor that this opened is closed when the rest fails; one that was given is not.

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::host::Errno;
use taipan_vm::names::name;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::types::str::Str;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::super::truth;
use super::{APPENDING, CLOSE_FD, CREATED, File, OUTPUT, READABLE, WRITABLE, close_descriptor};

pub(super) fn init(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    const SIGNATURE: Signature = Signature::parse("FileIO(file, mode='r', closefd=True, opener=None)");
    let [file, mode, closefd, opener] = args.bind(vm, &SIGNATURE, |_, args| Ok(args.all::<4>()))?;
    let Some(own) = this.downcast::<File>(vm) else { return Ok(()) };
    if own.get(vm).is_open() {
        if own.get(vm).flags & CLOSE_FD != 0 {
            close_descriptor(vm, own)?;
        } else {
            own.get_mut(vm).fd = -1;
        }
    }
    let mode = match mode.given() {
        None => "r".to_owned(),
        Some(mode) => match vm.text_of(mode) {
            Some(mode) => mode,
            None => {
                let got = vm.type_name(mode);
                return Err(vm.raise(Exc::TypeError, format!("FileIO() argument 'mode' must be str, not {got}")));
            }
        },
    };
    let closefd = truth(vm, closefd, true)?;
    let (mut flags, mut open_flags, mut kinds, mut pluses) = (0, 0, 0, 0);
    for c in mode.chars() {
        match c {
            'x' => {
                kinds += 1;
                flags |= CREATED | WRITABLE;
                open_flags |= libc::O_EXCL | libc::O_CREAT;
            }
            'r' => {
                kinds += 1;
                flags |= READABLE;
            }
            'w' => {
                kinds += 1;
                flags |= WRITABLE;
                open_flags |= libc::O_CREAT | libc::O_TRUNC;
            }
            'a' => {
                kinds += 1;
                flags |= WRITABLE | APPENDING;
                open_flags |= libc::O_APPEND | libc::O_CREAT;
            }
            'b' => {}
            '+' => {
                pluses += 1;
                flags |= READABLE | WRITABLE;
            }
            _ => return Err(vm.raise(Exc::ValueError, format!("invalid mode: {mode}"))),
        }
    }
    if kinds != 1 || pluses > 1 {
        let message = "Must have exactly one of create/read/write/append mode and at most one plus";
        return Err(vm.raise(Exc::ValueError, message));
    }
    open_flags |= match (flags & READABLE != 0, flags & WRITABLE != 0) {
        (true, true) => libc::O_RDWR,
        (true, false) => libc::O_RDONLY,
        _ => libc::O_WRONLY,
    };
    if vm.is_audited() {
        let shown_mode = vm.new_str(&mode)?;
        vm.audit("open", &[file, shown_mode, Value::int32(open_flags | libc::O_CLOEXEC)])?;
    }
    let mut own_descriptor = false;
    let fd = if vm.is_int(file) || (vm.slots(file).index.is_some() && file.downcast::<Str>(vm).is_none()) {
        if file.is_bool() {
            vm.warn(Exc::RuntimeWarning, "bool is used as a file descriptor", 0)?;
        }
        let fd = vm.index_i32(file)?;
        if fd < 0 {
            return Err(vm.raise(Exc::ValueError, "negative file descriptor"));
        }
        fd
    } else {
        let path = vm.path_bytes(file)?;
        vm.close_dropped_outputs(None);
        if !closefd {
            return Err(vm.raise(Exc::ValueError, "Cannot use closefd=False with file name"));
        }
        own_descriptor = true;
        match opener.not_none() {
            None => match vm.wait_host_errno(|host| host.open(&path, open_flags, 0o666, None))? {
                Ok(fd) => fd,
                Err(errno) => return Err(vm.raise_os_error(errno, &[file])),
            },
            Some(opener) => {
                let fd = vm.call(opener, &[file, Value::int32(open_flags | libc::O_CLOEXEC)])?;
                if !vm.is_int(fd) {
                    return Err(vm.raise(Exc::TypeError, "expected integer from opener"));
                }
                let fd = vm.index_i32(fd)?;
                if fd < 0 {
                    return Err(vm.raise(Exc::ValueError, format!("opener returned {fd}")));
                }
                fd
            }
        }
    };
    let status = vm.host().status_fd(fd);
    let problem = match status {
        Ok(status) => {
            if status.block_size > 1 {
                own.get_mut(vm).block_size = status.block_size as usize;
            }
            if status.mode & libc::S_IFMT == libc::S_IFDIR { Some(Errno(libc::EISDIR)) } else { None }
        }
        Err(Errno(libc::EBADF)) => Some(Errno(libc::EBADF)),
        Err(_) => None,
    };
    if let Some(errno) = problem {
        if own_descriptor {
            let _ = vm.host().close(fd);
        }
        let files: &[Value] = if errno == Errno(libc::EBADF) { &[] } else { &[file] };
        return Err(vm.raise_os_error(errno, files));
    }
    let is_output = own_descriptor && flags & WRITABLE != 0;
    let state = own.get_mut(vm);
    state.fd = i64::from(fd);
    state.flags = flags | if closefd { CLOSE_FD } else { 0 } | if is_output { OUTPUT } else { 0 };
    if is_output {
        let age = vm.note_output();
        own.get_mut(vm).age = age;
    }
    let key = vm.name(name::THREAD_NAME);
    vm.set_attr(this, key, Some(file))?;
    if flags & APPENDING != 0 {
        // The position shows the end from the beginning.
        let _ = vm.host().seek(fd, 0, libc::SEEK_END);
    }
    Ok(())
}

/// The open descriptor; ValueError when the file is closed.
pub(super) fn open_descriptor(vm: &mut Vm, file: Gc<File>) -> Result<i32, Raised> {
    if file.get(vm).is_open() {
        Ok(file.get(vm).descriptor())
    } else {
        Err(vm.raise(Exc::ValueError, "I/O operation on closed file"))
    }
}
