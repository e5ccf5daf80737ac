//! Decimal numbers from other objects, exactly or under a context, and operands of operations.

use dashu_int::{IBig, Sign, UBig};
use taipan_decimal::{Coefficient, Decimal, Status};
use taipan_text::unicode;
use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::int::Number;
use taipan_vm::types::list::List;
use taipan_vm::types::str::Str;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::{Type, class_of_spec};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::context::{ContextObject, settings};
use super::number::{self, DecimalObject};
use super::{max_digits, signals};

/// The number of a big int.
fn from_big(big: IBig) -> Decimal {
    let (sign, magnitude): (Sign, UBig) = big.into_parts();
    Decimal::new(sign == Sign::Negative, magnitude.into(), 0)
}

/// The exact number of an int, bool and subclasses included.
#[inline]
pub fn of_int(vm: &Vm, value: Value) -> Option<Decimal> {
    Some(match vm.as_number(value)? {
        Number::Small(i) => Decimal::from_i64(i),
        Number::Big(big) => from_big(big),
    })
}

/// The exact number of a float.
pub fn of_float(float: f64) -> Decimal {
    if float.is_nan() {
        return Decimal::NAN;
    }
    let negative = float.is_sign_negative();
    if float.is_infinite() {
        return Decimal::infinity(negative);
    }
    let bits = float.to_bits();
    let (fraction, exponent) = (bits & ((1 << 52) - 1), (bits >> 52 & 0x7FF) as i64);
    let (mut mantissa, mut exponent) =
        if exponent == 0 { (fraction, -1074) } else { (fraction | 1 << 52, exponent - 1075) };
    if mantissa == 0 {
        return Decimal::small(negative, 0, 0);
    }
    let zeros = mantissa.trailing_zeros();
    (mantissa, exponent) = (mantissa >> zeros, exponent + i64::from(zeros));
    if exponent >= 0 {
        return Decimal::new(negative, (UBig::from(mantissa) << exponent as usize).into(), 0);
    }
    // m * 2^-k = m * 5^k * 10^-k
    let power = UBig::from(5u8).pow(exponent.unsigned_abs() as usize);
    Decimal::new(negative, (power * mantissa).into(), exponent)
}

/// A numeric text as ASCII; empty when it has characters that no number has.
fn ascii_of(text: Gc<Str>, vm: &Vm, exact: bool) -> Vec<u8> {
    let text = text.get(vm);
    if let Some(ascii) = text.as_ascii()
        && !ascii.bytes().any(|byte| byte == b'_' || byte <= b' ')
    {
        return ascii.as_bytes().to_vec();
    }
    let mut points: Vec<u32> = text.text().iter().collect();
    if exact {
        let end = points.iter().rposition(|point| !unicode::is_space(*point)).map_or(0, |last| last + 1);
        points.truncate(end);
        let start = points.iter().position(|point| !unicode::is_space(*point)).unwrap_or(0);
        points.drain(..start);
        points.retain(|point| *point != u32::from(b'_'));
    }
    let mut ascii = Vec::with_capacity(points.len());
    for point in points {
        match point {
            1..128 => ascii.push(point as u8),
            _ if unicode::is_space(point) => ascii.push(b' '),
            _ => match unicode::decimal(point) {
                Some(digit) => ascii.push(b'0' + digit),
                None => return Vec::new(),
            },
        }
    }
    ascii
}

/// A tuple, or a list as a tuple.
fn sequence(vm: &mut Vm, value: Value, exc: Exc, message: &str) -> Result<Gc<Tuple>, Raised> {
    if let Some(tuple) = value.downcast::<Tuple>(vm) {
        return Ok(tuple);
    }
    match value.downcast::<List>(vm) {
        Some(list) => List::to_tuple(list, vm),
        None => Err(vm.raise(exc, message)),
    }
}

/// The text of a tuple `(sign, digits, exponent)`.
fn text_of_triple(vm: &mut Vm, value: Value) -> Result<Vec<u8>, Raised> {
    const NO_SIGN: &str = "sign must be an integer with the value 0 or 1";
    const NO_DIGITS: &str = "coefficient must be a tuple of digits";
    let triple = sequence(vm, value, Exc::TypeError, "argument must be a tuple or list")?;
    let [sign, digits, exponent] = *triple.get(vm).items() else {
        return Err(vm.raise(Exc::ValueError, "argument must be a sequence of length 3"));
    };
    if !vm.is_int(sign) {
        return Err(vm.raise(Exc::ValueError, NO_SIGN));
    }
    let sign = vm.index_i64(sign)?;
    if !(0..=1).contains(&sign) {
        return Err(vm.raise(Exc::ValueError, NO_SIGN));
    }
    let mut text = vec![if sign == 1 { b'-' } else { b'+' }];
    let special = exponent.downcast::<Str>(vm).map(|name| name.get(vm).to_string_lossy());
    let exp = match special.as_deref() {
        Some("F") => {
            text.extend(b"Inf");
            None
        }
        Some("n") => {
            text.extend(b"NaN");
            None
        }
        Some("N") => {
            text.extend(b"sNaN");
            None
        }
        Some(_) => {
            return Err(vm.raise(Exc::ValueError, "string argument in the third position must be 'F', 'n' or 'N'"));
        }
        None if !vm.is_int(exponent) => return Err(vm.raise(Exc::ValueError, "exponent must be an integer")),
        None => Some(vm.ssize(exponent)? as i64),
    };
    let is_infinite = special.as_deref() == Some("F");
    let digits = sequence(vm, digits, Exc::ValueError, NO_DIGITS)?;
    let count = digits.get(vm).len();
    vm.check_native_bytes(count)?;
    if count == 0 && special.is_none() {
        text.push(b'0');
    }
    for i in 0..count {
        let digit = digits.get(vm).at(i);
        if !vm.is_int(digit) {
            return Err(vm.raise(Exc::ValueError, NO_DIGITS));
        }
        let digit = vm.index_i64(digit)?;
        if !(0..=9).contains(&digit) {
            return Err(vm.raise(Exc::ValueError, NO_DIGITS));
        }
        if !is_infinite {
            text.push(b'0' + digit as u8);
        }
    }
    if let Some(exp) = exp {
        text.extend(format!("E{exp}").bytes());
    }
    Ok(text)
}

