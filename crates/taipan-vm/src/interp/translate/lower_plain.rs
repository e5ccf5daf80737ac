//! Lowers the instructions without control flow, and gives the shapes of operation most have: operands popped, one result
//! pushed.

use taipan_bytecode::code::Constant;
use taipan_bytecode::ops::Opcode;

use super::super::register_code::RegOp;
use super::Form;
use super::decode::Instr;
use super::lower::Lower;
use super::operands::Entry;

impl<'a> Lower<'a> {
    /// The check that an instruction needs before it reads a local that may be unbound, if `bit` says that it does.
    fn check_bound(&mut self, index: usize, bit: u8, local: u32) {
        if self.flow.unbound[index] & bit != 0 {
            let slot = self.local_slot(local);
            self.emit_wide(RegOp::CHECK_BOUND, 0, 0, slot);
        }
    }

    /// One operand, one result.
    pub fn unary(&mut self, op: RegOp, flags: u8, c: u16) {
        let from = self.pop();
        let from = self.operand(from);
        let to = self.slot(self.depth);
        self.emit(op, flags, to, from, c);
        self.push_temp();
        self.patchable(0);
    }

    /// Two operands, one result.
    pub fn binary(&mut self, op: RegOp, flags: u8) {
        let (right, left) = (self.pop(), self.pop());
        let (left, right) = (self.operand(left), self.operand(right));
        let to = self.slot(self.depth);
        self.emit(op, flags, to, left, right);
        self.push_temp();
        self.patchable(0);
    }

    /// A window of operands, one result.
    pub fn build(&mut self, op: RegOp, flags: u8, count: usize, c: u16) {
        self.depth -= count;
        let window = self.window(self.depth, count);
        let to = self.slot(self.depth);
        self.emit(op, flags, to, window, c);
        self.push_temp();
        self.patchable(0);
    }

    /// No operand, one result.
    fn load(&mut self, op: RegOp, c: u16, data: u32) {
        let to = self.slot(self.depth);
        self.emit_with(op, 0, to, c, 0, data);
        self.push_temp();
        self.patchable(0);
    }

    /// The entry `distance` below the (already popped) top, as CPython's PEEK.
    fn peek(&mut self, distance: usize) -> u16 {
        self.operand(self.depth - distance)
    }

    /// A container below, one operand taken.
    fn update(&mut self, op: RegOp, distance: usize) {
        let value = self.pop();
        let value = self.operand(value);
        let container = self.peek(distance);
        self.emit(op, 0, container, value, 0);
    }

