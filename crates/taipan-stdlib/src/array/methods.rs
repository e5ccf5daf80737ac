//! The slots and methods of `array`.

use std::cmp::Ordering;

use taipan_vm::args::Args;
use taipan_vm::buffer::{Buffer, BufferRequest, BufferStorage};
use taipan_vm::gc::{Gc, HeapObject};
use taipan_vm::names::name;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::sequence::{Subscript, position};
use taipan_vm::slots::{Comparison, Slots};
use taipan_vm::spec::{BASETYPE, GetSetDef, MethodDef, SEQUENCE, TypeSpec, WEAKREFABLE, class_method, getter, method};
use taipan_vm::types::array::RawArray;
use taipan_vm::types::bytes::Bytes;
use taipan_vm::types::list::List;
use taipan_vm::types::list::methods::class_getitem;
use taipan_vm::types::slice::{Slice, adjust};
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::{Type, class_of_spec};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::{Array, TYPECODES, item, iterator, reconstruct};

/// Registers the class as a mutable sequence where `collections.abc` is loaded.
pub fn register(vm: &mut Vm, class: Value) -> Result<(), Raised> {
    let abc = taipan_vm::import::import_module(vm, "collections.abc")?;
    let sequence = vm.get_attr_str(abc, "MutableSequence")?;
    vm.call_method(sequence, "register", &[class])?;
    Ok(())
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    let base = class_of_spec(vm, &TYPE)?;
    if args.has_keywords() && class == base {
        return Err(vm.raise(Exc::TypeError, "array.array() takes no keyword arguments"));
    }
    let n = args.len();
    if n == 0 || n > 2 {
        let (word, bound, s) = if n == 0 { ("least", 1, "") } else { ("most", 2, "s") };
        return Err(vm.raise(Exc::TypeError, format!("array() takes at {word} {bound} argument{s} ({n} given)")));
    }
    let code = args.get(0);
    let Some(text) = code.downcast::<Str>(vm) else {
        let got = vm.type_name(code);
        let message = format!("array() argument 1 must be a unicode character, not {got}");
        return Err(vm.raise(Exc::TypeError, message));
    };
    let len = text.get(vm).len();
    if len != 1 {
        let message = format!("array() argument 1 must be a unicode character, not a string of length {len}");
        return Err(vm.raise(Exc::TypeError, message));
    }
    let typecode = text.get(vm).as_ascii().and_then(|text| text.bytes().next());
    let Some(typecode) = typecode.filter(|code| TYPECODES.as_bytes().contains(code)) else {
        let message = "bad typecode (must be b, B, u, w, h, H, i, I, l, L, q, Q, f or d)";
        return Err(vm.raise(Exc::ValueError, message));
    };
    let shape = class.get(vm).root_shape;
    let array = Array::new_shaped(vm, shape, typecode)?;
    if n == 2 {
        fill(vm, array, typecode, args.get(1))?;
    }
    Ok(array.value())
}

fn fill(vm: &mut Vm, array: Gc<Array>, typecode: u8, initial: Value) -> Result<(), Raised> {
    let code = char::from(typecode);
    if let Some(text) = initial.downcast::<Str>(vm) {
        if !item::is_text(typecode) {
            let message = format!("cannot use a str to initialize an array with typecode '{code}'");
            return Err(vm.raise(Exc::TypeError, message));
        }
        return extend_text(vm, array, text);
    }
    if let Some(other) = initial.downcast::<Array>(vm) {
        if item::is_text(other.get(vm).typecode()) && !item::is_text(typecode) {
            let message = format!("cannot use a unicode array to initialize an array with typecode '{code}'");
            return Err(vm.raise(Exc::TypeError, message));
        }
        if other.get(vm).typecode() == typecode {
            let bytes = other.get(vm).bytes(vm).to_vec();
            return Array::extend_bytes(array, vm, &bytes);
        }
        return Array::extend_iterable(array, vm, initial);
    }
    let is_bytes = initial.downcast::<Bytes>(vm).is_some() || vm.type_name(initial) == "bytearray";
    if is_bytes {
        return extend_buffer(vm, array, initial);
    }
    Array::extend_iterable(array, vm, initial)
}

