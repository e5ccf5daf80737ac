//! `cmath`: functions of complex numbers.
//!
//! Finite arguments follow Kahan's formulas, the others the tables of C11's annex G, as far as the formulas miss them; a NaN result of an infinite argument is a domain error, and overflow of a
//! finite one a range error, as CPython reports them.

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::spec::{MethodDef, ModuleSpec, function};
use taipan_vm::types::complex::Complex;
use taipan_vm::types::complex::arithmetic::quotient;
use taipan_vm::types::module::Module;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

/// Real and imaginary part.
type Pair = (f64, f64);

/// A function on one complex number; overflow of a finite argument is OverflowError.
fn apply(vm: &mut Vm, args: Args<'_>, body: fn(Pair) -> Pair) -> Result<Value, Raised> {
    let z = vm.to_complex(args.get(0))?;
    let (real, imag) = body(z);
    if z.0.is_finite() && z.1.is_finite() && !(real.is_finite() && imag.is_finite()) {
        return Err(vm.raise(Exc::OverflowError, "math range error"));
    }
    if (z.0.is_infinite() || z.1.is_infinite()) && !z.0.is_nan() && !z.1.is_nan() && real.is_nan() && imag.is_nan() {
        return Err(vm.raise(Exc::ValueError, "math domain error"));
    }
    Ok(Complex::new(vm, real, imag)?.value())
}

fn square_root((x, y): Pair) -> Pair {
    if x == 0.0 && y == 0.0 {
        return (0.0, y);
    }
    if y.is_infinite() {
        return (f64::INFINITY, y);
    }
    if x.is_infinite() {
        return if x > 0.0 {
            (x, if y.is_nan() { y } else { 0f64.copysign(y) })
        } else {
            (if y.is_nan() { y } else { 0.0 }, f64::INFINITY.copysign(y))
        };
    }
    let (ax, ay) = (x.abs(), y.abs());
    let s = if ax < f64::MIN_POSITIVE && ay < f64::MIN_POSITIVE {
        let scaled = libm::ldexp(ax, 53);
        libm::ldexp((scaled + scaled.hypot(libm::ldexp(ay, 53))).sqrt(), -27)
    } else {
        2.0 * (ax / 8.0 + (ax / 8.0).hypot(ay / 8.0)).sqrt()
    };
    let d = y.abs() / (2.0 * s);
    if x >= 0.0 { (s, d.copysign(y)) } else { (d, s.copysign(y)) }
}

/// The magnitude beyond which squares overflow.
const LARGE: f64 = f64::MAX / 4.0;

fn logarithm((x, y): Pair) -> Pair {
    let angle = y.atan2(x);
    let (ax, ay) = (x.abs(), y.abs());
    if ax.is_infinite() || ay.is_infinite() {
        return (f64::INFINITY, angle);
    }
    let magnitude = if ax > LARGE || ay > LARGE {
        (ax / 2.0).hypot(ay / 2.0).ln() + std::f64::consts::LN_2
    } else if ax < f64::MIN_POSITIVE && ay < f64::MIN_POSITIVE {
        libm::ldexp(ax, 53).hypot(libm::ldexp(ay, 53)).ln() - 53.0 * std::f64::consts::LN_2
    } else {
        let h = ax.hypot(ay);
        if (0.71..=1.73).contains(&h) {
            let (large, small) = if ax > ay { (ax, ay) } else { (ay, ax) };
            ((large - 1.0) * (large + 1.0) + small * small).ln_1p() / 2.0
        } else {
            h.ln()
        }
    };
    (magnitude, angle)
}

/// `e**x * (cos y, sin y)` with the exponent split so that it does not overflow early.
fn exponential((x, y): Pair) -> Pair {
    if x == f64::NEG_INFINITY {
        return if y.is_finite() { (0f64.copysign(y.cos()), 0f64.copysign(y.sin())) } else { (0.0, 0.0) };
    }
    if y == 0.0 {
        return (x.exp(), y);
    }
    if x == f64::INFINITY && !y.is_finite() {
        return beyond_period(y);
    }
    if x > 708.0 && x.is_finite() {
        let scale = (x - 1.0).exp();
        return (scale * y.cos() * std::f64::consts::E, scale * y.sin() * std::f64::consts::E);
    }
    let scale = x.exp();
    (scale * y.cos(), scale * y.sin())
}

/// What is infinite at an angle that is: a domain error, or infinity in an unknown direction.
fn beyond_period(angle: f64) -> Pair {
    if angle.is_nan() { (f64::INFINITY, f64::NAN) } else { (f64::NAN, f64::NAN) }
}

