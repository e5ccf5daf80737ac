//! The slots and methods of `str`.

use crate::gc::HeapObject;
use crate::spec::{BASETYPE, TypeSpec};
use crate::types::str::Str;

pub static TYPE: TypeSpec = TypeSpec {
    name: "str",
    layout: Some(<Str as HeapObject>::native),
    flags: BASETYPE | crate::spec::MATCH_SELF,
    ..TypeSpec::DEFAULT
};
