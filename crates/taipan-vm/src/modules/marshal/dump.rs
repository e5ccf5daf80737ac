//! Objects to bytes: `dump` and `dumps`.
//!
//! An object met again is written as a reference to the first time. Nesting is bounded by `MAX_DEPTH`.

use taipan_bytecode::marshal::{CodeHead, MAX_DEPTH, VERSION, WriteError, Writer};

use super::allows_code;
use crate::args::Args;
use crate::gc::Gc;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::types::bytes::Bytes;
use crate::types::code::Code;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::set::Set;
use crate::types::slice::Slice;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

fn write_version(vm: &mut Vm, value: Value) -> Result<u32, Raised> {
    match value.given() {
        Some(version) => Ok(vm.index_i32(version)?.max(0) as u32),
        None => Ok(VERSION),
    }
}

pub(super) fn dumps(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [value, version, allow_code] = args.all();
    let version = write_version(vm, version)?;
    let allow_code = allows_code(vm, allow_code)?;
    audit_dump(vm, value, version)?;
    let bytes = marshalled(vm, value, version, allow_code)?;
    vm.new_bytes(&bytes)
}

pub(super) fn dump(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [value, file, version, allow_code] = args.all();
    let version = write_version(vm, version)?;
    let allow_code = allows_code(vm, allow_code)?;
    audit_dump(vm, value, version)?;
    let bytes = marshalled(vm, value, version, allow_code)?;
    let bytes = vm.new_bytes(&bytes)?;
    vm.call_method_name(file, name::WRITE, &[bytes])
}

fn audit_dump(vm: &mut Vm, value: Value, version: u32) -> Result<(), Raised> {
    let version = vm.new_int(version.into())?;
    vm.audit("marshal.dumps", &[value, version])
}

/// The bytes of an object.
///
/// # Errors
/// ValueError for objects that cannot be written and for nesting that is too deep.
fn marshalled(vm: &mut Vm, value: Value, version: u32, allow_code: bool) -> Result<Vec<u8>, Raised> {
    if let Some(code) = crate::execute::as_code(vm, value) {
        if !allow_code {
            return Err(vm.raise(Exc::ValueError, "marshalling code objects is disallowed"));
        }
        if !code.get(vm).has_object_constants() {
            let (data, sharing) = (code.get(vm).shared(), Code::sharing(code, vm));
            let written = taipan_bytecode::marshal::dump_inner_code(&data, sharing.as_deref(), version);
            return written.map_err(|error| raise_write(vm, error));
        }
    }
    marshalled_at(vm, value, version, allow_code, 1)
}

/// The bytes of an object of its own, at that depth of others.
fn marshalled_at(vm: &mut Vm, value: Value, version: u32, allow_code: bool, depth: usize) -> Result<Vec<u8>, Raised> {
    let seen = Dict::new(vm)?;
    let mut dumper = Dumper { writer: Writer::new(version), seen, next: 0, allow_code };
    dumper.value(vm, value, depth)?;
    Ok(dumper.writer.finish())
}

fn raise_write(vm: &mut Vm, error: WriteError) -> Raised {
    vm.raise(Exc::ValueError, error.to_string())
}

/// Writes objects; shared ones once.
struct Dumper {
    writer: Writer,
    /// Reference numbers by `id()`; None for those that are being written and cannot be referred to.
    seen: Gc<Dict>,
    next: usize,
    allow_code: bool,
}

impl Dumper {
    /// Whether the object gets a reference number now; `None`: it was written before.
    fn flag(&mut self, vm: &mut Vm, value: Value) -> Result<Option<bool>, Raised> {
        if !self.writer.has_refs() || !value.is_heap() {
            return Ok(Some(false));
        }
        let id = crate::types::object::id(vm, value)?;
        match Dict::get_item(self.seen, vm, id)? {
            None => {}
            Some(number) => match number.as_small_int() {
                Some(index) => {
                    self.writer.reference(index as u32);
                    return Ok(None);
                }
                None => return Err(raise_write(vm, WriteError::Unmarshallable)),
            },
        }
        Dict::set(self.seen, vm, id, Value::int(self.next))?;
        self.next += 1;
        Ok(Some(true))
    }

