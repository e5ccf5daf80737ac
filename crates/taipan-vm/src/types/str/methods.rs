//! The slots, the constructor and the method table of `str`.

use crate::args::Args;
use crate::codecs;
use crate::gc::{Gc, HeapObject};
use crate::raise::{Exc, Raised};
use crate::sequence::{Subscript, position};
use crate::signature::Signature;
use crate::slots::{Comparison, Slots};
use crate::spec::{BASETYPE, MATCH_SELF, MethodDef, TypeSpec, method, static_method};
use crate::types::Builtin;
use crate::types::slice::Slice;
use crate::types::str::{
    Str, building, casing, codec, formatting, iterator, padding, percent, searching, splitting, translating,
};
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("str(object='', encoding='utf-8', errors='strict')");
    let exact = class.get(vm).root_shape == Builtin::Str as u32;
    if exact && args.len() == 1 && !args.has_keywords() {
        return vm.str(args.get(0));
    }
    if args.len() > 3 {
        let given = args.len();
        return Err(vm.raise(Exc::TypeError, format!("str expected at most 3 arguments, got {given}")));
    }
    let text = args.bind(vm, &SIGNATURE, |vm, bound| {
        let [object, encoding, errors] = bound.all();
        let encoding = codec::optional_name(vm, encoding, "str", "encoding")?;
        let errors = codec::optional_name(vm, errors, "str", "errors")?;
        match object.given() {
            None => Ok(Str::empty(vm)?.value()),
            Some(object) if encoding.is_none() && errors.is_none() => vm.str(object),
            Some(object) => {
                if object.downcast::<Str>(vm).is_some() {
                    return Err(vm.raise(Exc::TypeError, "decoding str is not supported"));
                }
                if vm.slots(object).get_buffer.is_none() {
                    let got = vm.type_name(object);
                    let message = format!("decoding to str: need a bytes-like object, {got} found");
                    return Err(vm.raise(Exc::TypeError, message));
                }
                codecs::decode_object(vm, object, encoding.as_deref(), errors.as_deref())
            }
        }
    })?;
    if exact {
        return Ok(text);
    }
    let text = text.expect::<Str>(vm);
    let (kind, len, shape) = (text.get(vm).kind(), text.get(vm).len(), class.get(vm).root_shape);
    let new = Str::alloc(vm, shape, kind, len)?;
    Str::copy_units(vm, text, 0, new, 0, len);
    Ok(new.value())
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let text = this.expect::<Str>(vm);
    let repr = taipan_text::quoting::repr(text.get(vm).text());
    Ok(Str::from_text(vm, repr.as_text())?.value())
}

fn str(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let text = this.expect::<Str>(vm);
    Ok(Str::exact_copy(text, vm)?.value())
}

fn hash(vm: &mut Vm, this: Value) -> Result<i64, Raised> {
    let text = this.expect::<Str>(vm);
    Ok(Str::hash(text, vm))
}

fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    let (Some(a), Some(b)) = (a.downcast::<Str>(vm), b.downcast::<Str>(vm)) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let (a, b) = (a.get(vm), b.get(vm));
    Ok(Value::bool(match op {
        Comparison::Eq => a.same_text(b),
        Comparison::Ne => !a.same_text(b),
        _ => op.holds(a.compare_text(b)),
    }))
}

fn len(vm: &mut Vm, this: Value) -> Result<usize, Raised> {
    Ok(this.expect::<Str>(vm).get(vm).len())
}

