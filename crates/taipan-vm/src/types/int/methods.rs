//! The constructor, text and methods of `int` and `bool`.

use dashu_int::{IBig, Sign};
use taipan_text::format_spec::{FormatContext, FormatError, FormatErrorKind, format_int};
use taipan_text::int_text::{parse_int, parse_int_bytes, to_decimal};
use taipan_text::{float_text, int_math};

use super::{Int, Number, arithmetic};
use crate::args::Args;
use crate::gc::{Gc, HeapObject};
use crate::raise::{Exc, Raised};
use crate::signature::Signature;
use crate::slots::Slots;
use crate::spec::{BASETYPE, GetSetDef, MATCH_SELF, MethodDef, TypeSpec, class_method, getter, method};
use crate::types::Builtin;
use crate::types::bytes::Bytes;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

fn number(vm: &Vm, this: Value) -> IBig {
    vm.as_big(this).unwrap_or(IBig::ZERO)
}

/// `repr(int)`.
pub fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    if let Some(Number::Small(i)) = vm.as_number(this) {
        return vm.new_str(&i.to_string());
    }
    let limit = vm.interp().int_max_str_digits;
    match to_decimal(&number(vm, this), limit) {
        Ok(text) => vm.new_str(&text),
        Err(error) => Err(vm.raise(Exc::ValueError, error.message())),
    }
}

/// Raises what a failed formatting says.
pub fn raise_format_error(vm: &mut Vm, error: FormatError) -> Raised {
    match error.kind {
        FormatErrorKind::OverflowError => vm.raise(Exc::OverflowError, error.message),
        FormatErrorKind::MemoryError => vm.raise_no_memory(),
        _ => vm.raise(Exc::ValueError, error.message),
    }
}

fn format(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, spec] = args.all();
    let Some(spec) = spec.downcast::<Str>(vm) else {
        let got = vm.type_name(spec);
        return Err(vm.raise(Exc::TypeError, format!("__format__() argument must be str, not {got}")));
    };
    if spec.get(vm).is_empty() {
        return vm.str(this);
    }
    let value = number(vm, this);
    let type_name = vm.type_name(this);
    let context = FormatContext { max_str_digits: vm.interp().int_max_str_digits, ..FormatContext::new(&type_name) };
    match format_int(&value, spec.get(vm).text(), &context) {
        Ok(text) => Ok(Str::from_text(vm, text.as_text())?.value()),
        Err(error) => Err(raise_format_error(vm, error)),
    }
}

/// An int of a class: itself for `int`, a new instance for a subclass.
fn of_class(vm: &mut Vm, class: Gc<Type>, value: Value) -> Result<Value, Raised> {
    if class == vm.class(Builtin::Int) {
        return arithmetic::plain(vm, value);
    }
    let (sign, words) = {
        let big = number(vm, value);
        let (sign, words) = big.as_sign_words();
        (sign, words.to_vec())
    };
    let shape = class.get(vm).root_shape;
    Ok(Int::from_limbs(vm, shape, sign == Sign::Negative, &words)?.value())
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    static SIGNATURE: Signature = Signature::parse("int(x=0, /, base=10)");
    args.bind(vm, &SIGNATURE, |vm, args| {
        let [x, base] = args.all();
        let Some(x) = x.given() else {
            if base.given().is_some() {
                return Err(vm.raise(Exc::TypeError, "int() missing string argument"));
            }
            return of_class(vm, class, Value::int(0));
        };
        let value = match base.given() {
            None => convert(vm, x)?,
            Some(base) => {
                let base = vm.index_clipped(base)? as i64;
                if x.downcast::<Str>(vm).is_none() && x.downcast::<Bytes>(vm).is_none() && !has_buffer(vm, x) {
                    return Err(vm.raise(Exc::TypeError, "int() can't convert non-string with explicit base"));
                }
                parse(vm, x, base)?
            }
        };
        of_class(vm, class, value)
    })
}

fn has_buffer(vm: &mut Vm, value: Value) -> bool {
    vm.slots(value).get_buffer.is_some() && vm.type_name(value) == "bytearray"
}

fn parse(vm: &mut Vm, x: Value, base: i64) -> Result<Value, Raised> {
    let limit = vm.interp().int_max_str_digits;
    let parsed = if let Some(text) = x.downcast::<Str>(vm) {
        parse_int(text.get(vm).text(), base, limit)
    } else if let Some(bytes) = x.downcast::<Bytes>(vm) {
        parse_int_bytes(bytes.get(vm).bytes(), base, limit)
    } else {
        let copy = vm.builtin_value("bytes")?;
        let copy = vm.call(copy, &[x])?;
        match copy.downcast::<Bytes>(vm) {
            Some(bytes) => parse_int_bytes(bytes.get(vm).bytes(), base, limit),
            None => return Err(vm.raise(Exc::TypeError, "int() can't convert non-string with explicit base")),
        }
    };
    match parsed {
        Ok(big) => vm.new_big_int(&big),
        Err(error) => {
            let repr = vm.repr_string(x)?;
            Err(vm.raise(Exc::ValueError, error.message(base, &repr)))
        }
    }
}

