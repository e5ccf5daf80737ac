//! `type.__bases__`: other bases for a class that exists.
//!
//! The MROs and slots of all its subclasses follow. When one of them cannot be made, all go back to what they were.

use super::methods::{settable, this_class};
use crate::gc::Gc;
use crate::raise::{Exc, Raised};
use crate::types::list::List;
use crate::types::tuple::Tuple;
use crate::types::type_::{Type, attributes, layout, mro, slotdefs};
use crate::value::Value;
use crate::vm::Vm;

pub(super) fn get_bases(vm: &mut Vm, this: Value) -> Result<Value, Raised> {
    Ok(this_class(vm, this)?.get(vm).bases.value())
}

/// Whether a class is on the chain of `__base__`s of another; while a metaclass's `mro()` runs, MROs may be behind.
fn derives_from(vm: &Vm, class: Gc<Type>, ancestor: Gc<Type>) -> bool {
    let mut at = Some(class);
    while let Some(class) = at {
        if class == ancestor {
            return true;
        }
        at = class.get(vm).base;
    }
    false
}

pub(super) fn set_bases(vm: &mut Vm, this: Value, value: Option<Value>) -> Result<(), Raised> {
    let class = this_class(vm, this)?;
    let value = settable(vm, class, value, "__bases__")?;
    vm.audit_set(this, "__bases__", value)?;
    let name = Type::name(class, vm);
    let Some(bases) = value.downcast::<Tuple>(vm) else {
        let got = vm.type_name(value);
        let message = format!("can only assign tuple to {name}.__bases__, not {got}");
        return Err(vm.raise(Exc::TypeError, message));
    };
    if bases.get(vm).is_empty() {
        let message = format!("can only assign non-empty tuple to {name}.__bases__, not ()");
        return Err(vm.raise(Exc::TypeError, message));
    }
    for i in 0..bases.get(vm).len() {
        let item = bases.get(vm).at(i);
        let Some(base) = item.downcast::<Type>(vm) else {
            let got = vm.type_name(item);
            let message = format!("{name}.__bases__ must be tuple of classes, not '{got}'");
            return Err(vm.raise(Exc::TypeError, message));
        };
        if Type::is_subtype(base, vm, class) || derives_from(vm, base, class) {
            return Err(vm.raise(Exc::TypeError, "a __bases__ item causes an inheritance cycle"));
        }
    }
    let base = layout::best_base(vm, bases)?;
    let old_base = class.get(vm).base.unwrap_or(base);
    if !layout::compatible(vm, base, old_base) {
        let (new, old) = (Type::name(base, vm), Type::name(old_base, vm));
        let message = format!("__bases__ assignment: '{new}' object layout differs from '{old}'");
        return Err(vm.raise(Exc::TypeError, message));
    }
    let old_bases = class.get(vm).bases;
    class.get_mut(vm).bases = bases;
    class.get_mut(vm).base = Some(base);
    // Class, new MRO and old MRO of every class changed, to go back when one of them fails.
    let changed = List::new(vm)?;
    if let Err(raised) = refresh_mro(vm, class, changed) {
        let mut i = 0;
        while let (Some(class), Some(new), Some(old)) =
            (changed.get(vm).get_at(vm, i), changed.get(vm).get_at(vm, i + 1), changed.get(vm).get_at(vm, i + 2))
        {
            if let (Some(class), Some(new), Some(old)) =
                (class.downcast::<Type>(vm), new.downcast::<Tuple>(vm), old.downcast::<Tuple>(vm))
                && class.get(vm).mro == new
            {
                class.get_mut(vm).mro = old;
            }
            i += 3;
        }
        if class.get(vm).bases == bases {
            class.get_mut(vm).bases = old_bases;
            class.get_mut(vm).base = Some(old_base);
        }
        refresh_slots(vm, class);
        return Err(raised);
    }
    if class.get(vm).bases != bases {
        // A metaclass's `mro()` has assigned other bases meanwhile.
        return Ok(());
    }
    for i in 0..old_bases.get(vm).len() {
        if let Some(base) = old_bases.get(vm).at(i).downcast::<Type>(vm) {
            Type::remove_subclass(base, vm, class);
        }
    }
    for i in 0..bases.get(vm).len() {
        if let Some(base) = bases.get(vm).at(i).downcast::<Type>(vm) {
            Type::add_subclass(base, vm, class)?;
        }
    }
    refresh_slots(vm, class);
    Ok(())
}

fn refresh_mro(vm: &mut Vm, class: Gc<Type>, changed: Gc<List>) -> Result<(), Raised> {
    vm.check_native_stack()?;
    let old = class.get(vm).mro;
    mro::set_mro(vm, class)?;
    for value in [class.value(), class.get(vm).mro.value(), old.value()] {
        List::push(changed, vm, value)?;
    }
    // Caches must not answer from the old MRO while other metaclasses run.
    class.get_mut(vm).cached = true;
    attributes::invalidate(vm, class);
    let mut i = 0;
    while i < Type::subclass_count(class, vm) {
        if let Some(subclass) = Type::subclass(class, vm, i) {
            refresh_mro(vm, subclass, changed)?;
        }
        i += 1;
    }
    Ok(())
}

fn refresh_slots(vm: &mut Vm, class: Gc<Type>) {
    // The epoch must change even when no cache has looked yet: the MRO itself is new.
    class.get_mut(vm).cached = true;
    attributes::invalidate(vm, class);
    slotdefs::update_all_slots(vm, class);
    for i in 0..Type::subclass_count(class, vm) {
        if let Some(subclass) = Type::subclass(class, vm, i) {
            refresh_slots(vm, subclass);
        }
    }
}
