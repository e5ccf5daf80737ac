//! The views and iterators of `OrderedDict`.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::slots::Slots;
use taipan_vm::spec::{MethodDef, NO_NEW, TypeSpec, method};
use taipan_vm::types::dict::Dict;
use taipan_vm::types::dict::view::{self as dict_view, DictView};
use taipan_vm::types::iterators::self_iter;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::class_of_spec;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

/// What a view or iterator shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Kind {
    Keys,
    Values,
    Items,
}

heap_object! {
    /// `odict_iterator`: `dict` is `None` once it is exhausted.
    pub struct OrderedIterator {
        dict: Option<Gc<Dict>>,
        /// The next entry number (backward: plus one).
        position: usize,
        structure: u32,
        kind: u8,
        backward: bool,
        pad: u16,
    }
}

const _: () = assert!(size_of::<OrderedIterator>() == 32);

/// A new iterator over an ordered dict.
pub fn iterator(vm: &mut Vm, dict: Value, kind: Kind, backward: bool) -> Result<Value, Raised> {
    let dict = dict.expect::<Dict>(vm);
    let shape = class_of_spec(vm, &ITERATOR)?.get(vm).root_shape;
    let structure = dict.get(vm).structure().into();
    let position = if backward { dict.get(vm).entry_count() } else { 0 };
    let kind = kind as u8;
    let header = HeaderWord::NEW;
    let iterator = OrderedIterator { header, dict: Some(dict), position, structure, kind, backward, pad: 0 };
    Ok(vm.new_object(shape, iterator)?.value())
}

fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let this = this.expect::<OrderedIterator>(vm);
    let OrderedIterator { dict, position, structure, kind, backward, .. } = *this.get(vm);
    let Some(dict) = dict else { return Ok(None) };
    if u32::from(dict.get(vm).structure()) != structure {
        this.get_mut(vm).dict = None;
        return Err(super::raise_mutated(vm));
    }
    let found = match (backward, position) {
        (true, 0) => None,
        (true, _) => dict.get(vm).previous_entry(vm, position - 1),
        (false, _) => dict.get(vm).next_entry(vm, position),
    };
    let Some((number, entry)) = found else {
        this.get_mut(vm).dict = None;
        return Ok(None);
    };
    // A hash that changes is noticed, too.
    let class = vm.type_of(entry.key);
    if class.get(vm).is_heap_type() && Dict::find(dict, vm, entry.key)?.is_none() {
        this.get_mut(vm).dict = None;
        return Err(vm.raise_with(Exc::KeyError, &[entry.key]));
    }
    if u32::from(dict.get(vm).structure()) != structure {
        this.get_mut(vm).dict = None;
        return Err(super::raise_mutated(vm));
    }
    // The end is noticed with the last entry: what is added after that is not seen.
    let following = match (backward, number) {
        (true, 0) => None,
        (true, _) => dict.get(vm).previous_entry(vm, number - 1),
        (false, _) => dict.get(vm).next_entry(vm, number + 1),
    };
    let this = this.get_mut(vm);
    this.position = if backward { number } else { number + 1 };
    if following.is_none() {
        this.dict = None;
    }
    match kind {
        0 => Ok(Some(entry.key)),
        1 => Ok(Some(entry.value)),
        _ => Ok(Some(Tuple::from_values(vm, &[entry.key, entry.value])?.value())),
    }
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let this = args.receiver::<OrderedIterator>(vm);
    let copy = OrderedIterator { header: HeaderWord::NEW, ..*this.get(vm) };
    let copy = vm.new_object(args.get(0).shape_id(), copy)?;
    let rest = vm.list_of(copy.value())?.value();
    let function = vm.builtin_named("iter")?;
    let args = Tuple::from_values(vm, &[rest])?.value();
    Ok(Tuple::from_values(vm, &[function, args])?.value())
}

const METHODS: &[MethodDef] = &[method("__reduce__($self, /)", reduce, "Return state information for pickling")];

pub static ITERATOR: TypeSpec = TypeSpec {
    name: "odict_iterator",
    layout: Some(<OrderedIterator as HeapObject>::native),
    slots: Slots { iter: Some(self_iter), next: Some(next), ..Slots::DEFAULT },
    methods: METHODS,
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};

/// A new view of an ordered dict.
pub fn view(vm: &mut Vm, dict: Value, kind: Kind) -> Result<Value, Raised> {
    let dict = dict.expect::<Dict>(vm);
    let spec = match kind {
        Kind::Keys => &KEYS,
        Kind::Values => &VALUES,
        Kind::Items => &ITEMS,
    };
    let shape = class_of_spec(vm, spec)?.get(vm).root_shape;
    Ok(vm.new_object(shape, DictView { header: HeaderWord::NEW, dict })?.value())
}

fn dict_of(vm: &Vm, this: Value) -> Value {
    this.expect::<DictView>(vm).get(vm).dict.value()
}

macro_rules! iterating {
    ($iter:ident $reversed:ident $methods:ident $kind:ident) => {
        fn $iter(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
            let dict = dict_of(vm, this);
            iterator(vm, dict, Kind::$kind, false)
        }

        fn $reversed(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
            let dict = dict_of(vm, args.get(0));
            iterator(vm, dict, Kind::$kind, true)
        }

        const $methods: &[MethodDef] = &[method("__reversed__($self, /)", $reversed, "")];
    };
}

iterating!(iter_keys reversed_keys KEYS_METHODS Keys);
iterating!(iter_values reversed_values VALUES_METHODS Values);
iterating!(iter_items reversed_items ITEMS_METHODS Items);

pub static KEYS: TypeSpec = TypeSpec {
    name: "odict_keys",
    base: Some(&dict_view::KEYS),
    slots: Slots { iter: Some(iter_keys), ..Slots::DEFAULT },
    methods: KEYS_METHODS,
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};

pub static VALUES: TypeSpec = TypeSpec {
    name: "odict_values",
    base: Some(&dict_view::VALUES),
    slots: Slots { iter: Some(iter_values), ..Slots::DEFAULT },
    methods: VALUES_METHODS,
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};

pub static ITEMS: TypeSpec = TypeSpec {
    name: "odict_items",
    base: Some(&dict_view::ITEMS),
    slots: Slots { iter: Some(iter_items), ..Slots::DEFAULT },
    methods: ITEMS_METHODS,
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};
