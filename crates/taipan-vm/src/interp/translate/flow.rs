//! Abstract interpretation of the instructions: depth and kind of operand stack entries, assigned locals, jump targets.
//!
//! The lattice: an entry is a value, or may be NULL; a local is assigned, or may be unbound. States only fall at joins, so
//! the iteration ends. What is not reached is not translated.

use taipan_bytecode::code::{CodeObject, co, fast};
use taipan_bytecode::ops::Opcode;

use super::decode::{Decoded, Instr, NONE};
use super::{InvalidCode, invalid};

/// What is known of the code's paths.
pub struct Flow {
    /// Operand stack depth before each instruction, `NONE` where it is never reached.
    pub depth: Vec<u32>,
    /// Whether something jumps to the instruction, or a handler begins there.
    pub leader: Vec<bool>,
    /// Whether a local the instruction loads may be unbound (bit 0: first local, bit 1: second).
    pub unbound: Vec<u8>,
}

#[derive(Clone, PartialEq, Eq)]
struct State {
    /// For each stack entry whether it may be NULL.
    stack: Vec<bool>,
    /// For each local whether it is assigned, in words of bits.
    assigned: Vec<u64>,
}

impl State {
    fn is_assigned(&self, local: u32) -> bool {
        self.assigned.get(local as usize / 64).is_some_and(|word| word >> (local % 64) & 1 != 0)
    }

    fn set_assigned(&mut self, local: u32, assigned: bool) {
        if let Some(word) = self.assigned.get_mut(local as usize / 64) {
            let bit = 1 << (local % 64);
            *word = if assigned { *word | bit } else { *word & !bit };
        }
    }
}

struct Analysis<'a> {
    instrs: &'a [Instr],
    decoded: &'a Decoded,
    stacksize: usize,
    generator: bool,
    flow: Flow,
    /// State on entry of each leader.
    states: Vec<Option<Box<State>>>,
    work: Vec<u32>,
}

/// Proves the code sound, or says where it is not.
pub fn analyse(code: &CodeObject, decoded: &Decoded) -> Result<Flow, InvalidCode> {
    let count = decoded.instrs.len();
    let mut analysis = Analysis {
        instrs: &decoded.instrs,
        decoded,
        stacksize: code.stacksize as usize,
        generator: code.flags & (co::GENERATOR | co::COROUTINE | co::ASYNC_GENERATOR) != 0,
        flow: Flow { depth: vec![NONE; count], leader: vec![false; count], unbound: vec![0; count] },
        states: vec![None; count],
        work: Vec::new(),
    };
    for instr in &decoded.instrs {
        let target = match instr.op {
            Opcode::ForIter => instr.target + 1,
            Opcode::EndAsyncFor => NONE,
            _ => instr.target,
        };
        if let Some(leader) = analysis.flow.leader.get_mut(target as usize) {
            *leader = true;
        } else if instr.op == Opcode::ForIter {
            return invalid("jump out of bounds", instr.offset);
        }
    }
    for handler in &decoded.handlers {
        analysis.flow.leader[handler.target as usize] = true;
    }
    // Parameters are bound at entry, free variables are cells; MAKE_CELL and COPY_FREE_VARS keep that.
    let mut entry = State { stack: Vec::new(), assigned: vec![0; code.nlocalsplus().div_ceil(64)] };
    for (local, kind) in code.localspluskinds.iter().enumerate() {
        if kind & (fast::FREE | fast::CELL) != 0 || (local as u32) < code.total_args() {
            entry.set_assigned(local as u32, true);
        }
    }
    analysis.flow.leader[0] = true;
    analysis.states[0] = Some(Box::new(entry));
    analysis.work.push(0);
    while let Some(start) = analysis.work.pop() {
        analysis.block(start as usize)?;
    }
    Ok(analysis.flow)
}

