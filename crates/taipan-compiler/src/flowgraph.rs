//! Optimises the control-flow graph of a code unit, pass by pass in CPython 3.14's order.

mod cfg;
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
use cfg::Cfg;

/// Instructions ready for assembly: no pseudo operation but jumps, targets and handlers as indexes.
pub struct Optimized {
    pub seq: InstructionSequence,
    pub stacksize: u32,
}

/// Runs all passes over the instructions of one code unit; `consts` is changed along with them.
///
/// # Errors
/// [`CompileError::Internal`] if the instructions contradict themselves, [`CompileError::Overflow`] for too many
/// constants.
pub fn optimize(
    seq: InstructionSequence,
    metadata: &CodeUnitMetadata,
    consts: &mut ConstTable,
    nparams: usize,
    flags: u32,
) -> Result<Optimized, CompileError> {
    let mut cfg = Cfg::from_sequence(seq)?;
    exceptions::mark_except_handlers(&mut cfg);
    exceptions::label_exception_targets(&mut cfg)?;
    optimize_cfg(&mut cfg, consts)?;
    unused_consts::remove_unused_consts(&mut cfg, consts)?;
    unknown_locals::add_checks_for_loads_of_uninitialized_variables(&mut cfg, metadata.varnames.len(), nparams);
    super_instructions::insert_super_instructions(&mut cfg);
    cold_blocks::push_cold_blocks_to_end(&mut cfg)?;
    lines::resolve_line_numbers(&mut cfg);

    pseudo_ops::convert_pseudo_conditional_jumps(&mut cfg);
    let stacksize = stack_depth::calculate_stack_depth(&mut cfg)?;
    prefix::prepare_localsplus(&mut cfg, metadata, flags)?;
    pseudo_ops::convert_pseudo_ops(&mut cfg)?;
    pseudo_ops::normalize_jumps(&mut cfg);
    load_fast::optimize_load_fast(&mut cfg);
    Ok(Optimized { seq: cfg.into_sequence()?, stacksize })
}

fn optimize_cfg(cfg: &mut Cfg, consts: &mut ConstTable) -> Result<(), CompileError> {
    inline_blocks::inline_small_or_no_lineno_blocks(cfg);
    cleanup::remove_unreachable(cfg);
    lines::resolve_line_numbers(cfg);
    peephole::optimize_load_const(cfg, consts)?;
    for id in cfg.order() {
        peephole::optimize_basic_block(cfg, id, consts)?;
    }
    cleanup::remove_redundant_nops_and_pairs(cfg);
    cleanup::remove_unreachable(cfg);
    cleanup::remove_redundant_nops_and_jumps(cfg)
}
