//! The module `grp`: the database of groups.

use taipan_vm::args::Args;
use taipan_vm::host::GroupEntry;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{ModuleSpec, function};
use taipan_vm::structseq;
use taipan_vm::types::list::List;
use taipan_vm::types::structseq::instance;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use crate::pwd::{id_argument, id_value, name_argument, raise_not_found};

structseq! {
    /// `grp.struct_group`.
    pub static STRUCT_GROUP = "grp" "struct_group", doc "grp.struct_group: Results from getgr*() routines.\n\nThis object may be accessed either as a tuple of\n  (gr_name,gr_passwd,gr_gid,gr_mem)\nor via the object attributes as named in the above tuple.\n", flags taipan_vm::spec::MUTABLE, visible 4, [
        "gr_name" "group name",
        "gr_passwd" "password",
        "gr_gid" "group id",
        "gr_mem" "group members",
    ]
}

#[rustfmt::skip]
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "grp",
    doc: "Access to the Unix group database.\n\nGroup entries are reported as 4-tuples containing the following fields\nfrom the group database, in order:\n\n  gr_name   - name of the group\n  gr_passwd - group password (encrypted); often empty\n  gr_gid    - numeric ID of the group\n  gr_mem    - list of members\n\nThe gid is an integer, name and password are strings.  (Note that most\nusers are not explicitly listed as members of the groups they are in\naccording to the password database.  Check both databases to get\ncomplete membership information.)",
    functions: &[
        function("getgrgid(id)", getgrgid, "Return the group database entry for the given numeric group ID.\n\nIf id is not valid, raise KeyError."),
        function("getgrnam(name)", getgrnam, "Return the group database entry for the given group name.\n\nIf name is not valid, raise KeyError."),
        function("getgrall()", getgrall, "Return a list of all available group entries, in arbitrary order.\n\nAn entry whose name starts with '+' or '-' represents an instruction\nto use YP/NIS and may not be accessible via getgrnam or getgrgid."),
    ],
    types: &[&STRUCT_GROUP],
    ..ModuleSpec::DEFAULT
};

fn entry_value(vm: &mut Vm, entry: &GroupEntry) -> Result<Value, Raised> {
    let members = List::new(vm)?;
    for member in &entry.members {
        let member = vm.decode_name(member)?;
        List::push(members, vm, member)?;
    }
    let (name, password) = (vm.decode_name(&entry.name)?, vm.decode_name(&entry.password)?);
    instance(vm, &STRUCT_GROUP, &[name, password, id_value(entry.gid), members.value()])
}

fn getgrgid(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let Some(id) = id_argument(vm, args.get(0), "gid")? else {
        let index = vm.index(args.get(0))?;
        let bound = if vm.is_less(index, Value::int(0))? { "less than minimum" } else { "greater than maximum" };
        return Err(vm.raise(Exc::OverflowError, format!("gid is {bound}")));
    };
    let host = vm.host();
    match vm.detached(|| host.group_by_id(id)) {
        Ok(Some(entry)) => entry_value(vm, &entry),
        Ok(None) => {
            let shown = vm.repr_string(id_value(id))?;
            Err(raise_not_found(vm, &format!("getgrgid(): gid not found: {shown}")))
        }
        Err(errno) => Err(vm.raise_os_error(errno, &[])),
    }
}

fn getgrnam(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = name_argument(vm, args.get(0), "getgrnam() argument 'name'")?;
    let host = vm.host();
    match vm.detached(|| host.group_by_name(&name)) {
        Ok(Some(entry)) => entry_value(vm, &entry),
        Ok(None) => {
            let shown = vm.repr_string(args.get(0))?;
            Err(raise_not_found(vm, &format!("getgrnam(): name not found: {shown}")))
        }
        Err(errno) => Err(vm.raise_os_error(errno, &[])),
    }
}

fn getgrall(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let list = List::new(vm)?;
    for entry in vm.ask_host(|host| host.all_groups())? {
        let entry = entry_value(vm, &entry)?;
        List::push(list, vm, entry)?;
    }
    Ok(list.value())
}
