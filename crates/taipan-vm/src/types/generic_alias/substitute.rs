//! Type parameters in the arguments of aliases and unions: finding and replacing them.

use crate::gc::Gc;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::types::generic_alias::GenericAlias;
use crate::types::list::List;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::types::type_::Type;
use crate::value::Value;
use crate::vm::Vm;

fn index_of(vm: &Vm, items: Gc<Tuple>, item: Value) -> Option<usize> {
    items.get(vm).items().iter().position(|own| *own == item)
}

fn add_once(vm: &mut Vm, list: Gc<List>, item: Value) -> Result<(), Raised> {
    let n = list.get(vm).len();
    if (0..n).any(|i| list.get(vm).get_at(vm, i) == Some(item)) { Ok(()) } else { List::push(list, vm, item) }
}

/// `__parameters__`: the type parameters in arguments, each once, in order.
pub fn parameters_of(vm: &mut Vm, args: Gc<Tuple>) -> Result<Gc<Tuple>, Raised> {
    let found = List::new(vm)?;
    collect(vm, args, found)?;
    List::to_tuple(found, vm)
}

fn collect(vm: &mut Vm, args: Gc<Tuple>, found: Gc<List>) -> Result<(), Raised> {
    vm.check_native_stack()?;
    for i in 0..args.get(vm).len() {
        let arg = args.get(vm).at(i);
        if arg.downcast::<Type>(vm).is_some() {
            continue;
        }
        if let Some(nested) = arg.downcast::<Tuple>(vm) {
            collect(vm, nested, found)?;
        } else if let Some(list) = arg.downcast::<List>(vm) {
            let nested = List::to_tuple(list, vm)?;
            collect(vm, nested, found)?;
        } else if vm.get_attr_opt_name(arg, name::TYPING_SUBST)?.is_some() {
            add_once(vm, found, arg)?;
        } else if let Some(own) = vm.get_attr_opt_name(arg, name::PARAMETERS)?
            && let Some(own) = own.downcast::<Tuple>(vm)
        {
            for j in 0..own.get(vm).len() {
                let parameter = own.get(vm).at(j);
                add_once(vm, found, parameter)?;
            }
        }
    }
    Ok(())
}

/// The items of a subscript with `*tuple[...]` of known length spread out.
fn unpacked(vm: &mut Vm, item: Value) -> Result<Gc<Tuple>, Raised> {
    let items = match item.downcast::<Tuple>(vm) {
        Some(items) => items,
        None => Tuple::from_values(vm, &[item])?,
    };
    let out = List::new(vm)?;
    for i in 0..items.get(vm).len() {
        let item = items.get(vm).at(i);
        let inner = if item.downcast::<Type>(vm).is_some() {
            None
        } else {
            vm.get_attr_opt_name(item, name::UNPACKED)?.and_then(|inner| inner.downcast::<Tuple>(vm))
        };
        match inner {
            Some(inner) if inner.get(vm).items().last() != Some(&Value::ELLIPSIS) => {
                vm.extend_list(out, inner.value())?;
            }
            _ => List::push(out, vm, item)?,
        }
    }
    List::to_tuple(out, vm)
}

/// The arguments with `parameters` replaced by what `item` gives. TypeError with CPython's words on a wrong count.
pub fn replace(
    vm: &mut Vm,
    this: Value,
    args: Gc<Tuple>,
    parameters: Gc<Tuple>,
    item: Value,
) -> Result<Gc<Tuple>, Raised> {
    let count = parameters.get(vm).len();
    if count == 0 {
        let shown = vm.repr_string(this)?;
        return Err(vm.raise(Exc::TypeError, format!("{shown} is not a generic class")));
    }
    let mut given = unpacked(vm, item)?;
    for i in 0..count {
        let parameter = parameters.get(vm).at(i);
        if let Some(prepare) = vm.get_attr_opt_name(parameter, name::TYPING_PREPARE_SUBST)?
            && !prepare.is_none()
        {
            let prepared = vm.call(prepare, &[this, given.value()])?;
            given = match prepared.downcast::<Tuple>(vm) {
                Some(several) => several,
                None => Tuple::from_values(vm, &[prepared])?,
            };
        }
    }
    let n = given.get(vm).len();
    if n != count {
        let (word, shown) = (if n > count { "many" } else { "few" }, vm.repr_string(this)?);
        return Err(vm.raise(Exc::TypeError, format!("Too {word} arguments for {shown}; actual {n}, expected {count}")));
    }
    let out = List::new(vm)?;
    replace_in(vm, args, parameters, given, out)?;
    List::to_tuple(out, vm)
}

