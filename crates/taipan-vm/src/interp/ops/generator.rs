//! Generators: making, resuming, suspending, and sending to what they delegate to.

use taipan_bytecode::code::co;

use super::super::dispatch;
use super::super::executable::{Executable, ExecutableRef};
use super::super::frame::{Frame, Kind, Ret};
use super::super::monitoring::Event;
use super::super::op::Op;
use super::super::register_code::Word;
use super::super::unwind::{self, Leave, deliver};
use super::delegation;
use crate::gc::{Gc, HeaderWord};
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::types::Builtin;
use crate::types::array::ValueArray;
use crate::types::frame::FrameObject;
use crate::types::generator::{CLEANS_UP, CREATED, FINISHED, Generator, RUNNING, SUSPENDED};
use crate::value::Value;
use crate::vm::Vm;

/// What SEND found.
pub enum Sent {
    /// The generator's frame runs.
    Pushed,
    /// The receiver yields a value.
    Yielded(Value),
    /// The receiver has returned a value.
    Returned(Value),
}

/// RETURN_GENERATOR: the running frame becomes a generator, which is returned to its caller.
#[inline(never)]
pub fn return_generator(vm: &mut Vm, op: Op) -> Result<Leave, Raised> {
    let frame = current(vm)?;
    let flags = frame.executable.code.flags;
    let builtin = match () {
        () if flags & co::ASYNC_GENERATOR != 0 => Builtin::AsyncGenerator,
        () if flags & co::COROUTINE != 0 => Builtin::Coroutine,
        () => Builtin::Generator,
    };
    let slots = ValueArray::new(vm, frame.executable.frame_slots.get() as usize)?;
    let origin = if builtin == Builtin::Coroutine { crate::types::generator::unawaited::origin(vm)? } else { None };
    let function = current(vm)?.function;
    let (name, qualname) = (function.get(vm).name, function.get(vm).qualname);
    let locals = current(vm)?.locals;
    let generator = vm.new_object(
        builtin as u32,
        Generator {
            header: HeaderWord::NEW,
            executable: ExecutableRef::new(frame.executable),
            function,
            slots: Some(slots),
            name,
            qualname,
            handled: None,
            frame: None,
            locals,
            origin,
            pc: frame.executable.save_place(op.pc()),
            depth: 0,
            state: CREATED,
            flags: 0,
        },
    )?;
    save(vm, generator, 0);
    if builtin == Builtin::Coroutine {
        vm.note_unawaited(generator.value());
    }
    let frame = current(vm)?;
    if let Some(object) = frame.object.and_then(|object| object.exact::<FrameObject>()) {
        let fields = object.get_mut(vm);
        (fields.depth, fields.generator) = (0, Some(generator));
        generator.get_mut(vm).frame = Some(object.value());
    }
    vm.pop_frame();
    match frame.ret.kind() {
        Kind::Plain => {
            deliver(vm, frame.ret, generator.value());
            Ok(Leave::Continue)
        }
        Kind::Entry => Ok(Leave::Exit(Some(generator.value()))),
        Kind::Init => {
            let got = vm.type_name(generator.value());
            Err(vm.raise(Exc::TypeError, format!("__init__() should return None, not '{got}'")))
        }
        _ => Err(vm.raise(Exc::SystemError, "a generator made in a generator's frame")),
    }
}

fn current(vm: &mut Vm) -> Result<Frame, Raised> {
    match vm.exec.current() {
        Some(frame) => Ok(*frame),
        None => Err(vm.raise(Exc::SystemError, "no frame")),
    }
}

/// Copies the running frame's locals and `depth` stack entries into a generator.
#[inline]
fn save(vm: &mut Vm, generator: Gc<Generator>, depth: u32) {
    let Some(slots) = generator.get(vm).slots else { return };
    let frame = vm.exec.top;
    // SAFETY: control is in a frame's operation.
    let (executable, fp) = unsafe { ((*frame).executable, (*frame).fp) };
    let locals = executable.locals as usize;
    let (count, before) = (locals + depth as usize, locals + generator.get(vm).depth as usize);
    let to = slots.get_mut(vm).slots_mut();
    debug_assert!(count <= to.len() && before <= to.len());
    // SAFETY: locals and live entries lie in the frame and have been written; `to` has a slot for each slot of a frame.
    unsafe {
        if executable.wide.get() {
            save_wide(&*frame, to, depth);
        } else {
            // The operand stack follows the locals.
            for (index, slot) in to[..count].iter_mut().enumerate() {
                *slot = Some(*fp.add(index));
            }
        }
    }
    if before > count {
        to[count..before].fill(None);
    }
    generator.get_mut(vm).depth = depth;
}