fn extend_text(vm: &mut Vm, array: Gc<Array>, text: Gc<Str>) -> Result<(), Raised> {
    let bytes: Vec<u8> = text.get(vm).text().iter().flat_map(u32::to_ne_bytes).collect();
    Array::extend_bytes(array, vm, &bytes)
}

fn extend_buffer(vm: &mut Vm, array: Gc<Array>, source: Value) -> Result<(), Raised> {
    let bytes = vm.bytes_of(source)?;
    if bytes.len() % array.get(vm).item_size() != 0 {
        return Err(vm.raise(Exc::ValueError, "bytes length not a multiple of item size"));
    }
    Array::extend_bytes(array, vm, &bytes)
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let array = this.expect::<Array>(vm);
    let (name, code) = (vm.class_name(this), char::from(array.get(vm).typecode()));
    if array.get(vm).is_empty() {
        return vm.new_str(&format!("{name}('{code}')"));
    }
    let items = if item::is_text(array.get(vm).typecode()) { text_of(vm, array)? } else { list_of(vm, array)?.value() };
    let mut out = taipan_text::TextBuf::from(format!("{name}('{code}', "));
    vm.push_repr(&mut out, items)?;
    out.push_str(")");
    Ok(Str::from_text(vm, out.as_text())?.value())
}

fn list_of(vm: &mut Vm, array: Gc<Array>) -> Result<Gc<List>, Raised> {
    let list = List::with_capacity(vm, array.get(vm).len())?;
    let mut i = 0;
    while i < array.get(vm).len() {
        let value = Array::get_at(array, vm, i)?;
        List::push(list, vm, value)?;
        i += 1;
    }
    Ok(list)
}

fn text_of(vm: &mut Vm, array: Gc<Array>) -> Result<Value, Raised> {
    let mut points = Vec::with_capacity(array.get(vm).len());
    for chunk in array.get(vm).bytes(vm).chunks_exact(4) {
        points.push(u32::from_ne_bytes([chunk[0], chunk[1], chunk[2], chunk[3]]));
    }
    if let Some(point) = points.iter().find(|point| **point > 0x10_FFFF) {
        let message = format!("character U+{point:x} is not in range [U+0000; U+10ffff]");
        return Err(vm.raise(Exc::ValueError, message));
    }
    Ok(Str::from_points(vm, &points)?.value())
}

fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    let (Some(x), Some(y)) = (a.downcast::<Array>(vm), b.downcast::<Array>(vm)) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let (m, n) = (x.get(vm).len(), y.get(vm).len());
    if m != n && matches!(op, Comparison::Eq | Comparison::Ne) {
        return Ok(Value::bool(op == Comparison::Ne));
    }
    let same_integers = x.get(vm).typecode() == y.get(vm).typecode() && !matches!(x.get(vm).typecode(), b'f' | b'd');
    if same_integers && x.get(vm).bytes(vm) == y.get(vm).bytes(vm) {
        return Ok(Value::bool(op.holds(Ordering::Equal)));
    }
    for i in 0..m.min(n) {
        let (p, q) = (Array::get_at(x, vm, i)?, Array::get_at(y, vm, i)?);
        let equal = vm.compare(p, q, Comparison::Eq)?;
        if !vm.is_true(equal)? {
            return match op {
                Comparison::Eq => Ok(Value::FALSE),
                Comparison::Ne => Ok(Value::TRUE),
                _ => vm.compare(p, q, op),
            };
        }
    }
    Ok(Value::bool(op.holds(m.cmp(&n))))
}

fn len(vm: &mut Vm, this: Value) -> Result<usize, Raised> {
    Ok(this.expect::<Array>(vm).get(vm).len())
}

