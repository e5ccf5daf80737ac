//! Subscripts of memoryviews: items, tuples of indexes, slices; reading and writing.

use crate::gc::Gc;
use crate::raise::{Exc, Raised};
use crate::sequence::position;
use crate::types::bytes::contents::is_index;
use crate::types::memoryview::{MemoryView, item};
use crate::types::slice::Slice;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

const SUB_VIEWS: &str = "multi-dimensional sub-views are not implemented";
const SLICES: &str = "multi-dimensional slicing is not implemented";

/// The format character, NotImplementedError for a format that cannot be read.
pub fn readable_code(this: Gc<MemoryView>, vm: &mut Vm) -> Result<u8, Raised> {
    let MemoryView { code, format, .. } = *this.get(vm);
    if code != 0 {
        return Ok(code as u8);
    }
    let format = format.and_then(|format| vm.text_of(format)).unwrap_or_default();
    Err(vm.raise(Exc::NotImplementedError, format!("memoryview: format {format} not supported")))
}

fn offset_of(this: Gc<MemoryView>, vm: &mut Vm, indexes: &[isize]) -> Result<usize, Raised> {
    let layout = this.get(vm).layout(vm);
    let mut at = this.get(vm).offset as isize;
    for (dimension, index) in indexes.iter().enumerate() {
        let (len, stride) = (layout.shape[dimension], layout.strides[dimension]);
        let Some(i) = position(*index, len) else {
            let message = format!("index out of bounds on dimension {}", dimension + 1);
            return Err(vm.raise(Exc::IndexError, message));
        };
        at += i as isize * stride;
    }
    Ok(at as usize)
}

fn decode_at(this: Gc<MemoryView>, vm: &mut Vm, at: usize) -> Result<Value, Raised> {
    let code = readable_code(this, vm)?;
    let mut bytes = [0; 8];
    let found = this.get(vm).item_bytes(vm, at);
    let n = found.len().min(8);
    bytes[..n].copy_from_slice(&found[..n]);
    item::decode(vm, code, &bytes)
}

/// The item of a one-dimensional view at an index as given.
pub fn item_at(this: Gc<MemoryView>, vm: &mut Vm, index: isize) -> Result<Value, Raised> {
    let at = offset_of(this, vm, &[index])?;
    decode_at(this, vm, at)
}

/// What a subscript of a view means.
enum Key {
    Indexes(Vec<isize>),
    Slice(Gc<Slice>),
    /// `...` or `()` of a view without dimensions.
    Whole,
}

fn index_isize(vm: &mut Vm, index: Value) -> Result<isize, Raised> {
    let number = vm.index(index)?;
    match vm.as_i64(number) {
        Some(i) => Ok(i as isize),
        None => {
            let got = vm.type_name(index);
            Err(vm.raise(Exc::IndexError, format!("cannot fit '{got}' into an index-sized integer")))
        }
    }
}

fn read_key(this: Gc<MemoryView>, vm: &mut Vm, key: Value) -> Result<Key, Raised> {
    MemoryView::check(this, vm)?;
    let ndim = this.get(vm).ndim;
    if ndim == 0 {
        let empty_tuple = key.downcast::<Tuple>(vm).is_some_and(|tuple| tuple.get(vm).is_empty());
        if key == Value::ELLIPSIS || empty_tuple {
            return Ok(Key::Whole);
        }
        return Err(vm.raise(Exc::TypeError, "invalid indexing of 0-dim memory"));
    }
    if is_index(vm, key) {
        if ndim > 1 {
            return Err(vm.raise(Exc::NotImplementedError, SUB_VIEWS));
        }
        return Ok(Key::Indexes(vec![index_isize(vm, key)?]));
    }
    if let Some(slice) = key.exact::<Slice>() {
        return Ok(Key::Slice(slice));
    }
    let Some(tuple) = key.downcast::<Tuple>(vm) else {
        return Err(vm.raise(Exc::TypeError, "memoryview: invalid slice key"));
    };
    let n = tuple.get(vm).len();
    let (mut indexes, mut slices) = (0, 0);
    for i in 0..n {
        let item = tuple.get(vm).at(i);
        if is_index(vm, item) {
            indexes += 1;
        } else if item.exact::<Slice>().is_some() {
            slices += 1;
        }
    }
    if n > 0 && slices == n {
        return Err(vm.raise(Exc::NotImplementedError, SLICES));
    }
    if indexes != n {
        return Err(vm.raise(Exc::TypeError, "memoryview: invalid slice key"));
    }
    if n > ndim {
        let message = format!("cannot index {ndim}-dimension view with {n}-element tuple");
        return Err(vm.raise(Exc::TypeError, message));
    }
    if n < ndim {
        return Err(vm.raise(Exc::NotImplementedError, "sub-views are not implemented"));
    }
    let mut found = Vec::with_capacity(n);
    for i in 0..n {
        let item = tuple.get(vm).at(i);
        found.push(index_isize(vm, item)?);
    }
    Ok(Key::Indexes(found))
}

