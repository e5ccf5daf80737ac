//! ResourceWarnings of finalisers.

use taipan_vm::raise::{Exc, Raised};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

/// Warns that an object was dropped without being closed: "`what` repr(object)". When a filter turns the warning into
/// an exception, that is reported to `sys.unraisablehook`.
pub fn warn(vm: &mut Vm, what: &str, object: Value) -> Result<(), Raised> {
    match warn_or_raise(vm, what, object) {
        Err(raised) if vm.raised_is(Exc::Warning) => {
            vm.write_unraisable(raised, None, object);
            Ok(())
        }
        other => other,
    }
}

fn warn_or_raise(vm: &mut Vm, what: &str, object: Value) -> Result<(), Raised> {
    let shown = vm.repr_string(object)?;
    let message = vm.new_str(&format!("{what} {shown}"))?;
    let class = vm.exception_class(Exc::ResourceWarning).value();
    let warnings = taipan_vm::import::import_module(vm, "_warnings")?;
    vm.call_method(warnings, "warn", &[message, class, Value::int(1), object])?;
    Ok(())
}
