//! The slots and methods of `float`.

use crate::gc::HeapObject;
use crate::spec::{BASETYPE, TypeSpec};
use crate::types::float::Float;

pub static TYPE: TypeSpec = TypeSpec {
    name: "float",
    layout: Some(<Float as HeapObject>::native),
    flags: BASETYPE | crate::spec::MATCH_SELF,
    ..TypeSpec::DEFAULT
};