fn subscript_of(vm: &mut Vm, key: Value) -> Result<Subscript, Raised> {
    if key.exact::<Slice>().is_none() && !vm.is_int(key) && vm.slots(key).index.is_none() {
        return Err(vm.raise(Exc::TypeError, "array indices must be integers"));
    }
    vm.sequence_subscript(key, "array")
}

fn subscript(vm: &mut Vm, this: Value, key: Value) -> Result<Value, Raised> {
    let array = this.expect::<Array>(vm);
    match subscript_of(vm, key)? {
        Subscript::Index(i) => match position(i, array.get(vm).len()) {
            Some(i) => Array::get_at(array, vm, i),
            None => Err(vm.raise(Exc::IndexError, "array index out of range")),
        },
        Subscript::Slice(slice) => {
            let indices = Slice::indices(slice, vm, |vm| array.get(vm).len())?;
            let (size, typecode) = (array.get(vm).item_size(), array.get(vm).typecode());
            let new = Array::new(vm, typecode)?;
            let all = array.get(vm).bytes(vm);
            let mut bytes = Vec::with_capacity(indices.len * size);
            for i in 0..indices.len {
                let at = indices.at(i) * size;
                bytes.extend_from_slice(&all[at..at + size]);
            }
            Array::extend_bytes(new, vm, &bytes)?;
            Ok(new.value())
        }
    }
}

fn set_item(vm: &mut Vm, this: Value, key: Value, value: Option<Value>) -> Result<(), Raised> {
    let array = this.expect::<Array>(vm);
    let slice = match subscript_of(vm, key)? {
        Subscript::Index(i) => {
            let Some(i) = position(i, array.get(vm).len()) else {
                return Err(vm.raise(Exc::IndexError, "array assignment index out of range"));
            };
            return match value {
                Some(value) => Array::set_at(array, vm, i, value),
                None => Array::splice(array, vm, i, i + 1, &[]),
            };
        }
        Subscript::Slice(slice) => slice,
    };
    let (start, stop, step) = Slice::unpack(slice, vm)?;
    let size = array.get(vm).item_size();
    let bytes = match value {
        None => Vec::new(),
        Some(value) => match value.downcast::<Array>(vm) {
            Some(other) if other.get(vm).typecode() == array.get(vm).typecode() => other.get(vm).bytes(vm).to_vec(),
            Some(_) => return Err(vm.raise(Exc::TypeError, "bad argument type for built-in operation")),
            None => {
                let got = vm.type_name(value);
                let message = format!("can only assign array (not \"{got}\") to array slice");
                return Err(vm.raise(Exc::TypeError, message));
            }
        },
    };
    let at = adjust(array.get(vm).len(), start, stop, step);
    if step == 1 {
        let (low, high) = (at.start as usize, at.stop.max(at.start) as usize);
        return Array::splice(array, vm, low, high, &bytes);
    }
    if value.is_some() {
        let given = bytes.len() / size;
        if given != at.len {
            let message = format!("attempt to assign array of size {given} to extended slice of size {}", at.len);
            return Err(vm.raise(Exc::ValueError, message));
        }
        let all = Array::bytes_mut(array, vm);
        for i in 0..at.len {
            let to = at.at(i) * size;
            all[to..to + size].copy_from_slice(&bytes[i * size..(i + 1) * size]);
        }
        return Ok(());
    }
    if at.len == 0 {
        return Ok(());
    }
    Array::check_resizable(array, vm)?;
    let removed: std::collections::HashSet<usize> = (0..at.len).map(|i| at.at(i)).collect();
    let kept: Vec<u8> = array
        .get(vm)
        .bytes(vm)
        .chunks_exact(size)
        .enumerate()
        .filter(|(i, _)| !removed.contains(i))
        .flat_map(|(_, item)| item.iter().copied())
        .collect();
    let n = array.get(vm).len();
    Array::splice(array, vm, 0, n, &kept)
}

fn find(vm: &mut Vm, array: Gc<Array>, value: Value, start: usize, stop: usize) -> Result<Option<usize>, Raised> {
    let mut i = start;
    while i < stop && i < array.get(vm).len() {
        let item = Array::get_at(array, vm, i)?;
        if vm.is_equal(item, value)? {
            return Ok(Some(i));
        }
        i += 1;
    }
    Ok(None)
}

