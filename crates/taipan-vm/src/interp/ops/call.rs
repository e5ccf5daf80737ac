//! The CALL operations: what is called decides the form the operation is rewritten to.
//!
//! A form relies on what its cache cell holds and goes back to `call` when it meets something else.

use super::super::call::{PUSHED, executable_of, push_call, push_exact};
use super::super::frame::{Kind, Ret};
use super::super::op::Op;
use super::super::register_code::RegOp;
use super::plain_init;
use crate::args::Args;
use crate::gc::Gc;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::slots::{Init, New};
use crate::types::Builtin;
use crate::types::builtin_method::{BuiltinMethod, call_def, refusal};
use crate::types::descriptor::MethodDescriptor;
use crate::types::dict::Dict;
use crate::types::function::Function;
use crate::types::list::List;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

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
            let word = super::super::register_code::Word((*frame.pc).get());
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
                let (def, args) = (function.get(vm).def, Args::from_cells(args));
                call_def(vm, def, args).map_err(|raised| refusal::explain(vm, raised, def, args, callable))
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
        let args = Args::from_cells(args);
        return call_def(vm, def, args).map_err(|raised| refusal::explain(vm, raised, def, args, callable));
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
