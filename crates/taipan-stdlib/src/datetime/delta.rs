//! `timedelta`: a duration in days, seconds and microseconds.

use dashu_int::IBig;
use taipan_text::int_math;
use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::number::Operator;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::slots::{Comparison, Slots};
use taipan_vm::spec::{BASETYPE, GetSetDef, MethodDef, TypeSpec, getter, method};
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::{Type, class_of_spec};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::calendar::{DAY, SECOND};
use super::{set_class_attr, shown_name};

heap_object! {
    /// A duration: 0 <= seconds < 86400, 0 <= micros < 1000000. `hash` is -1 until asked for.
    pub struct Delta {
        days: i32,
        seconds: i32,
        micros: i32,
        pad: [u8; 4],
        hash: i64,
    }
}

const MOST_DAYS: i128 = 999_999_999;

impl Delta {
    /// The duration in microseconds.
    pub fn total(&self) -> i128 {
        i128::from(self.days) * i128::from(DAY)
            + i128::from(self.seconds) * i128::from(SECOND)
            + i128::from(self.micros)
    }

    /// Whole days, rounded down.
    pub fn days(&self) -> i64 {
        self.days.into()
    }

    /// A new `timedelta` of so many microseconds. OverflowError beyond its range.
    pub fn new(vm: &mut Vm, total: i128) -> Result<Gc<Delta>, Raised> {
        let class = class_of_spec(vm, &TYPE)?;
        Delta::of_class(vm, class, total)
    }

    fn of_class(vm: &mut Vm, class: Gc<Type>, total: i128) -> Result<Gc<Delta>, Raised> {
        let (days, rest) = (total.div_euclid(DAY.into()), total.rem_euclid(DAY.into()));
        if i32::try_from(days).is_err() {
            return Err(raise_too_large(vm));
        }
        if !(-MOST_DAYS..=MOST_DAYS).contains(&days) {
            return Err(vm.raise(Exc::OverflowError, format!("days={days}; must have magnitude <= {MOST_DAYS}")));
        }
        let shape = class.get(vm).root_shape;
        let (seconds, micros) = ((rest / i128::from(SECOND)) as i32, (rest % i128::from(SECOND)) as i32);
        let days = days as i32;
        vm.new_object(shape, Delta { header: HeaderWord::NEW, days, seconds, micros, pad: [0; 4], hash: -1 })
    }

    fn from_big(vm: &mut Vm, class: Gc<Type>, total: &IBig) -> Result<Gc<Delta>, Raised> {
        match i128::try_from(total) {
            Ok(total) => Delta::of_class(vm, class, total),
            Err(_) => Err(raise_too_large(vm)),
        }
    }
}

#[cold]
fn raise_too_large(vm: &mut Vm) -> Raised {
    vm.raise(Exc::OverflowError, "Python int too large to convert to C int")
}

/// The `timedelta` a value is, subclasses included.
pub fn as_delta(vm: &Vm, value: Value) -> Option<Gc<Delta>> {
    value.downcast(vm)
}

/// The value of `new`'s result as a Python value.
fn made(vm: &mut Vm, total: i128) -> Result<Value, Raised> {
    Ok(Delta::new(vm, total)?.value())
}

