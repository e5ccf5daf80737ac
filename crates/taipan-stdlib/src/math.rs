//! `math`: the functions of the C library on floats, and exact functions on ints.
//!
//! Domain errors are ValueError and overflow is OverflowError, with CPython's wording.

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{MethodDef, ModuleSpec, function};
use taipan_vm::types::module::Module;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

mod gamma;
mod integers;
mod logarithms;
mod sums;

/// "math range error".
fn range_error(vm: &mut Vm) -> Raised {
    vm.raise(Exc::OverflowError, "math range error")
}

fn domain_error(vm: &mut Vm) -> Raised {
    vm.raise(Exc::ValueError, "math domain error")
}

/// A function of one float whose result may overflow; `domain` says what it expects instead of a bad argument.
fn apply(
    vm: &mut Vm,
    args: Args<'_>,
    body: fn(f64) -> f64,
    domain: impl FnOnce(f64) -> Option<&'static str>,
) -> Result<Value, Raised> {
    let x = vm.to_f64(args.get(0))?;
    if !x.is_nan()
        && let Some(expected) = domain(x)
    {
        let got = taipan_text::float_text::repr(x);
        return Err(vm.raise(Exc::ValueError, format!("{expected}, got {got}")));
    }
    let result = body(x);
    if result.is_infinite() && x.is_finite() {
        return Err(range_error(vm));
    }
    vm.new_float(result)
}

macro_rules! unary {
    ($($name:ident $body:expr, $($bad:expr => $expected:literal)?;)*) => {$(
        fn $name(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
            let domain = |_x: f64| -> Option<&'static str> {
                $(let bad: fn(f64) -> bool = $bad;
                if bad(_x) { return Some($expected); })?
                None
            };
            apply(vm, args, $body, domain)
        }
    )*};
}

unary! {
    acos f64::acos, |x| x.abs() > 1.0 => "expected a number in range from -1 up to 1";
    acosh libm::acosh, |x| x < 1.0 => "expected argument value not less than 1";
    asin f64::asin, |x| x.abs() > 1.0 => "expected a number in range from -1 up to 1";
    asinh libm::asinh, ;
    atan f64::atan, ;
    atanh libm::atanh, |x| x.abs() >= 1.0 => "expected a number between -1 and 1";
    cbrt f64::cbrt, ;
    cos f64::cos, |x| x.is_infinite() => "expected a finite input";
    cosh f64::cosh, ;
    degrees |x| x * (180.0 / std::f64::consts::PI), ;
    erf libm::erf, ;
    erfc libm::erfc, ;
    exp f64::exp, ;
    exp2 f64::exp2, ;
    expm1 f64::exp_m1, ;
    fabs f64::abs, ;
    gamma gamma::gamma, |x| x == f64::NEG_INFINITY || x <= 0.0 && x == x.floor() => "expected a noninteger or positive integer";
    lgamma gamma::log_gamma, |x| x.is_finite() && x <= 0.0 && x == x.floor() => "expected a noninteger or positive integer";
    log1p f64::ln_1p, |x| x <= -1.0 => "expected argument value > -1";
    radians |x| x * (std::f64::consts::PI / 180.0), ;
    sin f64::sin, |x| x.is_infinite() => "expected a finite input";
    sinh f64::sinh, ;
    sqrt f64::sqrt, |x| x < 0.0 => "expected a nonnegative input";
    tan f64::tan, |x| x.is_infinite() => "expected a finite input";
    tanh f64::tanh, ;
}

/// The float arguments of a function of two.
fn two(vm: &mut Vm, args: Args<'_>) -> Result<(f64, f64), Raised> {
    let x = vm.to_f64(args.get(0))?;
    Ok((x, vm.to_f64(args.get(1))?))
}

fn atan2(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (y, x) = two(vm, args)?;
    vm.new_float(y.atan2(x))
}

fn copysign(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (x, y) = two(vm, args)?;
    vm.new_float(x.copysign(y))
}

fn fmod(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (x, y) = two(vm, args)?;
    let rest = x % y;
    if rest.is_nan() && !x.is_nan() && !y.is_nan() {
        return Err(domain_error(vm));
    }
    vm.new_float(rest)
}

