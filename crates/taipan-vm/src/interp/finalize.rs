//! Finalisers: `__del__` of instances and the closing of abandoned generators, run when the loop polls.
//!
//! The collector only queues (see `taipan_heap`); Python code runs here, one finaliser at a time, never inside an allocation.
//! A finaliser that raises is reported to `sys.unraisablehook` (PEP 442).

use taipan_heap::Collection;

use streams::Streams;

use crate::gc::Gc;
use crate::names::name;
use crate::spec::{self, NativeFn};
use crate::types::Builtin;
use crate::types::builtin_method::BuiltinMethod;
use crate::types::generator::methods::close;
use crate::types::generator::{CLEANS_UP, Generator, SUSPENDED};
use crate::types::memoryview::MemoryView;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

mod streams;

/// The object's class has `__del__`.
const DEL: u64 = 1;
/// A generator suspended where it has something to clean up.
const GENERATOR: u64 = 2;
/// A coroutine, or an awaitable of an asynchronous generator, that has not begun.
pub(crate) const UNAWAITED: u64 = 7;
/// As `DEL`, in the order of `streams`.
const STREAM: u64 = 4;
/// A view of what a native object exports.
const VIEW: u64 = 5;
/// A view of what an object of a class made in Python exports: giving it back runs Python code.
const FOREIGN_VIEW: u64 = 6;
/// Rust data is to be freed; its number stands above.
const RESOURCE: u64 = 3;

/// The tag of an object that owns the resource of a number.
pub(crate) fn resource_tag(number: usize) -> u64 {
    (number as u64) << 8 | RESOURCE
}

/// Frames that finalisers and callbacks of weak references may use wherever they run.
const CALLBACK_FRAMES: usize = 256;
/// Larger heaps are not collected as a whole while waiting, or for the sake of a file.
const IDLE_MAJOR: usize = 64 << 20;
/// Milliseconds between two such collections.
const IDLE_INTERVAL: u64 = 200;

impl Vm {
    /// Notes a new instance whose class has `__del__`.
    #[inline]
    pub fn note_instance(&mut self, object: Value, class: Gc<Type>) {
        if class.get(self).slots.del.is_some()
            && !class.get(self).has_flag(spec::NO_FINALIZER)
            && let Some(header) = object.as_heap()
        {
            let late = class.get(self).has_flag(spec::FINALIZE_AFTER_HOLDERS);
            self.heap_mut().register_finalizer(header, if late { STREAM } else { DEL });
        }
    }

    /// Notes the instances that a class and its subclasses have already, now that the class has got a `__del__`.
    pub(crate) fn note_instances_of(&mut self, class: Gc<Type>) {
        // What is dead already has had its end: only what lives now may get a finaliser.
        self.collect(Collection::Major);
        let mut found = Vec::new();
        self.interp().heap.for_each_object(&mut |object| {
            // SAFETY: the heap gives objects.
            let klass = self.shape(unsafe { object.as_ref() }.shape).klass;
            if klass.is_some_and(|klass| klass.get(self).is_heap_type() && Type::is_subtype(klass, self, class)) {
                found.push(object);
            }
        });
        // Nothing is allocated in the heap, so nothing moves.
        for object in found {
            let object = Value::from_heap(object);
            if object.as_heap().is_some_and(|header| !self.interp().heap.has_finalizer(header)) {
                let own = self.type_of(object);
                self.note_instance(object, own);
            }
        }
    }

    /// A native object has been closed: unless its class is made in Python, its finaliser has nothing left to do.
    pub fn forget_instance(&mut self, object: Value) {
        let class = self.type_of(object);
        if !class.get(self).is_heap_type()
            && let Some(header) = object.as_heap()
        {
            self.heap_mut().unregister_finalizer(header);
        }
    }

    /// Notes a generator that must be closed when nobody can resume it any more.
    pub(crate) fn note_generator(&mut self, generator: Gc<Generator>) {
        generator.get_mut(self).flags |= CLEANS_UP;
        self.heap_mut().register_finalizer(generator.header(), GENERATOR);
    }

    /// A generator has ended: there is nothing to close.
    #[inline]
    pub(crate) fn forget_generator(&mut self, generator: Gc<Generator>) {
        if generator.get(self).flags & CLEANS_UP != 0 {
            generator.get_mut(self).flags &= !CLEANS_UP;
            self.heap_mut().unregister_finalizer(generator.header());
        }
    }

