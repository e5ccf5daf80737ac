//! Writing texts, bytes and buffers: long ones lie outside of frames and go to the file by themselves.

use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::Builtin;
use taipan_vm::types::bytearray::ByteArray;
use taipan_vm::types::bytes::Bytes;
use taipan_vm::types::memoryview::MemoryView;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::Saving;
use crate::pickle::PICKLING_ERROR;
use crate::pickle::opcodes::*;
use crate::pickle::output::FRAME_TARGET;

impl Saving {
    pub(super) fn save_str(&mut self, vm: &mut Vm, text: Gc<Str>) -> Result<(), Raised> {
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

    pub(super) fn save_utf8(&mut self, vm: &mut Vm, text: Gc<Str>) -> Result<(), Raised> {
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

    pub(super) fn put_text_header(&mut self, length: usize) {
        match (u8::try_from(length), u32::try_from(length)) {
            (Ok(length), _) if self.protocol >= 4 => self.output.put(&[SHORT_BINUNICODE, length]),
            (_, Ok(length)) => self.put_u32(BINUNICODE, length),
            _ => self.put_u64(BINUNICODE8, length),
        }
    }

    pub(super) fn put_u64(&mut self, opcode: u8, number: usize) {
        let mut bytes = [opcode; 9];
        bytes[1..].copy_from_slice(&(number as u64).to_le_bytes());
        self.output.put(&bytes);
    }

    /// Writes a header and data, which lie outside of frames when they are long, and then go to the file by themselves.
    pub(super) fn put_large(&mut self, vm: &mut Vm, data: &[u8], header: fn(&mut Saving, usize)) -> Result<(), Raised> {
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

    pub(super) fn put_bytes_header(&mut self, length: usize) {
        match (u8::try_from(length), u32::try_from(length)) {
            (Ok(length), _) => self.output.put(&[SHORT_BINBYTES, length]),
            (_, Ok(length)) => self.put_u32(BINBYTES, length),
            _ => self.put_u64(BINBYTES8, length),
        }
    }

    pub(super) fn put_bytearray_header(&mut self, length: usize) {
        self.put_u64(BYTEARRAY8, length);
    }

    pub(super) fn save_bytes(&mut self, vm: &mut Vm, bytes: Gc<Bytes>) -> Result<(), Raised> {
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
    pub(super) fn save_bytes_of(&mut self, vm: &mut Vm, object: Value) -> Result<(), Raised> {
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

    pub(super) fn contents(&mut self, vm: &mut Vm, object: Value) -> Result<Vec<u8>, Raised> {
        let buffer = vm.get_buffer(object, false)?;
        let room = vm.check_native_bytes(buffer.len);
        let data = if room.is_ok() { buffer.bytes(vm).to_vec() } else { Vec::new() };
        buffer.release(vm);
        room.map(|()| data)
    }

    pub(super) fn save_bytearray(&mut self, vm: &mut Vm, object: Value) -> Result<(), Raised> {
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

    pub(super) fn save_bytearray_of(&mut self, vm: &mut Vm, object: Value) -> Result<(), Raised> {
        let data = self.contents(vm, object)?;
        self.put_large(vm, &data, Saving::put_bytearray_header)?;
        self.memoize(vm, object)
    }

    /// Writes a `PickleBuffer`: in band, or as a mark that the callback has taken it.
    pub(super) fn save_buffer(&mut self, vm: &mut Vm, object: Value) -> Result<(), Raised> {
        if self.protocol < 5 {
            return Err(PICKLING_ERROR.raise(vm, "PickleBuffer can only be pickled with protocol >= 5"));
        }
        let view = crate::pickle_buffer::hold(vm, object)?;
        let result = self.save_view(vm, object, view);
        MemoryView::release(view, vm)?;
        result
    }

    pub(super) fn save_view(&mut self, vm: &mut Vm, object: Value, view: Gc<MemoryView>) -> Result<(), Raised> {
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
}
