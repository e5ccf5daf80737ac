//! Processes: identities, children, signals, replacement.

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::host::WaitResult;
use taipan_vm::modules::imp::{acquire_import_lock, release_import_lock};
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::structseq;
use taipan_vm::types::list::List;
use taipan_vm::types::structseq::instance;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::path_argument::{Allow, path};

structseq! {
    /// `os.times_result`.
    pub static TIMES_RESULT = "posix" "times_result", doc "times_result: Result from os.times().\n\nThis object may be accessed either as a tuple of\n  (user, system, children_user, children_system, elapsed),\nor via the attributes user, system, children_user, children_system,\nand elapsed.\n\nSee os.times for more information.", flags taipan_vm::spec::MUTABLE, visible 5, [
        "user" "user time",
        "system" "system time",
        "children_user" "user time of children",
        "children_system" "system time of children",
        "elapsed" "elapsed time since an arbitrary point in the past",
    ]
}

macro_rules! status_tests {
    ($($name:ident = $test:path => $make:expr;)*) => {
        $(pub fn $name(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
            let status = vm.index_i32(args.get(0))?;
            Ok($make($test(status)))
        })*
    };
}

status_tests! {
    wcoredump = libc::WCOREDUMP => Value::bool;
    wexitstatus = libc::WEXITSTATUS => Value::int32;
    wifcontinued = libc::WIFCONTINUED => Value::bool;
    wifexited = libc::WIFEXITED => Value::bool;
    wifsignaled = libc::WIFSIGNALED => Value::bool;
    wifstopped = libc::WIFSTOPPED => Value::bool;
    wstopsig = libc::WSTOPSIG => Value::int32;
    wtermsig = libc::WTERMSIG => Value::int32;
}

pub fn waitstatus_to_exitcode(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let status = vm.index_i32(args.get(0))?;
    if libc::WIFEXITED(status) {
        Ok(Value::int32(libc::WEXITSTATUS(status)))
    } else if libc::WIFSIGNALED(status) {
        Ok(Value::int32(-libc::WTERMSIG(status)))
    } else if libc::WIFSTOPPED(status) {
        let signal = libc::WSTOPSIG(status);
        Err(vm.raise(Exc::ValueError, format!("process stopped by delivery of signal {signal}")))
    } else {
        Err(vm.raise(Exc::ValueError, format!("invalid wait status: {status}")))
    }
}

pub fn exit(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.close_dropped_outputs(Some(exit));
    let status = vm.index_i32(args.get(0))?;
    vm.ask_host(|host| host.exit(status))?;
    Ok(Value::NONE)
}

pub fn abort(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    vm.ask_host(|host| host.abort())?;
    Ok(Value::NONE)
}

/// The bytes of each item of a sequence of paths.
pub fn byte_strings(vm: &mut Vm, items: Value) -> Result<Vec<Vec<u8>>, Raised> {
    let items = vm.list_of(items)?;
    let mut all = Vec::new();
    let mut i = 0;
    while let Some(item) = items.get(vm).get_at(vm, i) {
        all.push(vm.path_bytes(item)?);
        i += 1;
    }
    Ok(all)
}

fn arguments(vm: &mut Vm, function: &str, argv: Value) -> Result<Vec<Vec<u8>>, Raised> {
    if argv.downcast::<List>(vm).is_none() && argv.downcast::<Tuple>(vm).is_none() {
        return Err(vm.raise(Exc::TypeError, format!("{function}() arg 2 must be a tuple or list")));
    }
    let args = byte_strings(vm, argv)?;
    match args.first() {
        None => Err(vm.raise(Exc::ValueError, format!("{function}() arg 2 must not be empty"))),
        Some(first) if first.is_empty() => {
            Err(vm.raise(Exc::ValueError, format!("{function}() arg 2 first element cannot be empty")))
        }
        Some(_) => Ok(args),
    }
}

pub fn execv(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.close_dropped_outputs(Some(execv));
    let file = path(vm, "execv", "path", args.get(0), Allow::PATH)?;
    let argv = arguments(vm, "execv", args.get(1))?;
    vm.audit("os.exec", &[file.object, args.get(1), Value::NONE])?;
    match vm.host().execute(&file.bytes, &argv, None) {
        Ok(()) => Ok(Value::NONE),
        Err(errno) => Err(vm.raise_os_error(errno, &[])),
    }
}

/// `NAME=value` for each item of a mapping.
pub fn environment_strings(vm: &mut Vm, mapping: Value) -> Result<Vec<Vec<u8>>, Raised> {
    let items = vm.call_method_name(mapping, taipan_vm::names::name::ITEMS, &[])?;
    let items = vm.list_of(items)?;
    let mut all = Vec::new();
    let mut i = 0;
    while let Some(item) = items.get(vm).get_at(vm, i) {
        i += 1;
        let pair = vm.tuple_of(item)?;
        if pair.get(vm).len() != 2 {
            return Err(vm.raise(Exc::TypeError, "env.items() must give pairs"));
        }
        let (name, value) = (pair.get(vm).at(0), pair.get(vm).at(1));
        let (mut name, value) = (vm.path_bytes(name)?, vm.path_bytes(value)?);
        if name.is_empty() || name.contains(&b'=') {
            return Err(vm.raise(Exc::ValueError, "illegal environment variable name"));
        }
        name.push(b'=');
        name.extend_from_slice(&value);
        all.push(name);
    }
    Ok(all)
}

