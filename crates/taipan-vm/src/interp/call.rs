//! Calls of Python functions: pushing frames, entering the loop from native code. The CALL operations are in `ops/call.rs`.
//!
//! Convention: an out-of-line operation that pushed a frame instead of giving a value returns `PUSHED`; the loop then goes on
//! with the new top frame, and the callee's `Ret` says where its result goes.

use std::cell::Cell;

use super::executable::Executable;
use super::frame::{Frame, Kind, Ret};
use super::op::Op;
use super::{bind, dispatch};
use crate::args::Args;
use crate::gc::Gc;
use crate::raise::{Exc, Raised};
use crate::types::code::Code;
use crate::types::dict::Dict;
use crate::types::function::Function;
use crate::value::Value;
use crate::vm::Vm;

/// The operation pushed a frame.
pub const PUSHED: Value = Value::UNBOUND;

/// The executable of a function's code.
#[inline(always)]
pub fn executable_of(vm: &Vm, function: Gc<Function>) -> &'static Executable {
    // SAFETY: a function's `code` is a code object (the setter of `__code__` checks it).
    let code: Gc<Code> = unsafe { Gc::from_value_unchecked(function.get(vm).code) };
    // SAFETY: code has what runs it before a function gets it.
    unsafe { code.get(vm).ready_unchecked() }
}

impl Vm {
    /// Pushes a frame whose slots begin at `fp`; the executable is prepared.
    ///
    /// # Safety
    /// `fp` lies within the value stack, at or below its top; the caller writes all locals before anything can collect.
    #[inline(always)]
    pub(crate) unsafe fn push_frame(
        &mut self,
        fp: *mut Value,
        executable: &'static Executable,
        function: Gc<Function>,
        globals: Gc<Dict>,
        ret: Ret,
    ) -> Result<(), Raised> {
        // SAFETY: the control stack has room behind its limit; the value stack's limit is checked below.
        unsafe {
            let top = self.exec.top.add(1);
            let slots = executable.frame_slots.get() as usize;
            if top > self.exec.limit || slots > self.stack.limit().offset_from(fp) as usize {
                return Err(self.raise_recursion());
            }
            top.write(Frame {
                pc: executable.entry.get(),
                fp,
                executable,
                function,
                globals,
                ret,
                locals: None,
                object: None,
                generator: None,
                handled: None,
            });
            self.exec.top = top;
            self.stack.set_top(fp.add(slots));
        }
        Ok(())
    }