/// Adds `value * factor` to the sum; what is below a microsecond goes to `left`.
fn accumulate(
    vm: &mut Vm,
    name: &str,
    value: Value,
    factor: i64,
    sum: &mut IBig,
    left: &mut f64,
) -> Result<(), Raised> {
    let Some(value) = value.given() else { return Ok(()) };
    if let Some(number) = vm.as_big(value) {
        *sum += number * IBig::from(factor);
        return Ok(());
    }
    let Some(number) = vm.as_float(value) else {
        let got = vm.type_name(value);
        return Err(vm.raise(Exc::TypeError, format!("unsupported type for timedelta {name} component: {got}")));
    };
    let Some(whole) = int_math::from_float(number.trunc()) else {
        return Err(if number.is_nan() {
            vm.raise(Exc::ValueError, "cannot convert float NaN to integer")
        } else {
            vm.raise(Exc::OverflowError, "cannot convert float infinity to integer")
        });
    };
    *sum += whole * IBig::from(factor);
    let part = (number - number.trunc()) * factor as f64;
    *sum += IBig::from(part.trunc() as i64);
    *left += part - part.trunc();
    Ok(())
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature =
        Signature::parse("timedelta(days=0, seconds=0, microseconds=0, milliseconds=0, minutes=0, hours=0, weeks=0)");
    args.bind(vm, &SIGNATURE, |vm, args| {
        let [days, seconds, micros, millis, minutes, hours, weeks] = args.all();
        let (mut sum, mut left) = (IBig::ZERO, 0.0);
        for (name, value, factor) in [
            ("microseconds", micros, 1),
            ("milliseconds", millis, 1000),
            ("seconds", seconds, SECOND),
            ("minutes", minutes, 60 * SECOND),
            ("hours", hours, 3600 * SECOND),
            ("days", days, DAY),
            ("weeks", weeks, 7 * DAY),
        ] {
            accumulate(vm, name, value, factor, &mut sum, &mut left)?;
        }
        if left != 0.0 {
            // To the nearest, and of two the one that makes the sum even.
            let is_odd = &sum % IBig::from(2) != IBig::ZERO;
            let odd = if is_odd { 1.0 } else { 0.0 };
            let mut whole = left.round();
            if (whole - left).abs() == 0.5 {
                whole = 2.0 * ((left + odd) * 0.5).round() - odd;
            }
            sum += IBig::from(whole as i64);
        }
        Ok(Delta::from_big(vm, class, &sum)?.value())
    })
}

fn totals(vm: &Vm, a: Value, b: Value) -> Option<(i128, i128)> {
    Some((as_delta(vm, a)?.get(vm).total(), as_delta(vm, b)?.get(vm).total()))
}

