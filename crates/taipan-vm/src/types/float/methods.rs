//! The slots and methods of `float`.

use taipan_text::float_text;
use taipan_text::format_spec::{self, FormatContext};

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::raise::{Exc, Raised};
use crate::slots::Slots;
use crate::spec::{BASETYPE, GetSetDef, MATCH_SELF, MethodDef, TypeSpec, class_method, getter, method};
use crate::types::Builtin;
use crate::types::bytes::Bytes;
use crate::types::float::{Float, arithmetic};
use crate::types::int::methods::format_argument;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    let shape = class.get(vm).root_shape;
    let exact = shape == Builtin::Float as u32;
    let args = args.for_constructor(vm, class);
    args.no_keywords(vm, "float")?;
    if exact || args.len() > 1 {
        args.expect(vm, "float", 0, 1)?;
    }
    let number = match args.opt(0) {
        _ if args.is_empty() => return with_shape(vm, 0.0, shape),
        Some(x) => {
            let slots = vm.slots(x);
            let is_text = x.exact::<Str>().is_some() || slots.float.is_none() && slots.index.is_none();
            match if is_text { parse_text(vm, x)? } else { None } {
                Some(f) => f,
                None => return from_real(vm, x, shape),
            }
        }
        None => 0.0,
    };
    with_shape(vm, number, shape)
}

fn with_shape(vm: &mut Vm, number: f64, shape: u32) -> Result<Value, Raised> {
    if shape == Builtin::Float as u32 {
        return if number.is_nan() { vm.new_boxed_float(number) } else { vm.new_float(number) };
    }
    Ok(vm.new_object(shape, Float { header: HeaderWord::NEW, number })?.value())
}

fn from_real(vm: &mut Vm, x: Value, shape: u32) -> Result<Value, Raised> {
    if shape == Builtin::Float as u32 && (x.is_immediate_float() || x.exact::<Float>().is_some()) {
        return Ok(x);
    }
    let slots = vm.slots(x);
    if slots.float.is_none() && slots.index.is_none() {
        let got = vm.type_name(x);
        let message = format!("float() argument must be a string or a real number, not '{got}'");
        return Err(vm.raise(Exc::TypeError, message));
    }
    let slot = vm.slots(x).float;
    let number = match slot {
        Some(float) if vm.as_float(x).is_some() || vm.is_int(x) => {
            // A subclass may have a `__float__` of its own.
            let result = float(vm, x)?;
            match vm.as_float(result) {
                Some(f) => {
                    if !vm.is_exact(result, crate::types::Builtin::Float) {
                        let method = format!("{}.__float__", vm.type_name(x));
                        vm.warn_strict_subclass(&method, "float", result)?;
                    }
                    f
                }
                None => {
                    let (name, got) = (vm.type_name(x), vm.type_name(result));
                    let message = format!("{name}.__float__ returned non-float (type {got})");
                    return Err(vm.raise(Exc::TypeError, message));
                }
            }
        }
        _ => vm.to_f64(x)?,
    };
    with_shape(vm, number, shape)
}

/// The number of a str or bytes-like object; `None` for other types.
fn parse_text(vm: &mut Vm, x: Value) -> Result<Option<f64>, Raised> {
    let parsed = if let Some(text) = x.downcast::<Str>(vm) {
        float_text::parse_float(text.get(vm).text())
    } else if let Some(bytes) = x.downcast::<Bytes>(vm) {
        float_text::parse_float_bytes(bytes.get(vm).bytes())
    } else if vm.slots(x).float.is_none() && vm.slots(x).get_buffer.is_some() {
        let result = vm.bytes_of(x);
        match vm.catch(result, Exc::Exception)? {
            Some(bytes) => float_text::parse_float_bytes(&bytes),
            None => return Ok(None),
        }
    } else {
        return Ok(None);
    };
    match parsed {
        Some(f) => Ok(Some(f)),
        None => {
            let repr = vm.repr_string(x)?;
            Err(vm.raise(Exc::ValueError, format!("could not convert string to float: {repr}")))
        }
    }
}

fn number(vm: &Vm, args: Args<'_>) -> f64 {
    vm.as_float(args.get(0)).unwrap_or(f64::NAN)
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let f = vm.as_float(this).unwrap_or(f64::NAN);
    vm.new_str(&float_text::repr(f))
}

fn format(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, spec] = args.all();
    let spec = format_argument(vm, spec)?;
    if spec.get(vm).is_empty() {
        return vm.str(this);
    }
    let type_name = vm.type_name(this);
    let f = number(vm, args);
    match format_spec::format_float(f, spec.get(vm).text(), &FormatContext::new(&type_name)) {
        Ok(text) => Ok(Str::from_text(vm, text.as_text())?.value()),
        Err(error) => Err(vm.raise_format_error(error)),
    }
}

fn from_number(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [class, x] = args.all();
    let exact = class == vm.class(Builtin::Float).value();
    if exact && (x.is_immediate_float() || x.exact::<Float>().is_some()) {
        return Ok(x);
    }
    let f = vm.to_f64(x)?;
    let f = vm.new_float(f)?;
    if exact { Ok(f) } else { vm.call(class, &[f]) }
}

fn conjugate(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    arithmetic::pos(vm, args.get(0))
}

fn trunc(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let f = number(vm, args);
    arithmetic::to_int(vm, f)
}

fn floor(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let f = number(vm, args);
    arithmetic::to_int(vm, f.floor())
}

fn ceil(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let f = number(vm, args);
    arithmetic::to_int(vm, f.ceil())
}

