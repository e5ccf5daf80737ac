use taipan_bytecode::Constant;

use super::ConstTable;

#[test]
fn type_and_bits_decide_which_constants_are_one() {
    let mut consts = ConstTable::new();
    let mut add = |value: Constant| consts.add(value).unwrap();
    assert_eq!(add(Constant::True), 0);
    assert_eq!(add(Constant::Int(1.into())), 1);
    assert_eq!(add(Constant::Float(1.0)), 2);
    assert_eq!(add(Constant::Float(0.0)), 3);
    assert_eq!(add(Constant::Float(-0.0)), 4);
    assert_eq!(add(Constant::Tuple([Constant::True].into())), 5);
    assert_eq!(add(Constant::Tuple([Constant::Int(1.into())].into())), 6);
    assert_eq!(add(Constant::Float(0.0)), 3);
    assert_eq!(add(Constant::Tuple([Constant::True].into())), 5);
}

#[test]
fn every_nan_is_a_constant_of_its_own() {
    let mut consts = ConstTable::new();
    let pair = Constant::Tuple([Constant::None, Constant::Float(f64::NAN)].into());
    for number in [0, 2] {
        assert_eq!(consts.add(Constant::Float(f64::NAN)), Ok(number));
        assert_eq!(consts.add(pair.clone()), Ok(number + 1));
    }
}
