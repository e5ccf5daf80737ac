//! The slots of `Decimal`: arithmetic, comparison, hash, conversion to text and to other numbers.

use taipan_decimal::{Context, Decimal, Rounding, Status};
use taipan_text::float_text;
use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::slots::Comparison;
use taipan_vm::types::object;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::context::{ContextObject, settings};
use super::number::{self, DecimalObject};
use super::{conversion, current, max_digits, pair, rational_class, signals};

/// An operation on one number.
pub type UnaryOperation = fn(&Decimal, &Context, &mut Status) -> Decimal;
/// An operation on two numbers.
pub type BinaryOperation = fn(&Decimal, &Decimal, &Context, &mut Status) -> Decimal;

/// Reports the status and makes the result an object.
#[inline]
pub fn finish(vm: &mut Vm, context: Gc<ContextObject>, status: Status, result: &Decimal) -> Result<Value, Raised> {
    signals::report(vm, context, status)?;
    let shape = context.get(vm).number_shape();
    DecimalObject::with_shape(vm, shape, result)
}

#[inline(always)]
fn unary(vm: &mut Vm, this: Value, operation: UnaryOperation) -> Result<Value, Raised> {
    let context = current::get(vm)?;
    let rules = settings(vm, context);
    let mut status = Status::NONE;
    let result = operation(&number::receiver(vm, this), &rules, &mut status);
    finish(vm, context, status, &result)
}

#[inline(always)]
fn binary(vm: &mut Vm, a: Value, b: Value, operation: BinaryOperation) -> Result<Value, Raised> {
    let context = current::get(vm)?;
    let (Some(x), Some(y)) = (conversion::operand(vm, a), conversion::operand(vm, b)) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let rules = settings(vm, context);
    let mut status = Status::NONE;
    let result = operation(&x, &y, &rules, &mut status);
    finish(vm, context, status, &result)
}

macro_rules! operators {
    ($kind:ident: $($name:ident => $operation:ident),* $(,)?) => {
        $(operators!(@$kind $name $operation);)*
    };
    (@unary $name:ident $operation:ident) => {
        pub fn $name(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
            unary(vm, this, Decimal::$operation)
        }
    };
    (@binary $name:ident $operation:ident) => {
        pub fn $name(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
            binary(vm, a, b, Decimal::$operation)
        }
    };
}

operators!(unary: neg => minus, pos => plus, abs => abs);
operators!(binary: add => add, sub => subtract, mul => multiply, truediv => divide, floordiv => divide_int,
    rem => remainder);

pub fn divmod(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let context = current::get(vm)?;
    let (Some(x), Some(y)) = (conversion::operand(vm, a), conversion::operand(vm, b)) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    divmod_numbers(vm, context, &x, &y)
}

/// `divmod` of two numbers as a tuple.
pub fn divmod_numbers(vm: &mut Vm, context: Gc<ContextObject>, x: &Decimal, y: &Decimal) -> Result<Value, Raised> {
    let rules = settings(vm, context);
    let mut status = Status::NONE;
    let (quotient, rest) = x.divmod(y, &rules, &mut status);
    signals::report(vm, context, status)?;
    let (quotient, rest) = (number::make(vm, &quotient)?, number::make(vm, &rest)?);
    pair(vm, quotient, rest)
}

pub fn pow(vm: &mut Vm, base: Value, exponent: Value, modulus: Value) -> Result<Value, Raised> {
    let context = current::get(vm)?;
    let (Some(x), Some(y)) = (conversion::operand(vm, base), conversion::operand(vm, exponent)) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let modulus = match modulus.is_none() {
        true => None,
        false => match conversion::operand(vm, modulus) {
            Some(modulus) => Some(modulus),
            None => return Ok(Value::NOT_IMPLEMENTED),
        },
    };
    power(vm, context, &x, &y, modulus.as_ref())
}

/// `x ** y`, modulo a third number if there is one.
pub fn power(
    vm: &mut Vm,
    context: Gc<ContextObject>,
    x: &Decimal,
    y: &Decimal,
    modulus: Option<&Decimal>,
) -> Result<Value, Raised> {
    let rules = settings(vm, context);
    let mut status = Status::NONE;
    let result = match modulus {
        None => x.power(y, &rules, &mut status),
        Some(modulus) => x.power_modulo(y, modulus, &rules, &mut status),
    };
    finish(vm, context, status, &result)
}

pub fn bool(vm: &mut Vm, this: Value) -> Result<bool, Raised> {
    Ok(!number::receiver(vm, this).is_zero())
}

pub fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let capitals = current::get(vm)?.get(vm).capitals();
    let number = number::receiver(vm, this);
    let text = scientific(vm, &number, capitals)?;
    vm.new_str(&format!("Decimal('{text}')"))
}

pub fn str(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let capitals = current::get(vm)?.get(vm).capitals();
    let number = number::receiver(vm, this);
    let text = scientific(vm, &number, capitals)?;
    vm.new_str(&text)
}

/// The text of a number. MemoryError when it is too long.
pub fn scientific(vm: &mut Vm, number: &Decimal, capitals: bool) -> Result<String, Raised> {
    if let taipan_decimal::Coefficient::Big(big) = &number.coefficient {
        vm.check_native_bytes(big.as_words().len().saturating_mul(64))?;
    }
    Ok(number.to_scientific(capitals))
}