fn remainder(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (x, y) = two(vm, args)?;
    let rest = libm::remainder(x, y);
    if rest.is_nan() && !x.is_nan() && !y.is_nan() {
        return Err(domain_error(vm));
    }
    vm.new_float(rest)
}

fn pow(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (x, y) = two(vm, args)?;
    let result = x.powf(y);
    if x.is_finite() && y.is_finite() && !result.is_finite() {
        if result.is_nan() || x == 0.0 {
            return Err(domain_error(vm));
        }
        return Err(range_error(vm));
    }
    vm.new_float(result)
}

fn fma(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (x, y) = two(vm, args)?;
    let z = vm.to_f64(args.get(2))?;
    let result = x.mul_add(y, z);
    if result.is_nan() && !x.is_nan() && !y.is_nan() && !z.is_nan() {
        return Err(vm.raise(Exc::ValueError, "invalid operation in fma"));
    }
    if result.is_infinite() && x.is_finite() && y.is_finite() && z.is_finite() {
        return Err(vm.raise(Exc::OverflowError, "overflow in fma"));
    }
    vm.new_float(result)
}

fn isfinite(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(vm.to_f64(args.get(0))?.is_finite()))
}

fn isinf(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(vm.to_f64(args.get(0))?.is_infinite()))
}

fn isnan(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::bool(vm.to_f64(args.get(0))?.is_nan()))
}

/// The relative and absolute tolerance given to `isclose`.
///
/// # Errors
/// ValueError for a negative one, and those of `__float__`.
pub(crate) fn tolerances(vm: &mut Vm, relative: Value, absolute: Value) -> Result<(f64, f64), Raised> {
    let relative = match relative.given() {
        Some(relative) => vm.to_f64(relative)?,
        None => 1e-9,
    };
    let absolute = match absolute.given() {
        Some(absolute) => vm.to_f64(absolute)?,
        None => 0.0,
    };
    if relative < 0.0 || absolute < 0.0 {
        return Err(vm.raise(Exc::ValueError, "tolerances must be non-negative"));
    }
    Ok((relative, absolute))
}

fn isclose(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [_, _, relative, absolute] = args.all();
    let (a, b) = two(vm, args)?;
    let (relative, absolute) = tolerances(vm, relative, absolute)?;
    if a == b {
        return Ok(Value::TRUE);
    }
    if a.is_infinite() || b.is_infinite() {
        return Ok(Value::FALSE);
    }
    let distance = (b - a).abs();
    Ok(Value::bool(distance <= (relative * b).abs() || distance <= (relative * a).abs() || distance <= absolute))
}

fn frexp(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let x = vm.to_f64(args.get(0))?;
    let (mantissa, exponent) = if x == 0.0 || !x.is_finite() { (x, 0) } else { libm::frexp(x) };
    let mantissa = vm.new_float(mantissa)?;
    Ok(Tuple::from_values(vm, &[mantissa, Value::int32(exponent)])?.value())
}

fn ldexp(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let x = vm.to_f64(args.get(0))?;
    if !vm.is_int(args.get(1)) {
        return Err(vm.raise(Exc::TypeError, "Expected an int as second argument to ldexp."));
    }
    let exponent = vm.index_clipped(args.get(1))?;
    if x == 0.0 || !x.is_finite() {
        return vm.new_float(x);
    }
    let result = libm::ldexp(x, exponent.clamp(-10_000, 10_000) as i32);
    if result.is_infinite() {
        return Err(range_error(vm));
    }
    vm.new_float(result)
}

fn modf(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let x = vm.to_f64(args.get(0))?;
    let (fraction, whole) =
        if x.is_finite() { ((x - x.trunc()).copysign(x), x.trunc()) } else { (0f64.copysign(x), x) };
    let fraction = vm.new_float(if x.is_nan() { x } else { fraction })?;
    let whole = vm.new_float(whole)?;
    Ok(Tuple::from_values(vm, &[fraction, whole])?.value())
}

fn ulp_of(x: f64) -> f64 {
    let x = x.abs();
    if !x.is_finite() {
        return x;
    }
    let above = x.next_up();
    if above.is_infinite() { x - x.next_down() } else { above - x }
}

