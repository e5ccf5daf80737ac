//! `Vm`: the context of one thread of an interpreter, and the door to allocation.
//!
//! `&mut Vm` exists only while the thread holds its interpreter's GIL; that makes it the proof of exclusive access to the
//! heap and to everything in the `Interpreter`.

use std::cell::Cell;
use std::ptr::NonNull;

use taipan_heap::{Collection, Header, Heap, StackRange};

use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::host::os::signals::forget_budget;
use crate::interpreter::Interpreter;
use crate::names::{Atom, KNOWN_NAMES};
use crate::raise::{Exc, Raised};
use crate::shape::{Shape, ShapeId};
use crate::stack::ValueStack;
use crate::types::Builtin;
use crate::types::str::Str;
use crate::types::type_::Type;
use crate::value::Value;

use roots::ThreadRoots;

mod roots;

/// Value-stack slots of a thread (reserved, not committed).
const STACK_SLOTS: usize = 8 << 20;
/// Native stack kept free for the deepest native calls.
const NATIVE_RESERVE: usize = 384 << 10;

#[cfg(test)]
pub(crate) mod tests;

/// The context of one thread.
pub struct Vm {
    interp: NonNull<Interpreter>,
    /// The raised exception on its way to a handler.
    pub(crate) pending: Option<Value>,
    /// The exception being handled (`sys.exception()`), of the innermost handler.
    pub handled: Option<Value>,
    /// `sys.settrace()` of this thread.
    pub(crate) trace_function: Option<Value>,
    /// `sys.setprofile()` of this thread.
    pub(crate) profile_function: Option<Value>,
    /// The newest coroutine, if it may not have begun.
    pub(crate) unawaited: Option<Value>,
    /// The current `contextvars.Context`.
    pub(crate) context: Option<Value>,
    /// The list of containers whose repr is under way in this thread.
    pub(crate) repr_active: Option<Value>,
    /// Values of frames and native scratch windows.
    pub stack: ValueStack,
    /// Lowest native stack address that may be in use.
    pub(crate) native_limit: usize,
    native_base: usize,
    /// Where the native stack ends while the thread is detached; else 0. Other threads read it, under the GIL.
    pub(crate) parked_at: std::sync::atomic::AtomicUsize,
    /// `threading.get_ident()`.
    pub thread_id: u64,
    /// A number no other thread of the interpreter ever has.
    pub(crate) thread_serial: u64,
    /// What `_thread.set_name` was told.
    pub thread_name: Option<Vec<u8>>,
    /// Frames and budget of the evaluation loop.
    pub exec: crate::interp::Execution,
}

/// The stacks of a thread, made before it is attached.
pub struct Stacks {
    values: ValueStack,
    frames: crate::interp::Execution,
}

impl Stacks {
    /// `None` when there is no memory for them.
    pub fn new() -> Option<Stacks> {
        Some(Stacks { values: ValueStack::new(STACK_SLOTS)?, frames: crate::interp::Execution::new()? })
    }
}

impl Vm {
    /// Attaches the calling thread to an interpreter.
    ///
    /// # Safety
    /// The interpreter outlives the returned context, no other thread uses it without the GIL, and the context stays
    /// at one address (hence the box) until dropped.
    pub unsafe fn attach(interp: NonNull<Interpreter>, stacks: Stacks) -> Box<Vm> {
        let bounds = taipan_heap::current_stack_bounds();
        let (low, high) =
            bounds.map_or((0, usize::MAX), |bounds| (crate::host::native_stack::end(bounds), bounds.high));
        let mut vm = Box::new(Vm {
            interp,
            pending: None,
            handled: None,
            unawaited: None,
            trace_function: None,
            profile_function: None,
            context: None,
            repr_active: None,
            stack: stacks.values,
            native_limit: low + NATIVE_RESERVE,
            native_base: high,
            parked_at: Default::default(),
            thread_id: 0,
            thread_serial: 0,
            thread_name: None,
            exec: stacks.frames,
        });
        let pointer = NonNull::from(&mut *vm);
        vm.interp().gil.set_budget(&vm.exec.budget);
        let interp = vm.interp_mut();
        interp.threads.push(pointer);
        let serial = interp.next_thread_serial;
        interp.next_thread_serial += 1;
        vm.thread_serial = serial;
        vm
    }

