//! Leaving frames: by return, and by exception with the tracebacks that record the way.

use super::frame::{Frame, Kind, Ret};
use super::instrument::instrumented_target;
use super::monitoring::Event;
use super::op::Op;
use super::ops::delegation::wake;
use crate::gc::{Gc, HeaderWord};
use crate::raise::{Exc, Raised};
use crate::types::array::ValueArray;
use crate::types::exceptions::BaseException;
use crate::types::frame::FrameObject;
use crate::types::generator::{self, Generator};
use crate::types::traceback::Traceback;
use crate::value::Value;
use crate::vm::Vm;

/// Where the loop goes on after a frame was left.
pub enum Leave {
    /// At the top frame's `pc`.
    Continue,
    /// Out of the loop, with a value (`Some`) or the pending exception.
    Exit(Option<Value>),
}

/// RETURN of a frame that is not `Plain`, or has a frame object.
#[cold]
#[inline(never)]
pub fn return_special(vm: &mut Vm, value: Value) -> Result<Leave, Raised> {
    // SAFETY: a frame returns.
    let frame = unsafe { *vm.exec.top };
    let kind = frame.ret.kind();
    if kind == Kind::Init && !value.is_none() {
        let got = vm.type_name(value);
        return Err(vm.raise(Exc::TypeError, format!("__init__() should return None, not '{got}'")));
    }
    finish(vm, &frame, None);
    vm.pop_frame();
    match kind {
        Kind::Entry | Kind::GeneratorEntry => return Ok(Leave::Exit(Some(value))),
        Kind::Plain => deliver(vm, frame.ret, value),
        Kind::Init => {
            // SAFETY: the calling frame is on top now, at its CALL, whose window begins with the new object.
            let object = unsafe { Op::new((*vm.exec.top).pc, (*vm.exec.top).fp).rb() };
            deliver(vm, frame.ret, object);
        }
        Kind::GeneratorFor => {
            if !value.is_none() && vm.interp().monitoring.tools[Event::Raise as usize] != 0 {
                tell_stop(vm, value)?;
            }
            generator_exhausted(vm, None);
        }
        Kind::GeneratorSend => {
            wake(vm);
            generator_exhausted(vm, Some(value));
        }
    }
    Ok(Leave::Continue)
}

/// Tells of the StopIteration with which a loop over a generator that returned a value ends.
#[cold]
fn tell_stop(vm: &mut Vm, value: Value) -> Result<(), Raised> {
    let stop = vm.new_exception(Exc::StopIteration, &[value])?;
    let _ = vm.reraise(stop);
    vm.tell_raised(Event::Raise, &[]);
    match vm.pending {
        Some(pending) if pending == stop => {
            vm.pending = None;
            Ok(())
        }
        _ => Err(Raised(())),
    }
}

/// Writes a result to the top frame's destination slot and steps over the operation that waited for it.
pub fn deliver(vm: &mut Vm, ret: Ret, value: Value) {
    // SAFETY: the top frame waits at an operation of `ret.words()` words with that destination.
    unsafe {
        let frame = vm.exec.top;
        *(*frame).fp.add(ret.slot() as usize) = value;
        (*frame).pc = (*frame).pc.add(ret.words());
    }
}

/// A generator that FOR_ITER or SEND of the top frame drives has returned: the jump is taken.
fn generator_exhausted(vm: &mut Vm, value: Option<Value>) {
    // SAFETY: the top frame is at its FOR_ITER or SEND.
    unsafe {
        let frame = vm.exec.top;
        let op = Op::new((*frame).pc, (*frame).fp);
        if let Some(value) = value {
            op.set(op.word().b(), value);
        }
        (*frame).pc = (*frame).pc.offset(op.word().sc() as isize);
    }
}

/// What every ending frame does: its frame object takes over the locals, its generator is finished.
fn finish(vm: &mut Vm, frame: &Frame, raised_at: Option<u32>) {
    if let Some(object) = frame.object.and_then(|object| object.exact::<FrameObject>()) {
        detach(vm, object, frame, raised_at);
    }
    if let Some(generator) = frame.generator.and_then(|generator| generator.downcast::<Generator>(vm)) {
        vm.forget_generator(generator);
        let generator = generator.get_mut(vm);
        generator.state = generator::FINISHED;
        generator.slots = None;
        generator.handled = None;
        generator.frame = None;
        vm.handled = frame.handled;
    }
}

