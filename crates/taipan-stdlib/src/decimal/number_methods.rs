//! The methods and attributes of `Decimal`.

use dashu_int::ops::Gcd;
use dashu_int::{IBig, Sign, UBig};
use taipan_decimal::{Context, Decimal, Rounding, Status};
use taipan_vm::args::Args;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{GetSetDef, MethodDef, class_method, getter, method};
use taipan_vm::types::complex::Complex;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::class_of_spec;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::context::{optional_or_current, rounding_of, settings};
use super::operators::{self, BinaryOperation, UnaryOperation, finish};
use super::{arguments, conversion, current, formatting, max_digits, number, pair, signals, tuple_class};

fn unary(vm: &mut Vm, args: Args<'_>, operation: UnaryOperation) -> Result<Value, Raised> {
    let this = args.get(0);
    let [context] = arguments::bind(vm, args.skip(1), ["context"], 0)?;
    let context = optional_or_current(vm, context)?;
    let rules = settings(vm, context);
    let mut status = Status::NONE;
    let result = operation(&number::receiver(vm, this), &rules, &mut status);
    finish(vm, context, status, &result)
}

fn binary(vm: &mut Vm, args: Args<'_>, operation: BinaryOperation) -> Result<Value, Raised> {
    let this = args.get(0);
    let [other, context] = arguments::bind(vm, args.skip(1), ["other", "context"], 1)?;
    let context = optional_or_current(vm, context)?;
    let other = conversion::argument(vm, other)?;
    let rules = settings(vm, context);
    let mut status = Status::NONE;
    let result = operation(&number::receiver(vm, this), &other, &rules, &mut status);
    finish(vm, context, status, &result)
}

macro_rules! operations {
    ($kind:ident: $($name:ident),* $(,)?) => {
        $(fn $name(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
            $kind(vm, args, Decimal::$name)
        })*
    };
}

operations!(unary: exp, ln, log10, next_minus, next_plus, normalize, sqrt, logical_invert, logb);
operations!(binary: compare, compare_signal, max, max_mag, min, min_mag, next_toward, remainder_near, logical_and,
    logical_or, logical_xor, rotate, scaleb, shift);

/// The context of an optional argument with an optional rounding.
fn with_rounding(
    vm: &mut Vm,
    rounding: Value,
    context: Value,
) -> Result<(taipan_vm::gc::Gc<super::context::ContextObject>, Context), Raised> {
    let context = optional_or_current(vm, context)?;
    let rules = settings(vm, context);
    match rounding.not_none() {
        None => Ok((context, rules)),
        Some(rounding) => Ok((context, rules.with_rounding(rounding_of(vm, rounding)?))),
    }
}

fn to_integral_value(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.get(0);
    let [rounding, context] = arguments::bind(vm, args.skip(1), ["rounding", "context"], 0)?;
    let (context, rules) = with_rounding(vm, rounding, context)?;
    let mut status = Status::NONE;
    let result = number::receiver(vm, this).to_integral_value(&rules, &mut status);
    finish(vm, context, status, &result)
}

fn to_integral_exact(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.get(0);
    let [rounding, context] = arguments::bind(vm, args.skip(1), ["rounding", "context"], 0)?;
    let (context, rules) = with_rounding(vm, rounding, context)?;
    let mut status = Status::NONE;
    let result = number::receiver(vm, this).to_integral_exact(&rules, &mut status);
    finish(vm, context, status, &result)
}

fn quantize(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.get(0);
    let [exp, rounding, context] = arguments::bind(vm, args.skip(1), ["exp", "rounding", "context"], 1)?;
    let (context, rules) = with_rounding(vm, rounding, context)?;
    let exp = conversion::argument(vm, exp)?;
    let mut status = Status::NONE;
    let result = number::receiver(vm, this).quantize(&exp, &rules, &mut status);
    finish(vm, context, status, &result)
}

fn fma(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.get(0);
    let [other, third, context] = arguments::bind(vm, args.skip(1), ["other", "third", "context"], 2)?;
    let context = optional_or_current(vm, context)?;
    let (other, third) = (conversion::argument(vm, other)?, conversion::argument(vm, third)?);
    let rules = settings(vm, context);
    let mut status = Status::NONE;
    let result = number::receiver(vm, this).fma(&other, &third, &rules, &mut status);
    finish(vm, context, status, &result)
}

