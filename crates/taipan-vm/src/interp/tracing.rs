//! The TRACE operation of instrumented code, and `sys.settrace` and `sys.setprofile` on top of the events of `monitoring`.
//!
//! TRACE stands before every instruction. It tells, in CPython's order: how a loop went on, the line, the instruction, and what the
//! instruction is about to do. The operand stack is read from its canonical slots.

use taipan_bytecode::ops::Opcode;

use super::frame::Frame;
use super::instrument;
use super::line_starts::Place;
use super::monitoring::{Event, MISSING, PROFILE_TOOL, TRACE_TOOL};
use super::op::Op;
use super::ops::attr;
use super::ops::call;
use crate::args::Args;
use crate::gc::Gc;
use crate::raise::Raised;
use crate::types::Builtin;
use crate::types::builtin_method::BuiltinMethod;
use crate::types::descriptor::MethodDescriptor;
use crate::types::exceptions::BaseException;
use crate::types::frame::FrameObject;
use crate::types::function::Function;
use crate::types::method::Method;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

/// TRACE. True: the instruction follows; false: the frame goes on elsewhere.
pub fn trace(vm: &mut Vm, op: Op) -> Result<bool, Raised> {
    let offset = op.word().bc();
    let Some(frame) = vm.exec.current().copied() else { return Ok(true) };
    let executable = frame.executable;
    if !executable.watched.get() {
        return Ok(match instrument::fused_target(executable, offset) {
            Some(target) => {
                set_pc(vm, target);
                false
            }
            None => true,
        });
    }
    let Some(instrumentation) = executable.instrumentation() else { return Ok(true) };
    if vm.exec.tracing > 0 || offset < instrumentation.lines.first_traceable {
        return Ok(true);
    }
    let Some(place) = instrumentation.lines.at(offset).copied() else { return Ok(true) };
    let depth = vm.exec.depth();
    let object = vm.frame_object(depth)?;
    let previous = match object.get(vm).previous {
        0 => None,
        previous => instrumentation.lines.at(previous - 1).copied(),
    };
    object.get_mut(vm).previous = offset + 1;
    if let Some(previous) = previous
        && previous.op == Opcode::ForIter
        && previous.next == place.start
    {
        let to = Value::int32(place.start as i32 * 2);
        vm.tell(Event::BranchLeft, previous.offset, &[to])?;
    }
    if place.starts_line && vm.tools_at(executable, offset, Event::Line) != 0 {
        // RESUME hides no line: it has that of the definition.
        let same = previous.is_some_and(|previous| previous.line == place.line && previous.op != Opcode::Resume);
        if !same {
            vm.tell_at(Event::Line, offset, Value::int32(place.line), &[])?;
            if moved(vm, op) {
                return Ok(false);
            }
        }
    }
    if !matches!(place.op, Opcode::Resume | Opcode::EndFor) {
        vm.tell(Event::Instruction, offset, &[])?;
        if moved(vm, op) {
            return Ok(false);
        }
    }
    tell_instruction(vm, op, frame, place, previous)
}

fn set_pc(vm: &mut Vm, pc: *const std::cell::Cell<u64>) {
    // SAFETY: called from TRACE, with a frame on top.
    unsafe { (*vm.exec.top).pc = pc };
}

/// Whether a callback has set the line to go on with.
fn moved(vm: &Vm, op: Op) -> bool {
    vm.exec.current().is_some_and(|frame| !std::ptr::eq(frame.pc, op.pc()))
}

/// The entry so many below the top of the operand stack.
fn peek(frame: &Frame, below: u32) -> Value {
    let Some((register, pc)) = frame.executable.locate(frame.pc) else { return Value::UNBOUND };
    let depth = register.position(pc).map_or(0, |entry| entry.depth);
    let Some(index) = depth.checked_sub(below + 1) else { return Value::UNBOUND };
    // SAFETY: in instrumented code the entries of the normal form are in their slots.
    unsafe { *frame.fp.add((register.stack_base + index) as usize) }
}

