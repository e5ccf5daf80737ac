//! Running code objects, and looking at the frames that run: what builtins and sys need of the loop.

use std::sync::Arc;

use taipan_bytecode::code::{CodeObject, Constant};

use crate::compile::SourceOptions;
use crate::gc::{Gc, HeaderWord};
use crate::heap_object;
use crate::raise::{Exc, Raised};
use crate::types::dict::Dict;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    pub struct Code {
        pub data: u64,
    }
}

impl Code {
    pub fn data(&self) -> &'static CodeObject {
        static EMPTY: std::sync::LazyLock<CodeObject> = std::sync::LazyLock::new(CodeObject::default);
        &EMPTY
    }
    pub fn shared(&self) -> Arc<CodeObject> {
        Arc::new(self.data().clone())
    }
}

pub fn code_of(vm: &mut Vm, _code: Arc<CodeObject>) -> Result<Gc<Code>, Raised> {
    let _ = HeaderWord::NEW;
    Err(vm.raise(Exc::SystemError, "no loop"))
}
pub fn as_code(vm: &Vm, value: Value) -> Option<Gc<Code>> {
    value.downcast::<Code>(vm)
}
pub fn check_code(vm: &mut Vm, value: Value, function: &str) -> Result<Gc<Code>, Raised> {
    match as_code(vm, value) {
        Some(code) => Ok(code),
        None => {
            let got = vm.type_name(value);
            Err(vm.raise(Exc::TypeError, format!("{function}() argument 1 must be code, not {got}")))
        }
    }
}
pub fn run_code(
    vm: &mut Vm,
    _code: Gc<Code>,
    _globals: Gc<Dict>,
    _locals: Option<Value>,
    _closure: Option<Gc<Tuple>>,
) -> Result<Value, Raised> {
    Err(vm.raise(Exc::SystemError, "no loop"))
}
pub fn constant_value(vm: &mut Vm, _constant: &Constant) -> Result<Value, Raised> {
    Err(vm.raise(Exc::SystemError, "no loop"))
}
pub fn constant_of(vm: &mut Vm, _value: Value) -> Result<Option<Constant>, Raised> {
    Err(vm.raise(Exc::SystemError, "no loop"))
}
pub fn builtin(vm: &mut Vm, name: &str) -> Result<Value, Raised> {
    let key = crate::types::str::Str::intern(vm, name)?;
    match vm.interp().builtins.and_then(|builtins| Dict::get_str(builtins, vm, key)) {
        Some(value) => Ok(value),
        None => Err(vm.raise(Exc::NameError, format!("name '{name}' is not defined"))),
    }
}
pub fn remove_import_frames(_vm: &mut Vm, _exception: Value, _is_import_error: bool) {}
pub fn compile_ast(
    _vm: &mut Vm,
    _source: Value,
    _filename: Value,
    _options: SourceOptions,
) -> Result<Option<Value>, Raised> {
    Ok(None)
}
pub fn parse_to_ast(vm: &mut Vm, _source: &[u8], _filename: Value, _options: SourceOptions) -> Result<Value, Raised> {
    Err(vm.raise(Exc::SystemError, "no ast"))
}

impl Vm {
    pub fn current_locals(&mut self) -> Result<Value, Raised> {
        Err(self.raise(Exc::SystemError, "no loop"))
    }
    pub fn current_builtins(&self) -> Option<Gc<Dict>> {
        self.interp().builtins
    }
    pub fn current_future_flags(&self) -> u32 {
        0
    }
    pub fn current_frame_object(&mut self) -> Result<Value, Raised> {
        Ok(Value::NONE)
    }
    pub fn frame_at(&mut self, _depth: usize) -> Result<Option<Value>, Raised> {
        Ok(None)
    }
    pub fn frame_globals_at(&mut self, _depth: usize) -> Option<Gc<Dict>> {
        None
    }
    pub fn recursion_limit(&self) -> usize {
        1000
    }
    pub fn recursion_depth(&self) -> usize {
        0
    }
    pub fn set_recursion_limit(&mut self, _limit: usize) {}
    pub fn run_body(&mut self, _f: Gc<crate::types::function::Function>, _l: Option<Value>) -> Result<Value, Raised> {
        Err(self.raise(Exc::SystemError, "no loop"))
    }
    pub fn raise_stop_iteration(&mut self) -> Raised {
        self.raise_with(Exc::StopIteration, &[])
    }
}

pub fn anext_default(vm: &mut Vm, _awaitable: Value, _default: Value) -> Result<Value, Raised> {
    Err(vm.raise(Exc::SystemError, "no loop"))
}
