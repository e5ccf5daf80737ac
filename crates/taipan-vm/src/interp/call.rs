//! Calls of Python functions: pushing frames, entering the loop from native code, the CALL operations.
//!
//! Convention: an out-of-line operation that pushed a frame instead of giving a value returns `PUSHED`; the loop then goes on
//! with the new top frame, and the callee's `Ret` says where its result goes.

use std::cell::Cell;

use super::bind;
use super::dispatch;
use super::executable::Executable;
use super::frame::{Frame, Kind, Ret, SLICE};
use super::op::Op;
use super::ops::plain_init;
use super::register_code::RegOp;
use crate::args::Args;
use crate::gc::Gc;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::slots::{Init, New};
use crate::types::Builtin;
use crate::types::builtin_method::{BuiltinMethod, call_def};
use crate::types::code::Code;
use crate::types::descriptor::MethodDescriptor;
use crate::types::dict::Dict;
use crate::types::function::Function;
use crate::types::list::List;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
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
    unsafe { code.get(vm).ready().unwrap_unchecked() }
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
        self.exec.budget -= 1;
        if self.exec.budget <= 0 { self.poll() } else { Ok(()) }
    }

    /// Native code is about to do work worth so many calls.
    #[inline]
    pub(crate) fn spend(&mut self, steps: usize) {
        self.exec.budget = self.exec.budget.saturating_sub(steps.min(SLICE as usize) as i32);
    }

    /// A safepoint of the loop: refills the budget, runs what others have asked for.
    #[cold]
    #[inline(never)]
    pub fn poll(&mut self) -> Result<(), Raised> {
        self.exec.budget = SLICE;
        if self.heap_mut().has_pending() {
            self.run_finalizers();
        }
        self.announce_collections();
        self.serve_requests()?;
        self.check_limits()
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

#[inline(always)]
fn push_exact(
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

/// Callable, first slot of the arguments, and their number, of a CALL window.
#[inline(always)]
fn window_of(op: Op) -> (Value, u16, usize) {
    let word = op.word();
    let (base, argc) = (word.b(), word.c() as usize);
    let callable = op.get(base);
    // Flag 1: the slot of self was not written, it is NULL.
    if word.flags() & 1 != 0 || op.get(base + 1).is_unbound() {
        (callable, base + 2, argc)
    } else {
        (callable, base + 1, argc + 1)
    }
}

impl Vm {
    /// Whether the running operation is a call of the native function `function`: nothing but the passing of arguments,
    /// which lie in slots, is under way between the loop and `function` (one whose signature binds them).
    pub(crate) fn is_called_by_loop(&self, function: crate::spec::NativeFn) -> bool {
        let Some(frame) = self.exec.current() else { return false };
        // SAFETY: `pc` of a running frame is an operation of its code, whose window lies in the frame.
        let callable = unsafe {
            let word = super::register_code::Word((*frame.pc).get());
            let calls = [RegOp::CALL, RegOp::CALL_NATIVE, RegOp::CALL_KW, RegOp::CALL_FUNCTION_EX];
            if !calls.iter().any(|op| *op as u8 == word.op()) {
                return false;
            }
            *frame.fp.add(word.b() as usize)
        };
        let def = match (callable.exact::<BuiltinMethod>(), callable.exact::<MethodDescriptor>()) {
            (Some(builtin), _) => builtin.get(self).def,
            (None, Some(method)) => method.get(self).def,
            (None, None) => return false,
        };
        std::ptr::fn_addr_eq(def.function, function)
    }
}

/// CALL in any form: calls, and rewrites the operation for what it saw.
#[inline(never)]
pub fn call(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let (callable, start, argc) = window_of(op);
    let ret = Ret::new(Kind::Plain, op.word().a(), RegOp::CALL.words() as u8);
    if let Some(function) = callable.exact::<Function>() {
        vm.count()?;
        let executable = executable_of(vm, function);
        vm.prepare(executable)?;
        let version = function.get(vm).version;
        // SAFETY: the calling frame is the running one.
        let wide = executable.wide.get() || unsafe { (*vm.exec.top).executable.wide.get() };
        if executable.simple && argc == executable.argcount as usize && version != 0 && !wide {
            op.set_data(0, op.data(0) & !0xFFFF_FFFF | u64::from(version));
            op.set_data(1, std::ptr::from_ref(executable).addr() as u64);
            op.specialize(RegOp::CALL_PY_EXACT);
        } else {
            op.specialize(RegOp::CALL_PY_GENERAL);
        }
        push_call(vm, op, function, u32::from(start), argc, ret)?;
        return Ok(PUSHED);
    }
    if let Some(method) = callable.exact::<MethodDescriptor>() {
        specialize_descriptor(vm, op, method, argc);
    } else if let Some(function) = callable.exact::<BuiltinMethod>() {
        specialize_builtin(vm, op, function, argc);
    } else if callable.shape_id() == Builtin::Method as u32 {
        return call_bound_method(vm, op, callable, start, argc, ret);
    } else if let Some(class) = callable.downcast::<Type>(vm) {
        return call_class(vm, op, class, start, argc);
    }
    vm.call_args(callable, Args::from_cells(op.window(start, argc)))
}

/// A bound method of a Python function: its frame is pushed, with self put before the arguments.
fn call_bound_method(vm: &mut Vm, op: Op, callable: Value, start: u16, argc: usize, ret: Ret) -> Result<Value, Raised> {
    let Some(method) = callable.exact::<crate::types::method::Method>() else {
        return vm.call_args(callable, Args::from_cells(op.window(start, argc)));
    };
    match method.get(vm).function.exact::<Function>() {
        // The slot before the arguments was NULL: self fits there.
        Some(function) if start == op.word().b() + 2 => {
            vm.count()?;
            vm.prepare(executable_of(vm, function))?;
            let this = method.get(vm).receiver;
            op.set(start - 1, this);
            push_with_self(vm, op, function, u32::from(start) - 1, argc + 1, ret, this)?;
            Ok(PUSHED)
        }
        _ => vm.call_args(callable, Args::from_cells(op.window(start, argc))),
    }
}

fn specialize_descriptor(vm: &mut Vm, op: Op, method: Gc<MethodDescriptor>, argc: usize) {
    let def = method.get(vm).def;
    let list = vm.class(Builtin::List);
    let list_append = method.get(vm).class == list && def.name() == "append";
    op.set_cached(vm, Some(method.value()));
    op.specialize(if list_append && argc == 2 { RegOp::CALL_LIST_APPEND } else { RegOp::CALL_NATIVE });
}

fn specialize_builtin(vm: &mut Vm, op: Op, function: Gc<BuiltinMethod>, argc: usize) {
    let builtins = vm.interp().builtins;
    let form = match (function.get(vm).def.name(), argc) {
        ("len", 1) => RegOp::CALL_LEN,
        ("isinstance", 2) => RegOp::CALL_ISINSTANCE,
        _ => RegOp::CALL_NATIVE,
    };
    if form != RegOp::CALL_NATIVE {
        // The name alone may be another module's function.
        let is_builtin = builtins.is_some_and(|builtins| {
            let mut at = 0;
            while let Some((number, entry)) = builtins.get(vm).next_entry(vm, at) {
                if entry.value == function.value() {
                    return true;
                }
                at = number + 1;
            }
            false
        });
        if !is_builtin {
            return;
        }
    }
    op.set_cached(vm, Some(function.value()));
    op.specialize(form);
}

/// The native `__new__` and Python `__init__` of a class that is called in the plain way.
fn plain_construction(vm: &mut Vm, class: Gc<Type>) -> Option<Gc<Function>> {
    let metaclass = vm.type_of(class.value());
    if metaclass != vm.class(Builtin::Type) {
        return None;
    }
    let slots = class.get(vm).slots;
    let new = slots.new?;
    let init = slots.init?;
    let plain_new = std::ptr::fn_addr_eq(new, crate::types::object::methods::new as New);
    let python_init = std::ptr::fn_addr_eq(init, crate::types::type_::trampolines::init as Init);
    if !plain_new || !python_init || class.get(vm).has_flag(crate::spec::ABSTRACT) {
        return None;
    }
    Type::lookup_name(class, vm, name::INIT)?.exact::<Function>()
}

fn call_class(vm: &mut Vm, op: Op, class: Gc<Type>, start: u16, argc: usize) -> Result<Value, Raised> {
    if class == vm.class(Builtin::Type) && argc == 1 {
        op.specialize(RegOp::CALL_TYPE_1);
        return Ok(vm.type_of(op.get(start)).value());
    }
    if class == vm.class(Builtin::Str) && argc == 1 {
        return vm.str(op.get(start));
    }
    // With a self before it the class was not called plainly: there is no slot for the new object.
    if start == op.word().b() + 2
        && let Some(init) = plain_construction(vm, class)
    {
        vm.count()?;
        let epoch = vm.interp().type_epoch;
        Type::mark_cached(class, vm);
        let pair = Tuple::from_values(vm, &[class.value(), init.value()])?;
        op.set_cached(vm, Some(pair.value()));
        op.set_data(0, op.data(0) & !0xFFFF_FFFF | u64::from(epoch));
        op.specialize(RegOp::CALL_CLASS_INIT);
        return construct(vm, op, class, init, start, argc);
    }
    vm.forget_earlier_calls(class.value());
    vm.call_args(class.value(), Args::from_cells(op.window(start, argc)))
}

/// Makes the object, keeps it in the callable's slot, and pushes the frame of `__init__`.
fn construct(
    vm: &mut Vm,
    op: Op,
    class: Gc<Type>,
    init: Gc<Function>,
    start: u16,
    argc: usize,
) -> Result<Value, Raised> {
    vm.prepare(executable_of(vm, init))?;
    let object = crate::types::object::new_instance(vm, class)?;
    vm.note_instance(object, class);
    op.set(start - 2, object);
    op.set(start - 1, object);
    let ret = Ret::new(Kind::Init, op.word().a(), RegOp::CALL.words() as u8);
    push_with_self(vm, op, init, u32::from(start) - 1, argc + 1, ret, object)?;
    Ok(PUSHED)
}

/// As `push_call` of prepared code, for a window whose first slot holds `this` and was NULL for the calling operation: no
/// root tells of it until the frame stands.
#[inline]
fn push_with_self(
    vm: &mut Vm,
    op: Op,
    function: Gc<Function>,
    start: u32,
    argc: usize,
    ret: Ret,
    this: Value,
) -> Result<(), Raised> {
    let executable = executable_of(vm, function);
    if executable.simple && argc == executable.argcount as usize {
        // Nothing collects before the frame stands.
        return push_call(vm, op, function, start, argc, ret);
    }
    push_holding(vm, op, function, start, argc, ret, this)
}

/// Binding may collect: seen on this stack, the object does not move meanwhile. The stack is that of a function of its own,
/// so that no copy stays behind in one that lasts.
#[inline(never)]
fn push_holding(
    vm: &mut Vm,
    op: Op,
    function: Gc<Function>,
    start: u32,
    argc: usize,
    ret: Ret,
    this: Value,
) -> Result<(), Raised> {
    let pushed = push_call(vm, op, function, start, argc, ret);
    std::hint::black_box(this);
    pushed
}

/// CALL_CLASS_INIT: the class and its `__init__` are as cached.
#[inline(never)]
pub fn call_class_init(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let (callable, start, argc) = window_of(op);
    if start == op.word().b() + 2
        && op.data(0) as u32 == vm.interp().type_epoch
        && let Some(pair) = op.cached(vm).and_then(|pair| pair.exact::<Tuple>())
        && let [class, init] = *pair.get(vm).items()
        && class == callable
        && let (Some(class), Some(init)) = (class.exact::<Type>(), init.exact::<Function>())
    {
        vm.count()?;
        let executable = executable_of(vm, init);
        // SAFETY: the calling frame is the running one.
        let wide = unsafe { (*vm.exec.top).executable.wide.get() };
        let fits = executable.simple && argc + 1 == executable.argcount as usize;
        if wide || !fits || executable.entry.get().is_null() || class.get(vm).slots.del.is_some() {
            return construct(vm, op, class, init, start, argc);
        }
        if plain_init::wants_specializing(op) {
            plain_init::specialize(vm, op, class, init)?;
        }
        // As `construct` does.
        let object = crate::types::object::new_instance(vm, class)?;
        op.set(start - 2, object);
        op.set(start - 1, object);
        let ret = Ret::new(Kind::Init, op.word().a(), RegOp::CALL.words() as u8);
        push_exact(vm, op, init, executable, u32::from(start) - 1, argc + 1, ret)?;
        return Ok(PUSHED);
    }
    call(vm, op)
}

/// CALL_PY_GENERAL: a Python function whose parameters the arguments do not fit exactly.
#[inline(never)]
pub fn call_py_general(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let (callable, start, argc) = window_of(op);
    let Some(function) = callable.exact::<Function>() else { return call(vm, op) };
    vm.count()?;
    let ret = Ret::new(Kind::Plain, op.word().a(), RegOp::CALL.words() as u8);
    push_call(vm, op, function, u32::from(start), argc, ret)?;
    Ok(PUSHED)
}

/// CALL_NATIVE, CALL_LEN, CALL_ISINSTANCE, CALL_LIST_APPEND: the callable is as cached.
#[inline(never)]
pub fn call_native(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let (callable, start, argc) = window_of(op);
    if op.cached(vm) != Some(callable) {
        return call(vm, op);
    }
    let args = op.window(start, argc);
    match RegOp::from_byte(op.word().op()) {
        Some(RegOp::CALL_LEN) if argc == 1 => {
            let value = args[0].get();
            if let Some(list) = value.exact::<List>() {
                return Ok(Value::int(list.get(vm).len()));
            }
            let length = vm.length(value)?;
            vm.new_int(length as i64)
        }
        Some(RegOp::CALL_ISINSTANCE) if argc == 2 => {
            let (value, class) = (args[0].get(), args[1].get());
            if vm.type_of(value).value() == class {
                return Ok(Value::TRUE);
            }
            vm.is_instance_of(value, class).map(Value::bool)
        }
        Some(RegOp::CALL_LIST_APPEND) if argc == 2 => match args[0].get().exact::<List>() {
            Some(list) => List::push(list, vm, args[1].get()).map(|()| Value::NONE),
            None => vm.call_args(callable, Args::from_cells(args)),
        },
        _ => match callable.exact::<BuiltinMethod>() {
            Some(function) if !function.get(vm).passes_receiver => {
                let def = function.get(vm).def;
                call_def(vm, def, Args::from_cells(args))
            }
            Some(_) => vm.call_args(callable, Args::from_cells(args)),
            None => call_descriptor(vm, callable, args),
        },
    }
}

/// Calls the descriptor of a native method, usually with an exact instance of its class.
#[inline]
fn call_descriptor(vm: &mut Vm, callable: Value, args: &[std::cell::Cell<Value>]) -> Result<Value, Raised> {
    if let Some(method) = callable.exact::<MethodDescriptor>()
        && let Some(receiver) = args.first()
        && vm.type_of(receiver.get()) == method.get(vm).class
    {
        let def = method.get(vm).def;
        vm.check_native_stack()?;
        return call_def(vm, def, Args::from_cells(args));
    }
    vm.call_args(callable, Args::from_cells(args))
}

/// CALL_TYPE_1: `type(x)`.
#[inline(never)]
pub fn call_type_1(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let (callable, start, argc) = window_of(op);
    if argc == 1 && callable == vm.class(Builtin::Type).value() {
        return Ok(vm.type_of(op.get(start)).value());
    }
    call(vm, op)
}

/// CALL_KW.
#[inline(never)]
pub fn call_kw(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let (callable, start, argc) = window_of(op);
    let names_slot = start + argc as u16;
    let Some(names) = op.get(names_slot).exact::<Tuple>() else {
        return Err(vm.raise(Exc::SystemError, "bad keyword names of a call"));
    };
    if names.get(vm).len() > argc {
        return Err(vm.raise(Exc::SystemError, "bad keyword names of a call"));
    }
    let args = Args::from_slots(vm, op.window(start, argc), Some(names));
    if let Some(function) = callable.exact::<Function>() {
        vm.count()?;
        let ret = Ret::new(Kind::Plain, op.word().a(), RegOp::CALL_KW.words() as u8);
        vm.push_bound(function, args, ret)?;
        return Ok(PUSHED);
    }
    vm.forget_earlier_calls(callable);
    vm.call_args(callable, args)
}

/// CALL_FUNCTION_EX.
#[inline(never)]
pub fn call_function_ex(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let base = op.word().b();
    let (callable, args, kwargs) = (op.get(base), op.get(base + 2), op.get(base + 3));
    let args = match args.exact::<Tuple>() {
        Some(args) => args,
        None => {
            if vm.slots(args).iter.is_none() && !vm.has_special(args, name::GETITEM) {
                let (function, got) = (callable_text(vm, callable)?, vm.type_name(args));
                let message = format!("{function} argument after * must be an iterable, not {got}");
                return Err(vm.raise(Exc::TypeError, message));
            }
            // No length is asked for here, unlike in displays.
            let items = List::new(vm)?;
            let iterator = vm.iter(args)?;
            while let Some(item) = vm.next(iterator)? {
                List::push(items, vm, item)?;
            }
            List::to_tuple(items, vm)?
        }
    };
    let kwargs = kwargs.given().and_then(|kwargs| kwargs.downcast::<Dict>(vm));
    let kwargs = kwargs.filter(|kwargs| !kwargs.get(vm).is_empty());
    let Some(function) = callable.exact::<Function>() else {
        vm.forget_earlier_calls(callable);
        return vm.call_tuple(callable, args, kwargs);
    };
    vm.count()?;
    let ret = Ret::new(Kind::Plain, op.word().a(), 1);
    let old = vm.stack.top();
    let pushed = spread(vm, function, args, kwargs, ret);
    match pushed {
        Ok(()) => Ok(PUSHED),
        Err(raised) => {
            vm.stack.pop_to(old);
            Err(raised)
        }
    }
}

/// Puts the items of a tuple and a dict on the value stack and pushes the frame of a call with them. The items stay below the
/// frame until it ends.
fn spread(
    vm: &mut Vm,
    function: Gc<Function>,
    args: Gc<Tuple>,
    kwargs: Option<Gc<Dict>>,
    ret: Ret,
) -> Result<(), Raised> {
    let n = args.get(vm).len();
    let kwcount = kwargs.map_or(0, |kwargs| kwargs.get(vm).len());
    let Some((_, window)) = vm.stack.push_window(n + kwcount) else { return Err(vm.raise_recursion()) };
    for (i, slot) in window[..n].iter().enumerate() {
        slot.set(args.get(vm).at(i));
    }
    let Some(kwargs) = kwargs else { return vm.push_bound(function, Args::from_cells(window), ret) };
    let names = Tuple::new_uninit(vm, Builtin::Tuple as u32, kwcount)?;
    let (mut at, mut i) = (0, 0);
    while let Some((number, entry)) = kwargs.get(vm).next_entry(vm, at) {
        if entry.key.downcast::<crate::types::str::Str>(vm).is_none() {
            return Err(vm.raise(Exc::TypeError, "keywords must be strings"));
        }
        names.get_mut(vm).items_mut()[i] = entry.key;
        window[n + i].set(entry.value);
        (at, i) = (number + 1, i + 1);
    }
    let args = Args::from_slots(vm, window, Some(names));
    vm.push_bound(function, args, ret)
}

/// `name()` of a callable as messages about its arguments call it.
pub fn callable_text(vm: &mut Vm, callable: Value) -> Result<String, Raised> {
    let qualname = vm.get_attr_opt_name(callable, name::QUALNAME)?;
    let Some(qualname) = qualname.and_then(|name| vm.text_of(name)) else { return vm.str_string(callable) };
    let module = vm.get_attr_opt_name(callable, name::MODULE)?;
    match module.and_then(|module| vm.text_of(module)) {
        Some(module) if module != "builtins" => Ok(format!("{module}.{qualname}()")),
        _ => Ok(format!("{qualname}()")),
    }
}