    /// Makes what must exist before any limit applies: known names, `object`, `type`, the spare MemoryError. Called once
    /// by the first thread of an interpreter.
    pub fn start(&mut self) {
        Str::intern_all_known(self);
        self.class(Builtin::Type);
        self.exception_class(Exc::MemoryError);
        let spare = crate::types::exceptions::spare_memory_error(self);
        self.interp_mut().singletons.memory_error = spare;
    }

    /// The interpreter.
    #[inline(always)]
    pub fn interp(&self) -> &Interpreter {
        // SAFETY: `attach`'s contract; the borrow of the context is the borrow of the interpreter.
        unsafe { self.interp.as_ref() }
    }

    /// The interpreter, to be changed.
    #[inline(always)]
    pub fn interp_mut(&mut self) -> &mut Interpreter {
        // SAFETY: as above.
        unsafe { self.interp.as_mut() }
    }

    /// The heap.
    #[inline(always)]
    pub fn heap_mut(&mut self) -> &mut Heap {
        &mut self.interp_mut().heap
    }

    /// The shape of an id.
    #[inline(always)]
    pub fn shape(&self, id: ShapeId) -> &Shape {
        self.interp().shapes.get(id)
    }

    // ---- allocation ----

    /// Allocates `bytes` for an object of a shape, zero-filled but for the header. May collect.
    #[inline(always)]
    pub fn alloc_raw(&mut self, shape: ShapeId, bytes: usize) -> Result<NonNull<Header>, Raised> {
        match self.heap_mut().alloc(shape, bytes) {
            Some(object) => Ok(object),
            None => self.alloc_slow(shape, bytes),
        }
    }

    #[cold]
    #[inline(never)]
    fn alloc_slow(&mut self, shape: ShapeId, bytes: usize) -> Result<NonNull<Header>, Raised> {
        let mut roots = ThreadRoots { interp: self.interp, current: NonNull::from(&mut *self) };
        // SAFETY: the heap and what the roots visit are distinct fields of the interpreter.
        let heap = unsafe { &mut (*self.interp.as_ptr()).heap };
        let result = heap.alloc_slow(shape, bytes, &mut roots);
        // What a collection has queued is run at the loop's next poll.
        if heap.has_pending() {
            self.exec.budget.exhaust();
        }
        let tracing = heap.is_tracing();
        if heap.config().log {
            self.print_collections();
        }
        if tracing && let Ok(object) = result {
            self.trace_allocation(object, bytes);
        }
        result.map_err(|_| self.raise_no_memory())
    }

    /// Allocates an object that never moves (types, code). Does not collect.
    pub fn alloc_immovable(&mut self, shape: ShapeId, bytes: usize) -> Result<NonNull<Header>, Raised> {
        match self.heap_mut().alloc_old(shape, bytes, true) {
            Ok(object) => Ok(object),
            Err(_) => Err(self.raise_no_memory()),
        }
    }

    /// Collects garbage.
    pub fn collect(&mut self, kind: Collection) -> taipan_heap::CollectStats {
        self.collect_by(|heap, roots| heap.collect(kind, roots))
    }

    /// [`Vm::collect`] by [`taipan_heap::Heap::collect_lax`].
    pub(crate) fn collect_lax(&mut self, kind: Collection) -> taipan_heap::CollectStats {
        self.collect_by(|heap, roots| heap.collect_lax(kind, roots))
    }

    fn collect_by(
        &mut self,
        collect: impl FnOnce(&mut taipan_heap::Heap, &mut ThreadRoots) -> taipan_heap::CollectStats,
    ) -> taipan_heap::CollectStats {
        let mut roots = ThreadRoots { interp: self.interp, current: NonNull::from(&mut *self) };
        // SAFETY: as in `alloc_slow`.
        let heap = unsafe { &mut (*self.interp.as_ptr()).heap };
        let stats = collect(heap, &mut roots);
        if heap.has_pending() {
            self.exec.budget.exhaust();
        }
        if heap.config().log {
            self.print_collections();
        }
        stats
    }