    /// Lowers an instruction; gives the number of instructions it took.
    pub(super) fn instruction(&mut self, index: usize, instr: Instr) -> usize {
        use Opcode as O;
        let Instr { op, oparg, .. } = instr;
        let arg = oparg as usize;
        match op {
            O::Nop | O::NotTaken => {}
            O::Resume => {
                if self.form == Form::Instrumented {
                    self.emit(RegOp::RESUME, 0, oparg as u16 & 0xFF, 0, 0);
                }
            }
            O::LoadFast | O::LoadFastBorrow | O::LoadFastCheck => {
                self.check_bound(index, 1, oparg);
                self.load_local(oparg);
            }
            O::LoadFastLoadFast | O::LoadFastBorrowLoadFastBorrow => {
                self.check_bound(index, 1, oparg >> 4);
                self.check_bound(index, 2, oparg & 15);
                self.load_local(oparg >> 4);
                self.load_local(oparg & 15);
            }
            O::LoadFastAndClear => {
                self.release_local(oparg);
                let from = self.local_slot(oparg);
                let to = self.push_temp();
                self.emit_wide(RegOp::LOAD_WIDE, 0, to, from);
                self.emit_wide(RegOp::LOAD_NULL, 0, 0, from);
            }
            O::StoreFast => {
                let from = self.pop();
                self.store_local(oparg, from);
            }
            O::StoreFastStoreFast => {
                let from = self.pop();
                self.store_local(oparg >> 4, from);
                let from = self.pop();
                self.store_local(oparg & 15, from);
            }
            O::StoreFastLoadFast => {
                let from = self.pop();
                self.store_local(oparg >> 4, from);
                self.check_bound(index, 2, oparg & 15);
                self.load_local(oparg & 15);
            }
            O::DeleteFast => {
                self.release_local(oparg);
                let slot = self.local_slot(oparg);
                self.emit_wide(RegOp::CHECK_BOUND, 0, 0, slot);
                self.emit_wide(RegOp::LOAD_NULL, 0, 0, slot);
            }
            O::LoadConst => self.push(match &self.code.consts[arg] {
                Constant::Int(i) => match i32::try_from(i) {
                    Ok(i) => Entry::Int(i),
                    Err(_) => Entry::Const(oparg),
                },
                _ => Entry::Const(oparg),
            }),
            O::LoadSmallInt => self.push(Entry::Int(oparg as i32)),
            O::PushNull => self.push(Entry::Null),
            O::PopTop | O::EndFor | O::PopIter => {
                self.pop();
            }
            O::Copy => match self.entries[self.depth - arg] {
                Entry::Temp => {
                    let from = self.slot(self.depth - arg);
                    let to = self.push_temp();
                    self.emit(RegOp::MOVE, 0, to, from, 0);
                    self.patchable(0);
                }
                entry => self.push(entry),
            },
            O::Swap => self.swap(self.depth - arg, self.depth - 1),
            O::EndSend => {
                let (value, receiver) = (self.pop(), self.pop());
                match self.entries[value] {
                    Entry::Temp => {
                        let (to, from) = (self.slot(receiver), self.slot(value));
                        self.emit(RegOp::MOVE, 0, to, from, 0);
                        self.push_temp();
                        self.patchable(0);
                    }
                    entry => self.push(entry),
                }
            }

            O::MakeCell => {
                self.release_local(oparg);
                let slot = self.local_slot(oparg);
                self.emit_wide(RegOp::MAKE_CELL, 0, 0, slot);
            }
            O::CopyFreeVars => {
                // Free variables are the last locals; with many they lie behind the operand stack, all of them or in part,
                // hence one operation for each.
                for free in 0..oparg {
                    let slot = self.local_slot(self.locals - oparg + free);
                    self.emit_wide(RegOp::COPY_FREE_VARS, 0, free as u16, slot);
                }
            }
            O::LoadDeref => {
                let (to, from) = (self.slot(self.depth), self.local_slot(oparg));
                self.emit_wide(RegOp::LOAD_DEREF, 0, to, from);
                self.push_temp();
                self.patchable(0);
            }
            O::StoreDeref => {
                let from = self.pop();
                let (from, to) = (self.operand(from), self.local_slot(oparg));
                self.emit_wide(RegOp::STORE_DEREF, 0, from, to);
            }
            O::DeleteDeref => {
                let slot = self.local_slot(oparg);
                self.emit_wide(RegOp::DELETE_DEREF, 0, 0, slot);
            }
            O::LoadFromDictOrDeref => {
                let namespace = self.pop();
                let namespace = self.operand(namespace);
                let (to, cell) = (self.slot(self.depth), self.local_slot(oparg));
                self.emit_with(RegOp::LOAD_FROM_DICT_OR_DEREF, 0, to, namespace, 0, cell);
                self.push_temp();
                self.patchable(0);
            }

            O::LoadGlobal => {
                self.load(RegOp::LOAD_GLOBAL, 0, oparg >> 1);
                if oparg & 1 != 0 {
                    self.push(Entry::Null);
                }
            }
            O::LoadName => self.load(RegOp::LOAD_NAME, 0, oparg),
            O::LoadLocals => self.load(RegOp::LOAD_LOCALS, 0, 0),
            O::LoadBuildClass => self.load(RegOp::LOAD_BUILD_CLASS, 0, 0),
            O::LoadCommonConstant => self.load(RegOp::LOAD_COMMON_CONSTANT, oparg as u16, 0),
            O::StoreName | O::StoreGlobal => {
                let value = self.pop();
                let value = self.operand(value);
                let op = if op == O::StoreName { RegOp::STORE_NAME } else { RegOp::STORE_GLOBAL };
                self.emit_with(op, 0, value, 0, 0, oparg);
            }
            O::DeleteName => self.emit_with(RegOp::DELETE_NAME, 0, 0, 0, 0, oparg),
            O::DeleteGlobal => self.emit_with(RegOp::DELETE_GLOBAL, 0, 0, 0, 0, oparg),
            O::LoadFromDictOrGlobals => {
                let namespace = self.pop();
                let namespace = self.operand(namespace);
                let to = self.slot(self.depth);
                self.emit_with(RegOp::LOAD_FROM_DICT_OR_GLOBALS, 0, to, namespace, 0, oparg);
                self.push_temp();
                self.patchable(0);
            }
            O::SetupAnnotations => self.emit(RegOp::SETUP_ANNOTATIONS, 0, 0, 0, 0),

            O::LoadAttr => {
                let owner = self.pop();
                let owner = self.operand(owner);
                let to = self.slot(self.depth);
                if oparg & 1 != 0 {
                    self.emit_with(RegOp::LOAD_METHOD, 0, to, owner, 0, oparg >> 1);
                    self.push_temp();
                    self.push_temp();
                } else {
                    self.emit_with(RegOp::LOAD_ATTR, 0, to, owner, 0, oparg >> 1);
                    self.push_temp();
                    self.patchable(0);
                }
            }
            O::StoreAttr => {
                let (owner, value) = (self.pop(), self.pop());
                let (value, owner) = (self.operand(value), self.operand(owner));
                self.emit_with(RegOp::STORE_ATTR, 0, owner, value, 0, oparg);
            }
            O::DeleteAttr => {
                let owner = self.pop();
                let owner = self.operand(owner);
                self.emit_with(RegOp::DELETE_ATTR, 0, owner, 0, 0, oparg);
            }
            O::LoadSuperAttr => {
                self.depth -= 3;
                let window = self.window(self.depth, 3);
                self.emit_with(RegOp::LOAD_SUPER_ATTR, oparg as u8 & 3, window, window, 0, oparg >> 2);
                self.push_temp();
                if oparg & 1 != 0 {
                    self.push_temp();
                }
            }
            O::LoadSpecial => {
                let owner = self.pop();
                let owner = self.operand(owner);
                let to = self.slot(self.depth);
                self.emit(RegOp::LOAD_SPECIAL, 0, to, owner, oparg as u16);
                self.push_temp();
                self.push_temp();
            }

            O::UnaryNegative => self.unary(RegOp::UNARY_NEGATIVE, 0, 0),
            O::UnaryInvert => self.unary(RegOp::UNARY_INVERT, 0, 0),
            O::UnaryNot => self.unary(RegOp::UNARY_NOT, 0, 0),
            O::BinaryOp => {
                let (right, left) = (self.pop(), self.pop());
                let imm = self.immediate(right);
                let left = self.operand(left);
                match imm {
                    Some(imm) => {
                        let to = self.slot(self.depth);
                        self.emit(RegOp::BINARY_OP_IMM, oparg as u8, to, left, imm as u16);
                    }
                    None => {
                        let (right, to) = (self.operand(right), self.slot(self.depth));
                        self.emit(RegOp::BINARY_OP, oparg as u8, to, left, right);
                    }
                }
                self.push_temp();
                self.patchable(0);
            }
            O::BinarySlice => self.build(RegOp::BINARY_SLICE, 0, 3, 0),
            O::StoreSlice => {
                self.depth -= 4;
                let window = self.window(self.depth, 4);
                self.emit(RegOp::STORE_SLICE, 0, 0, window, 0);
            }
            O::StoreSubscr => {
                let (key, container, value) = (self.pop(), self.pop(), self.pop());
                let (value, container, key) = (self.operand(value), self.operand(container), self.operand(key));
                self.emit(RegOp::STORE_SUBSCR, 0, value, container, key);
            }
            O::DeleteSubscr => {
                let (key, container) = (self.pop(), self.pop());
                let (container, key) = (self.operand(container), self.operand(key));
                self.emit(RegOp::DELETE_SUBSCR, 0, container, key, 0);
            }

            O::BuildTuple => self.build(RegOp::BUILD_TUPLE, 0, arg, oparg as u16),
            O::BuildList => self.build(RegOp::BUILD_LIST, 0, arg, oparg as u16),
            O::BuildSet => self.build(RegOp::BUILD_SET, 0, arg, oparg as u16),
            O::BuildString => self.build(RegOp::BUILD_STRING, 0, arg, oparg as u16),
            O::BuildMap => self.build(RegOp::BUILD_MAP, 0, arg * 2, oparg as u16),
            O::BuildSlice => self.build(RegOp::BUILD_SLICE, 0, arg, oparg as u16),
            O::BuildInterpolation => self.build(RegOp::BUILD_INTERPOLATION, oparg as u8, 2 + (arg & 1), 0),
            O::BuildTemplate => self.build(RegOp::BUILD_TEMPLATE, 0, 2, 0),
            O::FormatSimple => self.unary(RegOp::FORMAT_SIMPLE, 0, 0),
            O::FormatWithSpec => self.binary(RegOp::FORMAT_WITH_SPEC, 0),
            O::ConvertValue => self.unary(RegOp::CONVERT_VALUE, 0, oparg as u16),
            O::ListAppend => self.update(RegOp::LIST_APPEND, arg),
            O::ListExtend => self.update(RegOp::LIST_EXTEND, arg),
            O::SetAdd => self.update(RegOp::SET_ADD, arg),
            O::SetUpdate => self.update(RegOp::SET_UPDATE, arg),
            O::DictUpdate => self.update(RegOp::DICT_UPDATE, arg),
            O::DictMerge => {
                let mapping = self.pop();
                let (mapping, dict, callable) = (self.operand(mapping), self.peek(arg), self.peek(arg + 3));
                self.emit(RegOp::DICT_MERGE, 0, dict, mapping, callable);
            }
            O::MapAdd => {
                let (value, key) = (self.pop(), self.pop());
                let (key, value, dict) = (self.operand(key), self.operand(value), self.peek(arg));
                self.emit(RegOp::MAP_ADD, 0, dict, key, value);
            }
            O::UnpackSequence => return self.unpack_sequence(index, arg),
            O::UnpackEx => {
                let sequence = self.pop();
                let sequence = self.operand(sequence);
                let to = self.slot(self.depth);
                self.emit(RegOp::UNPACK_EX, oparg as u8, to, sequence, (oparg >> 8) as u16);
                for _ in 0..(arg & 0xFF) + 1 + (arg >> 8) {
                    self.push_temp();
                }
            }

            O::MakeFunction => self.unary(RegOp::MAKE_FUNCTION, 0, 0),
            O::SetFunctionAttribute => {
                let (function, attribute) = (self.pop(), self.pop());
                let (attribute, function) = (self.operand(attribute), self.operand(function));
                let to = self.slot(self.depth);
                self.emit(RegOp::SET_FUNCTION_ATTRIBUTE, oparg as u8, to, attribute, function);
                self.push_temp();
                self.patchable(0);
            }
            O::Call => self.call(RegOp::CALL, arg, 0),
            O::CallKw => self.call(RegOp::CALL_KW, arg, 1),
            O::CallFunctionEx => self.call(RegOp::CALL_FUNCTION_EX, 2, 0),
            O::CallIntrinsic1 => self.unary(RegOp::CALL_INTRINSIC_1, 0, oparg as u16),
            O::CallIntrinsic2 => self.binary(RegOp::CALL_INTRINSIC_2, oparg as u8),

            O::CheckEgMatch => {
                let window = self.window(self.depth - 2, 2);
                self.emit(RegOp::CHECK_EG_MATCH, 0, 0, window, 0);
            }
            O::CheckExcMatch => {
                let matched = self.pop();
                let (matched, exception) = (self.operand(matched), self.operand(self.depth - 1));
                let to = self.slot(self.depth);
                self.emit(RegOp::CHECK_EXC_MATCH, 0, to, exception, matched);
                self.push_temp();
            }
            O::PushExcInfo => {
                let slot = self.window(self.depth - 1, 1);
                self.emit(RegOp::PUSH_EXC_INFO, 0, slot, 0, 0);
                self.push_temp();
            }
            O::PopExcept => {
                let previous = self.pop();
                let previous = self.operand(previous);
                self.emit(RegOp::POP_EXCEPT, 0, previous, 0, 0);
            }
            O::WithExceptStart => {
                let window = self.window(self.depth - 5, 5);
                let to = self.slot(self.depth);
                self.emit(RegOp::WITH_EXCEPT_START, 0, to, window, 0);
                self.push_temp();
            }
            O::ImportName => {
                let (names, level) = (self.pop(), self.pop());
                let (level, names) = (self.operand(level), self.operand(names));
                let to = self.slot(self.depth);
                self.emit_with(RegOp::IMPORT_NAME, 0, to, level, names, oparg);
                self.push_temp();
                self.patchable(0);
            }
            O::ImportFrom => {
                let from = self.operand(self.depth - 1);
                let to = self.slot(self.depth);
                self.emit_with(RegOp::IMPORT_FROM, 0, to, from, 0, oparg);
                self.push_temp();
            }
            O::MatchClass => self.build(RegOp::MATCH_CLASS, 0, 3, oparg as u16),
            O::MatchKeys => {
                let (subject, keys) = (self.operand(self.depth - 2), self.operand(self.depth - 1));
                let to = self.slot(self.depth);
                self.emit(RegOp::MATCH_KEYS, 0, to, subject, keys);
                self.push_temp();
            }
            O::MatchMapping => self.beside(RegOp::MATCH_MAPPING),
            O::MatchSequence => self.beside(RegOp::MATCH_SEQUENCE),
            O::GetLen => self.beside(RegOp::GET_LEN),
            O::GetAnext => self.beside(RegOp::GET_ANEXT),
            O::GetIter => self.unary(RegOp::GET_ITER, 0, 0),
            O::GetYieldFromIter => self.unary(RegOp::GET_YIELD_FROM_ITER, 0, 0),
            O::GetAiter => self.unary(RegOp::GET_AITER, 0, 0),
            O::GetAwaitable => self.unary(RegOp::GET_AWAITABLE, 0, oparg as u16),
            _ => return self.control(index, instr),
        }
        1
    }

