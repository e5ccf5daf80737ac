//! The opcodes that read text lines, find classes and functions, and make instances of them.

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::names::name;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::Builtin;
use taipan_vm::types::bytes::Bytes;
use taipan_vm::types::dict::Dict;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::Type;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::load::Loading;
use super::opcodes::*;
use super::unpickler::{Unpickler, find_through};
use super::{UNPICKLING_ERROR, tables};

impl Loading {
    /// The opcodes that `step` leaves.
    pub fn step_of_objects(&mut self, vm: &mut Vm, opcode: u8) -> Result<(), Raised> {
        match opcode {
            GLOBAL => {
                let module = self.utf8_line(vm)?;
                let global = self.utf8_line(vm)?;
                self.push_global(vm, module, global)
            }
            STACK_GLOBAL => {
                let (global, module) = (self.pop(vm)?, self.pop(vm)?);
                if module.exact::<Str>().is_none() || global.exact::<Str>().is_none() {
                    return Err(UNPICKLING_ERROR.raise(vm, "STACK_GLOBAL requires str"));
                }
                self.push_global(vm, module, global)
            }
            EXT1 => {
                let code = self.input.byte(vm)?;
                self.load_extension(vm, i64::from(code))
            }
            EXT2 => {
                let code = u16::from_le_bytes(self.input.array(vm)?);
                self.load_extension(vm, i64::from(code))
            }
            EXT4 => {
                let code = i32::from_le_bytes(self.input.array(vm)?);
                self.load_extension(vm, i64::from(code))
            }
            NEWOBJ => self.load_new_object(vm, false),
            NEWOBJ_EX => self.load_new_object(vm, true),
            REDUCE => {
                let (arguments, callable) = (self.pop(vm)?, self.pop(vm)?);
                let Some(arguments) = arguments.downcast::<Tuple>(vm) else {
                    return Err(vm.raise(Exc::TypeError, "argument list must be a tuple"));
                };
                let object = vm.call_tuple(callable, arguments, None)?;
                self.push(vm, object)
            }
            BUILD => self.build(vm),
            OBJ => {
                let start = self.pop_mark(vm)?;
                if self.height(vm) <= start {
                    return Err(self.underflow(vm));
                }
                let arguments = self.pop_tuple(vm, start + 1)?;
                let class = self.pop(vm)?;
                self.instantiate(vm, class, arguments)
            }
            INST => {
                let start = self.pop_mark(vm)?;
                let module = self.ascii_line(vm, 2)?;
                let global = self.ascii_line(vm, 2)?;
                let class = find_through(vm, self.this, module, global)?;
                let arguments = self.pop_tuple(vm, start)?;
                self.instantiate(vm, class, arguments)
            }
            PERSID => {
                let line = self.line(vm, 1)?;
                if !line.is_ascii() {
                    return Err(UNPICKLING_ERROR.raise(vm, "persistent IDs in protocol 0 must be ASCII strings"));
                }
                let id = Str::from_ascii(vm, &line)?.value();
                self.load_persistent(vm, id)
            }
            BINPERSID => {
                let id = self.pop(vm)?;
                self.load_persistent(vm, id)
            }
            INT => self.load_int(vm),
            LONG => {
                let mut line = self.line(vm, 2)?;
                match line.last() {
                    Some(b'L') => drop(line.pop()),
                    _ => line.push(b'\n'),
                }
                let number = self.number_of_line(vm, &line)?;
                self.push(vm, number)
            }
            FLOAT => self.load_float(vm),
            GET => {
                let index = self.index_line(vm)?;
                self.get(vm, index as i64)
            }
            PUT => self.load_put(vm),
            STRING => self.load_string(vm),
            BINSTRING => {
                let length = i32::from_le_bytes(self.input.array(vm)?);
                match usize::try_from(length) {
                    Ok(length) => self.load_counted_string(vm, length),
                    Err(_) => Err(UNPICKLING_ERROR.raise(vm, "BINSTRING pickle has negative byte count")),
                }
            }
            SHORT_BINSTRING => {
                let length = usize::from(self.input.byte(vm)?);
                self.load_counted_string(vm, length)
            }
            UNICODE => {
                let line = self.line(vm, 1)?;
                let text = self.call_codec(vm, "raw_unicode_escape_decode", &line)?;
                self.push(vm, text)
            }
            _ => {
                let shown = match opcode {
                    b'\'' | b'\\' => format!("\\x{opcode:02x}"),
                    0x20..=0x7E => (opcode as char).to_string(),
                    _ => format!("\\x{opcode:02x}"),
                };
                Err(UNPICKLING_ERROR.raise(vm, &format!("invalid load key, '{shown}'.")))
            }
        }
    }

