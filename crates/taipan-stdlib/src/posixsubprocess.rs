//! The module `_posixsubprocess`: starting a child process.

use taipan_vm::args::Args;
use taipan_vm::host::SpawnRequest;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{ModuleSpec, function};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use crate::posix::processes::byte_strings;

pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_posixsubprocess",
    doc: "A POSIX helper for the subprocess module.",
    functions: &[function(
        "fork_exec(args, executable_list, close_fds, pass_fds, cwd, env, p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite, errpipe_read, errpipe_write, restore_signals, call_setsid, pgid_to_set, gid, extra_groups, uid, child_umask, preexec_fn, /)",
        fork_exec,
        "Spawn a fresh new child process.",
    )
    .looks_at_files()],
    ..ModuleSpec::DEFAULT
};

/// The ints of a sequence.
fn numbers(vm: &mut Vm, items: Value) -> Result<Vec<i64>, Raised> {
    let items = vm.list_of(items)?;
    let mut all = Vec::new();
    let mut i = 0;
    while let Some(item) = items.get(vm).get_at(vm, i) {
        all.push(vm.index_i64(item)?);
        i += 1;
    }
    Ok(all)
}

fn fork_exec(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.close_dropped_outputs(Some(fork_exec));
    let [argv, executables, close_fds, pass_fds, cwd, env] = args.all();
    let mut ends = [0; 8];
    for (i, end) in ends.iter_mut().enumerate() {
        *end = vm.index_i32(args.get(6 + i))?;
    }
    let [p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite, errpipe_read, errpipe_write] = ends;
    let close_fds = vm.is_true(close_fds)?;
    if close_fds && errpipe_write < 3 {
        return Err(vm.raise(Exc::ValueError, "errpipe_write must be >= 3"));
    }
    vm.audit("_posixsubprocess.fork_exec", &[executables, argv, env])?;
    let fds = numbers(vm, pass_fds)?;
    if fds.iter().any(|fd| *fd < 0 || *fd > i64::from(i32::MAX)) || fds.windows(2).any(|pair| pair[0] >= pair[1]) {
        return Err(vm.raise(Exc::ValueError, "bad value(s) in fds_to_keep"));
    }
    let optional_id = |vm: &mut Vm, value: Value| match value.not_none() {
        None => Ok(None),
        Some(value) => vm.index_i64(value).map(|id| Some(id as u32)),
    };
    let request = SpawnRequest {
        args: byte_strings(vm, argv)?,
        executables: byte_strings(vm, executables)?,
        close_fds,
        pass_fds: fds.into_iter().map(|fd| fd as i32).collect(),
        cwd: match cwd.not_none() {
            Some(cwd) => Some(vm.path_bytes(cwd)?),
            None => None,
        },
        env: match env.not_none() {
            Some(env) => Some(byte_strings(vm, env)?),
            None => None,
        },
        p2cread,
        p2cwrite,
        c2pread,
        c2pwrite,
        errread,
        errwrite,
        errpipe_read,
        errpipe_write,
        restore_signals: vm.is_true(args.get(14))?,
        new_session: vm.is_true(args.get(15))?,
        process_group: vm.index_i32(args.get(16))?,
        gid: optional_id(vm, args.get(17))?,
        groups: match args.get(18).not_none() {
            Some(groups) => Some(numbers(vm, groups)?.into_iter().map(|id| id as u32).collect()),
            None => None,
        },
        uid: optional_id(vm, args.get(19))?,
        umask: vm.index_i32(args.get(20))?,
    };
    let Some(preexec) = args.get(21).not_none() else {
        return vm.ask_host(|host| host.spawn(&request)).map(Value::int32);
    };
    let pid = crate::posix::forked(vm)?;
    if pid == 0 {
        let host = vm.host();
        let _ = host.become_program(&request, &mut || match vm.call(preexec, &[]) {
            Ok(_) => true,
            Err(raised) => {
                let _ = vm.take_raised(raised);
                false
            }
        });
        let _ = host.exit(255);
    }
    Ok(Value::int32(pid))
}
