//! Reading a pickle: the machine, and the opcodes that make objects of the built-in types.
//!
//! Nothing that a pickle says is believed: lengths are compared with what there is, heights with the fence of the stack.

use taipan_text::int_math;
use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::Builtin;
use taipan_vm::types::dict::Dict;
use taipan_vm::types::list::List;
use taipan_vm::types::memoryview::MemoryView;
use taipan_vm::types::set::Set;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::UNPICKLING_ERROR;
use super::input::{Input, truncated};
use super::opcodes::*;
use super::unpickler::Unpickler;

mod stack;

/// A load under way.
pub struct Loading {
    pub this: Gc<Unpickler>,
    pub stack: Gc<List>,
    marks: Vec<usize>,
    /// The height of the newest mark.
    pub fence: usize,
    pub input: Input,
    /// The hook `persistent_load`, once it was needed.
    pub persistent_load: Option<Value>,
}

impl Loading {
    /// A load from an input.
    pub fn new(vm: &mut Vm, this: Gc<Unpickler>, input: Input) -> Result<Loading, Raised> {
        let stack = List::new(vm)?;
        Ok(Loading { this, stack, marks: Vec::new(), fence: 0, input, persistent_load: None })
    }

    /// Runs the pickle to its end: the object on top of the stack.
    pub fn run(&mut self, vm: &mut Vm) -> Result<Value, Raised> {
        Unpickler::set_protocol(self.this, vm, 0);
        loop {
            let opcode = match self.input.byte(vm) {
                Ok(opcode) => opcode,
                Err(raised) => return Err(self.out_of_input(vm, raised)),
            };
            if opcode == STOP {
                break;
            }
            vm.work(1)?;
            self.step(vm, opcode)?;
        }
        self.input.skip_consumed(vm)?;
        self.pop(vm)
    }

    #[cold]
    fn out_of_input(&mut self, vm: &mut Vm, raised: Raised) -> Raised {
        let exception = vm.take_raised(raised);
        let ours = match UNPICKLING_ERROR.class(vm) {
            Ok(class) => vm.is_instance_of(exception, class),
            Err(raised) => return raised,
        };
        match ours {
            Ok(true) => vm.raise(Exc::EOFError, "Ran out of input"),
            Ok(false) => vm.reraise(exception),
            Err(raised) => raised,
        }
    }

