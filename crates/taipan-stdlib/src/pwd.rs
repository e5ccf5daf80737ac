//! The module `pwd`: the database of users.

use taipan_vm::args::Args;
use taipan_vm::host::UserEntry;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{ModuleSpec, function};
use taipan_vm::structseq;
use taipan_vm::types::list::List;
use taipan_vm::types::str::Str;
use taipan_vm::types::structseq::instance;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

structseq! {
    /// `pwd.struct_passwd`.
    pub static STRUCT_PASSWD = "pwd" "struct_passwd", doc "pwd.struct_passwd: Results from getpw*() routines.\n\nThis object may be accessed either as a tuple of\n  (pw_name,pw_passwd,pw_uid,pw_gid,pw_gecos,pw_dir,pw_shell)\nor via the object attributes as named in the above tuple.", flags taipan_vm::spec::MUTABLE, visible 7, [
        "pw_name" "user name",
        "pw_passwd" "password",
        "pw_uid" "user id",
        "pw_gid" "group id",
        "pw_gecos" "real name",
        "pw_dir" "home directory",
        "pw_shell" "shell program",
    ]
}

#[rustfmt::skip]
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "pwd",
    doc: "This module provides access to the Unix password database.\nIt is available on all Unix versions.\n\nPassword database entries are reported as 7-tuples containing the following\nitems from the password database (see `<pwd.h>'), in order:\npw_name, pw_passwd, pw_uid, pw_gid, pw_gecos, pw_dir, pw_shell.\nThe uid and gid items are integers, all others are strings. An\nexception is raised if the entry asked for cannot be found.",
    functions: &[
        function("getpwuid(uidobj, /)", getpwuid, "Return the password database entry for the given numeric user ID.\n\nSee `help(pwd)` for more on password database entries."),
        function("getpwnam(name, /)", getpwnam, "Return the password database entry for the given user name.\n\nSee `help(pwd)` for more on password database entries."),
        function("getpwall()", getpwall, "Return a list of all available password database entries, in arbitrary order.\n\nSee help(pwd) for more on password database entries."),
    ],
    types: &[&STRUCT_PASSWD],
    ..ModuleSpec::DEFAULT
};

fn entry_value(vm: &mut Vm, entry: &UserEntry) -> Result<Value, Raised> {
    let mut fields = [Value::NONE; 7];
    for (i, text) in [(0, &entry.name), (1, &entry.password), (4, &entry.comment), (5, &entry.home), (6, &entry.shell)]
    {
        fields[i] = vm.decode_name(text)?;
    }
    fields[2] = id_value(entry.uid);
    fields[3] = id_value(entry.gid);
    instance(vm, &STRUCT_PASSWD, &fields)
}

/// An id as Python shows it: the one that stands for none is -1.
pub fn id_value(id: u32) -> Value {
    if id == u32::MAX { Value::int32(-1) } else { Value::int(id as usize) }
}

/// Raises KeyError with a message.
pub fn raise_not_found(vm: &mut Vm, message: &str) -> Raised {
    match vm.new_str(message) {
        Ok(message) => vm.raise_with(Exc::KeyError, &[message]),
        Err(raised) => raised,
    }
}

/// An id argument: `None` beyond the range of ids.
pub fn id_argument(vm: &mut Vm, value: Value, what: &str) -> Result<Option<u32>, Raised> {
    if !vm.is_int(value) && vm.slots(value).index.is_none() {
        let got = vm.type_name(value);
        return Err(vm.raise(Exc::TypeError, format!("{what} should be integer, not {got}")));
    }
    let index = vm.index(value)?;
    Ok(match vm.as_i64(index) {
        Some(-1) => Some(u32::MAX),
        Some(id) => u32::try_from(id).ok(),
        None => None,
    })
}

/// A name argument.
pub fn name_argument(vm: &mut Vm, value: Value, place: &str) -> Result<Vec<u8>, Raised> {
    let Some(text) = value.downcast::<Str>(vm) else {
        let got = vm.type_name(value);
        return Err(vm.raise(Exc::TypeError, format!("{place} must be str, not {got}")));
    };
    let bytes = vm.encode_name(text)?;
    if bytes.contains(&0) {
        return Err(vm.raise(Exc::ValueError, "embedded null byte"));
    }
    Ok(bytes)
}

fn getpwuid(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some(id) = id_argument(vm, args.get(0), "uid")? else {
        return Err(raise_not_found(vm, "getpwuid(): uid not found"));
    };
    let host = vm.host();
    match vm.detached(|| host.user_by_id(id)) {
        Ok(Some(entry)) => entry_value(vm, &entry),
        Ok(None) => {
            let shown = vm.repr_string(id_value(id))?;
            Err(raise_not_found(vm, &format!("getpwuid(): uid not found: {shown}")))
        }
        Err(errno) => Err(vm.raise_os_error(errno, &[])),
    }
}

fn getpwnam(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = name_argument(vm, args.get(0), "getpwnam() argument")?;
    let host = vm.host();
    match vm.detached(|| host.user_by_name(&name)) {
        Ok(Some(entry)) => entry_value(vm, &entry),
        Ok(None) => {
            let shown = vm.repr_string(args.get(0))?;
            Err(raise_not_found(vm, &format!("getpwnam(): name not found: {shown}")))
        }
        Err(errno) => Err(vm.raise_os_error(errno, &[])),
    }
}

fn getpwall(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let list = List::new(vm)?;
    for entry in vm.ask_host(|host| host.users())? {
        let entry = entry_value(vm, &entry)?;
        List::push(list, vm, entry)?;
    }
    Ok(list.value())
}
