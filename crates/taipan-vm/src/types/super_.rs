//! `super`: attribute lookup from the class after a given one in the MRO.

use crate::gc::Gc;
use crate::raise::Raised;
use crate::types::dict::Dict;
use crate::types::str::Str;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

/// The attribute that `super(start, class)` finds, bound to the class.
pub fn lookup(vm: &mut Vm, start: Gc<Type>, class: Gc<Type>, attribute: Gc<Str>) -> Result<Option<Value>, Raised> {
    let mro = class.get(vm).mro;
    let after = mro.get(vm).items().iter().position(|item| *item == start.value()).map_or(0, |at| at + 1);
    for i in after..mro.get(vm).len() {
        let Some(base) = mro.get(vm).at(i).downcast::<Type>(vm) else { continue };
        let dict = base.get(vm).dict;
        if let Some(found) = Dict::get_str(dict, vm, attribute) {
            return match vm.slots(found).descr_get {
                Some(get) => get(vm, found, None, Some(class.value())).map(Some),
                None => Ok(Some(found)),
            };
        }
    }
    Ok(None)
}
