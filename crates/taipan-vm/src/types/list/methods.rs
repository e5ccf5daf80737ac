//! The slots and methods of `list`.

use crate::gc::HeapObject;
use crate::spec::{BASETYPE, TypeSpec};
use crate::types::list::List;

pub static TYPE: TypeSpec = TypeSpec {
    name: "list",
    layout: Some(<List as HeapObject>::native),
    flags: BASETYPE | crate::spec::SEQUENCE | crate::spec::MATCH_SELF,
    ..TypeSpec::DEFAULT
};
