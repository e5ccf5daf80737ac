//! The slots and methods of `bytearray`.

use taipan_text::quoting::bytes_repr;

use crate::args::Args;
use crate::buffer::{Buffer, BufferRequest, BufferStorage};
use crate::gc::{Gc, HeapObject};
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::sequence::{Subscript, position};
use crate::signature::Signature;
use crate::slots::{Comparison, Slots};
use crate::spec::{BASETYPE, MATCH_SELF, MethodDef, TypeSpec, class_method, method, static_method};
use crate::types::bytearray::ByteArray;
use crate::types::bytearray::changing::{
    append, clear, extend, iconcat, insert, irepeat, pop, remove, resize, reverse, set_item,
};
use crate::types::bytes::construct::{Source, source};
use crate::types::bytes::contents::{check_length, contents, while_exported};
use crate::types::bytes::methods::cannot_concat;
use crate::types::bytes::{casing, decoding, filling, hexadecimal, iterator, percent_format, searching, splitting};
use crate::types::object::reduce::default_state;
use crate::types::slice::Slice;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

fn new(vm: &mut Vm, class: Gc<Type>, _: Args<'_>) -> Result<Value, Raised> {
    let shape = class.get(vm).root_shape;
    Ok(ByteArray::empty(vm, shape)?.value())
}

fn init(vm: &mut Vm, this: Value, args: Args<'_>) -> Result<(), Raised> {
    const SIGNATURE: Signature = Signature::parse("bytearray(source=b'', encoding='', errors='')");
    let array = this.expect::<ByteArray>(vm);
    args.bind(vm, &SIGNATURE, |vm, args| {
        ByteArray::resize(array, vm, 0)?;
        match source(vm, args, "bytearray")? {
            Source::Bytes(bytes) => ByteArray::extend(array, vm, &bytes),
            Source::Zeros(n) => ByteArray::resize(array, vm, n),
            Source::Object(bytes) => {
                let bytes = bytes.get(vm).bytes().to_vec();
                ByteArray::extend(array, vm, &bytes)
            }
        }
    })
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let array = this.expect::<ByteArray>(vm);
    let n = array.get(vm).len();
    check_length(vm, n.saturating_mul(4))?;
    let mut shown = bytes_repr(array.get(vm).bytes(vm));
    if shown.starts_with("b\"") {
        // Unlike those of bytes, single quotes are escaped between double quotes, too.
        shown = shown.replace('\'', "\\'");
    }
    let class = vm.type_name(this);
    vm.new_str(&format!("{class}({shown})"))
}

fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    if vm.slots(a).get_buffer.is_none() || vm.slots(b).get_buffer.is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let result = vm.bytes_of(b);
    let Some(other) = vm.catch(result, Exc::Exception)? else { return Ok(Value::NOT_IMPLEMENTED) };
    if a.downcast::<ByteArray>(vm).is_some() {
        return Ok(Value::bool(op.holds(contents(vm, a).cmp(&other))));
    }
    let this = vm.bytes_of(a)?;
    Ok(Value::bool(op.holds(this.cmp(&other))))
}

fn len(vm: &mut Vm, this: Value) -> Result<usize, Raised> {
    Ok(this.expect::<ByteArray>(vm).get(vm).len())
}

fn subscript(vm: &mut Vm, this: Value, key: Value) -> Result<Value, Raised> {
    let array = this.expect::<ByteArray>(vm);
    match vm.sequence_subscript(key, "bytearray")? {
        Subscript::Index(i) => match position(i, array.get(vm).len()) {
            Some(i) => Ok(Value::int(array.get(vm).bytes(vm)[i].into())),
            None => Err(vm.raise(Exc::IndexError, "bytearray index out of range")),
        },
        Subscript::Slice(slice) => {
            let indices = Slice::indices(slice, vm, |vm| array.get(vm).len())?;
            let all = array.get(vm).bytes(vm);
            let picked: Vec<u8> = (0..indices.len).map(|i| all[indices.at(i)]).collect();
            Ok(ByteArray::new(vm, &picked)?.value())
        }
    }
}

fn concat(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let result = vm.bytes_of(b);
    let Some(other) = vm.catch(result, Exc::Exception)? else { return Err(cannot_concat(vm, a, b)) };
    let total = contents(vm, a).len() + other.len();
    check_length(vm, total)?;
    let mut joined = contents(vm, a).to_vec();
    joined.extend_from_slice(&other);
    Ok(ByteArray::new(vm, &joined)?.value())
}

