//! Running code objects, and looking at the frames that run: what builtins and sys need of the loop.

use std::sync::Arc;

use taipan_bytecode::code::{CodeObject, Constant, co};
use taipan_bytecode::wtf8::Wtf8Buf;

use crate::gc::Gc;
use crate::raise::{Exc, Raised};
use crate::types::bytes::Bytes;
use crate::types::code::{Code, constant_object};
use crate::types::dict::Dict;
use crate::types::exceptions::BaseException;
use crate::types::function::Function;
use crate::types::str::Str;
use crate::types::traceback::Traceback;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

/// The code object of compiled data.
pub fn code_of(vm: &mut Vm, code: Arc<CodeObject>) -> Result<Gc<Code>, Raised> {
    Code::new(vm, code)
}

/// A value as a code object, if it is one.
pub fn as_code(_: &Vm, value: Value) -> Option<Gc<Code>> {
    value.exact::<Code>()
}

/// A code object as the first argument of a function; TypeError otherwise.
pub fn check_code(vm: &mut Vm, value: Value, function: &str) -> Result<Gc<Code>, Raised> {
    match as_code(vm, value) {
        Some(code) => Ok(code),
        None => {
            let got = vm.type_name(value);
            Err(vm.raise(Exc::TypeError, format!("{function}() argument 1 must be code, not {got}")))
        }
    }
}

/// Runs code in namespaces, as `exec` does.
pub fn run_code(
    vm: &mut Vm,
    code: Gc<Code>,
    globals: Gc<Dict>,
    locals: Option<Value>,
    closure: Option<Gc<Tuple>>,
) -> Result<Value, Raised> {
    let function = Function::new(vm, code, globals)?;
    if closure.is_some() {
        function.get_mut(vm).closure = closure;
    }
    vm.run_body(function, locals)
}

/// The object of a constant.
pub fn constant_value(vm: &mut Vm, constant: &Constant) -> Result<Value, Raised> {
    constant_object(vm, constant)
}

/// How deep code that becomes a constant may nest.
const CODE_LEVELS: usize = 150;

/// The constant that an object stands for; `None` for objects that are no constants, and where copies of parts use up
/// the budget.
pub fn constant_of(vm: &mut Vm, value: Value, budget: &mut usize) -> Result<Option<Constant>, Raised> {
    use crate::types::Builtin;
    vm.check_native_stack()?;
    if value.is_none() {
        return Ok(Some(Constant::None));
    }
    if value.is_bool() {
        return Ok(Some(Constant::bool(value == Value::TRUE)));
    }
    if value == Value::ELLIPSIS {
        return Ok(Some(Constant::Ellipsis));
    }
    if vm.is_exact(value, Builtin::Int) {
        return Ok(vm.as_big(value).map(Constant::Int));
    }
    if vm.is_exact(value, Builtin::Float) {
        return Ok(vm.as_float(value).map(Constant::Float));
    }
    if let Some(text) = value.exact::<Str>() {
        return Ok(Some(Constant::Str(text.get(vm).to_wtf8())));
    }
    if let Some(bytes) = value.exact::<Bytes>() {
        return Ok(Some(Constant::Bytes(bytes.get(vm).bytes().into())));
    }
    if let Some(tuple) = value.exact::<Tuple>() {
        return Ok(items_of(vm, tuple, budget)?.map(|items| Constant::Tuple(items.into())));
    }
    if let Some(code) = as_code(vm, value) {
        // What a program stacks up without end stays objects: the collector walks those without recursion.
        let code = code.get(vm);
        let is_plain = !code.has_object_constants() && code.data().is_within(CODE_LEVELS, budget);
        return Ok(is_plain.then(|| Constant::Code(code.shared())));
    }
    let class = vm.type_of(value);
    if class.get(vm).is_heap_type() {
        return Ok(None);
    }
    match vm.type_name(value).as_str() {
        "complex" => {
            let mut parts = [0.0; 2];
            for (part, name) in parts.iter_mut().zip(["real", "imag"]) {
                let value = vm.get_attr_str(value, name)?;
                *part = vm.to_f64(value)?;
            }
            Ok(Some(Constant::Complex(parts[0], parts[1])))
        }
        "frozenset" => {
            let items = vm.tuple_of(value)?;
            Ok(items_of(vm, items, budget)?.map(Constant::frozen_set))
        }
        "slice" => {
            let mut parts = [Constant::None, Constant::None, Constant::None];
            for (part, name) in parts.iter_mut().zip(["start", "stop", "step"]) {
                let value = vm.get_attr_str(value, name)?;
                match constant_of(vm, value, budget)? {
                    Some(constant) => *part = constant,
                    None => return Ok(None),
                }
            }
            Ok(Some(Constant::Slice(Box::new(parts))))
        }
        _ => Ok(None),
    }
}

