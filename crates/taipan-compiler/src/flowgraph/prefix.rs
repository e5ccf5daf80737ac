//! Lays out locals, cells and free variables, and inserts the instructions a code unit begins with.

use taipan_bytecode::Opcode;
use taipan_bytecode::code::co;

use super::cfg::Cfg;
use crate::code_unit::CodeUnitMetadata;
use crate::error::CompileError;
use crate::instruction_sequence::{Instruction, NO_LOCATION, SourceLocation};
use crate::op_kinds::Kinds;

/// Inserts `RETURN_GENERATOR`, `MAKE_CELL` and `COPY_FREE_VARS` and turns numbers of cells into frame slots.
///
/// # Errors
/// [`CompileError::Internal`] for a cell that does not exist.
pub fn prepare_localsplus(cfg: &mut Cfg, metadata: &CodeUnitMetadata, flags: u32) -> Result<(), CompileError> {
    let nlocals = metadata.varnames.len() as u32;
    let ncells = metadata.cellvars.len() as u32;
    let nfrees = metadata.freevars.len() as u32;
    let suspends = flags & (co::GENERATOR | co::COROUTINE | co::ASYNC_GENERATOR) != 0;
    if ncells == 0 && nfrees == 0 && !suspends {
        return Ok(());
    }
    // A cell that is also a local uses that local's slot.
    let shared: Vec<Option<u32>> = metadata.cellvars.iter().map(|name| metadata.varnames.get(name)).collect();
    insert_prefix(cfg, metadata, &shared, suspends);
    if shared.is_empty() && nfrees == 0 {
        return Ok(());
    }

    let mut dropped = 0;
    let slots: Vec<u32> = (0..ncells + nfrees)
        .map(|i| match shared.get(i as usize).copied().flatten() {
            Some(local) => {
                dropped += 1;
                local
            }
            None => nlocals + i - dropped,
        })
        .collect();
    let mut at = Some(cfg.entry);
    while let Some(id) = at {
        at = cfg[id].next;
        if !cfg[id].kinds.has(Kinds::CELL) {
            continue;
        }
        for instr in cfg.instrs_mut(id) {
            if Kinds::of(instr.op).has(Kinds::CELL) {
                let Some(&slot) = slots.get(instr.oparg as usize) else {
                    return Err(CompileError::Internal("cell that does not exist"));
                };
                instr.oparg = slot;
            }
        }
    }
    Ok(())
}

fn insert_prefix(cfg: &mut Cfg, metadata: &CodeUnitMetadata, shared: &[Option<u32>], suspends: bool) {
    let mut prefix = Vec::new();
    if !metadata.freevars.is_empty() {
        prefix.push(Instruction::new(Opcode::CopyFreeVars, metadata.freevars.len() as u32, NO_LOCATION));
    }
    let nlocals = metadata.varnames.len() as u32;
    let mut cells: Vec<(u32, u32)> =
        (0..).zip(shared).map(|(cell, local)| (local.unwrap_or(nlocals + cell), cell)).collect();
    cells.sort_unstable();
    prefix.extend(cells.into_iter().map(|(_, cell)| Instruction::new(Opcode::MakeCell, cell, NO_LOCATION)));
    if suspends {
        let loc = SourceLocation::new(metadata.firstlineno, metadata.firstlineno, -1, -1);
        prefix.push(Instruction::new(Opcode::ReturnGenerator, 0, loc));
        prefix.push(Instruction::new(Opcode::PopTop, 0, loc));
    }
    let entry = cfg.entry;
    cfg.insert(entry, 0, &prefix);
}