/// # Safety
/// As in `save`.
#[cold]
unsafe fn save_wide(frame: &Frame, to: &mut [Option<Value>], depth: u32) {
    let locals = frame.executable.locals;
    let stack_base = frame.executable.register().map_or(locals, |register| register.stack_base);
    // SAFETY: by contract.
    unsafe {
        for index in 0..locals {
            to[index as usize] = Some(*frame.local(index));
        }
        for index in 0..depth {
            to[(locals + index) as usize] = Some(*frame.fp.add((stack_base + index) as usize));
        }
    }
}

/// Whether a generator can go on: false when it is finished. ValueError while it runs.
#[inline]
pub fn can_resume(vm: &mut Vm, generator: Gc<Generator>) -> Result<bool, Raised> {
    match generator.get(vm).state {
        CREATED | SUSPENDED => Ok(true),
        RUNNING => Err(already_running(vm, generator)),
        _ => Ok(false),
    }
}

#[cold]
fn already_running(vm: &mut Vm, generator: Gc<Generator>) -> Raised {
    let what = kind_name(generator);
    vm.raise(Exc::ValueError, format!("{what} already executing"))
}

/// What messages call a generator.
pub fn kind_name(generator: Gc<Generator>) -> &'static str {
    match generator.value().shape_id() {
        id if id == Builtin::Coroutine as u32 => "coroutine",
        id if id == Builtin::AsyncGenerator as u32 => "async generator",
        _ => "generator",
    }
}

/// Pushes the frame of a generator that can go on, or of the innermost one it waits for, with the value sent in its place.
pub fn resume(vm: &mut Vm, generator: Gc<Generator>, value: Value, ret: Ret) -> Result<(), Raised> {
    vm.count()?;
    let (generator, ret) = delegation::descend(vm, generator, ret);
    if let Err(raised) = push_suspended(vm, generator, ret) {
        delegation::ascend(vm, ret);
        return Err(raised);
    }
    set_sent(vm, value);
    // SAFETY: the frame was pushed, at the operation that suspended it.
    unsafe { (*vm.exec.top).pc = (*vm.exec.top).pc.add(1) };
    handle_own(vm, generator);
    Ok(())
}

/// Puts a value in the place of the one that a generator whose frame was pushed has yielded.
#[inline(always)]
fn set_sent(vm: &mut Vm, value: Value) {
    // SAFETY: the frame is at the operation that suspended it, which names the slot.
    unsafe {
        let frame = vm.exec.top;
        let slot = Word((*(*frame).pc).get()).a();
        *(*frame).fp.add(slot as usize) = value;
    }
}

/// What the body of a generator whose frame was pushed handles is what is handled now.
fn handle_own(vm: &mut Vm, generator: Gc<Generator>) {
    if let Some(own) = generator.get(vm).handled {
        generator.get_mut(vm).handled = None;
        vm.handled = Some(own);
        // SAFETY: the frame was pushed.
        unsafe { (*vm.exec.top).ret = Ret((*vm.exec.top).ret.0 | Ret::HANDLES) };
    }
}

/// Pushes the frame of a generator that can go on, at the operation that suspended it.
fn push_suspended(vm: &mut Vm, generator: Gc<Generator>, ret: Ret) -> Result<(), Raised> {
    let (executable, function) = (generator.get(vm).executable.get(), generator.get(vm).function);
    if executable.watched.get() {
        vm.instrument(executable)?;
    }
    let globals = function.get(vm).globals;
    let fp = vm.stack.top();
    // SAFETY: the slots are written below, before anything can collect.
    unsafe { vm.push_frame(fp, executable, function, globals, ret)? };
    let Generator { depth, pc, slots, locals: namespace, frame: object, .. } = *generator.get(vm);
    let at = executable.resume_at(pc);
    let handled = vm.handled;
    // SAFETY: the frame was pushed; its locals and its live entries are written here.
    unsafe {
        let frame = vm.exec.top;
        if let Some(slots) = slots {
            restore(executable, fp, slots.get(vm).slots(), depth);
        }
        (*frame).pc = at;
        (*frame).generator = Some(generator.value());
        (*frame).handled = handled;
        (*frame).locals = namespace;
    }
    if let Some(object) = object {
        delegation::show(vm, object);
    }
    if generator.get(vm).state == CREATED && generator.value().shape_id() == Builtin::Coroutine as u32 {
        vm.forget_unawaited(generator.value());
    }
    generator.get_mut(vm).state = RUNNING;
    Ok(())
}

