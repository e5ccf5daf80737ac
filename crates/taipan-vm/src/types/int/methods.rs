//! The slots and methods of `int` and `bool`.

use taipan_text::format_spec::{self, FormatContext};
use taipan_text::{int_math, int_text};

use crate::args::Args;
use crate::gc::HeapObject;
use crate::raise::{Exc, Raised};
use crate::slots::Slots;
use crate::spec::{BASETYPE, GetSetDef, MATCH_SELF, MethodDef, TypeSpec, class_method, getter, method};
use crate::types::int::{Int, Number, arithmetic, construct};
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

/// `repr(int)`, `str(int)`.
pub fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    if let Some(i) = this.as_small_int() {
        return Ok(Str::from_ascii(vm, Decimal::new(i).bytes())?.value());
    }
    super::arithmetic::check_room(vm, &[this], super::arithmetic::PRODUCT)?;
    match vm.as_number(this) {
        Some(Number::Small(i)) => Ok(Str::from_ascii(vm, Decimal::new(i).bytes())?.value()),
        Some(Number::Big(big)) => {
            let limit = vm.interp().int_max_str_digits;
            match int_text::to_decimal(&big, limit) {
                Ok(text) => vm.new_str(&text),
                Err(error) => Err(vm.raise(Exc::ValueError, error.message())),
            }
        }
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

/// The decimal text of an int of machine size, on the stack.
struct Decimal {
    bytes: [u8; 20],
    start: usize,
}

impl Decimal {
    fn new(i: i64) -> Decimal {
        let mut text = Decimal { bytes: [0; 20], start: 20 };
        let mut rest = i.unsigned_abs();
        loop {
            text.start -= 1;
            text.bytes[text.start] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if i < 0 {
            text.start -= 1;
            text.bytes[text.start] = b'-';
        }
        text
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[self.start..]
    }
}

fn bool_repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Str::intern(vm, if this == Value::TRUE { "True" } else { "False" })?.value())
}

/// The format specification argument of `__format__`.
pub fn format_argument(vm: &mut Vm, spec: Value) -> Result<crate::gc::Gc<Str>, Raised> {
    match spec.downcast::<Str>(vm) {
        Some(spec) => Ok(spec),
        None => {
            let got = vm.type_name(spec);
            Err(vm.raise(Exc::TypeError, format!("__format__() argument must be str, not {got}")))
        }
    }
}

fn format(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, spec] = args.all();
    let spec = format_argument(vm, spec)?;
    if spec.get(vm).is_empty() {
        return vm.str(this);
    }
    let Some(big) = vm.as_big(this) else { return vm.str(this) };
    let type_name = vm.type_name(this);
    let mut context = FormatContext::new(&type_name);
    context.max_str_digits = vm.interp().int_max_str_digits;
    match format_spec::format_int(&big, spec.get(vm).text(), &context) {
        Ok(text) => Ok(Str::from_text(vm, text.as_text())?.value()),
        Err(error) => Err(vm.raise_format_error(error)),
    }
}

fn same(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    arithmetic::pos(vm, args.get(0))
}

fn bit_length(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::int(match vm.as_number(args.get(0)) {
        Some(Number::Small(i)) => (u64::BITS - i.unsigned_abs().leading_zeros()) as usize,
        Some(Number::Big(big)) => int_math::bit_length(&big),
        None => 0,
    }))
}

fn bit_count(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::int(match vm.as_number(args.get(0)) {
        Some(Number::Small(i)) => i.unsigned_abs().count_ones() as usize,
        Some(Number::Big(big)) => int_math::bit_count(&big),
        None => 0,
    }))
}

/// The `byteorder` argument: whether it says big-endian.
fn is_big_endian(vm: &mut Vm, order: Value, function: &str) -> Result<bool, Raised> {
    let Some(order) = order.given() else { return Ok(true) };
    let Some(text) = order.downcast::<Str>(vm) else {
        let got = vm.type_name(order);
        return Err(vm.raise(Exc::TypeError, format!("{function}() argument 'byteorder' must be str, not {got}")));
    };
    let text = text.get(vm);
    match (text.equals("big"), text.equals("little")) {
        (true, _) => Ok(true),
        (_, true) => Ok(false),
        _ => Err(vm.raise(Exc::ValueError, "byteorder must be either 'little' or 'big'")),
    }
}

