//! Making functions, and the intrinsics.

use super::super::op::Op;
use crate::gc::{Gc, HeaderWord};
use crate::names::name;
use crate::number::UnaryOperator;
use crate::raise::{Exc, Raised};
use crate::types::code::Code;
use crate::types::dict::Dict;
use crate::types::exceptions;
use crate::types::function::Function;
use crate::types::function::builtins::builtins_of;
use crate::types::list::List;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

impl Function {
    /// A new function of a code object in a namespace.
    pub fn new(vm: &mut Vm, code: Gc<Code>, globals: Gc<Dict>) -> Result<Gc<Function>, Raised> {
        let builtins = builtins_of(vm, globals)?;
        Function::with_builtins(vm, code, globals, builtins)
    }

    fn with_builtins(
        vm: &mut Vm,
        code: Gc<Code>,
        globals: Gc<Dict>,
        builtins: Gc<Dict>,
    ) -> Result<Gc<Function>, Raised> {
        let executable = Code::executable(code, vm)?;
        let (name, qualname) = executable.function_names(vm)?;
        let doc = executable.docstring(vm)?;
        let key = vm.name(name::NAME);
        let module = Dict::get_item(globals, vm, key.value())?.unwrap_or(Value::NONE);
        let version = code.get(vm).version;
        let shape = crate::types::Builtin::Function as u32;
        vm.new_object(
            shape,
            Function {
                header: HeaderWord::NEW,
                code: code.value(),
                globals,
                builtins,
                name,
                qualname,
                doc,
                module,
                defaults: None,
                kwdefaults: None,
                closure: None,
                annotations: None,
                annotate: None,
                type_params: None,
                version,
                annotate_unnamed: false,
            },
        )
    }
}

/// MAKE_FUNCTION.
#[inline(never)]
pub fn make_function(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let Some(code) = op.rb().exact::<Code>() else {
        return Err(vm.raise(Exc::SystemError, "no code object to make a function of"));
    };
    let running = super::super::dispatch::running_function(vm);
    let (globals, builtins) = (running.get(vm).globals, running.get(vm).builtins);
    Ok(Function::with_builtins(vm, code, globals, builtins)?.value())
}

/// SET_FUNCTION_ATTRIBUTE.
#[inline(never)]
pub fn set_function_attribute(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let (value, target) = (op.rb(), op.rc());
    let Some(function) = target.exact::<Function>() else {
        return Err(vm.raise(Exc::SystemError, "no function to set an attribute of"));
    };
    let (tuple, dict) = (value.downcast::<Tuple>(vm), value.downcast::<Dict>(vm));
    let function = function.get_mut(vm);
    match op.word().flags() {
        1 => function.defaults = tuple,
        2 => function.kwdefaults = dict,
        4 => function.annotations = Some(value),
        8 => function.closure = tuple,
        16 => {
            function.annotate = Some(value);
            function.annotate_unnamed = true;
        }
        _ => return Err(vm.raise(Exc::SystemError, "unknown function attribute")),
    }
    Ok(target)
}

/// A function of the module `_typing` that an intrinsic stands for.
fn typing(vm: &mut Vm, function: &str, args: &[Value]) -> Result<Value, Raised> {
    let module = crate::import::import_module(vm, "_typing")?;
    let function = vm.get_attr_str(module, function)?;
    vm.call(function, args)
}