    // ---- lines ----

    fn utf8_line(&mut self, vm: &mut Vm) -> Result<Value, Raised> {
        let line = self.line(vm, 2)?;
        match std::str::from_utf8(&line) {
            Ok(text) => vm.new_str(text),
            Err(_) => {
                let bytes = vm.new_bytes(&line)?;
                taipan_vm::codecs::decode_object(vm, bytes, Some("utf-8"), None)
            }
        }
    }

    fn ascii_line(&mut self, vm: &mut Vm, least: usize) -> Result<Value, Raised> {
        let line = self.line(vm, least)?;
        let bytes = vm.new_bytes(&line)?;
        taipan_vm::codecs::decode_object(vm, bytes, Some("ascii"), None)
    }

    /// The int that a line of ASCII says; a NUL ends it, as it ends a text of C.
    fn number_of_line(&mut self, vm: &mut Vm, line: &[u8]) -> Result<Value, Raised> {
        let line = line.split(|byte| *byte == 0).next().unwrap_or_default();
        if !line.is_ascii() {
            let bytes = vm.new_bytes(&line[..line.len().min(200)])?;
            let text = taipan_vm::codecs::decode_object(vm, bytes, Some("utf-8"), None)?;
            let shown = vm.repr_string(text)?;
            return Err(vm.raise(Exc::ValueError, format!("invalid literal for int() with base 10: {shown}")));
        }
        let points: Vec<u32> = line.iter().copied().map(u32::from).collect();
        let text = Str::from_points(vm, &points)?.value();
        let class = vm.class(Builtin::Int).value();
        vm.call(class, &[text])
    }

    fn load_int(&mut self, vm: &mut Vm) -> Result<(), Raised> {
        let mut line = self.line(vm, 2)?;
        if line == b"00" || line == b"01" {
            return self.push(vm, Value::bool(line == b"01"));
        }
        if let Some(number) = std::str::from_utf8(&line).ok().and_then(|text| text.parse::<i64>().ok()) {
            let number = vm.new_int(number)?;
            return self.push(vm, number);
        }
        line.push(b'\n');
        match self.number_of_line(vm, &line) {
            Ok(number) => self.push(vm, number),
            Err(raised) => {
                let _ = vm.take_raised(raised);
                Err(vm.raise(Exc::ValueError, "could not convert string to int"))
            }
        }
    }

    fn load_float(&mut self, vm: &mut Vm) -> Result<(), Raised> {
        let line = self.line(vm, 2)?;
        let shown = String::from_utf8_lossy(&line).into_owned();
        let starts_well = line.first().is_some_and(|byte| !byte.is_ascii_whitespace() && *byte != b'_');
        let longest = (1..=line.len()).rev().find_map(|end| {
            let text = std::str::from_utf8(&line[..end]).ok()?;
            text.parse::<f64>().ok().map(|number| (number, end))
        });
        let Some((number, end)) = longest.filter(|_| starts_well) else {
            return Err(vm.raise(Exc::ValueError, format!("could not convert string to float: '{shown}\n'")));
        };
        if number.is_infinite() && line[..end].iter().any(u8::is_ascii_digit) {
            return Err(vm.raise(Exc::OverflowError, format!("value too large to convert to float: '{shown}\n'")));
        }
        if end < line.len() && line[end] != 0 {
            return Err(vm.raise(Exc::ValueError, "could not convert string to float"));
        }
        let number = vm.new_float(number)?;
        self.push(vm, number)
    }

