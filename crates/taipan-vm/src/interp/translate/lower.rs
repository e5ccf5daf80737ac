//! Lowers instructions to words: the walk over the code, and what it leaves behind.
//!
//! `lower_plain` and `lower_flow` lower the instructions themselves.

use taipan_bytecode::code::CodeObject;
use taipan_bytecode::ops::Opcode;

use super::super::register_code::{Deferred, Handler, MapEntry, RegOp, RegisterCode, local_slot};
use super::decode::{Decoded, Instr, NONE};
use super::emit::{Fixup, Patch};
use super::flow::Flow;
use super::operands::Entry;
use super::{Form, InvalidCode, Request, invalid};

/// Locals that keep their natural slot in a frame too large for 16-bit slots.
const WIDE_FRAME_LOCALS: u32 = 30_000;
/// Slots that 16-bit operands reach.
const NARROW_SLOTS: u32 = 65_000;

/// State of the walk.
pub struct Lower<'a> {
    pub code: &'a CodeObject,
    pub instrs: &'a [Instr],
    pub flow: &'a Flow,
    pub form: Form,
    pub long: bool,
    pub stack_base: u32,
    pub frame_slots: u32,
    pub locals: u32,
    pub cells_base: u32,
    pub cells: u32,
    /// The virtual stack, of which `depth` entries are in use; see `operands`.
    pub entries: Vec<Entry>,
    pub depth: usize,
    /// Depth before the current instruction.
    pub before: usize,
    /// Entries below this depth are kept in their slots, for the handler.
    pub floor: usize,
    pub offset: u32,
    pub words: Vec<u64>,
    pub last_op: usize,
    pub patch: Option<Patch>,
    pub map: Vec<MapEntry>,
    pub deferred: Vec<Deferred>,
    /// Normal forms between instructions, when they are wanted.
    pub boundaries: Vec<MapEntry>,
    pub wants_boundaries: bool,
    pub fixups: Vec<Fixup>,
    /// First word of each instruction, `NONE` if it has none of its own.
    pub pc_of: Vec<u32>,
}

/// Lowers verified code.
pub fn lower(code: &CodeObject, decoded: &Decoded, flow: &Flow, request: Request) -> Result<RegisterCode, InvalidCode> {
    let form = request.form;
    let locals = code.nlocalsplus() as u32;
    let stack_base = match locals.checked_add(code.stacksize) {
        Some(slots) if slots <= NARROW_SLOTS => locals,
        _ => locals.min(WIDE_FRAME_LOCALS),
    };
    if stack_base.saturating_add(code.stacksize) > NARROW_SLOTS || code.total_args() > stack_base {
        return invalid("frame too large", 0);
    }
    for long in [false, true] {
        let mut lower = Lower {
            code,
            instrs: &decoded.instrs,
            flow,
            form,
            long,
            stack_base,
            frame_slots: locals + code.stacksize,
            locals,
            cells_base: (code.consts.len() + code.names.len()) as u32 + request.first_cell,
            cells: 0,
            // Some instructions write entries in passing above the depth they end with.
            entries: vec![Entry::Temp; code.stacksize as usize + 2],
            depth: 0,
            before: 0,
            floor: 0,
            offset: 0,
            words: Vec::with_capacity(decoded.instrs.len() * 2),
            last_op: 0,
            patch: None,
            map: Vec::with_capacity(decoded.instrs.len()),
            deferred: Vec::new(),
            boundaries: Vec::new(),
            wants_boundaries: request.boundaries,
            fixups: Vec::new(),
            pc_of: vec![NONE; decoded.instrs.len() + 1],
        };
        let handlers = lower.walk(decoded);
        if lower.resolve_jumps() {
            return Ok(lower.finish(decoded, &handlers));
        }
    }
    invalid("code too large", 0)
}

