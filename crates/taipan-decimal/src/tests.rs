//! Facts recorded from CPython's `_decimal`: each line is operation, operands, context and result.

use crate::context::MAX_PREC;
use crate::{Context, Decimal, FormatSpec, Rounding, Status};

const MEMORY: i64 = 1 << 20;

fn context(prec: i64, emin: i64, emax: i64, rounding: &str, clamp: bool) -> Context {
    let rounding = Rounding::ALL.into_iter().find(|known| known.name() == rounding).unwrap_or(Rounding::HalfEven);
    Context { prec, emax, emin, rounding, clamp, max_digits: MEMORY }
}

fn number(text: &str) -> Decimal {
    let mut status = Status::NONE;
    let number = Decimal::parse_exact(text.as_bytes(), MEMORY, &mut status);
    assert!(status.is_empty(), "{text}: {status:?}");
    number
}

fn names(status: Status) -> String {
    let signals = [
        ("InvalidOperation", Status::IEEE_INVALID_OPERATION),
        ("DivisionByZero", Status::DIVISION_BY_ZERO),
        ("Overflow", Status::OVERFLOW),
        ("Underflow", Status::UNDERFLOW),
        ("Subnormal", Status::SUBNORMAL),
        ("Inexact", Status::INEXACT),
        ("Rounded", Status::ROUNDED),
        ("Clamped", Status::CLAMPED),
    ];
    let set: Vec<&str> = signals.into_iter().filter(|(_, flag)| status.has(*flag)).map(|(name, _)| name).collect();
    set.join(",")
}

fn evaluate(operation: &str, operands: &[Decimal], context: &Context, status: &mut Status) -> Decimal {
    match (operation, operands) {
        ("abs", [a]) => a.abs(context, status),
        ("minus", [a]) => a.minus(context, status),
        ("plus", [a]) => a.plus(context, status),
        ("exp", [a]) => a.exp(context, status),
        ("ln", [a]) => a.ln(context, status),
        ("log10", [a]) => a.log10(context, status),
        ("logb", [a]) => a.logb(context, status),
        ("sqrt", [a]) => a.sqrt(context, status),
        ("normalize", [a]) => a.normalize(context, status),
        ("next_minus", [a]) => a.next_minus(context, status),
        ("next_plus", [a]) => a.next_plus(context, status),
        ("logical_invert", [a]) => a.logical_invert(context, status),
        ("to_integral_value", [a]) => a.to_integral_value(context, status),
        ("to_integral_exact", [a]) => a.to_integral_exact(context, status),
        ("add", [a, b]) => a.add(b, context, status),
        ("subtract", [a, b]) => a.subtract(b, context, status),
        ("multiply", [a, b]) => a.multiply(b, context, status),
        ("divide", [a, b]) => a.divide(b, context, status),
        ("divide_int", [a, b]) => a.divide_int(b, context, status),
        ("remainder", [a, b]) => a.remainder(b, context, status),
        ("remainder_near", [a, b]) => a.remainder_near(b, context, status),
        ("power", [a, b]) => a.power(b, context, status),
        ("power", [a, b, c]) => a.power_modulo(b, c, context, status),
        ("fma", [a, b, c]) => a.fma(b, c, context, status),
        ("quantize", [a, b]) => a.quantize(b, context, status),
        ("compare", [a, b]) => a.compare(b, context, status),
        ("compare_signal", [a, b]) => a.compare_signal(b, context, status),
        ("compare_total", [a, b]) => a.compare_total(b),
        ("compare_total_mag", [a, b]) => a.compare_total_mag(b),
        ("max", [a, b]) => a.max(b, context, status),
        ("max_mag", [a, b]) => a.max_mag(b, context, status),
        ("min", [a, b]) => a.min(b, context, status),
        ("min_mag", [a, b]) => a.min_mag(b, context, status),
        ("next_toward", [a, b]) => a.next_toward(b, context, status),
        ("logical_and", [a, b]) => a.logical_and(b, context, status),
        ("logical_or", [a, b]) => a.logical_or(b, context, status),
        ("logical_xor", [a, b]) => a.logical_xor(b, context, status),
        ("rotate", [a, b]) => a.rotate(b, context, status),
        ("scaleb", [a, b]) => a.scaleb(b, context, status),
        ("shift", [a, b]) => a.shift(b, context, status),
        _ => panic!("no operation {operation} of {} operands", operands.len()),
    }
}