fn ulp(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let x = vm.to_f64(args.get(0))?;
    vm.new_float(ulp_of(x))
}

fn nextafter(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (x, y) = two(vm, args)?;
    // What a u64 cannot count is further than any two floats lie apart.
    let (steps, counted) = match args.get(2).not_none() {
        Some(steps) => {
            let steps = vm.index(steps)?;
            let Some(big) = vm.as_big(steps).filter(|big| *big >= dashu_int::IBig::ZERO) else {
                return Err(vm.raise(Exc::ValueError, "steps must be a non-negative integer"));
            };
            (u64::try_from(big).unwrap_or(u64::MAX), true)
        }
        None => (1, false),
    };
    if (x.is_nan() || y.is_nan()) && steps != 0 {
        return vm.new_float(if x.is_nan() { x } else { y });
    }
    // Magnitudes are consecutive integers. A zero that is stepped on keeps the sign of `x`, one that is the goal its own.
    const SIGN: u64 = 1 << 63;
    let (from, to) = (x.to_bits() & !SIGN, y.to_bits() & !SIGN);
    let sign = x.to_bits() & SIGN;
    let result = if steps == 0 {
        x
    } else if x == y {
        y
    } else if sign != y.to_bits() & SIGN {
        if from + to <= steps && (counted || to != 0) {
            y
        } else if from < steps {
            f64::from_bits((y.to_bits() & SIGN) | (steps - from))
        } else {
            f64::from_bits(sign | (from - steps))
        }
    } else if from > to {
        if from - to >= steps { f64::from_bits(sign | (from - steps)) } else { y }
    } else if to - from >= steps {
        f64::from_bits(sign | (from + steps))
    } else {
        y
    };
    vm.new_float(result)
}

/// `floor`, `ceil`: the special method, else of the float. `trunc` has no such fallback.
fn rounded(vm: &mut Vm, x: Value, special: taipan_vm::names::Atom, body: fn(f64) -> f64) -> Result<Value, Raised> {
    if !(vm.is_exact(x, taipan_vm::types::Builtin::Float))
        && let Some(result) = vm.call_special(x, special, &[])?
    {
        return Ok(result);
    }
    let x = vm.to_f64(x)?;
    let whole = vm.new_float(body(x))?;
    vm.call_method(whole, "__trunc__", &[])
}

fn floor(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    rounded(vm, args.get(0), taipan_vm::names::name::FLOOR, f64::floor)
}

fn ceil(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    rounded(vm, args.get(0), taipan_vm::names::name::CEIL, f64::ceil)
}

fn trunc(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    match vm.call_special(args.get(0), taipan_vm::names::name::TRUNC, &[])? {
        Some(result) => Ok(result),
        None => {
            let name = vm.type_name(args.get(0));
            Err(vm.raise(Exc::TypeError, format!("type {name} doesn't define __trunc__ method")))
        }
    }
}

/// Adds the constants that `math` and `cmath` share.
pub(crate) fn add_constants(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    let constants = [
        ("pi", std::f64::consts::PI),
        ("e", std::f64::consts::E),
        ("tau", std::f64::consts::TAU),
        ("inf", f64::INFINITY),
        ("nan", f64::NAN),
    ];
    for (name, number) in constants {
        let value = vm.new_float(number)?;
        Module::set(module, vm, name, value)?;
    }
    Ok(())
}

