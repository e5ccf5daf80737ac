//! `memoryview`: a typed, possibly strided view of the bytes an object exports.
//!
//! Invariants: until it is released, a view counts as one export of its owner, and every item it describes lies within the
//! storage; `dims` holds `ndim` lengths and then `ndim` strides in bytes.

use crate::buffer::{Buffer, BufferStorage};
use crate::gc::{Gc, HeaderWord};
use crate::heap_object;
use crate::raise::{Exc, Raised};
use crate::types::Builtin;
use crate::types::array::RawArray;
use crate::types::bytes::Bytes;
use crate::types::bytes::contents::check_length;
use crate::types::mapped_bytes::MappedBytes;
use crate::types::str::Str;
use crate::value::Value;
use crate::vm::Vm;

pub mod item;
pub mod iterator;
pub mod methods;
pub mod subscript;

pub use methods::TYPE;

heap_object! {
    /// A view. `owner` is `None` once it is released.
    pub struct MemoryView = Builtin::MemoryView {
        pub owner: Option<Value>,
        bytes: Option<Gc<Bytes>>,
        raw: Option<Gc<RawArray>>,
        mapped: Option<Gc<MappedBytes>>,
        dims: Option<Gc<RawArray>>,
        pub format: Option<Value>,
        pub offset: usize,
        pub itemsize: usize,
        /// The native format character, 0 for a format that cannot be read.
        pub code: usize,
        pub ndim: usize,
        pub readonly: bool,
        pad: [u8; 7],
        pub exports: usize,
        /// The cached hash, 0 when it is not known.
        pub hash: i64,
    }
}

/// Lengths and strides of the dimensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    pub shape: Vec<usize>,
    pub strides: Vec<isize>,
}

impl Layout {
    /// The C-contiguous layout of a shape.
    pub fn contiguous(shape: Vec<usize>, itemsize: usize) -> Layout {
        let mut strides = vec![0; shape.len()];
        let mut step = itemsize as isize;
        for (stride, len) in strides.iter_mut().zip(&shape).rev() {
            *stride = step;
            step = step.saturating_mul((*len).max(1) as isize);
        }
        Layout { shape, strides }
    }

    /// How many items.
    pub fn items(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether items lie one after the other in C order.
    pub fn is_c_contiguous(&self, itemsize: usize) -> bool {
        let dims: Vec<_> = self.shape.iter().zip(&self.strides).collect();
        Layout::is_packed(dims.into_iter().rev(), itemsize, self.items())
    }

    /// Whether items lie one after the other in Fortran order.
    pub fn is_f_contiguous(&self, itemsize: usize) -> bool {
        Layout::is_packed(self.shape.iter().zip(&self.strides), itemsize, self.items())
    }

    fn is_packed<'a>(dims: impl Iterator<Item = (&'a usize, &'a isize)>, itemsize: usize, items: usize) -> bool {
        let mut step = itemsize as isize;
        for (len, stride) in dims {
            if items != 0 && *len > 1 && *stride != step {
                return false;
            }
            step = step.saturating_mul(*len as isize);
        }
        true
    }

    /// Byte offsets of all items in C order, relative to the first.
    pub fn offsets(&self) -> Vec<isize> {
        let mut offsets = vec![0];
        for (len, stride) in self.shape.iter().zip(&self.strides) {
            offsets = offsets.iter().flat_map(|base| (0..*len).map(move |i| base + i as isize * stride)).collect();
        }
        offsets
    }
}

impl MemoryView {
    /// A view of all that an object exports.
    ///
    /// # Errors
    /// TypeError "memoryview: a bytes-like object is required, not 'X'", and those of the exporter.
    pub fn of_object(vm: &mut Vm, object: Value) -> Result<Gc<MemoryView>, Raised> {
        if let Some(view) = object.downcast::<MemoryView>(vm) {
            MemoryView::check(view, vm)?;
            let layout = view.get(vm).layout(vm);
            let offset = view.get(vm).offset;
            return MemoryView::derive(view, vm, offset, &layout);
        }
        if vm.slots(object).get_buffer.is_none() {
            let got = vm.type_name(object);
            let message = format!("memoryview: a bytes-like object is required, not '{got}'");
            return Err(vm.raise(Exc::TypeError, message));
        }
        let request = crate::buffer::BufferRequest { writable: false, strided: true };
        let buffer = vm.request_buffer(object, request)?;
        MemoryView::of_buffer(vm, buffer)
    }