    fn step(&mut self, vm: &mut Vm, opcode: u8) -> Result<(), Raised> {
        match opcode {
            NONE => self.push(vm, Value::NONE),
            NEWTRUE => self.push(vm, Value::TRUE),
            NEWFALSE => self.push(vm, Value::FALSE),
            BININT1 => {
                let byte = self.input.byte(vm)?;
                self.push(vm, Value::int(usize::from(byte)))
            }
            BININT2 => {
                let number = u16::from_le_bytes(self.input.array(vm)?);
                self.push(vm, Value::int(usize::from(number)))
            }
            BININT => {
                let number = i32::from_le_bytes(self.input.array(vm)?);
                self.push(vm, Value::int32(number))
            }
            LONG1 => {
                let length = usize::from(self.input.byte(vm)?);
                self.load_long(vm, length)
            }
            LONG4 => {
                let length = i32::from_le_bytes(self.input.array(vm)?);
                match usize::try_from(length) {
                    Ok(length) => self.load_long(vm, length),
                    Err(_) => Err(UNPICKLING_ERROR.raise(vm, "LONG pickle has negative byte count")),
                }
            }
            BINFLOAT => {
                let number = f64::from_be_bytes(self.input.array(vm)?);
                let number = vm.new_float(number)?;
                self.push(vm, number)
            }
            SHORT_BINUNICODE | BINUNICODE | BINUNICODE8 => {
                let length = self.length(vm, opcode, "BINUNICODE")?;
                self.load_utf8(vm, length)
            }
            SHORT_BINBYTES | BINBYTES | BINBYTES8 => {
                let length = self.length(vm, opcode, "BINBYTES")?;
                let bytes = self.input.object(vm, length, false)?;
                self.push(vm, bytes)
            }
            BYTEARRAY8 => {
                let length = self.length(vm, opcode, "BYTEARRAY8")?;
                let bytes = self.input.object(vm, length, true)?;
                self.push(vm, bytes)
            }
            EMPTY_TUPLE => {
                let tuple = Tuple::empty(vm)?;
                self.push(vm, tuple.value())
            }
            TUPLE1 | TUPLE2 | TUPLE3 => self.load_short_tuple(vm, usize::from(opcode - TUPLE1) + 1),
            TUPLE => {
                let start = self.pop_mark(vm)?;
                let tuple = self.pop_tuple(vm, start)?;
                self.push(vm, tuple.value())
            }
            EMPTY_LIST => {
                let list = List::new(vm)?;
                self.push(vm, list.value())
            }
            EMPTY_DICT => {
                let dict = Dict::new(vm)?;
                self.push(vm, dict.value())
            }
            EMPTY_SET => {
                let set = Set::new(vm)?;
                self.push(vm, set.value())
            }
            LIST => {
                let start = self.pop_mark(vm)?;
                let end = self.height(vm);
                let list = List::slice(self.stack, vm, start, end)?;
                List::truncate(self.stack, vm, start);
                self.push(vm, list.value())
            }
            DICT => self.load_dict(vm),
            FROZENSET => {
                let start = self.pop_mark(vm)?;
                let items = self.pop_tuple(vm, start)?;
                let class = vm.class(Builtin::FrozenSet);
                let set = vm.call(class.value(), &[items.value()])?;
                self.push(vm, set)
            }
            MARK => self.mark(vm),
            APPEND => {
                let height = self.height(vm);
                if height <= self.fence + 1 {
                    return Err(self.underflow(vm));
                }
                self.append(vm, height - 1)
            }
            APPENDS => {
                let start = self.pop_mark(vm)?;
                self.append(vm, start)
            }
            SETITEM => {
                let height = self.height(vm);
                if height < 2 {
                    return Err(self.underflow(vm));
                }
                self.set_items(vm, height - 2)
            }
            SETITEMS => {
                let start = self.pop_mark(vm)?;
                self.set_items(vm, start)
            }
            ADDITEMS => self.add_items(vm),
            MEMOIZE => {
                let value = self.top(vm)?;
                let index = self.this.get(vm).count;
                Unpickler::memo_put(self.this, vm, index, value)
            }
            BINPUT => {
                let index = usize::from(self.input.byte(vm)?);
                let value = self.top(vm)?;
                Unpickler::memo_put(self.this, vm, index, value)
            }
            LONG_BINPUT => {
                let index = u32::from_le_bytes(self.input.array(vm)?) as usize;
                let value = self.top(vm)?;
                Unpickler::memo_put(self.this, vm, index, value)
            }
            BINGET => {
                let index = usize::from(self.input.byte(vm)?);
                self.get(vm, index as i64)
            }
            LONG_BINGET => {
                let index = u32::from_le_bytes(self.input.array(vm)?);
                self.get(vm, i64::from(index))
            }
            POP => {
                let height = self.height(vm);
                if self.marks.last() == Some(&height) {
                    return self.pop_mark(vm).map(drop);
                }
                self.pop(vm).map(drop)
            }
            POP_MARK => {
                let start = self.pop_mark(vm)?;
                List::truncate(self.stack, vm, start);
                Ok(())
            }
            DUP => {
                let value = self.top(vm)?;
                self.push(vm, value)
            }
            PROTO => {
                let protocol = self.input.byte(vm)?;
                if protocol > HIGHEST_PROTOCOL {
                    return Err(vm.raise(Exc::ValueError, format!("unsupported pickle protocol: {protocol}")));
                }
                Unpickler::set_protocol(self.this, vm, protocol);
                Ok(())
            }
            FRAME => {
                let length = u64::from_le_bytes(self.input.array(vm)?);
                let Ok(length) = isize::try_from(length) else {
                    let message = format!("FRAME length exceeds system's maximum of {} bytes", isize::MAX);
                    return Err(vm.raise(Exc::OverflowError, message));
                };
                self.input.enter_frame(vm, length as usize)
            }
            NEXT_BUFFER => self.load_next_buffer(vm),
            READONLY_BUFFER => self.load_readonly_buffer(vm),
            _ => self.step_of_objects(vm, opcode),
        }
    }

