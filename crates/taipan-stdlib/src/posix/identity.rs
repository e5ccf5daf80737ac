//! Changing the user and group of the process.

use taipan_vm::args::Args;
use taipan_vm::host::Identity;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use crate::pwd::{id_argument, id_value};

/// An id argument; OverflowError beyond the range.
fn id(vm: &mut Vm, value: Value, what: &str) -> Result<u32, Raised> {
    match id_argument(vm, value, what)? {
        Some(id) => Ok(id),
        None => {
            let index = vm.index(value)?;
            let bound = if vm.is_less(index, Value::int(0))? { "less than minimum" } else { "greater than maximum" };
            Err(vm.raise(Exc::OverflowError, format!("{what} is {bound}")))
        }
    }
}

macro_rules! setters {
    ($($name:ident = $identity:ident, $what:literal, $count:literal;)*) => {
        $(pub fn $name(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
            let mut ids = [u32::MAX; 3];
            for (i, id_slot) in ids.iter_mut().enumerate().take($count) {
                *id_slot = id(vm, args.get(i), $what)?;
            }
            vm.ask_host(|host| host.set_identity(Identity::$identity, ids))?;
            Ok(Value::NONE)
        })*
    };
}

setters! {
    setuid = User, "uid", 1;
    seteuid = EffectiveUser, "uid", 1;
    setreuid = RealUser, "uid", 2;
    setresuid = SavedUser, "uid", 3;
    setgid = Group, "gid", 1;
    setegid = EffectiveGroup, "gid", 1;
    setregid = RealGroup, "gid", 2;
    setresgid = SavedGroup, "gid", 3;
}

fn triple(vm: &mut Vm, ids: [u32; 3]) -> Result<Value, Raised> {
    Ok(Tuple::from_values(vm, &ids.map(id_value))?.value())
}

pub fn getresuid(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let [users, _] = vm.ask_host(|host| host.saved_ids())?;
    triple(vm, users)
}

pub fn getresgid(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let [_, groups] = vm.ask_host(|host| host.saved_ids())?;
    triple(vm, groups)
}

pub fn setgroups(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let items = vm.sequence_fast(args.get(0), "setgroups argument must be a sequence")?;
    let mut groups = Vec::new();
    let mut i = 0;
    while let Some(item) = items.get(vm).get_at(vm, i) {
        i += 1;
        groups.push(id(vm, item, "gid")?);
    }
    vm.ask_host(|host| host.set_groups(&groups))?;
    Ok(Value::NONE)
}