/// `int(x)` of one argument.
fn convert(vm: &mut Vm, x: Value) -> Result<Value, Raised> {
    if x.is_small_int() {
        return Ok(x);
    }
    if let Some(int) = vm.slots(x).int {
        let result = int(vm, x)?;
        if vm.is_int(result) {
            return Ok(result);
        }
        let (class, got) = (vm.type_name(x), vm.type_name(result));
        return Err(vm.raise(Exc::TypeError, format!("{class}.__int__() must return an int, not {got}")));
    }
    if vm.slots(x).index.is_some() {
        return vm.index(x);
    }
    if x.downcast::<Str>(vm).is_some() || x.downcast::<Bytes>(vm).is_some() || has_buffer(vm, x) {
        return parse(vm, x, 10);
    }
    let got = vm.type_name(x);
    let message = format!("int() argument must be a string, a bytes-like object or a real number, not '{got}'");
    Err(vm.raise(Exc::TypeError, message))
}

fn bit_length(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::int(int_math::bit_length(&number(vm, args.get(0)))))
}

fn bit_count(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::int(int_math::bit_count(&number(vm, args.get(0)))))
}

fn plain_method(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    arithmetic::plain(vm, args.get(0))
}

fn as_integer_ratio(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let value = arithmetic::plain(vm, args.get(0))?;
    Ok(Tuple::from_values(vm, &[value, Value::int(1)])?.value())
}

fn is_integer(_: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::TRUE)
}

fn round(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, digits] = args.all();
    let Some(digits) = digits.not_none() else { return arithmetic::plain(vm, this) };
    match vm.index_clipped(digits)? {
        digits if digits >= 0 => arithmetic::plain(vm, this),
        digits => {
            let value = int_math::round_to_tens(&number(vm, this), digits.unsigned_abs() as u64);
            vm.new_big_int(&value)
        }
    }
}

fn is_big_endian(vm: &mut Vm, order: Value) -> Result<bool, Raised> {
    let Some(order) = order.given() else { return Ok(true) };
    match vm.text_of(order).as_deref() {
        Some("big") => Ok(true),
        Some("little") => Ok(false),
        Some(_) => Err(vm.raise(Exc::ValueError, "byteorder must be either 'little' or 'big'")),
        None => {
            let got = vm.type_name(order);
            Err(vm.raise(Exc::TypeError, format!("to_bytes() argument 'byteorder' must be str, not {got}")))
        }
    }
}

fn to_bytes(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, length, order, signed] = args.all();
    let length = match length.given() {
        Some(length) => vm.index_isize(length)?,
        None => 1,
    };
    let big_endian = is_big_endian(vm, order)?;
    let signed = match signed.given() {
        Some(signed) => vm.is_true(signed)?,
        None => false,
    };
    let Ok(length) = usize::try_from(length) else {
        return Err(vm.raise(Exc::ValueError, "length argument must be non-negative"));
    };
    if vm.heap_mut().would_exceed(length) {
        return Err(vm.raise_no_memory());
    }
    match int_math::to_bytes(&number(vm, this), length, big_endian, signed) {
        Ok(bytes) => vm.new_bytes(&bytes),
        Err(error) => Err(vm.raise(Exc::OverflowError, error.message())),
    }
}

fn from_bytes(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [class, bytes, order, signed] = args.all();
    let big_endian = is_big_endian(vm, order)?;
    let signed = match signed.given() {
        Some(signed) => vm.is_true(signed)?,
        None => false,
    };
    let bytes = match bytes.downcast::<Bytes>(vm) {
        Some(bytes) => bytes,
        None => {
            let constructor = vm.builtin_value("bytes")?;
            let copy = vm.call(constructor, &[bytes])?;
            match copy.downcast::<Bytes>(vm) {
                Some(bytes) => bytes,
                None => return Err(vm.raise(Exc::TypeError, "cannot convert to bytes")),
            }
        }
    };
    let value = int_math::from_bytes(bytes.get(vm).bytes(), big_endian, signed);
    let value = vm.new_big_int(&value)?;
    if class == vm.class(Builtin::Int).value() { Ok(value) } else { vm.call(class, &[value]) }
}

fn getnewargs(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let value = arithmetic::plain(vm, args.get(0))?;
    Ok(Tuple::from_values(vm, &[value])?.value())
}

fn sizeof(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let digits = int_math::bit_length(&number(vm, args.get(0))).div_ceil(30).max(1);
    Ok(Value::int(24 + digits * 4))
}

fn get_real(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    arithmetic::plain(vm, this)
}

fn get_zero(_: &mut Vm, _: Value) -> Result<Value, Raised> {
    Ok(Value::int(0))
}

fn get_one(_: &mut Vm, _: Value) -> Result<Value, Raised> {
    Ok(Value::int(1))
}

