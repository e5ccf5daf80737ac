//! The module `_stat`: what the bits of a file's mode mean.

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{ModuleSpec, function};
use taipan_vm::types::module::Module;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

#[rustfmt::skip]
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_stat",
    doc: "",
    functions: &[
        function("S_ISDIR(mode, /)", s_isdir, "S_ISDIR(mode) -> bool\n\nReturn True if mode is from a directory."),
        function("S_ISCHR(mode, /)", s_ischr, "S_ISCHR(mode) -> bool\n\nReturn True if mode is from a character special device file."),
        function("S_ISBLK(mode, /)", s_isblk, "S_ISBLK(mode) -> bool\n\nReturn True if mode is from a block special device file."),
        function("S_ISREG(mode, /)", s_isreg, "S_ISREG(mode) -> bool\n\nReturn True if mode is from a regular file."),
        function("S_ISFIFO(mode, /)", s_isfifo, "S_ISFIFO(mode) -> bool\n\nReturn True if mode is from a FIFO (named pipe)."),
        function("S_ISLNK(mode, /)", s_islnk, "S_ISLNK(mode) -> bool\n\nReturn True if mode is from a symbolic link."),
        function("S_ISSOCK(mode, /)", s_issock, "S_ISSOCK(mode) -> bool\n\nReturn True if mode is from a socket."),
        function("S_ISDOOR(mode, /)", s_isdoor, "S_ISDOOR(mode) -> bool\n\nReturn True if mode is from a door."),
        function("S_ISPORT(mode, /)", s_isport, "S_ISPORT(mode) -> bool\n\nReturn True if mode is from an event port."),
        function("S_ISWHT(mode, /)", s_iswht, "S_ISWHT(mode) -> bool\n\nReturn True if mode is from a whiteout."),
        function("S_IMODE(mode, /)", s_imode, "Return the portion of the file's mode that can be set by os.chmod()."),
        function("S_IFMT(mode, /)", s_ifmt, "Return the portion of the file's mode that describes the file type."),
        function("filemode(mode, /)", filemode, "Convert a file's mode to a string of the form '-rwxrwxrwx'"),
    ],
    exec: Some(exec),
    ..ModuleSpec::DEFAULT
};

const NUMBERS: &[(&str, i64)] = &[
    ("SF_APPEND", 262144),
    ("SF_ARCHIVED", 65536),
    ("SF_DATALESS", 1073741824),
    ("SF_FIRMLINK", 8388608),
    ("SF_IMMUTABLE", 131072),
    ("SF_NOUNLINK", 1048576),
    ("SF_SETTABLE", 4294901760),
    ("SF_SNAPSHOT", 2097152),
    ("ST_ATIME", 7),
    ("ST_CTIME", 9),
    ("ST_DEV", 2),
    ("ST_GID", 5),
    ("ST_INO", 1),
    ("ST_MODE", 0),
    ("ST_MTIME", 8),
    ("ST_NLINK", 3),
    ("ST_SIZE", 6),
    ("ST_UID", 4),
    ("S_ENFMT", 1024),
    ("S_IEXEC", 64),
    ("S_IFBLK", 24576),
    ("S_IFCHR", 8192),
    ("S_IFDIR", 16384),
    ("S_IFDOOR", 0),
    ("S_IFIFO", 4096),
    ("S_IFLNK", 40960),
    ("S_IFPORT", 0),
    ("S_IFREG", 32768),
    ("S_IFSOCK", 49152),
    ("S_IFWHT", 0),
    ("S_IREAD", 256),
    ("S_IRGRP", 32),
    ("S_IROTH", 4),
    ("S_IRUSR", 256),
    ("S_IRWXG", 56),
    ("S_IRWXO", 7),
    ("S_IRWXU", 448),
    ("S_ISGID", 1024),
    ("S_ISUID", 2048),
    ("S_ISVTX", 512),
    ("S_IWGRP", 16),
    ("S_IWOTH", 2),
    ("S_IWRITE", 128),
    ("S_IWUSR", 128),
    ("S_IXGRP", 8),
    ("S_IXOTH", 1),
    ("S_IXUSR", 64),
    ("UF_APPEND", 4),
    ("UF_COMPRESSED", 32),
    ("UF_DATAVAULT", 128),
    ("UF_HIDDEN", 32768),
    ("UF_IMMUTABLE", 2),
    ("UF_NODUMP", 1),
    ("UF_NOUNLINK", 16),
    ("UF_OPAQUE", 8),
    ("UF_SETTABLE", 65535),
    ("UF_TRACKED", 64),
];

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    for (name, number) in NUMBERS {
        Module::set_int(module, vm, name, *number)?;
    }
    Ok(())
}

fn mode_of(vm: &mut Vm, args: Args<'_>) -> Result<u32, Raised> {
    let index = vm.index(args.get(0))?;
    match vm.as_i64(index) {
        Some(mode) if mode < 0 => Err(vm.raise(Exc::OverflowError, "can't convert negative value to unsigned int")),
        Some(mode) => match u32::try_from(mode) {
            Ok(mode) => Ok(mode),
            Err(_) => Err(vm.raise(Exc::OverflowError, "mode out of range")),
        },
        None => Err(vm.raise(Exc::OverflowError, "Python int too large to convert to C unsigned long")),
    }
}

macro_rules! tests {
    ($($name:ident = $kind:expr;)*) => {
        $(fn $name(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
            let mode = mode_of(vm, args)?;
            let kind: Option<u32> = $kind;
            Ok(Value::bool(kind == Some(mode & libc::S_IFMT)))
        })*
    };
}

tests! {
    s_isdir = Some(libc::S_IFDIR);
    s_ischr = Some(libc::S_IFCHR);
    s_isblk = Some(libc::S_IFBLK);
    s_isreg = Some(libc::S_IFREG);
    s_isfifo = Some(libc::S_IFIFO);
    s_islnk = Some(libc::S_IFLNK);
    s_issock = Some(libc::S_IFSOCK);
    s_isdoor = None;
    s_isport = None;
    s_iswht = None;
}

fn s_imode(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let mode = mode_of(vm, args)?;
    Ok(Value::int((mode & 0o7777) as usize))
}

fn s_ifmt(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let mode = mode_of(vm, args)?;
    Ok(Value::int((mode & libc::S_IFMT) as usize))
}

fn filemode(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let mode = mode_of(vm, args)?;
    let kind = match mode & libc::S_IFMT {
        libc::S_IFREG => '-',
        libc::S_IFDIR => 'd',
        libc::S_IFLNK => 'l',
        libc::S_IFBLK => 'b',
        libc::S_IFCHR => 'c',
        libc::S_IFIFO => 'p',
        libc::S_IFSOCK => 's',
        _ => '?',
    };
    let mut text = String::from(kind);
    for (shift, special, set) in [(6, libc::S_ISUID, 's'), (3, libc::S_ISGID, 's'), (0, libc::S_ISVTX, 't')] {
        let bits = mode >> shift;
        text.push(if bits & 4 != 0 { 'r' } else { '-' });
        text.push(if bits & 2 != 0 { 'w' } else { '-' });
        text.push(match (bits & 1 != 0, mode & special != 0) {
            (true, true) => set,
            (false, true) => set.to_ascii_uppercase(),
            (true, false) => 'x',
            (false, false) => '-',
        });
    }
    vm.new_str(&text)
}