    /// Runs the finalisers of what the last collections found unreachable; true if any ran.
    #[cold]
    pub fn run_finalizers(&mut self) -> bool {
        if std::mem::replace(&mut self.exec.finalizing, true) {
            return false;
        }
        let pending = self.pending.take();
        let any = self.with_spare_frames(Vm::finalize_found);
        self.pending = pending;
        self.exec.finalizing = false;
        any
    }

    /// Runs what is not called by the program but happens to come now, which may be deep in a recursion.
    pub(crate) fn with_spare_frames<T>(&mut self, body: impl FnOnce(&mut Vm) -> T) -> T {
        let set = self.exec.recursion_limit();
        let limit = self.exec.allow_frames(CALLBACK_FRAMES);
        let result = body(self);
        if self.exec.recursion_limit() == set {
            self.exec.limit = limit;
        }
        result
    }

    fn finalize_found(&mut self) -> bool {
        let mut any = false;
        let mut streams = Streams::default();
        loop {
            let Some((object, tag)) = self.heap_mut().take_finalizable() else {
                let Some(object) = streams.take(self) else { break };
                self.run_del(object);
                continue;
            };
            let object = Value::from_heap(object);
            any = true;
            match tag {
                STREAM => {
                    if let Err(raised) = streams.add(self, object) {
                        let _ = self.take_raised(raised);
                        self.run_del(object);
                    }
                }
                DEL => self.run_del(object),
                VIEW | FOREIGN_VIEW => self.release_view(object),
                UNAWAITED => self.warn_unawaited(object),
                tag if tag & 0xFF == RESOURCE => self.remove_resource((tag >> 8) as usize),
                _ => self.close_abandoned(object),
            }
        }
        any
    }

    /// Notes a new view, so that its export ends with it.
    pub(crate) fn note_view(&mut self, view: Gc<MemoryView>) {
        let Some(owner) = view.get(self).owner else { return };
        let class = self.type_of(owner);
        if class.get(self).slots.release_buffer.is_none() {
            return;
        }
        if class.get(self).is_heap_type() {
            self.heap_mut().register_finalizer(view.header(), FOREIGN_VIEW);
        } else {
            self.heap_mut().register_lax_finalizer(view.header(), VIEW);
        }
    }

    fn release_view(&mut self, object: Value) {
        let Some(view) = object.downcast::<MemoryView>(self) else { return };
        if view.get(self).exports > 0 {
            // Somebody reads through it at this moment.
            self.note_view(view);
        } else if let Err(raised) = MemoryView::release(view, self) {
            let _ = self.take_raised(raised);
        }
    }

    /// Collects while the program waits, so that abandoned objects are closed although nothing is allocated. Gives
    /// whether weak callbacks or finalisers ran.
    pub fn collect_when_idle(&mut self) -> bool {
        if self.exec.finalizing {
            return false;
        }
        let kind = if self.heap_mut().used_bytes() < IDLE_MAJOR { Collection::Major } else { Collection::Minor };
        // Whoever waits was called from Python code: what it works on lies in slots of frames.
        let loose = self.loop_stacks();
        self.heap_mut().set_lax(true);
        self.collect_counting(kind, Vec::new(), false, loose);
        self.heap_mut().set_lax(false);
        let pending = self.heap_mut().has_pending();
        self.run_weak_callbacks();
        self.run_finalizers();
        self.interp_mut().idle_mark = self.milliseconds();
        pending
    }

    /// Closes the files that were dropped after writing, before the program looks at files by path, starts a process or
    /// ends without cleaning up: CPython closes them when the last reference goes. Costs a collection if a file was opened
    /// for writing since the last call and is still open: a minor one, unless a file may have grown old since. `function`
    /// is the native function that is about to do so (its row says `looks_at_files`); when Python code has called it,
    /// nothing but its arguments is believed to be in use by native code.
    #[inline]
    pub fn close_dropped_outputs(&mut self, function: Option<NativeFn>) {
        if self.interp().new_outputs > 0 && !self.exec.finalizing {
            self.close_new_outputs(function);
        }
    }

    /// Called by operations of the loop before they call native code: while a dropped file may wait to be closed, what
    /// earlier calls left on the native stack is not to be seen by a collection in the call.
    #[inline(always)]
    pub(crate) fn forget_earlier_calls(&mut self, callable: Value) {
        if self.interp().new_outputs > 0 && self.may_look_at_files(callable) {
            taipan_heap::clear_unused_stack();
        }
    }

