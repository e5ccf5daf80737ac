//! `Executable`: a code object with what it needs to run: register code, and the objects it refers to.
//!
//! Invariants: an executable is an immovable object of the heap; code, frames, generators and words of native stacks keep
//! it alive, and what it owns outside the heap goes with it. `refs` is an immovable array
//! `[constants | names | cached objects]` that it refers to, so that a raw pointer to its slots stays valid.

use std::cell::{Cell, OnceCell};
use std::ptr::NonNull;
use std::sync::Arc;

use taipan_bytecode::code::{CodeObject, Constant, co};
use taipan_heap::Header;

use super::instrument::Instrumentation;
use super::register_code::{RegisterCode, dump};
use super::translate::{Form, translate};
use crate::gc::{Field, Gc, HeaderWord};
use crate::heap_object;
use crate::raise::{Exc, Raised};
use crate::spec::TypeSpec;
use crate::types::Builtin;
use crate::types::array::ValueArray;
use crate::types::code::pool::{ConstantPool, Maker, sharing_of};
use crate::types::code::tables::Table;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// A code object ready to run, or to be made ready. Never visible to Python.
    pub struct Executable = Builtin::Executable {
        /// Null until the code was translated.
        pub entry: Cell<*const Cell<u64>>,
        /// Slots of the refs array; null until then.
        pub refs: Cell<*mut Option<Value>>,
        /// Slots of a frame.
        pub frame_slots: Cell<u32>,
        /// Whether locals lie behind the operand stack; such frames are not overlapped by calls.
        pub wide: Cell<bool>,
        /// Whether a suspended generator of this code may have something to clean up; known once it was translated.
        pub has_cleanup: Cell<bool>,
        /// Number of localsplus; the operand stack begins there.
        pub locals: u32,
        /// Positional parameters.
        pub argcount: u32,
        /// Whether exactly `argcount` positional arguments can be bound by position alone.
        pub simple: bool,
        /// Generator, coroutine or asynchronous generator.
        pub is_generator: bool,
        /// Whether calls run the instrumented form.
        pub watched: Cell<bool>,
        register: OnceCell<Box<RegisterCode>>,
        instrumentation: OnceCell<Box<Instrumentation>>,
        array: Cell<Option<Gc<ValueArray>>>,
        /// The constants, where they were given as objects; immovable.
        objects: Cell<Option<Gc<ValueArray>>>,
        /// Names of the parameters that can be given by keyword, made when they are first asked for.
        parameters: Cell<Option<Gc<ValueArray>>>,
        /// Name and qualified name as interned strs, kept when a second function is made of the code; then, if one was asked
        /// for, the tuples and bytes of the code's attributes.
        kept: Cell<Option<Gc<ValueArray>>>,
        made_function: Cell<bool>,
        /// Whether some constants are objects that are no constants of the compiler.
        foreign: Cell<bool>,
        /// What it shares with the other code of its compilation.
        pool: Option<Gc<ConstantPool>>,
        pub code: Arc<CodeObject>,
        /// Bytes charged for what it owns.
        charged: Cell<usize>,
    }
}

pub static TYPE: TypeSpec =
    TypeSpec { name: "executable", layout: Some(<Executable as crate::gc::HeapObject>::native), ..TypeSpec::DEFAULT };

/// A reference to an executable from an object of the heap.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct ExecutableRef(&'static Executable);

impl ExecutableRef {
    /// A reference to be kept in an object.
    pub fn new(executable: &'static Executable) -> ExecutableRef {
        ExecutableRef(executable)
    }

    /// The executable; it lives as long as an object, a frame or the native stack refers to it.
    #[inline(always)]
    pub fn get(self) -> &'static Executable {
        self.0
    }
}

impl std::ops::Deref for ExecutableRef {
    type Target = Executable;

    #[inline(always)]
    fn deref(&self) -> &Executable {
        self.0
    }
}

// SAFETY: executables are objects of the heap.
unsafe impl Field for ExecutableRef {
    const IS_VALUE: bool = true;
}

// SAFETY: as above, or 0.
unsafe impl Field for Option<ExecutableRef> {
    const IS_VALUE: bool = true;
}

/// Frees what a dead executable owns.
///
/// # Safety
/// As `taipan_heap::Release`; the object is an executable.
unsafe fn release(object: NonNull<Header>) -> usize {
    let executable = object.as_ptr().cast::<Executable>();
    // SAFETY: by contract; nobody looks at these words again.
    unsafe {
        let charged = (*executable).charged.get();
        std::ptr::drop_in_place(&raw mut (*executable).register);
        std::ptr::drop_in_place(&raw mut (*executable).instrumentation);
        std::ptr::drop_in_place(&raw mut (*executable).code);
        charged
    }
}