impl Analysis<'_> {
    /// Follows one straight piece of code.
    fn block(&mut self, start: usize) -> Result<(), InvalidCode> {
        let Some(mut state) = self.states[start].as_deref().cloned() else { return Ok(()) };
        let mut index = start;
        loop {
            let Some(&instr) = self.instrs.get(index) else {
                return invalid("control falls off the end", self.instrs.last().map_or(0, |instr| instr.offset));
            };
            if index != start && self.flow.leader[index] {
                return self.join(index as u32, state, instr.offset);
            }
            let depth = state.stack.len() as u32;
            if self.flow.depth[index] != NONE && self.flow.depth[index] != depth {
                return invalid("stack depths disagree", instr.offset);
            }
            self.flow.depth[index] = depth;
            if instr.handler != NONE {
                self.protect(&instr, &state)?;
            }
            if !self.step(index, instr, &mut state)? {
                return Ok(());
            }
            if state.stack.len() > self.stacksize {
                return invalid("stack overflow", instr.offset);
            }
            index += 1;
        }
    }

    fn protect(&mut self, instr: &Instr, state: &State) -> Result<(), InvalidCode> {
        let handler = self.decoded.handlers[instr.handler as usize];
        let depth = handler.depth as usize;
        if state.stack.len() < depth {
            return invalid("stack below its handler's depth", instr.offset);
        }
        // Most instructions change nothing the handler's state does not know: no allocation for them.
        if let Some(known) = self.states[handler.target as usize].as_deref()
            && known.stack.len() == depth + 1 + usize::from(handler.lasti)
            && known.stack[..depth].iter().zip(&state.stack).all(|(known, now)| *known || !*now)
            && known.assigned.iter().zip(&state.assigned).all(|(known, now)| known & !now == 0)
        {
            return Ok(());
        }
        let mut stack = state.stack[..depth].to_vec();
        stack.resize(depth + 1 + usize::from(handler.lasti), false);
        self.join(handler.target, State { stack, assigned: state.assigned.clone() }, instr.offset)
    }

    /// Merges a state into a leader's; queues the leader when that changed something.
    fn join(&mut self, target: u32, state: State, offset: u32) -> Result<(), InvalidCode> {
        if state.stack.len() > self.stacksize {
            return invalid("stack overflow", offset);
        }
        let slot = &mut self.states[target as usize];
        match slot {
            None => *slot = Some(Box::new(state)),
            Some(known) => {
                if known.stack.len() != state.stack.len() {
                    return invalid("stack depths disagree", offset);
                }
                let mut changed = false;
                for (known, now) in known.stack.iter_mut().zip(&state.stack) {
                    changed |= *now && !*known;
                    *known |= *now;
                }
                for (known, now) in known.assigned.iter_mut().zip(&state.assigned) {
                    changed |= *known & !*now != 0;
                    *known &= *now;
                }
                if !changed {
                    return Ok(());
                }
            }
        }
        self.work.push(target);
        Ok(())
    }

    /// Applies one instruction. False: control does not pass to the next one.
    fn step(&mut self, index: usize, instr: Instr, state: &mut State) -> Result<bool, InvalidCode> {
        use Opcode as O;
        let Instr { op, oparg, offset, target, .. } = instr;
        let pop = |state: &mut State| match state.stack.pop() {
            Some(null) => Ok(null),
            None => invalid("stack underflow", offset),
        };
        let pop_value = |state: &mut State| match state.stack.pop() {
            Some(false) => Ok(()),
            Some(true) => invalid("NULL where a value must be", offset),
            None => invalid("stack underflow", offset),
        };
        let arg = oparg as usize;
        match op {
            O::Nop
            | O::NotTaken
            | O::Resume
            | O::MakeCell
            | O::CopyFreeVars
            | O::DeleteDeref
            | O::SetupAnnotations
            | O::DeleteGlobal
            | O::DeleteName => {}
            O::LoadFast | O::LoadFastBorrow | O::LoadFastCheck => {
                self.note_load(index, 1, oparg, state);
                state.stack.push(false);
                state.set_assigned(oparg, true);
            }
            O::LoadFastLoadFast | O::LoadFastBorrowLoadFastBorrow => {
                self.note_load(index, 1, oparg >> 4, state);
                self.note_load(index, 2, oparg & 15, state);
                state.stack.extend([false, false]);
            }
            O::LoadFastAndClear => {
                let null = !state.is_assigned(oparg);
                state.stack.push(null);
                state.set_assigned(oparg, false);
            }
            O::StoreFast => {
                let null = pop(state)?;
                state.set_assigned(oparg, !null);
            }
            O::StoreFastStoreFast => {
                let null = pop(state)?;
                state.set_assigned(oparg >> 4, !null);
                let null = pop(state)?;
                state.set_assigned(oparg & 15, !null);
            }
            O::StoreFastLoadFast => {
                let null = pop(state)?;
                state.set_assigned(oparg >> 4, !null);
                self.note_load(index, 2, oparg & 15, state);
                state.stack.push(false);
            }
            O::DeleteFast => state.set_assigned(oparg, false),
            O::PushNull => state.stack.push(true),
            O::PopTop => {
                pop(state)?;
            }
            O::Copy => match arg.checked_sub(1).and_then(|below| state.stack.iter().nth_back(below).copied()) {
                Some(null) => state.stack.push(null),
                None => return invalid("stack underflow", offset),
            },
            O::Swap => {
                let depth = state.stack.len();
                match depth.checked_sub(arg) {
                    Some(other) if other < depth => state.stack.swap(other, depth - 1),
                    _ => return invalid("stack underflow", offset),
                }
            }
            O::LoadAttr | O::LoadSuperAttr | O::LoadGlobal => {
                let pops = if op == O::LoadAttr {
                    1
                } else if op == O::LoadGlobal {
                    0
                } else {
                    3
                };
                for _ in 0..pops {
                    pop_value(state)?;
                }
                state.stack.push(false);
                if oparg & 1 != 0 {
                    state.stack.push(true);
                }
            }
            O::LoadSpecial => {
                pop_value(state)?;
                state.stack.extend([false, true]);
            }
            O::Call | O::CallKw => {
                for _ in 0..arg + usize::from(op == O::CallKw) {
                    pop_value(state)?;
                }
                pop(state)?;
                pop_value(state)?;
                state.stack.push(false);
            }
            O::CallFunctionEx => {
                pop(state)?;
                pop_value(state)?;
                pop(state)?;
                pop_value(state)?;
                state.stack.push(false);
            }
            O::WithExceptStart => {
                let depth = state.stack.len();
                let fits = depth >= 5 && !state.stack[depth - 5] && !state.stack[depth - 1];
                if !fits {
                    return invalid("bad stack of an exit function", offset);
                }
                state.stack.push(false);
            }
            O::JumpForward | O::JumpBackward | O::JumpBackwardNoInterrupt => {
                self.join(target, state.clone(), offset)?;
                return Ok(false);
            }
            O::PopJumpIfTrue | O::PopJumpIfFalse | O::PopJumpIfNone | O::PopJumpIfNotNone => {
                pop_value(state)?;
                self.join(target, state.clone(), offset)?;
            }
            O::ForIter => {
                if state.stack.last() != Some(&false) {
                    return invalid("no iterator", offset);
                }
                if self.instrs[target as usize].op != O::EndFor {
                    return invalid("loop without end", offset);
                }
                self.join(target + 1, state.clone(), offset)?;
                state.stack.push(false);
            }
            O::Send => {
                pop_value(state)?;
                if state.stack.last() != Some(&false) {
                    return invalid("no receiver", offset);
                }
                state.stack.push(false);
                self.join(target, state.clone(), offset)?;
            }
            O::ReturnValue => {
                pop_value(state)?;
                return Ok(false);
            }
            O::RaiseVarargs => {
                if oparg > 2 {
                    return invalid("bad argument of raise", offset);
                }
                for _ in 0..arg {
                    pop_value(state)?;
                }
                return Ok(false);
            }
            O::Reraise => {
                pop_value(state)?;
                if arg > state.stack.len() {
                    return invalid("stack underflow", offset);
                }
                return Ok(false);
            }
            O::ReturnGenerator => {
                if !self.generator || !state.stack.is_empty() {
                    return invalid("generator out of place", offset);
                }
                state.stack.push(false);
            }
            O::YieldValue => {
                if !self.generator {
                    return invalid("yield outside a generator", offset);
                }
                pop_value(state)?;
                state.stack.push(false);
            }
            // The rest takes and gives values only.
            _ if op.number() < 234 && !matches!(op, O::Cache | O::Reserved | O::InterpreterExit | O::ExitInitCheck) => {
                self.check_plain(instr, state)?;
                let (pops, pushes) = match op {
                    // The table counts the entries down to the container.
                    O::ListAppend | O::ListExtend | O::SetAdd | O::SetUpdate | O::DictUpdate | O::DictMerge => (1, 0),
                    O::MapAdd => (2, 0),
                    _ => op.pops_and_pushes(oparg),
                };
                for _ in 0..pops {
                    pop_value(state)?;
                }
                if state.stack.len() as i64 + pushes > self.stacksize as i64 {
                    return invalid("stack overflow", offset);
                }
                for _ in 0..pushes {
                    state.stack.push(false);
                }
            }
            _ => return invalid("opcode not allowed in code objects", offset),
        }
        Ok(true)
    }

    fn note_load(&mut self, index: usize, bit: u8, local: u32, state: &State) {
        if !state.is_assigned(local) {
            self.flow.unbound[index] |= bit;
        }
    }

    /// Arguments of plain instructions that name a stack entry or a number of things.
    fn check_plain(&self, instr: Instr, state: &State) -> Result<(), InvalidCode> {
        use Opcode as O;
        let depth = state.stack.len();
        let arg = instr.oparg as usize;
        let fine = match instr.op {
            O::ListAppend | O::ListExtend | O::SetAdd | O::SetUpdate | O::DictUpdate => arg >= 1 && depth > arg,
            O::MapAdd => arg >= 1 && depth >= arg + 2,
            // callable, two more and the dict under the mapping
            O::DictMerge => arg >= 1 && depth >= arg + 4,
            O::BinaryOp => arg <= 26,
            O::CompareOp => arg >> 5 <= 5,
            O::BuildSlice => arg == 2 || arg == 3,
            O::ConvertValue => (1..=3).contains(&arg),
            O::LoadCommonConstant => arg <= 4,
            O::CallIntrinsic1 => (1..=11).contains(&arg),
            O::CallIntrinsic2 => (1..=5).contains(&arg),
            O::UnpackEx => (arg & 0xFF) + (arg >> 8) + depth <= self.stacksize,
            O::UnpackSequence => arg + depth <= self.stacksize + 1,
            O::BuildMap => arg <= depth / 2,
            _ => true,
        };
        if fine { Ok(()) } else { invalid("bad argument", instr.offset) }
    }
}
