//! The functions of `math` over iterables and vectors.

use taipan_vm::args::Args;
use taipan_vm::number::Operator;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::Builtin;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

/// The sum of two floats and its rounding error, exactly.
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let part = sum - a;
    (sum, (a - (sum - part)) + (b - part))
}

/// Adds a finite float to partial sums that do not overlap (Shewchuk); `false` on overflow.
fn add_partial(partials: &mut Vec<f64>, x: f64) -> bool {
    let mut x = x;
    let mut kept = 0;
    for i in 0..partials.len() {
        let (sum, error) = two_sum(x, partials[i]);
        if !sum.is_finite() {
            return false;
        }
        if error != 0.0 {
            partials[kept] = error;
            kept += 1;
        }
        x = sum;
    }
    partials.truncate(kept);
    partials.push(x);
    true
}

/// The correctly rounded total of partial sums.
fn total(partials: &[f64]) -> f64 {
    let Some((&last, rest)) = partials.split_last() else { return 0.0 };
    let mut high = last;
    let mut low = 0.0;
    let mut left = rest.len();
    while left > 0 {
        left -= 1;
        let (sum, error) = two_sum(high, rest[left]);
        high = sum;
        low = error;
        if low != 0.0 {
            break;
        }
    }
    // A tie is broken by the sign of what is left.
    if left > 0 && (low < 0.0 && rest[left - 1] < 0.0 || low > 0.0 && rest[left - 1] > 0.0) {
        let doubled = low * 2.0;
        let moved = high + doubled;
        if doubled == moved - high {
            high = moved;
        }
    }
    high
}

pub(super) fn fsum(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let iterator = vm.iter(args.get(0))?;
    let mut partials = Vec::new();
    let (mut special, mut infinities) = (0.0, 0.0);
    while let Some(item) = vm.next(iterator)? {
        let x = vm.to_f64(item)?;
        if !x.is_finite() {
            special += x;
            if x.is_infinite() {
                infinities += x;
            }
        } else if !add_partial(&mut partials, x) {
            return Err(vm.raise(Exc::OverflowError, "intermediate overflow in fsum"));
        }
    }
    if special != 0.0 {
        if f64::is_nan(infinities) {
            return Err(vm.raise(Exc::ValueError, "-inf + inf in fsum"));
        }
        return vm.new_float(special);
    }
    vm.new_float(total(&partials))
}

pub(super) fn prod(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [iterable, start] = args.all();
    let iterator = vm.iter(iterable)?;
    let mut product = start.given().unwrap_or(Value::int(1));
    while let Some(item) = vm.next(iterator)? {
        product = vm.binary(Operator::Mul, product, item)?;
    }
    Ok(product)
}

/// The float of a float or a machine-word int, of exact types.
fn plain_float(vm: &Vm, value: Value) -> Option<f64> {
    value.as_immediate_float().or_else(|| value.exact::<taipan_vm::types::float::Float>().map(|f| f.get(vm).number))
}

/// An exact int that is a word.
fn plain_int(vm: &mut Vm, value: Value) -> Option<i64> {
    if vm.is_exact(value, Builtin::Int) { vm.as_i64(value) } else { None }
}

/// The nearest float of an exact int or a bool.
fn int_as_float(vm: &mut Vm, value: Value) -> Result<Option<f64>, Raised> {
    if !vm.is_exact(value, Builtin::Int) && !vm.is_exact(value, Builtin::Bool) {
        return Ok(None);
    }
    let result = vm.int_to_f64(value);
    vm.catch(result, Exc::OverflowError)
}