    /// The length that follows an opcode.
    #[inline]
    fn length(&mut self, vm: &mut Vm, opcode: u8, what: &str) -> Result<usize, Raised> {
        let length = match opcode {
            SHORT_BINUNICODE | SHORT_BINBYTES => u64::from(self.input.byte(vm)?),
            BINUNICODE | BINBYTES => u64::from(u32::from_le_bytes(self.input.array(vm)?)),
            _ => u64::from_le_bytes(self.input.array(vm)?),
        };
        match isize::try_from(length) {
            Ok(length) => Ok(length as usize),
            Err(_) => {
                let message = format!("{what} exceeds system's maximum size of {} bytes", isize::MAX);
                Err(vm.raise(Exc::OverflowError, message))
            }
        }
    }

    fn load_long(&mut self, vm: &mut Vm, length: usize) -> Result<(), Raised> {
        let bytes = self.input.read(vm, length)?;
        let number = match bytes.len() {
            0 => Value::int(0),
            1..=8 => {
                let fill = if bytes[length - 1] >= 0x80 { 0xFF } else { 0 };
                let mut word = [fill; 8];
                word[..length].copy_from_slice(bytes);
                vm.new_int(i64::from_le_bytes(word))?
            }
            _ => {
                let big = int_math::from_bytes(bytes, false, true);
                vm.new_big_int(&big)?
            }
        };
        self.push(vm, number)
    }

    fn load_utf8(&mut self, vm: &mut Vm, length: usize) -> Result<(), Raised> {
        let bytes = self.input.read(vm, length)?;
        let text = if bytes.is_ascii() {
            Str::from_ascii(vm, bytes)?.value()
        } else if let Ok(text) = std::str::from_utf8(bytes) {
            Str::new(vm, text)?.value()
        } else {
            let bytes = vm.new_bytes(bytes)?;
            taipan_vm::codecs::decode_object(vm, bytes, Some("utf-8"), Some("surrogatepass"))?
        };
        List::push(self.stack, vm, text)
    }

    fn load_short_tuple(&mut self, vm: &mut Vm, count: usize) -> Result<(), Raised> {
        let height = self.height(vm);
        let Some(start) = height.checked_sub(count).filter(|start| *start >= self.fence) else {
            return Err(self.underflow(vm));
        };
        let mut items = [Value::NONE; 3];
        for (i, item) in items[..count].iter_mut().enumerate() {
            *item = self.stack.get(vm).get_at(vm, start + i).unwrap_or(Value::NONE);
        }
        let tuple = Tuple::from_values(vm, &items[..count])?;
        List::set_at(self.stack, vm, start, tuple.value());
        List::truncate(self.stack, vm, start + 1);
        Ok(())
    }

    fn load_dict(&mut self, vm: &mut Vm) -> Result<(), Raised> {
        let start = self.pop_mark(vm)?;
        let end = self.height(vm);
        if !(end - start).is_multiple_of(2) {
            return Err(UNPICKLING_ERROR.raise(vm, "odd number of items for DICT"));
        }
        let dict = Dict::with_capacity(vm, (end - start) / 2)?;
        for i in (start..end).step_by(2) {
            if let (Some(key), Some(value)) = self.pair(vm, i) {
                Dict::set(dict, vm, key, value)?;
            }
        }
        List::truncate(self.stack, vm, start);
        self.push(vm, dict.value())
    }

    fn pair(&self, vm: &Vm, at: usize) -> (Option<Value>, Option<Value>) {
        let stack = self.stack.get(vm);
        (stack.get_at(vm, at), stack.get_at(vm, at + 1))
    }

    /// Appends what lies above a height to the object below.
    fn append(&mut self, vm: &mut Vm, start: usize) -> Result<(), Raised> {
        let end = self.height(vm);
        if start > end || start <= self.fence {
            return Err(self.underflow(vm));
        }
        if start == end {
            return Ok(());
        }
        let target = self.stack.get(vm).get_at(vm, start - 1).unwrap_or(Value::NONE);
        if let Some(list) = target.exact::<List>() {
            List::reserve(list, vm, end - start)?;
            for i in start..end {
                if let Some(item) = self.stack.get(vm).get_at(vm, i) {
                    List::push(list, vm, item)?;
                }
            }
            List::truncate(self.stack, vm, start);
            return Ok(());
        }
        let extend = Str::intern(vm, "extend")?;
        if let Some(extend) = vm.get_attr_opt(target, extend)? {
            let items = List::slice(self.stack, vm, start, end)?;
            List::truncate(self.stack, vm, start);
            return vm.call(extend, &[items.value()]).map(drop);
        }
        let append = vm.get_attr_name(target, taipan_vm::names::name::APPEND)?;
        self.call_for_each(vm, append, start, end)
    }