fn items_of(vm: &mut Vm, tuple: Gc<Tuple>, budget: &mut usize) -> Result<Option<Vec<Constant>>, Raised> {
    let n = tuple.get(vm).len();
    match budget.checked_sub(n) {
        Some(left) => *budget = left,
        None => return Ok(None),
    }
    let mut items = Vec::with_capacity(n);
    for i in 0..n {
        let item = tuple.get(vm).at(i);
        match constant_of(vm, item, budget)? {
            Some(constant) => items.push(constant),
            None => return Ok(None),
        }
    }
    Ok(Some(items))
}

/// A built-in by its name.
pub fn builtin(vm: &mut Vm, name: &str) -> Result<Value, Raised> {
    vm.builtin_value(name)
}

/// Takes the frames of the import system out of a traceback: for an ImportError all of them, else those down to a call
/// through `_call_with_frames_removed`.
pub fn remove_import_frames(vm: &mut Vm, exception: Value, always: bool) {
    let Some(base) = exception.downcast::<BaseException>(vm) else { return };
    let mut at = base.get(vm).traceback.and_then(|traceback| traceback.exact::<Traceback>());
    // The entry before the one looked at (none: the exception itself), and the one before the run of entries in importlib.
    let (mut previous, mut before_run): (Option<Gc<Traceback>>, Option<Gc<Traceback>>) = (None, None);
    let mut in_run = false;
    while let Some(entry) = at {
        let next = entry.get(vm).next;
        let code = &entry.get(vm).frame.get(vm).executable.code;
        let is_import = is_import_file(&code.filename);
        let ends_run = code.name == *"_call_with_frames_removed";
        if is_import && !in_run {
            before_run = previous;
        }
        in_run = is_import;
        if in_run && (always || ends_run) {
            set_link(vm, base, before_run, next);
            previous = before_run;
        } else {
            previous = Some(entry);
        }
        at = next;
    }
}

fn is_import_file(filename: &Wtf8Buf) -> bool {
    *filename == *"<frozen importlib._bootstrap>" || *filename == *"<frozen importlib._bootstrap_external>"
}

fn set_link(vm: &mut Vm, base: Gc<BaseException>, before: Option<Gc<Traceback>>, next: Option<Gc<Traceback>>) {
    match before {
        Some(before) => before.get_mut(vm).next = next,
        None => base.get_mut(vm).traceback = next.map(Gc::value),
    }
}

impl Vm {
    /// `locals()` of the running Python frame.
    pub fn current_locals(&mut self) -> Result<Value, Raised> {
        let depth = self.exec.depth();
        let Some(frame) = self.exec.current().copied() else {
            return Err(self.raise(Exc::SystemError, "frame does not exist"));
        };
        let code = &frame.executable.code;
        let inlined = code.localspluskinds.iter().any(|kind| kind & taipan_bytecode::code::fast::HIDDEN != 0);
        if code.flags & co::OPTIMIZED != 0 || inlined {
            let object = self.frame_object(depth)?;
            if code.flags & co::OPTIMIZED != 0 || crate::types::frame::methods::has_hidden(self, object) {
                return Ok(crate::types::frame::locals_proxy::snapshot(self, object)?.value());
            }
        }
        Ok(frame.locals.unwrap_or(frame.globals.value()))
    }

    /// The future features of the running code.
    pub fn current_future_flags(&self) -> u32 {
        let flags = self.exec.current().map_or(0, |frame| frame.executable.code.flags);
        flags & taipan_compiler::compile::CODE_FLAGS_MASK
    }

    /// The frame object of the running Python frame, `None` (of Python) when none runs.
    pub fn current_frame_object(&mut self) -> Result<Value, Raised> {
        Ok(self.frame_at(0)?.unwrap_or(Value::NONE))
    }

    /// The frame object so many calls below the running one.
    pub fn frame_at(&mut self, below: usize) -> Result<Option<Value>, Raised> {
        match self.exec.depth().checked_sub(below).filter(|depth| *depth > 0) {
            Some(depth) => Ok(Some(self.frame_object(depth)?.value())),
            None => Ok(None),
        }
    }

    /// The globals of the frame so many calls below the running one.
    pub fn frame_globals_at(&mut self, below: usize) -> Option<Gc<Dict>> {
        let depth = self.exec.depth().checked_sub(below)?;
        self.exec.frame(depth).map(|frame| frame.globals)
    }

    /// `sys.getrecursionlimit()`.
    pub fn recursion_limit(&self) -> usize {
        self.exec.recursion_limit()
    }

    /// How many Python frames run.
    pub fn recursion_depth(&self) -> usize {
        self.exec.depth()
    }

    /// `sys.setrecursionlimit()`.
    pub fn set_recursion_limit(&mut self, limit: usize) {
        self.exec.set_recursion_limit(limit);
    }

    /// Raises StopIteration without a value.
    #[inline(never)]
    pub fn raise_stop_iteration(&mut self) -> Raised {
        self.raise_with(Exc::StopIteration, &[])
    }
}