fn add(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    match totals(vm, a, b) {
        Some((a, b)) => made(vm, a + b),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn sub(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    match totals(vm, a, b) {
        Some((a, b)) => made(vm, a - b),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn neg(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let total = this.expect::<Delta>(vm).get(vm).total();
    made(vm, -total)
}

fn pos(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let total = this.expect::<Delta>(vm).get(vm).total();
    made(vm, total)
}

fn abs(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let total = this.expect::<Delta>(vm).get(vm).total();
    made(vm, total.abs())
}

fn is_nonzero(vm: &mut Vm, this: Value) -> Result<bool, Raised> {
    Ok(this.expect::<Delta>(vm).get(vm).total() != 0)
}

fn exact(vm: &mut Vm, total: &IBig) -> Result<Value, Raised> {
    let class = class_of_spec(vm, &TYPE)?;
    Ok(Delta::from_big(vm, class, total)?.value())
}

/// `a / b` to the nearest integer, halves to even.
fn divide_nearest(vm: &mut Vm, a: &IBig, b: &IBig) -> Result<IBig, Raised> {
    let Some((quotient, rest)) = int_math::div_mod(a, b) else {
        return Err(vm.raise(Exc::ZeroDivisionError, "division by zero"));
    };
    let twice = &rest * IBig::from(2);
    let is_more = if *b > IBig::ZERO { twice > *b } else { twice < *b };
    let is_odd = &quotient % IBig::from(2) != IBig::ZERO;
    Ok(if is_more || (twice == *b && is_odd) { quotient + IBig::ONE } else { quotient })
}

/// Numerator and denominator of a finite float.
fn ratio(vm: &mut Vm, number: Value) -> Result<(IBig, IBig), Raised> {
    let pair = vm.call_method(number, "as_integer_ratio", &[])?;
    let Some(pair) = pair.downcast::<Tuple>(vm) else {
        let got = vm.type_name(pair);
        let message = format!("unexpected return type from as_integer_ratio(): expected tuple, not '{got}'");
        return Err(vm.raise(Exc::TypeError, message));
    };
    let [numerator, denominator] = *pair.get(vm).items() else {
        return Err(vm.raise(Exc::ValueError, "as_integer_ratio() must return a 2-tuple"));
    };
    match (vm.as_big(numerator), vm.as_big(denominator)) {
        (Some(numerator), Some(denominator)) => Ok((numerator, denominator)),
        _ => Err(vm.raise(Exc::TypeError, "non-integer arguments in division")),
    }
}

fn mul(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let (delta, other) = match (as_delta(vm, a), as_delta(vm, b)) {
        (Some(delta), None) => (delta, b),
        (None, Some(delta)) => (delta, a),
        _ => return Ok(Value::NOT_IMPLEMENTED),
    };
    let total = IBig::from(delta.get(vm).total());
    if let Some(factor) = vm.as_big(other) {
        return exact(vm, &(total * factor));
    }
    if vm.as_float(other).is_some() {
        let (numerator, denominator) = ratio(vm, other)?;
        let product = divide_nearest(vm, &(total * numerator), &denominator)?;
        return exact(vm, &product);
    }
    Ok(Value::NOT_IMPLEMENTED)
}

/// The totals of two durations as Python ints.
fn int_totals(vm: &mut Vm, a: Value, b: Value) -> Result<Option<(Value, Value)>, Raised> {
    let Some((a, b)) = totals(vm, a, b) else { return Ok(None) };
    let a = vm.new_big_int(&IBig::from(a))?;
    Ok(Some((a, vm.new_big_int(&IBig::from(b))?)))
}

fn floordiv(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    if let Some((a, b)) = int_totals(vm, a, b)? {
        return vm.binary(Operator::FloorDiv, a, b);
    }
    let (Some(delta), true) = (as_delta(vm, a), vm.is_int(b)) else { return Ok(Value::NOT_IMPLEMENTED) };
    let total = IBig::from(delta.get(vm).total());
    let total = vm.new_big_int(&total)?;
    let quotient = vm.binary(Operator::FloorDiv, total, b)?;
    let quotient = vm.as_big(quotient).unwrap_or_default();
    exact(vm, &quotient)
}

fn truediv(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    if let Some((a, b)) = int_totals(vm, a, b)? {
        return vm.binary(Operator::TrueDiv, a, b);
    }
    let Some(delta) = as_delta(vm, a) else { return Ok(Value::NOT_IMPLEMENTED) };
    let total = IBig::from(delta.get(vm).total());
    if let Some(divisor) = vm.as_big(b) {
        let quotient = divide_nearest(vm, &total, &divisor)?;
        return exact(vm, &quotient);
    }
    if vm.as_float(b).is_some() {
        let (numerator, denominator) = ratio(vm, b)?;
        let quotient = divide_nearest(vm, &(total * denominator), &numerator)?;
        return exact(vm, &quotient);
    }
    Ok(Value::NOT_IMPLEMENTED)
}

fn rem(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let Some((a, b)) = int_totals(vm, a, b)? else { return Ok(Value::NOT_IMPLEMENTED) };
    let rest = vm.binary(Operator::Rem, a, b)?;
    let rest = vm.as_big(rest).unwrap_or_default();
    exact(vm, &rest)
}

fn divmod(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Raised> {
    let Some((x, y)) = int_totals(vm, a, b)? else { return Ok(Value::NOT_IMPLEMENTED) };
    let quotient = vm.binary(Operator::FloorDiv, x, y)?;
    let rest = rem(vm, a, b)?;
    Ok(Tuple::from_values(vm, &[quotient, rest])?.value())
}

fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    match totals(vm, a, b) {
        Some((a, b)) => Ok(Value::bool(op.holds(a.cmp(&b)))),
        None => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn state(vm: &mut Vm, this: Gc<Delta>) -> Result<Value, Raised> {
    let Delta { days, seconds, micros, .. } = *this.get(vm);
    let parts = [days, seconds, micros].map(Value::int32);
    Ok(Tuple::from_values(vm, &parts)?.value())
}

fn hash(vm: &mut Vm, this: Value) -> Result<i64, Raised> {
    let this = this.expect::<Delta>(vm);
    if this.get(vm).hash == -1 {
        let state = state(vm, this)?;
        this.get_mut(vm).hash = vm.hash(state)?;
    }
    Ok(this.get(vm).hash)
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let Delta { days, seconds, micros, .. } = *this.expect::<Delta>(vm).get(vm);
    let parts: Vec<String> = [("days", days), ("seconds", seconds), ("microseconds", micros)]
        .iter()
        .filter(|(_, value)| *value != 0)
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let parts = if parts.is_empty() { "0".to_owned() } else { parts.join(", ") };
    let name = shown_name(vm, this);
    vm.new_str(&format!("{name}({parts})"))
}

fn str(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let Delta { days, seconds, micros, .. } = *this.expect::<Delta>(vm).get(vm);
    let mut text = String::new();
    if days != 0 {
        text.push_str(&format!("{days} day{}, ", if days.abs() == 1 { "" } else { "s" }));
    }
    text.push_str(&format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60));
    if micros != 0 {
        text.push_str(&format!(".{micros:06}"));
    }
    vm.new_str(&text)
}

/// `total_seconds()` of a duration in microseconds.
pub(super) fn seconds_of(vm: &mut Vm, total: i128) -> Result<Value, Raised> {
    let (total, second) = (vm.new_big_int(&IBig::from(total))?, Value::int(SECOND as usize));
    vm.binary(Operator::TrueDiv, total, second)
}

fn total_seconds(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let total = args.receiver::<Delta>(vm).get(vm).total();
    seconds_of(vm, total)
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.receiver::<Delta>(vm);
    let (class, state) = (vm.type_of(this.value()).value(), state(vm, this)?);
    Ok(Tuple::from_values(vm, &[class, state])?.value())
}

fn get_days(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::int32(this.expect::<Delta>(vm).get(vm).days))
}

fn get_seconds(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::int32(this.expect::<Delta>(vm).get(vm).seconds))
}

fn get_micros(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(Value::int32(this.expect::<Delta>(vm).get(vm).micros))
}

const METHODS: &[MethodDef] = &[
    method("total_seconds($self, /)", total_seconds, "Total seconds in the duration."),
    method("__reduce__($self, /)", reduce, "__reduce__() -> (cls, state)"),
];

const GETSET: &[GetSetDef] = &[
    getter("days", get_days, "Number of days.").member(),
    getter("seconds", get_seconds, "Number of seconds (>= 0 and less than 1 day).").member(),
    getter("microseconds", get_micros, "Number of microseconds (>= 0 and less than 1 second).").member(),
];

/// Sets `min`, `max` and `resolution`; called with the module, as the class must exist by then.
pub(super) fn finish(vm: &mut Vm) -> Result<(), Raised> {
    let class = class_of_spec(vm, &TYPE)?;
    let most = MOST_DAYS * i128::from(DAY);
    for (name, total) in [("resolution", 1), ("min", -most), ("max", most + i128::from(DAY) - 1)] {
        let value = made(vm, total)?;
        set_class_attr(vm, class, name, value)?;
    }
    Ok(())
}

/// The class `timedelta`.
pub static TYPE: TypeSpec = TypeSpec {
    name: "timedelta",
    module: "datetime",
    layout: Some(<Delta as HeapObject>::native),
    slots: Slots {
        new: Some(new),
        add: Some(add),
        sub: Some(sub),
        mul: Some(mul),
        neg: Some(neg),
        pos: Some(pos),
        abs: Some(abs),
        bool: Some(is_nonzero),
        floordiv: Some(floordiv),
        truediv: Some(truediv),
        rem: Some(rem),
        divmod: Some(divmod),
        richcompare: Some(richcompare),
        hash: Some(hash),
        repr: Some(repr),
        str: Some(str),
        ..Slots::DEFAULT
    },
    methods: METHODS,
    getset: GETSET,
    doc: "Difference between two datetime values.\n\ntimedelta(days=0, seconds=0, microseconds=0, milliseconds=0, minutes=0, hours=0, weeks=0)\n\nAll arguments are optional and default to 0.\nArguments may be integers or floats, and may be positive or negative.",
    flags: BASETYPE,
    ..TypeSpec::DEFAULT
};