fn subscript(vm: &mut Vm, this: Value, key: Value) -> Result<Value, Raised> {
    let text = this.expect::<Str>(vm);
    if !key.is_small_int() && !vm.is_int(key) && vm.slots(key).index.is_none() && key.exact::<Slice>().is_none() {
        let got = vm.type_name(key);
        return Err(vm.raise(Exc::TypeError, format!("string indices must be integers, not '{got}'")));
    }
    let n = text.get(vm).len();
    match vm.sequence_subscript(key, "string")? {
        Subscript::Index(i) => match position(i, n) {
            Some(i) => {
                let point = text.get(vm).text().code_point(i);
                Ok(Str::from_char(vm, point)?.value())
            }
            None => Err(vm.raise(Exc::IndexError, "string index out of range")),
        },
        Subscript::Slice(slice) => {
            let indices = Slice::indices(slice, vm, |_| n)?;
            if indices.step == 1 || indices.len <= 1 {
                let start = if indices.len == 0 { 0 } else { indices.at(0) };
                return Ok(Str::substring(text, vm, start, start + indices.len)?.value());
            }
            vm.check_native_bytes(indices.len.saturating_mul(4))?;
            let view = text.get(vm).text();
            let points: Vec<u32> = (0..indices.len).map(|i| view.code_point(indices.at(i))).collect();
            Ok(Str::from_points(vm, &points)?.value())
        }
    }
}

fn contains(vm: &mut Vm, this: Value, needle: Value) -> Result<bool, Raised> {
    let Some(needle) = needle.downcast::<Str>(vm) else {
        let got = vm.type_name(needle);
        let message = format!("'in <string>' requires string as left operand, not {got}");
        return Err(vm.raise(Exc::TypeError, message));
    };
    let text = this.expect::<Str>(vm);
    Ok(taipan_text::search::contains(text.get(vm).text(), needle.get(vm).text()))
}

fn concat(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let x = a.expect::<Str>(vm);
    let Some(y) = b.downcast::<Str>(vm) else {
        let got = vm.type_name(b);
        return Err(vm.raise(Exc::TypeError, format!("can only concatenate str (not \"{got}\") to str")));
    };
    Ok(Str::concat(vm, x, y)?.value())
}

fn repeat(vm: &mut Vm, this: Value, count: isize) -> Result<Value, Raised> {
    let text = this.expect::<Str>(vm);
    Ok(Str::repeat(text, vm, count)?.value())
}

fn sizeof(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let text = args.receiver::<Str>(vm);
    let elsewhere = if text.get(vm).is_shared() { text.get(vm).bytes().len() } else { 0 };
    Ok(Value::int(vm.heap_mut().object_bytes(text.header()) + elsewhere))
}

fn getnewargs(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let text = args.receiver::<Str>(vm);
    let points: Vec<u32> = text.get(vm).text().iter().collect();
    let copy = Str::from_points(vm, &points)?.value();
    Ok(Tuple::from_values(vm, &[copy])?.value())
}

