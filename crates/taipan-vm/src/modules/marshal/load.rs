//! Bytes to objects: `load` and `loads`. What the reader of the format tells becomes objects on a stack in the heap.

use std::sync::Arc;

use taipan_bytecode::code::{CodeObject, Constant};
use taipan_bytecode::marshal::{Atom, CodeHead, Container, ReadError, SliceInput, Visitor, read};
use taipan_bytecode::wtf8::Wtf8Buf;

use super::allows_code;
use crate::args::Args;
use crate::gc::Gc;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::types::bytearray::ByteArray;
use crate::types::bytes::Bytes;
use crate::types::code::Code;
use crate::types::code::tables::Table;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::memoryview::MemoryView;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

pub(super) fn loads(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [source, allow_code] = args.all();
    let allow_code = allows_code(vm, allow_code)?;
    let bytes = vm.bytes_of(source)?;
    if vm.is_audited() {
        let shown = vm.new_bytes(&bytes)?;
        vm.audit("marshal.loads", &[shown])?;
    }
    // Code alone, such as the body of a .pyc file, is read as data; what is wrong with it the other way tells.
    if allow_code
        && bytes.first().is_some_and(|kind| kind & 0x7F == b'c')
        && let Ok(code) = taipan_bytecode::marshal::load_code(&bytes)
    {
        return Ok(Code::new(vm, code)?.value());
    }
    load_value(vm, Input::Slice(SliceInput::new(&bytes)), allow_code)
}

pub(super) fn load(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
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
        self.nth(0)
    }

    /// The value so many places below the top.
    fn nth(&self, below: usize) -> Option<Value> {
        let stack = self.stack.get(self.vm);
        stack.get_at(self.vm, stack.len().checked_sub(below + 1)?)
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
                return Err(LoadError::Bytes(ReadError::Eof("EOF read where not expected")));
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

    fn read_code(&mut self, into: &mut Vec<u8>) -> Result<(), LoadError> {
        self.read(1, into).map_err(|error| match error {
            LoadError::Bytes(ReadError::Eof(_)) => LoadError::Bytes(ReadError::Eof("EOF read where object expected")),
            other => other,
        })
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
        let tables = [self.nth(0), self.nth(1), self.nth(7)];
        let (exceptiontable, linetable) = (self.pop_bytes()?, self.pop_bytes()?);
        let (qualname, name, filename) = (self.pop_text()?, self.pop_text()?, self.pop_text()?);
        let (localspluskinds, localsplusnames) = (self.pop_bytes()?, self.pop_names()?);
        let names = self.pop_names()?;
        let constants = self.pop_tuple()?;
        let (consts, foreign) = crate::types::code::make::constants_of(self.vm, constants)?;
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
            ..CodeObject::default()
        };
        let [Some(exceptiontable), Some(linetable), Some(names)] = tables else {
            return Err(LoadError::Bytes(UNEXPECTED));
        };
        let tables = [(Table::ExceptionTable, exceptiontable), (Table::Linetable, linetable), (Table::Names, names)];
        let code = Code::of_objects(self.vm, Arc::new(code), constants, foreign, &tables)?;
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
