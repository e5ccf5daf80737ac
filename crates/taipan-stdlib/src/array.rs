//! `array`: arrays of machine values.
//!
//! Invariant: the first `len * itemsize` bytes of `storage` are the items; while `exports` is not 0 the storage is
//! neither replaced nor resized.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::shape::ShapeId;
use taipan_vm::spec::{ModuleSpec, function};
use taipan_vm::types::array::RawArray;
use taipan_vm::types::list::List;
use taipan_vm::types::module::Module;
use taipan_vm::types::type_::class_of_spec;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

mod conversion;
pub mod item;
pub mod iterator;
pub mod methods;
pub mod reconstruct;
mod sequence;

pub use methods::TYPE;

heap_object! {
    /// An array.
    pub struct Array {
        storage: Option<Gc<RawArray>>,
        /// The storage whose address a program knows, and what keeps it in place.
        known: Option<Gc<RawArray>>,
        pin: Option<Value>,
        len: usize,
        exports: usize,
        typecode: u8,
        pad: [u8; 7],
    }
}

/// The type codes in the order of the documentation.
pub const TYPECODES: &str = "bBuwhHiIlLqQfd";

impl Array {
    /// The address of the items, which do not move from now on until the array grows or is gone.
    pub fn fixed_address(this: Gc<Array>, vm: &mut Vm) -> Result<usize, Raised> {
        let Array { storage, known, .. } = *this.get(vm);
        let Some(storage) = storage else { return Ok(0) };
        if known != Some(storage) {
            let pin = List::new(vm)?.value();
            vm.pin_for(pin, storage.value());
            let array = this.get_mut(vm);
            (array.known, array.pin) = (Some(storage), Some(pin));
        }
        Ok(storage.get(vm).bytes().as_ptr().addr())
    }

    /// A new empty array of a shape.
    pub fn new_shaped(vm: &mut Vm, shape: ShapeId, typecode: u8) -> Result<Gc<Array>, Raised> {
        vm.new_object(
            shape,
            Array {
                header: HeaderWord::NEW,
                storage: None,
                known: None,
                pin: None,
                len: 0,
                exports: 0,
                typecode,
                pad: [0; 7],
            },
        )
    }

    /// A new empty exact array.
    pub fn new(vm: &mut Vm, typecode: u8) -> Result<Gc<Array>, Raised> {
        let shape = class_of_spec(vm, &TYPE)?.get(vm).root_shape;
        Array::new_shaped(vm, shape, typecode)
    }

    /// How many items.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no items.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The type code.
    pub fn typecode(&self) -> u8 {
        self.typecode
    }

    /// Bytes of an item.
    pub fn item_size(&self) -> usize {
        item::size(self.typecode)
    }