    /// One operand that stays, one result above it.
    fn beside(&mut self, op: RegOp) {
        let from = self.operand(self.depth - 1);
        let to = self.slot(self.depth);
        self.emit(op, 0, to, from, 0);
        self.push_temp();
    }

    fn call(&mut self, op: RegOp, argc: usize, names: usize) {
        self.depth -= argc + names + 2;
        let start = self.depth;
        self.flush(start);
        // A NULL known here need not be written.
        let flags = u8::from(self.entries[start + 1] == Entry::Null);
        if flags == 0 {
            self.flush(start + 1);
        }
        self.window(start + 2, argc + names);
        let window = self.slot(start);
        self.emit(op, flags, window, window, argc as u16);
        self.push_temp();
        self.patchable(0);
    }

    fn unpack_sequence(&mut self, index: usize, count: usize) -> usize {
        let sequence = self.pop();
        if count == 2 {
            if let Some(Instr { op: Opcode::StoreFastStoreFast, oparg, .. }) = self.fusable(index)
                && let (Some(first), Some(second)) = (self.narrow(oparg >> 4), self.narrow(oparg & 15))
                && first != second
            {
                self.release_local(oparg >> 4);
                self.release_local(oparg & 15);
                let from = self.operand(sequence);
                self.emit(RegOp::UNPACK_TWO, 0, first, from, second);
                return 2;
            }
            let from = self.operand(sequence);
            let (second, first) = (self.slot(self.depth), self.slot(self.depth + 1));
            self.emit(RegOp::UNPACK_TWO, 0, first, from, second);
            self.push_temp();
            self.push_temp();
            return 1;
        }
        if let Some((first, consumed)) = self.unpacked_locals(index, count) {
            for local in first..first + count as u32 {
                self.release_local(local);
            }
            let from = self.operand(sequence);
            self.emit(RegOp::UNPACK_SEQUENCE, 1, first as u16, from, count as u16);
            return 1 + consumed;
        }
        let from = self.operand(sequence);
        let to = self.slot(self.depth);
        self.emit(RegOp::UNPACK_SEQUENCE, 0, to, from, count as u16);
        for _ in 0..count {
            self.push_temp();
        }
        1
    }

    /// The first of neighbouring locals in which the stores behind an UNPACK_SEQUENCE put its items in order, and how many
    /// instructions they are.
    fn unpacked_locals(&self, index: usize, count: usize) -> Option<(u32, usize)> {
        let (mut first, mut stored, mut consumed) = (None, 0, 0);
        while stored < count {
            let Instr { op, oparg, .. } = self.fusable(index + consumed)?;
            let (local, more) = match op {
                Opcode::StoreFast => (oparg, 1),
                Opcode::StoreFastStoreFast if oparg & 15 == (oparg >> 4) + 1 => (oparg >> 4, 2),
                _ => return None,
            };
            if *first.get_or_insert(local) + stored as u32 != local {
                return None;
            }
            (stored, consumed) = (stored + more, consumed + 1);
        }
        let first = first?;
        self.narrow(first + count as u32 - 1)?;
        (stored == count).then_some((first, consumed))
    }
}