impl Executable {
    fn new(code: Arc<CodeObject>, charged: usize, pool: Option<Gc<ConstantPool>>) -> Executable {
        Executable {
            header: HeaderWord::NEW,
            entry: Cell::new(std::ptr::null()),
            refs: Cell::new(std::ptr::null_mut()),
            frame_slots: Cell::new(0),
            wide: Cell::new(false),
            has_cleanup: Cell::new(false),
            locals: code.nlocalsplus() as u32,
            argcount: code.argcount,
            simple: code.kwonlyargcount == 0 && code.flags & (co::VARARGS | co::VARKEYWORDS) == 0,
            is_generator: code.flags & (co::GENERATOR | co::COROUTINE | co::ASYNC_GENERATOR) != 0,
            watched: Cell::new(false),
            register: OnceCell::new(),
            instrumentation: OnceCell::new(),
            array: Cell::new(None),
            objects: Cell::new(None),
            parameters: Cell::new(None),
            kept: Cell::new(None),
            made_function: Cell::new(false),
            foreign: Cell::new(false),
            pool,
            code,
            charged: Cell::new(charged),
        }
    }

    /// The executable as a word of an object.
    pub fn value(&'static self) -> Value {
        // SAFETY: executables are objects of the heap, and this one lives.
        unsafe { Gc::<Executable>::from_header(NonNull::from(self).cast()) }.value()
    }