impl<'a> Lower<'a> {
    /// Walks all reachable instructions; gives for each run of words the handler that protects it.
    fn walk(&mut self, decoded: &Decoded) -> Vec<(u32, u32)> {
        let mut runs: Vec<(u32, u32)> = Vec::new();
        let mut handler = NONE;
        let mut falls_through = false;
        let mut index = 0;
        while let Some(&instr) = self.instrs.get(index) {
            let depth = self.flow.depth[index];
            if depth == NONE {
                falls_through = false;
                index += 1;
                continue;
            }
            if self.flow.leader[index] {
                if falls_through {
                    self.flush_below(self.depth);
                }
                self.patch = None;
            }
            if self.flow.leader[index] || !falls_through {
                self.depth = depth as usize;
                self.entries[..depth as usize].fill(Entry::Temp);
            }
            if instr.handler != handler {
                handler = instr.handler;
                let patch = self.patch;
                self.floor = decoded.handlers.get(handler as usize).map_or(0, |entry| entry.depth as usize);
                self.flush_below(self.floor);
                let words = self.words.len() as u32;
                if self.last_op == words as usize {
                    self.patch = patch;
                }
                runs.push((words, handler));
            }
            self.before = self.depth;
            self.offset = instr.offset;
            self.pc_of[index] = self.words.len() as u32;
            if self.wants_boundaries {
                self.record_boundary();
            }
            if self.form == Form::Instrumented {
                self.emit_wide(RegOp::TRACE, 0, 0, instr.offset);
            }
            let consumed = self.instruction(index, instr);
            falls_through = !matches!(
                self.instrs[index + consumed - 1].op,
                Opcode::ReturnValue
                    | Opcode::RaiseVarargs
                    | Opcode::Reraise
                    | Opcode::JumpForward
                    | Opcode::JumpBackward
                    | Opcode::JumpBackwardNoInterrupt
            );
            index += consumed;
        }
        runs.push((self.words.len() as u32, NONE));
        runs
    }

    fn finish(self, decoded: &Decoded, runs: &[(u32, u32)]) -> RegisterCode {
        let mut handlers: Vec<Handler> = Vec::new();
        for pair in runs.windows(2) {
            let [(start, handler), (end, _)] = *pair else { continue };
            if handler == NONE || start == end {
                continue;
            }
            let entry = decoded.handlers[handler as usize];
            let target = self.pc_of[entry.target as usize];
            let handler = Handler { start, end, target, depth: entry.depth, lasti: entry.lasti };
            match handlers.last_mut() {
                Some(last) if last.end == start && last.target == target && last.depth == entry.depth => last.end = end,
                _ => handlers.push(handler),
            }
        }
        let entries = self
            .instrs
            .iter()
            .zip(&self.pc_of)
            .enumerate()
            .filter(|&(index, (_, pc))| *pc != NONE && (self.flow.leader[index] || self.form == Form::Instrumented))
            .map(|(_, (instr, pc))| (instr.offset, *pc))
            .collect();
        RegisterCode {
            words: self.words.into_iter().map(std::cell::Cell::new).collect(),
            frame_slots: self.frame_slots,
            stack_base: self.stack_base,
            locals: self.locals,
            cells: self.cells,
            map: self.map.into(),
            deferred: self.deferred.into(),
            boundaries: self.boundaries.into(),
            handlers: handlers.into(),
            entries,
            instrumented: self.form == Form::Instrumented,
        }
    }

    /// The slot of a local.
    pub fn local_slot(&self, local: u32) -> u32 {
        local_slot(local, self.locals, self.stack_base, self.frame_slots)
    }

    /// The instruction after `index` if it may be fused with it: nothing jumps there. What is fused behind another
    /// instruction cannot raise, so its handler does not matter.
    pub fn fusable(&self, index: usize) -> Option<Instr> {
        if self.form == Form::Instrumented {
            return None;
        }
        let next = *self.instrs.get(index + 1)?;
        (!self.flow.leader[index + 1]).then_some(next)
    }
}
