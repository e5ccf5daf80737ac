//! Functions of `builtins` that consume an iterable: `all`, `any`, `sum`, `min`, `max`, `sorted`.

use crate::args::Args;
use crate::number::Operator;
use crate::raise::{Exc, Raised};
use crate::slots::Comparison;
use crate::types::Builtin;
use crate::types::bytes::Bytes;
use crate::types::complex::Complex;
use crate::types::str::Str;
use crate::value::Value;
use crate::vm::Vm;

pub(super) fn all(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let iterator = vm.iter(args.get(0))?;
    while let Some(item) = vm.next(iterator)? {
        if !vm.is_true(item)? {
            return Ok(Value::FALSE);
        }
    }
    Ok(Value::TRUE)
}

pub(super) fn any(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let iterator = vm.iter(args.get(0))?;
    while let Some(item) = vm.next(iterator)? {
        if vm.is_true(item)? {
            return Ok(Value::TRUE);
        }
    }
    Ok(Value::FALSE)
}

/// A sum of floats with Neumaier's correction, as `sum()` keeps it.
#[derive(Clone, Copy)]
struct FloatSum {
    high: f64,
    low: f64,
}

impl FloatSum {
    fn add(&mut self, x: f64) {
        let sum = self.high + x;
        if self.high.abs() >= x.abs() {
            self.low += (self.high - sum) + x;
        } else {
            self.low += (x - sum) + self.high;
        }
        self.high = sum;
    }

    fn total(self) -> f64 {
        // Not at infinities: the correction is NaN there.
        if self.low != 0.0 && self.low.is_finite() { self.high + self.low } else { self.high }
    }
}

pub(super) fn sum(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let mut total = args.opt(1).unwrap_or(Value::int(0));
    if total.downcast::<Str>(vm).is_some() {
        return Err(vm.raise(Exc::TypeError, "sum() can't sum strings [use ''.join(seq) instead]"));
    }
    if total.downcast::<Bytes>(vm).is_some() {
        return Err(vm.raise(Exc::TypeError, "sum() can't sum bytes [use b''.join(seq) instead]"));
    }
    if vm.type_name(total) == "bytearray" {
        return Err(vm.raise(Exc::TypeError, "sum() can't sum bytearray [use b''.join(seq) instead]"));
    }
    let iterator = vm.iter(args.get(0))?;
    while let Some(item) = vm.next(iterator)? {
        if let (Some(a), Some(b)) = (total.as_small_int(), item.as_small_int()) {
            total = vm.new_int(a + b)?;
            continue;
        }
        if let Some(start) = exact_float(vm, total) {
            let done = sum_floats(vm, iterator, start, item)?;
            match done {
                Ok(total) => return Ok(total),
                Err((so_far, odd)) => {
                    total = vm.binary(Operator::Add, so_far, odd)?;
                    continue;
                }
            }
        }
        if total.shape_id() == Builtin::Complex as u32
            && let Some(start) = vm.as_complex(total)
        {
            match sum_complex(vm, iterator, start, item)? {
                Ok(total) => return Ok(total),
                Err((so_far, odd)) => {
                    total = vm.binary(Operator::Add, so_far, odd)?;
                    continue;
                }
            }
        }
        total = vm.binary(Operator::Add, total, item)?;
    }
    Ok(total)
}

/// As `sum_floats`, for complex numbers, floats and ints.
#[allow(clippy::type_complexity)]
fn sum_complex(
    vm: &mut Vm,
    iterator: Value,
    start: (f64, f64),
    item: Value,
) -> Result<Result<Value, (Value, Value)>, Raised> {
    let (mut real, mut imag) = (FloatSum { high: start.0, low: 0.0 }, FloatSum { high: start.1, low: 0.0 });
    let mut item = Some(item);
    while let Some(next) = item {
        if next.shape_id() == Builtin::Complex as u32
            && let Some((re, im)) = vm.as_complex(next)
        {
            real.add(re);
            imag.add(im);
        } else if let Some(x) = exact_float(vm, next) {
            real.add(x);
        } else if let Some(i) = if vm.is_int(next) { vm.as_i64(next) } else { None } {
            real.add(i as f64);
        } else {
            let so_far = Complex::new(vm, real.total(), imag.total())?.value();
            return Ok(Err((so_far, next)));
        }
        item = vm.next(iterator)?;
    }
    Ok(Ok(Complex::new(vm, real.total(), imag.total())?.value()))
}