    /// The executable, if the word is one; it lives as long as an object, a frame or the native stack refers to it.
    #[inline(always)]
    pub fn of_value(value: Value) -> Option<&'static Executable> {
        let executable = value.exact::<Executable>()?;
        // SAFETY: the object does not move, and lives as long as somebody holds the reference: see `ExecutableRef`.
        Some(unsafe { &*executable.header().as_ptr().cast::<Executable>() })
    }

    /// As [`Executable::of_value`].
    ///
    /// # Safety
    /// The word is an executable.
    #[inline(always)]
    pub unsafe fn of_value_unchecked(value: Value) -> &'static Executable {
        // SAFETY: by contract, and as in `of_value`.
        unsafe { &*Gc::<Executable>::from_value_unchecked(value).header().as_ptr().cast::<Executable>() }
    }

    /// The fused register code; only of an executable that was prepared. The layout of frames is that of both forms.
    #[inline]
    pub fn register(&self) -> Option<&RegisterCode> {
        self.register.get().map(|register| &**register)
    }

    /// What watching this code needs, once it was watched.
    #[inline]
    pub fn instrumentation(&self) -> Option<&Instrumentation> {
        self.instrumentation.get().map(|instrumentation| &**instrumentation)
    }

    /// Keeps what watching this code needs; the first wins.
    pub(super) fn set_instrumentation(&self, instrumentation: Instrumentation) -> &Instrumentation {
        self.instrumentation.get_or_init(|| Box::new(instrumentation))
    }

    /// The form of the code an address lies in, and the index of its word there.
    #[inline]
    pub fn locate(&self, pc: *const Cell<u64>) -> Option<(&RegisterCode, u32)> {
        let register = self.register()?;
        match register.index_of(pc) {
            Some(index) => Some((register, index)),
            None => {
                let register = self.instrumentation()?.register()?;
                Some((register, register.index_of(pc)?))
            }
        }
    }

    /// Slots from the first on that hold a value from the beginning.
    #[inline(always)]
    pub fn cleared_slots(&self) -> usize {
        if self.wide.get() { self.frame_slots.get() as usize } else { self.locals as usize }
    }

    /// The line of a byte offset.
    pub fn line_at(&self, offset: i32) -> Option<i32> {
        taipan_bytecode::line_table::line_at(&self.code.linetable, self.code.firstlineno, offset as u32)
    }

    /// Whether some constants are objects that are no constants of the compiler.
    pub fn has_object_constants(&self) -> bool {
        self.foreign.get()
    }

    /// What it shares with the other code of its compilation.
    pub fn pool(&self) -> Option<Gc<ConstantPool>> {
        self.pool
    }

    /// The documentation string of functions, if the code begins with one.
    pub(super) fn docstring(&self, vm: &mut Vm) -> Result<Value, Raised> {
        let Some(doc @ Constant::Str(_)) =
            self.code.consts.first().filter(|_| self.code.flags & co::HAS_DOCSTRING != 0)
        else {
            return Ok(Value::NONE);
        };
        if let Some(known) = self.object_constant(vm, 0) {
            return Ok(known);
        }
        let sharing = sharing_of(vm, self.pool);
        Maker::new(self.pool, sharing.as_deref(), self.code.unit.number).make(vm, doc)
    }

    /// The tuple or bytes of an attribute, if they were asked for.
    pub fn table(&self, vm: &Vm, table: Table) -> Option<Value> {
        self.kept.get()?.get(vm).slots().get(KEPT_NAMES + table as usize).copied().flatten()
    }

    /// Keeps the tuple or bytes of an attribute.
    pub fn set_table(&self, vm: &mut Vm, table: Table, value: Value) -> Result<(), Raised> {
        let kept = match self.kept.get() {
            Some(kept) if kept.get(vm).len() > KEPT_NAMES => kept,
            names => {
                let kept = immovable_array(vm, KEPT_NAMES + Table::COUNT)?;
                if let Some(names) = names {
                    ValueArray::copy(vm, names, 0, kept, 0, KEPT_NAMES);
                }
                vm.heap_mut().write_barrier(NonNull::from(self).cast());
                self.kept.set(Some(kept));
                kept
            }
        };
        ValueArray::put(kept, vm, KEPT_NAMES + table as usize, Some(value));
        Ok(())
    }

    /// A constant given as an object.
    pub fn object_constant(&self, vm: &Vm, index: usize) -> Option<Value> {
        self.objects.get()?.get(vm).slots().get(index).copied().flatten()
    }

    /// Makes these objects the constants of code that was not prepared yet. `foreign`: some are no constants of the compiler.
    pub(crate) fn set_object_constants(&self, vm: &mut Vm, constants: Gc<Tuple>, foreign: bool) -> Result<(), Raised> {
        self.foreign.set(foreign);
        if vm.is_exact(constants.value(), Builtin::Tuple) {
            self.set_table(vm, Table::Consts, constants.value())?;
        }
        let len = constants.get(vm).len();
        let array = immovable_array(vm, len)?;
        self.objects.set(Some(array));
        for i in 0..len {
            let constant = constants.get(vm).at(i);
            array.get_mut(vm).slots_mut()[i] = Some(constant);
        }
        Ok(())
    }

    /// The interned name of a parameter.
    pub fn parameter_name(&self, vm: &mut Vm, index: usize) -> Result<Gc<Str>, Raised> {
        let array = match self.parameters.get() {
            Some(array) => array,
            None => {
                let count = (self.code.argcount + self.code.kwonlyargcount) as usize;
                let array = immovable_array(vm, count)?;
                self.parameters.set(Some(array));
                array
            }
        };
        if let Some(name) = array.get(vm).slots().get(index).copied().flatten().and_then(|name| name.exact::<Str>()) {
            return Ok(name);
        }
        let Some(name) = self.code.localsplusnames.get(index) else { return Str::empty(vm) };
        let name = Str::from_wtf8(vm, name)?;
        let name = Str::interned(name, vm);
        if let Some(slot) = array.get_mut(vm).slots_mut().get_mut(index) {
            *slot = Some(name.value());
        }
        Ok(name)
    }

    /// Name and qualified name of a function that is made of the code.
    pub(super) fn function_names(&self, vm: &mut Vm) -> Result<(Value, Value), Raised> {
        if let Some(kept) = self.kept.get()
            && let &[Some(name), Some(qualname), ..] = kept.get(vm).slots()
        {
            return Ok((name, qualname));
        }
        let name = Str::from_wtf8(vm, &self.code.name)?;
        let name = Str::interned(name, vm).value();
        let qualname = Str::from_wtf8(vm, &self.code.qualname)?;
        let qualname = Str::interned(qualname, vm).value();
        // Most code makes one function only.
        if self.made_function.replace(true) {
            let kept = match self.kept.get() {
                Some(kept) => kept,
                None => {
                    let kept = immovable_array(vm, KEPT_NAMES)?;
                    vm.heap_mut().write_barrier(NonNull::from(self).cast());
                    self.kept.set(Some(kept));
                    kept
                }
            };
            for (i, name) in [name, qualname].into_iter().enumerate() {
                ValueArray::put(kept, vm, i, Some(name));
            }
        }
        Ok((name, qualname))
    }

    /// An entry of the refs array, if the code was prepared.
    pub fn reference(&self, vm: &Vm, index: usize) -> Option<Value> {
        self.array.get()?.get(vm).slots().get(index).copied().flatten()
    }

    /// Writes an entry of the refs array.
    pub(crate) fn set_reference(&self, vm: &mut Vm, index: u32, value: Option<Value>) {
        if let Some(array) = self.array.get()
            && let Some(slot) = array.get_mut(vm).slots_mut().get_mut(index as usize)
        {
            *slot = value;
        }
    }

    /// Empties the cache cells, so that what they hold can die; the operations fill them again.
    fn forget_cached(&self) {
        if let Some(array) = self.array.get() {
            ValueArray::forget(array, self.code.consts.len() + self.code.names.len()..usize::MAX);
        }
    }

    #[cold]
    fn prepare(&'static self, vm: &mut Vm) -> Result<(), Raised> {
        let register = match translate(&self.code, Form::Fused) {
            Ok(register) => register,
            Err(error) => return Err(vm.raise(Exc::SystemError, error.to_string())),
        };
        let (consts, names) = (self.code.consts.len(), self.code.names.len());
        let len = consts + names + register.cells as usize;
        let array = immovable_array(vm, len)?;
        // Reachable from here on.
        self.array.set(Some(array));
        let sharing = sharing_of(vm, self.pool);
        let mut maker = Maker::new(self.pool, sharing.as_deref(), self.code.unit.number);
        for (i, constant) in self.code.consts.iter().enumerate() {
            let value = match self.object_constant(vm, i) {
                Some(object) => object,
                None => maker.make(vm, constant)?,
            };
            array.get_mut(vm).slots_mut()[i] = Some(value);
        }
        for (i, name) in self.code.names.iter().enumerate() {
            let name = Str::from_wtf8(vm, name)?;
            let name = Str::interned(name, vm);
            array.get_mut(vm).slots_mut()[consts + i] = Some(name.value());
        }
        self.refs.set(array.get_mut(vm).slots_mut().as_mut_ptr());
        self.frame_slots.set(register.frame_slots);
        self.wide.set(register.stack_base != register.locals);
        self.has_cleanup.set(self.is_generator && register.has_cleanup());
        if vm.interp().config.settings.dump_registers.is_some() {
            dump::print_register_code(vm, &self.code, &register)?;
        }
        let register = self.register.get_or_init(|| Box::new(register));
        let bytes = register.bytes();
        vm.heap_mut().charge(bytes);
        self.charged.set(self.charged.get() + bytes);
        self.entry.set(register.words.as_ptr());
        if self.watched.get() {
            self.entry.set(vm.enter_word());
        }
        Ok(())
    }

    /// Makes room in `refs` for cached objects of a second form. The old array stays as it is until nobody runs in it.
    pub(super) fn grow_references(&self, vm: &mut Vm, cells: usize) -> Result<(), Raised> {
        let Some(old) = self.array.get() else { return Ok(()) };
        let len = old.get(vm).len();
        let array = immovable_array(vm, len + cells)?;
        for i in 0..len {
            let value = old.get(vm).slots()[i];
            array.get_mut(vm).slots_mut()[i] = value;
        }
        self.array.set(Some(array));
        self.refs.set(array.get_mut(vm).slots_mut().as_mut_ptr());
        Ok(())
    }
}