/// Writes the saved locals and `depth` stack entries into a frame's slots.
///
/// # Safety
/// The frame was pushed for the code that saved them.
#[inline(always)]
pub(super) unsafe fn restore(executable: &Executable, fp: *mut Value, from: &[Option<Value>], depth: u32) {
    let from = &from[..(executable.locals + depth) as usize];
    if executable.wide.get() {
        // SAFETY: by contract.
        return unsafe { restore_wide(executable, fp, from) };
    }
    for (index, value) in from.iter().enumerate() {
        // SAFETY: locals lie in the frame, and behind them the operand stack. An empty local was deleted, or never assigned.
        unsafe { *fp.add(index) = value.unwrap_or(Value::UNBOUND) };
    }
}

/// # Safety
/// As in `restore`.
#[cold]
unsafe fn restore_wide(executable: &Executable, fp: *mut Value, from: &[Option<Value>]) {
    let Some(register) = executable.register() else { return };
    for (index, value) in (0u32..).zip(from) {
        let slot = match index.checked_sub(executable.locals) {
            None => register.local_slot(index),
            Some(entry) => register.stack_base + entry,
        };
        // SAFETY: locals and stack entries lie in the frame.
        unsafe { *fp.add(slot as usize) = value.unwrap_or(Value::UNBOUND) };
    }
}

/// Lets native code act on what a suspended generator delegates to, with the generator's frame on the stack, at its yield.
pub fn beside<T>(
    vm: &mut Vm,
    generator: Gc<Generator>,
    act: impl FnOnce(&mut Vm) -> Result<T, Raised>,
) -> Result<T, Raised> {
    vm.check_native_stack()?;
    let old = vm.stack.top();
    push_suspended(vm, generator, Ret::new(Kind::GeneratorEntry, 0, 0))?;
    set_sent(vm, Value::NONE);
    let result = act(vm);
    delegation::hide(vm);
    // A collection may have emptied what was saved.
    let depth = generator.get(vm).depth;
    save(vm, generator, depth);
    vm.pop_frame();
    vm.stack.pop_to(old);
    generator.get_mut(vm).state = SUSPENDED;
    result
}

/// Whether a generator that yields has something to do when it is closed there; a hook of an event loop is always told.
fn is_protected(vm: &Vm, executable: &Executable, generator: Gc<Generator>, op: Op) -> bool {
    (generator.value().shape_id() == Builtin::AsyncGenerator as u32 && generator.get(vm).origin.is_some())
        || executable.has_cleanup.get()
            && executable.locate(op.pc()).is_some_and(|(register, pc)| register.cleans_up(pc))
}

/// YIELD_VALUE.
#[inline(never)]
pub fn yield_value(vm: &mut Vm, op: Op) -> Result<Leave, Raised> {
    // SAFETY: control is in a frame's operation.
    let Frame { generator, executable, handled: outer, ret, .. } = unsafe { *vm.exec.top };
    let Some(generator) = generator else {
        return Err(vm.raise(Exc::SystemError, "yield in a frame that is no generator's"));
    };
    // SAFETY: nothing but a generator is put there.
    let generator = unsafe { Gc::<Generator>::from_value_unchecked(generator) };
    let value = op.rb();
    save(vm, generator, u32::from(op.word().c()));
    let handled = vm.handled;
    let own = if ret.0 & Ret::HANDLES == 0 { None } else { handled };
    if generator.get(vm).flags & CLEANS_UP == 0
        && (op.word().flags() & 1 != 0 || is_protected(vm, executable, generator, op))
    {
        vm.note_generator(generator);
    }
    let state = generator.get_mut(vm);
    state.pc = executable.save_place(op.pc());
    state.state = SUSPENDED;
    state.handled = own;
    vm.handled = outer;
    if ret.0 & Ret::HAS_OBJECT != 0 {
        delegation::hide(vm);
    }
    vm.pop_frame();
    let ret = if ret.kind() == Kind::GeneratorSend { delegation::ascend(vm, ret) } else { ret };
    match ret.kind() {
        Kind::GeneratorEntry => Ok(Leave::Exit(Some(value))),
        _ => {
            deliver(vm, ret, value);
            Ok(Leave::Continue)
        }
    }
}

/// SEND.
#[inline(never)]
pub fn send_op(vm: &mut Vm, op: Op) -> Result<Sent, Raised> {
    let (receiver, value) = (op.ra(), op.rb());
    let id = receiver.shape_id();
    if id == Builtin::Generator as u32 || id == Builtin::Coroutine as u32 {
        // SAFETY: the two types have this layout.
        let generator = unsafe { Gc::<Generator>::from_value_unchecked(receiver) };
        if !can_resume(vm, generator)? {
            if id == Builtin::Coroutine as u32 {
                return Err(vm.raise(Exc::RuntimeError, "cannot reuse already awaited coroutine"));
            }
            return Ok(Sent::Returned(Value::NONE));
        }
        check_first_value(vm, generator, value)?;
        resume(vm, generator, value, Ret::new(Kind::GeneratorSend, op.word().b(), 1))?;
        return Ok(Sent::Pushed);
    }
    match send_to_iterator(vm, receiver, value) {
        Err(raised) if vm.raised_is(Exc::StopIteration) => {
            vm.tell_raised(Event::Raise, &[]);
            if !vm.raised_is(Exc::StopIteration) {
                return Err(raised);
            }
            let stop = vm.take_raised(raised);
            Ok(Sent::Returned(super::exception::stop_value(vm, stop)))
        }
        sent => sent,
    }
}