    fn index_line(&mut self, vm: &mut Vm) -> Result<isize, Raised> {
        let mut line = self.line(vm, 2)?;
        line.push(b'\n');
        let number = self.number_of_line(vm, &line)?;
        vm.ssize(number)
    }

    fn load_put(&mut self, vm: &mut Vm) -> Result<(), Raised> {
        let mut line = self.line(vm, 2)?;
        let value = self.top(vm)?;
        line.push(b'\n');
        let number = self.number_of_line(vm, &line)?;
        let index = vm.ssize(number)?;
        match usize::try_from(index) {
            Ok(index) => Unpickler::memo_put(self.this, vm, index, value),
            Err(_) => Err(vm.raise(Exc::ValueError, "negative PUT argument")),
        }
    }

    /// The first item of what a function of `_codecs` gives for bytes.
    fn call_codec(&mut self, vm: &mut Vm, function: &str, bytes: &[u8]) -> Result<Value, Raised> {
        let bytes = vm.new_bytes(bytes)?;
        let codecs = taipan_vm::import::import_module(vm, "_codecs")?;
        let pair = vm.call_method(codecs, function, &[bytes])?;
        vm.get_item(pair, Value::int(0))
    }

    // ---- texts of Python 2 ----

    fn load_string(&mut self, vm: &mut Vm) -> Result<(), Raised> {
        let line = self.line(vm, 1)?;
        let inner = match line.as_slice() {
            [first @ (b'\'' | b'"'), inner @ .., last] if first == last => inner,
            _ => return Err(UNPICKLING_ERROR.raise(vm, "the STRING opcode argument must be quoted")),
        };
        let bytes = self.call_codec(vm, "escape_decode", inner)?;
        self.push_python2_text(vm, bytes)
    }

    fn load_counted_string(&mut self, vm: &mut Vm, length: usize) -> Result<(), Raised> {
        let bytes = self.input.object(vm, length, false)?;
        self.push_python2_text(vm, bytes)
    }

    fn push_python2_text(&mut self, vm: &mut Vm, bytes: Value) -> Result<(), Raised> {
        let Unpickler { encoding, errors, .. } = *self.this.get(vm);
        let encoding = vm.text_of(encoding).unwrap_or_else(|| "ASCII".to_owned());
        if encoding == "bytes" {
            return self.push(vm, bytes);
        }
        let ascii = bytes.exact::<Bytes>().is_some_and(|bytes| bytes.get(vm).bytes().is_ascii());
        let errors = vm.text_of(errors).unwrap_or_else(|| "strict".to_owned());
        if ascii && encoding == "ASCII" {
            let text = bytes.exact::<Bytes>().map(|bytes| bytes.get(vm).bytes().to_vec()).unwrap_or_default();
            let text = Str::from_ascii(vm, &text)?.value();
            return self.push(vm, text);
        }
        let text = taipan_vm::codecs::decode_object(vm, bytes, Some(&encoding), Some(&errors))?;
        self.push(vm, text)
    }

    // ---- hooks ----

    fn load_persistent(&mut self, vm: &mut Vm, id: Value) -> Result<(), Raised> {
        let hook = match self.persistent_load {
            Some(hook) => hook,
            None => {
                let hook = vm.get_attr_str(self.this.value(), "persistent_load")?;
                self.persistent_load = Some(hook);
                hook
            }
        };
        let object = vm.call(hook, &[id])?;
        self.push(vm, object)
    }