    /// A view that takes over an export, or ends it when there is no memory for the view.
    pub fn of_buffer(vm: &mut Vm, buffer: Buffer) -> Result<Gc<MemoryView>, Raised> {
        match MemoryView::build(vm, buffer) {
            Ok(view) => Ok(view),
            Err(raised) => {
                let error = vm.take_raised(raised);
                buffer.release(vm);
                Err(vm.reraise(error))
            }
        }
    }

    fn build(vm: &mut Vm, buffer: Buffer) -> Result<Gc<MemoryView>, Raised> {
        // Items of a type without fields have no bytes.
        let itemsize = if buffer.shape.is_some() { buffer.itemsize } else { buffer.itemsize.max(1) };
        let lengths = match buffer.shape {
            Some(shape) => {
                shape.get(vm).items().iter().map(|len| vm.as_i64(*len).map_or(0, |len| len.max(0) as usize)).collect()
            }
            None => vec![buffer.len / itemsize.max(1)],
        };
        let dimensions = lengths.len();
        let layout = Layout::contiguous(lengths, itemsize);
        let text = buffer.format.and_then(|format| vm.text_of(format)).unwrap_or_else(|| "B".to_owned());
        let (bytes, raw, mapped) = match buffer.storage {
            BufferStorage::Bytes(bytes) => (Some(bytes), None, None),
            BufferStorage::Raw(raw) => (None, Some(raw), None),
            BufferStorage::Mapped(mapped) => (None, None, Some(mapped)),
        };
        let dims = pack(vm, &layout)?;
        let format = vm.new_str(&text)?;
        let view = vm.new_exact(MemoryView {
            header: HeaderWord::NEW,
            owner: Some(buffer.owner),
            bytes,
            raw,
            mapped,
            dims: Some(dims),
            format: Some(format),
            offset: buffer.start,
            itemsize,
            code: item::native_code(&text).map_or(0, usize::from),
            ndim: dimensions,
            readonly: buffer.readonly,
            pad: [0; 7],
            exports: 0,
            hash: 0,
        })?;
        vm.note_view(view);
        Ok(view)
    }

    /// Another view of the same owner and format.
    pub fn derive(this: Gc<MemoryView>, vm: &mut Vm, offset: usize, layout: &Layout) -> Result<Gc<MemoryView>, Raised> {
        let Some(owner) = this.get(vm).owner else { return Err(raise_released(vm)) };
        let dims = pack(vm, layout)?;
        let MemoryView { bytes, raw, mapped, format, itemsize, code, readonly, .. } = *this.get(vm);
        let view = vm.new_exact(MemoryView {
            header: HeaderWord::NEW,
            owner: None,
            bytes,
            raw,
            mapped,
            dims: Some(dims),
            format,
            offset,
            itemsize,
            code,
            ndim: layout.shape.len(),
            readonly,
            pad: [0; 7],
            exports: 0,
            hash: 0,
        })?;
        // One more export of the owner, whose storage cannot have changed since the first; counted when nothing can fail any
        // more.
        if let Some(get) = vm.slots(owner).get_buffer {
            get(vm, owner, crate::buffer::BufferRequest { writable: false, strided: true })?;
        }
        view.get_mut(vm).owner = Some(owner);
        vm.note_view(view);
        Ok(view)
    }

    /// Raises ValueError when the view is released.
    pub fn check(this: Gc<MemoryView>, vm: &mut Vm) -> Result<(), Raised> {
        if this.get(vm).owner.is_some() { Ok(()) } else { Err(raise_released(vm)) }
    }

    /// Lengths and strides.
    pub fn layout(&self, vm: &Vm) -> Layout {
        let words = self.dims.map_or(&[][..], |dims| dims.get(vm).words64());
        let (shape, strides) = words.split_at(self.ndim.min(words.len()));
        Layout {
            shape: shape.iter().map(|len| *len as usize).collect(),
            strides: strides.iter().map(|stride| *stride as isize).collect(),
        }
    }

    /// The length of the first dimension.
    pub fn first_len(&self, vm: &Vm) -> usize {
        self.dims.and_then(|dims| dims.get(vm).words64().first().copied()).unwrap_or(1) as usize
    }