fn predicate(vm: &Vm, args: Args<'_>, test: fn(&Decimal) -> bool) -> Result<Value, Raised> {
    Ok(Value::bool(test(&number::receiver(vm, args.get(0)))))
}

fn is_canonical(_: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::TRUE)
}

fn size_predicate(vm: &mut Vm, args: Args<'_>, test: fn(&Decimal, &Context) -> bool) -> Result<Value, Raised> {
    let [context] = arguments::bind(vm, args.skip(1), ["context"], 0)?;
    let context = optional_or_current(vm, context)?;
    let rules = settings(vm, context);
    Ok(Value::bool(test(&number::receiver(vm, args.get(0)), &rules)))
}

fn adjusted(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let number = number::receiver(vm, args.get(0));
    vm.new_int(if number.is_special() { 0 } else { number.adjusted() })
}

fn return_self(_: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(args.get(0))
}

/// `Decimal(10)`.
pub fn radix(vm: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    number::make(vm, &Decimal::from_i64(10))
}

fn copy_abs(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let result = number::receiver(vm, args.get(0)).copy_abs();
    number::make(vm, &result)
}

fn copy_negate(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let result = number::receiver(vm, args.get(0)).copy_negate();
    number::make(vm, &result)
}

fn number_class(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [context] = arguments::bind(vm, args.skip(1), ["context"], 0)?;
    let context = optional_or_current(vm, context)?;
    let rules = settings(vm, context);
    let class = number::receiver(vm, args.get(0)).class(&rules);
    vm.new_str(class)
}

fn to_eng_string(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [context] = arguments::bind(vm, args.skip(1), ["context"], 0)?;
    let context = optional_or_current(vm, context)?;
    let capitals = context.get(vm).capitals();
    let text = number::receiver(vm, args.get(0)).to_engineering(capitals);
    vm.new_str(&text)
}

/// The operands of a method whose context only takes what goes wrong in their conversion.
fn operands(vm: &mut Vm, args: Args<'_>) -> Result<(Decimal, Decimal), Raised> {
    let this = args.get(0);
    let [other, context] = arguments::bind(vm, args.skip(1), ["other", "context"], 1)?;
    optional_or_current(vm, context)?;
    let other = conversion::argument(vm, other)?;
    Ok((number::receiver(vm, this), other))
}

/// What a function makes of the operands.
fn of_both(vm: &mut Vm, args: Args<'_>, make: fn(&Decimal, &Decimal) -> Decimal) -> Result<Value, Raised> {
    let (x, y) = operands(vm, args)?;
    number::make(vm, &make(&x, &y))
}

fn same_quantum(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (a, b) = operands(vm, args)?;
    Ok(Value::bool(a.same_quantum(&b)))
}

/// A plain number as an instance of a class.
fn as_class(vm: &mut Vm, class: Value, number: &Decimal) -> Result<Value, Raised> {
    let made = number::make(vm, number)?;
    if class == class_of_spec(vm, &number::TYPE)?.value() { Ok(made) } else { vm.call(class, &[made]) }
}

fn from_float(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [class, value] = args.all();
    let number = conversion::of_float_or_int(vm, value)?;
    as_class(vm, class, &number)
}

fn from_number(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [class, value] = args.all();
    let number = conversion::of_number(vm, value)?;
    as_class(vm, class, &number)
}

fn as_tuple(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let number = number::receiver(vm, args.get(0));
    let class = tuple_class(vm)?;
    let exponent = match () {
        _ if number.is_infinite() => vm.new_str("F")?,
        _ if number.is_signaling() => vm.new_str("N")?,
        _ if number.is_nan() => vm.new_str("n")?,
        _ => vm.new_int(number.exp)?,
    };
    let text = if number.is_nan() && number.coefficient.is_zero() {
        String::new()
    } else {
        operators::scientific(vm, &Decimal::new(false, number.coefficient, 0), true)?
    };
    let digits = Tuple::new_uninit(vm, taipan_vm::types::Builtin::Tuple as u32, text.len())?;
    for (slot, digit) in digits.get_mut(vm).items_mut().iter_mut().zip(text.bytes()) {
        *slot = Value::int32(i32::from(digit) - i32::from(b'0'));
    }
    vm.call(class, &[Value::int32(number.negative.into()), digits.value(), exponent])
}

