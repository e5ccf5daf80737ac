//! `_thread._ThreadHandle`: a thread that can be joined.

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::raise::{Exc, Raised};
use crate::slots::Slots;
use crate::spec::{TypeSpec, getter, method};
use crate::types::list::List;
use crate::types::tuple::Tuple;
use crate::types::type_::{Type, class_of_spec};
use crate::value::Value;
use crate::vm::Vm;

const NOT_STARTED: u32 = 0;
const RUNNING: u32 = 1;
const DONE: u32 = 2;

/// Handles of threads that run.
const HANDLES: &str = "thread.handles";

heap_object! {
    /// A thread handle.
    pub struct ThreadHandle {
        ident: u64,
        state: u32,
        /// Whether the end of the program waits for the thread.
        waited_for: bool,
        pad: [u8; 3],
    }
}

#[rustfmt::skip]
pub static TYPE: TypeSpec = TypeSpec {
    name: "_ThreadHandle",
    module: "_thread",
    layout: Some(<ThreadHandle as HeapObject>::native),
    slots: Slots { new: Some(new), repr: Some(repr), ..Slots::DEFAULT },
    methods: &[
        method("join($self, timeout=None, /)", join, "").hidden(),
        method("_set_done($self, /)", set_done_method, ""),
        method("is_done($self, /)", is_done, ""),
    ],
    getset: &[getter("ident", get_ident, "")],
    ..TypeSpec::DEFAULT
};

fn make(vm: &mut Vm, class: Gc<Type>, ident: u64, state: u32) -> Result<Value, Raised> {
    let shape = class.get(vm).root_shape;
    Ok(vm
        .new_object(shape, ThreadHandle { header: HeaderWord::NEW, ident, state, waited_for: false, pad: [0; 3] })?
        .value())
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    args.expect(vm, "_ThreadHandle", 0, 0)?;
    make(vm, class, 0, NOT_STARTED)
}

pub(super) fn make_thread_handle(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let ident = args.get(0);
    if !vm.is_int(ident) {
        return Err(vm.raise(Exc::TypeError, "ident must be an integer"));
    }
    let ident = vm.index_i64(ident)? as u64;
    let class = class_of_spec(vm, &TYPE)?;
    let handle = make(vm, class, ident, RUNNING)?;
    let running = handles(vm)?;
    List::push(running, vm, handle)?;
    Ok(handle)
}

pub(super) fn start_joinable_thread(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [function, handle, daemon] = args.all();
    if !vm.is_callable(function) {
        return Err(vm.raise(Exc::TypeError, "thread function must be callable"));
    }
    let handle = match handle.not_none() {
        Some(handle) => handle,
        None => {
            let class = class_of_spec(vm, &TYPE)?;
            make(vm, class, 0, NOT_STARTED)?
        }
    };
    let Some(own) = handle.downcast::<ThreadHandle>(vm) else {
        return Err(vm.raise(Exc::TypeError, "'handle' must be a _ThreadHandle"));
    };
    if own.get(vm).state != NOT_STARTED {
        return Err(vm.raise(Exc::RuntimeError, "thread already started"));
    }
    let daemon = match daemon.given() {
        Some(daemon) => vm.is_true(daemon)?,
        None => true,
    };
    let shown = args.get(1).not_none().unwrap_or(Value::NONE);
    vm.audit("_thread.start_joinable_thread", &[function, Value::int32(daemon.into()), shown])?;
    let running = handles(vm)?;
    List::push(running, vm, handle)?;
    own.get_mut(vm).state = RUNNING;
    own.get_mut(vm).waited_for = !daemon;
    let empty = Tuple::empty(vm)?;
    match super::start(vm, function, empty, Value::NONE, handle) {
        Ok(ident) => own.get_mut(vm).ident = ident,
        Err(raised) => {
            forget(vm, handle);
            own.get_mut(vm).state = NOT_STARTED;
            return Err(raised);
        }
    }
    Ok(handle)
}

fn handles(vm: &mut Vm) -> Result<Gc<List>, Raised> {
    if let Some(list) = vm.state(HANDLES).and_then(|list| list.downcast::<List>(vm)) {
        return Ok(list);
    }
    let list = List::new(vm)?;
    vm.set_state(HANDLES, list.value());
    Ok(list)
}

