//! `memory_iterator`.

use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::raise::{Exc, Raised};
use crate::slots::Slots;
use crate::spec::{NO_NEW, TypeSpec};
use crate::types::Builtin;
use crate::types::iterators::self_iter;
use crate::types::memoryview::{MemoryView, subscript};
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// An iterator over a one-dimensional view: `view` is `None` once it is exhausted.
    pub struct MemoryIterator = Builtin::MemoryIterator {
        pub view: Option<Gc<MemoryView>>,
        pub index: usize,
    }
}

/// `iter(memoryview)`.
pub fn iter(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let view = this.expect::<MemoryView>(vm);
    MemoryView::check(view, vm)?;
    let MemoryView { ndim, .. } = *view.get(vm);
    match ndim {
        0 => return Err(vm.raise(Exc::TypeError, "invalid indexing of 0-dim memory")),
        1 => {}
        _ => {
            let message = "multi-dimensional sub-views are not implemented";
            return Err(vm.raise(Exc::NotImplementedError, message));
        }
    }
    subscript::readable_code(view, vm)?;
    Ok(vm.new_exact(MemoryIterator { header: HeaderWord::NEW, view: Some(view), index: 0 })?.value())
}

fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let iterator = this.expect::<MemoryIterator>(vm);
    let MemoryIterator { view, index, .. } = *iterator.get(vm);
    let Some(view) = view else { return Ok(None) };
    if index >= view.get(vm).first_len(vm) {
        iterator.get_mut(vm).view = None;
        return Ok(None);
    }
    MemoryView::check(view, vm)?;
    iterator.get_mut(vm).index = index + 1;
    subscript::item_at(view, vm, index as isize).map(Some)
}

pub static TYPE: TypeSpec = TypeSpec {
    name: "memory_iterator",
    layout: Some(<MemoryIterator as HeapObject>::native),
    slots: Slots { iter: Some(self_iter), next: Some(next), ..Slots::DEFAULT },
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};
