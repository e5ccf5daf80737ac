//! What tools watch (PEP 669): the tools of each event, their callbacks, and telling them.
//!
//! Tools 0 to 5 are those of `sys.monitoring`; 6 and 7 stand for `sys.setprofile` and `sys.settrace`. Callbacks lie in one array
//! of the interpreter's state. While a thread runs a callback, it tells nothing.

use std::cell::Cell;

use super::executable::Executable;
use super::instrument::Instrumentation;
use super::tracing;
use crate::gc::Gc;
use crate::raise::{Exc, Raised};
use crate::types::array::ValueArray;
use crate::types::code::Code;
use crate::value::Value;
use crate::vm::Vm;

/// An event; its bit in a set of events is `1 << event`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
#[repr(u8)]
pub enum Event {
    PyStart,
    PyResume,
    PyReturn,
    PyYield,
    Call,
    Line,
    Instruction,
    Jump,
    BranchLeft,
    BranchRight,
    StopIteration,
    Raise,
    ExceptionHandled,
    PyUnwind,
    PyThrow,
    Reraise,
    CReturn,
    CRaise,
    Branch,
}

/// All events, in the order of their numbers, with the names of `sys.monitoring.events`.
pub const EVENTS: [(Event, &str); 19] = [
    (Event::PyStart, "PY_START"),
    (Event::PyResume, "PY_RESUME"),
    (Event::PyReturn, "PY_RETURN"),
    (Event::PyYield, "PY_YIELD"),
    (Event::Call, "CALL"),
    (Event::Line, "LINE"),
    (Event::Instruction, "INSTRUCTION"),
    (Event::Jump, "JUMP"),
    (Event::BranchLeft, "BRANCH_LEFT"),
    (Event::BranchRight, "BRANCH_RIGHT"),
    (Event::StopIteration, "STOP_ITERATION"),
    (Event::Raise, "RAISE"),
    (Event::ExceptionHandled, "EXCEPTION_HANDLED"),
    (Event::PyUnwind, "PY_UNWIND"),
    (Event::PyThrow, "PY_THROW"),
    (Event::Reraise, "RERAISE"),
    (Event::CReturn, "C_RETURN"),
    (Event::CRaise, "C_RAISE"),
    (Event::Branch, "BRANCH"),
];

/// Events that belong to a place in the code: a tool can disable them there, or watch them in one code object only.
pub const LOCAL_EVENTS: usize = 11;
/// Events with tools of their own; the others are told with CALL, or stand for two.
pub const UNGROUPED_EVENTS: usize = 16;
/// Tools, the two internal ones included.
pub const TOOLS: u8 = 8;
/// The tool of `sys.setprofile`.
pub const PROFILE_TOOL: u8 = 6;
/// The tool of `sys.settrace`.
pub const TRACE_TOOL: u8 = 7;

/// Key of the array of callbacks in the interpreter's state.
const CALLBACKS: &str = "sys.monitoring.callbacks";
/// Keys of the two marks in the interpreter's state.
pub const DISABLE: &str = "sys.monitoring.disable";
pub const MISSING: &str = "sys.monitoring.missing";

/// Which tools watch what in an interpreter.
pub struct Monitoring {
    /// The tools that watch each event in all code, one bit each.
    pub tools: [u8; UNGROUPED_EVENTS],
    /// The word that calls of code begin at which is still to be instrumented.
    pub enter_word: Box<Cell<u64>>,
}

impl Default for Monitoring {
    fn default() -> Self {
        let enter = super::register_code::Word::new(super::register_code::RegOp::ENTER, 0, 0, 0, 0);
        Monitoring { tools: [0; UNGROUPED_EVENTS], enter_word: Box::new(Cell::new(enter.0)) }
    }
}

impl Monitoring {
    /// Whether an event that belongs to places in code is watched everywhere.
    pub fn watches_all(&self) -> bool {
        self.tools[..LOCAL_EVENTS].iter().any(|tools| *tools != 0)
    }

    /// The events that a tool watches in all code.
    pub fn events_of(&self, tool: u8) -> u32 {
        self.tools.iter().enumerate().fold(0, |set, (event, tools)| set | u32::from(tools >> tool & 1) << event)
    }
}

