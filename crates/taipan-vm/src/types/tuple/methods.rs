//! The slots and methods of `tuple`.

use crate::gc::HeapObject;
use crate::spec::{BASETYPE, TypeSpec};
use crate::types::tuple::Tuple;

pub static TYPE: TypeSpec = TypeSpec {
    name: "tuple",
    layout: Some(<Tuple as HeapObject>::native),
    flags: BASETYPE | crate::spec::SEQUENCE | crate::spec::MATCH_SELF,
    ..TypeSpec::DEFAULT
};