fn repeat(vm: &mut Vm, this: Value, count: isize) -> Result<Value, Raised> {
    let count = count.max(0) as usize;
    let Some(total) = contents(vm, this).len().checked_mul(count) else { return Err(vm.raise_no_memory()) };
    check_length(vm, total)?;
    let repeated = contents(vm, this).repeat(count);
    Ok(ByteArray::new(vm, &repeated)?.value())
}

fn rem(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    if a.downcast::<ByteArray>(vm).is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    while_exported(vm, a, |vm| percent_format::format(vm, a, b))
}

fn get_buffer(vm: &mut Vm, this: Value, _: BufferRequest) -> Result<Buffer, Raised> {
    let array = this.expect::<ByteArray>(vm);
    let (storage, start) = ByteArray::storage(array, vm)?;
    ByteArray::export(array, vm);
    let len = array.get(vm).len();
    Ok(Buffer {
        owner: this,
        storage: BufferStorage::Raw(storage),
        start,
        len,
        readonly: false,
        itemsize: 1,
        format: None,
        shape: None,
    })
}

fn release_buffer(vm: &mut Vm, this: Value) {
    if let Some(array) = this.downcast::<ByteArray>(vm) {
        ByteArray::release(array, vm);
    }
}

fn alloc(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let n = args.receiver::<ByteArray>(vm).get(vm).allocated(vm);
    Ok(Value::int(n))
}

fn sizeof(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let n = args.receiver::<ByteArray>(vm).get(vm).allocated(vm);
    Ok(Value::int(56 + n))
}

fn copy(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let bytes = contents(vm, args.get(0)).to_vec();
    Ok(ByteArray::new(vm, &bytes)?.value())
}

fn reduced(vm: &mut Vm, this: Value, protocol: i32) -> Result<Value, Raised> {
    let class = vm.type_of(this).value();
    let bytes = contents(vm, this).to_vec();
    let state = vm.call_special(this, name::GETSTATE, &[])?;
    let state = match state {
        Some(state) => state,
        None => default_state(vm, this, false)?,
    };
    let args = if protocol < 3 {
        let points: Vec<u32> = bytes.iter().map(|byte| u32::from(*byte)).collect();
        let text = Str::from_points(vm, &points)?.value();
        let encoding = vm.new_str("latin-1")?;
        Tuple::from_values(vm, &[text, encoding])?
    } else if bytes.is_empty() {
        Tuple::empty(vm)?
    } else {
        let bytes = vm.new_bytes(&bytes)?;
        Tuple::from_values(vm, &[bytes])?
    };
    Ok(Tuple::from_values(vm, &[class, args.value(), state])?.value())
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    reduced(vm, args.get(0), 2)
}

fn reduce_ex(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, protocol] = args.all();
    let protocol = match protocol.given() {
        Some(protocol) => vm.index_i32(protocol)?,
        None => 0,
    };
    reduced(vm, this, protocol)
}

fn fromhex(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [class, text] = args.all();
    let bytes = hexadecimal::parse(vm, text)?;
    let value = vm.new_bytes(&bytes)?;
    vm.call(class, &[value])
}

fn hex(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, sep, per_sep] = args.all();
    let bytes = contents(vm, this).to_vec();
    // The separator may be of a class with a length of its own, which must not resize the array.
    let array = this.expect::<ByteArray>(vm);
    ByteArray::export(array, vm);
    let text = hexadecimal::hex_text(vm, &bytes, sep, per_sep);
    ByteArray::release(array, vm);
    text
}

