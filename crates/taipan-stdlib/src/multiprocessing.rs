//! The module `_multiprocessing`: semaphores that processes share.
//!
//! Invariant: the handle of a `SemLock` was given by the host for its name, never by Python.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::host::TimeSpec;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{BASETYPE, ModuleSpec, TypeSpec, class_method, function, getter, method};
use taipan_vm::types::dict::Dict;
use taipan_vm::types::module::Module;
use taipan_vm::types::str::Str;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

/// A lock that its owner can take again; the other kind is 1, a semaphore.
const RECURSIVE_MUTEX: i32 = 0;
const SEMAPHORE: i32 = 1;
/// `SEM_VALUE_MAX` of Linux.
const SEM_VALUE_MAX: i32 = i32::MAX;

heap_object! {
    /// A semaphore or lock of the system.
    pub struct SemLock {
        name: Value,
        handle: u64,
        /// The thread that took it last.
        last_thread: u64,
        /// How often this process took it more than gave it back.
        count: i32,
        maxvalue: i32,
        kind: i32,
        pad: i32,
    }
}

#[rustfmt::skip]
static SEMLOCK: TypeSpec = TypeSpec {
    name: "SemLock",
    module: "_multiprocessing",
    layout: Some(<SemLock as HeapObject>::native),
    slots: Slots { new: Some(new), ..Slots::DEFAULT },
    methods: &[
        method("acquire($self, /, block=True, timeout=None)", acquire, "Acquire the semaphore/lock."),
        method("release($self, /)", release, "Release the semaphore/lock."),
        method("_count($self, /)", count, "Num of `acquire()`s minus num of `release()`s for this process."),
        method("_is_mine($self, /)", is_mine, "Whether the lock is owned by this thread."),
        method("_get_value($self, /)", get_value, "Get the value of the semaphore."),
        method("_is_zero($self, /)", is_zero, "Return whether semaphore has value zero."),
        method("_after_fork($self, /)", after_fork, "Rezero the net acquisition count after fork()."),
        class_method("_rebuild($type, handle, kind, maxvalue, name, /)", rebuild, ""),
        method("__enter__($self, /)", enter, "Enter the semaphore/lock."),
        method("__exit__($self, exc_type=None, exc_value=None, exc_tb=None, /)", exit, "Exit the semaphore/lock."),
    ],
    getset: &[
        getter("handle", get_handle, "").member(),
        getter("kind", get_kind, "").member(),
        getter("maxvalue", get_maxvalue, "").member(),
        getter("name", get_name, "").member(),
    ],
    doc: "Semaphore/Mutex type",
    flags: BASETYPE,
    finish: Some(finish),
    ..TypeSpec::DEFAULT
};

#[rustfmt::skip]
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "_multiprocessing",
    functions: &[function("sem_unlink(name, /)", sem_unlink, "")],
    types: &[&SEMLOCK],
    exec: Some(exec),
    ..ModuleSpec::DEFAULT
};

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    let flags = Dict::new(vm)?;
    for name in ["HAVE_SEM_OPEN", "HAVE_SEM_TIMEDWAIT"] {
        let name = Str::intern(vm, name)?;
        Dict::set_str(flags, vm, name, Value::int(1))?;
    }
    Module::set(module, vm, "flags", flags.value())
}

fn finish(vm: &mut Vm, class: Gc<Type>) -> Result<(), Raised> {
    let name = Str::intern(vm, "SEM_VALUE_MAX")?;
    let dict = class.get(vm).dict;
    Dict::set_str(dict, vm, name, Value::int32(SEM_VALUE_MAX))
}

fn name_bytes(vm: &mut Vm, name: Value) -> Result<Vec<u8>, Raised> {
    let Some(text) = name.downcast::<Str>(vm) else {
        let got = vm.type_name(name);
        return Err(vm.raise(Exc::TypeError, format!("argument 'name' must be str, not {got}")));
    };
    let bytes = vm.encode_name(text)?;
    if bytes.contains(&0) {
        return Err(vm.raise(Exc::ValueError, "embedded null character"));
    }
    Ok(bytes)
}

fn sem_unlink(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let name = name_bytes(vm, args.get(0))?;
    vm.ask_host(|host| host.semaphore_unlink(&name))?;
    Ok(Value::NONE)
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("SemLock(kind, value, maxvalue, name, unlink)");
    let [kind, value, maxvalue, name, unlink] = args.bind(vm, &SIGNATURE, |_, args| Ok(args.all::<5>()))?;
    let (kind, value, maxvalue) = (vm.index_i32(kind)?, vm.index_i32(value)?, vm.index_i32(maxvalue)?);
    let bytes = name_bytes(vm, name)?;
    let unlink = vm.is_true(unlink)?;
    if kind != RECURSIVE_MUTEX && kind != SEMAPHORE {
        return Err(vm.raise(Exc::ValueError, "unrecognized kind"));
    }
    let start = u32::try_from(value).unwrap_or(u32::MAX);
    let handle = vm.ask_host(|host| {
        let handle = host.semaphore_create(&bytes, 0o600, start)?;
        if unlink {
            host.semaphore_unlink(&bytes)?;
        }
        Ok(handle)
    })?;
    let name = if unlink { Value::NONE } else { name };
    made(vm, class, kind, maxvalue, name, handle)
}

fn made(vm: &mut Vm, class: Gc<Type>, kind: i32, maxvalue: i32, name: Value, handle: u64) -> Result<Value, Raised> {
    let shape = class.get(vm).root_shape;
    let object = SemLock { header: HeaderWord::NEW, name, handle, last_thread: 0, count: 0, maxvalue, kind, pad: 0 };
    Ok(vm.new_object(shape, object)?.value())
}

