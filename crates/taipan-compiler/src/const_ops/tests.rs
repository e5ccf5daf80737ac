use dashu_int::IBig;
use taipan_bytecode::Constant;
use taipan_bytecode::operands::BinaryOp;

use super::{binary, invert, negative};

fn int(text: &str) -> Constant {
    Constant::Int(IBig::from_str_radix(text, 10).unwrap())
}

fn check(left: Constant, op: BinaryOp, right: Constant, expected: Option<Constant>) {
    assert_eq!(binary(op, &left, &right), expected, "{left:?} {} {right:?}", op.text());
}

/// Expected values are python3.14's.
#[test]
fn int_arithmetic_rounds_and_limits_as_cpython() {
    use BinaryOp::*;
    check(int("-7"), FloorDivide, int("2"), Some(int("-4")));
    check(int("-7"), Remainder, int("2"), Some(int("1")));
    check(int("7"), Remainder, int("-2"), Some(int("-1")));
    check(int("1"), FloorDivide, int("0"), None);
    check(int("1"), Lshift, int("127"), Some(int("170141183460469231731687303715884105728")));
    check(int("1"), Lshift, int("128"), None);
    check(int("-5"), Rshift, int("1"), Some(int("-3")));
    check(int("-5"), Rshift, int("99999999999999999999"), Some(int("-1")));
    check(int("2"), Power, int("64"), Some(int("18446744073709551616")));
    check(int("2"), Power, int("65"), None);
    check(int("2"), Power, int("-1"), Some(Constant::Float(0.5)));
    check(int("0"), Power, int("-1"), None);
    check(int("100000000000000000000000"), TrueDivide, int("3"), Some(Constant::Float(3.333333333333333e22)));
    check(int("-9007199254740993"), TrueDivide, int("1"), Some(Constant::Float(-9007199254740992.0)));
    check(Constant::True, And, Constant::False, Some(Constant::False));
    check(Constant::True, Add, Constant::True, Some(int("2")));
    assert_eq!(invert(&int("5")), Some(int("-6")));
    assert_eq!(invert(&Constant::True), None);
}

#[test]
fn float_and_complex_arithmetic() {
    use BinaryOp::*;
    let float = Constant::Float;
    check(float(-7.5), FloorDivide, float(2.0), Some(float(-4.0)));
    check(float(-7.5), Remainder, float(2.0), Some(float(0.5)));
    check(float(1.0), Remainder, float(-0.1), Some(float(-5.551115123125783e-17)));
    check(float(1e308), Multiply, int("10"), Some(float(f64::INFINITY)));
    check(float(1e308), Power, int("2"), None);
    check(int("1"), Subtract, Constant::Complex(0.0, 2.0), Some(Constant::Complex(1.0, -2.0)));
    check(Constant::Complex(0.0, 1.0), Power, int("2"), Some(Constant::Complex(-1.0, 0.0)));
    check(Constant::Complex(1.0, 2.0), TrueDivide, int("0"), None);
    assert_eq!(negative(&float(0.0)), Some(float(-0.0)));
}

#[test]
fn sequences() {
    use BinaryOp::*;
    let tuple = |n: usize| Constant::Tuple(vec![Constant::None; n].into());
    check(Constant::str("ab"), Add, Constant::str("c"), Some(Constant::str("abc")));
    check(Constant::str("ab"), Multiply, int("2"), Some(Constant::str("abab")));
    check(int("-1"), Multiply, Constant::str("ab"), None);
    check(Constant::str("a"), Multiply, int("4097"), None);
    check(tuple(2), Multiply, int("128"), Some(tuple(256)));
    check(tuple(2), Multiply, int("129"), None);
    check(Constant::str("abc"), Subscr, int("-1"), Some(Constant::str("c")));
    check(Constant::str("abc"), Subscr, int("3"), None);
    let slice = Constant::Slice(Box::new([Constant::None, Constant::None, int("-2")]));
    check(Constant::str("abcde"), Subscr, slice, Some(Constant::str("eca")));
    check(Constant::str("%s"), Remainder, int("1"), None);
}
