//! `scandir` and `DirEntry`.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::host::{At, FileStatus};
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::slots::Slots;
use taipan_vm::spec::{NO_NEW, TypeSpec, class_method, getter, method};
use taipan_vm::types::list::List;
use taipan_vm::types::type_::class_of_spec;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::path_argument::{Allow, path};
use super::status::stat_result;
use super::truth_or;

heap_object! {
    /// One entry of a folder.
    pub struct Entry {
        name: Value,
        path: Value,
        /// Results of `stat(follow_symlinks=...)` once they were asked for.
        followed: Option<Value>,
        own: Option<Value>,
        inode: u64,
        /// Descriptor of the folder, -1: the path tells.
        folder: i64,
        /// `DT_*`.
        kind: u64,
    }
}

heap_object! {
    /// The iterator over a folder's entries, which were read at once.
    pub struct Scan {
        entries: Gc<List>,
        next: usize,
    }
}

#[rustfmt::skip]
pub static DIR_ENTRY: TypeSpec = TypeSpec {
    name: "DirEntry",
    module: "posix",
    layout: Some(<Entry as HeapObject>::native),
    slots: Slots { repr: Some(entry_repr), ..Slots::DEFAULT },
    methods: &[
        method("is_dir($self, /, *, follow_symlinks=True)", is_dir, "Return True if the entry is a directory; cached per entry."),
        method("is_file($self, /, *, follow_symlinks=True)", is_file, "Return True if the entry is a file; cached per entry."),
        method("is_symlink($self, /)", is_symlink, "Return True if the entry is a symbolic link; cached per entry."),
        method("is_junction($self, /)", is_junction, "Return True if the entry is a junction; cached per entry."),
        method("stat($self, /, *, follow_symlinks=True)", stat, "Return stat_result object for the entry; cached per entry."),
        method("inode($self, /)", inode, "Return inode of the entry; cached per entry."),
        method("__fspath__($self, /)", fspath, "Returns the path for the entry."),
        class_method("__class_getitem__($type, item, /)", class_getitem, "See PEP 585"),
    ],
    getset: &[
        getter("name", get_name, "the entry's base filename, relative to scandir() \"path\" argument").member(),
        getter("path", get_path, "the entry's full path name; equivalent to os.path.join(scandir_path, entry.name)").member(),
    ],
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};

static SCAN_ITERATOR: TypeSpec = TypeSpec {
    name: "ScandirIterator",
    module: "posix",
    layout: Some(<Scan as HeapObject>::native),
    slots: Slots { iter: Some(taipan_vm::types::iterators::self_iter), next: Some(scan_next), ..Slots::DEFAULT },
    methods: &[
        method("__enter__($self, /)", enter, ""),
        method("__exit__($self, /, *args)", close, ""),
        method("close($self, /)", close, ""),
    ],
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};

pub fn scandir(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.close_dropped_outputs(Some(scandir));
    let folder = path(vm, "scandir", "path", args.get(0), Allow::ANY)?;
    vm.audit("os.scandir", &[folder.object])?;
    let read = vm.wait_host_errno(|host| match folder.fd {
        Some(fd) => host.read_dir_fd(fd),
        None => host.read_dir(&folder.bytes),
    })?;
    let found = match read {
        Ok(found) => found,
        Err(errno) => return Err(folder.error(vm, errno)),
    };
    let class = class_of_spec(vm, &DIR_ENTRY)?;
    let shape = class.get(vm).root_shape;
    let entries = List::new(vm)?;
    for found in found {
        let mut full = Vec::new();
        if folder.fd.is_none() && !folder.object.is_none() {
            full.extend_from_slice(&folder.bytes);
            if full.last().is_some_and(|byte| *byte != b'/') {
                full.push(b'/');
            }
        } else if folder.fd.is_none() {
            full.extend_from_slice(b"./");
        }
        full.extend_from_slice(&found.name);
        let name = folder.name(vm, &found.name)?;
        let path = folder.name(vm, &full)?;
        let entry = Entry {
            header: HeaderWord::NEW,
            name,
            path,
            followed: None,
            own: None,
            inode: found.inode,
            folder: folder.fd.map_or(-1, i64::from),
            kind: u64::from(found.kind),
        };
        let entry = vm.new_object(shape, entry)?;
        List::push(entries, vm, entry.value())?;
    }
    let class = class_of_spec(vm, &SCAN_ITERATOR)?;
    let shape = class.get(vm).root_shape;
    Ok(vm.new_object(shape, Scan { header: HeaderWord::NEW, entries, next: 0 })?.value())
}

