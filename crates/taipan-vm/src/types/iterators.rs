//! The iterators behind `iter()`: of objects with `__getitem__`, and of a callable with a sentinel.

use crate::gc::{HeaderWord, HeapObject};
use crate::heap_object;
use crate::raise::{Exc, Raised};
use crate::slots::Slots;
use crate::spec::TypeSpec;
use crate::types::Builtin;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// `iterator`: items 0, 1, ... until IndexError.
    pub struct SequenceIterator = Builtin::SequenceIterator {
        pub sequence: Option<Value>,
        pub index: i64,
    }
}

/// `iter(sequence)` of an object with `__getitem__` only.
pub fn sequence_iterator(vm: &mut Vm, sequence: Value) -> Result<Value, Raised> {
    Ok(vm.new_exact(SequenceIterator { header: HeaderWord::NEW, sequence: Some(sequence), index: 0 })?.value())
}

/// The `iter` slot of iterators.
pub fn self_iter(_: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this)
}

fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let Some(iterator) = this.downcast::<SequenceIterator>(vm) else { return Ok(None) };
    let (Some(sequence), index) = (iterator.get(vm).sequence, iterator.get(vm).index) else { return Ok(None) };
    let key = vm.new_int(index)?;
    let result = vm.get_item(sequence, key);
    match result {
        Ok(item) => {
            iterator.get_mut(vm).index = index + 1;
            Ok(Some(item))
        }
        Err(raised) if vm.raised_is(Exc::IndexError) || vm.raised_is(Exc::StopIteration) => {
            let _ = vm.take_raised(raised);
            iterator.get_mut(vm).sequence = None;
            Ok(None)
        }
        Err(raised) => Err(raised),
    }
}

pub static SEQUENCE_ITERATOR: TypeSpec = TypeSpec {
    name: "iterator",
    layout: Some(<SequenceIterator as HeapObject>::native),
    slots: Slots { iter: Some(self_iter), next: Some(next), ..Slots::DEFAULT },
    ..TypeSpec::DEFAULT
};