pub fn execve(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.close_dropped_outputs(Some(execve));
    let file = path(vm, "execve", "path", args.get(0), Allow::PATH)?;
    let argv = arguments(vm, "execve", args.get(1))?;
    let env = environment_strings(vm, args.get(2))?;
    match vm.host().execute(&file.bytes, &argv, Some(&env)) {
        Ok(()) => Ok(Value::NONE),
        Err(errno) => Err(file.error(vm, errno)),
    }
}

const FORK_HOOKS: [&str; 3] = ["posix.before_fork", "posix.after_fork_child", "posix.after_fork_parent"];

pub fn register_at_fork(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [before, in_child, in_parent] = args.all();
    if [before, in_child, in_parent].iter().all(|hook| hook.is_unbound()) {
        return Err(vm.raise(Exc::TypeError, "At least one argument is required."));
    }
    for (key, what, hook) in [
        (FORK_HOOKS[0], "before", before),
        (FORK_HOOKS[1], "after_in_child", in_child),
        (FORK_HOOKS[2], "after_in_parent", in_parent),
    ] {
        let Some(hook) = hook.given() else { continue };
        if !vm.is_callable(hook) {
            let got = vm.type_name(hook);
            return Err(vm.raise(Exc::TypeError, format!("'{what}' must be callable, not {got}")));
        }
        let list = match vm.state(key).and_then(|list| list.downcast::<List>(vm)) {
            Some(list) => list,
            None => {
                let list = List::new(vm)?;
                vm.set_state(key, list.value());
                list
            }
        };
        List::push(list, vm, hook)?;
    }
    Ok(Value::NONE)
}

fn run_fork_hooks(vm: &mut Vm, key: &'static str, reversed: bool) {
    let Some(list) = vm.state(key).and_then(|list| list.downcast::<List>(vm)) else { return };
    let n = list.get(vm).len();
    for i in 0..n {
        let at = if reversed { n - 1 - i } else { i };
        let Some(hook) = list.get(vm).get_at(vm, at) else { continue };
        if let Err(raised) = vm.call(hook, &[]) {
            vm.write_unraisable_of(raised, "in fork hook", hook);
        }
    }
}

/// `fork` with the registered hooks; 0 in the child.
pub fn forked(vm: &mut Vm) -> Result<i32, Raised> {
    run_fork_hooks(vm, FORK_HOOKS[0], true);
    // No other thread is amid what the lock guards, so the child finds all of it whole.
    acquire_import_lock(vm)?;
    let pid = vm.host().fork();
    if pid == Ok(0) {
        vm.after_fork_in_child();
    }
    release_import_lock(vm)?;
    run_fork_hooks(vm, FORK_HOOKS[if pid == Ok(0) { 1 } else { 2 }], false);
    pid.map_err(|errno| vm.raise_os_error(errno, &[]))
}

pub fn fork(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    vm.close_dropped_outputs(Some(fork));
    vm.audit("os.fork", &[])?;
    let pid = forked(vm)?;
    if pid != 0 {
        warn_of_threads(vm, "fork");
    }
    Ok(Value::int32(pid))
}

/// Warns in the parent that the child lacks the other threads, which may hold locks. That the warning is an error to the
/// program changes nothing any more.
pub fn warn_of_threads(vm: &mut Vm, function: &str) {
    if !vm.has_other_threads() {
        return;
    }
    let Ok(pid) = vm.host().process_id() else { return };
    let message =
        format!("This process (pid={pid}) is multi-threaded, use of {function}() may lead to deadlocks in the child.");
    if let Err(raised) = vm.warn(Exc::DeprecationWarning, &message, 0) {
        let _ = vm.take_raised(raised);
    }
}

fn one_id(vm: &mut Vm, which: usize) -> Result<Value, Raised> {
    let ids = vm.ask_host(|host| host.ids())?;
    Ok(Value::int(ids[which] as usize))
}

pub fn getuid(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    one_id(vm, 0)
}

pub fn geteuid(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    one_id(vm, 1)
}

pub fn getgid(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    one_id(vm, 2)
}

pub fn getegid(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    one_id(vm, 3)
}

pub fn getgroups(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let groups = vm.ask_host(|host| host.groups())?;
    let list = List::new(vm)?;
    for group in groups {
        List::push(list, vm, Value::int(group as usize))?;
    }
    Ok(list.value())
}

pub fn getpid(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    vm.ask_host(|host| host.process_id()).map(Value::int32)
}

pub fn getppid(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    vm.ask_host(|host| host.parent_id()).map(Value::int32)
}

pub fn getpgid(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let pid = vm.index_i32(args.get(0))?;
    vm.ask_host(|host| host.process_group(pid)).map(Value::int32)
}