fn to_bytes(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, length, order, signed] = args.all();
    let length = match length.given() {
        Some(length) => vm.index_isize(length)?,
        None => 1,
    };
    let big_endian = is_big_endian(vm, order, "to_bytes")?;
    let signed = match signed.given() {
        Some(signed) => vm.is_true(signed)?,
        None => false,
    };
    let Ok(length) = usize::try_from(length) else {
        return Err(vm.raise(Exc::ValueError, "length argument must be non-negative"));
    };
    vm.check_native_bytes(length)?;
    let Some(big) = vm.as_big(this) else { return Ok(Value::NOT_IMPLEMENTED) };
    match int_math::to_bytes(&big, length, big_endian, signed) {
        Ok(bytes) => vm.new_bytes(&bytes),
        Err(error) => Err(vm.raise(Exc::OverflowError, error.message())),
    }
}

fn from_bytes(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [class, source, order, signed] = args.all();
    let big_endian = is_big_endian(vm, order, "from_bytes")?;
    let signed = match signed.given() {
        Some(signed) => vm.is_true(signed)?,
        None => false,
    };
    let bytes = construct::bytes_argument(vm, source)?;
    let number = vm.new_big_int(&int_math::from_bytes(&bytes, big_endian, signed))?;
    if class == vm.class(crate::types::Builtin::Int).value() { Ok(number) } else { vm.call(class, &[number]) }
}

fn as_integer_ratio(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = arithmetic::pos(vm, args.get(0))?;
    Ok(Tuple::from_values(vm, &[this, Value::int(1)])?.value())
}

fn round(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, places] = args.all();
    let Some(places) = places.not_none() else { return arithmetic::pos(vm, this) };
    let places = vm.index(places)?;
    let (Some(big), Some(places)) = (vm.as_big(this), vm.as_big(places)) else { return arithmetic::pos(vm, this) };
    if places >= dashu_int::IBig::ZERO {
        return arithmetic::pos(vm, this);
    }
    // A power of ten with more digits than the number rounds it to 0; log10(2) < 0.302.
    let digits = int_math::bit_length(&big) as u64 * 302 / 1000 + 2;
    match u64::try_from(-places) {
        Ok(places) if places <= digits => vm.new_big_int(&int_math::round_to_tens(&big, places)),
        _ => Ok(Value::int(0)),
    }
}

fn getnewargs(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = arithmetic::pos(vm, args.get(0))?;
    Ok(Tuple::from_values(vm, &[this])?.value())
}

/// Small ints lie in the words that refer to them.
fn sizeof(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::int(args.get(0).as_heap().map_or(8, |header| vm.heap_mut().object_bytes(header))))
}

fn is_integer(_: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::TRUE)
}

fn get_same(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    arithmetic::pos(vm, this)
}

fn get_zero(_: &mut Vm, _: Value) -> Result<Value, Raised> {
    Ok(Value::int(0))
}

fn get_one(_: &mut Vm, _: Value) -> Result<Value, Raised> {
    Ok(Value::int(1))
}

#[rustfmt::skip]
const METHODS: &[MethodDef] = &[
    method("conjugate($self, /)", same, "Returns self, the complex conjugate of any int."),
    method("bit_length($self, /)", bit_length, "Number of bits necessary to represent self in binary.\n\n>>> bin(37)\n'0b100101'\n>>> (37).bit_length()\n6"),
    method("bit_count($self, /)", bit_count, "Number of ones in the binary representation of the absolute value of self.\n\nAlso known as the population count.\n\n>>> bin(13)\n'0b1101'\n>>> (13).bit_count()\n3"),
    method("to_bytes($self, /, length=1, byteorder='big', *, signed=False)", to_bytes, "Return an array of bytes representing an integer.\n\n  length\n    Length of bytes object to use.  An OverflowError is raised if\n    the integer is not representable with the given number of bytes.\n    Default is length 1.\n  byteorder\n    The byte order used to represent the integer.  If byteorder is\n    'big', the most significant byte is at the beginning of the byte\n    array.  If byteorder is 'little', the most significant byte is at\n    the end of the byte array.  To request the native byte order of\n    the host system, use sys.byteorder as the byte order value.\n    Default is to use 'big'.\n  signed\n    Determines whether two's complement is used to represent the\n    integer.  If signed is False and a negative integer is given,\n    an OverflowError is raised."),
    class_method("from_bytes($type, /, bytes, byteorder='big', *, signed=False)", from_bytes, "Return the integer represented by the given array of bytes.\n\n  bytes\n    Holds the array of bytes to convert.  The argument must either\n    support the buffer protocol or be an iterable object producing\n    bytes.  Bytes and bytearray are examples of built-in objects that\n    support the buffer protocol.\n  byteorder\n    The byte order used to represent the integer.  If byteorder is\n    'big', the most significant byte is at the beginning of the byte\n    array.  If byteorder is 'little', the most significant byte is at\n    the end of the byte array.  To request the native byte order of\n    the host system, use sys.byteorder as the byte order value.\n    Default is to use 'big'.\n  signed\n    Indicates whether two's complement is used to represent the\n    integer."),
    method("as_integer_ratio($self, /)", as_integer_ratio, "Return a pair of integers, whose ratio is equal to the original int.\n\nThe ratio is in lowest terms and has a positive denominator.\n\n>>> (10).as_integer_ratio()\n(10, 1)\n>>> (-10).as_integer_ratio()\n(-10, 1)\n>>> (0).as_integer_ratio()\n(0, 1)"),
    method("__trunc__($self, /)", same, "Truncating an Integral returns itself."),
    method("__floor__($self, /)", same, "Flooring an Integral returns itself."),
    method("__ceil__($self, /)", same, "Ceiling of an Integral returns itself."),
    method("__round__($self, ndigits=None, /)", round, "Rounding an Integral returns itself.\n\nRounding with an ndigits argument also returns an integer."),
    method("__getnewargs__($self, /)", getnewargs, ""),
    method("__format__($self, format_spec, /)", format, "Convert to a string according to format_spec."),
    method("__sizeof__($self, /)", sizeof, "Returns size in memory, in bytes."),
    method("is_integer($self, /)", is_integer, "Returns True. Exists for duck type compatibility with float.is_integer."),
];

