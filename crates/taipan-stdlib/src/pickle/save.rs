//! Writing objects of the built-in types; all others go through their reduction (`reduce`) or name (`global`).
//!
//! An object that is written before its parts is in the memo while they are written, so cycles end there. What is written
//! after its parts (tuples, frozensets, reductions) looks into the memo again: a part may have written it.

use taipan_text::int_math;
use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::Builtin;
use taipan_vm::types::bytearray::ByteArray;
use taipan_vm::types::bytes::Bytes;
use taipan_vm::types::dict::Dict;
use taipan_vm::types::list::List;
use taipan_vm::types::memoryview::MemoryView;
use taipan_vm::types::object;
use taipan_vm::types::set::Set;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::{Type, class_of_spec};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::opcodes::*;
use super::output::{FRAME_TARGET, Output};
use super::pickler::Pickler;
use super::{PICKLING_ERROR, class_text, memo, note, tables};

/// From so deep a nesting on, fast mode looks for cycles.
const FAST_NESTING_LIMIT: usize = 50;

/// A dump under way.
pub struct Saving {
    pub pickler: Gc<Pickler>,
    pub protocol: u8,
    /// The protocol is not 0.
    pub binary: bool,
    /// Nothing is put into the memo.
    pub fast: bool,
    pub fix_imports: bool,
    pub write: Option<Value>,
    pub persistent_id: Option<Value>,
    pub reducer_override: Option<Value>,
    pub dispatch_table: Option<Value>,
    pub buffer_callback: Option<Value>,
    pub fast_nesting: usize,
    /// The containers that fast mode is in, by identity.
    pub fast_memo: Option<Gc<Dict>>,
    /// How many bytes of output the heap's limit was asked about.
    pub checked: usize,
    pub output: Output,
}

impl Saving {
    /// Writes an object.
    pub fn save(&mut self, vm: &mut Vm, object: Value) -> Result<(), Raised> {
        self.opcode_boundary(vm)?;
        if let Some(hook) = self.persistent_id
            && self.save_persistent(vm, hook, object)?
        {
            return Ok(());
        }
        self.save_value(vm, object)
    }

    /// Writes an object that is no persistent one.
    fn save_value(&mut self, vm: &mut Vm, object: Value) -> Result<(), Raised> {
        if let Some(i) = object.as_small_int() {
            self.save_small_int(i);
            return Ok(());
        }
        if object.is_none() {
            self.output.byte(NONE);
            return Ok(());
        }
        if object.is_bool() {
            self.save_bool(object == Value::TRUE);
            return Ok(());
        }
        let shape = object.shape_id();
        if object.is_immediate_float() || shape == Builtin::Float as u32 {
            self.save_float(vm.as_float(object).unwrap_or_default());
            return Ok(());
        }
        if shape == Builtin::Int as u32 {
            return self.save_int(vm, object);
        }
        if let Some(number) = memo::get(vm, self.pickler, object)? {
            return self.put_get(vm, number);
        }
        if let Some(text) = object.exact::<Str>() {
            return self.save_str(vm, text);
        }
        if let Some(bytes) = object.exact::<Bytes>() {
            return self.save_bytes(vm, bytes);
        }
        vm.check_native_stack()?;
        if let Some(dict) = object.exact::<Dict>() {
            return self.save_dict(vm, dict, true);
        }
        if let Some(list) = object.exact::<List>() {
            return self.save_list(vm, list, true);
        }
        if let Some(tuple) = object.exact::<Tuple>() {
            return self.save_tuple(vm, tuple);
        }
        if vm.is_exact(object, Builtin::Set)
            && let Some(set) = object.downcast::<Set>(vm)
        {
            return self.save_set(vm, set);
        }
        if vm.is_exact(object, Builtin::FrozenSet) {
            return self.save_frozenset(vm, object);
        }
        if vm.is_exact(object, Builtin::ByteArray) {
            return self.save_bytearray(vm, object);
        }
        let buffer_class = class_of_spec(vm, &crate::pickle_buffer::TYPE)?;
        if vm.type_of(object) == buffer_class {
            return self.save_buffer(vm, object);
        }
        self.save_other(vm, object)
    }

