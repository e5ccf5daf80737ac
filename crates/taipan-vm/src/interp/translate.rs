//! Translation of a code object's stack bytecode to register code; translation is verification.
//!
//! Three steps: `decode` splits bytes into instructions and resolves jumps; `flow` proves depth and kind of every operand stack
//! entry on every path, finds jump targets and unassigned locals; `lower` walks the reachable instructions once, keeping a
//! virtual operand stack, and emits words. Any legal input is accepted, specialised and instrumented opcodes are not (they never
//! are in a code object's `co_code`).
//!
//! Rules of the virtual stack: loads of locals and constants are deferred; a deferred local is copied when the local is
//! overwritten; everything deferred is written to its slot at joins, before yields, and below the depth of the handler that
//! protects the instruction; a STORE_FAST redirects the operation before it unless a jump target lies between.

use std::borrow::Cow;

use taipan_bytecode::code::CodeObject;

use super::register_code::RegisterCode;

pub(in crate::interp) mod decode;
mod emit;
mod flow;
mod lower;
mod lower_flow;
mod lower_plain;
mod operands;

/// Which of the two forms of the code is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For running: loads deferred, comparisons and jumps fused.
    Fused,
    /// For tracing, profiling and monitoring: one operation per instruction, each after a TRACE word.
    Instrumented,
}

/// What is translated, beside the code.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    pub form: Form,
    /// Entries of `refs` behind constants and names that another form of the code uses for its cached objects.
    pub first_cell: u32,
    /// Whether the normal form between any two instructions is wanted, not only at operations that look out.
    pub boundaries: bool,
}

/// Why a code object cannot run. Raised as SystemError.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidCode {
    /// What is wrong.
    pub message: Cow<'static, str>,
    /// Offset of the instruction in code units.
    pub offset: u32,
}

impl std::fmt::Display for InvalidCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "invalid code object: {} at offset {}", self.message, u64::from(self.offset) * 2)
    }
}

pub(crate) fn invalid<T>(message: impl Into<Cow<'static, str>>, offset: u32) -> Result<T, InvalidCode> {
    Err(InvalidCode { message: message.into(), offset })
}

/// Verifies a code object and translates it.
///
/// Fails when the code reads or jumps out of bounds, when stack depths disagree at a join, when a NULL is where a value must be,
/// or when a frame would need more than 65,000 operand stack slots.
pub fn translate(code: &CodeObject, form: Form) -> Result<RegisterCode, InvalidCode> {
    translate_as(code, Request { form, first_cell: 0, boundaries: false })
}

/// As `translate`, with everything that can be asked for.
pub fn translate_as(code: &CodeObject, request: Request) -> Result<RegisterCode, InvalidCode> {
    let decoded = decode::decode(code)?;
    let flow = flow::analyse(code, &decoded)?;
    lower::lower(code, &decoded, &flow, request)
}

#[cfg(test)]
mod tests;