    /// The bytes of the items.
    pub fn bytes<'a>(&self, vm: &'a Vm) -> &'a [u8] {
        match self.storage {
            Some(storage) => &storage.get(vm).bytes()[..self.len * self.item_size()],
            None => &[],
        }
    }

    /// The bytes of the items, to be changed.
    pub fn bytes_mut(this: Gc<Array>, vm: &mut Vm) -> &mut [u8] {
        let Array { storage, len, .. } = *this.get(vm);
        let n = len * this.get(vm).item_size();
        match storage {
            Some(storage) => &mut storage.get_mut(vm).bytes_mut()[..n],
            None => &mut [],
        }
    }

    /// Raises BufferError when the length may not change.
    pub fn check_resizable(this: Gc<Array>, vm: &mut Vm) -> Result<(), Raised> {
        if this.get(vm).exports == 0 || !vm.still_exporting(|vm| this.get(vm).exports > 0) {
            Ok(())
        } else {
            Err(vm.raise(Exc::BufferError, "cannot resize an array that is exporting buffers"))
        }
    }

    /// Makes room for `len` items and sets the length; new items are zero.
    pub fn resize(this: Gc<Array>, vm: &mut Vm, len: usize) -> Result<(), Raised> {
        if len == this.get(vm).len {
            return Ok(());
        }
        Array::check_resizable(this, vm)?;
        let size = this.get(vm).item_size();
        let Some(bytes) = len.checked_mul(size).filter(|bytes| *bytes < 1 << 46) else {
            return Err(vm.raise_no_memory());
        };
        let used = this.get(vm).len * size;
        let old = this.get(vm).storage;
        let capacity = old.map_or(0, |storage| storage.get(vm).len());
        if bytes > capacity {
            let wanted = if old.is_none() { bytes } else { bytes + (bytes >> 4) + 8 * size };
            let new = RawArray::new(vm, wanted)?;
            if let Some(old) = old {
                let source = old.get(vm).bytes()[..used].to_vec();
                new.get_mut(vm).bytes_mut()[..used].copy_from_slice(&source);
            }
            this.get_mut(vm).storage = Some(new);
        } else if bytes < used
            && let Some(storage) = old
        {
            storage.get_mut(vm).bytes_mut()[bytes..used].fill(0);
        }
        this.get_mut(vm).len = len;
        Ok(())
    }

    /// Item `i` as a value; the caller has checked the index.
    pub fn get_at(this: Gc<Array>, vm: &mut Vm, i: usize) -> Result<Value, Raised> {
        let (size, typecode) = (this.get(vm).item_size(), this.get(vm).typecode);
        let mut bytes = [0; 8];
        match this.get(vm).bytes(vm).get(i * size..(i + 1) * size) {
            Some(item) => bytes[..size].copy_from_slice(item),
            None => return Err(vm.raise(Exc::IndexError, "array index out of range")),
        }
        item::decode(vm, typecode, bytes)
    }

    /// Sets item `i`. The conversion may run Python code; the index is checked after it.
    pub fn set_at(this: Gc<Array>, vm: &mut Vm, i: usize, value: Value) -> Result<(), Raised> {
        let (size, typecode) = (this.get(vm).item_size(), this.get(vm).typecode);
        let bytes = item::encode(vm, typecode, value)?;
        match Array::bytes_mut(this, vm).get_mut(i * size..(i + 1) * size) {
            Some(item) => item.copy_from_slice(&bytes[..size]),
            None => return Err(vm.raise(Exc::IndexError, "array assignment index out of range")),
        }
        Ok(())
    }

    /// Inserts an item before item `i`.
    pub fn insert(this: Gc<Array>, vm: &mut Vm, i: usize, value: Value) -> Result<(), Raised> {
        let (size, typecode) = (this.get(vm).item_size(), this.get(vm).typecode);
        let bytes = item::encode(vm, typecode, value)?;
        let len = this.get(vm).len;
        let i = i.min(len);
        Array::resize(this, vm, len + 1)?;
        let all = Array::bytes_mut(this, vm);
        all.copy_within(i * size..len * size, (i + 1) * size);
        all[i * size..(i + 1) * size].copy_from_slice(&bytes[..size]);
        Ok(())
    }

    /// Appends an item.
    pub fn push(this: Gc<Array>, vm: &mut Vm, value: Value) -> Result<(), Raised> {
        let len = this.get(vm).len;
        Array::insert(this, vm, len, value)
    }

    /// Appends raw items; the number of bytes is a multiple of the item size.
    pub fn extend_bytes(this: Gc<Array>, vm: &mut Vm, bytes: &[u8]) -> Result<(), Raised> {
        let (len, size) = (this.get(vm).len, this.get(vm).item_size());
        Array::resize(this, vm, len + bytes.len() / size)?;
        let n = bytes.len() / size * size;
        Array::bytes_mut(this, vm)[len * size..].copy_from_slice(&bytes[..n]);
        Ok(())
    }

    /// Appends the items of an iterable.
    pub fn extend_iterable(this: Gc<Array>, vm: &mut Vm, iterable: Value) -> Result<(), Raised> {
        let iterator = vm.iter(iterable)?;
        while let Some(item) = vm.next(iterator)? {
            Array::push(this, vm, item)?;
        }
        Ok(())
    }

    /// Replaces the items `start..end` by raw items.
    pub fn splice(this: Gc<Array>, vm: &mut Vm, start: usize, end: usize, bytes: &[u8]) -> Result<(), Raised> {
        let (len, size) = (this.get(vm).len, this.get(vm).item_size());
        let new = len - (end - start) + bytes.len() / size;
        if new < len {
            Array::check_resizable(this, vm)?;
            let tail = start * size + bytes.len();
            Array::bytes_mut(this, vm).copy_within(end * size.., tail);
            Array::resize(this, vm, new)?;
        } else {
            Array::resize(this, vm, new)?;
            let all = Array::bytes_mut(this, vm);
            all.copy_within(end * size..len * size, start * size + bytes.len());
        }
        Array::bytes_mut(this, vm)[start * size..start * size + bytes.len()].copy_from_slice(bytes);
        Ok(())
    }
}

fn array_reconstructor(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    reconstruct::reconstruct(vm, args)
}

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    let class = class_of_spec(vm, &TYPE)?;
    Module::set(module, vm, "ArrayType", class.value())?;
    Module::set_text(module, vm, "typecodes", TYPECODES)?;
    methods::register(vm, class.value())
}

pub static MODULE: ModuleSpec = ModuleSpec {
    name: "array",
    doc: "This module defines an object type which can efficiently represent\nan array of basic values: characters, integers, floating-point\nnumbers.  Arrays are sequence types and behave very much like lists,\nexcept that the type of objects stored in them is constrained.\n",
    functions: &[function(
        "_array_reconstructor(arraytype, typecode, mformat_code, items, /)",
        array_reconstructor,
        "Internal. Used for pickling support.",
    )],
    types: &[&TYPE],
    exec: Some(exec),
};