    /// Between two opcodes: a full frame ends, and goes to the file.
    #[inline]
    fn opcode_boundary(&mut self, vm: &mut Vm) -> Result<(), Raised> {
        if self.output.frame_is_full() {
            self.output.commit_frame();
            if let Some(write) = self.write {
                self.flush(vm, write)?;
            }
        }
        if self.output.len() > self.checked {
            vm.check_native_bytes(self.output.len())?;
            self.checked = self.output.len() * 2;
        }
        Ok(())
    }

    fn flush(&mut self, vm: &mut Vm, write: Value) -> Result<(), Raised> {
        let bytes = self.output.take();
        let bytes = vm.new_bytes(&bytes)?;
        vm.call(write, &[bytes]).map(drop)
    }

    // ---- the memo ----

    /// Gives an object the next number of the memo.
    pub fn memoize(&mut self, vm: &mut Vm, object: Value) -> Result<(), Raised> {
        if self.fast {
            return Ok(());
        }
        let number = memo::put(vm, self.pickler, object)?;
        if self.protocol >= 4 {
            self.output.byte(MEMOIZE);
        } else if !self.binary {
            self.output.put(format!("{}{number}\n", PUT as char).as_bytes());
        } else {
            match (u8::try_from(number), u32::try_from(number)) {
                (Ok(number), _) => self.output.put(&[BINPUT, number]),
                (_, Ok(number)) => self.put_u32(LONG_BINPUT, number),
                _ => return Err(PICKLING_ERROR.raise(vm, "memo id too large for LONG_BINPUT")),
            }
        }
        Ok(())
    }

    /// Writes the reference to an object with a number of the memo.
    pub fn put_get(&mut self, vm: &mut Vm, number: i64) -> Result<(), Raised> {
        if !self.binary {
            self.output.put(format!("{}{number}\n", GET as char).as_bytes());
            return Ok(());
        }
        match (number, u32::try_from(number)) {
            (..256, _) => self.output.put(&[BINGET, number as u8]),
            (_, Ok(number)) => self.put_u32(LONG_BINGET, number),
            _ => return Err(PICKLING_ERROR.raise(vm, "memo id too large for LONG_BINGET")),
        }
        Ok(())
    }

    fn put_u32(&mut self, opcode: u8, number: u32) {
        let [a, b, c, d] = number.to_le_bytes();
        self.output.put(&[opcode, a, b, c, d]);
    }

    // ---- atoms ----

    fn save_bool(&mut self, truth: bool) {
        match (self.protocol, truth) {
            (2.., true) => self.output.byte(NEWTRUE),
            (2.., false) => self.output.byte(NEWFALSE),
            (_, true) => self.output.put(b"I01\n"),
            (_, false) => self.output.put(b"I00\n"),
        }
    }

    fn save_small_int(&mut self, i: i64) {
        let Ok(short) = i32::try_from(i) else {
            if self.protocol < 2 {
                self.output.put(format!("{}{i}L\n", LONG as char).as_bytes());
                return;
            }
            let all = i.to_le_bytes();
            let len = signed_length(&all);
            let mut bytes = [0; 10];
            bytes[..2].copy_from_slice(&[LONG1, len as u8]);
            bytes[2..2 + len].copy_from_slice(&all[..len]);
            self.output.put(&bytes[..2 + len]);
            return;
        };
        if !self.binary {
            self.output.put(format!("{}{short}\n", INT as char).as_bytes());
            return;
        }
        match short.to_le_bytes() {
            [a, 0, 0, 0] => self.output.put(&[BININT1, a]),
            [a, b, 0, 0] => self.output.put(&[BININT2, a, b]),
            [a, b, c, d] => self.output.put(&[BININT, a, b, c, d]),
        }
    }

    fn save_int(&mut self, vm: &mut Vm, object: Value) -> Result<(), Raised> {
        let Some(big) = vm.as_big(object) else { return Ok(()) };
        if self.protocol < 2 {
            let digits = vm.repr_string(object)?;
            self.output.put(format!("{}{digits}L\n", LONG as char).as_bytes());
            return Ok(());
        }
        let length = int_math::bit_length(&big) / 8 + 1;
        if length > i32::MAX as usize {
            return Err(vm.raise(Exc::OverflowError, "int too large to pickle"));
        }
        vm.check_native_bytes(length)?;
        let mut bytes = match int_math::to_bytes(&big, length, false, true) {
            Ok(bytes) => bytes,
            Err(error) => return Err(vm.raise(Exc::OverflowError, error.message())),
        };
        bytes.truncate(signed_length(&bytes));
        match u8::try_from(bytes.len()) {
            Ok(length) => self.output.put(&[LONG1, length]),
            Err(_) => self.put_u32(LONG4, bytes.len() as u32),
        }
        self.output.put(&bytes);
        Ok(())
    }

