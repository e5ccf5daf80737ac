//! `code`: a code object as Python sees it, and the constants it needs to run.
//!
//! The data is a `taipan_bytecode::CodeObject` behind an `Executable` of the interpreter's table, which is freed with the
//! interpreter; constants and names become objects when the code first runs.

use std::sync::Arc;

use taipan_bytecode::code::{CodeObject, Constant};

use crate::gc::{Gc, HeaderWord};
use crate::heap_object;
use crate::interp::executable::Executable;
use crate::raise::Raised;
use crate::types::Builtin;
use crate::types::set::Set;
use crate::types::slice::Slice;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

pub mod methods;

pub use methods::TYPE;

heap_object! {
    /// A code object.
    pub struct Code = Builtin::Code {
        /// The entry in the interpreter's table.
        pub executable: &'static Executable,
        /// The version functions of this code start with; see `Function::version`.
        pub version: u32,
        pub pad: u32,
    }
}

impl Code {
    /// A code object of compiled or unmarshalled data.
    pub fn new(vm: &mut Vm, code: Arc<CodeObject>) -> Result<Gc<Code>, Raised> {
        let version = vm.next_function_version();
        let executable = vm.new_executable(code);
        vm.new_exact(Code { header: HeaderWord::NEW, executable, version, pad: 0 })
    }

    /// A code object of an entry in the table.
    pub fn of_executable(vm: &mut Vm, executable: &'static Executable) -> Result<Gc<Code>, Raised> {
        let version = vm.next_function_version();
        vm.new_exact(Code { header: HeaderWord::NEW, executable, version, pad: 0 })
    }

    /// The data.
    #[inline]
    pub fn data(&self) -> &'static CodeObject {
        &self.executable.code
    }

    /// The data, shared.
    pub fn shared(&self) -> Arc<CodeObject> {
        self.executable.code.clone()
    }
}

/// The object of a constant. Strs that look like names are interned, as CPython's compiler does.
pub fn constant_object(vm: &mut Vm, constant: &Constant) -> Result<Value, Raised> {
    Ok(match constant {
        Constant::None => Value::NONE,
        Constant::True => Value::TRUE,
        Constant::False => Value::FALSE,
        Constant::Ellipsis => Value::ELLIPSIS,
        Constant::Int(i) => match i64::try_from(i) {
            Ok(i) => vm.new_int(i)?,
            Err(_) => vm.new_big_int(i)?,
        },
        Constant::Float(f) => vm.new_float(*f)?,
        Constant::Complex(real, imag) => vm.complex_constant(*real, *imag)?,
        Constant::Str(text) => {
            let text_object = Str::from_wtf8(vm, text)?;
            let name_like =
                text.as_str().is_some_and(|text| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'));
            if name_like { Str::interned(text_object, vm).value() } else { text_object.value() }
        }
        Constant::Bytes(bytes) => crate::types::bytes::Bytes::new(vm, bytes)?.value(),
        Constant::Tuple(items) => constant_tuple(vm, items)?.value(),
        Constant::FrozenSet(items) => {
            let items = constant_tuple(vm, items)?;
            let set = Set::new_frozen(vm)?;
            for i in 0..items.get(vm).len() {
                let item = items.get(vm).at(i);
                Set::add(set, vm, item)?;
            }
            set.value()
        }
        Constant::Slice(parts) => {
            let mut values = [Value::NONE; 3];
            for (value, part) in values.iter_mut().zip(parts.iter()) {
                *value = constant_object(vm, part)?;
            }
            Slice::new(vm, values[0], values[1], values[2])?.value()
        }
        Constant::Code(code) => Code::new(vm, code.clone())?.value(),
    })
}

fn constant_tuple(vm: &mut Vm, items: &[Constant]) -> Result<Gc<Tuple>, Raised> {
    // Constants are nested as deep as the compiler nested them; marshal bounds what comes from files.
    vm.check_native_stack()?;
    let tuple = Tuple::new_uninit(vm, Builtin::Tuple as u32, items.len())?;
    for (i, item) in items.iter().enumerate() {
        let value = constant_object(vm, item)?;
        tuple.get_mut(vm).items_mut()[i] = value;
    }
    Ok(tuple)
}