pub fn getpgrp(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    vm.ask_host(|host| host.process_group(0)).map(Value::int32)
}

pub fn getsid(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let pid = vm.index_i32(args.get(0))?;
    vm.ask_host(|host| host.session(pid)).map(Value::int32)
}

pub fn setsid(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    vm.ask_host(|host| host.set_session())?;
    Ok(Value::NONE)
}

pub fn setpgid(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (pid, group) = (vm.index_i32(args.get(0))?, vm.index_i32(args.get(1))?);
    vm.ask_host(|host| host.set_process_group(pid, group))?;
    Ok(Value::NONE)
}

pub fn setpgrp(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    vm.ask_host(|host| host.set_process_group(0, 0))?;
    Ok(Value::NONE)
}

pub fn nice(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let increment = vm.index_i32(args.get(0))?;
    vm.ask_host(|host| host.nice(increment)).map(Value::int32)
}

pub fn kill(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (pid, signal) = (vm.index_i32(args.get(0))?, vm.index_i32(args.get(1))?);
    vm.audit_numbers("os.kill", &[pid.into(), signal.into()])?;
    vm.ask_host(|host| host.kill(pid, signal))?;
    vm.run_signal_handlers()?;
    Ok(Value::NONE)
}

pub fn killpg(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (group, signal) = (vm.index_i32(args.get(0))?, vm.index_i32(args.get(1))?);
    vm.audit_numbers("os.killpg", &[group.into(), signal.into()])?;
    vm.ask_host(|host| host.kill_group(group, signal))?;
    vm.run_signal_handlers()?;
    Ok(Value::NONE)
}

pub fn system(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    vm.close_dropped_outputs(Some(system));
    let command = vm.path_bytes(args.get(0))?;
    if vm.is_audited() {
        let shown = vm.new_bytes(&command)?;
        vm.audit("os.system", &[shown])?;
    }
    let request = taipan_vm::host::SpawnRequest {
        args: vec![b"sh".to_vec(), b"-c".to_vec(), command],
        executables: vec![b"/bin/sh".to_vec()],
        p2cread: -1,
        p2cwrite: -1,
        c2pread: -1,
        c2pwrite: -1,
        errread: -1,
        errwrite: -1,
        errpipe_read: -1,
        errpipe_write: -1,
        process_group: -1,
        umask: -1,
        restore_signals: true,
        ..Default::default()
    };
    let pid = vm.ask_host(|host| host.spawn(&request))?;
    let result = vm.wait_host(|host| host.wait(pid, 0))?;
    Ok(Value::int32(result.status))
}

pub fn times(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let times = vm.ask_host(|host| host.times())?;
    let mut fields = [Value::NONE; 5];
    for (field, seconds) in fields.iter_mut().zip(times) {
        *field = vm.new_float(seconds)?;
    }
    instance(vm, &TIMES_RESULT, &fields)
}

fn pair(vm: &mut Vm, result: WaitResult) -> Result<Value, Raised> {
    Ok(Tuple::from_values(vm, &[Value::int32(result.pid), Value::int32(result.status)])?.value())
}

pub fn wait(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let result = vm.wait_host(|host| host.wait(-1, 0))?;
    pair(vm, result)
}

pub fn waitpid(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (pid, options) = (vm.index_i32(args.get(0))?, vm.index_i32(args.get(1))?);
    let result = vm.wait_host(|host| host.wait(pid, options))?;
    pair(vm, result)
}

fn with_usage(vm: &mut Vm, result: WaitResult) -> Result<Value, Raised> {
    let module = taipan_vm::import::import_module(vm, "resource")?;
    let class = vm.get_attr_str(module, "struct_rusage")?;
    let usage = result.usage;
    let fields = List::new(vm)?;
    for (seconds, micros) in [usage.user, usage.system] {
        let time = vm.new_float(seconds as f64 + micros as f64 * 1e-6)?;
        List::push(fields, vm, time)?;
    }
    for count in usage.counts {
        let count = vm.new_int(count)?;
        List::push(fields, vm, count)?;
    }
    let usage = vm.call(class, &[fields.value()])?;
    let values = [Value::int32(result.pid), Value::int32(result.status), usage];
    Ok(Tuple::from_values(vm, &values)?.value())
}

pub fn wait3(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let options = vm.index_i32(args.get(0))?;
    let result = vm.wait_host(|host| host.wait(-1, options))?;
    with_usage(vm, result)
}

pub fn wait4(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (pid, options) = (vm.index_i32(args.get(0))?, vm.index_i32(args.get(1))?);
    let result = vm.wait_host(|host| host.wait(pid, options))?;
    with_usage(vm, result)
}

pub fn sched_yield(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    vm.detached(std::thread::yield_now);
    Ok(Value::NONE)
}

pub fn sched_getaffinity(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let pid = vm.index_i32(args.get(0))?;
    let cpus = vm.ask_host(|host| host.affinity(pid))?;
    let list: Gc<List> = List::new(vm)?;
    for cpu in cpus {
        List::push(list, vm, Value::int(cpu))?;
    }
    let class = vm.builtin_value("set")?;
    vm.call(class, &[list.value()])
}
