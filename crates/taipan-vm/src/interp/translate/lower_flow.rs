//! Lowers comparisons, jumps, loops, generators and raising.

use taipan_bytecode::ops::Opcode;

use super::super::register_code::RegOp;
use super::Form;
use super::decode::Instr;
use super::lower::Lower;
use super::operands::Entry;

/// Flag of a fused jump: it is taken when the condition is true.
pub const JUMP_WHEN_TRUE: u8 = 8;

impl Lower<'_> {
    /// The conditional jump that follows, if it can be fused: whether it is taken on true, and its target.
    fn jump_after(&self, index: usize) -> Option<(bool, u32)> {
        let next = self.fusable(index)?;
        match next.op {
            Opcode::PopJumpIfTrue => Some((true, next.target)),
            Opcode::PopJumpIfFalse => Some((false, next.target)),
            _ => None,
        }
    }

    /// Lowers an instruction that compares, jumps, yields or raises; gives the number of instructions it took.
    pub fn control(&mut self, index: usize, instr: Instr) -> usize {
        use Opcode as O;
        let Instr { op, oparg, target, .. } = instr;
        match op {
            O::CompareOp => return self.compare(index, oparg),
            O::IsOp => return self.identity(index, oparg, RegOp::IS_OP, RegOp::IS_JUMP),
            O::ContainsOp => return self.identity(index, oparg, RegOp::CONTAINS_OP, RegOp::CONTAINS_JUMP),
            O::ToBool => {
                if let Some((when, target)) = self.jump_after(index) {
                    self.truth_jump(when, target);
                    return 2;
                }
                if self.fusable(index).is_some_and(|next| next.op == O::UnaryNot) {
                    self.unary(RegOp::UNARY_NOT, 0, 0);
                    return 2;
                }
                self.unary(RegOp::TO_BOOL, 0, 0);
            }
            O::PopJumpIfTrue => self.truth_jump(true, target),
            O::PopJumpIfFalse => self.truth_jump(false, target),
            O::PopJumpIfNone => self.value_jump(RegOp::JUMP_IF_NONE, target),
            O::PopJumpIfNotNone => self.value_jump(RegOp::JUMP_IF_NOT_NONE, target),
            O::JumpForward | O::JumpBackwardNoInterrupt => {
                self.flush_below(self.depth);
                self.emit_jump(RegOp::JUMP, target);
            }
            O::JumpBackward => {
                self.flush_below(self.depth);
                self.emit_jump(RegOp::JUMP_BACKWARD, target);
            }
            O::ForIter => {
                self.flush_below(self.depth);
                let (iterator, item) = (self.slot(self.depth - 1), self.slot(self.depth));
                // The exhausted loop goes on behind its END_FOR, which was for the item.
                self.emit_branch(RegOp::FOR_ITER, 0, iterator, item, target + 1);
                self.push_temp();
                if !self.long {
                    self.patchable(1);
                }
            }
            O::Send => {
                self.flush_below(self.depth);
                let (receiver, value) = (self.slot(self.depth - 2), self.slot(self.depth - 1));
                self.emit_branch(RegOp::SEND, 0, receiver, value, target);
            }
            O::EndAsyncFor => {
                self.depth -= 2;
                let window = self.window(self.depth, 2);
                self.emit(RegOp::END_ASYNC_FOR, 0, 0, window, 0);
            }
            O::CleanupThrow => {
                self.depth -= 3;
                let window = self.window(self.depth, 3);
                self.emit(RegOp::CLEANUP_THROW, 0, 0, window, 0);
                self.push_temp();
                self.push_temp();
            }
            O::ReturnGenerator => {
                let slot = self.slot(0);
                self.emit(RegOp::RETURN_GENERATOR, 0, slot, 0, 0);
                self.push_temp();
            }
            O::YieldValue => {
                let value = self.pop();
                self.flush_below(self.depth);
                let (value, to) = (self.operand(value), self.slot(self.depth));
                self.emit(RegOp::YIELD_VALUE, oparg as u8, to, value, self.depth as u16);
                self.push_temp();
            }
            O::ReturnValue => {
                let value = self.pop();
                match self.entries[value] {
                    Entry::Const(index) if self.form == Form::Fused => {
                        self.emit_wide(RegOp::RETURN_CONST, 0, 0, index);
                    }
                    _ => {
                        let value = self.operand(value);
                        self.emit(RegOp::RETURN_VALUE, 0, value, 0, 0);
                    }
                }
            }
            O::RaiseVarargs => {
                self.depth -= oparg as usize;
                let window = self.window(self.depth, oparg as usize);
                self.emit(RegOp::RAISE_VARARGS, 0, 0, window, oparg as u16);
            }
            O::Reraise => {
                let exception = self.pop();
                let exception = self.operand(exception);
                let lasti = match oparg {
                    0 => 0,
                    distance => self.window(self.depth - distance as usize, 1),
                };
                self.emit(RegOp::RERAISE, u8::from(oparg != 0), exception, lasti, 0);
            }
            // `flow` lets no other instruction pass.
            _ => debug_assert!(false, "{op:?} has no lowering"),
        }
        1
    }

    fn compare(&mut self, index: usize, oparg: u32) -> usize {
        let comparison = (oparg >> 5) as u8;
        let (right, left) = (self.pop(), self.pop());
        let imm = self.immediate(right);
        let left = self.operand(left);
        // Without the bool flag the result itself would have to be tested: TO_BOOL stands between then.
        if oparg & 16 != 0
            && let Some((when, target)) = self.jump_after(index)
        {
            let right = match imm {
                Some(imm) => imm as u16,
                None => self.operand(right),
            };
            self.flush_below(self.depth);
            let op = if imm.is_some() { RegOp::COMPARE_JUMP_IMM } else { RegOp::COMPARE_JUMP };
            self.emit_branch(op, comparison | if when { JUMP_WHEN_TRUE } else { 0 }, left, right, target);
            return 2;
        }
        let flags = comparison | oparg as u8 & 16;
        let to = self.slot(self.depth);
        match imm {
            Some(imm) => self.emit(RegOp::COMPARE_OP_IMM, flags, to, left, imm as u16),
            None => {
                let right = self.operand(right);
                self.emit(RegOp::COMPARE_OP, flags, to, left, right);
            }
        }
        self.push_temp();
        self.patchable(0);
        1
    }

    fn identity(&mut self, index: usize, oparg: u32, plain: RegOp, fused: RegOp) -> usize {
        let invert = oparg & 1 != 0;
        let Some((when, target)) = self.jump_after(index) else {
            self.binary(plain, u8::from(invert));
            return 1;
        };
        let (right, left) = (self.pop(), self.pop());
        let (left, right) = (self.operand(left), self.operand(right));
        self.flush_below(self.depth);
        self.emit_branch(fused, if when != invert { JUMP_WHEN_TRUE } else { 0 }, left, right, target);
        2
    }

    fn truth_jump(&mut self, when: bool, target: u32) {
        self.value_jump(if when { RegOp::JUMP_IF_TRUE } else { RegOp::JUMP_IF_FALSE }, target);
    }

    fn value_jump(&mut self, op: RegOp, target: u32) {
        let value = self.pop();
        let value = self.operand(value);
        self.flush_below(self.depth);
        self.emit_branch(op, 0, value, 0, target);
    }
}
