//! The slots and attributes of `builtin_function_or_method`.

use crate::gc::HeapObject;
use crate::slots::Slots;
use crate::spec::{TypeSpec, WEAKREFABLE};
use crate::types::builtin_method::{BuiltinMethod, call};

pub static TYPE: TypeSpec = TypeSpec {
    name: "builtin_function_or_method",
    layout: Some(<BuiltinMethod as HeapObject>::native),
    slots: Slots { call: Some(call), ..Slots::DEFAULT },
    flags: WEAKREFABLE,
    ..TypeSpec::DEFAULT
};
