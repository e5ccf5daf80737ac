//! The slots and methods of `float`.

use taipan_text::float_text::{self, RoundError};
use taipan_text::format_spec::{FormatContext, format_float};
use taipan_text::int_math;

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::raise::{Exc, Raised};
use crate::slots::{Comparison, Slots};
use crate::spec::{BASETYPE, GetSetDef, MATCH_SELF, MethodDef, TypeSpec, class_method, getter, method};
use crate::types::Builtin;
use crate::types::bytes::Bytes;
use crate::types::float::Float;
use crate::types::int::Number;
use crate::types::int::methods::{from_float, raise_format_error, round_float};
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

fn number(vm: &Vm, this: Value) -> f64 {
    vm.as_float(this).unwrap_or(0.0)
}

/// A float or int operand as a float; `None` for other types.
fn operand(vm: &mut Vm, value: Value) -> Result<Option<f64>, Raised> {
    if let Some(f) = vm.as_float(value) {
        return Ok(Some(f));
    }
    if vm.is_int(value) {
        return vm.int_to_f64(value).map(Some);
    }
    Ok(None)
}

fn pair(vm: &mut Vm, a: Value, b: Value) -> Result<Option<(f64, f64)>, Raised> {
    match (operand(vm, a)?, operand(vm, b)?) {
        (Some(x), Some(y)) => Ok(Some((x, y))),
        _ => Ok(None),
    }
}

macro_rules! operators {
    ($($name:ident $op:tt;)*) => {$(
        fn $name(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
            match pair(vm, a, b)? {
                Some((x, y)) => vm.new_float(x $op y),
                None => Ok(Value::NOT_IMPLEMENTED),
            }
        }
    )*};
}

operators! { add +; sub -; mul *; }

