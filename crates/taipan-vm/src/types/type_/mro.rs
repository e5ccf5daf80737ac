//! The method resolution order: C3 linearisation (Python 2.3 MRO).

use crate::gc::Gc;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::types::Builtin;
use crate::types::list::List;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

/// The C3 linearisation of a class from its bases.
pub fn linearize(vm: &mut Vm, class: Gc<Type>) -> Result<Gc<List>, Raised> {
    let bases = class.get(vm).bases;
    let count = bases.get(vm).len();
    let result = List::from_values(vm, &[class.value()])?;
    // One sequence per base (its MRO) and the bases themselves; `heads` holds how far each was consumed.
    let sequences = Tuple::new_uninit(vm, Builtin::Tuple as u32, count + 1)?;
    for i in 0..count {
        let base = bases.get(vm).at(i);
        let Some(base) = base.downcast::<Type>(vm) else {
            return Err(vm.raise(Exc::TypeError, "bases must be types"));
        };
        for j in 0..i {
            if bases.get(vm).at(j) == base.value() {
                let name = Type::name(base, vm);
                return Err(vm.raise(Exc::TypeError, format!("duplicate base class {name}")));
            }
        }
        if base.get(vm).mro.get(vm).is_empty() {
            // Its metaclass's `mro()` runs.
            let name = Type::name(base, vm);
            return Err(vm.raise(Exc::TypeError, format!("Cannot extend an incomplete type '{name}'")));
        }
        let mro = base.get(vm).mro.value();
        sequences.get_mut(vm).items_mut()[i] = mro;
    }
    sequences.get_mut(vm).items_mut()[count] = bases.value();
    let mut heads = vec![0usize; count + 1];
    let sequence = |vm: &Vm, i: usize| sequences.get(vm).at(i).downcast::<Tuple>(vm);
    loop {
        let mut done = true;
        let mut chosen = None;
        for i in 0..=count {
            let Some(own) = sequence(vm, i) else { continue };
            let Some(candidate) = own.get(vm).items().get(heads[i]).copied() else { continue };
            done = false;
            let in_tail = (0..=count).any(|j| {
                sequence(vm, j).is_some_and(|other| {
                    other.get(vm).items().get(heads[j] + 1..).is_some_and(|tail| tail.contains(&candidate))
                })
            });
            if !in_tail {
                chosen = Some(candidate);
                break;
            }
        }
        if done {
            return Ok(result);
        }
        let Some(chosen) = chosen else { return Err(inconsistent(vm, sequences, &heads)) };
        List::push(result, vm, chosen)?;
        for i in 0..=count {
            if sequence(vm, i).is_some_and(|own| own.get(vm).items().get(heads[i]) == Some(&chosen)) {
                heads[i] += 1;
            }
        }
    }
}

fn inconsistent(vm: &mut Vm, sequences: Gc<Tuple>, heads: &[usize]) -> Raised {
    let mut names: Vec<String> = Vec::new();
    for (i, head) in heads.iter().enumerate() {
        let next = sequences.get(vm).at(i).downcast::<Tuple>(vm).and_then(|s| s.get(vm).items().get(*head).copied());
        if let Some(class) = next.and_then(|value| value.downcast::<Type>(vm)) {
            let name = Type::name(class, vm);
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    let names = names.join(", ");
    vm.raise(Exc::TypeError, format!("Cannot create a consistent method resolution order (MRO) for bases {names}"))
}

/// Computes and stores the MRO, through the metaclass's `mro()` if it has one of its own.
pub fn set_mro(vm: &mut Vm, class: Gc<Type>) -> Result<(), Raised> {
    let metaclass = vm.type_of(class.value());
    let type_class = vm.class(Builtin::Type);
    let own = metaclass != type_class
        && Type::lookup_name(metaclass, vm, name::MRO) != Type::lookup_name(type_class, vm, name::MRO);
    let mro = if own {
        let result = vm.call_method_name(class.value(), name::MRO, &[])?;
        let tuple = vm.tuple_of(result)?;
        check_custom(vm, class, tuple)?;
        tuple
    } else {
        let list = linearize(vm, class)?;
        List::to_tuple(list, vm)?
    };
    class.get_mut(vm).mro = mro;
    Ok(())
}

fn check_custom(vm: &mut Vm, class: Gc<Type>, mro: Gc<Tuple>) -> Result<(), Raised> {
    if mro.get(vm).is_empty() {
        return Err(vm.raise(Exc::TypeError, "type MRO must not be empty"));
    }
    for i in 0..mro.get(vm).len() {
        let item: Value = mro.get(vm).at(i);
        let Some(base) = item.downcast::<Type>(vm) else {
            let got = vm.type_name(item);
            return Err(vm.raise(Exc::TypeError, format!("mro() returned a non-class ('{got}')")));
        };
        let (own, other) = (class.get(vm).native, base.get(vm).native);
        if !own.extends(other) {
            let name = Type::name(base, vm);
            return Err(vm.raise(Exc::TypeError, format!("mro() returned base with unsuitable layout ('{name}')")));
        }
    }
    Ok(())
}
