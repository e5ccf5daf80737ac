//! From instruction sequence to code object: jump distances, bytes, tables, frame layout.

use taipan_bytecode::code::{co, fast};
use taipan_bytecode::exception_table::{self, write_entry};
use taipan_bytecode::line_table::{LineTableWriter, Position};
use taipan_bytecode::{CodeObject, Opcode, Wtf8Buf};

use crate::code_unit::CodeUnitMetadata;
use crate::const_table::ConstTable;
use crate::error::CompileError;
use crate::flowgraph::cfg::{BlockId, Cfg, is_terminator};
use crate::flowgraph::{Flowgraph, Scratch};
use crate::instruction_sequence::{Instruction, InstructionSequence, NEXT_LOCATION, NO_LOCATION, SourceLocation};
use crate::symtable::SymbolTable;

/// What a code object holds besides its instructions and constants.
#[derive(Clone, Copy)]
pub struct UnitSource<'a> {
    pub metadata: &'a CodeUnitMetadata,
    /// The table of the names in `metadata`.
    pub names: &'a SymbolTable<'a>,
    pub filename: &'a Wtf8Buf,
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
        stacksize,
        flags,
        code: written.code.into(),
        consts: consts.take(),
        names: metadata.names.iter().map(|name| source.names.text(name)).collect(),
        localsplusnames,
        localspluskinds: localspluskinds.into(),
        filename: source.filename.clone(),
        name: metadata.name.clone(),
        qualname: metadata.qualname.clone(),
        firstlineno: metadata.firstlineno,
        linetable: written.linetable.into(),
        exceptiontable: written.exceptiontable.into(),
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
            let guess = cfg[target].number;
            let is_forward = guess >= cfg[id].number + cfg[id].len() as u32;
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

/// The code under way.
struct Writer<'a> {
    cfg: &'a Cfg,
    /// Code units, of which those from `at` on are not written yet; cache entries are zero.
    code: Vec<[u8; 2]>,
    at: usize,
    lines: LineTableWriter,
    /// The place of the instructions written last, and where they begin.
    run: SourceLocation,
    run_start: usize,
    exceptions: Exceptions,
}

impl Writer<'_> {
    #[inline(always)]
    fn instruction(&mut self, instr: &Instruction) -> Result<(), CompileError> {
        if BlockId::raw(instr.except) != BlockId::raw(self.exceptions.block) {
            self.exceptions.enter(self.cfg, instr.except, self.at as u32)?;
        }
        let number = instr.op.number();
        if number > 0xFF || instr.oparg > 0xFF {
            self.extend(instr)?;
        }
        let Some(unit) = self.code.get_mut(self.at) else { return Err(MISPLACED) };
        *unit = [number as u8, instr.oparg as u8];
        self.at += 1 + instr.op.cache_entries();
        Ok(())
    }

    /// Says where the instructions from here on stand in the source.
    #[inline(always)]
    fn place(&mut self, loc: SourceLocation) {
        self.lines.push(Position::from(self.run), self.at - self.run_start);
        (self.run, self.run_start) = (loc, self.at);
    }

    /// [`Writer::place`], where the place may be the one before.
    #[cold]
    fn place_at_next(&mut self, loc: SourceLocation) {
        if loc != self.run {
            self.place(loc);
        }
    }

    /// Writes the higher bytes of an argument.
    #[cold]
    fn extend(&mut self, instr: &Instruction) -> Result<(), CompileError> {
        if instr.op.is_pseudo() {
            return Err(CompileError::Internal("pseudo operation left in the code"));
        }
        for shift in [24, 16, 8] {
            if instr.oparg >> shift != 0 {
                let Some(unit) = self.code.get_mut(self.at) else { return Err(MISPLACED) };
                *unit = [Opcode::ExtendedArg as u8, (instr.oparg >> shift) as u8];
                self.at += 1;
            }
        }
        Ok(())
    }
}

fn write(cfg: &Cfg, units: u32, firstlineno: i32, scratch: &mut Scratch) -> Result<Written, CompileError> {
    let mut writer = Writer {
        cfg,
        code: vec![[0; 2]; units as usize],
        at: 0,
        lines: LineTableWriter::with_memory(firstlineno, std::mem::take(&mut scratch.lines)),
        run: NO_LOCATION,
        run_start: 0,
        exceptions: Exceptions { table: std::mem::take(&mut scratch.exceptions), block: None, open: None },
    };
    writer.exceptions.table.clear();
    let mut at = Some(cfg.entry);
    while let Some(id) = at {
        let block = &cfg[id];
        let instrs = cfg.instrs(id);
        for (index, instr) in instrs.iter().enumerate() {
            if instr.loc != writer.run {
                if instr.loc == NEXT_LOCATION {
                    writer.place_at_next(following_location(cfg, id, index));
                } else {
                    writer.place(instr.loc);
                }
            }
            writer.instruction(instr)?;
        }
        if let (true, Some(last)) = (block.not_taken, instrs.last()) {
            let except = block.not_taken_except;
            let not_taken = Instruction { except, ..Instruction::new(Opcode::NotTaken, 0, last.loc) };
            if last.loc == NEXT_LOCATION {
                writer.place_at_next(following_location(cfg, id, instrs.len()));
            }
            writer.instruction(&not_taken)?;
        }
        at = block.next;
    }
    if writer.at != units as usize {
        return Err(MISPLACED);
    }
    writer.lines.push(Position::from(writer.run), writer.at - writer.run_start);
    writer.exceptions.enter(cfg, None, units)?;
    let lines = writer.lines.finish();
    let written = Written {
        code: writer.code.into_flattened(),
        linetable: lines.clone(),
        exceptiontable: writer.exceptions.table.clone(),
    };
    scratch.lines = lines;
    scratch.exceptions = writer.exceptions.table;
    Ok(written)
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
    /// The handler of the instruction written last.
    block: Option<BlockId>,
    /// The handler of the range under way, and where both begin.
    open: Option<(BlockId, u32)>,
}

impl Exceptions {
    /// Begins a range with another handler at `offset`.
    fn enter(&mut self, cfg: &Cfg, block: Option<BlockId>, offset: u32) -> Result<(), CompileError> {
        self.block = block;
        let start_of = |block: BlockId| cfg[block].number;
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

/// Names and kinds of all frame slots: locals, then cells that are no locals, then free variables.
fn localsplus(source: UnitSource<'_>, flags: u32) -> (Box<[Wtf8Buf]>, Vec<u8>) {
    let metadata = source.metadata;
    let (locals, cells, frees) = (&metadata.varnames, &metadata.cellvars, &metadata.freevars);
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
    (names.into(), kinds)
}
