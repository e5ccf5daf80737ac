//! Names: locals, cells, globals, builtins and namespaces.

use taipan_bytecode::code::co;

use super::super::op::Op;
use super::super::register_code::RegOp;
use crate::gc::Gc;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::types::cell::Cell;
use crate::types::dict::Dict;
use crate::types::exceptions::NamedException;
use crate::types::function::Function;
use crate::types::str::Str;
use crate::value::Value;
use crate::vm::Vm;

/// Index of the local in a slot.
fn local_of_slot(vm: &Vm, slot: u32) -> usize {
    let Some(frame) = vm.exec.current() else { return 0 };
    let locals = frame.executable.locals;
    if slot < locals && !frame.executable.wide.get() {
        return slot as usize;
    }
    (0..locals).find(|index| frame.executable.register().is_some_and(|r| r.local_slot(*index) == slot)).unwrap_or(0)
        as usize
}

fn local_name(vm: &Vm, slot: u32) -> (String, bool) {
    let index = local_of_slot(vm, slot);
    let Some(frame) = vm.exec.current() else { return (String::new(), false) };
    let code = &frame.executable.code;
    let name = code.localsplusnames.get(index).map(ToString::to_string).unwrap_or_default();
    let free = code.localspluskinds.get(index).is_some_and(|kind| kind & taipan_bytecode::code::fast::FREE != 0);
    (name, free)
}

/// CHECK_BOUND of an unbound local.
#[cold]
#[inline(never)]
pub fn raise_unbound_local(vm: &mut Vm, op: Op) -> Result<(), Raised> {
    let (name, _) = local_name(vm, op.word().bc());
    Err(unbound_local(vm, &name))
}

#[cold]
fn unbound_local(vm: &mut Vm, name: &str) -> Raised {
    let message = format!("cannot access local variable '{name}' where it is not associated with a value");
    vm.raise(Exc::UnboundLocalError, message)
}

/// Raises NameError with its `name`.
#[cold]
pub fn raise_name_error(vm: &mut Vm, message: &str, name: &str) -> Raised {
    let raised = vm.raise(Exc::NameError, message);
    if let Some(exception) = vm.pending.and_then(|pending| pending.downcast::<NamedException>(vm)) {
        match Str::new(vm, name) {
            Ok(name) => exception.get_mut(vm).name = Some(name.value()),
            Err(raised) => return raised,
        }
    }
    raised
}

#[cold]
fn not_defined(vm: &mut Vm, name: Gc<Str>) -> Raised {
    let name = name.get(vm).to_string_lossy();
    // So many bytes of a name are shown.
    let shown = String::from_utf8_lossy(name.as_bytes().get(..200).unwrap_or(name.as_bytes())).into_owned();
    raise_name_error(vm, &format!("name '{shown}' is not defined"), &name)
}

/// LOAD_COMMON_CONSTANT.
#[inline(never)]
pub fn load_common_constant(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    match op.word().b() {
        0 => Ok(vm.exception_class(Exc::AssertionError).value()),
        1 => Ok(vm.exception_class(Exc::NotImplementedError).value()),
        2 => Ok(vm.class(crate::types::Builtin::Tuple).value()),
        3 => common_builtin(vm, 0),
        _ => common_builtin(vm, 1),
    }
}

/// Where the interpreter keeps a builtin that code refers to whatever its name is bound to later.
const COMMON: [(&str, &str); 2] = [("common.all", "all"), ("common.any", "any")];

/// Keeps the builtins that LOAD_COMMON_CONSTANT gives. Called once, when they stand.
pub(crate) fn keep_common_constants(vm: &mut Vm) -> Result<(), Raised> {
    for (key, name) in COMMON {
        let value = vm.builtin_value(name)?;
        vm.set_state(key, value);
    }
    Ok(())
}

fn common_builtin(vm: &mut Vm, index: usize) -> Result<Value, Raised> {
    let (key, name) = COMMON[index];
    match vm.state(key) {
        Some(value) => Ok(value),
        None => vm.builtin_value(name),
    }
}

impl Vm {
    /// A name of the module `builtins`, whatever it is bound to now.
    pub fn builtin_value(&mut self, name: &str) -> Result<Value, Raised> {
        let key = Str::intern(self, name)?;
        let found = match self.interp().builtins {
            Some(builtins) => Dict::get_str(builtins, self, key),
            None => None,
        };
        match found {
            Some(value) => Ok(value),
            None => Err(self.raise(Exc::NameError, format!("name '{name}' is not defined"))),
        }
    }

