//! From instruction sequence to code object: jump distances, bytes, tables, frame layout.

use taipan_bytecode::code::sharing::Unit;
use taipan_bytecode::code::{co, fast};
use taipan_bytecode::exception_table::{self, write_entry};
use taipan_bytecode::line_table::LineTableWriter;
use taipan_bytecode::{Bytes, CodeObject, Opcode, Wtf8Buf};

use crate::code_unit::CodeUnitMetadata;
use crate::const_table::ConstTable;
use crate::error::CompileError;
use crate::flowgraph::cfg::{BlockId, Cfg, is_terminator};
use crate::flowgraph::{Flowgraph, Scratch};
use crate::instruction_sequence::{
    Instruction, InstructionSequence, NEXT_LOCATION, NO_LOCATION, SourceLocation, position_of_words,
};
use crate::symtable::SymbolTable;

/// What a code object holds besides its instructions and constants.
#[derive(Clone, Copy)]
pub struct UnitSource<'a> {
    pub metadata: &'a CodeUnitMetadata,
    /// The table of the names in `metadata`.
    pub names: &'a SymbolTable<'a>,
    pub filename: &'a Wtf8Buf,
    /// How many code objects of the compilation were made before.
    pub number: u32,
}

/// Optimises the instructions of one code unit and assembles its code object.
///
/// `seq` ends with a return; its instructions are taken. `flags` are the unit's `co_flags`; `nparams` counts all
/// parameters, `*args` and `**kwargs` included. `consts` are the constants the instructions refer to.
///
/// # Errors
/// [`CompileError::Internal`] if the instructions contradict themselves, [`CompileError::Overflow`] if there are too
/// many of something.
pub fn optimize_and_assemble(
    flowgraph: &mut Flowgraph,
    source: UnitSource<'_>,
    consts: &mut ConstTable,
    seq: &mut InstructionSequence,
    flags: u32,
    nparams: usize,
) -> Result<CodeObject, CompileError> {
    let metadata = source.metadata;
    let stacksize = flowgraph.optimize(seq, metadata, consts, nparams, flags)?;
    let units = resolve_jumps(&mut flowgraph.cfg)?;
    let written = write(&flowgraph.cfg, units, metadata.firstlineno, &mut flowgraph.scratch)?;
    let (localsplusnames, localspluskinds) = localsplus(source, flags);
    Ok(CodeObject {
        argcount: metadata.posonlyargcount + metadata.argcount,
        posonlyargcount: metadata.posonlyargcount,
        kwonlyargcount: metadata.kwonlyargcount,
        // CPython's code objects have room for one value in any case.
        stacksize: stacksize.max(1),
        flags,
        code: written.code.into(),
        consts: consts.take(),
        names: metadata.names.iter().map(|name| source.names.text(name)).collect(),
        localsplusnames,
        localspluskinds,
        filename: source.filename.clone(),
        name: metadata.name.clone(),
        qualname: metadata.qualname.clone(),
        firstlineno: metadata.firstlineno,
        linetable: written.linetable.into(),
        exceptiontable: written.exceptiontable.into(),
        unit: Unit { number: source.number, sharing: None },
    })
}

/// Number of code units of an instruction, its `EXTENDED_ARG`s and cache entries included.
#[inline(always)]
fn size(op: Opcode, oparg: u32) -> u32 {
    let plain = 1 + op.cache_entries() as u32;
    if oparg <= 0xFF { plain } else { plain + (31 - oparg.leading_zeros()) / 8 }
}

/// Code units between the `SEND` that `END_ASYNC_FOR` is aimed at and the `END_SEND` its argument names.
const END_SEND_OFFSET: u32 = 5;

fn jumps_backward(op: Opcode) -> bool {
    matches!(op, Opcode::JumpBackward | Opcode::JumpBackwardNoInterrupt | Opcode::EndAsyncFor)
}