#[test]
fn operations_give_what_cpython_gives() {
    for line in include_str!("tests/facts.txt").lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [operation, operands, prec, emin, emax, rounding, clamp, expected, flags] = fields[..] else {
            panic!("{line}");
        };
        let int = |text: &str| text.parse::<i64>().unwrap_or_else(|_| panic!("{line}"));
        let context = context(int(prec), int(emin), int(emax), rounding, clamp == "1");
        let operands: Vec<Decimal> = operands.split(' ').map(number).collect();
        let mut status = Status::NONE;
        let result = evaluate(operation, &operands, &context, &mut status);
        assert_eq!((result.to_scientific(true).as_str(), names(status).as_str()), (expected, flags), "{line}");
    }
}

#[test]
fn what_takes_too_much_memory_is_reported() {
    let context = Context { prec: MAX_PREC, ..Context::max(MEMORY) };
    for (operation, operands) in [
        ("divide", vec!["1", "3"]),
        ("sqrt", vec!["2"]),
        ("ln", vec!["2"]),
        ("exp", vec!["1"]),
        ("power", vec!["3", "1E+17"]),
        ("add", vec!["1E+10000000", "1"]),
        ("next_plus", vec!["1"]),
        ("logical_invert", vec!["1"]),
        ("quantize", vec!["1", "1E-100000000"]),
        ("remainder", vec!["1E+100000000", "3"]),
    ] {
        let operands: Vec<Decimal> = operands.into_iter().map(number).collect();
        let mut status = Status::NONE;
        evaluate(operation, &operands, &context, &mut status);
        assert!(status.has(Status::MALLOC_ERROR), "{operation}");
    }
}

#[test]
fn exact_results_need_no_more_memory_than_they_have_digits() {
    let context = Context { prec: MAX_PREC, ..Context::max(MEMORY) };
    for (operation, operands, expected) in [
        ("divide", vec!["4", "2"], "2"),
        ("sqrt", vec!["1.44"], "1.2"),
        ("power", vec!["400", "-1"], "0.0025"),
        ("power", vec!["2", "100"], "1267650600228229401496703205376"),
    ] {
        let operands: Vec<Decimal> = operands.into_iter().map(number).collect();
        let mut status = Status::NONE;
        let result = evaluate(operation, &operands, &context, &mut status);
        assert_eq!((result.to_scientific(true).as_str(), status), (expected, Status::NONE), "{operation}");
    }
}

#[test]
fn texts_that_are_no_numbers_are_refused() {
    for text in ["", ".", "e5", "1e", "1e+", "1.2.3", "--1", "infinit", "nan1x", "snanx", "1 ", "0x1", "1e5.0", "+"] {
        let mut status = Status::NONE;
        let number = Decimal::parse_exact(text.as_bytes(), MEMORY, &mut status);
        assert!(number.is_nan() && status == Status::CONVERSION_SYNTAX, "{text}");
    }
    for (text, shown) in [("+.5E+003", "5E+2"), ("INFINITY", "Infinity"), ("-sNaN007", "-sNaN7"), ("00012.00", "12.00")]
    {
        assert_eq!(number(text).to_scientific(true), shown);
    }
}

#[test]
fn exponents_saturate() {
    let context = context(9, -999, 999, "ROUND_HALF_EVEN", false);
    let mut status = Status::NONE;
    let number = Decimal::parse(b"1e99999999999999999999999", &context, &mut status);
    assert!(number.is_infinite() && status.has(Status::OVERFLOW));
    let number = Decimal::parse(b"1e-99999999999999999999999", &context, &mut status);
    assert!(number.is_zero() && status.has(Status::UNDERFLOW));
}

#[test]
fn formats() {
    let context = context(28, -999_999, 999_999, "ROUND_HALF_EVEN", false);
    for (text, spec, expected) in [
        ("1234567.891", "012,.2f", "1,234,567.89"),
        ("1234.5", "012,.2f", "0,001,234.50"),
        ("NaN", "010", "       NaN"),
        ("-1.5", "=+8", "-    1.5"),
        ("0.00001234", "e", "1.234e-5"),
        ("0", ".3e", "0.000e+3"),
        ("-0.001", "z.1f", "0.0"),
        ("0.5", "%", "50%"),
        ("1E+3", "f", "1000"),
        ("12", "*^6", "**12**"),
    ] {
        let spec = FormatSpec::parse(spec, true).expect("a specification");
        assert_eq!(number(text).format(&spec, &context).as_deref(), Ok(expected), "{text}");
    }
    for spec in ["x", "<05", "5.", "_", "1,n", "0-5", "99999999999999999999", "z+5"] {
        assert_eq!(FormatSpec::parse(spec, true), None, "{spec}");
    }
}
