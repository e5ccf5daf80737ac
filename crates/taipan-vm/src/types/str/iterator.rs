//! `str_iterator` and `str_ascii_iterator`.

use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::raise::Raised;
use crate::slots::Slots;
use crate::spec::{MethodDef, NO_NEW, TypeSpec};
use crate::types::Builtin;
use crate::types::indexed_iterator::{self, IndexedIterator};
use crate::types::iterators::self_iter;
use crate::types::str::{Kind, Str};
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// An iterator over a str: `text` is `None` once it is exhausted.
    pub struct StrIterator {
        pub text: Option<Gc<Str>>,
        pub index: usize,
    }
}

/// `iter(text)`.
pub fn iter(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let text = this.expect::<Str>(vm);
    let ascii = text.get(vm).kind() == Kind::Ascii;
    let kind = if ascii { Builtin::StrAsciiIterator } else { Builtin::StrIterator };
    let iterator = StrIterator { header: HeaderWord::NEW, text: Some(text), index: 0 };
    Ok(vm.new_object(kind as u32, iterator)?.value())
}

fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let iterator = this.expect::<StrIterator>(vm);
    let StrIterator { text, index, .. } = *iterator.get(vm);
    let Some(text) = text else { return Ok(None) };
    match text.get(vm).text().get(index) {
        Some(point) => {
            iterator.get_mut(vm).index = index + 1;
            Ok(Some(Str::from_char(vm, point)?.value()))
        }
        None => {
            iterator.get_mut(vm).text = None;
            Ok(None)
        }
    }
}

impl IndexedIterator for StrIterator {
    fn sequence(&self, vm: &Vm) -> Option<(Value, usize)> {
        self.text.map(|text| (text.value(), text.get(vm).len()))
    }

    fn index(&self) -> Option<usize> {
        Some(self.index)
    }

    fn set_index(this: Gc<Self>, vm: &mut Vm, index: isize) {
        this.get_mut(vm).index = index.max(0) as usize;
    }

    fn empty(vm: &mut Vm) -> Result<Value, Raised> {
        Ok(Str::empty(vm)?.value())
    }
}

const METHODS: &[MethodDef] = &indexed_iterator::methods::<StrIterator>();

pub static TYPE: TypeSpec = TypeSpec {
    name: "str_iterator",
    layout: Some(<StrIterator as HeapObject>::native),
    slots: Slots { iter: Some(self_iter), next: Some(next), ..Slots::DEFAULT },
    methods: METHODS,
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};

pub static ASCII_TYPE: TypeSpec = TypeSpec { name: "str_ascii_iterator", ..TYPE };
