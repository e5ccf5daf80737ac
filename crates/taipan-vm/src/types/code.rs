//! `code`: a code object as Python sees it, and the constants it needs to run.
//!
//! The data is a shared `taipan_bytecode::CodeObject`, freed with the last object that has it. An `Executable` is made when
//! a function gets the code; constants and names become objects when it first runs.

use std::ptr::NonNull;
use std::sync::Arc;

use taipan_bytecode::code::sharing::Sharing;
use taipan_bytecode::code::{CodeObject, Constant};
use taipan_bytecode::wtf8::Wtf8Buf;
use taipan_heap::{Collection, Header};

use crate::gc::{Gc, HeaderWord};
use crate::heap_object;
use crate::interp::executable::Executable;
use crate::raise::Raised;
use crate::types::Builtin;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

pub mod make;
pub mod methods;
pub mod pool;
pub mod tables;

pub use methods::TYPE;
use pool::{ConstantPool, Maker};
use tables::Table;

heap_object! {
    /// A code object.
    pub struct Code = Builtin::Code {
        data: Arc<CodeObject>,
        /// What runs it (a function's code has it), an executable. Before it is made: what the code shares with the other
        /// code of its compilation, a pool.
        link: Option<Value>,
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
    /// A code object of compiled or unmarshalled data: the outermost one.
    pub fn new(vm: &mut Vm, code: Arc<CodeObject>) -> Result<Gc<Code>, Raised> {
        let pool = match code.unit.sharing.clone() {
            Some(sharing) => Some(ConstantPool::new(vm, sharing)?),
            None => None,
        };
        Code::new_in(vm, code, pool)
    }

    /// A code object of a compilation that has this pool.
    pub fn new_in(vm: &mut Vm, mut code: Arc<CodeObject>, pool: Option<Gc<ConstantPool>>) -> Result<Gc<Code>, Raised> {
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
        Code::make(vm, code, None, charged, pool)
    }

    fn make(
        vm: &mut Vm,
        data: Arc<CodeObject>,
        executable: Option<&'static Executable>,
        charged: usize,
        pool: Option<Gc<ConstantPool>>,
    ) -> Result<Gc<Code>, Raised> {
        let version = vm.next_function_version();
        let charged = u32::try_from(charged).unwrap_or(u32::MAX);
        let link = executable.map(Executable::value).or(pool.map(Gc::value));
        let code = vm.new_exact(Code { header: HeaderWord::NEW, data, link, version, charged })?;
        vm.heap_mut().own(code.header(), release);
        vm.heap_mut().charge_young(charged as usize);
        Ok(code)
    }

    /// What runs the code.
    pub fn executable(this: Gc<Code>, vm: &mut Vm) -> Result<&'static Executable, Raised> {
        if let Some(executable) = this.get(vm).ready() {
            return Ok(executable);
        }
        let data = this.get(vm).data.clone();
        let charged = this.get(vm).charged as usize;
        let pool = this.get(vm).link.and_then(|link| link.exact::<ConstantPool>());
        let executable = vm.new_executable(data, charged, pool)?;
        let code = this.get_mut(vm);
        code.link = Some(executable.value());
        code.charged = 0;
        Ok(executable)
    }

    /// What runs the code, if a function ever had it.
    #[inline(always)]
    pub fn ready(&self) -> Option<&'static Executable> {
        Executable::of_value(self.link?)
    }

    /// What runs the code of a function.
    ///
    /// # Safety
    /// A function has, or had, this code.
    #[inline(always)]
    pub unsafe fn ready_unchecked(&self) -> &'static Executable {
        // SAFETY: code has what runs it before a function gets it.
        unsafe { Executable::of_value_unchecked(self.link.unwrap_unchecked()) }
    }

    /// Whether `executable` is what runs the code.
    pub fn runs(&self, executable: &Executable) -> bool {
        self.ready().is_some_and(|own| std::ptr::eq(own, executable))
    }

    /// Whether some constants are objects that are no constants of the compiler.
    pub fn has_object_constants(&self) -> bool {
        self.ready().is_some_and(Executable::has_object_constants)
    }

    /// A code object made of objects: these are its constants, names and tables from then on. `code.consts` has the number of
    /// the constants; `foreign`: some are no constants of the compiler, for which anything but an int stands in there.
    pub fn of_objects(
        vm: &mut Vm,
        code: Arc<CodeObject>,
        constants: Gc<Tuple>,
        foreign: bool,
        tables: &[(Table, Value)],
    ) -> Result<Gc<Code>, Raised> {
        let made = Code::new(vm, code)?;
        let executable = Code::executable(made, vm)?;
        executable.set_object_constants(vm, constants, foreign)?;
        let keeps_columns = vm.interp().config.settings.code_debug_ranges;
        for (table, value) in tables {
            if keeps_columns || *table != Table::Linetable {
                executable.set_table(vm, *table, *value)?;
            }
        }
        Ok(made)
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
        let renamed = vm.new_executable(renamed, 0, executable.pool())?;
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
            renamed.set_object_constants(vm, constants, true)?;
        }
        this.get_mut(vm).link = Some(renamed.value());
        Ok(())
    }

    /// A code object of what runs it.
    pub fn of_executable(vm: &mut Vm, executable: &'static Executable) -> Result<Gc<Code>, Raised> {
        Code::make(vm, executable.code.clone(), Some(executable), 0, None)
    }

    /// What the code objects of its compilation share.
    pub fn sharing(this: Gc<Code>, vm: &Vm) -> Option<Arc<Sharing>> {
        let code = this.get(vm);
        let pool = match code.ready() {
            Some(executable) => executable.pool(),
            None => code.link.and_then(|link| link.exact::<ConstantPool>()),
        };
        pool::sharing_of(vm, pool)
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

/// The object of a constant that is no part of a code object.
pub fn constant_object(vm: &mut Vm, constant: &Constant) -> Result<Value, Raised> {
    Maker::alone().make(vm, constant)
}