#[rustfmt::skip]
const METHODS: &[MethodDef] = &[
    method("encode($self, /, encoding='utf-8', errors='strict')", codec::encode, "Encode the string using the codec registered for encoding.\n\n  encoding\n    The encoding in which to encode the string.\n  errors\n    The error handling scheme to use for encoding errors.\n    The default is 'strict' meaning that encoding errors raise a\n    UnicodeEncodeError.  Other possible values are 'ignore', 'replace'\n    and 'xmlcharrefreplace' as well as any other name registered with\n    codecs.register_error that can handle UnicodeEncodeErrors."),
    method("replace($self, old, new, /, count=-1)", searching::replace, "Return a copy with all occurrences of substring old replaced by new.\n\n  count\n    Maximum number of occurrences to replace.\n    -1 (the default value) means replace all occurrences.\n\nIf the optional argument count is given, only the first count occurrences are\nreplaced."),
    method("split($self, /, sep=None, maxsplit=-1)", splitting::split, "Return a list of the substrings in the string, using sep as the separator string.\n\n  sep\n    The separator used to split the string.\n\n    When set to None (the default value), will split on any\n    whitespace character (including \\n \\r \\t \\f and spaces) and\n    will discard empty strings from the result.\n  maxsplit\n    Maximum number of splits.\n    -1 (the default value) means no limit.\n\nSplitting starts at the front of the string and works to the end.\n\nNote, str.split() is mainly useful for data that has been\nintentionally delimited.  With natural text that includes\npunctuation, consider using the regular expression module."),
    method("rsplit($self, /, sep=None, maxsplit=-1)", splitting::rsplit, "Return a list of the substrings in the string, using sep as the separator string.\n\n  sep\n    The separator used to split the string.\n\n    When set to None (the default value), will split on any\n    whitespace character (including \\n \\r \\t \\f and spaces) and\n    will discard empty strings from the result.\n  maxsplit\n    Maximum number of splits.\n    -1 (the default value) means no limit.\n\nSplitting starts at the end of the string and works to the front."),
    method("join($self, iterable, /)", building::join, "Concatenate any number of strings.\n\nThe string whose method is called is inserted in between each given\nstring.  The result is returned as a new string.\n\nExample: '.'.join(['ab', 'pq', 'rs']) -> 'ab.pq.rs'"),
    method("capitalize($self, /)", casing::capitalize, "Return a capitalized version of the string.\n\nMore specifically, make the first character have upper case and the\nrest lower case."),
    method("casefold($self, /)", casing::casefold, "Return a version of the string suitable for caseless comparisons."),
    method("title($self, /)", casing::title, "Return a version of the string where each word is titlecased.\n\nMore specifically, words start with uppercased characters and all\nremaining cased characters have lower case."),
    method("center($self, width, fillchar=' ', /)", padding::center, "Return a centered string of length width.\n\nPadding is done using the specified fill character (default is\na space)."),
    method("count($self, sub, start=None, end=None, /)", searching::count, "count($self, sub[, start[, end]], /)\n--\n\nReturn the number of non-overlapping occurrences of substring sub in string S[start:end].\n\nOptional arguments start and end are interpreted as in slice\nnotation.").hidden(),
    method("expandtabs($self, /, tabsize=8)", padding::expandtabs, "Return a copy where all tab characters are expanded using spaces.\n\nIf tabsize is not given, a tab size of 8 characters is assumed."),
    method("find($self, sub, start=None, end=None, /)", searching::find, "find($self, sub[, start[, end]], /)\n--\n\nReturn the lowest index in S where substring sub is found, such that sub is contained within S[start:end].\n\nOptional arguments start and end are interpreted as in slice\nnotation.  Return -1 on failure.").hidden(),
    method("partition($self, sep, /)", splitting::partition, "Partition the string into three parts using the given separator.\n\nThis will search for the separator in the string.  If the separator\nis found, returns a 3-tuple containing the part before the\nseparator, the separator itself, and the part after it.\n\nIf the separator is not found, returns a 3-tuple containing\nthe original string and two empty strings."),
    method("index($self, sub, start=None, end=None, /)", searching::index, "index($self, sub[, start[, end]], /)\n--\n\nReturn the lowest index in S where substring sub is found, such that sub is contained within S[start:end].\n\nOptional arguments start and end are interpreted as in slice\nnotation.  Raises ValueError when the substring is not found.").hidden(),
    method("ljust($self, width, fillchar=' ', /)", padding::ljust, "Return a left-justified string of length width.\n\nPadding is done using the specified fill character (default is\na space)."),
    method("lower($self, /)", casing::lower, "Return a copy of the string converted to lowercase."),
    method("lstrip($self, chars=None, /)", padding::lstrip, "Return a copy of the string with leading whitespace removed.\n\nIf chars is given and not None, remove characters in chars instead."),
    method("rfind($self, sub, start=None, end=None, /)", searching::rfind, "rfind($self, sub[, start[, end]], /)\n--\n\nReturn the highest index in S where substring sub is found, such that sub is contained within S[start:end].\n\nOptional arguments start and end are interpreted as in slice\nnotation.  Return -1 on failure.").hidden(),
    method("rindex($self, sub, start=None, end=None, /)", searching::rindex, "rindex($self, sub[, start[, end]], /)\n--\n\nReturn the highest index in S where substring sub is found, such that sub is contained within S[start:end].\n\nOptional arguments start and end are interpreted as in slice\nnotation.  Raises ValueError when the substring is not found.").hidden(),
    method("rjust($self, width, fillchar=' ', /)", padding::rjust, "Return a right-justified string of length width.\n\nPadding is done using the specified fill character (default is\na space)."),
    method("rstrip($self, chars=None, /)", padding::rstrip, "Return a copy of the string with trailing whitespace removed.\n\nIf chars is given and not None, remove characters in chars instead."),
    method("rpartition($self, sep, /)", splitting::rpartition, "Partition the string into three parts using the given separator.\n\nThis will search for the separator in the string, starting at the\nend.  If the separator is found, returns a 3-tuple containing the\npart before the separator, the separator itself, and the part after\nit.\n\nIf the separator is not found, returns a 3-tuple containing two\nempty strings and the original string."),
    method("splitlines($self, /, keepends=False)", splitting::splitlines, "Return a list of the lines in the string, breaking at line boundaries.\n\nLine breaks are not included in the resulting list unless keepends\nis given and true."),
    method("strip($self, chars=None, /)", padding::strip, "Return a copy of the string with leading and trailing whitespace removed.\n\nIf chars is given and not None, remove characters in chars instead."),
    method("swapcase($self, /)", casing::swapcase, "Convert uppercase characters to lowercase and lowercase characters to uppercase."),
    method("translate($self, table, /)", translating::translate, "Replace each character in the string using the given translation table.\n\n  table\n    Translation table, which must be a mapping of Unicode ordinals\n    to Unicode ordinals, strings, or None.\n\nThe table must implement lookup/indexing via __getitem__, for\ninstance a dictionary or list.  If this operation raises\nLookupError, the character is left untouched.  Characters mapped to\nNone are deleted."),
    method("upper($self, /)", casing::upper, "Return a copy of the string converted to uppercase."),
    method("startswith($self, prefix, start=None, end=None, /)", searching::startswith, "startswith($self, prefix[, start[, end]], /)\n--\n\nReturn True if the string starts with the specified prefix, False otherwise.\n\n  prefix\n    A string or a tuple of strings to try.\n  start\n    Optional start position. Default: start of the string.\n  end\n    Optional stop position. Default: end of the string.").hidden(),
    method("endswith($self, suffix, start=None, end=None, /)", searching::endswith, "endswith($self, suffix[, start[, end]], /)\n--\n\nReturn True if the string ends with the specified suffix, False otherwise.\n\n  suffix\n    A string or a tuple of strings to try.\n  start\n    Optional start position. Default: start of the string.\n  end\n    Optional stop position. Default: end of the string.").hidden(),
    method("removeprefix($self, prefix, /)", searching::removeprefix, "Return a str with the given prefix string removed if present.\n\nIf the string starts with the prefix string, return\nstring[len(prefix):].  Otherwise, return a copy of the original\nstring."),
    method("removesuffix($self, suffix, /)", searching::removesuffix, "Return a str with the given suffix string removed if present.\n\nIf the string ends with the suffix string and that suffix is not\nempty, return string[:-len(suffix)].  Otherwise, return a copy of\nthe original string."),
    method("isascii($self, /)", casing::isascii, "Return True if all characters in the string are ASCII, False otherwise.\n\nASCII characters have code points in the range U+0000-U+007F.\nEmpty string is ASCII too."),
    method("islower($self, /)", casing::islower, "Return True if the string is a lowercase string, False otherwise.\n\nA string is lowercase if all cased characters in the string are\nlowercase and there is at least one cased character in the string."),
    method("isupper($self, /)", casing::isupper, "Return True if the string is an uppercase string, False otherwise.\n\nA string is uppercase if all cased characters in the string are\nuppercase and there is at least one cased character in the string."),
    method("istitle($self, /)", casing::istitle, "Return True if the string is a title-cased string, False otherwise.\n\nIn a title-cased string, upper- and title-case characters may only\nfollow uncased characters and lowercase characters only cased ones."),
    method("isspace($self, /)", casing::isspace, "Return True if the string is a whitespace string, False otherwise.\n\nA string is whitespace if all characters in the string are\nwhitespace and there is at least one character in the string."),
    method("isdecimal($self, /)", casing::isdecimal, "Return True if the string is a decimal string, False otherwise.\n\nA string is a decimal string if all characters in the string are\ndecimal and there is at least one character in the string."),
    method("isdigit($self, /)", casing::isdigit, "Return True if the string is a digit string, False otherwise.\n\nA string is a digit string if all characters in the string are\ndigits and there is at least one character in the string."),
    method("isnumeric($self, /)", casing::isnumeric, "Return True if the string is a numeric string, False otherwise.\n\nA string is numeric if all characters in the string are numeric and\nthere is at least one character in the string."),
    method("isalpha($self, /)", casing::isalpha, "Return True if the string is an alphabetic string, False otherwise.\n\nA string is alphabetic if all characters in the string are\nalphabetic and there is at least one character in the string."),
    method("isalnum($self, /)", casing::isalnum, "Return True if the string is an alpha-numeric string, False otherwise.\n\nA string is alpha-numeric if all characters in the string are\nalpha-numeric and there is at least one character in the string."),
    method("isidentifier($self, /)", casing::isidentifier, "Return True if the string is a valid Python identifier, False otherwise.\n\nCall keyword.iskeyword(s) to test whether string s is a reserved\nidentifier, such as \"def\" or \"class\"."),
    method("isprintable($self, /)", casing::isprintable, "Return True if all characters in the string are printable, False otherwise.\n\nA character is printable if repr() may use it in its output."),
    method("zfill($self, width, /)", padding::zfill, "Pad a numeric string with zeros on the left, to fill a field of the given width.\n\nThe string is never truncated."),
    method("format($self, /, *args, **kwargs)", formatting::format, "Return a formatted version of the string, using substitutions from args and kwargs.\nThe substitutions are identified by braces ('{' and '}')."),
    method("format_map($self, mapping, /)", formatting::format_map, "Return a formatted version of the string, using substitutions from mapping.\nThe substitutions are identified by braces ('{' and '}')."),
    method("__format__($self, format_spec, /)", formatting::dunder_format, "Return a formatted version of the string as described by format_spec."),
    static_method("maketrans(x, y=<unrepresentable>, z=<unrepresentable>, /)", translating::maketrans, "Return a translation table usable for str.translate().\n\nIf there is only one argument, it must be a dictionary mapping\nUnicode ordinals (integers) or characters to Unicode ordinals,\nstrings or None.  Character keys will be then converted to ordinals.\nIf there are two arguments, they must be strings of equal length,\nand in the resulting dictionary, each character in x will be mapped\nto the character at the same position in y.  If there is a third\nargument, it must be a string, whose characters will be mapped to\nNone in the result.").hidden(),
    method("__sizeof__($self, /)", sizeof, "Return the size of the string in memory, in bytes."),
    method("__getnewargs__($self, /)", getnewargs, ""),
];

pub static TYPE: TypeSpec = TypeSpec {
    name: "str",
    layout: Some(<Str as HeapObject>::native),
    slots: Slots {
        new: Some(new),
        repr: Some(repr),
        str: Some(str),
        hash: Some(hash),
        richcompare: Some(richcompare),
        iter: Some(iterator::iter),
        rem: Some(percent::remainder),
        len: Some(len),
        subscript: Some(subscript),
        contains: Some(contains),
        concat: Some(concat),
        repeat: Some(repeat),
        ..Slots::DEFAULT
    },
    methods: METHODS,
    doc: DOC,
    flags: BASETYPE | MATCH_SELF,
    ..TypeSpec::DEFAULT
};

const DOC: &str = "str(object='') -> str\nstr(bytes_or_buffer[, encoding[, errors]]) -> str\n\nCreate a new string object from the given object. If encoding or\nerrors is specified, then the object must expose a data buffer\nthat will be decoded using the given encoding and error handler.\nOtherwise, returns the result of object.__str__() (if defined)\nor repr(object).\nencoding defaults to 'utf-8'.\nerrors defaults to 'strict'.";