/// Copies the locals of an ending frame into its frame object. Without memory for that the object has none.
fn detach(vm: &mut Vm, object: Gc<FrameObject>, frame: &Frame, raised_at: Option<u32>) {
    let lasti = raised_at.unwrap_or_else(|| frame.lasti());
    let pending = vm.pending.take();
    let back = match vm.exec.depth() {
        // A generator that has ended was called by nobody in particular.
        depth if depth > 1 && frame.generator.is_none() => vm.frame_object(depth - 1).ok(),
        _ => None,
    };
    let locals = frame.executable.locals as usize;
    let slots = match ValueArray::new(vm, locals) {
        Ok(slots) => {
            for i in 0..locals {
                // SAFETY: locals lie within the frame, which is still on the stack.
                let value = unsafe { *frame.local(i as u32) };
                slots.get_mut(vm).slots_mut()[i] = value.given();
            }
            Some(slots)
        }
        Err(raised) => {
            let _ = vm.take_raised(raised);
            None
        }
    };
    vm.pending = pending;
    let object = object.get_mut(vm);
    object.slots = slots;
    object.back = back;
    object.lasti = lasti;
    object.depth = 0;
    object.generator = None;
}

impl Vm {
    /// What names this context among the threads of its interpreter.
    #[inline]
    pub(crate) fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    /// The context of the thread with an address, if it is still there.
    pub(crate) fn context_of(&self, owner: usize) -> Option<&Vm> {
        if owner == self.address() {
            return Some(self);
        }
        let context = self.interp().threads.iter().find(|context| context.addr().get() == owner)?;
        // SAFETY: contexts of the table are alive; the GIL is held, so the others do not run.
        Some(unsafe { context.as_ref() })
    }

    /// A record of the control stack of a thread.
    pub(crate) fn record_of(&self, owner: usize, depth: usize) -> Option<Frame> {
        self.context_of(owner)?.exec.frame(depth).copied()
    }

    /// Tells that the slots of the frame at a depth of a thread are about to be written.
    pub(crate) fn disturb_frame(&mut self, owner: usize, depth: usize) {
        if owner == self.address() {
            self.exec.disturb(depth);
        } else if let Some(mut context) =
            self.interp().threads.iter().find(|context| context.addr().get() == owner).copied()
        {
            // SAFETY: as in `context_of`; it is another context than this one.
            unsafe { context.as_mut() }.exec.disturb(depth);
        }
    }

    /// The frame object of a frame that runs in this thread, made if need be.
    pub fn frame_object(&mut self, depth: usize) -> Result<Gc<FrameObject>, Raised> {
        self.frame_object_of(self.address(), depth)
    }

    /// The frame object of a frame that runs in a thread.
    pub(crate) fn frame_object_of(&mut self, owner: usize, depth: usize) -> Result<Gc<FrameObject>, Raised> {
        let Some(frame) = self.record_of(owner, depth) else {
            return Err(self.raise(Exc::ValueError, "call stack is not deep enough"));
        };
        if let Some(object) = frame.object.and_then(|object| object.exact::<FrameObject>()) {
            return Ok(object);
        }
        let generator = frame.generator.and_then(|generator| generator.downcast::<Generator>(self));
        let object = match generator.and_then(|generator| generator.get(self).frame) {
            Some(object) => object.exact::<FrameObject>(),
            None => None,
        };
        let object = match object {
            Some(object) => object,
            None => self.new_exact(FrameObject {
                header: HeaderWord::NEW,
                executable: super::executable::ExecutableRef::new(frame.executable),
                function: frame.function,
                globals: frame.globals,
                locals: frame.locals,
                back: None,
                generator,
                slots: None,
                extra: None,
                trace: None,
                depth,
                owner,
                lasti: 0,
                previous: 0,
                flags: 0,
                pad: 0,
            })?,
        };
        let fields = object.get_mut(self);
        (fields.depth, fields.owner) = (depth, owner);
        if let Some(generator) = generator {
            generator.get_mut(self).frame = Some(object.value());
        }
        let note = |exec: &mut super::Execution| {
            if let Some(frame) = exec.frame_mut(depth) {
                frame.object = Some(object.value());
                frame.ret = Ret(frame.ret.0 | Ret::HAS_OBJECT);
            }
        };
        if owner == self.address() {
            note(&mut self.exec);
        } else if let Some(mut context) =
            self.interp().threads.iter().find(|context| context.addr().get() == owner).copied()
        {
            // SAFETY: as in `context_of`; it is another context than this one.
            note(&mut unsafe { context.as_mut() }.exec);
        }
        Ok(object)
    }
}