fn contains(vm: &mut Vm, this: Value, value: Value) -> Result<bool, Raised> {
    let array = this.expect::<Array>(vm);
    Ok(find(vm, array, value, 0, usize::MAX)?.is_some())
}

fn concat(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let x = a.expect::<Array>(vm);
    let Some(y) = b.downcast::<Array>(vm) else {
        let got = vm.type_name(b);
        return Err(vm.raise(Exc::TypeError, format!("can only append array (not \"{got}\") to array")));
    };
    if x.get(vm).typecode() != y.get(vm).typecode() {
        return Err(vm.raise(Exc::TypeError, "bad argument type for built-in operation"));
    }
    let bytes = [x.get(vm).bytes(vm), y.get(vm).bytes(vm)].concat();
    let typecode = x.get(vm).typecode();
    let new = Array::new(vm, typecode)?;
    Array::extend_bytes(new, vm, &bytes)?;
    Ok(new.value())
}

fn repeat_into(vm: &mut Vm, from: Gc<Array>, to: Gc<Array>, count: isize) -> Result<(), Raised> {
    let count = count.max(0) as usize;
    let Some(total) = from.get(vm).len().checked_mul(count) else { return Err(vm.raise_no_memory()) };
    let bytes = from.get(vm).bytes(vm).to_vec();
    Array::resize(to, vm, total)?;
    if !bytes.is_empty() {
        for chunk in Array::bytes_mut(to, vm).chunks_exact_mut(bytes.len()) {
            chunk.copy_from_slice(&bytes);
        }
    }
    Ok(())
}

fn repeat(vm: &mut Vm, this: Value, count: isize) -> Result<Value, Raised> {
    let array = this.expect::<Array>(vm);
    let typecode = array.get(vm).typecode();
    let new = Array::new(vm, typecode)?;
    repeat_into(vm, array, new, count)?;
    Ok(new.value())
}

fn irepeat(vm: &mut Vm, this: Value, count: isize) -> Result<Value, Raised> {
    let array = this.expect::<Array>(vm);
    repeat_into(vm, array, array, count)?;
    Ok(this)
}

fn extend_with(vm: &mut Vm, array: Gc<Array>, other: Value) -> Result<(), Raised> {
    match other.downcast::<Array>(vm) {
        Some(other) if other.get(vm).typecode() == array.get(vm).typecode() => {
            let bytes = other.get(vm).bytes(vm).to_vec();
            Array::extend_bytes(array, vm, &bytes)
        }
        Some(_) => Err(vm.raise(Exc::TypeError, "can only extend with array of same kind")),
        None => Array::extend_iterable(array, vm, other),
    }
}

fn iconcat(vm: &mut Vm, this: Value, other: Value) -> Result<Value, Raised> {
    let array = this.expect::<Array>(vm);
    if other.downcast::<Array>(vm).is_none() {
        let got = vm.type_name(other);
        return Err(vm.raise(Exc::TypeError, format!("can only extend array with array (not \"{got}\")")));
    }
    extend_with(vm, array, other)?;
    Ok(this)
}

fn get_buffer(vm: &mut Vm, this: Value, _: BufferRequest) -> Result<Buffer, Raised> {
    let array = this.expect::<Array>(vm);
    let storage = match array.get(vm).storage {
        Some(storage) => storage,
        None => {
            let storage = RawArray::new(vm, 0)?;
            array.get_mut(vm).storage = Some(storage);
            storage
        }
    };
    let (len, itemsize, typecode) =
        (array.get(vm).bytes(vm).len(), array.get(vm).item_size(), array.get(vm).typecode());
    let format = vm.new_str(char::from(typecode).encode_utf8(&mut [0; 4]))?;
    array.get_mut(vm).exports += 1;
    Ok(Buffer {
        owner: this,
        storage: BufferStorage::Raw(storage),
        start: 0,
        len,
        readonly: false,
        itemsize,
        format: Some(format),
        shape: None,
    })
}