/// What an instruction is about to do.
fn tell_instruction(vm: &mut Vm, op: Op, frame: Frame, place: Place, previous: Option<Place>) -> Result<bool, Raised> {
    use Opcode as O;
    let offset = place.offset;
    let place_of = |offset: u32| Value::int32(offset as i32 * 2);
    match place.op {
        O::Resume => {
            let event = if place.oparg == 0 { Event::PyStart } else { Event::PyResume };
            vm.tell(event, offset, &[])?;
        }
        O::ReturnValue => vm.tell(Event::PyReturn, offset, &[peek(&frame, 0)])?,
        O::YieldValue => vm.tell(Event::PyYield, offset, &[peek(&frame, 0)])?,
        O::JumpForward | O::JumpBackward => vm.tell(Event::Jump, offset, &[place_of(place.target)])?,
        O::PopJumpIfTrue | O::PopJumpIfFalse | O::PopJumpIfNone | O::PopJumpIfNotNone => {
            let value = peek(&frame, 0);
            let taken = match place.op {
                O::PopJumpIfTrue => value == Value::TRUE,
                O::PopJumpIfFalse => value == Value::FALSE,
                O::PopJumpIfNone => value.is_none(),
                _ => !value.is_none(),
            };
            if taken {
                vm.tell(Event::BranchRight, offset, &[place_of(place.target)])?;
            }
        }
        O::NotTaken => {
            let from = previous.map_or(offset, |previous| previous.offset);
            vm.tell(Event::BranchLeft, from, &[place_of(place.next)])?;
        }
        O::PopIter => {
            let from = previous.map_or(offset, |previous| previous.offset);
            vm.tell(Event::BranchRight, from, &[place_of(place.next)])?;
        }
        O::EndAsyncFor => vm.tell(Event::BranchRight, place.target, &[place_of(place.next)])?,
        O::EndSend => {
            let receiver = peek(&frame, 1).shape_id();
            if previous.is_some_and(|previous| previous.op == O::Send)
                && (receiver == Builtin::Generator as u32 || receiver == Builtin::Coroutine as u32)
                && vm.tools_at(frame.executable, offset, Event::StopIteration) != 0
            {
                let value = peek(&frame, 0);
                let details: &[Value] = if value.is_none() { &[] } else { &[value] };
                let stop = vm.new_exception(crate::raise::Exc::StopIteration, details)?;
                vm.tell(Event::StopIteration, offset, &[stop])?;
            }
        }
        O::Call | O::CallKw | O::CallFunctionEx | O::LoadSuperAttr
            if vm.tools_at(frame.executable, offset, Event::Call) != 0 =>
        {
            return tell_call(vm, op, frame, place);
        }
        _ => {}
    }
    Ok(!moved(vm, op))
}

/// Tells of a call. One of native code is made here, so that its end can be told too.
fn tell_call(vm: &mut Vm, op: Op, frame: Frame, place: Place) -> Result<bool, Raised> {
    use Opcode as O;
    let missing = vm.state(MISSING).unwrap_or(Value::NONE);
    let offset = place.offset;
    let (mut callable, mut first);
    match place.op {
        O::LoadSuperAttr => {
            callable = peek(&frame, 2);
            first = if place.oparg & 2 != 0 { peek(&frame, 1) } else { missing };
        }
        O::CallFunctionEx => {
            callable = peek(&frame, 3);
            let args = peek(&frame, 1).downcast::<Tuple>(vm).and_then(|args| args.get(vm).items().first().copied());
            first = args.unwrap_or(missing);
        }
        _ => {
            let above = place.oparg + u32::from(place.op == O::CallKw);
            callable = peek(&frame, above + 1);
            let this = peek(&frame, above);
            first = match this.given() {
                Some(this) => this,
                None if place.oparg > 0 => peek(&frame, above - 1),
                None => missing,
            };
            if this.is_unbound()
                && let Some(method) = callable.exact::<Method>()
            {
                (callable, first) = (method.get(vm).function, method.get(vm).receiver);
            }
        }
    }
    vm.tell(Event::Call, offset, &[callable, first])?;
    if moved(vm, op) {
        return Ok(false);
    }
    if callable.exact::<Function>().is_some() {
        return Ok(true);
    }
    // SAFETY: in instrumented code the operation of an instruction follows its TRACE.
    let call = unsafe { Op::new(op.pc().add(1), frame.fp) };
    set_pc(vm, call.pc());
    let result = match place.op {
        O::LoadSuperAttr => attr::load_super_attr(vm, call).map(|()| None),
        O::CallFunctionEx => call::call_function_ex(vm, call).map(Some),
        O::CallKw => call::call_kw(vm, call).map(Some),
        _ => {
            let (base, argc) = (call.word().b(), call.word().c() as usize);
            let (start, argc) = if call.word().flags() & 1 != 0 || call.get(base + 1).is_unbound() {
                (base + 2, argc)
            } else {
                (base + 1, argc + 1)
            };
            vm.call_args(call.get(base), Args::from_cells(call.window(start, argc))).map(Some)
        }
    };
    match result {
        Ok(value) => {
            // The window holds the callable until the result is written.
            vm.with_scratch(1, |vm, kept| {
                kept[0].set(value.unwrap_or(Value::NONE));
                vm.tell(Event::CReturn, offset, &[callable, first])
            })?;
            if let Some(value) = value {
                call.set(call.word().a(), value);
            }
            // SAFETY: the operation has a successor: it is no return.
            set_pc(vm, unsafe { call.pc().add(call.length()) });
            Ok(false)
        }
        Err(raised) => {
            let exception = vm.take_raised(raised);
            vm.tell(Event::CRaise, offset, &[callable, first])?;
            Err(vm.reraise(exception))
        }
    }
}