fn scan_next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let Some(scan) = this.downcast::<Scan>(vm) else { return Ok(None) };
    let (entries, next) = (scan.get(vm).entries, scan.get(vm).next);
    let entry = entries.get(vm).get_at(vm, next);
    scan.get_mut(vm).next = next + 1;
    Ok(entry)
}

fn enter(_: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(args.get(0))
}

fn close(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let scan = args.receiver::<Scan>(vm);
    let entries = List::new(vm)?;
    scan.get_mut(vm).entries = entries;
    Ok(Value::NONE)
}

fn get_name(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this.downcast::<Entry>(vm).map_or(Value::NONE, |entry| entry.get(vm).name))
}

fn get_path(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this.downcast::<Entry>(vm).map_or(Value::NONE, |entry| entry.get(vm).path))
}

fn fspath(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    get_path(vm, args.get(0))
}

fn class_getitem(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let types = taipan_vm::import::import_module(vm, "types")?;
    let alias = vm.get_attr_str(types, "GenericAlias")?;
    vm.call(alias, &[args.get(0), args.get(1)])
}

fn status(vm: &mut Vm, entry: Gc<Entry>, follow: bool) -> Result<Option<FileStatus>, Raised> {
    let folder = entry.get(vm).folder;
    let (object, dir) =
        if folder >= 0 { (entry.get(vm).name, Some(folder as i32)) } else { (entry.get(vm).path, None) };
    let shown = entry.get(vm).path;
    let bytes = vm.path_bytes(object)?;
    match vm.wait_host_errno(|host| host.status(&bytes, At { dir, follow }))? {
        Ok(status) => Ok(Some(status)),
        Err(errno) if errno.0 == libc::ENOENT => Ok(None),
        Err(errno) => Err(vm.raise_os_error(errno, &[shown])),
    }
}

fn stat(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (entry, [follow]) = args.method::<Entry, 1>(vm);
    let follow = truth_or(vm, follow, true)? && entry.get(vm).kind == u64::from(libc::DT_LNK)
        || truth_or(vm, follow, true)? && entry.get(vm).kind == 0;
    let known = if follow { entry.get(vm).followed } else { entry.get(vm).own };
    if let Some(known) = known {
        return Ok(known);
    }
    match status(vm, entry, follow)? {
        Some(status) => {
            let result = stat_result(vm, &status)?;
            let entry = entry.get_mut(vm);
            if follow {
                entry.followed = Some(result);
            } else {
                entry.own = Some(result);
            }
            Ok(result)
        }
        None => {
            let path = entry.get(vm).path;
            Err(vm.raise_os_error(taipan_vm::host::Errno(libc::ENOENT), &[path]))
        }
    }
}

/// Whether the entry is of a kind (`DT_*`, `S_IF*`).
fn is_kind(vm: &mut Vm, entry: Gc<Entry>, follow: bool, kind: u8, mode: u32) -> Result<Value, Raised> {
    let known = entry.get(vm).kind as u8;
    if known != libc::DT_UNKNOWN && !(follow && known == libc::DT_LNK) {
        return Ok(Value::bool(known == kind));
    }
    let status = status(vm, entry, follow)?;
    Ok(Value::bool(status.is_some_and(|status| status.mode & libc::S_IFMT == mode)))
}

fn is_dir(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (entry, [follow]) = args.method::<Entry, 1>(vm);
    let follow = truth_or(vm, follow, true)?;
    is_kind(vm, entry, follow, libc::DT_DIR, libc::S_IFDIR)
}

fn is_file(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (entry, [follow]) = args.method::<Entry, 1>(vm);
    let follow = truth_or(vm, follow, true)?;
    is_kind(vm, entry, follow, libc::DT_REG, libc::S_IFREG)
}

fn is_symlink(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let entry = args.receiver::<Entry>(vm);
    is_kind(vm, entry, false, libc::DT_LNK, libc::S_IFLNK)
}

fn is_junction(_: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::FALSE)
}

fn inode(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let inode = args.receiver::<Entry>(vm).get(vm).inode;
    vm.new_uint(inode)
}

fn entry_repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let Some(entry) = this.downcast::<Entry>(vm) else {
        return Err(vm.raise(Exc::TypeError, "DirEntry expected"));
    };
    let name = entry.get(vm).name;
    let name = vm.repr_string(name)?;
    vm.new_str(&format!("<DirEntry {name}>"))
}