fn forget(vm: &mut Vm, handle: Value) {
    let Some(list) = vm.state(HANDLES).and_then(|list| list.downcast::<List>(vm)) else { return };
    let n = list.get(vm).len();
    let mut kept = 0;
    for i in 0..n {
        let Some(other) = list.get(vm).get_at(vm, i) else { break };
        if other != handle {
            List::set_at(list, vm, kept, other);
            kept += 1;
        }
    }
    List::truncate(list, vm, kept);
}

/// In a forked child the other threads have ended.
pub(crate) fn end_others(vm: &mut Vm) {
    let Some(list) = vm.state(HANDLES).and_then(|list| list.downcast::<List>(vm)) else { return };
    let me = vm.thread_id;
    for i in (0..list.get(vm).len()).rev() {
        let handle = list.get(vm).get_at(vm, i).and_then(|handle| handle.downcast::<ThreadHandle>(vm));
        if let Some(handle) = handle.filter(|handle| handle.get(vm).ident != me) {
            set_done(vm, handle.value());
        }
    }
}

/// Marks the thread of a handle as ended.
pub(super) fn set_done(vm: &mut Vm, handle: Value) {
    let Some(own) = handle.downcast::<ThreadHandle>(vm) else { return };
    own.get_mut(vm).state = DONE;
    forget(vm, handle);
    vm.wake_waiters();
}

fn is_done_now(vm: &mut Vm, handle: Gc<ThreadHandle>) -> Option<()> {
    if handle.get(vm).state == DONE { Some(()) } else { None }
}

fn join(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (handle, [timeout]) = args.method::<ThreadHandle, 1>(vm);
    let deadline = match timeout.not_none() {
        None => None,
        Some(timeout) => {
            let seconds = vm.to_f64(timeout)?;
            // A negative timeout waits without limit.
            if seconds < 0.0 {
                None
            } else if seconds > super::TIMEOUT_MAX || seconds.is_nan() {
                return Err(vm.raise(Exc::OverflowError, "timeout value is too large"));
            } else {
                std::time::Instant::now().checked_add(std::time::Duration::from_secs_f64(seconds))
            }
        }
    };
    match handle.get(vm).state {
        NOT_STARTED => return Err(vm.raise(Exc::RuntimeError, "thread not started")),
        RUNNING if handle.get(vm).ident == vm.thread_id => {
            return Err(vm.raise(Exc::RuntimeError, "Cannot join current thread"));
        }
        _ => {}
    }
    if vm.interp().finalizing && is_done_now(vm, handle).is_none() {
        // It runs no more, so it does not end either.
        return Err(vm.raise(Exc::PythonFinalizationError, "cannot join thread at interpreter shutdown"));
    }
    vm.wait_until(deadline, |vm| is_done_now(vm, handle))?;
    Ok(Value::NONE)
}

fn set_done_method(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let handle = args.receiver::<ThreadHandle>(vm);
    if handle.get(vm).state == NOT_STARTED {
        return Err(vm.raise(Exc::RuntimeError, "thread not started"));
    }
    set_done(vm, handle.value());
    Ok(Value::NONE)
}

fn is_done(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(args.receiver::<ThreadHandle>(vm).get(vm).state == DONE))
}

fn get_ident(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let ident = this.downcast::<ThreadHandle>(vm).map_or(0, |handle| handle.get(vm).ident);
    vm.new_uint(ident)
}

/// Waits for all threads that are not daemons.
pub(super) fn shutdown(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    loop {
        let list = handles(vm)?;
        let n = list.get(vm).len();
        let me = vm.thread_id;
        let other = (0..n).find_map(|i| {
            let handle = list.get(vm).get_at(vm, i)?.downcast::<ThreadHandle>(vm)?;
            let shown = handle.get(vm);
            let waited_for = shown.waited_for && shown.state == RUNNING && shown.ident != me;
            waited_for.then_some(handle)
        });
        let Some(other) = other else { return Ok(Value::NONE) };
        vm.wait_until(None, |vm| is_done_now(vm, other))?;
    }
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let ident = this.downcast::<ThreadHandle>(vm).map_or(0, |handle| handle.get(vm).ident);
    vm.new_str(&format!("<_ThreadHandle object: ident={ident}>"))
}