    /// The object of a complex constant.
    pub(crate) fn complex_constant(&mut self, real: f64, imag: f64) -> Result<Value, Raised> {
        let class = self.builtin_value("complex")?;
        let (real, imag) = (self.new_float(real)?, self.new_float(imag)?);
        self.call(class, &[real, imag])
    }
}

// ---- cells ----

/// MAKE_CELL.
#[inline(never)]
pub fn make_cell(vm: &mut Vm, op: Op) -> Result<(), Raised> {
    let slot = op.word().bc();
    let cell = Cell::new(vm, op.get32(slot).given())?;
    op.set32(slot, cell.value());
    Ok(())
}

/// COPY_FREE_VARS, one of them.
#[inline(never)]
pub fn copy_free_var(vm: &mut Vm, op: Op) -> Result<(), Raised> {
    let function = super::super::dispatch::running_function(vm);
    let index = op.word().a() as usize;
    let cell = function.get(vm).closure.and_then(|closure| closure.get(vm).items().get(index).copied());
    match cell {
        Some(cell) => {
            op.set32(op.word().bc(), cell);
            Ok(())
        }
        None => Err(vm.raise(Exc::SystemError, "function without its closure")),
    }
}

fn cell_at(vm: &mut Vm, op: Op, slot: u32) -> Result<Gc<Cell>, Raised> {
    match op.get32(slot).exact::<Cell>() {
        Some(cell) => Ok(cell),
        None => Err(vm.raise(Exc::SystemError, "no cell where one must be")),
    }
}

#[cold]
fn unbound_cell(vm: &mut Vm, slot: u32) -> Raised {
    let (name, free) = local_name(vm, slot);
    if free {
        let message =
            format!("cannot access free variable '{name}' where it is not associated with a value in enclosing scope");
        return raise_name_error(vm, &message, &name);
    }
    unbound_local(vm, &name)
}

/// LOAD_DEREF.
#[inline(never)]
pub fn load_deref(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let slot = op.word().bc();
    let cell = cell_at(vm, op, slot)?;
    match cell.get(vm).contents {
        Some(value) => Ok(value),
        None => Err(unbound_cell(vm, slot)),
    }
}

/// STORE_DEREF.
#[inline(never)]
pub fn store_deref(vm: &mut Vm, op: Op) -> Result<(), Raised> {
    let cell = cell_at(vm, op, op.word().bc())?;
    cell.get_mut(vm).contents = Some(op.ra());
    Ok(())
}

/// DELETE_DEREF.
#[inline(never)]
pub fn delete_deref(vm: &mut Vm, op: Op) -> Result<(), Raised> {
    let slot = op.word().bc();
    let cell = cell_at(vm, op, slot)?;
    if cell.get(vm).contents.is_none() {
        return Err(unbound_cell(vm, slot));
    }
    cell.get_mut(vm).contents = None;
    Ok(())
}

/// LOAD_FROM_DICT_OR_DEREF.
#[inline(never)]
pub fn load_from_dict_or_deref(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let slot = op.data(0) as u32;
    let (name, _) = local_name(vm, slot);
    let key = Str::intern(vm, &name)?;
    if let Some(value) = vm.mapping_get(op.rb(), key.value())? {
        return Ok(value);
    }
    let cell = cell_at(vm, op, slot)?;
    match cell.get(vm).contents {
        Some(value) => Ok(value),
        None => Err(unbound_cell(vm, slot)),
    }
}

// ---- globals ----

/// LOAD_GLOBAL in any form: looks up, and caches the place found.
#[inline(never)]
pub fn load_global(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let function = super::super::dispatch::running_function(vm);
    let (globals, builtins) = (function.get(vm).globals, function.get(vm).builtins);
    let name = op.name(vm);
    if [globals, builtins].iter().any(|dict| dict.value().exact::<Dict>().is_none()) {
        // A subclass may answer by `__getitem__` or `__missing__`.
        return lookup_global(vm, function, name);
    }
    if let Some(number) = Dict::find_str(globals, vm, name)
        && let Some(value) = globals.get(vm).value_at(vm, number)
    {
        let version = Dict::keys_version(globals, vm);
        if version != 0 {
            op.set_word(op.word().with_bc(number as u32).with_op(RegOp::LOAD_GLOBAL_MODULE));
            op.set_data(1, u64::from(version));
        }
        return Ok(value);
    }
    if let Some(number) = Dict::find_str(builtins, vm, name)
        && let Some(value) = builtins.get(vm).value_at(vm, number)
    {
        let (own, outer) = (Dict::keys_version(globals, vm), Dict::keys_version(builtins, vm));
        if own != 0 && outer != 0 {
            op.set_word(op.word().with_bc(number as u32).with_op(RegOp::LOAD_GLOBAL_BUILTIN));
            op.set_data(1, u64::from(own) | u64::from(outer) << 32);
        }
        return Ok(value);
    }
    lookup_global(vm, function, name)
}

