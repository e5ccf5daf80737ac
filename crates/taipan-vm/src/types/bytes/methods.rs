//! The slots and methods of `bytes`.

use taipan_text::quoting::bytes_repr;

use crate::args::Args;
use crate::buffer::{Buffer, BufferRequest, BufferStorage};
use crate::gc::HeapObject;
use crate::raise::{Exc, Raised};
use crate::sequence::{Subscript, position};
use crate::slots::{Comparison, Slots};
use crate::spec::{BASETYPE, MATCH_SELF, MethodDef, TypeSpec, class_method, method, static_method};
use crate::types::bytes::contents::check_length;
use crate::types::bytes::{
    Bytes, casing, construct, decoding, filling, hexadecimal, iterator, percent_format, searching, splitting,
};
use crate::types::slice::Slice;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let bytes = this.expect::<Bytes>(vm);
    let n = bytes.get(vm).len();
    check_length(vm, n.saturating_mul(4))?;
    let shown = bytes_repr(bytes.get(vm).bytes());
    vm.new_str(&shown)
}

fn hash(vm: &mut Vm, this: Value) -> Result<i64, Raised> {
    let bytes = this.expect::<Bytes>(vm);
    let known = bytes.get(vm).hash;
    if known != 0 {
        return Ok(known);
    }
    let hash = vm.interp().hash_key.bytes(bytes.get(vm).bytes());
    bytes.get_mut(vm).hash = hash;
    Ok(hash)
}

fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    let (Some(x), Some(y)) = (a.downcast::<Bytes>(vm), b.downcast::<Bytes>(vm)) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    Ok(Value::bool(op.holds(x.get(vm).bytes().cmp(y.get(vm).bytes()))))
}

fn len(vm: &mut Vm, this: Value) -> Result<usize, Raised> {
    Ok(this.expect::<Bytes>(vm).get(vm).len())
}

fn subscript(vm: &mut Vm, this: Value, key: Value) -> Result<Value, Raised> {
    let bytes = this.expect::<Bytes>(vm);
    let n = bytes.get(vm).len();
    match vm.sequence_subscript(key, "byte")? {
        Subscript::Index(i) => match position(i, n) {
            Some(i) => Ok(Value::int(bytes.get(vm).bytes()[i].into())),
            None => Err(vm.raise(Exc::IndexError, "index out of range")),
        },
        Subscript::Slice(slice) => {
            let indices = Slice::indices(slice, vm, |_| n)?;
            if indices.len == n && indices.step == 1 && this.exact::<Bytes>().is_some() {
                return Ok(this);
            }
            let all = bytes.get(vm).bytes();
            let picked: Vec<u8> = if indices.step == 1 {
                all[indices.start as usize..indices.start as usize + indices.len].to_vec()
            } else {
                (0..indices.len).map(|i| all[indices.at(i)]).collect()
            };
            vm.new_bytes(&picked)
        }
    }
}

/// The TypeError of `a + b` where b gives no bytes.
pub fn cannot_concat(vm: &mut Vm, a: Value, b: Value) -> Raised {
    let (left, right) = (vm.type_name(a), vm.type_name(b));
    vm.raise(Exc::TypeError, format!("can't concat {right} to {left}"))
}

/// `a + b` for `bytes` a; what is not bytes-like gives the TypeError of concatenation.
fn concat(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let x = a.expect::<Bytes>(vm);
    if x.get(vm).is_empty() && b.exact::<Bytes>().is_some() {
        return Ok(b);
    }
    let result = vm.get_buffer(b, false);
    let Some(buffer) = vm.catch(result, Exc::Exception)? else { return Err(cannot_concat(vm, a, b)) };
    if buffer.len == 0 && a.exact::<Bytes>().is_some() {
        buffer.release(vm);
        return Ok(a);
    }
    let total = x.get(vm).len() + buffer.len;
    let result = check_length(vm, total).map(|()| {
        let mut joined = Vec::with_capacity(total);
        joined.extend_from_slice(x.get(vm).bytes());
        joined.extend_from_slice(buffer.bytes(vm));
        joined
    });
    buffer.release(vm);
    vm.new_bytes(&result?)
}