/// Entries of [`Executable`]'s `kept` before those of attributes.
const KEPT_NAMES: usize = 2;

fn immovable_array(vm: &mut Vm, len: usize) -> Result<Gc<ValueArray>, Raised> {
    let memory = vm.alloc_immovable(Builtin::ValueArray as u32, size_of::<ValueArray>() + len * 8)?;
    Ok(vm.fill_object(memory, ValueArray { header: HeaderWord::NEW, len }))
}

impl Vm {
    /// Makes a code object one that can be run. `charged`: the bytes charged for it so far, given back when it dies.
    pub(crate) fn new_executable(
        &mut self,
        code: Arc<CodeObject>,
        charged: usize,
        pool: Option<Gc<ConstantPool>>,
    ) -> Result<&'static Executable, Raised> {
        let memory = self.alloc_immovable(Builtin::Executable as u32, size_of::<Executable>())?;
        let executable = Executable::new(code, charged, pool);
        executable.watched.set(self.interp().monitoring.watches_all());
        let executable = self.fill_object(memory, executable);
        self.heap_mut().own(executable.header(), release);
        // SAFETY: the object does not move, and lives as long as somebody holds the reference: see `ExecutableRef`.
        Ok(unsafe { &*executable.header().as_ptr().cast::<Executable>() })
    }

    /// Every executable there is.
    pub(crate) fn executables(&self) -> Vec<&'static Executable> {
        let owners = self.interp().heap.owners(release);
        // SAFETY: what is owned by `release` is an executable, and not freed since the last collection.
        owners.map(|object| unsafe { &*object.as_ptr().cast::<Executable>() }).collect()
    }

    /// Lets inline caches keep nothing alive in the collection that is about to be requested.
    pub(crate) fn forget_inline_caches(&mut self) {
        self.executables().into_iter().for_each(Executable::forget_cached);
    }

    /// Makes an executable ready to run: translates it, makes its constants. SystemError for unsound code.
    #[inline]
    pub(crate) fn prepare(&mut self, executable: &'static Executable) -> Result<(), Raised> {
        if executable.entry.get().is_null() { executable.prepare(self) } else { Ok(()) }
    }

    /// A version for functions that no other function has.
    pub fn next_function_version(&mut self) -> u32 {
        let interp = self.interp_mut();
        let version = interp.next_function_version;
        // At the end of the numbers everything has version 0, which never matches a cache.
        interp.next_function_version = if version == 0 { 0 } else { version.wrapping_add(1) };
        version
    }
}
