//! The slots and methods of `module`.

use crate::gc::HeapObject;
use crate::spec::{BASETYPE, TypeSpec};
use crate::types::module::Module;

pub static TYPE: TypeSpec = TypeSpec {
    name: "module",
    layout: Some(<Module as HeapObject>::native),
    flags: BASETYPE | crate::spec::WEAKREFABLE,
    ..TypeSpec::DEFAULT
};
