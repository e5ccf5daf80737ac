//! `__build_class__`: what a class statement calls.

use crate::args::Args;
use crate::gc::Gc;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::types::cell::Cell;
use crate::types::dict::Dict;
use crate::types::function::Function;
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::types::type_::new::most_derived_metaclass;
use crate::value::Value;
use crate::vm::Vm;

pub(super) fn build_class(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    if args.len() < 2 {
        return Err(vm.raise(Exc::TypeError, "__build_class__: not enough arguments"));
    }
    let Some(function) = args.get(0).exact::<Function>() else {
        return Err(vm.raise(Exc::TypeError, "__build_class__: func must be a function"));
    };
    let class_name = args.get(1);
    if class_name.downcast::<Str>(vm).is_none() {
        return Err(vm.raise(Exc::TypeError, "__build_class__: name is not a string"));
    }
    let original = args.tuple_from(vm, 2)?;
    let bases = update_bases(vm, original)?;
    let mut metaclass = None;
    let keywords = Dict::new(vm)?;
    for i in 0..args.keyword_count() {
        let Some((key, value)) = args.keyword(vm, i) else { break };
        if key.downcast::<Str>(vm).is_some_and(|key| key.get(vm).equals("metaclass")) {
            metaclass = Some(value);
        } else {
            Dict::set(keywords, vm, key, value)?;
        }
    }
    let metaclass = match metaclass {
        Some(given) => given,
        None if bases.get(vm).is_empty() => vm.class(crate::types::Builtin::Type).value(),
        None => {
            let first = bases.get(vm).at(0);
            vm.type_of(first).value()
        }
    };
    // Only a metaclass that is a class takes part in finding the most derived one.
    let metaclass = match metaclass.downcast::<Type>(vm) {
        Some(start) => most_derived_metaclass(vm, start, bases)?.value(),
        None => metaclass,
    };
    let namespace = match vm.get_attr_opt_name(metaclass, name::PREPARE)? {
        Some(prepare) => {
            let args = Tuple::from_values(vm, &[class_name, bases.value()])?;
            vm.call_tuple(prepare, args, Some(keywords))?
        }
        None => Dict::new(vm)?.value(),
    };
    if namespace.downcast::<Dict>(vm).is_none() && vm.slots(namespace).subscript.is_none() {
        let got = vm.type_name(namespace);
        let meta = match metaclass.downcast::<Type>(vm) {
            Some(class) => Type::name(class, vm),
            None => "<metaclass>".to_owned(),
        };
        return Err(vm.raise(Exc::TypeError, format!("{meta}.__prepare__() must return a mapping, not {got}")));
    }
    let cell = vm.run_body(function, Some(namespace))?;
    if bases != original {
        let key = vm.name(name::ORIG_BASES).value();
        vm.set_item(namespace, key, Some(original.value()))?;
    }
    let class_args = Tuple::from_values(vm, &[class_name, bases.value(), namespace])?;
    let class = vm.call_tuple(metaclass, class_args, Some(keywords))?;
    if let (Some(cell), Some(_)) = (cell.exact::<Cell>(), class.downcast::<Type>(vm)) {
        match cell.get(vm).contents {
            None => {
                let (text, class) = (vm.str_string(class_name)?, vm.repr_string(class)?);
                let message = format!(
                    "__class__ not set defining '{text}' as {class}. Was __classcell__ propagated to type.__new__?"
                );
                return Err(vm.raise(Exc::RuntimeError, message));
            }
            Some(found) if found != class => {
                let (found, text) = (vm.repr_string(found)?, vm.str_string(class_name)?);
                let class = vm.repr_string(class)?;
                let message = format!("__class__ set to {found} defining '{text}' as {class}");
                return Err(vm.raise(Exc::TypeError, message));
            }
            Some(_) => {}
        }
    }
    Ok(class)
}

/// Replaces bases that are not classes by what their `__mro_entries__` gives. The same tuple when nothing changes.
pub fn update_bases(vm: &mut Vm, bases: Gc<Tuple>) -> Result<Gc<Tuple>, Raised> {
    let mut updated: Option<Gc<List>> = None;
    for i in 0..bases.get(vm).len() {
        let base = bases.get(vm).at(i);
        let entries =
            if base.downcast::<Type>(vm).is_some() { None } else { vm.get_attr_opt_name(base, name::MRO_ENTRIES)? };
        let Some(entries) = entries else {
            if let Some(updated) = updated {
                List::push(updated, vm, base)?;
            }
            continue;
        };
        let replacement = vm.call(entries, &[bases.value()])?;
        let Some(replacement) = replacement.downcast::<Tuple>(vm) else {
            return Err(vm.raise(Exc::TypeError, "__mro_entries__ must return a tuple"));
        };
        let list = match updated {
            Some(list) => list,
            None => {
                let list = List::new(vm)?;
                for j in 0..i {
                    let earlier = bases.get(vm).at(j);
                    List::push(list, vm, earlier)?;
                }
                updated = Some(list);
                list
            }
        };
        vm.extend_list(list, replacement.value())?;
    }
    match updated {
        Some(list) => List::to_tuple(list, vm),
        None => Ok(bases),
    }
}
