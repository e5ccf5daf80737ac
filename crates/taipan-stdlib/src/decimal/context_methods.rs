//! The methods of `Context`.

use taipan_decimal::{Context, Decimal, Status};
use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{MethodDef, method};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::context::{self, ContextObject, settings};
use super::operators::{self, BinaryOperation, UnaryOperation, finish};
use super::{arguments, conversion, number, number_methods};

fn unary(vm: &mut Vm, args: Args<'_>, operation: UnaryOperation) -> Result<Value, Raised> {
    let (context, [x]) = args.method::<ContextObject, 1>(vm);
    let x = conversion::argument(vm, x)?;
    let rules = settings(vm, context);
    let mut status = Status::NONE;
    let result = operation(&x, &rules, &mut status);
    finish(vm, context, status, &result)
}

fn binary(vm: &mut Vm, args: Args<'_>, operation: BinaryOperation) -> Result<Value, Raised> {
    let (context, [x, y]) = arguments::operands(vm, args)?;
    let x = conversion::argument(vm, x)?;
    let y = conversion::argument(vm, y)?;
    let rules = settings(vm, context);
    let mut status = Status::NONE;
    let result = operation(&x, &y, &rules, &mut status);
    finish(vm, context, status, &result)
}

macro_rules! operations {
    ($kind:ident: $($name:ident),* $(,)?) => {
        $(fn $name(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
            $kind(vm, args, Decimal::$name)
        })*
    };
}

operations!(unary: abs, exp, ln, log10, minus, next_minus, next_plus, normalize, plus, to_integral_value,
    to_integral_exact, sqrt, logical_invert, logb, apply);
operations!(binary: add, compare, compare_signal, divide, divide_int, max, max_mag, min, min_mag, multiply,
    next_toward, quantize, remainder, remainder_near, subtract, logical_and, logical_or, logical_xor, rotate, scaleb,
    shift);

fn divmod(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (context, [x, y]) = arguments::operands(vm, args)?;
    let (x, y) = (conversion::argument(vm, x)?, conversion::argument(vm, y)?);
    operators::divmod_numbers(vm, context, &x, &y)
}

fn power(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let context: Gc<ContextObject> = args.receiver(vm);
    let [a, b, modulo] = arguments::bind(vm, args.skip(1), ["a", "b", "modulo"], 2)?;
    let (a, b) = (conversion::argument(vm, a)?, conversion::argument(vm, b)?);
    let modulo = match modulo.not_none() {
        Some(modulo) => Some(conversion::argument(vm, modulo)?),
        None => None,
    };
    operators::power(vm, context, &a, &b, modulo.as_ref())
}

fn fma(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (context, [x, y, z]) = arguments::operands(vm, args)?;
    let (x, y, z) = (conversion::argument(vm, x)?, conversion::argument(vm, y)?, conversion::argument(vm, z)?);
    let rules = settings(vm, context);
    let mut status = Status::NONE;
    let result = x.fma(&y, &z, &rules, &mut status);
    finish(vm, context, status, &result)
}

#[allow(non_snake_case)]
fn Etiny(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let etiny = args.receiver::<ContextObject>(vm).get(vm).settings(0).etiny();
    vm.new_int(etiny)
}

#[allow(non_snake_case)]
fn Etop(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let etop = args.receiver::<ContextObject>(vm).get(vm).settings(0).etop();
    vm.new_int(etop)
}

fn radix(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    number_methods::radix(vm, args)
}

fn predicate(vm: &mut Vm, args: Args<'_>, test: fn(&Decimal) -> bool) -> Result<Value, Raised> {
    let x = conversion::argument(vm, args.get(1))?;
    Ok(Value::bool(test(&x)))
}

fn size_predicate(vm: &mut Vm, args: Args<'_>, test: fn(&Decimal, &Context) -> bool) -> Result<Value, Raised> {
    let (context, [x]) = args.method::<ContextObject, 1>(vm);
    let x = conversion::argument(vm, x)?;
    let rules = settings(vm, context);
    Ok(Value::bool(test(&x, &rules)))
}

/// An argument that must be a Decimal.
fn decimal(vm: &mut Vm, value: Value) -> Result<Value, Raised> {
    match number::of(vm, value) {
        Some(_) => Ok(value),
        None => Err(vm.raise(Exc::TypeError, "argument must be a Decimal")),
    }
}

fn is_canonical(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    decimal(vm, args.get(1))?;
    Ok(Value::TRUE)
}

