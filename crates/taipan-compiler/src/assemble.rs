//! From instruction sequence to code object: jump distances, bytes, tables, frame layout.

use taipan_bytecode::code::{co, fast};
use taipan_bytecode::exception_table::{self, write_entry};
use taipan_bytecode::line_table::{LineTableWriter, Position};
use taipan_bytecode::{CodeObject, Opcode, Wtf8Buf};

use crate::code_unit::CodeUnitMetadata;
use crate::const_table::ConstTable;
use crate::error::CompileError;
use crate::flowgraph::Flowgraph;
use crate::instruction_sequence::{ExceptHandlerInfo, Instruction, InstructionSequence, NEXT_LOCATION, NO_LOCATION};

/// Optimises the instructions of one code unit and assembles its code object.
///
/// `seq` ends with a return; `flags` are the unit's `co_flags`; `nparams` counts all parameters, `*args` and
/// `**kwargs` included. `consts` are the constants the instructions refer to.
///
/// # Errors
/// [`CompileError::Internal`] if the instructions contradict themselves, [`CompileError::Overflow`] if there are too
/// many of something.
pub fn optimize_and_assemble(
    flowgraph: &mut Flowgraph,
    metadata: &CodeUnitMetadata,
    mut consts: ConstTable,
    seq: &mut InstructionSequence,
    flags: u32,
    nparams: usize,
    filename: &Wtf8Buf,
) -> Result<CodeObject, CompileError> {
    let stacksize = flowgraph.optimize(seq, metadata, &mut consts, nparams, flags)?;
    let instrs = flowgraph.seq.instructions_mut();
    resolve_unconditional_jumps(instrs);
    resolve_jump_offsets(instrs)?;
    let (localsplusnames, localspluskinds) = localsplus(metadata, flags);
    let name = Wtf8Buf::from(metadata.name.as_str());
    Ok(CodeObject {
        argcount: metadata.posonlyargcount + metadata.argcount,
        posonlyargcount: metadata.posonlyargcount,
        kwonlyargcount: metadata.kwonlyargcount,
        stacksize,
        flags,
        code: emit(instrs)?.into(),
        consts: consts.into_boxed_slice(),
        names: metadata.names.shared().map(|name| Wtf8Buf::from(name.clone())).collect(),
        localsplusnames,
        localspluskinds: localspluskinds.into(),
        filename: filename.clone(),
        qualname: metadata.qualname.as_deref().map_or_else(|| name.clone(), Wtf8Buf::from),
        name,
        firstlineno: metadata.firstlineno,
        linetable: location_table(instrs, metadata.firstlineno).into(),
        exceptiontable: exception_table(instrs).into(),
    })
}

/// Number of code units of an instruction, its `EXTENDED_ARG`s and cache entries included.
fn size(instr: &Instruction) -> u32 {
    let extended = (31 - (instr.oparg | 0xFF).leading_zeros()) / 8;
    extended + 1 + instr.op.cache_entries() as u32
}

/// `JUMP` and `JUMP_NO_INTERRUPT` get a direction.
fn resolve_unconditional_jumps(instrs: &mut [Instruction]) {
    for (i, instr) in instrs.iter_mut().enumerate() {
        let is_forward = instr.oparg as usize > i;
        instr.op = match instr.op {
            Opcode::Jump if is_forward => Opcode::JumpForward,
            Opcode::Jump => Opcode::JumpBackward,
            Opcode::JumpNoInterrupt if is_forward => Opcode::JumpForward,
            Opcode::JumpNoInterrupt => Opcode::JumpBackwardNoInterrupt,
            other => other,
        };
    }
}

/// Code units between the `SEND` that `END_ASYNC_FOR` is aimed at and the `END_SEND` its argument names.
const END_SEND_OFFSET: u32 = 5;

fn jumps_backward(op: Opcode) -> bool {
    matches!(op, Opcode::JumpBackward | Opcode::JumpBackwardNoInterrupt | Opcode::EndAsyncFor)
}

/// Replaces target indexes by distances, and handler indexes by offsets, both in code units. Distances depend on the
/// sizes of jumps between, which depend on distances: repeated until sizes stay.
fn resolve_jump_offsets(instrs: &mut [Instruction]) -> Result<(), CompileError> {
    let targets: Vec<usize> = instrs.iter().map(|instr| instr.oparg as usize).collect();
    let mut offsets = vec![0u32; instrs.len()];
    loop {
        let mut total = 0;
        for (offset, instr) in offsets.iter_mut().zip(instrs.iter()) {
            *offset = total;
            total += size(instr);
        }
        let mut grown = false;
        let mut end = 0;
        for (instr, &target) in instrs.iter_mut().zip(&targets) {
            let before = size(instr);
            end += before;
            if instr.op.has_jump() {
                let target = *offsets.get(target).ok_or(CompileError::Internal("jump out of the code"))?;
                let distance = if jumps_backward(instr.op) { end.checked_sub(target) } else { target.checked_sub(end) };
                let distance = match instr.op {
                    Opcode::EndAsyncFor => distance.and_then(|distance| distance.checked_sub(END_SEND_OFFSET)),
                    _ => distance,
                };
                instr.oparg = distance.ok_or(CompileError::Internal("jump in the wrong direction"))?;
                grown |= size(instr) != before;
            }
        }
        if !grown {
            break;
        }
    }
    for instr in instrs.iter_mut() {
        if let Some(handler) = &mut instr.except_handler {
            handler.label =
                *offsets.get(handler.label as usize).ok_or(CompileError::Internal("handler out of the code"))?;
        }
    }
    Ok(())
}