pub(super) fn sumprod(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (p, q) = (vm.iter(args.get(0))?, vm.iter(args.get(1))?);
    let mut sum = Value::int(0);
    // Ints come first, as far as they and their sum are words. Then products of floats are kept exactly, until something else
    // comes; from there on only the operators count.
    let mut words = Some(0i64);
    let mut partials: Vec<f64> = Vec::new();
    let mut only_floats = true;
    loop {
        let (a, b) = (vm.next(p)?, vm.next(q)?);
        let (Some(a), Some(b)) = (a, b) else {
            if a.is_some() || b.is_some() {
                return Err(vm.raise(Exc::ValueError, "Inputs are not the same length"));
            }
            break;
        };
        words = match (words, plain_int(vm, a), plain_int(vm, b)) {
            (Some(total), Some(x), Some(y)) => x.checked_mul(y).and_then(|product| total.checked_add(product)),
            _ => None,
        };
        let floats = match (plain_float(vm, a), plain_float(vm, b)) {
            _ if words.is_some() || !only_floats => None,
            (Some(x), Some(y)) => Some((x, y)),
            (Some(x), None) => int_as_float(vm, b)?.map(|y| (x, y)),
            (None, Some(y)) => int_as_float(vm, a)?.map(|x| (x, y)),
            _ => None,
        };
        if only_floats && let Some((x, y)) = floats {
            let product = x * y;
            let mut trial = partials.clone();
            if product.is_finite()
                && add_partial(&mut trial, product)
                && add_partial(&mut trial, x.mul_add(y, -product))
            {
                partials = trial;
                continue;
            }
        }
        if !partials.is_empty() {
            let exact = vm.new_float(total(&partials))?;
            sum = vm.binary(Operator::Add, sum, exact)?;
            partials.clear();
        }
        only_floats = only_floats && words.is_some();
        let product = vm.binary(Operator::Mul, a, b)?;
        sum = vm.binary(Operator::Add, sum, product)?;
    }
    if !partials.is_empty() {
        let exact = vm.new_float(total(&partials))?;
        sum = vm.binary(Operator::Add, sum, exact)?;
    }
    Ok(sum)
}

/// The Euclidean norm, scaled against overflow and summed with the rounding errors of the squares.
fn norm(coordinates: &[f64]) -> f64 {
    let largest = coordinates.iter().fold(0f64, |largest, x| largest.max(x.abs()));
    if coordinates.iter().any(|x| x.is_infinite()) {
        return f64::INFINITY;
    }
    if coordinates.iter().any(|x| x.is_nan()) {
        return f64::NAN;
    }
    if largest == 0.0 || coordinates.len() == 1 {
        return largest;
    }
    let (_, exponent) = libm::frexp(largest);
    let scaled = |x: f64| libm::ldexp(x, -exponent);
    let mut partials = Vec::new();
    for x in coordinates {
        let x = scaled(*x);
        let square = x * x;
        add_partial(&mut partials, square);
        add_partial(&mut partials, x.mul_add(x, -square));
    }
    let sum = total(&partials);
    let root = sum.sqrt();
    // One step of Newton's method on the exact remainder.
    let square = root * root;
    add_partial(&mut partials, -square);
    add_partial(&mut partials, -root.mul_add(root, -square));
    libm::ldexp(root + total(&partials) / (2.0 * root), exponent)
}

fn coordinates(vm: &mut Vm, tuple: taipan_vm::gc::Gc<Tuple>) -> Result<Vec<f64>, Raised> {
    let mut coordinates = Vec::new();
    for i in 0..tuple.get(vm).len() {
        let item = tuple.get(vm).at(i);
        coordinates.push(vm.to_f64(item)?);
    }
    Ok(coordinates)
}

pub(super) fn hypot(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let tuple = args.get(0).expect::<Tuple>(vm);
    let coordinates = coordinates(vm, tuple)?;
    vm.new_float(norm(&coordinates))
}

pub(super) fn dist(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (p, q) = (vm.tuple_of(args.get(0))?, vm.tuple_of(args.get(1))?);
    if p.get(vm).len() != q.get(vm).len() {
        return Err(vm.raise(Exc::ValueError, "both points must have the same number of dimensions"));
    }
    let (p, q) = (coordinates(vm, p)?, coordinates(vm, q)?);
    let differences: Vec<f64> = p.iter().zip(&q).map(|(x, y)| x - y).collect();
    vm.new_float(norm(&differences))
}
