//! Arguments of the functions of `_decimal`: positional or by name, with the messages of functions that do not know their
//! name.

use taipan_vm::args::Args;
use taipan_vm::gc::Gc;
use taipan_vm::raise::{Exc, Raised};
use taipan_vm::types::str::Str;
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

use super::context::ContextObject;

/// Binds arguments to names, the first `required` of which must be given; absent ones are unbound.
pub fn bind<const N: usize>(
    vm: &mut Vm,
    args: Args<'_>,
    names: [&str; N],
    required: usize,
) -> Result<[Value; N], Raised> {
    let mut bound = [Value::UNBOUND; N];
    let (given, keywords) = (args.len(), args.keyword_count());
    if given + keywords > N {
        let s = if N == 1 { "" } else { "s" };
        let message = format!("function takes at most {N} argument{s} ({} given)", given + keywords);
        return Err(vm.raise(Exc::TypeError, message));
    }
    for (to, i) in bound.iter_mut().zip(0..given) {
        *to = args.get(i);
    }
    args.check_keys(vm)?;
    for i in 0..keywords {
        let Some((key, value)) = args.keyword(vm, i) else { break };
        let place = key.downcast::<Str>(vm).and_then(|key| names.iter().position(|name| key.get(vm).equals(name)));
        match place {
            Some(place) if bound[place].is_unbound() => bound[place] = value,
            Some(place) => {
                let name = names[place];
                let message = format!("argument for function given by name ('{name}') and position ({})", place + 1);
                return Err(vm.raise(Exc::TypeError, message));
            }
            None => {
                let key = vm.str_string(key)?;
                let message = format!("this function got an unexpected keyword argument '{key}'");
                return Err(vm.raise(Exc::TypeError, message));
            }
        }
    }
    for (i, name) in names.iter().enumerate().take(required) {
        if bound[i].is_unbound() {
            let message = format!("function missing required argument '{name}' (pos {})", i + 1);
            return Err(vm.raise(Exc::TypeError, message));
        }
    }
    Ok(bound)
}

/// The operands of a method of a context: exactly so many, by position.
pub fn operands<const N: usize>(vm: &mut Vm, args: Args<'_>) -> Result<(Gc<ContextObject>, [Value; N]), Raised> {
    args.no_keywords(vm, "function")?;
    let given = args.len().saturating_sub(1);
    if given != N {
        return Err(vm.raise(Exc::TypeError, format!("function takes exactly {N} arguments ({given} given)")));
    }
    Ok(args.method(vm))
}
