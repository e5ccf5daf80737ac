//! The slots, methods and attributes of `memoryview`.

use crate::args::Args;
use crate::buffer::{Buffer, BufferRequest, BufferStorage};
use crate::gc::{Gc, HeapObject};
use crate::raise::{Exc, Raised};
use crate::signature::Signature;
use crate::slots::{Comparison, Slots};
use crate::spec::{GetSetDef, MethodDef, SEQUENCE, TypeSpec, WEAKREFABLE, class_method, getter, method};
use crate::types::bytes::Bytes;
use crate::types::bytes::hexadecimal;
use crate::types::list::List;
use crate::types::list::methods::class_getitem;
use crate::types::memoryview::{Layout, MemoryView, item, iterator, raise_released, subscript};
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

fn new(vm: &mut Vm, _: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("memoryview(object)");
    args.bind(vm, &SIGNATURE, |vm, args| Ok(MemoryView::of_object(vm, args.get(0))?.value()))
}

fn from_flags(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [_, object, flags] = args.all();
    let flags = vm.index_i32(flags)?;
    let view = MemoryView::of_object(vm, object)?;
    if flags & 1 != 0 && view.get(vm).readonly {
        MemoryView::release(view, vm)?;
        return Err(vm.raise(Exc::BufferError, "Object is not writable."));
    }
    Ok(view.value())
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let view = this.expect::<MemoryView>(vm);
    let released = if view.get(vm).owner.is_none() { "released " } else { "" };
    let id = crate::types::object::id_number(vm, this);
    vm.new_str(&format!("<{released}memory at {id:#x}>"))
}

fn hash(vm: &mut Vm, this: Value) -> Result<i64, Raised> {
    let view = this.expect::<MemoryView>(vm);
    let known = view.get(vm).hash;
    if known != 0 {
        return Ok(known);
    }
    MemoryView::check(view, vm)?;
    if !view.get(vm).readonly {
        return Err(vm.raise(Exc::ValueError, "cannot hash writable memoryview object"));
    }
    if !matches!(view.get(vm).code as u8, b'B' | b'b' | b'c') {
        let message = "memoryview: hashing is restricted to formats 'B', 'b' or 'c'";
        return Err(vm.raise(Exc::ValueError, message));
    }
    if let Some(owner) = view.get(vm).owner {
        view.get_mut(vm).exports += 1;
        let hashed = vm.hash(owner);
        release_buffer(vm, this);
        hashed?;
    }
    let bytes = MemoryView::to_vec(view, vm)?;
    let hash = vm.interp().hash_key.bytes(&bytes);
    view.get_mut(vm).hash = hash;
    Ok(hash)
}

fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    if !matches!(op, Comparison::Eq | Comparison::Ne) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let x = a.expect::<MemoryView>(vm);
    let answer = |equal: bool| Ok(Value::bool(equal == (op == Comparison::Eq)));
    let released = |vm: &Vm, value: Value| value.downcast::<MemoryView>(vm).is_some_and(|v| v.get(vm).owner.is_none());
    if released(vm, a) || released(vm, b) {
        return answer(a == b);
    }
    if vm.slots(b).get_buffer.is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let y = MemoryView::of_object(vm, b)?;
    let result = same_items(vm, x, y);
    MemoryView::release(y, vm)?;
    answer(result?)
}