/// CALL_INTRINSIC_1.
#[inline(never)]
pub fn call_intrinsic_1(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let value = op.rb();
    match op.word().c() {
        1 => display(vm, value),
        2 => super::import::import_star(vm, value),
        3 => stop_iteration_error(vm, value),
        4 => super::generator::wrap_async(vm, value),
        5 => vm.unary(UnaryOperator::Positive, value),
        6 => match value.exact::<List>() {
            Some(list) => Ok(List::to_tuple(list, vm)?.value()),
            None => Err(vm.raise(Exc::SystemError, "no list to make a tuple of")),
        },
        7 => typing(vm, "_make_typevar", &[value, Value::NONE, Value::NONE]),
        8 => typing(vm, "_make_paramspec", &[value]),
        9 => typing(vm, "_make_typevartuple", &[value]),
        10 => typing(vm, "_subscript_generic", &[value]),
        11 => match value.exact::<Tuple>() {
            Some(parts) if parts.get(vm).len() == 3 => {
                let parts = [parts.get(vm).at(0), parts.get(vm).at(1), parts.get(vm).at(2)];
                typing(vm, "_make_typealias", &parts)
            }
            _ => Err(vm.raise(Exc::SystemError, "bad parts of a type alias")),
        },
        _ => Err(vm.raise(Exc::SystemError, "unknown intrinsic")),
    }
}

/// CALL_INTRINSIC_2.
#[inline(never)]
pub fn call_intrinsic_2(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let (a, b) = (op.rb(), op.rc());
    match op.word().flags() {
        1 => prepare_reraise_star(vm, a, b),
        2 => typing(vm, "_make_typevar", &[a, b, Value::NONE]),
        3 => typing(vm, "_make_typevar", &[a, Value::NONE, b]),
        4 => {
            if let Some(function) = a.exact::<Function>() {
                function.get_mut(vm).type_params = Some(b);
            }
            Ok(a)
        }
        5 => typing(vm, "_set_typeparam_default", &[a, b]),
        _ => Err(vm.raise(Exc::SystemError, "unknown intrinsic")),
    }
}

/// Shows the value of an expression statement of the interactive prompt.
fn display(vm: &mut Vm, value: Value) -> Result<Value, Raised> {
    let sys = crate::import::import_module(vm, "sys")?;
    let key = vm.name(name::DISPLAYHOOK);
    let result = vm.get_attr(sys, key);
    match vm.catch(result, Exc::AttributeError)? {
        Some(hook) => vm.call(hook, &[value]),
        None => Err(vm.raise(Exc::RuntimeError, "lost sys.displayhook")),
    }
}

/// The RuntimeError that takes the place of a StopIteration leaving a generator's body.
fn stop_iteration_error(vm: &mut Vm, exception: Value) -> Result<Value, Raised> {
    let flags = vm.exec.current().map_or(0, |frame| frame.executable.code.flags);
    use taipan_bytecode::code::co;
    let is_async = flags & co::ASYNC_GENERATOR != 0;
    let stop = exceptions::is_instance(vm, exception, Exc::StopIteration);
    let stop_async = is_async && exceptions::is_instance(vm, exception, Exc::StopAsyncIteration);
    if !stop && !stop_async {
        return Ok(exception);
    }
    let message = match () {
        () if stop_async => "async generator raised StopAsyncIteration",
        () if is_async => "async generator raised StopIteration",
        () if flags & co::COROUTINE != 0 => "coroutine raised StopIteration",
        () => "generator raised StopIteration",
    };
    let message = vm.new_str(message)?;
    let error = vm.new_exception(Exc::RuntimeError, &[message])?;
    if let Some(error) = error.downcast::<exceptions::BaseException>(vm) {
        let error = error.get_mut(vm);
        error.cause = Some(exception);
        error.context = Some(exception);
        error.suppress_context = true;
    }
    Ok(error)
}