    fn save_float(&mut self, f: f64) {
        if self.binary {
            let mut bytes = [BINFLOAT; 9];
            bytes[1..].copy_from_slice(&f.to_be_bytes());
            self.output.put(&bytes);
        } else {
            self.output.byte(FLOAT);
            self.output.put(taipan_text::float_text::repr(f).as_bytes());
            self.output.byte(b'\n');
        }
    }

    // ---- texts and bytes ----

    fn save_str(&mut self, vm: &mut Vm, text: Gc<Str>) -> Result<(), Raised> {
        if self.binary {
            self.save_utf8(vm, text)?;
        } else {
            self.output.byte(UNICODE);
            let mut line = Vec::new();
            for point in text.get(vm).text().iter() {
                match point {
                    0x1_0000.. => line.extend_from_slice(format!("\\U{point:08x}").as_bytes()),
                    0 | 0x0A | 0x0D | 0x1A | 0x5C | 0x100.. => {
                        line.extend_from_slice(format!("\\u{point:04x}").as_bytes());
                    }
                    byte => line.push(byte as u8),
                }
            }
            line.push(b'\n');
            self.output.put(&line);
        }
        self.memoize(vm, text.value())
    }

    fn save_utf8(&mut self, vm: &mut Vm, text: Gc<Str>) -> Result<(), Raised> {
        if let Some(ascii) = text.get(vm).as_ascii()
            && ascii.len() < FRAME_TARGET
        {
            self.put_text_header(ascii.len());
            self.output.put(ascii.as_bytes());
            return Ok(());
        }
        vm.check_native_bytes(text.get(vm).bytes().len().saturating_mul(2))?;
        let bytes = text.get(vm).to_wtf8();
        if bytes.as_bytes().len() > u32::MAX as usize && self.protocol < 4 {
            let message = "serializing a string larger than 4 GiB requires pickle protocol 4 or higher";
            return Err(vm.raise(Exc::OverflowError, message));
        }
        self.put_large(vm, bytes.as_bytes(), Saving::put_text_header)
    }

    fn put_text_header(&mut self, length: usize) {
        match (u8::try_from(length), u32::try_from(length)) {
            (Ok(length), _) if self.protocol >= 4 => self.output.put(&[SHORT_BINUNICODE, length]),
            (_, Ok(length)) => self.put_u32(BINUNICODE, length),
            _ => self.put_u64(BINUNICODE8, length),
        }
    }

    fn put_u64(&mut self, opcode: u8, number: usize) {
        let mut bytes = [opcode; 9];
        bytes[1..].copy_from_slice(&(number as u64).to_le_bytes());
        self.output.put(&bytes);
    }

    /// Writes a header and data, which lie outside of frames when they are long, and then go to the file by themselves.
    fn put_large(&mut self, vm: &mut Vm, data: &[u8], header: fn(&mut Saving, usize)) -> Result<(), Raised> {
        if data.len() < FRAME_TARGET {
            header(self, data.len());
            self.output.put(data);
            return Ok(());
        }
        self.output.commit_frame();
        let framing = std::mem::replace(&mut self.output.framing, false);
        header(self, data.len());
        match self.write {
            Some(write) => {
                self.flush(vm, write)?;
                let data = vm.new_bytes(data)?;
                vm.call(write, &[data])?;
            }
            None => {
                vm.check_native_bytes(self.output.len().saturating_add(data.len()))?;
                self.output.put(data);
            }
        }
        self.output.framing = framing;
        Ok(())
    }

    fn put_bytes_header(&mut self, length: usize) {
        match (u8::try_from(length), u32::try_from(length)) {
            (Ok(length), _) => self.output.put(&[SHORT_BINBYTES, length]),
            (_, Ok(length)) => self.put_u32(BINBYTES, length),
            _ => self.put_u64(BINBYTES8, length),
        }
    }

    fn put_bytearray_header(&mut self, length: usize) {
        self.put_u64(BYTEARRAY8, length);
    }