    /// [`Vm::collect`] with a census: see [`Heap::collect_counting`].
    pub(crate) fn collect_counting(
        &mut self,
        kind: Collection,
        shapes: Vec<bool>,
        save: bool,
        loose: Vec<StackRange>,
    ) -> usize {
        let mut roots = ThreadRoots { interp: self.interp, current: NonNull::from(&mut *self) };
        // SAFETY: as in `alloc_slow`.
        let heap = unsafe { &mut (*self.interp.as_ptr()).heap };
        let (_, found) = heap.collect_counting(kind, shapes, save, loose, &mut roots);
        if heap.config().log {
            self.print_collections();
        }
        found
    }

    /// `-X gclog`: a line on the standard error stream for each collection since the last time.
    #[cold]
    fn print_collections(&mut self) {
        for collection in self.heap_mut().take_log() {
            let line = format!("gc: {collection}\n");
            let mut rest = line.as_bytes();
            while let Ok(n @ 1..) = self.interp().host.write(2, rest) {
                rest = rest.get(n..).unwrap_or_default();
            }
        }
    }

    /// Allocates an instance of a shape whose first words are `object`; further words are zero (empty).
    /// The shape's native layout is `T` or an extension of it, without tail.
    #[inline(always)]
    pub fn new_object<T: HeapObject>(&mut self, shape: ShapeId, object: T) -> Result<Gc<T>, Raised> {
        let bytes = self.shape(shape).fixed_bytes as usize;
        debug_assert!(bytes >= size_of::<T>());
        let memory = self.alloc_raw(shape, bytes)?;
        Ok(self.fill_object(memory, object))
    }

    /// Allocates an exact instance of a built-in type without tail.
    #[inline(always)]
    pub fn new_exact<T: HeapObject>(&mut self, object: T) -> Result<Gc<T>, Raised> {
        const { assert!(T::EXACT_SHAPE != 0) };
        let memory = self.alloc_raw(T::EXACT_SHAPE, size_of::<T>())?;
        Ok(self.fill_object(memory, object))
    }

    /// Allocates an object that never moves: its address may be handed to code outside. The shape is as for `new_object`.
    pub fn new_immovable<T: HeapObject>(&mut self, shape: ShapeId, object: T) -> Result<Gc<T>, Raised> {
        let bytes = self.shape(shape).fixed_bytes as usize;
        debug_assert!(bytes >= size_of::<T>());
        let memory = self.alloc_immovable(shape, bytes)?;
        Ok(self.fill_object(memory, object))
    }

    /// Allocates an object with a tail of `tail_bytes` zero bytes (and the trailing words of its shape).
    #[inline]
    pub fn new_with_tail<T: HeapObject>(
        &mut self,
        shape: ShapeId,
        object: T,
        tail_bytes: usize,
    ) -> Result<Gc<T>, Raised> {
        let shape_info = self.shape(shape);
        let trailing = shape_info.trailing as usize * 8;
        let Some(bytes) = tail_bytes.checked_next_multiple_of(8).and_then(|n| n.checked_add(size_of::<T>() + trailing))
        else {
            return Err(self.raise_no_memory());
        };
        let memory = self.alloc_raw(shape, bytes)?;
        Ok(self.fill_object(memory, object))
    }

    #[inline(always)]
    pub(crate) fn fill_object<T: HeapObject>(&mut self, memory: NonNull<Header>, object: T) -> Gc<T> {
        // SAFETY: fresh memory of at least the size of `T`, whose header the heap has written: the words behind the
        // header are copied, the header is kept.
        unsafe {
            let from = (&raw const object).cast::<u64>();
            let to = memory.as_ptr().cast::<u64>();
            std::ptr::copy_nonoverlapping(from.add(1), to.add(1), size_of::<T>() / 8 - 1);
            std::mem::forget(object);
            Gc::from_header(memory)
        }
    }

    // ---- native stack ----