fn slice_view(this: Gc<MemoryView>, vm: &mut Vm, slice: Gc<Slice>) -> Result<Gc<MemoryView>, Raised> {
    let indices = Slice::indices(slice, vm, |vm| this.get(vm).first_len(vm))?;
    MemoryView::check(this, vm)?;
    let mut layout = this.get(vm).layout(vm);
    let mut offset = this.get(vm).offset;
    if indices.len > 0 {
        offset = (offset as isize + indices.start * layout.strides[0]) as usize;
    }
    layout.shape[0] = indices.len;
    layout.strides[0] = layout.strides[0].saturating_mul(indices.step);
    MemoryView::derive(this, vm, offset, &layout)
}

/// As `slice_view`, of a view that may be released while the bounds are asked for.
fn kept_slice_view(this: Gc<MemoryView>, vm: &mut Vm, slice: Gc<Slice>) -> Result<Gc<MemoryView>, Raised> {
    let Slice { start, stop, step, .. } = *slice.get(vm);
    if [start, stop, step].iter().all(|bound| bound.is_none() || bound.is_small_int()) {
        return slice_view(this, vm, slice);
    }
    let (offset, layout) = (this.get(vm).offset, this.get(vm).layout(vm));
    let keeper = MemoryView::derive(this, vm, offset, &layout)?;
    let result = slice_view(keeper, vm, slice);
    let released = MemoryView::release(keeper, vm);
    let view = result?;
    released?;
    Ok(view)
}

/// `view[key]`.
pub fn get(vm: &mut Vm, this: Value, key: Value) -> Result<Value, Raised> {
    let view = this.expect::<MemoryView>(vm);
    match read_key(view, vm, key)? {
        Key::Indexes(indexes) => {
            MemoryView::check(view, vm)?;
            let at = offset_of(view, vm, &indexes)?;
            decode_at(view, vm, at)
        }
        Key::Slice(slice) => Ok(kept_slice_view(view, vm, slice)?.value()),
        Key::Whole if key == Value::ELLIPSIS => Ok(this),
        Key::Whole => {
            let at = view.get(vm).offset;
            decode_at(view, vm, at)
        }
    }
}

fn write_at(this: Gc<MemoryView>, vm: &mut Vm, at: usize, bytes: &[u8]) {
    if let Some(target) = MemoryView::storage_mut(this, vm).get_mut(at..at + bytes.len()) {
        target.copy_from_slice(bytes);
    }
}

/// `view[key] = value`; items cannot be deleted.
pub fn set(vm: &mut Vm, this: Value, key: Value, value: Option<Value>) -> Result<(), Raised> {
    let view = this.expect::<MemoryView>(vm);
    MemoryView::check(view, vm)?;
    if view.get(vm).readonly {
        return Err(vm.raise(Exc::TypeError, "cannot modify read-only memory"));
    }
    let Some(value) = value else { return Err(vm.raise(Exc::TypeError, "cannot delete memory")) };
    match read_key(view, vm, key)? {
        Key::Indexes(indexes) => {
            let code = readable_code(view, vm)?;
            let at = offset_of(view, vm, &indexes)?;
            let bytes = item::encode(vm, code, value)?;
            MemoryView::check(view, vm)?;
            write_at(view, vm, at, &bytes);
            Ok(())
        }
        Key::Whole => {
            let code = readable_code(view, vm)?;
            let bytes = item::encode(vm, code, value)?;
            MemoryView::check(view, vm)?;
            let at = view.get(vm).offset;
            write_at(view, vm, at, &bytes);
            Ok(())
        }
        Key::Slice(slice) => set_slice(vm, view, slice, value),
    }
}

fn set_slice(vm: &mut Vm, view: Gc<MemoryView>, slice: Gc<Slice>, value: Value) -> Result<(), Raised> {
    if view.get(vm).ndim > 1 {
        return Err(
            vm.raise(Exc::NotImplementedError, "memoryview slice assignments are currently restricted to ndim = 1")
        );
    }
    let source = MemoryView::of_object(vm, value)?;
    let target = match slice_view(view, vm, slice) {
        Ok(target) => target,
        Err(raised) => {
            let error = vm.take_raised(raised);
            MemoryView::release(source, vm)?;
            return Err(vm.reraise(error));
        }
    };
    let same = source.get(vm).ndim == 1
        && source.get(vm).code == target.get(vm).code
        && source.get(vm).itemsize == target.get(vm).itemsize
        && source.get(vm).first_len(vm) == target.get(vm).first_len(vm);
    let result = if same {
        MemoryView::to_vec(source, vm)
    } else {
        Err(vm.raise(Exc::ValueError, "memoryview assignment: lvalue and rvalue have different structures"))
    };
    if let Ok(bytes) = &result {
        let (layout, offset, itemsize) =
            (target.get(vm).layout(vm), target.get(vm).offset as isize, target.get(vm).itemsize);
        for (i, chunk) in bytes.chunks_exact(itemsize.max(1)).enumerate() {
            let at = offset + i as isize * layout.strides[0];
            write_at(target, vm, at as usize, chunk);
        }
    }
    MemoryView::release(source, vm)?;
    MemoryView::release(target, vm)?;
    result.map(drop)
}