fn truediv(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    match pair(vm, a, b)? {
        Some((_, 0.0)) => Err(vm.raise(Exc::ZeroDivisionError, "division by zero")),
        Some((x, y)) => vm.new_float(x / y),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

/// Floor quotient and remainder with the sign of the divisor, as CPython computes them.
fn floor_div_mod(x: f64, y: f64) -> (f64, f64) {
    let mut rest = x % y;
    let mut quotient = (x - rest) / y;
    if rest != 0.0 {
        if (y < 0.0) != (rest < 0.0) {
            rest += y;
            quotient -= 1.0;
        }
    } else {
        rest = 0f64.copysign(y);
    }
    let floor = if quotient != 0.0 {
        let floor = quotient.floor();
        if quotient - floor > 0.5 { floor + 1.0 } else { floor }
    } else {
        0f64.copysign(x / y)
    };
    (floor, rest)
}

fn division(vm: &mut Vm, a: Value, b: Value, message: &str) -> Result<Option<(f64, f64)>, Raised> {
    match pair(vm, a, b)? {
        Some((_, 0.0)) => Err(vm.raise(Exc::ZeroDivisionError, message)),
        Some((x, y)) => Ok(Some(floor_div_mod(x, y))),
        None => Ok(None),
    }
}

fn floordiv(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    match division(vm, a, b, "float floor division by zero")? {
        Some((quotient, _)) => vm.new_float(quotient),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn rem(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    match division(vm, a, b, "float modulo by zero")? {
        Some((_, rest)) => vm.new_float(rest),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn divmod(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    match division(vm, a, b, "float floor division by zero")? {
        Some((quotient, rest)) => {
            let (quotient, rest) = (vm.new_float(quotient)?, vm.new_float(rest)?);
            Ok(Tuple::from_values(vm, &[quotient, rest])?.value())
        }
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn pow(vm: &mut Vm, a: Value, b: Value, modulus: Value) -> Result<Value, Raised> {
    if !modulus.is_none() {
        let message = "pow() 3rd argument not allowed unless all arguments are integers";
        return Err(vm.raise(Exc::TypeError, message));
    }
    let Some((x, y)) = pair(vm, a, b)? else { return Ok(Value::NOT_IMPLEMENTED) };
    if x == 0.0 && y < 0.0 {
        return Err(vm.raise(Exc::ZeroDivisionError, "zero to a negative power"));
    }
    if x < 0.0 && x.is_finite() && y.is_finite() && y != y.floor() {
        let class = vm.builtin_value("complex")?;
        let (x, y) = (vm.new_float(x)?, vm.new_float(y)?);
        let (x, y) = (vm.call(class, &[x])?, vm.call(class, &[y])?);
        return vm.power(x, y, Value::NONE);
    }
    let result = x.powf(y);
    if result.is_infinite() && x.is_finite() && y.is_finite() {
        // What C's pow() reports as ERANGE.
        let message = vm.new_str("Numerical result out of range")?;
        return Err(vm.raise_with(Exc::OverflowError, &[Value::int32(34), message]));
    }
    vm.new_float(result)
}

fn neg(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let result = -number(vm, this);
    vm.new_float(result)
}

fn plain(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    if this.is_immediate_float() || this.exact::<Float>().is_some() {
        return Ok(this);
    }
    let value = number(vm, this);
    vm.new_float(value)
}

fn abs(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let result = number(vm, this).abs();
    vm.new_float(result)
}

fn is_true(vm: &mut Vm, this: Value) -> Result<bool, Raised> {
    Ok(number(vm, this) != 0.0)
}

fn int(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let value = number(vm, this);
    from_float(vm, value)
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let text = float_text::repr(number(vm, this));
    vm.new_str(&text)
}

fn hash(vm: &mut Vm, this: Value) -> Result<i64, Raised> {
    match taipan_text::hash::float(number(vm, this)) {
        Some(hash) => Ok(hash),
        // A NaN hashes by identity.
        None => crate::types::object::hash(vm, this),
    }
}

fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    let x = number(vm, a);
    let order = match vm.as_float(b) {
        Some(y) => x.partial_cmp(&y),
        None => match vm.as_number(b) {
            Some(Number::Small(y)) if y.unsigned_abs() < 1 << 53 => x.partial_cmp(&(y as f64)),
            Some(number) => {
                let y = match number {
                    Number::Small(y) => y.into(),
                    Number::Big(y) => y,
                };
                int_math::compare_float(&y, x).map(std::cmp::Ordering::reverse)
            }
            None => return Ok(Value::NOT_IMPLEMENTED),
        },
    };
    Ok(Value::bool(match order {
        Some(order) => op.holds(order),
        None => op == Comparison::Ne,
    }))
}

fn of_class(vm: &mut Vm, class: Gc<Type>, value: f64) -> Result<Value, Raised> {
    if class == vm.class(Builtin::Float) {
        return if value.is_nan() { vm.new_boxed_float(value) } else { vm.new_float(value) };
    }
    let shape = class.get(vm).root_shape;
    Ok(vm.new_object(shape, Float { header: HeaderWord::NEW, number: value })?.value())
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    let name = Type::name(class, vm);
    if class == vm.class(Builtin::Float) {
        args.no_keywords(vm, &name)?;
    }
    args.expect(vm, "float", 0, 1)?;
    let Some(x) = args.opt(0) else { return of_class(vm, class, 0.0) };
    if class == vm.class(Builtin::Float) && (x.is_immediate_float() || x.exact::<Float>().is_some()) {
        return Ok(x);
    }
    let value = if let Some(text) = x.downcast::<Str>(vm) {
        float_text::parse_float(text.get(vm).text())
    } else if let Some(bytes) = x.downcast::<Bytes>(vm) {
        float_text::parse_float_bytes(bytes.get(vm).bytes())
    } else if vm.as_float(x).is_none() && !vm.is_int(x) && vm.slots(x).float.is_none() && vm.slots(x).index.is_none() {
        let got = vm.type_name(x);
        let message = format!("float() argument must be a string or a real number, not '{got}'");
        return Err(vm.raise(Exc::TypeError, message));
    } else {
        Some(vm.to_f64(x)?)
    };
    match value {
        Some(value) => of_class(vm, class, value),
        None => {
            let repr = vm.repr_string(x)?;
            Err(vm.raise(Exc::ValueError, format!("could not convert string to float: {repr}")))
        }
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
    let type_name = vm.type_name(this);
    match format_float(number(vm, this), spec.get(vm).text(), &FormatContext::new(&type_name)) {
        Ok(text) => Ok(Str::from_text(vm, text.as_text())?.value()),
        Err(error) => Err(raise_format_error(vm, error)),
    }
}

fn is_integer(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let value = number(vm, args.get(0));
    Ok(Value::bool(value.is_finite() && value == value.trunc()))
}

fn as_integer_ratio(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let value = number(vm, args.get(0));
    match float_text::integer_ratio(value) {
        Some((numerator, denominator)) => {
            let (numerator, denominator) = (vm.new_big_int(&numerator)?, vm.new_big_int(&denominator)?);
            Ok(Tuple::from_values(vm, &[numerator, denominator])?.value())
        }
        None if value.is_nan() => Err(vm.raise(Exc::ValueError, "cannot convert NaN to integer ratio")),
        None => Err(vm.raise(Exc::OverflowError, "cannot convert Infinity to integer ratio")),
    }
}

fn round(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [this, digits] = args.all();
    let value = number(vm, this);
    let Some(digits) = digits.not_none() else { return round_float(vm, value) };
    let digits = vm.index_clipped(digits)?;
    match float_text::round_to_digits(value, digits as i64) {
        Ok(value) => vm.new_float(value),
        Err(RoundError) => Err(vm.raise(Exc::OverflowError, "rounded value too large to represent")),
    }
}

fn trunc(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    int(vm, args.get(0))
}

fn floor(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let value = number(vm, args.get(0)).floor();
    from_float(vm, value)
}

fn ceil(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let value = number(vm, args.get(0)).ceil();
    from_float(vm, value)
}

fn conjugate(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    plain(vm, args.get(0))
}

fn hex(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let text = float_text::hex(number(vm, args.get(0)));
    vm.new_str(&text)
}

fn fromhex(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [class, text] = args.all();
    let Some(text) = text.downcast::<Str>(vm) else {
        let got = vm.type_name(text);
        return Err(vm.raise(Exc::TypeError, format!("fromhex() argument must be str, not {got}")));
    };
    match float_text::from_hex(text.get(vm).text()) {
        Ok(value) => {
            let value = vm.new_float(value)?;
            if class == vm.class(Builtin::Float).value() { Ok(value) } else { vm.call(class, &[value]) }
        }
        Err(error) => {
            let exc = if error.message().contains("too large") { Exc::OverflowError } else { Exc::ValueError };
            Err(vm.raise(exc, error.message()))
        }
    }
}

fn from_number(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [class, value] = args.all();
    let value = vm.to_f64(value)?;
    let value = vm.new_float(value)?;
    if class == vm.class(Builtin::Float).value() { Ok(value) } else { vm.call(class, &[value]) }
}

fn getformat(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    match vm.text_of(args.get(1)).as_deref() {
        Some("double" | "float") => {
            vm.new_str(if cfg!(target_endian = "little") { "IEEE, little-endian" } else { "IEEE, big-endian" })
        }
        _ => Err(vm.raise(Exc::ValueError, "__getformat__() argument 1 must be 'double' or 'float'")),
    }
}

fn getnewargs(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let value = plain(vm, args.get(0))?;
    Ok(Tuple::from_values(vm, &[value])?.value())
}

fn get_imag(vm: &mut Vm, _: Value) -> Result<Value, Raised> {
    vm.new_float(0.0)
}

const METHODS: &[MethodDef] = &[
    method("conjugate($self, /)", conjugate, "Return self, the complex conjugate of any float."),
    method("__trunc__($self, /)", trunc, "Return the Integral closest to x between 0 and x."),
    method("__floor__($self, /)", floor, "Return the floor as an Integral."),
    method("__ceil__($self, /)", ceil, "Return the ceiling as an Integral."),
    method(
        "__round__($self, ndigits=None, /)",
        round,
        "Return the Integral closest to x, rounding half toward even.\n\nWhen an argument is passed, work like built-in round(x, ndigits).",
    ),
    method(
        "as_integer_ratio($self, /)",
        as_integer_ratio,
        "Return a pair of integers, whose ratio is exactly equal to the original float.\n\nThe ratio is in lowest terms and has a positive denominator.  Raise\nOverflowError on infinities and a ValueError on NaNs.\n\n>>> (10.0).as_integer_ratio()\n(10, 1)\n>>> (0.0).as_integer_ratio()\n(0, 1)\n>>> (-.25).as_integer_ratio()\n(-1, 4)",
    ),
    class_method("from_number($type, number, /)", from_number, "Convert real number to a floating-point number."),
    class_method(
        "fromhex($type, string, /)",
        fromhex,
        "Create a floating-point number from a hexadecimal string.\n\n>>> float.fromhex('0x1.ffffp10')\n2047.984375\n>>> float.fromhex('-0x1p-1074')\n-5e-324",
    ),
    method(
        "hex($self, /)",
        hex,
        "Return a hexadecimal representation of a floating-point number.\n\n>>> (-0.1).hex()\n'-0x1.999999999999ap-4'\n>>> 3.14159.hex()\n'0x1.921f9f01b866ep+1'",
    ),
    method("is_integer($self, /)", is_integer, "Return True if the float is an integer."),
    method("__getnewargs__($self, /)", getnewargs, ""),
    class_method("__getformat__($type, typestr, /)", getformat, "You probably don't want to use this function."),
    method("__format__($self, format_spec, /)", format, "Formats the float according to format_spec."),
];

const GETSET: &[GetSetDef] = &[
    getter("real", plain, "the real part of a complex number"),
    getter("imag", get_imag, "the imaginary part of a complex number"),
];

pub static TYPE: TypeSpec = TypeSpec {
    name: "float",
    layout: Some(<Float as HeapObject>::native),
    slots: Slots {
        repr: Some(repr),
        new: Some(new),
        hash: Some(hash),
        richcompare: Some(richcompare),
        add: Some(add),
        sub: Some(sub),
        mul: Some(mul),
        rem: Some(rem),
        divmod: Some(divmod),
        pow: Some(pow),
        neg: Some(neg),
        pos: Some(plain),
        abs: Some(abs),
        bool: Some(is_true),
        int: Some(int),
        float: Some(plain),
        floordiv: Some(floordiv),
        truediv: Some(truediv),
        ..Slots::DEFAULT
    },
    methods: METHODS,
    getset: GETSET,
    doc: "Convert a string or number to a floating-point number, if possible.",
    flags: BASETYPE | MATCH_SELF,
    ..TypeSpec::DEFAULT
};