fn release_buffer(vm: &mut Vm, this: Value) {
    let array = this.expect::<Array>(vm).get_mut(vm);
    array.exports = array.exports.saturating_sub(1);
}

fn append(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (array, [value]) = args.method::<Array, 1>(vm);
    Array::push(array, vm, value)?;
    Ok(Value::NONE)
}

fn buffer_info(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let array = args.receiver::<Array>(vm);
    let n = array.get(vm).len();
    let address = Array::fixed_address(array, vm)?;
    let address = vm.new_uint(address as u64)?;
    Ok(Tuple::from_values(vm, &[address, Value::int(n)])?.value())
}

fn byteswap(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let array = args.receiver::<Array>(vm);
    let size = array.get(vm).item_size();
    Array::bytes_mut(array, vm).chunks_exact_mut(size).for_each(<[u8]>::reverse);
    Ok(Value::NONE)
}

fn clear(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let array = args.receiver::<Array>(vm);
    Array::resize(array, vm, 0)?;
    Ok(Value::NONE)
}

fn copy(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let array = args.receiver::<Array>(vm);
    let typecode = array.get(vm).typecode();
    let bytes = array.get(vm).bytes(vm).to_vec();
    let new = Array::new(vm, typecode)?;
    Array::extend_bytes(new, vm, &bytes)?;
    Ok(new.value())
}

fn count(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (array, [value]) = args.method::<Array, 1>(vm);
    let (mut i, mut found) = (0, 0);
    while i < array.get(vm).len() {
        let item = Array::get_at(array, vm, i)?;
        found += usize::from(vm.is_equal(item, value)?);
        i += 1;
    }
    Ok(Value::int(found))
}

fn extend(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (array, [other]) = args.method::<Array, 1>(vm);
    extend_with(vm, array, other)?;
    Ok(Value::NONE)
}

fn fromfile(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (array, [file, n]) = args.method::<Array, 2>(vm);
    let n = vm.index_isize(n)?;
    if n < 0 {
        return Err(vm.raise(Exc::ValueError, "negative count"));
    }
    let Some(wanted) = (n as usize).checked_mul(array.get(vm).item_size()).filter(|n| *n < 1 << 46) else {
        return Err(vm.raise_no_memory());
    };
    let data = vm.call_method_name(file, name::READ, &[Value::int(wanted)])?;
    if data.downcast::<Bytes>(vm).is_none() {
        return Err(vm.raise(Exc::TypeError, "read() didn't return bytes"));
    }
    let short = vm.length(data)? != wanted;
    extend_buffer(vm, array, data)?;
    if short { Err(vm.raise(Exc::EOFError, "read() didn't return enough bytes")) } else { Ok(Value::NONE) }
}

fn fromlist(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (array, [list]) = args.method::<Array, 1>(vm);
    let Some(list) = list.downcast::<List>(vm) else {
        return Err(vm.raise(Exc::TypeError, "arg must be list"));
    };
    let (old, n) = (array.get(vm).len(), list.get(vm).len());
    for i in 0..n {
        let Some(item) = list.get(vm).get_at(vm, i).filter(|_| list.get(vm).len() == n) else {
            return Err(vm.raise(Exc::RuntimeError, "list changed size during iteration"));
        };
        if let Err(raised) = Array::push(array, vm, item) {
            let exception = vm.take_raised(raised);
            Array::resize(array, vm, old)?;
            return Err(vm.reraise(exception));
        }
    }
    Ok(Value::NONE)
}

fn frombytes(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (array, [bytes]) = args.method::<Array, 1>(vm);
    extend_buffer(vm, array, bytes)?;
    Ok(Value::NONE)
}