/// The events that a tool watches in one code object.
pub fn local_events_of(instrumentation: &Instrumentation, tool: u8) -> u32 {
    let local = instrumentation.local.iter().enumerate();
    local.fold(0, |set, (event, tools)| set | u32::from(tools.get() >> tool & 1) << event)
}

impl Vm {
    /// Sets the events that a tool watches in all code. What it has disabled of events it did not watch before counts again.
    pub(crate) fn set_tool_events(&mut self, tool: u8, events: u32) -> Result<(), Raised> {
        let old = self.interp().monitoring.events_of(tool);
        if old == events {
            return Ok(());
        }
        for (event, tools) in self.interp_mut().monitoring.tools.iter_mut().enumerate() {
            *tools = *tools & !(1 << tool) | ((events >> event & 1) as u8) << tool;
        }
        self.enable_again(1 << tool, events & !old);
        self.refresh_instrumentation()
    }

    /// Sets the events that a tool watches in one code object.
    pub(crate) fn set_local_events(
        &mut self,
        executable: &'static Executable,
        tool: u8,
        events: u32,
    ) -> Result<(), Raised> {
        let instrumentation = self.instrumentation(executable)?;
        let old = local_events_of(instrumentation, tool);
        if old == events {
            return Ok(());
        }
        for (event, tools) in instrumentation.local.iter().enumerate() {
            tools.set(tools.get() & !(1 << tool) | ((events >> event & 1) as u8) << tool);
        }
        enable_in(instrumentation, 1 << tool, events & !old);
        self.refresh_instrumentation()
    }

    /// Forgets what tools have disabled, of some events.
    pub(crate) fn enable_again(&mut self, tools: u8, events: u32) {
        for executable in self.executables() {
            if let Some(instrumentation) = executable.instrumentation() {
                enable_in(instrumentation, tools, events);
            }
        }
    }

    /// Takes every event of all code and of single code objects from a tool, and its callbacks.
    pub(crate) fn clear_tool(&mut self, tool: u8) -> Result<(), Raised> {
        for (event, _) in EVENTS {
            self.set_callback(tool, event, None)?;
        }
        for executable in self.executables() {
            if let Some(instrumentation) = executable.instrumentation() {
                instrumentation.local.iter().for_each(|tools| tools.set(tools.get() & !(1 << tool)));
            }
        }
        self.set_tool_events(tool, 0)?;
        self.refresh_instrumentation()
    }

    fn callbacks(&mut self) -> Result<Gc<ValueArray>, Raised> {
        if let Some(array) = self.state(CALLBACKS).and_then(|array| array.exact::<ValueArray>()) {
            return Ok(array);
        }
        let array = ValueArray::new(self, usize::from(TOOLS) * EVENTS.len())?;
        self.set_state(CALLBACKS, array.value());
        Ok(array)
    }

    /// Sets the callback of a tool for an event and gives the one before.
    pub(crate) fn set_callback(
        &mut self,
        tool: u8,
        event: Event,
        callback: Option<Value>,
    ) -> Result<Option<Value>, Raised> {
        let array = self.callbacks()?;
        let slot = &mut array.get_mut(self).slots_mut()[usize::from(tool) * EVENTS.len() + event as usize];
        Ok(std::mem::replace(slot, callback))
    }

    fn callback(&mut self, tool: u8, event: Event) -> Result<Option<Value>, Raised> {
        let array = self.callbacks()?;
        Ok(array.get(self).slots()[usize::from(tool) * EVENTS.len() + event as usize])
    }

    /// The tools to be told of an event at a place of the running frame's code.
    pub(crate) fn tools_at(&self, executable: &Executable, offset: u32, event: Event) -> u8 {
        // What a call of native code does afterwards is told with the call.
        let event = if event >= Event::CReturn { Event::Call } else { event };
        let all = self.interp().monitoring.tools[event as usize];
        if event as usize >= LOCAL_EVENTS {
            return all;
        }
        let Some(instrumentation) = executable.instrumentation() else { return all };
        let tools = all | instrumentation.local[event as usize].get();
        if tools == 0 {
            return 0;
        }
        let disabled = instrumentation.disabled.borrow();
        tools & !disabled.get(&(offset, event as u8)).copied().unwrap_or(0)
    }

