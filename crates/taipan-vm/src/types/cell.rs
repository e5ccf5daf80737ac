//! `cell`: a variable shared by closures.

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::raise::{Exc, Raised};
use crate::slots::{Comparison, Slots};
use crate::spec::{GetSetDef, TypeSpec, getset};
use crate::types::Builtin;
use crate::types::object;
use crate::types::type_::Type;
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
    pub fn new(vm: &mut Vm, contents: Option<Value>) -> Result<Gc<Cell>, Raised> {
        vm.new_exact(Cell { header: HeaderWord::NEW, contents })
    }
}

fn expect(vm: &Vm, this: Value) -> Gc<Cell> {
    this.expect(vm)
}

fn new(vm: &mut Vm, _class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    args.expect(vm, "cell", 0, 1)?;
    let contents = if args.is_empty() { None } else { Some(args.get(0)) };
    Ok(Cell::new(vm, contents)?.value())
}

fn repr(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let id = object::id_number(vm, this);
    match expect(vm, this).get(vm).contents {
        Some(contents) => {
            let (name, at) = (vm.type_name(contents), object::id_number(vm, contents));
            vm.new_str(&format!("<cell at {id:#x}: {name} object at {at:#x}>"))
        }
        None => vm.new_str(&format!("<cell at {id:#x}: empty>")),
    }
}

/// Cells compare by their contents; an empty one is less than any other.
fn richcompare(vm: &mut Vm, a: Value, b: Value, op: Comparison) -> Result<Value, Raised> {
    let (Some(a), Some(b)) = (a.downcast::<Cell>(vm), b.downcast::<Cell>(vm)) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    match (a.get(vm).contents, b.get(vm).contents) {
        (Some(a), Some(b)) => vm.compare(a, b, op),
        (a, b) => Ok(Value::bool(op.holds(a.is_some().cmp(&b.is_some())))),
    }
}

fn get_contents(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    match expect(vm, this).get(vm).contents {
        Some(contents) => Ok(contents),
        None => Err(vm.raise(Exc::ValueError, "Cell is empty")),
    }
}

fn set_contents(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    expect(vm, this).get_mut(vm).contents = value;
    Ok(())
}

const GETSET: &[GetSetDef] = &[getset("cell_contents", get_contents, set_contents, "")];

pub static TYPE: TypeSpec = TypeSpec {
    name: "cell",
    layout: Some(<Cell as HeapObject>::native),
    slots: Slots {
        new: Some(new),
        repr: Some(repr),
        richcompare: Some(richcompare),
        hash: Some(object::hash_not_implemented),
        ..Slots::DEFAULT
    },
    getset: GETSET,
    doc: "cell([contents])\n--\n\nCreate a new cell object.\n\n  contents\n    the contents of the cell. If not specified, the cell will be empty,\n    and further attempts to access its cell_contents attribute will\n    raise a ValueError.",
    flags: 0,
    ..TypeSpec::DEFAULT
};
