//! The six iterators of `dict`: keys, values and items, forward and backward.

use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::raise::{Exc, Raised};
use crate::slots::{Next, Slots};
use crate::spec::{MethodDef, NO_NEW, TypeSpec, method};
use crate::types::Builtin;
use crate::types::dict::{Dict, Entry};
use crate::types::iterators::self_iter;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// An iterator over a dict: `dict` is `None` once it is exhausted.
    pub struct DictIterator {
        pub dict: Option<Gc<Dict>>,
        /// The number of items when the iteration began; -1 after it was found changed.
        pub used: isize,
        /// The next entry number (backward: plus one).
        pub position: usize,
        /// Items still to come.
        pub remaining: usize,
    }
}

/// A new iterator of one of the six types.
pub fn new(vm: &mut Vm, dict: Gc<Dict>, kind: Builtin) -> Result<Value, Raised> {
    let backward = matches!(
        kind,
        Builtin::DictReverseKeyIterator | Builtin::DictReverseValueIterator | Builtin::DictReverseItemIterator
    );
    let used = dict.get(vm).len();
    let position = if backward { dict.get(vm).entry_count() } else { 0 };
    let iterator =
        DictIterator { header: HeaderWord::NEW, dict: Some(dict), used: used as isize, position, remaining: used };
    Ok(vm.new_object(kind as u32, iterator)?.value())
}

/// `iter(dict)`.
pub fn iter(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let dict = this.expect::<Dict>(vm);
    new(vm, dict, Builtin::DictKeyIterator)
}

/// The next entry; `None` at the end.
#[inline]
fn advance(vm: &mut Vm, this: Value, backward: bool) -> Result<Option<Entry>, Raised> {
    let iterator = this.expect::<DictIterator>(vm);
    let DictIterator { dict, used, position, remaining, .. } = *iterator.get(vm);
    let Some(dict) = dict else { return Ok(None) };
    if used != dict.get(vm).len() as isize {
        iterator.get_mut(vm).used = -1;
        return Err(vm.raise(Exc::RuntimeError, "dictionary changed size during iteration"));
    }
    let found = if backward {
        // A dict that was cleared and filled again may have fewer entries than were still to come.
        let valid = position > 0 && position <= dict.get(vm).entry_count();
        if valid { dict.get(vm).previous_entry(vm, position - 1) } else { None }
    } else {
        dict.get(vm).next_entry(vm, position)
    };
    let Some((number, entry)) = found else {
        iterator.get_mut(vm).dict = None;
        return Ok(None);
    };
    if remaining == 0 {
        iterator.get_mut(vm).dict = None;
        return Err(vm.raise(Exc::RuntimeError, "dictionary keys changed during iteration"));
    }
    let iterator = iterator.get_mut(vm);
    iterator.position = if backward { number } else { number + 1 };
    iterator.remaining = remaining - 1;
    Ok(Some(entry))
}

fn pair(vm: &mut Vm, entry: Option<Entry>) -> Result<Option<Value>, Raised> {
    match entry {
        Some(entry) => Ok(Some(Tuple::from_values(vm, &[entry.key, entry.value])?.value())),
        None => Ok(None),
    }
}

fn next_key(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    Ok(advance(vm, this, false)?.map(|entry| entry.key))
}

fn next_value(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    Ok(advance(vm, this, false)?.map(|entry| entry.value))
}

fn next_item(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let entry = advance(vm, this, false)?;
    pair(vm, entry)
}

fn previous_key(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    Ok(advance(vm, this, true)?.map(|entry| entry.key))
}

fn previous_value(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    Ok(advance(vm, this, true)?.map(|entry| entry.value))
}

fn previous_item(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let entry = advance(vm, this, true)?;
    pair(vm, entry)
}

fn length_hint(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let iterator = args.receiver::<DictIterator>(vm);
    let DictIterator { dict, used, remaining, .. } = *iterator.get(vm);
    let same = dict.is_some_and(|dict| dict.get(vm).len() as isize == used);
    Ok(Value::int(if same { remaining } else { 0 }))
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let iterator = args.receiver::<DictIterator>(vm);
    let DictIterator { dict, used, position, remaining, .. } = *iterator.get(vm);
    let copy = DictIterator { header: HeaderWord::NEW, dict, used, position, remaining };
    let copy = vm.new_object(args.get(0).shape_id(), copy)?;
    let rest = vm.list_of(copy.value())?.value();
    let function = vm.builtin_named("iter")?;
    let args = Tuple::from_values(vm, &[rest])?.value();
    Ok(Tuple::from_values(vm, &[function, args])?.value())
}

const METHODS: &[MethodDef] = &[
    method("__length_hint__($self, /)", length_hint, "Private method returning an estimate of len(list(it))."),
    method("__reduce__($self, /)", reduce, "Return state information for pickling."),
];

const fn spec(name: &'static str, next: Next) -> TypeSpec {
    TypeSpec {
        name,
        layout: Some(<DictIterator as HeapObject>::native),
        slots: Slots { iter: Some(self_iter), next: Some(next), ..Slots::DEFAULT },
        methods: METHODS,
        flags: NO_NEW,
        ..TypeSpec::DEFAULT
    }
}

pub static KEY_ITERATOR: TypeSpec = spec("dict_keyiterator", next_key);
pub static VALUE_ITERATOR: TypeSpec = spec("dict_valueiterator", next_value);
pub static ITEM_ITERATOR: TypeSpec = spec("dict_itemiterator", next_item);
pub static REVERSE_KEY_ITERATOR: TypeSpec = spec("dict_reversekeyiterator", previous_key);
pub static REVERSE_VALUE_ITERATOR: TypeSpec = spec("dict_reversevalueiterator", previous_value);
pub static REVERSE_ITEM_ITERATOR: TypeSpec = spec("dict_reverseitemiterator", previous_item);
