//! `mmap` as a sequence and as a buffer.

use taipan_vm::buffer::{Buffer, BufferRequest, BufferStorage};
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::slots::Slots;
use taipan_vm::spec::TypeSpec;
use taipan_vm::types::slice::Slice;
use taipan_vm::types::type_::class_of_spec;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::{Mmap, check_writable, memory, memory_len, new, repr, write_at};

pub(super) const SLOTS: Slots = Slots {
    new: Some(new),
    repr: Some(repr),
    len: Some(len),
    iter: Some(iter),
    subscript: Some(subscript),
    set_item: Some(set_item),
    get_buffer: Some(get_buffer),
    release_buffer: Some(release_buffer),
    ..Slots::DEFAULT
};

heap_object! {
    /// An iterator, which gives each byte as bytes.
    pub struct MmapIterator {
        over: Gc<Mmap>,
        next: usize,
    }
}

static ITERATOR: TypeSpec = TypeSpec {
    name: "iterator",
    layout: Some(<MmapIterator as HeapObject>::native),
    slots: Slots { iter: Some(|_, this| Ok(this)), next: Some(next), ..Slots::DEFAULT },
    ..TypeSpec::DEFAULT
};

fn iter(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let over = this.expect::<Mmap>(vm);
    let shape = class_of_spec(vm, &ITERATOR)?.get(vm).root_shape;
    Ok(vm.new_object(shape, MmapIterator { header: HeaderWord::NEW, over, next: 0 })?.value())
}

fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let this = this.expect::<MmapIterator>(vm);
    let MmapIterator { over, next, .. } = *this.get(vm);
    let memory = memory(vm, over)?;
    let Some(byte) = memory.get(vm).bytes().get(next).copied() else { return Ok(None) };
    this.get_mut(vm).next = next + 1;
    vm.new_bytes(&[byte]).map(Some)
}

fn len(vm: &mut Vm, this: Value) -> Result<usize, Raised> {
    let this = this.expect(vm);
    Ok(memory_len(vm, this)?.1)
}

/// The place of an index, which is converted first.
fn place(vm: &mut Vm, this: Gc<Mmap>, index: Value) -> Result<usize, Raised> {
    let number = vm.index(index)?;
    let Some(number) = vm.as_i64(number) else {
        let got = vm.type_name(index);
        return Err(vm.raise(Exc::IndexError, format!("cannot fit '{got}' into an index-sized integer")));
    };
    let (_, len) = memory_len(vm, this)?;
    let number = if number < 0 { number.saturating_add(len as i64) } else { number };
    match usize::try_from(number) {
        Ok(place) if place < len => Ok(place),
        _ => Err(vm.raise(Exc::IndexError, "mmap index out of range")),
    }
}

fn is_index(vm: &mut Vm, value: Value) -> bool {
    vm.is_int(value) || vm.slots(value).index.is_some()
}

fn subscript(vm: &mut Vm, this: Value, key: Value) -> Result<Value, Raised> {
    let this = this.expect::<Mmap>(vm);
    memory(vm, this)?;
    if is_index(vm, key) {
        let place = place(vm, this, key)?;
        let byte = memory(vm, this)?.get(vm).bytes().get(place).copied();
        return Ok(Value::int32(i32::from(byte.unwrap_or(0))));
    }
    let Some(slice) = key.exact::<Slice>() else {
        return Err(vm.raise(Exc::TypeError, "mmap indices must be integers"));
    };
    let (start, stop, step) = Slice::unpack(slice, vm)?;
    let (memory, len) = memory_len(vm, this)?;
    let indices = taipan_vm::types::slice::adjust(len, start, stop, step);
    let bytes = memory.get(vm).bytes();
    let chosen: Vec<u8> = match step {
        1 => bytes.get(indices.at(0)..indices.at(0) + indices.len).unwrap_or(&[]).to_vec(),
        _ => (0..indices.len).filter_map(|i| bytes.get(indices.at(i)).copied()).collect(),
    };
    vm.new_bytes(&chosen)
}

fn set_item(vm: &mut Vm, this: Value, key: Value, value: Option<Value>) -> Result<(), Raised> {
    let this = this.expect::<Mmap>(vm);
    memory(vm, this)?;
    check_writable(vm, this)?;
    if is_index(vm, key) {
        let Some(value) = value else {
            return Err(vm.raise(Exc::TypeError, "mmap doesn't support item deletion"));
        };
        place(vm, this, key)?;
        if !is_index(vm, value) {
            return Err(vm.raise(Exc::TypeError, "mmap item value must be an int"));
        }
        let number = vm.index(value)?;
        let Some(number) = vm.as_i64(number) else {
            let got = vm.type_name(value);
            return Err(vm.raise(Exc::TypeError, format!("cannot fit '{got}' into an index-sized integer")));
        };
        let Ok(byte) = u8::try_from(number) else {
            return Err(vm.raise(Exc::ValueError, "mmap item value must be in range(0, 256)"));
        };
        // The conversion may have changed the length.
        let place = place(vm, this, key)?;
        let memory = memory(vm, this)?;
        write_at(vm, memory, place, &[byte]);
        return Ok(());
    }
    let Some(slice) = key.exact::<Slice>() else {
        return Err(vm.raise(Exc::TypeError, "mmap indices must be integer"));
    };
    let (start, stop, step) = Slice::unpack(slice, vm)?;
    let Some(value) = value else {
        return Err(vm.raise(Exc::TypeError, "mmap object doesn't support slice deletion"));
    };
    let bytes = vm.bytes_of(value)?;
    let (memory, len) = memory_len(vm, this)?;
    let indices = taipan_vm::types::slice::adjust(len, start, stop, step);
    if bytes.len() != indices.len {
        return Err(vm.raise(Exc::IndexError, "mmap slice assignment is wrong size"));
    }
    if step == 1 {
        write_at(vm, memory, indices.at(0), &bytes);
        return Ok(());
    }
    let to = memory.get_mut(vm).bytes_mut();
    for (i, byte) in bytes.iter().enumerate() {
        if let Some(to) = to.get_mut(indices.at(i)) {
            *to = *byte;
        }
    }
    Ok(())
}

fn get_buffer(vm: &mut Vm, this: Value, request: BufferRequest) -> Result<Buffer, Raised> {
    let own = this.expect::<Mmap>(vm);
    let (memory, len) = memory_len(vm, own)?;
    let readonly = check_writable(vm, own);
    let readonly = vm.catch(readonly, Exc::TypeError)?.is_none();
    if readonly && request.writable {
        return Err(vm.raise(Exc::BufferError, "Object is not writable."));
    }
    own.get_mut(vm).exports += 1;
    let storage = BufferStorage::Mapped(memory);
    Ok(Buffer { owner: this, storage, start: 0, len, readonly, itemsize: 1, format: None, shape: None })
}

fn release_buffer(vm: &mut Vm, this: Value) {
    if let Some(own) = this.downcast::<Mmap>(vm) {
        let own = own.get_mut(vm);
        own.exports = own.exports.saturating_sub(1);
    }
}
