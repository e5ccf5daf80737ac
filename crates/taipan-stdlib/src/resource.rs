//! The module `resource`: limits of the process and what it has used.

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::host::Errno;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{ModuleSpec, function};
use taipan_vm::structseq;
use taipan_vm::types::module::Module;
use taipan_vm::types::structseq::instance;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

/// `RLIM_NLIMITS`.
const LIMITS: i32 = 16;

structseq! {
    /// `resource.struct_rusage`.
    pub static STRUCT_RUSAGE = "resource" "struct_rusage", doc "struct_rusage: Result from getrusage.\n\nThis object may be accessed either as a tuple of\n    (utime,stime,maxrss,ixrss,idrss,isrss,minflt,majflt,\n    nswap,inblock,oublock,msgsnd,msgrcv,nsignals,nvcsw,nivcsw)\nor via the attributes ru_utime, ru_stime, ru_maxrss, and so on.", flags taipan_vm::spec::MUTABLE, visible 16, [
        "ru_utime" "user time used",
        "ru_stime" "system time used",
        "ru_maxrss" "max. resident set size",
        "ru_ixrss" "shared memory size",
        "ru_idrss" "unshared data size",
        "ru_isrss" "unshared stack size",
        "ru_minflt" "page faults not requiring I/O",
        "ru_majflt" "page faults requiring I/O",
        "ru_nswap" "number of swap outs",
        "ru_inblock" "block input operations",
        "ru_oublock" "block output operations",
        "ru_msgsnd" "IPC messages sent",
        "ru_msgrcv" "IPC messages received",
        "ru_nsignals" "signals received",
        "ru_nvcsw" "voluntary context switches",
        "ru_nivcsw" "involuntary context switches",
    ]
}

fn getrusage(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let who = vm.index_i32(args.get(0))?;
    let host = vm.host();
    let usage = match host.resource_usage(who) {
        Ok(usage) => usage,
        Err(Errno::INVALID) => return Err(vm.raise(Exc::ValueError, "invalid who parameter")),
        Err(errno) => return Err(vm.raise_os_error(errno, &[])),
    };
    let mut values = [Value::NONE; 16];
    for (value, (seconds, micros)) in values.iter_mut().zip([usage.user, usage.system]) {
        *value = vm.new_float(seconds as f64 + micros as f64 * 0.000001)?;
    }
    for (value, count) in values[2..].iter_mut().zip(usage.counts) {
        *value = vm.new_int(count)?;
    }
    instance(vm, &STRUCT_RUSAGE, &values)
}

/// A resource as C numbers it.
fn resource_number(vm: &mut Vm, value: Value) -> Result<i32, Raised> {
    match vm.index_i32(value)? {
        resource @ 0..LIMITS => Ok(resource),
        _ => Err(vm.raise(Exc::ValueError, "invalid resource specified")),
    }
}

/// One limit; all bits set (-1) means no limit.
fn limit(vm: &mut Vm, value: Value) -> Result<u64, Raised> {
    let number = vm.index(value)?;
    match vm.as_big(number).map(|number| (i64::try_from(&number), u64::try_from(&number))) {
        Some((Ok(-1), _)) => Ok(u64::MAX),
        Some((Ok(..-1), _)) => Err(vm.raise(Exc::ValueError, "Cannot convert negative int")),
        Some((_, Ok(number))) => Ok(number),
        _ => Err(vm.raise(Exc::OverflowError, "Python int too large to convert to C rlim_t")),
    }
}

fn limits(vm: &mut Vm, value: Value) -> Result<(u64, u64), Raised> {
    let pair = vm.tuple_of(value)?;
    if pair.get(vm).len() != 2 {
        return Err(vm.raise(Exc::ValueError, "expected a tuple of 2 integers"));
    }
    let (soft, hard) = (pair.get(vm).at(0), pair.get(vm).at(1));
    Ok((limit(vm, soft)?, limit(vm, hard)?))
}