    /// The code object of the running frame.
    pub(crate) fn running_code(&mut self) -> Result<Value, Raised> {
        let Some(frame) = self.exec.current().copied() else { return Ok(Value::NONE) };
        if let Some(code) = frame.function.get(self).code.exact::<Code>()
            && code.get(self).runs(frame.executable)
        {
            return Ok(code.value());
        }
        Ok(Code::of_executable(self, frame.executable)?.value())
    }

    /// Tells the tools of an event at an offset (in code units) of the running frame. `details` follow code and offset.
    pub(crate) fn tell(&mut self, event: Event, offset: u32, details: &[Value]) -> Result<(), Raised> {
        let place = Value::int32(offset as i32 * 2);
        self.tell_at(event, offset, place, details)
    }

    /// As `tell`, with the argument after the code given: the line for LINE.
    pub(crate) fn tell_at(&mut self, event: Event, offset: u32, place: Value, details: &[Value]) -> Result<(), Raised> {
        if self.exec.tracing > 0 {
            return Ok(());
        }
        let Some(frame) = self.exec.current().copied() else { return Ok(()) };
        let tools = self.tools_at(frame.executable, offset, event);
        if tools == 0 {
            return Ok(());
        }
        for tool in (0..TOOLS).rev().filter(|tool| tools >> tool & 1 != 0) {
            let disable = match tool {
                TRACE_TOOL => tracing::tell_tracer(self, event, offset, details)?,
                PROFILE_TOOL => {
                    tracing::tell_profiler(self, event, details)?;
                    false
                }
                _ => {
                    let Some(callback) = self.callback(tool, event)? else { continue };
                    let code = self.running_code()?;
                    let result = self.with_scratch(2 + details.len(), |vm, args| {
                        args[0].set(code);
                        args[1].set(place);
                        for (slot, value) in args[2..].iter().zip(details) {
                            slot.set(*value);
                        }
                        vm.untold(event, |vm| vm.call_args(callback, crate::args::Args::from_cells(args)))
                    })?;
                    self.state(DISABLE) == Some(result)
                }
            };
            if !disable {
                continue;
            }
            if event as usize >= LOCAL_EVENTS && event < Event::CReturn {
                self.set_callback(tool, event, None)?;
                let name = EVENTS[event as usize].1;
                return Err(self.raise(Exc::ValueError, format!("Cannot disable {name} events. Callback removed.")));
            }
            let event = if event >= Event::CReturn { Event::Call } else { event };
            if let Some(instrumentation) = frame.executable.instrumentation() {
                *instrumentation.disabled.borrow_mut().entry((offset, event as u8)).or_default() |= 1 << tool;
            }
        }
        Ok(())
    }

    /// As `tell` while an exception is pending, which stays pending unless a callback raises another.
    pub(crate) fn tell_raised(&mut self, event: Event, details: &[Value]) {
        if self.exec.tracing > 0 || self.interp().monitoring.tools[event as usize] == 0 {
            return;
        }
        let offset = self.exec.current().map_or(0, |frame| frame.lasti());
        let Some(exception) = self.pending.take() else { return };
        let told = match details {
            [] => self.tell(event, offset, &[exception]),
            details => self.tell(event, offset, details),
        };
        if told.is_ok() {
            self.pending = Some(exception);
        }
    }

    /// Runs a callback: nothing is told meanwhile.
    pub(crate) fn untold<T>(
        &mut self,
        event: Event,
        run: impl FnOnce(&mut Vm) -> Result<T, Raised>,
    ) -> Result<T, Raised> {
        let told = self.exec.told.replace(event);
        self.exec.tracing += 1;
        let result = run(self);
        self.exec.tracing -= 1;
        self.exec.told = told;
        result
    }
}

fn enable_in(instrumentation: &Instrumentation, tools: u8, events: u32) {
    instrumentation.disabled.borrow_mut().retain(|(_, event), disabled| {
        if events >> *event & 1 != 0 {
            *disabled &= !tools;
        }
        *disabled != 0
    });
}
