//! The module `marshal`: objects to bytes and back, in CPython's format.

use std::borrow::Cow;
use std::sync::Arc;

use taipan_bytecode::code::{CodeObject, Constant};
use taipan_bytecode::marshal::{
    Atom, CodeHead, Container, MAX_DEPTH, ReadError, SliceInput, VERSION, Visitor, WriteError, Writer, read,
};
use taipan_bytecode::wtf8::Wtf8Buf;

use crate::args::Args;
use crate::gc::Gc;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::spec::{ModuleSpec, function};
use crate::types::bytearray::ByteArray;
use crate::types::bytes::Bytes;
use crate::types::code::Code;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::memoryview::MemoryView;
use crate::types::module::Module;
use crate::types::set::Set;
use crate::types::slice::Slice;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

#[rustfmt::skip]
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "marshal",
    doc: "This module contains functions that can read and write Python values in\na binary format. The format is specific to Python, but independent of\nmachine architecture issues.\n\nNot all Python object types are supported; in general, only objects\nwhose value is independent from a particular invocation of Python can be\nwritten and read. The following types are supported: None, integers,\nfloating-point numbers, strings, bytes, bytearrays, tuples, lists, sets,\ndictionaries, and code objects, where it should be understood that\ntuples, lists and dictionaries are only supported as long as the values\ncontained therein are themselves supported; and recursive lists and\ndictionaries should not be written (they will cause infinite loops).\n\nVariables:\n\nversion -- indicates the format that the module uses. Version 0 is the\n    historical format, version 1 shares interned strings and version 2\n    uses a binary format for floating-point numbers.\n    Version 3 shares common object references (New in version 3.4).\n\nFunctions:\n\ndump() -- write value to a file\nload() -- read value from a file\ndumps() -- marshal value as a bytes object\nloads() -- read value from a bytes-like object",
    functions: &[
        function("dump(value, file, version=version, /, *, allow_code=True)", dump, "Write the value on the open file.\n\n  value\n    Must be a supported type.\n  file\n    Must be a writeable binary file.\n  version\n    Indicates the data format that dump should use.\n  allow_code\n    Allow to write code objects.\n\nIf the value has (or contains an object that has) an unsupported type, a\nValueError exception is raised - but garbage data will also be written\nto the file. The object will not be properly read back by load()."),
        function("load(file, /, *, allow_code=True)", load, "Read one value from the open file and return it.\n\n  file\n    Must be readable binary file.\n  allow_code\n    Allow to load code objects.\n\nIf no valid value is read (e.g. because the data has a different Python\nversion's incompatible marshal format), raise EOFError, ValueError or\nTypeError.\n\nNote: If an object containing an unsupported type was marshalled with\ndump(), load() will substitute None for the unmarshallable type."),
        function("dumps(value, version=version, /, *, allow_code=True)", dumps, "Return the bytes object that would be written to a file by dump(value, file).\n\n  value\n    Must be a supported type.\n  version\n    Indicates the data format that dumps should use.\n  allow_code\n    Allow to write code objects.\n\nRaise a ValueError exception if value has (or contains an object that has) an\nunsupported type."),
        function("loads(bytes, /, *, allow_code=True)", loads, "Convert the bytes-like object to a value.\n\n  allow_code\n    Allow to load code objects.\n\nIf no valid value is found, raise EOFError, ValueError or TypeError.  Extra\nbytes in the input are ignored."),
    ],
    exec: Some(exec),
    ..ModuleSpec::DEFAULT
};

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    Module::set_int(module, vm, "version", i64::from(VERSION))
}

/// Reads a code object under another file name; `None` when the bytes hold none.
///
/// Bytes of the program itself are referred to in place.
pub fn load_code(bytes: Cow<'static, [u8]>, filename: &Wtf8Buf) -> Option<Arc<CodeObject>> {
    let code = match bytes {
        Cow::Borrowed(bytes) => taipan_bytecode::marshal::load_static_code(bytes).ok()?,
        Cow::Owned(bytes) => taipan_bytecode::marshal::load_code(&bytes).ok()?,
    };
    let old = code.filename.clone();
    Some(crate::types::code::with_filename(code, &old, &filename.clone().into_shared()))
}

fn allows_code(vm: &mut Vm, value: Value) -> Result<bool, Raised> {
    match value.given() {
        Some(value) => vm.is_true(value),
        None => Ok(true),
    }
}

// ---- writing ----

fn write_version(vm: &mut Vm, value: Value) -> Result<u32, Raised> {
    match value.given() {
        Some(version) => Ok(vm.index_i32(version)?.max(0) as u32),
        None => Ok(VERSION),
    }
}

fn dumps(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [value, version, allow_code] = args.all();
    let version = write_version(vm, version)?;
    let allow_code = allows_code(vm, allow_code)?;
    audit_dump(vm, value, version)?;
    let bytes = marshalled(vm, value, version, allow_code)?;
    vm.new_bytes(&bytes)
}