fn change(vm: &mut Vm, pid: i32, resource: i32, new: Option<(u64, u64)>) -> Result<(u64, u64), Raised> {
    let host = vm.host();
    match host.resource_limits(pid, resource, new) {
        Ok(limits) => Ok(limits),
        Err(Errno::INVALID) => Err(vm.raise(Exc::ValueError, "current limit exceeds maximum limit")),
        Err(Errno::DENIED) if pid == 0 => Err(vm.raise(Exc::ValueError, "not allowed to raise maximum limit")),
        Err(errno) => Err(vm.raise_os_error(errno, &[])),
    }
}

fn pair(vm: &mut Vm, (soft, hard): (u64, u64)) -> Result<Value, Raised> {
    // As signed numbers, so that no limit is -1.
    let (soft, hard) = (vm.new_int(soft.cast_signed())?, vm.new_int(hard.cast_signed())?);
    Ok(Tuple::from_values(vm, &[soft, hard])?.value())
}

fn getrlimit(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let resource = resource_number(vm, args.get(0))?;
    let limits = change(vm, 0, resource, None)?;
    pair(vm, limits)
}

fn setrlimit(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let resource = resource_number(vm, args.get(0))?;
    let limits = limits(vm, args.get(1))?;
    vm.audit("resource.setrlimit", &[args.get(0), args.get(1)])?;
    change(vm, 0, resource, Some(limits))?;
    Ok(Value::NONE)
}

fn prlimit(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [pid, resource, new] = args.all();
    let pid = vm.index_i32(pid)?;
    let resource = resource_number(vm, resource)?;
    let new = match new.not_none() {
        Some(new) => Some(limits(vm, new)?),
        None => None,
    };
    vm.audit("resource.prlimit", &[args.get(0), args.get(1), args.get(2).not_none().unwrap_or(Value::NONE)])?;
    let old = change(vm, pid, resource, new)?;
    pair(vm, old)
}

fn getpagesize(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    const SC_PAGESIZE: i32 = 30;
    let host = vm.host();
    match host.system_config(SC_PAGESIZE) {
        Ok(bytes) => vm.new_int(bytes),
        Err(errno) => Err(vm.raise_os_error(errno, &[])),
    }
}

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    let error = vm.exception_class(Exc::OSError).value();
    Module::set(module, vm, "error", error)?;
    for (name, number) in [
        ("RLIMIT_CPU", 0),
        ("RLIMIT_FSIZE", 1),
        ("RLIMIT_DATA", 2),
        ("RLIMIT_STACK", 3),
        ("RLIMIT_CORE", 4),
        ("RLIMIT_NOFILE", 7),
        ("RLIMIT_OFILE", 7),
        ("RLIMIT_AS", 9),
        ("RLIMIT_RSS", 5),
        ("RLIMIT_NPROC", 6),
        ("RLIMIT_MEMLOCK", 8),
        ("RLIMIT_MSGQUEUE", 12),
        ("RLIMIT_NICE", 13),
        ("RLIMIT_RTPRIO", 14),
        ("RLIMIT_RTTIME", 15),
        ("RLIMIT_SIGPENDING", 11),
        ("RUSAGE_SELF", 0),
        ("RUSAGE_CHILDREN", -1),
        ("RUSAGE_THREAD", 1),
        ("RLIM_INFINITY", -1),
    ] {
        Module::set_int(module, vm, name, number)?;
    }
    Ok(())
}

pub static MODULE: ModuleSpec = ModuleSpec {
    name: "resource",
    functions: &[
        function("getrlimit(resource, /)", getrlimit, ""),
        function("getrusage(who, /)", getrusage, ""),
        function("setrlimit(resource, limits, /)", setrlimit, ""),
        function("prlimit(pid, resource, limits=None, /)", prlimit, ""),
        function("getpagesize()", getpagesize, ""),
    ],
    types: &[&STRUCT_RUSAGE],
    exec: Some(exec),
    ..ModuleSpec::DEFAULT
};