fn canonical(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    decimal(vm, args.get(1))
}

fn copy_decimal(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let x = args.get(1);
    if number::of(vm, x).is_some() {
        return Ok(x);
    }
    let x = conversion::argument(vm, x)?;
    number::make(vm, &x)
}

fn copy_abs(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let x = conversion::argument(vm, args.get(1))?;
    number::make(vm, &x.copy_abs())
}

fn copy_negate(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let x = conversion::argument(vm, args.get(1))?;
    number::make(vm, &x.copy_negate())
}

fn number_class(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (context, [x]) = args.method::<ContextObject, 1>(vm);
    let x = conversion::argument(vm, x)?;
    let rules = settings(vm, context);
    vm.new_str(x.class(&rules))
}

fn to_sci_string(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (context, [x]) = args.method::<ContextObject, 1>(vm);
    let x = conversion::argument(vm, x)?;
    let capitals = context.get(vm).capitals();
    let text = operators::scientific(vm, &x, capitals)?;
    vm.new_str(&text)
}

fn to_eng_string(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (context, [x]) = args.method::<ContextObject, 1>(vm);
    let x = conversion::argument(vm, x)?;
    let capitals = context.get(vm).capitals();
    vm.new_str(&x.to_engineering(capitals))
}

/// The two operands of a method that does not need the context.
fn operands(vm: &mut Vm, args: Args<'_>) -> Result<(Decimal, Decimal), Raised> {
    let (_, [x, y]) = arguments::operands(vm, args)?;
    Ok((conversion::argument(vm, x)?, conversion::argument(vm, y)?))
}

/// What a function makes of the operands.
fn of_both(vm: &mut Vm, args: Args<'_>, make: fn(&Decimal, &Decimal) -> Decimal) -> Result<Value, Raised> {
    let (x, y) = operands(vm, args)?;
    number::make(vm, &make(&x, &y))
}

fn same_quantum(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (x, y) = operands(vm, args)?;
    Ok(Value::bool(x.same_quantum(&y)))
}

fn clear_flags(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    args.receiver::<ContextObject>(vm).get_mut(vm).set_flags(Status::NONE);
    Ok(Value::NONE)
}

fn clear_traps(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    args.receiver::<ContextObject>(vm).get_mut(vm).set_traps(Status::NONE);
    Ok(Value::NONE)
}

fn copy(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this: Gc<ContextObject> = args.receiver(vm);
    Ok(ContextObject::copy(this, vm)?.value())
}

fn create_decimal(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let context: Gc<ContextObject> = args.receiver(vm);
    args.no_keywords(vm, "Context.create_decimal")?;
    let [value] = arguments::bind(vm, args.skip(1), ["num"], 0)?;
    match value.given() {
        Some(value) => conversion::rounded(vm, value, context),
        None => conversion::rounded(vm, Value::int(0), context),
    }
}

fn create_decimal_from_float(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (context, [value]) = args.method::<ContextObject, 1>(vm);
    let number = conversion::of_float_or_int(vm, value)?;
    let rules = settings(vm, context);
    let mut status = Status::NONE;
    let result = number.apply(&rules, &mut status);
    finish(vm, context, status, &result)
}