fn repeat(vm: &mut Vm, this: Value, count: isize) -> Result<Value, Raised> {
    let bytes = this.expect::<Bytes>(vm);
    let n = bytes.get(vm).len();
    if count == 1 && this.exact::<Bytes>().is_some() {
        return Ok(this);
    }
    let Some(total) = n.checked_mul(count.max(0) as usize).filter(|total| *total <= isize::MAX as usize) else {
        return Err(vm.raise(Exc::OverflowError, "repeated bytes are too long"));
    };
    check_length(vm, total)?;
    let repeated = bytes.get(vm).bytes().repeat(count.max(0) as usize);
    vm.new_bytes(&repeated)
}

fn rem(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    if a.downcast::<Bytes>(vm).is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    percent_format::format(vm, a, b)
}

fn get_buffer(vm: &mut Vm, this: Value, request: BufferRequest) -> Result<Buffer, Raised> {
    if request.writable {
        return Err(vm.raise(Exc::BufferError, "Object is not writable."));
    }
    let bytes = this.expect::<Bytes>(vm);
    let len = bytes.get(vm).len();
    Ok(Buffer {
        owner: this,
        storage: BufferStorage::Bytes(bytes),
        start: 0,
        len,
        readonly: true,
        itemsize: 1,
        format: None,
        shape: None,
    })
}

fn getnewargs(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let copy = args.receiver::<Bytes>(vm).get(vm).bytes().to_vec();
    let copy = vm.new_bytes(&copy)?;
    Ok(Tuple::from_values(vm, &[copy])?.value())
}

fn to_bytes(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.get(0);
    if this.exact::<Bytes>().is_some() {
        return Ok(this);
    }
    let copy = args.receiver::<Bytes>(vm).get(vm).bytes().to_vec();
    vm.new_bytes(&copy)
}

fn fromhex(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [class, text] = args.all();
    let bytes = hexadecimal::parse(vm, text)?;
    let value = vm.new_bytes(&bytes)?;
    match class.downcast::<Type>(vm) {
        Some(class) if class.get(vm).root_shape == crate::types::Builtin::Bytes as u32 => Ok(value),
        _ => vm.call(class, &[value]),
    }
}

fn hex(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, sep, per_sep] = args.all();
    let bytes = this.expect::<Bytes>(vm).get(vm).bytes().to_vec();
    hexadecimal::hex_text(vm, &bytes, sep, per_sep)
}