fn fromunicode(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (array, [text]) = args.method::<Array, 1>(vm);
    let Some(text) = text.downcast::<Str>(vm) else {
        let got = vm.type_name(text);
        return Err(vm.raise(Exc::TypeError, format!("fromunicode() argument must be str, not {got}")));
    };
    if !item::is_text(array.get(vm).typecode()) {
        let message = "fromunicode() may only be called on unicode type arrays ('u' or 'w')";
        return Err(vm.raise(Exc::ValueError, message));
    }
    extend_text(vm, array, text)?;
    Ok(Value::NONE)
}

fn index(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (array, [value, start, stop]) = args.method::<Array, 3>(vm);
    let n = array.get(vm).len();
    let start = vm.search_bound(start, 0, n)?;
    let stop = vm.search_bound(stop, usize::MAX, n)?;
    match find(vm, array, value, start, stop)? {
        Some(i) => Ok(Value::int(i)),
        None => Err(vm.raise(Exc::ValueError, "array.index(x): x not in array")),
    }
}

fn insert(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (array, [index, value]) = args.method::<Array, 2>(vm);
    let index = vm.index_isize(index)?;
    let n = array.get(vm).len();
    let at = if index < 0 { index.saturating_add(n as isize).max(0) as usize } else { index as usize };
    Array::insert(array, vm, at, value)?;
    Ok(Value::NONE)
}

fn pop(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (array, [index]) = args.method::<Array, 1>(vm);
    let index = match index.given() {
        Some(index) => vm.index_isize(index)?,
        None => -1,
    };
    let n = array.get(vm).len();
    if n == 0 {
        return Err(vm.raise(Exc::IndexError, "pop from empty array"));
    }
    let Some(i) = position(index, n) else { return Err(vm.raise(Exc::IndexError, "pop index out of range")) };
    let item = Array::get_at(array, vm, i)?;
    Array::splice(array, vm, i, i + 1, &[])?;
    Ok(item)
}

fn reduce_ex(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, protocol] = args.all();
    if !vm.is_int(protocol) {
        return Err(vm.raise(Exc::TypeError, "__reduce_ex__ argument should be an integer"));
    }
    let protocol = vm.index_i64(protocol)?;
    let array = this.expect::<Array>(vm);
    let class = vm.type_of(this).value();
    let typecode = array.get(vm).typecode();
    let code = vm.new_str(char::from(typecode).encode_utf8(&mut [0; 4]))?;
    let state = match vm.instance_dict(this)? {
        Some(dict) => dict.value(),
        None => Value::NONE,
    };
    if protocol < 3 {
        let items = list_of(vm, array)?.value();
        let arguments = Tuple::from_values(vm, &[code, items])?.value();
        return Ok(Tuple::from_values(vm, &[class, arguments, state])?.value());
    }
    let module = taipan_vm::import::import_module(vm, "array")?;
    let function = vm.get_attr_str(module, "_array_reconstructor")?;
    let bytes = array.get(vm).bytes(vm).to_vec();
    let bytes = vm.new_bytes(&bytes)?;
    let format = Value::int(reconstruct::machine_format(typecode) as usize);
    let arguments = Tuple::from_values(vm, &[class, code, format, bytes])?.value();
    Ok(Tuple::from_values(vm, &[function, arguments, state])?.value())
}

fn remove(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (array, [value]) = args.method::<Array, 1>(vm);
    match find(vm, array, value, 0, usize::MAX)? {
        Some(i) if i < array.get(vm).len() => {
            Array::splice(array, vm, i, i + 1, &[])?;
            Ok(Value::NONE)
        }
        _ => Err(vm.raise(Exc::ValueError, "array.remove(x): x not in array")),
    }
}

fn reverse(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let array = args.receiver::<Array>(vm);
    let size = array.get(vm).item_size();
    let bytes = Array::bytes_mut(array, vm);
    bytes.reverse();
    bytes.chunks_exact_mut(size).for_each(<[u8]>::reverse);
    Ok(Value::NONE)
}