fn dump(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
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

fn marshalled(vm: &mut Vm, value: Value, version: u32, allow_code: bool) -> Result<Vec<u8>, Raised> {
    if let Some(code) = crate::execute::as_code(vm, value) {
        if !allow_code {
            return Err(vm.raise(Exc::ValueError, "marshalling code objects is disallowed"));
        }
        if !code.get(vm).has_object_constants() {
            let shared = code.get(vm).shared();
            return taipan_bytecode::marshal::dump_code(&shared, version).map_err(|error| raise_write(vm, error));
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
                let bytes = vm.bytes_of(value)?;
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

// ---- reading ----

fn loads(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [source, allow_code] = args.all();
    let allow_code = allows_code(vm, allow_code)?;
    let bytes = vm.bytes_of(source)?;
    if vm.is_audited() {
        let shown = vm.new_bytes(&bytes)?;
        vm.audit("marshal.loads", &[shown])?;
    }
    load_value(vm, Input::Slice(SliceInput::new(&bytes)), allow_code)
}

fn load(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [file, allow_code] = args.all();
    let allow_code = allows_code(vm, allow_code)?;
    // A file that gives text is refused before anything is read.
    let nothing = vm.call_method_name(file, name::READ, &[Value::int(0)])?;
    if nothing.downcast::<Bytes>(vm).is_none() {
        let got = vm.type_name(nothing);
        return Err(vm.raise(Exc::TypeError, format!("file.read() returned not bytes but {got}")));
    }
    vm.audit("marshal.load", &[])?;
    load_value(vm, Input::File(file), allow_code)
}

fn load_value(vm: &mut Vm, input: Input<'_>, allow_code: bool) -> Result<Value, Raised> {
    let (stack, refs) = (List::new(vm)?, List::new(vm)?);
    let mut loader = Loader { vm, input, stack, refs, allow_code };
    match read(&mut loader) {
        Ok(()) => match loader.pop() {
            Ok(value) => Ok(value),
            Err(error) => Err(raise_load(vm, error)),
        },
        Err(error) => Err(raise_load(vm, error)),
    }
}

enum Input<'a> {
    Slice(SliceInput<'a>),
    File(Value),
}

/// What stops reading: bad bytes, or an exception that is pending.
enum LoadError {
    Bytes(ReadError),
    Raised(Raised),
}

impl From<ReadError> for LoadError {
    fn from(error: ReadError) -> LoadError {
        LoadError::Bytes(error)
    }
}

impl From<Raised> for LoadError {
    fn from(raised: Raised) -> LoadError {
        LoadError::Raised(raised)
    }
}

fn raise_load(vm: &mut Vm, error: LoadError) -> Raised {
    match error {
        LoadError::Raised(raised) => raised,
        LoadError::Bytes(ReadError::Eof(message)) => vm.raise(Exc::EOFError, message),
        LoadError::Bytes(ReadError::Value(message)) => vm.raise(Exc::ValueError, message),
        LoadError::Bytes(ReadError::Type(message)) => vm.raise(Exc::TypeError, message),
        LoadError::Bytes(ReadError::Unicode(bytes)) => {
            // Decoding it again raises the error with all its parts.
            let decoded = (|| {
                let (bytes, encoding, errors) =
                    (vm.new_bytes(&bytes)?, vm.new_str("utf-8")?, vm.new_str("surrogatepass")?);
                vm.call_method(bytes, "decode", &[encoding, errors])
            })();
            match decoded {
                Ok(_) => vm.raise(Exc::ValueError, "bad marshal data (string)"),
                Err(raised) => raised,
            }
        }
    }
}

/// Builds objects on a list used as a stack.
struct Loader<'a, 'v> {
    vm: &'v mut Vm,
    input: Input<'a>,
    stack: Gc<List>,
    refs: Gc<List>,
    allow_code: bool,
}

/// How many bytes are asked of a file at once.
const READ_AT_ONCE: usize = 1 << 16;

const UNEXPECTED: ReadError = ReadError::Value("bad marshal data (unknown type code)");

impl Loader<'_, '_> {
    fn pop(&mut self) -> Result<Value, LoadError> {
        let n = self.stack.get(self.vm).len();
        let top = n.checked_sub(1).and_then(|i| self.stack.get(self.vm).get_at(self.vm, i));
        List::truncate(self.stack, self.vm, n.saturating_sub(1));
        top.ok_or(LoadError::Bytes(UNEXPECTED))
    }

    fn push(&mut self, value: Value) -> Result<(), LoadError> {
        Ok(List::push(self.stack, self.vm, value)?)
    }

    fn top(&self) -> Option<Value> {
        let stack = self.stack.get(self.vm);
        stack.get_at(self.vm, stack.len().checked_sub(1)?)
    }

    fn pop_bytes(&mut self) -> Result<taipan_bytecode::Bytes, LoadError> {
        let value = self.pop()?;
        match value.exact::<Bytes>() {
            Some(bytes) => Ok(bytes.get(self.vm).bytes().into()),
            None => Err(LoadError::Bytes(ReadError::Type("code: bytes expected"))),
        }
    }

    fn pop_text(&mut self) -> Result<Wtf8Buf, LoadError> {
        let value = self.pop()?;
        match value.exact::<Str>() {
            Some(text) => Ok(text.get(self.vm).to_wtf8()),
            None => Err(LoadError::Bytes(ReadError::Type("name must be str"))),
        }
    }

    fn pop_tuple(&mut self) -> Result<Gc<Tuple>, LoadError> {
        let value = self.pop()?;
        value.exact::<Tuple>().ok_or(LoadError::Bytes(ReadError::Type("code: tuple expected")))
    }

    fn pop_names(&mut self) -> Result<Box<[Wtf8Buf]>, LoadError> {
        let tuple = self.pop_tuple()?;
        let name = |item: Value| match item.exact::<Str>() {
            Some(text) => Ok(text.get(self.vm).to_wtf8()),
            None => Err(LoadError::Bytes(ReadError::Type("name tuples must contain only strings"))),
        };
        (0..tuple.get(self.vm).len()).map(|i| name(tuple.get(self.vm).at(i))).collect()
    }
}

impl Visitor for Loader<'_, '_> {
    type Error = LoadError;

    fn read(&mut self, count: usize, into: &mut Vec<u8>) -> Result<(), LoadError> {
        let file = match &mut self.input {
            Input::Slice(input) => return Ok(input.read(count, into)?),
            Input::File(file) => *file,
        };
        let mut left = count;
        while left > 0 {
            let size = left.min(READ_AT_ONCE);
            let buffer = ByteArray::new(self.vm, &vec![0; size])?.value();
            let view = MemoryView::of_object(self.vm, buffer)?.value();
            let answer = self.vm.call_method(file, "readinto", &[view])?;
            let got = self.vm.index_isize(answer)?;
            if got < 0 || (got as usize) < size {
                // Single bytes begin objects, nearly always.
                let what = if count == 1 { "EOF read where object expected" } else { "EOF read where not expected" };
                return Err(LoadError::Bytes(ReadError::Eof(what)));
            }
            if got as usize > size {
                let message = format!("read() returned too much data: {size} bytes requested, {got} returned");
                return Err(LoadError::Raised(self.vm.raise(Exc::ValueError, message)));
            }
            let bytes = self.vm.bytes_of(buffer)?;
            into.extend_from_slice(&bytes);
            left -= size;
        }
        Ok(())
    }

    fn opens_tuple(&self, len: usize) -> bool {
        // Every item has a byte at least: a longer tuple never becomes complete.
        len <= self.remaining().unwrap_or(READ_AT_ONCE)
    }

    fn remaining(&self) -> Option<usize> {
        match &self.input {
            Input::Slice(input) => Some(input.remaining()),
            Input::File(_) => None,
        }
    }

    fn atom(&mut self, atom: Atom<'_>) -> Result<(), LoadError> {
        let value = match atom {
            Atom::None => Value::NONE,
            Atom::True => Value::TRUE,
            Atom::False => Value::FALSE,
            Atom::Ellipsis => Value::ELLIPSIS,
            Atom::StopIteration => self.vm.exception_class(Exc::StopIteration).value(),
            Atom::Int(value) => crate::execute::constant_value(self.vm, &Constant::Int(value))?,
            Atom::Float(value) if value.is_nan() => self.vm.new_boxed_float(value)?,
            Atom::Float(value) => self.vm.new_float(value)?,
            Atom::Complex(real, imag) => crate::execute::constant_value(self.vm, &Constant::Complex(real, imag))?,
            Atom::Bytes(bytes) | Atom::StaticBytes(bytes) => self.vm.new_bytes(bytes)?,
            Atom::Str(text, interned) => {
                let text = Str::from_wtf8(self.vm, &text)?;
                if interned { Str::interned(text, self.vm).value() } else { text.value() }
            }
        };
        self.push(value)
    }

    fn begin(&mut self, container: Container, len: usize) -> Result<(), LoadError> {
        match container {
            Container::OpenTuple => {
                let tuple = Tuple::new_uninit(self.vm, crate::types::Builtin::Tuple as u32, len)?;
                self.push(tuple.value())
            }
            Container::List => {
                let list = List::new(self.vm)?;
                self.push(list.value())
            }
            Container::Dict => {
                let dict = Dict::new(self.vm)?;
                self.push(dict.value())
            }
            Container::Set => {
                let class = crate::execute::builtin(self.vm, "set")?;
                let set = self.vm.call(class, &[])?;
                self.push(set)
            }
            Container::Tuple | Container::FrozenSet | Container::Slice => Ok(()),
        }
    }

    fn item(&mut self, container: Container, index: usize) -> Result<(), LoadError> {
        let item = self.pop()?;
        match container {
            Container::Dict => {
                let key = self.pop()?;
                if let Some(dict) = self.top().and_then(|dict| dict.exact::<Dict>()) {
                    Dict::set(dict, self.vm, key, item)?;
                }
            }
            Container::OpenTuple => {
                if let Some(tuple) = self.top().and_then(|tuple| tuple.exact::<Tuple>())
                    && let Some(slot) = tuple.get_mut(self.vm).items_mut().get_mut(index)
                {
                    *slot = item;
                }
            }
            Container::List => {
                if let Some(list) = self.top().and_then(|list| list.exact::<List>()) {
                    List::push(list, self.vm, item)?;
                }
            }
            _ => {
                if let Some(set) = self.top() {
                    self.vm.call_method_name(set, name::ADD_METHOD, &[item])?;
                }
            }
        }
        Ok(())
    }

    fn discard(&mut self) -> Result<(), LoadError> {
        self.pop().map(drop)
    }

    fn end(&mut self, container: Container, len: usize) -> Result<(), LoadError> {
        if matches!(container, Container::List | Container::Dict | Container::Set | Container::OpenTuple) {
            return Ok(());
        }
        let n = self.stack.get(self.vm).len();
        let Some(start) = n.checked_sub(len) else { return Err(LoadError::Bytes(UNEXPECTED)) };
        let items = Tuple::new_uninit(self.vm, crate::types::Builtin::Tuple as u32, len)?;
        for i in 0..len {
            let item = self.stack.get(self.vm).get_at(self.vm, start + i).unwrap_or(Value::NONE);
            items.get_mut(self.vm).items_mut()[i] = item;
        }
        List::truncate(self.stack, self.vm, start);
        let value = match container {
            Container::FrozenSet => {
                let class = crate::execute::builtin(self.vm, "frozenset")?;
                self.vm.call(class, &[items.value()])?
            }
            Container::Slice => {
                let class = crate::execute::builtin(self.vm, "slice")?;
                self.vm.call_tuple(class, items, None)?
            }
            _ if len == 0 => Tuple::empty(self.vm)?.value(),
            _ => items.value(),
        };
        self.push(value)
    }

    fn code(&mut self, head: CodeHead) -> Result<(), LoadError> {
        if !self.allow_code {
            return Err(LoadError::Bytes(ReadError::Value("unmarshalling code objects is disallowed")));
        }
        let count = |number: i32| {
            u32::try_from(number).map_err(|_| ReadError::Value("code: argument counts must not be negative"))
        };
        let (exceptiontable, linetable) = (self.pop_bytes()?, self.pop_bytes()?);
        let (qualname, name, filename) = (self.pop_text()?, self.pop_text()?, self.pop_text()?);
        let (localspluskinds, localsplusnames) = (self.pop_bytes()?, self.pop_names()?);
        let names = self.pop_names()?;
        let constants = self.pop_tuple()?;
        let (consts, objects) = crate::types::code::make::constants_of(self.vm, constants)?;
        let code = self.pop_bytes()?;
        if localspluskinds.len() != localsplusnames.len() || code.len() % 2 != 0 {
            return Err(LoadError::Bytes(ReadError::Value("code: inconsistent lengths")));
        }
        let code = CodeObject {
            argcount: count(head.argcount)?,
            posonlyargcount: count(head.posonlyargcount)?,
            kwonlyargcount: count(head.kwonlyargcount)?,
            stacksize: count(head.stacksize)?.max(1),
            flags: head.flags as u32,
            code,
            consts,
            names,
            localsplusnames,
            localspluskinds,
            filename,
            name,
            qualname,
            firstlineno: head.firstlineno,
            linetable,
            exceptiontable,
        };
        let code = match objects {
            Some(objects) => Code::with_constants(self.vm, Arc::new(code), objects)?,
            None => Code::new(self.vm, Arc::new(code))?,
        };
        self.push(code.value())
    }

    fn store_ref(&mut self, index: usize) -> Result<(), LoadError> {
        let top = self.top().unwrap_or(Value::NONE);
        while self.refs.get(self.vm).len() <= index {
            List::push(self.refs, self.vm, Value::NONE)?;
        }
        List::set_at(self.refs, self.vm, index, top);
        Ok(())
    }

    fn load_ref(&mut self, index: usize) -> Result<(), LoadError> {
        match self.refs.get(self.vm).get_at(self.vm, index) {
            Some(value) => self.push(value),
            None => Err(LoadError::Bytes(ReadError::Value("bad marshal data (invalid reference)"))),
        }
    }
}