    fn save_bytes(&mut self, vm: &mut Vm, bytes: Gc<Bytes>) -> Result<(), Raised> {
        let object = bytes.value();
        if self.protocol < 3 {
            let class = vm.class(Builtin::Bytes).value();
            let reduction = if bytes.get(vm).is_empty() {
                let none = Tuple::empty(vm)?.value();
                [class, none]
            } else {
                let codecs = taipan_vm::import::import_module(vm, "codecs")?;
                let encode = vm.get_attr_str(codecs, "encode")?;
                let points: Vec<u32> = bytes.get(vm).bytes().iter().copied().map(u32::from).collect();
                let text = Str::from_points(vm, &points)?.value();
                let latin1 = Str::intern(vm, "latin1")?.value();
                let arguments = Tuple::from_values(vm, &[text, latin1])?.value();
                [encode, arguments]
            };
            let reduction = Tuple::from_values(vm, &reduction)?;
            return self.save_reduction(vm, reduction, Some(object));
        }
        self.save_bytes_of(vm, object)
    }

    /// Writes the contents of a bytes-like object as bytes, and memoizes it.
    fn save_bytes_of(&mut self, vm: &mut Vm, object: Value) -> Result<(), Raised> {
        let length = object.exact::<Bytes>().map(|bytes| bytes.get(vm).len());
        if let (Some(bytes), Some(..FRAME_TARGET)) = (object.exact::<Bytes>(), length) {
            let bytes = bytes.get(vm).bytes();
            self.put_bytes_header(bytes.len());
            self.output.put(bytes);
        } else {
            let data = self.contents(vm, object)?;
            if data.len() > u32::MAX as usize && self.protocol < 4 {
                let message = "serializing a bytes object larger than 4 GiB requires pickle protocol 4 or higher";
                return Err(vm.raise(Exc::OverflowError, message));
            }
            self.put_large(vm, &data, Saving::put_bytes_header)?;
        }
        self.memoize(vm, object)
    }

    fn contents(&mut self, vm: &mut Vm, object: Value) -> Result<Vec<u8>, Raised> {
        let buffer = vm.get_buffer(object, false)?;
        let room = vm.check_native_bytes(buffer.len);
        let data = if room.is_ok() { buffer.bytes(vm).to_vec() } else { Vec::new() };
        buffer.release(vm);
        room.map(|()| data)
    }

    fn save_bytearray(&mut self, vm: &mut Vm, object: Value) -> Result<(), Raised> {
        if self.protocol < 5 {
            let class = vm.class(Builtin::ByteArray).value();
            let empty = object.downcast::<ByteArray>(vm).is_none_or(|array| array.get(vm).is_empty());
            let arguments = if empty {
                Tuple::empty(vm)?
            } else {
                // Bytes of their own, even a single one: there is one object of each byte, which the memo may know.
                let data = self.contents(vm, object)?;
                let copy = Bytes::zeroed(vm, Builtin::Bytes as u32, data.len())?;
                copy.get_mut(vm).bytes_mut().copy_from_slice(&data);
                Tuple::from_values(vm, &[copy.value()])?
            };
            let reduction = Tuple::from_values(vm, &[class, arguments.value()])?;
            return self.save_reduction(vm, reduction, Some(object));
        }
        self.save_bytearray_of(vm, object)
    }

    fn save_bytearray_of(&mut self, vm: &mut Vm, object: Value) -> Result<(), Raised> {
        let data = self.contents(vm, object)?;
        self.put_large(vm, &data, Saving::put_bytearray_header)?;
        self.memoize(vm, object)
    }

    /// Writes a `PickleBuffer`: in band, or as a mark that the callback has taken it.
    fn save_buffer(&mut self, vm: &mut Vm, object: Value) -> Result<(), Raised> {
        if self.protocol < 5 {
            return Err(PICKLING_ERROR.raise(vm, "PickleBuffer can only be pickled with protocol >= 5"));
        }
        let view = crate::pickle_buffer::hold(vm, object)?;
        let result = self.save_view(vm, object, view);
        MemoryView::release(view, vm)?;
        result
    }