#[rustfmt::skip]
const FUNCTIONS: &[MethodDef] = &[
    function("acos(x, /)", acos, "Return the arc cosine (measured in radians) of x.\n\nThe result is between 0 and pi."),
    function("acosh(x, /)", acosh, "Return the inverse hyperbolic cosine of x."),
    function("asin(x, /)", asin, "Return the arc sine (measured in radians) of x.\n\nThe result is between -pi/2 and pi/2."),
    function("asinh(x, /)", asinh, "Return the inverse hyperbolic sine of x."),
    function("atan(x, /)", atan, "Return the arc tangent (measured in radians) of x.\n\nThe result is between -pi/2 and pi/2."),
    function("atan2(y, x, /)", atan2, "Return the arc tangent (measured in radians) of y/x.\n\nUnlike atan(y/x), the signs of both x and y are considered."),
    function("atanh(x, /)", atanh, "Return the inverse hyperbolic tangent of x."),
    function("cbrt(x, /)", cbrt, "Return the cube root of x."),
    function("ceil(x, /)", ceil, "Return the ceiling of x as an Integral.\n\nThis is the smallest integer >= x."),
    function("copysign(x, y, /)", copysign, "Return a float with the magnitude (absolute value) of x but the sign of y.\n\nOn platforms that support signed zeros, copysign(1.0, -0.0)\nreturns -1.0.\n"),
    function("cos(x, /)", cos, "Return the cosine of x (measured in radians)."),
    function("cosh(x, /)", cosh, "Return the hyperbolic cosine of x."),
    function("degrees(x, /)", degrees, "Convert angle x from radians to degrees."),
    function("dist(p, q, /)", sums::dist, "Return the Euclidean distance between two points p and q.\n\nThe points should be specified as sequences (or iterables) of\ncoordinates.  Both inputs must have the same dimension.\n\nRoughly equivalent to:\n    sqrt(sum((px - qx) ** 2.0 for px, qx in zip(p, q)))"),
    function("erf(x, /)", erf, "Error function at x."),
    function("erfc(x, /)", erfc, "Complementary error function at x."),
    function("exp(x, /)", exp, "Return e raised to the power of x."),
    function("exp2(x, /)", exp2, "Return 2 raised to the power of x."),
    function("expm1(x, /)", expm1, "Return exp(x)-1.\n\nThis function avoids the loss of precision involved in the direct evaluation of exp(x)-1 for small x."),
    function("fabs(x, /)", fabs, "Return the absolute value of the float x."),
    function("factorial(n, /)", integers::factorial, "Find n!."),
    function("floor(x, /)", floor, "Return the floor of x as an Integral.\n\nThis is the largest integer <= x."),
    function("fma(x, y, z, /)", fma, "Fused multiply-add operation.\n\nCompute (x * y) + z with a single round."),
    function("fmod(x, y, /)", fmod, "Return fmod(x, y), according to platform C.\n\nx % y may differ."),
    function("frexp(x, /)", frexp, "Return the mantissa and exponent of x, as pair (m, e).\n\nIf x is a finite nonzero number, then m is a float with\n0.5 <= abs(m) < 1.0 and an integer e is such that\nx == m * 2**e exactly.  Else, return (x, 0)."),
    function("fsum(seq, /)", sums::fsum, "Return an accurate floating-point sum of values in the iterable seq.\n\nAssumes IEEE-754 floating-point arithmetic."),
    function("gamma(x, /)", gamma, "Gamma function at x."),
    function("gcd(*integers)", integers::gcd, "Greatest Common Divisor."),
    function("hypot(*coordinates)", sums::hypot, "Multidimensional Euclidean distance from the origin to a point.\n\nRoughly equivalent to:\n    sqrt(sum(x**2 for x in coordinates))\n\nFor a two dimensional point (x, y), gives the hypotenuse\nusing the Pythagorean theorem:  sqrt(x*x + y*y).\n\nFor example, the hypotenuse of a 3/4/5 right triangle is:\n\n    >>> hypot(3.0, 4.0)\n    5.0"),
    function("isclose(a, b, *, rel_tol=1e-09, abs_tol=0.0)", isclose, "Determine whether two floating-point numbers are close in value.\n\n  rel_tol\n    maximum difference for being considered \"close\", relative to the\n    magnitude of the input values\n  abs_tol\n    maximum difference for being considered \"close\", regardless of the\n    magnitude of the input values\n\nReturn True if a is close in value to b, and False otherwise.\n\nFor the values to be considered close, the difference between them\nmust be smaller than at least one of the tolerances.\n\n-inf, inf and NaN behave similarly to the IEEE 754 Standard.  That\nis, NaN is not close to anything, even itself.  inf and -inf are\nonly close to themselves."),
    function("isfinite(x, /)", isfinite, "Return True if x is neither an infinity nor a NaN, and False otherwise."),
    function("isinf(x, /)", isinf, "Return True if x is a positive or negative infinity, and False otherwise."),
    function("isnan(x, /)", isnan, "Return True if x is a NaN (not a number), and False otherwise."),
    function("isqrt(n, /)", integers::isqrt, "Return the integer part of the square root of the input."),
    function("lcm(*integers)", integers::lcm, "Least Common Multiple."),
    function("ldexp(x, i, /)", ldexp, "Return x * (2**i).\n\nThis is essentially the inverse of frexp()."),
    function("lgamma(x, /)", lgamma, "Natural logarithm of absolute value of Gamma function at x."),
    MethodDef::raw_static("log", logarithms::log, "log(x, [base=math.e])\nReturn the logarithm of x to the given base.\n\nIf the base is not specified, returns the natural logarithm (base e) of x."),
    function("log1p(x, /)", log1p, "Return the natural logarithm of 1+x (base e).\n\nThe result is computed in a way which is accurate for x near zero."),
    function("log10(x, /)", logarithms::log10, "Return the base 10 logarithm of x."),
    function("log2(x, /)", logarithms::log2, "Return the base 2 logarithm of x."),
    function("modf(x, /)", modf, "Return the fractional and integer parts of x.\n\nBoth results carry the sign of x and are floats."),
    function("pow(x, y, /)", pow, "Return x**y (x to the power of y)."),
    function("radians(x, /)", radians, "Convert angle x from degrees to radians."),
    function("remainder(x, y, /)", remainder, "Difference between x and the closest integer multiple of y.\n\nReturn x - n*y where n*y is the closest integer multiple of y.\nIn the case where x is exactly halfway between two multiples of\ny, the nearest even value of n is used. The result is always exact."),
    function("sin(x, /)", sin, "Return the sine of x (measured in radians)."),
    function("sinh(x, /)", sinh, "Return the hyperbolic sine of x."),
    function("sqrt(x, /)", sqrt, "Return the square root of x."),
    function("tan(x, /)", tan, "Return the tangent of x (measured in radians)."),
    function("tanh(x, /)", tanh, "Return the hyperbolic tangent of x."),
    function("sumprod(p, q, /)", sums::sumprod, "Return the sum of products of values from two iterables p and q.\n\nRoughly equivalent to:\n\n    sum(map(operator.mul, p, q, strict=True))\n\nFor float and mixed int/float inputs, the intermediate products\nand sums are computed with extended precision."),
    function("trunc(x, /)", trunc, "Truncates the Real x to the nearest Integral toward 0.\n\nUses the __trunc__ magic method."),
    function("prod(iterable, /, *, start=1)", sums::prod, "Calculate the product of all the elements in the input iterable.\n\nThe default start value for the product is 1.\n\nWhen the iterable is empty, return the start value.  This function is\nintended specifically for use with numeric values and may reject\nnon-numeric types."),
    function("perm(n, k=None, /)", integers::perm, "Number of ways to choose k items from n items without repetition and with order.\n\nEvaluates to n! / (n - k)! when k <= n and evaluates\nto zero when k > n.\n\nIf k is not specified or is None, then k defaults to n\nand the function returns n!.\n\nRaises TypeError if either of the arguments are not integers.\nRaises ValueError if either of the arguments are negative."),
    function("comb(n, k, /)", integers::comb, "Number of ways to choose k items from n items without repetition and without order.\n\nEvaluates to n! / (k! * (n - k)!) when k <= n and evaluates\nto zero when k > n.\n\nAlso called the binomial coefficient because it is equivalent\nto the coefficient of k-th term in polynomial expansion of the\nexpression (1 + x)**n.\n\nRaises TypeError if either of the arguments are not integers.\nRaises ValueError if either of the arguments are negative."),
    function("nextafter(x, y, /, *, steps=None)", nextafter, "Return the floating-point value the given number of steps after x towards y.\n\nIf steps is not specified or is None, it defaults to 1.\n\nRaises a TypeError, if x or y is not a double, or if steps is not\nan integer.  Raises ValueError if steps is negative."),
    function("ulp(x, /)", ulp, "Return the value of the least significant bit of the float x."),
];

/// The module `math`.
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "math",
    doc: "This module provides access to the mathematical functions\ndefined by the C standard.",
    functions: FUNCTIONS,
    exec: Some(add_constants),
    ..ModuleSpec::DEFAULT
};
