//! What finalisers of files and sockets report.

use taipan_vm::raise::{Exc, Raised};
use taipan_vm::value::Value;
use taipan_vm::vm::Vm;

/// Warns that an object was dropped without being closed: "`what` repr(source)". When a filter turns the warning into
/// an exception, that is reported as of the finaliser of `object`.
pub fn warn(vm: &mut Vm, what: &str, source: Value, kind: &str, object: Value) -> Result<(), Raised> {
    match warn_or_raise(vm, what, source) {
        Err(raised) if vm.raised_is(Exc::Warning) => {
            report(vm, raised, kind, object);
            Ok(())
        }
        other => other,
    }
}

fn warn_or_raise(vm: &mut Vm, what: &str, source: Value) -> Result<(), Raised> {
    let shown = vm.repr_string(source)?;
    let message = vm.new_str(&format!("{what} {shown}"))?;
    let class = vm.exception_class(Exc::ResourceWarning).value();
    let warnings = taipan_vm::import::import_module(vm, "_warnings")?;
    vm.call_method(warnings, "warn", &[message, class, Value::int(1), source])?;
    Ok(())
}

/// Reports the exception of a finaliser to `sys.unraisablehook`.
pub fn report(vm: &mut Vm, raised: Raised, kind: &str, object: Value) {
    let exception = vm.take_raised(raised);
    let shown = match vm.repr_string(object) {
        Ok(shown) => shown,
        Err(raised) => {
            let _ = vm.take_raised(raised);
            "<object repr() failed>".to_owned()
        }
    };
    let raised = vm.reraise(exception);
    vm.write_unraisable(raised, Some(&format!("Exception ignored while finalizing {kind} {shown}")), Value::NONE);
}