const GETSET: &[GetSetDef] = &[
    getter("real", get_same, "the real part of a complex number"),
    getter("imag", get_zero, "the imaginary part of a complex number"),
    getter("numerator", get_same, "the numerator of a rational number in lowest terms"),
    getter("denominator", get_one, "the denominator of a rational number in lowest terms"),
];

pub static TYPE: TypeSpec = TypeSpec {
    name: "int",
    layout: Some(<Int as HeapObject>::native),
    slots: Slots {
        new: Some(construct::new),
        repr: Some(repr),
        hash: Some(arithmetic::hash),
        richcompare: Some(arithmetic::richcompare),
        add: Some(arithmetic::add),
        sub: Some(arithmetic::sub),
        mul: Some(arithmetic::mul),
        rem: Some(arithmetic::rem),
        divmod: Some(arithmetic::divmod),
        pow: Some(arithmetic::pow),
        neg: Some(arithmetic::neg),
        pos: Some(arithmetic::pos),
        abs: Some(arithmetic::abs),
        bool: Some(arithmetic::bool),
        invert: Some(arithmetic::invert),
        lshift: Some(arithmetic::lshift),
        rshift: Some(arithmetic::rshift),
        and: Some(arithmetic::and),
        xor: Some(arithmetic::xor),
        or: Some(arithmetic::or),
        int: Some(arithmetic::pos),
        float: Some(arithmetic::float),
        floordiv: Some(arithmetic::floordiv),
        truediv: Some(arithmetic::truediv),
        index: Some(arithmetic::pos),
        ..Slots::DEFAULT
    },
    methods: METHODS,
    getset: GETSET,
    doc: "int([x]) -> integer\nint(x, base=10) -> integer\n\nConvert a number or string to an integer, or return 0 if no arguments\nare given.  If x is a number, return x.__int__().  For floating-point\nnumbers, this truncates towards zero.\n\nIf x is not a number or if base is given, then x must be a string,\nbytes, or bytearray instance representing an integer literal in the\ngiven base.  The literal can be preceded by '+' or '-' and be surrounded\nby whitespace.  The base defaults to 10.  Valid bases are 0 and 2-36.\nBase 0 means to interpret the base from the string as an integer\niteral.\n>>> int('0b100', base=0)\n4",
    flags: BASETYPE | MATCH_SELF,
    ..TypeSpec::DEFAULT
};

pub static BOOL: TypeSpec = TypeSpec {
    name: "bool",
    base: Some(&TYPE),
    slots: Slots {
        new: Some(construct::new_bool),
        repr: Some(bool_repr),
        and: Some(arithmetic::bool_and),
        xor: Some(arithmetic::bool_xor),
        or: Some(arithmetic::bool_or),
        invert: Some(arithmetic::bool_invert),
        ..Slots::DEFAULT
    },
    doc: "bool(object=False, /)\n--\n\nReturns True when the argument is true, False otherwise.\nThe builtins True and False are the only two instances of the class bool.\nThe class bool is a subclass of the class int, and cannot be subclassed.",
    flags: MATCH_SELF,
    ..TypeSpec::DEFAULT
};
