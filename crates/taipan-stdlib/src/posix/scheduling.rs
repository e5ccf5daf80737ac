//! Scheduling: policies, priorities, CPUs, namespaces.

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{GetSetDef, TypeSpec, method};
use taipan_vm::types::structseq;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::{Type, class_of_spec};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::int_or;

static FIELDS: [GetSetDef; 1] = structseq::fields(&[("sched_priority", "the scheduling priority")]);

const SEQUENCE: TypeSpec = structseq::spec(
    "posix",
    "sched_param",
    "Currently has only one field: sched_priority\n\n  sched_priority\n    A scheduling parameter.",
    0,
    finish,
);

/// `os.sched_param`: a structure sequence made of its field instead of a sequence.
pub static SCHED_PARAM: TypeSpec = TypeSpec {
    slots: Slots { new: Some(new), ..SEQUENCE.slots },
    methods: &[method("__reduce__($self, /)", reduce, "Helper for pickle.")],
    ..SEQUENCE
};

fn finish(vm: &mut Vm, class: Gc<Type>) -> Result<(), Raised> {
    structseq::finish(vm, class, &FIELDS, 1)
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("sched_param(sched_priority)");
    args.bind(vm, &SIGNATURE, |vm, args| {
        let shape = class.get(vm).root_shape;
        let this = Tuple::new_uninit(vm, shape, 1)?;
        this.get_mut(vm).items_mut()[0] = args.get(0);
        Ok(this.value())
    })
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.receiver::<Tuple>(vm);
    let priority = this.get(vm).at(0);
    let class = vm.type_of(this.value()).value();
    let fields = Tuple::from_values(vm, &[priority])?.value();
    Ok(Tuple::from_values(vm, &[class, fields])?.value())
}

/// The priority of a `sched_param` argument.
pub fn priority_of(vm: &mut Vm, value: Value) -> Result<i32, Raised> {
    let class = class_of_spec(vm, &SCHED_PARAM)?;
    if vm.type_of(value) != class {
        return Err(vm.raise(Exc::TypeError, "must have a sched_param object"));
    }
    let priority = value.downcast::<Tuple>(vm).map_or(Value::NONE, |tuple| tuple.get(vm).at(0));
    let priority = vm.index_i64(priority)?;
    i32::try_from(priority).map_err(|_| vm.raise(Exc::OverflowError, "sched_priority out of range"))
}

pub fn sched_get_priority_max(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let policy = vm.index_i32(args.get(0))?;
    vm.ask_host(|host| host.priority_range(policy)).map(|(_, most)| Value::int32(most))
}

pub fn sched_get_priority_min(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let policy = vm.index_i32(args.get(0))?;
    vm.ask_host(|host| host.priority_range(policy)).map(|(least, _)| Value::int32(least))
}

pub fn sched_getparam(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let pid = vm.index_i32(args.get(0))?;
    let priority = vm.ask_host(|host| host.scheduling_priority(pid))?;
    structseq::instance(vm, &SCHED_PARAM, &[Value::int32(priority)])
}

pub fn sched_getscheduler(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let pid = vm.index_i32(args.get(0))?;
    vm.ask_host(|host| host.scheduler(pid)).map(Value::int32)
}

pub fn sched_rr_get_interval(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let pid = vm.index_i32(args.get(0))?;
    let time = vm.ask_host(|host| host.time_slice(pid))?;
    vm.new_float(time.seconds as f64 + time.nanoseconds as f64 * 1e-9)
}

pub fn sched_setparam(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let pid = vm.index_i32(args.get(0))?;
    let priority = priority_of(vm, args.get(1))?;
    vm.ask_host(|host| host.set_scheduling_priority(pid, priority))?;
    Ok(Value::NONE)
}

pub fn sched_setscheduler(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (pid, policy) = (vm.index_i32(args.get(0))?, vm.index_i32(args.get(1))?);
    let priority = priority_of(vm, args.get(2))?;
    vm.ask_host(|host| host.set_scheduler(pid, policy, priority))?;
    Ok(Value::NONE)
}

/// CPUs beyond this number exist on no system.
const MOST_CPUS: i64 = 1 << 20;

pub fn sched_setaffinity(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let pid = vm.index_i32(args.get(0))?;
    let items = vm.list_of(args.get(1))?;
    let mut cpus = Vec::new();
    let mut i = 0;
    while let Some(item) = items.get(vm).get_at(vm, i) {
        i += 1;
        if !vm.is_int(item) {
            let class = vm.type_of(item).value();
            let got = vm.repr_string(class)?;
            return Err(vm.raise(Exc::TypeError, format!("expected an iterator of ints, but iterator yielded {got}")));
        }
        match vm.as_i64(item) {
            Some(cpu) if cpu < 0 => return Err(vm.raise(Exc::ValueError, "negative CPU number")),
            Some(cpu) if cpu < MOST_CPUS => cpus.push(cpu as usize),
            Some(cpu) if cpu < i64::from(i32::MAX) => {
                return Err(vm.raise_os_error(taipan_vm::host::Errno(libc::EINVAL), &[]));
            }
            _ => return Err(vm.raise(Exc::OverflowError, "CPU number too large")),
        }
    }
    vm.ask_host(|host| host.set_affinity(pid, &cpus))?;
    Ok(Value::NONE)
}

pub fn getpriority(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (which, who) = (vm.index_i32(args.get(0))?, vm.index_i32(args.get(1))?);
    vm.ask_host(|host| host.process_priority(which, who)).map(Value::int32)
}

pub fn setpriority(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (which, who) = (vm.index_i32(args.get(0))?, vm.index_i32(args.get(1))?);
    let priority = vm.index_i32(args.get(2))?;
    vm.ask_host(|host| host.set_process_priority(which, who, priority))?;
    Ok(Value::NONE)
}

pub fn setns(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [fd, kind] = args.all();
    let fd = super::descriptors::file_descriptor(vm, fd)?;
    let kind = int_or(vm, kind, 0)?;
    vm.wait_host(|host| host.enter_namespace(fd, kind))?;
    Ok(Value::NONE)
}

pub fn unshare(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let flags = vm.index_i32(args.get(0))?;
    vm.wait_host(|host| host.leave_namespaces(flags))?;
    Ok(Value::NONE)
}