    fn push_global(&mut self, vm: &mut Vm, module: Value, global: Value) -> Result<(), Raised> {
        let found = find_through(vm, self.this, module, global)?;
        self.push(vm, found)
    }

    fn load_extension(&mut self, vm: &mut Vm, code: i64) -> Result<(), Raised> {
        if code <= 0 {
            return Err(UNPICKLING_ERROR.raise(vm, "EXT specifies code <= 0"));
        }
        let key = vm.new_int(code)?;
        let cache = tables::EXTENSION_CACHE.get(vm)?;
        if let Some(found) = Dict::get_item(cache, vm, key)? {
            return self.push(vm, found);
        }
        let names = tables::EXTENSION_NAMES.get(vm)?;
        let Some(pair) = Dict::get_item(names, vm, key)? else {
            return Err(vm.raise(Exc::ValueError, format!("unregistered extension code {code}")));
        };
        let names = pair.downcast::<Tuple>(vm).filter(|pair| pair.get(vm).len() == 2);
        let names = names.map(|pair| (pair.get(vm).at(0), pair.get(vm).at(1)));
        let is_text = |vm: &Vm, name: Value| name.downcast::<Str>(vm).is_some();
        let Some((module, global)) = names.filter(|(module, global)| is_text(vm, *module) && is_text(vm, *global))
        else {
            let message = format!("_inverted_registry[{code}] isn't a 2-tuple of strings");
            return Err(vm.raise(Exc::ValueError, message));
        };
        let found = find_through(vm, self.this, module, global)?;
        Dict::set(cache, vm, key, found)?;
        self.push(vm, found)
    }

    // ---- instances ----

    /// An instance of an old class: `class(*arguments)`, or an empty one where `__init__` shall not run.
    fn instantiate(&mut self, vm: &mut Vm, class: Value, arguments: Gc<Tuple>) -> Result<(), Raised> {
        if arguments.get(vm).is_empty() && class.downcast::<Type>(vm).is_some() {
            let name = Str::intern(vm, "__getinitargs__")?;
            if vm.get_attr_opt(class, name)?.is_none() {
                let object = vm.call_method_name(class, name::NEW, &[class])?;
                return self.push(vm, object);
            }
        }
        let object = vm.call_tuple(class, arguments, None)?;
        self.push(vm, object)
    }

    #[cold]
    fn wrong_operand(&mut self, vm: &mut Vm, with_keywords: bool, what: &str, got: Value) -> Raised {
        let (opcode, got) = (if with_keywords { "NEWOBJ_EX" } else { "NEWOBJ" }, vm.type_name(got));
        UNPICKLING_ERROR.raise(vm, &format!("{opcode} {what}, not {got}"))
    }

    /// `class.__new__(class, *arguments, **keywords)`.
    fn load_new_object(&mut self, vm: &mut Vm, with_keywords: bool) -> Result<(), Raised> {
        let keywords = if with_keywords { Some(self.pop(vm)?) } else { None };
        let (arguments, class) = (self.pop(vm)?, self.pop(vm)?);
        let Some(class) = class.downcast::<Type>(vm) else {
            return Err(self.wrong_operand(vm, with_keywords, "class argument must be a type", class));
        };
        let Some(new) = class.get(vm).slots.new else {
            let (opcode, name) = (if with_keywords { "NEWOBJ_EX" } else { "NEWOBJ" }, vm.type_name(class.value()));
            let message = format!("{opcode} class argument '{name}' doesn't have __new__");
            return Err(UNPICKLING_ERROR.raise(vm, &message));
        };
        let Some(tuple) = arguments.downcast::<Tuple>(vm) else {
            return Err(self.wrong_operand(vm, with_keywords, "args argument must be a tuple", arguments));
        };
        if let Some(keywords) = keywords {
            let Some(keywords) = keywords.downcast::<Dict>(vm) else {
                return Err(self.wrong_operand(vm, with_keywords, "kwargs argument must be a dict", keywords));
            };
            let method = vm.get_attr_name(class.value(), name::NEW)?;
            let all = Tuple::prepend(vm, class.value(), tuple)?;
            let object = vm.call_tuple(method, all, Some(keywords))?;
            return self.push(vm, object);
        }
        let count = tuple.get(vm).len();
        let object = vm.with_scratch(count, |vm, slots| {
            for (i, slot) in slots.iter().enumerate() {
                slot.set(tuple.get(vm).at(i));
            }
            new(vm, class, Args::from_cells(slots))
        })?;
        let own = vm.type_of(object);
        vm.note_instance(object, own);
        self.push(vm, object)
    }

