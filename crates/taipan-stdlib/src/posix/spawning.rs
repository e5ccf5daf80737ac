//! `posix_spawn` and `waitid`.

use taipan_vm::args::Args;
use taipan_vm::host::{SpawnAction, SpawnFile};
use taipan_vm::modules::signal::mask_of;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::structseq;
use taipan_vm::types::list::List;
use taipan_vm::types::structseq::instance;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::path_argument::{Allow, path};
use super::processes::{byte_strings, environment_strings};
use super::truth_or;

structseq! {
    /// `os.waitid_result`.
    pub static WAITID_RESULT = "posix" "waitid_result", doc "waitid_result: Result from waitid.\n\nThis object may be accessed either as a tuple of\n  (si_pid, si_uid, si_signo, si_status, si_code),\nor via the attributes si_pid, si_uid, and so on.\n\nSee os.waitid for more information.", flags taipan_vm::spec::MUTABLE, visible 5, [
        "si_pid" "",
        "si_uid" "",
        "si_signo" "",
        "si_status" "",
        "si_code" "",
    ]
}

pub fn waitid(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (kind, id) = (vm.index_i32(args.get(0))?, vm.index_i64(args.get(1))?);
    let options = vm.index_i32(args.get(2))?;
    let answer = vm.wait_host(|host| host.wait_id(kind, id as u32, options))?;
    if answer[0] == 0 {
        return Ok(Value::NONE);
    }
    let mut fields = answer.map(Value::int32);
    fields[1] = Value::int(answer[1] as u32 as usize);
    instance(vm, &WAITID_RESULT, &fields)
}

/// One file action: its tuple must hold a tag and what the action takes.
fn file_action(vm: &mut Vm, item: Value) -> Result<SpawnAction, Raised> {
    let Some(tuple) = item.downcast::<Tuple>(vm).filter(|tuple| !tuple.get(vm).is_empty()) else {
        return Err(vm.raise(Exc::TypeError, "Each file_actions element must be a non-empty tuple"));
    };
    let len = tuple.get(vm).len();
    let tag = tuple.get(vm).at(0);
    let (name, wanted) = match if vm.is_int(tag) { vm.as_i64(tag) } else { None } {
        Some(0) => ("open", 5),
        Some(1) => ("close", 2),
        Some(2) => ("dup2", 3),
        Some(3) => ("closefrom", 2),
        _ => return Err(vm.raise(Exc::TypeError, "Unknown file_actions identifier")),
    };
    if len != wanted {
        let article = if wanted == 5 { "An" } else { "A" };
        let message = format!("{article} {name} file_action tuple must have {wanted} elements");
        return Err(vm.raise(Exc::TypeError, message));
    }
    let fd = tuple.get(vm).at(1);
    let fd = vm.index_i32(fd)?;
    Ok(match name {
        "open" => {
            let [file, flags, mode] = [2, 3, 4].map(|i| tuple.get(vm).at(i));
            let path = vm.path_bytes(file)?;
            SpawnAction::Open { fd, path, flags: vm.index_i32(flags)?, mode: vm.index_i64(mode)? as u32 }
        }
        "dup2" => {
            let target = tuple.get(vm).at(2);
            SpawnAction::Duplicate(fd, vm.index_i32(target)?)
        }
        "close" => SpawnAction::Close(fd),
        _ => SpawnAction::CloseFrom(fd),
    })
}

fn scheduler_of(vm: &mut Vm, function: &str, value: Value) -> Result<Option<(Option<i32>, i32)>, Raised> {
    let Some(value) = value.not_none() else { return Ok(None) };
    let Some(tuple) = value.downcast::<Tuple>(vm) else {
        return Err(vm.raise(Exc::TypeError, format!("{function}: scheduler must be a tuple or None")));
    };
    if tuple.get(vm).len() != 2 {
        return Err(vm.raise(Exc::TypeError, "A scheduler tuple must have two elements"));
    }
    let [policy, parameter] = [0, 1].map(|i| tuple.get(vm).at(i));
    let policy = policy.not_none().map(|policy| vm.index_i32(policy)).transpose()?;
    Ok(Some((policy, super::scheduling::priority_of(vm, parameter)?)))
}

fn spawn(vm: &mut Vm, args: Args<'_>, search: bool) -> Result<Value, Raised> {
    let function = if search { "posix_spawnp" } else { "posix_spawn" };
    let [file, argv, env, actions, group, reset_ids, session, mask, defaults, scheduler] = args.all();
    let file = path(vm, function, "path", file, Allow::PATH)?;
    if argv.downcast::<List>(vm).is_none() && argv.downcast::<Tuple>(vm).is_none() {
        return Err(vm.raise(Exc::TypeError, format!("{function}: argv must be a tuple or list")));
    }
    let argv = byte_strings(vm, argv)?;
    match argv.first() {
        None => return Err(vm.raise(Exc::ValueError, format!("{function}: argv must not be empty"))),
        Some(first) if first.is_empty() => {
            return Err(vm.raise(Exc::ValueError, format!("{function}: argv first element cannot be empty")));
        }
        Some(_) => {}
    }
    let env = match env.not_none() {
        None => None,
        Some(env) if vm.get_attr_opt_name(env, taipan_vm::names::name::ITEMS)?.is_none() => {
            let message = format!("{function}: environment must be a mapping object or None");
            return Err(vm.raise(Exc::TypeError, message));
        }
        Some(env) => Some(environment_strings(vm, env)?),
    };
    let mut request = SpawnFile { path: file.bytes.clone(), search, args: argv, env, ..SpawnFile::default() };
    if let Some(actions) = actions.not_none() {
        let actions = vm.sequence_fast(actions, "file_actions must be a sequence or None")?;
        let mut i = 0;
        while let Some(item) = actions.get(vm).get_at(vm, i) {
            i += 1;
            request.actions.push(file_action(vm, item)?);
        }
    }
    request.process_group = group.not_none().map(|group| vm.index_i32(group)).transpose()?;
    request.reset_ids = truth_or(vm, reset_ids, false)?;
    request.new_session = truth_or(vm, session, false)?;
    request.signal_mask = mask.given().map(|mask| mask_of(vm, mask)).transpose()?;
    request.signal_defaults = defaults.given().map(|mask| mask_of(vm, mask)).transpose()?;
    request.scheduler = scheduler_of(vm, function, scheduler)?;
    vm.audit("os.posix_spawn", &[file.object, args.get(1), args.get(2)])?;
    match vm.host().spawn_file(&request) {
        Ok(pid) => Ok(Value::int32(pid)),
        Err(errno) => Err(file.error(vm, errno)),
    }
}

pub fn posix_spawn(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.close_dropped_outputs(Some(posix_spawn));
    spawn(vm, args, false)
}

pub fn posix_spawnp(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.close_dropped_outputs(Some(posix_spawnp));
    spawn(vm, args, true)
}