/// What is raised at the end of `except*`: the exceptions raised in handlers and what was not handled, in one group.
fn prepare_reraise_star(vm: &mut Vm, original: Value, raised: Value) -> Result<Value, Raised> {
    let Some(list) = raised.exact::<List>() else {
        return Err(vm.raise(Exc::SystemError, "no list of exceptions"));
    };
    let items = List::new(vm)?;
    let mut i = 0;
    while let Some(item) = list.get(vm).get_at(vm, i) {
        i += 1;
        if !item.is_none() {
            List::push(items, vm, item)?;
        }
    }
    if items.get(vm).is_empty() {
        return Ok(Value::NONE);
    }
    let group_class = vm.exception_class(Exc::BaseExceptionGroup);
    if !vm.is_instance(original, group_class) {
        // A naked exception was wrapped: there is one handler's outcome.
        return Ok(items.get(vm).get_at(vm, 0).unwrap_or(Value::NONE));
    }
    let (fresh, same) = (List::new(vm)?, List::new(vm)?);
    let mut i = 0;
    while let Some(item) = items.get(vm).get_at(vm, i) {
        i += 1;
        let to = if shares_metadata(vm, item, original) { same } else { fresh };
        List::push(to, vm, item)?;
    }
    let projection = match same.get(vm).is_empty() {
        true => Value::NONE,
        false => project(vm, original, same)?,
    };
    if fresh.get(vm).is_empty() {
        return Ok(projection);
    }
    if !projection.is_none() {
        List::push(fresh, vm, projection)?;
    }
    if fresh.get(vm).len() == 1 {
        return Ok(fresh.get(vm).get_at(vm, 0).unwrap_or(Value::NONE));
    }
    let message = vm.new_str("")?;
    vm.new_exception(Exc::BaseExceptionGroup, &[message, fresh.value()])
}

/// Whether a group was split off another: same notes, traceback, cause and context.
fn shares_metadata(vm: &mut Vm, item: Value, original: Value) -> bool {
    let (Some(a), Some(b)) =
        (item.downcast::<exceptions::BaseException>(vm), original.downcast::<exceptions::BaseException>(vm))
    else {
        return false;
    };
    let notes = vm.name(name::NOTES);
    let (own, other) = (vm.instance_attr(item, notes), vm.instance_attr(original, notes));
    let (a, b) = (a.get(vm), b.get(vm));
    own == other && a.traceback == b.traceback && a.cause == b.cause && a.context == b.context
}

/// The part of a group made of the leaves that the given groups hold.
fn project(vm: &mut Vm, original: Value, keep: Gc<List>) -> Result<Value, Raised> {
    let leaves = List::new(vm)?;
    let mut i = 0;
    while let Some(item) = keep.get(vm).get_at(vm, i) {
        i += 1;
        collect_leaves(vm, item, leaves)?;
    }
    project_group(vm, original, leaves)
}

fn collect_leaves(vm: &mut Vm, item: Value, leaves: Gc<List>) -> Result<(), Raised> {
    vm.check_native_stack()?;
    let group_class = vm.exception_class(Exc::BaseExceptionGroup);
    if !vm.is_instance(item, group_class) {
        return List::push(leaves, vm, item);
    }
    let members = vm.get_attr_str(item, "exceptions")?;
    let members = vm.tuple_of(members)?;
    for i in 0..members.get(vm).len() {
        let member = members.get(vm).at(i);
        collect_leaves(vm, member, leaves)?;
    }
    Ok(())
}

fn project_group(vm: &mut Vm, group: Value, leaves: Gc<List>) -> Result<Value, Raised> {
    vm.check_native_stack()?;
    let members = vm.get_attr_str(group, "exceptions")?;
    let members = vm.tuple_of(members)?;
    let group_class = vm.exception_class(Exc::BaseExceptionGroup);
    let kept = List::new(vm)?;
    for i in 0..members.get(vm).len() {
        let member = members.get(vm).at(i);
        if vm.is_instance(member, group_class) {
            let part = project_group(vm, member, leaves)?;
            if !part.is_none() {
                List::push(kept, vm, part)?;
            }
        } else if (0..leaves.get(vm).len()).any(|i| leaves.get(vm).get_at(vm, i) == Some(member)) {
            List::push(kept, vm, member)?;
        }
    }
    // A group is made anew even of all its members: further inside some may be missing.
    exceptions::group::subset(vm, group, kept)
}