fn tofile(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    const BLOCK: usize = 64 * 1024;
    let (array, [file]) = args.method::<Array, 1>(vm);
    let mut at = 0;
    while at < array.get(vm).bytes(vm).len() {
        let all = array.get(vm).bytes(vm);
        let block = all[at..all.len().min(at + BLOCK)].to_vec();
        let block = vm.new_bytes(&block)?;
        vm.call_method_name(file, name::WRITE, &[block])?;
        at += BLOCK;
    }
    Ok(Value::NONE)
}

fn tolist(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let array = args.receiver::<Array>(vm);
    Ok(list_of(vm, array)?.value())
}

fn tobytes(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let array = args.receiver::<Array>(vm);
    let bytes = array.get(vm).bytes(vm).to_vec();
    vm.new_bytes(&bytes)
}

fn tounicode(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let array = args.receiver::<Array>(vm);
    if !item::is_text(array.get(vm).typecode()) {
        let message = "tounicode() may only be called on unicode type arrays ('u' or 'w')";
        return Err(vm.raise(Exc::ValueError, message));
    }
    text_of(vm, array)
}

fn sizeof(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let array = args.receiver::<Array>(vm);
    let storage = array.get(vm).storage;
    let heap = vm.heap_mut();
    let own = heap.object_bytes(array.header());
    Ok(Value::int(own + storage.map_or(0, |storage| heap.object_bytes(storage.header()))))
}

fn get_typecode(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let typecode = this.expect::<Array>(vm).get(vm).typecode();
    vm.new_str(char::from(typecode).encode_utf8(&mut [0; 4]))
}

fn get_itemsize(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::int(this.expect::<Array>(vm).get(vm).item_size()))
}

const METHODS: &[MethodDef] = &[
    method("append($self, v, /)", append, "Append new value v to the end of the array."),
    method(
        "buffer_info($self, /)",
        buffer_info,
        "Return a tuple (address, length) giving the current memory address and the length in items of the buffer used to hold array's contents.\n\nThe length should be multiplied by the itemsize attribute to\ncalculate the buffer length in bytes.",
    ),
    method(
        "byteswap($self, /)",
        byteswap,
        "Byteswap all items of the array.\n\nIf the items in the array are not 1, 2, 4, or 8 bytes in size,\nRuntimeError is raised.",
    ),
    method("clear($self, /)", clear, "Remove all items from the array."),
    method("__copy__($self, /)", copy, "Return a copy of the array."),
    method("count($self, v, /)", count, "Return number of occurrences of v in the array."),
    method("__deepcopy__($self, unused, /)", copy, "Return a copy of the array."),
    method("extend($self, bb, /)", extend, "Append items to the end of the array."),
    method(
        "fromfile($self, f, n, /)",
        fromfile,
        "Read n objects from the file object f and append them to the end of the array.",
    ),
    method("fromlist($self, list, /)", fromlist, "Append items to array from list."),
    method(
        "frombytes($self, buffer, /)",
        frombytes,
        "Appends items from the string, interpreting it as an array of machine values, as if it had been read from a file using the fromfile() method.",
    ),
    method(
        "fromunicode($self, ustr, /)",
        fromunicode,
        "Extends this array with data from the unicode string ustr.\n\nThe array must be a unicode type array; otherwise a ValueError is\nraised.  Use array.frombytes(ustr.encode(...)) to append Unicode\ndata to an array of some other type.",
    ),
    method(
        "index($self, v, start=0, stop=sys.maxsize, /)",
        index,
        "Return index of first occurrence of v in the array.\n\nRaise ValueError if the value is not present.",
    ),
    method("insert($self, i, v, /)", insert, "Insert a new item v into the array before position i."),
    method("pop($self, i=-1, /)", pop, "Return the i-th element and delete it from the array.\n\ni defaults to -1."),
    method("__reduce_ex__($self, value, /)", reduce_ex, "Return state information for pickling."),
    method("remove($self, v, /)", remove, "Remove the first occurrence of v in the array."),
    method("reverse($self, /)", reverse, "Reverse the order of the items in the array."),
    method("tofile($self, f, /)", tofile, "Write all items (as machine values) to the file object f."),
    method("tolist($self, /)", tolist, "Convert array to an ordinary list with the same items."),
    method(
        "tobytes($self, /)",
        tobytes,
        "Convert the array to an array of machine values and return the bytes representation.",
    ),
    method(
        "tounicode($self, /)",
        tounicode,
        "Extends this array with data from the unicode string ustr.\n\nConvert the array to a unicode string.  The array must be a unicode\ntype array; otherwise a ValueError is raised.  Use\narray.tobytes().decode() to obtain a unicode string from an array of\nsome other type.",
    ),
    method("__sizeof__($self, /)", sizeof, "Size of the array in memory, in bytes."),
    class_method(
        "__class_getitem__($type, object, /)",
        class_getitem,
        "Arrays are generic over the type of their elements",
    ),
];