fn replace_in(
    vm: &mut Vm,
    args: Gc<Tuple>,
    parameters: Gc<Tuple>,
    given: Gc<Tuple>,
    out: Gc<List>,
) -> Result<(), Raised> {
    vm.check_native_stack()?;
    for i in 0..args.get(vm).len() {
        let arg = args.get(vm).at(i);
        if arg.downcast::<Type>(vm).is_some() {
            List::push(out, vm, arg)?;
            continue;
        }
        // A Callable has its parameters in a nested list.
        let nested = match (arg.downcast::<Tuple>(vm), arg.downcast::<List>(vm)) {
            (Some(tuple), _) => Some((tuple, true)),
            (None, Some(list)) => Some((List::to_tuple(list, vm)?, false)),
            (None, None) => None,
        };
        if let Some((nested, is_tuple)) = nested {
            let inner = List::new(vm)?;
            replace_in(vm, nested, parameters, given, inner)?;
            let value = if is_tuple { List::to_tuple(inner, vm)?.value() } else { inner.value() };
            List::push(out, vm, value)?;
            continue;
        }
        let key = Str::intern(vm, "__typing_is_unpacked_typevartuple__")?;
        let spreads = match vm.get_attr_opt(arg, key)? {
            Some(mark) => vm.is_true(mark)?,
            None => false,
        };
        let value = match vm.get_attr_opt_name(arg, name::TYPING_SUBST)? {
            Some(substitute) => match index_of(vm, parameters, arg) {
                Some(at) => {
                    let value = given.get(vm).at(at);
                    vm.call(substitute, &[value])?
                }
                None => {
                    let shown = vm.repr_string(arg)?;
                    let message = format!("argument {shown} with __typing_subst__ was not found in __parameters__");
                    return Err(vm.raise(Exc::TypeError, message));
                }
            },
            None => replace_inside(vm, arg, parameters, given)?,
        };
        match value.downcast::<Tuple>(vm) {
            Some(many) if spreads => vm.extend_list(out, many.value())?,
            None if spreads => {
                let (class, got) = (vm.type_name(arg), vm.type_name(value));
                let message = format!("expected __typing_subst__ of {class} objects to return a tuple, not {got}");
                return Err(vm.raise(Exc::TypeError, message));
            }
            _ => List::push(out, vm, value)?,
        }
    }
    Ok(())
}

/// Subscripts an argument that has parameters of its own.
fn replace_inside(vm: &mut Vm, arg: Value, parameters: Gc<Tuple>, given: Gc<Tuple>) -> Result<Value, Raised> {
    let own = vm.get_attr_opt_name(arg, name::PARAMETERS)?.and_then(|own| own.downcast::<Tuple>(vm));
    let Some(own) = own.filter(|own| !own.get(vm).is_empty()) else { return Ok(arg) };
    let items = List::new(vm)?;
    for i in 0..own.get(vm).len() {
        let parameter = own.get(vm).at(i);
        let value = match index_of(vm, parameters, parameter) {
            Some(at) => given.get(vm).at(at),
            None => parameter,
        };
        let is_variadic = vm.slots(parameter).iter.is_some();
        match value.downcast::<Tuple>(vm) {
            Some(many) if is_variadic => vm.extend_list(items, many.value())?,
            _ => List::push(items, vm, value)?,
        }
    }
    let items = List::to_tuple(items, vm)?;
    vm.get_item(arg, items.value())
}

/// How an argument shows in an alias or union: classes by their qualified names, lists item by item.
pub fn item_text(vm: &mut Vm, item: Value) -> Result<String, Raised> {
    vm.check_native_stack()?;
    if item == Value::ELLIPSIS {
        return Ok("...".to_owned());
    }
    if let Some(list) = item.exact::<List>() {
        let mut parts = Vec::new();
        for i in 0..list.get(vm).len() {
            // The repr of an item may have made the list shorter.
            let Some(part) = list.get(vm).get_at(vm, i) else {
                return Err(vm.raise(Exc::IndexError, "list index out of range"));
            };
            parts.push(item_text(vm, part)?);
        }
        return Ok(format!("[{}]", parts.join(", ")));
    }
    if item.exact::<GenericAlias>().is_some() {
        return vm.repr_string(item);
    }
    if item.downcast::<Type>(vm).is_none()
        && vm.get_attr_opt_name(item, name::ORIGIN)?.is_some()
        && vm.get_attr_opt_name(item, name::ARGS)?.is_some()
    {
        return vm.repr_string(item);
    }
    let Some(qualname) = vm.get_attr_opt_name(item, name::QUALNAME)? else { return vm.repr_string(item) };
    let Some(module) = vm.get_attr_opt_name(item, name::MODULE)?.and_then(Value::not_none) else {
        return vm.repr_string(item);
    };
    let (module, qualname) = (vm.str_string(module)?, vm.str_string(qualname)?);
    Ok(if module == "builtins" { qualname } else { format!("{module}.{qualname}") })
}