    /// The storage as a whole.
    pub fn storage<'a>(&self, vm: &'a Vm) -> &'a [u8] {
        match self.buffer_storage() {
            Some(BufferStorage::Bytes(bytes)) => bytes.get(vm).bytes(),
            Some(BufferStorage::Raw(raw)) => raw.get(vm).bytes(),
            Some(BufferStorage::Mapped(mapped)) => mapped.get(vm).bytes(),
            None => &[],
        }
    }

    /// The bytes of the item at an offset from the start of the storage.
    pub fn item_bytes<'a>(&self, vm: &'a Vm, at: usize) -> &'a [u8] {
        self.storage(vm).get(at..at + self.itemsize).unwrap_or(&[])
    }

    /// The storage of a view that can be written to.
    pub fn storage_mut(this: Gc<MemoryView>, vm: &mut Vm) -> &mut [u8] {
        match this.get(vm).buffer_storage() {
            Some(BufferStorage::Raw(raw)) => raw.get_mut(vm).bytes_mut(),
            Some(BufferStorage::Mapped(mapped)) => mapped.get_mut(vm).bytes_mut(),
            _ => &mut [],
        }
    }

    /// All items' bytes in C order.
    pub fn to_vec(this: Gc<MemoryView>, vm: &mut Vm) -> Result<Vec<u8>, Raised> {
        let view = this.get(vm);
        let (layout, offset, itemsize) = (view.layout(vm), view.offset, view.itemsize);
        let total = layout.items().saturating_mul(itemsize);
        check_length(vm, total)?;
        let all = this.get(vm).storage(vm);
        if layout.is_c_contiguous(itemsize) {
            return Ok(all.get(offset..offset + total).unwrap_or(&[]).to_vec());
        }
        let mut out = Vec::with_capacity(total);
        for relative in layout.offsets() {
            let at = (offset as isize + relative) as usize;
            out.extend_from_slice(all.get(at..at + itemsize).unwrap_or(&[]));
        }
        Ok(out)
    }

    /// Gives the export back.
    ///
    /// # Errors
    /// BufferError when the view itself is exporting.
    pub fn release(this: Gc<MemoryView>, vm: &mut Vm) -> Result<(), Raised> {
        let MemoryView { owner, exports, .. } = *this.get(vm);
        if exports > 0 {
            let s = if exports == 1 { "" } else { "s" };
            return Err(vm.raise(Exc::BufferError, format!("memoryview has {exports} exported buffer{s}")));
        }
        let Some(owner) = owner else { return Ok(()) };
        vm.heap_mut().unregister_finalizer(this.header());
        let view = this.get_mut(vm);
        (view.owner, view.bytes, view.raw, view.mapped) = (None, None, None, None);
        if let Some(release) = vm.slots(owner).release_buffer {
            release(vm, owner);
        }
        Ok(())
    }

    /// Sets the format of a fresh view.
    pub fn set_format(this: Gc<MemoryView>, vm: &mut Vm, format: Gc<Str>, code: u8, itemsize: usize) {
        let view = this.get_mut(vm);
        (view.format, view.code, view.itemsize) = (Some(format.value()), usize::from(code), itemsize);
    }

    /// Where the bytes lie, for an export of the view.
    pub fn buffer_storage(&self) -> Option<BufferStorage> {
        match (self.bytes, self.raw) {
            (Some(bytes), _) => Some(BufferStorage::Bytes(bytes)),
            (None, Some(raw)) => Some(BufferStorage::Raw(raw)),
            (None, None) => self.mapped.map(BufferStorage::Mapped),
        }
    }
}

fn pack(vm: &mut Vm, layout: &Layout) -> Result<Gc<RawArray>, Raised> {
    let dims = RawArray::new(vm, layout.shape.len() * 16)?;
    let n = layout.shape.len();
    let words = dims.get_mut(vm).words64_mut();
    for (i, (len, stride)) in layout.shape.iter().zip(&layout.strides).enumerate() {
        words[i] = *len as u64;
        words[n + i] = *stride as u64;
    }
    Ok(dims)
}

/// ValueError of any use of a released view.
#[cold]
pub fn raise_released(vm: &mut Vm) -> Raised {
    vm.raise(Exc::ValueError, "operation forbidden on released memoryview object")
}