fn exact_float(vm: &Vm, value: Value) -> Option<f64> {
    if value.is_immediate_float() || value.shape_id() == Builtin::Float as u32 { vm.as_float(value) } else { None }
}

/// Adds floats and ints from `item` on. `Err` gives the sum so far and the first item that is neither.
#[allow(clippy::type_complexity)]
fn sum_floats(vm: &mut Vm, iterator: Value, start: f64, item: Value) -> Result<Result<Value, (Value, Value)>, Raised> {
    let mut sum = FloatSum { high: start, low: 0.0 };
    let mut item = item;
    loop {
        let small =
            item.as_small_int().or_else(|| if item.is_bool() { Some((item == Value::TRUE) as i64) } else { None });
        if let Some(x) = exact_float(vm, item) {
            sum.add(x);
        } else if let Some(i) = small.or_else(|| if vm.is_int(item) { vm.as_i64(item) } else { None }) {
            sum.add(i as f64);
        } else {
            return Ok(Err((vm.new_float(sum.total())?, item)));
        }
        match vm.next(iterator)? {
            Some(next) => item = next,
            None => return Ok(Ok(vm.new_float(sum.total())?)),
        }
    }
}

pub(super) fn max(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    extreme(vm, args, "max", Comparison::Gt)
}

pub(super) fn min(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    extreme(vm, args, "min", Comparison::Lt)
}

fn extreme(vm: &mut Vm, args: Args<'_>, name: &str, op: Comparison) -> Result<Value, Raised> {
    let n = args.len();
    if n == 0 {
        return Err(vm.raise(Exc::TypeError, format!("{name} expected at least 1 argument, got 0")));
    }
    let (mut key, mut default) = (None, None);
    for i in 0..args.keyword_count() {
        let Some((keyword, value)) = args.keyword(vm, i) else { break };
        match vm.text_of(keyword).as_deref() {
            Some("key") => key = Some(value).filter(|key| !key.is_none()),
            Some("default") => default = Some(value),
            other => {
                let other = other.unwrap_or_default();
                return Err(vm.raise(Exc::TypeError, format!("{name}() got an unexpected keyword argument '{other}'")));
            }
        }
    }
    if n > 1 {
        if default.is_some() {
            let message = format!("Cannot specify a default for {name}() with multiple positional arguments");
            return Err(vm.raise(Exc::TypeError, message));
        }
        let mut best = Best { item: args.get(0), key: apply(vm, key, args.get(0))? };
        for i in 1..n {
            best.offer(vm, args.get(i), key, op)?;
        }
        return Ok(best.item);
    }
    let iterator = vm.iter(args.get(0))?;
    let Some(first) = vm.next(iterator)? else {
        return match default {
            Some(default) => Ok(default),
            None => Err(vm.raise(Exc::ValueError, format!("{name}() iterable argument is empty"))),
        };
    };
    let mut best = Best { item: first, key: apply(vm, key, first)? };
    while let Some(item) = vm.next(iterator)? {
        best.offer(vm, item, key, op)?;
    }
    Ok(best.item)
}

fn apply(vm: &mut Vm, key: Option<Value>, item: Value) -> Result<Value, Raised> {
    match key {
        Some(key) => vm.call(key, &[item]),
        None => Ok(item),
    }
}

/// The best item so far and its key.
struct Best {
    item: Value,
    key: Value,
}

impl Best {
    fn offer(&mut self, vm: &mut Vm, item: Value, key: Option<Value>, op: Comparison) -> Result<(), Raised> {
        let own = apply(vm, key, item)?;
        let better = vm.compare(own, self.key, op)?;
        if vm.is_true(better)? {
            *self = Best { item, key: own };
        }
        Ok(())
    }
}

pub(super) fn sorted(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    if args.len() != 1 {
        return Err(vm.raise(Exc::TypeError, format!("sorted expected 1 argument, got {}", args.len())));
    }
    let list = super::attributes::listed(vm, args.get(0))?;
    let sort = vm.get_attr_str(list.value(), "sort")?;
    vm.call_args(sort, args.skip(1))?;
    Ok(list.value())
}
