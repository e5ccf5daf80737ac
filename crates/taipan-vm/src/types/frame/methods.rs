//! The attributes of `frame`.

use taipan_bytecode::code::{co, fast};

use crate::gc::{Gc, HeapObject};
use crate::raise::{Exc, Raised};
use crate::slots::Slots;
use crate::spec::{GetSetDef, NO_NEW, TypeSpec, getset, getter};
use crate::types::code::Code;
use crate::types::frame::{FrameObject, NO_LINES, OPCODES, locals_proxy};
use crate::types::function::Function;
use crate::types::function::builtins::visible;
use crate::types::generator::SUSPENDED;
use crate::types::generator::methods::finish;
use crate::value::Value;
use crate::vm::Vm;

fn this_frame(vm: &mut Vm, this: Value) -> Result<Gc<FrameObject>, Raised> {
    match this.exact::<FrameObject>() {
        Some(frame) => Ok(frame),
        None => Err(vm.raise(Exc::TypeError, "expected a frame")),
    }
}

fn get_back(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let frame = this_frame(vm, this)?;
    let depth = frame.get(vm).depth;
    if depth > 1 {
        let owner = frame.get(vm).owner;
        return Ok(vm.frame_object_of(owner, depth - 1)?.value());
    }
    if depth == 1 {
        return Ok(Value::NONE);
    }
    Ok(frame.get(vm).back.map_or(Value::NONE, Gc::value))
}

fn get_code(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let frame = this_frame(vm, this)?;
    let (function, executable) = (frame.get(vm).function, frame.get(vm).executable);
    if let Some(code) = function.get(vm).code.exact::<Code>()
        && code.get(vm).runs(&executable)
    {
        return Ok(code.value());
    }
    Ok(Code::of_executable(vm, executable.get())?.value())
}

fn get_globals(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this_frame(vm, this)?.get(vm).globals.value())
}

fn get_builtins(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let function: Gc<Function> = this_frame(vm, this)?.get(vm).function;
    Ok(visible(vm, function.get(vm).builtins))
}

fn get_lasti(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let frame = this_frame(vm, this)?;
    Ok(Value::int32(FrameObject::current_offset(frame, vm) as i32 * 2))
}

fn get_lineno(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let frame = this_frame(vm, this)?;
    Ok(FrameObject::line(frame, vm).map_or(Value::NONE, Value::int32))
}

fn set_lineno(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let frame = this_frame(vm, this)?;
    match value {
        Some(value) => crate::interp::line_jump::set_line(vm, frame, value),
        None => Err(vm.raise(Exc::AttributeError, "cannot delete attribute")),
    }
}

fn get_trace(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this_frame(vm, this)?.get(vm).trace.unwrap_or(Value::NONE))
}

fn set_trace(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let frame = this_frame(vm, this)?;
    frame.get_mut(vm).trace = value.and_then(Value::not_none);
    if value.is_some() && frame.get(vm).trace_opcodes() {
        vm.watch_opcodes(frame, true)?;
    }
    Ok(())
}

fn truth_of(vm: &mut Vm, value: Option<Value>) -> Result<bool, Raised> {
    match value {
        Some(value) if value.is_bool() => Ok(value == Value::TRUE),
        Some(_) => Err(vm.raise(Exc::TypeError, "attribute value type must be bool")),
        None => Err(vm.raise(Exc::TypeError, "can't delete numeric/char attribute")),
    }
}

fn get_trace_lines(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::bool(this_frame(vm, this)?.get(vm).trace_lines()))
}

fn set_trace_lines(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let lines = truth_of(vm, value)?;
    let frame = this_frame(vm, this)?.get_mut(vm);
    frame.flags = if lines { frame.flags & !NO_LINES } else { frame.flags | NO_LINES };
    Ok(())
}

fn get_trace_opcodes(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::bool(this_frame(vm, this)?.get(vm).trace_opcodes()))
}

fn set_trace_opcodes(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    if value.is_none() {
        return Err(vm.raise(Exc::AttributeError, "cannot be deleted"));
    }
    let opcodes = truth_of(vm, value)?;
    let frame = this_frame(vm, this)?;
    let fields = frame.get_mut(vm);
    fields.flags = if opcodes { fields.flags | OPCODES } else { fields.flags & !OPCODES };
    if !opcodes || frame.get(vm).trace.is_some() {
        vm.watch_opcodes(frame, opcodes)?;
    }
    Ok(())
}

fn get_generator(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this_frame(vm, this)?.get(vm).generator.map_or(Value::NONE, Gc::value))
}

/// `f_locals`: the namespace of a module or class body, else a view of the variables.
fn get_locals(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let frame = this_frame(vm, this)?;
    let code = &frame.get(vm).executable.code;
    if code.flags & co::OPTIMIZED == 0 && !has_hidden(vm, frame) {
        return Ok(frame.get(vm).locals.unwrap_or(frame.get(vm).globals.value()));
    }
    locals_proxy::proxy(vm, frame)
}

/// Whether a comprehension inlined into a module or class body is running.
pub fn has_hidden(vm: &Vm, frame: Gc<FrameObject>) -> bool {
    let kinds = &frame.get(vm).executable.code.localspluskinds;
    kinds
        .iter()
        .enumerate()
        .any(|(index, kind)| kind & fast::HIDDEN != 0 && locals_proxy::variable(vm, frame, index as u32).is_some())
}

fn clear(vm: &mut Vm, args: crate::args::Args<'_>) -> Result<Value, Raised> {
    let frame = this_frame(vm, args.get(0))?;
    if frame.get(vm).depth > 0 {
        return Err(vm.raise(Exc::RuntimeError, "cannot clear an executing frame"));
    }
    if let Some(generator) = frame.get(vm).generator {
        if generator.get(vm).state == SUSPENDED {
            return Err(vm.raise(Exc::RuntimeError, "cannot clear a suspended frame"));
        }
        vm.warn_unawaited(generator.value());
        finish(vm, generator);
    }
    let frame = frame.get_mut(vm);
    frame.slots = None;
    frame.extra = None;
    Ok(Value::NONE)
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let frame = this_frame(vm, this)?;
    let code = &frame.get(vm).executable.code;
    let (file, name) = (code.filename.to_string(), code.name.to_string());
    let line = FrameObject::line(frame, vm).unwrap_or(0);
    let id = crate::types::object::id_number(vm, this);
    vm.new_str(&format!("<frame at {id:#x}, file '{file}', line {line}, code {name}>"))
}

const GETSET: &[GetSetDef] = &[
    getter("f_back", get_back, ""),
    getter("f_code", get_code, ""),
    getter("f_globals", get_globals, ""),
    getter("f_builtins", get_builtins, ""),
    getter("f_locals", get_locals, ""),
    getter("f_lasti", get_lasti, ""),
    getset("f_lineno", get_lineno, set_lineno, ""),
    getset("f_trace", get_trace, set_trace, ""),
    getset("f_trace_lines", get_trace_lines, set_trace_lines, ""),
    getset("f_trace_opcodes", get_trace_opcodes, set_trace_opcodes, ""),
    getter("f_generator", get_generator, ""),
];

pub static TYPE: TypeSpec = TypeSpec {
    name: "frame",
    layout: Some(<FrameObject as HeapObject>::native),
    slots: Slots { repr: Some(repr), ..Slots::DEFAULT },
    methods: &[crate::spec::method("clear($self, /)", clear, "Clear all references held by the frame.")],
    getset: GETSET,
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};