    fn save_view(&mut self, vm: &mut Vm, object: Value, view: Gc<MemoryView>) -> Result<(), Raised> {
        let readonly = view.get(vm).readonly;
        if !crate::pickle_buffer::is_contiguous(vm, view) {
            let message = "PickleBuffer can not be pickled when pointing to a non-contiguous buffer";
            return Err(PICKLING_ERROR.raise(vm, message));
        }
        let in_band = match self.buffer_callback {
            Some(callback) => {
                let answer = vm.call(callback, &[object])?;
                vm.is_true(answer)?
            }
            None => true,
        };
        if !in_band {
            self.output.byte(NEXT_BUFFER);
            if readonly {
                self.output.byte(READONLY_BUFFER);
            }
            return Ok(());
        }
        let data = crate::pickle_buffer::contents(vm, view);
        let header = if readonly { Saving::put_bytes_header } else { Saving::put_bytearray_header };
        self.put_large(vm, &data, header)?;
        self.memoize(vm, object)
    }

    // ---- containers ----

    fn save_tuple(&mut self, vm: &mut Vm, tuple: Gc<Tuple>) -> Result<(), Raised> {
        let len = tuple.get(vm).len();
        if len == 0 {
            self.output.put(if self.binary { &[EMPTY_TUPLE] } else { &[MARK, TUPLE] });
            return Ok(());
        }
        let short = len <= 3 && self.protocol >= 2;
        if !short {
            self.output.byte(MARK);
        }
        for i in 0..len {
            let item = tuple.get(vm).at(i);
            if let Err(raised) = self.save(vm, item) {
                return Err(self.note_item(vm, raised, tuple.value(), i));
            }
        }
        if let Some(number) = memo::get(vm, self.pickler, tuple.value())? {
            // A part has written the tuple: what was put on the stack goes again.
            let pops = if short { len } else { len + 1 };
            if self.binary && !short {
                self.output.byte(POP_MARK);
            } else {
                (0..pops).for_each(|_| self.output.byte(POP));
            }
            return self.put_get(vm, number);
        }
        self.output.byte(match (short, len) {
            (true, 1) => TUPLE1,
            (true, 2) => TUPLE2,
            (true, _) => TUPLE3,
            (false, _) => TUPLE,
        });
        self.memoize(vm, tuple.value())
    }

    pub fn note_item(&mut self, vm: &mut Vm, raised: Raised, container: Value, index: usize) -> Raised {
        note(vm, raised, |vm| Ok(format!("when serializing {} item {index}", class_text(vm, container)?)))
    }

    pub fn note_key(&mut self, vm: &mut Vm, raised: Raised, container: Value, key: Value) -> Raised {
        note(vm, raised, |vm| {
            Ok(format!("when serializing {} item {}", class_text(vm, container)?, vm.repr_string(key)?))
        })
    }

    /// Writes a list; the items of one of a subclass come from its iterator.
    fn save_list(&mut self, vm: &mut Vm, list: Gc<List>, exact: bool) -> Result<(), Raised> {
        self.enter_fast(vm, list.value())?;
        self.output.put(if self.binary { &[EMPTY_LIST] } else { &[MARK, LIST] });
        let len = list.get(vm).len();
        self.memoize(vm, list.value())?;
        if len != 0 {
            if exact && self.binary {
                self.put_list(vm, list)?;
            } else {
                let iterator = vm.iter(list.value())?;
                self.put_items(vm, iterator, Some(list.value()))?;
            }
        }
        self.leave_fast(vm, list.value())
    }

    fn put_list(&mut self, vm: &mut Vm, list: Gc<List>) -> Result<(), Raised> {
        let single = list.get(vm).len() == 1;
        let mut total = 0;
        loop {
            if !single {
                self.output.byte(MARK);
            }
            let end = if single { 1 } else { total + BATCH };
            while total < end
                && let Some(item) = list.get(vm).get_at(vm, total)
            {
                if let Err(raised) = self.save(vm, item) {
                    return Err(self.note_item(vm, raised, list.value(), total));
                }
                total += 1;
            }
            if single {
                self.output.byte(APPEND);
                return Ok(());
            }
            self.output.byte(APPENDS);
            if total >= list.get(vm).len() {
                return Ok(());
            }
        }
    }

