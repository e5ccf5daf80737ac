//! Messages about the arguments of native functions of fixed arity: they tell the module of a function, the class of a method.
//!
//! Arguments are bound where it is not known what is called; what that gives is put right here, where it is.

use crate::args::Args;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::spec::MethodDef;
use crate::types::exceptions::BaseException;
use crate::value::Value;
use crate::vm::Vm;

/// The error of a call, with the full name of what was called if it says that arguments do not fit.
#[cold]
#[inline(never)]
pub fn explain(vm: &mut Vm, raised: Raised, def: &'static MethodDef, args: Args<'_>, callable: Value) -> Raised {
    let fits = match &def.signature {
        Some(signature) => args.fits(signature),
        None => !args.has_keywords(),
    };
    if fits {
        return raised;
    }
    let error = vm.take_raised(raised);
    match better_message(vm, error, def.name(), callable) {
        Ok(Some(message)) => vm.raise(Exc::TypeError, message),
        Ok(None) => vm.reraise(error),
        Err(raised) => raised,
    }
}

fn better_message(vm: &mut Vm, error: Value, own: &str, callable: Value) -> Result<Option<String>, Raised> {
    if vm.type_of(error) != vm.exception_class(Exc::TypeError) {
        return Ok(None);
    }
    let Some(fields) = error.downcast::<BaseException>(vm) else { return Ok(None) };
    let arguments = fields.get(vm).args;
    let &[text] = arguments.get(vm).items() else { return Ok(None) };
    let Some(message) = vm.text_of(text) else { return Ok(None) };
    let Some((function, problem)) = message.split_once("() takes ") else { return Ok(None) };
    let is_own = function.strip_suffix(own).is_some_and(|before| before.is_empty() || before.ends_with('.'));
    let is_fixed = ["no keyword arguments", "no arguments (", "exactly one argument ("];
    if !is_own || !is_fixed.iter().any(|start| problem.starts_with(start)) {
        return Ok(None);
    }
    let qualname = vm.get_attr_name(callable, name::QUALNAME)?;
    let Some(qualname) = vm.text_of(qualname) else { return Ok(None) };
    let module = vm.get_attr_opt_name(callable, name::MODULE)?;
    let full = match module.and_then(|module| vm.text_of(module)) {
        Some(module) if module != "builtins" => format!("{module}.{qualname}"),
        _ => qualname,
    };
    Ok((full != function).then(|| format!("{full}() takes {problem}")))
}