/// A global or builtin by the general lookup: namespaces may have keys that are not plain strs, or be dict subclasses.
fn lookup_global(vm: &mut Vm, function: Gc<Function>, name: Gc<Str>) -> Result<Value, Raised> {
    let (globals, builtins) = (function.get(vm).globals, function.get(vm).builtins);
    if let Some(value) = vm.mapping_get(globals.value(), name.value())? {
        return Ok(value);
    }
    if let Some(value) = vm.mapping_get(builtins.value(), name.value())? {
        return Ok(value);
    }
    Err(not_defined(vm, name))
}

/// The namespace of the running frame: the globals for a function made of a module's or class body's code. `None` for code
/// whose names all have slots.
pub(super) fn namespace(vm: &Vm) -> Option<Value> {
    let frame = vm.exec.current()?;
    let optimized = frame.executable.code.flags & co::OPTIMIZED != 0;
    frame.locals.or_else(|| (!optimized).then(|| frame.globals.value()))
}

/// Whether an operation of a module's body runs again: what runs but once is not worth a cache.
fn runs_again(op: Op, generic: RegOp) -> bool {
    let word = op.word();
    if word.op() != generic as u8 {
        // Its cache has not matched.
        op.set_word(word.with_bc(0).with_op(generic));
        return false;
    }
    let again = word.bc() != 0;
    op.set_word(word.with_bc(1));
    again
}

/// The globals, when they are the namespace as well and a plain dict.
fn module_namespace(vm: &mut Vm) -> Option<Gc<Dict>> {
    let globals = super::super::dispatch::running_function(vm).get(vm).globals;
    (namespace(vm) == Some(globals.value()) && globals.value().exact::<Dict>().is_some()).then_some(globals)
}

/// Makes the operation one that finds its name in a place of the module's globals or of the builtins.
fn cache_name(vm: &mut Vm, op: Op, globals: Gc<Dict>, name: Gc<Str>) {
    let own = Dict::keys_version(globals, vm);
    if own == 0 {
        return;
    }
    if let Some(number) = Dict::find_str(globals, vm, name) {
        op.set_word(op.word().with_bc(number as u32).with_op(RegOp::LOAD_NAME_MODULE));
        op.set_data(1, u64::from(own));
        return;
    }
    let builtins = super::super::dispatch::running_function(vm).get(vm).builtins;
    if builtins.value().exact::<Dict>().is_none() {
        return;
    }
    let outer = Dict::keys_version(builtins, vm);
    if outer != 0
        && let Some(number) = Dict::find_str(builtins, vm, name)
    {
        op.set_word(op.word().with_bc(number as u32).with_op(RegOp::LOAD_NAME_BUILTIN));
        op.set_data(1, u64::from(own) | u64::from(outer) << 32);
    }
}

/// LOAD_NAME.
#[inline(never)]
pub fn load_name(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let name = op.name(vm);
    if runs_again(op, RegOp::LOAD_NAME)
        && let Some(globals) = module_namespace(vm)
    {
        cache_name(vm, op, globals, name);
    }
    if let Some(locals) = namespace(vm) {
        match locals.exact::<Dict>() {
            Some(dict) => {
                if let Some(value) = Dict::get_item(dict, vm, name.value())? {
                    return Ok(value);
                }
            }
            None => {
                if let Some(value) = vm.mapping_get(locals, name.value())? {
                    return Ok(value);
                }
            }
        }
    }
    let function = super::super::dispatch::running_function(vm);
    lookup_global(vm, function, name)
}

fn required_namespace(vm: &mut Vm, name: Gc<Str>, doing: &str) -> Result<Value, Raised> {
    match namespace(vm) {
        Some(locals) => Ok(locals),
        None => {
            let name = name.get(vm).to_string_lossy();
            Err(vm.raise(Exc::SystemError, format!("no locals {doing} '{name}'")))
        }
    }
}