fn same_items(vm: &mut Vm, x: Gc<MemoryView>, y: Gc<MemoryView>) -> Result<bool, Raised> {
    if x.get(vm).layout(vm).shape != y.get(vm).layout(vm).shape {
        return Ok(false);
    }
    let (code_x, code_y) = (x.get(vm).code as u8, y.get(vm).code as u8);
    if code_x == 0 || code_y == 0 {
        let format = |vm: &Vm, view: Gc<MemoryView>| view.get(vm).format.and_then(|format| vm.text_of(format));
        return Ok(format(vm, x) == format(vm, y) && MemoryView::to_vec(x, vm)? == MemoryView::to_vec(y, vm)?);
    }
    let (p, q) = (MemoryView::to_vec(x, vm)?, MemoryView::to_vec(y, vm)?);
    if code_x == code_y && !matches!(code_x, b'e' | b'f' | b'd' | b'?') {
        return Ok(p == q);
    }
    let (size_x, size_y) = (x.get(vm).itemsize, y.get(vm).itemsize);
    for (p, q) in p.chunks_exact(size_x).zip(q.chunks_exact(size_y)) {
        let p = item::decode(vm, code_x, p)?;
        let q = item::decode(vm, code_y, q)?;
        let equal = vm.compare(p, q, Comparison::Eq)?;
        if !vm.is_true(equal)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn len(vm: &mut Vm, this: Value) -> Result<usize, Raised> {
    let view = this.expect::<MemoryView>(vm);
    MemoryView::check(view, vm)?;
    if view.get(vm).ndim == 0 {
        return Err(vm.raise(Exc::TypeError, "0-dim memory has no length"));
    }
    Ok(view.get(vm).first_len(vm))
}

fn get_buffer(vm: &mut Vm, this: Value, request: BufferRequest) -> Result<Buffer, Raised> {
    let view = this.expect::<MemoryView>(vm);
    MemoryView::check(view, vm)?;
    let MemoryView { readonly, itemsize, format, offset, .. } = *view.get(vm);
    if request.writable && readonly {
        return Err(vm.raise(Exc::BufferError, "memoryview: underlying buffer is not writable"));
    }
    let layout = view.get(vm).layout(vm);
    let len = layout.items() * itemsize;
    let Some(storage) = view.get(vm).buffer_storage() else { return Err(raise_released(vm)) };
    if layout.is_c_contiguous(itemsize) {
        view.get_mut(vm).exports += 1;
        return Ok(Buffer { owner: this, storage, start: offset, len, readonly, itemsize, format, shape: None });
    }
    if request.writable || !request.strided {
        return Err(vm.raise(Exc::BufferError, "memoryview: underlying buffer is not C-contiguous"));
    }
    // Readers of strided views see a copy of the items.
    let bytes = MemoryView::to_vec(view, vm)?;
    let copy = Bytes::new(vm, &bytes)?;
    view.get_mut(vm).exports += 1;
    let storage = BufferStorage::Bytes(copy);
    Ok(Buffer { owner: this, storage, start: 0, len, readonly: true, itemsize, format, shape: None })
}

fn release_buffer(vm: &mut Vm, this: Value) {
    if let Some(view) = this.downcast::<MemoryView>(vm) {
        let view = view.get_mut(vm);
        view.exports = view.exports.saturating_sub(1);
    }
}

fn release(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    MemoryView::release(args.receiver(vm), vm)?;
    Ok(Value::NONE)
}

fn enter(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    MemoryView::check(args.receiver(vm), vm)?;
    Ok(args.get(0))
}

fn exit(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    release(vm, args)
}

fn tobytes(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (view, [order]) = args.method::<MemoryView, 1>(vm);
    MemoryView::check(view, vm)?;
    let order = match order.not_none() {
        Some(order) => match vm.text_of(order) {
            Some(text) => text,
            None => {
                let got = vm.type_name(order);
                let message = format!("tobytes() argument 'order' must be str or None, not {got}");
                return Err(vm.raise(Exc::TypeError, message));
            }
        },
        None => "C".to_owned(),
    };
    if !matches!(order.as_str(), "C" | "F" | "A") {
        return Err(vm.raise(Exc::ValueError, "order must be 'C', 'F' or 'A'"));
    }
    let (layout, itemsize) = (view.get(vm).layout(vm), view.get(vm).itemsize);
    let in_fortran_order =
        order == "F" || (order == "A" && layout.is_f_contiguous(itemsize) && !layout.is_c_contiguous(itemsize));
    if !in_fortran_order || layout.shape.len() < 2 {
        let bytes = MemoryView::to_vec(view, vm)?;
        return vm.new_bytes(&bytes);
    }
    let mirrored = Layout {
        shape: layout.shape.iter().rev().copied().collect(),
        strides: layout.strides.iter().rev().copied().collect(),
    };
    let mut bytes = Vec::new();
    for relative in mirrored.offsets() {
        let at = (view.get(vm).offset as isize + relative) as usize;
        bytes.extend_from_slice(view.get(vm).item_bytes(vm, at));
    }
    vm.new_bytes(&bytes)
}

fn hex(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (view, [sep, per_sep]) = args.method::<MemoryView, 2>(vm);
    MemoryView::check(view, vm)?;
    let bytes = MemoryView::to_vec(view, vm)?;
    // The separator may be of a class with a length of its own: the view cannot be released meanwhile.
    view.get_mut(vm).exports += 1;
    let text = hexadecimal::hex_text(vm, &bytes, sep, per_sep);
    release_buffer(vm, view.value());
    text
}

fn tolist(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let view = args.receiver::<MemoryView>(vm);
    MemoryView::check(view, vm)?;
    let code = subscript::readable_code(view, vm)?;
    let (layout, itemsize) = (view.get(vm).layout(vm), view.get(vm).itemsize);
    let bytes = MemoryView::to_vec(view, vm)?;
    nested(vm, code, itemsize, &layout.shape, &bytes)
}

fn nested(vm: &mut Vm, code: u8, itemsize: usize, shape: &[usize], bytes: &[u8]) -> Result<Value, Raised> {
    let Some((len, rest)) = shape.split_first() else { return item::decode(vm, code, bytes) };
    let list = List::with_capacity(vm, *len)?;
    let step = rest.iter().product::<usize>() * itemsize;
    for i in 0..*len {
        let value = nested(vm, code, itemsize, rest, &bytes[i * step..(i + 1) * step])?;
        List::push(list, vm, value)?;
    }
    Ok(list.value())
}

fn toreadonly(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let view = args.receiver::<MemoryView>(vm);
    MemoryView::check(view, vm)?;
    let (layout, offset) = (view.get(vm).layout(vm), view.get(vm).offset);
    let new = MemoryView::derive(view, vm, offset, &layout)?;
    new.get_mut(vm).readonly = true;
    Ok(new.value())
}

fn cast(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (view, [format, shape]) = args.method::<MemoryView, 2>(vm);
    MemoryView::check(view, vm)?;
    let Some(format) = format.downcast::<Str>(vm) else {
        let got = vm.type_name(format);
        return Err(vm.raise(Exc::TypeError, format!("cast() argument 'format' must be str, not {got}")));
    };
    let (layout, itemsize, offset) = (view.get(vm).layout(vm), view.get(vm).itemsize, view.get(vm).offset);
    if !layout.is_c_contiguous(itemsize) {
        return Err(vm.raise(Exc::TypeError, "memoryview: casts are restricted to C-contiguous views"));
    }
    if (shape.given().is_some() || layout.shape.len() != 1) && layout.shape.contains(&0) {
        return Err(vm.raise(Exc::TypeError, "memoryview: cannot cast view with zeros in shape or strides"));
    }
    let lengths = match shape.given() {
        Some(shape) => Some(shape_argument(vm, shape)?),
        None => None,
    };
    if let Some(lengths) = &lengths
        && lengths.len() > 1
        && layout.shape.len() != 1
    {
        return Err(vm.raise(Exc::TypeError, "memoryview: cast must be 1D -> ND or ND -> 1D"));
    }
    let text = format.get(vm).to_string_lossy();
    let Some(code) = item::native_code(&text) else {
        let message =
            "memoryview: destination format must be a native single character format prefixed with an optional '@'";
        return Err(vm.raise(Exc::ValueError, message));
    };
    let is_byte = |code: u8| matches!(code, b'b' | b'B' | b'c');
    let old = view.get(vm).code as u8;
    if !is_byte(code) && !is_byte(old) {
        return Err(vm.raise(Exc::TypeError, "memoryview: cannot cast between two non-byte formats"));
    }
    let size = item::size(code).unwrap_or(1);
    let total = layout.items() * itemsize;
    if !total.is_multiple_of(size) {
        return Err(vm.raise(Exc::TypeError, "memoryview: length is not a multiple of itemsize"));
    }
    let lengths = match lengths {
        Some(lengths) => {
            let wanted = lengths.iter().try_fold(size, |all, len| all.checked_mul(*len));
            if wanted != Some(total) {
                return Err(vm.raise(Exc::TypeError, "memoryview: product(shape) * itemsize != buffer size"));
            }
            lengths
        }
        None => vec![total / size],
    };
    let new = MemoryView::derive(view, vm, offset, &Layout::contiguous(lengths, size))?;
    MemoryView::set_format(new, vm, format, code, size);
    Ok(new.value())
}

fn shape_argument(vm: &mut Vm, shape: Value) -> Result<Vec<usize>, Raised> {
    if shape.downcast::<List>(vm).is_none() && shape.downcast::<Tuple>(vm).is_none() {
        return Err(vm.raise(Exc::TypeError, "shape must be a list or a tuple"));
    }
    let items = vm.list_of(shape)?;
    let n = items.get(vm).len();
    if n > 64 {
        return Err(vm.raise(Exc::ValueError, "memoryview: number of dimensions must not exceed 64"));
    }
    let mut lengths = Vec::with_capacity(n);
    for i in 0..n {
        let item = items.get(vm).get_at(vm, i).unwrap_or(Value::NONE);
        if !vm.is_int(item) {
            return Err(vm.raise(Exc::TypeError, "memoryview.cast(): elements of shape must be integers"));
        }
        match vm.index_isize(item)? {
            len if len > 0 => lengths.push(len as usize),
            _ => {
                let message = "memoryview.cast(): elements of shape must be integers > 0";
                return Err(vm.raise(Exc::ValueError, message));
            }
        }
    }
    Ok(lengths)
}

fn count(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (view, [value]) = args.method::<MemoryView, 1>(vm);
    let iterator = iterator::iter(vm, view.value())?;
    let mut found = 0;
    while let Some(item) = vm.next(iterator)? {
        found += usize::from(vm.is_equal(item, value)?);
    }
    Ok(Value::int(found))
}

fn index(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (view, [value, start, stop]) = args.method::<MemoryView, 3>(vm);
    MemoryView::check(view, vm)?;
    if view.get(vm).ndim != 1 {
        let message = if view.get(vm).ndim == 0 {
            return Err(vm.raise(Exc::TypeError, "invalid lookup on 0-dim memory"));
        } else {
            "multi-dimensional lookup is not implemented"
        };
        return Err(vm.raise(Exc::NotImplementedError, message));
    }
    let n = view.get(vm).first_len(vm);
    let start = vm.search_bound(start, 0, n)?;
    let stop = vm.search_bound(stop, n, n)?.min(n);
    for i in start..stop {
        MemoryView::check(view, vm)?;
        let item = subscript::item_at(view, vm, i as isize)?;
        if vm.is_equal(item, value)? {
            return Ok(Value::int(i));
        }
    }
    Err(vm.raise(Exc::ValueError, "memoryview.index(x): x not found"))
}

fn live(vm: &mut Vm, this: Value) -> Result<Gc<MemoryView>, Raised> {
    let view = this.expect::<MemoryView>(vm);
    MemoryView::check(view, vm)?;
    Ok(view)
}

fn get_obj(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let view = live(vm, this)?;
    Ok(view.get(vm).owner.unwrap_or(Value::NONE))
}

fn get_nbytes(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let view = live(vm, this)?;
    Ok(Value::int(view.get(vm).layout(vm).items() * view.get(vm).itemsize))
}

fn get_readonly(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let view = live(vm, this)?;
    Ok(Value::bool(view.get(vm).readonly))
}

fn get_itemsize(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let view = live(vm, this)?;
    Ok(Value::int(view.get(vm).itemsize))
}

fn get_format(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let view = live(vm, this)?;
    Ok(view.get(vm).format.unwrap_or(Value::NONE))
}

fn get_ndim(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let view = live(vm, this)?;
    Ok(Value::int(view.get(vm).ndim))
}

fn int_tuple(vm: &mut Vm, numbers: &[i64]) -> Result<Value, Raised> {
    let list = List::with_capacity(vm, numbers.len())?;
    for number in numbers {
        let number = vm.new_int(*number)?;
        List::push(list, vm, number)?;
    }
    Ok(List::to_tuple(list, vm)?.value())
}

fn get_shape(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let view = live(vm, this)?;
    let shape: Vec<i64> = view.get(vm).layout(vm).shape.iter().map(|len| *len as i64).collect();
    int_tuple(vm, &shape)
}

fn get_strides(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let view = live(vm, this)?;
    let strides: Vec<i64> = view.get(vm).layout(vm).strides.iter().map(|stride| *stride as i64).collect();
    int_tuple(vm, &strides)
}

fn get_suboffsets(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    live(vm, this)?;
    int_tuple(vm, &[])
}

fn get_c_contiguous(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let view = live(vm, this)?;
    Ok(Value::bool(view.get(vm).layout(vm).is_c_contiguous(view.get(vm).itemsize)))
}

fn get_f_contiguous(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let view = live(vm, this)?;
    Ok(Value::bool(view.get(vm).layout(vm).is_f_contiguous(view.get(vm).itemsize)))
}

fn get_contiguous(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let view = live(vm, this)?;
    let (layout, itemsize) = (view.get(vm).layout(vm), view.get(vm).itemsize);
    Ok(Value::bool(layout.is_c_contiguous(itemsize) || layout.is_f_contiguous(itemsize)))
}

#[rustfmt::skip]
const METHODS: &[MethodDef] = &[
    method("release($self, /)", release, "Release the underlying buffer exposed by the memoryview object."),
    method("tobytes($self, /, order='C')", tobytes, "Return the data in the buffer as a byte string.\n\nOrder can be {'C', 'F', 'A'}.  When order is 'C' or 'F', the data of\nthe original array is converted to C or Fortran order.  For\ncontiguous views, 'A' returns an exact copy of the physical memory.\nIn particular, in-memory Fortran order is preserved.  For\nnon-contiguous views, the data is converted to C first.  order=None\nis the same as order='C'."),
    method("hex($self, /, sep=<unrepresentable>, bytes_per_sep=1)", hex, "Return the data in the buffer as a str of hexadecimal numbers.\n\n  sep\n    An optional single character or byte to separate hex bytes.\n  bytes_per_sep\n    How many bytes between separators.  Positive values count from\n    the right, negative values count from the left.\n\nExample:\n>>> value = memoryview(b'\\xb9\\x01\\xef')\n>>> value.hex()\n'b901ef'\n>>> value.hex(':')\n'b9:01:ef'\n>>> value.hex(':', 2)\n'b9:01ef'\n>>> value.hex(':', -2)\n'b901:ef'"),
    method("tolist($self, /)", tolist, "Return the data in the buffer as a list of elements."),
    method("cast($self, /, format, shape=<unrepresentable>)", cast, "Cast a memoryview to a new format or shape."),
    method("toreadonly($self, /)", toreadonly, "Return a readonly version of the memoryview."),
    class_method("_from_flags($type, /, object, flags)", from_flags, "Create a new memoryview object which references the given object."),
    method("count($self, value, /)", count, "Count the number of occurrences of a value."),
    method("index($self, value, start=0, stop=sys.maxsize, /)", index, "Return the index of the first occurrence of a value.\n\nRaises ValueError if the value is not present."),
    method("__enter__($self, /)", enter, ""),
    method("__exit__($self, /, *exc_info)", exit, "Release the underlying buffer exposed by the memoryview object."),
    class_method("__class_getitem__($type, object, /)", class_getitem, "memoryviews are generic over the type of their underlying data"),
];

#[rustfmt::skip]
const GETSET: &[GetSetDef] = &[
    getter("obj", get_obj, "The underlying object of the memoryview."),
    getter("nbytes", get_nbytes, "The amount of space in bytes that the array would use in\n a contiguous representation."),
    getter("readonly", get_readonly, "A bool indicating whether the memory is read only."),
    getter("itemsize", get_itemsize, "The size in bytes of each element of the memoryview."),
    getter("format", get_format, "A string containing the format (in struct module style)\n for each element in the view."),
    getter("ndim", get_ndim, "An integer indicating how many dimensions of a multi-dimensional\n array the memory represents."),
    getter("shape", get_shape, "A tuple of ndim integers giving the shape of the memory\n as an N-dimensional array."),
    getter("strides", get_strides, "A tuple of ndim integers giving the size in bytes to access\n each element for each dimension of the array."),
    getter("suboffsets", get_suboffsets, "A tuple of integers used internally for PIL-style arrays."),
    getter("c_contiguous", get_c_contiguous, "A bool indicating whether the memory is C contiguous."),
    getter("f_contiguous", get_f_contiguous, "A bool indicating whether the memory is Fortran contiguous."),
    getter("contiguous", get_contiguous, "A bool indicating whether the memory is contiguous."),
];

pub static TYPE: TypeSpec = TypeSpec {
    name: "memoryview",
    layout: Some(<MemoryView as HeapObject>::native),
    slots: Slots {
        repr: Some(repr),
        hash: Some(hash),
        richcompare: Some(richcompare),
        iter: Some(iterator::iter),
        new: Some(new),
        len: Some(len),
        subscript: Some(subscript::get),
        set_item: Some(subscript::set),
        get_buffer: Some(get_buffer),
        release_buffer: Some(release_buffer),
        ..Slots::DEFAULT
    },
    methods: METHODS,
    getset: GETSET,
    doc: "memoryview(object)\n--\n\nCreate a new memoryview object which references the given object.",
    flags: SEQUENCE | WEAKREFABLE,
    ..TypeSpec::DEFAULT
};
