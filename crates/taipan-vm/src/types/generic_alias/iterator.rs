//! `generic_alias_iterator`: one item, the starred alias, as in `*tuple[int]` (PEP 646).

use super::{GenericAlias, make};
use crate::args::Args;
use crate::gc::{Gc, HeaderWord, HeapObject};
use crate::heap_object;
use crate::raise::Raised;
use crate::slots::Slots;
use crate::spec::{MethodDef, NO_NEW, TypeSpec, method};
use crate::types::Builtin;
use crate::types::iterators::self_iter;
use crate::types::tuple::Tuple;
use crate::types::type_::class_of_spec;
use crate::value::Value;
use crate::vm::Vm;

heap_object! {
    /// The iterator of an alias: `alias` is `None` once it is exhausted.
    pub struct GenericAliasIterator {
        pub alias: Option<Gc<GenericAlias>>,
    }
}

/// `iter(alias)`.
pub fn iter(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    let alias = Some(this.expect::<GenericAlias>(vm));
    let shape = class_of_spec(vm, &TYPE)?.get(vm).root_shape;
    Ok(vm.new_object(shape, GenericAliasIterator { header: HeaderWord::NEW, alias })?.value())
}

fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let iterator = this.expect::<GenericAliasIterator>(vm);
    let Some(alias) = iterator.get(vm).alias else { return Ok(None) };
    let GenericAlias { origin, args, .. } = *alias.get(vm);
    let shape = vm.class(Builtin::GenericAlias).get(vm).root_shape;
    let starred = make(vm, shape, origin, args, true)?;
    iterator.get_mut(vm).alias = None;
    Ok(Some(starred))
}

fn reduce(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    // The lookup may run Python, which may advance the iterator.
    let function = vm.builtin_named("iter")?;
    let alias = args.receiver::<GenericAliasIterator>(vm).get(vm).alias;
    let over = match alias {
        Some(alias) => alias.value(),
        None => Tuple::empty(vm)?.value(),
    };
    let args = Tuple::from_values(vm, &[over])?.value();
    Ok(Tuple::from_values(vm, &[function, args])?.value())
}

const METHODS: &[MethodDef] = &[method("__reduce__($self, /)", reduce, "")];

static TYPE: TypeSpec = TypeSpec {
    name: "generic_alias_iterator",
    layout: Some(<GenericAliasIterator as HeapObject>::native),
    slots: Slots { iter: Some(self_iter), next: Some(next), ..Slots::DEFAULT },
    methods: METHODS,
    flags: NO_NEW,
    ..TypeSpec::DEFAULT
};