fn hyperbolic_cosine((x, y): Pair) -> Pair {
    if x.is_nan() && y == 0.0 || x == 0.0 && y.is_nan() {
        return (f64::NAN, 0.0);
    }
    if y == 0.0 {
        return (x.cosh(), y * 1f64.copysign(x));
    }
    if x.is_infinite() && !y.is_finite() {
        return beyond_period(y);
    }
    if x.abs() > 708.0 && x.is_finite() {
        let less = x - 1f64.copysign(x);
        return (y.cos() * less.cosh() * std::f64::consts::E, y.sin() * less.sinh() * std::f64::consts::E);
    }
    (y.cos() * x.cosh(), y.sin() * x.sinh())
}

fn hyperbolic_sine((x, y): Pair) -> Pair {
    if y == 0.0 {
        return (x.sinh(), y);
    }
    if x == 0.0 && y.is_nan() {
        return (0.0, y);
    }
    if x.is_infinite() && !y.is_finite() {
        return beyond_period(y);
    }
    if x.abs() > 708.0 && x.is_finite() {
        let less = x - 1f64.copysign(x);
        return (y.cos() * less.sinh() * std::f64::consts::E, y.sin() * less.cosh() * std::f64::consts::E);
    }
    (y.cos() * x.sinh(), y.sin() * x.cosh())
}

fn hyperbolic_tangent((x, y): Pair) -> Pair {
    if x.is_nan() && y == 0.0 || x == 0.0 && y.is_nan() {
        return (x, y);
    }
    if x.is_infinite() {
        let imag = if y.is_finite() { 0f64.copysign(2.0 * y.sin() * y.cos()) } else { 0.0 };
        return (1f64.copysign(x), imag);
    }
    if x.abs() > 354.0 {
        return (1f64.copysign(x), 4.0 * y.sin() * y.cos() * (-2.0 * x.abs()).exp());
    }
    let (tx, ty) = (x.tanh(), y.tan());
    let cx = 1.0 / x.cosh();
    let txty = tx * ty;
    let denominator = 1.0 + txty * txty;
    (tx * (1.0 + ty * ty) / denominator, (ty / denominator) * cx * cx)
}

fn inverse_sinh((x, y): Pair) -> Pair {
    if x.is_nan() && y == 0.0 {
        return (x, y);
    }
    if x.abs() > LARGE || y.abs() > LARGE {
        let (ax, ay) = (x.abs() / 2.0, y.abs() / 2.0);
        let magnitude = if ax.is_infinite() || ay.is_infinite() {
            f64::INFINITY
        } else {
            ax.hypot(ay).ln() + 2.0 * std::f64::consts::LN_2
        };
        return (if x.is_nan() { magnitude } else { magnitude.copysign(x) }, y.atan2(x.abs()));
    }
    let a = square_root((1.0 + y, -x));
    let b = square_root((1.0 - y, x));
    (libm::asinh(a.0 * b.1 - b.0 * a.1), y.atan2(a.0 * b.0 - a.1 * b.1))
}

fn inverse_cosh((x, y): Pair) -> Pair {
    if x == 0.0 && y.is_nan() {
        return (y, std::f64::consts::FRAC_PI_2);
    }
    if x.abs() > LARGE || y.abs() > LARGE {
        let (ax, ay) = (x.abs() / 2.0, y.abs() / 2.0);
        let magnitude = if ax.is_infinite() || ay.is_infinite() {
            f64::INFINITY
        } else {
            ax.hypot(ay).ln() + 2.0 * std::f64::consts::LN_2
        };
        return (magnitude, y.atan2(x));
    }
    let a = square_root((x - 1.0, y));
    let b = square_root((x + 1.0, y));
    (libm::asinh(a.0 * b.0 + a.1 * b.1), 2.0 * a.1.atan2(b.0))
}

fn inverse_cosine((x, y): Pair) -> Pair {
    if x == 0.0 && y.is_nan() {
        return (std::f64::consts::FRAC_PI_2, y);
    }
    if x.abs() > LARGE || y.abs() > LARGE {
        let (ax, ay) = (x.abs() / 2.0, y.abs() / 2.0);
        let magnitude = if ax.is_infinite() || ay.is_infinite() {
            f64::INFINITY
        } else {
            ax.hypot(ay).ln() + 2.0 * std::f64::consts::LN_2
        };
        return (y.abs().atan2(x), if y.is_nan() { magnitude } else { -magnitude.copysign(y) });
    }
    let a = square_root((1.0 - x, -y));
    let b = square_root((1.0 + x, y));
    (2.0 * a.0.atan2(b.0), libm::asinh(b.0 * a.1 - b.1 * a.0))
}

fn inverse_sine((x, y): Pair) -> Pair {
    let (real, imag) = inverse_sinh((-y, x));
    (imag, -real)
}