#[rustfmt::skip]
const METHODS: &[MethodDef] = &[
    method("__alloc__($self, /)", alloc, "B.__alloc__() -> int\n\nReturn the number of bytes actually allocated."),
    method("__reduce__($self, /)", reduce, "Return state information for pickling."),
    method("__reduce_ex__($self, proto=0, /)", reduce_ex, "Return state information for pickling."),
    method("__sizeof__($self, /)", sizeof, "Returns the size of the bytearray object in memory, in bytes."),
    method("append($self, item, /)", append, "Append a single item to the end of the bytearray.\n\n  item\n    The item to be appended."),
    method("capitalize($self, /)", casing::capitalize, "B.capitalize() -> copy of B\n\nReturn a copy of B with only its first character capitalized (ASCII)\nand the rest lower-cased."),
    method("center($self, width, fillchar=b' ', /)", filling::center, "Return a centered string of length width.\n\nPadding is done using the specified fill character."),
    method("clear($self, /)", clear, "Remove all items from the bytearray."),
    method("copy($self, /)", copy, "Return a copy of B."),
    method("count($self, sub, start=None, end=None, /)", searching::count, "count($self, sub[, start[, end]], /)\n--\n\nReturn the number of non-overlapping occurrences of subsection 'sub' in bytes B[start:end].\n\n  start\n    Optional start position. Default: start of the bytes.\n  end\n    Optional stop position. Default: end of the bytes.").hidden(),
    method("decode($self, /, encoding='utf-8', errors='strict')", decoding::decode, "Decode the bytearray using the codec registered for encoding.\n\n  encoding\n    The encoding with which to decode the bytearray.\n  errors\n    The error handling scheme to use for the handling of decoding\n    errors.  The default is 'strict' meaning that decoding errors\n    raise a UnicodeDecodeError.  Other possible values are 'ignore'\n    and 'replace' as well as any other name registered with\n    codecs.register_error that can handle UnicodeDecodeErrors."),
    method("endswith($self, suffix, start=None, end=None, /)", searching::endswith, "endswith($self, suffix[, start[, end]], /)\n--\n\nReturn True if the bytearray ends with the specified suffix, False otherwise.\n\n  suffix\n    A bytes or a tuple of bytes to try.\n  start\n    Optional start position. Default: start of the bytearray.\n  end\n    Optional stop position. Default: end of the bytearray.").hidden(),
    method("expandtabs($self, /, tabsize=8)", filling::expandtabs, "Return a copy where all tab characters are expanded using spaces.\n\nIf tabsize is not given, a tab size of 8 characters is assumed."),
    method("extend($self, iterable_of_ints, /)", extend, "Append all the items from the iterator or sequence to the end of the bytearray.\n\n  iterable_of_ints\n    The iterable of items to append."),
    method("find($self, sub, start=None, end=None, /)", searching::find, "find($self, sub[, start[, end]], /)\n--\n\nReturn the lowest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start:end].\n\n  start\n    Optional start position. Default: start of the bytes.\n  end\n    Optional stop position. Default: end of the bytes.\n\nReturn -1 on failure.").hidden(),
    class_method("fromhex($type, string, /)", fromhex, "Create a bytearray object from a string of hexadecimal numbers.\n\nSpaces between two numbers are accepted.\nExample:\n    bytearray.fromhex('B9 01EF') -> bytearray(b'\\\\xb9\\\\x01\\\\xef')"),
    method("hex($self, /, sep=<unrepresentable>, bytes_per_sep=1)", hex, "Create a string of hexadecimal numbers from a bytearray object.\n\n  sep\n    An optional single character or byte to separate hex bytes.\n  bytes_per_sep\n    How many bytes between separators.  Positive values count from\n    the right, negative values count from the left.\n\nExample:\n>>> value = bytearray([0xb9, 0x01, 0xef])\n>>> value.hex()\n'b901ef'\n>>> value.hex(':')\n'b9:01:ef'\n>>> value.hex(':', 2)\n'b9:01ef'\n>>> value.hex(':', -2)\n'b901:ef'"),
    method("index($self, sub, start=None, end=None, /)", searching::index, "index($self, sub[, start[, end]], /)\n--\n\nReturn the lowest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start:end].\n\n  start\n    Optional start position. Default: start of the bytes.\n  end\n    Optional stop position. Default: end of the bytes.\n\nRaise ValueError if the subsection is not found.").hidden(),
    method("insert($self, index, item, /)", insert, "Insert a single item into the bytearray before the given index.\n\n  index\n    The index where the value is to be inserted.\n  item\n    The item to be inserted."),
    method("isalnum($self, /)", casing::isalnum, "B.isalnum() -> bool\n\nReturn True if all characters in B are alphanumeric\nand there is at least one character in B, False otherwise."),
    method("isalpha($self, /)", casing::isalpha, "B.isalpha() -> bool\n\nReturn True if all characters in B are alphabetic\nand there is at least one character in B, False otherwise."),
    method("isascii($self, /)", casing::isascii, "B.isascii() -> bool\n\nReturn True if B is empty or all characters in B are ASCII,\nFalse otherwise."),
    method("isdigit($self, /)", casing::isdigit, "B.isdigit() -> bool\n\nReturn True if all characters in B are digits\nand there is at least one character in B, False otherwise."),
    method("islower($self, /)", casing::islower, "B.islower() -> bool\n\nReturn True if all cased characters in B are lowercase and there is\nat least one cased character in B, False otherwise."),
    method("isspace($self, /)", casing::isspace, "B.isspace() -> bool\n\nReturn True if all characters in B are whitespace\nand there is at least one character in B, False otherwise."),
    method("istitle($self, /)", casing::istitle, "B.istitle() -> bool\n\nReturn True if B is a titlecased string and there is at least one\ncharacter in B, i.e. uppercase characters may only follow uncased\ncharacters and lowercase characters only cased ones. Return False\notherwise."),
    method("isupper($self, /)", casing::isupper, "B.isupper() -> bool\n\nReturn True if all cased characters in B are uppercase and there is\nat least one cased character in B, False otherwise."),
    method("join($self, iterable_of_bytes, /)", splitting::join, "Concatenate any number of bytes/bytearray objects.\n\nThe bytearray whose method is called is inserted in between each\npair.\n\nThe result is returned as a new bytearray object."),
    method("ljust($self, width, fillchar=b' ', /)", filling::ljust, "Return a left-justified string of length width.\n\nPadding is done using the specified fill character."),
    method("lower($self, /)", casing::lower, "B.lower() -> copy of B\n\nReturn a copy of B with all ASCII characters converted to lowercase."),
    method("lstrip($self, bytes=None, /)", splitting::lstrip, "Strip leading bytes contained in the argument.\n\nIf the argument is omitted or None, strip leading ASCII whitespace."),
    static_method("maketrans(frm, to, /)", filling::maketrans, "Return a translation table usable for the bytes or bytearray translate method.\n\nThe returned table will be one where each byte in frm is mapped to\nthe byte at the same position in to.\n\nThe bytes objects frm and to must be of the same length."),
    method("partition($self, sep, /)", splitting::partition, "Partition the bytearray into three parts using the given separator.\n\nThis will search for the separator sep in the bytearray.  If the\nseparator is found, returns a 3-tuple containing the part before the\nseparator, the separator itself, and the part after it as new\nbytearray objects.\n\nIf the separator is not found, returns a 3-tuple containing the copy\nof the original bytearray object and two empty bytearray objects."),
    method("pop($self, index=-1, /)", pop, "Remove and return a single item from B.\n\n  index\n    The index from where to remove the item.\n    -1 (the default value) means remove the last item.\n\nIf no index argument is given, will pop the last item."),
    method("remove($self, value, /)", remove, "Remove the first occurrence of a value in the bytearray.\n\n  value\n    The value to remove."),
    method("replace($self, old, new, count=-1, /)", filling::replace, "Return a copy with all occurrences of substring old replaced by new.\n\n  count\n    Maximum number of occurrences to replace.\n    -1 (the default value) means replace all occurrences.\n\nIf the optional argument count is given, only the first count occurrences are\nreplaced."),
    method("removeprefix($self, prefix, /)", splitting::removeprefix, "Return a bytearray with the given prefix string removed if present.\n\nIf the bytearray starts with the prefix string, return\nbytearray[len(prefix):].  Otherwise, return a copy of the original\nbytearray."),
    method("removesuffix($self, suffix, /)", splitting::removesuffix, "Return a bytearray with the given suffix string removed if present.\n\nIf the bytearray ends with the suffix string and that suffix is not\nempty, return bytearray[:-len(suffix)].  Otherwise, return a copy of\nthe original bytearray."),
    method("resize($self, size, /)", resize, "Resize the internal buffer of bytearray to len.\n\n  size\n    New size to resize to."),
    method("reverse($self, /)", reverse, "Reverse the order of the values in B in place."),
    method("rfind($self, sub, start=None, end=None, /)", searching::rfind, "rfind($self, sub[, start[, end]], /)\n--\n\nReturn the highest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start:end].\n\n  start\n    Optional start position. Default: start of the bytes.\n  end\n    Optional stop position. Default: end of the bytes.\n\nReturn -1 on failure.").hidden(),
    method("rindex($self, sub, start=None, end=None, /)", searching::rindex, "rindex($self, sub[, start[, end]], /)\n--\n\nReturn the highest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start:end].\n\n  start\n    Optional start position. Default: start of the bytes.\n  end\n    Optional stop position. Default: end of the bytes.\n\nRaise ValueError if the subsection is not found.").hidden(),
    method("rjust($self, width, fillchar=b' ', /)", filling::rjust, "Return a right-justified string of length width.\n\nPadding is done using the specified fill character."),
    method("rpartition($self, sep, /)", splitting::rpartition, "Partition the bytearray into three parts using the given separator.\n\nThis will search for the separator sep in the bytearray, starting at\nthe end.  If the separator is found, returns a 3-tuple containing\nthe part before the separator, the separator itself, and the part\nafter it as new bytearray objects.\n\nIf the separator is not found, returns a 3-tuple containing two\nempty bytearray objects and the copy of the original bytearray\nobject."),
    method("rsplit($self, /, sep=None, maxsplit=-1)", splitting::rsplit, "Return a list of the sections in the bytearray, using sep as the delimiter.\n\n  sep\n    The delimiter according which to split the bytearray.\n    None (the default value) means split on ASCII whitespace\n    characters (space, tab, return, newline, formfeed, vertical tab).\n  maxsplit\n    Maximum number of splits to do.\n    -1 (the default value) means no limit.\n\nSplitting is done starting at the end of the bytearray and working\nto the front."),
    method("rstrip($self, bytes=None, /)", splitting::rstrip, "Strip trailing bytes contained in the argument.\n\nIf the argument is omitted or None, strip trailing ASCII whitespace."),
    method("split($self, /, sep=None, maxsplit=-1)", splitting::split, "Return a list of the sections in the bytearray, using sep as the delimiter.\n\n  sep\n    The delimiter according which to split the bytearray.\n    None (the default value) means split on ASCII whitespace\n    characters (space, tab, return, newline, formfeed, vertical tab).\n  maxsplit\n    Maximum number of splits to do.\n    -1 (the default value) means no limit."),
    method("splitlines($self, /, keepends=False)", splitting::splitlines, "Return a list of the lines in the bytearray, breaking at line boundaries.\n\nLine breaks are not included in the resulting list unless keepends\nis given and true."),
    method("startswith($self, prefix, start=None, end=None, /)", searching::startswith, "startswith($self, prefix[, start[, end]], /)\n--\n\nReturn True if the bytearray starts with the specified prefix, False otherwise.\n\n  prefix\n    A bytes or a tuple of bytes to try.\n  start\n    Optional start position. Default: start of the bytearray.\n  end\n    Optional stop position. Default: end of the bytearray.").hidden(),
    method("strip($self, bytes=None, /)", splitting::strip_both, "Strip leading and trailing bytes contained in the argument.\n\nIf the argument is omitted or None, strip leading and trailing ASCII\nwhitespace."),
    method("swapcase($self, /)", casing::swapcase, "B.swapcase() -> copy of B\n\nReturn a copy of B with uppercase ASCII characters converted\nto lowercase ASCII and vice versa."),
    method("title($self, /)", casing::title, "B.title() -> copy of B\n\nReturn a titlecased version of B, i.e. ASCII words start with\nuppercase characters, all remaining cased characters have lowercase."),
    method("translate($self, table, /, delete=b'')", filling::translate, "Return a copy with each character mapped by the given translation table.\n\n  table\n    Translation table, which must be a bytes object of length 256.\n\nAll characters occurring in the optional argument delete are\nremoved.  The remaining characters are mapped through the given\ntranslation table."),
    method("upper($self, /)", casing::upper, "B.upper() -> copy of B\n\nReturn a copy of B with all ASCII characters converted to uppercase."),
    method("zfill($self, width, /)", filling::zfill, "Pad a numeric string with zeros on the left, to fill a field of the given width.\n\nThe original string is never truncated."),
];