    /// Writes the parts of an object that a reader makes last: until then nothing can refer to it.
    fn closed(
        &mut self,
        vm: &mut Vm,
        value: Value,
        write: impl FnOnce(&mut Self, &mut Vm) -> Result<(), Raised>,
    ) -> Result<(), Raised> {
        if !self.writer.has_refs() {
            return write(self, vm);
        }
        let id = crate::types::object::id(vm, value)?;
        let number = Dict::get_item(self.seen, vm, id)?.unwrap_or(Value::NONE);
        Dict::set(self.seen, vm, id, Value::NONE)?;
        write(self, vm)?;
        Dict::set(self.seen, vm, id, number)
    }

    /// Writes an object at that depth of others.
    fn value(&mut self, vm: &mut Vm, value: Value, depth: usize) -> Result<(), Raised> {
        if depth > MAX_DEPTH {
            return Err(raise_write(vm, WriteError::TooDeep));
        }
        vm.check_native_stack()?;
        if value.is_none() {
            self.writer.none();
        } else if value.is_bool() {
            self.writer.bool(value == Value::TRUE);
        } else if value == Value::ELLIPSIS {
            self.writer.ellipsis();
        } else if value == vm.exception_class(Exc::StopIteration).value() {
            self.writer.stop_iteration();
        } else if value.is_small_int() || value.is_immediate_float() {
            self.number(vm, value, false)?;
        } else {
            let Some(flagged) = self.flag(vm, value)? else { return Ok(()) };
            self.object(vm, value, flagged, depth)?;
        }
        Ok(())
    }