const GETSET: &[GetSetDef] = &[
    getter("typecode", get_typecode, "the typecode character used to create the array"),
    getter("itemsize", get_itemsize, "the size, in bytes, of one array item"),
];

pub static TYPE: TypeSpec = TypeSpec {
    name: "array",
    module: "array",
    layout: Some(<Array as HeapObject>::native),
    slots: Slots {
        new: Some(new),
        repr: Some(repr),
        richcompare: Some(richcompare),
        iter: Some(iterator::iter),
        len: Some(len),
        subscript: Some(subscript),
        set_item: Some(set_item),
        contains: Some(contains),
        concat: Some(concat),
        repeat: Some(repeat),
        iconcat: Some(iconcat),
        irepeat: Some(irepeat),
        get_buffer: Some(get_buffer),
        release_buffer: Some(release_buffer),
        ..Slots::DEFAULT
    },
    methods: METHODS,
    getset: GETSET,
    doc: "array(typecode [, initializer]) -> array\n\nReturn a new array whose items are restricted by typecode, and\ninitialized from the optional initializer value, which must be a list,\nstring or iterable over elements of the appropriate type.\n\nArrays represent basic values and behave very much like lists, except\nthe type of objects stored in them is constrained. The type is specified\nat object creation time by using a type code, which is a single character.\nThe following type codes are defined:\n\n    Type code   C Type             Minimum size in bytes\n    'b'         signed integer     1\n    'B'         unsigned integer   1\n    'u'         Unicode character  2 (see note)\n    'w'         Py_UCS4            4\n    'h'         signed integer     2\n    'H'         unsigned integer   2\n    'i'         signed integer     2\n    'I'         unsigned integer   2\n    'l'         signed integer     4\n    'L'         unsigned integer   4\n    'q'         signed integer     8 (see note)\n    'Q'         unsigned integer   8 (see note)\n    'f'         floating-point     4\n    'd'         floating-point     8\n\nNOTE: The 'u' typecode corresponds to Python's unicode character. On\nnarrow builds this is 2-bytes on wide builds this is 4-bytes.\n\nNOTE: The 'q' and 'Q' type codes are only available if the platform\nC compiler used to build Python supports 'long long', or, on Windows,\n'__int64'.\n\nMethods:\n\nappend() -- append a new item to the end of the array\nbuffer_info() -- return information giving the current memory info\nbyteswap() -- byteswap all the items of the array\ncount() -- return number of occurrences of an object\nextend() -- extend array by appending multiple elements from an iterable\nfromfile() -- read items from a file object\nfromlist() -- append items from the list\nfrombytes() -- append items from the string\nindex() -- return index of first occurrence of an object\ninsert() -- insert a new item into the array at a provided position\npop() -- remove and return item (default last)\nremove() -- remove first occurrence of an object\nreverse() -- reverse the order of the items in the array\ntofile() -- write all items to a file object\ntolist() -- return the array converted to an ordinary list\ntobytes() -- return the array converted to a string\n\nAttributes:\n\ntypecode -- the typecode character used to create the array\nitemsize -- the length in bytes of one array item\n",
    flags: BASETYPE | SEQUENCE | WEAKREFABLE,
    ..TypeSpec::DEFAULT
};