    /// Not what a program calls most while it writes: functions that do not look at files themselves, numbers and texts.
    #[inline(never)]
    fn may_look_at_files(&mut self, callable: Value) -> bool {
        const SCALARS: [u32; 4] =
            [Builtin::Int as u32, Builtin::Float as u32, Builtin::Bool as u32, Builtin::Str as u32];
        match (callable.exact::<BuiltinMethod>(), callable.downcast::<Type>(self)) {
            (Some(function), _) => function.get(self).def.looks_at_files,
            (None, Some(class)) => !SCALARS.contains(&class.get(self).root_shape),
            (None, None) => true,
        }
    }

    #[cold]
    fn close_new_outputs(&mut self, function: Option<NativeFn>) {
        let loose = match function {
            Some(function) => self.loose_stack(function),
            None => self.loop_stacks(),
        };
        let aged = self.heap_mut().stats().minors != self.interp().outputs_since;
        let small = self.heap_mut().used_bytes() < IDLE_MAJOR;
        let kind = if aged && small { Collection::Major } else { Collection::Minor };
        self.collect_counting(kind, Vec::new(), false, loose);
        self.run_weak_callbacks();
        self.run_finalizers();
        let interp = self.interp_mut();
        interp.new_outputs = 0;
        interp.output_age = interp.output_age.wrapping_add(1);
    }

    /// Notes that a file was opened for writing; gives the age by which to tell when it is closed.
    pub fn note_output(&mut self) -> u32 {
        if self.interp().new_outputs == 0 {
            self.interp_mut().outputs_since = self.heap_mut().stats().minors;
        }
        self.interp_mut().new_outputs += 1;
        self.interp().output_age
    }

    /// Notes that a file opened for writing was closed.
    pub fn forget_output(&mut self, age: u32) {
        let interp = self.interp_mut();
        if interp.output_age == age {
            interp.new_outputs = interp.new_outputs.saturating_sub(1);
        }
    }

    /// Milliseconds that a wait lasts before it collects garbage: not more often than five times in a second.
    pub fn idle_patience(&self) -> i32 {
        let since = self.milliseconds().saturating_sub(self.interp().idle_mark);
        if since >= IDLE_INTERVAL { 10 } else { IDLE_INTERVAL as i32 }
    }

    fn milliseconds(&self) -> u64 {
        let now = self.interp().host.clock(libc::CLOCK_MONOTONIC).unwrap_or_default();
        (now.total() / 1_000_000) as u64
    }

    /// Whether `is_exporting` still holds after the views that nobody can reach have given their exports back. Runs no
    /// Python code. CPython ends an export when the last reference to the view goes. Words of native stacks are not
    /// believed: one that a call has left may outlive its view by any time. Whoever works with a view got it from Python
    /// code, which holds it, or counts as an export of the view.
    #[cold]
    pub fn still_exporting(&mut self, is_exporting: impl Fn(&Vm) -> bool) -> bool {
        for kind in [Collection::Minor, Collection::Major] {
            self.collect_lax(kind);
            while let Some(view) = self.heap_mut().take_finalizable_tagged(VIEW) {
                self.release_view(Value::from_heap(view));
            }
            if !is_exporting(self) {
                return false;
            }
        }
        true
    }

    fn run_del(&mut self, object: Value) {
        let Some(del) = self.slots(object).del else { return };
        let result = del(self, object);
        if let Err(raised) = result {
            let class = self.type_of(object);
            let method = Type::lookup_name(class, self, name::DEL).unwrap_or(Value::NONE);
            self.write_unraisable_of(raised, "while calling deallocator", method);
        }
    }

    fn close_abandoned(&mut self, object: Value) {
        let Some(generator) = object.downcast::<Generator>(self) else { return };
        if generator.get(self).state != SUSPENDED {
            return;
        }
        let result = match generator.get(self).origin {
            // An event loop closes its asynchronous generators itself.
            Some(hook) if object.shape_id() == crate::types::Builtin::AsyncGenerator as u32 => {
                self.call(hook, &[object]).map(drop)
            }
            _ if object.shape_id() == crate::types::Builtin::AsyncGenerator as u32 => Ok(()),
            _ => close(self, generator).map(drop),
        };
        if let Err(raised) = result {
            self.write_unraisable_of(raised, "while closing generator", object);
        }
    }

    /// Runs the finalisers of everything that has one, at the end of the interpreter.
    pub fn run_all_finalizers(&mut self) {
        self.settle_unawaited();
        self.heap_mut().queue_all_finalizers();
        self.run_finalizers();
    }
}