fn inverse_tanh((x, y): Pair) -> Pair {
    if x < 0.0 || x == 0.0 && x.is_sign_negative() {
        let (real, imag) = inverse_tanh((-x, -y));
        return (-real, -imag);
    }
    if y.is_nan() && (x == 0.0 || x.is_infinite()) {
        return (0.0, y);
    }
    let ay = y.abs();
    let quarter = std::f64::consts::FRAC_PI_2;
    if x > LARGE.sqrt() || ay > LARGE.sqrt() {
        if x.is_infinite() || ay.is_infinite() {
            return (0.0, quarter.copysign(y));
        }
        let h = (x / 2.0).hypot(y / 2.0);
        return (x / 4.0 / h / h, quarter.copysign(y));
    }
    if x == 1.0 && ay < f64::MIN_POSITIVE.sqrt() {
        if ay == 0.0 {
            return (f64::INFINITY, y);
        }
        return (-(ay.sqrt() / ay.hypot(2.0).sqrt()).ln(), (2f64.atan2(-ay) / 2.0).copysign(y));
    }
    let square = ay * ay;
    (
        (4.0 * x / ((1.0 - x) * (1.0 - x) + square)).ln_1p() / 4.0,
        -(-2.0 * y).atan2((1.0 - x) * (1.0 + x) - square) / 2.0,
    )
}

macro_rules! functions {
    ($($name:ident $body:expr;)*) => {$(
        fn $name(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
            apply(vm, args, $body)
        }
    )*};
}

/// `-i * f(i * z)`.
fn rotated(f: fn(Pair) -> Pair, (x, y): Pair) -> Pair {
    let (real, imag) = f((-y, x));
    (imag, -real)
}

functions! {
    acos inverse_cosine;
    acosh inverse_cosh;
    asin inverse_sine;
    asinh inverse_sinh;
    cos |(x, y)| hyperbolic_cosine((-y, x));
    cosh hyperbolic_cosine;
    exp exponential;
    sin |z| rotated(hyperbolic_sine, z);
    sinh hyperbolic_sine;
    sqrt square_root;
    tan |z| rotated(hyperbolic_tangent, z);
    tanh hyperbolic_tangent;
}

fn atanh(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (real, imag) = vm.to_complex(args.get(0))?;
    if real.abs() == 1.0 && imag == 0.0 {
        return Err(vm.raise(Exc::ValueError, "math domain error"));
    }
    apply(vm, args, inverse_tanh)
}

fn atan(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (real, imag) = vm.to_complex(args.get(0))?;
    if real == 0.0 && imag.abs() == 1.0 {
        return Err(vm.raise(Exc::ValueError, "math domain error"));
    }
    apply(vm, args, |z| rotated(inverse_tanh, z))
}

fn logarithm_of(vm: &mut Vm, value: Value) -> Result<Pair, Raised> {
    let z = vm.to_complex(value)?;
    if z == (0.0, 0.0) {
        return Err(vm.raise(Exc::ValueError, "math domain error"));
    }
    Ok(logarithm(z))
}

fn log(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let mut result = logarithm_of(vm, args.get(0))?;
    if let Some(base) = args.get(1).given() {
        let base = logarithm_of(vm, base)?;
        result = match quotient(result, base) {
            Some(result) => result,
            None => return Err(vm.raise(Exc::ValueError, "math domain error")),
        };
    }
    Ok(Complex::new(vm, result.0, result.1)?.value())
}

fn log10(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (real, imag) = logarithm_of(vm, args.get(0))?;
    Ok(Complex::new(vm, real / std::f64::consts::LN_10, imag / std::f64::consts::LN_10)?.value())
}

fn isclose(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [a, b, relative, absolute] = args.all();
    let (a, b) = (vm.to_complex(a)?, vm.to_complex(b)?);
    let (relative, absolute) = crate::math::tolerances(vm, relative, absolute)?;
    if a == b {
        return Ok(Value::TRUE);
    }
    if [a.0, a.1, b.0, b.1].iter().any(|part| part.is_infinite()) {
        return Ok(Value::FALSE);
    }
    let distance = (a.0 - b.0).hypot(a.1 - b.1);
    let (size_a, size_b) = (a.0.hypot(a.1), b.0.hypot(b.1));
    Ok(Value::bool(distance <= relative * size_b || distance <= relative * size_a || distance <= absolute))
}

fn isfinite(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (real, imag) = vm.to_complex(args.get(0))?;
    Ok(Value::bool(real.is_finite() && imag.is_finite()))
}

fn isinf(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (real, imag) = vm.to_complex(args.get(0))?;
    Ok(Value::bool(real.is_infinite() || imag.is_infinite()))
}

fn isnan(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (real, imag) = vm.to_complex(args.get(0))?;
    Ok(Value::bool(real.is_nan() || imag.is_nan()))
}

fn phase(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (real, imag) = vm.to_complex(args.get(0))?;
    vm.new_float(imag.atan2(real))
}

