//! `str_iterator` and `str_ascii_iterator`.

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::raise::Raised;
use crate::slots::Slots;
use crate::spec::{MethodDef, NO_NEW, TypeSpec, method};
use crate::types::Builtin;
use crate::types::iterators::self_iter;
use crate::types::list::iterator::reduced;
use crate::types::str::{Kind, Str};
use crate::types::tuple::Tuple;
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

fn length_hint(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let iterator = args.receiver::<StrIterator>(vm);
    let StrIterator { text, index, .. } = *iterator.get(vm);
    Ok(Value::int(text.map_or(0, |text| text.get(vm).len().saturating_sub(index))))
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let iterator = args.receiver::<StrIterator>(vm);
    let StrIterator { text, index, .. } = *iterator.get(vm);
    let function = vm.builtin_named("iter")?;
    match text {
        Some(text) => reduced(vm, function, Some(text.value()), index as isize),
        None => {
            let empty = Str::empty(vm)?.value();
            let args = Tuple::from_values(vm, &[empty])?.value();
            Ok(Tuple::from_values(vm, &[function, args])?.value())
        }
    }
}

fn set_state(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let (iterator, [state]) = args.method::<StrIterator, 1>(vm);
    let state = vm.index_isize(state)?;
    if let Some(text) = iterator.get(vm).text {
        let n = text.get(vm).len() as isize;
        iterator.get_mut(vm).index = state.clamp(0, n) as usize;
    }
    Ok(Value::NONE)
}

const METHODS: &[MethodDef] = &[
    method("__length_hint__($self, /)", length_hint, "Private method returning an estimate of len(list(it))."),
    method("__reduce__($self, /)", reduce, "Return state information for pickling."),
    method("__setstate__($self, object, /)", set_state, "Set state information for unpickling."),
];

pub static TYPE: TypeSpec = TypeSpec {
    name: "str_iterator",
    layout: Some(<StrIterator as HeapObject>::native),
    slots: Slots { iter: Some(self_iter), next: Some(next), ..Slots::DEFAULT },
    methods: METHODS,
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};

pub static ASCII_TYPE: TypeSpec = TypeSpec { name: "str_ascii_iterator", ..TYPE };
