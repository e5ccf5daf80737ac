//! The border to C code: calls that leave the interpreter, with its lock or without, and callbacks that come back.
//!
//! Invariants: while a thread is in C code, its record in `CALLS` names its context and says whether it has given up the
//! lock; a callback holds the lock for as long as it runs and leaves it as it was. A thread without a record is not one of
//! the interpreter: it gets a context of its own for the time of the callback.

use std::cell::Cell;
use std::ptr::NonNull;
use std::sync::atomic::Ordering;

use crate::interpreter::Interpreter;
use crate::vm::{Stacks, Vm};

/// One call of C code that is under way in a thread.
struct Record {
    vm: *mut Vm,
    interp: *const Interpreter,
    /// The lock was given up for the call.
    released: bool,
}

thread_local! {
    /// The innermost call of C code of this thread.
    static CALLS: Cell<*const Record> = const { Cell::new(std::ptr::null()) };
}

/// Makes a record the innermost one until dropped.
struct Entered {
    outer: *const Record,
}

impl Entered {
    fn new(record: *const Record) -> Entered {
        Entered { outer: CALLS.replace(record) }
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        CALLS.set(self.outer);
    }
}

impl Vm {
    /// Runs an operation that calls C code, which may call back ([`CallbackTarget::enter`]). With `release` other threads run
    /// meanwhile. The operation must not touch the interpreter.
    pub fn call_foreign<T>(&mut self, release: bool, operation: impl FnOnce() -> T) -> T {
        let gil = self.interp().gil.clone();
        let released = release && gil.is_shared();
        let interp: *const Interpreter = self.interp();
        // What C code does may reach this context through a callback: the compiler must not assume that it stays as it is.
        let vm = std::hint::black_box(&raw mut *self);
        let record = Record { vm, interp, released };
        let entered = Entered::new(&raw const record);
        // SAFETY: the context of this thread; only plain fields are touched, between the callbacks.
        let result = match released {
            false => operation(),
            true => {
                // SAFETY: as above.
                let (parked_at, interval) = unsafe { (&(*vm).parked_at, (*vm).interp().switch_interval) };
                taipan_heap::with_spilled_registers(|stack_pointer| {
                    parked_at.store(stack_pointer, Ordering::Release);
                    gil.release();
                    let result = operation();
                    gil.acquire(interval);
                    // SAFETY: as above.
                    gil.set_budget(unsafe { &(*vm).exec.budget });
                    parked_at.store(0, Ordering::Release);
                    result
                })
            }
        };
        drop(entered);
        result
    }
}

/// Runs `body` with the context of the thread, which is in a call of C code that kept the lock. `None` elsewhere.
pub fn with_caller<R>(body: impl FnOnce(&mut Vm) -> R) -> Option<R> {
    // SAFETY: a record lives as long as it is the innermost one.
    let record = unsafe { CALLS.get().as_ref()? };
    if record.released {
        return None;
    }
    // SAFETY: the thread holds the lock, and its context waits for the end of this call.
    Some(body(unsafe { &mut *record.vm }))
}

/// The interpreter that callbacks enter.
#[derive(Clone, Copy)]
pub struct CallbackTarget {
    interp: NonNull<Interpreter>,
}

impl CallbackTarget {
    /// The interpreter of a context. From now on its lock is taken and released, as threads it does not know may call back.
    pub fn new(vm: &mut Vm) -> CallbackTarget {
        vm.interp().gil.share();
        CallbackTarget { interp: NonNull::from(vm.interp_mut()) }
    }

    /// Runs `body` in the interpreter: called by C code, in any thread. `None` when there is no memory for a thread's stacks.
    ///
    /// # Safety
    /// The interpreter lives; the thread is in a call of [`Vm::call_foreign`] of it, or not one of its threads.
    pub unsafe fn enter<R>(&self, body: impl FnOnce(&mut Vm) -> R) -> Option<R> {
        // SAFETY: a record lives as long as it is the innermost one.
        let record = unsafe { CALLS.get().as_ref() };
        if let Some(record) = record.filter(|record| std::ptr::eq(record.interp, self.interp.as_ptr())) {
            // SAFETY: the context of this thread, which waits for the end of the call.
            let vm = unsafe { &mut *record.vm };
            if !record.released {
                return Some(body(vm));
            }
            let (gil, interval) = (vm.interp().gil.clone(), vm.interp().switch_interval);
            gil.acquire(interval);
            gil.set_budget(&vm.exec.budget);
            let parked = vm.parked_at.swap(0, Ordering::AcqRel);
            let result = body(vm);
            vm.parked_at.store(parked, Ordering::Release);
            gil.release();
            return Some(result);
        }
        // SAFETY: the interpreter lives; these fields change under its lock in a forked child only.
        let (gil, interval) = unsafe { ((*self.interp.as_ptr()).gil.clone(), (*self.interp.as_ptr()).switch_interval) };
        let stacks = Stacks::new()?;
        gil.acquire(interval);
        // SAFETY: this thread holds the lock, and the interpreter lives.
        let mut vm = unsafe { Vm::attach(self.interp, stacks) };
        vm.thread_id = crate::gil::current_thread_id();
        let record = Record { vm: &raw mut *vm, interp: self.interp.as_ptr(), released: false };
        let entered = Entered::new(&raw const record);
        let result = body(&mut vm);
        drop(entered);
        drop(vm);
        gil.release();
        Some(result)
    }
}