/// The methods.
#[rustfmt::skip]
pub const METHODS: &[MethodDef] = &[
    method("abs($self, x, /)", abs, "Return the absolute value of x.\n\n"),
    method("exp($self, x, /)", exp, "Return e ** x.\n\n"),
    method("ln($self, x, /)", ln, "Return the natural (base e) logarithm of x.\n\n"),
    method("log10($self, x, /)", log10, "Return the base 10 logarithm of x.\n\n"),
    method("minus($self, x, /)", minus, "Minus corresponds to the unary prefix minus operator in Python, but applies\nthe context to the result.\n\n"),
    method("next_minus($self, x, /)", next_minus, "Return the largest representable number smaller than x.\n\n"),
    method("next_plus($self, x, /)", next_plus, "Return the smallest representable number larger than x.\n\n"),
    method("normalize($self, x, /)", normalize, "Reduce x to its simplest form. Alias for reduce(x).\n\n"),
    method("plus($self, x, /)", plus, "Plus corresponds to the unary prefix plus operator in Python, but applies\nthe context to the result.\n\n"),
    method("to_integral($self, x, /)", to_integral_value, "Identical to to_integral_value(x).\n\n"),
    method("to_integral_exact($self, x, /)", to_integral_exact, "Round to an integer. Signal if the result is rounded or inexact.\n\n"),
    method("to_integral_value($self, x, /)", to_integral_value, "Round to an integer.\n\n"),
    method("sqrt($self, x, /)", sqrt, "Square root of a non-negative number to context precision.\n\n"),
    MethodDef::raw("add", add, "add($self, x, y, /)\n--\n\nReturn the sum of x and y.\n\n"),
    MethodDef::raw("compare", compare, "compare($self, x, y, /)\n--\n\nCompare x and y numerically.\n\n"),
    MethodDef::raw("compare_signal", compare_signal, "compare_signal($self, x, y, /)\n--\n\nCompare x and y numerically.  All NaNs signal.\n\n"),
    MethodDef::raw("divide", divide, "divide($self, x, y, /)\n--\n\nReturn x divided by y.\n\n"),
    MethodDef::raw("divide_int", divide_int, "divide_int($self, x, y, /)\n--\n\nReturn x divided by y, truncated to an integer.\n\n"),
    MethodDef::raw("divmod", divmod, "divmod($self, x, y, /)\n--\n\nReturn quotient and remainder of the division x / y.\n\n"),
    MethodDef::raw("max", max, "max($self, x, y, /)\n--\n\nCompare the values numerically and return the maximum.\n\n"),
    MethodDef::raw("max_mag", max_mag, "max_mag($self, x, y, /)\n--\n\nCompare the values numerically with their sign ignored.\n\n"),
    MethodDef::raw("min", min, "min($self, x, y, /)\n--\n\nCompare the values numerically and return the minimum.\n\n"),
    MethodDef::raw("min_mag", min_mag, "min_mag($self, x, y, /)\n--\n\nCompare the values numerically with their sign ignored.\n\n"),
    MethodDef::raw("multiply", multiply, "multiply($self, x, y, /)\n--\n\nReturn the product of x and y.\n\n"),
    MethodDef::raw("next_toward", next_toward, "next_toward($self, x, y, /)\n--\n\nReturn the number closest to x, in the direction towards y.\n\n"),
    MethodDef::raw("quantize", quantize, "quantize($self, x, y, /)\n--\n\nReturn a value equal to x (rounded), having the exponent of y.\n\n"),
    MethodDef::raw("remainder", remainder, "remainder($self, x, y, /)\n--\n\nReturn the remainder from integer division.  The sign of the result,\nif non-zero, is the same as that of the original dividend.\n\n"),
    MethodDef::raw("remainder_near", remainder_near, "remainder_near($self, x, y, /)\n--\n\nReturn x - y * n, where n is the integer nearest the exact value of x / y\n(if the result is 0 then its sign will be the sign of x).\n\n"),
    MethodDef::raw("subtract", subtract, "subtract($self, x, y, /)\n--\n\nReturn the difference between x and y.\n\n"),
    MethodDef::raw("power", power, "power($self, /, a, b, modulo=None)\n--\n\nCompute a**b. If 'a' is negative, then 'b' must be integral. The result\nwill be inexact unless 'a' is integral and the result is finite and can\nbe expressed exactly in 'precision' digits.  In the Python version the\nresult is always correctly rounded, in the C version the result is almost\nalways correctly rounded.\n\nIf modulo is given, compute (a**b) % modulo. The following restrictions\nhold:\n\n    * all three arguments must be integral\n    * 'b' must be nonnegative\n    * at least one of 'a' or 'b' must be nonzero\n    * modulo must be nonzero and less than 10**prec in absolute value\n\n\n"),
    MethodDef::raw("fma", fma, "fma($self, x, y, z, /)\n--\n\nReturn x multiplied by y, plus z.\n\n"),
    method("Etiny($self, /)", Etiny, "Return a value equal to Emin - prec + 1, which is the minimum exponent value\nfor subnormal results.  When underflow occurs, the exponent is set to Etiny.\n\n"),
    method("Etop($self, /)", Etop, "Return a value equal to Emax - prec + 1.  This is the maximum exponent\nif the _clamp field of the context is set to 1 (IEEE clamp mode).  Etop()\nmust not be negative.\n\n"),
    method("radix($self, /)", radix, "Return 10.\n\n"),
    method("is_canonical($self, x, /)", is_canonical, "Return True if x is canonical, False otherwise.\n\n"),
    method("is_finite($self, x, /)", |vm, args| predicate(vm, args, Decimal::is_finite), "Return True if x is finite, False otherwise.\n\n"),
    method("is_infinite($self, x, /)", |vm, args| predicate(vm, args, Decimal::is_infinite), "Return True if x is infinite, False otherwise.\n\n"),
    method("is_nan($self, x, /)", |vm, args| predicate(vm, args, Decimal::is_nan), "Return True if x is a qNaN or sNaN, False otherwise.\n\n"),
    method("is_normal($self, x, /)", |vm, args| size_predicate(vm, args, Decimal::is_normal), "Return True if x is a normal number, False otherwise.\n\n"),
    method("is_qnan($self, x, /)", |vm, args| predicate(vm, args, Decimal::is_quiet), "Return True if x is a quiet NaN, False otherwise.\n\n"),
    method("is_signed($self, x, /)", |vm, args| predicate(vm, args, Decimal::is_signed), "Return True if x is negative, False otherwise.\n\n"),
    method("is_snan($self, x, /)", |vm, args| predicate(vm, args, Decimal::is_signaling), "Return True if x is a signaling NaN, False otherwise.\n\n"),
    method("is_subnormal($self, x, /)", |vm, args| size_predicate(vm, args, Decimal::is_subnormal), "Return True if x is subnormal, False otherwise.\n\n"),
    method("is_zero($self, x, /)", |vm, args| predicate(vm, args, Decimal::is_zero), "Return True if x is a zero, False otherwise.\n\n"),
    method("_apply($self, object, /)", apply, ""),
    method("canonical($self, x, /)", canonical, "Return a new instance of x.\n\n"),
    method("copy_abs($self, x, /)", copy_abs, "Return a copy of x with the sign set to 0.\n\n"),
    method("copy_decimal($self, x, /)", copy_decimal, "Return a copy of Decimal x.\n\n"),
    method("copy_negate($self, x, /)", copy_negate, "Return a copy of x with the sign inverted.\n\n"),
    method("logb($self, x, /)", logb, "Return the exponent of the magnitude of the operand's MSD.\n\n"),
    method("logical_invert($self, x, /)", logical_invert, "Invert all the digits in the operand.\n\nThe operand must be a logical number.\n\n    >>> ExtendedContext.logical_invert(Decimal('0'))\n    Decimal('111111111')\n    >>> ExtendedContext.logical_invert(Decimal('1'))\n    Decimal('111111110')\n    >>> ExtendedContext.logical_invert(Decimal('111111111'))\n    Decimal('0')\n    >>> ExtendedContext.logical_invert(Decimal('101010101'))\n    Decimal('10101010')\n    >>> ExtendedContext.logical_invert(1101)\n    Decimal('111110010')\n\n"),
    method("number_class($self, x, /)", number_class, "Return an indication of the class of x.\n\n"),
    method("to_sci_string($self, x, /)", to_sci_string, "Convert a number to a string using scientific notation.\n\n"),
    method("to_eng_string($self, x, /)", to_eng_string, "Convert a number to a string, using engineering notation.\n\n"),
    MethodDef::raw("compare_total", |vm, args| of_both(vm, args, Decimal::compare_total), "compare_total($self, x, y, /)\n--\n\nCompare x and y using their abstract representation.\n\n"),
    MethodDef::raw("compare_total_mag", |vm, args| of_both(vm, args, Decimal::compare_total_mag), "compare_total_mag($self, x, y, /)\n--\n\nCompare x and y using their abstract representation, ignoring sign.\n\n"),
    MethodDef::raw("copy_sign", |vm, args| of_both(vm, args, Decimal::copy_sign), "copy_sign($self, x, y, /)\n--\n\nCopy the sign from y to x.\n\n"),
    MethodDef::raw("logical_and", logical_and, "logical_and($self, x, y, /)\n--\n\nApplies the logical operation 'and' between each operand's digits.\n\nThe operands must be both logical numbers.\n\n    >>> ExtendedContext.logical_and(Decimal('0'), Decimal('0'))\n    Decimal('0')\n    >>> ExtendedContext.logical_and(Decimal('0'), Decimal('1'))\n    Decimal('0')\n    >>> ExtendedContext.logical_and(Decimal('1'), Decimal('0'))\n    Decimal('0')\n    >>> ExtendedContext.logical_and(Decimal('1'), Decimal('1'))\n    Decimal('1')\n    >>> ExtendedContext.logical_and(Decimal('1100'), Decimal('1010'))\n    Decimal('1000')\n    >>> ExtendedContext.logical_and(Decimal('1111'), Decimal('10'))\n    Decimal('10')\n    >>> ExtendedContext.logical_and(110, 1101)\n    Decimal('100')\n    >>> ExtendedContext.logical_and(Decimal(110), 1101)\n    Decimal('100')\n    >>> ExtendedContext.logical_and(110, Decimal(1101))\n    Decimal('100')\n\n"),
    MethodDef::raw("logical_or", logical_or, "logical_or($self, x, y, /)\n--\n\nApplies the logical operation 'or' between each operand's digits.\n\nThe operands must be both logical numbers.\n\n    >>> ExtendedContext.logical_or(Decimal('0'), Decimal('0'))\n    Decimal('0')\n    >>> ExtendedContext.logical_or(Decimal('0'), Decimal('1'))\n    Decimal('1')\n    >>> ExtendedContext.logical_or(Decimal('1'), Decimal('0'))\n    Decimal('1')\n    >>> ExtendedContext.logical_or(Decimal('1'), Decimal('1'))\n    Decimal('1')\n    >>> ExtendedContext.logical_or(Decimal('1100'), Decimal('1010'))\n    Decimal('1110')\n    >>> ExtendedContext.logical_or(Decimal('1110'), Decimal('10'))\n    Decimal('1110')\n    >>> ExtendedContext.logical_or(110, 1101)\n    Decimal('1111')\n    >>> ExtendedContext.logical_or(Decimal(110), 1101)\n    Decimal('1111')\n    >>> ExtendedContext.logical_or(110, Decimal(1101))\n    Decimal('1111')\n\n"),
    MethodDef::raw("logical_xor", logical_xor, "logical_xor($self, x, y, /)\n--\n\nApplies the logical operation 'xor' between each operand's digits.\n\nThe operands must be both logical numbers.\n\n    >>> ExtendedContext.logical_xor(Decimal('0'), Decimal('0'))\n    Decimal('0')\n    >>> ExtendedContext.logical_xor(Decimal('0'), Decimal('1'))\n    Decimal('1')\n    >>> ExtendedContext.logical_xor(Decimal('1'), Decimal('0'))\n    Decimal('1')\n    >>> ExtendedContext.logical_xor(Decimal('1'), Decimal('1'))\n    Decimal('0')\n    >>> ExtendedContext.logical_xor(Decimal('1100'), Decimal('1010'))\n    Decimal('110')\n    >>> ExtendedContext.logical_xor(Decimal('1111'), Decimal('10'))\n    Decimal('1101')\n    >>> ExtendedContext.logical_xor(110, 1101)\n    Decimal('1011')\n    >>> ExtendedContext.logical_xor(Decimal(110), 1101)\n    Decimal('1011')\n    >>> ExtendedContext.logical_xor(110, Decimal(1101))\n    Decimal('1011')\n\n"),
    MethodDef::raw("rotate", rotate, "rotate($self, x, y, /)\n--\n\nReturn a copy of x, rotated by y places.\n\n"),
    MethodDef::raw("same_quantum", same_quantum, "same_quantum($self, x, y, /)\n--\n\nReturn True if the two operands have the same exponent.\n\n"),
    MethodDef::raw("scaleb", scaleb, "scaleb($self, x, y, /)\n--\n\nReturn the first operand after adding the second value to its exp.\n\n"),
    MethodDef::raw("shift", shift, "shift($self, x, y, /)\n--\n\nReturn a copy of x, shifted by y places.\n\n"),
    method("clear_flags($self, /)", clear_flags, "Reset all flags to False.\n\n"),
    method("clear_traps($self, /)", clear_traps, "Set all traps to False.\n\n"),
    method("__copy__($self, /)", copy, ""),
    method("__reduce__($self, /)", context::reduce, ""),
    method("copy($self, /)", copy, "Return a duplicate of the context.\n\n"),
    MethodDef::raw("create_decimal", create_decimal, "create_decimal($self, num=\"0\", /)\n--\n\nCreate a new Decimal instance from num, using self as the context. Unlike the\nDecimal constructor, this function observes the context limits.\n\n"),
    method("create_decimal_from_float($self, f, /)", create_decimal_from_float, "Create a new Decimal instance from float f.  Unlike the Decimal.from_float()\nclass method, this function observes the context limits.\n\n"),
];