pub fn hash(vm: &mut Vm, this: Value) -> Result<i64, Raised> {
    let object = this.expect::<DecimalObject>(vm);
    let cached = object.get(vm).hash();
    if cached != -1 {
        return Ok(cached);
    }
    let number = object.get(vm).number(vm);
    let hash = match () {
        _ if number.is_signaling() => return Err(vm.raise(Exc::TypeError, "Cannot hash a signaling NaN value")),
        _ if number.is_nan() => object::hash(vm, this)?,
        _ if number.is_infinite() => {
            if number.negative {
                -314_159
            } else {
                314_159
            }
        }
        _ => number.finite_hash(),
    };
    let hash = if hash == -1 { -2 } else { hash };
    object.get_mut(vm).set_hash(hash);
    Ok(hash)
}

/// The numbers to compare: `self`, times the denominator of a fraction, and the other; `None` for other types.
fn comparable(
    vm: &mut Vm,
    this: Decimal,
    other: Value,
    op: Comparison,
    context: Gc<ContextObject>,
) -> Result<Option<(Decimal, Decimal)>, Raised> {
    let is_equality = matches!(op, Comparison::Eq | Comparison::Ne);
    if let Some(other) = conversion::operand(vm, other) {
        return Ok(Some((this, other)));
    }
    let float = match (vm.as_float(other), vm.as_complex(other)) {
        (Some(float), _) => Some(float),
        (None, Some((real, 0.0))) if is_equality => Some(real),
        (None, Some(_)) if is_equality => return Ok(None),
        _ => None,
    };
    if let Some(float) = float {
        if is_equality {
            let flags = context.get(vm).flags() | Status::FLOAT_OPERATION;
            context.get_mut(vm).set_flags(flags);
        } else {
            signals::report(vm, context, Status::FLOAT_OPERATION)?;
        }
        return Ok(Some((this, conversion::of_float(float))));
    }
    let rational = rational_class(vm)?;
    if !vm.is_instance_of(other, rational)? {
        return Ok(None);
    }
    let numerator = vm.get_attr_str(other, "numerator")?;
    let numerator = int_argument(vm, numerator)?;
    if this.is_special() {
        return Ok(Some((this, numerator)));
    }
    let denominator = vm.get_attr_str(other, "denominator")?;
    let denominator = int_argument(vm, denominator)?;
    let mut status = Status::NONE;
    let exp = this.exp;
    let product = Decimal { exp: 0, ..this }.multiply(&denominator, &Context::max(max_digits(vm)), &mut status);
    if !status.is_empty() {
        return Err(vm.raise(Exc::ValueError, "exact conversion for comparison failed"));
    }
    Ok(Some((Decimal { exp, ..product }, numerator)))
}

fn int_argument(vm: &mut Vm, value: Value) -> Result<Decimal, Raised> {
    match conversion::of_int(vm, value) {
        Some(number) => Ok(number),
        None => Err(vm.raise(Exc::TypeError, "argument must be an integer")),
    }
}

pub fn richcompare(vm: &mut Vm, this: Value, other: Value, op: Comparison) -> Result<Value, Raised> {
    let context = current::get(vm)?;
    let number = number::receiver(vm, this);
    let Some((a, b)) = comparable(vm, number, other, op, context)? else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let mut status = Status::NONE;
    match a.order(&b, &mut status) {
        Some(order) => Ok(Value::bool(op.holds(order))),
        None => {
            let is_equality = matches!(op, Comparison::Eq | Comparison::Ne);
            if a.is_signaling() || b.is_signaling() || !is_equality {
                signals::report(vm, context, status)?;
            }
            Ok(Value::bool(op == Comparison::Ne))
        }
    }
}

/// The number as an int by a rounding.
pub fn to_int(vm: &mut Vm, number: &Decimal, rounding: Rounding) -> Result<Value, Raised> {
    if number.is_nan() {
        return Err(vm.raise(Exc::ValueError, "cannot convert NaN to integer"));
    }
    if number.is_infinite() {
        return Err(vm.raise(Exc::OverflowError, "cannot convert Infinity to integer"));
    }
    let context = current::get(vm)?;
    let rules = settings(vm, context).with_rounding(rounding);
    let mut status = Status::NONE;
    let whole = number.to_integral_value(&rules, &mut status);
    signals::report(vm, context, status)?;
    let coefficient = if whole.exp > 0 && !whole.is_zero() {
        match whole.coefficient.scale_checked(whole.exp, rules.max_digits) {
            Some(coefficient) => coefficient,
            None => return Err(vm.raise_no_memory()),
        }
    } else {
        whole.coefficient
    };
    conversion::int_of(vm, whole.negative, &coefficient)
}

pub fn int(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let number = number::receiver(vm, this);
    to_int(vm, &number, Rounding::Down)
}

/// The nearest float.
pub fn to_float(vm: &mut Vm, number: &Decimal) -> Result<f64, Raised> {
    if number.is_signaling() {
        return Err(vm.raise(Exc::ValueError, "cannot convert signaling NaN to float"));
    }
    if number.is_nan() {
        return Ok(if number.negative { -f64::NAN } else { f64::NAN });
    }
    let text = scientific(vm, number, true)?;
    Ok(float_text::parse_float_bytes(text.as_bytes()).unwrap_or(f64::NAN))
}

pub fn float(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let number = number::receiver(vm, this);
    let float = to_float(vm, &number)?;
    if float.is_nan() { vm.new_boxed_float(float) } else { vm.new_float(float) }
}
