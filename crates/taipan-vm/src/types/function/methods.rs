//! The slots and methods of `function`.

use crate::gc::HeapObject;
use crate::slots::Slots;
use crate::spec::{HAS_DICT, METHOD_DESCRIPTOR, TypeSpec, WEAKREFABLE};
use crate::types::function::Function;

pub static TYPE: TypeSpec = TypeSpec {
    name: "function",
    layout: Some(<Function as HeapObject>::native),
    slots: Slots { ..Slots::DEFAULT },
    flags: HAS_DICT | WEAKREFABLE | METHOD_DESCRIPTOR,
    ..TypeSpec::DEFAULT
};