fn rebuild(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [class, _, kind, maxvalue, name] = args.all();
    let Some(class) = class.downcast::<Type>(vm) else {
        return Err(vm.raise(Exc::TypeError, "_rebuild() needs a class"));
    };
    let (kind, maxvalue) = (vm.index_i32(kind)?, vm.index_i32(maxvalue)?);
    if name.is_none() {
        return Err(vm.raise(Exc::ValueError, "a semaphore without a name cannot be rebuilt"));
    }
    let bytes = name_bytes(vm, name)?;
    let handle = vm.ask_host(|host| host.semaphore_open(&bytes))?;
    made(vm, class, kind, maxvalue, name, handle)
}

fn this(vm: &mut Vm, value: Value) -> Result<Gc<SemLock>, Raised> {
    match value.downcast::<SemLock>(vm) {
        Some(lock) => Ok(lock),
        None => Err(vm.raise(Exc::TypeError, "expected a SemLock")),
    }
}

fn owned(vm: &Vm, lock: Gc<SemLock>) -> bool {
    let fields = lock.get(vm);
    fields.count > 0 && fields.last_thread == vm.thread_id
}

fn take(vm: &mut Vm, lock: Gc<SemLock>, block: bool, timeout: Value) -> Result<Value, Raised> {
    if lock.get(vm).kind == RECURSIVE_MUTEX && owned(vm, lock) {
        lock.get_mut(vm).count += 1;
        return Ok(Value::TRUE);
    }
    let until = match timeout.not_none().filter(|_| block) {
        None => None,
        Some(timeout) => {
            let seconds = vm.to_f64(timeout)?.clamp(0.0, 1e9);
            let now = vm.ask_host(|host| host.clock(libc::CLOCK_REALTIME))?;
            let nanoseconds = now.nanoseconds + ((seconds % 1.0) * 1e9) as i64;
            Some(TimeSpec {
                seconds: now.seconds + seconds as i64 + nanoseconds / 1_000_000_000,
                nanoseconds: nanoseconds % 1_000_000_000,
            })
        }
    };
    let handle = lock.get(vm).handle;
    let mut taken = vm.ask_host(|host| host.semaphore_try(handle))?;
    if !taken && block {
        taken = vm.wait_host(|host| host.semaphore_wait(handle, until))?;
    }
    if taken {
        let thread = vm.thread_id;
        let fields = lock.get_mut(vm);
        fields.count = fields.count.saturating_add(1);
        fields.last_thread = thread;
    }
    Ok(Value::bool(taken))
}

fn acquire(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [lock, block, timeout] = args.all();
    let lock = this(vm, lock)?;
    let block = match block.given() {
        Some(block) => vm.is_true(block)?,
        None => true,
    };
    take(vm, lock, block, timeout)
}

fn release(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let lock = this(vm, args.get(0))?;
    let (kind, count, maxvalue, handle) = {
        let fields = lock.get(vm);
        (fields.kind, fields.count, fields.maxvalue, fields.handle)
    };
    if kind == RECURSIVE_MUTEX {
        if !owned(vm, lock) {
            return Err(vm.raise(Exc::AssertionError, "attempt to release recursive lock not owned by thread"));
        }
        if count > 1 {
            lock.get_mut(vm).count -= 1;
            return Ok(Value::NONE);
        }
    } else if vm.ask_host(|host| host.semaphore_value(handle))? >= maxvalue {
        return Err(vm.raise(Exc::ValueError, "semaphore or lock released too many times"));
    }
    vm.ask_host(|host| host.semaphore_post(handle))?;
    let fields = lock.get_mut(vm);
    fields.count = fields.count.saturating_sub(1);
    Ok(Value::NONE)
}

fn count(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let lock = this(vm, args.get(0))?;
    Ok(Value::int32(lock.get(vm).count))
}

fn is_mine(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let lock = this(vm, args.get(0))?;
    Ok(Value::bool(owned(vm, lock)))
}

fn value_of(vm: &mut Vm, args: Args<'_>) -> Result<i32, Raised> {
    let lock = this(vm, args.get(0))?;
    let handle = lock.get(vm).handle;
    Ok(vm.ask_host(|host| host.semaphore_value(handle))?.max(0))
}

fn get_value(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::int32(value_of(vm, args)?))
}

fn is_zero(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(value_of(vm, args)? == 0))
}

fn after_fork(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let lock = this(vm, args.get(0))?;
    lock.get_mut(vm).count = 0;
    Ok(Value::NONE)
}

fn enter(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let lock = this(vm, args.get(0))?;
    take(vm, lock, true, Value::NONE)
}

fn exit(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    release(vm, args)
}

fn get_handle(vm: &mut Vm, value: Value) -> Result<Value, Raised> {
    let lock = this(vm, value)?;
    vm.new_uint(lock.get(vm).handle)
}

fn get_kind(vm: &mut Vm, value: Value) -> Result<Value, Raised> {
    let lock = this(vm, value)?;
    Ok(Value::int32(lock.get(vm).kind))
}

fn get_maxvalue(vm: &mut Vm, value: Value) -> Result<Value, Raised> {
    let lock = this(vm, value)?;
    Ok(Value::int32(lock.get(vm).maxvalue))
}

fn get_name(vm: &mut Vm, value: Value) -> Result<Value, Raised> {
    let lock = this(vm, value)?;
    Ok(lock.get(vm).name)
}