    /// Takes the top frame away. The value stack then ends where the frame below ends; for a frame entered from native code,
    /// where the windows of that code end.
    #[inline(always)]
    pub(crate) fn pop_frame(&mut self) {
        // SAFETY: there is a frame, and below it a frame unless it was entered from native code.
        unsafe {
            let frame = self.exec.top;
            self.exec.top = frame.sub(1);
            if (*frame).ret.0 & Ret::WATERMARK != 0 {
                self.exec.lower_watermark();
            }
            let end = match (*frame).ret.kind() {
                Kind::Entry | Kind::GeneratorEntry => (*frame).fp,
                _ => (*self.exec.top).end(),
            };
            self.stack.set_top(end);
        }
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn raise_recursion(&mut self) -> Raised {
        self.raise(Exc::RecursionError, "maximum recursion depth exceeded")
    }

    /// Counts a call or back-edge; looks at the requests when a slice of them is used up.
    #[inline(always)]
    pub(crate) fn count(&mut self) -> Result<(), Raised> {
        if self.exec.budget.take_one() { Ok(()) } else { self.poll() }
    }

    /// Native code is about to do work worth so many calls.
    #[inline]
    pub(crate) fn spend(&mut self, steps: usize) {
        self.exec.budget.take(steps);
    }

    /// A safepoint of the loop: refills the budget, runs what others have asked for.
    #[cold]
    #[inline(never)]
    pub fn poll(&mut self) -> Result<(), Raised> {
        self.exec.budget.refill();
        if std::mem::take(&mut self.exec.trim_due) {
            taipan_heap::trim_native_allocator();
        }
        if self.heap_mut().has_pending() {
            self.run_finalizers();
        }
        self.announce_collections();
        self.serve_requests()
    }

    /// Pushes the frame of a call whose arguments are `args`, with slots above everything on the value stack.
    pub(crate) fn push_bound(&mut self, function: Gc<Function>, args: Args<'_>, ret: Ret) -> Result<(), Raised> {
        let executable = executable_of(self, function);
        self.prepare(executable)?;
        let fp = self.stack.top();
        let globals = function.get(self).globals;
        let needed = executable.frame_slots.get() as usize;
        // SAFETY: both lie within the value stack.
        if needed > unsafe { self.stack.limit().offset_from(fp) } as usize {
            return Err(self.raise_recursion());
        }
        let locals = executable.cleared_slots();
        if executable.simple && !args.has_keywords() && args.len() == executable.argcount as usize {
            // SAFETY: room was checked; all locals are written before anything can collect.
            unsafe {
                self.push_frame(fp, executable, function, globals, ret)?;
                for (i, arg) in args.slots().iter().enumerate() {
                    fp.add(i).write(arg.get());
                }
                for i in args.len()..locals {
                    fp.add(i).write(Value::UNBOUND);
                }
            }
            return Ok(());
        }
        // SAFETY: room was checked. The locals are written before the top moves over them.
        let slots = unsafe {
            for i in 0..locals {
                fp.add(i).write(Value::UNBOUND);
            }
            self.stack.set_top(fp.add(locals));
            std::slice::from_raw_parts(fp.cast::<Cell<Value>>(), locals)
        };
        let bound = bind::bind(self, function, executable, args, slots);
        self.stack.pop_to(fp);
        bound?;
        // SAFETY: the locals were written.
        unsafe { self.push_frame(fp, executable, function, globals, ret) }
    }

    /// `function(*args)` from native code: enters the loop.
    pub fn call_function(&mut self, function: Gc<Function>, args: Args<'_>) -> Result<Value, Raised> {
        self.check_native_stack()?;
        let old = self.stack.top();
        let pushed = self.push_bound(function, args, Ret::new(Kind::Entry, 0, 0));
        let result = match pushed {
            Ok(()) => dispatch::run(self),
            Err(raised) => Err(raised),
        };
        self.stack.pop_to(old);
        result
    }

    /// Runs a module, class or `exec` body in a namespace.
    pub fn run_body(&mut self, function: Gc<Function>, locals: Option<Value>) -> Result<Value, Raised> {
        self.check_native_stack()?;
        let old = self.stack.top();
        let result = match self.push_bound(function, Args::EMPTY, Ret::new(Kind::Entry, 0, 0)) {
            Ok(()) => {
                // SAFETY: the frame was pushed.
                unsafe { (*self.exec.top).locals = locals };
                dispatch::run(self)
            }
            Err(raised) => Err(raised),
        };
        self.stack.pop_to(old);
        result
    }
}

/// The `call` slot of `function`.
pub fn function_call(vm: &mut Vm, callable: Value, args: Args<'_>) -> Result<Value, Raised> {
    match callable.downcast::<Function>(vm) {
        Some(function) => vm.call_function(function, args),
        None => Err(vm.raise(Exc::SystemError, "function expected")),
    }
}

/// Pushes the frame of a call whose arguments lie in the caller's window: without copying them when they fit.
#[inline]
pub fn push_call(vm: &mut Vm, op: Op, function: Gc<Function>, start: u32, argc: usize, ret: Ret) -> Result<(), Raised> {
    let executable = executable_of(vm, function);
    vm.prepare(executable)?;
    // SAFETY: the calling frame is the running one.
    let overlap = unsafe { !(*vm.exec.top).executable.wide.get() };
    if overlap && executable.simple && argc == executable.argcount as usize {
        return push_exact(vm, op, function, executable, start, argc, ret);
    }
    if overlap && executable.simple && argc < executable.argcount as usize {
        let missing = executable.argcount as usize - argc;
        if let Some(defaults) = function.get(vm).defaults {
            let n = defaults.get(vm).len();
            let room = executable.frame_slots.get() as usize;
            // SAFETY: both lie within the value stack.
            let free = unsafe { vm.stack.limit().offset_from(op.address(start)) } as usize;
            if n >= missing && room <= free {
                for i in 0..missing {
                    let value = defaults.get(vm).at(n - missing + i);
                    op.set32(start + (argc + i) as u32, value);
                }
                let argc = executable.argcount as usize;
                return push_exact(vm, op, function, executable, start, argc, ret);
            }
        }
    }
    // SAFETY: the window was written by the caller's operations.
    let window = unsafe { std::slice::from_raw_parts(op.address(start).cast::<Cell<Value>>(), argc) };
    vm.push_bound(function, Args::from_cells(window), ret)
}

/// Pushes the frame of a call whose arguments lie in the caller's window and are its parameters, one for one.
#[inline(always)]
pub(super) fn push_exact(
    vm: &mut Vm,
    op: Op,
    function: Gc<Function>,
    executable: &'static Executable,
    start: u32,
    argc: usize,
    ret: Ret,
) -> Result<(), Raised> {
    let globals = function.get(vm).globals;
    let fp = op.address(start);
    // SAFETY: the arguments are in the first slots; the other locals are written here, within the room that was checked.
    unsafe {
        vm.push_frame(fp, executable, function, globals, ret)?;
        for i in argc..executable.cleared_slots() {
            fp.add(i).write(Value::UNBOUND);
        }
    }
    Ok(())
}
