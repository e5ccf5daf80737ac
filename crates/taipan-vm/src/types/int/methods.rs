//! The slots and methods of `int`.

use crate::gc::HeapObject;
use crate::spec::{BASETYPE, TypeSpec};
use crate::types::int::Int;

pub static TYPE: TypeSpec = TypeSpec {
    name: "int",
    layout: Some(<Int as HeapObject>::native),
    flags: BASETYPE | crate::spec::MATCH_SELF,
    ..TypeSpec::DEFAULT
};

pub static BOOL: TypeSpec = TypeSpec { name: "bool", base: Some(&TYPE), ..TypeSpec::DEFAULT };