    /// Gives the instance on the stack its state.
    fn build(&mut self, vm: &mut Vm) -> Result<(), Raised> {
        if self.height(vm) < self.fence + 2 {
            return Err(self.underflow(vm));
        }
        let state = self.pop(vm)?;
        let object = self.top(vm)?;
        if let Some(method) = vm.get_attr_opt_name(object, name::SETSTATE)? {
            return vm.call(method, &[state]).map(drop);
        }
        let (mut state, mut slot_state) = (state, None);
        if let Some(pair) = state.downcast::<Tuple>(vm).filter(|pair| pair.get(vm).len() == 2) {
            (state, slot_state) = (pair.get(vm).at(0), Some(pair.get(vm).at(1)));
        }
        if !state.is_none() {
            let Some(state) = state.downcast::<Dict>(vm) else {
                return Err(UNPICKLING_ERROR.raise(vm, "state is not a dictionary"));
            };
            self.set_attributes(vm, object, state)?;
        }
        let Some(slot_state) = slot_state else { return Ok(()) };
        let Some(slot_state) = slot_state.downcast::<Dict>(vm) else {
            return Err(UNPICKLING_ERROR.raise(vm, "slot state is not a dictionary"));
        };
        let mut at = 0;
        while let Some((number, entry)) = slot_state.get(vm).next_entry(vm, at) {
            at = number + 1;
            let name = vm.attr_name(entry.key)?;
            vm.set_attr(object, name, Some(entry.value))?;
        }
        Ok(())
    }

    /// `object.__dict__.update(state)`, with interned names.
    fn set_attributes(&mut self, vm: &mut Vm, object: Value, state: Gc<Dict>) -> Result<(), Raised> {
        // Where `__dict__` is the plain one of an instance, its attributes are set without making it.
        let plain = self.has_plain_dict(vm, object);
        let dict = if plain { None } else { Some(vm.get_attr_name(object, name::DICT)?) };
        let mut at = 0;
        while let Some((number, entry)) = state.get(vm).next_entry(vm, at) {
            at = number + 1;
            let key = entry.key.exact::<Str>().map(|key| Str::interned(key, vm));
            match (dict, key) {
                (None, Some(key)) if vm.set_instance_attr(object, key, Some(entry.value))? => {}
                (Some(dict), Some(key)) => vm.set_item(dict, key.value(), Some(entry.value))?,
                _ => {
                    let dict = vm.get_attr_name(object, name::DICT)?;
                    vm.set_item(dict, entry.key, Some(entry.value))?;
                }
            }
        }
        Ok(())
    }

    fn has_plain_dict(&mut self, vm: &mut Vm, object: Value) -> bool {
        let class = vm.type_of(object);
        let base = vm.class(Builtin::Object);
        let (own, generic) = (class.get(vm).slots.getattro, base.get(vm).slots.getattro);
        let same = match (own, generic) {
            (Some(own), Some(generic)) => std::ptr::fn_addr_eq(own, generic),
            (own, _) => own.is_none(),
        };
        if !same {
            return false;
        }
        let name = vm.name(name::DICT);
        match Type::lookup(class, vm, name) {
            Some(descriptor) => vm.is_exact(descriptor, Builtin::GetSetDescriptor),
            None => false,
        }
    }
}