const METHODS: &[MethodDef] = &[
    method(
        "as_integer_ratio($self, /)",
        as_integer_ratio,
        "Return a pair of integers, whose ratio is equal to the original int.\n\nThe ratio is in lowest terms and has a positive denominator.\n\n>>> (10).as_integer_ratio()\n(10, 1)\n>>> (-10).as_integer_ratio()\n(-10, 1)\n>>> (0).as_integer_ratio()\n(0, 1)",
    ),
    method(
        "bit_count($self, /)",
        bit_count,
        "Number of ones in the binary representation of the absolute value of self.\n\nAlso known as the population count.\n\n>>> bin(13)\n'0b1101'\n>>> (13).bit_count()\n3",
    ),
    method(
        "bit_length($self, /)",
        bit_length,
        "Number of bits necessary to represent self in binary.\n\n>>> bin(37)\n'0b100101'\n>>> (37).bit_length()\n6",
    ),
    method("conjugate($self, /)", plain_method, "Returns self, the complex conjugate of any int."),
    class_method(
        "from_bytes($type, /, bytes, byteorder='big', *, signed=False)",
        from_bytes,
        "Return the integer represented by the given array of bytes.",
    ),
    method(
        "is_integer($self, /)",
        is_integer,
        "Returns True. Exists for duck type compatibility with float.is_integer.",
    ),
    method(
        "to_bytes($self, /, length=1, byteorder='big', *, signed=False)",
        to_bytes,
        "Return an array of bytes representing an integer.",
    ),
    method("__ceil__($self, /)", plain_method, "Ceiling of an Integral returns itself."),
    method("__floor__($self, /)", plain_method, "Flooring an Integral returns itself."),
    method("__trunc__($self, /)", plain_method, "Truncating an Integral returns itself."),
    method(
        "__round__($self, ndigits=None, /)",
        round,
        "Rounding an Integral returns itself.\n\nRounding with an ndigits argument also returns an integer.",
    ),
    method("__format__($self, format_spec, /)", format, "Convert to a string according to format_spec."),
    method("__getnewargs__($self, /)", getnewargs, ""),
    method("__sizeof__($self, /)", sizeof, "Returns size in memory, in bytes."),
];

const GETSET: &[GetSetDef] = &[
    getter("real", get_real, "the real part of a complex number"),
    getter("imag", get_zero, "the imaginary part of a complex number"),
    getter("numerator", get_real, "the numerator of a rational number in lowest terms"),
    getter("denominator", get_one, "the denominator of a rational number in lowest terms"),
];

pub static TYPE: TypeSpec = TypeSpec {
    name: "int",
    layout: Some(<Int as HeapObject>::native),
    slots: Slots { repr: Some(repr), new: Some(new), ..arithmetic::SLOTS },
    methods: METHODS,
    getset: GETSET,
    doc: "int([x]) -> integer\nint(x, base=10) -> integer\n\nConvert a number or string to an integer, or return 0 if no arguments\nare given.  If x is a number, return x.__int__().  For floating-point\nnumbers, this truncates towards zero.\n\nIf x is not a number or if base is given, then x must be a string,\nbytes, or bytearray instance representing an integer literal in the\ngiven base.  The literal can be preceded by '+' or '-' and be surrounded\nby whitespace.  The base defaults to 10.  Valid bases are 0 and 2-36.\nBase 0 means to interpret the base from the string as an integer literal.\n>>> int('0b100', base=0)\n4",
    flags: BASETYPE | MATCH_SELF,
    ..TypeSpec::DEFAULT
};

fn bool_repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    vm.new_str(if this == Value::TRUE { "True" } else { "False" })
}

fn bool_new(vm: &mut Vm, _class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    args.expect(vm, "bool", 0, 1)?;
    match args.opt(0) {
        Some(value) => vm.is_true(value).map(Value::bool),
        None => Ok(Value::FALSE),
    }
}

pub static BOOL: TypeSpec = TypeSpec {
    name: "bool",
    base: Some(&TYPE),
    slots: Slots { repr: Some(bool_repr), new: Some(bool_new), ..arithmetic::BOOL_SLOTS },
    doc: "Returns True when the argument is true, False otherwise.\nThe builtins True and False are the only two instances of the class bool.\nThe class bool is a subclass of the class int, and cannot be subclassed.",
    ..TypeSpec::DEFAULT
};

/// The int nearest to zero of a float. ValueError for a NaN, OverflowError for infinities.
pub fn from_float(vm: &mut Vm, value: f64) -> Result<Value, Raised> {
    if value.abs() < 4e18 {
        return vm.new_int(value as i64);
    }
    match int_math::from_float(value.trunc()) {
        Some(big) => vm.new_big_int(&big),
        None if value.is_nan() => Err(vm.raise(Exc::ValueError, "cannot convert float NaN to integer")),
        None => Err(vm.raise(Exc::OverflowError, "cannot convert float infinity to integer")),
    }
}

/// The nearest int of a float, ties to even.
pub fn round_float(vm: &mut Vm, value: f64) -> Result<Value, Raised> {
    match float_text::round_to_int(value) {
        Some(big) => vm.new_big_int(&big),
        None => from_float(vm, value),
    }
}
