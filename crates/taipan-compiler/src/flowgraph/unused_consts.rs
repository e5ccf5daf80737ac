//! Drops constants no instruction loads any more.

use super::cfg::Cfg;
use crate::const_table::ConstTable;
use crate::error::CompileError;
use crate::op_kinds::Kinds;

/// Renumbers the constants in use; the first one stays, because it may be the docstring.
///
/// # Errors
/// [`CompileError::Internal`] for a constant that does not exist.
pub fn remove_unused_consts(cfg: &mut Cfg, consts: &mut ConstTable) -> Result<(), CompileError> {
    const NO_CONSTANT: CompileError = CompileError::Internal("load of a constant that does not exist");
    if !cfg.consts_dropped && !cfg!(debug_assertions) {
        return Ok(());
    }
    let mut used = std::mem::take(&mut cfg.used_consts);
    used.clear();
    used.resize(consts.len(), false);
    if let Some(first) = used.first_mut() {
        *first = true;
    }
    let mut at = Some(cfg.entry);
    while let Some(id) = at {
        at = cfg[id].next;
        if !cfg[id].kinds.has(Kinds::CONST) {
            continue;
        }
        for instr in cfg.instrs(id).iter().filter(|instr| instr.op.has_const()) {
            let Some(used) = used.get_mut(instr.oparg as usize) else { return Err(NO_CONSTANT) };
            *used = true;
        }
    }
    if used.contains(&false) {
        debug_assert!(cfg.consts_dropped, "a constant without load");
        let mut renumbered = std::mem::take(&mut cfg.renumbered);
        consts.retain(&used, &mut renumbered);
        let mut at = Some(cfg.entry);
        while let Some(id) = at {
            at = cfg[id].next;
            if !cfg[id].kinds.has(Kinds::CONST) {
                continue;
            }
            for instr in cfg.instrs_mut(id).iter_mut().filter(|instr| instr.op.has_const()) {
                let Some(&number) = renumbered.get(instr.oparg as usize) else { return Err(NO_CONSTANT) };
                instr.oparg = number;
            }
        }
        cfg.renumbered = renumbered;
    }
    cfg.used_consts = used;
    Ok(())
}
