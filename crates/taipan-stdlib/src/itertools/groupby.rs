//! `itertools.groupby` and the group iterators it gives out.

use taipan_vm::args::Args;
use taipan_vm::gc::{Gc, HeaderWord, HeapObject};
use taipan_vm::heap_object;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::signature::Signature;
use taipan_vm::spec::TypeSpec;
use taipan_vm::types::tuple::Tuple;
use taipan_vm::types::type_::{Type, class_of_spec};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

heap_object! {
    /// `groupby`.
    pub struct GroupBy {
        iterator: Value,
        key: Option<Value>,
        /// The key of the group given out last.
        target_key: Option<Value>,
        current_key: Option<Value>,
        current_value: Option<Value>,
        /// The group that may still be advanced.
        current_group: Option<Value>,
    }
}

heap_object! {
    /// The items of one group.
    pub struct Grouper {
        parent: Gc<GroupBy>,
        target_key: Value,
    }
}

fn new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("groupby(iterable, key=None)");
    args.bind(vm, &SIGNATURE, |vm, args| {
        let [iterable, key] = args.all();
        let iterator = vm.iter(iterable)?;
        let shape = class.get(vm).root_shape;
        let object = GroupBy {
            header: HeaderWord::NEW,
            iterator,
            key: key.not_none(),
            target_key: None,
            current_key: None,
            current_value: None,
            current_group: None,
        };
        Ok(vm.new_object(shape, object)?.value())
    })
}

/// Reads the next item and its key; false at the end.
fn step(vm: &mut Vm, this: Gc<GroupBy>) -> Result<bool, Raised> {
    let GroupBy { iterator, key, .. } = *this.get(vm);
    let Some(value) = vm.next(iterator)? else { return Ok(false) };
    let key = match key {
        Some(key) => vm.call(key, &[value])?,
        None => value,
    };
    let this = this.get_mut(vm);
    (this.current_value, this.current_key) = (Some(value), Some(key));
    Ok(true)
}

fn next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let this = this.expect::<GroupBy>(vm);
    this.get_mut(vm).current_group = None;
    let key = loop {
        match (this.get(vm).current_key, this.get(vm).target_key) {
            (Some(current), None) => break current,
            (Some(current), Some(target)) => {
                if !vm.is_equal(target, current)? {
                    break this.get(vm).current_key.unwrap_or(current);
                }
            }
            (None, _) => {}
        }
        if !step(vm, this)? {
            return Ok(None);
        }
    };
    this.get_mut(vm).target_key = Some(key);
    let shape = class_of_spec(vm, &GROUPER)?.get(vm).root_shape;
    let group = Grouper { header: HeaderWord::NEW, parent: this, target_key: key };
    let group = vm.new_object(shape, group)?.value();
    this.get_mut(vm).current_group = Some(group);
    Ok(Some(Tuple::from_values(vm, &[key, group])?.value()))
}

fn grouper_new(vm: &mut Vm, class: Gc<Type>, args: Args<'_>) -> Result<Value, Raised> {
    const SIGNATURE: Signature = Signature::parse("_grouper(parent, tgtkey, /)");
    args.bind(vm, &SIGNATURE, |vm, args| {
        let [parent, target_key] = args.all();
        let Some(parent) = parent.downcast::<GroupBy>(vm) else {
            let got = vm.type_name(parent);
            let message = format!("_grouper() argument 1 must be itertools.groupby, not {got}");
            return Err(vm.raise(Exc::TypeError, message));
        };
        let shape = class.get(vm).root_shape;
        let group = vm.new_object(shape, Grouper { header: HeaderWord::NEW, parent, target_key })?.value();
        parent.get_mut(vm).current_group = Some(group);
        Ok(group)
    })
}

fn grouper_next(vm: &mut Vm, this: Value) -> Result<Option<Value>, Raised> {
    let Grouper { parent, target_key, .. } = *this.expect::<Grouper>(vm).get(vm);
    if parent.get(vm).current_group != Some(this) {
        return Ok(None);
    }
    if parent.get(vm).current_value.is_none() && !step(vm, parent)? {
        return Ok(None);
    }
    let Some(key) = parent.get(vm).current_key else { return Ok(None) };
    if !vm.is_equal(target_key, key)? {
        return Ok(None);
    }
    let parent = parent.get_mut(vm);
    parent.current_key = None;
    Ok(parent.current_value.take())
}

pub static TYPE: TypeSpec = super::iterator_type(
    "groupby",
    <GroupBy as HeapObject>::native,
    new,
    next,
    "groupby(iterable, key=None)\n--\n\nmake an iterator that returns consecutive keys and groups from the iterable\n\n  iterable\n    Elements to divide into groups according to the key function.\n  key\n    A function for computing the group category for each element.\n    If the key function is not specified or is None, the element itself\n    is used for grouping.",
);

pub static GROUPER: TypeSpec = TypeSpec {
    flags: 0,
    ..super::iterator_type("_grouper", <Grouper as HeapObject>::native, grouper_new, grouper_next, "")
};
