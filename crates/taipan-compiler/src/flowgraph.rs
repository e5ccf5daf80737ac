//! Optimises the control-flow graph of a code unit, pass by pass in CPython 3.14's order.

pub(crate) mod cfg;
mod cleanup;
mod cold_blocks;
mod exceptions;
mod folding;
mod inline_blocks;
mod lines;
mod load_fast;
mod peephole;
mod prefix;
mod pseudo_ops;
mod stack_depth;
mod super_instructions;
mod swaps;
mod unknown_locals;
mod unused_consts;

use crate::code_unit::CodeUnitMetadata;
use crate::const_table::ConstTable;
use crate::error::CompileError;
use crate::instruction_sequence::InstructionSequence;
use crate::op_kinds::Kinds;
use cfg::Cfg;
pub(crate) use folding::small_int;

/// The memory of the passes, which serves one code unit after the other.
#[derive(Default)]
pub struct Flowgraph {
    /// The result: no pseudo operation but jumps.
    pub cfg: Cfg,
    pub scratch: Scratch,
}

/// The memory of the tables while they are written.
#[derive(Default)]
pub struct Scratch {
    pub lines: Vec<u8>,
    pub exceptions: Vec<u8>,
}

impl Flowgraph {
    /// Runs all passes over the instructions of one code unit into `self.cfg`; `consts` is changed along with them, and
    /// the instructions of `seq` are taken. Gives the stack size.
    ///
    /// # Errors
    /// [`CompileError::Internal`] if the instructions contradict themselves, [`CompileError::Overflow`] for too many
    /// constants.
    pub fn optimize(
        &mut self,
        seq: &mut InstructionSequence,
        metadata: &CodeUnitMetadata,
        consts: &mut ConstTable,
        nparams: usize,
        flags: u32,
    ) -> Result<u32, CompileError> {
        let cfg = &mut self.cfg;
        cfg.build(seq)?;
        optimize_code_unit(cfg, consts, metadata.varnames.len(), nparams)?;
        pseudo_ops::convert_pseudo_conditional_jumps(cfg);
        // Without handlers, depths are the same after the next passes, and found along with what is borrowed.
        let fused = !cfg.has_handlers && cfg.kinds.has(Kinds::LOAD_FAST);
        let stacksize = if fused { 0 } else { stack_depth::calculate_stack_depth(cfg)? };
        prefix::prepare_localsplus(cfg, metadata, flags)?;
        pseudo_ops::convert_pseudo_ops(cfg)?;
        pseudo_ops::normalize_jumps(cfg);
        if fused {
            return load_fast::optimize_load_fast_and_measure(cfg);
        }
        load_fast::optimize_load_fast(cfg);
        Ok(stacksize)
    }
}

/// Optimises instructions as `_testinternalcapi.optimize_cfg` does, pseudo operations kept: for tests of the passes.
///
/// # Errors
/// As [`Flowgraph::optimize`].
pub fn optimize_instructions(
    mut seq: InstructionSequence,
    consts: &mut ConstTable,
    nlocals: usize,
) -> Result<InstructionSequence, CompileError> {
    let mut cfg = Cfg::default();
    cfg.build(&mut seq)?;
    peephole::convert_small_ints(&mut cfg, consts)?;
    optimize_code_unit(&mut cfg, consts, nlocals, 0)?;
    stack_depth::calculate_stack_depth(&mut cfg)?;
    load_fast::optimize_load_fast(&mut cfg);
    cfg.flatten(&mut seq);
    Ok(seq)
}

/// The passes before the frame layout is known.
fn optimize_code_unit(
    cfg: &mut Cfg,
    consts: &mut ConstTable,
    nlocals: usize,
    nparams: usize,
) -> Result<(), CompileError> {
    if cfg.has_handlers {
        exceptions::label_exception_targets(cfg)?;
    }
    optimize_cfg(cfg, consts)?;
    unused_consts::remove_unused_consts(cfg, consts)?;
    unknown_locals::add_checks_for_loads_of_uninitialized_variables(cfg, nlocals, nparams);
    super_instructions::insert_super_instructions(cfg);
    if cfg.has_handlers {
        cold_blocks::push_cold_blocks_to_end(cfg)?;
    }
    lines::resolve_line_numbers(cfg);
    Ok(())
}

fn optimize_cfg(cfg: &mut Cfg, consts: &mut ConstTable) -> Result<(), CompileError> {
    inline_blocks::inline_small_or_no_lineno_blocks(cfg);
    cleanup::remove_unreachable(cfg);
    lines::resolve_line_numbers(cfg);
    peephole::optimize_load_const(cfg, consts)?;
    let mut at = Some(cfg.entry).filter(|_| cfg.kinds.has(Kinds::PEEPHOLE.or(Kinds::TARGET)));
    while let Some(id) = at {
        at = cfg[id].next;
        peephole::optimize_basic_block(cfg, id, consts)?;
    }
    cleanup::remove_redundant_nops_and_pairs(cfg);
    if cfg.ways_changed {
        cleanup::remove_unreachable(cfg);
    }
    cleanup::remove_redundant_nops_and_jumps(cfg)
}