    /// Writes dicts.
    fn save_dict(&mut self, vm: &mut Vm, dict: Gc<Dict>, exact: bool) -> Result<(), Raised> {
        self.enter_fast(vm, dict.value())?;
        self.output.put(if self.binary { &[EMPTY_DICT] } else { &[MARK, DICT] });
        self.memoize(vm, dict.value())?;
        if !dict.get(vm).is_empty() {
            if exact && self.binary {
                self.put_dict(vm, dict)?;
            } else {
                let items = vm.call_method_name(dict.value(), taipan_vm::names::name::ITEMS, &[])?;
                let iterator = vm.iter(items)?;
                self.put_pairs(vm, iterator, Some(dict.value()))?;
            }
        }
        self.leave_fast(vm, dict.value())
    }

    fn put_dict(&mut self, vm: &mut Vm, dict: Gc<Dict>) -> Result<(), Raised> {
        let size = dict.get(vm).len();
        let single = size == 1;
        let mut at = 0;
        loop {
            let mut batch = 0;
            if !single {
                self.output.byte(MARK);
            }
            while let Some((number, entry)) = dict.get(vm).next_entry(vm, at) {
                at = number + 1;
                self.save(vm, entry.key)?;
                if let Err(raised) = self.save(vm, entry.value) {
                    return Err(self.note_key(vm, raised, dict.value(), entry.key));
                }
                batch += 1;
                if batch == BATCH || single {
                    break;
                }
            }
            if single {
                self.output.byte(SETITEM);
                return Ok(());
            }
            self.output.byte(SETITEMS);
            if dict.get(vm).len() != size {
                return Err(vm.raise(Exc::RuntimeError, "dictionary changed size during iteration"));
            }
            if batch != BATCH {
                return Ok(());
            }
        }
    }

    fn save_set(&mut self, vm: &mut Vm, set: Gc<Set>) -> Result<(), Raised> {
        if self.protocol < 4 {
            return self.save_as_list(vm, set.value(), Builtin::Set);
        }
        self.output.byte(EMPTY_SET);
        self.memoize(vm, set.value())?;
        let size = set.get(vm).len();
        if size == 0 {
            return Ok(());
        }
        let mut at = 0;
        loop {
            let mut batch = 0;
            self.output.byte(MARK);
            while batch < BATCH
                && let Some((slot, element, _)) = set.get(vm).next_element(vm, at)
            {
                at = slot + 1;
                if let Err(raised) = self.save(vm, element) {
                    return Err(self.note_part(vm, raised, set.value(), "element"));
                }
                batch += 1;
            }
            self.output.byte(ADDITEMS);
            if set.get(vm).len() != size {
                return Err(vm.raise(Exc::RuntimeError, "set changed size during iteration"));
            }
            if batch != BATCH {
                return Ok(());
            }
        }
    }

    /// Adds a note that says of which part of an object the error is.
    pub fn note_part(&mut self, vm: &mut Vm, raised: Raised, object: Value, part: &str) -> Raised {
        note(vm, raised, |vm| Ok(format!("when serializing {} {part}", class_text(vm, object)?)))
    }

    fn save_as_list(&mut self, vm: &mut Vm, set: Value, class: Builtin) -> Result<(), Raised> {
        let items = vm.list_of(set)?.value();
        let arguments = Tuple::from_values(vm, &[items])?.value();
        let class = vm.class(class).value();
        let reduction = Tuple::from_values(vm, &[class, arguments])?;
        self.save_reduction(vm, reduction, Some(set))
    }

    fn save_frozenset(&mut self, vm: &mut Vm, set: Value) -> Result<(), Raised> {
        self.enter_fast(vm, set)?;
        if self.protocol < 4 {
            return self.save_as_list(vm, set, Builtin::FrozenSet);
        }
        self.output.byte(MARK);
        let iterator = vm.iter(set)?;
        while let Some(item) = vm.next(iterator)? {
            if let Err(raised) = self.save(vm, item) {
                return Err(self.note_part(vm, raised, set, "element"));
            }
        }
        if let Some(number) = memo::get(vm, self.pickler, set)? {
            self.output.byte(POP_MARK);
            return self.put_get(vm, number);
        }
        self.output.byte(FROZENSET);
        self.memoize(vm, set)
    }

    // ---- fast mode ----