#[cold]
fn raise_unsupported(vm: &mut Vm, value: Value) -> Raised {
    let name = vm.type_name(value);
    vm.raise(Exc::TypeError, format!("conversion from {name} to Decimal is not supported"))
}

/// The exact number of anything the constructor takes.
fn exact(vm: &mut Vm, value: Value, context: Gc<ContextObject>) -> Result<Decimal, Raised> {
    let text = if let Some(text) = value.downcast::<Str>(vm) {
        ascii_of(text, vm, true)
    } else if let Some(number) = of_int(vm, value) {
        return Ok(number);
    } else if value.downcast::<Tuple>(vm).is_some() || value.downcast::<List>(vm).is_some() {
        text_of_triple(vm, value)?
    } else if let Some(float) = vm.as_float(value) {
        signals::report(vm, context, Status::FLOAT_OPERATION)?;
        return Ok(of_float(float));
    } else {
        return Err(raise_unsupported(vm, value));
    };
    let mut status = Status::NONE;
    let number = Decimal::parse_exact(&text, max_digits(vm), &mut status);
    signals::report(vm, context, status)?;
    Ok(number)
}

/// `class(value)`: exact, whatever the context says.
pub fn exact_of_class(vm: &mut Vm, class: Gc<Type>, value: Value, context: Gc<ContextObject>) -> Result<Value, Raised> {
    let number = match number::of(vm, value) {
        Some(number) => {
            let plain = class_of_spec(vm, &number::TYPE)?;
            if class == plain && vm.type_of(value) == plain {
                return Ok(value);
            }
            number
        }
        None => exact(vm, value, context)?,
    };
    let shape = class.get(vm).root_shape;
    DecimalObject::with_shape(vm, shape, &number)
}

/// `context.create_decimal(value)`.
pub fn rounded(vm: &mut Vm, value: Value, context: Gc<ContextObject>) -> Result<Value, Raised> {
    let rules = settings(vm, context);
    let mut status = Status::NONE;
    let number = if let Some(number) = number::of(vm, value) {
        let room = rules.prec - i64::from(rules.clamp);
        if number.is_nan() && !number.coefficient.is_zero() && number.coefficient.digits() > room {
            signals::report(vm, context, Status::CONVERSION_SYNTAX)?;
            return number::make(vm, &Decimal::NAN);
        }
        number.apply(&rules, &mut status)
    } else if let Some(text) = value.downcast::<Str>(vm) {
        Decimal::parse(&ascii_of(text, vm, false), &rules, &mut status)
    } else if let Some(number) = of_int(vm, value) {
        number.apply(&rules, &mut status)
    } else if value.downcast::<Tuple>(vm).is_some() || value.downcast::<List>(vm).is_some() {
        let text = text_of_triple(vm, value)?;
        Decimal::parse(&text, &rules, &mut status)
    } else if let Some(float) = vm.as_float(value) {
        signals::report(vm, context, Status::FLOAT_OPERATION)?;
        of_float(float).apply(&rules, &mut status)
    } else {
        return Err(raise_unsupported(vm, value));
    };
    signals::report(vm, context, status)?;
    number::make(vm, &number)
}

/// `Decimal.from_float` and its like: the number of a float or an int. TypeError for others.
pub fn of_float_or_int(vm: &mut Vm, value: Value) -> Result<Decimal, Raised> {
    if let Some(number) = of_int(vm, value) {
        return Ok(number);
    }
    match vm.as_float(value) {
        Some(float) => Ok(of_float(float)),
        None => Err(vm.raise(Exc::TypeError, "argument must be int or float")),
    }
}

/// `Decimal.from_number`: the number of a Decimal, an int or a float.
pub fn of_number(vm: &mut Vm, value: Value) -> Result<Decimal, Raised> {
    if let Some(number) = number::of(vm, value).or_else(|| of_int(vm, value)) {
        return Ok(number);
    }
    match vm.as_float(value) {
        Some(float) => Ok(of_float(float)),
        None => Err(raise_unsupported(vm, value)),
    }
}

/// An operand of an operator: a Decimal or an int.
#[inline]
pub fn operand(vm: &Vm, value: Value) -> Option<Decimal> {
    match number::of(vm, value) {
        Some(number) => Some(number),
        None => of_int(vm, value),
    }
}

/// An argument of a method: a Decimal or an int. TypeError for others.
#[inline]
pub fn argument(vm: &mut Vm, value: Value) -> Result<Decimal, Raised> {
    match operand(vm, value) {
        Some(number) => Ok(number),
        None => Err(raise_unsupported(vm, value)),
    }
}

/// The int of a coefficient.
pub fn int_of(vm: &mut Vm, negative: bool, coefficient: &Coefficient) -> Result<Value, Raised> {
    if let Coefficient::Small(small) = coefficient
        && let Ok(small) = i64::try_from(*small)
    {
        return vm.new_int(if negative { -small } else { small });
    }
    let sign = if negative { Sign::Negative } else { Sign::Positive };
    vm.new_big_int(&IBig::from_parts(sign, coefficient.to_big()))
}
