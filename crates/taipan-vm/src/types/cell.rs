//! `cell`: a variable shared by closures.

use crate::gc::{HeaderWord, HeapObject};
use crate::heap_object;
use crate::raise::Raised;
use crate::slots::Slots;
use crate::spec::TypeSpec;
use crate::types::Builtin;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// `cell`.
    pub struct Cell = Builtin::Cell {
        pub contents: Option<Value>,
    }
}

impl Cell {
    /// A new cell.
    pub fn new(vm: &mut Vm, contents: Option<Value>) -> Result<crate::gc::Gc<Cell>, Raised> {
        vm.new_exact(Cell { header: HeaderWord::NEW, contents })
    }
}

pub static TYPE: TypeSpec = TypeSpec {
    name: "cell",
    layout: Some(<Cell as HeapObject>::native),
    slots: Slots::DEFAULT,
    flags: 0,
    ..TypeSpec::DEFAULT
};
