//! `_thread.RLock`: a lock that its owner may take several times.

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::raise::{Exc, Raised};
use crate::slots::Slots;
use crate::spec::{BASETYPE, TypeSpec, WEAKREFABLE, method};
use crate::types::tuple::Tuple;
use crate::types::type_::{Type, class_of_spec};
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// A reentrant lock; free when `count` is 0, then kept for `owner` unless that is 0.
    pub struct RLock {
        owner: u64,
        count: usize,
        /// What waiters sleep on; 0 until one has waited.
        key: u32,
        pad: u32,
    }
}

#[rustfmt::skip]
pub static TYPE: TypeSpec = TypeSpec {
    name: "RLock",
    module: "_thread",
    layout: Some(<RLock as HeapObject>::native),
    slots: Slots { new: Some(new), repr: Some(repr), ..Slots::DEFAULT },
    methods: &[
        method("acquire($self, /, blocking=True, timeout=-1)", acquire, "Lock the lock.  `blocking` indicates whether we should wait\nfor the lock to be available or not.  If `blocking` is False\nand another thread holds the lock, the method will return False\nimmediately.  If `blocking` is True and another thread holds\nthe lock, the method will wait for the lock to be released,\ntake it and then return True.\n(note: the blocking operation is interruptible.)\n\nIn all other cases, the method will return True immediately.\nPrecisely, if the current thread already holds the lock, its\ninternal counter is simply incremented. If nobody holds the lock,\nthe lock is taken and its internal counter initialized to 1."),
        method("release($self, /)", release, "Release the lock, allowing another thread that is blocked waiting for\nthe lock to acquire the lock.  The lock must be in the locked state,\nand must be locked by the same thread that unlocks it; otherwise a\n`RuntimeError` is raised.\n\nDo note that if the lock was acquire()d several times in a row by the\ncurrent thread, release() needs to be called as many times for the lock\nto be available for other threads."),
        method("locked($self, /)", locked, "locked()\n\nReturn a boolean indicating whether this object is locked right now."),
        method("_is_owned($self, /)", is_owned, "For internal use by `threading.Condition`."),
        method("_acquire_restore($self, state, /)", acquire_restore, "For internal use by `threading.Condition`."),
        method("_release_save($self, /)", release_save, "For internal use by `threading.Condition`."),
        method("_recursion_count($self, /)", recursion_count, "For internal use by reentrancy checks."),
        method("__enter__($self, /)", enter, "Lock the lock."),
        method("__exit__($self, /, *exc_info)", release, "Release the lock."),
        method("_at_fork_reinit($self, /)", reinit, ""),
    ],
    flags: BASETYPE | WEAKREFABLE,
    ..TypeSpec::DEFAULT
};

fn new(vm: &mut Vm, class: Gc<Type>, _: Args<'_>) -> Result<Value, Raised> {
    let shape = class.get(vm).root_shape;
    Ok(vm.new_object(shape, RLock { header: HeaderWord::NEW, owner: 0, count: 0, key: 0, pad: 0 })?.value())
}

fn take(vm: &mut Vm, lock: Gc<RLock>, times: usize) -> Option<()> {
    let me = vm.thread_id;
    let (owner, count) = (lock.get(vm).owner, lock.get(vm).count);
    let taken = if count == 0 { vm.is_kept_for_other(owner) } else { owner != me };
    if taken {
        return None;
    }
    let lock = lock.get_mut(vm);
    lock.owner = me;
    lock.count = count.saturating_add(times);
    Some(())
}

/// A new lock, as natives use it.
pub fn create(vm: &mut Vm) -> Result<Gc<RLock>, Raised> {
    let shape = class_of_spec(vm, &TYPE)?.get(vm).root_shape;
    vm.new_object(shape, RLock { header: HeaderWord::NEW, owner: 0, count: 0, key: 0, pad: 0 })
}

/// Takes the lock, waiting for it. Signal handlers that run meanwhile may raise.
pub fn acquire_now(vm: &mut Vm, lock: Gc<RLock>) -> Result<(), Raised> {
    if take(vm, lock, 1).is_none() {
        wait(vm, lock, None, 1)?;
    }
    Ok(())
}