// ---- sys.settrace and sys.setprofile ----

impl Vm {
    /// `sys.settrace` of this thread.
    pub(crate) fn set_trace_function(&mut self, function: Option<Value>) -> Result<(), Raised> {
        self.trace_function = function;
        self.refresh_tracing()
    }

    /// `sys.setprofile` of this thread.
    pub(crate) fn set_profile_function(&mut self, function: Option<Value>) -> Result<(), Raised> {
        self.profile_function = function;
        self.refresh_tracing()
    }

    /// At the end of a thread its functions are not called any more.
    pub(crate) fn forget_trace_functions(&mut self) -> Result<(), Raised> {
        if self.trace_function.take().is_some() | self.profile_function.take().is_some() {
            self.refresh_tracing()?;
        }
        Ok(())
    }

    /// The same for every thread of the interpreter.
    pub(crate) fn set_functions_of_all_threads(
        &mut self,
        profile: bool,
        function: Option<Value>,
    ) -> Result<(), Raised> {
        for mut thread in self.interp().threads.clone() {
            // SAFETY: contexts of the table are alive; the GIL is held, so the others do not run.
            let thread = unsafe { thread.as_mut() };
            if profile {
                thread.profile_function = function;
            } else {
                thread.trace_function = function;
            }
        }
        self.refresh_tracing()
    }

    /// Lets the internal tools watch what the functions of all threads want.
    pub(crate) fn refresh_tracing(&mut self) -> Result<(), Raised> {
        let set = |events: &[Event]| events.iter().fold(0, |set, event| set | 1 << *event as u32);
        let (mut trace, mut profile) = (false, false);
        for thread in &self.interp().threads {
            // SAFETY: as above.
            let thread = unsafe { thread.as_ref() };
            trace |= thread.trace_function.is_some();
            profile |= thread.profile_function.is_some();
        }
        use Event as E;
        let calls = set(&[E::PyStart, E::PyResume, E::PyReturn, E::PyYield, E::PyUnwind, E::PyThrow]);
        let lines = set(&[E::Raise, E::Line, E::Jump, E::StopIteration]);
        let running = self.exec.current().and_then(|frame| frame.object);
        if let Some(frame) = running.and_then(|object| object.exact::<FrameObject>())
            && trace
            && frame.get(self).trace_opcodes()
        {
            self.watch_opcodes(frame, true)?;
        }
        self.set_tool_events(TRACE_TOOL, if trace { calls | lines } else { 0 })?;
        self.set_tool_events(PROFILE_TOOL, if profile { calls | set(&[E::Call]) } else { 0 })
    }
}

fn call_function(
    vm: &mut Vm,
    event: Event,
    function: Value,
    frame: Gc<FrameObject>,
    what: &str,
    argument: Value,
) -> Result<Value, Raised> {
    let what = crate::types::str::Str::intern(vm, what)?.value();
    vm.untold(event, |vm| vm.call(function, &[frame.value(), what, argument]))
}