fn emit(instrs: &[Instruction]) -> Result<Box<[u8]>, CompileError> {
    let mut code = Vec::with_capacity(6 * instrs.len());
    for instr in instrs {
        let byte = instr.op.byte().ok_or(CompileError::Internal("pseudo operation left in the code"))?;
        if instr.oparg > 0xFF {
            for shift in [24, 16, 8] {
                if instr.oparg >> shift != 0 {
                    code.extend_from_slice(&[Opcode::ExtendedArg as u8, (instr.oparg >> shift) as u8]);
                }
            }
        }
        code.extend_from_slice(&[byte, instr.oparg as u8]);
        for _ in 0..instr.op.cache_entries() {
            code.extend_from_slice(&[0, 0]);
        }
    }
    Ok(code.into_boxed_slice())
}

fn location_table(instrs: &mut [Instruction], firstlineno: i32) -> Box<[u8]> {
    let mut following = NO_LOCATION;
    for instr in instrs.iter_mut().rev() {
        if instr.loc == NEXT_LOCATION {
            let ends =
                instr.op.has_jump() || matches!(instr.op, Opcode::ReturnValue | Opcode::RaiseVarargs | Opcode::Reraise);
            instr.loc = if ends { NO_LOCATION } else { following };
        }
        following = instr.loc;
    }
    let mut table = LineTableWriter::new(firstlineno);
    let mut run = NO_LOCATION;
    let mut units = 0;
    for instr in instrs.iter() {
        if instr.loc != run {
            table.push(Position::from(run), units);
            run = instr.loc;
            units = 0;
        }
        units += size(instr) as usize;
    }
    table.push(Position::from(run), units);
    table.finish()
}

fn exception_table(instrs: &[Instruction]) -> Box<[u8]> {
    let mut table = Vec::new();
    let mut current: Option<ExceptHandlerInfo> = None;
    let mut start = 0;
    let mut offset = 0;
    let mut close = |handler: Option<ExceptHandlerInfo>, start: u32, end: u32| {
        if let Some(handler) = handler {
            let pushed = 1 + u32::from(handler.preserve_lasti);
            write_entry(
                &mut table,
                exception_table::Entry {
                    start: 2 * start,
                    end: 2 * end,
                    target: 2 * handler.label,
                    depth: handler.start_depth.saturating_sub(pushed),
                    lasti: handler.preserve_lasti,
                },
            );
        }
    };
    for instr in instrs {
        if instr.except_handler.map(|handler| handler.label) != current.map(|handler| handler.label) {
            close(current, start, offset);
            start = offset;
            current = instr.except_handler;
        }
        offset += size(instr);
    }
    close(current, start, offset);
    table.into_boxed_slice()
}

/// Names and kinds of all frame slots: locals, then cells that are no locals, then free variables.
fn localsplus(metadata: &CodeUnitMetadata, flags: u32) -> (Box<[Wtf8Buf]>, Box<[u8]>) {
    let parameter_kinds = [
        (metadata.posonlyargcount, fast::ARG_POS),
        (metadata.argcount, fast::ARG_POS | fast::ARG_KW),
        (metadata.kwonlyargcount, fast::ARG_KW),
        (u32::from(flags & co::VARARGS != 0), fast::ARG_VAR | fast::ARG_POS),
        (u32::from(flags & co::VARKEYWORDS != 0), fast::ARG_VAR | fast::ARG_KW),
    ];
    let kinds = parameter_kinds.iter().flat_map(|&(count, kind)| std::iter::repeat_n(kind, count as usize));
    let locals = metadata.varnames.shared().zip(kinds.chain(std::iter::repeat(0))).map(|(name, kind)| {
        let hidden = if metadata.fast_hidden.contains_key(&**name) { fast::HIDDEN } else { 0 };
        let cell = if metadata.cellvars.contains(name) { fast::CELL } else { 0 };
        (name, fast::LOCAL | kind | hidden | cell)
    });
    let cells =
        metadata.cellvars.shared().filter(|name| !metadata.varnames.contains(name)).map(|name| (name, fast::CELL));
    let frees = metadata.freevars.shared().map(|name| (name, fast::FREE));
    let count = metadata.varnames.len() + metadata.cellvars.len() + metadata.freevars.len();
    let (mut names, mut kinds) = (Vec::with_capacity(count), Vec::with_capacity(count));
    for (name, kind) in locals.chain(cells).chain(frees) {
        names.push(Wtf8Buf::from(name.clone()));
        kinds.push(kind);
    }
    (names.into(), kinds.into())
}