fn round(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [_, places] = args.all();
    let f = number(vm, args);
    let Some(places) = places.not_none() else { return arithmetic::to_int(vm, f.round_ties_even()) };
    let places = vm.index_clipped(places)?;
    match float_text::round_to_digits(f, places as i64) {
        Ok(f) => vm.new_float(f),
        Err(_) => Err(vm.raise(Exc::OverflowError, float_text::RoundError::MESSAGE)),
    }
}

fn as_integer_ratio(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let f = number(vm, args);
    match float_text::integer_ratio(f) {
        Some((numerator, denominator)) => {
            let (numerator, denominator) = (vm.new_big_int(&numerator)?, vm.new_big_int(&denominator)?);
            Ok(Tuple::from_values(vm, &[numerator, denominator])?.value())
        }
        None if f.is_nan() => Err(vm.raise(Exc::ValueError, "cannot convert NaN to integer ratio")),
        None => Err(vm.raise(Exc::OverflowError, "cannot convert Infinity to integer ratio")),
    }
}

fn from_hex(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [class, text] = args.all();
    let Some(text) = text.downcast::<Str>(vm) else {
        return Err(vm.raise(Exc::TypeError, "bad argument type for built-in operation"));
    };
    let parsed = float_text::from_hex(text.get(vm).text());
    let f = match parsed {
        Ok(f) => vm.new_float(f)?,
        Err(error) => {
            let exc = match error {
                float_text::FromHexError::TooLarge => Exc::OverflowError,
                _ => Exc::ValueError,
            };
            return Err(vm.raise(exc, error.message()));
        }
    };
    if class == vm.class(Builtin::Float).value() { Ok(f) } else { vm.call(class, &[f]) }
}

fn hex(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let f = number(vm, args);
    vm.new_str(&float_text::hex(f))
}

fn is_integer(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let f = number(vm, args);
    Ok(Value::bool(f.is_finite() && f == f.floor()))
}

fn getnewargs(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = arithmetic::pos(vm, args.get(0))?;
    Ok(Tuple::from_values(vm, &[this])?.value())
}

fn get_format(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let kind = args.get(1);
    let Some(text) = vm.text_of(kind) else {
        let got = vm.type_name(kind);
        return Err(vm.raise(Exc::TypeError, format!("__getformat__() argument must be str, not {got}")));
    };
    match text.as_str() {
        "double" | "float" => {
            vm.new_str(if cfg!(target_endian = "big") { "IEEE, big-endian" } else { "IEEE, little-endian" })
        }
        _ => Err(vm.raise(Exc::ValueError, "__getformat__() argument 1 must be 'double' or 'float'")),
    }
}

fn get_zero(_: &mut Vm, _: Value) -> Result<Value, Raised> {
    Ok(Value::immediate_float(0.0).unwrap_or(Value::int(0)))
}

#[rustfmt::skip]
const METHODS: &[MethodDef] = &[
    class_method("from_number($type, number, /)", from_number, "Convert real number to a floating-point number."),
    method("conjugate($self, /)", conjugate, "Return self, the complex conjugate of any float."),
    method("__trunc__($self, /)", trunc, "Return the Integral closest to x between 0 and x."),
    method("__floor__($self, /)", floor, "Return the floor as an Integral."),
    method("__ceil__($self, /)", ceil, "Return the ceiling as an Integral."),
    method("__round__($self, ndigits=None, /)", round, "Return the Integral closest to x, rounding half toward even.\n\nWhen an argument is passed, work like built-in round(x, ndigits)."),
    method("as_integer_ratio($self, /)", as_integer_ratio, "Return a pair of integers, whose ratio is exactly equal to the original float.\n\nThe ratio is in lowest terms and has a positive denominator.  Raise\nOverflowError on infinities and a ValueError on NaNs.\n\n>>> (10.0).as_integer_ratio()\n(10, 1)\n>>> (0.0).as_integer_ratio()\n(0, 1)\n>>> (-.25).as_integer_ratio()\n(-1, 4)"),
    class_method("fromhex($type, string, /)", from_hex, "Create a floating-point number from a hexadecimal string.\n\n>>> float.fromhex('0x1.ffffp10')\n2047.984375\n>>> float.fromhex('-0x1p-1074')\n-5e-324"),
    method("hex($self, /)", hex, "Return a hexadecimal representation of a floating-point number.\n\n>>> (-0.1).hex()\n'-0x1.999999999999ap-4'\n>>> 3.14159.hex()\n'0x1.921f9f01b866ep+1'"),
    method("is_integer($self, /)", is_integer, "Return True if the float is an integer."),
    method("__getnewargs__($self, /)", getnewargs, ""),
    class_method("__getformat__($type, typestr, /)", get_format, "You probably don't want to use this function.\n\n  typestr\n    Must be 'double' or 'float'.\n\nIt exists mainly to be used in Python's test suite.\n\nThis function returns whichever of 'unknown', 'IEEE, big-endian' or\n'IEEE, little-endian' best describes the format of floating-point\nnumbers used by the C type named by typestr."),
    method("__format__($self, format_spec, /)", format, "Formats the float according to format_spec."),
];

const GETSET: &[GetSetDef] = &[
    getter("real", arithmetic::pos, "the real part of a complex number"),
    getter("imag", get_zero, "the imaginary part of a complex number"),
];

pub static TYPE: TypeSpec = TypeSpec {
    name: "float",
    layout: Some(<Float as HeapObject>::native),
    slots: Slots {
        new: Some(new),
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
        int: Some(arithmetic::int),
        float: Some(arithmetic::pos),
        floordiv: Some(arithmetic::floordiv),
        truediv: Some(arithmetic::truediv),
        ..Slots::DEFAULT
    },
    methods: METHODS,
    getset: GETSET,
    doc: "float(x=0, /)\n--\n\nConvert a string or number to a floating-point number, if possible.",
    flags: BASETYPE | MATCH_SELF,
    ..TypeSpec::DEFAULT
};