/// Calls the trace function of the thread, or of the frame. Gives whether the event is of no use at this place.
pub(super) fn tell_tracer(vm: &mut Vm, event: Event, offset: u32, details: &[Value]) -> Result<bool, Raised> {
    let depth = vm.exec.depth();
    let function = vm.trace_function;
    if function.is_none() && event != Event::Instruction {
        return Ok(false);
    }
    let frame = vm.frame_object(depth)?;
    let Some(function) = function else {
        vm.watch_opcodes(frame, false)?;
        return Ok(false);
    };
    let detail = details.first().copied().unwrap_or(Value::NONE);
    let (what, argument) = match event {
        Event::PyStart | Event::PyResume | Event::PyThrow => ("call", Value::NONE),
        Event::PyReturn | Event::PyYield => ("return", detail),
        Event::PyUnwind => ("return", Value::NONE),
        Event::Raise | Event::StopIteration => {
            let traceback = detail.downcast::<BaseException>(vm).and_then(|e| e.get(vm).traceback);
            let class = vm.type_of(detail).value();
            ("exception", Tuple::from_values(vm, &[class, detail, traceback.unwrap_or(Value::NONE)])?.value())
        }
        Event::Line => ("line", Value::NONE),
        Event::Jump => {
            // A jump back within a line is a new round of it; other lines tell of themselves.
            let Some(instrumentation) = frame.get(vm).executable.instrumentation() else { return Ok(true) };
            let lines = &instrumentation.lines;
            let to = detail.as_small_int().map_or(0, |to| to as u32 / 2);
            let line = |offset| lines.at(offset).map_or(-1, |place| place.line);
            if to > offset || line(to) != line(offset) || line(to) < 0 {
                return Ok(true);
            }
            ("line", Value::NONE)
        }
        Event::Instruction => {
            if !frame.get(vm).trace_opcodes() {
                vm.watch_opcodes(frame, false)?;
                return Ok(false);
            }
            ("opcode", Value::NONE)
        }
        _ => return Ok(false),
    };
    if what == "line" && !frame.get(vm).trace_lines() {
        return Ok(false);
    }
    if what != "line" && frame.get(vm).trace_opcodes() {
        vm.watch_opcodes(frame, true)?;
    }
    let function = if what == "call" { Some(function) } else { frame.get(vm).trace };
    let Some(function) = function else { return Ok(false) };
    match call_function(vm, event, function, frame, what, argument) {
        Ok(result) => {
            if !result.is_none() {
                frame.get_mut(vm).trace = Some(result);
            }
            Ok(false)
        }
        Err(raised) => {
            let exception = vm.take_raised(raised);
            frame.get_mut(vm).trace = None;
            vm.set_trace_function(None)?;
            Err(vm.reraise(exception))
        }
    }
}

/// Calls the profile function of the thread.
pub(super) fn tell_profiler(vm: &mut Vm, event: Event, details: &[Value]) -> Result<(), Raised> {
    let Some(function) = vm.profile_function else { return Ok(()) };
    let detail = details.first().copied().unwrap_or(Value::NONE);
    let (what, argument) = match event {
        Event::PyStart | Event::PyResume | Event::PyThrow => ("call", Value::NONE),
        Event::PyReturn | Event::PyYield => ("return", detail),
        Event::PyUnwind => ("return", Value::NONE),
        Event::Call | Event::CReturn | Event::CRaise => {
            let what = match event {
                Event::Call => "c_call",
                Event::CReturn => "c_return",
                _ => "c_exception",
            };
            if detail.exact::<BuiltinMethod>().is_some() {
                (what, detail)
            } else if detail.exact::<MethodDescriptor>().is_some() {
                let this = details.get(1).copied().unwrap_or(Value::NONE);
                if vm.state(MISSING) == Some(this) {
                    return Ok(());
                }
                let class = vm.type_of(this).value();
                (what, vm.call_method(detail, "__get__", &[this, class])?)
            } else {
                return Ok(());
            }
        }
        _ => return Ok(()),
    };
    let depth = vm.exec.depth();
    let frame = vm.frame_object(depth)?;
    match call_function(vm, event, function, frame, what, argument) {
        Ok(_) => Ok(()),
        Err(raised) => {
            let exception = vm.take_raised(raised);
            vm.set_profile_function(None)?;
            Err(vm.reraise(exception))
        }
    }
}

impl Vm {
    /// Lets `sys.settrace` see each instruction of a frame's code.
    pub(crate) fn watch_opcodes(&mut self, frame: Gc<FrameObject>, watch: bool) -> Result<(), Raised> {
        let executable = frame.get(self).executable.get();
        let instrumentation = self.instrumentation(executable)?;
        let events = super::monitoring::local_events_of(instrumentation, TRACE_TOOL);
        let instruction = 1 << Event::Instruction as u32;
        let events = if watch { events | instruction } else { events & !instruction };
        self.set_local_events(executable, TRACE_TOOL, events)
    }
}
