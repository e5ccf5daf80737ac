use std::sync::Arc;

use super::*;

fn text(text: &str) -> Constant {
    Constant::str(text)
}

fn tuple(items: Vec<Constant>) -> Constant {
    Constant::Tuple(items.into())
}

fn code(number: u32, consts: Vec<Constant>) -> CodeObject {
    CodeObject {
        consts: consts.into(),
        firstlineno: number as i32,
        unit: Unit { number, sharing: None },
        ..CodeObject::default()
    }
}

/// A code object with number 2 around ones with numbers 0 and 1.
fn nested(first: Vec<Constant>, second: Vec<Constant>, mut own: Vec<Constant>) -> CodeObject {
    own.insert(0, Constant::Code(Arc::new(code(1, second))));
    own.insert(0, Constant::Code(Arc::new(code(0, first))));
    code(2, own)
}

fn places(sharing: &Sharing, number: u32) -> Vec<(u32, u32)> {
    sharing.of_code(number).iter().map(|entry| (entry.place, entry.slot)).collect()
}

#[test]
fn equal_constants_have_one_slot_wherever_they_stand() {
    let root = nested(
        vec![Constant::None, text("a b"), Constant::Int(1.into())],
        vec![tuple(vec![text("name"), text("a b")])],
        vec![text("a b"), text("c d")],
    );
    let sharing = Sharing::of_compiled(&root).expect("something is shared");
    assert_eq!(places(&sharing, 0), [(1, 0)]);
    assert_eq!(places(&sharing, 1), [(2, 0)]);
    assert_eq!(places(&sharing, 2), [(2, 0)]);
}

#[test]
fn parts_of_a_shared_tuple_are_places_in_each_of_them() {
    let pair = || tuple(vec![text("a b"), Constant::Complex(0.0, 1.0)]);
    let root = nested(vec![pair()], vec![pair()], vec![]);
    let sharing = Sharing::of_compiled(&root).expect("something is shared");
    assert_eq!(places(&sharing, 0), [(0, 0), (1, 1), (2, 2)]);
    assert_eq!(places(&sharing, 0), places(&sharing, 1));
}

#[test]
fn type_and_bits_decide() {
    let nan = Constant::Float(f64::NAN);
    let root = nested(vec![Constant::Float(0.0), nan.clone()], vec![Constant::Float(-0.0), nan], vec![]);
    let sharing = Sharing::of_compiled(&root).expect("three code objects have tables to share");
    assert!(places(&sharing, 0).is_empty() && places(&sharing, 1).is_empty());
    assert!(sharing.merges_tables());
    assert!(Sharing::of_compiled(&code(0, vec![text("a b")])).is_none());
}

#[test]
fn a_tuple_that_is_the_names_of_code_is_shared() {
    let mut inner = code(0, vec![]);
    inner.names = vec!["aa".into()].into();
    let root = code(1, vec![tuple(vec![text("aa")]), Constant::Code(Arc::new(inner))]);
    let sharing = Sharing::of_compiled(&root).expect("something is shared");
    assert_eq!(places(&sharing, 1), [(0, 0)]);
}

#[test]
fn references_of_marshalled_code_decide() {
    let root = nested(vec![text("a b")], vec![text("a b")], vec![]);
    let shared = |version| {
        let bytes = crate::marshal::dump_code(&root, version).expect("plain code can be written");
        let read = crate::marshal::load_code(&bytes).expect("what was written can be read");
        read.unit.sharing.clone().expect("three code objects have tables to share")
    };
    let sharing = shared(5);
    assert_eq!(places(&sharing, 0), [(0, 0)]);
    assert_eq!(places(&sharing, 0), places(&sharing, 1));
    assert!(places(&shared(2), 0).is_empty() && !shared(2).merges_tables());
}
