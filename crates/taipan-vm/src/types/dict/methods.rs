//! The slots and methods of `dict`.

use crate::gc::HeapObject;
use crate::spec::{BASETYPE, TypeSpec};
use crate::types::dict::Dict;

pub static TYPE: TypeSpec = TypeSpec {
    name: "dict",
    layout: Some(<Dict as HeapObject>::native),
    flags: BASETYPE | crate::spec::MAPPING | crate::spec::MATCH_SELF,
    ..TypeSpec::DEFAULT
};
