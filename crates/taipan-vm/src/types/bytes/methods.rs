//! The slots and methods of `bytes`.

use crate::gc::HeapObject;
use crate::spec::{BASETYPE, TypeSpec};
use crate::types::bytes::Bytes;

pub static TYPE: TypeSpec = TypeSpec {
    name: "bytes",
    layout: Some(<Bytes as HeapObject>::native),
    flags: BASETYPE | crate::spec::MATCH_SELF,
    ..TypeSpec::DEFAULT
};
