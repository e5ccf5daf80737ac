//! Writing classes and functions: by the names of their module and of themselves.

use taipan_vm::gc::Gc;
use taipan_vm::import::import_module;
use taipan_vm::names::name;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::Builtin;
use taipan_vm::types::dict::Dict;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::opcodes::*;
use super::save::Saving;
use super::{PICKLING_ERROR, chain, import_named, tables};

/// The parts of a dotted name, as texts of their own.
pub fn dotted_path(vm: &mut Vm, name: Gc<Str>) -> Result<Gc<Tuple>, Raised> {
    let dot = u32::from(b'.');
    if !name.get(vm).text().iter().any(|point| point == dot) {
        return Tuple::from_values(vm, &[name.value()]);
    }
    let points: Vec<u32> = name.get(vm).text().iter().collect();
    let parts = taipan_vm::types::list::List::new(vm)?;
    for part in points.split(|point| *point == dot) {
        let part = Str::from_points(vm, part)?;
        taipan_vm::types::list::List::push(parts, vm, part.value())?;
    }
    taipan_vm::types::list::List::to_tuple(parts, vm)
}

/// The object that a dotted path leads to.
///
/// # Errors
/// AttributeError where it ends.
pub fn follow(vm: &mut Vm, from: Value, path: Gc<Tuple>) -> Result<Value, Raised> {
    let mut object = from;
    for i in 0..path.get(vm).len() {
        let attribute = vm.attr_name(path.get(vm).at(i))?;
        object = vm.get_attr(object, attribute)?;
    }
    Ok(object)
}

/// Whether the path leads from a module of `sys.modules` to the object.
fn is_in_module(vm: &mut Vm, name: Value, module: Value, path: Gc<Tuple>, object: Value) -> Result<bool, Raised> {
    let main = name.downcast::<Str>(vm).is_some_and(|name| name.get(vm).equals("__main__"));
    if module.is_none() || main {
        return Ok(false);
    }
    let found = follow(vm, module, path);
    Ok(vm.catch(found, Exc::AttributeError)? == Some(object))
}

/// The name of a module of `sys.modules` that has the object under the path; `__main__` where none has.
fn search_modules(vm: &mut Vm, path: Gc<Tuple>, object: Value) -> Result<Value, Raised> {
    let sys = import_module(vm, "sys")?;
    let modules = vm.get_attr_name(sys, name::MODULES)?;
    if let Some(modules) = modules.exact::<Dict>() {
        let mut at = 0;
        while let Some((number, entry)) = modules.get(vm).next_entry(vm, at) {
            at = number + 1;
            if is_in_module(vm, entry.key, entry.value, path, object)? {
                return Ok(entry.key);
            }
        }
    } else {
        let names = vm.iter(modules)?;
        while let Some(name) = vm.next(names)? {
            let module = vm.get_item(modules, name)?;
            if is_in_module(vm, name, module, path, object)? {
                return Ok(name);
            }
        }
    }
    Ok(vm.name(name::MAIN).value())
}

/// The name of the module that has the object under this name.
///
/// # Errors
/// PicklingError when it cannot be found there.
fn module_of(vm: &mut Vm, object: Value, global: Value, path: Gc<Tuple>) -> Result<Value, Raised> {
    for i in 0..path.get(vm).len() {
        if path.get(vm).at(i).downcast::<Str>(vm).is_some_and(|part| part.get(vm).equals("<locals>")) {
            let shown = vm.repr_string(object)?;
            return Err(PICKLING_ERROR.raise(vm, &format!("Can't pickle local object {shown}")));
        }
    }
    let module_name = match vm.get_attr_opt_name(object, name::MODULE)?.filter(|module| !module.is_none()) {
        Some(module_name) => module_name,
        None => search_modules(vm, path, object)?,
    };
    let module = match import_named(vm, module_name) {
        Ok(module) => module,
        Err(raised) if vm.raised_is(Exc::ImportError) || vm.raised_is(Exc::ValueError) => {
            return Err(chain(vm, raised, |vm, error| {
                Ok(format!("Can't pickle {}: {}", vm.repr_string(object)?, vm.str_string(error)?))
            }));
        }
        Err(raised) => return Err(raised),
    };
    let place = |vm: &mut Vm| Ok(format!("{}.{}", vm.str_string(module_name)?, vm.str_string(global)?));
    match follow(vm, module, path) {
        Ok(found) if found == object => Ok(module_name),
        Ok(_) => {
            let (shown, place) = (vm.repr_string(object)?, place(vm)?);
            Err(PICKLING_ERROR.raise(vm, &format!("Can't pickle {shown}: it's not the same object as {place}")))
        }
        Err(raised) if vm.raised_is(Exc::AttributeError) => Err(chain(vm, raised, |vm, _| {
            Ok(format!("Can't pickle {}: it's not found as {}", vm.repr_string(object)?, place(vm)?))
        })),
        Err(raised) => Err(raised),
    }
}