fn as_integer_ratio(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let number = number::receiver(vm, args.get(0));
    if number.is_nan() {
        return Err(vm.raise(Exc::ValueError, "cannot convert NaN to integer ratio"));
    }
    if number.is_infinite() {
        return Err(vm.raise(Exc::OverflowError, "cannot convert Infinity to integer ratio"));
    }
    if number.is_zero() {
        return pair(vm, Value::int(0), Value::int(1));
    }
    let memory = max_digits(vm);
    if number.exp.saturating_abs() > memory {
        return Err(vm.raise_no_memory());
    }
    if number.exp >= 0 {
        let numerator = operators::to_int(vm, &number, Rounding::Floor)?;
        return pair(vm, numerator, Value::int(1));
    }
    let denominator = UBig::from(10u8).pow(number.exp.unsigned_abs() as usize);
    let numerator = number.coefficient.to_big();
    let common = (&numerator).gcd(&denominator);
    let (numerator, denominator) = (numerator / &common, denominator / &common);
    let sign = if number.negative { Sign::Negative } else { Sign::Positive };
    let numerator = vm.new_big_int(&IBig::from_parts(sign, numerator))?;
    let denominator = vm.new_big_int(&IBig::from(denominator))?;
    pair(vm, numerator, denominator)
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.get(0);
    let text = operators::str(vm, this)?;
    let arguments = Tuple::from_values(vm, &[text])?.value();
    let class = vm.type_of(this).value();
    pair(vm, class, arguments)
}

fn round(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.get(0);
    let [places] = arguments::bind(vm, args.skip(1), ["ndigits"], 0)?;
    let context = current::get(vm)?;
    let number = number::receiver(vm, this);
    let Some(places) = places.given() else { return operators::to_int(vm, &number, Rounding::HalfEven) };
    if !vm.is_int(places) {
        return Err(vm.raise(Exc::TypeError, "optional arg must be an integer"));
    }
    let places = vm.ssize(places)? as i64;
    let quantum = Decimal::small(false, 1, places.checked_neg().unwrap_or(i64::MAX));
    let rules = settings(vm, context);
    let mut status = Status::NONE;
    let result = number.quantize(&quantum, &rules, &mut status);
    signals::report(vm, context, status)?;
    number::make(vm, &result)
}

fn ceil(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let number = number::receiver(vm, args.get(0));
    operators::to_int(vm, &number, Rounding::Ceiling)
}

fn floor(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let number = number::receiver(vm, args.get(0));
    operators::to_int(vm, &number, Rounding::Floor)
}

fn trunc(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let number = number::receiver(vm, args.get(0));
    operators::to_int(vm, &number, Rounding::Down)
}

fn complex(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let number = number::receiver(vm, args.get(0));
    let real = operators::to_float(vm, &number)?;
    Ok(Complex::new(vm, real, 0.0)?.value())
}

fn sizeof(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    // Words of 19 digits, of which four lie in the object.
    let words = (number::receiver(vm, args.get(0)).coefficient.digits() + 18) / 19;
    vm.new_int(104 + if words > 4 { words * 8 } else { 0 })
}

fn get_real(_: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this)
}

fn get_imag(vm: &mut Vm, _: Value) -> Result<Value, Raised> {
    number::make(vm, &Decimal::small(false, 0, 0))
}

/// The computed attributes.
pub const GETSET: &[GetSetDef] = &[getter("real", get_real, ""), getter("imag", get_imag, "")];

