//! `-X dump_registers`: prints the register code of a code object to standard error when it first runs.
//!
//! The text is stable: it holds no addresses, and nothing that specialising wrote.

use std::fmt::Write;

use taipan_bytecode::code::{CodeObject, Constant};

use super::RegisterCode;
use super::disassemble::disassemble;
use crate::raise::Raised;
use crate::types::code::constant_object;
use crate::vm::Vm;

/// Prints the code, if it is asked for.
///
/// # Errors
/// What the `repr` of a constant raises: MemoryError, RecursionError.
#[cold]
pub(crate) fn print_register_code(vm: &mut Vm, code: &CodeObject, register: &RegisterCode) -> Result<(), Raised> {
    let Some(wanted) = vm.interp().config.settings.dump_registers.clone() else { return Ok(()) };
    let qualname = code.qualname.to_string();
    let is_wanted = if wanted.is_empty() { !is_library(vm, code)? } else { wanted == qualname };
    if !is_wanted {
        return Ok(());
    }
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "{qualname} (line {}): {} locals, {} slots",
        code.firstlineno, register.locals, register.frame_slots
    );
    for (i, name) in code.localsplusnames.iter().enumerate() {
        let _ = writeln!(text, "  r{} = {name}", register.local_slot(i as u32));
    }
    for (i, constant) in code.consts.iter().enumerate() {
        let shown = match constant {
            Constant::Code(inner) => format!("<code {}>", inner.qualname),
            constant => {
                let value = constant_object(vm, constant)?;
                vm.repr_string(value)?
            }
        };
        let _ = writeln!(text, "  k{i} = {shown}");
    }
    let names: Vec<String> = code.names.iter().map(|name| name.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    text.push_str(&disassemble(register, &names));
    text.push('\n');
    let host = vm.host();
    let mut rest = text.as_bytes();
    while !rest.is_empty() {
        match host.write(2, rest) {
            Ok(n) if n > 0 => rest = rest.get(n..).unwrap_or(&[]),
            Err(crate::host::Errno::INTERRUPTED) => {}
            _ => break,
        }
    }
    Ok(())
}

/// Whether the code comes from the library's folder or is frozen.
fn is_library(vm: &mut Vm, code: &CodeObject) -> Result<bool, Raised> {
    let filename = code.filename.to_string();
    if filename.starts_with("<frozen ") {
        return Ok(true);
    }
    let folder = crate::modules::sys::get(vm, "_stdlib_dir")?.and_then(|folder| vm.utf8_of(folder));
    Ok(folder.is_some_and(|folder| filename.starts_with(&format!("{folder}/"))))
}
