//! `math.log`, `math.log2`, `math.log10`, also of ints beyond the range of floats.

use taipan_vm::args::Args;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

/// The logarithm by `body`; `two` is the logarithm of 2. ValueError unless the argument is positive.
fn logarithm(vm: &mut Vm, x: Value, body: fn(f64) -> f64) -> Result<f64, Raised> {
    if let Some(big) = if vm.is_int(x) { vm.as_big(x) } else { None } {
        if big <= dashu_int::IBig::ZERO {
            return Err(vm.raise(Exc::ValueError, "expected a positive input"));
        }
        if let Some(float) = taipan_text::int_math::to_float(&big) {
            return Ok(body(float));
        }
        // 64 leading bits carry more than a float shows.
        let shift = taipan_text::int_math::bit_length(&big) - 64;
        let top = taipan_text::int_math::shift_right(&big, shift);
        let top = taipan_text::int_math::to_float(&top).unwrap_or(1.0);
        return Ok(body(top / 2f64.powi(64)) + body(2.0) * (shift as f64 + 64.0));
    }
    let x = vm.to_f64(x)?;
    if x <= 0.0 {
        let got = taipan_text::float_text::repr(x);
        return Err(vm.raise(Exc::ValueError, format!("expected a positive input, got {got}")));
    }
    Ok(body(x))
}

pub(super) fn log(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    args.expect(vm, "log", 1, 2)?;
    let numerator = logarithm(vm, args.get(0), f64::ln)?;
    let result = if args.len() == 2 {
        let denominator = logarithm(vm, args.get(1), f64::ln)?;
        if denominator == 0.0 {
            return Err(vm.raise(Exc::ZeroDivisionError, "division by zero"));
        }
        numerator / denominator
    } else {
        numerator
    };
    vm.new_float(result)
}

pub(super) fn log2(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let result = logarithm(vm, args.get(0), f64::log2)?;
    vm.new_float(result)
}

pub(super) fn log10(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let result = logarithm(vm, args.get(0), f64::log10)?;
    vm.new_float(result)
}