fn polar(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (real, imag) = vm.to_complex(args.get(0))?;
    let magnitude = real.hypot(imag);
    if magnitude.is_infinite() && real.is_finite() && imag.is_finite() {
        return Err(vm.raise(Exc::OverflowError, "math range error"));
    }
    let (magnitude, angle) = (vm.new_float(magnitude)?, vm.new_float(imag.atan2(real))?);
    Ok(Tuple::from_values(vm, &[magnitude, angle])?.value())
}

fn rect(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let r = vm.to_f64(args.get(0))?;
    let angle = vm.to_f64(args.get(1))?;
    if r != 0.0 && !r.is_nan() && angle.is_infinite() {
        return Err(vm.raise(Exc::ValueError, "math domain error"));
    }
    let (real, imag) = if angle == 0.0 && r.is_nan() {
        (r, 0.0)
    } else if angle == 0.0 {
        (r, if r.is_infinite() { angle.copysign(r * angle.signum()) } else { r * angle })
    } else if r.is_infinite() && angle.is_nan() {
        (f64::INFINITY, f64::NAN)
    } else if r == 0.0 && !angle.is_finite() {
        (0.0, 0.0)
    } else {
        (r * angle.cos(), r * angle.sin())
    };
    Ok(Complex::new(vm, real, imag)?.value())
}

fn exec(vm: &mut Vm, module: Gc<Module>) -> Result<(), Raised> {
    crate::math::add_constants(vm, module)?;
    for (name, imag) in [("infj", f64::INFINITY), ("nanj", f64::NAN)] {
        let value = Complex::new(vm, 0.0, imag)?.value();
        Module::set(module, vm, name, value)?;
    }
    Ok(())
}

#[rustfmt::skip]
const FUNCTIONS: &[MethodDef] = &[
    function("acos(z, /)", acos, "Return the arc cosine of z."),
    function("acosh(z, /)", acosh, "Return the inverse hyperbolic cosine of z."),
    function("asin(z, /)", asin, "Return the arc sine of z."),
    function("asinh(z, /)", asinh, "Return the inverse hyperbolic sine of z."),
    function("atan(z, /)", atan, "Return the arc tangent of z."),
    function("atanh(z, /)", atanh, "Return the inverse hyperbolic tangent of z."),
    function("cos(z, /)", cos, "Return the cosine of z."),
    function("cosh(z, /)", cosh, "Return the hyperbolic cosine of z."),
    function("exp(z, /)", exp, "Return the exponential value e**z."),
    function("isclose(a, b, *, rel_tol=1e-09, abs_tol=0.0)", isclose, "Determine whether two complex numbers are close in value.\n\n  rel_tol\n    maximum difference for being considered \"close\", relative to the\n    magnitude of the input values\n  abs_tol\n    maximum difference for being considered \"close\", regardless of the\n    magnitude of the input values\n\nReturn True if a is close in value to b, and False otherwise.\n\nFor the values to be considered close, the difference between them must\nbe smaller than at least one of the tolerances.\n\n-inf, inf and NaN behave similarly to the IEEE 754 Standard.  That is,\nNaN is not close to anything, even itself. inf and -inf are only close\nto themselves."),
    function("isfinite(z, /)", isfinite, "Return True if both the real and imaginary parts of z are finite, else False."),
    function("isinf(z, /)", isinf, "Checks if the real or imaginary part of z is infinite."),
    function("isnan(z, /)", isnan, "Checks if the real or imaginary part of z not a number (NaN)."),
    function("log(z, base=<unrepresentable>, /)", log, "log(z[, base]) -> the logarithm of z to the given base.\n\nIf the base is not specified, returns the natural logarithm (base e)\nof z."),
    function("log10(z, /)", log10, "Return the base-10 logarithm of z."),
    function("phase(z, /)", phase, "Return argument, also known as the phase angle, of a complex."),
    function("polar(z, /)", polar, "Convert a complex from rectangular coordinates to polar coordinates.\n\nr is the distance from 0 and phi the phase angle."),
    function("rect(r, phi, /)", rect, "Convert from polar coordinates to rectangular coordinates."),
    function("sin(z, /)", sin, "Return the sine of z."),
    function("sinh(z, /)", sinh, "Return the hyperbolic sine of z."),
    function("sqrt(z, /)", sqrt, "Return the square root of z."),
    function("tan(z, /)", tan, "Return the tangent of z."),
    function("tanh(z, /)", tanh, "Return the hyperbolic tangent of z."),
];

/// The module `cmath`.
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "cmath",
    doc: "This module provides access to mathematical functions for complex\nnumbers.",
    functions: FUNCTIONS,
    exec: Some(exec),
    ..ModuleSpec::DEFAULT
};