/// STORE_NAME.
#[inline(never)]
pub fn store_name(vm: &mut Vm, op: Op) -> Result<(), Raised> {
    let name = op.name(vm);
    let locals = required_namespace(vm, name, "found when storing")?;
    match locals.exact::<Dict>() {
        Some(dict) => {
            if runs_again(op, RegOp::STORE_NAME) && module_namespace(vm) == Some(dict) {
                cache_store(vm, op, dict, name, RegOp::STORE_NAME_MODULE);
            }
            Dict::set_str(dict, vm, name, op.ra())
        }
        None => vm.set_item(locals, name.value(), Some(op.ra())),
    }
}

/// Makes the operation one that knows the place of its name in the module's globals.
fn cache_store(vm: &mut Vm, op: Op, globals: Gc<Dict>, name: Gc<Str>, form: RegOp) {
    if let Some(number) = Dict::find_str(globals, vm, name) {
        let version = Dict::keys_version(globals, vm);
        if version != 0 {
            op.set_word(op.word().with_bc(number as u32).with_op(form));
            op.set_data(1, u64::from(version));
        }
    }
}

/// DELETE_NAME.
#[inline(never)]
pub fn delete_name(vm: &mut Vm, op: Op) -> Result<(), Raised> {
    let name = op.name(vm);
    let locals = required_namespace(vm, name, "when deleting")?;
    let result = vm.set_item(locals, name.value(), None);
    match vm.catch(result, Exc::KeyError)? {
        Some(()) => Ok(()),
        None => Err(not_defined(vm, name)),
    }
}

/// STORE_GLOBAL.
#[inline(never)]
pub fn store_global(vm: &mut Vm, op: Op) -> Result<(), Raised> {
    let name = op.name(vm);
    let globals = super::super::dispatch::running_function(vm).get(vm).globals;
    if runs_again(op, RegOp::STORE_GLOBAL) && globals.value().exact::<Dict>().is_some() {
        cache_store(vm, op, globals, name, RegOp::STORE_GLOBAL_MODULE);
    }
    Dict::set_str(globals, vm, name, op.ra())
}

/// DELETE_GLOBAL.
#[inline(never)]
pub fn delete_global(vm: &mut Vm, op: Op) -> Result<(), Raised> {
    let name = op.name(vm);
    let globals = super::super::dispatch::running_function(vm).get(vm).globals;
    match Dict::remove(globals, vm, name.value())? {
        Some(_) => Ok(()),
        None => Err(not_defined(vm, name)),
    }
}

/// LOAD_FROM_DICT_OR_GLOBALS.
#[inline(never)]
pub fn load_from_dict_or_globals(vm: &mut Vm, op: Op) -> Result<Value, Raised> {
    let name = op.name(vm);
    if let Some(value) = vm.mapping_get(op.rb(), name.value())? {
        return Ok(value);
    }
    let function = super::super::dispatch::running_function(vm);
    lookup_global(vm, function, name)
}

/// LOAD_LOCALS.
pub fn load_locals(vm: &mut Vm, _op: Op) -> Result<Value, Raised> {
    match namespace(vm) {
        Some(locals) => Ok(locals),
        None => Err(vm.raise(Exc::SystemError, "no locals")),
    }
}

/// LOAD_BUILD_CLASS.
pub fn load_build_class(vm: &mut Vm, _op: Op) -> Result<Value, Raised> {
    let builtins = super::super::dispatch::running_function(vm).get(vm).builtins;
    let key = vm.name(name::BUILD_CLASS);
    match vm.mapping_get(builtins.value(), key.value())? {
        Some(value) => Ok(value),
        None => Err(vm.raise(Exc::NameError, "__build_class__ not found")),
    }
}

/// SETUP_ANNOTATIONS.
pub fn setup_annotations(vm: &mut Vm, _op: Op) -> Result<(), Raised> {
    let key = vm.name(name::ANNOTATIONS);
    let Some(locals) = namespace(vm) else {
        return Err(vm.raise(Exc::SystemError, "no locals found when setting up annotations"));
    };
    if vm.mapping_get(locals, key.value())?.is_none() {
        let annotations = Dict::new(vm)?;
        vm.set_item(locals, key.value(), Some(annotations.value()))?;
    }
    Ok(())
}
