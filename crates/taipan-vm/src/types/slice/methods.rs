//! The slots and methods of `slice`.

use crate::gc::HeapObject;
use crate::spec::TypeSpec;
use crate::types::slice::Slice;

pub static TYPE: TypeSpec =
    TypeSpec { name: "slice", layout: Some(<Slice as HeapObject>::native), ..TypeSpec::DEFAULT };