/// `JUMP` and `JUMP_NO_INTERRUPT` get a direction; arguments of jumps become distances. These depend on the sizes of
/// jumps between, which depend on distances: repeated until sizes stay. Gives the number of code units.
fn resolve_jumps(cfg: &mut Cfg) -> Result<u32, CompileError> {
    cfg.number_instructions();
    let mut has_jumps = false;
    let mut at = Some(cfg.entry);
    while let Some(id) = at {
        if let Some(jump) = cfg.last(id)
            && jump.op.has_jump()
        {
            has_jumps = true;
            let Some(target) = jump.target else { return Err(CompileError::Internal("jump out of the code")) };
            // The first guess of the distance, as CPython's.
            let guess = cfg[target].number();
            let is_forward = guess >= cfg[id].number() + cfg[id].len() as u32;
            if let Some(jump) = cfg.last_mut(id) {
                jump.oparg = guess;
                jump.op = match jump.op {
                    Opcode::Jump | Opcode::JumpNoInterrupt if is_forward => Opcode::JumpForward,
                    Opcode::Jump => Opcode::JumpBackward,
                    Opcode::JumpNoInterrupt => Opcode::JumpBackwardNoInterrupt,
                    other => other,
                };
            }
        }
        let (block, instrs) = cfg.parts(id);
        at = block.next;
        let mut units = u32::from(block.not_taken);
        for instr in instrs {
            units += size(instr.op, instr.oparg);
        }
        block.size = units;
    }
    loop {
        let total = place_blocks(cfg);
        // Offsets stay until all jumps have been measured by them.
        let mut changed = false;
        let mut at = Some(cfg.entry).filter(|_| has_jumps);
        while let Some(id) = at {
            let block = &cfg[id];
            at = block.next;
            let Some(last) = cfg.last(id) else { continue };
            let (op, oparg, target) = (last.op, last.oparg, last.target);
            if !op.has_jump() {
                continue;
            }
            // NOT_TAKEN is one unit.
            let end = block.offset + block.size - u32::from(block.not_taken);
            let target = target.map_or(0, |target| cfg[target].offset);
            let distance = if jumps_backward(op) { end.checked_sub(target) } else { target.checked_sub(end) };
            let distance = match op {
                Opcode::EndAsyncFor => distance.and_then(|distance| distance.checked_sub(END_SEND_OFFSET)),
                _ => distance,
            };
            let Some(distance) = distance else { return Err(CompileError::Internal("jump in the wrong direction")) };
            let (before, now) = (size(op, oparg), size(op, distance));
            if let Some(jump) = cfg.last_mut(id) {
                jump.oparg = distance;
            }
            // No other block looks at this one's size.
            cfg[id].size += now;
            cfg[id].size -= before;
            changed |= before != now;
        }
        if !changed {
            return Ok(total);
        }
    }
}

/// Sets the offset of every block; gives the size of all.
fn place_blocks(cfg: &mut Cfg) -> u32 {
    let mut total = 0;
    let mut at = Some(cfg.entry);
    while let Some(id) = at {
        let block = &mut cfg[id];
        at = block.next;
        block.offset = total;
        total += block.size;
    }
    total
}

/// The bytes of the code and its tables.
struct Written {
    code: Vec<u8>,
    linetable: Vec<u8>,
    exceptiontable: Vec<u8>,
}

const MISPLACED: CompileError = CompileError::Internal("code of another size than planned");

fn write(cfg: &Cfg, units: u32, firstlineno: i32, scratch: &mut Scratch) -> Result<Written, CompileError> {
    // Cache entries are zero.
    let mut code = vec![[0; 2]; units as usize];
    let mut at = 0;
    let mut lines = LineTableWriter::with_memory(firstlineno, std::mem::take(&mut scratch.lines));
    let mut exceptions = Exceptions { table: std::mem::take(&mut scratch.exceptions), open: None };
    exceptions.table.clear();
    // The place of the instructions written last, and where they begin; the handler of the last one.
    let (mut run, mut run_start) = (NO_LOCATION.words(), 0);
    let mut except = None;
    let mut next = Some(cfg.entry);
    while let Some(id) = next {
        let block = &cfg[id];
        next = block.next;
        let instrs = cfg.instrs(id);
        for (index, instr) in instrs.iter().enumerate() {
            let mut place = instr.loc.words();
            if place != run {
                if place == NEXT_LOCATION.words() {
                    place = following_location(cfg, id, index).words();
                }
                if place != run {
                    lines.push(&position_of_words(run), at - run_start);
                    (run, run_start) = (place, at);
                }
            }
            if BlockId::raw(instr.except) != BlockId::raw(except) {
                except = instr.except;
                exceptions.enter(cfg, except, at as u32)?;
            }
            let number = instr.op.number();
            if number > 0xFF || instr.oparg > 0xFF {
                at = extend(&mut code, at, instr)?;
            }
            let Some(unit) = code.get_mut(at) else { return Err(MISPLACED) };
            *unit = [number as u8, instr.oparg as u8];
            at += 1 + instr.op.cache_entries();
        }
        if let (true, Some(last)) = (block.not_taken, instrs.last()) {
            if last.loc == NEXT_LOCATION {
                let place = following_location(cfg, id, instrs.len()).words();
                if place != run {
                    lines.push(&position_of_words(run), at - run_start);
                    (run, run_start) = (place, at);
                }
            }
            if block.not_taken_except != except {
                except = block.not_taken_except;
                exceptions.enter(cfg, except, at as u32)?;
            }
            let Some(unit) = code.get_mut(at) else { return Err(MISPLACED) };
            *unit = [Opcode::NotTaken as u8, 0];
            at += 1;
        }
    }
    if at != units as usize {
        return Err(MISPLACED);
    }
    lines.push(&position_of_words(run), at - run_start);
    exceptions.enter(cfg, None, units)?;
    let lines = lines.finish();
    let written =
        Written { code: code.into_flattened(), linetable: lines.clone(), exceptiontable: exceptions.table.clone() };
    scratch.lines = lines;
    scratch.exceptions = exceptions.table;
    Ok(written)
}