/// Finds the handler of the pending exception, leaving frames on the way.
#[cold]
#[inline(never)]
pub fn unwind(vm: &mut Vm) -> Leave {
    'raise: loop {
        let event = if std::mem::take(&mut vm.exec.reraised) {
            Event::Reraise
        } else {
            add_traceback(vm);
            Event::Raise
        };
        let raised_at = vm.exec.raised_at.take();
        vm.tell_raised(event, &[]);
        // SAFETY: the loop runs with a frame on top.
        let frame = unsafe { *vm.exec.top };
        let handler =
            frame.executable.locate(frame.pc).and_then(|(register, pc)| Some((register, register.handler(pc)?)));
        if let Some((register, handler)) = handler {
            let exception = vm.pending.take().unwrap_or(Value::NONE);
            let mut slot = register.stack_base + handler.depth;
            // SAFETY: the translator proved that the handler's entries lie in the operand stack; below its depth all
            // entries are in their slots.
            unsafe {
                if handler.lasti {
                    *frame.fp.add(slot as usize) = Value::int32(raised_at.unwrap_or_else(|| frame.lasti()) as i32);
                    slot += 1;
                }
                *frame.fp.add(slot as usize) = exception;
                let pc = register.words.as_ptr().add(handler.target as usize);
                (*vm.exec.top).pc = instrumented_target(frame.executable, register, handler.target).unwrap_or(pc);
            }
            if vm.interp().monitoring.tools[Event::ExceptionHandled as usize] != 0 && vm.exec.tracing == 0 {
                let offset = vm.exec.current().map_or(0, Frame::lasti);
                if vm.tell(Event::ExceptionHandled, offset, &[exception]).is_err() {
                    vm.exec.reraised = true;
                    continue 'raise;
                }
            }
            return Leave::Continue;
        }
        let depth = vm.exec.depth();
        let left_at = std::mem::replace(&mut vm.exec.left_at, raised_at.map(|at| (depth, at)));
        vm.tell_raised(Event::PyUnwind, &[]);
        vm.exec.left_at = left_at;
        // What a callback did may have given the frame an object.
        // SAFETY: as above.
        let frame = unsafe { *vm.exec.top };
        let pending = vm.pending;
        finish(vm, &frame, raised_at);
        vm.pending = pending;
        vm.pop_frame();
        if matches!(frame.ret.kind(), Kind::Entry | Kind::GeneratorEntry) {
            return Leave::Exit(None);
        }
        wake(vm);
        if frame.ret.is_pushed_by_caller() {
            vm.drop_given_operands(frame.ret);
        }
    }
}

/// Adds the top frame to the traceback of the pending exception. Without memory the entry is left out.
pub fn add_traceback(vm: &mut Vm) {
    let Some(pending) = vm.pending.take() else { return };
    let depth = vm.exec.depth();
    let lasti = vm.exec.current().map_or(0, Frame::lasti);
    let entry = match vm.frame_object(depth) {
        Ok(frame) => {
            let next = pending
                .downcast::<BaseException>(vm)
                .and_then(|exception| exception.get(vm).traceback)
                .and_then(|traceback| traceback.exact::<Traceback>());
            Traceback::new(vm, next, frame, lasti as i32 * 2, -1)
        }
        Err(raised) => Err(raised),
    };
    match entry {
        Ok(entry) => {
            if let Some(exception) = pending.downcast::<BaseException>(vm) {
                exception.get_mut(vm).traceback = Some(entry.value());
            }
        }
        Err(raised) => {
            let _ = vm.take_raised(raised);
        }
    }
    vm.pending = Some(pending);
}
