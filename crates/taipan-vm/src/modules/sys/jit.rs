//! `sys._jit`: what a program may ask about just-in-time compilation. There is no compiler to native code yet.

use crate::args::Args;
use crate::raise::Raised;
use crate::spec::{ModuleSpec, function};
use crate::value::Value;
use crate::vm::Vm;

#[rustfmt::skip]
pub static MODULE: ModuleSpec = ModuleSpec {
    name: "sys._jit",
    doc: "Utilities for observing just-in-time compilation.",
    functions: &[
        function("is_active()", unavailable, "Return True if the topmost Python frame is currently executing JIT code (implies sys._jit.is_enabled()), and False otherwise."),
        function("is_available()", unavailable, "Return True if the current Python executable supports JIT compilation, and False otherwise."),
        function("is_enabled()", unavailable, "Return True if JIT compilation is enabled for the current Python process (implies sys._jit.is_available()), and False otherwise."),
    ],
    ..ModuleSpec::DEFAULT
};

fn unavailable(_: &mut Vm, _: Args<'_>) -> Result<Value, Raised> {
    Ok(Value::FALSE)
}