    /// Fast mode puts nothing into the memo: deep nesting is watched for containers in themselves.
    fn enter_fast(&mut self, vm: &mut Vm, object: Value) -> Result<(), Raised> {
        if !self.fast {
            return Ok(());
        }
        self.fast_nesting += 1;
        if self.fast_nesting < FAST_NESTING_LIMIT {
            return Ok(());
        }
        let seen = match self.fast_memo {
            Some(seen) => seen,
            None => {
                let seen = Dict::new(vm)?;
                self.fast_memo = Some(seen);
                seen
            }
        };
        let key = object::id(vm, object)?;
        if Dict::get_item(seen, vm, key)?.is_some() {
            let class = vm.type_of(object);
            let (name, id) = (Type::full_name(class, vm), object::id_number(vm, object));
            let message = format!("fast mode: can't pickle cyclic objects including object type {name} at {id:#x}");
            return Err(vm.raise(Exc::ValueError, message));
        }
        Dict::set(seen, vm, key, Value::NONE)
    }

    fn leave_fast(&mut self, vm: &mut Vm, object: Value) -> Result<(), Raised> {
        if !self.fast {
            return Ok(());
        }
        if self.fast_nesting >= FAST_NESTING_LIMIT
            && let Some(seen) = self.fast_memo
        {
            let key = object::id(vm, object)?;
            Dict::remove(seen, vm, key)?;
        }
        self.fast_nesting -= 1;
        Ok(())
    }

    // ---- hooks ----

    /// Writes an object by its persistent identity; false when it has none.
    fn save_persistent(&mut self, vm: &mut Vm, hook: Value, object: Value) -> Result<bool, Raised> {
        let id = vm.call(hook, &[object])?;
        if id.is_none() {
            return Ok(false);
        }
        if self.binary {
            self.opcode_boundary(vm)?;
            self.save_value(vm, id)?;
            self.output.byte(BINPERSID);
            return Ok(true);
        }
        let text = vm.str(id)?;
        let line = text.downcast::<Str>(vm).and_then(|text| text.get(vm).as_ascii().map(str::to_owned));
        let Some(line) = line else {
            return Err(PICKLING_ERROR.raise(vm, "persistent IDs in protocol 0 must be ASCII strings"));
        };
        self.output.byte(PERSID);
        self.output.put(line.as_bytes());
        self.output.byte(b'\n');
        Ok(true)
    }

    /// Writes what is no instance of a type with opcodes of its own.
    fn save_other(&mut self, vm: &mut Vm, object: Value) -> Result<(), Raised> {
        if let Some(hook) = self.reducer_override {
            let reduction = vm.call(hook, &[object])?;
            if !reduction.is_not_implemented() {
                return self.save_reduced(vm, reduction, object);
            }
        }
        let class = vm.type_of(object);
        if class == vm.class(Builtin::Type) {
            return self.save_type(vm, object);
        }
        if vm.is_exact(object, Builtin::Function) {
            return self.save_global(vm, object, None);
        }
        let reducer = match self.dispatch_table {
            None => {
                let table = tables::DISPATCH.get(vm)?;
                Dict::get_item(table, vm, class.value())?
            }
            Some(table) => vm.mapping_get(table, class.value())?,
        };
        if let Some(reducer) = reducer {
            let reduction = vm.call(reducer, &[object])?;
            return self.save_reduced(vm, reduction, object);
        }
        let metaclass = vm.class(Builtin::Type);
        if Type::is_subtype(class, vm, metaclass) {
            return self.save_global(vm, object, None);
        }
        let reduction = self.reduce(vm, object)?;
        self.save_reduced(vm, reduction, object)
    }
}

/// How many bytes of a little-endian two's complement number tell it.
fn signed_length(bytes: &[u8]) -> usize {
    let mut len = bytes.len();
    while len > 1 {
        let (last, before) = (bytes[len - 1], bytes[len - 2]);
        if (last == 0 && before < 0x80) || (last == 0xFF && before >= 0x80) {
            len -= 1;
        } else {
            break;
        }
    }
    len
}

#[cfg(test)]
mod tests {
    use super::signed_length;

    #[test]
    fn lengths_of_signed_numbers() {
        for (number, length) in [(0, 1), (127, 1), (128, 2), (-128, 1), (-129, 2), (1 << 31, 5), (-(1 << 31), 4)] {
            assert_eq!(signed_length(&i64::to_le_bytes(number)), length, "{number}");
        }
        assert_eq!(signed_length(&i64::MIN.to_le_bytes()), 8);
    }
}