#[rustfmt::skip]
const METHODS: &[MethodDef] = &[
    method("__getnewargs__($self, /)", getnewargs, ""),
    method("__bytes__($self, /)", to_bytes, "Convert this value to exact type bytes."),
    method("capitalize($self, /)", casing::capitalize, "B.capitalize() -> copy of B\n\nReturn a copy of B with only its first character capitalized (ASCII)\nand the rest lower-cased."),
    method("center($self, width, fillchar=b' ', /)", filling::center, "Return a centered string of length width.\n\nPadding is done using the specified fill character."),
    method("count($self, sub, start=None, end=None, /)", searching::count, "count($self, sub[, start[, end]], /)\n--\n\nReturn the number of non-overlapping occurrences of subsection 'sub' in bytes B[start:end].\n\n  start\n    Optional start position. Default: start of the bytes.\n  end\n    Optional stop position. Default: end of the bytes.").hidden(),
    method("decode($self, /, encoding='utf-8', errors='strict')", decoding::decode, "Decode the bytes using the codec registered for encoding.\n\n  encoding\n    The encoding with which to decode the bytes.\n  errors\n    The error handling scheme to use for the handling of decoding\n    errors.  The default is 'strict' meaning that decoding errors\n    raise a UnicodeDecodeError.  Other possible values are 'ignore'\n    and 'replace' as well as any other name registered with\n    codecs.register_error that can handle UnicodeDecodeErrors."),
    method("endswith($self, suffix, start=None, end=None, /)", searching::endswith, "endswith($self, suffix[, start[, end]], /)\n--\n\nReturn True if the bytes ends with the specified suffix, False otherwise.\n\n  suffix\n    A bytes or a tuple of bytes to try.\n  start\n    Optional start position. Default: start of the bytes.\n  end\n    Optional stop position. Default: end of the bytes.").hidden(),
    method("expandtabs($self, /, tabsize=8)", filling::expandtabs, "Return a copy where all tab characters are expanded using spaces.\n\nIf tabsize is not given, a tab size of 8 characters is assumed."),
    method("find($self, sub, start=None, end=None, /)", searching::find, "find($self, sub[, start[, end]], /)\n--\n\nReturn the lowest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start,end].\n\n  start\n    Optional start position. Default: start of the bytes.\n  end\n    Optional stop position. Default: end of the bytes.\n\nReturn -1 on failure.").hidden(),
    class_method("fromhex($type, string, /)", fromhex, "Create a bytes object from a string of hexadecimal numbers.\n\nSpaces between two numbers are accepted.\nExample: bytes.fromhex('B9 01EF') -> b'\\\\xb9\\\\x01\\\\xef'."),
    method("hex($self, /, sep=<unrepresentable>, bytes_per_sep=1)", hex, "Create a string of hexadecimal numbers from a bytes object.\n\n  sep\n    An optional single character or byte to separate hex bytes.\n  bytes_per_sep\n    How many bytes between separators.  Positive values count from\n    the right, negative values count from the left.\n\nExample:\n>>> value = b'\\xb9\\x01\\xef'\n>>> value.hex()\n'b901ef'\n>>> value.hex(':')\n'b9:01:ef'\n>>> value.hex(':', 2)\n'b9:01ef'\n>>> value.hex(':', -2)\n'b901:ef'"),
    method("index($self, sub, start=None, end=None, /)", searching::index, "index($self, sub[, start[, end]], /)\n--\n\nReturn the lowest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start,end].\n\n  start\n    Optional start position. Default: start of the bytes.\n  end\n    Optional stop position. Default: end of the bytes.\n\nRaise ValueError if the subsection is not found.").hidden(),
    method("isalnum($self, /)", casing::isalnum, "B.isalnum() -> bool\n\nReturn True if all characters in B are alphanumeric\nand there is at least one character in B, False otherwise."),
    method("isalpha($self, /)", casing::isalpha, "B.isalpha() -> bool\n\nReturn True if all characters in B are alphabetic\nand there is at least one character in B, False otherwise."),
    method("isascii($self, /)", casing::isascii, "B.isascii() -> bool\n\nReturn True if B is empty or all characters in B are ASCII,\nFalse otherwise."),
    method("isdigit($self, /)", casing::isdigit, "B.isdigit() -> bool\n\nReturn True if all characters in B are digits\nand there is at least one character in B, False otherwise."),
    method("islower($self, /)", casing::islower, "B.islower() -> bool\n\nReturn True if all cased characters in B are lowercase and there is\nat least one cased character in B, False otherwise."),
    method("isspace($self, /)", casing::isspace, "B.isspace() -> bool\n\nReturn True if all characters in B are whitespace\nand there is at least one character in B, False otherwise."),
    method("istitle($self, /)", casing::istitle, "B.istitle() -> bool\n\nReturn True if B is a titlecased string and there is at least one\ncharacter in B, i.e. uppercase characters may only follow uncased\ncharacters and lowercase characters only cased ones. Return False\notherwise."),
    method("isupper($self, /)", casing::isupper, "B.isupper() -> bool\n\nReturn True if all cased characters in B are uppercase and there is\nat least one cased character in B, False otherwise."),
    method("join($self, iterable_of_bytes, /)", splitting::join, "Concatenate any number of bytes objects.\n\nThe bytes whose method is called is inserted in between each pair.\n\nThe result is returned as a new bytes object.\n\nExample: b'.'.join([b'ab', b'pq', b'rs']) -> b'ab.pq.rs'."),
    method("ljust($self, width, fillchar=b' ', /)", filling::ljust, "Return a left-justified string of length width.\n\nPadding is done using the specified fill character."),
    method("lower($self, /)", casing::lower, "B.lower() -> copy of B\n\nReturn a copy of B with all ASCII characters converted to lowercase."),
    method("lstrip($self, bytes=None, /)", splitting::lstrip, "Strip leading bytes contained in the argument.\n\nIf the argument is omitted or None, strip leading  ASCII whitespace."),
    static_method("maketrans(frm, to, /)", filling::maketrans, "Return a translation table usable for the bytes or bytearray translate method.\n\nThe returned table will be one where each byte in frm is mapped to\nthe byte at the same position in to.\n\nThe bytes objects frm and to must be of the same length."),
    method("partition($self, sep, /)", splitting::partition, "Partition the bytes into three parts using the given separator.\n\nThis will search for the separator sep in the bytes.  If the\nseparator is found, returns a 3-tuple containing the part before the\nseparator, the separator itself, and the part after it.\n\nIf the separator is not found, returns a 3-tuple containing the\noriginal bytes object and two empty bytes objects."),
    method("replace($self, old, new, count=-1, /)", filling::replace, "Return a copy with all occurrences of substring old replaced by new.\n\n  count\n    Maximum number of occurrences to replace.\n    -1 (the default value) means replace all occurrences.\n\nIf the optional argument count is given, only the first count occurrences are\nreplaced."),
    method("removeprefix($self, prefix, /)", splitting::removeprefix, "Return a bytes object with the given prefix string removed if present.\n\nIf the bytes starts with the prefix string, return\nbytes[len(prefix):].  Otherwise, return a copy of the original\nbytes."),
    method("removesuffix($self, suffix, /)", splitting::removesuffix, "Return a bytes object with the given suffix string removed if present.\n\nIf the bytes ends with the suffix string and that suffix is not\nempty, return bytes[:-len(prefix)].  Otherwise, return a copy of the\noriginal bytes."),
    method("rfind($self, sub, start=None, end=None, /)", searching::rfind, "rfind($self, sub[, start[, end]], /)\n--\n\nReturn the highest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start,end].\n\n  start\n    Optional start position. Default: start of the bytes.\n  end\n    Optional stop position. Default: end of the bytes.\n\nReturn -1 on failure.").hidden(),
    method("rindex($self, sub, start=None, end=None, /)", searching::rindex, "rindex($self, sub[, start[, end]], /)\n--\n\nReturn the highest index in B where subsection 'sub' is found, such that 'sub' is contained within B[start,end].\n\n  start\n    Optional start position. Default: start of the bytes.\n  end\n    Optional stop position. Default: end of the bytes.\n\nRaise ValueError if the subsection is not found.").hidden(),
    method("rjust($self, width, fillchar=b' ', /)", filling::rjust, "Return a right-justified string of length width.\n\nPadding is done using the specified fill character."),
    method("rpartition($self, sep, /)", splitting::rpartition, "Partition the bytes into three parts using the given separator.\n\nThis will search for the separator sep in the bytes, starting at the\nend.  If the separator is found, returns a 3-tuple containing the\npart before the separator, the separator itself, and the part after\nit.\n\nIf the separator is not found, returns a 3-tuple containing two\nempty bytes objects and the original bytes object."),
    method("rsplit($self, /, sep=None, maxsplit=-1)", splitting::rsplit, "Return a list of the sections in the bytes, using sep as the delimiter.\n\n  sep\n    The delimiter according which to split the bytes.\n    None (the default value) means split on ASCII whitespace\n    characters (space, tab, return, newline, formfeed, vertical tab).\n  maxsplit\n    Maximum number of splits to do.\n    -1 (the default value) means no limit.\n\nSplitting is done starting at the end of the bytes and working to\nthe front."),
    method("rstrip($self, bytes=None, /)", splitting::rstrip, "Strip trailing bytes contained in the argument.\n\nIf the argument is omitted or None, strip trailing ASCII whitespace."),
    method("split($self, /, sep=None, maxsplit=-1)", splitting::split, "Return a list of the sections in the bytes, using sep as the delimiter.\n\n  sep\n    The delimiter according which to split the bytes.\n    None (the default value) means split on ASCII whitespace\n    characters (space, tab, return, newline, formfeed, vertical tab).\n  maxsplit\n    Maximum number of splits to do.\n    -1 (the default value) means no limit."),
    method("splitlines($self, /, keepends=False)", splitting::splitlines, "Return a list of the lines in the bytes, breaking at line boundaries.\n\nLine breaks are not included in the resulting list unless keepends\nis given and true."),
    method("startswith($self, prefix, start=None, end=None, /)", searching::startswith, "startswith($self, prefix[, start[, end]], /)\n--\n\nReturn True if the bytes starts with the specified prefix, False otherwise.\n\n  prefix\n    A bytes or a tuple of bytes to try.\n  start\n    Optional start position. Default: start of the bytes.\n  end\n    Optional stop position. Default: end of the bytes.").hidden(),
    method("strip($self, bytes=None, /)", splitting::strip_both, "Strip leading and trailing bytes contained in the argument.\n\nIf the argument is omitted or None, strip leading and trailing ASCII\nwhitespace."),
    method("swapcase($self, /)", casing::swapcase, "B.swapcase() -> copy of B\n\nReturn a copy of B with uppercase ASCII characters converted\nto lowercase ASCII and vice versa."),
    method("title($self, /)", casing::title, "B.title() -> copy of B\n\nReturn a titlecased version of B, i.e. ASCII words start with\nuppercase characters, all remaining cased characters have lowercase."),
    method("translate($self, table, /, delete=b'')", filling::translate, "Return a copy with each character mapped by the given translation table.\n\n  table\n    Translation table, which must be a bytes object of length 256.\n\nAll characters occurring in the optional argument delete are\nremoved.  The remaining characters are mapped through the given\ntranslation table."),
    method("upper($self, /)", casing::upper, "B.upper() -> copy of B\n\nReturn a copy of B with all ASCII characters converted to uppercase."),
    method("zfill($self, width, /)", filling::zfill, "Pad a numeric string with zeros on the left, to fill a field of the given width.\n\nThe original string is never truncated."),
];

pub static TYPE: TypeSpec = TypeSpec {
    name: "bytes",
    layout: Some(<Bytes as HeapObject>::native),
    slots: Slots {
        repr: Some(repr),
        str: Some(repr),
        hash: Some(hash),
        richcompare: Some(richcompare),
        iter: Some(iterator::iter),
        new: Some(construct::new),
        len: Some(len),
        subscript: Some(subscript),
        contains: Some(searching::contains),
        concat: Some(concat),
        repeat: Some(repeat),
        rem: Some(rem),
        get_buffer: Some(get_buffer),
        ..Slots::DEFAULT
    },
    methods: METHODS,
    doc: "bytes(iterable_of_ints) -> bytes\nbytes(string, encoding[, errors]) -> bytes\nbytes(bytes_or_buffer) -> immutable copy of bytes_or_buffer\nbytes(int) -> bytes object of size given by the parameter initialized with null bytes\nbytes() -> empty bytes object\n\nConstruct an immutable array of bytes from:\n  - an iterable yielding integers in range(256)\n  - a text string encoded using the specified encoding\n  - any object implementing the buffer API.\n  - an integer",
    flags: BASETYPE | MATCH_SELF,
    ..TypeSpec::DEFAULT
};