pub static TYPE: TypeSpec = TypeSpec {
    name: "bytearray",
    layout: Some(<ByteArray as HeapObject>::native),
    slots: Slots {
        repr: Some(repr),
        str: Some(repr),
        richcompare: Some(richcompare),
        iter: Some(iterator::iter),
        new: Some(new),
        init: Some(init),
        len: Some(len),
        subscript: Some(subscript),
        set_item: Some(set_item),
        contains: Some(searching::contains),
        concat: Some(concat),
        repeat: Some(repeat),
        iconcat: Some(iconcat),
        irepeat: Some(irepeat),
        rem: Some(rem),
        get_buffer: Some(get_buffer),
        release_buffer: Some(release_buffer),
        ..Slots::DEFAULT
    },
    methods: METHODS,
    doc: "bytearray(iterable_of_ints) -> bytearray\nbytearray(string, encoding[, errors]) -> bytearray\nbytearray(bytes_or_buffer) -> mutable copy of bytes_or_buffer\nbytearray(int) -> bytes array of size given by the parameter initialized with null bytes\nbytearray() -> empty bytes array\n\nConstruct a mutable bytearray object from:\n  - an iterable yielding integers in range(256)\n  - a text string encoded using the specified encoding\n  - a bytes or a buffer object\n  - any object implementing the buffer API.\n  - an integer",
    flags: BASETYPE | MATCH_SELF,
    ..TypeSpec::DEFAULT
};
