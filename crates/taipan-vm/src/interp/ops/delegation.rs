//! Chains of delegation: what waits in `yield from` or `await` for a generator is not run only to hand values on.
//!
//! When a generator is resumed that waits for another one, and that perhaps for a third, only the innermost runs. The others
//! get frames that sleep: records at the SEND that they would have executed, whose slots are not written, since the
//! generator still holds them. A value that the innermost yields takes the sleeping frames away unseen; a sleeping frame
//! wakes when the one above it returns or raises.
//!
//! Invariants: right above a sleeping frame lies the frame of the generator it waits for; a sleeping frame is at a SEND,
//! handles no exception, and its code was not watched when it fell asleep.

use super::super::frame::{Frame, Kind, Ret};
use super::super::register_code::{RegOp, Word};
use super::generator::restore;
use crate::gc::Gc;
use crate::types::Builtin;
use crate::types::frame::FrameObject;
use crate::types::generator::{Generator, RUNNING, SUSPENDED};
use crate::value::Value;
use crate::vm::Vm;

/// Frames for which there must be room above a sleeping one: the one it waits for, and one which that calls.
const ROOM: usize = 2;

/// Pushes sleeping frames for a generator that can go on and for those it waits for. Gives the innermost, which is to be
/// pushed as one that runs, and what happens to the value it yields.
#[inline(always)]
pub(super) fn descend(vm: &mut Vm, generator: Gc<Generator>, ret: Ret) -> (Gc<Generator>, Ret) {
    let (mut innermost, mut ret) = (generator, ret);
    while let Some((send, inner)) = awaited(vm, innermost) {
        let Generator { executable, function, locals, frame: object, .. } = *innermost.get(vm);
        let executable = executable.get();
        let fp = vm.stack.top();
        let slots = executable.frame_slots.get() as usize;
        let needed = slots + inner.get(vm).executable.frame_slots.get() as usize;
        // SAFETY: room on both stacks is checked before anything is written; nothing reads the slots of a sleeping frame.
        unsafe {
            let record = vm.exec.top.add(1);
            if record.add(ROOM) > vm.exec.limit || needed > vm.stack.limit().offset_from(fp) as usize {
                break;
            }
            record.write(Frame {
                pc: send,
                fp,
                executable,
                function,
                globals: function.get(vm).globals,
                ret: Ret(ret.0 | Ret::ASLEEP),
                locals,
                object: None,
                generator: Some(innermost.value()),
                handled: vm.handled,
            });
            vm.exec.top = record;
            vm.stack.set_top(fp.add(slots));
            ret = Ret::new(Kind::GeneratorSend, Word((*send).get()).b(), 1);
        }
        if let Some(object) = object {
            show(vm, object);
        }
        innermost.get_mut(vm).state = RUNNING;
        innermost = inner;
    }
    (innermost, ret)
}

/// The SEND at which a suspended generator waits for another suspended one, and that one.
#[inline(always)]
fn awaited(vm: &Vm, generator: Gc<Generator>) -> Option<(*const std::cell::Cell<u64>, Gc<Generator>)> {
    let Generator { executable, slots, pc, depth, state, handled, .. } = generator.get(vm);
    if *state != SUSPENDED || executable.watched.get() {
        return None;
    }
    let place = executable.resume_at(*pc);
    // SAFETY: the place is a YIELD_VALUE; that of a delegation is followed by the jump back to its SEND.
    let send = unsafe {
        if Word((*place).get()).flags() & 1 == 0 {
            return None;
        }
        let back = Word((*place.add(1)).get());
        if back.op() != RegOp::JUMP as u8 {
            return None;
        }
        place.add(1).offset(back.sbc() as isize)
    };
    // SAFETY: the target of a jump.
    if Word(unsafe { (*send).get() }).op() != RegOp::SEND as u8 || handled.is_some() || !is_plain(generator.value()) {
        return None;
    }
    let receiver = (executable.locals + *depth).checked_sub(1)? as usize;
    let inner = slots.as_ref()?.get(vm).slots().get(receiver).copied().flatten()?;
    if !is_plain(inner) {
        return None;
    }
    // SAFETY: the two types have this layout.
    let inner = unsafe { Gc::<Generator>::from_value_unchecked(inner) };
    (inner.get(vm).state == SUSPENDED && !inner.get(vm).executable.watched.get()).then_some((send, inner))
}

/// Whether a value is a generator or a coroutine, not an asynchronous generator.
#[inline(always)]
fn is_plain(value: Value) -> bool {
    let id = value.shape_id();
    id == Builtin::Generator as u32 || id == Builtin::Coroutine as u32
}

/// The top frame has an object, which shows it from now on.
#[cold]
#[inline(never)]
pub(super) fn show(vm: &mut Vm, object: Value) {
    let (depth, owner) = (vm.exec.depth(), vm.address());
    // SAFETY: a frame was pushed.
    unsafe {
        let frame = vm.exec.top;
        (*frame).object = Some(object);
        (*frame).ret = Ret((*frame).ret.0 | Ret::HAS_OBJECT);
    }
    if let Some(object) = object.exact::<FrameObject>() {
        let object = object.get_mut(vm);
        (object.depth, object.owner) = (depth, owner);
    }
}

/// Takes away the sleeping frames on top: a value goes through them. Gives what happens to it then. A frame whose code is
/// watched meanwhile wakes instead, and hands the value on itself.
#[inline(always)]
pub(super) fn ascend(vm: &mut Vm, mut ret: Ret) -> Ret {
    // SAFETY: below the frame that yielded lies one, or the record that is none and does not sleep.
    while unsafe { (*vm.exec.top).ret.0 } & Ret::ASLEEP != 0 {
        // SAFETY: as above; the generator of a sleeping frame is one.
        let (frame, generator) = unsafe {
            let frame = &*vm.exec.top;
            let Some(generator) = frame.generator else { break };
            (frame, Gc::<Generator>::from_value_unchecked(generator))
        };
        if frame.executable.watched.get() {
            wake(vm);
            break;
        }
        ret = frame.ret;
        if ret.0 & Ret::HAS_OBJECT != 0 {
            hide(vm);
        }
        generator.get_mut(vm).state = SUSPENDED;
        vm.pop_frame();
    }
    ret
}

/// The object of the top frame, if it has one, shows a suspended generator from now on.
#[cold]
#[inline(never)]
pub(super) fn hide(vm: &mut Vm) {
    let object = vm.exec.current().and_then(|frame| frame.object);
    if let Some(object) = object.and_then(|object| object.exact::<FrameObject>()) {
        object.get_mut(vm).depth = 0;
    }
}

/// Writes the slots of the top frame, if it sleeps: it goes on.
#[inline]
pub(in super::super) fn wake(vm: &mut Vm) {
    // SAFETY: there is a frame, or the record that is none; the generator of a sleeping frame is one, and holds its slots.
    unsafe {
        let frame = vm.exec.top;
        if (*frame).ret.0 & Ret::ASLEEP == 0 {
            return;
        }
        (*frame).ret = Ret((*frame).ret.0 & !Ret::ASLEEP);
        let Some(generator) = (*frame).generator else { return };
        let Generator { slots, depth, .. } = *Gc::<Generator>::from_value_unchecked(generator).get(vm);
        if let Some(slots) = slots {
            restore((*frame).executable, (*frame).fp, slots.get(vm).slots(), depth);
        }
        // What was sent has gone to the generator it waits for.
        *(*frame).fp.add(Word((*(*frame).pc).get()).b() as usize) = Value::NONE;
    }
}