impl Saving {
    /// Writes a class that is an instance of `type` itself.
    pub fn save_type(&mut self, vm: &mut Vm, class: Value) -> Result<(), Raised> {
        for singleton in [Value::NONE, Value::ELLIPSIS, Value::NOT_IMPLEMENTED] {
            if vm.type_of(singleton).value() == class {
                let arguments = Tuple::from_values(vm, &[singleton])?.value();
                let metaclass = vm.class(Builtin::Type).value();
                let reduction = Tuple::from_values(vm, &[metaclass, arguments])?;
                return self.save_reduction(vm, reduction, Some(class));
            }
        }
        self.save_global(vm, class, None)
    }

    /// Writes an object by its name.
    pub fn save_global(&mut self, vm: &mut Vm, object: Value, name: Option<Gc<Str>>) -> Result<(), Raised> {
        let global = match name {
            Some(name) => name.value(),
            None => match vm.get_attr_opt_name(object, name::QUALNAME)? {
                Some(name) => name,
                None => vm.get_attr_name(object, name::NAME)?,
            },
        };
        let Some(text) = global.downcast::<Str>(vm) else {
            let got = vm.type_name(global);
            return Err(vm.raise(Exc::TypeError, format!("must be str, not {got}")));
        };
        let path = dotted_path(vm, text)?;
        let module = module_of(vm, object, global, path)?;
        if self.protocol >= 2 && self.save_extension(vm, module, global)? {
            return Ok(());
        }
        if self.protocol >= 4 {
            self.save(vm, module)?;
            self.save(vm, global)?;
            self.output.byte(STACK_GLOBAL);
        } else {
            self.save_old_global(vm, module, path)?;
        }
        self.memoize(vm, object)
    }

    /// Writes the number of a global in the registry of extensions; false when it has none.
    fn save_extension(&mut self, vm: &mut Vm, module: Value, global: Value) -> Result<bool, Raised> {
        let table = tables::EXTENSIONS.get(vm)?;
        if table.get(vm).is_empty() {
            return Ok(false);
        }
        let key = Tuple::from_values(vm, &[module, global])?.value();
        let Some(code) = Dict::get_item(table, vm, key)? else { return Ok(false) };
        let code = vm.index_i64(code)?;
        if !(1..=0x7FFF_FFFF).contains(&code) {
            return Err(vm.raise(Exc::RuntimeError, format!("extension code {code} is out of range")));
        }
        let [a, b, c, d, ..] = code.to_le_bytes();
        match (b, c, d) {
            (0, 0, 0) => self.output.put(&[EXT1, a]),
            (_, 0, 0) => self.output.put(&[EXT2, a, b]),
            _ => self.output.put(&[EXT4, a, b, c, d]),
        }
        Ok(true)
    }

    /// Writes a global as protocols before 4 do: two lines, and a call of `getattr` for each further part of the name.
    fn save_old_global(&mut self, vm: &mut Vm, module: Value, path: Gc<Tuple>) -> Result<(), Raised> {
        let parts = path.get(vm).len();
        if parts > 1 {
            let builtins = import_module(vm, "builtins")?;
            let getattr = vm.get_attr_str(builtins, "getattr")?;
            for _ in 1..parts {
                self.save(vm, getattr)?;
                if self.protocol < 2 {
                    self.output.byte(MARK);
                }
            }
        }
        self.output.byte(GLOBAL);
        let (mut module, mut global) = (module, path.get(vm).at(0));
        if self.protocol < 3 && self.fix_imports {
            (module, global) = tables::to_python2(vm, module, global)?;
        }
        self.put_identifier(vm, module, "module")?;
        self.put_identifier(vm, global, "global")?;
        for i in 1..parts {
            let part = path.get(vm).at(i);
            self.save(vm, part)?;
            self.output.put(&[if self.protocol < 2 { TUPLE } else { TUPLE2 }, REDUCE]);
        }
        Ok(())
    }

    fn put_identifier(&mut self, vm: &mut Vm, identifier: Value, what: &str) -> Result<(), Raised> {
        let Some(text) = identifier.downcast::<Str>(vm) else {
            let got = vm.type_name(identifier);
            return Err(vm.raise(Exc::TypeError, format!("must be str, not {got}")));
        };
        let encoding = if self.protocol == 3 { "utf-8" } else { "ascii" };
        match taipan_vm::codecs::encode_object(vm, text, Some(encoding), None) {
            Ok(encoded) => {
                let encoded = vm.bytes_of(encoded)?;
                self.output.put(&encoded);
                self.output.byte(b'\n');
                Ok(())
            }
            Err(raised) if vm.raised_is(Exc::UnicodeEncodeError) => {
                let protocol = self.protocol;
                Err(chain(vm, raised, |vm, _| {
                    let shown = vm.repr_string(identifier)?;
                    Ok(format!("can't pickle {what} identifier {shown} using pickle protocol {protocol}"))
                }))
            }
            Err(raised) => Err(raised),
        }
    }
}
