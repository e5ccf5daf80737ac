//! The exact functions of `math` on ints.

use dashu_int::IBig;
use taipan_text::int_math;
use taipan_vm::args::Args;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

/// `__index__` of an argument as a number.
fn big(vm: &mut Vm, value: Value) -> Result<IBig, Raised> {
    let index = vm.index(value)?;
    Ok(vm.as_big(index).unwrap_or(IBig::ZERO))
}

/// Folds the arguments, which the signature collected in one tuple.
fn fold(vm: &mut Vm, args: Args<'_>, start: IBig, body: fn(&IBig, &IBig) -> IBig) -> Result<Value, Raised> {
    let integers = args.get(0).expect::<Tuple>(vm);
    let mut result = start;
    for i in 0..integers.get(vm).len() {
        let item = integers.get(vm).at(i);
        let item = big(vm, item)?;
        result = body(&result, &item);
    }
    vm.new_big_int(&result)
}

pub(super) fn gcd(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    fold(vm, args, IBig::ZERO, int_math::gcd)
}

pub(super) fn lcm(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    fold(vm, args, IBig::ONE, |a, b| {
        let divisor = int_math::gcd(a, b);
        if divisor.is_zero() {
            return IBig::ZERO;
        }
        let product = a / divisor * b;
        if product < IBig::ZERO { -product } else { product }
    })
}

pub(super) fn isqrt(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let number = big(vm, args.get(0))?;
    match int_math::isqrt(&number) {
        Some(root) => vm.new_big_int(&root),
        None => Err(vm.raise(Exc::ValueError, "isqrt() argument must be nonnegative")),
    }
}

/// The product of `from..=to`, halved so that factors are of like size.
fn product(from: u64, to: u64) -> IBig {
    if from > to {
        return IBig::ONE;
    }
    if to - from < 8 {
        return (from..=to).fold(IBig::ONE, |product, factor| product * factor);
    }
    let middle = from + (to - from) / 2;
    product(from, middle) * product(middle + 1, to)
}

/// Refuses a product of so many factors below `largest` when it cannot be in the heap.
fn check_product(vm: &mut Vm, factors: u64, largest: &IBig) -> Result<(), Raised> {
    let bits = factors.saturating_mul(int_math::bit_length(largest).max(1) as u64);
    if bits < 1 << 20 {
        return Ok(());
    }
    vm.check_native_bytes(usize::try_from(bits / 16).unwrap_or(usize::MAX))
}

fn factorial_of(vm: &mut Vm, number: Value) -> Result<Value, Raised> {
    let number = big(vm, number)?;
    if number < IBig::ZERO {
        return Err(vm.raise(Exc::ValueError, "factorial() not defined for negative values"));
    }
    match i64::try_from(&number) {
        Ok(n) => {
            check_product(vm, n as u64, &number)?;
            vm.new_big_int(&product(1, n as u64))
        }
        Err(_) => {
            let message = format!("factorial() argument should not exceed {}", i64::MAX);
            Err(vm.raise(Exc::OverflowError, message))
        }
    }
}

pub(super) fn factorial(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    factorial_of(vm, args.get(0))
}

/// `n * (n-1) * ... * (n-k+1)`.
fn falling(n: &IBig, k: u64) -> IBig {
    if let Ok(n) = u64::try_from(n) {
        return if k == 0 { IBig::ONE } else { product(n - k + 1, n) };
    }
    (0..k).fold(IBig::ONE, |product, i| product * (n - IBig::from(i)))
}

/// The two arguments of `comb` and `perm`, which may not be negative.
fn chosen(vm: &mut Vm, n: Value, k: Value) -> Result<(IBig, IBig), Raised> {
    let n = big(vm, n)?;
    let k = big(vm, k)?;
    if n < IBig::ZERO {
        return Err(vm.raise(Exc::ValueError, "n must be a non-negative integer"));
    }
    if k < IBig::ZERO {
        return Err(vm.raise(Exc::ValueError, "k must be a non-negative integer"));
    }
    Ok((n, k))
}

pub(super) fn perm(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [n, k] = args.all();
    let Some(k) = k.not_none() else { return factorial_of(vm, n) };
    let (n, k) = chosen(vm, n, k)?;
    if k > n {
        return Ok(Value::int(0));
    }
    let Ok(count) = i64::try_from(&k) else {
        return Err(vm.raise(Exc::OverflowError, format!("k must not exceed {}", i64::MAX)));
    };
    check_product(vm, count as u64, &n)?;
    vm.new_big_int(&falling(&n, count as u64))
}

pub(super) fn comb(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (n, k) = chosen(vm, args.get(0), args.get(1))?;
    if k > n {
        return Ok(Value::int(0));
    }
    let k = k.clone().min(&n - &k);
    let Ok(count) = i64::try_from(&k) else {
        return Err(vm.raise(Exc::OverflowError, format!("min(n - k, k) must not exceed {}", i64::MAX)));
    };
    check_product(vm, count as u64, &n)?;
    vm.new_big_int(&(falling(&n, count as u64) / product(1, count as u64)))
}