    /// Raises RecursionError when the native stack is nearly used up. Called by everything that recurses natively.
    #[inline(always)]
    pub fn check_native_stack(&mut self) -> Result<(), Raised> {
        let marker = 0u8;
        if (&raw const marker).addr() < self.native_limit { Err(self.native_stack_overflow()) } else { Ok(()) }
    }

    /// As `check_native_stack`; the message ends with what was being done, for instance `while hashing a tuple`.
    pub fn check_native_stack_while(&mut self, action: &str) -> Result<(), Raised> {
        let marker = 0u8;
        if (&raw const marker).addr() < self.native_limit {
            return Err(self.raise(Exc::RecursionError, format!("maximum recursion depth exceeded {action}")));
        }
        Ok(())
    }

    #[cold]
    #[inline(never)]
    fn native_stack_overflow(&mut self) -> Raised {
        self.raise(Exc::RecursionError, "maximum recursion depth exceeded")
    }

    /// Calls `body` with `n` scratch slots on the VM stack, all `UNBOUND` at first.
    pub fn with_scratch<R>(
        &mut self,
        n: usize,
        body: impl FnOnce(&mut Vm, &[Cell<Value>]) -> Result<R, Raised>,
    ) -> Result<R, Raised> {
        self.check_native_stack()?;
        let Some((old, window)) = self.stack.push_window(n) else {
            return Err(self.raise(Exc::RecursionError, "maximum recursion depth exceeded"));
        };
        let result = body(self, window);
        self.stack.pop_to(old);
        result
    }

    /// The lowest address of this thread's native stack, 0 if the system does not tell.
    pub(crate) fn native_stack_low(&self) -> usize {
        self.native_limit.saturating_sub(NATIVE_RESERVE)
    }

    // ---- names ----

    /// The interned string of an atom.
    #[inline]
    pub fn name(&mut self, atom: Atom) -> Gc<Str> {
        match self.interp().names[atom.0 as usize] {
            Some(name) => name,
            None => self.make_known_name(atom),
        }
    }

    #[cold]
    fn make_known_name(&mut self, atom: Atom) -> Gc<Str> {
        let text = KNOWN_NAMES[atom.0 as usize];
        Str::intern_known(self, text, atom)
    }

    // ---- state of native modules ----

    /// A named value kept per interpreter.
    pub fn state(&self, key: &'static str) -> Option<Value> {
        self.interp().state.get(key).copied()
    }

    /// Sets a named value kept per interpreter.
    pub fn set_state(&mut self, key: &'static str, value: Value) {
        self.interp_mut().state.insert(key, value);
    }

    /// A value kept per interpreter in a place of its own.
    #[inline(always)]
    pub fn hot_state(&self, place: HotState) -> Option<Value> {
        self.interp().hot_state[place as usize]
    }

    /// Sets a value kept in a place of its own.
    pub fn set_hot_state(&mut self, place: HotState, value: Value) {
        self.interp_mut().hot_state[place as usize] = Some(value);
    }

    /// An identity hash that is not 0.
    pub(crate) fn next_identity(&mut self) -> u32 {
        let interp = self.interp_mut();
        let mut x = interp.next_identity;
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        interp.next_identity = x;
        (x & ((1 << Header::HASH_BITS) - 1)).max(1)
    }

    /// The class of a built-in type.
    #[inline]
    pub fn class(&mut self, builtin: Builtin) -> Gc<Type> {
        match self.interp().builtin_types[builtin as usize] {
            Some(class) => class,
            None => crate::types::type_::materialize_builtin(self, builtin),
        }
    }
}

/// What native modules ask for too often to look it up by name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(usize)]
pub enum HotState {
    /// The current context of `_decimal`.
    DecimalContext,
}

impl HotState {
    /// How many places there are.
    pub const COUNT: usize = 1;
}

impl Drop for Vm {
    fn drop(&mut self) {
        self.interp().gil.forget_budget(&self.exec.budget);
        forget_budget(&self.exec.budget);
        let this = NonNull::from(&mut *self);
        self.interp_mut().threads.retain(|thread| *thread != this);
    }
}

const _: () = assert!(size_of::<HeaderWord>() == 8);