/// Writes the higher bytes of an argument; gives where the instruction itself goes.
#[cold]
fn extend(code: &mut [[u8; 2]], mut at: usize, instr: &Instruction) -> Result<usize, CompileError> {
    if instr.op.is_pseudo() {
        return Err(CompileError::Internal("pseudo operation left in the code"));
    }
    for shift in [24, 16, 8] {
        if instr.oparg >> shift != 0 {
            let Some(unit) = code.get_mut(at) else { return Err(MISPLACED) };
            *unit = [Opcode::ExtendedArg as u8, (instr.oparg >> shift) as u8];
            at += 1;
        }
    }
    Ok(at)
}

/// The place of an instruction that takes that of the one after it.
#[cold]
fn following_location(cfg: &Cfg, id: BlockId, index: usize) -> SourceLocation {
    let mut at = Some(id);
    let mut skipped = index;
    while let Some(id) = at {
        for instr in cfg.instrs(id).iter().skip(skipped) {
            if instr.loc != NEXT_LOCATION {
                return instr.loc;
            }
            if is_terminator(instr.op) {
                return NO_LOCATION;
            }
        }
        skipped = 0;
        at = cfg[id].next;
    }
    NO_LOCATION
}

/// The exception table being written.
struct Exceptions {
    table: Vec<u8>,
    /// The handler of the range under way, and where the range begins.
    open: Option<(BlockId, u32)>,
}

impl Exceptions {
    /// Begins a range with another handler at `offset`.
    fn enter(&mut self, cfg: &Cfg, block: Option<BlockId>, offset: u32) -> Result<(), CompileError> {
        let start_of = |block: BlockId| cfg[block].number();
        if self.open.map(|(block, _)| start_of(block)) == block.map(start_of) {
            return Ok(());
        }
        if let Some((handler, start)) = self.open.take() {
            let handler = &cfg[handler];
            let Some(depth) = handler.start_depth() else {
                return Err(CompileError::Internal("handler without stack depth"));
            };
            let pushed = 1 + u32::from(handler.preserve_lasti);
            let entry = exception_table::Entry {
                start: 2 * start,
                end: 2 * offset,
                target: 2 * handler.offset,
                depth: depth.saturating_sub(pushed),
                lasti: handler.preserve_lasti,
            };
            write_entry(&mut self.table, entry);
        }
        self.open = block.map(|block| (block, offset));
        Ok(())
    }
}

/// Kinds of slots that most functions have: parameters, then locals.
static PLAIN_KINDS: [u8; 2 * PLAIN] = {
    let mut kinds = [fast::LOCAL | fast::ARG_POS | fast::ARG_KW; 2 * PLAIN];
    let mut slot = PLAIN;
    while slot < 2 * PLAIN {
        kinds[slot] = fast::LOCAL;
        slot += 1;
    }
    kinds
};

/// How many of each [`PLAIN_KINDS`] has.
const PLAIN: usize = 32;

/// Names and kinds of all frame slots: locals, then cells that are no locals, then free variables.
fn localsplus(source: UnitSource<'_>, flags: u32) -> (Box<[Wtf8Buf]>, Bytes) {
    let metadata = source.metadata;
    let (locals, cells, frees) = (&metadata.varnames, &metadata.cellvars, &metadata.freevars);
    let parameters = metadata.argcount as usize;
    let special = metadata.posonlyargcount | metadata.kwonlyargcount | flags & (co::VARARGS | co::VARKEYWORDS);
    let plain = special == 0 && cells.is_empty() && frees.is_empty() && metadata.fast_hidden.is_empty();
    let slots = PLAIN.saturating_sub(parameters)..PLAIN.saturating_sub(parameters) + locals.len();
    if let (true, true, Some(kinds)) = (plain, parameters <= PLAIN, PLAIN_KINDS.get(slots)) {
        return (locals.iter().map(|name| source.names.text(name)).collect(), Bytes::Static(kinds));
    }
    let count = locals.len() + cells.iter().filter(|name| !locals.contains(*name)).count() + frees.len();
    let (mut names, mut kinds) = (Vec::with_capacity(count), Vec::with_capacity(count));
    for name in locals.iter() {
        let hidden = if metadata.was_hidden(name) { fast::HIDDEN } else { 0 };
        let cell = if cells.contains(name) { fast::CELL } else { 0 };
        names.push(source.names.text(name));
        kinds.push(fast::LOCAL | hidden | cell);
    }
    let parameter_kinds = [
        (metadata.posonlyargcount, fast::ARG_POS),
        (metadata.argcount, fast::ARG_POS | fast::ARG_KW),
        (metadata.kwonlyargcount, fast::ARG_KW),
        (u32::from(flags & co::VARARGS != 0), fast::ARG_VAR | fast::ARG_POS),
        (u32::from(flags & co::VARKEYWORDS != 0), fast::ARG_VAR | fast::ARG_KW),
    ];
    let mut parameters = kinds.iter_mut();
    for (count, bits) in parameter_kinds {
        parameters.by_ref().take(count as usize).for_each(|kind| *kind |= bits);
    }
    for name in cells.iter().filter(|name| !locals.contains(*name)) {
        names.push(source.names.text(name));
        kinds.push(fast::CELL);
    }
    for name in frees.iter() {
        names.push(source.names.text(name));
        kinds.push(fast::FREE);
    }
    (names.into(), kinds.into())
}