/// Gives the lock back once; false when this thread does not hold it.
pub fn release_now(vm: &mut Vm, lock: Gc<RLock>) -> bool {
    let me = vm.thread_id;
    if lock.get(vm).count == 0 || lock.get(vm).owner != me {
        return false;
    }
    lock.get_mut(vm).count -= 1;
    if lock.get(vm).count == 0 {
        hand_over(vm, lock);
    }
    true
}

/// Lets the next have the lock, which is free.
fn hand_over(vm: &mut Vm, lock: Gc<RLock>) {
    let key = lock.get(vm).key;
    let heir = vm.hand_to_next(key);
    lock.get_mut(vm).owner = heir;
}

/// Whether some thread holds the lock.
pub fn is_locked(vm: &Vm, lock: Gc<RLock>) -> bool {
    lock.get(vm).count != 0
}

fn wait(
    vm: &mut Vm,
    lock: Gc<RLock>,
    deadline: Option<std::time::Instant>,
    times: usize,
) -> Result<Option<()>, Raised> {
    if lock.get(vm).key == 0 {
        let key = vm.new_wait_key();
        lock.get_mut(vm).key = key;
    }
    let key = lock.get(vm).key;
    vm.wait_with_key(key, deadline, |vm| take(vm, lock, times))
}

fn acquire(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (lock, [blocking, timeout]) = args.method::<RLock, 2>(vm);
    let deadline = super::deadline(vm, blocking, timeout)?;
    if take(vm, lock, 1).is_some() {
        return Ok(Value::TRUE);
    }
    match deadline {
        None => Ok(Value::FALSE),
        Some(deadline) => {
            let taken = wait(vm, lock, deadline, 1)?;
            vm.run_signal_handlers()?;
            Ok(Value::bool(taken.is_some()))
        }
    }
}

fn enter(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let lock = args.receiver::<RLock>(vm);
    if take(vm, lock, 1).is_none() {
        wait(vm, lock, None, 1)?;
        vm.run_signal_handlers()?;
    }
    Ok(Value::TRUE)
}

fn release(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let lock = args.receiver::<RLock>(vm);
    if release_now(vm, lock) {
        return Ok(Value::NONE);
    }
    Err(vm.raise(Exc::RuntimeError, "cannot release un-acquired lock"))
}

fn locked(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(args.receiver::<RLock>(vm).get(vm).count != 0))
}

fn is_owned(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let lock = args.receiver::<RLock>(vm).get(vm);
    Ok(Value::bool(lock.count != 0 && lock.owner == vm.thread_id))
}

fn recursion_count(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let lock = args.receiver::<RLock>(vm).get(vm);
    Ok(Value::int(if lock.owner == vm.thread_id { lock.count } else { 0 }))
}

fn release_save(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let lock = args.receiver::<RLock>(vm);
    let (count, owner) = (lock.get(vm).count, lock.get(vm).owner);
    if count == 0 {
        return Err(vm.raise(Exc::RuntimeError, "cannot release un-acquired lock"));
    }
    // Without memory for the state to restore, the lock stays as it is.
    let owner = vm.new_uint(owner)?;
    let state = Tuple::from_values(vm, &[Value::int(count), owner])?.value();
    lock.get_mut(vm).count = 0;
    hand_over(vm, lock);
    Ok(state)
}

fn acquire_restore(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (lock, [state]) = args.method::<RLock, 1>(vm);
    let count = state.downcast::<Tuple>(vm).and_then(|state| state.get(vm).items().first().copied());
    let Some(count) = count.and_then(|count| count.as_small_int()).filter(|count| *count > 0) else {
        let got = vm.type_name(state);
        return Err(vm.raise(Exc::TypeError, format!("_acquire_restore() argument 1 must be tuple, not {got}")));
    };
    wait(vm, lock, None, count as usize)?;
    vm.run_signal_handlers()?;
    Ok(Value::NONE)
}

fn reinit(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let lock = args.receiver::<RLock>(vm).get_mut(vm);
    lock.owner = 0;
    lock.count = 0;
    Ok(Value::NONE)
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let (owner, count) = this.downcast::<RLock>(vm).map_or((0, 0), |lock| (lock.get(vm).owner, lock.get(vm).count));
    let state = if count > 0 { "locked" } else { "unlocked" };
    let class = vm.type_of(this);
    let name = crate::types::object::full_class_name(vm, class)?;
    let id = crate::types::object::id_number(vm, this);
    vm.new_str(&format!("<{state} {name} object owner={owner} count={count} at {id:#x}>"))
}
