//! `_thread.lock`: a lock that any thread may release.

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::raise::{Exc, Raised};
use crate::slots::Slots;
use crate::spec::{TypeSpec, WEAKREFABLE, method};
use crate::types::type_::{Type, class_of_spec};
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// A lock.
    pub struct Lock {
        pub locked: bool,
        pad: [u8; 3],
        /// What waiters sleep on; 0 until one has waited.
        pub key: u32,
        /// The thread that the lock is kept for, which takes it next; 0 for none.
        pub heir: u64,
    }
}

#[rustfmt::skip]
pub static TYPE: TypeSpec = TypeSpec {
    name: "lock",
    module: "_thread",
    layout: Some(<Lock as HeapObject>::native),
    slots: Slots { new: Some(new), repr: Some(repr), ..Slots::DEFAULT },
    methods: &[
        method("acquire_lock($self, /, blocking=True, timeout=-1)", acquire, "An obsolete synonym of acquire()."),
        method("acquire($self, /, blocking=True, timeout=-1)", acquire, "Lock the lock.  Without argument, this blocks if the lock is already\nlocked (even by the same thread), waiting for another thread to release\nthe lock, and return True once the lock is acquired.\nWith an argument, this will only block if the argument is true,\nand the return value reflects whether the lock is acquired.\nThe blocking operation is interruptible."),
        method("release_lock($self, /)", release, "An obsolete synonym of release()."),
        method("release($self, /)", release, "Release the lock, allowing another thread that is blocked waiting for\nthe lock to acquire the lock.  The lock must be in the locked state,\nbut it needn't be locked by the same thread that unlocks it."),
        method("locked_lock($self, /)", locked, "An obsolete synonym of locked()."),
        method("locked($self, /)", locked, "Return whether the lock is in the locked state."),
        method("__enter__($self, /)", enter, "Lock the lock."),
        method("__exit__($self, /, *exc_info)", release, "Release the lock."),
        method("_at_fork_reinit($self, /)", reinit, ""),
    ],
    doc: "A lock object is a synchronization primitive.  To create a lock,\ncall threading.Lock().  Methods are:\n\nacquire() -- lock the lock, possibly blocking until it can be obtained\nrelease() -- unlock of the lock\nlocked() -- test whether the lock is currently locked\n\nA lock is not owned by the thread that locked it; another thread may\nunlock it.  A thread attempting to lock a lock that it has already locked\nwill block until another thread unlocks it.  Deadlocks may ensue.",
    flags: WEAKREFABLE,
    ..TypeSpec::DEFAULT
};

fn make(vm: &mut Vm, class: Gc<Type>) -> Result<Value, Raised> {
    let shape = class.get(vm).root_shape;
    Ok(vm.new_object(shape, Lock { header: HeaderWord::NEW, locked: false, pad: [0; 3], key: 0, heir: 0 })?.value())
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    args.expect(vm, "lock", 0, 0)?;
    make(vm, class)
}

pub(super) fn allocate_lock(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    let class = class_of_spec(vm, &TYPE)?;
    make(vm, class)
}

fn take(vm: &mut Vm, lock: Gc<Lock>) -> Option<()> {
    if lock.get(vm).locked || vm.is_kept_for_other(lock.get(vm).heir) {
        return None;
    }
    let lock = lock.get_mut(vm);
    lock.locked = true;
    lock.heir = 0;
    Some(())
}

fn wait(vm: &mut Vm, lock: Gc<Lock>, deadline: Option<std::time::Instant>) -> Result<Option<()>, Raised> {
    if lock.get(vm).key == 0 {
        let key = vm.new_wait_key();
        lock.get_mut(vm).key = key;
    }
    let key = lock.get(vm).key;
    let taken = vm.wait_with_key(key, deadline, |vm| take(vm, lock))?;
    // A call that has waited looks for signals before it returns: the next one may be meant to clean up.
    vm.run_signal_handlers()?;
    Ok(taken)
}

fn acquire(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (lock, [blocking, timeout]) = args.method::<Lock, 2>(vm);
    let deadline = super::deadline(vm, blocking, timeout)?;
    if take(vm, lock).is_some() {
        return Ok(Value::TRUE);
    }
    match deadline {
        None => Ok(Value::FALSE),
        Some(deadline) => Ok(Value::bool(wait(vm, lock, deadline)?.is_some())),
    }
}

fn enter(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let lock = args.receiver::<Lock>(vm);
    if take(vm, lock).is_none() {
        wait(vm, lock, None)?;
    }
    Ok(Value::TRUE)
}

fn release(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let lock = args.receiver::<Lock>(vm);
    if !lock.get(vm).locked {
        return Err(vm.raise(Exc::RuntimeError, "release unlocked lock"));
    }
    lock.get_mut(vm).locked = false;
    let key = lock.get(vm).key;
    let heir = vm.hand_to_next(key);
    lock.get_mut(vm).heir = heir;
    Ok(Value::NONE)
}

fn locked(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let lock = args.receiver::<Lock>(vm);
    Ok(Value::bool(is_locked(vm, lock)))
}

fn is_locked(vm: &Vm, lock: Gc<Lock>) -> bool {
    lock.get(vm).locked || lock.get(vm).heir != 0
}

fn reinit(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let lock = args.receiver::<Lock>(vm).get_mut(vm);
    lock.locked = false;
    lock.heir = 0;
    Ok(Value::NONE)
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let locked = this.downcast::<Lock>(vm).is_some_and(|lock| is_locked(vm, lock));
    let state = if locked { "locked" } else { "unlocked" };
    let class = vm.type_of(this);
    let name = crate::types::object::full_class_name(vm, class)?;
    let id = crate::types::object::id_number(vm, this);
    vm.new_str(&format!("<{state} {name} object at {id:#x}>"))
}
