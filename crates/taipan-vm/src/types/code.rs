//! `code`: a code object as Python sees it, and the constants it needs to run.
//!
//! The data is a shared `taipan_bytecode::CodeObject`, freed with the last object that has it. An `Executable` is made when
//! a function gets the code; constants and names become objects when it first runs.

use std::ptr::NonNull;
use std::sync::Arc;

use taipan_bytecode::code::{CodeObject, Constant};
use taipan_bytecode::wtf8::Wtf8Buf;
use taipan_heap::{Collection, Header};

use crate::gc::{Gc, HeaderWord};
use crate::heap_object;
use crate::interp::executable::{Executable, ExecutableRef};
use crate::raise::Raised;
use crate::types::Builtin;
use crate::types::set::Set;
use crate::types::slice::Slice;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

pub mod make;
pub mod methods;

pub use methods::TYPE;

heap_object! {
    /// A code object.
    pub struct Code = Builtin::Code {
        data: Arc<CodeObject>,
        /// What runs it; a function's code has it.
        executable: Option<ExecutableRef>,
        /// The version functions of this code start with; see `Function::version`.
        pub version: u32,
        /// Bytes charged for the data.
        charged: u32,
    }
}

/// Frees what a dead code object owns.
///
/// # Safety
/// As `taipan_heap::Release`; the object is a code object.
unsafe fn release(object: NonNull<Header>) -> usize {
    let code = object.as_ptr().cast::<Code>();
    // SAFETY: by contract; nobody looks at the word again.
    unsafe {
        std::ptr::drop_in_place(&raw mut (*code).data);
        (*code).charged as usize
    }
}

impl Code {
    /// A code object of compiled or unmarshalled data.
    pub fn new(vm: &mut Vm, mut code: Arc<CodeObject>) -> Result<Gc<Code>, Raised> {
        if !vm.interp().config.settings.code_debug_ranges {
            let linetable = taipan_bytecode::line_table::without_columns(&code.linetable, code.firstlineno);
            if *linetable != *code.linetable {
                Arc::make_mut(&mut code).linetable = linetable.into();
            }
        }
        let mut charged = 0;
        // Nested code is counted with the code around it.
        if Arc::get_mut(&mut code).is_some() {
            charged = code.owned_bytes();
            if vm.heap_mut().would_exceed(charged) {
                vm.collect(Collection::Major);
                if vm.heap_mut().would_exceed(charged) {
                    return Err(vm.raise_no_memory());
                }
            }
        }
        Code::make(vm, code, None, charged)
    }

    fn make(
        vm: &mut Vm,
        data: Arc<CodeObject>,
        executable: Option<ExecutableRef>,
        charged: usize,
    ) -> Result<Gc<Code>, Raised> {
        let version = vm.next_function_version();
        let charged = u32::try_from(charged).unwrap_or(u32::MAX);
        let code = vm.new_exact(Code { header: HeaderWord::NEW, data, executable, version, charged })?;
        vm.heap_mut().own(code.header(), release);
        vm.heap_mut().charge_young(charged as usize);
        Ok(code)
    }

    /// What runs the code.
    pub fn executable(this: Gc<Code>, vm: &mut Vm) -> Result<&'static Executable, Raised> {
        if let Some(executable) = this.get(vm).executable {
            return Ok(executable.get());
        }
        let data = this.get(vm).data.clone();
        let executable = vm.new_executable(data, this.get(vm).charged as usize)?;
        let code = this.get_mut(vm);
        code.executable = Some(ExecutableRef::new(executable));
        code.charged = 0;
        Ok(executable)
    }

    /// What runs the code, if a function ever had it.
    #[inline(always)]
    pub fn ready(&self) -> Option<&'static Executable> {
        self.executable.map(ExecutableRef::get)
    }

    /// Whether `executable` is what runs the code.
    pub fn runs(&self, executable: &Executable) -> bool {
        self.executable.is_some_and(|own| std::ptr::eq(own.get(), executable))
    }

    /// Whether some constants are objects that are no constants of the compiler.
    pub fn has_object_constants(&self) -> bool {
        self.executable.is_some_and(|executable| executable.has_object_constants())
    }

    /// A code object with any objects as constants. `code.consts` has their number; where an object is no constant of
    /// the compiler, anything but an int stands in for it.
    pub fn with_constants(vm: &mut Vm, code: Arc<CodeObject>, constants: Gc<Tuple>) -> Result<Gc<Code>, Raised> {
        let made = Code::new(vm, code)?;
        Code::executable(made, vm)?.set_object_constants(vm, constants)?;
        Ok(made)
    }

    /// The constants as objects: the very ones the code runs with, if it ran.
    pub fn constants(this: Gc<Code>, vm: &mut Vm) -> Result<Gc<Tuple>, Raised> {
        let (data, executable) = (this.get(vm).shared(), this.get(vm).ready());
        let n = data.consts.len();
        let tuple = Tuple::new_uninit(vm, Builtin::Tuple as u32, n)?;
        for i in 0..n {
            let known = executable
                .and_then(|executable| executable.reference(vm, i).or_else(|| executable.object_constant(vm, i)));
            let value = match known {
                Some(value) => value,
                None => constant_object(vm, &data.consts[i])?,
            };
            tuple.get_mut(vm).items_mut()[i] = value;
        }
        Ok(tuple)
    }

    /// Gives the code, and nested code of the same file, another file name. Frames that run keep the old one.
    pub fn rename_file(this: Gc<Code>, vm: &mut Vm, filename: &Wtf8Buf) -> Result<(), Raised> {
        let data = this.get(vm).shared();
        let old = data.filename.clone();
        if old == *filename {
            return Ok(());
        }
        let renamed = with_filename(data, &old, filename);
        this.get_mut(vm).data = renamed.clone();
        let Some(executable) = this.get(vm).ready() else { return Ok(()) };
        let renamed = vm.new_executable(renamed, 0)?;
        if executable.has_object_constants() {
            let constants = Code::constants(this, vm)?;
            for i in 0..constants.get(vm).len() {
                let constant = constants.get(vm).at(i);
                if let Some(inner) = constant.exact::<Code>().filter(|inner| *inner != this)
                    && inner.get(vm).data().filename == old
                {
                    vm.check_native_stack()?;
                    Code::rename_file(inner, vm, filename)?;
                }
            }
            renamed.set_object_constants(vm, constants)?;
        }
        this.get_mut(vm).executable = Some(ExecutableRef::new(renamed));
        Ok(())
    }

    /// A code object of what runs it.
    pub fn of_executable(vm: &mut Vm, executable: &'static Executable) -> Result<Gc<Code>, Raised> {
        Code::make(vm, executable.code.clone(), Some(ExecutableRef::new(executable)), 0)
    }

    /// The data.
    #[inline]
    pub fn data(&self) -> &CodeObject {
        &self.data
    }

    /// The data, shared.
    pub fn shared(&self) -> Arc<CodeObject> {
        self.data.clone()
    }
}

/// The code under another file name, together with the nested code of the old name.
pub fn with_filename(mut code: Arc<CodeObject>, old: &Wtf8Buf, filename: &Wtf8Buf) -> Arc<CodeObject> {
    if code.filename != *old || old == filename {
        return code;
    }
    let own = Arc::make_mut(&mut code);
    own.filename = filename.clone();
    for constant in &mut own.consts {
        if let Constant::Code(inner) = constant {
            *inner = with_filename(std::mem::take(inner), old, filename);
        }
    }
    code
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
        Constant::Float(f) if f.is_nan() => vm.new_boxed_float(*f)?,
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
