//! From instruction sequence to code object.

use taipan_bytecode::{CodeObject, Wtf8Buf};

use crate::code_unit::CodeUnitMetadata;
use crate::const_table::ConstTable;
use crate::error::CompileError;
use crate::instruction_sequence::InstructionSequence;

/// Optimises the instructions of one code unit and assembles its code object.
///
/// `seq` ends with a return; `flags` are the unit's `co_flags`; `nparams` counts all parameters, `*args` and
/// `**kwargs` included. `consts` are the constants the instructions refer to.
///
/// # Errors
/// [`CompileError::Internal`] if the instructions contradict themselves, [`CompileError::Overflow`] if there are too
/// many of something.
pub fn optimize_and_assemble(
    metadata: &CodeUnitMetadata,
    consts: ConstTable,
    seq: InstructionSequence,
    flags: u32,
    nparams: usize,
    filename: &Wtf8Buf,
) -> Result<CodeObject, CompileError> {
    let _ = (metadata, consts, seq, flags, nparams, filename);
    Err(CompileError::Internal("assembly is being built"))
}