/// The methods.
#[rustfmt::skip]
pub const METHODS: &[MethodDef] = &[
    MethodDef::raw("exp", exp, "exp($self, /, context=None)\n--\n\nReturn the value of the (natural) exponential function e**x at the given\nnumber.  The function always uses the ROUND_HALF_EVEN mode and the result\nis correctly rounded.\n\n"),
    MethodDef::raw("ln", ln, "ln($self, /, context=None)\n--\n\nReturn the natural (base e) logarithm of the operand. The function always\nuses the ROUND_HALF_EVEN mode and the result is correctly rounded.\n\n"),
    MethodDef::raw("log10", log10, "log10($self, /, context=None)\n--\n\nReturn the base ten logarithm of the operand. The function always uses the\nROUND_HALF_EVEN mode and the result is correctly rounded.\n\n"),
    MethodDef::raw("next_minus", next_minus, "next_minus($self, /, context=None)\n--\n\nReturn the largest number representable in the given context (or in the\ncurrent default context if no context is given) that is smaller than the\ngiven operand.\n\n"),
    MethodDef::raw("next_plus", next_plus, "next_plus($self, /, context=None)\n--\n\nReturn the smallest number representable in the given context (or in the\ncurrent default context if no context is given) that is larger than the\ngiven operand.\n\n"),
    MethodDef::raw("normalize", normalize, "normalize($self, /, context=None)\n--\n\nNormalize the number by stripping the rightmost trailing zeros and\nconverting any result equal to Decimal('0') to Decimal('0e0').  Used\nfor producing canonical values for members of an equivalence class.\nFor example, Decimal('32.100') and Decimal('0.321000e+2') both normalize\nto the equivalent value Decimal('32.1').\n\n"),
    MethodDef::raw("to_integral", to_integral_value, "to_integral($self, /, rounding=None, context=None)\n--\n\nIdentical to the to_integral_value() method.  The to_integral() name has been\nkept for compatibility with older versions.\n\n"),
    MethodDef::raw("to_integral_exact", to_integral_exact, "to_integral_exact($self, /, rounding=None, context=None)\n--\n\nRound to the nearest integer, signaling Inexact or Rounded as appropriate if\nrounding occurs.  The rounding mode is determined by the rounding parameter\nif given, else by the given context. If neither parameter is given, then the\nrounding mode of the current default context is used.\n\n"),
    MethodDef::raw("to_integral_value", to_integral_value, "to_integral_value($self, /, rounding=None, context=None)\n--\n\nRound to the nearest integer without signaling Inexact or Rounded.  The\nrounding mode is determined by the rounding parameter if given, else by\nthe given context. If neither parameter is given, then the rounding mode\nof the current default context is used.\n\n"),
    MethodDef::raw("sqrt", sqrt, "sqrt($self, /, context=None)\n--\n\nReturn the square root of the argument to full precision. The result is\ncorrectly rounded using the ROUND_HALF_EVEN rounding mode.\n\n"),
    MethodDef::raw("compare", compare, "compare($self, /, other, context=None)\n--\n\nCompare self to other.  Return a decimal value:\n\n    a or b is a NaN ==> Decimal('NaN')\n    a < b           ==> Decimal('-1')\n    a == b          ==> Decimal('0')\n    a > b           ==> Decimal('1')\n\n"),
    MethodDef::raw("compare_signal", compare_signal, "compare_signal($self, /, other, context=None)\n--\n\nIdentical to compare, except that all NaNs signal.\n\n"),
    MethodDef::raw("max", max, "max($self, /, other, context=None)\n--\n\nMaximum of self and other.  If one operand is a quiet NaN and the other is\nnumeric, the numeric operand is returned.\n\n"),
    MethodDef::raw("max_mag", max_mag, "max_mag($self, /, other, context=None)\n--\n\nSimilar to the max() method, but the comparison is done using the absolute\nvalues of the operands.\n\n"),
    MethodDef::raw("min", min, "min($self, /, other, context=None)\n--\n\nMinimum of self and other. If one operand is a quiet NaN and the other is\nnumeric, the numeric operand is returned.\n\n"),
    MethodDef::raw("min_mag", min_mag, "min_mag($self, /, other, context=None)\n--\n\nSimilar to the min() method, but the comparison is done using the absolute\nvalues of the operands.\n\n"),
    MethodDef::raw("next_toward", next_toward, "next_toward($self, /, other, context=None)\n--\n\nIf the two operands are unequal, return the number closest to the first\noperand in the direction of the second operand.  If both operands are\nnumerically equal, return a copy of the first operand with the sign set\nto be the same as the sign of the second operand.\n\n"),
    MethodDef::raw("quantize", quantize, "quantize($self, /, exp, rounding=None, context=None)\n--\n\nReturn a value equal to the first operand after rounding and having the\nexponent of the second operand.\n\n    >>> Decimal('1.41421356').quantize(Decimal('1.000'))\n    Decimal('1.414')\n\nUnlike other operations, if the length of the coefficient after the quantize\noperation would be greater than precision, then an InvalidOperation is signaled.\nThis guarantees that, unless there is an error condition, the quantized exponent\nis always equal to that of the right-hand operand.\n\nAlso unlike other operations, quantize never signals Underflow, even if the\nresult is subnormal and inexact.\n\nIf the exponent of the second operand is larger than that of the first, then\nrounding may be necessary. In this case, the rounding mode is determined by the\nrounding argument if given, else by the given context argument; if neither\nargument is given, the rounding mode of the current thread's context is used.\n\n"),
    MethodDef::raw("remainder_near", remainder_near, "remainder_near($self, /, other, context=None)\n--\n\nReturn the remainder from dividing self by other.  This differs from\nself % other in that the sign of the remainder is chosen so as to minimize\nits absolute value. More precisely, the return value is self - n * other\nwhere n is the integer nearest to the exact value of self / other, and\nif two integers are equally near then the even one is chosen.\n\nIf the result is zero then its sign will be the sign of self.\n\n"),
    MethodDef::raw("fma", fma, "fma($self, /, other, third, context=None)\n--\n\nFused multiply-add.  Return self*other+third with no rounding of the\nintermediate product self*other.\n\n    >>> Decimal(2).fma(3, 5)\n    Decimal('11')\n\n\n"),
    method("is_canonical($self, /)", is_canonical, "Return True if the argument is canonical and False otherwise.  Currently,\na Decimal instance is always canonical, so this operation always returns\nTrue.\n\n"),
    method("is_finite($self, /)", |vm, args| predicate(vm, args, Decimal::is_finite), "Return True if the argument is a finite number, and False if the argument\nis infinite or a NaN.\n\n"),
    method("is_infinite($self, /)", |vm, args| predicate(vm, args, Decimal::is_infinite), "Return True if the argument is either positive or negative infinity and\nFalse otherwise.\n\n"),
    method("is_nan($self, /)", |vm, args| predicate(vm, args, Decimal::is_nan), "Return True if the argument is a (quiet or signaling) NaN and False\notherwise.\n\n"),
    method("is_qnan($self, /)", |vm, args| predicate(vm, args, Decimal::is_quiet), "Return True if the argument is a quiet NaN, and False otherwise.\n\n"),
    method("is_snan($self, /)", |vm, args| predicate(vm, args, Decimal::is_signaling), "Return True if the argument is a signaling NaN and False otherwise.\n\n"),
    method("is_signed($self, /)", |vm, args| predicate(vm, args, Decimal::is_signed), "Return True if the argument has a negative sign and False otherwise.\nNote that both zeros and NaNs can carry signs.\n\n"),
    method("is_zero($self, /)", |vm, args| predicate(vm, args, Decimal::is_zero), "Return True if the argument is a (positive or negative) zero and False\notherwise.\n\n"),
    MethodDef::raw("is_normal", |vm, args| size_predicate(vm, args, Decimal::is_normal), "is_normal($self, /, context=None)\n--\n\nReturn True if the argument is a normal finite non-zero number with an\nadjusted exponent greater than or equal to Emin. Return False if the\nargument is zero, subnormal, infinite or a NaN.\n\n"),
    MethodDef::raw("is_subnormal", |vm, args| size_predicate(vm, args, Decimal::is_subnormal), "is_subnormal($self, /, context=None)\n--\n\nReturn True if the argument is subnormal, and False otherwise. A number is\nsubnormal if it is non-zero, finite, and has an adjusted exponent less\nthan Emin.\n\n"),
    method("adjusted($self, /)", adjusted, "Return the adjusted exponent of the number.  Defined as exp + digits - 1.\n\n"),
    method("canonical($self, /)", return_self, "Return the canonical encoding of the argument.  Currently, the encoding\nof a Decimal instance is always canonical, so this operation returns its\nargument unchanged.\n\n"),
    method("conjugate($self, /)", return_self, "Return self.\n\n"),
    method("radix($self, /)", radix, "Return Decimal(10), the radix (base) in which the Decimal class does\nall its arithmetic. Included for compatibility with the specification.\n\n"),
    method("copy_abs($self, /)", copy_abs, "Return the absolute value of the argument.  This operation is unaffected by\ncontext and is quiet: no flags are changed and no rounding is performed.\n\n"),
    method("copy_negate($self, /)", copy_negate, "Return the negation of the argument.  This operation is unaffected by context\nand is quiet: no flags are changed and no rounding is performed.\n\n"),
    MethodDef::raw("logb", logb, "logb($self, /, context=None)\n--\n\nFor a non-zero number, return the adjusted exponent of the operand as a\nDecimal instance.  If the operand is a zero, then Decimal('-Infinity') is\nreturned and the DivisionByZero condition is raised. If the operand is\nan infinity then Decimal('Infinity') is returned.\n\n"),
    MethodDef::raw("logical_invert", logical_invert, "logical_invert($self, /, context=None)\n--\n\nInvert all its digits.\n\nThe self must be logical number.\n\n"),
    MethodDef::raw("number_class", number_class, "number_class($self, /, context=None)\n--\n\nReturn a string describing the class of the operand.  The returned value\nis one of the following ten strings:\n\n    * '-Infinity', indicating that the operand is negative infinity.\n    * '-Normal', indicating that the operand is a negative normal number.\n    * '-Subnormal', indicating that the operand is negative and subnormal.\n    * '-Zero', indicating that the operand is a negative zero.\n    * '+Zero', indicating that the operand is a positive zero.\n    * '+Subnormal', indicating that the operand is positive and subnormal.\n    * '+Normal', indicating that the operand is a positive normal number.\n    * '+Infinity', indicating that the operand is positive infinity.\n    * 'NaN', indicating that the operand is a quiet NaN (Not a Number).\n    * 'sNaN', indicating that the operand is a signaling NaN.\n\n\n"),
    MethodDef::raw("to_eng_string", to_eng_string, "to_eng_string($self, /, context=None)\n--\n\nConvert to an engineering-type string.  Engineering notation has an exponent\nwhich is a multiple of 3, so there are up to 3 digits left of the decimal\nplace. For example, Decimal('123E+1') is converted to Decimal('1.23E+3').\n\nThe value of context.capitals determines whether the exponent sign is lower\nor upper case. Otherwise, the context does not affect the operation.\n\n"),
    MethodDef::raw("compare_total", |vm, args| of_both(vm, args, Decimal::compare_total), "compare_total($self, /, other, context=None)\n--\n\nCompare two operands using their abstract representation rather than\ntheir numerical value.  Similar to the compare() method, but the result\ngives a total ordering on Decimal instances.  Two Decimal instances with\nthe same numeric value but different representations compare unequal\nin this ordering:\n\n    >>> Decimal('12.0').compare_total(Decimal('12'))\n    Decimal('-1')\n\nQuiet and signaling NaNs are also included in the total ordering. The result\nof this function is Decimal('0') if both operands have the same representation,\nDecimal('-1') if the first operand is lower in the total order than the second,\nand Decimal('1') if the first operand is higher in the total order than the\nsecond operand. See the specification for details of the total order.\n\nThis operation is unaffected by context and is quiet: no flags are changed\nand no rounding is performed. As an exception, the C version may raise\nInvalidOperation if the second operand cannot be converted exactly.\n\n"),
    MethodDef::raw("compare_total_mag", |vm, args| of_both(vm, args, Decimal::compare_total_mag), "compare_total_mag($self, /, other, context=None)\n--\n\nCompare two operands using their abstract representation rather than their\nvalue as in compare_total(), but ignoring the sign of each operand.\n\nx.compare_total_mag(y) is equivalent to x.copy_abs().compare_total(y.copy_abs()).\n\nThis operation is unaffected by context and is quiet: no flags are changed\nand no rounding is performed. As an exception, the C version may raise\nInvalidOperation if the second operand cannot be converted exactly.\n\n"),
    MethodDef::raw("copy_sign", |vm, args| of_both(vm, args, Decimal::copy_sign), "copy_sign($self, /, other, context=None)\n--\n\nReturn a copy of the first operand with the sign set to be the same as the\nsign of the second operand. For example:\n\n    >>> Decimal('2.3').copy_sign(Decimal('-1.5'))\n    Decimal('-2.3')\n\nThis operation is unaffected by context and is quiet: no flags are changed\nand no rounding is performed. As an exception, the C version may raise\nInvalidOperation if the second operand cannot be converted exactly.\n\n"),
    MethodDef::raw("same_quantum", same_quantum, "same_quantum($self, /, other, context=None)\n--\n\nTest whether self and other have the same exponent or whether both are NaN.\n\nThis operation is unaffected by context and is quiet: no flags are changed\nand no rounding is performed. As an exception, the C version may raise\nInvalidOperation if the second operand cannot be converted exactly.\n\n"),
    MethodDef::raw("logical_and", logical_and, "logical_and($self, /, other, context=None)\n--\n\nApplies an 'and' operation between self and other's digits.\n\nBoth self and other must be logical numbers.\n\n"),
    MethodDef::raw("logical_or", logical_or, "logical_or($self, /, other, context=None)\n--\n\nApplies an 'or' operation between self and other's digits.\n\nBoth self and other must be logical numbers. \n\n"),
    MethodDef::raw("logical_xor", logical_xor, "logical_xor($self, /, other, context=None)\n--\n\nApplies an 'xor' operation between self and other's digits.\n\nBoth self and other must be logical numbers.\n\n"),
    MethodDef::raw("rotate", rotate, "rotate($self, /, other, context=None)\n--\n\nReturn the result of rotating the digits of the first operand by an amount\nspecified by the second operand.  The second operand must be an integer in\nthe range -precision through precision. The absolute value of the second\noperand gives the number of places to rotate. If the second operand is\npositive then rotation is to the left; otherwise rotation is to the right.\nThe coefficient of the first operand is padded on the left with zeros to\nlength precision if necessary. The sign and exponent of the first operand are\nunchanged.\n\n"),
    MethodDef::raw("scaleb", scaleb, "scaleb($self, /, other, context=None)\n--\n\nReturn the first operand with the exponent adjusted the second.  Equivalently,\nreturn the first operand multiplied by 10**other. The second operand must be\nan integer.\n\n"),
    MethodDef::raw("shift", shift, "shift($self, /, other, context=None)\n--\n\nReturn the result of shifting the digits of the first operand by an amount\nspecified by the second operand.  The second operand must be an integer in\nthe range -precision through precision. The absolute value of the second\noperand gives the number of places to shift. If the second operand is\npositive, then the shift is to the left; otherwise the shift is to the\nright. Digits shifted into the coefficient are zeros. The sign and exponent\nof the first operand are unchanged.\n\n"),
    class_method("from_float($type, f, /)", from_float, "Class method that converts a float to a decimal number, exactly.\nSince 0.1 is not exactly representable in binary floating point,\nDecimal.from_float(0.1) is not the same as Decimal('0.1').\n\n    >>> Decimal.from_float(0.1)\n    Decimal('0.1000000000000000055511151231257827021181583404541015625')\n    >>> Decimal.from_float(float('nan'))\n    Decimal('NaN')\n    >>> Decimal.from_float(float('inf'))\n    Decimal('Infinity')\n    >>> Decimal.from_float(float('-inf'))\n    Decimal('-Infinity')\n\n\n"),
    class_method("from_number($type, number, /)", from_number, "Class method that converts a real number to a decimal number, exactly.\n\n    >>> Decimal.from_number(314)              # int\n    Decimal('314')\n    >>> Decimal.from_number(0.1)              # float\n    Decimal('0.1000000000000000055511151231257827021181583404541015625')\n    >>> Decimal.from_number(Decimal('3.14'))  # another decimal instance\n    Decimal('3.14')\n\n\n"),
    method("as_tuple($self, /)", as_tuple, "Return a tuple representation of the number.\n\n"),
    method("as_integer_ratio($self, /)", as_integer_ratio, "Decimal.as_integer_ratio() -> (int, int)\n\nReturn a pair of integers, whose ratio is exactly equal to the original\nDecimal and with a positive denominator. The ratio is in lowest terms.\nRaise OverflowError on infinities and a ValueError on NaNs.\n\n"),
    method("__copy__($self, /)", return_self, ""),
    method("__deepcopy__($self, object, /)", return_self, ""),
    MethodDef::raw("__format__", formatting::format, ""),
    method("__reduce__($self, /)", reduce, ""),
    MethodDef::raw("__round__", round, ""),
    method("__ceil__($self, /)", ceil, ""),
    method("__floor__($self, /)", floor, ""),
    method("__trunc__($self, /)", trunc, ""),
    method("__complex__($self, /)", complex, ""),
    method("__sizeof__($self, /)", sizeof, ""),
];