/// Sends to an iterator of any type; StopIteration gives the result.
pub fn send_to_iterator(vm: &mut Vm, receiver: Value, value: Value) -> Result<Sent, Raised> {
    let result = if value.is_none() {
        vm.next_or_stop(receiver)
    } else {
        vm.call_method_name(receiver, name::SEND, &[value]).map(Some)
    };
    match result {
        Ok(Some(item)) => Ok(Sent::Yielded(item)),
        Ok(None) => Ok(Sent::Returned(Value::NONE)),
        Err(raised) => Err(raised),
    }
}

/// TypeError for a value sent to a generator that has not started.
pub fn check_first_value(vm: &mut Vm, generator: Gc<Generator>, value: Value) -> Result<(), Raised> {
    if generator.get(vm).state != CREATED || value.is_none() {
        return Ok(());
    }
    let what = kind_name(generator);
    Err(vm.raise(Exc::TypeError, format!("can't send non-None value to a just-started {what}")))
}

/// What a suspended generator delegates to (`yield from`, `await`).
pub fn delegate(vm: &Vm, generator: Gc<Generator>) -> Option<Value> {
    let generator = generator.get(vm);
    if generator.state != SUSPENDED || generator.depth == 0 {
        return None;
    }
    let (register, pc) = generator.executable.saved_place(generator.pc)?;
    let word = Word(register.words.get(pc as usize)?.get());
    // Only a yield suspends a generator that was started; its first word may be replaced for a while, not its flags.
    if word.flags() & 1 == 0 {
        return None;
    }
    let index = (generator.executable.locals + generator.depth - 1) as usize;
    generator.slots?.get(vm).slots().get(index).copied().flatten()
}

/// How a generator driven by native code answered.
pub enum Answer {
    /// It yielded.
    Yielded(Value),
    /// It returned.
    Returned(Value),
}

/// Resumes a generator from native code with a value. The caller has checked that it can go on.
pub fn drive(vm: &mut Vm, generator: Gc<Generator>, value: Value) -> Result<Answer, Raised> {
    vm.check_native_stack()?;
    let old = vm.stack.top();
    let result = match resume(vm, generator, value, Ret::new(Kind::GeneratorEntry, 0, 0)) {
        Ok(()) => dispatch::run(vm),
        Err(raised) => Err(raised),
    };
    vm.stack.pop_to(old);
    answer(vm, generator, result?)
}

fn answer(vm: &Vm, generator: Gc<Generator>, value: Value) -> Result<Answer, Raised> {
    Ok(if generator.get(vm).state == FINISHED { Answer::Returned(value) } else { Answer::Yielded(value) })
}

/// Raises an exception where a generator is suspended. A generator that has not started is finished by it.
pub fn drive_exception(vm: &mut Vm, generator: Gc<Generator>, exception: Value) -> Result<Answer, Raised> {
    vm.check_native_stack()?;
    let old = vm.stack.top();
    let result = match push_suspended(vm, generator, Ret::new(Kind::GeneratorEntry, 0, 0)) {
        Ok(()) => {
            // The exception is raised by the operation that suspended the generator.
            set_sent(vm, Value::NONE);
            let own = generator.get(vm).handled;
            handle_own(vm, generator);
            // Only what the body itself handles is its context.
            let _ = match own {
                Some(_) => vm.raise_value(exception),
                None => vm.reraise(exception),
            };
            vm.tell_raised(Event::PyThrow, &[]);
            match unwind::unwind(vm) {
                Leave::Continue => dispatch::run(vm),
                Leave::Exit(Some(value)) => Ok(value),
                Leave::Exit(None) => Err(Raised(())),
            }
        }
        Err(raised) => Err(raised),
    };
    vm.stack.pop_to(old);
    answer(vm, generator, result?)
}

/// Wraps a value an asynchronous generator yields, to tell it from what it awaits.
pub fn wrap_async(vm: &mut Vm, value: Value) -> Result<Value, Raised> {
    crate::types::generator::asynchronous::wrap(vm, value)
}