    fn number(&mut self, vm: &mut Vm, value: Value, flagged: bool) -> Result<bool, Raised> {
        use crate::types::Builtin;
        if vm.is_exact(value, Builtin::Int) {
            let big = vm.as_big(value).unwrap_or_default();
            self.writer.int(&big, flagged).map_err(|error| raise_write(vm, error))?;
        } else if vm.is_exact(value, Builtin::Float) {
            self.writer.float(vm.as_float(value).unwrap_or_default(), flagged);
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn object(&mut self, vm: &mut Vm, value: Value, flagged: bool, depth: usize) -> Result<(), Raised> {
        if self.number(vm, value, flagged)? {
            return Ok(());
        }
        if let Some(text) = value.exact::<Str>() {
            let (interned, text) = (Str::is_interned(text), text.get(vm).to_wtf8());
            return self.writer.str(&text, interned, flagged).map_err(|error| raise_write(vm, error));
        }
        if let Some(bytes) = value.exact::<Bytes>() {
            return self.writer.bytes(bytes.get(vm).bytes(), flagged).map_err(|error| raise_write(vm, error));
        }
        if let Some(tuple) = value.exact::<Tuple>() {
            let n = tuple.get(vm).len();
            self.writer.tuple(n, flagged).map_err(|error| raise_write(vm, error))?;
            for i in 0..n {
                let item = tuple.get(vm).at(i);
                self.value(vm, item, depth + 1)?;
            }
            return Ok(());
        }
        if let Some(list) = value.exact::<List>() {
            let n = list.get(vm).len();
            self.writer.list(n, flagged).map_err(|error| raise_write(vm, error))?;
            for i in 0..n {
                let item = list.get(vm).get_at(vm, i).unwrap_or(Value::NONE);
                self.value(vm, item, depth + 1)?;
            }
            return Ok(());
        }
        if let Some(dict) = value.exact::<Dict>() {
            self.writer.dict(flagged);
            let mut at = 0;
            while let Some((number, entry)) = dict.get(vm).next_entry(vm, at) {
                self.value(vm, entry.key, depth + 1)?;
                self.value(vm, entry.value, depth + 1)?;
                at = number + 1;
            }
            self.writer.null();
            return Ok(());
        }
        if let Some(code) = crate::execute::as_code(vm, value) {
            if !self.allow_code {
                return Err(vm.raise(Exc::ValueError, "marshalling code objects is disallowed"));
            }
            return self.closed(vm, value, |this, vm| this.code(vm, code, flagged, depth));
        }
        if let Some(slice) = value.exact::<Slice>() {
            if self.writer.version() < 5 {
                return Err(raise_write(vm, WriteError::Unmarshallable));
            }
            self.writer.slice(flagged).map_err(|error| raise_write(vm, error))?;
            let Slice { start, stop, step, .. } = *slice.get(vm);
            return self.closed(vm, value, |this, vm| {
                [start, stop, step].into_iter().try_for_each(|part| this.value(vm, part, depth + 1))
            });
        }
        let frozen = vm.is_exact(value, crate::types::Builtin::FrozenSet);
        if let Some(set) =
            value.downcast::<Set>(vm).filter(|_| frozen || vm.is_exact(value, crate::types::Builtin::Set))
        {
            let n = set.get(vm).len();
            self.writer.set(frozen, n, flagged).map_err(|error| raise_write(vm, error))?;
            return match frozen {
                true => self.closed(vm, value, |this, vm| this.elements(vm, set, depth)),
                false => self.elements(vm, set, depth),
            };
        }
        let class = vm.type_of(value);
        let is_own = !class.get(vm).is_heap_type();
        match vm.type_name(value).as_str() {
            "complex" if is_own => {
                let part = |vm: &mut Vm, part: &str| {
                    let part = vm.get_attr_str(value, part)?;
                    vm.to_f64(part)
                };
                let (real, imag) = (part(vm, "real")?, part(vm, "imag")?);
                self.writer.complex(real, imag, flagged);
                Ok(())
            }
            _ if vm.slots(value).get_buffer.is_some() => {
                let bytes = vm.bytes_of(value);
                let Some(bytes) = vm.catch(bytes, Exc::Exception)? else {
                    return Err(raise_write(vm, WriteError::Unmarshallable));
                };
                self.writer.bytes(&bytes, flagged).map_err(|error| raise_write(vm, error))
            }
            _ => Err(raise_write(vm, WriteError::Unmarshallable)),
        }
    }

    /// Writes the elements of a set in the order of their bytes, so that hashes do not show.
    fn elements(&mut self, vm: &mut Vm, set: Gc<Set>, depth: usize) -> Result<(), Raised> {
        let elements = List::new(vm)?;
        let mut order: Vec<(Vec<u8>, usize)> = Vec::new();
        let size = set.get(vm).len();
        let mut at = 0;
        while let Some((slot, element, _)) = set.get(vm).next_element(vm, at) {
            let bytes = marshalled_at(vm, element, self.writer.version(), self.allow_code, depth + 1)?;
            if set.get(vm).len() != size {
                return Err(vm.raise(Exc::RuntimeError, "set changed size during iteration"));
            }
            order.push((bytes, elements.get(vm).len()));
            List::push(elements, vm, element)?;
            at = slot + 1;
        }
        order.sort();
        for (_, i) in order {
            let element = elements.get(vm).get_at(vm, i).unwrap_or(Value::NONE);
            self.value(vm, element, depth + 1)?;
        }
        Ok(())
    }

    fn code(&mut self, vm: &mut Vm, object: Gc<Code>, flagged: bool, depth: usize) -> Result<(), Raised> {
        let code = object.get(vm).shared();
        self.writer.code(
            CodeHead {
                argcount: code.argcount as i32,
                posonlyargcount: code.posonlyargcount as i32,
                kwonlyargcount: code.kwonlyargcount as i32,
                stacksize: code.stacksize as i32,
                flags: code.flags as i32,
                firstlineno: code.firstlineno,
            },
            flagged,
        );
        let failed = |vm: &mut Vm, error| raise_write(vm, error);
        self.writer.bytes(&code.code, false).map_err(|error| failed(vm, error))?;
        let consts = Code::constants(object, vm)?;
        self.value(vm, consts.value(), depth + 1)?;
        for names in [&code.names, &code.localsplusnames] {
            self.writer.tuple(names.len(), false).map_err(|error| failed(vm, error))?;
            for name in names {
                self.writer.str(name, true, false).map_err(|error| failed(vm, error))?;
            }
        }
        self.writer.bytes(&code.localspluskinds, false).map_err(|error| failed(vm, error))?;
        for text in [&code.filename, &code.name, &code.qualname] {
            self.writer.str(text, true, false).map_err(|error| failed(vm, error))?;
        }
        self.writer.firstlineno(code.firstlineno);
        for bytes in [&code.linetable, &code.exceptiontable] {
            self.writer.bytes(bytes, false).map_err(|error| failed(vm, error))?;
        }
        Ok(())
    }
}
