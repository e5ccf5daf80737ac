//! The slots and methods of `array`.

use taipan_vm::args::Args;
use taipan_vm::buffer::{Buffer, BufferRequest, BufferStorage};
use taipan_vm::gc::HeapObject;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::sequence::position;
use taipan_vm::slots::Slots;
use taipan_vm::spec::{BASETYPE, GetSetDef, MethodDef, SEQUENCE, TypeSpec, WEAKREFABLE, class_method, getter, method};
use taipan_vm::types::array::RawArray;
use taipan_vm::types::list::methods::class_getitem;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::conversion::{
    frombytes, fromfile, fromlist, fromunicode, list_of, new, text_of, tobytes, tofile, tolist, tounicode,
};
use super::sequence::{
    concat, contains, extend_with, find, iconcat, irepeat, len, repeat, richcompare, set_item, subscript,
};
use super::{Array, item, iterator, reconstruct};

/// Registers the class as a mutable sequence where `collections.abc` is loaded.
pub fn register(vm: &mut Vm, class: Value) -> Result<(), Raised> {
    let abc = taipan_vm::import::import_module(vm, "collections.abc")?;
    let sequence = vm.get_attr_str(abc, "MutableSequence")?;
    vm.call_method(sequence, "register", &[class])?;
    Ok(())
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

pub(super) fn append(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
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

pub(super) fn count(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (array, [value]) = args.method::<Array, 1>(vm);
    let (mut i, mut found) = (0, 0);
    while i < array.get(vm).len() {
        let item = Array::get_at(array, vm, i)?;
        found += usize::from(vm.is_equal(item, value)?);
        i += 1;
    }
    Ok(Value::int(found))
}

pub(super) fn extend(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (array, [other]) = args.method::<Array, 1>(vm);
    extend_with(vm, array, other)?;
    Ok(Value::NONE)
}

pub(super) fn index(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
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
