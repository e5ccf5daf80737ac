//! Functions of `builtins` that talk to the user: `print`, `input`, `breakpoint`.

use crate::args::Args;
use crate::names::name;
use crate::raise::{Exc, Raised};
use crate::types::dict::Dict;
use crate::types::str::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;
use crate::vm::Vm;

/// The text between or after values: `None` means the default.
fn separator(vm: &mut Vm, value: Value, name: &str) -> Result<Option<Value>, Raised> {
    match value.not_none() {
        None => Ok(None),
        Some(text) if text.downcast::<Str>(vm).is_some() => Ok(Some(text)),
        Some(other) => {
            let got = vm.type_name(other);
            Err(vm.raise(Exc::TypeError, format!("{name} must be None or a string, not {got}")))
        }
    }
}

pub(super) fn print(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [sep, end, file, flush, values] = args.all();
    let file = match file.not_none() {
        Some(file) => file,
        None => match crate::modules::sys::get(vm, "stdout")? {
            None => return Err(vm.raise(Exc::RuntimeError, "lost sys.stdout")),
            Some(file) if file.is_none() => return Ok(Value::NONE),
            Some(file) => file,
        },
    };
    let sep = match separator(vm, sep, "sep")? {
        Some(sep) => sep,
        None => Str::latin1_char(vm, b' ')?.value(),
    };
    let end = match separator(vm, end, "end")? {
        Some(end) => end,
        None => Str::latin1_char(vm, b'\n')?.value(),
    };
    if let Some(values) = values.downcast::<Tuple>(vm) {
        for i in 0..values.get(vm).len() {
            if i > 0 {
                write(vm, file, sep)?;
            }
            let value = values.get(vm).at(i);
            let text = vm.str(value)?;
            write(vm, file, text)?;
        }
    }
    write(vm, file, end)?;
    if let Some(flush) = flush.given()
        && vm.is_true(flush)?
    {
        vm.call_method_name(file, name::FLUSH, &[])?;
    }
    Ok(Value::NONE)
}

fn write(vm: &mut Vm, file: Value, text: Value) -> Result<(), Raised> {
    vm.call_method_name(file, name::WRITE, &[text]).map(drop)
}

/// A standard stream; RuntimeError when it is lost.
fn stream(vm: &mut Vm, stream: &str) -> Result<Value, Raised> {
    match crate::modules::sys::get(vm, stream)? {
        Some(file) if !file.is_none() => Ok(file),
        _ => Err(vm.raise(Exc::RuntimeError, format!("lost sys.{stream}"))),
    }
}

fn flush_quietly(vm: &mut Vm, file: Value) {
    if let Err(raised) = vm.call_method_name(file, name::FLUSH, &[]) {
        let _ = vm.take_raised(raised);
    }
}

pub(super) fn input(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let prompt = args.opt(0);
    vm.audit("builtins.input", &[prompt.unwrap_or(Value::NONE)])?;
    let stdin = match crate::modules::sys::get(vm, "stdin")? {
        Some(file) if !file.is_none() => file,
        _ => return Err(vm.raise(Exc::RuntimeError, "input(): lost sys.stdin")),
    };
    let stdout = match crate::modules::sys::get(vm, "stdout")? {
        Some(file) if !file.is_none() => file,
        _ => return Err(vm.raise(Exc::RuntimeError, "input(): lost sys.stdout")),
    };
    if let Ok(stderr) = stream(vm, "stderr") {
        flush_quietly(vm, stderr);
    }
    if let Some(prompt) = prompt {
        let text = vm.str(prompt)?;
        write(vm, stdout, text)?;
    }
    flush_quietly(vm, stdout);
    let line = vm.call_method_name(stdin, name::READLINE, &[])?;
    let Some(text) = line.downcast::<Str>(vm) else {
        return Err(vm.raise(Exc::TypeError, "object.readline() returned non-string"));
    };
    let view = text.get(vm).text();
    let n = view.len();
    if n == 0 {
        return Err(vm.raise(Exc::EOFError, "EOF when reading a line"));
    }
    if view.iter().next_back() == Some(u32::from(b'\n')) {
        let points: Vec<u32> = view.iter().take(n - 1).collect();
        return Ok(Str::from_points(vm, &points)?.value());
    }
    Ok(line)
}

pub(super) fn breakpoint(vm: &mut Vm, args: Args<'_>) -> Result<Value, Raised> {
    let [args, keywords] = args.all();
    let Some(hook) = crate::modules::sys::get(vm, "breakpointhook")? else {
        return Err(vm.raise(Exc::RuntimeError, "lost sys.breakpointhook"));
    };
    match args.downcast::<Tuple>(vm) {
        Some(args) => {
            let keywords = keywords.downcast::<Dict>(vm);
            vm.call_tuple(hook, args, keywords)
        }
        None => vm.call(hook, &[]),
    }
}