    /// Calls a function with each object above a height, and takes them.
    fn call_for_each(&mut self, vm: &mut Vm, function: Value, start: usize, end: usize) -> Result<(), Raised> {
        for i in start..end {
            if let Some(item) = self.stack.get(vm).get_at(vm, i) {
                vm.call(function, &[item])?;
            }
        }
        List::truncate(self.stack, vm, start);
        Ok(())
    }

    /// Sets the pairs above a height as items of the object below.
    fn set_items(&mut self, vm: &mut Vm, start: usize) -> Result<(), Raised> {
        let end = self.height(vm);
        if start > end || start <= self.fence {
            return Err(self.underflow(vm));
        }
        if start == end {
            return Ok(());
        }
        if !(end - start).is_multiple_of(2) {
            return Err(UNPICKLING_ERROR.raise(vm, "odd number of items for SETITEMS"));
        }
        let target = self.stack.get(vm).get_at(vm, start - 1).unwrap_or(Value::NONE);
        let dict = target.exact::<Dict>();
        for i in (start..end).step_by(2) {
            let (Some(key), Some(value)) = self.pair(vm, i) else { break };
            match (dict, key.exact::<Str>()) {
                (Some(dict), Some(key)) => Dict::set_str(dict, vm, key, value)?,
                (Some(dict), None) => Dict::set(dict, vm, key, value)?,
                (None, _) => vm.set_item(target, key, Some(value))?,
            }
        }
        List::truncate(self.stack, vm, start);
        Ok(())
    }

    fn add_items(&mut self, vm: &mut Vm) -> Result<(), Raised> {
        let start = self.pop_mark(vm)?;
        let end = self.height(vm);
        if start > end || start <= self.fence {
            return Err(self.underflow(vm));
        }
        if start == end {
            return Ok(());
        }
        let target = self.stack.get(vm).get_at(vm, start - 1).unwrap_or(Value::NONE);
        if vm.is_a(target, Builtin::Set)
            && let Some(set) = target.downcast::<Set>(vm)
        {
            let items = self.pop_tuple(vm, start)?;
            return Set::update(set, vm, items.value());
        }
        let add = vm.get_attr_name(target, taipan_vm::names::name::ADD_METHOD)?;
        self.call_for_each(vm, add, start, end)
    }

    /// Pushes the object with a number of the memo.
    #[inline]
    pub fn get(&mut self, vm: &mut Vm, index: i64) -> Result<(), Raised> {
        if let Ok(slot) = usize::try_from(index)
            && let Some(value) = Unpickler::memo_get(self.this, vm, slot)?
        {
            return self.push(vm, value);
        }
        Err(UNPICKLING_ERROR.raise(vm, &format!("Memo value not found at index {index}")))
    }

    fn load_next_buffer(&mut self, vm: &mut Vm) -> Result<(), Raised> {
        let Some(buffers) = self.this.get(vm).buffers else {
            let message = "pickle stream refers to out-of-band data but no *buffers* argument was given";
            return Err(UNPICKLING_ERROR.raise(vm, message));
        };
        match vm.next(buffers)? {
            Some(buffer) => self.push(vm, buffer),
            None => Err(UNPICKLING_ERROR.raise(vm, "not enough out-of-band buffers")),
        }
    }

    fn load_readonly_buffer(&mut self, vm: &mut Vm) -> Result<(), Raised> {
        let object = self.top(vm)?;
        let view = MemoryView::of_object(vm, object)?;
        if !view.get(vm).readonly {
            view.get_mut(vm).readonly = true;
            let height = self.height(vm);
            List::set_at(self.stack, vm, height - 1, view.value());
            return Ok(());
        }
        MemoryView::release(view, vm)
    }

    /// The next line without its end, as text of ASCII.
    pub fn line(&mut self, vm: &mut Vm, least: usize) -> Result<Vec<u8>, Raised> {
        let mut line = self.input.line(vm)?;
        if line.len() < least {
            return Err(truncated(vm));
        }
        line.pop();
        Ok(line)
    }
}
